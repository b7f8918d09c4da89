"""Lasting change of each school this year, against its own years before and against similar schools."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr

from mirrors.benchmark.jumps import Differences, JumpModel, Pieces, fit_jumps, model_from
from mirrors.benchmark.panel import Bools, Floats, Panel
from mirrors.benchmark.residual import Trend, minus_type_median, residual

OLDER_YEARS = 4
OLDER_YEAR_WEIGHT = 0.6
CREDIT_FOR_LAST_YEAR = 0.45
MATERIAL_POINTS = 0.005
MATERIAL_SHARE = 0.10
CERTAINTY_KEPT = 0.85
"""Part of the model's probability that is kept: the rest is for what yearly figures do not show.

A register kept in another way, or a change shared by schools that no type describes: in real data between one
in ten and one in four of the changes that the model alone calls near certain are gone a year later.
"""


@dataclass(frozen=True, eq=False)
class Change:
    """Each school's lasting change; arrays (schools,), NaN for schools that are not eligible.

    `points` is the posterior expected change net of the trend of similar schools, as a share (0.01 is one
    percentage point), positive for a rise; `log_odds` is the same in log-odds. `p_rise` and `p_fall` are the
    probabilities of a material change, over half a point and over a tenth of the rate, and never above
    CERTAINTY_KEPT. `level` is this year's rate and `before` the rate of the years before (last year counts
    for 55 %), both without noise; `level - before` is the change including the trend of similar schools.
    `years_used` counts the school years in the school's series.
    """

    school_ids: tuple[str, ...]
    years: tuple[str, ...]
    eligible: Bools
    years_used: NDArray[np.int64]
    points: Floats
    log_odds: Floats
    p_rise: Floats
    p_fall: Floats
    level: Floats
    before: Floats
    model: JumpModel


@dataclass(frozen=True, eq=False)
class _Posterior:
    """Posterior summaries of the eligible schools, (eligible schools,)."""

    points: Floats
    log_odds: Floats
    p_rise: Floats
    p_fall: Floats
    level: Floats
    before: Floats


@dataclass(frozen=True, eq=False)
class _Levels:
    """Log-odds as observed, with the trend, of the eligible schools, (eligible schools,)."""

    now: Floats
    before: Floats
    earlier: Floats


def fit_change(panel: Panel, trend: Trend = "type") -> Change:
    """Return every school's expected lasting change and how probable a material one is.

    The trend of similar schools is taken out per year, then the jump model is fitted to all eligible schools
    together and each school's posterior is read off. A lasting change of the year before counts for 45 %.
    Raises ValueError when the context trend is asked for and the panel has no context.
    """
    weights = older_weights(panel)
    seen = differences(panel, residual(panel, trend), weights)
    parameters = fit_jumps(seen)
    posterior = _posterior(seen, Pieces.at(parameters, seen), _levels(panel, weights))
    spread = {field.name: _spread(getattr(posterior, field.name), panel) for field in fields(_Posterior)}
    return Change(
        school_ids=panel.school_ids,
        years=panel.years,
        eligible=panel.eligible,
        years_used=panel.usable[:, -2 - OLDER_YEARS :].sum(axis=1),
        model=model_from(parameters),
        **spread,
    )


def _spread(values: Floats, panel: Panel) -> Floats:
    """Return the eligible schools' values on all schools, NaN elsewhere."""
    spread = np.full(len(panel.school_ids), np.nan)
    spread[panel.eligible] = values
    return spread


def older_weights(panel: Panel) -> Floats:
    """Return the eligible schools' weights of up to four years before T-1, (eligible schools, years).

    Each year back counts .6 of the next; a school's weights sum to 1, or are all 0 without an older year.
    """
    years = len(panel.years)
    back = years - 3 - np.arange(years)
    falling = np.where((back >= 0) & (back < OLDER_YEARS), OLDER_YEAR_WEIGHT ** np.maximum(back, 0), 0.0)
    weights = falling * panel.usable[panel.eligible]
    return np.asarray(weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-300))


def differences(panel: Panel, left: Floats, weights: Floats) -> Differences:
    """Return both differences of the eligible schools and what their noise depends on."""
    rows = panel.eligible
    kinds = panel.school_type[rows]
    has_history = weights.sum(axis=1) > 0
    first = left[rows, -2] - _weighted(left[rows], weights)
    second = left[rows, -1] - left[rows, -2]
    inverse = 1.0 / panel.pupils[rows]
    return Differences(
        first=np.nan_to_num(minus_type_median(first, kinds, has_history)),
        second=minus_type_median(second, kinds, ~np.isnan(second)),
        rate=panel.usual_rate[rows],
        per_pupil_earlier=_weighted(inverse, weights**2),
        per_pupil_before=inverse[:, -2],
        per_pupil_now=inverse[:, -1],
        squared_weights=(weights**2).sum(axis=1),
    )


def _weighted(values: Floats, weights: Floats) -> Floats:
    """Return the weighted sum over years, where a weight of zero hides a missing value."""
    return np.asarray(np.where(weights > 0, values * weights, 0.0).sum(axis=1))


def _levels(panel: Panel, weights: Floats) -> _Levels:
    y = panel.y[panel.eligible]
    return _Levels(now=y[:, -1], before=y[:, -2], earlier=_weighted(y, weights))


def _posterior(seen: Differences, pieces: Pieces, levels: _Levels) -> _Posterior:
    """Return each school's posterior, averaged over its pieces."""
    mean, sd = lasting_change(seen, pieces)
    now = levels.now - pieces.noise_now * pieces.pull_second
    rate, rate_before = expit(now), expit(now - mean)
    p_rise, p_fall = material(mean, sd, rate_before)
    return _Posterior(
        points=pieces.average(rate - rate_before),
        log_odds=pieces.average(mean),
        p_rise=CERTAINTY_KEPT * pieces.average(p_rise),
        p_fall=CERTAINTY_KEPT * pieces.average(p_fall),
        level=pieces.average(rate),
        before=pieces.average(_rate_before(seen, pieces, levels)),
    )


def lasting_change(seen: Differences, pieces: Pieces) -> tuple[Floats, Floats]:
    """Return mean and standard deviation, per piece, of this year's jump plus 45 % of last year's.

    That is the lasting level now minus the lasting level before, of which last year is 55 % and the years
    before it 45 %. Without an older year it is this year's jump alone.
    """
    credit = CREDIT_FOR_LAST_YEAR * seen.has_history
    along_first, along_second = credit * pieces.jump_before, pieces.jump_now
    mean = along_first * pieces.pull_first + along_second * pieces.pull_second
    explained = (
        along_first**2 * pieces.variance_second
        + 2 * along_first * along_second * pieces.noise_before
        + along_second**2 * pieces.variance_first
    ) / pieces.determinant
    variance = credit**2 * pieces.jump_before + pieces.jump_now - explained
    return mean, np.sqrt(np.maximum(variance, 1e-12))


def material(mean: Floats, sd: Floats, rate_before: Floats) -> tuple[Floats, Floats]:
    """Return the probabilities of a rise and of a fall beyond half a point and beyond a tenth of the rate."""
    margin = np.maximum(MATERIAL_POINTS, MATERIAL_SHARE * rate_before)
    up = logit(np.minimum(rate_before + margin, 1.0)) - logit(rate_before)
    down = logit(rate_before) - logit(np.maximum(rate_before - margin, 0.0))
    return ndtr((mean - up) / sd), ndtr((-mean - down) / sd)


def _rate_before(seen: Differences, pieces: Pieces, levels: _Levels) -> Floats:
    """Return, per piece, the rate of T-1 averaged with that of the years before it, without their noise."""
    last = expit(levels.before - pieces.noise_before * (pieces.pull_first - pieces.pull_second))
    older = expit(levels.earlier + pieces.noise_earlier * pieces.pull_first)
    credit = CREDIT_FOR_LAST_YEAR * seen.has_history
    return np.asarray((1 - credit) * last + credit * older)
