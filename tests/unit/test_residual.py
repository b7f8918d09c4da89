"""What happened to all similar schools is taken out, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from mirrors.benchmark.panel import Panel
from mirrors.benchmark.residual import (
    FEWEST_SCHOOLS_OF_A_TYPE,
    context_residual,
    minus_type_median,
    residual,
    type_median_residual,
)


def panel_from(log_odds: np.ndarray, school_type: np.ndarray, context: np.ndarray | None = None) -> Panel:
    """Return a panel of large schools with (almost) these log-odds, (schools, years)."""
    schools, years = log_odds.shape
    possible = np.full(log_odds.shape, 1e9)
    return Panel(
        school_ids=tuple(f"S{school:03d}" for school in range(schools)),
        years=tuple(f"{2018 + year}-{19 + year}" for year in range(years)),
        absent=possible / (1 + np.exp(-log_odds)),
        possible=possible,
        pupils=np.full(log_odds.shape, 400.0),
        school_type=school_type,
        context=context,
        blocked=np.zeros(schools, dtype=bool),
    )


def test_a_types_own_trend_disappears() -> None:
    rng = np.random.default_rng(1)
    school_type = np.repeat(["primary", "secondary"], 20)
    own = rng.normal(0, 0.3, (40, 1))
    trend = np.where(school_type == "primary", 0.0, 0.4)[:, None] * np.array([0.0, 1.0])
    left = type_median_residual(panel_from(-2.5 + own + trend, school_type))
    assert left[:, 1] - left[:, 0] == pytest.approx(np.zeros(40), abs=1e-6)


def test_a_rare_type_follows_the_city() -> None:
    rare = FEWEST_SCHOOLS_OF_A_TYPE - 1
    school_type = np.repeat(["primary", "special"], [31, rare])
    values = np.concatenate([np.zeros(31), np.full(rare, 0.7)])
    left = minus_type_median(values, school_type, np.ones(31 + rare, dtype=bool))
    assert left[-1] == pytest.approx(0.7)


def test_schools_not_taking_part_do_not_move_the_median() -> None:
    values = np.concatenate([np.zeros(20), np.full(30, 5.0)])
    taking_part = np.arange(50) < 20
    left = minus_type_median(values, np.array(["primary"] * 50), taking_part)
    assert left[:20] == pytest.approx(np.zeros(20))
    assert np.isnan(left[20:]).all()


def test_context_with_moving_slopes_is_removed() -> None:
    rng = np.random.default_rng(2)
    school_type = np.array([f"type {number}" for number in np.arange(300) % 3])
    feature = rng.normal(size=300)
    own = rng.normal(0, 0.1, 300)
    log_odds = -2.5 + own[:, None] + feature[:, None] * np.array([0.1, 0.5])
    context = np.repeat(feature[:, None, None], 2, axis=1)
    left = context_residual(panel_from(log_odds, school_type, context))
    assert np.abs(np.corrcoef(left[:, 1], feature)[0, 1]) < 0.1
    assert np.corrcoef(left[:, 1], own)[0, 1] > 0.95


def test_one_odd_school_does_not_move_the_others() -> None:
    rng = np.random.default_rng(3)
    feature = rng.normal(size=60)
    log_odds = -2.5 + 0.2 * feature[:, None] + rng.normal(0, 0.05, (60, 2))
    context = np.repeat(feature[:, None, None], 2, axis=1)
    sound = panel_from(log_odds, np.array(["primary"] * 60), context)
    odd = np.argmax(feature)
    log_odds[odd] -= 3.0
    shaken = replace(sound, absent=sound.possible / (1 + np.exp(-log_odds)))
    moved = context_residual(shaken) - context_residual(sound)
    assert np.abs(np.delete(moved, odd, axis=0)).max() < 0.1


def test_context_is_needed_for_the_context_trend() -> None:
    panel = panel_from(np.full((20, 2), -2.5), np.array(["primary"] * 20))
    with pytest.raises(ValueError, match="context"):
        residual(panel, "context")
