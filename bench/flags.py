"""How many listed schools truly changed this year? Simulated cities, and the rules an office might use.

A list holds up to ten schools per direction. Precision is the share of listed schools with a true step in
that direction in year T (0 for an empty list; in cities like real ones a material true change); points and
lasting are the true change of those listed, this year and over three years, over that of the best ten
possible; wrong is the share whose lasting change went the other way, small the share below 150 pupils.
`ours` are the lists as published, with the gate, and `mean2_gate` the mean of two years among the schools
that pass the same gate; all other rules name ten, `ours_ten` among them. Cities like real ones need the real
files (bench/counts.py). Run: python bench/flags.py [--quick]
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.counts import at_hand
from bench.rules import BASELINES, Chosen, Score, funnel, largest
from bench.world import LIKE, SCENARIOS, World, build, build_like
from mirrors.benchmark.change import Change, fit_change
from mirrors.benchmark.residual import Trend
from mirrors.benchmark.ten_and_ten import LONGEST_LIST, choose, gates, importance

FULL, QUICK = 20, 2
SMALL = 150
FIELDS = ("precision", "points", "lasting", "wrong", "small", "listed")
QUIET = ("no_steps", "nyc_still", "md_still")
GOALS = {
    "precision_base": "at least 0.73, where naive points reach about 0.53",
    "precision_over_mean2_worst": "at least 0: our ten beat the mean of two years in every scenario",
    "listed_quiet_year": "at most 1 school a list when nobody stepped (schools still drift)",
    "listed_nyc_still": "at most 1 school a list",
    "listed_md_still": "at most 1 school a list",
}

Floats = NDArray[np.float64]
Lists = dict[tuple[str, int], Chosen]


@dataclass(frozen=True)
class Scored:
    """One list of one replicate; shares of the listed are NaN for an empty list."""

    precision: float
    points: float
    lasting: float
    wrong: float
    small: float
    listed: int


def lists_of(world: World) -> Lists:
    """Return the schools that every rule lists, by rule and direction."""
    panel = world.panel
    trend: Trend = "type" if panel.context is None else "context"
    change = fit_change(panel, trend)
    others: dict[str, Score] = {**BASELINES, "funnel": funnel}
    scores = {"ours_ten": importance(change)} | {name: rule(panel, trend) for name, rule in others.items()}
    published = choose(change, None)
    position = {school: row for row, school in enumerate(panel.school_ids)}
    found: Lists = {}
    for sign, cards in ((1, published.rose.clear), (-1, published.improved.clear)):
        found["ours", sign] = np.array([position[card.school_id] for card in cards], dtype=np.intp)
        found |= {(name, sign): largest(sign * score, panel) for name, score in scores.items()}
        gated = np.where(passing(change, sign) & (sign * scores["mean2"] > 0), scores["mean2"], np.nan)
        found["mean2_gate", sign] = largest(sign * gated, panel)
    return found


def passing(change: Change, sign: int) -> NDArray[np.bool_]:
    """Return the schools that may stand on a list of rises (1) or falls (-1)."""
    certainty = change.p_rise if sign > 0 else change.p_fall
    return np.nan_to_num(certainty) >= gates(change)


def score(world: World, sign: int, schools: Chosen) -> Scored:
    """Compare one list with the truth."""
    stepped = sign * world.step[schools] > 0
    lasted = sign * world.lasting_points[schools]
    nobody = len(schools) == 0
    return Scored(
        precision=float(stepped.sum() / max(len(schools), 1)),
        points=_share_of_best(sign * world.true_points, schools),
        lasting=_share_of_best(sign * world.lasting_points, schools),
        wrong=float("nan") if nobody else float((lasted < 0).mean()),
        small=float("nan") if nobody else float((world.panel.pupils[schools, -1] < SMALL).mean()),
        listed=len(schools),
    )


def _share_of_best(gained: Floats, schools: Chosen) -> float:
    """Return the listed schools' gain over that of the ten who gained most."""
    return float(gained[schools].sum() / np.sort(gained)[-LONGEST_LIST:].sum())


def run(make: Callable[[int], World], replicates: int) -> dict[str, list[list[Scored]]]:
    """Return both lists of every replicate of every rule."""
    found: dict[str, list[list[Scored]]] = {}
    for seed in range(replicates):
        world = make(seed)
        both: dict[str, list[Scored]] = {}
        for (rule, sign), schools in lists_of(world).items():
            both.setdefault(rule, []).append(score(world, sign, schools))
        for rule, scored in both.items():
            found.setdefault(rule, []).append(scored)
    return found


def mean_and_error(replicates: list[list[Scored]], field: str) -> tuple[float, float]:
    """Return the mean over lists and its standard error over replicates; NaN where nobody was listed."""
    values = [[getattr(one, field) for one in lists] for lists in replicates]
    kept = [np.nanmean(lists) for lists in values if not np.isnan(lists).all()]
    if not kept:
        return float("nan"), float("nan")
    error = np.std(kept, ddof=1) / np.sqrt(len(kept)) if len(kept) > 1 else float("nan")
    return float(np.mean(kept)), float(error)


def table(name: str, found: dict[str, list[list[Scored]]]) -> None:
    """Print one scenario."""
    for rule, replicates in found.items():
        if name not in QUIET or rule == "ours":
            cells = [mean_and_error(replicates, field) for field in FIELDS]
            shown = " ".join(f"{mean:7.2f} ({error:.2f})" for mean, error in cells)
            print(f"{name:12} {rule:10} {len(replicates):4d} {shown}", flush=True)


def worlds() -> dict[str, Callable[[int], World]]:
    """Return how to build every city: the scenarios, and those like real ones whose file is at hand."""
    made: dict[str, Callable[[int], World]] = {
        name: lambda seed, scenario=scenario: build(scenario, seed) for name, scenario in SCENARIOS.items()
    }
    real = {series.name: series for series in at_hand()}
    for name, likeness in LIKE.items():
        file = f"{name.split('_')[0]}_absence"
        if file in real:
            counts = real[file].read()
            made[name] = lambda seed, counts=counts, likeness=likeness: build_like(counts, likeness, seed)
    return made


def figures_of(name: str, found: dict[str, list[list[Scored]]]) -> dict[str, float]:
    """Return the figures of one city."""
    if name in QUIET:
        label = "quiet_year" if name == "no_steps" else name
        return {f"listed_{label}": mean_and_error(found["ours"], "listed")[0]}
    figures = {}
    for rule, prefix in (
        ("ours", ""),
        ("ours_ten", "ten_"),
        ("mean2", "mean2_"),
        ("mean2_gate", "mean2_gate_"),
        ("rtm", "rtm_"),
        ("naive", "naive_"),
    ):
        for field in ("precision", "points", "lasting", "wrong", "small"):
            figures[f"{field}_{prefix}{name}"] = mean_and_error(found[rule], field)[0]
    return figures


def main() -> None:
    """Measure, print the table and, last, one line for machines."""
    started = time.perf_counter()
    replicates = QUICK if "--quick" in sys.argv[1:] else FULL
    print(f"{'city':12} rule       repl " + " ".join(f"{field:>8} (se)" for field in FIELDS))
    figures: dict[str, float] = {}
    for name, make in worlds().items():
        found = run(make, replicates)
        table(name, found)
        figures |= figures_of(name, found)
    ahead = {
        name: figures[f"precision_ten_{name}"] - figures[f"precision_mean2_{name}"]
        for name in SCENARIOS
        if name not in QUIET
    }
    figures["precision_over_mean2_worst"] = min(ahead.values())
    times = figures["precision_base"] / figures["precision_naive_base"]
    print(
        f"precision in base, ours over naive points: {times:.2f} times; {time.perf_counter() - started:.0f} s"
    )
    rounded = {name: round(value, 3) for name, value in figures.items() if not np.isnan(value)}
    goals = {name: goal for name, goal in GOALS.items() if name in figures}
    print(json.dumps({"bench": "flags", "figures": rounded, "goals": goals}))


if __name__ == "__main__":
    main()
