"""How a school responds to absence without leave: how far the pupils at a threshold got in the follow-up."""

import numpy as np
import pandas as pd

from mirrors.benchmark.alarm import SchoolYears, Standing, among
from mirrors.benchmark.counted import threshold_units
from mirrors.benchmark.detail import Detail
from mirrors.benchmark.fewest import CONTRIBUTORS, SMALLEST_GROUP
from mirrors.benchmark.interval import wilson_interval
from mirrors.benchmark.peer_group import PeerGroups, peers_of_rows
from mirrors.benchmark.pooling import POOLED, comparable_years, summed, windows
from mirrors.definitions import Indicator, Jurisdiction

REACHED = "threshold"
STEPS = (REACHED, "notified", "contact", "plan", "returned")
_KEY = ["school_id", "school_year"]
_PLACE = ["school_id", "threshold", "step"]
_AT = "at_threshold"
_CHAIN = ["school_id", "threshold"]


def steps(
    detail: Detail, jurisdiction: Jurisdiction, peers: dict[str, PeerGroups], standings: Standing
) -> pd.DataFrame:
    """Return every step of the follow-up at every threshold, a row a school-year.

    Where fewer pupils than a share must rest on reached the threshold, the row is that of the last years
    together up to it, see `pooling.windows`. Columns: school_id, school_year, threshold, step, pupils,
    at_threshold, share, days (median; of one year only, from ten pupils), years (number), pooled (the years
    added up, or ""), peers, peer_share, peers_days and peer_days (medians of single years).
    """
    own = single_years(detail, standings.rejected)
    rows = _pooled(own, jurisdiction)
    with np.errstate(invalid="ignore", divide="ignore"):
        own["share"] = (own["pupils"] / own[_AT]).astype(float)
    own["days"] = own["median_days"].where(own["pupils"] >= CONTRIBUTORS)
    quiet = ~among(own, standings.open)
    large = quiet & (own[_AT] >= SMALLEST_GROUP).to_numpy()
    items = ["threshold", "step"]
    shares = peers_of_rows(own, items, np.where(large, own["share"], np.nan).astype(float), peers)
    days = peers_of_rows(own, items, np.where(quiet, own["days"], np.nan).astype(float), peers)
    beside = own[[*_KEY, *items]].assign(
        days=own["days"],
        peers=shares.count,
        peer_share=shares.median,
        peers_days=days.count,
        peer_days=days.median,
    )
    rows = rows.merge(beside, on=[*_KEY, *items])
    return rows.assign(days=rows["days"].where(rows["years"] == 1))


def single_years(detail: Detail, rejected: SchoolYears) -> pd.DataFrame:
    """Return every exact step of one year, however few its pupils, with the pupils `at_threshold`."""
    found = detail.follow_up_steps
    found = found[found["status"].isna() & found["step"].isin(STEPS) & ~among(found, rejected)]
    at = found.loc[found["step"] == REACHED, [*_CHAIN, "school_year", "pupils"]]
    return found.merge(at.rename(columns={"pupils": _AT}), on=[*_CHAIN, "school_year"])


def _pooled(own: pd.DataFrame, jurisdiction: Jurisdiction) -> pd.DataFrame:
    """Return every step with the years it rests on added up."""
    runs = comparable_years(sorted(set(own["school_year"])), (), jurisdiction)
    small = own[(own["step"] == REACHED) & (own[_AT] < SMALLEST_GROUP)].assign(needed=SMALLEST_GROUP)
    found = windows(small, _CHAIN, _AT, runs)
    several = summed(own, found, _PLACE, ["pupils", _AT]).rename(columns={"years": "pooled"})
    rows = own[[*_KEY, "threshold", "step", "pupils", _AT]].merge(
        several, on=[*_KEY, "threshold", "step"], how="left", suffixes=("", "_together")
    )
    together = rows["pooled"].notna()
    for name in ("pupils", _AT):
        rows[name] = rows[name].mask(together, rows[f"{name}_together"])
    rows["pooled"] = rows["pooled"].fillna("")
    rows["years"] = np.where(together, rows["pooled"].str.count(",") + 1, 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        rows["share"] = (rows["pupils"] / rows[_AT]).astype(float)
    return rows[[*_KEY, "threshold", "step", "pupils", _AT, "share", "years", "pooled"]]


def pooled_steps(indicator: Indicator, rows: pd.DataFrame, jurisdiction: Jurisdiction) -> pd.DataFrame:
    """Return the years together of the step that `indicator` is a share of, with the columns of `POOLED`.

    `rows` are `steps`.
    """
    counted = indicator.counted
    at = rows["threshold"] == threshold_units(jurisdiction, counted.threshold or "first")
    of_threshold = counted.of_step in (None, REACHED)
    together = rows[at & (rows["step"] == counted.step) & (rows["years"] > 1) & of_threshold]
    numerator, denominator = (together[name].to_numpy(float) for name in ("pupils", "at_threshold"))
    low, high = wilson_interval(numerator, denominator)
    return together[_KEY].assign(
        indicator=indicator.id,
        numerator=numerator,
        denominator=denominator,
        pupils=denominator,
        value=together["share"],
        low=low,
        high=high,
        years=together["pooled"],
    )[POOLED]
