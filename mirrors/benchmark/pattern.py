"""When pupils are absent without leave: half-days of the week, months, days around breaks, exams."""

import numpy as np
import pandas as pd

from mirrors.benchmark.alarm import SchoolYears, among
from mirrors.benchmark.detail import Detail
from mirrors.benchmark.fewest import CONTRIBUTORS, PUPILS_PER_CONTRIBUTOR, UNITS_OF_PROFILE
from mirrors.benchmark.panel import FEWEST_PUPILS, Bools
from mirrors.benchmark.peer_group import PeerGroups, peers_of_rows, with_peers
from mirrors.benchmark.reduction import Reduced

CATEGORY = "unauthorised"
AVERAGE = 100.0
"""The index of a moment at which absence is as high as over the whole profile."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
_MEASURED = {"edge": ("edge", "off_edge"), "exam": ("exam", "off_exam")}
_KEY = ["school_id", "school_year"]
_COUNTED = [*_KEY, "profile", "item", "units", "possible"]


def profiles(
    detail: Detail, reduced: Reduced, peers: dict[str, PeerGroups], set_aside: SchoolYears
) -> pd.DataFrame:
    """Return the profiles of unauthorised absence of every school-year, a row a moment.

    Columns: school_id, school_year, profile, item, category, units, possible, total (units of the profile),
    pupils, contributors, value (units / possible), index (value over that of the whole profile, 100 = equal),
    and peers, peer_median, peer_low and peer_high of the index. `set_aside` teach nothing.
    """
    rows = pd.concat(
        [_half_days(detail), _weekdays(detail), _months(detail, reduced), _measured(detail)],
        ignore_index=True,
    )
    rows = rows[rows["possible"] > 0].merge(_pupils(reduced), on=_KEY, how="inner")
    unknown = rows["units"].isna().groupby([rows[name] for name in (*_KEY, "profile")]).transform("any")
    rows = rows[~unknown]
    whole = rows.groupby([*_KEY, "profile"])[["units", "possible"]].transform("sum")
    rows = rows.assign(category=CATEGORY, total=whole["units"], value=rows["units"] / rows["possible"])
    with np.errstate(invalid="ignore", divide="ignore"):
        average = (whole["units"] / whole["possible"]).to_numpy(float)
        rows["index"] = AVERAGE * rows["value"].to_numpy(float) / average
    aside = among(rows, set_aside)
    teaches = says_something(rows) & (rows["pupils"] >= FEWEST_PUPILS).to_numpy() & ~aside
    index = np.where(teaches, rows["index"].to_numpy(float), np.nan)
    return with_peers(rows, peers_of_rows(rows, ["profile", "item"], index, peers))


def says_something(rows: pd.DataFrame) -> Bools:
    """Return which rows, (rows,), are of a profile with enough units absent, of enough pupils."""
    enough = rows["total"] >= rows["profile"].map(UNITS_OF_PROFILE).astype(float).fillna(0.0)
    return np.asarray(enough & (rows["contributors"] >= CONTRIBUTORS))


def _half_days(detail: Detail) -> pd.DataFrame:
    moments = detail.absence_by_half_day
    moment = [*_KEY, "weekday", "half_day"]
    cells = moments.groupby(moment, as_index=False)[["possible"]].max()
    days = cells["weekday"].map(dict(enumerate(WEEKDAYS, start=1)))
    cells = cells.assign(profile="half_day", item=days + "_" + cells["half_day"].astype(str))
    return _with_units(cells, moments, moment)


def _weekdays(detail: Detail) -> pd.DataFrame:
    rows = _half_days(detail)
    number = rows["item"].str[:3].map({day: str(place) for place, day in enumerate(WEEKDAYS, start=1)})
    grouped = rows.assign(profile="weekday", item=number).groupby([*_KEY, "profile", "item"])
    return grouped[["units", "possible"]].sum(skipna=False).reset_index()


def _months(detail: Detail, reduced: Reduced) -> pd.DataFrame:
    """Return months in which a school registered anything."""
    month = [*_KEY, "month"]
    cells = reduced.registered_month[month].merge(reduced.enrolled_month, on=month, how="inner")
    cells = cells.assign(profile="month", item=cells["month"].astype(int).astype(str))
    return _with_units(cells, detail.absence_by_month, month)


def _with_units(cells: pd.DataFrame, absent: pd.DataFrame, on: list[str]) -> pd.DataFrame:
    """Return moments with the units absent without leave: none where there is no row, NaN where unknown."""
    found = absent.loc[absent["category"] == CATEGORY, [*on, "units"]]
    rows: pd.DataFrame = cells.merge(found, on=on, how="left", indicator="seen")
    return rows.assign(units=rows["units"].mask(rows["seen"] == "left_only", 0.0))[_COUNTED]


def _measured(detail: Detail) -> pd.DataFrame:
    """Return the two moments of every profile that providers count, where both were counted."""
    rows = detail.measures[detail.measures["status"].isna()]
    rows = rows.rename(columns={"numerator": "units", "denominator": "possible", "measure": "item"})
    profile = {item: name for name, items in _MEASURED.items() for item in items}
    rows = rows.assign(profile=rows["item"].map(profile)).dropna(subset=["profile"])
    both = rows.groupby([*_KEY, "profile"])["item"].transform("nunique") == 2
    return rows.loc[both, _COUNTED]


def _pupils(reduced: Reduced) -> pd.DataFrame:
    """Return pupils and contributors, the pupils who were absent without leave, of every school-year."""
    bands = reduced.pupils_in_band
    some = bands[(bands["category"] == CATEGORY) & (bands["scale"] == "units") & (bands["at_least"] >= 1)]
    counted = some.groupby(_KEY)["pupils"].sum(min_count=1).rename("contributors")
    pupils = reduced.enrolment[[*_KEY, "pupils"]].merge(counted.reset_index(), on=_KEY, how="left")
    guessed = pupils["pupils"] / PUPILS_PER_CONTRIBUTOR
    return pupils.assign(contributors=pupils["contributors"].fillna(guessed))
