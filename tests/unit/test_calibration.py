"""The checks of expected values: right where expected values are right, and loud where they are not."""

import dataclasses
import math

import numpy as np
import pytest
from scipy.special import expit, logit

from mirrors.benchmark.calibration import (
    COVERAGE_GOAL,
    RATIO_GOAL,
    SLOPE_GOAL,
    Expectation,
    calibration_slope,
    checks,
    coverage,
    natural_variation,
    observed_over_expected,
)

SCHOOLS = 600


def city(between: float = 0.2, chance: float = 1.8, seed: int = 3) -> Expectation:
    """Return schools whose observed rate strays from the expected one by the given variation."""
    rng = np.random.default_rng(seed)
    pupils = np.round(np.exp(rng.normal(5.7, 0.7, SCHOOLS)).clip(60, 1500))
    expected = expit(rng.normal(-2.6, 0.4, SCHOOLS))
    apart = rng.normal(0, np.sqrt(between**2 + chance / pupils))
    return Expectation(
        value=expit(logit(expected) + apart),
        expected=expected,
        out_of=pupils * 300,
        pupils=pupils,
        school_type=np.where(np.arange(SCHOOLS) % 2, "primary", "secondary"),
        context=rng.normal(size=SCHOOLS),
    )


def test_expected_values_that_are_right_reach_every_goal() -> None:
    assert all(low <= value <= high for _, _, value, (low, high) in checks(city()))


def test_every_group_is_checked() -> None:
    found = [(check, item) for check, item, _, _ in checks(city())]
    assert found == [
        ("slope", ""),
        *[("oe_size", str(group)) for group in range(1, 5)],
        ("oe_type", "primary"),
        ("oe_type", "secondary"),
        *[("oe_context", str(group)) for group in range(1, 6)],
        ("coverage", ""),
    ]


def test_a_group_of_few_schools_is_not_judged() -> None:
    seen = city()
    rare = dataclasses.replace(seen, school_type=np.where(np.arange(SCHOOLS) < 9, "rare", "usual"))
    assert [item for check, item, _, _ in checks(rare) if check == "oe_type"] == ["usual"]


@pytest.mark.parametrize(("factor", "slope"), [(0.5, 2.0), (2.0, 0.5)])
def test_the_slope_tells_expected_values_that_are_too_close_or_too_far_apart(
    factor: float, slope: float
) -> None:
    seen = city(between=0.0, chance=0.0)
    centre = logit(seen.expected).mean()
    squeezed = expit(centre + factor * (logit(seen.expected) - centre))
    found = calibration_slope(dataclasses.replace(seen, expected=squeezed))
    assert found == pytest.approx(slope, abs=0.01)
    assert not SLOPE_GOAL[0] <= found <= SLOPE_GOAL[1]


def test_the_slope_is_that_of_a_weighted_regression() -> None:
    seen = city()
    x, y = (
        [math.log((share * n + 0.5) / (n - share * n + 0.5)) for share, n in pairs]
        for pairs in (zip(seen.expected, seen.out_of, strict=True), zip(seen.value, seen.out_of, strict=True))
    )
    weight = [pupils / (pupils + 100) for pupils in seen.pupils]
    slope, _ = np.polyfit(x, y, 1, w=np.sqrt(weight))
    assert calibration_slope(seen) == pytest.approx(slope)


def test_a_kind_of_school_that_is_expected_too_much_of_is_found() -> None:
    seen = city()
    primary = seen.school_type == "primary"
    wrong = dataclasses.replace(seen, expected=np.where(primary, 1.3 * seen.expected, seen.expected))
    assert observed_over_expected(wrong, primary) < RATIO_GOAL[0] < observed_over_expected(wrong, ~primary)


def test_natural_variation_is_learnt_from_the_schools() -> None:
    found = np.array([natural_variation(*apart(city(0.2, 1.8, seed))) for seed in range(8)]).mean(axis=0)
    assert found[0] == pytest.approx(0.04, rel=0.2)
    assert found[1] == pytest.approx(1.8, rel=0.3)


def apart(seen: Expectation) -> tuple[np.ndarray, np.ndarray]:
    return logit(seen.value) - logit(seen.expected), seen.pupils


def test_a_band_too_narrow_for_some_schools_covers_too_few() -> None:
    seen = city()
    rng = np.random.default_rng(1)
    wild = np.where(np.arange(SCHOOLS) % 8 == 0, rng.choice([-2.0, 2.0], SCHOOLS), 0.0)
    assert COVERAGE_GOAL[0] <= coverage(seen) <= COVERAGE_GOAL[1]
    assert coverage(dataclasses.replace(seen, value=expit(logit(seen.value) + wild))) < COVERAGE_GOAL[0]
