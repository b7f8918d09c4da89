"""The checklists that schools fill in, over several sittings: each is its school's own.

A team reads and writes its own. An adviser learns how many items of each section a school has looked at,
and neither answers nor notes. There is no total, and nothing tells who of a team wrote what.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, delete, insert, select, update

from mirrors.access import Viewer
from mirrors.access.clock import Clock, now
from mirrors.definitions.reading import FOLDER
from mirrors.desk import open_desk, reading, writing
from mirrors.desk.tables import CHECKLIST_ENTRY
from mirrors.survey.checklist import Checklist, load_checklist
from mirrors.survey.checklist_words import checked_note, checked_owner
from mirrors.survey.definition_files import definition_path
from mirrors.survey.team import require_team


class UnknownItem(ValueError):
    """The checklist has no such item, or no such answer; nothing was changed."""


@dataclass(frozen=True)
class Entry:
    """What a team says of one item: the id of an answer ("" for none yet), and three notes.

    `owner` is a function. `changed_on` and `version` (of the checklist then) are set by whoever keeps it.
    """

    answer: str = ""
    evidence: str = ""
    owner: str = ""
    review_on: date | None = None
    changed_on: date | None = None
    version: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said."""
        return not (self.answer or self.evidence or self.owner or self.review_on)


@dataclass(frozen=True)
class FilledChecklist:
    """The checklist of one school as it stands now.

    `entries` by item; `means` are points 0..4 by section, without sections that have none; `looked_at` counts
    the items of every section that have an answer. For an adviser the first two are empty.
    """

    checklist: Checklist
    entries: dict[str, Entry]
    means: dict[str, float]
    looked_at: dict[str, int]

    def to_review(self, today: date) -> tuple[str, ...]:
        """Return the items whose review date is there or past, the longest ago first."""
        dates = {item: each.review_on for item, each in self.entries.items() if each.review_on is not None}
        return tuple(sorted((item for item in dates if dates[item] <= today), key=lambda one: dates[one]))


class Checklists:
    """The checklists of one desk. Every act asks the viewer first."""

    def __init__(self, engine: Engine, folder: Path, clock: Clock = now) -> None:
        self._engine = engine
        self._folder = folder
        self._clock = clock

    def of(self, viewer: Viewer, school_id: str) -> FilledChecklist:
        """Return the checklist of a school, as far as `viewer` may see it.

        Raises NotAllowed, DefinitionError and StoreTrouble.
        """
        viewer.require_school(school_id)
        checklist = _checklist(self._folder)
        with reading(self._engine) as connection:
            rows = connection.execute(select(CHECKLIST_ENTRY).where(_of(school_id))).all()
        entries = _understood({row.item: _entry(row) for row in rows}, checklist)
        answered = {item: each.answer for item, each in entries.items() if each.answer}
        looked_at = {
            section.id: sum(item.id in answered for item in section.items) for section in checklist.sections
        }
        if viewer.sees_city():
            return FilledChecklist(checklist, {}, {}, looked_at)
        return FilledChecklist(checklist, entries, checklist.section_means(answered), looked_at)

    def write(self, viewer: Viewer, school_id: str, item_id: str, entry: Entry) -> Entry:
        """Put an entry in the place of the one before, and return it as it is kept; an empty one clears it.

        Raises NotAllowed for all but a team of the school, UnknownItem, UnfitWords, DefinitionError and
        StoreTrouble.
        """
        return self.change(viewer, school_id, item_id, lambda _: entry)

    def change(self, viewer: Viewer, school_id: str, item_id: str, to: Callable[[Entry], Entry]) -> Entry:
        """Change an entry as it stands now, which somebody else may just have written; raises as `write`."""
        require_team(viewer, school_id)
        checklist = _checklist(self._folder)
        with writing(self._engine) as connection:
            here = _of(school_id) & (CHECKLIST_ENTRY.c.item == item_id)
            row = connection.execute(select(CHECKLIST_ENTRY).where(here)).first()
            changed = _checked(to(_entry(row) if row is not None else Entry()), item_id, checklist)
            kept = replace(changed, changed_on=self._clock().date(), version=checklist.version)
            if kept.is_empty:
                connection.execute(delete(CHECKLIST_ENTRY).where(here))
                return Entry()
            _keep(connection, school_id, item_id, kept)
        return kept


def open_checklists(folder: Path, clock: Clock = now) -> Checklists:
    """Return the checklists of the store in `folder`, its desk brought up to date; raises StoreTrouble."""
    return Checklists(open_desk(folder), folder, clock)


def _checked(entry: Entry, item_id: str, checklist: Checklist) -> Entry:
    answers = {answer.id for answer in checklist.answers}
    if item_id not in {item.id for item in checklist.items} or entry.answer not in answers | {""}:
        raise UnknownItem(item_id)
    return replace(entry, evidence=checked_note(entry.evidence), owner=checked_owner(entry.owner))


def _understood(entries: dict[str, Entry], checklist: Checklist) -> dict[str, Entry]:
    """Return the entries of items that the list still has; an answer that it has not any more is none."""
    answers = {answer.id for answer in checklist.answers}
    return {
        item.id: each if (each := entries[item.id]).answer in answers else replace(each, answer="")
        for item in checklist.items
        if item.id in entries
    }


def _keep(connection: Connection, school_id: str, item_id: str, entry: Entry) -> None:
    values = {name: getattr(entry, name) for name in Entry.__dataclass_fields__}
    here = _of(school_id) & (CHECKLIST_ENTRY.c.item == item_id)
    if not connection.execute(update(CHECKLIST_ENTRY).where(here).values(**values)).rowcount:
        row = {"school_id": school_id, "item": item_id, **values}
        connection.execute(insert(CHECKLIST_ENTRY), [row])


def _of(school_id: str) -> ColumnElement[bool]:
    return CHECKLIST_ENTRY.c.school_id == school_id


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.answer, row.evidence, row.owner, row.review_on, row.changed_on, row.version)


def _checklist(folder: Path) -> Checklist:
    path = definition_path("checklist.yaml", folder, FOLDER)
    return _read_once(folder, path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _read_once(folder: Path, _path: Path, _changed: int) -> Checklist:
    return load_checklist(folder)
