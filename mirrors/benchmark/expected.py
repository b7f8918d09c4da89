"""The rate to be expected of a school with these pupils: a ridge on the log-odds, out of fold.

The school's own value never enters its own expected value (ten folds). Weights are n / (n + 100): beyond
that, more pupils hardly make a school's rate a better guide to its context (pupils of a school share
more than their context).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from mirrors.benchmark.features import FeatureMatrix
from mirrors.benchmark.panel import Bools, Floats
from mirrors.benchmark.residual import PUPILS_AT_HALF_WEIGHT

FOLDS = 10
FEWEST_SCHOOLS = 30
LARGEST_SHARE_AT_ZERO = 0.1
"""Where more schools than this have nothing to count, log-odds are mostly the half that is added."""
PENALTIES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
INTERACTION_WEIGHT = 0.5
"""The deprivation slope of one type is shrunk towards the common slope by entering it at half size."""


def expected_rate(
    value: Floats, out_of: Floats, pupils: Floats, taking_part: Bools, features: FeatureMatrix
) -> Floats:
    """Return the expected share of every school (schools,).

    `value` are shares 0..1 of `out_of` (possible units, or pupils). Schools not taking part get the
    expected value of a fit to all that do. Expected values are scaled so that, weighted by pupils, they
    add up to what was observed. NaN when too few schools take part, or too many of them are at zero.
    """
    expected = np.full(value.shape, np.nan)
    if taking_part.sum() < FEWEST_SCHOOLS or (value[taking_part] == 0).mean() > LARGEST_SHARE_AT_ZERO:
        return expected
    y = _log_odds(value, out_of)
    design = design_matrix(features)
    weight = pupils / (pupils + PUPILS_AT_HALF_WEIGHT)
    inside, fitted = _out_of_fold(
        design[taking_part], y[taking_part], weight[taking_part], design[~taking_part]
    )
    expected[taking_part] = expit(inside)
    expected[~taking_part] = expit(fitted)
    observed = (value * pupils)[taking_part].sum()
    scale = observed / (expected * pupils)[taking_part].sum()
    return np.asarray(np.minimum(expected * scale, 1.0))


def expected_mean(value: Floats, weight: Floats, taking_part: Bools, features: FeatureMatrix) -> Floats:
    """Return the expected mean score of every school (schools,), on the scale of `value` itself.

    `weight` (schools,) says how much each school that takes part teaches; out of fold, and NaN where too few
    take part, as for `expected_rate`.
    """
    expected = np.full(value.shape, np.nan)
    if taking_part.sum() < FEWEST_SCHOOLS:
        return expected
    design = design_matrix(features)
    teaches = weight[taking_part] / weight[taking_part].mean()
    expected[taking_part], expected[~taking_part] = _out_of_fold(
        design[taking_part], value[taking_part], teaches, design[~taking_part]
    )
    return expected


def design_matrix(features: FeatureMatrix) -> Floats:
    """Return type dummies, standardised features and type x first context feature, (schools, columns)."""
    kinds = np.unique(features.school_type)
    dummies = (features.school_type[:, None] == kinds[None, :]).astype(float)
    scaled = features.standardised()
    if scaled.shape[1] < 2:
        return np.column_stack([dummies, scaled])
    return np.column_stack([dummies, scaled, INTERACTION_WEIGHT * dummies * scaled[:, 1:2]])


def _log_odds(value: Floats, out_of: Floats) -> Floats:
    # Half of what is counted on both sides keeps a school without any absence finite. Half a pupil would be
    # far too much for a rate of units (test_expected.test_calibration).
    with np.errstate(invalid="ignore"):
        return np.log((value * out_of + 0.5) / ((1 - value) * out_of + 0.5))


def _out_of_fold(design: Floats, y: Floats, weight: Floats, others: Floats) -> tuple[Floats, Floats]:
    """Return out-of-fold predictions of the schools taking part, and a full fit's of the others."""
    # scikit-learn takes over a second to import and is needed in this batch step only.
    from sklearn.linear_model import Ridge, RidgeCV
    from sklearn.model_selection import KFold

    full = RidgeCV(alphas=PENALTIES).fit(design, y, sample_weight=weight)
    inside = np.empty_like(y)
    for train, test in KFold(FOLDS, shuffle=True, random_state=0).split(design):
        fold = Ridge(alpha=full.alpha_).fit(design[train], y[train], sample_weight=weight[train])
        inside[test] = fold.predict(design[test])
    return inside, full.predict(others) if len(others) else np.empty(0)


def feature_weights(
    value: Floats, out_of: Floats, pupils: Floats, taking_part: Bools, features: FeatureMatrix
) -> Floats:
    """Return how much each feature says about the indicator: absolute ridge coefficients (features,)."""
    from sklearn.linear_model import RidgeCV

    scaled = features.standardised()
    if taking_part.sum() < FEWEST_SCHOOLS:
        return np.full(scaled.shape[1], np.nan)
    kinds: NDArray[np.str_] = np.unique(features.school_type)
    dummies = (features.school_type[:, None] == kinds[None, :]).astype(float)
    design = np.column_stack([scaled, dummies])[taking_part]
    weight = (pupils / (pupils + PUPILS_AT_HALF_WEIGHT))[taking_part]
    fit = RidgeCV(alphas=PENALTIES).fit(design, _log_odds(value, out_of)[taking_part], sample_weight=weight)
    return np.asarray(np.abs(fit.coef_[: scaled.shape[1]]))
