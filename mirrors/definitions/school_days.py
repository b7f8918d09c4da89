"""The half-days on which a school is open: the holidays of its community, and what it arranged itself."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal, get_args

from mirrors.definitions.jurisdiction import HalfDay, Jurisdiction, Weekday
from mirrors.definitions.reading import DefinitionError

FIRST_SCHOOL_YEAR = 2010
"""The holidays are known from the calendar year 2010 on, so that 2010-11 is the first whole school year."""

_WEEKDAYS = get_args(Weekday)
_AUGUST = 8
_WHOLE_DAY: tuple[HalfDay, ...] = ("am", "pm")


@dataclass(frozen=True, order=True)
class SchoolHalfDay:
    """A half-day on which there is school."""

    date: date
    half_day: HalfDay


@dataclass(frozen=True)
class OwnDay:
    """A row of a school's own calendar: a day without school, with school in a holiday, or with an exam."""

    date: date
    half_day: Literal["am", "pm", "day"]
    kind: Literal["free", "open", "exam"]


def school_days(
    school_year: str, jurisdiction: Jurisdiction, own: Sequence[OwnDay] = ()
) -> tuple[SchoolHalfDay, ...] | None:
    """Return the half-days of `school_year` ("2024-25") on which there is school, in their order.

    They are the half-days of a normal week outside the holidays of the community, without the `own` days
    that are free and with those that are open; an exam changes nothing. None where the jurisdiction has no
    calendar. Raises DefinitionError for a text that is no school year, or one before 2010-11.
    """
    if jurisdiction.calendar is None:
        return None
    calendar = jurisdiction.calendar
    week = tuple(calendar.half_days.get(weekday, ()) for weekday in _WEEKDAYS)
    half_days = set(_community(_first_year(school_year), calendar.country, calendar.subdivision, week))
    half_days -= set(_own(own, "free"))
    return tuple(sorted(half_days | set(_own(own, "open"))))


def _first_year(school_year: str) -> int:
    written = re.fullmatch(r"(\d{4})-(\d{2})", school_year)
    if not written or (int(written[1]) + 1) % 100 != int(written[2]):
        raise DefinitionError(f"{school_year!r} is not a school year, written 2024-25")
    if int(written[1]) < FIRST_SCHOOL_YEAR:
        raise DefinitionError(f"school holidays are not known for {school_year}, only from 2010-11 on")
    return int(written[1])


@cache
def _community(
    first_year: int, country: str, subdivision: str, week: tuple[tuple[HalfDay, ...], ...]
) -> tuple[SchoolHalfDay, ...]:
    """Return the half-days between two summers, which the community's summer holidays end and begin."""
    import holidays

    free = holidays.country_holidays(
        country, subdiv=subdivision, years=(first_year, first_year + 1), categories=("public", "school")
    )
    day, end = date(first_year, _AUGUST, 1), date(first_year + 1, _AUGUST, 1)
    open_days = []
    while day < end:
        if day.weekday() < len(week) and day not in free:
            open_days += [SchoolHalfDay(day, half_day) for half_day in week[day.weekday()]]
        day += timedelta(days=1)
    return tuple(open_days)


def _own(days: Iterable[OwnDay], kind: str) -> list[SchoolHalfDay]:
    return [
        SchoolHalfDay(day.date, half_day)
        for day in days
        if day.kind == kind
        for half_day in (_WHOLE_DAY if day.half_day == "day" else (day.half_day,))
    ]
