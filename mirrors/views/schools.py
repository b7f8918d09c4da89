"""Every school by name, for the adviser who looks for one: type, district, size, and what to know of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mirrors.access import Viewer
from mirrors.benchmark.registration import COMPLETE
from mirrors.store import Snapshot
from mirrors.views.school import SchoolName
from mirrors.views.snapshot import jurisdiction_of


class Flag(StrEnum):
    """What an adviser may look for schools by; in the order in which they are told."""

    ROSE = "rose"
    IMPROVED = "improved"
    EXCELLENT = "excellent"
    WEAK = "weak"
    ALARM = "alarm"
    REJECTED = "rejected"
    INCOMPLETE = "incomplete"
    SMALL = "small"
    ASIDE = "aside"


ON_A_LIST = frozenset({Flag.ROSE, Flag.IMPROVED, Flag.EXCELLENT})


@dataclass(frozen=True)
class SchoolEntry:
    """A school in one school year. `weak` is a flag of schools with a weak signal on a list of change."""

    school: SchoolName
    pupils: int
    district: str
    flags: tuple[Flag, ...]


@dataclass(frozen=True)
class SchoolsView:
    """Every school of a school year in alphabetical order, and what they can be chosen by."""

    school_year: str
    schools: tuple[SchoolEntry, ...]
    school_types: tuple[str, ...]
    districts: tuple[str, ...]


def schools_view(
    snapshot: Snapshot, viewer: Viewer, school_year: str, aside: frozenset[str] = frozenset()
) -> SchoolsView:
    """Return every school that has figures in `school_year`; raises NotAllowed unless the viewer may.

    `aside` are the schools that an adviser set aside from a list of this year.
    """
    viewer.require_city()
    flags = _flags(snapshot, school_year, aside)
    rows = snapshot.rows("school", school_year=school_year)
    entries = [
        SchoolEntry(
            SchoolName(row["school_id"], snapshot.school_name(row["school_id"]), row["school_type"]),
            int(row["pupils"]),
            row["district"] or "",
            tuple(flag for flag in Flag if row["school_id"] in flags[flag]),
        )
        for row in rows
    ]
    return SchoolsView(
        school_year,
        tuple(sorted(entries, key=_by_name)),
        tuple(sorted({entry.school.school_type for entry in entries})),
        tuple(sorted({entry.district for entry in entries if entry.district}, key=str.casefold)),
    )


def found(
    view: SchoolsView,
    words: str = "",
    school_type: str | None = None,
    district: str | None = None,
    flags: frozenset[Flag] = frozenset(),
) -> tuple[SchoolEntry, ...]:
    """Return the schools that fit everything asked, in alphabetical order.

    Every one of the `words` must stand in the name or the id; without `flags` any school fits, else one with
    one of them.
    """
    wanted = words.casefold().split()
    return tuple(
        entry
        for entry in view.schools
        if all(word in f"{entry.school.name} {entry.school.school_id}".casefold() for word in wanted)
        and school_type in (None, entry.school.school_type)
        and district in (None, entry.district)
        and (not flags or flags & set(entry.flags))
    )


def _by_name(entry: SchoolEntry) -> tuple[str, str]:
    return entry.school.name.casefold(), entry.school.school_id


def _flags(snapshot: Snapshot, school_year: str, aside: frozenset[str]) -> dict[Flag, set[str]]:
    flags: dict[Flag, set[str]] = {flag: set() for flag in Flag}
    flags[Flag.ASIDE] |= aside
    for key in jurisdiction_of(snapshot).lists:
        for row in snapshot.rows("listed", indicator=key, school_year=school_year):
            flags[Flag(row["list"]) if row["certainty"] == "clear" else Flag.WEAK].add(row["school_id"])
    for row in snapshot.rows("registration", school_year=school_year):
        for flag in _of_registers(row):
            flags[flag].add(row["school_id"])
    [setting] = snapshot.rows("setting")
    for row in snapshot.rows("school", school_year=school_year):
        if row["pupils"] < setting["fewest_pupils"]:
            flags[Flag.SMALL].add(row["school_id"])
    return flags


def _of_registers(row: dict[str, Any]) -> Iterator[Flag]:
    if row["alarms"]:
        yield Flag.ALARM
    if row["rejected"]:
        yield Flag.REJECTED
    if row["complete"] is not None and row["complete"] < COMPLETE:
        yield Flag.INCOMPLETE
