"""Whether expected values hold: the checks that every publish makes of them.

A good expected value is right on average, for every kind of school and along its whole range, and says
truly how far schools stray from it by chance and by themselves.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import nnls
from scipy.special import logit

from mirrors.benchmark.benchmark import Benchmark
from mirrors.benchmark.features import SIZE, FeatureMatrix
from mirrors.benchmark.interval import Z
from mirrors.benchmark.panel import FEWEST_PUPILS, Bools, Floats
from mirrors.benchmark.residual import PUPILS_AT_HALF_WEIGHT
from mirrors.definitions import Indicator

SLOPE_GOAL = (0.9, 1.1)
RATIO_GOAL = (0.9, 1.1)
COVERAGE_GOAL = (0.92, 0.97)
FEWEST_IN_GROUP = 10
"""Schools in a group from which observed over expected says something about the group."""

GROUPS_BY_CONTEXT = 5
GROUPS_BY_SIZE = 4
WINSORISED = 0.02
ROUNDS = 3
COLUMNS = ["indicator", "school_year", "check", "item", "value", "low", "high", "ok"]


@dataclass(frozen=True, eq=False)
class Expectation:
    """What was observed and expected of the schools that take part in one year, arrays (schools,).

    `value` and `expected` are shares 0..1; `out_of` is what `value` is a share of; `context` is the first
    context feature, or None.
    """

    value: Floats
    expected: Floats
    out_of: Floats
    pupils: Floats
    school_type: np.ndarray
    context: Floats | None


def calibration(benchmark: Benchmark, indicators: dict[str, Indicator]) -> pd.DataFrame:
    """Return every check of every indicator and school year with expected values; see COLUMNS.

    `check` is "slope", "oe_context", "oe_size", "oe_type" (observed over expected in the group `item`) or
    "coverage" (share of schools inside the band of natural variation); `ok` says whether `value` lies in
    the goal from `low` to `high`.
    """
    alarmed = _alarmed(benchmark)
    rows = [
        (key, str(year), check, item, value, *goal, goal[0] <= value <= goal[1])
        for key, frame in benchmark.compared.items()
        if indicators[key].is_share and frame["expected"].notna().any()
        for year, of_year in frame.groupby("school_year")
        if (seen := _expectation(of_year, benchmark.features[str(year)], alarmed)) is not None
        for check, item, value, goal in checks(seen)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def checks(seen: Expectation) -> Iterator[tuple[str, str, float, tuple[float, float]]]:
    """Return name, group, value and goal of every check of one indicator and year."""
    yield "slope", "", calibration_slope(seen), SLOPE_GOAL
    groups = {
        "oe_size": _quantile_groups(seen.pupils, GROUPS_BY_SIZE),
        "oe_type": seen.school_type,
    }
    if seen.context is not None:
        groups["oe_context"] = _quantile_groups(seen.context, GROUPS_BY_CONTEXT)
    for name, group in groups.items():
        for item in np.unique(group):
            among = group == item
            if among.sum() >= FEWEST_IN_GROUP:
                yield name, str(item), observed_over_expected(seen, among), RATIO_GOAL
    yield "coverage", "", coverage(seen), COVERAGE_GOAL


def calibration_slope(seen: Expectation) -> float:
    """Return the slope of observed on expected log-odds, weighted by n / (n + 100): 1 where they agree.

    Below 1 expected values are too far apart, above 1 too close together (Cox 1958).
    """
    weight = seen.pupils / (seen.pupils + PUPILS_AT_HALF_WEIGHT)
    x, y = _log_odds(seen.expected, seen.out_of), _log_odds(seen.value, seen.out_of)
    x, y = x - np.average(x, weights=weight), y - np.average(y, weights=weight)
    return float((weight * x * y).sum() / (weight * x**2).sum())


def observed_over_expected(seen: Expectation, among: Bools) -> float:
    """Return what was observed in a group of schools over what was expected, weighted by pupils."""
    return float((seen.value * seen.pupils)[among].sum() / (seen.expected * seen.pupils)[among].sum())


def coverage(seen: Expectation) -> float:
    """Return the share of schools inside logit(expected) +- 1.96 sqrt(tau2 + psi2 / n)."""
    apart = _log_odds(seen.value, seen.out_of) - _log_odds(seen.expected, seen.out_of)
    between, chance = natural_variation(apart, seen.pupils)
    return float((np.abs(apart - apart.mean()) <= Z * np.sqrt(between + chance / seen.pupils)).mean())


def natural_variation(apart: Floats, pupils: Floats) -> tuple[float, float]:
    """Return tau2 and psi2, so that the variance of `apart` (log-odds) is tau2 + psi2 / pupils.

    Squared distances are regressed on 1 and 1 / pupils without negative parts, schools weighted by the
    inverse of the variance found so far; the outermost 2 % on each side are drawn in.
    """
    low, high = np.quantile(apart, [WINSORISED, 1 - WINSORISED])
    squared = (np.clip(apart, low, high) - apart.mean()) ** 2
    design = np.column_stack([np.ones_like(pupils), 1 / pupils])
    variance = np.full_like(pupils, squared.mean())
    found = np.zeros(2)
    for _ in range(ROUNDS):
        found, _ = nnls(design / variance[:, None], squared / variance)
        variance = np.maximum(design @ found, 1e-9)
    return float(found[0]), float(found[1])


def _expectation(
    of_year: pd.DataFrame, features: FeatureMatrix, alarmed: pd.MultiIndex
) -> Expectation | None:
    rows = of_year.set_index("school_id").reindex(list(features.school_ids))
    named = pd.MultiIndex.from_arrays([rows.index, np.full(len(rows), features.school_year)])
    kept = (
        (rows["status"] == "exact") & rows["expected"].notna() & (rows["pupils"] >= FEWEST_PUPILS)
    ).to_numpy() & ~named.isin(alarmed)
    if kept.sum() < FEWEST_IN_GROUP:
        return None
    context = features.standardised()[kept, 1] if features.names[1:] and features.names[0] == SIZE else None
    value, expected, out_of, pupils = (
        rows[name].to_numpy(float)[kept] for name in ("value", "expected", "denominator", "pupils")
    )
    return Expectation(value, expected, out_of, pupils, features.school_type[kept], context)


def _alarmed(benchmark: Benchmark) -> pd.MultiIndex:
    named = benchmark.registration
    return pd.MultiIndex.from_frame(named.loc[named["alarms"] != "", ["school_id", "school_year"]])


def _log_odds(share: Floats, out_of: Floats) -> Floats:
    # Half of what is counted on both sides keeps a school without any absence finite.
    return np.asarray(logit((share * out_of + 0.5) / (out_of + 1.0)))


def _quantile_groups(value: Floats, groups: int) -> np.ndarray:
    """Return the group of each school, "1" the lowest, by quantiles of `value`."""
    edges = np.quantile(value, np.linspace(0, 1, groups + 1)[1:-1])
    return (np.searchsorted(edges, value, side="right") + 1).astype(str)
