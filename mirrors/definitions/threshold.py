"""A threshold of follow-up, and the day on which a pupil reaches it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from typing import Any, Literal, Self

from pydantic import model_validator

from mirrors.definitions.reading import Definition, Texts

_AUGUST = 8


class Threshold(Definition):
    """How much absence of `categories` (`any` = all absence) leads to the `duty` that readers see.

    The limit itself counts: exactly `at_least` reaches it. It is an amount in the jurisdiction's unit, or on
    the scale `share` a share of the time expected in the school year. It is reached within one school year,
    one calendar month, `length` lesson weeks that follow each other (weeks without school do not count), or
    in each of `length` school years that follow each other. A pupil expected for less than
    `minimum_possible` units in the school year takes no part. One that counts `again` is reached once more
    by each further `at_least` units in so many weeks, the first of which are those beyond the limit.
    """

    id: str
    categories: tuple[str, ...]
    scale: Literal["units", "share"] = "units"
    at_least: float
    window: Literal["school_year", "calendar_month", "rolling_weeks", "consecutive_years"]
    length: int = 1
    again: bool = False
    minimum_possible: float = 0
    duty: Texts

    @model_validator(mode="after")
    def _has_a_meaning(self) -> Self:
        if not self.at_least > 0 or self.length < 1 or self.minimum_possible < 0:
            raise ValueError("a threshold, its length and the least time expected are not below zero")
        if self.length > 1 and self.window not in ("rolling_weeks", "consecutive_years"):
            raise ValueError(f"one {self.window} has no length")
        if self.again and self.window != "rolling_weeks":
            raise ValueError(f"nobody counts again within one {self.window}")
        if self.scale == "share" and (self.window != "school_year" or self.at_least > 1):
            raise ValueError("a share is at most 1, of the time expected in a school year")
        return self


@dataclass(frozen=True, order=True)
class Absent:
    """Absence of one pupil on one day, in the jurisdiction's unit."""

    date: date
    units: float


def reached(
    threshold: Threshold,
    absences: Iterable[Absent],
    possible: Mapping[str, float] | None = None,
    school_days: Collection[date] | None = None,
) -> date | None:
    """Return the first day on which one pupil reached `threshold`, None when that never happened.

    `absences` are those of the threshold's categories, of any number of school years. `possible` gives the
    units expected of the pupil by school year ("2024-25"); it is only asked where the threshold rests on it,
    and a year that is not there counts as nothing expected. `school_days` are the days with school, which
    tell lesson weeks from holidays; without them every week is a lesson week.
    """
    taking_part = _taking_part(threshold, absences, possible)
    if threshold.window == "rolling_weeks":
        return next(_in_weeks(threshold, taking_part, school_days), None)
    if threshold.window == "calendar_month":
        return min(_in_periods(threshold, taking_part, possible, _month).values(), default=None)
    years = _in_periods(threshold, taking_part, possible, _first_year)
    return min(
        (day for year, day in years.items() if all(year - back in years for back in range(threshold.length))),
        default=None,
    )


def reached_each_time(
    threshold: Threshold,
    absences: Iterable[Absent],
    possible: Mapping[str, float] | None = None,
    school_days: Collection[date] | None = None,
) -> tuple[date, ...]:
    """Return the days on which one pupil reached a threshold that counts `again`, or the first of another."""
    if threshold.again:
        return tuple(_in_weeks(threshold, _taking_part(threshold, absences, possible), school_days))
    first = reached(threshold, absences, possible, school_days)
    return () if first is None else (first,)


def _taking_part(
    threshold: Threshold, absences: Iterable[Absent], possible: Mapping[str, float] | None
) -> list[Absent]:
    least = Fraction(str(threshold.minimum_possible))
    return sorted(absent for absent in absences if not least or _expected(possible, absent.date) >= least)


def _in_periods(
    threshold: Threshold, absences: Sequence[Absent], possible: Mapping[str, float] | None, period: Any
) -> dict[Any, date]:
    """Return the day on which the threshold was reached in each period in which it was."""
    found: dict[Any, date] = {}
    for key, group in groupby(absences, lambda absent: period(absent.date)):
        total = Fraction(0)
        for absent in group:
            total += Fraction(str(absent.units))
            if key not in found and total and total >= _limit(threshold, possible, absent.date):
                found[key] = absent.date
    return found


def _in_weeks(
    threshold: Threshold, absences: Sequence[Absent], school_days: Collection[date] | None
) -> Iterator[date]:
    """Yield every day on which the limit was reached; what counted for one does not count for the next."""
    lesson_weeks = None if school_days is None else sorted({_monday(day) for day in school_days})
    place = None if lesson_weeks is None else {week: at for at, week in enumerate(lesson_weeks)}
    seen: list[tuple[int, Fraction]] = []
    for absent in absences:
        monday = _monday(absent.date)
        week = monday.toordinal() // 7 if place is None else place.get(monday)
        if week is None:
            continue
        seen.append((week, Fraction(str(absent.units))))
        total = sum((units for at, units in seen if at > week - threshold.length), Fraction(0))
        while total >= _limit(threshold):
            yield absent.date
            total -= _limit(threshold)
            seen = [(week, total)]


def _limit(
    threshold: Threshold, possible: Mapping[str, float] | None = None, day: date = date.min
) -> Fraction:
    """Return the limit in units, exactly: a tenth of 30 is 3, which no binary fraction says."""
    limit = Fraction(str(threshold.at_least))
    return limit if threshold.scale == "units" else limit * _expected(possible, day)


def _expected(possible: Mapping[str, float] | None, day: date) -> Fraction:
    year = _first_year(day)
    return Fraction(str((possible or {}).get(f"{year}-{(year + 1) % 100:02d}", 0)))


def _first_year(day: date) -> int:
    """Return the calendar year in which the school year of `day` began: it runs from summer to summer."""
    return day.year if day.month >= _AUGUST else day.year - 1


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
