"""What was added to the measures later: the first absence, lessons of the day, requests to the helpdesk.

They are drawn after all others, so that no other row of the sample city moves.
"""

import numpy as np

from mirrors.sample.absence import B
from mirrors.sample.arrays import Flags, Floats, Ints
from mirrors.sample.measures.year import Count, Year, likely
from mirrors.sample.timetable import HALF_DAYS, SCHOOL_YEARS, half_days, school_days

MORNING_LESSONS, AFTERNOON_LESSONS = 4, 3
_MORE_AT_FIRST, _MORE_AT_LAST = 0.12, 0.2
_REQUESTS_PER_PUPIL = 0.04


def further(rng: np.random.Generator, year: Year) -> dict[str, Count]:
    """Measures of every school that others do not give."""
    return {"first_absence": _first_absence(rng, year), **_lessons(rng, year), **_helpdesk(rng, year)}


def _first_absence(rng: np.random.Generator, year: Year) -> Count:
    """School days until half of the pupils of 1 February had a first unauthorised half-day."""
    record, counted = year.record, year.record.reference
    units = record.units[:, :, B]
    days = school_days(half_days(SCHOOL_YEARS[record.year]))
    until = np.cumsum(days)
    month = (units > 0).argmax(axis=1)
    absent: Flags = units.sum(axis=1) > 0
    # The earliest of so many days, each drawn evenly over the month.
    drawn = 1 - rng.random(len(units)) ** (1 / np.maximum(units[np.arange(len(units)), month], 1))
    first = until[month] - days[month] + 1 + np.floor(drawn * days[month]).astype(np.int64)
    enrolled: Flags = record.enrolled
    last = until[len(days) - 1 - np.argmax(enrolled[:, ::-1], axis=1)]
    waited = np.where(absent, first, last)
    medians = np.zeros(year.size)
    for school in range(year.size):
        mine = counted & (record.roll.school == school)
        medians[school] = kaplan_meier_median(waited[mine], absent[mine])
    return Count(np.nan_to_num(medians), (~np.isnan(medians)).astype(np.int64), year.base)


def kaplan_meier_median(days: Ints, ended: Flags) -> float:
    """Return the day by which half of the waits have ended (Kaplan & Meier 1958); nan when it never comes.

    `days` (n,) is how long each waited and `ended` (n,) whether the wait ended then.
    """
    moments = np.unique(days[ended])
    waiting = np.array([(days >= moment).sum() for moment in moments])
    gone = np.array([(days[ended] == moment).sum() for moment in moments])
    surviving: Floats = np.cumprod(1 - gone / np.maximum(waiting, 1))
    [half] = np.searchsorted(-surviving, [-0.5 - 1e-9]).tolist() if len(moments) else [0]
    if half == len(moments):
        return float("nan")
    after = moments[min(half + 1, len(moments) - 1)]
    return float((moments[half] + after) / 2 if surviving[half] > 0.5 - 1e-9 else moments[half])


def _lessons(rng: np.random.Generator, year: Year) -> dict[str, Count]:
    """Lesson hours missed in secondary schools; besides whole half-days, some miss the first or the last."""
    record, schools = year.record, year.schools
    absent, possible = year.sums(record.units.sum(axis=(1, 2))), year.sums(record.possible.sum(axis=1))
    week = len(HALF_DAYS)
    mornings = sum(half == "am" for _, half in HALF_DAYS)
    hours = mornings * MORNING_LESSONS + (week - mornings) * AFTERNOON_LESSONS
    counts = {}
    for name, lessons, more in (
        ("first_lesson", mornings, _MORE_AT_FIRST),
        ("last_lesson", mornings, _MORE_AT_LAST),
        ("other_lessons", hours - 2 * mornings, 0.0),
    ):
        missed = np.rint(absent * lessons / week).astype(np.int64)
        own = more * np.exp(rng.normal(0, 0.4, year.size))
        there = np.rint(possible * lessons / week).astype(np.int64)
        missed = np.minimum(missed + rng.poisson(own * missed), there)
        counts[name] = Count(missed, np.where(schools.secondary, there, 0), year.base)
    return counts


def _helpdesk(rng: np.random.Generator, year: Year) -> dict[str, Count]:
    requests = rng.poisson(_REQUESTS_PER_PUPIL * year.base * np.exp(0.3 * year.ways.care))
    in_time = rng.binomial(requests, likely(1.2 + rng.normal(0, 0.3, year.size)))
    return {
        "helpdesk_in_time": Count(in_time, requests, requests),
        "helpdesk_requests": Count(requests, year.base, year.base),
    }
