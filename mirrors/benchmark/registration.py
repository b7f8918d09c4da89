"""How complete a school's registers are, and whether it changed its way of registering."""

import math

import numpy as np
import pandas as pd

from mirrors.benchmark.alarm import Kind, alarms_of
from mirrors.benchmark.reduction import Reduced
from mirrors.benchmark.series import comparable_pairs
from mirrors.definitions import Jurisdiction

COMPLETE = 0.9
"""Share of the expected months from which a school-year counts as complete."""

LARGEST_SHIFT = 5.0
"""Robust standard deviations by which a shift between categories may differ from the city's."""

LEAST_UNKNOWN_SHIFT = 0.002
"""Share of possible time below which unknown codes that became unauthorised change no picture."""

FEWEST_UNITS_EXPECTED = 20.0
"""Units absent to be expected from which none at all is no chance, even where absence comes in spells."""

_KEY = ["school_id", "school_year"]


def completeness(enrolment: pd.DataFrame, months: pd.DataFrame, jurisdiction: Jurisdiction) -> pd.DataFrame:
    """Return how complete every school-year in `enrolment` is, from the months registered.

    Columns: school_id, school_year, expected (number of months), complete (share of months; NaN in a year
    delivered as a whole), missing_months (text, comma between) and stops_after (text: the month after which
    nothing came, empty when the registers last as long as the city's).
    """
    rows = enrolment[_KEY].copy()
    found = months.groupby(_KEY)["month"].agg(set).to_dict()
    years = set(months["school_year"])
    registered = [found.get((school, year), set()) for school, year in rows.itertuples(index=False)]
    expected = {
        year: _expected_months(months, rows, year, jurisdiction) for year in rows["school_year"].unique()
    }
    missing = [
        [month for month in expected[year] if month not in have] if year in years else []
        for year, have in zip(rows["school_year"], registered, strict=True)
    ]
    rows["expected"] = [len(expected[year]) for year in rows["school_year"]]
    rows["complete"] = [
        1 - len(gone) / len(expected[year]) if expected[year] else math.nan
        for year, gone in zip(rows["school_year"], missing, strict=True)
    ]
    rows["missing_months"] = [",".join(map(str, gone)) for gone in missing]
    rows["stops_after"] = [
        _stops_after(expected[year], gone) for year, gone in zip(rows["school_year"], missing, strict=True)
    ]
    return rows


def _stops_after(expected: list[int], missing: list[int]) -> str:
    """Return the last month that came when the last one expected did not; empty otherwise."""
    if not expected or expected[-1] not in missing:
        return ""
    return next((str(month) for month in reversed(expected) if month not in missing), "")


def _expected_months(
    months: pd.DataFrame, rows: pd.DataFrame, year: str, jurisdiction: Jurisdiction
) -> list[int]:
    """Return the jurisdiction's months that at least half of the city's schools registered in `year`."""
    schools = (rows["school_year"] == year).sum()
    counts = months.loc[months["school_year"] == year, "month"].value_counts()
    return [month for month in jurisdiction.months if counts.get(month, 0) >= schools / 2]


def month_alarms(complete: pd.DataFrame) -> pd.DataFrame:
    """Return an alarm for every school-year with too few months, or whose registers stop early."""
    gone = np.array([len(months.split(",")) if months else 0 for months in complete["missing_months"]])
    counted = complete.assign(before=complete["expected"].astype(float))
    counted["after"] = counted["before"] - gone
    few = counted["complete"] < COMPLETE
    missing = counted.assign(detail=counted["missing_months"])[few]
    stops = counted.assign(detail=counted["stops_after"])[~few & (counted["stops_after"] != "")]
    return pd.concat(
        [alarms_of(Kind.MISSING_MONTHS, missing), alarms_of(Kind.REGISTERS_STOP, stops)], ignore_index=True
    )


def silent_alarms(reduced: Reduced, complete: pd.DataFrame) -> pd.DataFrame:
    """Return an alarm for every school-year that enrolled pupils in a month, or in one half-day of the week,
    and registered not a single absence there.

    Only where many were to be expected at the school's own rate. A school-year that lacks too many months has
    its alarm already.
    """
    silent = pd.concat([_silent_months(reduced), _silent_half_days(reduced)], ignore_index=True)
    absent = reduced.units_absent.groupby(_KEY)["units"].sum()
    possible = reduced.enrolment.set_index(_KEY)["possible"]
    rate = (absent / possible).rename("rate")
    silent = silent.merge(rate.reset_index(), on=_KEY).merge(complete[[*_KEY, "complete"]], on=_KEY)
    silent = silent.assign(before=silent["possible"] * silent["rate"])
    silent = silent[(silent["before"] >= FEWEST_UNITS_EXPECTED) & ~(silent["complete"] < COMPLETE)]
    grouped = silent.groupby(_KEY, sort=True)
    rows = grouped.agg(before=("before", "sum"), detail=("place", ",".join)).reset_index()
    return alarms_of(Kind.SILENT_REGISTERS, rows, after=0.0)


def _silent_months(reduced: Reduced) -> pd.DataFrame:
    """Return months with pupils and no absence, of schools that do register by month, which the city did."""
    registered = reduced.registered_month
    months = reduced.enrolled_month.merge(registered, on=[*_KEY, "month"], how="left", indicator="seen")
    by_month = set(zip(registered["school_id"], registered["school_year"], strict=True))
    delivers = [pair in by_month for pair in zip(months["school_id"], months["school_year"], strict=True)]
    schools = reduced.enrolment.groupby("school_year").size()
    counts = registered.groupby(["school_year", "month"]).size().rename("schools").reset_index()
    usual = counts[2 * counts["schools"] >= counts["school_year"].map(schools)]
    silent = months[(months["seen"] == "left_only") & np.array(delivers, dtype=bool)].drop(columns="seen")
    silent = silent.merge(usual[["school_year", "month"]], on=["school_year", "month"])
    return silent.assign(place=silent["month"].astype(int).astype(str))[[*_KEY, "place", "possible"]]


def _silent_half_days(reduced: Reduced) -> pd.DataFrame:
    rows = reduced.absence_by_weekday
    silent = rows[rows["units"] == 0]
    place = silent["weekday"].astype(int).astype(str) + silent["half_day"].astype(str)
    return silent.assign(place=place)[[*_KEY, "place", "possible"]]


def registration_alarms(rates: dict[str, pd.DataFrame], jurisdiction: Jurisdiction) -> pd.DataFrame:
    """Return an alarm for every school-year that seems to have changed its way of registering.

    `rates` are observations by category: unauthorised, illness and, where there are such codes, unknown.
    """
    unauthorised = rates["unauthorised"]
    changed = shifts(unauthorised, rates["illness"], jurisdiction)
    found = [alarms_of(Kind.REGISTRATION_CHANGE, changed)]
    if "unknown" in rates:
        unknown = _with_zeros(rates["unknown"], unauthorised)
        turned = shifts(unauthorised, unknown, jurisdiction, least=LEAST_UNKNOWN_SHIFT)
        found.append(alarms_of(Kind.UNKNOWN_CODES, turned[turned["after"] > turned["before"]]))
    return pd.concat(found, ignore_index=True)


def _with_zeros(observed: pd.DataFrame, like: pd.DataFrame) -> pd.DataFrame:
    """Return `observed` for every school-year of `like`: a category that was not used was used zero times."""
    found = like[[*_KEY, "pupils", "status"]].merge(observed[[*_KEY, "value"]], on=_KEY, how="left")
    return found.fillna({"value": 0.0})


def shifts(
    unauthorised: pd.DataFrame, other: pd.DataFrame, jurisdiction: Jurisdiction, least: float = 0.0
) -> pd.DataFrame:
    """Return the school-years in which absence moved between unauthorised and another category.

    Against the year before, one rate fell as the other rose, the shift is over `least` and far outside what
    other schools show (robust z above LARGEST_SHIFT), and both together moved by less than the shift.
    Columns: school_id, school_year, before and after (unauthorised as a share of both) and against.
    """
    found = [pd.DataFrame(columns=[*_KEY, "before", "after", "against"])]
    if unauthorised.empty or other.empty:
        return found[0]
    one, two = _rate_by_year(unauthorised), _rate_by_year(other)
    for before, year in comparable_pairs(set(one.columns) & set(two.columns), jurisdiction):
        first, second = _change(one, before, year), _change(two, before, year)
        shift = (first - second) / 2
        centred = (shift - shift.median()).abs()
        spread = 1.4826 * centred.median()
        kept_level = (first + second).abs() < centred
        odd = (first * second < 0) & kept_level & (centred > max(LARGEST_SHIFT * spread, least))
        schools = odd.index[odd]
        share = (one / (one + two)).loc[schools]
        found.append(
            pd.DataFrame(
                {
                    "school_id": schools,
                    "school_year": year,
                    "before": share[before].to_numpy(float),
                    "after": share[year].to_numpy(float),
                    "against": before,
                }
            )
        )
    return pd.concat([frame for frame in found if len(frame)] or found[:1], ignore_index=True)


def _rate_by_year(observed: pd.DataFrame) -> pd.DataFrame:
    exact = observed[(observed["status"] == "exact") & (observed["pupils"] >= 30)]
    return exact.pivot(index="school_id", columns="school_year", values="value")


def _change(wide: pd.DataFrame, before: str, year: str) -> pd.Series:
    both = wide[[before, year]].dropna()
    # Removing the city's median keeps an illness wave from looking like a change of registration.
    moved = both[year] - both[before]
    return moved - np.median(moved) if len(moved) else moved
