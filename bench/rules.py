"""Rules that an office might use instead of ours; none of them is part of the product.

Every rule gives each school a score, (schools,): positive for a rise, negative for a fall, NaN for schools
that cannot be judged. The ten of a list are the ten largest in its direction.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from mirrors.benchmark.panel import Panel
from mirrors.benchmark.residual import Trend, minus_type_median, residual
from mirrors.benchmark.ten_and_ten import LONGEST_LIST

Floats = NDArray[np.float64]
Chosen = NDArray[np.intp]
Score = Callable[[Panel, Trend], Floats]

WINSORISED = 0.10
WINSORISED_RESIDUALS = 0.02
PUPIL_VARIANCE = 1.8
PUPILS_AT_HALF_WEIGHT = 100.0
USUAL_BETWEEN, BETWEEN_SD = np.log(0.008), 2.0
JUMPS = np.array([1.0, 3.0, 10.0])
USUAL_JUMPS = np.array([np.log(0.5), -1.0, -3.0, np.log(0.1), np.log(100.0)])
USUAL_JUMPS_SD = 2.0


def largest(score: Floats, panel: Panel) -> Chosen:
    """Return the ten eligible schools of the largest score."""
    allowed = panel.eligible & ~np.isnan(score)
    order = np.argsort(-np.where(allowed, score, -np.inf), kind="stable")[:LONGEST_LIST]
    return np.asarray(order[allowed[order]])


def net_points(panel: Panel) -> Floats:
    """Return percentage points net of the type's and the city's median per year, (schools, years)."""
    rate = np.where(panel.usable, 100 * panel.absent / panel.possible, np.nan)
    columns = [
        minus_type_median(rate[:, year], panel.school_type, panel.usable[:, year])
        for year in range(len(panel.years))
    ]
    return np.column_stack(columns)


def naive_points(panel: Panel, _trend: Trend) -> Floats:
    """Return the change in percentage points since the year before, net of the type's median."""
    net = net_points(panel)
    return np.asarray(net[:, -1] - net[:, -2])


def naive_per_cent(panel: Panel, _trend: Trend) -> Floats:
    """Return the change in per cent of last year's rate."""
    rate = panel.absent / np.where(panel.possible > 0, panel.possible, np.nan)
    return np.asarray(rate[:, -1] / np.where(rate[:, -2] > 0, rate[:, -2], np.nan) - 1)


def funnel(panel: Panel, _trend: Trend) -> Floats:
    """Return z of a funnel plot with additive over-dispersion (Spiegelhalter 2005).

    The change in log-odds without the type's trend; chance by the number of pupils, with the true variance of
    the simulated cities; spread beyond chance by DerSimonian-Laird from z-scores winsorised at both ends.
    """
    moved = minus_type_median(panel.y[:, -1] - panel.y[:, -2], panel.school_type, panel.eligible)
    rows = panel.eligible
    chance = 2 * PUPIL_VARIANCE / panel.pupils[rows, -1]
    z = moved[rows] / np.sqrt(chance)
    kept = np.clip(z, *np.quantile(z, [WINSORISED, 1 - WINSORISED]))
    weight = 1 / chance
    excess = (kept**2).sum() - (len(z) - 1)
    between = max(0.0, excess / (weight.sum() - (weight**2).sum() / weight.sum()))
    return _on_all(panel, moved[rows] / np.sqrt(chance + between))


def regression_to_the_mean(panel: Panel, trend: Trend) -> Floats:
    """Return the shrunken residual of this year's log-odds on last year's and the years before.

    What is left of a weighted regression on last year and on the mean of earlier years is shrunk by
    tau2 / (tau2 + psi2 / n); both variances by penalised likelihood after winsorising two per cent.
    """
    left, rows = residual(panel, trend), panel.eligible
    seen = ~np.isnan(left[:, :-2])
    mean = np.where(seen, left[:, :-2], 0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    known = seen.any(axis=1)[rows]
    last, history = left[rows, -2], np.where(known, mean[rows], left[rows, -2])
    design = np.column_stack([np.ones_like(last), last, history, (~known).astype(float)])
    pupils = panel.pupils[rows, -1]
    root = np.sqrt(pupils / (pupils + PUPILS_AT_HALF_WEIGHT))
    slopes = np.linalg.lstsq(design * root[:, None], left[rows, -1] * root, rcond=None)[0]
    moved = left[rows, -1] - design @ slopes
    ends = np.quantile(moved, [WINSORISED_RESIDUALS, 1 - WINSORISED_RESIDUALS])
    squared = np.clip(moved, *ends) ** 2

    def unlikely(at: Floats) -> float:
        variance = np.exp(at[0]) + np.exp(at[1]) / pupils
        likelihood = 0.5 * (np.log(variance) + squared / variance).sum()
        return float(likelihood + 0.5 * ((at[0] - USUAL_BETWEEN) / BETWEEN_SD) ** 2)

    best = minimize(unlikely, [USUAL_BETWEEN, np.log(2.0)], method="Nelder-Mead").x
    between, pupil = np.exp(best)
    return _on_all(panel, between / (between + pupil / pupils) * moved)


def mean_of_two(panel: Panel, trend: Trend) -> Floats:
    """Return this year's points minus the mean of the two years before, shrunk with heavy tails.

    Lasting changes follow a mixture of three normals, chance is constant plus a part that shrinks with
    pupils; five parameters by penalised likelihood. A school without the older year is compared with one.
    """
    rows = panel.eligible
    if trend == "type":
        moved = _from_mean_of_two(net_points(panel)[rows])
    else:
        y = panel.y[rows, -1]
        moved = 100 * (expit(y) - expit(y - _from_mean_of_two(residual(panel, trend)[rows])))
    moved = moved - np.median(moved)
    pupils = panel.pupils[rows, -1]

    def pieces(at: Floats) -> tuple[Floats, Floats, Floats]:
        jumps = (np.exp(at[0]) * JUMPS[:, None]) ** 2
        shares = np.exp([0.0, *at[1:3]])[:, None]
        variance = jumps + np.exp(at[3]) + np.exp(at[4]) / pupils
        weight = np.log(shares / shares.sum()) - 0.5 * (np.log(variance) + moved**2 / variance)
        highest = weight.max(axis=0)
        likely = np.exp(weight - highest)
        return highest + np.log(likely.sum(axis=0)), likely / likely.sum(axis=0), jumps / variance

    def unlikely(at: Floats) -> float:
        away = (at - USUAL_JUMPS) / USUAL_JUMPS_SD
        return float(-pieces(at)[0].sum() + 0.5 * away @ away)

    _, share, kept = pieces(minimize(unlikely, USUAL_JUMPS, method="L-BFGS-B").x)
    return _on_all(panel, (share * kept).sum(axis=0) * moved)


def _from_mean_of_two(net: Floats) -> Floats:
    """Return the last column minus the mean of the two before it, or minus the one that a school has."""
    older = net[:, -3] if net.shape[1] > 2 else np.full(len(net), np.nan)
    before = np.where(np.isnan(older), net[:, -2], (net[:, -2] + older) / 2)
    return np.asarray(net[:, -1] - before)


def _on_all(panel: Panel, values: Floats) -> Floats:
    """Return the eligible schools' values on all schools, NaN elsewhere."""
    spread = np.full(len(panel.school_ids), np.nan)
    spread[panel.eligible] = values
    return spread


BASELINES: dict[str, Score] = {
    "naive": naive_points,
    "percent": naive_per_cent,
    "rtm": regression_to_the_mean,
    "mean2": mean_of_two,
}
