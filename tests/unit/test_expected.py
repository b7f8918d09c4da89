"""Expected values: a school's own figure stays out of them, they add up, and they are calibrated."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import KFold

from mirrors.benchmark.expected import FEWEST_SCHOOLS, FOLDS, design_matrix, expected_rate, feature_weights
from mirrors.benchmark.features import FeatureMatrix
from tests.spec.cities import sample_city

CALIBRATED = ["A1", "A2", "A3", "B2", "B5", "B7"]
YEAR = "2024-25"


def city(schools: int = 100) -> FeatureMatrix:
    """Return schools of two types that differ in size, deprivation and one more feature."""
    rng = np.random.default_rng(8)
    pupils = rng.integers(60, 900, schools).astype(float)
    return FeatureMatrix(
        tuple(f"S{number:03d}" for number in range(schools)),
        YEAR,
        np.array(["primary", "secondary"] * schools)[:schools],
        pupils,
        ("size", "deprivation", "mobility"),
        np.column_stack([np.log(pupils), rng.uniform(0, 4, schools), rng.uniform(0, 0.2, schools)]),
    )


def shares(features: FeatureMatrix) -> np.ndarray:
    """Return rates that follow type and deprivation, with chance."""
    odds = -3.2 + 0.6 * (features.school_type == "secondary") + 0.3 * features.values[:, 1]
    return 1 / (1 + np.exp(-odds - np.random.default_rng(2).normal(0, 0.2, len(odds))))


def expectations(
    features: FeatureMatrix, value: np.ndarray, taking_part: np.ndarray | None = None
) -> np.ndarray:
    """Return the expected rates where pupils are expected for 320 half-days."""
    everybody = np.ones(len(value), dtype=bool)
    pupils = features.pupils
    return expected_rate(
        value, 320 * pupils, pupils, everybody if taking_part is None else taking_part, features
    )


def folds(schools: int) -> list[np.ndarray]:
    """Return the folds as the product draws them."""
    return [test for _, test in KFold(FOLDS, shuffle=True, random_state=0).split(np.zeros(schools))]


def test_ten_folds_hold_every_school_once() -> None:
    assert FOLDS == 10
    assert sorted(np.concatenate(folds(100))) == list(range(100))


@pytest.mark.parametrize("school", [0, 17, 63])
def test_an_own_value_never_enters_the_own_expected_value(school: int) -> None:
    """Three times the absence of one school moves what is expected of others, not of itself.

    All expected values share one factor that makes them add up, so they are compared within the fold.
    """
    features = city()
    before = shares(features)
    after = before.copy()
    after[school] = min(3 * after[school], 0.7)
    one, other = expectations(features, before), expectations(features, after)
    [fold] = [members for members in folds(100) if school in members]
    elsewhere = np.setdiff1d(np.arange(100), fold)
    moved = (other / one)[fold]
    assert moved == pytest.approx(moved[0], rel=1e-9)
    # The common factor is that of the whole city's absence, within what the other folds moved.
    assert moved[0] == pytest.approx((after @ features.pupils) / (before @ features.pupils), rel=0.02)
    assert np.ptp((other / one)[elsewhere]) > 1e-4


def test_expected_pupils_add_up_to_those_observed() -> None:
    features = city()
    value = shares(features)
    assert expectations(features, value) @ features.pupils == pytest.approx(value @ features.pupils)


def test_only_schools_taking_part_add_up() -> None:
    features = city()
    value = shares(features)
    taking_part = np.arange(100) % 4 > 0
    expected = expectations(features, value, taking_part)
    part = (features.pupils * taking_part).astype(float)
    assert expected @ part == pytest.approx(value @ part)
    assert not np.isnan(expected).any(), "a school that takes no part is still expected something"


def test_a_value_that_takes_no_part_changes_nothing() -> None:
    features = city()
    value = shares(features)
    taking_part = np.arange(100) != 5
    one = expectations(features, value, taking_part)
    value[5] = np.nan
    assert expectations(features, value, taking_part) == pytest.approx(one, rel=1e-12)


def test_too_few_schools_teach_nothing() -> None:
    features = city()
    value = shares(features)
    few, enough = np.arange(100) < FEWEST_SCHOOLS - 1, np.arange(100) < FEWEST_SCHOOLS
    assert np.isnan(expectations(features, value, few)).all()
    assert not np.isnan(expectations(features, value, enough)).any()
    assert np.isnan(feature_weights(value, features.pupils, features.pupils, few, features)).all()


def test_expected_values_are_shares_whatever_the_figures() -> None:
    features = city()
    everybody_absent = np.ones(100)
    everybody_absent[::11] = 0.0
    expected = expectations(features, everybody_absent)
    assert (expected > 0).all()
    assert (expected <= 1).all()
    everybody_absent[::7] = 0.0
    assert np.isnan(expectations(features, everybody_absent)).all()


def test_weights_of_features_find_what_drives_absence() -> None:
    features = city()
    out_of, everybody = 320 * features.pupils, np.ones(100, dtype=bool)
    weights = feature_weights(shares(features), out_of, features.pupils, everybody, features)
    assert weights.shape == (3,)
    assert weights[1] > 4 * max(weights[0], weights[2])


def test_the_design_has_types_features_and_a_slope_for_each_type() -> None:
    features = city(10)
    design = design_matrix(features)
    assert design.shape == (10, 2 + 3 + 2)
    assert design[:, 0] + design[:, 1] == pytest.approx(np.ones(10))
    assert design[:, 5:].sum(axis=1) == pytest.approx(design[:, 3] / 2)
    only_size = replace(features, names=("size",), values=features.values[:, :1])
    assert design_matrix(only_size).shape == (10, 2 + 1)


def compared(key: str) -> pd.DataFrame:
    """Return the sample city's schools with thirty pupils or more, own beside expected."""
    benchmark = sample_city().benchmark
    matrix, frame = benchmark.features[YEAR], benchmark.compared[key]
    known = pd.DataFrame(
        {
            "school_id": list(matrix.school_ids),
            "school_type": matrix.school_type,
            "deprivation": matrix.values[:, matrix.names.index("deprivation")],
        }
    )
    rows = frame[(frame["school_year"] == YEAR) & (frame["pupils"] >= 30)].merge(known, on="school_id")
    rows["fifth"] = pd.qcut(rows["deprivation"], 5, labels=False)
    return rows.assign(seen=rows["value"] * rows["pupils"], foreseen=rows["expected"] * rows["pupils"])


def log_odds(shares: pd.Series) -> pd.Series:
    """Return the log-odds of shares."""
    return np.log(shares / (1 - shares))


@pytest.mark.parametrize("key", CALIBRATED)
def test_calibration(key: str) -> None:
    """Where one unit more is expected, one unit more is observed."""
    rows = compared(key)
    rows = rows[rows["value"] > 0]
    weight = rows["pupils"] / (rows["pupils"] + 100)
    (_, together), (_, spread) = np.cov(log_odds(rows["value"]), log_odds(rows["expected"]), aweights=weight)
    assert 0.9 < together / spread < 1.1


@pytest.mark.parametrize("key", CALIBRATED)
def test_observed_over_expected_by_type(key: str) -> None:
    sums = compared(key).groupby("school_type")[["seen", "foreseen"]].sum()
    assert len(sums) == 2
    assert sums["seen"].to_numpy() == pytest.approx(sums["foreseen"].to_numpy(), rel=0.1)


# Thirty schools a fifth, whose own effects are what mirrors are for: chance leaves more room in what few do.
@pytest.mark.parametrize(
    ("key", "room"), [("A1", 0.1), ("A2", 0.15), ("A3", 0.1), ("B2", 0.15), ("B5", 0.1), ("B7", 0.1)]
)
def test_observed_over_expected_by_fifth_of_deprivation(key: str, room: float) -> None:
    sums = compared(key).groupby("fifth")[["seen", "foreseen"]].sum()
    assert len(sums) == 5
    assert sums["seen"].to_numpy() == pytest.approx(sums["foreseen"].to_numpy(), rel=room)


@pytest.mark.parametrize("key", ["A1", "A2", "B2", "B5"])
def test_expected_values_tell_schools_apart(key: str) -> None:
    """They explain at least a third of what schools differ in, or they would be of no use."""
    rows = compared(key)
    rows = rows[rows["value"] > 0]
    left = log_odds(rows["value"]) - log_odds(rows["expected"])
    assert np.average(left**2, weights=rows["pupils"]) < 2 / 3 * np.cov(
        log_odds(rows["value"]), aweights=rows["pupils"]
    )
