"""Tables about groups of pupils: their figures, the gaps between them, and what composition explains."""

import numpy as np
import pandas as pd

from mirrors.benchmark.benchmark import Benchmark
from mirrors.benchmark.group import GAP, MEMBER
from mirrors.definitions import Indicator
from mirrors.disclosure.complement import hidden_together
from mirrors.disclosure.own import own_figures
from mirrors.disclosure.registered import registered
from mirrors.disclosure.rules import (
    COUNT_STEP,
    FEWEST_PUPILS,
    PEERS_FOR_MEDIAN,
    PEERS_FOR_MIDDLE_HALF,
    RATIO_STEP,
    peer_step,
    rate_step,
    round_down,
    round_to,
    round_up,
)

_FIGURES = ["value", "low", "high"]
_GROUP_COLUMNS = [*MEMBER, "indicator", "pupils", *_FIGURES, "status", "peer_median"]
_GAP_COLUMNS = [*MEMBER, "ratio", "low", "high", "status"]
_PARTS = ["difference", "composition", "rate"]
_PARTS_COLUMNS = ["school_id", "school_year", "breakdown", "indicator", *_PARTS, "status"]


def tables(benchmark: Benchmark, indicators: dict[str, Indicator]) -> dict[str, pd.DataFrame]:
    """Return the tables group, gap and decomposition."""
    within, registration = benchmark.within, benchmark.registration
    parts = [
        group(indicators[str(key)], rows, registration) for key, rows in within.groups.groupby("indicator")
    ]
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_GROUP_COLUMNS)
    return {
        "group": found,
        "gap": gap(within.gaps, found[found["indicator"] == GAP]),
        "decomposition": decomposition(within.decomposition, registration),
    }


def group(indicator: Indicator, rows: pd.DataFrame, registration: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of every group of pupils by one indicator, as they may be shown.

    Nothing of a group with fewer than twenty pupils; and never one group alone withheld or told as a bound:
    the figure of the whole school less those of the others would tell it.
    """
    rows = rows.reset_index(drop=True)
    own = own_figures(indicator, rows, FEWEST_PUPILS)
    # A rate that rounds to nothing is told; a share that may be one child's is not.
    told_rate = (own["status"] == "at_most") & (not indicator.counts_pupils)
    untold = ((own["status"] != "exact") & ~told_rate).to_numpy()
    beside = hidden_together(rows, MEMBER[:-1], untold, "pupils", FEWEST_PUPILS) & ~untold
    wrong = registered(rows, registration, "rejected")
    status = np.select([wrong, beside], ["rejected", "too_small"], own["status"])
    told = np.isin(status, ["exact", "at_most", "at_least"])
    exact = rows[rows["status"] == "exact"]
    grain = peer_step(float(exact["numerator"].sum() / max(exact["denominator"].sum(), 1.0)))
    peers = np.where(rows["peers"] >= PEERS_FOR_MEDIAN, rows["peer_median"], np.nan).astype(float)
    shown = rows.assign(
        status=status,
        pupils=np.where(told, round_to(rows["pupils"].to_numpy(float), COUNT_STEP), np.nan),
        peer_median=round_to(peers, grain),
        **{name: np.where(told, own[name], np.nan) for name in _FIGURES},
    )
    return shown[_GROUP_COLUMNS]


def gap(rows: pd.DataFrame, shown: pd.DataFrame) -> pd.DataFrame:
    """Return the gaps of groups whose own figure is `shown`, with enough pupils in the rest."""
    found = rows.merge(shown[[*MEMBER, "status"]], on=MEMBER, how="left")
    told = (found["status"] == "exact") & (found["rest_pupils"] >= FEWEST_PUPILS) & found["ratio"].notna()
    withheld = found["status"].where(found["status"] == "rejected", "too_small")
    rounded = {
        name: np.where(told, rounding(found[name].to_numpy(float), RATIO_STEP), np.nan)
        for name, rounding in (("ratio", round_to), ("low", round_down), ("high", round_up))
    }
    return found.assign(status=withheld.mask(told, "exact"), **rounded)[_GAP_COLUMNS]


def decomposition(rows: pd.DataFrame, registration: pd.DataFrame) -> pd.DataFrame:
    """Return how differences from ten peers or more divide; as shown the parts add up."""
    wrong = registered(rows, registration, "rejected")
    told = ~wrong & ((rows["peers"] >= PEERS_FOR_MIDDLE_HALF) & (rows["pupils"] >= FEWEST_PUPILS)).to_numpy()
    step = rate_step(rows["pupils"].to_numpy(float))
    whole, composition = (round_to(rows[name].to_numpy(float), step) for name in _PARTS[:2])
    parts = dict(zip(_PARTS, (whole, composition, np.round(whole - composition, 6) + 0.0), strict=True))
    shown = rows.assign(
        status=np.select([wrong, told], ["rejected", "exact"], "too_small"),
        **{name: np.where(told, part, np.nan) for name, part in parts.items()},
    )
    return shown[_PARTS_COLUMNS]
