"""Tables about groups of pupils: their figures, the gaps between them, and what composition explains."""

import numpy as np
import pandas as pd

from mirrors.benchmark.benchmark import Benchmark
from mirrors.benchmark.group import GAP, MEMBER
from mirrors.benchmark.panel import Bools, Floats
from mirrors.definitions import Indicator
from mirrors.disclosure.complement import hidden_together
from mirrors.disclosure.own import own_figures
from mirrors.disclosure.protection import RATES, STANDARD, Protection, breakdown_of
from mirrors.disclosure.registered import registered
from mirrors.disclosure.rules import (
    RATIO_STEP,
    WHOLE,
    rate_step,
    round_count,
    round_down,
    round_to,
    round_up,
)

_DUST = 1e-9
_FIGURES = ["value", "low", "high"]
_GROUP_COLUMNS = [*MEMBER, "indicator", "pupils", *_FIGURES, "status", "peer_median"]
_GAP_COLUMNS = [*MEMBER, "ratio", "low", "high", "status"]
_PARTS = ["difference", "composition", "rate"]
_PARTS_COLUMNS = ["school_id", "school_year", "breakdown", "indicator", *_PARTS, "status"]


def tables(
    benchmark: Benchmark, indicators: dict[str, Indicator], under: Protection = STANDARD
) -> dict[str, pd.DataFrame]:
    """Return the tables group, gap and decomposition."""
    within, registration = benchmark.within, benchmark.registration
    found = own(benchmark, indicators, under)
    return {
        "group": found,
        "gap": gap(within.gaps, found[found["indicator"] == GAP], under),
        "decomposition": decomposition(within.decomposition, registration, under),
    }


def own(benchmark: Benchmark, indicators: dict[str, Indicator], under: Protection = STANDARD) -> pd.DataFrame:
    """Return the table group."""
    parts = [
        group(indicators[str(key)], rows, benchmark.registration, under)
        for key, rows in benchmark.within.groups.groupby("indicator")
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_GROUP_COLUMNS)


def group(
    indicator: Indicator,
    rows: pd.DataFrame,
    registration: pd.DataFrame,
    under: Protection = STANDARD,
) -> pd.DataFrame:
    """Return the figures of every group of pupils by one indicator, as they may be shown.

    Nothing of a group with fewer than twenty pupils; and never one group alone withheld or told as a bound:
    the figure of the whole school less those of the others would tell it.
    """
    rows = rows.reset_index(drop=True)
    fewest, steps = under.rules.fewest_pupils, _count_steps(rows, under)
    own = own_figures(indicator, rows, fewest, steps, under.rules.large_school)
    dropped = _dropped(indicator, rows, under)
    # A rate that rounds to nothing, or to all, is told; a share that may be one child's is not.
    told_rate = own["status"].isin(["at_most", "at_least"]) & (not indicator.counts_pupils)
    untold = ((own["status"] != "exact") & ~told_rate).to_numpy()
    beside = hidden_together(rows, MEMBER[:-1], untold, "pupils", fewest) & ~untold
    wrong = registered(rows, registration, "rejected")
    status = np.select([wrong, beside | dropped], ["rejected", "too_small"], own["status"])
    told = np.isin(status, ["exact", "at_most", "at_least"])
    # Those of five to nine schools, of one district say, are a finer sum than that of all peers.
    enough = rows["peers"] >= under.rules.peers_for_middle_half
    peers = np.where(enough, rows["peer_median"], np.nan).astype(float)
    shown = rows.assign(
        status=status,
        pupils=np.where(told, round_count(rows["pupils"].to_numpy(float), steps), np.nan),
        peer_median=round_to(peers, under.rules.peer_step),
        **{name: np.where(told, own[name], np.nan) for name in _FIGURES},
    )
    return shown[_GROUP_COLUMNS]


def _count_steps(rows: pd.DataFrame, under: Protection) -> Floats:
    """Return the step, (rows,), that the pupils of every group are counted in."""
    steps = np.full(len(rows), float(under.rules.count_step))
    for breakdown in under.coarser:
        chosen = (rows["breakdown"] == breakdown).to_numpy()
        steps[chosen] = under.count_steps(rows[chosen], breakdown)
    return steps


def _dropped(indicator: Indicator, rows: pd.DataFrame, under: Protection) -> Bools:
    """Return which rows, (rows,), tell what is not told of their school and year."""
    dropped = under.drops(rows, breakdown_of(indicator))
    for breakdown in under.dropped if indicator.counts_pupils else ():
        dropped |= (rows["breakdown"] == breakdown).to_numpy() & under.drops(rows, breakdown)
    return dropped


def gap(rows: pd.DataFrame, shown: pd.DataFrame, under: Protection = STANDARD) -> pd.DataFrame:
    """Return the gaps of groups whose own figure is `shown`, with enough pupils in the rest.

    A gap is "alike", without a number, where the two rates as they are shown do not differ by a step: a
    reader who sees the same figure twice is not told that one is twice the other.
    """
    found = rows.merge(shown[[*MEMBER, "status", "value"]], on=MEMBER, how="left")
    enough = (
        (found["status"] == "exact")
        & (found["rest_pupils"] >= under.rules.fewest_pupils)
        & found["ratio"].notna()
    )
    told = enough & _differ(found, under)
    withheld = found["status"].where(found["status"] == "rejected", "too_small").mask(enough, "alike")
    rounded = {
        name: np.where(told, rounding(found[name].to_numpy(float), RATIO_STEP), np.nan)
        for name, rounding in (("ratio", round_to), ("low", round_down), ("high", round_up))
    }
    return found.assign(status=withheld.mask(told, "exact"), **rounded)[_GAP_COLUMNS]


def _differ(found: pd.DataFrame, under: Protection) -> Bools:
    """Return where the rate of a group and that of the rest differ by the coarser of their steps."""
    own, rest = (
        rate_step(found[name].to_numpy(float), under.rules.large_school) for name in ("pupils", "rest_pupils")
    )
    apart = found["value"].to_numpy(float) - round_to(found["rest"].to_numpy(float), rest)
    return np.asarray(np.abs(apart) >= np.maximum(own, rest) - _DUST)


def decomposition(
    rows: pd.DataFrame, registration: pd.DataFrame, under: Protection = STANDARD
) -> pd.DataFrame:
    """Return how differences from ten peers or more divide, in whole points; as shown the parts add up.

    A school knows its own rate, so that the difference tells it the mean of its peers: coarser than their
    median, for the two together tell more than either.
    """
    wrong = registered(rows, registration, "rejected")
    rules = under.rules
    enough = (rows["peers"] >= rules.peers_for_middle_half) & (rows["pupils"] >= rules.fewest_pupils)
    told = ~wrong & enough.to_numpy() & ~((rows["indicator"] == GAP).to_numpy() & under.drops(rows, RATES))
    step = max(rules.peer_step, WHOLE)
    whole, composition = (round_to(rows[name].to_numpy(float), step) for name in _PARTS[:2])
    parts = dict(zip(_PARTS, (whole, composition, np.round(whole - composition, 6) + 0.0), strict=True))
    shown = rows.assign(
        status=np.select([wrong, told], ["rejected", "exact"], "too_small"),
        **{name: np.where(told, part, np.nan) for name, part in parts.items()},
    )
    return shown[_PARTS_COLUMNS]
