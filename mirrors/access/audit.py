"""The audit log: who did what when, each row chained to the one before it, so that a change shows."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Engine, func, insert, or_, select

from mirrors.access.clock import Clock, now
from mirrors.access.viewer import Viewer
from mirrors.desk import reading, writing
from mirrors.desk.tables import AUDIT

NOBODY = "0" * 64
"""The digest before the first row."""

LONGEST_DETAIL = 200
_CUT = " [cut off]"
ROWS_A_PAGE = 50
_AT_ONCE = 1000


class Event(StrEnum):
    """What is written in the log."""

    SIGN_IN = "sign_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGN_OUT = "sign_out"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    INVITED = "invited"
    ACCOUNT_OPENED = "account_opened"
    ACCOUNT_CLOSED = "account_closed"
    ROLE_CHANGED = "role_changed"
    SCHOOLS_CHANGED = "schools_changed"
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_TO_CHANGE = "password_to_change"
    CODE_ON = "code_on"
    CODE_OFF = "code_off"
    SESSIONS_ENDED = "sessions_ended"
    SCHOOL_SEEN = "school_seen"
    LIST_SEEN = "list_seen"
    EXPORTED = "exported"
    UPLOADED = "uploaded"
    WITHDRAWN = "withdrawn"
    REINSTATED = "reinstated"
    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"
    RESTORED = "restored"
    FACTS_RESTORED = "facts_restored"
    MASKED = "masked"
    OVERRIDDEN = "overridden"
    SETTING_CHANGED = "setting_changed"
    PROFILE_SAVED = "profile_saved"
    SET_ASIDE = "set_aside"
    TAKEN_BACK = "taken_back"
    CONTACT_NOTED = "contact_noted"
    WAVE_OPENED = "wave_opened"
    WAVE_CLOSED = "wave_closed"
    LOG_VERIFIED = "log_verified"


@dataclass(frozen=True)
class AuditRow:
    """One row: `at` is in UTC, `who` an account's id, `school_id` and `detail` may be empty."""

    id: int
    at: datetime
    event: str
    who: str
    role: str
    school_id: str
    detail: str
    previous: str
    digest: str

    @property
    def true_digest(self) -> str:
        """The digest that the row should have: SHA-256 over all it says, and the digest before it."""
        told = [self.id, self.at.isoformat(timespec="microseconds"), self.event, self.who, self.role]
        told += [self.school_id, self.detail, self.previous]
        return hashlib.sha256(json.dumps(told, ensure_ascii=True).encode()).hexdigest()


@dataclass(frozen=True)
class Head:
    """How many rows the log had, and the digest of the last one: kept elsewhere, it shows a cut tail."""

    rows: int
    digest: str


@dataclass(frozen=True)
class Verified:
    """Every row is as it was written."""

    rows: int
    head: str


@dataclass(frozen=True)
class Broken:
    """The first row that is not as it was written: its place, counted from 1, and why."""

    at: int
    why: str


@dataclass(frozen=True)
class AuditPage:
    """Rows that were asked for, the newest first, and how many there are in all."""

    rows: tuple[AuditRow, ...]
    total: int


class AuditLog:
    """The log of one desk. Rows are added one at a time, and never changed."""

    def __init__(self, engine: Engine, clock: Clock = now) -> None:
        self._engine = engine
        self._clock = clock

    def record(self, event: Event, by: Viewer | None, school_id: str = "", detail: str = "") -> None:
        """Add a row; `detail` holds ids and counts, never a figure or a secret. Raises StoreTrouble."""
        with writing(self._engine) as connection:
            self.append(connection, event, by, school_id, detail)

    def append(
        self,
        connection: Connection,
        event: Event,
        by: Viewer | None,
        school_id: str = "",
        detail: str = "",
    ) -> None:
        """Add a row in a transaction that alone may write (`desk.writing`): it is kept with what it tells."""
        last = connection.execute(
            select(AUDIT.c.id, AUDIT.c.digest).order_by(AUDIT.c.id.desc()).limit(1)
        ).first()
        before, previous = (last.id, last.digest) if last else (0, NOBODY)
        who, role = ((by.account or by.name), by.role.value) if by is not None else ("", "")
        told = _on_one_line(detail)
        row = AuditRow(
            before + 1, self._clock(), event.value, who, role, _on_one_line(school_id), told, previous, ""
        )
        values = {column.name: getattr(row, column.name) for column in AUDIT.c}
        connection.execute(insert(AUDIT), [{**values, "digest": row.true_digest}])

    def head(self) -> Head:
        """Return how long the log is, and the digest of its last row; raises StoreTrouble."""
        with reading(self._engine) as connection:
            last = connection.execute(
                select(AUDIT.c.id, AUDIT.c.digest).order_by(AUDIT.c.id.desc()).limit(1)
            ).first()
        return Head(last.id, last.digest) if last else Head(0, NOBODY)

    def search(
        self,
        by: Viewer,
        words: str = "",
        event: Event | None = None,
        day_from: date | None = None,
        day_to: date | None = None,
        who: str = "",
        page: int = 1,
    ) -> AuditPage:
        """Return a page of the rows that hold all that is asked, the newest first, days in UTC.

        `words` are sought in who, school and detail, whatever their case. Raises NotAllowed, StoreTrouble.
        """
        by.require_administrator()
        asked = _conditions(words, event, day_from, day_to, who)
        rows = select(AUDIT).where(*asked).order_by(AUDIT.c.id.desc()).limit(ROWS_A_PAGE)
        with reading(self._engine) as connection:
            total = connection.execute(select(func.count()).select_from(AUDIT).where(*asked)).scalar_one()
            found = connection.execute(rows.offset(ROWS_A_PAGE * (max(page, 1) - 1))).all()
        return AuditPage(tuple(AuditRow(*row) for row in found), total)

    def verify(self, by: Viewer, anchors: Iterable[Head] = ()) -> Verified | Broken:
        """Return whether every row is as it was written, and none of those that `anchors` know is missing.

        The chain shows a row that was changed, taken out or moved; rows cut off the end, or a chain that was
        written anew, show against anchors. Raises NotAllowed and StoreTrouble.
        """
        by.require_administrator()
        known = {anchor.rows: anchor.digest for anchor in anchors if anchor.rows}
        place, previous = 0, NOBODY
        with reading(self._engine) as connection:
            rows = connection.execution_options(yield_per=_AT_ONCE).execute(
                select(AUDIT).order_by(AUDIT.c.id)
            )
            try:
                for place, found in enumerate(rows, 1):
                    row = AuditRow(*found)
                    if why := _wrong(row, place, previous, known):
                        return Broken(place, why)
                    previous = row.digest
            except (ValueError, TypeError, AttributeError):
                return Broken(place + 1, "this row, or one after it, cannot be read")
        if missing := [rows_then for rows_then in known if rows_then > place]:
            return Broken(place + 1, f"cut off: there were {max(missing)} rows")
        return Verified(place, previous)


def _wrong(row: AuditRow, place: int, previous: str, known: dict[int, str]) -> str:
    if row.id != place:
        return f"row {place} is missing"
    if row.previous != previous:
        return "does not follow the row before it"
    if row.digest != row.true_digest:
        return "was changed"
    if known.get(place, row.digest) != row.digest:
        return "is another row than the one that was published"
    return ""


def _conditions(
    words: str, event: Event | None, day_from: date | None, day_to: date | None, who: str
) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    for word in words.split():
        places = (AUDIT.c.who, AUDIT.c.school_id, AUDIT.c.detail)
        asked.append(or_(*(place.icontains(word, autoescape=True) for place in places)))
    if event is not None:
        asked.append(AUDIT.c.event == event.value)
    if day_from is not None:
        asked.append(AUDIT.c.at >= datetime.combine(day_from, time()))
    if day_to is not None:
        asked.append(AUDIT.c.at < datetime.combine(day_to, time()) + timedelta(days=1))
    if who:
        asked.append(AUDIT.c.who == who)
    return asked


def _on_one_line(words: str) -> str:
    plain = "".join(letter if letter.isprintable() else " " for letter in words)
    line = " ".join(plain.split())
    return line if len(line) <= LONGEST_DETAIL else line[: LONGEST_DETAIL - len(_CUT)] + _CUT
