"""The log of the desk, which only grows: a row an act, and what stands now is read from it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import (
    URL,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Executable,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateTable

from mirrors.access import Viewer
from mirrors.casework.words import checked_contact, checked_reason
from mirrors.store.trouble import told_plainly

SET_ASIDE, TAKEN_BACK, CONTACT = "set_aside", "taken_back", "contact"

PATIENCE = 5.0
"""Seconds to wait while another adviser writes."""

_ENTRY = Table(
    "entry",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("at", DateTime, nullable=False),
    Column("by", String, nullable=False),
    Column("what", String, nullable=False),
    Column("school_id", String, nullable=False),
    Column("school_year", String, nullable=False),
    Column("indicator", String, nullable=False),
    Column("list", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("contact", Date),
)
_NEW_DESK: list[Executable] = [
    CreateTable(_ENTRY, if_not_exists=True),
    *(
        text(
            f"CREATE TRIGGER IF NOT EXISTS no_{verb} BEFORE {verb} ON entry"
            " BEGIN SELECT RAISE(ABORT, 'the log of the desk only grows'); END"
        )
        for verb in ("UPDATE", "DELETE")
    ),
]


class AlreadyDecided(ValueError):
    """Somebody did the same before, or took it back already; nothing was changed."""


@dataclass(frozen=True)
class ListName:
    """One short list: of a school year and an indicator, `kind` "excellent", "improved" or "rose"."""

    school_year: str
    indicator: str
    kind: str


@dataclass(frozen=True)
class Entry:
    """One act: `what` is "set_aside", "taken_back" or "contact"; `at` is in UTC.

    A contact is about no list, and its fields are empty. `contact` is the day of the last contact, where the
    adviser gave one.
    """

    number: int
    at: datetime
    by: str
    what: str
    school_id: str
    list: ListName
    reason: str
    contact: date | None


@dataclass(frozen=True)
class SetAside:
    """A school that stands aside from a list now: who did it when (UTC), and why."""

    school_id: str
    list: ListName
    reason: str
    by: str
    at: datetime


def set_aside(
    folder: Path,
    viewer: Viewer,
    school_id: str,
    from_list: ListName,
    reason: str,
    last_contact: date | None = None,
) -> None:
    """Set a school aside from a list; nobody takes its place.

    Raises NotAllowed, UnfitWords for the reason or a contact still to come, AlreadyDecided, StoreTrouble.
    """
    viewer.require_adviser()
    why, contact = checked_reason(reason), checked_contact(last_contact, date.today())
    _decide(folder, viewer, SET_ASIDE, school_id, from_list, why, contact)


def take_back(folder: Path, viewer: Viewer, school_id: str, from_list: ListName) -> None:
    """Put a school on its list again; the log keeps both acts.

    Raises NotAllowed, AlreadyDecided and StoreTrouble.
    """
    viewer.require_adviser()
    _decide(folder, viewer, TAKEN_BACK, school_id, from_list, "", None)


def note_contact(folder: Path, viewer: Viewer, school_id: str, on: date, about: str = "") -> None:
    """Note the day of a contact with a school, and in a few words what it was about.

    Raises NotAllowed, UnfitWords and StoreTrouble.
    """
    viewer.require_adviser()
    words, contact = checked_reason(about, required=False), checked_contact(on, date.today())
    with told_plainly(folder, lambda: _damaged(folder)), _engine(folder, make=True).begin() as connection:
        _add(connection, viewer, CONTACT, school_id, ListName("", "", ""), words, contact)


def aside_from(folder: Path, viewer: Viewer, from_list: ListName) -> dict[str, SetAside]:
    """Return the schools that stand aside from a list now, by id; raises NotAllowed and StoreTrouble."""
    viewer.require_adviser()
    return {each.school_id: each for each in _standing(_entries(folder)) if each.list == from_list}


def aside_in(folder: Path, viewer: Viewer, school_year: str) -> frozenset[str]:
    """Return the schools that stand aside from any list of a school year; raises as `aside_from` does."""
    viewer.require_adviser()
    standing = _standing(_entries(folder))
    return frozenset(each.school_id for each in standing if each.list.school_year == school_year)


def last_contacts(folder: Path, viewer: Viewer) -> dict[str, date]:
    """Return the day of the last contact with every school that has one; raises as `aside_from` does."""
    viewer.require_adviser()
    latest: dict[str, date] = {}
    for entry in _entries(folder):
        if entry.contact is not None:
            latest[entry.school_id] = max(entry.contact, latest.get(entry.school_id, entry.contact))
    return latest


def log_of(folder: Path, viewer: Viewer, school_year: str, indicator: str) -> tuple[Entry, ...]:
    """Return what was done to the lists of a year, oldest first; raises as `aside_from` does."""
    viewer.require_adviser()
    return tuple(
        entry
        for entry in _entries(folder)
        if (entry.list.school_year, entry.list.indicator) == (school_year, indicator)
    )


def _decide(
    folder: Path,
    viewer: Viewer,
    what: str,
    school_id: str,
    from_list: ListName,
    reason: str,
    contact: date | None,
) -> None:
    with told_plainly(folder, lambda: _damaged(folder)), _engine(folder, make=True).begin() as connection:
        # Two advisers at once: the second waits here, and then reads what the first one did.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        aside = {(each.school_id, each.list) for each in _standing(_read(connection))}
        if ((school_id, from_list) in aside) == (what == SET_ASIDE):
            raise AlreadyDecided(f"{school_id} was {what.replace('_', ' ')} already")
        _add(connection, viewer, what, school_id, from_list, reason, contact)


def _add(
    connection: Connection,
    viewer: Viewer,
    what: str,
    school_id: str,
    from_list: ListName,
    reason: str,
    contact: date | None,
) -> None:
    row = {
        "at": datetime.now(UTC).replace(tzinfo=None),
        "by": viewer.name,
        "what": what,
        "school_id": school_id,
        "school_year": from_list.school_year,
        "indicator": from_list.indicator,
        "list": from_list.kind,
        "reason": reason,
        "contact": contact,
    }
    connection.execute(insert(_ENTRY), [row])


def _standing(entries: Iterable[Entry]) -> list[SetAside]:
    """Return what stands aside after all `entries`, in the order in which it was set aside."""
    aside: dict[tuple[str, ListName], SetAside] = {}
    for entry in entries:
        key = (entry.school_id, entry.list)
        if entry.what == SET_ASIDE:
            aside[key] = SetAside(entry.school_id, entry.list, entry.reason, entry.by, entry.at)
        elif entry.what == TAKEN_BACK:
            aside.pop(key, None)
    return list(aside.values())


def _entries(folder: Path) -> Sequence[Entry]:
    if not _path(folder).exists():
        return []
    with told_plainly(folder, lambda: _damaged(folder)), _engine(folder).connect() as connection:
        return _read(connection) if inspect(connection).has_table(_ENTRY.name) else []


def _read(connection: Connection) -> list[Entry]:
    rows = connection.execute(select(_ENTRY).order_by(_ENTRY.c.number)).all()
    return [
        Entry(number, at, by, what, school_id, ListName(school_year, indicator, kind), reason, contact)
        for number, at, by, what, school_id, school_year, indicator, kind, reason, contact in rows
    ]


def _engine(folder: Path, make: bool = False) -> Engine:
    address = URL.create("sqlite", database=str(_path(folder)))
    engine = create_engine(address, poolclass=NullPool, connect_args={"timeout": PATIENCE})
    if make:
        with engine.begin() as connection:
            for statement in _NEW_DESK:
                connection.execute(statement)
    return engine


def _path(folder: Path) -> Path:
    return folder / "desk.sqlite"


def _damaged(folder: Path) -> str:
    return f"{_path(folder)} is damaged: put back a copy of it; figures and lists do not need it"
