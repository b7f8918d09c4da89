"""How fast and in how much memory a large file is checked and stored, beside loading it unchecked.

A file of five million rows of absence goes through the whole intake (search for personal data, structure,
content, ledger, store); beside it DuckDB loads the same file as it is, and `frictionless` validates a million
of its rows against the same contract. Every run is a process of its own, for its peak of memory; they take
turns, and the medians count. Run `.venv/bin/python bench/intake.py [--quick]`.
"""

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import duckdb

GOALS = {
    "ingest_over_bare": "at most 1.5",
    "ingest_peak_mib": "at most 1024",
    "frictionless_over_ours": "at least 15",
}
ROWS, FRICTIONLESS_ROWS, TURNS = 5_000_000, 1_000_000, 3

_CITY = """
    SELECT printf('S%04d', school) AS school_id,
        printf('%d-%02d', 2010 + year, (2011 + year) % 100) AS school_year,
        CASE WHEN grade = 0 THEN 'all' ELSE 'grade' END AS breakdown,
        CASE WHEN grade = 0 THEN NULL ELSE printf('G%d', grade) END AS member,
        month, code, (hash(school, year, grade, month, code) % 400)::INTEGER AS units
    FROM range(450) AS a(school), range(16) AS b(year), range(9) AS c(grade),
        (VALUES (9), (10), (11), (12), (1), (2), (3), (4), (5), (6)) AS d(month),
        (VALUES ('B'), ('Z'), ('R'), ('P'), ('H'), ('M'), ('A'), ('X'), ('N')) AS e(code)
    LIMIT {rows}
"""


def write_city(path: Path, rows: int) -> None:
    """Write a file of absence of this many rows in our own template."""
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({_CITY.format(rows=rows)}) TO '{path}' (HEADER)")


def run_ours(path: Path, folder: Path) -> None:
    """Check the file and take it into a new store."""
    from mirrors.jobs import ingest

    _told(lambda: ingest(folder / "store", "templates", [path], by="bench"))


def run_bare(path: Path, folder: Path) -> None:
    """Load the file into a new DuckDB database, as it is."""

    def load() -> None:
        with duckdb.connect(folder / "bare.duckdb") as connection:
            connection.execute(f"CREATE TABLE absence AS FROM read_csv('{path}')")

    _told(load)


def run_frictionless(path: Path, folder: Path) -> None:
    """Validate the file against the same contract with the reference library."""
    from frictionless import Resource, Schema, system

    del folder
    contract = json.loads((ROOT / "mirrors" / "definitions" / "contracts" / "absence.json").read_text())
    # The file of schools is not part of this comparison.
    del contract["foreignKeys"]
    with system.use_context(trusted=True):
        resource = Resource(path=str(path), schema=Schema.from_descriptor(contract))

        def validate() -> None:
            assert resource.validate().valid

        _told(validate)


def _told(work) -> None:  # type: ignore[no-untyped-def]
    start = time.perf_counter()
    work()
    spent = time.perf_counter() - start
    print(json.dumps([spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


RUNS = {"ours": run_ours, "bare": run_bare, "frictionless": run_frictionless}


def measured(name: str, path: Path) -> tuple[float, float]:
    """Return the seconds and the peak MiB of one run in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--run", name, str(path), folder]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    spent, peak = json.loads(done.stdout.splitlines()[-1])
    return spent, peak


def figures(rows: int, frictionless_rows: int, turns: int) -> dict[str, float]:
    """Return the figures by name; seconds are medians of the turns."""
    with tempfile.TemporaryDirectory() as folder:
        large, small = Path(folder) / "absence.csv", Path(folder) / "absence_1.csv"
        write_city(large, rows)
        write_city(small, frictionless_rows)
        ours, bare = [], []
        for _ in range(turns):
            bare.append(measured("bare", large))
            ours.append(measured("ours", large))
        ours_small = statistics.median(measured("ours", small)[0] for _ in range(turns))
        frictionless, _ = measured("frictionless", small)
    ours_s, bare_s = (statistics.median(spent for spent, _ in runs) for runs in (ours, bare))
    return {
        "rows": rows,
        "bare_s": bare_s,
        "ours_s": ours_s,
        "ingest_over_bare": ours_s / bare_s,
        "bare_peak_mib": max(peak for _, peak in bare),
        "ingest_peak_mib": max(peak for _, peak in ours),
        "frictionless_rows": frictionless_rows,
        "frictionless_s": frictionless,
        "ours_small_s": ours_small,
        "frictionless_over_ours": frictionless / ours_small,
    }


def main() -> None:
    """Measure, print a table, and the figures as one JSON line."""
    if "--run" in sys.argv:
        name, path, folder = sys.argv[2:5]
        RUNS[name](Path(path), Path(folder))
        return
    quick = "--quick" in sys.argv
    found = (
        figures(ROWS // 10, FRICTIONLESS_ROWS // 20, 1) if quick else figures(ROWS, FRICTIONLESS_ROWS, TURNS)
    )
    for name, value in found.items():
        print(f"{name:28} {value:12.2f}")
    print(
        json.dumps({"bench": "intake", "figures": {k: round(v, 2) for k, v in found.items()}, "goals": GOALS})
    )


if __name__ == "__main__":
    main()
