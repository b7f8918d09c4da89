"""Figures of the city as a whole: product against oracle."""

import pytest

from mirrors.definitions import load_indicators
from tests.spec import oracle
from tests.spec.cities import City
from tests.spec.oracle import Cell, Observed

SHARES = [*oracle.RATES, *oracle.AT_LEAST, "B7"]
YEARS = ["2020-21", "2021-22", "2022-23", "2023-24", "2024-25", "2025-26"]


@pytest.fixture(scope="module")
def usable(files: oracle.Files) -> set[Cell]:
    """Return the school-years with complete registers."""
    missing = oracle.missing_months(files)
    return {cell for cell, months in missing.items() if len(months) <= 1}


@pytest.mark.parametrize("key", SHARES)
def test_pooled_figures(
    city: City, observed: dict[str, dict[Cell, Observed]], usable: set[Cell], key: str
) -> None:
    rows = city.tables["city_figure"]
    rows = rows[rows["indicator"] == key].set_index("school_year")
    assert list(rows.index) == YEARS
    for year in YEARS:
        share, schools = oracle.pooled(observed[key], year, usable)
        assert rows.loc[year, "schools"] == schools
        # About 58,000 pupils: one decimal of the percentage.
        assert rows.loc[year, "decimals"] == 1
        numerator, denominator = rows.loc[year, ["numerator", "denominator"]]
        if load_indicators()[key].counts_pupils:
            assert numerator % 5 == denominator % 5 == 0
        assert rows.loc[year, "value"] == pytest.approx(round(numerator / denominator, 3), abs=1e-12)
        assert numerator / denominator == pytest.approx(share, abs=1e-4)


def test_a_school_with_missing_months_is_not_pooled(city: City) -> None:
    rows = city.tables["city_figure"].set_index(["indicator", "school_year"])["schools"]
    assert rows["A1", "2024-25"] == 156
    assert rows["A1", "2025-26"] == 155


def test_amounts_are_not_pooled(city: City) -> None:
    pooled = set(city.tables["city_figure"]["indicator"])
    assert set(SHARES) < pooled
    assert {key for key in pooled if not load_indicators()[key].is_share} == set()


def test_kinds(city: City, files: oracle.Files, usable: set[Cell]) -> None:
    mine = {
        (year, category): round(oracle.pooled(rates, year, usable)[0], 3)
        for category, rates in oracle.category_rates(files).items()
        for year in YEARS
    }
    rows = city.tables["city_kind"].to_dict("records")
    theirs = {(row["school_year"], row["category"]): row["value"] for row in rows}
    assert theirs == pytest.approx(mine, abs=1e-12)
    assert {row["decimals"] for row in rows} == {1}


@pytest.mark.parametrize("key", SHARES)
def test_deciles(
    city: City,
    files: oracle.Files,
    observed: dict[str, dict[Cell, Observed]],
    usable: set[Cell],
    key: str,
) -> None:
    rows = city.tables["spread"]
    rows = rows[rows["indicator"] == key].set_index(["school_year", "school_type", "decile"])
    assert len(rows) == len(YEARS) * 2 * 9
    cells = [cell for cell in observed[key] if cell in usable]
    step = 0.005
    for year in YEARS:
        types = oracle.school_types(files, year)
        for kind in ("primary", "secondary"):
            values = [observed[key][s, y].value for s, y in cells if y == year and types[s] == kind]
            for tenth in range(10, 100, 10):
                row = rows.loc[(year, kind, tenth)]
                assert row["schools"] == len(values)
                assert row["value"] == pytest.approx(round(row["value"] / step) * step, abs=1e-9)
                assert abs(row["value"] - oracle.quantile(values, tenth / 100)) <= step / 2 + 1e-9


def test_completeness(city: City, files: oracle.Files, usable: set[Cell], alarmed: set[Cell]) -> None:
    cells = set(oracle.possible_and_pupils(files))
    for row in city.tables["city_registration"].to_dict("records"):
        of_year = {cell for cell in cells if cell[1] == row["school_year"]}
        assert row["schools"] == len(of_year)
        assert row["complete"] == len(of_year & usable)
        assert row["incomplete"] == len(of_year - usable)
        assert row["alarms"] == len(of_year & alarmed)
        assert row["missing_since_last_year"] == 0


def test_what_is_available(city: City) -> None:
    rows = city.tables["availability"].set_index("indicator")
    for key in [*SHARES, "A5", *oracle.QUANTILES, "B12"]:
        assert rows.loc[key, "school_years"] == ",".join(YEARS)
        assert rows.loc[key, "reason"] == ""
    assert rows.loc["B13", "school_years"] == ""
    assert rows.loc["B13", "reason"] == "no_bands"
