"""Tables over several years: years together, words for trends, and what moved."""

import numpy as np
import pandas as pd

from mirrors.benchmark.benchmark import Benchmark
from mirrors.benchmark.driver import CHANGED
from mirrors.benchmark.fewest import UNITS_OF_MONTH, fewest_pupils
from mirrors.benchmark.series import next_year
from mirrors.definitions import Indicator
from mirrors.disclosure.complement import hidden_together
from mirrors.disclosure.own import own_figures, withheld
from mirrors.disclosure.protection import STANDARD, Protection, breakdown_of
from mirrors.disclosure.rules import FEWEST_PUPILS, TENTH, round_to

_KEY = ["school_id", "school_year"]
_POOLED = [*_KEY, "indicator", "value", "low", "high", "status", "years"]
_MOVED = [*_KEY, "part", "item", "points"]


def tables(
    benchmark: Benchmark,
    indicators: dict[str, Indicator],
    group: pd.DataFrame,
    under: Protection = STANDARD,
) -> dict[str, pd.DataFrame]:
    """Return the tables pooled, trend_word and driver; `group` is the table of groups as published."""
    within = benchmark.within
    shown = group[group["indicator"] == CHANGED]
    return {
        "pooled": pooled(within.pooled, indicators, under),
        "trend_word": within.trend_words,
        "driver": driver(within.drivers, shown),
    }


def pooled(
    rows: pd.DataFrame, indicators: dict[str, Indicator], under: Protection = STANDARD
) -> pd.DataFrame:
    """Return years together as they may be shown: under the rules of one year, on the pupils of all."""
    parts = []
    for key, found in rows.groupby("indicator"):
        indicator = indicators[str(key)]
        exact = found.reset_index(drop=True).assign(status="exact")
        fewest = max(fewest_pupils(indicator), under.rules.fewest_pupils if indicator.counts_pupils else 0)
        breakdown = breakdown_of(indicator)
        steps = under.count_steps(exact, breakdown)
        own = own_figures(indicator, exact, fewest, steps, under.rules.large_school)
        own = withheld(own, under.drops(exact, breakdown))
        parts.append(exact.assign(**{name: own[name] for name in own.columns})[_POOLED])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_POOLED)


def driver(rows: pd.DataFrame, shown: pd.DataFrame) -> pd.DataFrame:
    """Return what moved, to a tenth of a point, without what is too small to be told.

    A grade must be `shown` this year, and not withheld in the two before; a month must have units enough.
    When one is left out another one is too, for the points of one part add up to a change that is told.
    """
    rows = rows.reset_index(drop=True)
    hidden = (rows["part"] == "grade").to_numpy() & ~_told(rows, shown)
    hidden |= ((rows["part"] == "month") & (rows["units"] < UNITS_OF_MONTH)).to_numpy()
    of_grade = (rows["part"] == "grade").to_numpy()
    for chosen, size, least in ((of_grade, "pupils", FEWEST_PUPILS), (~of_grade, "units", UNITS_OF_MONTH)):
        hidden[chosen] = hidden_together(rows[chosen], [*_KEY, "part"], hidden[chosen], size, least)
    rounded = rows.assign(points=round_to(rows["points"].to_numpy(float), TENTH))
    return rounded.iloc[np.flatnonzero(~hidden)][_MOVED]


def _told(rows: pd.DataFrame, shown: pd.DataFrame) -> np.ndarray:
    """Return which rows are about a group that is told this year and was not withheld in the two before."""
    grades = shown[shown["breakdown"] == "grade"]
    this = pd.MultiIndex.from_frame(rows[[*_KEY, "item"]])
    exact = pd.MultiIndex.from_frame(grades.loc[grades["status"] == "exact", [*_KEY, "member"]])
    told = this.isin(exact)
    withheld = grades.loc[grades["status"] != "exact", [*_KEY, "member"]]
    for _ in range(2):
        withheld = withheld.assign(school_year=withheld["school_year"].map(next_year))
        told &= ~this.isin(pd.MultiIndex.from_frame(withheld))
    return np.asarray(told)
