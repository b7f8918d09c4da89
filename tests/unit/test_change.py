"""Lasting change: planted changes are found, chance is not, and nothing depends on labels or order."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirrors.benchmark.change import CERTAINTY_KEPT, fit_change
from mirrors.benchmark.level import fit_level
from mirrors.benchmark.panel import Panel
from mirrors.benchmark.ten_and_ten import choose

SCHOOLS = 60


def quiet_city(seed: int, years: int = 5, schools: int = SCHOOLS) -> Panel:
    """Return schools that differ but hardly change, with chance by the number of pupils."""
    rng = np.random.default_rng(seed)
    pupils = np.repeat(rng.integers(60, 900, (schools, 1)), years, axis=1).astype(float)
    log_odds = -2.5 + rng.normal(0, 0.3, (schools, 1)) + rng.normal(0, 0.03, (schools, years)).cumsum(axis=1)
    log_odds += rng.normal(size=(schools, years)) * np.sqrt(1.5 / pupils)
    possible = 180 * pupils
    return Panel(
        school_ids=tuple(f"S{school:03d}" for school in range(schools)),
        years=tuple(f"{2016 + year}-{17 + year}" for year in range(years)),
        absent=np.round(possible / (1 + np.exp(-log_odds))),
        possible=possible,
        pupils=pupils,
        school_type=np.array([f"type {school % 2}" for school in range(schools)]),
        context=None,
        blocked=np.zeros(schools, dtype=bool),
    )


def with_odds(panel: Panel, school: int, factor: list[float]) -> Panel:
    """Return the panel with one school's odds multiplied, year by year, counted back from the last."""
    absent = panel.absent.copy()
    columns = slice(-len(factor), None)
    odds = absent[school, columns] / (panel.possible[school, columns] - absent[school, columns]) * factor
    absent[school, columns] = np.round(panel.possible[school, columns] * odds / (1 + odds))
    return replace(panel, absent=absent)


def only(panel: Panel, order: list[int]) -> Panel:
    """Return the panel with its schools in another order."""
    return replace(
        panel,
        school_ids=tuple(panel.school_ids[school] for school in order),
        absent=panel.absent[order],
        possible=panel.possible[order],
        pupils=panel.pupils[order],
        school_type=panel.school_type[order],
        blocked=panel.blocked[order],
    )


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), school=st.integers(0, SCHOOLS - 1), rises=st.booleans())
def test_a_large_step_that_stays_is_listed(seed: int, school: int, rises: bool) -> None:
    panel = with_odds(quiet_city(seed), school, [2.5, 2.5] if rises else [0.4, 0.4])
    lists = choose(fit_change(panel), fit_level(panel))
    listed, other = (lists.rose, lists.improved) if rises else (lists.improved, lists.rose)
    assert panel.school_ids[school] in [card.school_id for card in listed.clear]
    assert panel.school_ids[school] not in [card.school_id for card in (*other.clear, *other.weak)]


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), school=st.integers(0, SCHOOLS - 1), rises=st.booleans())
def test_a_large_step_of_this_year_is_at_least_a_weak_signal(seed: int, school: int, rises: bool) -> None:
    panel = with_odds(quiet_city(seed), school, [2.5 if rises else 0.4])
    lists = choose(fit_change(panel), fit_level(panel))
    found = lists.rose if rises else lists.improved
    assert panel.school_ids[school] in [card.school_id for card in (*found.clear, *found.weak)]


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), order=st.permutations(range(SCHOOLS)))
def test_another_order_of_schools_permutes_the_result(seed: int, order: list[int]) -> None:
    panel = quiet_city(seed)
    found, again = fit_change(panel), fit_change(only(panel, order))
    assert again.points == pytest.approx(found.points[order], abs=1e-4)
    assert again.p_rise == pytest.approx(found.p_rise[order], abs=2e-2)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), small=st.sets(st.integers(0, SCHOOLS - 1), min_size=1, max_size=20))
def test_a_school_too_small_is_never_listed(seed: int, small: set[int]) -> None:
    panel = quiet_city(seed)
    rows = sorted(small)
    pupils, absent = panel.pupils.copy(), panel.absent.copy()
    pupils[rows] = 29
    absent[rows, -1] *= 3
    panel = replace(panel, pupils=pupils, absent=absent)
    lists = choose(fit_change(panel), fit_level(panel))
    cards = (
        lists.rose.clear,
        lists.rose.weak,
        lists.improved.clear,
        lists.improved.weak,
        lists.excellent.clear,
    )
    named = {card.school_id for part in cards for card in part}
    assert not named & {panel.school_ids[school] for school in rows}


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), years=st.integers(2, 7))
def test_results_stay_within_their_bounds(seed: int, years: int) -> None:
    found = fit_change(quiet_city(seed, years))
    for share in (found.p_rise, found.p_fall, found.level, found.before):
        assert ((share >= 0) & (share <= 1)).all()
    assert (found.p_rise + found.p_fall <= 1 + 1e-9).all()
    assert (found.years_used == min(years, 6)).all()


def test_a_quiet_city_has_hardly_any_clear_change() -> None:
    clear = 0
    for seed in range(10):
        panel = quiet_city(seed)
        lists = choose(fit_change(panel), fit_level(panel))
        clear += len(lists.rose.clear) + len(lists.improved.clear)
    assert clear <= 4


def test_no_change_is_called_certain() -> None:
    found = fit_change(with_odds(quiet_city(3), 7, [4.0, 4.0]))
    assert 0.95 * CERTAINTY_KEPT < found.p_rise[7] <= CERTAINTY_KEPT


def test_a_change_is_smaller_than_it_looks() -> None:
    panel = with_odds(quiet_city(3), 7, [1.6])
    found = fit_change(panel)
    rate = panel.absent[7] / panel.possible[7]
    assert 0 < found.points[7] < rate[-1] - rate[:-1].mean()
    assert found.before[7] < found.level[7]


def test_a_step_that_stayed_counts_more_than_one_that_went() -> None:
    lasting = fit_change(with_odds(quiet_city(4), 7, [1.7, 1.7]))
    gone = fit_change(with_odds(quiet_city(4), 7, [1.7, 1.0]))
    assert lasting.points[7] > 0.01
    assert abs(gone.points[7]) < lasting.points[7] / 4


def test_an_even_rise_of_all_schools_of_a_type_is_nobodys_change() -> None:
    panel = quiet_city(5)
    risen = panel
    for school in range(0, SCHOOLS, 2):
        risen = with_odds(risen, school, [1.3])
    assert fit_change(risen).points == pytest.approx(fit_change(panel).points, abs=2e-3)


def test_the_more_pupils_the_more_certain() -> None:
    panel = with_odds(with_odds(quiet_city(6), 7, [1.5]), 8, [1.5])
    pupils = panel.pupils.copy()
    pupils[7], pupils[8] = 60, 900
    found = fit_change(replace(panel, pupils=pupils))
    assert found.p_rise[7] < found.p_rise[8]


def test_a_missing_older_year_is_no_reason_to_drop_a_school() -> None:
    panel = quiet_city(8)
    absent = panel.absent.copy()
    absent[3, :-2], absent[4, 1] = np.nan, np.nan
    found = fit_change(replace(panel, absent=absent))
    assert found.eligible.all()
    assert not np.isnan(found.points).any()
    assert list(found.years_used[[3, 4, 5]]) == [2, 4, 5]


def test_without_an_older_year_before_is_last_year() -> None:
    panel = quiet_city(9, years=2)
    found = fit_change(panel)
    assert found.before == pytest.approx(panel.absent[:, 0] / panel.possible[:, 0], rel=0.2)


def test_schools_left_out_have_no_result() -> None:
    found = fit_change(replace(quiet_city(10), blocked=np.arange(SCHOOLS) == 2))
    assert not found.eligible[2]
    assert np.isnan(
        [found.points[2], found.p_rise[2], found.p_fall[2], found.level[2], found.before[2]]
    ).all()
    assert np.isfinite(np.delete(found.points, 2)).all()


def test_a_panel_of_nobody_is_answered() -> None:
    found = fit_change(replace(quiet_city(11), blocked=np.ones(SCHOOLS, dtype=bool)))
    assert np.isnan(found.points).all()
