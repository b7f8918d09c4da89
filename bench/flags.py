"""How many listed schools truly stepped this year? A simulated city, and the rules an office might use.

A list holds up to ten schools per direction. Precision is the share of listed schools with a true step in
that direction in year T (0 for an empty list); points share is the true lasting change of those listed over
that of the best ten possible.
Run: python bench/flags.py [--quick]
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

from bench.world import SCENARIOS, World, build
from mirrors.benchmark.change import fit_change
from mirrors.benchmark.level import fit_level
from mirrors.benchmark.panel import Panel
from mirrors.benchmark.residual import minus_type_median
from mirrors.benchmark.ten_and_ten import LONGEST_LIST, choose

FULL, QUICK = 150, 30
WINSORISED = 0.10
PUPIL_VARIANCE = 1.8
GOALS = {
    "precision_base": "at least 0.64, where naive points reach about 0.53",
    "points_share_base": "at least 0.73 of the best possible points",
    "listed_quiet_year": "at most 3 schools a list when no school stepped",
}

Floats = NDArray[np.float64]
Chosen = NDArray[np.intp]
Rule = Callable[[Panel], dict[int, Chosen]]


@dataclass(frozen=True)
class Scored:
    """One list of one replicate."""

    precision: float
    points_share: float
    listed: int


def both_ends(score: Floats) -> dict[int, Chosen]:
    """Return the ten highest (1) and the ten lowest (-1) scores."""
    order = np.argsort(score, kind="stable")
    return {1: order[-LONGEST_LIST:], -1: order[:LONGEST_LIST]}


def ours(panel: Panel) -> dict[int, Chosen]:
    """Return the lists as published."""
    lists = choose(fit_change(panel, "context"), fit_level(panel, "context"))
    position = {school: row for row, school in enumerate(panel.school_ids)}
    rows = {1: lists.rose.clear, -1: lists.improved.clear}
    return {sign: np.array([position[c.school_id] for c in cards], int) for sign, cards in rows.items()}


def ungated(panel: Panel) -> dict[int, Chosen]:
    """Return the ten largest expected changes without asking for certainty."""
    return both_ends(fit_change(panel, "context").points)


def naive_points(panel: Panel) -> dict[int, Chosen]:
    """Return the largest changes in percentage points."""
    rate = panel.absent / panel.possible
    return both_ends(rate[:, -1] - rate[:, -2])


def naive_percent(panel: Panel) -> dict[int, Chosen]:
    """Return the largest changes in per cent of last year's rate."""
    rate = panel.absent / panel.possible
    return both_ends(rate[:, -1] / rate[:, -2])


def funnel(panel: Panel) -> dict[int, Chosen]:
    """Return the largest z of a funnel plot with additive over-dispersion (Spiegelhalter 2005).

    The change in log-odds without the type's trend; chance by the number of pupils, whose true variance the
    funnel is told; spread beyond chance by DerSimonian-Laird from z-scores winsorised at both ends.
    """
    moved = minus_type_median(panel.y[:, -1] - panel.y[:, -2], panel.school_type, panel.eligible)
    chance = 2 * PUPIL_VARIANCE / panel.pupils[:, -1]
    z = moved / np.sqrt(chance)
    kept = np.clip(z, *np.quantile(z, [WINSORISED, 1 - WINSORISED]))
    weight = 1 / chance
    excess = (kept**2).sum() - (len(z) - 1)
    between = max(0.0, excess / (weight.sum() - (weight**2).sum() / weight.sum()))
    return both_ends(moved / np.sqrt(chance + between))


RULES: dict[str, Rule] = {
    "ours": ours,
    "ours, no gate": ungated,
    "naive points": naive_points,
    "naive per cent": naive_percent,
    "funnel": funnel,
}


def score(world: World, chosen: dict[int, Chosen]) -> list[Scored]:
    """Compare both lists of one replicate with the truth."""
    scored = []
    for sign, schools in chosen.items():
        gained = sign * world.true_points
        stepped = sign * world.step[schools] > 0
        scored.append(
            Scored(
                precision=float(stepped.sum() / max(len(schools), 1)),
                points_share=float(gained[schools].sum() / np.sort(gained)[-LONGEST_LIST:].sum()),
                listed=len(schools),
            )
        )
    return scored


def run(scenario: str, replicates: int, rules: dict[str, Rule]) -> dict[str, list[list[Scored]]]:
    """Return both lists of every replicate of every rule."""
    found: dict[str, list[list[Scored]]] = {name: [] for name in rules}
    for seed in range(replicates):
        world = build(SCENARIOS[scenario], seed)
        for name, rule in rules.items():
            found[name].append(score(world, rule(world.panel)))
    return found


def mean_and_error(replicates: list[list[Scored]], field: str) -> tuple[float, float]:
    """Return the mean over lists and its standard error over replicates."""
    each = np.array([np.mean([getattr(scored, field) for scored in lists]) for lists in replicates])
    return float(each.mean()), float(each.std(ddof=1) / np.sqrt(len(each)))


def table(scenario: str, found: dict[str, list[list[Scored]]]) -> None:
    """Print one scenario."""
    for name, replicates in found.items():
        cells = ""
        for field in ("precision", "points_share", "listed"):
            mean, error = mean_and_error(replicates, field)
            cells += f"{mean:10.3f} ({error:.3f})"
        print(f"{scenario:9} {name:15} {len(replicates):4d} {cells}")


def main() -> None:
    """Measure, print the table and, last, one line for machines."""
    started = time.perf_counter()
    replicates = QUICK if "--quick" in sys.argv[1:] else FULL
    print(
        f"scenario  rule            repl {'precision (se)':>18}{'points share (se)':>18}{'listed (se)':>18}"
    )
    base = run("base", replicates, RULES)
    table("base", base)
    quiet = run("no_steps", replicates, {"ours": ours})
    table("no_steps", quiet)
    figures = {
        "precision_base": mean_and_error(base["ours"], "precision")[0],
        "naive_pp_base": mean_and_error(base["naive points"], "precision")[0],
        "naive_pct_base": mean_and_error(base["naive per cent"], "precision")[0],
        "funnel_base": mean_and_error(base["funnel"], "precision")[0],
        "points_share_base": mean_and_error(base["ours"], "points_share")[0],
        "naive_points_share_base": mean_and_error(base["naive points"], "points_share")[0],
        "funnel_points_share_base": mean_and_error(base["funnel"], "points_share")[0],
        "listed_quiet_year": mean_and_error(quiet["ours"], "listed")[0],
    }
    times = figures["precision_base"] / figures["naive_pp_base"]
    print(f"precision, ours over naive points: {times:.2f} times; {time.perf_counter() - started:.1f} s")
    rounded = {name: round(value, 3) for name, value in figures.items()}
    print(json.dumps({"bench": "flags", "figures": rounded, "goals": GOALS}))


if __name__ == "__main__":
    main()
