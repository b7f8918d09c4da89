"""Every indicator of every school and year, completeness and intervals: product against oracle."""

import math

import pandas as pd
import pytest

from mirrors.benchmark.benchmark import ABSENCE_KINDS
from mirrors.definitions import load_indicators
from tests.spec import oracle
from tests.spec.cities import City
from tests.spec.oracle import Cell, Observed

KEYS = [*oracle.RATES, "A5", *oracle.QUANTILES, *oracle.AT_LEAST, "B7"]
SHARES = [*oracle.RATES, *oracle.AT_LEAST, "B7"]

each_indicator = pytest.mark.parametrize("key", KEYS)


def by_cell(frame: pd.DataFrame) -> dict[Cell, dict[str, object]]:
    """Return the rows of a frame by school and school year."""
    return {(row["school_id"], row["school_year"]): row for row in frame.to_dict("records")}


def own_step(key: str, pupils: float) -> float:
    """Return what a published value of an indicator is a multiple of."""
    if key in oracle.RATES:
        return oracle.rate_step(pupils)
    if key == "A5":
        return 10.0 if oracle.to_five(pupils) >= 200 else 50.0
    return 0.5 if key in oracle.QUANTILES else 0.01


def is_rounded(shown: float, exact: float, step: float) -> bool:
    """Return whether `shown` is a multiple of `step` next to `exact`."""
    whole = round(shown / step)
    return math.isclose(shown, whole * step, abs_tol=1e-9) and abs(shown - exact) <= step / 2 + 1e-9


def is_rounded_outward(shown: float, exact: float, step: float, side: int) -> bool:
    """Return whether `shown` is the multiple of `step` next to `exact` below (side -1) or above (1) it."""
    whole = round(shown / step)
    return math.isclose(shown, whole * step, abs_tol=1e-9) and -1e-8 <= side * (shown - exact) < step


def test_the_product_knows_the_same_indicators(city: City) -> None:
    """Those that providers count themselves are in test_within_oracle."""
    known = load_indicators()
    assert {key for key in city.benchmark.observed if known[key].kind in ABSENCE_KINDS} == set(KEYS)


@each_indicator
def test_every_school_and_year(city: City, observed: dict[str, dict[Cell, Observed]], key: str) -> None:
    rows = by_cell(city.benchmark.observed[key])
    assert rows.keys() == observed[key].keys()
    assert len(rows) == 156 * 6
    for cell, mine in observed[key].items():
        assert rows[cell]["value"] == pytest.approx(mine.value, rel=1e-12), cell
        assert rows[cell]["pupils"] == pytest.approx(mine.pupils, rel=1e-12), cell
        if mine.numerator is not None:
            assert rows[cell]["numerator"] == mine.numerator, cell
            assert rows[cell]["denominator"] == pytest.approx(mine.denominator, rel=1e-12), cell


@each_indicator
def test_what_is_published_of_it(city: City, observed: dict[str, dict[Cell, Observed]], key: str) -> None:
    figure = city.tables["figure"]
    rows = by_cell(figure[figure["indicator"] == key])
    assert rows.keys() == observed[key].keys()
    for cell, mine in observed[key].items():
        if mine.pupils < oracle.MINIMUM[key]:
            assert rows[cell]["status"] == "too_small", cell
            assert all(math.isnan(rows[cell][column]) for column in ("value", "low", "high")), cell
        elif bound := oracle.shown_as_bound(key, mine):
            assert rows[cell]["status"] == bound[0], cell
            assert rows[cell]["value"] == pytest.approx(bound[1], abs=1e-9), cell
            assert all(math.isnan(rows[cell][column]) for column in ("low", "high")), cell
        else:
            assert rows[cell]["status"] == "exact", cell
            exact = mine.value
            if key in oracle.AT_LEAST or key == "B7":
                exact = oracle.share_of_shown(mine.numerator or 0, mine.denominator or 0)
            assert is_rounded(rows[cell]["value"], exact, own_step(key, mine.pupils)), cell


def test_the_sample_city_needs_bounds(observed: dict[str, dict[Cell, Observed]]) -> None:
    """Otherwise the test above would say nothing of them; in no large school are they all absent."""
    for key in ("A2", "B2", "B6"):
        large = [mine for mine in observed[key].values() if mine.pupils >= oracle.MINIMUM[key]]
        bounds = [oracle.shown_as_bound(key, mine) for mine in large]
        assert {bound[0] for bound in bounds if bound} == {"at_most"}, key
        assert None in bounds, key


@pytest.mark.parametrize("key", [*oracle.AT_LEAST, "B7"])
def test_wilson_intervals(city: City, observed: dict[str, dict[Cell, Observed]], key: str) -> None:
    rows = by_cell(city.benchmark.compared[key])
    for cell, mine in observed[key].items():
        low, high = oracle.wilson(mine.numerator, mine.denominator)
        assert rows[cell]["low"] == pytest.approx(low, abs=1e-9), cell
        assert rows[cell]["high"] == pytest.approx(high, abs=1e-9), cell


@pytest.mark.parametrize("key", list(oracle.RATES))
def test_intervals_of_rates(city: City, observed: dict[str, dict[Cell, Observed]], key: str) -> None:
    """One variance per indicator explains the interval of every school."""
    rows = by_cell(city.benchmark.compared[key])
    some = next(iter(rows))
    odds = rows[some]["high"] / (1 - rows[some]["high"]) * (1 - rows[some]["low"]) / rows[some]["low"]
    variance = (math.log(odds) / (2 * oracle.Z)) ** 2 * observed[key][some].pupils
    assert 0.05 < variance < 20
    for cell, mine in observed[key].items():
        low, high = oracle.logit_interval(mine.value, mine.pupils, variance)
        assert rows[cell]["low"] == pytest.approx(low, rel=1e-8), cell
        assert rows[cell]["high"] == pytest.approx(high, rel=1e-8), cell


@pytest.mark.parametrize("key", SHARES)
def test_published_intervals_are_rounded_outward(
    city: City, observed: dict[str, dict[Cell, Observed]], key: str
) -> None:
    """They are those of the figures as shown, for the pupils as shown."""
    compared = by_cell(city.benchmark.compared[key])
    some = next(row for row in compared.values() if 0 < row["low"] < row["high"] < 1)
    odds = some["high"] / (1 - some["high"]) * (1 - some["low"]) / some["low"]
    variance = (math.log(odds) / (2 * oracle.Z)) ** 2 * some["pupils"]
    figure = city.tables["figure"]
    for cell, shown in by_cell(figure[figure["indicator"] == key]).items():
        if shown["status"] == "exact":
            mine = observed[key][cell]
            if key in oracle.RATES:
                ends = oracle.logit_interval(shown["value"], oracle.to_five(mine.pupils), variance)
            else:
                ends = oracle.wilson(oracle.to_five(mine.numerator), oracle.to_five(mine.denominator))
            step = own_step(key, mine.pupils)
            assert is_rounded_outward(shown["low"], ends[0], step, -1), cell
            assert is_rounded_outward(shown["high"], ends[1], step, 1), cell


def test_amounts_carry_no_interval(city: City) -> None:
    for key in ("A5", *oracle.QUANTILES):
        assert city.benchmark.compared[key][["low", "high"]].isna().all(axis=None)


def test_completeness_and_missing_months(city: City, files: oracle.Files) -> None:
    rows = by_cell(city.tables["registration"])
    missing = oracle.missing_months(files)
    assert rows.keys() == missing.keys()
    for cell, months in missing.items():
        assert rows[cell]["complete"] == pytest.approx(1 - len(months) / len(oracle.MONTHS)), cell
        assert rows[cell]["missing_months"] == ",".join(map(str, months)), cell


def test_alarms(city: City, files: oracle.Files) -> None:
    rows = by_cell(city.tables["registration"])
    changed = oracle.registration_changes(files)
    alarmed = oracle.alarmed(files)
    assert alarmed > changed > set()
    for cell in rows:
        assert ("registration_change" in rows[cell]["alarms"]) == (cell in changed), cell
        assert bool(rows[cell]["alarms"]) == (cell in alarmed), cell


def test_kinds_of_absence(city: City, files: oracle.Files) -> None:
    rates = oracle.category_rates(files)
    shown = city.tables["kind"]
    assert set(shown["category"]) == set(rates)
    for category, mine in rates.items():
        rows = by_cell(shown[shown["category"] == category])
        assert rows.keys() == mine.keys()
        for cell, rate in mine.items():
            if rate.pupils < 20:
                assert rows[cell]["status"] == "too_small", cell
                assert math.isnan(rows[cell]["value"]), cell
            elif bound := oracle.shown_as_bound("A1", rate):
                assert (rows[cell]["status"], rows[cell]["value"]) == bound, cell
            else:
                assert rows[cell]["status"] == "exact", cell
                assert is_rounded(rows[cell]["value"], rate.value, own_step("A1", rate.pupils)), cell
