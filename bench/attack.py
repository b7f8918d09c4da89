"""Can schools that pool what they see rebuild the order of the others? Rank correlation and ten found.

Coalitions of 2, 20 and 100 schools pool every figure of peers that their pages and exports tell, and estimate
how far every other school lies from its expected value (bench/collusion.py). `corr_N` is the rank correlation
of the estimate with the truth among all others, `ten_found_N` the share of the true ten highest that stand
among the ten highest estimated (by chance about 0.03), both means over random coalitions, in the city of 450
schools that is worse for us: one simulated (`_simulated`: bench/world.py, overall absence, the `figure`
table, every year) or one made up with every table (`_synthetic`: the highest of overall, unauthorised and
chronic absence). The attackers of the latter read it in two ways, and the better one counts: every table of
the newest year, or every table of every year (slow, so by fewer coalitions of 100). `_sample` is the sample
city of 156 schools, told by itself: 20 schools are 13 % of it, 100 are most of it, and no goal stands.

Three publishes in a row tell what the last one tells: they show the same peers of the same years, for groups
stay as they are. `corr_100_anew` is what is found where groups were chosen anew in the newest year and the
colluders kept the pages of the years before (three publishes over the change; simulated city).

`similar_N` is the highest correlation of a coalition of one neighbourhood, `gain_N` how much better the level
of the others is known than from context alone, `simple_N` an attack on last year's medians taken as means.
Beside it the naive product: pages that tell exact means of peers to 0.1 point (`naive_corr_N`), and an
exported list of them for all schools (`list_corr`, by colluders who add nothing).

Read are the tables figure, kind, group, band, decomposition and step. Not read: tables of the city, in which
every school is one of all (they say how high all lie, not who); the moments of absence, which are told as an
index of the school's own average and say nothing of its level; days between steps; and the checks of expected
values, the highest and lowest of large groups without names.

Run: .venv/bin/python bench/attack.py [--quick | --ablation]. `--quick` takes the simulated city only,
`--ablation` tells which table of the synthetic city gives most away.
"""

import json
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.attacked import benchmarked, published, simulated
from bench.collusion import (
    Belief,
    City,
    Floats,
    Ints,
    Quantity,
    believe,
    estimate,
    restricted,
    with_exact_means,
)
from bench.world import BASE, build
from mirrors.sample import write_sample
from mirrors.sample.schools import CitySize

SIZES = (2, 20, 100)
COALITIONS, QUICK_COALITIONS, ABLATION_COALITIONS = 10, 6, 3
POOLED_OF_100 = 3
"""Coalitions of 100 that pool every table of every year."""

SEEDS = (0, 1)
"""Simulated cities; the quick run takes the first."""

NEIGHBOURHOODS = 3
HIGHEST = 10
SAMPLE = ROOT / "data" / "sample"
LARGE = CitySize(primary=260, secondary=190, very_small=6, last_year_steps=18, earlier_steps=9, excellent=12)
LARGE_SEED = 7
GOALS = {f"corr_{size}": f"at most {most}" for size, most in zip(SIZES, (0.1, 0.25, 0.48), strict=True)}


@dataclass(frozen=True)
class Result:
    """How one coalition did on one target."""

    corr: float
    found: float
    gain: float


def judge(city: City, belief: Belief, target: str, estimated: Floats, known: Ints) -> Result:
    """Compare estimated deviations with the truth, among the schools that are not in `known`."""
    truth = city.deviation[target]
    others = ~np.isnan(truth)
    others[known] = False
    place = city.targets[target]
    usual, level = belief.mean[place][others], city.quantities[place].raw[others]
    guess, truth = estimated[others], truth[others]
    there = ~np.isnan(level)
    better = _rank(usual[there] + guess[there], level[there]) - _rank(usual[there], level[there])
    found = np.intersect1d(_highest(guess), _highest(truth)) if guess.any() else np.array([])
    return Result(_rank(guess, truth), len(found) / HIGHEST, better)


def _highest(values: Floats) -> Ints:
    return np.argsort(-values, kind="stable")[:HIGHEST]


def _rank(one: Floats, other: Floats) -> float:
    return float(spearmanr(one, other).statistic) if np.ptp(one) > 0 else 0.0


def random_coalitions(city: City, size: int, many: int) -> list[Ints]:
    """Return coalitions drawn at random; the same city always gives the same."""
    rng = np.random.default_rng(size)
    return [rng.choice(city.schools, size, replace=False) for _ in range(many)]


def similar_coalitions(city: City, size: int) -> list[Ints]:
    """Return the nearest schools of some schools, those included."""
    centres = np.random.default_rng(size).choice(city.schools, NEIGHBOURHOODS, replace=False)
    return [city.neighbours[centre, :size] for centre in centres]


def attack(city: City, coalitions: list[Ints]) -> dict[str, list[Result]]:
    """Return by target how each coalition did."""
    belief = believe(city)
    found: dict[str, list[Result]] = {target: [] for target in city.targets}
    for members in coalitions:
        for target, estimated in estimate(city, belief, members, members).items():
            found[target].append(judge(city, belief, target, estimated, members))
    return found


def worst(found: dict[str, list[Result]], number: str) -> float:
    """Return the highest mean of a number over targets."""
    return max(float(np.mean([getattr(one, number) for one in results])) for results in found.values())


def simplest(city: City) -> City:
    """Return the city as a simple attacker reads it: the medians of the last year."""
    last = max(one.year for one in city.quantities)
    return restricted(city, lambda one, statistic: _is_median(one, statistic) and one.year == last)


def _is_median(one: Quantity, statistic: str) -> bool:
    return one.table == "figure" and statistic == "median"


def figures_of(city: City, coalitions: int) -> dict[str, float]:
    """Return every figure of one city."""
    figures: dict[str, float] = {}
    naive = with_exact_means(
        restricted(city, lambda one, name: _is_median(one, name) and _is_asked(one, city))
    )
    newest, simple = _newest(city), simplest(city)
    for size in SIZES:
        drawn = random_coalitions(city, size, coalitions)
        exact = attack(naive, drawn)
        similar = attack(newest, similar_coalitions(city, size))
        figures |= _strongest(_readings(city, newest, drawn), str(size))
        figures |= {
            f"similar_{size}": max(one.corr for results in similar.values() for one in results),
            f"simple_{size}": worst(attack(simple, drawn), "corr"),
            f"naive_corr_{size}": worst(exact, "corr"),
            f"naive_ten_found_{size}": worst(exact, "found"),
        }
        figures[f"corr_{size}_over_naive"] = figures[f"corr_{size}"] / max(
            figures[f"naive_corr_{size}"], 1e-9
        )
    return figures | _of_list(naive, figures["corr_100"])


def _newest(city: City) -> City:
    last = max(one.year for one in city.quantities)
    return restricted(city, lambda one, _: one.year == last, True)


def _is_asked(one: Quantity, city: City) -> bool:
    return one.name in city.targets


def _readings(city: City, newest: City, drawn: list[Ints]) -> list[dict[str, list[Result]]]:
    """Return what is found in everything, and in the newest year alone."""
    many_tables = len({one.table for one in city.quantities}) > 1
    fewer = POOLED_OF_100 if many_tables and len(drawn[0]) == max(SIZES) else len(drawn)
    return [attack(newest, drawn), attack(city, drawn[:fewer])]


def _strongest(readings: list[dict[str, list[Result]]], size: str) -> dict[str, float]:
    """Return the highest figures that a way of reading finds."""
    return {
        f"{name}_{size}": max(worst(found, number) for found in readings)
        for name, number in (("corr", "corr"), ("ten_found", "found"), ("gain", "gain"))
    }


def _of_list(naive: City, ours: float) -> dict[str, float]:
    """Return what an exported list of the exact means of all schools' peers gives away."""
    belief, nobody = believe(naive), np.array([], dtype=int)
    found = estimate(naive, belief, np.arange(naive.schools), nobody)
    results = [judge(naive, belief, target, guess, nobody) for target, guess in found.items()]
    corr = max(one.corr for one in results)
    return {
        "list_corr": corr,
        "list_ten_found": max(one.found for one in results),
        "corr_100_over_list": ours / corr,
    }


def large_city() -> City:
    """Return the synthetic city of 450 schools with every table."""
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder) / "files"
        write_sample(files, Path(folder) / "truth.json", LARGE_SEED, LARGE)
        return published(*benchmarked(sorted(files.iterdir())))


def sample_city() -> City:
    """Return the sample city."""
    return published(*benchmarked(sorted(path for path in SAMPLE.iterdir() if path.suffix != ".md")))


def ablations(city: City) -> Iterator[tuple[str, City]]:
    """Yield the city with one table alone, and without one table."""
    tables = sorted({one.table for one in city.quantities})
    yield "everything", city
    for table in tables:
        yield f"without {table}", restricted(city, lambda one, _, out=table: one.table != out, True)
    yield "without expected", restricted(city, lambda *_: True)
    yield "figure only", restricted(city, lambda one, _: one.table == "figure")
    yield "figure, medians only", restricted(city, _is_median)
    last = max(one.year for one in city.quantities)
    yield (
        "figure, last year only",
        restricted(city, lambda one, _: one.table == "figure" and one.year == last),
    )
    yield "figure, whole points", restricted(city, lambda one, _: one.table == "figure", step=0.01)


def print_ablation(city: City) -> None:
    """Print the correlation of every ablation."""
    for name, less in ablations(city):
        cells = [
            worst(attack(less, random_coalitions(city, size, ABLATION_COALITIONS)), "corr") for size in SIZES
        ]
        print(f"{name:32} " + " ".join(f"{cell:7.3f}" for cell in cells), flush=True)


def simulated_figures(quick: bool) -> dict[str, float]:
    """Return the figures of the simulated cities, each the mean over them."""
    coalitions = QUICK_COALITIONS if quick else COALITIONS
    found = []
    for seed in SEEDS[:1] if quick else SEEDS:
        world = build(BASE, seed)
        anew = simulated(world, anew=True)
        over = attack(anew, random_coalitions(anew, max(SIZES), coalitions))
        found.append(figures_of(simulated(world), coalitions) | {"corr_100_anew": worst(over, "corr")})
    return {name: float(np.mean([each[name] for each in found])) for name in found[0]}


def measure(quick: bool) -> dict[str, float]:
    """Return the figures of every city, and of the one of 450 schools that is worse for us."""
    of_city = {"simulated": simulated_figures(quick)}
    if not quick:
        of_city["synthetic"] = figures_of(large_city(), COALITIONS)
    names = [f"{name}_{size}" for size in SIZES for name in ("corr", "ten_found")]
    worse = {name: max(figures[name] for figures in of_city.values()) for name in names}
    if not quick:
        of_city["sample"] = figures_of(sample_city(), COALITIONS)
    each = {f"{name}_{city}": value for city, figures in of_city.items() for name, value in figures.items()}
    return worse | each


def main() -> None:
    """Measure, print a table, and the figures as one JSON line."""
    started = time.perf_counter()
    warnings.filterwarnings("ignore", category=RuntimeWarning)
    if "--ablation" in sys.argv[1:]:
        print_ablation(large_city())
        return
    figures = measure("--quick" in sys.argv[1:])
    for name, value in figures.items():
        print(f"{name:40} {value:8.3f}  {GOALS.get(name, '')}")
    print(f"{time.perf_counter() - started:.0f} s")
    rounded = {name: round(value, 3) for name, value in figures.items()}
    print(json.dumps({"bench": "attack", "figures": rounded, "goals": GOALS}))


if __name__ == "__main__":
    main()
