"""Where each school stands now against what is expected for similar schools, without one-year noise."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit, ndtr

from mirrors.benchmark.panel import Bools, Floats, Panel
from mirrors.benchmark.residual import Trend, residual

CLEARLY_BELOW = 0.9
ITERATIONS = 60
PRIOR_MEAN = np.array([np.log(0.06), np.log(0.01), logit(0.7), np.log(0.002), np.log(1.8), logit(0.4)])
PRIOR_SD = np.array([1.5, 1.5, 0.7, 1.5, 1.0, 0.7])
LARGEST_STEP_FROM_PRIOR = 6.0


@dataclass(frozen=True)
class LevelModel:
    """Fitted variances of the log-odds against expected, and how fast their parts are forgotten.

    `school` is constant over the years, `drift` fades by `drift_kept` a year; both are the lasting level.
    `shock` is noise of one year; `pupils` divided by the number of pupils is chance, of
    which `pupils_kept` returns next year because most pupils stay.
    """

    school: float
    drift: float
    drift_kept: float
    shock: float
    pupils: float
    pupils_kept: float


@dataclass(frozen=True, eq=False)
class Level:
    """Each school's lasting level in the target year; arrays (schools,), NaN where T is not usable.

    `level` is the posterior mean of the lasting log-odds against expected (negative is lower than expected),
    `sd` its standard deviation, `p_better` the probability that the lasting rate is more than a tenth below
    the expected rate, `expected` that expected rate and `rate` the school's rate at its lasting level.
    """

    school_ids: tuple[str, ...]
    eligible: Bools
    level: Floats
    sd: Floats
    p_better: Floats
    expected: Floats
    rate: Floats
    model: LevelModel


@dataclass(frozen=True, eq=False)
class Series:
    """What the model sees: residuals with 0 where missing, a mask, and pairwise products over years."""

    left: Floats
    seen: Floats
    per_pupil: Floats
    years_apart: Floats

    @property
    def both_seen(self) -> Floats:
        """1.0 where both years of a pair are usable, (schools, years, years)."""
        return self.seen[:, :, None] * self.seen[:, None, :]


def fit_level(panel: Panel, trend: Trend = "type") -> Level:
    """Return every school's lasting level against expected, from all its usable years.

    A linear Gaussian state-space model (Kane & Staiger 2002 filter school results the same way), fitted by
    penalised likelihood. Lower is better: for an indicator where higher is better pass the complement.
    Raises ValueError when the context trend is asked for and the panel has no context.
    """
    left = residual(panel, trend)
    series = series_of(panel, left)
    parameters = _fit(series)
    mean, variance = _posterior_of_last_year(parameters, series)
    eligible = panel.usable[:, -1]
    mean, sd = np.where(eligible, mean, np.nan), np.where(eligible, np.sqrt(variance), np.nan)
    expected = expit(panel.y[:, -1] - left[:, -1])
    margin = logit(CLEARLY_BELOW * expected) - logit(expected)
    return Level(
        school_ids=panel.school_ids,
        eligible=eligible,
        level=mean,
        sd=sd,
        p_better=ndtr((margin - mean) / sd),
        expected=expected,
        rate=expit(logit(expected) + mean),
        model=_model(parameters),
    )


def series_of(panel: Panel, left: Floats) -> Series:
    years = np.arange(len(panel.years))
    root = np.sqrt(1.0 / np.where(panel.usable, panel.pupils, 1.0))
    return Series(
        left=np.nan_to_num(left),
        seen=panel.usable.astype(float),
        per_pupil=root[:, :, None] * root[:, None, :],
        years_apart=np.abs(years[:, None] - years[None, :]).astype(float),
    )


def _model(parameters: Floats) -> LevelModel:
    school, drift, shock, pupils = np.exp(parameters[[0, 1, 3, 4]])
    drift_kept, pupils_kept = expit(parameters[[2, 5]])
    return LevelModel(
        float(school), float(drift), float(drift_kept), float(shock), float(pupils), float(pupils_kept)
    )


def _fit(series: Series) -> Floats:
    reach = LARGEST_STEP_FROM_PRIOR * PRIOR_SD
    best = minimize(
        penalised,
        PRIOR_MEAN,
        args=(series,),
        jac=True,
        method="L-BFGS-B",
        bounds=list(zip(PRIOR_MEAN - reach, PRIOR_MEAN + reach, strict=True)),
        options={"maxiter": ITERATIONS},
    )
    return np.asarray(best.x)


def _covariance(model: LevelModel, series: Series) -> Floats:
    """Return each school's covariance over years, a missing year made an independent standard normal."""
    lasting = model.school + model.drift * model.drift_kept**series.years_apart
    covariance = lasting + model.pupils * model.pupils_kept**series.years_apart * series.per_pupil
    own = np.eye(len(series.years_apart))
    return (covariance + model.shock * own) * series.both_seen + (1 - series.seen)[:, :, None] * own


def penalised(parameters: Floats, series: Series) -> tuple[float, Floats]:
    """Return minus the penalised log-likelihood and its gradient, (6,)."""
    model, apart = _model(parameters), series.years_apart
    covariance = _covariance(model, series)
    inverse = np.linalg.inv(covariance)
    pull = (inverse @ series.left[:, :, None])[:, :, 0]
    spread = np.linalg.slogdet(covariance)[1] + np.log(2 * np.pi) * series.seen.sum(axis=1)
    away = (parameters - PRIOR_MEAN) / PRIOR_SD
    value = 0.5 * (spread.sum() + (pull * series.left).sum() + away @ away)
    on_covariance = 0.5 * (pull[:, :, None] * pull[:, None, :] - inverse) * series.both_seen
    on_lasting = on_covariance.sum(axis=0)
    on_pupils = (on_covariance * series.per_pupil).sum(axis=0)
    drift, pupils = model.drift * model.drift_kept**apart, model.pupils * model.pupils_kept**apart
    gradient = np.array(
        [
            model.school * on_lasting.sum(),
            (drift * on_lasting).sum(),
            (drift * apart * on_lasting).sum() * (1 - model.drift_kept),
            model.shock * np.trace(on_lasting),
            (pupils * on_pupils).sum(),
            (pupils * apart * on_pupils).sum() * (1 - model.pupils_kept),
        ]
    )
    return float(value), away / PRIOR_SD - gradient


def _posterior_of_last_year(parameters: Floats, series: Series) -> tuple[Floats, Floats]:
    """Return mean and variance of each school's lasting level in the last year, (schools,)."""
    model = _model(parameters)
    lasting = model.school + model.drift * model.drift_kept**series.years_apart
    with_last = lasting[-1] * series.seen
    gain = np.linalg.solve(_covariance(model, series), with_last[:, :, None])[:, :, 0]
    return (gain * series.left).sum(axis=1), lasting[-1, -1] - (gain * with_last).sum(axis=1)
