"""Observations of what providers counted themselves: measures, follow-up, outcomes and lateness.

The frames have the columns of `observation.COLUMNS`.
"""

import numpy as np
import pandas as pd

from mirrors.benchmark.detail import Detail
from mirrors.benchmark.fewest import (
    UNITS_OF_CONCENTRATION,
    UNITS_OF_INDEX,
    UNITS_OF_MEASURE,
    UNITS_OF_MOMENT,
)
from mirrors.benchmark.observation import COLUMNS, stated
from mirrors.benchmark.panel import Bools
from mirrors.benchmark.reduction import Reduced
from mirrors.definitions import Indicator, Jurisdiction

EVENTS_PER = 100.0
"""Events of lateness are told per this many days of one pupil."""

BASES = {"per_100_pupils": 100.0, "per_1000_pupils": 1000.0, "index": 100.0}
"""What an amount is told per, by its unit; 1 for others."""

_GINI = "gini"
_KEY = ["school_id", "school_year"]
_REACHED = "threshold"
"""The step of the follow-up that every pupil takes who reaches the threshold."""


def observe_counted(
    indicator: Indicator, detail: Detail, reduced: Reduced, jurisdiction: Jurisdiction
) -> pd.DataFrame:
    """Return the observations of `indicator`; empty when no provider delivered what it counts."""
    counted = indicator.counted
    if counted.of_measure:
        observed = _index(indicator, detail)
    elif counted.measure:
        observed = _measure(indicator, detail, reduced)
    elif counted.event:
        observed = _events(indicator, detail, reduced)
    elif counted.outcome:
        observed = _outcome(indicator, detail)
    elif counted.step and counted.threshold and jurisdiction.ladder:
        units = threshold_units(jurisdiction, counted.threshold)
        observed = _step(indicator, detail.follow_up_steps, units)
    else:
        observed = pd.DataFrame(columns=COLUMNS)
    return observed[COLUMNS].reset_index(drop=True)


def threshold_units(jurisdiction: Jurisdiction, place: str) -> float:
    """Return the units absent at one of the jurisdiction's thresholds: its first, the city's or its last.

    The city's own is the second, or the only one. Raises IndexError without thresholds.
    """
    units = [threshold.at_least for threshold in jurisdiction.ladder]
    return {"first": units[0], "city": units[:2][-1], "last": units[-1]}[place]


def _measure(indicator: Indicator, detail: Detail, reduced: Reduced) -> pd.DataFrame:
    name = indicator.counted.measure
    rows = detail.measures[detail.measures["measure"] == name].copy()
    if indicator.counts_pupils:
        rows["pupils"] = rows["denominator"]
    if name == _GINI:
        absent = reduced.units_absent[reduced.units_absent["category"] == "unauthorised"]
        units = rows[_KEY].merge(absent, on=_KEY, how="left")["units"].fillna(0.0)
        rows = _resting(rows, units.to_numpy(float) >= UNITS_OF_CONCENTRATION)
    elif name in UNITS_OF_MEASURE:
        rows = _resting(rows, (rows["denominator"] >= UNITS_OF_MEASURE[name]).to_numpy())
    return _divided(rows, BASES.get(indicator.unit, 1.0) if indicator.kind == "amount" else 1.0)


def _resting(rows: pd.DataFrame, enough: Bools) -> pd.DataFrame:
    """Return rows of which those without units `enough` rest on nobody: they say nothing."""
    return rows.assign(pupils=np.where(enough, rows["pupils"].to_numpy(float), 0.0))


def _index(indicator: Indicator, detail: Detail) -> pd.DataFrame:
    """Return the rate in one place over that in another; it needs units absent in both."""
    counted, measures = indicator.counted, detail.measures
    one, other = (measures[measures["measure"] == name] for name in (counted.measure, counted.of_measure))
    rows = one.merge(other, on=_KEY, suffixes=("", "_of"))
    both = rows["numerator"] + rows["numerator_of"]
    least = rows[["numerator", "numerator_of"]].min(axis=1)
    rows = _resting(rows, ((both >= UNITS_OF_INDEX) & (least >= UNITS_OF_MOMENT)).to_numpy())
    with np.errstate(invalid="ignore", divide="ignore"):
        rates = {
            "numerator": rows["numerator"] / rows["denominator"],
            "denominator": rows["numerator_of"] / rows["denominator_of"],
        }
    status = rows["status"].fillna(rows["status_of"])
    return _divided(rows.assign(status=status, **rates), BASES[indicator.unit])


def _outcome(indicator: Indicator, detail: Detail) -> pd.DataFrame:
    rows = detail.trajectories[detail.trajectories["outcome"] == indicator.counted.outcome]
    rows = rows.rename(columns={"pupils": "numerator", "base": "denominator"})
    return _divided(rows.assign(pupils=rows["denominator"]), 1.0)


def _events(indicator: Indicator, detail: Detail, reduced: Reduced) -> pd.DataFrame:
    rows = detail.lateness[detail.lateness["kind"] == indicator.counted.event]
    rows = rows.rename(columns={"events": "numerator", "pupil_days": "denominator"})
    return _divided(rows.merge(reduced.enrolment[[*_KEY, "pupils"]], on=_KEY), EVENTS_PER)


def _step(indicator: Indicator, steps: pd.DataFrame, units: float) -> pd.DataFrame:
    counted = indicator.counted
    at_threshold = steps[steps["threshold"] == units]
    rows = at_threshold[at_threshold["step"] == counted.step]
    if indicator.kind == "days":
        rows = rows.rename(columns={"median_days": "value"})
        return stated(rows.assign(numerator=np.nan, denominator=np.nan))
    of_step = at_threshold[at_threshold["step"] == (counted.of_step or _REACHED)]
    both = rows.rename(columns={"pupils": "numerator"}).merge(
        of_step[[*_KEY, "pupils", "status"]].rename(columns={"pupils": "denominator", "status": "of_status"}),
        on=_KEY,
    )
    both["status"] = both["status"].fillna(both["of_status"])
    return _divided(both.assign(pupils=both["denominator"]), 1.0)


def _divided(rows: pd.DataFrame, base: float) -> pd.DataFrame:
    """Return rows with the value numerator / denominator times `base`; of a bound the share it came with."""
    rows = rows.reset_index(drop=True)
    known = rows["status"].isna() & (rows["denominator"] > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = base * rows["numerator"].to_numpy(float) / rows["denominator"].to_numpy(float)
    share = rows["share"].to_numpy(float) if "share" in rows else np.full(len(rows), np.nan)
    value = np.where(known, value, share)
    return stated(rows.assign(value=value, status=rows["status"].mask(np.isnan(value), "missing")))
