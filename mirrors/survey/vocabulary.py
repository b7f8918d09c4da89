"""What the safety mirror names and proposes: themes, places, questions, checklist, rules of support."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mirrors.definitions.reading import Texts
from mirrors.survey.checklist import Checklist, load_checklist
from mirrors.survey.definition_files import OWN
from mirrors.survey.groups import WHOLES
from mirrors.survey.questionnaire import load_questionnaires
from mirrors.survey.support import SupportRules, load_support_rules


@dataclass(frozen=True)
class Vocabulary:
    """The words of a city: themes and places by id, questions by group and item."""

    themes: Mapping[str, Texts]
    places: Mapping[str, Texts]
    questions: Mapping[tuple[str, str], Texts]
    checklist: Checklist
    support: SupportRules

    def theme(self, theme: str) -> Texts | None:
        """Return the title of a theme, None for one that only its provider names."""
        return self.themes.get(theme)

    def question(self, group: str, item: str) -> Texts | None:
        """Return the words of an item as `group` was asked it; of a whole, as the oldest of its parts was."""
        asked = (group, *reversed(WHOLES.get(group, ())))
        return next((found for each in asked if (found := self.questions.get((each, item)))), None)


def vocabulary(folder: Path | None = None) -> Vocabulary:
    """Return the words of the city of the store `folder`, the product's where it has none of its own.

    Raises DefinitionError that names file and place.
    """
    if folder is None or not (folder / OWN).is_dir():
        return _shipped()
    return _read(folder)


def own_files(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return what the city's own files are known by: name, size and time of change."""
    found = sorted((folder / OWN).glob("*.yaml"))
    return tuple((path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in found)


@cache
def _shipped() -> Vocabulary:
    return _read(None)


def _read(folder: Path | None) -> Vocabulary:
    sheets = load_questionnaires(folder).values()
    questions: dict[tuple[str, str], Texts] = {}
    for sheet in sheets:
        # A city's own questionnaire beside the product's may use the same ids for other words.
        ids: dict[tuple[str, str], Texts] = {(sheet.group, item.id): item.text for item in sheet.items}
        questions = {**ids, **questions} if sheet.id != sheet.group else {**questions, **ids}
    return Vocabulary(
        {theme.id: theme.title for sheet in sheets for theme in sheet.themes},
        {place.id: place.text for sheet in sheets for place in sheet.places},
        questions,
        load_checklist(folder),
        load_support_rules(folder),
    )
