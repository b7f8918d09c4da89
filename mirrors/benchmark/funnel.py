"""A funnel: how far from what is expected of it a school may lie by chance and by everyday differences.

Spiegelhalter 2005 (Statistics in Medicine 24:1185; Quality and Safety in Health Care 14:347). Chance makes
the limits of a small school wide; the everyday differences between schools, which no number of pupils takes
away, add the same to all of them (additive over-dispersion, DerSimonian and Laird 1986 after winsorising).
"""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from scipy.special import expit, logit

from mirrors.benchmark.panel import Floats

Z_95, Z_998 = 1.959964, 3.090232
FEWEST_SCHOOLS = 20
"""Too few schools tell nothing of how much schools differ."""

WINSORISED = 0.1
"""Share of schools at either end that is drawn in, so that the unusual ones do not widen the limits."""

SPREAD_LEFT = 0.6787
"""What winsorising leaves of the variance of a normal distribution; dividing by it gives the whole back."""

_EDGE = 1e-6


class Scale(Protocol):
    """A scale on which the variance by chance does not depend on the value."""

    def onto(self, share: Floats) -> Floats:
        """Return shares (0..1) on this scale."""

    def back(self, place: Floats) -> Floats:
        """Return shares for places on this scale."""

    def variance(self, pupils: Floats) -> Floats:
        """Return the variance by chance for so many pupils."""


@dataclass(frozen=True)
class PupilShares:
    """Shares of pupils: on the arcsine of the root a binomial share has the variance 1 / 4n."""

    def onto(self, share: Floats) -> Floats:
        """Return shares (0..1) on this scale."""
        return np.asarray(np.arcsin(np.sqrt(share)))

    def back(self, place: Floats) -> Floats:
        """Return shares for places on this scale; beyond its ends they are 0 and 1."""
        return np.asarray(np.sin(np.clip(place, 0.0, np.pi / 2)) ** 2)

    def variance(self, pupils: Floats) -> Floats:
        """Return the variance by chance for so many pupils."""
        return np.asarray(1 / (4 * pupils))


@dataclass(frozen=True)
class UnitRates:
    """Rates of units absent: on the log-odds a rate of n pupils has the variance `pupil_variance` / n."""

    pupil_variance: float

    def onto(self, share: Floats) -> Floats:
        """Return shares (0..1) on this scale."""
        return np.asarray(logit(np.clip(share, _EDGE, 1 - _EDGE)))

    def back(self, place: Floats) -> Floats:
        """Return shares for places on this scale."""
        return np.asarray(expit(place))

    def variance(self, pupils: Floats) -> Floats:
        """Return the variance by chance for so many pupils."""
        return np.asarray(self.pupil_variance / pupils)


@dataclass(frozen=True, eq=False)
class Funnel:
    """The funnel of one indicator in one school year; schools in the order in which they were given.

    `value` is what each school's share would be if no more were expected of it than of all schools together
    (`centre`); `z` how many standard deviations of chance and everyday differences it lies from there.
    """

    scale: Scale
    centre: float
    between: float
    value: Floats
    z: Floats

    def placed(self, value: Floats, expected: Floats, pupils: Floats) -> "Funnel":
        """Return the same funnel with other schools, or with other figures of the same ones."""
        deviation = self.scale.onto(value) - self.scale.onto(expected)
        shifted = self.scale.back(deviation + self.scale.onto(np.array(self.centre)))
        z = deviation / np.sqrt(self.scale.variance(pupils) + self.between)
        return replace(self, value=shifted, z=z)

    def limits(self, pupils: Floats, z: float) -> tuple[Floats, Floats]:
        """Return the limits below and above the centre for so many pupils."""
        middle = self.scale.onto(np.array(self.centre))
        reach = z * np.sqrt(self.scale.variance(pupils) + self.between)
        return self.scale.back(middle - reach), self.scale.back(middle + reach)


def fit_funnel(value: Floats, expected: Floats, pupils: Floats, centre: float, scale: Scale) -> Funnel | None:
    """Return the funnel of schools (schools,) with shares `value`, `expected` of them on `pupils` pupils.

    None with too few schools.
    """
    if len(value) < FEWEST_SCHOOLS:
        return None
    deviation = scale.onto(value) - scale.onto(expected)
    variance = scale.variance(pupils)
    between = between_variance(deviation, variance)
    nothing = np.full(len(value), np.nan)
    return Funnel(scale, centre, between, nothing, nothing).placed(value, expected, pupils)


def between_variance(deviation: Floats, variance: Floats) -> float:
    """Return the variance between schools beyond chance (tau squared), never below zero.

    DerSimonian and Laird's moment estimator on deviations in units of chance, the tenth at either end drawn
    in to the next (Spiegelhalter 2005), and what that takes from a normal spread given back.
    """
    z = deviation / np.sqrt(variance)
    drawn_in = np.clip(z, np.quantile(z, WINSORISED), np.quantile(z, 1 - WINSORISED))
    weight = 1 / variance
    excess = np.sum(drawn_in**2) / SPREAD_LEFT - (len(z) - 1)
    return max(0.0, float(excess / (weight.sum() - (weight**2).sum() / weight.sum())))


def pupil_variance(low: Floats, high: Floats, pupils: Floats) -> float:
    """Return the variance of one pupil on the log-odds that 95 % intervals of rates rest on."""
    inside = (low > 0) & (high < 1)
    half = (logit(high[inside]) - logit(low[inside])) / 2
    return float(np.median(pupils[inside] * (half / Z_95) ** 2))
