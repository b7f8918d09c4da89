"""How well small numbers of pupils are kept: what an auditor finds in snapshots, and in naive ones.

Of the sample city and of a generated city of 450 schools: every cell of one to four pupils, how many of them
can be told exactly (`recovered`) or have fewer than four possible values (`width_under_3`), and the share of
figures that are hidden or told as a bound (`hidden_share`). Beside it the same for pages that hide numbers
under five and tell the rest exactly, for the rules without the audit's remedy, and for a planted leak: one
table with the exact size of every group, which must be found. `--quick` looks at the sample city's last year.
"""

import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from mirrors.benchmark.alarm import SchoolYears
from mirrors.benchmark.benchmark import Benchmark, run_benchmark
from mirrors.definitions import Profile, load_indicators, load_jurisdiction
from mirrors.disclosure.audit import Audited, audit, look
from mirrors.disclosure.cube import protected_cube
from mirrors.disclosure.masking import protection_of
from mirrors.disclosure.protection import Protection
from mirrors.disclosure.publication import protect
from mirrors.disclosure.rules import Rules
from mirrors.disclosure.seen import GROUPED, School, schools
from mirrors.jobs import ingest
from mirrors.jobs.job import newest_profile, now
from mirrors.sample.files import write_sample
from mirrors.sample.schools import CitySize
from mirrors.store import open_facts

SAMPLE = ROOT / "data" / "sample"
LARGE = CitySize(primary=260, secondary=190, very_small=9, last_year_steps=23, earlier_steps=9, excellent=14)
GOALS = {"recovered": 0, "width_under_3": 0, "planted_found": ">= 1"}
HIDDEN = ("too_small", "at_most", "at_least")
Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True, eq=False)
class City:
    """A city before anything is protected."""

    benchmark: Benchmark
    profile: Profile


def city_of(files: list[Path]) -> City:
    """Return the benchmark of the files of a city in the layout of the sample."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ingest(folder, "sample", files, by="bench")
        with open_facts(folder) as facts:
            profile = newest_profile(folder, facts)
            jurisdiction = load_jurisdiction(profile.jurisdiction)
            return City(run_benchmark(facts, load_indicators(), jurisdiction), profile)


def generated(size: CitySize) -> City:
    """Return a city of so many schools, made as the sample city is."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "city"
        write_sample(folder, Path(name) / "truth.json", seed=450, size=size)
        return city_of(readable(folder))


def readable(folder: Path) -> list[Path]:
    """Return the files of a city to be taken in."""
    return sorted(path for path in folder.iterdir() if path.suffix in {".csv", ".xlsx", ".parquet"})


def measured(city: City, chosen: SchoolYears | None = None) -> dict[str, float]:
    """Return the figures of one city."""
    indicators = load_indicators()
    began = time.perf_counter()
    tables = protected_cube(city.benchmark, indicators, city.profile, now(), Rules())
    published = time.perf_counter()
    safe = audit(city.benchmark, indicators, tables, protection_of(tables), (), chosen)
    audited = time.perf_counter()
    plain = protect(city.benchmark, indicators, city.profile, now())
    bare = audit(city.benchmark, indicators, plain, Protection(), (), chosen)
    leak = audit(
        city.benchmark, indicators, leaking(tables, city.benchmark), protection_of(tables), (), chosen
    )
    naive = naively(city.benchmark, chosen)
    return {
        "small_cells": safe.cells,
        **counted("", safe),
        "hidden_share": hidden_share(tables),
        **counted("without_remedy_", bare),
        "without_remedy_hidden_share": hidden_share(plain),
        **counted("naive_", naive),
        "planted_found": len(leak.findings),
        "seconds_to_protect": published - began,
        "seconds_to_audit": audited - published,
    }


def counted(prefix: str, found: Audited) -> dict[str, float]:
    """Return how many small cells are told, exactly and nearly."""
    return {
        f"{prefix}recovered": sum(each.values == 1 for each in found.findings),
        f"{prefix}width_under_3": len(found.findings),
    }


def naively(benchmark: Benchmark, chosen: SchoolYears | None) -> Audited:
    """Return what pages tell that hide every number under five and tell all others exactly."""
    cells, findings = 0, []
    for school in schools(benchmark, load_indicators(), [], chosen):
        _tell_naively(school)
        cells += len(school.small())
        findings += look(school)
    return Audited(cells, tuple(findings))


def _tell_naively(school: School) -> None:
    for cell in school.cells:
        number = school.system.value(cell.terms)
        school.system.told(cell.terms, (number, number) if number >= 5 else (0.0, 4.0))


def leaking(tables: Tables, benchmark: Benchmark) -> Tables:
    """Return the tables with one more careless page: the exact number of pupils of every group."""
    groups = benchmark.within.groups
    true = groups.loc[groups["indicator"] == GROUPED, ["school_id", "school_year", "breakdown", "member"]]
    true = true.assign(indicator=GROUPED, pupils=groups["denominator"], status="", value=float("nan"))
    return {**tables, "group": pd.concat([tables["group"], true], ignore_index=True)}


def hidden_share(tables: Tables) -> float:
    """Return the share of the figures that count pupils which are hidden, or told as a bound."""
    pupils = [key for key, one in load_indicators().items() if one.counts_pupils]
    figure, group = (tables[name][tables[name]["indicator"].isin(pupils)] for name in ("figure", "group"))
    hidden = [rows["status"].isin(HIDDEN) for rows in (figure, group, tables["step"])]
    return float(pd.concat([*hidden, tables["band"]["own"].isna()]).mean())


def main() -> None:
    """Measure, print, and give the figures as one JSON line."""
    sample = city_of(readable(SAMPLE))
    year = max(sample.benchmark.features)
    latest = {(school, year) for school in sample.benchmark.features[year].school_ids}
    found = measured(sample, latest if "--quick" in sys.argv else None)
    figures = dict(found)
    if "--quick" not in sys.argv:
        large = measured(generated(LARGE))
        figures |= {f"large_{name}": value for name, value in large.items()}
    for name, value in figures.items():
        print(f"{name:40} {value:10.3f}")
    for name in ("recovered", "width_under_3"):
        told, naive = found[name], found[f"naive_{name}"]
        print(f"{name}: {told:.0f} against {naive:.0f} when only numbers under five are hidden")
    rounded = {name: round(value, 3) for name, value in figures.items()}
    print(json.dumps({"bench": "audit", "figures": rounded, "goals": GOALS}))


if __name__ == "__main__":
    main()
