"""What is left of a school's log-odds after taking out what happened to all similar schools."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mirrors.benchmark.panel import Bools, Floats, Panel

Trend = Literal["type", "context"]

FEWEST_SCHOOLS_OF_A_TYPE = 15
PUPILS_AT_HALF_WEIGHT = 100.0
CONTEXT_PENALTY = 1.0
TYPE_PENALTY = 1e-6
HUBER_LIMIT = 2.0
HUBER_ROUNDS = 4
NORMAL_PER_MAD = 1.4826


def residual(panel: Panel, trend: Trend) -> Floats:
    """Return log-odds net of the chosen trend, (schools, years), NaN where not usable.

    Raises ValueError when the context trend is asked for and the panel has no context.
    """
    return type_median_residual(panel) if trend == "type" else context_residual(panel)


def type_median_residual(panel: Panel) -> Floats:
    """Log-odds minus each year's median of the school's type, then minus the city's median."""
    columns = [
        minus_type_median(panel.y[:, year], panel.school_type, panel.usable[:, year])
        for year in range(len(panel.years))
    ]
    return np.column_stack(columns)


def minus_type_median(values: Floats, school_type: NDArray[np.str_], taking_part: Bools) -> Floats:
    """Subtract the median of each type with enough schools taking part, then the city's, (schools,)."""
    left = np.where(taking_part, values, np.nan)
    for kind in common_types(school_type, taking_part):
        of_kind = school_type == kind
        left[of_kind] -= np.nanmedian(left[of_kind])
    return left - np.nanmedian(left) if taking_part.any() else left


def common_types(school_type: NDArray[np.str_], taking_part: Bools) -> list[str]:
    """Return the school types with enough schools taking part to have a trend of their own."""
    kinds, schools = np.unique(school_type[taking_part], return_counts=True)
    return [str(kind) for kind in kinds[schools >= FEWEST_SCHOOLS_OF_A_TYPE]]


def context_residual(panel: Panel) -> Floats:
    """Log-odds minus each year's expected value for the school's type and context.

    The expected value is a ridge regression per year, schools weighted by pupils / (pupils + 100), made
    resistant to odd schools by Huber weights. Types too rare for a trend of their own share one.
    """
    if panel.context is None:
        raise ValueError("the context trend needs context features")
    left = np.full(panel.y.shape, np.nan)
    for year in range(len(panel.years)):
        rows = panel.usable[:, year]
        if rows.any():
            design, penalty = _design(panel.school_type, panel.context[:, year], rows)
            weight = panel.pupils[rows, year] / (panel.pupils[rows, year] + PUPILS_AT_HALF_WEIGHT)
            left[rows, year] = _huber_ridge_residual(panel.y[rows, year], design, penalty, weight)
    return left


def _design(school_type: NDArray[np.str_], context: Floats, rows: Bools) -> tuple[Floats, Floats]:
    """Return type dummies with standardised context, (schools taking part, columns), and the penalties."""
    common = common_types(school_type, rows)
    kinds = np.column_stack([school_type[rows] == kind for kind in common] or [np.zeros((rows.sum(), 0))])
    others = ~kinds.any(axis=1, keepdims=True)
    spread = context[rows].std(axis=0)
    standardised = (context[rows] - context[rows].mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    design = np.column_stack([kinds, others, standardised]).astype(float)
    penalty = np.full(design.shape[1], TYPE_PENALTY)
    penalty[len(common) + 1 :] = CONTEXT_PENALTY
    return design, penalty


def _huber_ridge_residual(y: Floats, design: Floats, penalty: Floats, weight: Floats) -> Floats:
    """Return y minus a weighted ridge fit, reweighted so that no school pulls harder than two spreads."""
    pull = np.ones_like(y)
    left = y
    for _ in range(HUBER_ROUNDS):
        weighted = design * (weight * pull)[:, None]
        left = y - design @ np.linalg.solve(weighted.T @ design + np.diag(penalty), weighted.T @ y)
        spread = NORMAL_PER_MAD * np.median(np.abs(left - np.median(left)))
        if spread == 0.0:
            break
        pull = np.minimum(1.0, HUBER_LIMIT * spread / np.maximum(np.abs(left), spread))
    return left
