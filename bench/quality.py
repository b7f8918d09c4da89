"""Which errors in the data are noticed before anybody is compared? Ten kinds, planted in sound cities.

In each round some schools of a city get one error in the last comparable school year, and every rule says
which schools it asks about; each of them takes no part in comparisons until somebody decides. Beside ours
stands the naive rule A, "the rate changed by more than half".
Cities: 450 schools of New York (whole years) and the synthetic sample city (months and categories).
Run: python bench/quality.py [--quick]
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from mirrors.benchmark.alarm import Kind
from mirrors.benchmark.observation import observed_rate
from mirrors.benchmark.quality import quality_alarms
from mirrors.benchmark.reduction import Reduced, reduce_facts
from mirrors.definitions import Jurisdiction, load_jurisdiction
from mirrors.jobs import ingest
from mirrors.store import open_facts

DATA = Path(os.environ.get("MIRRORS_REAL_DATA", ROOT.parent / "shared" / "data")) / "nyc"
NEW_YORK = (
    "nyc_attendance_demographics_2013-14_to_2017-18__merged.csv",
    "attendance_all_years.csv",
    "demographic-snapshot-2017-18-to-2021-22.xlsx",
    "housing_all_years.csv",
)
SCHOOLS, FEWEST_PUPILS = 450, 60
TERM, MONTH = (1, 2, 3), (11,)
RULES = {
    "D": (Kind.ABSENCE_CHANGE,),
    "B": (Kind.UNAUTHORISED_CHANGE, Kind.FEWER_ABSENTEES),
    "E": (Kind.ROLL_CHANGE,),
    "F": (Kind.REPEATED_FIGURES,),
    "G": (Kind.IMPLAUSIBLE,),
    "M": (Kind.MISSING_MONTHS, Kind.REGISTERS_STOP, Kind.SILENT_REGISTERS),
    "R": (Kind.REGISTRATION_CHANGE, Kind.UNKNOWN_CODES),
}
GOALS = {
    "caught": "doubled, repeated, units, swapped, nothing: near 1; roll about 0.84; a term at least 0.33",
    "false_alarms": "about 0.7 per cent of unchanged simulated schools; real schools do change",
}
_KEY = ["school_id", "school_year"]
Error = Callable[["City", set[str], np.random.Generator], Reduced]


@dataclass(frozen=True, eq=False)
class City:
    """A city: its reduced facts, its rules, the school year that gets the errors and the one before.

    `stepped` schools took a true step that year; `odd` ones have faults of their own already.
    """

    name: str
    reduced: Reduced
    jurisdiction: Jurisdiction
    year: str
    before: str
    stepped: frozenset[str]
    odd: frozenset[str]
    errors: int


def frames(reduced: Reduced) -> dict[str, pd.DataFrame]:
    """Return the tables of `reduced` by name."""
    return {field.name: getattr(reduced, field.name) for field in fields(reduced)}


def load(profile: str, files: list[Path]) -> Reduced:
    """Return the reduced facts of `files`, through a store that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        ingest(Path(folder), profile, files)
        with open_facts(Path(folder)) as facts:
            return reduce_facts(facts)


def new_york() -> City:
    """Return 450 schools of New York that have figures in 2017-18 and 2018-19."""
    reduced = load("nyc", [DATA / name for name in NEW_YORK])
    sizes = reduced.enrolment.pivot(index="school_id", columns="school_year", values="pupils")
    whole = sizes[(sizes[["2017-18", "2018-19"]] >= FEWEST_PUPILS).all(axis=1)].index
    kept = set(np.random.default_rng(1).choice(whole, SCHOOLS, replace=False))
    few = {name: frame[frame["school_id"].isin(kept)] for name, frame in frames(reduced).items()}
    rules, nobody = load_jurisdiction("new-york"), frozenset[str]()
    return City("nyc", Reduced(**few), rules, "2018-19", "2017-18", nobody, nobody, 60)


def sample() -> City:
    """Return the sample city, its schools with true steps and with planted faults apart."""
    files = sorted(path for path in (ROOT / "data" / "sample").iterdir() if path.suffix != ".md")
    truth = json.loads((ROOT / "tests" / "planted_truth.json").read_text(encoding="utf-8"))
    stepped = [entry["school_id"] for kind in ("improvers", "decliners") for entry in truth[kind]["2025-26"]]
    odd, rules = frozenset({"S0014", "S0103"}), load_jurisdiction("flanders")
    return City("sample", load("sample", files), rules, "2025-26", "2024-25", frozenset(stepped), odd, 20)


def scaled(city: City, schools: set[str], absence: float = 1.0, roll: float = 1.0) -> Reduced:
    """Return the city with absence, and pupils with possible units, multiplied in some schools."""
    tables = {name: frame.copy() for name, frame in frames(city.reduced).items()}
    for name, factors in {
        "units_absent": {"units": absence},
        "absence_cells": {"units": absence, "by_month": absence, "squares": absence**2},
        "absence_by_weekday": {"units": absence, "possible": roll},
        "enrolment": {"pupils": roll, "possible": roll},
        "enrolled_month": {"possible": roll},
    }.items():
        rows = of(tables[name], city, schools)
        for column, factor in factors.items():
            tables[name][column] = tables[name][column].astype(float)
            tables[name].loc[rows, column] *= factor
    return Reduced(**tables)


def of(frame: pd.DataFrame, city: City, schools: set[str]) -> pd.Series:
    """Return which rows are of the year of the errors, in `schools`."""
    return (frame["school_year"] == city.year) & frame["school_id"].isin(schools)


def roll_wrong(city: City, schools: set[str], rng: np.random.Generator) -> Reduced:
    """Return the city with rolls a quarter too large or too small."""
    large = {school for school in sorted(schools) if rng.random() < 0.5}
    return scaled(replace(city, reduced=scaled(city, large, roll=1.25)), schools - large, roll=0.75)


def old_file(city: City, schools: set[str], rng: np.random.Generator) -> Reduced:
    """Return the city with last year's figures in place of this year's."""
    tables = {}
    for name, frame in frames(city.reduced).items():
        older = frame[(frame["school_year"] == city.before) & frame["school_id"].isin(schools)]
        copied = older.assign(school_year=city.year)
        tables[name] = pd.concat([frame[~of(frame, city, schools)], copied], ignore_index=True)
    return Reduced(**tables)


def swapped(city: City, schools: set[str], rng: np.random.Generator) -> Reduced:
    """Return the city with unauthorised absence and illness swapped; presence for absence without kinds."""
    tables = {name: frame.copy() for name, frame in frames(city.reduced).items()}
    units = tables["units_absent"]
    rows = of(units, city, schools)
    if "illness" in set(units["category"]):
        other = {"unauthorised": "illness", "illness": "unauthorised"}
        units.loc[rows, "category"] = units.loc[rows, "category"].replace(other)
    else:
        possible = units[_KEY].merge(tables["enrolment"][[*_KEY, "possible"]], on=_KEY, how="left")[
            "possible"
        ]
        units["units"] = np.where(rows, possible.to_numpy() - units["units"], units["units"])
    return Reduced(**tables)


def months_missing(months: tuple[int, ...], share: float) -> Error:
    """Return the error of registers without absence in `months`, which hold `share` of it."""

    def damage(city: City, schools: set[str], rng: np.random.Generator) -> Reduced:
        less = scaled(city, schools, absence=1 - share)
        registered = less.registered_month
        gone = of(registered, city, schools) & registered["month"].isin(months)
        return replace(less, registered_month=registered[~gone])

    return damage


ERRORS: dict[str, Error] = {
    "numerator doubled": lambda city, schools, rng: scaled(city, schools, absence=2.0),
    "roll wrong by 25%": roll_wrong,
    "all rows doubled": lambda city, schools, rng: scaled(city, schools, absence=2.0, roll=2.0),
    "old file again": old_file,
    "hours for days": lambda city, schools, rng: scaled(city, schools, absence=6.0),
    "per cent for fraction": lambda city, schools, rng: scaled(city, schools, absence=0.01),
    "swapped types": swapped,
    "almost nothing": lambda city, schools, rng: scaled(city, schools, absence=0.03),
    "a term missing": months_missing(TERM, 0.33),
    "a month missing": months_missing(MONTH, 0.10),
}


def naive(reduced: Reduced, city: City) -> set[str]:
    """Return the schools whose rate changed by more than half since the year before (rule A)."""
    rates = observed_rate(("any",), reduced, city.jurisdiction)
    wide = rates.pivot(index="school_id", columns="school_year", values="value")
    moved = wide[city.year] / wide[city.before] - 1
    return set(moved.index[moved.abs() > 0.5])


def asked(reduced: Reduced, city: City) -> dict[str, set[str]]:
    """Return the schools that each rule asks about in the year of the errors."""
    alarms = quality_alarms(reduced, city.jurisdiction)
    alarms = alarms[alarms["school_year"] == city.year]
    found = {rule: set(alarms.loc[alarms["alarm"].isin(kinds), "school_id"]) for rule, kinds in RULES.items()}
    found["ours"] = set().union(*found.values())
    return {"A": naive(reduced, city), **found}


def share(found: set[str], among: set[str]) -> float:
    """Return how many of `among` were found."""
    return len(found & among) / max(len(among), 1)


def measure(city: City, rounds: int) -> dict[str, dict[str, float]]:
    """Return, per error, the share of damaged schools that each rule asks about; then of those left alone."""
    here = city.reduced.enrolment
    large = here[(here["school_year"] == city.year) & (here["pupils"] >= FEWEST_PUPILS)]
    sound = set(large["school_id"]) - city.stepped - city.odd
    shares: dict[str, dict[str, list[float]]] = {}
    for seed in range(rounds):
        for name, error in ERRORS.items():
            rng = np.random.default_rng(seed)
            damaged = set(rng.choice(sorted(sound), city.errors, replace=False))
            for rule, schools in asked(error(city, damaged, rng), city).items():
                shares.setdefault(name, {}).setdefault(rule, []).append(share(schools, damaged))
    for name, schools in (("no error planted", sound), ("a true step", set(city.stepped))):
        if schools:
            found = asked(city.reduced, city)
            shares[name] = {rule: [share(schools & which, schools)] for rule, which in found.items()}
    return {
        name: {rule: float(np.mean(each)) for rule, each in by_rule.items()}
        for name, by_rule in shares.items()
    }


def main() -> None:
    """Measure, print the tables and, last, one line for machines."""
    started = time.perf_counter()
    rounds = 2 if "--quick" in sys.argv[1:] else 10
    figures = {}
    for city in ([new_york()] if DATA.is_dir() else []) + [sample()]:
        found = measure(city, rounds)
        rules = list(next(iter(found.values())))
        print(f"{city.name}, {city.year}: {city.errors} schools a round, {rounds} rounds")
        print(f"{'':24}" + "".join(f"{rule:>7}" for rule in rules))
        for name, by_rule in found.items():
            print(f"{name:24}" + "".join(f"{by_rule[rule]:7.3f}" for rule in rules))
            figures[f"{city.name}: {name}"] = round(by_rule["ours"], 3)
    print(f"{time.perf_counter() - started:.1f} s")
    print(json.dumps({"bench": "quality", "figures": figures, "goals": GOALS}))


if __name__ == "__main__":
    main()
