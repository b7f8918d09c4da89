"""What the columns and answers of a tool's file mean, said once and saved for the next file."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from mirrors.definitions.reading import Definition, DefinitionError, read_definition

SAVED = "survey-profiles"
"""The folder of a store that holds what was said about survey files."""

IGNORED = ""
SCHOOL, BACKGROUND = "school", "background"
PLACES = "places"
"""A column in which all chosen places stand together."""

PLACE = "place."
NOWHERE = "place.nowhere"
"""A column of its own for one place, and for "nowhere", which is an answer too."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_SAFE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


class SurveyMapping(Definition):
    """The key to the answers in the files of one survey.

    `columns` gives for a heading an item ("T3.2"), PLACES, a place ("place.gate"), SCHOOL, BACKGROUND (known,
    and never stored) or IGNORED. `answers` gives for a text the option 0..4, or None for no answer; `schools`
    the school's id for a text that is none.
    """

    id: str = ""
    tool: str = ""
    group: str
    columns: dict[str, str]
    answers: dict[str, int | None] = {}
    schools: dict[str, str] = {}

    def school_of(self, text: str) -> str:
        """Return the id of the school that a text stands for: said, or written as ids are; else ""."""
        return self.schools.get(text) or (text if _ID.fullmatch(text) else "")

    def headings(self, *targets: str) -> tuple[str, ...]:
        """Return the headings that mean one of these targets."""
        return tuple(heading for heading, target in self.columns.items() if target in targets)

    @property
    def items(self) -> dict[str, str]:
        """The columns that are questions with five options: heading -> item."""
        return {
            heading: target
            for heading, target in self.columns.items()
            if target not in (IGNORED, SCHOOL, BACKGROUND, PLACES) and not target.startswith(PLACE)
        }

    @property
    def place_columns(self) -> dict[str, str]:
        """The columns that are one place each: heading -> place id, "nowhere" too."""
        return {
            heading: target.removeprefix(PLACE)
            for heading, target in self.columns.items()
            if target.startswith(PLACE)
        }


@dataclass(frozen=True)
class WaveOf:
    """To which wave of which school the answers belong.

    `school_id` is empty where a column tells the school. `invited` are numbers of people by school id.
    """

    school_year: str
    wave: int
    school_id: str = ""
    invited: Mapping[str, int] = field(default_factory=dict)


def mapping_names(folder: Path) -> tuple[str, ...]:
    """Return the names of the mappings saved in the store `folder`, in their order."""
    found = {path.stem for path in (folder / SAVED).glob("*.yaml")}
    return tuple(sorted(filter(_SAFE_NAME.fullmatch, found)))


def load_mapping(name: str, folder: Path) -> SurveyMapping:
    """Return a saved mapping; raises DefinitionError that lists those there are, or names what is wrong."""
    if name not in mapping_names(folder):
        known = ", ".join(mapping_names(folder)) or "none"
        raise DefinitionError(f"there is no survey profile called {name!r}; there are: {known}")
    return read_definition(folder / SAVED / f"{name}.yaml", SurveyMapping)


def save_mapping(mapping: SurveyMapping, folder: Path) -> Path:
    """Save a mapping in the store, over one of the same name; raises DefinitionError for an unsafe name."""
    if not _SAFE_NAME.fullmatch(mapping.id):
        raise DefinitionError(
            "a survey profile's name is 1 to 60 small letters, digits, hyphens and underscores"
        )
    path = folder / SAVED / f"{mapping.id}.yaml"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    text = yaml.safe_dump(mapping.model_dump(mode="json"), allow_unicode=True, sort_keys=False, width=110)
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, path)
    return path
