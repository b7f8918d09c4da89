"""Peer groups last: chosen once in a cycle, the same for every year, whatever comes later."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mirrors.benchmark.features import FeatureMatrix
from mirrors.benchmark.panel import Floats
from mirrors.benchmark.peer_cycle import CYCLE_YEARS, FIRST_OF_CYCLE, chosen_in, groups_by_year
from mirrors.benchmark.peer_group import PeerGroups

SCHOOLS = 80


def label(year: int) -> str:
    return f"{year}-{(year + 1) % 100:02d}"


OPENING = label(FIRST_OF_CYCLE)


def matrix(year: int, schools: Sequence[int] = range(SCHOOLS), names: int = 3) -> FeatureMatrix:
    """Return schools of one type whose context wanders from year to year."""
    rng = np.random.default_rng(5)
    still = rng.normal(size=(200, 3))
    moving = np.random.default_rng(year).normal(size=still.shape)
    chosen = np.array(schools)
    return FeatureMatrix(
        tuple(f"S{school:03d}" for school in schools),
        label(year),
        np.full(len(chosen), "primary"),
        np.full(len(chosen), 300.0),
        ("size", "one", "two")[:names],
        (still + 0.3 * moving)[chosen, :names],
    )


def learn(years: Sequence[str], of: FeatureMatrix) -> Floats | None:
    """Return weights that depend on the years learnt from."""
    return np.arange(1.0, len(of.names) + 1) + len(years) if years else None


def by_id(groups: PeerGroups) -> dict[str, set[str]]:
    ids = np.array(groups.features.school_ids)
    return {
        school: set(ids[peers[peers >= 0]]) for school, peers in zip(ids.tolist(), groups.peers, strict=True)
    }


def city(*matrices: FeatureMatrix) -> dict[str, FeatureMatrix]:
    return {each.school_year: each for each in matrices}


def of_years(first: int, last: int) -> dict[str, FeatureMatrix]:
    return city(*(matrix(year) for year in range(first, last + 1)))


def test_every_year_has_the_groups_of_the_first_year_of_the_cycle() -> None:
    groups = groups_by_year(of_years(FIRST_OF_CYCLE - 3, FIRST_OF_CYCLE + 2), learn)
    assert all(by_id(each) == by_id(groups[OPENING]) for each in groups.values())
    assert (groups[OPENING].size() == 15).all()


def test_a_publish_with_later_years_tells_the_same_peers_of_earlier_ones() -> None:
    before = groups_by_year(of_years(FIRST_OF_CYCLE - 3, FIRST_OF_CYCLE + 1), learn)
    after = groups_by_year(of_years(FIRST_OF_CYCLE - 3, FIRST_OF_CYCLE + 4), learn)
    for year, groups in before.items():
        assert (groups.peers == after[year].peers).all()
        assert (groups.distance == after[year].distance).all()


def test_groups_are_chosen_anew_when_a_cycle_begins() -> None:
    last = FIRST_OF_CYCLE + CYCLE_YEARS - 1
    before = groups_by_year(of_years(last - 3, last), learn)
    after = groups_by_year(of_years(last - 3, last + 1), learn)
    assert by_id(before[label(last)]) != by_id(after[label(last)])
    assert by_id(after[label(last)]) == by_id(after[label(last + 1)])


def test_distance_and_closeness_are_those_of_the_year_shown() -> None:
    groups = groups_by_year(of_years(FIRST_OF_CYCLE, FIRST_OF_CYCLE + 2), learn)
    for each in groups.values():
        scaled = each.features.standardised()
        apart = scaled[:, None, :] - scaled[each.peers]
        assert np.allclose(each.distance, np.sqrt((each.weights * apart**2).sum(axis=2)))
        assert (np.diff(each.distance, axis=1) >= 0).all()
    close = [each.close.mean() for each in groups.values()]
    assert close[0] > close[2], "context moves on, and the match says so"


def test_a_peer_that_is_gone_falls_out_and_nobody_takes_its_place() -> None:
    later = matrix(FIRST_OF_CYCLE + 1, range(1, SCHOOLS))
    groups = groups_by_year(city(matrix(FIRST_OF_CYCLE), later), learn)
    then, now = by_id(groups[OPENING]), by_id(groups[later.school_year])
    assert any("S000" in peers for peers in then.values())
    assert all(now[school] == then[school] - {"S000"} for school in now)


def test_a_new_school_gets_peers_and_is_nobodys_until_groups_are_chosen_again() -> None:
    later = [matrix(FIRST_OF_CYCLE + ahead, range(SCHOOLS + 1)) for ahead in (1, 2)]
    groups = groups_by_year(city(matrix(FIRST_OF_CYCLE), *later), learn)
    first, second = (by_id(groups[each.school_year]) for each in later)
    new = f"S{SCHOOLS:03d}"
    assert len(first[new]) == 15
    assert first[new] == second[new]
    assert not any(new in peers for peers in first.values())


def test_a_school_that_changes_type_gets_peers_of_its_new_type_and_is_no_longer_a_peer() -> None:
    kinds = np.array(["primary", "secondary"])[np.arange(SCHOOLS) % 2]
    then = replace(matrix(FIRST_OF_CYCLE), school_type=kinds)
    now = replace(matrix(FIRST_OF_CYCLE + 1), school_type=np.where(np.arange(SCHOOLS), kinds, "secondary"))
    groups = groups_by_year(city(then, now), learn)
    found = by_id(groups[now.school_year])
    assert {int(peer[1:]) % 2 for peer in found["S000"]} == {1}
    assert not any("S000" in peers for peers in found.values())


def test_a_first_year_with_few_of_the_schools_or_less_context_does_not_choose() -> None:
    pilot = city(matrix(FIRST_OF_CYCLE, range(40)), matrix(FIRST_OF_CYCLE + 1))
    assert chosen_in(pilot) == label(FIRST_OF_CYCLE + 1)
    less = city(matrix(FIRST_OF_CYCLE, names=1), matrix(FIRST_OF_CYCLE + 1))
    assert chosen_in(less) == label(FIRST_OF_CYCLE + 1)
    fewer_now = city(matrix(FIRST_OF_CYCLE), matrix(FIRST_OF_CYCLE + 1, names=1))
    assert chosen_in(fewer_now) == OPENING


def test_a_feature_that_a_year_does_not_know_does_not_count_in_that_year() -> None:
    later = matrix(FIRST_OF_CYCLE + 1, names=2)
    groups = groups_by_year(city(matrix(FIRST_OF_CYCLE), later), learn)
    assert by_id(groups[OPENING]) == by_id(groups[later.school_year])
    assert len(groups[later.school_year].weights) == 2
    assert np.isclose(groups[later.school_year].weights.sum(), 1.0)


def test_the_years_before_the_choice_teach_and_without_any_the_first_year_does() -> None:
    asked: list[tuple[str, ...]] = []

    def listening(years: Sequence[str], of: FeatureMatrix) -> Floats | None:
        asked.append(tuple(years))
        return learn(years, of)

    groups_by_year(of_years(FIRST_OF_CYCLE - 2, FIRST_OF_CYCLE + 1), listening)
    assert asked == [(label(FIRST_OF_CYCLE - 2), label(FIRST_OF_CYCLE - 1))]
    asked.clear()
    groups_by_year(of_years(FIRST_OF_CYCLE, FIRST_OF_CYCLE + 1), listening)
    assert asked == [(), (OPENING,)]


def test_nothing_learnt_means_that_every_feature_counts_the_same() -> None:
    groups = groups_by_year(of_years(FIRST_OF_CYCLE, FIRST_OF_CYCLE), lambda *_: None)
    assert groups[OPENING].weights.tolist() == [1 / 3] * 3
    assert groups_by_year({}, learn) == {}
