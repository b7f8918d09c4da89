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
    """Return the exact observations on too few pupils, with the columns of `COUNTED` and `needed` pupils."""
    needed = fewest_pupils(indicator)
    few = (observed["status"] == "exact") & (observed["pupils"] < needed)
    small = observed[few].dropna(subset=_COUNTS).assign(indicator=indicator.id, needed=needed)
    return small[[*COUNTED, "needed"]]


def windows(small: pd.DataFrame, place: list[str], size: str, runs: Runs) -> pd.DataFrame:
    """Return the years that are told together in each of the years of `small`.

    `place` are the columns that tell one series of years; `runs` are, by year, the comparable years that end
    in it. The small years of a series that follow one another fill a window until its `size` together is as
    much as is `needed`, three years at most; the next year begins another one. So no year is in two windows,
    and none can be worked out by taking one from another; later years change no window that is full. A year
    that has a figure of its own takes no part and ends the row. Columns: those of `place`, school_year,
    years (of the last full window up to that year, commas between).
    """
    wide = small.pivot(index=place, columns="school_year", values=[size, "needed"])
    filling, label, full = (np.full(len(wide), each, dtype=object) for each in ("", "", ""))
    total, parts = np.zeros(len(wide)), []
    for year, run in runs.items():
        if (size, year) not in wide.columns:
            filling[:], full[:] = "", ""
            continue
        much, needed = (wide[name, year].to_numpy(float) for name in (size, "needed"))
        here, follows = ~np.isnan(much), ~np.isnan(much) & (len(run) > 1)
        total = np.where(follows & (filling != ""), total, 0.0) + much
        label = np.where(follows & (filling != ""), filling + "," + year, year)
        complete = here & ((total >= needed) | (_years_in(label) == YEARS_TOGETHER))
        full = np.where(complete, label, np.where(follows, full, ""))
        filling = np.where(here & ~complete & (len(run) > 0), label, "")
        told = here & (full != "")
        parts.append(wide.index[told].to_frame(index=False).assign(school_year=year, years=full[told]))
    columns = [*place, "school_year", "years"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _years_in(labels: np.ndarray) -> np.ndarray:
    return np.array([label.count(",") + 1 for label in labels], dtype=int)


def summed(rows: pd.DataFrame, found: pd.DataFrame, place: list[str], counts: list[str]) -> pd.DataFrame:
    """Return the windows `found` with the sums of `counts` over their years.

    `rows` have a row a year for each `place`, which may tell more apart than the windows do; a place without
    a row in each year of a window has no sum in it.
    """
    of_window = [name for name in found.columns if name not in ("school_year", "years")]
    years = found[[*of_window, "years"]].drop_duplicates()
    years = years.assign(school_year=years["years"].str.split(",")).explode("school_year")
    grouped = years.merge(rows, on=[*of_window, "school_year"]).groupby([*place, "years"])
    sums = grouped[counts].sum().assign(found=grouped.size()).reset_index()
    whole = sums[sums["found"] == _years_in(sums["years"].to_numpy())]
    return found.merge(whole.drop(columns="found"), on=[*of_window, "years"])


def pool(small: pd.DataFrame, runs: Runs) -> pd.DataFrame:
    """Return years together of schools that were too small in each of them.

    `small` are years of `too_small`; `runs` are, by year, the comparable years that end in it. Columns: those
    of `COUNTED` (sums of the years), value and years (see `windows`).
    """
    place = ["indicator", "school_id"]
    rows = summed(small, windows(small, place, "pupils", runs), place, _COUNTS)
    value = rows["numerator"] / rows["denominator"].where(rows["denominator"] > 0)
    return rows.assign(value=value.astype(float))[[*COUNTED, "years", "value"]]


def with_doubt(indicator: Indicator, pooled: pd.DataFrame, variance: float) -> pd.DataFrame:
    """Return years together of one indicator with their 95 % interval, in the columns of `POOLED`."""
    numerator, denominator, pupils = (pooled[name].to_numpy(float) for name in _COUNTS)
    low = high = np.full(len(pooled), np.nan)
    if indicator.counts_pupils:
        low, high = wilson_interval(numerator, denominator)
    elif indicator.kind == "rate":
        low, high = rate_interval(pooled["value"].to_numpy(float), pupils, variance)
    return pooled.assign(low=low, high=high)[POOLED]
