"""The funnel against a slow re-implementation that follows the published formulas one school at a time."""

import math
from dataclasses import dataclass, replace
from functools import cache
from statistics import NormalDist, median

import pandas as pd
import pytest

from mirrors.benchmark.benchmark import Benchmark
from mirrors.definitions import load_indicators
from mirrors.disclosure import funnel
from tests.spec.cities import City, sample_city
from tests.spec.oracle import to_five

INDICATORS = load_indicators()
YEAR = "2025-26"
NORMAL = NormalDist()
LINES = {"95": 1.959964, "998": 3.090232}


@pytest.fixture(scope="module")
def city() -> City:
    """Return the sample city."""
    return sample_city()


@pytest.fixture(scope="module")
def tables(city: City) -> dict[str, pd.DataFrame]:
    """Return the tables of the funnel as they are published."""
    return funnel.tables(city.benchmark, INDICATORS, city.tables["figure"])


def log_odds(share: float) -> float:
    share = min(max(share, 1e-6), 1 - 1e-6)
    return math.log(share / (1 - share))


def quantile(values: list[float], share: float) -> float:
    """Return a quantile between the two values next to it, as one draws it by hand."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


@cache
def kept_by_winsorising() -> float:
    """Return the variance of a standard normal spread once the tenth at either end is drawn in."""
    steps = 200_000
    edge = NORMAL.inv_cdf(0.9)
    spread = [NORMAL.inv_cdf((step + 0.5) / steps) for step in range(steps)]
    return sum(max(-edge, min(edge, z)) ** 2 for z in spread) / steps


def taking_part(benchmark: Benchmark, key: str) -> list[dict]:
    """Return the school-years of the funnel of `key`, with their type."""
    quiet = {
        (row["school_id"], row["school_year"])
        for row in benchmark.registration.to_dict("records")
        if not row["alarms"]
    }
    matrix = benchmark.features[YEAR]
    types = dict(zip(matrix.school_ids, matrix.school_type, strict=True))
    rows = []
    for row in benchmark.compared[key].to_dict("records"):
        is_large = row["status"] == "exact" and row["pupils"] >= 30
        if row["school_year"] == YEAR and is_large and (row["school_id"], YEAR) in quiet:
            rows.append({**row, "type": types[row["school_id"]]})
    return rows


@dataclass(frozen=True)
class SlowFunnel:
    """A funnel by hand: its centre and the two variances."""

    is_rate: bool
    centre: float
    between: float
    one_pupil: float

    def onto(self, share: float) -> float:
        """Return a share on the scale of its kind."""
        return log_odds(share) if self.is_rate else math.asin(math.sqrt(share))

    def back(self, place: float) -> float:
        """Return the share at a place of the scale."""
        if self.is_rate:
            return 1 / (1 + math.exp(-place))
        return math.sin(max(0.0, min(math.pi / 2, place))) ** 2


def slow_funnel(benchmark: Benchmark, key: str) -> SlowFunnel:
    """Return the funnel of `key` in the last year."""
    rows = taking_part(benchmark, key)
    is_rate, one_pupil = INDICATORS[key].kind == "rate", 0.25
    if is_rate:
        one_pupil = median(
            row["pupils"] * ((log_odds(row["high"]) - log_odds(row["low"])) / 2 / 1.959964) ** 2
            for row in rows
        )
    centre = sum(row["numerator"] for row in rows) / sum(row["denominator"] for row in rows)
    bare = SlowFunnel(is_rate, centre, 0.0, one_pupil)
    away = {row["school_id"]: bare.onto(row["value"]) - bare.onto(expected_of(row, rows)) for row in rows}
    chance = {row["school_id"]: one_pupil / row["pupils"] for row in rows}
    z = [away[school] / math.sqrt(chance[school]) for school in away]
    low, high = quantile(z, 0.1), quantile(z, 0.9)
    drawn_in = sum(max(low, min(high, each)) ** 2 for each in z) / kept_by_winsorising()
    weights = [1 / chance[school] for school in chance]
    between = (drawn_in - (len(z) - 1)) / (sum(weights) - sum(w * w for w in weights) / sum(weights))
    return replace(bare, between=max(0.0, between))


def expected_of(row: dict, rows: list[dict]) -> float:
    """Return what is expected of a school: what was modelled, else what all schools of its type have."""
    if not math.isnan(row["expected"]):
        return row["expected"]
    alike = [other for other in rows if other["type"] == row["type"]]
    return sum(other["numerator"] for other in alike) / sum(other["denominator"] for other in alike)


@pytest.mark.parametrize("key", ["A1", "A2", "B2", "B5"])
def test_every_school_lies_where_the_formulas_put_it(
    city: City, tables: dict[str, pd.DataFrame], key: str
) -> None:
    slow = slow_funnel(city.benchmark, key)
    assert slow.between > 0
    limits = tables["funnel"].query("indicator == @key and school_year == @YEAR")
    assert set(limits["centre"]) == {round(slow.centre, 4)}
    shown = tables["funnel_school"].query("indicator == @key and school_year == @YEAR")
    assert len(shown) > 80
    mirror = city.tables["figure"].query("indicator == @key and school_year == @YEAR and status == 'exact'")
    told = mirror.set_index("school_id")[["value", "expected"]].to_dict("index")
    counted = {row["school_id"]: row for row in taking_part(city.benchmark, key)}
    assert set(shown["school_id"]) == told.keys() & counted.keys()
    for row in shown.to_dict("records"):
        value, modelled = told[row["school_id"]].values()
        pupils = to_five(counted[row["school_id"]]["pupils"])
        assert row["pupils"] == pupils
        away = slow.onto(value) - slow.onto(modelled)
        z = away / math.sqrt(slow.one_pupil / pupils + slow.between)
        assert row["value"] == pytest.approx(slow.back(away + slow.onto(slow.centre)), abs=0.0001)
        # What winsorising keeps is a rounded constant: at the very line either word may stand.
        if all(abs(abs(z) - line) > 0.001 for line in LINES.values()):
            passed = [name for name, line in LINES.items() if abs(z) > line]
            side = "above" if z > 0 else "below"
            assert row["place"] == (f"{side}_{passed[-1]}" if passed else "within")


@pytest.mark.parametrize("key", ["A1", "A2", "B2", "B5"])
def test_the_limits_are_those_of_the_formulas(city: City, tables: dict[str, pd.DataFrame], key: str) -> None:
    slow = slow_funnel(city.benchmark, key)
    limits = tables["funnel"].query("indicator == @key and school_year == @YEAR")
    assert limits["pupils"].is_monotonic_increasing
    for row in limits.to_dict("records"):
        for name, line in LINES.items():
            reach = line * math.sqrt(slow.one_pupil / row["pupils"] + slow.between)
            middle = slow.onto(slow.centre)
            assert row[f"low{name}"] == pytest.approx(slow.back(middle - reach), abs=0.0001)
            assert row[f"high{name}"] == pytest.approx(slow.back(middle + reach), abs=0.0001)
