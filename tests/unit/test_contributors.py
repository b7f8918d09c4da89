"""Rates that few pupils make up, or one of them, are withheld."""

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from mirrors.definitions import load_indicators
from mirrors.disclosure.contributors import few_make_it_up

AT = {"school_id": "S1", "school_year": "2024-25"}
INDICATORS = load_indicators()
BANDS = (1, 5, 10, 15, 30)


def reduced(bands: dict[int, float], quantile: float | None = None, **more: Any) -> Any:
    """Return facts with pupils by band of unauthorised half-days, and the number a quantile rests on."""
    rows = [
        {**AT, "category": "unauthorised", "scale": "units", "at_least": float(start), "pupils": float(many)}
        for start, many in bands.items()
    ]
    columns = ["school_id", "school_year", "category", "scale", "at_least", "pupils"]
    quantiles = [{**AT, "category": "unauthorised", "pupils": quantile}] if quantile is not None else []
    return SimpleNamespace(
        pupils_in_band=pd.DataFrame(rows, columns=columns).assign(status=None),
        units_quantile=pd.DataFrame(quantiles, columns=["school_id", "school_year", "category", "pupils"]),
    )


def withheld(facts: Any, units: float = 200.0, key: str = "A2") -> bool:
    rows = pd.DataFrame([{**AT, "numerator": units}])
    return bool(few_make_it_up(INDICATORS[key], rows, facts, 10)[0])


@pytest.mark.parametrize(("absent", "few"), [(9, True), (10, False)])
def test_a_rate_rests_on_ten_pupils(absent: int, few: bool) -> None:
    assert withheld(reduced({1: absent - 1, 5: 1, 10: 0})) is few
    assert withheld(reduced({}, quantile=absent)) is few


def test_what_nobody_counted_is_not_withheld() -> None:
    assert not withheld(reduced({}))
    # Bands that begin at five half-days do not tell how many were absent at all.
    assert not withheld(reduced({5: 3, 10: 1}), units=200)


@pytest.mark.parametrize(("units", "dominated"), [(60, True), (61, False)])
def test_a_rate_of_which_one_pupil_is_half_is_withheld(units: float, dominated: bool) -> None:
    assert withheld(reduced({1: 20, 5: 0, 30: 1}), units) is dominated


def test_absence_of_all_kinds_is_not_asked_about() -> None:
    assert not withheld(reduced({1: 2}), key="A1")


def test_units_per_hundred_pupils_are_the_same_units() -> None:
    assert withheld(reduced({1: 9}), key="A5")
