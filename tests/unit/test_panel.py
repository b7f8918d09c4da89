"""Which school-years are usable and why a school is left out."""

from dataclasses import replace

import numpy as np
import pytest

from mirrors.benchmark.panel import Exclusion, Panel, exclusions


def five_schools() -> Panel:
    """Return a sound panel of five schools over three years, 100 pupils and 8 % absence each."""
    shape = (5, 3)
    return Panel(
        school_ids=("A", "B", "C", "D", "E"),
        years=("2020-21", "2021-22", "2022-23"),
        absent=np.full(shape, 1440.0),
        possible=np.full(shape, 18000.0),
        pupils=np.full(shape, 100.0),
        school_type=np.array(["primary"] * 5),
        context=None,
        blocked=np.zeros(5, dtype=bool),
    )


def changed(array: np.ndarray, cells: dict[tuple[int, int], float]) -> np.ndarray:
    """Return a copy with some cells replaced."""
    copy = array.copy()
    for cell, value in cells.items():
        copy[cell] = value
    return copy


def test_every_school_of_a_sound_panel_takes_part() -> None:
    panel = five_schools()
    assert exclusions(panel) == (None,) * 5
    assert panel.eligible.all()
    assert panel.usable.all()


def test_each_reason_is_named() -> None:
    sound = five_schools()
    panel = replace(
        sound,
        blocked=np.array([True, False, False, False, False]),
        absent=changed(sound.absent, {(1, 1): np.nan, (3, 2): 14401.0}),
        pupils=changed(sound.pupils, {(2, 2): 29.0, (4, 2): 151.0}),
    )
    assert exclusions(panel) == (
        Exclusion.OPEN_ALARM,
        Exclusion.MISSING_YEAR,
        Exclusion.TOO_SMALL,
        Exclusion.IMPLAUSIBLE,
        Exclusion.ROLL_CHANGED,
    )
    assert not panel.eligible.any()


def test_an_older_year_missing_excludes_nobody() -> None:
    sound = five_schools()
    panel = replace(sound, absent=changed(sound.absent, {(0, 0): np.nan}))
    assert panel.eligible[0]
    assert not panel.usable[0, 0]
    assert np.isnan(panel.y[0, 0])


def test_limits_themselves_are_allowed() -> None:
    sound = five_schools()
    panel = replace(
        sound,
        absent=changed(sound.absent, {(0, 2): 14400.0}),
        pupils=changed(sound.pupils, {(1, 1): 30.0, (1, 2): 45.0}),
    )
    assert panel.eligible[0]
    assert panel.eligible[1]


def test_shares_of_pupils_may_be_high() -> None:
    sound = five_schools()
    high = changed(sound.absent, {(0, 2): 17000.0})
    assert exclusions(replace(sound, absent=high))[0] == Exclusion.IMPLAUSIBLE
    assert exclusions(replace(sound, absent=high, most=1.0))[0] is None


def test_log_odds_add_half_a_unit_to_both_sides() -> None:
    assert five_schools().y[0, 0] == pytest.approx(np.log(1440.5 / 16560.5))


def test_usual_rate_pools_the_usable_years() -> None:
    sound = five_schools()
    panel = replace(
        sound,
        absent=changed(sound.absent, {(0, 1): 2880.0}),
        blocked=np.array([False, True, False, False, False]),
    )
    assert panel.usual_rate[0] == pytest.approx(5760 / 54000)
    assert np.isnan(panel.usual_rate[1])


@pytest.mark.parametrize(
    "wrong",
    [
        {"pupils": np.full((5, 2), 100.0)},
        {"school_type": np.array(["primary"] * 4)},
        {"blocked": np.zeros(4, dtype=bool)},
        {"context": np.zeros((5, 2, 1))},
        {"context": np.full((5, 3, 1), np.nan)},
    ],
)
def test_arrays_about_other_schools_or_years_are_refused(wrong: dict[str, np.ndarray]) -> None:
    with pytest.raises(ValueError, match="must have"):
        replace(five_schools(), **wrong)


def test_one_year_is_no_panel() -> None:
    sound = five_schools()
    with pytest.raises(ValueError, match="two school years"):
        replace(
            sound,
            years=("2022-23",),
            absent=sound.absent[:, :1],
            possible=sound.possible[:, :1],
            pupils=sound.pupils[:, :1],
        )
