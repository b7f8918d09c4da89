"""The attack on the order of schools is a real one: it finds the order where it is told, and only there."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import spearmanr

from bench.attack import judge
from bench.attacked import simulated
from bench.collusion import City, Quantity, believe, estimate, restricted, with_exact_means
from bench.world import BASE, build

SCHOOLS, PEERS, YEARS = 120, 10, 2
EVERYBODY, NOBODY = np.arange(SCHOOLS), np.array([], dtype=int)


@pytest.fixture(scope="module")
def city() -> City:
    """Return a city of one type whose schools differ by themselves, with peers at random."""
    rng = np.random.default_rng(4)
    design = np.column_stack([np.ones(SCHOOLS), rng.normal(size=(SCHOOLS, 2))])
    own = rng.normal(0, 0.3, SCHOOLS)
    usual = -2.5 + design[:, 1] * 0.2
    peers = np.stack(
        [
            [rng.choice(np.delete(EVERYBODY, one), PEERS, replace=False) for one in EVERYBODY]
            for _ in range(YEARS)
        ]
    )
    quantities = []
    for year in range(YEARS):
        raw = expit(usual + own + rng.normal(0, 0.05, SCHOOLS))
        told = {"median": np.round(np.median(raw[peers[year]], axis=1) / 0.005) * 0.005}
        step = {"median": np.full(SCHOOLS, 0.005)}
        quantities.append(Quantity("A1", year, raw, told, step, np.ones(SCHOOLS), "figure"))
    return City(
        schools=SCHOOLS,
        peers=peers,
        design=np.stack([design] * YEARS),
        pupils=np.full(SCHOOLS, 300.0),
        quantities=tuple(quantities),
        targets={"A1": YEARS - 1},
        deviation={"A1": quantities[-1].raw - expit(usual)},
        neighbours=np.tile(EVERYBODY, (SCHOOLS, 1)),
        kinds=np.zeros(SCHOOLS, dtype=int),
    )


def _corr(city: City, pages: np.ndarray, known: np.ndarray) -> float:
    belief = believe(city)
    return judge(city, belief, "A1", estimate(city, belief, pages, known)["A1"], known).corr


def test_a_list_of_exact_means_gives_the_order_away(city: City) -> None:
    exact = with_exact_means(city, step=1e-4)
    assert _corr(exact, EVERYBODY, NOBODY) > 0.9
    belief = believe(exact)
    assert judge(exact, belief, "A1", estimate(exact, belief, EVERYBODY, NOBODY)["A1"], NOBODY).found >= 0.8


def test_noise_gives_nothing_away(city: City) -> None:
    rng = np.random.default_rng(8)
    exact = with_exact_means(city, step=1e-4)
    noise = tuple(replace(one, told={"mean": rng.permutation(one.told["mean"])}) for one in exact.quantities)
    assert abs(_corr(replace(exact, quantities=noise), EVERYBODY, NOBODY)) < 0.25


def test_coarser_figures_give_less_away(city: City) -> None:
    fine, coarse = with_exact_means(city, 1e-4), with_exact_means(city, 0.02)
    assert _corr(coarse, EVERYBODY, NOBODY) < _corr(fine, EVERYBODY, NOBODY) - 0.1


def test_two_pages_say_next_to_nothing_and_more_pages_say_more(city: City) -> None:
    rng = np.random.default_rng(2)
    by_size = {
        size: np.mean([_corr(city, members, members) for members in _draws(rng, size)]) for size in (2, 60)
    }
    assert abs(by_size[2]) < 0.15
    assert by_size[60] > by_size[2] + 0.2


def _draws(rng: np.random.Generator, size: int) -> list[np.ndarray]:
    return [rng.choice(SCHOOLS, size, replace=False) for _ in range(6)]


def test_what_is_left_out_is_not_read(city: City) -> None:
    nothing = restricted(city, lambda one, statistic: False)
    assert not estimate(nothing, believe(nothing), EVERYBODY, NOBODY)["A1"].any()


def test_expected_values_are_read_by_the_rule_they_are_made_by() -> None:
    simulated_city = simulated(build(BASE, 1, years=2))
    [*_, last] = simulated_city.expected
    raw = simulated_city.quantities[last.quantity].raw
    odds = np.log(raw / (1 - raw))
    told = expit(last.smoother @ odds)
    scale = np.median(last.told / told)
    assert np.abs(last.told - told * scale).max() < 0.0008
    assert spearmanr(last.told, told).statistic > 0.999
