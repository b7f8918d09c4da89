"""The audit against trying every table: tiny tables of pupils, and all that agree with what is told."""

import random
from functools import cache
from itertools import product

import pandas as pd
import pytest

from mirrors.definitions import load_indicators
from mirrors.disclosure.own import own_figures
from mirrors.disclosure.symbols import of_amount, of_count, of_few, of_share
from mirrors.disclosure.system import System

LARGEST = 9
NAN = float("nan")


def shown(number: int, step: int) -> str:
    """Return a number as it is published, said otherwise than the product does."""
    if number < step:
        return f"<{step}"
    return str(min(range(0, 1000, step), key=lambda multiple: (abs(multiple - number), -multiple)))


@cache
def told_by(symbol: str, step: int) -> list[int]:
    """Return every number that is published so."""
    return [number for number in range(200) if shown(number, step) == symbol]


@pytest.mark.parametrize("step", [5, 10])
def test_what_a_count_may_be(step: int) -> None:
    for number in range(60):
        symbol = shown(number, step)
        span = of_few(step) if symbol.startswith("<") else of_count(float(symbol), step)
        numbers = told_by(symbol, step)
        assert span == (numbers[0], numbers[-1]), number


@pytest.mark.parametrize("step", [5, 10])
@pytest.mark.parametrize("whole", [23, 40, 61, 250, 777])
def test_what_a_share_may_be(whole: int, step: int) -> None:
    """Every number whose share is published so, and no number beyond them."""

    def share(part: int) -> int:
        near_part, near_whole = (
            min(range(0, 2000, step), key=lambda multiple, n=number: (abs(multiple - n), -multiple))
            for number in (part, whole)
        )
        return round(100 * near_part / near_whole)

    shares = {part: share(part) for part in range(step, whole + step)}
    for part in range(step, whole - step + 1):
        alike = [other for other, shown_as in shares.items() if shown_as == shares[part]]
        assert of_share(shares[part] / 100, whole, step) == (alike[0], alike[-1])


@pytest.mark.parametrize(("key", "base"), [("G4I", 100), ("G6", 1000)])
@pytest.mark.parametrize("whole", [23, 61, 250, 1777])
def test_what_an_amount_may_be(whole: int, key: str, base: int) -> None:
    """Every number that is told by the same amount, and no number beyond them."""
    told = {}
    for part in range(130):
        number = {"numerator": float(part), "denominator": float(whole), "pupils": float(whole)}
        row = {**number, "status": "exact", "value": base * part / whole, "low": NAN, "high": NAN}
        [shown] = own_figures(load_indicators()[key], pd.DataFrame([row]), 20).to_dict("records")
        told[part] = (shown["status"], shown["value"])
    for part in range(5, 110):
        alike = [other for other, symbol in told.items() if symbol == told[part]]
        assert told[part][0] == "exact"
        if alike[-1] < 129:
            assert of_amount(told[part][1], whole, 5, base) == (alike[0], alike[-1])


def test_a_share_that_no_rounded_count_gives_tells_the_true_one() -> None:
    assert of_share(0.07, 61, 5) == (4, 4)


def table_of(rng: random.Random, kind: str) -> list[list[int]]:
    """Return a true table of two rows and three columns, small or not."""
    most = 4 if kind == "small" else LARGEST
    return [[rng.randint(0, most) for _ in range(3)] for _ in range(2)]


def sums_of(table: list[list[int]]) -> dict[str, int]:
    """Return every number that is published of a table: its cells, its margins and its total."""
    found = {f"cell {row} {column}": table[row][column] for row, column in product(range(2), range(3))}
    found |= {f"row {row}": sum(table[row]) for row in range(2)}
    found |= {f"column {column}": table[0][column] + table[1][column] for column in range(3)}
    return found | {"total": sum(map(sum, table))}


def agreeing(told: dict[str, list[int]]) -> list[list[list[int]]]:
    """Return all tables of whole numbers whose every sum may be what is told."""
    rows = [
        [
            three
            for three in product(*(told[f"cell {row} {column}"] for column in range(3)))
            if sum(three) in told[f"row {row}"]
        ]
        for row in range(2)
    ]
    return [
        [list(one), list(other)]
        for one in rows[0]
        for other in rows[1]
        if sum(one) + sum(other) in told["total"]
        and all(one[column] + other[column] in told[f"column {column}"] for column in range(3))
    ]


def system_of(table: list[list[int]], spans: dict[str, tuple[float, float]]) -> System:
    system = System()
    for row, column in product(range(2), range(3)):
        system.unknown((row, column), float(table[row][column]))
    for name, span in spans.items():
        system.told(dict.fromkeys(places_of(name), 1.0), span)
    return system


def places_of(name: str) -> list[tuple[int, int]]:
    kind, *at = name.split()
    chosen = {
        "cell": lambda row, column: [row, column] == [int(each) for each in at],
        "row": lambda row, column: row == int(at[0]),
        "column": lambda row, column: column == int(at[0]),
        "total": lambda row, column: True,
    }[kind]
    return [place for place in product(range(2), range(3)) if chosen(*place)]


MECHANISMS = ["rounded", "rest exact", "exact margins"]


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("kind", ["small", "any"])
def test_every_cell_is_bounded_as_by_trying_all_tables(mechanism: str, kind: str) -> None:
    rng = random.Random(f"{mechanism} {kind}")
    narrow = 0
    for _ in range(4):
        table = table_of(rng, kind)
        told: dict[str, list[int]] = {}
        for name, number in sums_of(table).items():
            exact = mechanism == "exact margins" and not name.startswith("cell")
            exact |= mechanism == "rest exact" and number >= 5
            told[name] = [number] if exact else told_by(shown(number, 5), 5)
        tables = agreeing(told)
        assert table in tables
        places = list(product(range(2), range(3)))
        spans = {name: (float(numbers[0]), float(numbers[-1])) for name, numbers in told.items()}
        system = system_of(table, spans)
        cells = [{place: 1.0} for place in places]
        found = system.spans(cells)
        for (row, column), span in zip(places, found, strict=True):
            values = [other[row][column] for other in tables]
            assert span == (min(values), max(values)), (table, row, column)
        # What stops early may stop short of the ends, yet never where a cell is still unsafe.
        for span, early in zip(found, system.spans(cells, 4), strict=True):
            assert (span[1] - span[0] + 1 >= 4) == (early[1] - early[0] + 1 >= 4)
            assert span[0] <= early[0] <= early[1] <= span[1]
            narrow += span[1] - span[0] + 1 < 4
    assert (narrow > 0) or mechanism == "rounded"
