"""Several school years together, for schools of which one year alone says nothing."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from mirrors.benchmark.fewest import fewest_pupils
from mirrors.benchmark.interval import rate_interval, wilson_interval
from mirrors.benchmark.series import next_year
from mirrors.definitions import Indicator, Jurisdiction

YEARS_TOGETHER = 3

Runs = dict[str, tuple[str, ...]]
"""The comparable years that end in each year, oldest first."""

_COUNTS = ["numerator", "denominator", "pupils"]
COUNTED = ["school_id", "school_year", "indicator", *_COUNTS]
POOLED = [*COUNTED, "value", "low", "high", "years"]


def comparable_years(years: Iterable[str], restarts: Iterable[str], jurisdiction: Jurisdiction) -> Runs:
    """Return, for each of `years`, the consecutive comparable years that end in it, oldest first.

    A declared break has none and ends a run; a year from which something else is counted begins one.
    """
    runs: Runs = {}
    begins = set(restarts)
    before = ""
    for year in sorted(years):
        follows = bool(before) and next_year(before) == year and year not in begins
        runs[year] = (
            () if jurisdiction.break_reason(year) else ((*runs[before], year) if follows else (year,))
        )
        before = year
    return runs


def too_small(indicator: Indicator, observed: pd.DataFrame) -> pd.DataFrame:
    """Return the exact observations on too few pupils, with the columns of `COUNTED`."""
    few = (observed["status"] == "exact") & (observed["pupils"] < fewest_pupils(indicator))
    return observed[few].assign(indicator=indicator.id)[COUNTED]


def pool(small: pd.DataFrame, runs: Runs) -> pd.DataFrame:
    """Return three comparable years together of schools that were too small in each of them.

    A year that has a figure of its own takes no part: taken from the sum it would tell the others. `small`
    are years of `too_small`; `runs` are, by year, the comparable years that end in it. Columns: those of
    `COUNTED` (sums of three years), value and years (commas between).
    """
    wide = small.pivot(index=["indicator", "school_id"], columns="school_year", values=_COUNTS)
    parts = []
    for year, run in runs.items():
        last = list(run[-YEARS_TOGETHER:])
        if len(last) < YEARS_TOGETHER or not set(last) <= set(small["school_year"]):
            continue
        sums = {name: wide[name][last].to_numpy(float).sum(axis=1) for name in _COUNTS}
        rows = pd.DataFrame(sums, index=wide.index).dropna().reset_index()
        parts.append(rows.assign(school_year=year, years=",".join(last)))
    columns = [*COUNTED, "years"]
    rows = pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)
    value = rows["numerator"] / rows["denominator"].where(rows["denominator"] > 0)
    return rows.assign(value=value.astype(float))


def with_doubt(indicator: Indicator, pooled: pd.DataFrame, variance: float) -> pd.DataFrame:
    """Return years together of one indicator with their 95 % interval, in the columns of `POOLED`."""
    numerator, denominator, pupils = (pooled[name].to_numpy(float) for name in _COUNTS)
    low = high = np.full(len(pooled), np.nan)
    if indicator.counts_pupils:
        low, high = wilson_interval(numerator, denominator)
    elif indicator.kind == "rate":
        low, high = rate_interval(pooled["value"].to_numpy(float), pupils, variance)
    return pooled.assign(low=low, high=high)[POOLED]
