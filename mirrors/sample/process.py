"""What surrounds absence in the sample city: the week, follow-up by school and guidance centre, lateness."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mirrors.sample.absence import CODES, B, YearRecord
from mirrors.sample.arrays import Floats, Ints, group_sums, stream
from mirrors.sample.planted import SchoolEffects
from mirrors.sample.reduce import rows
from mirrors.sample.schools import Schools
from mirrors.sample.timetable import HALF_DAYS, SCHOOL_YEARS, half_days, school_days

THRESHOLDS = (5, 10, 15, 30)
THRESHOLD = THRESHOLDS[0]
STEPS = ("threshold", "notified", "contact", "plan", "returned")
KINDS = ("late", "early_departure")
# Weight of Mon am, Mon pm, Tue am ... Fri pm: unauthorised absence hugs the weekend.
_WEEK = np.array(
    [
        [1.2, 1.15, 0.85, 0.95, 0.95, 0.85, 0.95, 1.05, 1.6],
        [1.1, 1.08, 1.0, 1.0, 0.95, 0.97, 0.98, 0.97, 1.02],
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        [1.15, 1.1, 0.9, 0.9, 0.9, 0.9, 0.95, 1.1, 1.5],
        [0.8, 1.1, 1.1, 1.2, 0.6, 1.1, 1.2, 0.8, 1.0],
    ]
)
_FOLLOWED_LOGIT = np.array([1.7, 1.6, -0.2, 0.1])
_DAYS = np.array([8.0, 6.0, 15.0, 28.0])
# At every further threshold: who had no step yet gets it now, and steps come sooner after the threshold.
_CAUGHT_UP = np.array([0.4, 0.4, 0.25, 0.0])
_SOONER = np.array([0.5, 0.9, 0.9, 0.95])
_LATE_PER_PUPIL_DAY = np.array([[0.014, 0.002], [0.03, 0.008]])


@dataclass(frozen=True)
class Habits:
    """What stays a school's own: its week (n, 9), its follow-up (n, 4), its lateness (n, 2)."""

    week: Floats
    care: Floats
    lateness: Floats


def school_habits(schools: Schools, effects: SchoolEffects, seed: int) -> Habits:
    """Draw the habits; schools that follow up well tend to have less unauthorised absence."""
    rng = stream(seed, "process")
    n = len(schools.school_id)
    level = effects.unauthorised.mean(axis=1)
    week = rng.normal(0, 0.08, (n, len(HALF_DAYS)))
    week[:, -1] += rng.normal(0, 0.25, n)
    care = rng.normal(0, 0.5, (n, 1)) - 0.8 * level[:, None] + rng.normal(0, 0.3, (n, len(STEPS) - 1))
    deprivation = schools.features[:, :, 0].mean(axis=1) - 1.6
    shared = 0.3 * deprivation + 0.5 * level + rng.normal(0, 0.25, n)
    base = _LATE_PER_PUPIL_DAY[schools.secondary.astype(int)]
    lateness = base * np.exp(shared[:, None] + rng.normal(0, 0.2, (n, len(KINDS))))
    return Habits(week, care, lateness)


def pattern(rng: np.random.Generator, schools: Schools, record: YearRecord, habits: Habits) -> pd.DataFrame:
    """Each school's yearly half-days per code dealt over the nine half-days of the week."""
    n = len(schools.school_id)
    units = group_sums(record.roll.school, n, record.units.sum(axis=1))
    pupils = group_sums(record.roll.school, n, record.enrolled.astype(np.int64))
    possible = pupils @ half_days(SCHOOL_YEARS[record.year])
    own = np.where(np.arange(len(CODES))[None, :, None] == B, np.exp(habits.week)[:, None, :], 1.0)
    weight = possible[:, None, :] * _WEEK * own
    dealt = rng.multinomial(units, weight / weight.sum(axis=2, keepdims=True))
    cells = len(HALF_DAYS) * len(CODES)
    columns = {
        "weekday": np.tile(np.repeat([day for day, _ in HALF_DAYS], len(CODES)), n),
        "half_day": np.tile(np.repeat([half for _, half in HALF_DAYS], len(CODES)), n),
        "code": np.tile(np.array(CODES), n * len(HALF_DAYS)),
        "units": dealt.transpose(0, 2, 1).ravel(),
        "possible": np.repeat(possible.ravel(), len(CODES)),
    }
    return rows(schools, record, np.repeat(np.arange(n), cells), columns)


def _chain(rng: np.random.Generator, reached: Ints, care: Floats) -> Ints:
    """Pupils at each step, (n, 5): each step is taken for some of the pupils of the step before."""
    steps = [reached]
    for logit in (_FOLLOWED_LOGIT + care).T:
        steps.append(rng.binomial(steps[-1], 1 / (1 + np.exp(-logit))))
    return np.stack(steps, axis=1)


def follow_up(rng: np.random.Generator, schools: Schools, record: YearRecord, habits: Habits) -> pd.DataFrame:
    """Pupils of 1 February with five unauthorised half-days or more; what was done for them, and how soon."""
    n = len(schools.school_id)
    over = record.reference & (record.units[:, :, B].sum(axis=1) >= THRESHOLD)
    pupils = _chain(rng, group_sums(record.roll.school, n, over.astype(np.int64)), habits.care)
    pace = _DAYS * np.exp(-0.25 * habits.care) * rng.lognormal(0, 0.15, (n, len(STEPS) - 1))
    days = np.concatenate([np.full((n, 1), np.nan), np.maximum(np.rint(2 * pace) / 2, 1.0)], axis=1)
    columns = {
        "threshold": THRESHOLD,
        "step": np.tile(np.array(STEPS), n),
        "pupils": pupils.ravel(),
        "median_days": np.where(pupils > 0, days, np.nan).ravel(),
    }
    return rows(schools, record, np.repeat(np.arange(n), len(STEPS)), columns)


def further_follow_up(
    rng: np.random.Generator, schools: Schools, record: YearRecord, first: pd.DataFrame
) -> pd.DataFrame:
    """The same at every higher threshold, for some of the pupils of `first`, which is the lowest one's."""
    n = len(schools.school_id)
    units = record.units[:, :, B].sum(axis=1)
    before = first["pupils"].to_numpy().reshape(n, len(STEPS))
    days = first["median_days"].to_numpy().reshape(n, len(STEPS))
    tables = []
    for threshold in THRESHOLDS[1:]:
        over = record.reference & (units >= threshold)
        before = _chain_within(rng, before, group_sums(record.roll.school, n, over.astype(np.int64)))
        days = np.concatenate([days[:, :1], np.rint(2 * days[:, 1:] * _SOONER) / 2], axis=1)
        columns = {
            "threshold": threshold,
            "step": np.tile(np.array(STEPS), n),
            "pupils": before.ravel(),
            "median_days": np.where(before > 0, days, np.nan).ravel(),
        }
        tables.append(rows(schools, record, np.repeat(np.arange(n), len(STEPS)), columns))
    return pd.concat(tables)


def _chain_within(rng: np.random.Generator, before: Ints, reached: Ints) -> Ints:
    """Pupils at each step (n, 5), of the `reached` ones among those `before`, who had some steps already."""
    steps = [reached]
    for step, caught_up in enumerate(_CAUGHT_UP, start=1):
        had, had_not = before[:, step], before[:, step - 1] - before[:, step]
        taken = rng.hypergeometric(had, had_not, steps[-1])
        steps.append(taken + np.minimum(rng.binomial(steps[-1] - taken, caught_up), had - taken))
    return np.stack(steps, axis=1)


def lateness(rng: np.random.Generator, schools: Schools, record: YearRecord, habits: Habits) -> pd.DataFrame:
    """Late arrivals and early departures of the day, over pupils x school days."""
    n = len(schools.school_id)
    pupils = group_sums(record.roll.school, n, record.enrolled.astype(np.int64))
    pupil_days = pupils @ school_days(half_days(SCHOOL_YEARS[record.year]))
    yearly = rng.lognormal(0, 0.08, (n, len(KINDS)))
    columns = {
        "kind": np.tile(np.array(KINDS), n),
        "events": rng.poisson(pupil_days[:, None] * habits.lateness * yearly).ravel(),
        "pupil_days": np.repeat(pupil_days, len(KINDS)),
    }
    return rows(schools, record, np.repeat(np.arange(n), len(KINDS)), columns)
