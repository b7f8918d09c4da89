"""Hours of lessons where the school's software tells them, and the first weeks at secondary school.

They are drawn after all other measures, so that no other row of the sample city moves.
"""

from collections.abc import Mapping

import numpy as np

from mirrors.sample.absence import B
from mirrors.sample.arrays import Floats
from mirrors.sample.measures.year import Count, Year
from mirrors.sample.timetable import HALF_DAYS, SCHOOL_YEARS, first_half_days, half_days

_LESSONS_A_HALF_DAY = 32 / len(HALF_DAYS)
_SINGLE_LESSONS = 0.25
_OFTEN = 16
_LESSONS = ("first_lesson", "last_lesson", "other_lessons")


def hours(rng: np.random.Generator, year: Year, others: Mapping[str, Count]) -> dict[str, Count]:
    """Lesson hours lost, of the lessons in `others`, and pupils who missed many in four weeks."""
    told = year.schools.secondary & year.ways.tells_lessons
    lost = sum(others[name].part for name in _LESSONS)
    expected = sum(others[name].whole for name in _LESSONS)
    often = year.record.reference & (_most_in_four_weeks(rng, year) >= _OFTEN)
    return {
        "lesson_hours": Count(np.asarray(lost), np.where(told, expected, 0), year.base),
        "rolling_absentee": Count(year.pupils(often), np.where(told, year.base, 0), year.base),
    }


def _most_in_four_weeks(rng: np.random.Generator, year: Year) -> Floats:
    """Unauthorised hours of each pupil in the worst four weeks: about a month, or the middle of two."""
    units = year.record.units[:, :, B]
    missed = np.rint(units * _LESSONS_A_HALF_DAY) + rng.poisson(_SINGLE_LESSONS * units)
    most: Floats = np.maximum(missed.max(axis=1), (missed[:, 1:] + missed[:, :-1]).max(axis=1) / 2)
    return most


def first_weeks(rng: np.random.Generator, year: Year) -> Count:
    """Unauthorised half-days of the first grade of secondary schools in its first six weeks."""
    record, label = year.record, SCHOOL_YEARS[year.record.year]
    early = first_half_days(label).sum(axis=1)
    new = year.schools.secondary[record.roll.school] & (record.roll.grade == 0)
    units = record.units[:, :, B] * new[:, None]
    missed = rng.binomial(units, early / half_days(label).sum(axis=1)).sum(axis=1)
    enrolled = record.enrolled & new[:, None]
    pupils = year.pupils(enrolled[:, early > 0].any(axis=1))
    return Count(year.sums(missed), year.sums(enrolled @ early), pupils)
