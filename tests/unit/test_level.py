"""The lasting level against expected: equal to a direct Gaussian posterior, sane in known worlds."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.stats import norm

from mirrors.benchmark.level import PRIOR_MEAN, fit_level, penalised, series_of
from mirrors.benchmark.panel import Panel
from mirrors.benchmark.residual import type_median_residual


def own_levels(schools: int) -> np.ndarray:
    """Return each school's true lasting log-odds against the city."""
    return np.random.default_rng(7).normal(0, 0.3, schools)


def city(schools: int = 120, years: int = 5) -> Panel:
    """Return schools with a constant own level, chance by the number of pupils, and some missing years."""
    rng = np.random.default_rng(1)
    pupils = np.repeat(rng.integers(60, 900, (schools, 1)), years, axis=1).astype(float)
    log_odds = -2.5 + own_levels(schools)[:, None] + rng.normal(size=(schools, years)) * np.sqrt(1.8 / pupils)
    possible = 180 * pupils
    absent = np.round(possible / (1 + np.exp(-log_odds)))
    absent[rng.random(absent.shape) < 0.1] = np.nan
    return Panel(
        school_ids=tuple(f"S{school:03d}" for school in range(schools)),
        years=tuple(f"{2016 + year}-{17 + year}" for year in range(years)),
        absent=absent,
        possible=possible,
        pupils=pupils,
        school_type=np.array(["primary"] * schools),
        context=None,
        blocked=np.zeros(schools, dtype=bool),
    )


def test_posterior_is_the_conditional_normal_on_a_schools_own_years() -> None:
    panel = city()
    found, left = fit_level(panel), type_median_residual(panel)
    model = found.model
    for school in range(len(panel.school_ids)):
        seen = np.flatnonzero(panel.usable[school])
        apart = np.abs(seen[:, None] - seen[None, :])
        lasting = model.school + model.drift * model.drift_kept**apart
        pupils = panel.pupils[school, seen]
        chance = model.pupils * model.pupils_kept**apart / np.sqrt(np.outer(pupils, pupils))
        covariance = lasting + chance + model.shock * np.eye(len(seen))
        with_last = model.school + model.drift * model.drift_kept ** (len(panel.years) - 1 - seen)
        mean = with_last @ np.linalg.inv(covariance) @ left[school, seen]
        sd = np.sqrt(model.school + model.drift - with_last @ np.linalg.inv(covariance) @ with_last)
        if panel.usable[school, -1]:
            assert found.level[school] == pytest.approx(mean)
            assert found.sd[school] == pytest.approx(sd)
            odds = found.expected[school] / (1 - found.expected[school])
            better = 0.9 * found.expected[school] / (1 - 0.9 * found.expected[school])
            assert found.p_better[school] == pytest.approx(norm.cdf((np.log(better / odds) - mean) / sd))
        else:
            assert np.isnan(found.level[school])


def test_gradient_agrees_with_finite_differences() -> None:
    panel = city(40)
    series = series_of(panel, type_median_residual(panel))
    at = PRIOR_MEAN + np.array([0.3, -0.4, 0.2, 0.5, -0.2, 0.3])
    numeric = approx_fprime(at, lambda parameters: penalised(parameters, series)[0], 1e-6)
    assert penalised(at, series)[1] == pytest.approx(numeric, rel=1e-3, abs=1e-3)


def test_the_lasting_level_is_closer_to_the_truth_than_the_last_year() -> None:
    panel, own = city(), own_levels(120)
    found = fit_level(panel)
    last = type_median_residual(panel)[:, -1]
    seen = found.eligible
    error = np.mean((found.level[seen] - own[seen]) ** 2)
    assert error < 0.7 * np.mean((last[seen] - own[seen]) ** 2)


def test_large_schools_are_known_better() -> None:
    found, pupils = fit_level(city()), city().pupils[:, 0]
    assert np.nanmean(found.sd[pupils > 600]) < np.nanmean(found.sd[pupils < 200])


def test_an_open_alarm_keeps_a_school_out() -> None:
    panel = city()
    found = fit_level(replace(panel, blocked=np.arange(120) == 5))
    assert not found.eligible[5]
    assert np.isnan(found.p_better[5])


def test_nobody_usable_gives_nobody_a_level() -> None:
    panel = city(10)
    assert np.isnan(fit_level(replace(panel, blocked=np.ones(10, dtype=bool))).level).all()
