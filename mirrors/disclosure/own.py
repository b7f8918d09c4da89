"""A school's own figure of one indicator, as it may be shown."""

import numpy as np
import pandas as pd

from mirrors.benchmark.counted import BASES
from mirrors.definitions import Indicator
from mirrors.disclosure.rules import (
    AMOUNT_STEPS,
    HALF,
    SMALLEST_COUNT,
    WHOLE,
    bound_of_few,
    rate_step,
    round_down,
    round_to,
    round_up,
)

_WHOLE_STEP = 1.0


def own_figures(indicator: Indicator, rows: pd.DataFrame, fewest: float) -> pd.DataFrame:
    """Return status, value, low and high of every row as they may be shown, in a frame with its index.

    `rows` have numerator, denominator, pupils, value, low, high and status. A value on fewer pupils than
    `fewest` is withheld, and so is its interval; a share that may be one child's is a bound.
    """
    enough = (rows["pupils"] >= fewest).to_numpy()
    shown = rows[["status"]].copy()
    withheld = ~enough & shown["status"].isin(("exact", "at_most", "at_least")).to_numpy()
    shown["status"] = np.where(withheld, "too_small", shown["status"])
    step = own_step(indicator, rows["pupils"].to_numpy(float))
    for column, rounded in (("value", round_to), ("low", round_down), ("high", round_up)):
        shown[column] = np.where(enough, rounded(rows[column].to_numpy(float), step), np.nan)
    _bound_the_smallest(indicator, rows, shown, step)
    return shown


def decimals(indicator: Indicator) -> int:
    """Return the decimals that a value is written with, a share in per cent."""
    if indicator.counts_pupils:
        return 0
    if indicator.kind in ("per_100_pupils", "amount"):
        step = AMOUNT_STEPS.get(indicator.unit, _WHOLE_STEP)
        return 2 if step < 0.1 else int(step < 1)
    return 1


def _bound_the_smallest(
    indicator: Indicator, rows: pd.DataFrame, shown: pd.DataFrame, step: np.ndarray | float
) -> None:
    """Turn values that say too much or too little into bounds: very few pupils, and what rounds to 0 or 1."""
    exact = (shown["status"] == "exact").to_numpy()
    value, raw = shown["value"].to_numpy(float), rows["value"].to_numpy(float)
    numerator, denominator = (rows[name].to_numpy(float) for name in ("numerator", "denominator"))
    most = np.broadcast_to(step, value.shape)
    at_most = exact & indicator.is_share & (value == 0) & (raw > 0)
    at_least = exact & indicator.is_share & (value == 1) & (raw < 1)
    least = 1 - most
    if indicator.counts_pupils:
        at_most |= exact & (numerator < SMALLEST_COUNT)
        at_least |= exact & (denominator - numerator < SMALLEST_COUNT)
        most = bound_of_few(denominator)
        least = 1 - most
    elif counts_heads(indicator):
        at_most |= exact & (numerator < SMALLEST_COUNT)
        of_few = BASES[indicator.unit] * (SMALLEST_COUNT - 1) / np.maximum(denominator, 1.0)
        most = round_up(np.maximum(of_few, step), step)
    shown["status"] = np.select([at_most, at_least], ["at_most", "at_least"], shown["status"])
    shown["value"] = np.select([at_most, at_least], [most, round_down(least, step)], value)
    for column in ("low", "high"):
        shown[column] = np.where(at_most | at_least, np.nan, shown[column])


def counts_heads(indicator: Indicator) -> bool:
    """Return whether an amount counts pupils, or what happens to few of them: a small number is a child."""
    return indicator.kind == "amount" and indicator.unit in ("per_100_pupils", "per_1000_pupils")


def own_step(indicator: Indicator, pupils: np.ndarray) -> np.ndarray | float:
    """Return the step that a value on this many pupils is shown in."""
    if indicator.counts_pupils:
        return WHOLE
    match indicator.kind:
        case "rate":
            return rate_step(pupils)
        case "share_of_amount":
            return HALF
        case "per_100_pupils" | "amount" | "events":
            return AMOUNT_STEPS.get(indicator.unit, _WHOLE_STEP)
    return 0.5
