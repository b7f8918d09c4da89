"""Intervals of a school's own value: how much it would differ if other pupils had been ill or away."""

import numpy as np
from scipy.special import expit, logit

from mirrors.benchmark.panel import Floats

Z = 1.959964
PUPIL_VARIANCE = 1.8
"""Variance of one pupil's absence on the log-odds of a school's rate, where the data cannot tell."""


def wilson_interval(numerator: Floats, denominator: Floats) -> tuple[Floats, Floats]:
    """Return the 95 % interval of a share of pupils (Wilson 1927), arrays of the same shape."""
    with np.errstate(invalid="ignore", divide="ignore"):
        share = numerator / denominator
        centre = (share + Z**2 / (2 * denominator)) / (1 + Z**2 / denominator)
        half = (
            Z
            * np.sqrt(share * (1 - share) / denominator + Z**2 / (4 * denominator**2))
            / (1 + Z**2 / denominator)
        )
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


def rate_interval(value: Floats, pupils: Floats, pupil_variance: float) -> tuple[Floats, Floats]:
    """Return the 95 % interval of a rate of units absent.

    Units of one pupil are not independent and a few pupils miss most, so the variance is that of pupils:
    `pupil_variance` / n on the log-odds, learnt from how rates of all schools move from year to year.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        odds = logit(np.clip(value, 1e-6, 1 - 1e-6))
        half = Z * np.sqrt(pupil_variance / pupils)
    return expit(odds - half), expit(odds + half)
