"""The three lists: gates, lengths, order, and why a list is short."""

from dataclasses import replace

import numpy as np
import pytest

from mirrors.benchmark.change import Change
from mirrors.benchmark.jumps import PRIOR_MEAN, model_from
from mirrors.benchmark.level import Level, LevelModel
from mirrors.benchmark.ten_and_ten import LONGEST_LIST, WhyFewer, choose

SCHOOLS = 60


def quiet_change(years: int = 6) -> Change:
    """Return schools that did not change, S000 to S059."""
    return Change(
        school_ids=tuple(f"S{school:03d}" for school in range(SCHOOLS)),
        years=tuple(f"{2018 + year}-{19 + year}" for year in range(years)),
        eligible=np.ones(SCHOOLS, dtype=bool),
        years_used=np.full(SCHOOLS, years),
        points=np.zeros(SCHOOLS),
        log_odds=np.zeros(SCHOOLS),
        p_rise=np.full(SCHOOLS, 0.1),
        p_fall=np.full(SCHOOLS, 0.1),
        level=np.full(SCHOOLS, 0.08),
        before=np.full(SCHOOLS, 0.08),
        model=model_from(PRIOR_MEAN),
    )


def usual_level() -> Level:
    """Return schools exactly as expected."""
    return Level(
        school_ids=tuple(f"S{school:03d}" for school in range(SCHOOLS)),
        eligible=np.ones(SCHOOLS, dtype=bool),
        level=np.zeros(SCHOOLS),
        sd=np.full(SCHOOLS, 0.1),
        p_better=np.full(SCHOOLS, 0.1),
        expected=np.full(SCHOOLS, 0.08),
        rate=np.full(SCHOOLS, 0.08),
        model=LevelModel(0.06, 0.01, 0.7, 0.002, 1.8, 0.4),
    )


def at(values: np.ndarray, schools: list[int], new: float | list[float]) -> np.ndarray:
    """Return a copy with new values for some schools."""
    copy = values.copy()
    copy[schools] = new
    return copy


def rising(change: Change, schools: list[int], p: float) -> Change:
    """Return the same schools, some with a rise of one to two points at this probability."""
    points = list(np.linspace(0.01, 0.02, len(schools)))
    return replace(change, points=at(change.points, schools, points), p_rise=at(change.p_rise, schools, p))


def ids(cards: tuple) -> list[str]:
    """Return the identifiers on the cards, in their order."""
    return [card.school_id for card in cards]


def test_a_quiet_city_has_no_lists() -> None:
    lists = choose(quiet_change(), usual_level())
    for found in (lists.improved, lists.rose):
        assert (found.clear, found.weak, found.why_fewer) == ((), (), WhyFewer.FEW_CLEAR)
    assert (lists.excellent.clear, lists.excellent.why_fewer) == ((), WhyFewer.FEW_CLEAR)


def test_the_ten_largest_that_pass_the_gate_are_listed_by_identifier() -> None:
    schools = [40, 3, 17, 58, 9, 22, 31, 5, 44, 12, 50, 27]
    rose = choose(rising(quiet_change(), schools, 0.9), usual_level()).rose
    assert ids(rose.clear) == sorted(f"S{school:03d}" for school in schools[2:])
    assert rose.weak == ()
    assert rose.why_fewer is None


def test_a_point_weighs_more_where_few_are_absent() -> None:
    schools = list(range(11))
    change = rising(quiet_change(), schools, 0.8)
    change = replace(
        change,
        points=at(change.points, schools, [0.030] * 9 + [0.020, 0.021]),
        level=at(change.level, [9, 10], [0.05, 0.20]),
    )
    rose = choose(change, usual_level()).rose
    assert ids(rose.clear) == [f"S{school:03d}" for school in range(10)]
    doubled = replace(change, points=at(change.points, [10], 0.040))
    assert "S010" in ids(choose(doubled, usual_level()).rose.clear)


def test_below_the_gate_a_change_is_a_weak_signal() -> None:
    change = rising(rising(quiet_change(), [1, 2, 3], 0.71), [7, 8], 0.69)
    rose = choose(change, usual_level()).rose
    assert ids(rose.clear) == ["S001", "S002", "S003"]
    assert ids(rose.weak) == ["S007", "S008"]
    assert rose.why_fewer is WhyFewer.FEW_CLEAR


def test_clear_and_weak_together_are_ten_at_most() -> None:
    change = rising(rising(quiet_change(), list(range(20, 45)), 0.5), [1, 2, 3], 0.95)
    rose = choose(change, usual_level()).rose
    assert len(rose.clear) + len(rose.weak) == LONGEST_LIST
    assert not set(ids(rose.clear)) & set(ids(rose.weak))
    assert ids(rose.weak) == [f"S{school:03d}" for school in range(38, 45)]


def test_three_years_need_more_certainty() -> None:
    change = rising(quiet_change(years=3), [1], 0.74)
    assert choose(change, usual_level()).rose.clear == ()
    assert ids(choose(rising(change, [1], 0.8), usual_level()).rose.clear) == ["S001"]


def test_a_school_with_fewer_years_than_the_city_needs_more_certainty_itself() -> None:
    change = rising(quiet_change(), [1, 2, 3], 0.72)
    change = replace(change, years_used=at(change.years_used, [1, 2], [3, 2]))
    rose = choose(change, usual_level()).rose
    assert ids(rose.clear) == ["S003"]
    assert ids(rose.weak) == ["S001", "S002"]


def test_two_years_give_weak_signals_only() -> None:
    rose = choose(rising(quiet_change(years=2), [1, 2], 0.99), usual_level()).rose
    assert rose.clear == ()
    assert ids(rose.weak) == ["S001", "S002"]
    assert rose.why_fewer is WhyFewer.TWO_YEARS_ONLY


def test_a_fall_is_an_improvement_and_never_a_rise() -> None:
    change = quiet_change()
    change = replace(change, points=at(change.points, [4], -0.02), p_fall=at(change.p_fall, [4], 0.9))
    lists = choose(change, usual_level())
    assert ids(lists.improved.clear) == ["S004"]
    assert lists.improved.clear[0].points == pytest.approx(-0.02)
    assert lists.rose.clear == lists.rose.weak == ()


def test_a_school_that_is_not_eligible_is_never_listed() -> None:
    change = rising(quiet_change(), [1, 2], 0.9)
    change = replace(
        change,
        eligible=at(change.eligible, [1], False),
        points=at(change.points, [1], np.nan),
        p_rise=at(change.p_rise, [1], np.nan),
    )
    assert ids(choose(change, usual_level()).rose.clear) == ["S002"]


def test_a_small_city_gets_no_lists() -> None:
    few = np.arange(SCHOOLS) < 29
    change = replace(rising(quiet_change(), [1], 0.9), eligible=few)
    lists = choose(change, replace(usual_level(), eligible=few))
    assert lists.rose.clear == lists.rose.weak == lists.excellent.clear == ()
    assert {lists.rose.why_fewer, lists.excellent.why_fewer} == {WhyFewer.NOT_ENOUGH_SCHOOLS}


def test_excellent_needs_nine_in_ten_and_takes_the_lowest() -> None:
    level, better = usual_level(), list(range(10, 22))
    level = replace(
        level,
        level=at(level.level, better, list(np.linspace(-0.3, -0.6, 12))),
        p_better=at(level.p_better, better, [0.89] + [0.9] * 11),
    )
    excellent = choose(quiet_change(), level).excellent
    assert ids(excellent.clear) == [f"S{school:03d}" for school in range(12, 22)]
    assert excellent.why_fewer is None


def test_a_school_can_be_excellent_and_improved() -> None:
    change, level = quiet_change(), usual_level()
    change = replace(change, points=at(change.points, [4], -0.02), p_fall=at(change.p_fall, [4], 0.9))
    level = replace(level, level=at(level.level, [4], -0.5), p_better=at(level.p_better, [4], 0.99))
    lists = choose(change, level)
    assert ids(lists.improved.clear) == ids(lists.excellent.clear) == ["S004"]


def test_change_and_level_of_other_schools_are_refused() -> None:
    other = replace(usual_level(), school_ids=tuple(f"X{school:03d}" for school in range(SCHOOLS)))
    with pytest.raises(ValueError, match="same schools"):
        choose(quiet_change(), other)
