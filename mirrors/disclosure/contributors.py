"""Rates that few pupils make up, or one of them: what bands and quantiles of the same absence tell of it."""

import numpy as np
import pandas as pd

from mirrors.benchmark.panel import Bools
from mirrors.benchmark.reduction import Reduced
from mirrors.definitions import Indicator
from mirrors.disclosure.rules import DOMINANT

_KEY = ["school_id", "school_year"]


def few_make_it_up(indicator: Indicator, rows: pd.DataFrame, reduced: Reduced, fewest: int) -> Bools:
    """Return which rows, (rows,), are a rate or a total of units that too few pupils are known to make up.

    That is fewer than `fewest`, or one with half of the units or more. Facts are totals, so it is not always
    known: how many were absent only where bands of units or quantiles were delivered for every kind of
    absence that counts; what one pupil missed never, only that who stands in the highest band missed at least
    its lower end.
    """
    kinds = indicator.counted.categories
    if indicator.kind not in ("rate", "per_100_pupils") or "any" in kinds or not len(rows):
        return np.zeros(len(rows), dtype=bool)
    at = pd.MultiIndex.from_frame(rows[_KEY])
    many = sum((_absent(kind, reduced).reindex(at).to_numpy(float) for kind in kinds), np.zeros(len(rows)))
    units = rows["numerator"].to_numpy(float)
    dominated = np.zeros(len(rows), dtype=bool)
    if len(kinds) == 1:
        dominated = _longest(kinds[0], reduced).reindex(at).to_numpy(float) >= DOMINANT * np.maximum(
            units, 1.0
        )
    return np.asarray((many < fewest) | dominated)


def _units(kind: str, reduced: Reduced) -> pd.DataFrame:
    """Return the bands of units absent of pupils with any."""
    bands = reduced.pupils_in_band
    chosen = (bands["category"] == kind) & (bands["scale"] == "units") & (bands["at_least"] >= 1)
    return bands[chosen & bands["status"].isna()]


def _absent(kind: str, reduced: Reduced) -> pd.Series:
    """Return how many pupils were absent of one kind, by school and year, where that is known."""
    quantiles = reduced.units_quantile
    told = quantiles[quantiles["category"] == kind].groupby(_KEY)["pupils"].max()
    bands = _units(kind, reduced)
    complete = bands.groupby(_KEY)["at_least"].transform("min") == 1
    counted = bands[complete].groupby(_KEY)["pupils"].sum(min_count=1)
    return told.astype(float).combine_first(counted.astype(float))


def _longest(kind: str, reduced: Reduced) -> pd.Series:
    """Return the lower end of the highest band of units that holds a pupil, by school and year."""
    bands = _units(kind, reduced)
    return bands[bands["pupils"] > 0].groupby(_KEY)["at_least"].max()
