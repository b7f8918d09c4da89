"""Does the change that put a school on a list last? Real schools of New York City, four years on.

Per list the measure is the change from before the choosing years to after them, in percentage points against
schools of the same type, signed in the list's direction. Choosing years are T-2, T-1 and T; base is T-3 (mean
with T-4 where present); outcome is T+1 (mean with T+2 where present). "Half" is the share of the listed
schools that keep at least half of their change from T-1 to T. Run: python bench/stability.py [--quick]
"""

import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from mirrors.benchmark.change import Change, fit_change
from mirrors.benchmark.level import fit_level
from mirrors.benchmark.panel import Panel
from mirrors.benchmark.residual import minus_type_median
from mirrors.benchmark.ten_and_ten import LONGEST_LIST, choose

DATA = Path(os.environ.get("MIRRORS_REAL_DATA", ROOT.parent / "shared" / "data")) / "nyc"
EARLY = "nyc_attendance_demographics_2013-14_to_2017-18__merged.csv"
LATE = "attendance_all_years.csv"
FEWEST_IN_GRADES = 5
AT_LEAST_TIMES_NAIVE = 1.25
RULES = ("ours", "ours_ten", "naive", "best")

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Counts:
    """One indicator's counts per school (index) and school year (columns), and each school's type."""

    absent: pd.DataFrame
    possible: pd.DataFrame
    pupils: pd.DataFrame
    school_type: pd.Series
    most: float


@dataclass(frozen=True)
class Outcome:
    """What became of one list: percentage points that lasted, share keeping half, schools on it."""

    lasting: float
    half: float
    schools: int


def school_type(early: pd.DataFrame) -> pd.Series:
    """Return which of elementary, middle and high grades each school served when last seen."""
    levels = {
        "elementary": ["Grade K", *[f"Grade {grade}" for grade in range(1, 6)]],
        "middle": [f"Grade {grade}" for grade in range(6, 9)],
        "high": [f"Grade {grade}" for grade in range(9, 13)],
    }
    last = early.sort_values("Year").groupby("DBN").last()
    serves = {level: last[grades].sum(axis=1) >= FEWEST_IN_GRADES for level, grades in levels.items()}
    return pd.DataFrame(serves).apply(lambda row: "+".join(row.index[row]) or "other", axis=1)


def wide(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return one column as schools by school years."""
    return rows.pivot(index="school", columns="year", values=column).astype(float)


def read_absence(folder: Path) -> Counts:
    """Return days absent, 2013-14 to 2019-20 (which ends in March)."""
    early = pd.read_csv(folder / EARLY)
    late = pd.read_csv(folder / LATE)
    first = early.rename(
        columns={
            "DBN": "school",
            "Year": "year",
            "# Days Absent": "absent",
            "# Total Days": "possible",
            "# Contributing 20+ Total Days": "pupils",
        }
    )
    then = late[late["year"].isin(["2018-19", "2019-20"])].rename(
        columns={
            "dbn": "school",
            "days_absent": "absent",
            "total_days": "possible",
            "contributing_10_total_days": "pupils",
        }
    )
    columns = ["school", "year", "absent", "possible", "pupils"]
    rows = pd.concat([first[columns], then[columns]])
    return Counts(wide(rows, "absent"), wide(rows, "possible"), wide(rows, "pupils"), school_type(early), 0.8)


def read_chronic(folder: Path) -> Counts:
    """Return chronically absent pupils, 2013-14 to 2017-18; later years count another set of pupils."""
    early = pd.read_csv(folder / EARLY)
    rows = early.rename(
        columns={
            "DBN": "school",
            "Year": "year",
            "# Chronically Absent": "absent",
            "# Contributing 20+ Total Days": "possible",
        }
    )
    pupils = wide(rows, "possible")
    return Counts(wide(rows, "absent"), pupils, pupils, school_type(early), 1.0)


def panel_of(counts: Counts, schools: pd.Index, years: tuple[str, ...]) -> Panel:
    """Return what a city knew at the end of the last of these years."""
    columns = list(years)
    return Panel(
        school_ids=tuple(schools),
        years=years,
        absent=counts.absent.loc[schools, columns].to_numpy(),
        possible=counts.possible.loc[schools, columns].to_numpy(),
        pupils=counts.pupils.loc[schools, columns].to_numpy(),
        school_type=counts.school_type.reindex(schools, fill_value="other").to_numpy(dtype=str),
        context=None,
        blocked=np.zeros(len(schools), dtype=bool),
        most=counts.most,
    )


def net_points(panel: Panel) -> Floats:
    """Return percentage points net of the type's and the city's median per year, (schools, years)."""
    rate = np.where(panel.usable, 100 * panel.absent / panel.possible, np.nan)
    columns = [
        minus_type_median(rate[:, year], panel.school_type, panel.usable[:, year])
        for year in range(len(panel.years))
    ]
    return np.column_stack(columns)


def mean_of_present(net: Floats, years: list[int]) -> Floats:
    """Return the mean over the years that a school has, NaN when it lacks the first one."""
    first, rest = net[:, years[0]], net[:, years[1:]]
    seen = ~np.isnan(rest)
    mean = (first + np.where(seen, rest, 0).sum(axis=1)) / (1 + seen.sum(axis=1))
    return np.asarray(mean)


def lists_of(panel: Panel, net_change: Floats, lasting: Floats, sign: int) -> dict[str, NDArray[np.intp]]:
    """Return the schools each rule lists in one direction, among those whose outcome is known."""
    change = fit_change(panel, "type")
    lists = choose(change, fit_level(panel, "type"))
    cards = (lists.rose if sign > 0 else lists.improved).clear
    position = {school: row for row, school in enumerate(panel.school_ids)}
    return {
        "ours": np.array([position[card.school_id] for card in cards], dtype=int),
        "ours_ten": largest(sign * change.points, change),
        "naive": largest(sign * net_change, change),
        "best": largest(sign * lasting, change),
    }


def largest(size: Floats, change: Change) -> NDArray[np.intp]:
    """Return the ten eligible schools of the largest size."""
    return np.argsort(-np.where(change.eligible, size, -np.inf), kind="stable")[:LONGEST_LIST]


def measure(counts: Counts, target: int) -> dict[str, list[Outcome]]:
    """Return what became of every rule's two lists of one target year."""
    known = tuple(sorted(counts.absent.columns))
    net = net_points(panel_of(counts, counts.absent.index, known))
    base = mean_of_present(net, [year for year in (target - 3, target - 4) if year >= 0])
    after = mean_of_present(net, [year for year in (target + 1, target + 2) if year < len(known)])
    followed = ~np.isnan(after - base)
    panel = panel_of(counts, counts.absent.index[followed], known[target - 2 : target + 1])
    lasting, latest = (after - base)[followed], (net[:, target] - net[:, target - 1])[followed]
    found: dict[str, list[Outcome]] = {rule: [] for rule in RULES}
    for sign in (1, -1):
        for rule, schools in lists_of(panel, latest, lasting, sign).items():
            kept = sign * lasting[schools]
            half = (kept >= 0.5 * sign * latest[schools]).mean()
            found[rule].append(Outcome(float(kept.mean()), float(half), len(schools)))
    return found


def over_years(counts: Counts, targets: list[int]) -> dict[str, list[Outcome]]:
    """Return every rule's lists over all target years."""
    measured = [measure(counts, target) for target in targets]
    return {rule: [outcome for found in measured for outcome in found[rule]] for rule in RULES}


def line(name: str, rule: str, outcomes: list[Outcome]) -> str:
    """Return one row of the table."""
    lasting = np.array([outcome.lasting for outcome in outcomes])
    half = np.mean([outcome.half for outcome in outcomes])
    schools = np.mean([outcome.schools for outcome in outcomes])
    error = lasting.std(ddof=1) / np.sqrt(len(lasting))
    return (
        f"{name:8} {rule:9} {len(outcomes):5d} {schools:8.1f} {lasting.mean():8.2f} {error:6.2f} {half:6.2f}"
    )


def figures_of(name: str, found: dict[str, list[Outcome]]) -> dict[str, float]:
    """Return the figures of our own lists and of the naive ones."""
    figures = {}
    for rule in ("ours", "naive"):
        figures[f"lasting_{rule}_{name}"] = round(float(np.mean([o.lasting for o in found[rule]])), 3)
        figures[f"half_{rule}_{name}"] = round(float(np.mean([o.half for o in found[rule]])), 3)
    return figures


def report(figures: dict[str, float]) -> None:
    """Print the ratios to naive lists and, last, one line for machines."""
    goals = {}
    for name in [name for name in figures if name.startswith("lasting_ours")]:
        naive = figures[name.replace("ours", "naive")]
        print(f"{name.removeprefix('lasting_ours_')}: {figures[name] / naive:.2f} times naive")
        goals[name] = f"at least {AT_LEAST_TIMES_NAIVE} times naive: {AT_LEAST_TIMES_NAIVE * naive:.2f}"
    print(json.dumps({"bench": "stability", "figures": figures, "goals": goals}))


def main() -> None:
    """Measure both indicators; --quick is the same, because a full run takes seconds."""
    if not (DATA / EARLY).exists() or not (DATA / LATE).exists():
        print(f"no New York data at {DATA}: set MIRRORS_REAL_DATA; skipped")
        report({})
        return
    started = time.perf_counter()
    figures: dict[str, float] = {}
    print("indicator rule      lists  schools  lasting     se   half   (lasting in points per listed school)")
    for name, counts, targets in (
        ("absence", read_absence(DATA), [3, 4, 5]),
        ("chronic", read_chronic(DATA), [3]),
    ):
        found = over_years(counts, targets)
        for rule in RULES:
            print(line(name, rule, found[rule]))
        figures |= figures_of(f"nyc_{name}", found)
    print("ours: the lists as published (gated); ours_ten: the ten largest expected changes without the gate")
    print(f"se over lists, too small because years overlap; {time.perf_counter() - started:.1f} s")
    report(figures)


if __name__ == "__main__":
    main()
