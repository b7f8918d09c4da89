"""What no table under the rules may tell, whatever it holds: a count, a share, or the difference of two."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirrors.definitions import load_indicators
from mirrors.disclosure.own import own_figures
from mirrors.disclosure.rules import protected_count, protected_share, round_count
from mirrors.disclosure.symbols import of_count, of_few
from mirrors.disclosure.system import System

B2 = load_indicators()["B2"]
steps = st.sampled_from([5, 10])


@given(st.integers(0, 3000), steps)
def test_a_shown_count_may_be_at_least_as_many_numbers_as_its_step(number: int, step: int) -> None:
    [shown] = protected_count(np.array([number]), step)
    span = of_few(step) if np.isnan(shown) else of_count(shown, step)
    assert span[0] <= number <= span[1]
    # The smallest number that is told stands for half as many: the others are told as fewer.
    assert span[1] - span[0] + 1 >= (step if shown != step else (step + 1) // 2)


@given(st.integers(20, 2000), st.data(), steps)
def test_a_share_is_the_same_for_all_counts_that_are_shown_alike(
    whole: int, data: st.DataObject, step: int
) -> None:
    part = data.draw(st.integers(0, whole))
    nearest = round_count(np.array([part, whole]), step)
    shown = protected_share(np.array([float(part)]), np.array([float(whole)]), step)
    again = protected_share(nearest[:1], nearest[1:], step)
    assert shown == again
    assert (100 * shown) == pytest.approx(np.round(100 * shown))


@given(st.integers(20, 2000), st.data())
def test_nothing_of_a_share_and_its_interval_tells_counts_apart_that_are_shown_alike(
    whole: int, data: st.DataObject
) -> None:
    part = data.draw(st.integers(0, whole))
    others = [
        (other, base)
        for other in range(max(part - 4, 0), part + 5)
        for base in (whole - 1, whole, whole + 1)
        if other <= base
        and base >= 20
        and _alike(other, part)
        and _alike(base, whole)
        and _alike(base - other, whole - part)
    ]
    assert len({_published(*each) for each in others}) == 1


def _alike(one: int, other: int) -> bool:
    """Return whether two counts are shown by the same symbol."""
    if min(one, other) < 5:
        return max(one, other) < 5
    return bool(round_count(np.array(one)) == round_count(np.array(other)))


def _published(part: int, whole: int) -> str:
    row = {"numerator": float(part), "denominator": float(whole), "pupils": float(whole), "status": "exact"}
    rows = pd.DataFrame([{**row, "value": part / whole, "low": 0.0, "high": 1.0}])
    return repr(own_figures(B2, rows, 20).to_dict("records"))


@given(st.lists(st.integers(8, 60), min_size=2, max_size=6), st.integers(0, 5), st.integers(1, 60))
def test_taking_one_shown_number_from_another_never_isolates_a_few(
    others: list[int], place: int, cell: int
) -> None:
    """The whole less the others, each to the nearest five: four numbers at least stay possible."""
    place %= len(others)
    groups = [*others[:place], cell, *others[place + 1 :]]
    system = System()
    for number, pupils in enumerate(groups):
        system.unknown(number, float(pupils))
        if number != place:
            system.told({number: 1.0}, _span(pupils))
    system.told(dict.fromkeys(range(len(groups)), 1.0), _span(sum(groups)))
    [span] = system.spans([{place: 1.0}])
    assert span[0] <= cell <= span[1]
    assert span[1] - span[0] + 1 >= 4


def _span(number: int) -> tuple[float, float]:
    return of_few(5) if number < 5 else of_count(float(round_count(np.array(number))), 5)
