"""Tables of the funnel, which only an adviser sees: its limits by size, and where each school lies in it."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from mirrors.benchmark.benchmark import Benchmark
from mirrors.benchmark.funnel import (
    Z_95,
    Z_998,
    Funnel,
    PupilShares,
    Scale,
    UnitRates,
    fit_funnel,
    pupil_variance,
)
from mirrors.benchmark.panel import FEWEST_PUPILS
from mirrors.definitions import Indicator
from mirrors.disclosure.protection import STANDARD
from mirrors.disclosure.rules import Rules, round_count

SIZES = 40
"""Sizes at which the limits are told; lines between them are straight."""

_DECIMALS = 4
_KEY = ["school_id", "school_year"]
_LIMITS = ["indicator", "school_year", "pupils", "centre", "low95", "high95", "low998", "high998"]
_SCHOOLS = ["indicator", "school_year", "school_id", "pupils", "value", "place"]


def tables(
    benchmark: Benchmark,
    indicators: dict[str, Indicator],
    figure: pd.DataFrame,
    rules: Rules = STANDARD.rules,
) -> dict[str, pd.DataFrame]:
    """Return the tables funnel and funnel_school, of every rate and every share of pupils over a threshold.

    The limits rest on all schools together; a school lies where its figure puts it as `figure` tells it.
    `place` is "within", or "below_95", "below_998", "above_95" and "above_998" for the limits a school lies
    outside of. A share that may be one child's is left out.
    """
    limits, schools = [], []
    told = figure[figure["status"] == "exact"].set_index(["indicator", *_KEY])[["value", "expected"]]
    for key, frame in benchmark.compared.items():
        if indicators[key].kind in ("rate", "prevalence"):
            for year, rows in _taking_part(frame, benchmark):
                scale = _scale(indicators[key], rows)
                pupils = rows["pupils"].to_numpy(float)
                centre = float(rows["numerator"].sum() / rows["denominator"].sum())
                value, expected = rows["value"].to_numpy(float), rows["expected"].to_numpy(float)
                funnel = fit_funnel(value, expected, pupils, centre, scale) if 0 < centre < 1 else None
                if funnel is not None:
                    limits.append(_limits(key, year, funnel, pupils))
                    schools.append(_schools(key, year, funnel, rows, told, rules.count_step))
    return {
        "funnel": pd.concat(limits, ignore_index=True) if limits else pd.DataFrame(columns=_LIMITS),
        "funnel_school": pd.concat(schools, ignore_index=True) if schools else pd.DataFrame(columns=_SCHOOLS),
    }


def _taking_part(frame: pd.DataFrame, benchmark: Benchmark) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield every year's exact values of large schools without an open alarm, with what is expected.

    Where nothing is modelled, the value of all schools of the same type together is expected.
    """
    quiet = benchmark.registration.loc[benchmark.registration["alarms"] == "", ["school_id", "school_year"]]
    rows = frame[
        (frame["status"] == "exact") & (frame["pupils"] >= FEWEST_PUPILS) & (frame["denominator"] > 0)
    ]
    rows = rows.merge(quiet, on=["school_id", "school_year"])
    for year, of_year in rows.groupby("school_year"):
        matrix = benchmark.features[str(year)]
        kind = of_year["school_id"].map(dict(zip(matrix.school_ids, matrix.school_type, strict=True)))
        of_kind = of_year.groupby(kind)
        pooled = of_kind["numerator"].transform("sum") / of_kind["denominator"].transform("sum")
        yield str(year), of_year.assign(expected=of_year["expected"].fillna(pooled))


def _scale(indicator: Indicator, rows: pd.DataFrame) -> Scale:
    if indicator.kind == "prevalence":
        return PupilShares()
    low, high, pupils = (rows[name].to_numpy(float) for name in ("low", "high", "pupils"))
    return UnitRates(pupil_variance(low, high, pupils))


def _limits(key: str, year: str, funnel: Funnel, pupils: np.ndarray) -> pd.DataFrame:
    sizes = np.unique(np.geomspace(pupils.min(), pupils.max(), SIZES).round())
    low95, high95 = funnel.limits(sizes, Z_95)
    low998, high998 = funnel.limits(sizes, Z_998)
    found = {"low95": low95, "high95": high95, "low998": low998, "high998": high998}
    rounded = {name: values.round(_DECIMALS) for name, values in found.items()}
    centre = round(funnel.centre, _DECIMALS)
    return pd.DataFrame(
        {"indicator": key, "school_year": year, "pupils": sizes.astype(int), "centre": centre, **rounded}
    )[_LIMITS]


def _schools(
    key: str, year: str, funnel: Funnel, rows: pd.DataFrame, told: pd.DataFrame, count_step: int
) -> pd.DataFrame:
    """Return where the schools lie whose figure is told, by that figure and the pupils as they are told."""
    at = pd.MultiIndex.from_arrays([[key] * len(rows), rows["school_id"], [year] * len(rows)])
    own = told.reindex(at)
    value, modelled = own["value"].to_numpy(float), own["expected"].to_numpy(float)
    expected = np.where(np.isnan(modelled), rows["expected"].to_numpy(float), modelled)
    pupils = round_count(rows["pupils"].to_numpy(float), count_step)
    beside = funnel.placed(value, expected, pupils)
    place = np.select(
        [beside.z > Z_998, beside.z > Z_95, beside.z < -Z_998, beside.z < -Z_95],
        ["above_998", "above_95", "below_998", "below_95"],
        "within",
    )
    shown: pd.DataFrame = rows[["school_id"]].assign(
        indicator=key,
        school_year=year,
        pupils=pupils.astype(int),
        value=beside.value.round(_DECIMALS),
        place=place,
    )
    return shown.iloc[np.flatnonzero(~np.isnan(value))][_SCHOOLS]
