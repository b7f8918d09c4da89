"""Figures that moved further since the year before than schools do: a real step, or an error in the data.

Neither year may be a declared break. A school that only comes back to where it was two years ago, after a
year that rang, does not ring again.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from mirrors.benchmark.alarm import Kind, alarms_of
from mirrors.benchmark.panel import FEWEST_PUPILS, Bools, Floats
from mirrors.benchmark.residual import NORMAL_PER_MAD, minus_type_median
from mirrors.benchmark.series import comparable_pairs, next_year
from mirrors.definitions import Jurisdiction

LARGEST_Z = 3.0
"""Robust standard deviations above which a change rings."""

LARGEST_Z_ABSENTEES = 4.0
"""The same for the share of pupils who were never absent, which moves with every real change of absence."""

PUPILS_KEPT = 0.35
"""Correlation of the pupils' part of a rate from one year to the next: most pupils stay."""

LARGEST_ROLL_CHANGE = 0.20
FEWEST_PUPILS_MOVED = 15
FEWEST_SCHOOLS = 15
"""Schools from which the usual change of schools can be told."""

_ROUNDS = 60
_LARGEST_SPREAD = 16.0


@dataclass(frozen=True, eq=False)
class Yearly:
    """One figure of all schools over the years, on a scale where changes of schools can be compared.

    `values` holds log-odds and `pupils` what they rest on, both school_id by school year, NaN where there is
    nothing to compare; `variance` is that of one pupil; `school_type` is by (school_id, school_year).
    """

    values: pd.DataFrame
    pupils: pd.DataFrame
    variance: float
    school_type: pd.Series


@dataclass(frozen=True, eq=False)
class Movement:
    """How schools moved between two school years, arrays (schools,): z and the log-odds behind it."""

    school_ids: NDArray[np.str_]
    z: Floats
    before: Floats
    after: Floats
    usual: Floats
    spread: Floats


def yearly(observed: pd.DataFrame, variance: float, school_type: pd.Series) -> Yearly:
    """Return the exact, possible values of an indicator's observations on at least FEWEST_PUPILS pupils."""
    exact = observed[(observed["status"] == "exact") & (observed["pupils"] >= FEWEST_PUPILS)]
    exact = exact[(exact["denominator"] > 0) & (exact["numerator"] <= exact["denominator"])]
    odds = np.log((exact["numerator"] + 0.5) / (exact["denominator"] - exact["numerator"] + 0.5))
    rows = exact.assign(odds=odds)
    values, pupils = (
        rows.pivot(index="school_id", columns="school_year", values=column) for column in ("odds", "pupils")
    )
    return Yearly(values, pupils, variance, school_type)


def movement(figure: Yearly, before: str, year: str) -> Movement | None:
    """Return the size-aware robust z of every school's change, or None with too few schools to tell.

    d is the change of the log-odds minus the median of the school's type and of the city, and
    z = d / sqrt(tau2 + psi2 (1 - c) (1/n_before + 1/n_now)): psi2 is the variance of one pupil, c the part of
    it that most pupils carry over, and tau2 what schools really move, so that the median |z| is that of
    a normal. Ratio edits by size go back to Hidiroglou and Berthelot (1986); the robust spread keeps the odd
    schools from hiding each other.
    """
    if not {before, year} <= set(figure.values.columns):
        return None
    both = figure.values[[before, year]].dropna()
    if len(both) < FEWEST_SCHOOLS:
        return None
    pupils = figure.pupils.loc[both.index, [before, year]].to_numpy(float)
    was, now = both[before].to_numpy(float), both[year].to_numpy(float)
    chance = figure.variance * (1 - PUPILS_KEPT) * (1 / pupils).sum(axis=1)
    kind = _types(figure.school_type, both.index, year)
    change = now - was
    net = minus_type_median(change, kind, np.ones(len(both), dtype=bool))
    spread = np.sqrt(_between_schools(net, chance) + chance)
    return Movement(both.index.to_numpy(str), net / spread, was, now, change - net, spread)


def _types(school_type: pd.Series, schools: pd.Index, year: str) -> NDArray[np.str_]:
    keys = pd.MultiIndex.from_product([schools, [year]])
    return school_type.reindex(keys).fillna("").to_numpy(str)


def _between_schools(net: Floats, chance: Floats) -> float:
    """Return tau2, by which the median of |net| / sqrt(tau2 + chance) is that of a standard normal."""
    low, high = 0.0, _LARGEST_SPREAD
    if NORMAL_PER_MAD * np.median(np.abs(net) / np.sqrt(chance)) <= 1.0:
        return 0.0
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        too_small = NORMAL_PER_MAD * np.median(np.abs(net) / np.sqrt(middle + chance)) > 1.0
        low, high = (middle, high) if too_small else (low, middle)
    return high


def change_alarms(
    figure: Yearly, kind: Kind, jurisdiction: Jurisdiction, largest: float = LARGEST_Z
) -> pd.DataFrame:
    """Return an alarm for every school-year whose rate moved by more than `largest` robust deviations.

    A real step looks like an error here: only somebody who asks can tell them apart. Evidence: both rates,
    and the rates between which this year's would not have rung.
    """
    found = [alarms_of(kind, pd.DataFrame(columns=["school_id", "school_year"]))]
    for before, year in comparable_pairs(figure.values.columns, jurisdiction):
        moved = movement(figure, before, year)
        if moved is not None:
            rings = (np.abs(moved.z) > largest) & ~_came_back(figure, moved, before, jurisdiction)
            rows = _rates(moved, before, year, largest)
            found.append(alarms_of(kind, rows[rings]))
    return _together(found)


def _rates(moved: Movement, before: str, year: str, largest: float) -> pd.DataFrame:
    usual = moved.before + moved.usual
    return pd.DataFrame(
        {
            "school_id": moved.school_ids,
            "school_year": year,
            "before": expit(moved.before),
            "after": expit(moved.after),
            "low": expit(usual - largest * moved.spread),
            "high": expit(usual + largest * moved.spread),
            "against": before,
        }
    )


def _came_back(figure: Yearly, moved: Movement, before: str, jurisdiction: Jurisdiction) -> Bools:
    """Return which schools rang the other way the year before, and now stand where they stood before that."""
    nobody = np.zeros(len(moved.z), dtype=bool)
    pairs = comparable_pairs(figure.values.columns, jurisdiction)
    earlier = next((first for first, then in pairs if then == before), None)
    if earlier is None:
        return nobody
    away, over_two = movement(figure, earlier, before), movement(figure, earlier, next_year(before))
    if away is None or over_two is None:
        return nobody
    z_away, z_over_two = (
        pd.Series(found.z, index=found.school_ids).reindex(moved.school_ids).to_numpy(float)
        for found in (away, over_two)
    )
    opposite = (np.abs(z_away) > LARGEST_Z) & (z_away * moved.z < 0)
    return np.asarray(opposite & (np.abs(z_over_two) <= LARGEST_Z))


def roll_alarms(enrolment: pd.DataFrame, jurisdiction: Jurisdiction) -> pd.DataFrame:
    """Return an alarm for every school-year whose roll moved by more than a fifth and FEWEST_PUPILS_MOVED."""
    exact = enrolment[enrolment["status"].isna() & (enrolment["pupils"] > 0)]
    rolls = exact.pivot(index="school_id", columns="school_year", values="pupils")
    found = [alarms_of(Kind.ROLL_CHANGE, pd.DataFrame(columns=["school_id", "school_year"]))]
    pairs = comparable_pairs(rolls.columns, jurisdiction)
    for before, year in pairs:
        was, now = rolls[before], rolls[year]
        rings = _far(was, now)
        earlier = next((first for first, then in pairs if then == before), None)
        if earlier is not None:
            first = rolls[earlier]
            rings &= ~(_far(first, was) & ~_far(first, now) & first.notna())
        schools = rings.index[rings]
        found.append(alarms_of(Kind.ROLL_CHANGE, _roll_rows(schools, rolls, before, year)))
    return _together(found)


def _far(was: pd.Series, now: pd.Series) -> pd.Series:
    moved = (now - was).abs()
    return (moved > LARGEST_ROLL_CHANGE * was) & (moved > FEWEST_PUPILS_MOVED)


def _roll_rows(schools: pd.Index, rolls: pd.DataFrame, before: str, year: str) -> pd.DataFrame:
    was, now = rolls.loc[schools, before], rolls.loc[schools, year]
    margin = np.maximum(LARGEST_ROLL_CHANGE * was, FEWEST_PUPILS_MOVED)
    return pd.DataFrame(
        {
            "school_id": schools,
            "school_year": year,
            "before": was.to_numpy(float),
            "after": now.to_numpy(float),
            "low": (was - margin).to_numpy(float),
            "high": (was + margin).to_numpy(float),
            "against": before,
        }
    )


def fewer_absentees(shares: pd.DataFrame, school_type: pd.Series, jurisdiction: Jurisdiction) -> pd.DataFrame:
    """Return an alarm for every school-year in which far more pupils than before were never absent.

    `shares` are observations of the share of pupils without absence. Registers that were not kept look
    like this, and so does a school that really did better.
    """
    exact = shares[shares["status"] == "exact"]
    if exact.empty:
        return alarms_of(Kind.FEWER_ABSENTEES, pd.DataFrame(columns=["school_id", "school_year"]))
    city = min(max(exact["numerator"].sum() / exact["denominator"].sum(), 0.01), 0.99)
    figure = yearly(exact, 1 / (city * (1 - city)), school_type)
    rang = change_alarms(figure, Kind.FEWER_ABSENTEES, jurisdiction, LARGEST_Z_ABSENTEES)
    return rang[rang["after"] > rang["before"]].assign(low=np.nan)


def _together(found: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat([frame for frame in found if len(frame)] or found[:1], ignore_index=True)
