"""The size and rounding rules, each number decided here and nowhere else."""

import numpy as np

from mirrors.benchmark.fewest import SMALLEST_GROUP
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
    "per_100_pupils": 1.0,
    "per_1000_pupils": 1.0,
    "per_100_days": 0.1,
    "index": 1.0,
    "minutes": 1.0,
    "number": 0.01,
}
"""Steps that amounts are shown in, by their unit."""

PEERS_FOR_MEDIAN = 5
PEERS_FOR_MIDDLE_HALF = 10

RARE = 0.02
"""City-wide share below which peers are shown to a tenth of a point: half a point would hide them all."""

SCHOOLS_FOR_DECILES = 20

PUPILS_FOR_HUNDREDTH = 100_000
"""Pupils from which a pooled figure of the city deserves a second decimal."""


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


def rate_step(pupils: Floats) -> Floats:
    """Return the step a rate of units absent is shown in, by the pupils it rests on."""
    return np.where(pupils >= LARGE_SCHOOL, TENTH, HALF)


def peer_step(city_value: float) -> float:
    """Return the step peer statistics are shown in, for an indicator with this city-wide share."""
    return TENTH if city_value < RARE else HALF


def city_decimals(pupils: float) -> int:
    """Return the decimals of a pooled percentage that rests on this many pupils."""
    return 2 if pupils >= PUPILS_FOR_HUNDREDTH else 1


def bound_of_few(base: Floats) -> Floats:
    """Return the share that the largest number of pupils too small to be told is of `base`, rounded up."""
    return round_up(np.maximum((SMALLEST_COUNT - 1) / np.maximum(base, 1.0), WHOLE), WHOLE)
