"""Which years can be compared: breaks end the run, a new base restarts it, six years at most."""

import numpy as np
import pandas as pd
import pytest

from mirrors.benchmark.features import FeatureMatrix
from mirrors.benchmark.panel import LARGEST_ABSENCE_SHARE
from mirrors.benchmark.series import build_panel, comparable_run, next_year, restarts
from mirrors.definitions import load_indicators, load_jurisdiction

FLANDERS = load_jurisdiction("flanders")
A1, B2 = load_indicators()["A1"], load_indicators()["B2"]


def years(first: int, last: int) -> list[str]:
    """Return the school years that start from `first` up to and including `last`."""
    return [f"{start}-{(start + 1) % 100:02d}" for start in range(first, last + 1)]


def observed(
    school_years: list[str],
    basis: dict[str, str] | None = None,
    status: dict[str, str] | None = None,
    schools: tuple[str, ...] = ("S1", "S2", "S3"),
) -> pd.DataFrame:
    """Return observations of some schools: 10 of 100 pupils each, and what is special about some years."""
    return pd.DataFrame(
        [
            {
                "school_id": school,
                "school_year": year,
                "numerator": 10.0,
                "denominator": 100.0,
                "pupils": 100.0,
                "value": 0.1,
                "status": (status or {}).get(year, "exact"),
                "basis": (basis or {}).get(year, "old base"),
            }
            for school in schools
            for year in school_years
        ]
    )


def run(frame: pd.DataFrame, year: str) -> tuple[str, ...]:
    """Return the comparable run of a frame in Flanders, where 2019-20 and 2020-21 are breaks."""
    return comparable_run(frame, year, FLANDERS)


@pytest.mark.parametrize(
    ("year", "following"), [("2018-19", "2019-20"), ("1998-99", "1999-00"), ("1999-00", "2000-01")]
)
def test_next_year(year: str, following: str) -> None:
    assert next_year(year) == following


def test_a_break_ends_the_run_and_takes_no_part() -> None:
    frame = observed(years(2017, 2024))
    assert run(frame, "2024-25") == ("2021-22", "2022-23", "2023-24", "2024-25")
    assert run(frame, "2021-22") == ("2021-22",)


@pytest.mark.parametrize("year", ["2019-20", "2020-21"])
def test_a_break_year_has_no_run(year: str) -> None:
    assert run(observed(years(2017, 2024)), year) == ()


def test_the_run_before_a_break_ends_in_its_own_year() -> None:
    assert run(observed(years(2015, 2024)), "2018-19") == ("2015-16", "2016-17", "2017-18", "2018-19")


def test_at_most_six_years() -> None:
    assert run(observed(years(2008, 2018)), "2018-19") == tuple(years(2013, 2018))


def test_a_gap_ends_the_run() -> None:
    frame = observed([*years(2012, 2014), *years(2016, 2018)])
    assert run(frame, "2018-19") == tuple(years(2016, 2018))
    assert run(frame, "2014-15") == tuple(years(2012, 2014))


def test_a_year_that_was_not_observed_has_no_run() -> None:
    frame = observed([*years(2012, 2014), *years(2016, 2018)])
    assert run(frame, "2015-16") == ()
    assert run(frame, "2024-25") == ()
    assert run(observed([]).reindex(columns=frame.columns), "2018-19") == ()


def test_a_new_base_restarts_the_run() -> None:
    frame = observed(years(2013, 2018), basis=dict.fromkeys(years(2016, 2018), "new base"))
    assert run(frame, "2018-19") == tuple(years(2016, 2018))
    assert run(frame, "2016-17") == ("2016-17",)
    assert run(frame, "2015-16") == tuple(years(2013, 2015))
    assert restarts(frame) == ("2016-17",)


def test_the_base_of_a_year_is_that_of_most_schools() -> None:
    frame = observed(years(2016, 2018))
    one_school = (frame["school_id"] == "S1") & (frame["school_year"] == "2017-18")
    frame.loc[one_school, "basis"] = "another base"
    assert restarts(frame) == ()
    assert run(frame, "2018-19") == tuple(years(2016, 2018))


def test_another_base_after_a_gap_is_no_restart() -> None:
    frame = observed([*years(2012, 2013), *years(2016, 2017)], basis=dict.fromkeys(years(2016, 2017), "new"))
    assert restarts(frame) == ()


@pytest.mark.parametrize("status", ["at_most", "at_least", "missing", "not_asked"])
def test_a_year_of_bounds_ends_the_run(status: str) -> None:
    frame = observed(years(2013, 2018), status={"2015-16": status})
    assert run(frame, "2018-19") == tuple(years(2016, 2018))
    assert run(frame, "2015-16") == ()


RUN = tuple(years(2021, 2023))


def matrix(year: str, school_ids: tuple[str, ...], names: tuple[str, ...]) -> FeatureMatrix:
    """Return features of schools that differ in each of `names`."""
    size = len(school_ids)
    values = np.arange(float(size * len(names))).reshape(size, len(names))
    return FeatureMatrix(
        school_ids,
        year,
        np.array(["primary", "secondary"] * size)[:size],
        np.full(size, 100.0),
        names,
        values,
    )


def features(*names: str) -> dict[str, FeatureMatrix]:
    """Return the features of three schools in every year of the run."""
    return {year: matrix(year, ("S1", "S2", "S3"), names) for year in RUN}


def test_the_panel_lays_out_counts_by_school_and_year() -> None:
    frame = observed(list(RUN))
    cell = (frame["school_id"] == "S2") & (frame["school_year"] == "2022-23")
    frame.loc[cell, "numerator"] = 17.0
    panel = build_panel(A1, frame, RUN, features("size", "deprivation"), set())
    assert panel.school_ids == ("S1", "S2", "S3")
    assert panel.years == RUN
    assert panel.absent.tolist() == [[10, 10, 10], [10, 17, 10], [10, 10, 10]]
    assert panel.school_type.tolist() == ["primary", "secondary", "primary"]
    assert panel.context is not None
    assert panel.context.shape == (3, 3, 2)
    assert not panel.blocked.any()


def test_bounds_and_missing_values_take_no_part_in_the_panel() -> None:
    frame = observed(list(RUN))
    frame.loc[(frame["school_id"] == "S1") & (frame["school_year"] == "2022-23"), "status"] = "at_most"
    frame.loc[(frame["school_id"] == "S2") & (frame["school_year"] == "2023-24"), "status"] = "missing"
    panel = build_panel(A1, frame, RUN, features("size", "deprivation"), set())
    assert panel.school_ids == ("S1", "S3"), "a school without a figure in the last year is not in the panel"
    assert np.isnan(panel.absent).tolist() == [[False, True, False], [False, False, False]]


@pytest.mark.parametrize(("year", "blocked"), [("2021-22", False), ("2022-23", True), ("2023-24", True)])
def test_an_alarm_takes_the_year_out_and_blocks_the_school_when_it_is_recent(
    year: str, blocked: bool
) -> None:
    panel = build_panel(A1, observed(list(RUN)), RUN, features("size", "deprivation"), {("S2", year)})
    assert panel.blocked.tolist() == [False, blocked, False]
    assert np.isnan(panel.absent[1]).tolist() == [each == year for each in RUN]


def test_without_context_the_panel_has_none() -> None:
    assert build_panel(A1, observed(list(RUN)), RUN, features("size"), set()).context is None


def test_a_feature_that_one_year_lacks_is_not_context() -> None:
    of_years = features("size", "deprivation", "mobility")
    of_years["2021-22"] = matrix("2021-22", ("S1", "S2", "S3"), ("size", "deprivation"))
    panel = build_panel(A1, observed(list(RUN)), RUN, of_years, set())
    assert panel.context is not None
    assert panel.context.shape == (3, 3, 2)


def test_a_share_of_pupils_may_reach_all_of_them() -> None:
    of_years = features("size", "deprivation")
    assert build_panel(A1, observed(list(RUN)), RUN, of_years, set()).most == LARGEST_ABSENCE_SHARE
    assert build_panel(B2, observed(list(RUN)), RUN, of_years, set()).most == 1.0
