"""Figures that cannot be, whatever the year before was: hard ranges."""

import numpy as np
import pandas as pd

from mirrors.benchmark.alarm import Kind, alarms_of
from mirrors.benchmark.panel import FEWEST_PUPILS, LARGEST_ABSENCE_SHARE
from mirrors.benchmark.registration import COMPLETE

ALMOST_NOTHING = 0.05
"""Part of the city's median rate below which a school registers almost nothing."""

LARGEST_POSSIBLE_RATIO = 2.0
"""Factor by which possible units a pupil may differ from the city's median: days are half of half-days."""

FEWEST_SCHOOLS = 15

_KEY = ["school_id", "school_year"]


def implausible(observed: pd.DataFrame, complete: pd.DataFrame) -> pd.DataFrame:
    """Return an alarm for every school-year outside a hard range, the share of absence before possible units.

    `observed` are the observations of all absence. A school without complete registers has its own alarm,
    and its possible units a pupil are few for that reason.
    """
    exact = observed[(observed["status"] == "exact") & (observed["denominator"] > 0)]
    exact = exact.merge(complete[[*_KEY, "complete"]], on=_KEY, how="left")
    found = pd.concat([_share_of_absence(exact), _possible_a_pupil(exact)], ignore_index=True)
    return alarms_of(Kind.IMPLAUSIBLE, found.drop_duplicates(_KEY, keep="first"))


def _share_of_absence(exact: pd.DataFrame) -> pd.DataFrame:
    large = exact["pupils"] >= FEWEST_PUPILS
    of_year = exact["value"].where(large).groupby(exact["school_year"])
    usual = of_year.transform("median").where(of_year.transform("count") >= FEWEST_SCHOOLS, 0.0)
    low = (ALMOST_NOTHING * usual).where(large, 0.0)
    outside = (exact["value"] > LARGEST_ABSENCE_SHARE) | (exact["value"] < low)
    rows = exact[outside].copy()
    rows["after"], rows["low"], rows["high"] = rows["value"], low[outside], LARGEST_ABSENCE_SHARE
    rows["detail"] = "absence"
    return rows


def _possible_a_pupil(exact: pd.DataFrame) -> pd.DataFrame:
    rows = exact[(exact["pupils"] >= FEWEST_PUPILS) & ~(exact["complete"] < COMPLETE)]
    rows = rows.copy()
    rows["after"] = rows["denominator"] / rows["pupils"]
    by_year = rows.groupby("school_year")["after"]
    usual = by_year.transform("median").where(by_year.transform("size") >= FEWEST_SCHOOLS, np.nan)
    low, high = usual / LARGEST_POSSIBLE_RATIO, usual * LARGEST_POSSIBLE_RATIO
    outside = (rows["after"] < low) | (rows["after"] > high)
    rows["low"], rows["high"], rows["detail"] = low, high, "possible"
    return rows[outside]
