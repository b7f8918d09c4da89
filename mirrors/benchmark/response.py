"""How a school responds to absence without leave: how far the pupils at a threshold got in the follow-up."""

import numpy as np
import pandas as pd

from mirrors.benchmark.alarm import SchoolYears, Standing, among
from mirrors.benchmark.counted import threshold_units
from mirrors.benchmark.detail import Detail
from mirrors.benchmark.fewest import CONTRIBUTORS, SMALLEST_GROUP
from mirrors.benchmark.interval import wilson_interval
from mirrors.benchmark.peer_group import PeerGroups, peers_of_rows
from mirrors.benchmark.pooling import POOLED, YEARS_TOGETHER, comparable_years
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

    Where fewer pupils than a share must rest on reached the threshold, the comparable years before it in
    which that was so too are added, up to three in all. A year that speaks for itself is not added: taken
    from the sum it would tell the others. Columns: school_id, school_year, threshold, step, pupils,
    at_threshold, share, days (median; of one year only, from ten pupils), years (number), pooled (the years
    added up, or ""), peers, peer_share, peers_days and peer_days (medians of single years).
    """
    own = _single_years(detail, standings.rejected)
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


def _single_years(detail: Detail, rejected: SchoolYears) -> pd.DataFrame:
    """Return every exact step with the pupils who reached its threshold."""
    found = detail.follow_up_steps
    found = found[found["status"].isna() & found["step"].isin(STEPS) & ~among(found, rejected)]
    at = found.loc[found["step"] == REACHED, [*_CHAIN, "school_year", "pupils"]]
    return found.merge(at.rename(columns={"pupils": _AT}), on=[*_CHAIN, "school_year"])


def _pooled(own: pd.DataFrame, jurisdiction: Jurisdiction) -> pd.DataFrame:
    """Return every step with the years it rests on added up."""
    runs = comparable_years(sorted(set(own["school_year"])), (), jurisdiction)
    parts = [_of_year(own, year, run or (year,)) for year, run in runs.items()]
    columns = [*_KEY, "threshold", "step", "pupils", "at_threshold", "share", "years", "pooled"]
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    with np.errstate(invalid="ignore", divide="ignore"):
        rows["share"] = (rows["pupils"] / rows["at_threshold"]).astype(float)
    return rows[columns]


def _of_year(own: pd.DataFrame, year: str, run: tuple[str, ...]) -> pd.DataFrame:
    """Return the steps of one year, with those of the years before it in the run where it is too small."""
    rows = own[own["school_year"] == year]
    places = pd.MultiIndex.from_frame(rows[_PLACE])
    total, at = rows["pupils"].to_numpy(float), rows[_AT].to_numpy(float)
    label = np.full(len(rows), "", dtype=object)
    years = np.ones(len(rows), dtype=int)
    goes_on = at < SMALLEST_GROUP
    for before in run[-2 : -YEARS_TOGETHER - 1 : -1]:
        earlier = own[(own["school_year"] == before) & (own[_AT] < SMALLEST_GROUP)]
        more_pupils, more_at = earlier.set_index(_PLACE)[["pupils", _AT]].reindex(places).to_numpy(float).T
        goes_on = goes_on & ~np.isnan(more_pupils) & (at < SMALLEST_GROUP)
        total, at = np.where(goes_on, total + more_pupils, total), np.where(goes_on, at + more_at, at)
        years = np.where(goes_on, years + 1, years)
        label = np.where(goes_on, before + "," + np.where(label == "", year, label), label)
    return rows[[*_KEY, "threshold", "step"]].assign(pupils=total, at_threshold=at, years=years, pooled=label)


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
