"""Tables about the city as a whole: pooled figures, kinds, deciles and completeness."""

import numpy as np
import pandas as pd

from mirrors.benchmark.benchmark import Benchmark
from mirrors.benchmark.registration import COMPLETE
from mirrors.benchmark.series import next_year
from mirrors.definitions import Indicator
from mirrors.disclosure.rules import SCHOOLS_FOR_DECILES, city_decimals, peer_step, round_to

DECILES = tuple(range(10, 100, 10))
_POOLED = ["indicator", "school_year", "value", "decimals", "numerator", "denominator", "schools"]


def tables(benchmark: Benchmark, indicators: dict[str, Indicator]) -> dict[str, pd.DataFrame]:
    """Return the tables city_figure, city_kind, spread, city_registration, availability and restart."""
    pooled, spread = [], []
    for key, frame in benchmark.compared.items():
        usable = _usable(frame, benchmark)
        if indicators[key].is_share and not usable.empty:
            pooled += [_pooled(key, str(year), rows) for year, rows in usable.groupby("school_year")]
            spread += _spreads(key, usable, benchmark)
    return {
        "city_figure": pd.DataFrame(pooled, columns=_POOLED),
        "city_kind": _kinds(benchmark),
        "spread": pd.DataFrame(
            spread, columns=["indicator", "school_year", "school_type", "schools", "decile", "value"]
        ),
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


def _pooled(key: str, year: str, rows: pd.DataFrame) -> dict[str, object]:
    numerator, denominator = float(rows["numerator"].sum()), float(rows["denominator"].sum())
    decimals = city_decimals(float(rows["pupils"].sum()))
    return {
        "indicator": key,
        "school_year": year,
        "value": round(numerator / denominator, decimals + 2),
        "decimals": decimals,
        "numerator": numerator,
        "denominator": denominator,
        "schools": len(rows),
    }


def _spreads(key: str, usable: pd.DataFrame, benchmark: Benchmark) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    step = peer_step(float(usable["numerator"].sum() / usable["denominator"].sum()))
    for year, rows in usable.groupby("school_year"):
        matrix = benchmark.features[str(year)]
        types = pd.Series(matrix.school_type, index=list(matrix.school_ids))
        for kind, values in rows.groupby(rows["school_id"].map(types))["value"]:
            if len(values) >= SCHOOLS_FOR_DECILES:
                deciles = round_to(np.percentile(values, DECILES), step)
                found += [(key, year, kind, len(values), d, v) for d, v in zip(DECILES, deciles, strict=True)]
    return found


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
    if indicator.kind == "distribution":
        bands = benchmark.reduced.pupils_in_band
        found = bands[
            bands["category"].isin(indicator.counted.categories) & (bands["scale"] == indicator.counted.scale)
        ]
    else:
        found = benchmark.observed.get(indicator.id, pd.DataFrame({"school_year": []}))
    years = sorted(set(found["school_year"]))
    return {
        "indicator": indicator.id,
        "school_years": ",".join(years),
        "reason": "" if years else _reason(indicator),
    }


def _reason(indicator: Indicator) -> str:
    if indicator.kind in ("prevalence", "distribution"):
        return "no_bands"
    if indicator.kind == "quantile":
        return "no_quantiles"
    return "no_absence" if "any" in indicator.counted.categories else "no_categories"
