"""The checklist on safety and well-being: what a school's team looks at, section by section."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from mirrors.definitions.reading import FOLDER, Definition
from mirrors.survey.definition_files import (
    Code,
    Told,
    Translated,
    check_ids,
    check_languages,
    read_own_or_shipped,
)
from mirrors.survey.versions import content_digest


class Answer(Definition):
    """How far something is; an answer without `points` says that the item does not apply."""

    id: Code
    points: Annotated[int, Field(ge=0, le=4)] | None = None
    text: Translated


class ChecklistItem(Definition):
    """What could be in place (`text`), what it means (`why`) and where one would see it (`evidence`)."""

    id: Annotated[str, Field(pattern=r"^[A-Z][1-9]\d?$")]
    text: Translated
    why: Translated
    evidence: Translated

    @property
    def section(self) -> str:
        """The id of the section it belongs to."""
        return self.id[0]


class Section(Definition):
    """A section; `themes` are the themes of the questionnaires that tell how it is felt."""

    id: Annotated[str, Field(pattern=r"^[A-Z]$")]
    title: Translated
    themes: tuple[str, ...]
    items: Annotated[tuple[ChecklistItem, ...], Field(min_length=1)]


class Checklist(Definition):
    """The list a team fills in over several sittings; there is no total and nobody passes or fails."""

    version: Annotated[int, Field(ge=1)]
    licence: Told
    languages: tuple[str, ...]
    title: Translated
    answers: tuple[Answer, ...]
    sections: tuple[Section, ...]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        check_ids("answers", (answer.id for answer in self.answers))
        check_ids("sections", (section.id for section in self.sections))
        check_ids("items", (item.id for item in self.items))
        for section in self.sections:
            for item in section.items:
                if item.section != section.id:
                    raise ValueError(f"{item.id} stands in section {section.id}")
        check_languages(self, self.languages)
        return self

    @property
    def digest(self) -> str:
        """What is looked at, as 64 hex characters: other words give another digest."""
        return content_digest(self, {"version", "title", "licence"})

    @property
    def items(self) -> tuple[ChecklistItem, ...]:
        """Every item, in the order of the list."""
        return tuple(item for section in self.sections for item in section.items)

    def section_means(self, answered: Mapping[str, str]) -> dict[str, float]:
        """Return section -> mean points 0..4 over the items that were answered and apply.

        `answered` maps an item to the id of its answer. A section without such an item is left out. Raises
        KeyError for an answer that the list does not have.
        """
        points = {answer.id: answer.points for answer in self.answers}
        means = {}
        for section in self.sections:
            given = [points[answered[item.id]] for item in section.items if item.id in answered]
            counted = [point for point in given if point is not None]
            if counted:
                means[section.id] = sum(counted) / len(counted)
        return means


def load_checklist(folder: Path | None = None) -> Checklist:
    """Return the checklist: the city's own of the store `folder` where there is one, else the product's.

    Raises DefinitionError that names file and place.
    """
    return _shipped() if folder is None else read_own_or_shipped("checklist.yaml", Checklist, folder, FOLDER)


@cache
def _shipped() -> Checklist:
    return read_own_or_shipped("checklist.yaml", Checklist, None, FOLDER)
