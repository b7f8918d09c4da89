"""Peer groups: same type, nearest first, never too small, never chosen by the year they are compared in."""

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mirrors.benchmark.features import FeatureMatrix
from mirrors.benchmark.peer_group import (
    CLOSE,
    MOST_FEATURES,
    PEERS_WANTED,
    PeerGroups,
    group_size,
    peer_groups,
    peer_statistics,
)
from mirrors.definitions import load_indicators
from tests.spec.cities import SmallSchool, compute, write_city


def city(sizes: dict[str, int], features: int = 2, seed: int = 3) -> FeatureMatrix:
    """Return random schools of several types, mixed, with as many features as asked."""
    rng = np.random.default_rng(seed)
    types = rng.permutation([kind for kind, count in sizes.items() for _ in range(count)])
    return FeatureMatrix(
        tuple(f"S{number:03d}" for number in range(len(types))),
        "2024-25",
        types,
        np.full(len(types), 300.0),
        ("size", *(f"feature {number}" for number in range(1, features))),
        rng.normal(size=(len(types), features)),
    )


def groups_of(
    matrix: FeatureMatrix, excluded: tuple[int, ...] = (), wanted: int = PEERS_WANTED
) -> PeerGroups:
    """Return the peer groups of a city on equal weights, where some schools may not serve as peers."""
    may_be_peer = ~np.isin(np.arange(len(matrix.school_ids)), excluded)
    return peer_groups(matrix, np.ones(len(matrix.names)), may_be_peer, wanted)


@pytest.mark.parametrize(
    ("schools", "peers"), [(0, 0), (1, 0), (31, 0), (32, 8), (35, 8), (36, 9), (59, 14), (60, 15), (600, 15)]
)
def test_a_group_is_a_quarter_of_the_type_between_eight_and_fifteen(schools: int, peers: int) -> None:
    assert group_size(schools) == peers


def test_a_city_may_want_between_eight_and_twenty() -> None:
    assert group_size(600, wanted=20) == 20
    assert group_size(600, wanted=8) == 8
    assert group_size(79, wanted=20) == 19


@pytest.mark.parametrize("wanted", [7, 21])
def test_a_city_may_not_want_fewer_or_more(wanted: int) -> None:
    with pytest.raises(ValueError, match=f"not {wanted}"):
        group_size(600, wanted)


@pytest.mark.parametrize(("schools", "peers"), [(31, 0), (32, 8), (60, 15), (90, 15)])
def test_group_sizes_in_a_city(schools: int, peers: int) -> None:
    matrix = city({"primary": schools, "secondary": 64})
    size = groups_of(matrix).size()
    assert set(size[matrix.school_type == "primary"]) == {peers}
    assert set(size[matrix.school_type == "secondary"]) == {15}


def test_peers_are_other_schools_of_the_same_type() -> None:
    matrix = city({"primary": 70, "secondary": 45, "special": 33})
    groups = groups_of(matrix)
    for school, peers in enumerate(groups.peers):
        chosen = peers[peers >= 0]
        assert len(chosen) >= 8
        assert len(set(chosen)) == len(chosen)
        assert school not in chosen
        assert set(matrix.school_type[chosen]) == {matrix.school_type[school]}


def test_no_school_of_the_type_is_nearer_than_the_peers() -> None:
    matrix = city({"primary": 70, "secondary": 66})
    groups, scaled = groups_of(matrix), matrix.standardised()
    for school, peers in enumerate(groups.peers):
        apart = np.sqrt(((scaled - scaled[school]) ** 2).mean(axis=1))
        others = set(np.flatnonzero(matrix.school_type == matrix.school_type[school])) - {school, *peers}
        assert groups.distance[school] == pytest.approx(apart[peers])
        assert (np.diff(groups.distance[school]) >= 0).all()
        assert groups.distance[school].max() <= min(apart[list(others)])


def test_twins_serve_each_other_and_never_themselves() -> None:
    matrix = city({"primary": 60})
    matrix.values[1] = matrix.values[0]
    groups = groups_of(matrix)
    assert groups.peers[0, 0] == 1
    assert groups.peers[1, 0] == 0
    assert groups.distance[0, 0] == 0.0


def test_excluded_schools_never_serve_but_have_peers() -> None:
    matrix = city({"primary": 70})
    excluded = tuple(range(0, 70, 10))
    groups = groups_of(matrix, excluded)
    assert not set(groups.peers.ravel()) & set(excluded)
    assert set(groups.size()) == {15}


def test_schools_that_may_not_serve_do_not_make_a_type_larger() -> None:
    matrix = city({"primary": 34})
    assert set(groups_of(matrix, (0, 1)).size()) == {8}
    assert set(groups_of(matrix, (0, 1, 2)).size()) == {0}


def test_a_feature_without_weight_is_ignored() -> None:
    matrix = city({"primary": 80}, features=3)
    other = FeatureMatrix(
        matrix.school_ids,
        matrix.school_year,
        matrix.school_type,
        matrix.pupils,
        matrix.names,
        np.column_stack([matrix.values[:, :2], np.random.default_rng(9).normal(size=80)]),
    )
    weights, everybody = np.array([1.0, 2.0, 0.0]), np.ones(80, dtype=bool)
    one, two = peer_groups(matrix, weights, everybody), peer_groups(other, weights, everybody)
    assert (one.peers == two.peers).all()
    assert one.weights == pytest.approx([1 / 3, 2 / 3, 0.0])


def test_six_features_at_most_the_heaviest() -> None:
    matrix = city({"primary": 80}, features=8)
    groups = peer_groups(matrix, np.array([1.0, 8.0, 2.0, 7.0, 3.0, 6.0, 4.0, 5.0]), np.ones(80, dtype=bool))
    assert (groups.weights > 0).sum() == MOST_FEATURES == 6
    assert groups.weights[[0, 2]].tolist() == [0.0, 0.0]
    assert groups.weights.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("weights", [np.zeros(3), np.full(3, np.nan)])
def test_without_weights_every_feature_counts_the_same(weights: np.ndarray) -> None:
    groups = peer_groups(city({"primary": 80}, features=3), weights, np.ones(80, dtype=bool))
    assert groups.weights == pytest.approx([1 / 3] * 3)


def test_close_peers_are_close_on_every_feature_that_matters() -> None:
    """A distance may hide that one feature is far off; a feature of little weight may be far off."""
    matrix = city({"primary": 60}, features=3)
    weights = np.array([0.5, 0.45, 0.05])
    groups, scaled = peer_groups(matrix, weights, np.ones(60, dtype=bool)), matrix.standardised()
    for school in range(60):
        apart = np.abs(scaled[groups.peers[school]] - scaled[school])
        assert groups.close[school] == (apart[:, :2] <= CLOSE).all(axis=1).sum()
    assert 0 < groups.close.sum() < 60 * 15


def test_statistics_leave_out_what_is_unknown() -> None:
    groups = groups_of(city({"primary": 60}))
    value = np.arange(60.0)
    value[::3] = np.nan
    statistics = peer_statistics(groups, value)
    for school, peers in enumerate(groups.peers):
        known = [value[peer] for peer in peers if not np.isnan(value[peer])]
        assert statistics.count[school] == len(known)
        assert statistics.median[school] == np.median(known)
        assert statistics.low[school] == np.quantile(known, 0.25)
        assert statistics.high[school] == np.quantile(known, 0.75)


def test_nothing_is_said_where_one_peer_has_more_than_half_of_the_pupils() -> None:
    matrix = city({"primary": 60})
    groups = groups_of(matrix)
    others = peer_statistics(groups, np.arange(60.0))
    giant = int(groups.peers[0, 3])
    for pupils, alone in ((14 * 100.0, False), (14 * 100.0 + 1, True)):
        sizes = np.where(np.arange(60) == giant, pupils, 100.0)
        found = peer_statistics(replace(groups, features=replace(matrix, pupils=sizes)), np.arange(60.0))
        has_it = (groups.peers == giant).any(axis=1)
        assert has_it[0]
        assert (found.count == others.count).all()
        for one, other in ((found.median, others.median), (found.low, others.low), (found.high, others.high)):
            assert (np.isnan(one) == (has_it & alone)).all()
            assert (one[~np.isnan(one)] == other[~np.isnan(one)]).all()


def test_a_peer_without_a_value_is_not_counted_among_the_pupils() -> None:
    matrix = city({"primary": 60})
    groups = groups_of(matrix)
    giant, value = int(groups.peers[0, 3]), np.arange(60.0)
    value[giant] = np.nan
    sizes = np.where(np.arange(60) == giant, 10_000.0, 100.0)
    found = peer_statistics(replace(groups, features=replace(matrix, pupils=sizes)), value)
    assert not np.isnan(found.median).any()


def test_no_peers_no_statistics() -> None:
    matrix = city({"primary": 31, "secondary": 60})
    statistics = peer_statistics(groups_of(matrix), np.linspace(0, 1, 91))
    alone = matrix.school_type == "primary"
    assert (statistics.count[alone] == 0).all()
    assert np.isnan(statistics.median[alone]).all()
    assert not np.isnan(statistics.median[~alone]).any()
    nobody = peer_statistics(groups_of(matrix), np.full(91, np.nan))
    assert np.isnan(nobody.low).all()
    assert np.isnan(nobody.high).all()


def schools_with(driver: str, seed: int) -> list[SmallSchool]:
    """Return 40 schools whose absence follows deprivation or size in 2019-20, and chance in 2020-21.

    `seed` changes nothing but the absence of 2020-21, the year that is compared.
    """
    fixed, chance = random.Random(1), random.Random(seed)
    schools = []
    for number in range(40):
        pupils, deprivation = fixed.randint(100, 900), fixed.uniform(0, 4)
        drives = deprivation / 4 if driver == "deprivation" else (pupils - 100) / 800
        absent = {
            "2019-20": {"B": 0.2 + drives, "Z": 1.5 + fixed.uniform(-0.1, 0.1)},
            "2020-21": {"B": chance.uniform(0.1, 2.0), "Z": chance.uniform(1.0, 2.5)},
        }
        schools.append(SmallSchool(f"S{number:02d}", "primary", pupils, deprivation, absent))
    return schools


def groups_in_2020_21(folder: Path, driver: str, seed: int) -> PeerGroups:
    """Return the peer groups of the second year; both years are breaks, so that nothing else is computed."""
    files = write_city(folder / "files", schools_with(driver, seed), ("2019-20", "2020-21"))
    indicators = {"A2": load_indicators()["A2"]}
    return compute(folder / "store", "templates", files, indicators).benchmark.peers["2020-21"]


def test_groups_are_frozen_by_what_earlier_years_taught(tmp_path: Path) -> None:
    """A school's outcome of the year itself cannot choose its comparison; last year's may."""
    some = groups_in_2020_21(tmp_path / "some", "deprivation", seed=1)
    other_outcome = groups_in_2020_21(tmp_path / "other outcome", "deprivation", seed=2)
    other_past = groups_in_2020_21(tmp_path / "other past", "size", seed=1)
    assert set(some.size()) == {10}
    assert (some.peers == other_outcome.peers).all()
    assert (some.weights == other_outcome.weights).all()
    assert dict(zip(some.features.names, some.weights, strict=True))["deprivation"] > 0.7
    assert dict(zip(other_past.features.names, other_past.weights, strict=True))["size"] > 0.7
    assert (some.peers != other_past.peers).any()
