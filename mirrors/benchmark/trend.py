"""Where five years go: rising, falling, or nothing that stands out of chance.

The rule is that of Public Health England's Fingertips: a straight line through the last five points, each
weighted by the inverse of its squared standard error, is a trend when chi-squared exceeds its 99.8 % point
and its slope keeps its sign whichever year is left out.
"""

import numpy as np
import pandas as pd

from mirrors.benchmark.alarm import SchoolYears, among
from mirrors.benchmark.fewest import fewest_pupils
from mirrors.benchmark.interval import Z
from mirrors.benchmark.panel import Floats
from mirrors.benchmark.pooling import Runs
from mirrors.definitions import Indicator

POINTS = 5
CHI_SQUARED = 9.5495
"""The value that chi-squared with one degree of freedom exceeds by chance once in 500 times."""

POINT = ["school_id", "school_year", "indicator", "value", "low", "high"]
WORDS = ("rising", "falling", "no_change", "too_early")


def points(indicator: Indicator, compared: pd.DataFrame, alarmed: SchoolYears) -> pd.DataFrame:
    """Return the points of an indicator's trends, with the columns of `POINT`.

    They are exact figures with an interval, on enough pupils and not under an open alarm.
    """
    enough = (compared["status"] == "exact") & (compared["pupils"] >= fewest_pupils(indicator))
    valid = compared[enough & compared["low"].notna()].assign(indicator=indicator.id)
    return valid.loc[~among(valid, alarmed), POINT]


def trend_words(found: pd.DataFrame, runs: Runs) -> pd.DataFrame:
    """Return the word for the trend of every school and indicator that has a point in a comparable year.

    `found` are `points`; `runs` are, by year, the comparable years that end in it. Columns: school_id,
    school_year, indicator, word (one of `WORDS`).
    """
    wide = found.pivot(
        index=["indicator", "school_id"], columns="school_year", values=["value", "low", "high"]
    )
    parts = []
    for year, run in runs.items():
        chosen = [name for name in run if ("value", name) in wide.columns]
        if year not in chosen:
            continue
        value, low, high = (wide[column][chosen].to_numpy(float) for column in ("value", "low", "high"))
        have = ~np.isnan(value[:, -1])
        words = words_of(value[have], (high - low)[have] / (2 * Z), np.arange(len(chosen), dtype=float))
        parts.append(wide.index[have].to_frame(index=False).assign(school_year=year, word=words))
    columns = ["school_id", "school_year", "indicator", "word"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def words_of(value: Floats, error: Floats, time: Floats) -> np.ndarray:
    """Return the word for each row of `value` (rows, years), NaN where a year is missing.

    `error` are standard errors of the same shape; `time` (years,) is when.
    """
    known = ~np.isnan(value)
    # The last five of them: counted from the right.
    weight = np.where(known & (np.cumsum(known[:, ::-1], axis=1)[:, ::-1] <= POINTS), error**-2.0, 0.0)
    filled = np.where(known, value, 0.0)
    slope, variance = _slope(filled, weight, time)
    with np.errstate(invalid="ignore", divide="ignore"):
        stands_out = slope**2 / variance > CHI_SQUARED
    steady = stands_out.copy()
    for year in range(value.shape[1]):
        without = weight.copy()
        without[:, year] = 0.0
        left, _ = _slope(filled, without, time)
        steady &= (weight[:, year] == 0) | (np.sign(left) == np.sign(slope))
    early = (weight > 0).sum(axis=1) < POINTS
    return np.select([early, steady & (slope > 0), steady & (slope < 0)], [WORDS[3], *WORDS[:2]], WORDS[2])


def _slope(value: Floats, weight: Floats, time: Floats) -> tuple[Floats, Floats]:
    """Return the slope (rows,) of the weighted straight line through each row, and its variance."""
    with np.errstate(invalid="ignore", divide="ignore"):
        whole = weight.sum(axis=1)
        centre = (weight * time).sum(axis=1) / whole
        mean = (weight * value).sum(axis=1) / whole
        apart = time[None, :] - centre[:, None]
        spread = (weight * apart**2).sum(axis=1)
        slope = (weight * apart * (value - mean[:, None])).sum(axis=1) / spread
        return slope, 1 / spread
