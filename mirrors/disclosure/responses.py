"""The table of how far pupils at a threshold got in the follow-up."""

import numpy as np
import pandas as pd

from mirrors.benchmark.benchmark import Benchmark
from mirrors.benchmark.response import REACHED
from mirrors.disclosure.registered import registered
from mirrors.disclosure.rules import (
    COUNT_STEP,
    DAYS_STEP,
    FEWEST_PUPILS,
    HALF,
    PEERS_FOR_MEDIAN,
    SMALLEST_COUNT,
    WHOLE,
    bound_of_few,
    round_to,
)

_COLUMNS = [
    "school_id",
    "school_year",
    "threshold",
    "step",
    "pupils",
    "share",
    "status",
    "days",
    "peer_share",
    "peer_days",
    "years",
    "pooled",
]


def tables(benchmark: Benchmark) -> dict[str, pd.DataFrame]:
    """Return the table step."""
    return {"step": step(benchmark.within.steps, benchmark.registration)}


def step(rows: pd.DataFrame, registration: pd.DataFrame) -> pd.DataFrame:
    """Return every step as it may be shown.

    Pupils to the nearest five, or none where there are fewer; a share of twenty pupils or more, as a bound
    where fewer than five are on either side; medians of five peers or more.
    """
    pupils, at = rows["pupils"].to_numpy(float), rows["at_threshold"].to_numpy(float)
    wrong = registered(rows, registration, "rejected")
    enough, first = at >= FEWEST_PUPILS, (rows["step"] == REACHED).to_numpy()
    few, nearly_all = pupils < SMALLEST_COUNT, (at - pupils < SMALLEST_COUNT) & ~first
    most = bound_of_few(at)
    share = np.select([few, nearly_all], [most, 1 - most], round_to(rows["share"].to_numpy(float), WHOLE))
    counted = np.where(few | wrong, np.nan, round_to(pupils, COUNT_STEP))
    status = np.select(
        [wrong, ~enough, few, nearly_all], ["rejected", "too_small", "at_most", "at_least"], "exact"
    )
    shown = rows.assign(
        pupils=counted,
        share=np.where(enough & ~wrong, np.round(share, 6), np.nan),
        status=status,
        days=np.where(wrong, np.nan, round_to(rows["days"].to_numpy(float), DAYS_STEP)),
    )
    shown["peer_share"] = rows["peer_share"].where(~first)
    for name, count, grain in (("peer_share", "peers", HALF), ("peer_days", "peers_days", DAYS_STEP)):
        median = round_to(shown[name].to_numpy(float), grain)
        shown[name] = np.where(rows[count] >= PEERS_FOR_MEDIAN, median, np.nan)
    return shown[_COLUMNS]
