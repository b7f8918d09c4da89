"""What the rate of the same absences tells about a share of pupils beyond a threshold."""

from dataclasses import replace

import numpy as np
import pytest

from mirrors.benchmark.benchmark import run_benchmark
from mirrors.benchmark.borrowing import FEWEST_SCHOOLS_IN_BOTH, blend, steadied_points
from mirrors.benchmark.change import Change
from mirrors.benchmark.jumps import PRIOR_MEAN, model_from
from mirrors.benchmark.ten_and_ten import choose
from mirrors.definitions import load_indicators, load_jurisdiction
from mirrors.store import open_facts
from tests.spec.cities import sample_city

SCHOOLS = 40


def change_of(log_odds: np.ndarray, level: float = 0.2) -> Change:
    """Return schools S00, S01, ... that changed by these log-odds, all of them clearly."""
    now = np.full(len(log_odds), level)
    before = 1 / (1 + (1 - now) / now * np.exp(log_odds))
    return Change(
        school_ids=tuple(f"S{school:02d}" for school in range(len(log_odds))),
        years=("2021-22", "2022-23", "2023-24", "2024-25"),
        eligible=~np.isnan(log_odds),
        years_used=np.full(len(log_odds), 4),
        points=now - before,
        log_odds=log_odds,
        p_rise=np.full(len(log_odds), 0.8),
        p_fall=np.full(len(log_odds), 0.8),
        level=now,
        before=before,
        model=model_from(PRIOR_MEAN),
    )


def moves(seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Return changes of a share and of the rate behind it, which have something in common."""
    rng = np.random.default_rng(seed)
    common = rng.normal(0, 0.2, SCHOOLS)
    return common + rng.normal(0, 0.1, SCHOOLS), 0.4 * common + rng.normal(0, 0.04, SCHOOLS)


def test_the_rate_counts_for_what_both_have_in_common() -> None:
    own, rate = moves()
    r = np.corrcoef(own, rate)[0, 1]
    expected = (1 - r**2) * own + r**2 * rate * own.std() / rate.std()
    assert 0.5 < r < 0.99
    assert blend(own, rate) == pytest.approx(expected)


def test_a_share_that_falls_when_absence_rises_is_drawn_the_other_way() -> None:
    own, rate = moves()
    assert blend(-own, rate) == pytest.approx(-blend(own, rate))


def test_a_rate_that_moves_otherwise_tells_nothing() -> None:
    own = np.tile([0.1, -0.1, 0.1, -0.1], 10)
    assert blend(own, np.tile([0.3, 0.3, -0.3, -0.3], 10)) == pytest.approx(own)


def test_scale_of_the_rate_does_not_matter() -> None:
    own, rate = moves()
    assert blend(own, 7 * rate) == pytest.approx(blend(own, rate))


def test_a_school_without_a_rate_keeps_its_own() -> None:
    own, rate = moves()
    rate[[2, 5]] = np.nan
    own[7] = np.nan
    found = blend(own, rate)
    assert found[[2, 5]] == pytest.approx(own[[2, 5]])
    assert np.isnan(found[7])
    assert not np.isclose(found[0], own[0])


def test_few_schools_in_both_tell_nothing() -> None:
    own, rate = moves()
    rate[FEWEST_SCHOOLS_IN_BOTH - 1 :] = np.nan
    assert blend(own, rate) == pytest.approx(own)


def test_points_are_those_of_the_blended_log_odds() -> None:
    own, rate = moves()
    found = steadied_points(change_of(own), change_of(rate, 0.05))
    for school, moved in enumerate(blend(own, rate)):
        odds_before = 0.2 / 0.8 * np.exp(-moved)
        assert found[school] == pytest.approx(0.2 - odds_before / (1 + odds_before))


def test_schools_are_matched_by_their_identifier() -> None:
    own, rate = moves()
    change, of_rate = change_of(own), change_of(rate)
    turned = replace(of_rate, school_ids=of_rate.school_ids[::-1], log_odds=rate[::-1].copy())
    assert steadied_points(change, turned) == pytest.approx(steadied_points(change, of_rate))
    elsewhere = replace(of_rate, school_ids=tuple(f"X{school}" for school in range(SCHOOLS)))
    assert steadied_points(change, elsewhere) == pytest.approx(change.points)


def test_another_school_year_is_refused() -> None:
    own, rate = moves()
    of_rate = replace(change_of(rate), years=("2020-21", "2021-22", "2022-23", "2023-24"))
    with pytest.raises(ValueError, match="same school year"):
        steadied_points(change_of(own), of_rate)


def test_of_two_equal_shares_the_one_with_the_larger_rise_of_the_rate_is_listed() -> None:
    own, rate = moves()
    own[:11], rate[:11] = 0.5, 0.2
    rate[4] = 0.0
    change, of_rate = change_of(own), change_of(rate)
    alone, helped = choose(change, None).rose, choose(change, None, of_rate).rose
    assert "S04" in {card.school_id for card in alone.clear}
    assert {card.school_id for card in helped.clear} == {f"S{school:02d}" for school in range(11)} - {"S04"}
    own_points = {card.school_id: card.points for card in alone.clear}
    assert all(card.points == own_points.get(card.school_id, card.points) for card in helped.clear)


@pytest.mark.long
def test_the_benchmark_steadies_a_share_by_the_rate_of_the_same_absences() -> None:
    city = sample_city()
    jurisdiction = load_jurisdiction("flanders").model_copy(update={"lists": ("B2", "A1", "A2")})
    chosen = {key: load_indicators()[key] for key in ("B2", "A1", "A2")}
    with open_facts(city.folder) as facts:
        judged = run_benchmark(facts, chosen, jurisdiction).judged
    latest = {one.indicator: one for one in judged if one.school_year == judged[-1].school_year}
    share, rate = latest["B2"], latest["A2"]
    expected = choose(share.change, None, rate.change)
    assert (share.lists.rose, share.lists.improved) == (expected.rose, expected.improved)
    assert np.nanmax(np.abs(steadied_points(share.change, rate.change) - share.change.points)) > 0.001
    alone = choose(rate.change, None)
    assert (rate.lists.rose, rate.lists.improved) == (alone.rose, alone.improved)
