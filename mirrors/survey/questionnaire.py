"""A questionnaire: what one group of respondents is asked, in which words, on which scales."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from mirrors.definitions.reading import Definition, DefinitionError, problems_of
from mirrors.survey.definition_files import (
    OWN,
    SHIPPED,
    Code,
    Told,
    Translated,
    check_ids,
    check_languages,
    read_own_or_shipped,
)
from mirrors.survey.parts import Choice, Help, HelpContact, Places, Scale, ScaleName, Scales, Theme, Themes
from mirrors.survey.versions import content_digest

Group = Literal["pupils_9_12", "pupils_12_18", "teachers", "other_staff", "parents"]
FormName = Literal["short", "full"]

POINTS = (0, 25, 50, 75, 100)
"""What the options of a scale count, in their order; of a reversed item from the other end."""

_SHARED = frozenset({"scales", "themes", "places", "help", "checklist", "support"})


class Item(Definition):
    """One question of a theme. The same idea has the same id in every group.

    `reversed` is for how often something bad happens: its first option counts 100. `short` says that the
    short form has it too.
    """

    id: Annotated[str, Field(pattern=r"^T[1-9]\d*\.[1-9]\d*$")]
    scale: ScaleName
    text: Translated
    reversed: bool = False
    short: bool = False

    @model_validator(mode="after")
    def _only_frequency_is_reversed(self) -> Self:
        if self.reversed and self.scale != "frequency":
            raise ValueError(f"{self.id}: only an item on the frequency scale can be reversed")
        return self

    @property
    def theme(self) -> str:
        """The id of the theme it belongs to."""
        return self.id.split(".")[0]

    def points(self, option: int) -> int:
        """Return 0..100 for `option` 0..4; 100 is favourable."""
        return POINTS[-1 - option] if self.reversed else POINTS[option]


class Hotspot(Definition):
    """The question where it feels less safe; several places may be chosen, or `nowhere` alone."""

    text: Translated
    nowhere: Translated


class Background(Definition):
    """One coarse question about the respondent; the last option is not to say."""

    id: Code
    text: Translated
    options: tuple[Choice, ...]


class Opening(Definition):
    """What a respondent is told first, each in its own sentence."""

    asks: Translated
    sees: Translated
    anonymous: Translated
    stop: Translated
    no_help: Translated


class Closing(Definition):
    """What a respondent reads last; `at_school` stands before the people that the school fills in."""

    thanks: Translated
    text: Translated
    at_school: Translated


class Sheet(Definition):
    """A questionnaire as its file has it."""

    id: Code
    group: Group
    version: Annotated[int, Field(ge=1)]
    languages: tuple[str, ...]
    licence: Told
    source: Told
    title: Translated
    opening: Opening
    items: Annotated[tuple[Item, ...], Field(min_length=1)]
    hotspot: Hotspot
    background: Annotated[tuple[Background, ...], Field(max_length=3)]
    closing: Closing


class Questionnaire(Sheet):
    """A questionnaire with the scales, themes and places that it shares with the others."""

    scales: dict[ScaleName, Scale]
    rather_not: Translated
    last: Translated
    themes: tuple[Theme, ...]
    places: tuple[Choice, ...]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        check_ids("items", (item.id for item in self.items))
        check_ids("places", (place.id for place in self.places))
        check_ids("themes", (theme.id for theme in self.themes))
        check_ids("background questions", (question.id for question in self.background))
        for question in self.background:
            check_ids(f"options of {question.id}", (option.id for option in question.options))
        known = {theme.id for theme in self.themes}
        for item in self.items:
            if item.theme not in known:
                raise ValueError(f"{item.id}: there is no theme {item.theme}")
        check_languages(self, self.languages)
        return self

    @property
    def digest(self) -> str:
        """What is asked and promised, as 64 hex characters: other words give another digest.

        Title, source, licence and the closing page do not count: they change no answer.
        """
        return content_digest(self, {"version", "title", "source", "licence", "closing", "last"})

    def asked(self, form: FormName) -> tuple[Item, ...]:
        """Return the items of a form, theme by theme."""
        order = [theme.id for theme in self.themes]
        chosen = (item for item in self.items if form == "full" or item.short)
        return tuple(sorted(chosen, key=lambda item: order.index(item.theme)))

    def by_theme(self, form: FormName) -> tuple[tuple[Theme, tuple[Item, ...]], ...]:
        """Return the themes that a form asks about, each with its items."""
        asked = self.asked(form)
        pairs = ((theme, tuple(item for item in asked if item.theme == theme.id)) for theme in self.themes)
        return tuple((theme, items) for theme, items in pairs if items)


def shared_items(one: Questionnaire, other: Questionnaire, form: FormName) -> tuple[str, ...]:
    """Return the ids of the items that both groups are asked, in the order of `one`."""
    theirs = {item.id for item in other.asked(form)}
    return tuple(item.id for item in one.asked(form) if item.id in theirs)


def questionnaire_names(folder: Path | None = None) -> tuple[str, ...]:
    """Return the ids of the shipped questionnaires and of those of the city's own `folder`."""
    places = [SHIPPED] + ([folder / OWN] if folder else [])
    found = {path.stem for place in places for path in place.glob("*.yaml")}
    return tuple(sorted(found - _SHARED))


def load_questionnaires(folder: Path | None = None) -> dict[str, Questionnaire]:
    """Return every questionnaire by id; raises DefinitionError."""
    return {name: load_questionnaire(name, folder) for name in questionnaire_names(folder)}


def load_questionnaire(name: str, folder: Path | None = None) -> Questionnaire:
    """Return one questionnaire: the city's own of the store `folder` where there is one, else the product's.

    Raises DefinitionError that names file and place.
    """
    if folder is None or not (folder / OWN).is_dir():
        return _load_shipped(name)
    return _load(name, folder)


def load_help(
    jurisdiction: str, folder: Path | None = None, group: str | None = None
) -> tuple[HelpContact, ...]:
    """Return where respondents (of `group`) can turn; nothing where nobody filled it in."""
    contacts = read_own_or_shipped("help.yaml", Help, folder).contacts.get(jurisdiction, ())
    return tuple(contact for contact in contacts if group is None or contact.is_for(group))


@cache
def _load_shipped(name: str) -> Questionnaire:
    return _load(name, None)


def _load(name: str, folder: Path | None) -> Questionnaire:
    if name not in questionnaire_names(folder):
        known = ", ".join(questionnaire_names(folder))
        raise DefinitionError(f"there is no questionnaire called {name!r}; there are: {known}")
    sheet = read_own_or_shipped(f"{name}.yaml", Sheet, folder)
    if sheet.id != name:
        raise DefinitionError(f"{name}.yaml: id: is {sheet.id!r}, the file is called {name!r}")
    shared = read_own_or_shipped("scales.yaml", Scales, folder)
    themes = read_own_or_shipped("themes.yaml", Themes, folder)
    places = read_own_or_shipped("places.yaml", Places, folder)
    try:
        return Questionnaire(**dict(sheet), **dict(shared), themes=themes.themes, places=places.places)
    except ValidationError as error:
        raise DefinitionError(f"{name}.yaml: {problems_of(error)}") from error
