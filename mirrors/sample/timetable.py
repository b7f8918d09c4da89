"""School days of the sample city: nine half-days a week, September to June, Flemish-like holidays."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from mirrors.sample.arrays import Ints

MONTHS = (9, 10, 11, 12, 1, 2, 3, 4, 5, 6)
_BREAK = 7
_WINTER_EXAMS = 12
_FIRST_WEEKS = timedelta(weeks=6)
REFERENCE_MONTH = MONTHS.index(2)
HALF_DAYS = tuple(
    (weekday, half) for weekday in (1, 2, 3, 4, 5) for half in ("am", "pm") if (weekday, half) != (3, "pm")
)


@dataclass(frozen=True)
class SchoolYear:
    """A school year: label, first calendar year, days off as "month-day" or "first/last" with spaces."""

    label: str
    start: int
    off: str


SCHOOL_YEARS = (
    SchoolYear(
        "2020-21",
        2020,
        "10-05 11-02/11-08 11-11 12-21/01-03 02-15/02-21 04-05/04-18 05-13/05-14 05-24",
    ),
    SchoolYear(
        "2021-22",
        2021,
        "10-04 11-01/11-07 11-11/11-12 12-27/01-09 02-28/03-06 04-04/04-18 05-26/05-27 06-06",
    ),
    SchoolYear(
        "2022-23",
        2022,
        "10-03 10-31/11-06 11-11 12-26/01-08 02-20/02-26 04-03/04-16 05-01 05-18/05-19 05-29",
    ),
    SchoolYear(
        "2023-24",
        2023,
        "10-02 10-30/11-05 12-25/01-07 02-12/02-18 04-01/04-14 05-01 05-09/05-10 05-20",
    ),
    SchoolYear(
        "2024-25",
        2024,
        "10-07 10-28/11-03 11-11 12-23/01-05 03-03/03-09 04-07/04-21 05-01/05-02 05-29/05-30 06-09",
    ),
    SchoolYear(
        "2025-26",
        2025,
        "10-06 10-27/11-02 11-10/11-11 12-22/01-04 02-16/02-22 04-06/04-19 05-01 05-14/05-15 05-25",
    ),
)


def _day(start: int, month_day: str) -> date:
    month, day = (int(part) for part in month_day.split("-"))
    return date(start if month >= 9 else start + 1, month, day)


def _is_school_day(day: date, year: SchoolYear) -> bool:
    for span in year.off.split():
        first, _, last = span.partition("/")
        if _day(year.start, first) <= day <= _day(year.start, last or first):
            return False
    return day.isoweekday() <= 5


def _open_days(year: SchoolYear) -> list[date]:
    first, last = date(year.start, 9, 1), date(year.start + 1, 6, 30)
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    return [day for day in days if _is_school_day(day, year)]


def _terms(year: SchoolYear) -> list[list[date]]:
    """The school days between two breaks, which are a week or more without school."""
    terms: list[list[date]] = []
    for day in _open_days(year):
        if terms and (day - terms[-1][-1]).days <= _BREAK:
            terms[-1].append(day)
        else:
            terms.append([day])
    return terms


def _half_days_of(days: Iterable[date]) -> Ints:
    counts = np.zeros((len(MONTHS), len(HALF_DAYS)), dtype=np.int64)
    for day in days:
        for slot, (weekday, _) in enumerate(HALF_DAYS):
            counts[MONTHS.index(day.month), slot] += weekday == day.isoweekday()
    return counts


def half_days(year: SchoolYear) -> Ints:
    """Possible half-days of one pupil enrolled all year, shape (10 months, 9 half-days of the week)."""
    return _half_days_of(_open_days(year))


def edge_half_days(year: SchoolYear) -> Ints:
    """Half-days of the two school days on either side of every break, summer included; as `half_days`."""
    return _half_days_of(day for term in _terms(year) for day in dict.fromkeys(term[:2] + term[-2:]))


def first_half_days(year: SchoolYear) -> Ints:
    """Half-days of the six weeks from the first school day on; as `half_days`."""
    days = _open_days(year)
    return _half_days_of(day for day in days if day < days[0] + _FIRST_WEEKS)


def exam_half_days(year: SchoolYear) -> Ints:
    """Half-days with exams in secondary schools, before Christmas and in June; as `half_days`."""
    winter = next(term for term in _terms(year) if term[-1].month == _WINTER_EXAMS)
    return _half_days_of([*winter[-12:-3], *_terms(year)[-1][-15:-5]])


def school_days(half_day_counts: Ints) -> Ints:
    """Days with at least one half-day, shape (10 months,): every school day has a morning."""
    mornings = [slot for slot, (_, half) in enumerate(HALF_DAYS) if half == "am"]
    days: Ints = half_day_counts[:, mornings].sum(axis=1)
    return days
