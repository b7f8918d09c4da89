"""The cities that tests look at: the synthetic sample city, and small cities written as upload files.

`sample_city` computes once per process; everybody shares the result and changes nothing in it.
"""

import csv
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

import pandas as pd

from mirrors.benchmark.alarm import Kind
from mirrors.benchmark.benchmark import Benchmark, run_benchmark
from mirrors.benchmark.quality import open_alarms
from mirrors.definitions import Indicator, Jurisdiction, load_indicators, load_jurisdiction, load_profile
from mirrors.disclosure import protect
from mirrors.jobs import ingest
from mirrors.store import Facts, Snapshot, open_facts, publish_tables
from mirrors.views import open_published

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
MONTHS = (9, 10, 11, 12, 1, 2, 3, 4, 5, 6)
PUBLISHED_AT = datetime(2026, 7, 1, 12, 0)
CHANGES = (Kind.ABSENCE_CHANGE, Kind.UNAUTHORISED_CHANGE, Kind.ROLL_CHANGE, Kind.FEWER_ABSENTEES)


@dataclass(frozen=True, eq=False)
class City:
    """A city as computed: results before disclosure, the published tables, and the store they lie in."""

    folder: Path
    benchmark: Benchmark
    tables: dict[str, pd.DataFrame]
    snapshot: Snapshot


@cache
def sample_city() -> City:
    """Return the whole sample city, ingested, computed and published in a folder of its own."""
    folder = _folder()
    files = sorted(path for path in SAMPLE.iterdir() if path.suffix in {".csv", ".xlsx", ".parquet"})
    return compute(folder, "sample", files, load_indicators())


@cache
def _keep() -> list[tempfile.TemporaryDirectory[str]]:
    """Return the temporary folders of this process, removed when it ends."""
    return []


def _folder() -> Path:
    _keep().append(tempfile.TemporaryDirectory(prefix="mirrors-"))
    return Path(_keep()[-1].name)


def compute(folder: Path, profile_name: str, files: list[Path], indicators: dict[str, Indicator]) -> City:
    """Return the city in `files`, with only `indicators`; somebody found its changes to be real."""
    ingest(folder, profile_name, files)
    profile = load_profile(profile_name)
    jurisdiction = load_jurisdiction(profile.jurisdiction)
    with open_facts(folder) as facts:
        real = confirmed_changes(facts, jurisdiction)
        benchmark = run_benchmark(facts, indicators, jurisdiction, decisions=real)
    tables = protect(benchmark, indicators, profile, PUBLISHED_AT)
    publish_tables(folder, tables)
    return City(folder, benchmark, tables, open_published(folder).current())


def confirmed_changes(facts: Facts, jurisdiction: Jurisdiction) -> pd.DataFrame:
    """Return decisions that confirm every change of a school: they may well be true steps."""
    alarms = open_alarms(facts, jurisdiction)
    changes = alarms.loc[alarms["alarm"].isin(CHANGES), ["school_id", "school_year", "alarm", "digest"]]
    return changes.assign(
        decision="confirmed", note="asked the school", decided_by="An", decided_at=PUBLISHED_AT
    )


@dataclass(frozen=True)
class SmallSchool:
    """A school to be written: `absent` are half-days missed by code per pupil and month, by school year."""

    school_id: str
    school_type: str = "primary"
    pupils: int = 300
    deprivation: float = 1.0
    absent: dict[str, dict[str, float]] = field(default_factory=dict)


def write_city(folder: Path, schools: Iterable[SmallSchool], years: tuple[str, ...]) -> list[Path]:
    """Write upload files in our own templates: 20 possible half-days a pupil and month; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = list(schools)
    cells = [(school, year) for school in rows for year in years]
    return [
        write_rows(
            folder / "schools.csv",
            ("school_id", "school_year", "name", "school_type", "network", "district"),
            ((s.school_id, y, f"School {s.school_id}", s.school_type, "", "") for s, y in cells),
        ),
        write_rows(
            folder / "context.csv",
            ("school_id", "school_year", "feature", "value"),
            ((s.school_id, y, "deprivation", s.deprivation) for s, y in cells),
        ),
        write_rows(
            folder / "enrolment.csv",
            ("school_id", "school_year", "breakdown", "member", "month", "pupils", "possible"),
            ((s.school_id, y, "all", "", m, s.pupils, 20 * s.pupils) for s, y in cells for m in MONTHS),
        ),
        write_rows(
            folder / "absence.csv",
            ("school_id", "school_year", "breakdown", "member", "month", "code", "units"),
            _absence(cells),
        ),
    ]


def _absence(cells: list[tuple[SmallSchool, str]]) -> Iterator[tuple[object, ...]]:
    for school, year in cells:
        for month in MONTHS:
            for code, per_pupil in school.absent.get(year, {"B": 0.4, "Z": 1.5}).items():
                yield school.school_id, year, "all", "", month, code, round(per_pupil * school.pupils)


def write_rows(path: Path, header: tuple[str, ...], rows: Iterable[Iterable[object]]) -> Path:
    """Write a file of comma-separated values and return its path."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path
