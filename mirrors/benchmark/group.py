"""Who is absent: the same indicators for groups of pupils, and the gaps between groups."""

import numpy as np
import pandas as pd

from mirrors.benchmark.alarm import SchoolYears, among
from mirrors.benchmark.detail import Detail
from mirrors.benchmark.fewest import SMALLEST_GROUP
from mirrors.benchmark.interval import PUPIL_VARIANCE, Z, rate_interval, wilson_interval
from mirrors.benchmark.peer_group import PeerGroups, peers_of_rows, with_peers
from mirrors.definitions import Indicator, Jurisdiction

GROUPED = ("A2", "A1", "B2")
"""The indicators that are told by group of pupils."""

GAP = "A2"
"""The indicator whose gaps between groups are told."""

MEMBER = ["school_id", "school_year", "breakdown", "member"]
_KEY = ["school_id", "school_year"]
_COLUMNS = [*MEMBER, "indicator", "numerator", "denominator", "pupils", "value", "status", "low", "high"]


def groups(
    detail: Detail,
    indicators: dict[str, Indicator],
    jurisdiction: Jurisdiction,
    variance: dict[str, float],
    peers: dict[str, PeerGroups],
    set_aside: SchoolYears,
) -> pd.DataFrame:
    """Return every indicator of `GROUPED` for every group of pupils that was delivered.

    Columns: those of `MEMBER`, indicator, numerator, denominator, pupils, value (a share), status, its 95 %
    interval low and high, and peers, peer_median, peer_low and peer_high of the same group elsewhere.
    `variance` is that of one pupil by indicator, see `rate_interval`.
    """
    parts = [
        _of_indicator(indicators[key], detail, jurisdiction, variance.get(key, PUPIL_VARIANCE))
        for key in GROUPED
        if key in indicators
    ]
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_COLUMNS)
    quiet = ~among(rows, set_aside)
    teaches = quiet & (rows["status"] == "exact").to_numpy() & (rows["pupils"] >= SMALLEST_GROUP).to_numpy()
    value = np.where(teaches, rows["value"].to_numpy(float), np.nan)
    return with_peers(rows, peers_of_rows(rows, ["breakdown", "member", "indicator"], value, peers))


def _of_indicator(
    indicator: Indicator, detail: Detail, jurisdiction: Jurisdiction, variance: float
) -> pd.DataFrame:
    prevalence = indicator.kind == "prevalence"
    rows = _prevalence(indicator, detail) if prevalence else _rate(indicator, detail, jurisdiction)
    numerator, denominator = rows["numerator"].to_numpy(float), rows["denominator"].to_numpy(float)
    formed = (denominator > 0) & ~np.isnan(numerator)
    value = np.full(len(rows), np.nan)
    np.divide(numerator, denominator, out=value, where=formed)
    if prevalence:
        low, high = wilson_interval(numerator, denominator)
    else:
        low, high = rate_interval(value, rows["pupils"].to_numpy(float), variance)
    return rows.assign(
        indicator=indicator.id,
        value=value,
        status=np.where(formed, "exact", "missing"),
        low=np.where(formed, low, np.nan),
        high=np.where(formed, high, np.nan),
    )[_COLUMNS]


def _rate(indicator: Indicator, detail: Detail, jurisdiction: Jurisdiction) -> pd.DataFrame:
    """Return units absent over units possible of every group in a breakdown that absence was told by."""
    absent, rows = detail.absence_by_group, detail.enrolment_by_group
    wanted = set(indicator.counted.categories)
    if "any" in wanted and not (absent["category"] == "any").any():
        wanted = {code.category for code in jurisdiction.codes.values() if code.absence}
    place = pd.MultiIndex.from_frame(rows[MEMBER]).get_indexer(pd.MultiIndex.from_frame(absent[MEMBER]))
    counted = (place >= 0) & absent["category"].isin(wanted).to_numpy()
    # A group without a row of the category, in a breakdown that has rows, was not absent for it.
    units = np.bincount(place[counted], absent["units"].to_numpy(float)[counted], len(rows))
    breakdown = rows.groupby(MEMBER[:-1], sort=False).ngroup().to_numpy()
    told = np.isin(breakdown, breakdown[place[place >= 0]])
    return rows.assign(numerator=units, denominator=rows["possible"])[told]


def _prevalence(indicator: Indicator, detail: Detail) -> pd.DataFrame:
    counted = indicator.counted
    bands = detail.pupils_in_band_by_group
    chosen = bands[bands["category"].isin(counted.categories) & (bands["at_least"] >= counted.at_least)]
    found = chosen.groupby(MEMBER, sort=False)
    rows = found.agg(
        numerator=("pupils", "sum"),
        known=("pupils", "count"),
        bands=("at_least", "size"),
        denominator=("base", "max"),
        lowest=("at_least", "min"),
    ).reset_index()
    # Bands that do not split at the threshold cannot answer the question.
    rows = rows[rows["lowest"] == counted.at_least]
    numerator = rows["numerator"].where(rows["known"] == rows["bands"])
    return rows.assign(pupils=rows["denominator"], numerator=numerator)


def gaps(found: pd.DataFrame, variance: float) -> pd.DataFrame:
    """Return how many times as high the rate of each group is as that of the rest of its breakdown.

    `found` are the groups of one rate. Columns: those of `MEMBER`, ratio, low, high (95 %), pupils,
    rest_pupils and rest (the rate of the rest). The interval is that of a ratio of two risks on the logarithm
    (Katz and others 1978), with the variance of pupils, not of units: the units of one pupil are not
    independent.
    """
    rows = found[found["status"] == "exact"]
    whole = rows.groupby([*_KEY, "breakdown"])[["numerator", "denominator", "pupils"]].transform("sum")
    rest = whole - rows[["numerator", "denominator", "pupils"]]
    with np.errstate(invalid="ignore", divide="ignore"):
        of_rest = (rest["numerator"] / rest["denominator"]).to_numpy(float)
        own = rows["value"].to_numpy(float)
        ratio = own / of_rest
        spread = variance * (
            (1 - own) ** 2 / rows["pupils"].to_numpy(float)
            + (1 - of_rest) ** 2 / rest["pupils"].to_numpy(float)
        )
        factor = np.exp(Z * np.sqrt(spread))
    formed = (own > 0) & (of_rest > 0)
    return rows[MEMBER].assign(
        ratio=np.where(formed, ratio, np.nan),
        low=np.where(formed, ratio / factor, np.nan),
        high=np.where(formed, ratio * factor, np.nan),
        pupils=rows["pupils"],
        rest_pupils=rest["pupils"],
        rest=of_rest,
    )
