"""A school's own figure of one indicator, as it may be shown."""

import numpy as np
import pandas as pd

from mirrors.benchmark.counted import BASES
from mirrors.benchmark.interval import wilson_interval
from mirrors.benchmark.panel import Bools, Floats
from mirrors.definitions import HALVES, Indicator
from mirrors.disclosure.rules import (
    AMOUNT_STEPS,
    COUNT_STEP,
    HALF,
    LARGE_SCHOOL,
    TENTH,
    UNITS_STEP_LARGE,
    UNITS_STEP_SMALL,
    WHOLE,
    bound_of_few,
    protected_share,
    rate_step,
    round_count,
    round_down,
    round_to,
    round_up,
    smallest_of,
)

_WHOLE_STEP = 1.0
_EDGE = 1e-6


def own_figures(
    indicator: Indicator,
    rows: pd.DataFrame,
    fewest: float,
    count_step: Floats | float = COUNT_STEP,
    large: float = LARGE_SCHOOL,
) -> pd.DataFrame:
    """Return status, value, low and high of every row as they may be shown, in a frame with its index.

    `rows` have numerator, denominator, pupils, value, low, high and status. A value on fewer pupils than
    `fewest` is withheld, and so is its interval; a share that may be one child's is a bound. Shares of pupils
    are those of counts to the nearest `count_step`, and every interval is that of what is shown, so that
    neither tells more than the counts do.
    """
    enough = (rows["pupils"] >= fewest).to_numpy()
    shown = rows[["status"]].copy()
    step = own_step(indicator, rows["pupils"].to_numpy(float), large)
    value, low, high = _protected(indicator, rows, step, count_step)
    rounded = {"value": round_to(value, step), "low": round_down(low, step), "high": round_up(high, step)}
    for column, found in rounded.items():
        shown[column] = np.where(enough, found, np.nan)
    _bound_the_smallest(indicator, rows, shown, step, count_step)
    return withheld(shown, ~enough)


def _protected(
    indicator: Indicator, rows: pd.DataFrame, step: Floats | float, count_step: Floats | float
) -> tuple[Floats, Floats, Floats]:
    """Return value and interval from what may be shown of the numbers that they rest on."""
    raw, numerator, denominator, pupils, low, high = (
        rows[name].to_numpy(float) for name in ("value", "numerator", "denominator", "pupils", "low", "high")
    )
    exact = (rows["status"] == "exact").to_numpy() & ~np.isnan(numerator) & (denominator > 0)
    if indicator.counts_pupils:
        part, whole = round_count(numerator, count_step), round_count(denominator, count_step)
        share = protected_share(numerator, denominator, count_step)
        ends = wilson_interval(part, whole)
        low, high = (np.where(np.isnan(old), old, new) for old, new in zip((low, high), ends, strict=True))
        return np.where(exact, share, raw), low, high
    if counts_heads(indicator):
        whole = np.maximum(round_count(denominator, count_step), 1.0)
        amount = BASES[indicator.unit] * round_count(numerator, count_step) / whole
        return np.where(exact, amount, raw), low, high
    if indicator.kind == "rate":
        return raw, *_interval_of_shown(round_to(raw, step), raw, pupils, low, high)
    return raw, low, high


def _interval_of_shown(
    shown: Floats, raw: Floats, pupils: Floats, low: Floats, high: Floats
) -> tuple[Floats, Floats]:
    """Return the interval around a rate as it is shown, for the number of pupils as it is shown.

    On the log-odds it is as wide as the interval of the rate itself, but for what rounding the pupils does.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        wider = np.sqrt(pupils / round_count(pupils))
        middle, moved = _log_odds(raw), _log_odds(shown)
        ends = (moved + (_log_odds(end) - middle) * wider for end in (low, high))
        first, last = (1 / (1 + np.exp(-end)) for end in ends)
    unknown = np.isnan(low) | np.isnan(high)
    return np.where(unknown, low, first), np.where(unknown, high, last)


def _log_odds(share: Floats) -> Floats:
    kept = np.clip(share, _EDGE, 1 - _EDGE)
    return np.asarray(np.log(kept / (1 - kept)))


def decimals(indicator: Indicator, pupils: Floats, large: float = LARGE_SCHOOL) -> Floats | float:
    """Return the decimals that a value on this many pupils is written with, a share in per cent."""
    if indicator.counts_pupils:
        return 0.0
    if indicator.kind == "rate":
        return np.where(rate_step(pupils, large) == TENTH, 1.0, HALVES)
    if indicator.kind in ("per_100_pupils", "amount", "events"):
        step = AMOUNT_STEPS.get(indicator.unit, _WHOLE_STEP)
        return 2.0 if step < 0.1 else float(step < 1)
    return HALVES


def _bound_the_smallest(
    indicator: Indicator,
    rows: pd.DataFrame,
    shown: pd.DataFrame,
    step: Floats | float,
    count_step: Floats | float,
) -> None:
    """Turn values that say too much or too little into bounds: very few pupils, and what rounds to 0 or 1.

    No absence at all is not told apart from very little: it would be nobody's, exactly.
    """
    exact = (shown["status"] == "exact").to_numpy()
    value = shown["value"].to_numpy(float)
    numerator, denominator = (rows[name].to_numpy(float) for name in ("numerator", "denominator"))
    most = np.broadcast_to(step, value.shape)
    at_most = exact & indicator.is_share & (value == 0)
    at_least = exact & indicator.is_share & (value == 1)
    least = 1 - most
    if indicator.counts_pupils:
        at_most = exact & (numerator < count_step)
        at_least = exact & ~at_most & (denominator - numerator < count_step)
        most = bound_of_few(denominator, count_step)
        least = 1 - most
    elif counts_heads(indicator):
        at_most |= exact & (numerator < count_step)
        of_few = BASES[indicator.unit] * (np.asarray(count_step) - 1) / smallest_of(denominator, count_step)
        most = round_up(np.maximum(of_few, step), step)
    shown["status"] = np.select([at_most, at_least], ["at_most", "at_least"], shown["status"])
    shown["value"] = np.select([at_most, at_least], [most, round_down(least, step)], value)
    for column in ("low", "high"):
        shown[column] = np.where(at_most | at_least, np.nan, shown[column])


def withheld(own: pd.DataFrame, untold: Bools) -> pd.DataFrame:
    """Return own figures without those that are not to be told."""
    known = untold & own["status"].isin(("exact", "at_most", "at_least")).to_numpy()
    columns = {name: np.where(known, np.nan, own[name]) for name in ("value", "low", "high")}
    return own.assign(status=np.where(known, "too_small", own["status"]), **columns)


def counts_heads(indicator: Indicator) -> bool:
    """Return whether an amount counts pupils, or what happens to few of them: a small number is a child."""
    return indicator.kind == "amount" and indicator.unit in ("per_100_pupils", "per_1000_pupils")


def own_step(indicator: Indicator, pupils: Floats, large: float = LARGE_SCHOOL) -> Floats | float:
    """Return the step that a value on this many pupils is shown in."""
    if indicator.counts_pupils:
        return WHOLE
    match indicator.kind:
        case "rate":
            return rate_step(pupils, large)
        case "share_of_amount":
            return HALF
        case "per_100_pupils":
            return np.where(rate_step(pupils, large) == HALF, UNITS_STEP_SMALL, UNITS_STEP_LARGE)
        case "amount" | "events":
            return AMOUNT_STEPS.get(indicator.unit, _WHOLE_STEP)
    return 0.5
