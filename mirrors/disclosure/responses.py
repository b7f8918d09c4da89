"""The table of how far pupils at a threshold got in the follow-up."""

import numpy as np
import pandas as pd

from mirrors.benchmark.benchmark import Benchmark
from mirrors.benchmark.response import REACHED
from mirrors.disclosure.protection import STANDARD, STEPS, Protection
from mirrors.disclosure.registered import registered
from mirrors.disclosure.rules import (
    DAYS_STEP,
    bound_of_few,
    protected_count,
    protected_share,
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


def tables(benchmark: Benchmark, under: Protection = STANDARD) -> dict[str, pd.DataFrame]:
    """Return the table step."""
    return {"step": step(benchmark.within.steps, benchmark.registration, under)}


def step(rows: pd.DataFrame, registration: pd.DataFrame, under: Protection = STANDARD) -> pd.DataFrame:
    """Return every step as it may be shown.

    Pupils to the nearest five, or none where there are fewer; a share of twenty pupils or more, as a bound
    where fewer than five are on either side; medians of five peers or more. Of fewer than twenty no number is
    told: in a chain of small numbers one tells another.
    """
    rules, count_step = under.rules, under.count_steps(rows, STEPS)
    pupils, at = rows["pupils"].to_numpy(float), rows["at_threshold"].to_numpy(float)
    wrong, dropped = registered(rows, registration, "rejected"), under.drops(rows, STEPS)
    enough, first = (at >= rules.fewest_pupils) & ~dropped, (rows["step"] == REACHED).to_numpy()
    few, nearly_all = pupils < count_step, (at - pupils < count_step) & ~first
    most = bound_of_few(at, count_step)
    share = np.select([few, nearly_all], [most, 1 - most], protected_share(pupils, at, count_step))
    counted = np.where(wrong | ~enough, np.nan, protected_count(pupils, count_step))
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
    for name, count, grain in (
        ("peer_share", "peers", rules.peer_step),
        ("peer_days", "peers_days", DAYS_STEP),
    ):
        median = round_to(shown[name].to_numpy(float), grain)
        shown[name] = np.where(rows[count] >= rules.peers_for_median, median, np.nan)
    return shown[_COLUMNS]
