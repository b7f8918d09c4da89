"""The log of the desk, which only grows: a row an act, and what stands now is read from it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Connection, insert, select

from mirrors.access import AuditLog, Event, Viewer, names_known
from mirrors.casework.words import checked_contact, checked_reason
from mirrors.desk import holds_desk, open_desk, reading, writing
from mirrors.desk.tables import ENTRY

SET_ASIDE, TAKEN_BACK, CONTACT = "set_aside", "taken_back", "contact"
_EVENTS = {SET_ASIDE: Event.SET_ASIDE, TAKEN_BACK: Event.TAKEN_BACK, CONTACT: Event.CONTACT_NOTED}


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
    with writing(open_desk(folder)) as connection:
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
    # Two advisers at once: the second waits here, and then reads what the first one did.
    with writing(open_desk(folder)) as connection:
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
        "by": viewer.recorded,
        "what": what,
        "school_id": school_id,
        "school_year": from_list.school_year,
        "indicator": from_list.indicator,
        "list": from_list.kind,
        "reason": reason,
        "contact": contact,
    }
    connection.execute(insert(ENTRY), [row])
    told = " ".join(filter(None, (from_list.school_year, from_list.indicator, from_list.kind)))
    AuditLog(connection.engine).append(connection, _EVENTS[what], viewer, school_id, told)


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
    if not holds_desk(folder):
        return []
    names = names_known(folder)
    with reading(open_desk(folder)) as connection:
        return [replace(entry, by=names.of(entry.by)) for entry in _read(connection)]


def _read(connection: Connection) -> list[Entry]:
    rows = connection.execute(select(ENTRY).order_by(ENTRY.c.number)).all()
    return [
        Entry(number, at, by, what, school_id, ListName(school_year, indicator, kind), reason, contact)
        for number, at, by, what, school_id, school_year, indicator, kind, reason, contact in rows
    ]
