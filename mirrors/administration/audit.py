"""What an administrator sees of the audit log: rows that were asked for, and whether the chain is whole."""

from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from pathlib import Path

from mirrors.access import AuditRow, Broken, Event, Verified, Viewer, names_known, open_access
from mirrors.access.audit import ROWS_A_PAGE
from mirrors.access.recording import anchors
from mirrors.views.ledger import names_in_force

__all__ = ["Broken", "Event", "LogLine", "LogView", "Verified", "log_view", "verify"]


@dataclass(frozen=True)
class LogLine:
    """One row for reading: `at` in UTC, `who` and `about` as names where the accounts know them."""

    number: int
    at: datetime
    event: str
    who: str
    role: str
    school: str
    about: str


@dataclass(frozen=True)
class LogView:
    """A page of rows, the newest first; how many rows and pages there are; who can be asked for, by id."""

    lines: tuple[LogLine, ...]
    total: int
    pages: int
    people: dict[str, str]


def log_view(
    folder: Path,
    viewer: Viewer,
    words: str = "",
    event: Event | None = None,
    day_from: date | None = None,
    day_to: date | None = None,
    who: str = "",
    page: int = 1,
) -> LogView:
    """Return a page of the log that holds all that is asked; raises NotAllowed and StoreTrouble."""
    viewer.require_administrator()
    access = open_access(folder)
    people = dict(names_known(folder).known)
    schools = names_in_force(folder, viewer)
    found = access.audit.search(viewer, words, event, day_from, day_to, who, page)
    lines = tuple(_line(row, people, schools) for row in found.rows)
    return LogView(lines, found.total, max(ceil(found.total / ROWS_A_PAGE), 1), people)


def verify(folder: Path, viewer: Viewer) -> Verified | Broken:
    """Return whether the log is as it was written, held against every publish, and note that it was asked.

    Raises NotAllowed and StoreTrouble.
    """
    viewer.require_administrator()
    audit = open_access(folder).audit
    found = audit.verify(viewer, anchors(folder))
    told = f"{found.rows} rows whole" if isinstance(found, Verified) else f"broken at row {found.at}"
    audit.record(Event.LOG_VERIFIED, viewer, detail=told)
    return found


def _line(row: AuditRow, people: dict[str, str], schools: dict[str, str]) -> LogLine:
    about = " ".join(people.get(word, word) for word in row.detail.split())
    who = people.get(row.who, row.who)
    return LogLine(row.id, row.at, row.event, who, row.role, schools.get(row.school_id, row.school_id), about)
