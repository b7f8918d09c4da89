"""Scores for comparing schools: drawn towards what is expected of a school with these pupils.

A school's own page shows the raw mean. Next to others, the mean of a few respondents is mostly chance: it is
drawn towards the expected one by as much as chance explains (empirical Bayes, Efron and Morris 1975).
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.special import ndtr

from mirrors.benchmark.expected import FEWEST_SCHOOLS, design_matrix, expected_mean
from mirrors.benchmark.features import FeatureMatrix
from mirrors.benchmark.interval import Z
from mirrors.benchmark.panel import Floats
from mirrors.survey.response import comparable

FEWEST_TO_EXPECT = 5
"""Schools from which, without their context, the mean of the others is what is expected of one."""

_TOGETHER = ["school_year", "group", "theme"]
_COLUMNS = ("expected", "expected_variance", "shrunk", "shrunk_low", "shrunk_high", "p_value")


def between_variance(deviation: Floats, variance: Floats) -> float:
    """Return the variance of true deviations by estimates of known `variance` (DerSimonian, Laird 1986)."""
    if len(deviation) < 2:
        return 0.0
    weight = 1 / variance
    centre = (weight * deviation).sum() / weight.sum()
    spread = (weight * (deviation - centre) ** 2).sum()
    per_unit = weight.sum() - (weight**2).sum() / weight.sum()
    return float(max((spread - (len(deviation) - 1)) / per_unit, 0.0))


def pooled_variance(sd: Floats, number: Floats) -> float:
    """Return the variance of respondents within schools, all schools together; NaN without any."""
    known = (number > 1) & ~np.isnan(sd)
    freedom = number[known] - 1
    return float((freedom * sd[known] ** 2).sum() / freedom.sum()) if known.any() else float("nan")


def compared(scores: pd.DataFrame, features: Mapping[str, FeatureMatrix]) -> pd.DataFrame:
    """Return the comparable rows of `scores`, each with what is expected of it and drawn towards it.

    Only rows of at least 30 respondents and half of those invited; of a school that asked a group twice in a
    school year, the last wave: `scores` come in the order of waves. `features` by school year; without them,
    or for fewer than 30 schools, the mean of the other schools is expected. Further columns: expected,
    expected_variance, shrunk, its 95 % interval shrunk_low and shrunk_high, and p_value (two-sided, of no
    deviation at all). All are NaN where too few schools can be compared.
    """
    chosen = scores[comparable(scores)].drop_duplicates(["school_id", *_TOGETHER], keep="last")
    drawn = np.full((len(chosen), len(_COLUMNS)), np.nan)
    for place in chosen.groupby(_TOGETHER).indices.values():
        rows = chosen.iloc[place]
        drawn[place] = _drawn(rows, features.get(str(rows["school_year"].iloc[0])))
    return chosen.reset_index(drop=True).join(pd.DataFrame(drawn, columns=list(_COLUMNS)))


def _drawn(rows: pd.DataFrame, features: FeatureMatrix | None) -> Floats:
    """Return the columns of one year, group and theme, (schools, columns).

    `B = t2 / (t2 + s2 / n)` with s2 of all schools together: that of one school alone is too uncertain.
    """
    mean, number = rows["mean"].to_numpy(float), rows["respondents"].to_numpy(float)
    variance = pooled_variance(rows["sd"].to_numpy(float), number) / number
    if len(rows) < FEWEST_TO_EXPECT or not (variance > 0).all():
        return np.full((len(rows), len(_COLUMNS)), np.nan)
    weight = 1 / (between_variance(mean, variance) + variance)
    expected, explained = _expected(rows, weight, features)
    between = between_variance(mean - expected, variance)
    doubt = explained / (1 / (between + variance)).sum()
    kept = between / (between + variance)
    shrunk = expected + kept * (mean - expected)
    half = Z * np.sqrt(kept * variance + (1 - kept) ** 2 * doubt)
    z = (mean - expected) / np.sqrt(variance + doubt)
    columns = (expected, np.full(len(rows), doubt), shrunk, shrunk - half, shrunk + half)
    return np.column_stack([*columns, 2 * ndtr(-np.abs(z))])


def _expected(rows: pd.DataFrame, weight: Floats, features: FeatureMatrix | None) -> tuple[Floats, int]:
    """Return the expected means, a school's own never in its own, and how many numbers they were made of."""
    mean = rows["mean"].to_numpy(float)
    others = ((weight * mean).sum() - weight * mean) / (weight.sum() - weight)
    if features is None:
        return others, 1
    place = pd.Index(features.school_ids).get_indexer(pd.Index(rows["school_id"]))
    known = place >= 0
    if known.sum() < FEWEST_SCHOOLS:
        return others, 1
    value, teaches = np.zeros(len(features.school_ids)), np.zeros(len(features.school_ids))
    value[place[known]], teaches[place[known]] = mean[known], weight[known]
    fitted = expected_mean(value, teaches, teaches > 0, features)
    return np.where(known, fitted[place], others), design_matrix(features).shape[1]
