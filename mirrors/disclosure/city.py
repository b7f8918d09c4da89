"""Tables about the city as a whole: pooled figures, kinds, deciles and completeness."""

import numpy as np
import pandas as pd

from mirrors.benchmark.benchmark import Benchmark
from mirrors.benchmark.registration import COMPLETE
from mirrors.benchmark.series import next_year
from mirrors.definitions import Indicator
from mirrors.disclosure.protection import STANDARD, Protection
from mirrors.disclosure.rules import SCHOOLS_FOR_DECILES, city_decimals, round_count, round_to

DECILES = tuple(range(10, 100, 10))
_SPREAD = ["indicator", "school_year", "school_type", "schools", "decile", "value"]
_POOLED = ["indicator", "school_year", "value", "decimals", "numerator", "denominator", "schools"]


def tables(
    benchmark: Benchmark, indicators: dict[str, Indicator], under: Protection = STANDARD
) -> dict[str, pd.DataFrame]:
    """Return the tables city_figure, city_kind, spread, city_registration, availability and restart."""
    frames = [
        frame.assign(indicator=key) for key, frame in benchmark.compared.items() if indicators[key].is_share
    ]
    usable = _usable(pd.concat(frames, ignore_index=True), benchmark) if frames else pd.DataFrame()
    return {
        "city_figure": _pooled(usable, indicators, under),
        "city_kind": _kinds(benchmark),
        "spread": _spread(usable, benchmark, under),
        "city_registration": _registration(benchmark),
        "availability": pd.DataFrame(
            [_availability(indicator, benchmark) for indicator in indicators.values()]
        ),
        "restart": pd.DataFrame(
            [(key, year) for key, years in benchmark.restarts.items() for year in years],
            columns=["indicator", "school_year"],
        ),
    }


def _usable(frame: pd.DataFrame, benchmark: Benchmark) -> pd.DataFrame:
    """Return the exact values of school-years whose registers are complete."""
    complete = benchmark.registration[["school_id", "school_year", "complete"]]
    rows = frame[frame["status"] == "exact"].merge(complete, on=["school_id", "school_year"], how="left")
    return rows[rows["complete"].fillna(1.0) >= COMPLETE]


def _pooled(usable: pd.DataFrame, indicators: dict[str, Indicator], under: Protection) -> pd.DataFrame:
    """Return the pooled share of every indicator and year of which enough schools have one."""
    if usable.empty:
        return pd.DataFrame(columns=_POOLED)
    grouped = usable.groupby(["indicator", "school_year"], sort=False)
    sums = grouped[["numerator", "denominator", "pupils"]].sum()
    rows = sums.assign(schools=grouped.size()).reset_index()
    rows = rows[rows["schools"] >= under.rules.peers_for_median]
    heads = rows["indicator"].map(lambda key: indicators[key].counts_pupils).to_numpy(bool)
    for name in ("numerator", "denominator"):
        counted = round_count(rows[name].to_numpy(float), under.rules.count_step)
        rows[name] = np.where(heads, counted, rows[name])
    decimals = [city_decimals(pupils) for pupils in rows["pupils"]]
    shares = rows["numerator"] / rows["denominator"]
    value = [round(share, places + 2) for share, places in zip(shares, decimals, strict=True)]
    return rows.assign(value=value, decimals=decimals)[_POOLED]


def _spread(usable: pd.DataFrame, benchmark: Benchmark, under: Protection) -> pd.DataFrame:
    """Return the deciles of every indicator by year and type, for types with enough schools."""
    if usable.empty:
        return pd.DataFrame(columns=_SPREAD)
    kinds = usable.merge(_types(benchmark), on=["school_id", "school_year"])
    grouped = kinds.groupby(["indicator", "school_year", "school_type"])["value"]
    deciles = grouped.quantile(np.array(DECILES) / 100).rename("value").reset_index()
    deciles["decile"] = (100 * deciles.pop("level_3")).round().astype(int)
    deciles["schools"] = np.repeat(grouped.size().to_numpy(), len(DECILES))
    found = deciles[deciles["schools"] >= SCHOOLS_FOR_DECILES]
    return found.assign(value=round_to(found["value"].to_numpy(float), under.rules.peer_step))[_SPREAD]


def _types(benchmark: Benchmark) -> pd.DataFrame:
    return pd.concat(
        [
            pd.DataFrame(
                {"school_id": matrix.school_ids, "school_year": year, "school_type": matrix.school_type}
            )
            for year, matrix in benchmark.features.items()
        ],
        ignore_index=True,
    )


def _kinds(benchmark: Benchmark) -> pd.DataFrame:
    rows = []
    for category, frame in benchmark.kinds.items():
        for year, found in _usable(frame, benchmark).groupby("school_year"):
            share = float(found["units"].sum() / found["possible"].sum())
            decimals = city_decimals(float(found["pupils"].sum()))
            rows.append((year, category, round(share, decimals + 2), decimals))
    return pd.DataFrame(rows, columns=["school_year", "category", "value", "decimals"])


def _registration(benchmark: Benchmark) -> pd.DataFrame:
    rows = []
    before: set[str] = set()
    year_before = ""
    for year, found in benchmark.registration.groupby("school_year"):
        schools = set(found["school_id"])
        follows = bool(year_before) and next_year(year_before) == year
        rows.append(
            {
                "school_year": year,
                "schools": len(found),
                "complete": (found["complete"] >= COMPLETE).sum()
                if found["complete"].notna().any()
                else None,
                "incomplete": int((found["complete"] < COMPLETE).sum()),
                "missing_since_last_year": len(before - schools) if follows else 0,
                "alarms": int((found["alarms"] != "").sum()),
            }
        )
        before, year_before = schools, str(year)
    return pd.DataFrame(rows)


def _availability(indicator: Indicator, benchmark: Benchmark) -> dict[str, str]:
    years = sorted(set(_found(indicator, benchmark)))
    return {
        "indicator": indicator.id,
        "school_years": ",".join(years),
        "reason": "" if years else _reason(indicator),
    }


def _found(indicator: Indicator, benchmark: Benchmark) -> pd.Series:
    """Return the school years of which an indicator, or the table that it is, has rows."""
    counted = indicator.counted
    if indicator.kind == "distribution":
        bands = benchmark.reduced.pupils_in_band
        known = bands["category"].isin(counted.categories) & (bands["scale"] == counted.scale)
        return bands.loc[known, "school_year"]
    within = benchmark.within
    match counted.profile:
        case "half_day" | "weekday" | "month":
            return within.profiles.loc[within.profiles["profile"] == counted.profile, "school_year"]
        case "groups":
            return within.groups["school_year"]
        case "gap":
            return within.gaps["school_year"]
        case "decomposition":
            return within.decomposition["school_year"]
        case "together":
            kinds = benchmark.kinds
            years = [set(kinds[name]["school_year"]) if name in kinds else set() for name in _TOGETHER]
            return pd.Series(sorted(set.intersection(*years)), dtype=str)
    return benchmark.observed.get(indicator.id, pd.DataFrame({"school_year": []}))["school_year"]


_TOGETHER = ("unauthorised", "illness")
"""The kinds of absence of which one may stand in for the other, and that are read together."""


def _reason(indicator: Indicator) -> str:
    counted = indicator.counted
    if indicator.kind in ("prevalence", "distribution"):
        return "no_bands"
    if indicator.kind == "quantile":
        return "no_quantiles"
    if indicator.kind == "programme":
        return "programme"
    if counted.profile:
        return _NO_PROFILE.get(counted.profile, "no_groups")
    for source, reason in _NO_SOURCE.items():
        if getattr(counted, source):
            return reason
    return "no_absence" if "any" in counted.categories else "no_categories"


_NO_PROFILE = {
    "half_day": "no_pattern",
    "weekday": "no_pattern",
    "month": "no_months",
    "together": "no_categories",
}
_NO_SOURCE = {
    "measure": "no_measure",
    "step": "no_follow_up",
    "outcome": "no_trajectory",
    "event": "no_lateness",
}
