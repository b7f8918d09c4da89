"""Does the change that put a school on a list last? Real schools of New York City and Maryland, years on.

Per list the measure is the change from before the choosing years to after them, in percentage points against
schools of the same type, signed in the list's direction. Choosing years are T-2, T-1 and T; base is T-3 (mean
with T-4 where present); outcome is T+1 (mean with T+2 where present). "Half" is the share of the listed
schools that keep at least half of their change from T-1 to T. "City" is as lasting, for the list of a city of
450 schools drawn at random from all of them, averaged over every draw: it rests on many more schools than
one list. Every rule lists ten schools a direction, but `listed`, our lists as published, with the gate.
`alone` is ours without the help of the rate that a share of pupils beyond a threshold gets, and `mean2_rate`
the mean of two years with it; `context` is ours with trends of context taken out, and `type` without, on the
same lists. Maryland gives bounds for low values: a number stands in for them (bench/counts.py), schools with
bounds in all choosing years take no part, and the series called exact leave all bounds out, as a published
city does. Run: python bench/stability.py [--quick]
"""

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.counts import DATA, Counts, Series, at_hand, panel_of
from bench.rules import BASELINES, Chosen, largest, mean_of_two, net_points
from mirrors.benchmark.borrowing import blend
from mirrors.benchmark.change import Change, fit_change
from mirrors.benchmark.panel import Panel
from mirrors.benchmark.ten_and_ten import LONGEST_LIST, choose, importance

RULES = ("ours", "listed", "alone", "context", "type", *BASELINES, "mean2_rate", "best")
MAIN_SERIES = ("nyc_absence", "nyc_chronic", "md_absence", "md_more20")
EVERY_IN_QUICK = 3
CITY = 450

TO_BEAT = {"nyc_absence": 6.10, "nyc_chronic": 13.94, "md_absence": 3.87, "md_more20": 9.70}
"""Lasting points of the rule that ours replaces: credit one half, order in plain points."""

BETTER_ON_THE_MEAN = 1.05

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """What became of one list: points that lasted, shares keeping half and direction, and who was on it.

    `city` is the points that last for the lists of smaller cities, NaN where a rule is no order.
    """

    sign: int
    lasting: float
    city: float
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


def scores_of(panel: Panel, rate: Panel | None, change: Change, of_rate: Change | None) -> dict[str, Floats]:
    """Return how far every rule says each school rose."""
    scores = {rule: score(panel, "type") for rule, score in BASELINES.items()}
    scores["ours"] = importance(change, of_rate)
    if rate:
        scores |= {"alone": importance(change), "mean2_rate": mean_of_two_with_rate(panel, rate)}
    if panel.context is not None:
        net = importance(fit_change(panel, "context"), fit_change(rate, "context") if rate else None)
        scores |= {"type": scores["ours"], "context": net}
    return scores


def published(change: Change, of_rate: Change | None) -> dict[int, Chosen]:
    """Return the schools of our lists as published, by direction."""
    lists = choose(change, None, of_rate)
    position = {school: row for row, school in enumerate(change.school_ids)}
    return {
        sign: np.array([position[card.school_id] for card in cards], dtype=np.intp)
        for sign, cards in ((1, lists.rose.clear), (-1, lists.improved.clear))
    }


def in_cities(score: Floats, kept: Floats, panel: Panel) -> float:
    """Return the mean of `kept` over the ten of every city of 450 schools drawn from the panel.

    The school of rank r is drawn with probability p = 450 / schools, and is among its city's ten when at most
    nine of the r - 1 before it are drawn.
    """
    judged = np.flatnonzero(panel.eligible & ~np.isnan(score))
    order = judged[np.argsort(-score[judged], kind="stable")]
    share = min(1.0, CITY / len(order))
    listed = share * binom.cdf(LONGEST_LIST - 1, np.arange(len(order)), share)
    return float((listed * kept[order]).sum() / listed.sum())


def mean_of_two_with_rate(panel: Panel, rate: Panel) -> Floats:
    """Return the mean of two years helped by the rate in the way that ours is."""
    of_rate = dict(zip(rate.school_ids, mean_of_two(rate, "type"), strict=True))
    other = np.array([of_rate.get(school, np.nan) for school in panel.school_ids])
    return blend(mean_of_two(panel, "type"), other)


def known_panel(counts: Counts, choosing: tuple[str, ...]) -> Panel:
    """Return the choosing years of all schools that have more than bounds in them."""
    bounds_only = counts.bounded[list(choosing)].all(axis=1)
    return panel_of(counts, counts.absent.index[~bounds_only], choosing)


def measure(counts: Counts, target: int, rate: Counts | None) -> dict[str, list[Outcome]]:
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
    rates = known_panel(rate, choosing) if rate else None
    change, of_rate = fit_change(panel, "type"), fit_change(rates, "type") if rates else None
    for rule, score in ({"best": lasting} | scores_of(panel, rates, change, of_rate)).items():
        for sign in (1, -1):
            schools = largest(sign * score, panel)
            city = in_cities(sign * score, sign * lasting, panel)
            found[rule].append(outcome(panel, sign, lasting[schools], latest[schools], schools, city))
    for sign, schools in published(change, of_rate).items():
        if len(schools):
            found["listed"].append(outcome(panel, sign, lasting[schools], latest[schools], schools))
    return found


def outcome(
    panel: Panel, sign: int, lasting: Floats, latest: Floats, schools: Chosen, city: float = float("nan")
) -> Outcome:
    """Return what became of the schools of one list."""
    kept = sign * lasting
    return Outcome(
        sign=sign,
        lasting=float(kept.mean()),
        city=city,
        half=float((kept >= 0.5 * sign * latest).mean()),
        same=float((kept > 0).mean()),
        schools=len(schools),
        pupils=float(np.median(panel.pupils[schools, -1])),
    )


def over_years(series: Series, targets: tuple[int, ...]) -> dict[str, list[Outcome]]:
    """Return every rule's lists over all target years."""
    counts, rate = series.read(), series.rate() if series.rate else None
    measured = [measure(counts, target, rate) for target in targets]
    return {rule: [one for found in measured for one in found[rule]] for rule in RULES}


def mean_of(outcomes: list[Outcome], field: str, sign: int = 0) -> float:
    """Return the mean over the lists, of one direction unless `sign` is 0; NaN without any."""
    values = [getattr(one, field) for one in outcomes if sign in (0, one.sign)]
    return float(np.mean(values)) if values else float("nan")


def line(name: str, rule: str, outcomes: list[Outcome]) -> str:
    """Return one row of the table."""
    lasting = np.array([one.lasting for one in outcomes])
    error = lasting.std(ddof=1) / np.sqrt(len(lasting)) if len(lasting) > 1 else float("nan")
    cells = [mean_of(outcomes, "city"), mean_of(outcomes, "half"), mean_of(outcomes, "same")]
    cells += [mean_of(outcomes, field, sign) for sign in (1, -1) for field in ("lasting", "half")]
    return (
        f"{name:17} {rule:10} {len(outcomes):5d} {mean_of(outcomes, 'schools'):7.1f} {lasting.mean():8.2f} "
        f"{error:5.2f} " + " ".join(f"{cell:6.2f}" for cell in cells) + f" {mean_of(outcomes, 'pupils'):6.0f}"
    )


def figures_of(name: str, found: dict[str, list[Outcome]]) -> dict[str, float]:
    """Return the figures of every rule, and of ours by direction."""
    figures = {}
    for rule in (rule for rule in RULES if found[rule]):
        figures[f"lasting_{rule}_{name}"] = mean_of(found[rule], "lasting")
        figures[f"half_{rule}_{name}"] = mean_of(found[rule], "half")
        figures[f"city_{rule}_{name}"] = mean_of(found[rule], "city")
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
        for rule in ("ours", "mean2"):
            of_rule = {name: figures[f"lasting_{rule}_{name}"] for name in TO_BEAT}
            figures[f"lasting_{rule}_mean"] = float(np.mean(list(of_rule.values())))
            figures[f"ratio_{rule}_mean"] = float(
                np.mean([of_rule[name] / TO_BEAT[name] for name in TO_BEAT])
            )
        print("mean: of the lasting points of four series; ratio: mean of their ratios to the rule before")
        goals["lasting_ours_mean"] = f"at least {wanted:.2f}, five per cent above the rule before this one"
        goals["ratio_ours_mean"] = f"at least {BETTER_ON_THE_MEAN}"
    rounded = {name: round(value, 3) for name, value in figures.items() if not np.isnan(value)}
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
    print(f"{'':44}both{'':31} rises{'':9}improvements")
    print(
        f"{'series':17} rule       lists schools  lasting    se   city   half   same "
        + "lastng   half " * 2
        + "pupils"
    )
    for series in series_at_hand:
        found = over_years(series, targets_of(series, quick))
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
