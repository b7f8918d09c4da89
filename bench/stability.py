"""Does the change that put a school on a list last? Real schools of New York City and Maryland, years on.

Per list the measure is the change from before the choosing years to after them, in percentage points against
schools of the same type, signed in the list's direction. Choosing years are T-2, T-1 and T; base is T-3 (mean
with T-4 where present); outcome is T+1 (mean with T+2 where present). "Half" is the share of the listed
schools that keep at least half of their change from T-1 to T. Every rule lists ten schools a direction, but
`listed`, which is our lists as published, with the gate. Maryland gives bounds for low values: a number
stands in for them (bench/counts.py), schools with bounds in all choosing years take no part, and the series
called exact leave all bounds out, as a published city does. Run: python bench/stability.py [--quick]
"""

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.counts import DATA, Counts, Series, at_hand, panel_of
from bench.rules import BASELINES, Chosen, largest, net_points
from mirrors.benchmark.change import fit_change
from mirrors.benchmark.panel import Panel
from mirrors.benchmark.ten_and_ten import choose, importance

RULES = ("ours", "listed", *BASELINES, "best")
MAIN_SERIES = ("nyc_absence", "nyc_chronic", "md_absence", "md_more20")
EVERY_IN_QUICK = 3

TO_BEAT = {"nyc_absence": 6.10, "nyc_chronic": 13.94, "md_absence": 3.87, "md_more20": 9.70}
"""Lasting points of the rule that ours replaces: credit one half, order in plain points."""

BETTER_ON_THE_MEAN = 1.05

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """What became of one list: points that lasted, shares keeping half and direction, and who was on it."""

    sign: int
    lasting: float
    half: float
    same: float
    schools: int
    pupils: float


def mean_of_present(net: Floats, years: list[int]) -> Floats:
    """Return the mean over the years that a school has, NaN when it lacks the first one."""
    first, rest = net[:, years[0]], net[:, years[1:]]
    seen = ~np.isnan(rest)
    mean = (first + np.where(seen, rest, 0).sum(axis=1)) / (1 + seen.sum(axis=1))
    return np.asarray(mean)


def lists_of(panel: Panel, lasting: Floats) -> dict[tuple[str, int], Chosen]:
    """Return the schools each rule lists in each direction, among those whose outcome is known."""
    change = fit_change(panel, "type")
    published = choose(change, None)
    position = {school: row for row, school in enumerate(panel.school_ids)}
    scores = {"ours": importance(change), "best": lasting}
    scores |= {rule: score(panel, "type") for rule, score in BASELINES.items()}
    found = {(rule, sign): largest(sign * score, panel) for rule, score in scores.items() for sign in (1, -1)}
    for sign, cards in ((1, published.rose.clear), (-1, published.improved.clear)):
        found["listed", sign] = np.array([position[card.school_id] for card in cards], dtype=np.intp)
    return found


def measure(counts: Counts, target: int) -> dict[str, list[Outcome]]:
    """Return what became of every rule's two lists of one target year."""
    known = counts.years
    choosing = known[target - 2 : target + 1]
    net = net_points(panel_of(counts, counts.absent.index, known))
    base = mean_of_present(net, [year for year in (target - 3, target - 4) if year >= 0])
    after = mean_of_present(net, [year for year in (target + 1, target + 2) if year < len(known)])
    bounds_only = counts.bounded[list(choosing)].all(axis=1).to_numpy()
    followed = ~np.isnan(after - base) & ~bounds_only
    panel = panel_of(counts, counts.absent.index[followed], choosing)
    lasting, latest = (after - base)[followed], (net[:, target] - net[:, target - 1])[followed]
    found: dict[str, list[Outcome]] = {rule: [] for rule in RULES}
    for (rule, sign), schools in lists_of(panel, lasting).items():
        if len(schools):
            found[rule].append(outcome(panel, sign, lasting[schools], latest[schools], schools))
    return found


def outcome(panel: Panel, sign: int, lasting: Floats, latest: Floats, schools: Chosen) -> Outcome:
    """Return what became of the schools of one list."""
    kept = sign * lasting
    return Outcome(
        sign=sign,
        lasting=float(kept.mean()),
        half=float((kept >= 0.5 * sign * latest).mean()),
        same=float((kept > 0).mean()),
        schools=len(schools),
        pupils=float(np.median(panel.pupils[schools, -1])),
    )


def over_years(counts: Counts, targets: tuple[int, ...]) -> dict[str, list[Outcome]]:
    """Return every rule's lists over all target years."""
    measured = [measure(counts, target) for target in targets]
    return {rule: [one for found in measured for one in found[rule]] for rule in RULES}


def mean_of(outcomes: list[Outcome], field: str, sign: int = 0) -> float:
    """Return the mean over the lists, of one direction unless `sign` is 0; NaN without any."""
    values = [getattr(one, field) for one in outcomes if sign in (0, one.sign)]
    return float(np.mean(values)) if values else float("nan")


def line(name: str, rule: str, outcomes: list[Outcome]) -> str:
    """Return one row of the table."""
    lasting = np.array([one.lasting for one in outcomes])
    error = lasting.std(ddof=1) / np.sqrt(len(lasting)) if len(lasting) > 1 else float("nan")
    cells = [mean_of(outcomes, "half"), mean_of(outcomes, "same")]
    cells += [mean_of(outcomes, field, sign) for sign in (1, -1) for field in ("lasting", "half")]
    return (
        f"{name:17} {rule:8} {len(outcomes):5d} {mean_of(outcomes, 'schools'):7.1f} {lasting.mean():8.2f} "
        f"{error:5.2f} " + " ".join(f"{cell:6.2f}" for cell in cells) + f" {mean_of(outcomes, 'pupils'):6.0f}"
    )


def figures_of(name: str, found: dict[str, list[Outcome]]) -> dict[str, float]:
    """Return the figures of every rule, and of ours by direction."""
    figures = {}
    for rule in RULES:
        figures[f"lasting_{rule}_{name}"] = mean_of(found[rule], "lasting")
        figures[f"half_{rule}_{name}"] = mean_of(found[rule], "half")
    for sign, direction in ((1, "rise"), (-1, "improved")):
        figures[f"lasting_ours_{name}_{direction}"] = mean_of(found["ours"], "lasting", sign)
        figures[f"half_ours_{name}_{direction}"] = mean_of(found["ours"], "half", sign)
    figures[f"schools_listed_{name}"] = mean_of(found["listed"], "schools")
    return figures


def report(figures: dict[str, float]) -> None:
    """Print the goals and, last, one line for machines."""
    goals = {
        f"lasting_ours_{name}": f"at least {best:.2f}, the rule before this one"
        for name, best in TO_BEAT.items()
        if f"lasting_ours_{name}" in figures
    }
    if len(goals) == len(TO_BEAT):
        wanted = BETTER_ON_THE_MEAN * float(np.mean(list(TO_BEAT.values())))
        figures["lasting_ours_mean"] = float(np.mean([figures[goal] for goal in goals]))
        figures["lasting_mean2_mean"] = float(np.mean([figures[f"lasting_mean2_{name}"] for name in TO_BEAT]))
        goals["lasting_ours_mean"] = f"at least {wanted:.2f}, five per cent above the rule before this one"
    rounded = {name: round(value, 3) for name, value in figures.items()}
    print(json.dumps({"bench": "stability", "figures": rounded, "goals": goals}))


def targets_of(series: Series, quick: bool) -> tuple[int, ...]:
    """Return the target years to measure; with --quick every third one of a long series."""
    return (
        series.targets[::EVERY_IN_QUICK] if quick and len(series.targets) > EVERY_IN_QUICK else series.targets
    )


def main() -> None:
    """Measure all series at hand; --quick leaves out the exact ones and two in three Maryland years."""
    started = time.perf_counter()
    quick = "--quick" in sys.argv[1:]
    figures: dict[str, float] = {}
    series_at_hand = [one for one in at_hand() if not quick or one.name in MAIN_SERIES]
    if not series_at_hand:
        print(f"no real data at {DATA}: set MIRRORS_REAL_DATA; skipped")
    print(f"{'':42}both{'':24} rises{'':9}improvements")
    print(
        f"{'series':17} rule     lists schools  lasting    se   half   same "
        + "lastng   half " * 2
        + "pupils"
    )
    for series in series_at_hand:
        found = over_years(series.read(), targets_of(series, quick))
        for rule in RULES:
            if found[rule]:
                print(line(series.name, rule, found[rule]))
        figures |= figures_of(series.name, found)
    print("lasting in points per listed school; se over lists, too small because years overlap")
    print("listed: ours as published, three years of data, with the gate; lists with nobody on them left out")
    print(f"{time.perf_counter() - started:.0f} s")
    report(figures)


if __name__ == "__main__":
    main()
