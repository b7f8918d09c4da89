"""How complete a school's registers are, and whether it changed its way of registering.

Alarms ask, they never correct: a school-year with an alarm takes no part in lists, peer groups or
models until somebody has looked.
"""

import math
from itertools import pairwise

import numpy as np
import pandas as pd

from mirrors.benchmark.series import next_year
from mirrors.definitions import Jurisdiction

COMPLETE = 0.9
"""Share of the expected months from which a school-year counts as complete."""

LARGEST_SHIFT = 5.0
"""Robust standard deviations by which a shift between categories may differ from the city's."""

_KEY = ["school_id", "school_year"]


def registration(
    enrolment: pd.DataFrame, months: pd.DataFrame, rates: dict[str, pd.DataFrame], jurisdiction: Jurisdiction
) -> pd.DataFrame:
    """Return completeness and alarms for every school-year in `enrolment`.

    `rates` are observations of the unauthorised and the illness rate, under these names. Columns:
    school_id, school_year, complete (share of months; NaN in a year delivered as a whole), missing_months
    and alarms (text, comma between).
    """
    rows = enrolment[_KEY].copy()
    found = months.groupby(_KEY)["month"].agg(set)
    years = set(months["school_year"])
    registered = [found.get((school, year), set()) for school, year in rows.itertuples(index=False)]
    expected = {
        year: _expected_months(months, rows, year, jurisdiction) for year in rows["school_year"].unique()
    }
    missing = [
        [month for month in expected[year] if month not in have] if year in years else []
        for year, have in zip(rows["school_year"], registered, strict=True)
    ]
    rows["complete"] = [
        1 - len(gone) / len(expected[year]) if expected[year] else math.nan
        for year, gone in zip(rows["school_year"], missing, strict=True)
    ]
    rows["missing_months"] = [",".join(map(str, gone)) for gone in missing]
    changed = registration_changes(rates)
    rows["alarms"] = [
        ",".join(_alarms(share, (school, year) in changed))
        for school, year, share in rows[[*_KEY, "complete"]].itertuples(index=False)
    ]
    return rows


def _expected_months(
    months: pd.DataFrame, rows: pd.DataFrame, year: str, jurisdiction: Jurisdiction
) -> list[int]:
    """Return the jurisdiction's months that at least half of the city's schools registered in `year`."""
    schools = (rows["school_year"] == year).sum()
    counts = months.loc[months["school_year"] == year, "month"].value_counts()
    return [month for month in jurisdiction.months if counts.get(month, 0) >= schools / 2]


def _alarms(complete: float, registration_change: bool) -> list[str]:
    alarms = ["missing_months"] if complete < COMPLETE else []
    return alarms + (["registration_change"] if registration_change else [])


def registration_changes(rates: dict[str, pd.DataFrame]) -> set[tuple[str, str]]:
    """Return the (school, year) where absence moved between unauthorised and illness.

    Against the year before, one rate fell as the other rose, the shift is far outside what other schools
    show (robust z above LARGEST_SHIFT), and all absence together moved by less than half of it.
    """
    if any(frame.empty for frame in rates.values()):
        return set()
    wide = {name: _rate_by_year(frame) for name, frame in rates.items()}
    changed: set[tuple[str, str]] = set()
    years = sorted(set(wide["unauthorised"].columns) & set(wide["illness"].columns))
    for before, year in pairwise(years):
        if next_year(before) != year:
            continue
        unauthorised = _change(wide["unauthorised"], before, year)
        illness = _change(wide["illness"], before, year)
        shift = (unauthorised - illness) / 2
        centred = shift - shift.median()
        spread = 1.4826 * centred.abs().median()
        opposite = unauthorised * illness < 0
        kept_level = (unauthorised + illness).abs() < centred.abs()
        odd = opposite & kept_level & (centred.abs() > LARGEST_SHIFT * spread)
        changed |= {(str(school), year) for school in odd.index[odd]}
    return changed


def _rate_by_year(observed: pd.DataFrame) -> pd.DataFrame:
    exact = observed[(observed["status"] == "exact") & (observed["pupils"] >= 30)]
    return exact.pivot(index="school_id", columns="school_year", values="value")


def _change(wide: pd.DataFrame, before: str, year: str) -> pd.Series:
    both = wide[[before, year]].dropna()
    # Removing the city's median keeps an illness wave from looking like a change of registration.
    moved = both[year] - both[before]
    return moved - np.median(moved) if len(moved) else moved
