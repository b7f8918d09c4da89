"""A model of how log-odds move from year to year: lasting jumps, everyday noise and one-year blips.

Two differences are seen per school: last year minus the years before, and this year minus last year. Each is
a lasting jump plus the difference of two years' noise. Jumps follow a mixture of four normals (heavy tails);
noise shrinks with the number of pupils and is now and then a blip. Counting which of the four sizes each
jump has and which of the three periods holds a blip gives 4 x 4 x 2 x 2 x 2 = 128 pieces per school, each a
two-dimensional normal in closed form. Arrays of pieces have the shape
(size of the jump before, size of the jump now, blip earlier, blip before, blip now, schools).
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_expit, log_softmax, logit, softmax

from mirrors.benchmark.panel import Floats

JUMP_SIZES = np.array([1.0, 2.5, 6.0, 20.0])
USUAL_JUMP_WEIGHTS = np.array([0.60, 0.25, 0.12, 0.03])
REFERENCE_SPREAD = 0.07
RATE_FLOOR = 0.001
NO_HISTORY_VARIANCE = 1e4
ITERATIONS = 40
LARGEST_STEP_FROM_PRIOR = 8.0

BEFORE, NOW = slice(1, 4), slice(4, 7)
PRIOR_MEAN = np.array(
    [
        np.log(0.04),
        *np.log(USUAL_JUMP_WEIGHTS[1:] / USUAL_JUMP_WEIGHTS[0]),
        *np.log(USUAL_JUMP_WEIGHTS[1:] / USUAL_JUMP_WEIGHTS[0]),
        np.log(1.5),
        np.log(0.001),
        0.5,
        logit(0.03),
        np.log(0.3),
        0.0,
    ]
)
PRIOR_SD = np.array([0.35, *[1.0] * 6, 1.0, 1.5, 0.5, 1.0, 0.5, 0.25])
PRIOR_SD_TWO_YEARS = np.array([0.35, *[1.0] * 6, 0.3, 1.5, 0.5, 0.3, 0.2, 0.25])


@dataclass(frozen=True, eq=False)
class Differences:
    """What the model sees of each school, all arrays (schools,), log-odds net of the trend.

    `first` is last year minus the earlier years' weighted mean (0 without any), `second` this year minus last
    year. `per_pupil` is what multiplies chance in a period, 1 / pupils for a single year.
    """

    first: Floats
    second: Floats
    rate: Floats
    per_pupil_earlier: Floats
    per_pupil_before: Floats
    per_pupil_now: Floats
    squared_weights: Floats

    @property
    def has_history(self) -> Floats:
        """1.0 for schools with a year before last year, else 0.0."""
        return (self.squared_weights > 0).astype(float)


@dataclass(frozen=True)
class JumpModel:
    """Fitted parameters, on the log-odds scale, for a school with a rate of about 7.6 %.

    `jump_sd` is the smallest jump's standard deviation and the weights are shares of the four jump sizes.
    `psi` is chance, a variance times the number of pupils; `om` the variance of everyday noise that does not
    shrink with pupils; `blip_share` and `blip_sd` describe one-year blips. At another rate p, chance is
    multiplied by (p(1-p)/.07)^-gamma and the variance of everything else by (p(1-p)/.07)^eta.
    """

    jump_sd: float
    weights_before: tuple[float, ...]
    weights_now: tuple[float, ...]
    psi: float
    om: float
    gamma: float
    blip_share: float
    blip_sd: float
    eta: float


def rate_power(rate: Floats, power: float) -> Floats:
    """Return (p(1-p)/.07)^power: how a variance at this rate compares with one at about 7.6 %."""
    return np.asarray(np.exp(power * _log_rate_spread(rate)))


def _log_rate_spread(rate: Floats) -> Floats:
    kept = np.clip(rate, RATE_FLOOR, 1 - RATE_FLOOR)
    return np.log(kept * (1 - kept) / REFERENCE_SPREAD)


def model_from(parameters: Floats) -> JumpModel:
    """Return the readable model for the thirteen free parameters of the fit."""
    return JumpModel(
        jump_sd=float(np.exp(parameters[0])),
        weights_before=tuple(map(float, softmax([0.0, *parameters[BEFORE]]))),
        weights_now=tuple(map(float, softmax([0.0, *parameters[NOW]]))),
        psi=float(np.exp(parameters[7])),
        om=float(np.exp(parameters[8])),
        gamma=float(parameters[9]),
        blip_share=float(expit(parameters[10])),
        blip_sd=float(np.exp(parameters[11])),
        eta=float(parameters[12]),
    )


def fit_jumps(seen: Differences) -> Floats:
    """Return the thirteen parameters of largest penalised likelihood over all schools given.

    With two years only nothing tells a blip from a jump, so blips and noise stay close to their usual values.
    """
    prior_sd = PRIOR_SD if seen.has_history.any() else PRIOR_SD_TWO_YEARS
    reach = LARGEST_STEP_FROM_PRIOR * prior_sd
    best = minimize(
        penalised,
        PRIOR_MEAN,
        args=(seen, prior_sd),
        jac=True,
        method="L-BFGS-B",
        bounds=list(zip(PRIOR_MEAN - reach, PRIOR_MEAN + reach, strict=True)),
        options={"maxiter": ITERATIONS},
    )
    return np.asarray(best.x)


def penalised(parameters: Floats, seen: Differences, prior_sd: Floats) -> tuple[float, Floats]:
    """Return minus the penalised log-likelihood and its gradient, (13,)."""
    pieces = Pieces.at(parameters, seen)
    away = (parameters - PRIOR_MEAN) / prior_sd
    value = -pieces.log_likelihood.sum() + 0.5 * away @ away
    return float(value), away / prior_sd - _gradient(parameters, seen, pieces)


@dataclass(frozen=True, eq=False)
class Pieces:
    """The 128 pieces per school at given parameters; the shapes are broadcastable to all six axes."""

    jump_before: Floats
    jump_now: Floats
    noise_earlier: Floats
    noise_before: Floats
    noise_now: Floats
    variance_first: Floats
    variance_second: Floats
    determinant: Floats
    pull_first: Floats
    pull_second: Floats
    share: Floats
    log_likelihood: Floats

    @classmethod
    def at(cls, parameters: Floats, seen: Differences) -> "Pieces":
        """Return the pieces; `share` is each piece's posterior probability, `pull` is V^-1 d."""
        jump_before, jump_now, earlier, before, now = _variances(parameters, seen)
        first, second = jump_before + earlier + before, jump_now + before + now
        determinant = first * second - before**2
        pull_first = (second * seen.first + before * seen.second) / determinant
        pull_second = (first * seen.second + before * seen.first) / determinant
        log_piece = (
            _log_weights(parameters)
            - np.log(2 * np.pi)
            - 0.5 * (np.log(determinant) + pull_first * seen.first + pull_second * seen.second)
        )
        highest = log_piece.max(axis=(0, 1, 2, 3, 4))
        share = np.exp(log_piece - highest)
        total = share.sum(axis=(0, 1, 2, 3, 4))
        return cls(
            jump_before, jump_now, earlier, before, now, first, second, determinant, pull_first, pull_second,
            share / total, highest + np.log(total),
        )  # fmt: skip

    def average(self, values: Floats) -> Floats:
        """Return the posterior mean over the pieces, (schools,)."""
        return _by_school(self.share * values)


def _axis(values: Floats, axis: int) -> Floats:
    """Return (n,) or (n, schools) values placed on one of the five piece axes, the schools last."""
    shape = [1] * 5 + [values.shape[1] if values.ndim == 2 else 1]
    shape[axis] = values.shape[0]
    return values.reshape(shape)


def _variances(parameters: Floats, seen: Differences) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return the variances of both jumps and of the three periods' noise, on their own axes."""
    model = model_from(parameters)
    growth = rate_power(seen.rate, model.eta)
    jumps = np.outer((model.jump_sd * JUMP_SIZES) ** 2, growth)
    chance = model.psi * rate_power(seen.rate, -model.gamma)
    everyday, blip = model.om * growth, model.blip_sd**2 * growth
    earlier = chance * seen.per_pupil_earlier + everyday * seen.squared_weights
    earlier = np.where(seen.has_history > 0, earlier, NO_HISTORY_VARIANCE)
    before = chance * seen.per_pupil_before + everyday
    now = chance * seen.per_pupil_now + everyday
    return (
        _axis(jumps, 0),
        _axis(jumps, 1),
        _axis(np.stack([earlier, earlier + blip * seen.squared_weights]), 2),
        _axis(np.stack([before, before + blip]), 3),
        _axis(np.stack([now, now + blip]), 4),
    )


def _log_weights(parameters: Floats) -> Floats:
    """Return the logarithm of each piece's prior probability."""
    blip = np.array([log_expit(-parameters[10]), log_expit(parameters[10])])
    before = _axis(log_softmax([0.0, *parameters[BEFORE]]), 0)
    now = _axis(log_softmax([0.0, *parameters[NOW]]), 1)
    return before + now + _axis(blip, 2) + _axis(blip, 3) + _axis(blip, 4)


def _gradient(parameters: Floats, seen: Differences, pieces: Pieces) -> Floats:
    """Return the gradient of the log-likelihood, (13,): derivative of each piece, weighted by its share."""
    model = model_from(parameters)
    half = 0.5 * pieces.share
    on_first = half * (pieces.pull_first**2 - pieces.variance_second / pieces.determinant)
    on_second = half * (pieces.pull_second**2 - pieces.variance_first / pieces.determinant)
    on_both = pieces.share * (
        pieces.pull_first * pieces.pull_second - pieces.noise_before / pieces.determinant
    )
    on_before = on_first + on_second - on_both
    jumps = _by_school(on_first * pieces.jump_before + on_second * pieces.jump_now)
    earlier = _by_school(on_first) * seen.has_history
    before, now = _by_school(on_before), _by_school(on_second)
    blips = _by_school(on_first[:, :, 1:]) * seen.squared_weights
    blips += _by_school(on_before[:, :, :, 1:]) + _by_school(on_second[:, :, :, :, 1:])
    per_pupil = earlier * seen.per_pupil_earlier + before * seen.per_pupil_before + now * seen.per_pupil_now
    growth, log_spread = rate_power(seen.rate, model.eta), _log_rate_spread(seen.rate)
    chance = per_pupil * model.psi * rate_power(seen.rate, -model.gamma)
    everyday = (earlier * seen.squared_weights + before + now) * model.om * growth
    blips = blips * model.blip_sd**2 * growth
    return np.array(
        [
            2 * jumps.sum(),
            *_weights_gradient(pieces.share.sum(axis=(1, 2, 3, 4, 5)), model.weights_before),
            *_weights_gradient(pieces.share.sum(axis=(0, 2, 3, 4, 5)), model.weights_now),
            chance.sum(),
            everyday.sum(),
            -(chance * log_spread).sum(),
            _blip_share_gradient(pieces.share, model.blip_share),
            2 * blips.sum(),
            ((jumps + everyday + blips) * log_spread).sum(),
        ]
    )


def _by_school(pieces: Floats) -> Floats:
    """Return the sum over all pieces, (schools,)."""
    return np.asarray(pieces.sum(axis=(0, 1, 2, 3, 4)))


def _weights_gradient(found: Floats, weights: tuple[float, ...]) -> Floats:
    """Return found minus expected schools per jump size, without the reference size, (3,)."""
    return np.asarray((found - found.sum() * np.array(weights))[1:])


def _blip_share_gradient(share: Floats, blip_share: float) -> float:
    """Return found minus expected blips in the three periods."""
    found = share[:, :, 1].sum() + share[:, :, :, 1].sum() + share[:, :, :, :, 1].sum()
    return float(found - 3 * share.sum() * blip_share)
