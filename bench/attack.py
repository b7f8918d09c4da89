"""Can schools that pool what they see rebuild the order of the others? Rank correlation and ten found.

Coalitions of 2, 20 and 100 schools pool every figure of peers that their pages and exports tell, of all
years, and estimate how far every other school lies from its expected value (bench/collusion.py). `corr_N` is
the rank correlation of the estimate with the truth among all others, `ten_found_N` the share of the true ten
highest that stand among the ten highest estimated (by chance about 0.03), both means over random coalitions;
`similar_N` is the highest correlation that a coalition of schools of one neighbourhood reaches. `gain_N` is
how much better the level of the others is known than from context alone. `simple_N` is an attack by ridge on
last year's medians taken as means.

Beside it the naive product: pages that tell exact means of peers to 0.1 point (`naive_corr_N`), and an
exported list of them for all schools (`list_corr`, by colluders who add nothing). Cities: 450 simulated
schools (bench/world.py, overall absence, the `figure` table; no suffix), a synthetic city of 450 schools with
every table (`_large`), and the sample city (`_sample`), where 100 schools are most of the city and no goal
stands; for the last two the highest of overall, unauthorised and chronic absence is told.

Run: .venv/bin/python bench/attack.py [--quick | --ablation]. `--quick` takes the simulated city only,
`--ablation` tells which table of the large city gives most away.
"""

import json
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
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
PUBLISHED_OF_100 = 4
"""Coalitions of 100 in cities with every table: one takes ten seconds or more."""

NEIGHBOURHOODS = 3
HIGHEST = 10
SAMPLE = ROOT / "data" / "sample"
LARGE = CitySize(primary=260, secondary=190, very_small=6, last_year_steps=18, earlier_steps=9, excellent=12)
LARGE_SEED = 7
GOALS = {
    f"corr_{size}{city}": f"at most {most}"
    for size, most in zip(SIZES, (0.1, 0.25, 0.48), strict=True)
    for city in ("", "_large")
}


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


def figures_of(city: City, coalitions: int, suffix: str) -> dict[str, float]:
    """Return every figure of one city."""
    figures: dict[str, float] = {}
    naive, simple = with_exact_means(restricted(city, _is_median)), simplest(city)
    for size in SIZES:
        many = min(coalitions, PUBLISHED_OF_100) if suffix and size == max(SIZES) else coalitions
        drawn = random_coalitions(city, size, many)
        ours, exact = attack(city, drawn), attack(naive, drawn)
        similar = attack(city, similar_coalitions(city, size))
        at = f"{size}{suffix}"
        figures |= {
            f"corr_{at}": worst(ours, "corr"),
            f"ten_found_{at}": worst(ours, "found"),
            f"gain_{at}": worst(ours, "gain"),
            f"similar_{at}": max(one.corr for results in similar.values() for one in results),
            f"simple_{at}": worst(attack(simple, drawn), "corr"),
            f"naive_corr_{at}": worst(exact, "corr"),
            f"naive_ten_found_{at}": worst(exact, "found"),
        }
        figures[f"corr_{at}_over_naive"] = figures[f"corr_{at}"] / max(figures[f"naive_corr_{at}"], 1e-9)
    return figures | _of_list(naive, suffix, figures[f"corr_100{suffix}"])


def _of_list(naive: City, suffix: str, ours: float) -> dict[str, float]:
    """Return what an exported list of the exact means of all schools' peers gives away."""
    belief, nobody = believe(naive), np.array([], dtype=int)
    found = estimate(naive, belief, np.arange(naive.schools), nobody)
    results = [judge(naive, belief, target, guess, nobody) for target, guess in found.items()]
    corr = max(one.corr for one in results)
    return {
        f"list_corr{suffix}": corr,
        f"list_ten_found{suffix}": max(one.found for one in results),
        f"corr_100{suffix}_over_list": ours / corr,
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


def main() -> None:
    """Measure, print a table, and the figures as one JSON line."""
    started = time.perf_counter()
    warnings.filterwarnings("ignore", category=RuntimeWarning)
    if "--ablation" in sys.argv[1:]:
        print_ablation(large_city())
        return
    quick = "--quick" in sys.argv[1:]
    figures = figures_of(simulated(build(BASE, 0)), QUICK_COALITIONS if quick else COALITIONS, "")
    more: dict[str, Callable[[], City]] = {} if quick else {"_large": large_city, "_sample": sample_city}
    for suffix, make in more.items():
        figures |= figures_of(make(), COALITIONS, suffix)
    for name, value in figures.items():
        print(f"{name:32} {value:8.3f}  {GOALS.get(name, '')}")
    print(f"{time.perf_counter() - started:.0f} s")
    goals = {name: goal for name, goal in GOALS.items() if name in figures}
    rounded = {name: round(value, 3) for name, value in figures.items()}
    print(json.dumps({"bench": "attack", "figures": rounded, "goals": goals}))


if __name__ == "__main__":
    main()
