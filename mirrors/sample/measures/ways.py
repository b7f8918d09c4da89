"""What stays a school's own in the measures, and the few schools with a story that is easy to read."""

from dataclasses import dataclass

import numpy as np

from mirrors.sample.arrays import Flags, Floats
from mirrors.sample.planted import STEP_FROM, Planted
from mirrors.sample.process import Habits
from mirrors.sample.schools import Schools

_STRONG_EDGES, _SLOW_CARE = 1.35, -1.0
_COMMON_CARE = 0.6
_TELL_LESSONS = 0.65
_SD = {"edge": 0.25, "exam": 0.25, "spells": 0.3, "registers": 0.5, "notes": 0.3, "minutes": 0.2}


@dataclass(frozen=True)
class Ways:
    """A school's ways, on the log or logit scale, (n,) each; `care` is its way of following pupils up.

    `edge` and `exam` are the odds of unauthorised absence around holidays and in exams beside other days.
    `tells_lessons` says whether the school's software exports absence by lesson.
    """

    edge: Floats
    exam: Floats
    spells: Floats
    registers: Floats
    notes: Floats
    minutes: Floats
    care: Floats
    tells_lessons: Flags


@dataclass(frozen=True)
class Stories:
    """Schools (indices) whose figures show one thing clearly; a small city may have none to spare.

    None of them carries a planted truth.
    """

    friday_afternoon: int | None
    slow_referral: int | None
    holiday_edges: int | None


def choose_stories(rng: np.random.Generator, schools: Schools, planted: Planted, habits: Habits) -> Stories:
    """Return the stories: two schools whose drawn habits stand out, and one that is given its story."""
    taken = {step.school for step in planted.steps} | {*planted.excellent, planted.recoded, planted.missing}
    free = [
        school
        for school in range(len(schools.school_id))
        if school not in taken and schools.secondary[school] and schools.wanted[school].min() >= STEP_FROM
    ]
    friday = max(free, key=lambda school: habits.week[school, -1], default=None)
    free = [school for school in free if school != friday]
    slow = min(free, key=lambda school: habits.care[school, 0], default=None)
    free = [school for school in free if school != slow]
    return Stories(friday, slow, int(rng.choice(free)) if free else None)


def school_ways(rng: np.random.Generator, habits: Habits, stories: Stories) -> Ways:
    """Draw every school's ways and lay what is told of two schools on top."""
    n = len(habits.care)
    drawn = {name: rng.normal(0, sd, n) for name, sd in _SD.items()}
    drawn["edge"] += 0.35
    drawn["exam"] -= 0.25
    care = _COMMON_CARE * habits.care.mean(axis=1) + rng.normal(0, 0.25, n)
    if stories.holiday_edges is not None:
        drawn["edge"][stories.holiday_edges] = _STRONG_EDGES
    if stories.slow_referral is not None:
        care[stories.slow_referral] += _SLOW_CARE
    return Ways(**drawn, care=care, tells_lessons=rng.random(n) < _TELL_LESSONS)
