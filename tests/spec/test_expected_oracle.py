"""The expected value of every school: ridge by explicit normal equations, fold by fold."""

import pytest
from sklearn.model_selection import KFold

from tests.spec import oracle
from tests.spec.cities import City
from tests.spec.oracle import Cell, Observed

KEYS = ["A1", "A2", "A3", "B2", "B5", "B7"]
YEARS = ["2020-21", "2024-25", "2025-26"]


def folds_of(schools: list[str]) -> list[list[str]]:
    """Return the ten folds that the product draws, as lists of schools."""
    split = KFold(10, shuffle=True, random_state=0).split(schools)
    return [[schools[place] for place in test] for _, test in split]


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("key", KEYS)
def test_every_school(
    city: City,
    files: oracle.Files,
    observed: dict[str, dict[Cell, Observed]],
    alarmed: set[Cell],
    key: str,
    year: str,
) -> None:
    believed = {
        school: found
        for (school, which), found in observed[key].items()
        if which == year and found.pupils >= 30 and (school, year) not in alarmed
    }
    mine = oracle.expected(
        believed,
        oracle.standardised_features(files, year),
        oracle.school_types(files, year),
        folds_of(sorted(believed)),
    )
    compared = city.benchmark.compared[key]
    theirs = compared[compared["school_year"] == year].set_index("school_id")["expected"].to_dict()
    assert theirs.keys() == mine.keys()
    assert len(believed) < len(mine), "the very small schools are expected something and teach nothing"
    for school in mine:
        assert theirs[school] == pytest.approx(mine[school], rel=1e-6), school


AT_ZERO_TOO_OFTEN = ("B4", "B6")
"""Most primary schools have no such pupil at all: nothing can be expected of a school there."""

WITH_EXPECTATION = [key for key in (*oracle.RATES, *oracle.AT_LEAST, "B7") if key not in AT_ZERO_TOO_OFTEN]


@pytest.mark.parametrize("key", AT_ZERO_TOO_OFTEN)
def test_nothing_is_expected_where_many_schools_are_at_zero(city: City, key: str) -> None:
    assert city.benchmark.compared[key]["expected"].isna().all()


@pytest.mark.parametrize("key", WITH_EXPECTATION)
def test_published_to_a_tenth_of_a_point_or_to_half_of_one(city: City, key: str) -> None:
    step = 0.001 if key in oracle.RATES else 0.005
    compared = city.benchmark.compared[key].set_index(["school_id", "school_year"])["expected"]
    figure = city.tables["figure"]
    shown = figure[figure["indicator"] == key].set_index(["school_id", "school_year"])["expected"]
    for cell, exact in compared.items():
        assert shown[cell] == pytest.approx(round(shown[cell] / step) * step, abs=1e-9), cell
        assert abs(shown[cell] - exact) <= step / 2 + 1e-9, cell


def test_amounts_have_no_expected_value(city: City) -> None:
    for key in ("A5", *oracle.QUANTILES):
        assert city.benchmark.compared[key]["expected"].isna().all()
