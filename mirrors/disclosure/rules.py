"""The size and rounding rules, each number decided here and nowhere else."""

from dataclasses import dataclass

import numpy as np

from mirrors.benchmark.fewest import CONTRIBUTORS, SMALLEST_GROUP
from mirrors.benchmark.panel import Floats

LARGE_SCHOOL = 200
"""Pupils from which a rate of half-days is shown to a tenth of a point; below, to half a point."""

FEWEST_PUPILS = SMALLEST_GROUP
"""Pupils from which anything at all is said of a school, and of a group in it."""

SMALLEST_COUNT = 5
"""A share of pupils with fewer than this many on either side is shown as a bound: it may be one child."""

COUNT_STEP = 5.0
"""Counts of pupils are told to the nearest five."""

TENTH, HALF, WHOLE = 0.001, 0.005, 0.01

INDEX_STEP = 1.0
RATIO_STEP = 0.1
DAYS_STEP = 0.5

AMOUNT_STEPS = {
    "per_1000_pupils": 1.0,
    "per_100_pupils": 1.0,
    "per_100_days": 0.1,
    "index": 1.0,
    "minutes": 1.0,
    "number": 0.01,
}
"""Steps that amounts are shown in, by their unit."""

UNITS_STEP_LARGE, UNITS_STEP_SMALL = 10.0, 50.0
"""Steps of units absent per 100 pupils, in a large school and in a smaller one: a whole one would tell the
total to the half-day, and so what one child missed."""

WHOLE_FROM = 0.05
"""Median of peers from which their middle half is told in whole points: its ends give away most of all."""

PEERS_FOR_MEDIAN = 5
PEERS_FOR_MIDDLE_HALF = 10

SCHOOLS_FOR_DECILES = 20

PUPILS_FOR_HUNDREDTH = 100_000
"""Pupils from which a pooled figure of the city deserves a second decimal."""

DOMINANT = 0.5
"""Share of the units absent from which one pupil is the figure."""

FEWEST_VALUES = 4
"""Values that a small cell must still be able to have for everybody who reads all that is published."""

SMALL_CELL = range(1, 5)
"""Numbers of pupils that are a child or a few of them."""

COARSER = 2
"""How many times as coarse the counts of a breakdown become that would tell a small cell."""


@dataclass(frozen=True)
class Rules:
    """The rules that a city may tighten; as they stand here nobody may loosen them."""

    count_step: int = int(COUNT_STEP)
    fewest_pupils: int = FEWEST_PUPILS
    fewest_contributors: int = CONTRIBUTORS
    large_school: int = LARGE_SCHOOL
    peers_for_median: int = PEERS_FOR_MEDIAN
    peers_for_middle_half: int = PEERS_FOR_MIDDLE_HALF
    peer_step: float = HALF


def round_to(value: Floats, step: Floats | float) -> Floats:
    """Return `value` rounded to the nearest multiple of `step`, free of binary dust."""
    # Adding zero makes a negative zero a plain one.
    return np.round(np.round(value / step) * step, 6) + 0.0


def round_down(value: Floats, step: Floats | float) -> Floats:
    """Return `value` rounded down to a multiple of `step`; binary dust never costs a whole step."""
    return np.round(np.floor(np.round(value / step, 6)) * step, 6)


def round_up(value: Floats, step: Floats | float) -> Floats:
    """Return `value` rounded up to a multiple of `step`; binary dust never costs a whole step."""
    return np.round(np.ceil(np.round(value / step, 6)) * step, 6)


def round_count(count: Floats, step: Floats | float = COUNT_STEP) -> Floats:
    """Return a number of pupils to the nearest multiple of `step`; what lies halfway goes up."""
    return np.floor(np.asarray(count, dtype=float) / step + 0.5) * step


def protected_count(count: Floats, step: Floats | float = COUNT_STEP) -> Floats:
    """Return a number of pupils as it may be shown: to the nearest `step`, NaN for fewer than that."""
    number = np.asarray(count, dtype=float)
    return np.where(number >= step, round_count(number, step), np.nan)


def protected_share(part: Floats, whole: Floats, step: Floats | float = COUNT_STEP) -> Floats:
    """Return a share of pupils in whole per cents, from both numbers as they may be shown."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.round(100 * round_count(part, step) / round_count(whole, step)) / 100


def rate_step(pupils: Floats, large: float = LARGE_SCHOOL) -> Floats:
    """Return the step a rate of units absent is shown in, by the pupils it rests on, as they are shown."""
    return np.where(round_count(pupils) >= large, TENTH, HALF)


def city_decimals(pupils: float) -> int:
    """Return the decimals of a pooled percentage that rests on this many pupils."""
    return 2 if pupils >= PUPILS_FOR_HUNDREDTH else 1


def bound_of_few(base: Floats, step: Floats | float = COUNT_STEP) -> Floats:
    """Return the share that the largest number of pupils too small to be told may be of `base`, rounded up.

    Of `base` too only what is shown of it counts, so that the bound holds for the smallest it may be.
    """
    of_few = (np.asarray(step) - 1) / smallest_of(base, step)
    return np.minimum(round_up(np.maximum(of_few, WHOLE), WHOLE), 1.0)


def smallest_of(count: Floats, step: Floats | float = COUNT_STEP) -> Floats:
    """Return the smallest number that a count may be which is shown to the nearest `step`, one or more."""
    return np.maximum(round_count(count, step) - np.floor(np.asarray(step) / 2), 1.0)
