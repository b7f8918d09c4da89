"""What a store looks like after the process that works on it is killed, at random moments of every job.

A small city is ingested, corrected, published, withdrawn and restored in child processes that get SIGKILL
after a random time; then the store must hold each upload wholly or not at all, serve one of the two known
snapshots whole, and take the same job again. Run `.venv/bin/python bench/faults.py [kills]`.
"""

import contextlib
import csv
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from mirrors import jobs
from mirrors.intake import Refused
from mirrors.intake.rules import Problem
from mirrors.store import PublishedStore, StoreTrouble, open_facts

GOALS = {
    "kills": "at least 200",
    "lost": "0: what a finished job stored is never lost",
    "half_loaded": "0: an upload is in wholly or not at all, a snapshot is served whole",
    "duplicated": "0: the same job again neither fails nor counts twice",
}
SCHOOLS, YEARS, MONTHS = ("S1", "S2", "S3", "S4"), ("2023-24", "2024-25"), (9, 10, 11, 12, 1, 2, 3, 4, 5, 6)
MOST_PATIENCE = 3
"""A job that changes its files less often than it did is killed after so many times its usual time."""

HESITATION = 0.02
"""Seconds, at most, between a change in the folder and the kill that waits for it."""


@dataclass(frozen=True)
class Known:
    """What a store holds: rows of every fact table by upload, uploads in force, and what is shown."""

    rows: tuple[tuple[str, int, int], ...]
    in_force: tuple[int, ...]
    shown: str


@dataclass(frozen=True)
class Case:
    """One job to be killed: the store it starts from, and what the store may hold afterwards."""

    name: str
    command: tuple[str, ...]
    start: Path
    before: Known
    after: Known


@dataclass
class Tally:
    """What was found; `by_job` counts kills, and `finished` how many of those the job had survived."""

    kills: int = 0
    lost: int = 0
    half_loaded: int = 0
    duplicated: int = 0
    by_job: Counter[str] = field(default_factory=Counter)
    done_before: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def write_city(folder: Path) -> tuple[Path, Path]:
    """Write the files of a small city and of a correction of it; return their folders."""
    first, second = folder / "first", folder / "second"
    for number, place in enumerate((first, second)):
        place.mkdir(parents=True)
        years = YEARS if number == 0 else YEARS[1:]
        cells = [(school, year, month) for school in SCHOOLS for year in years for month in MONTHS]
        _write(
            place / "schools.csv",
            "school_id,school_year,name,school_type,network,district",
            [
                (school, year, f"School {school} {number}", "primary", "", "")
                for school in SCHOOLS
                for year in years
            ],
        )
        _write(
            place / "enrolment.csv",
            "school_id,school_year,breakdown,member,month,pupils,possible",
            [(*cell[:2], "all", "", cell[2], 100 + number, 1000) for cell in cells],
        )
        _write(
            place / "absence.csv",
            "school_id,school_year,breakdown,member,month,code,units",
            [
                (*cell[:2], "all", "", cell[2], code, 20 + number + position % 7)
                for position, cell in enumerate(cells)
                for code in ("B", "Z")
            ],
        )
    return first, second


def _write(path: Path, header: str, rows: list[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header.split(","), *rows])


def look(store: Path) -> Known:
    """Return what a store holds and shows; raises StoreTrouble when something of it cannot be read."""
    with open_facts(store) as facts:
        tables = facts.frame("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'fact_%'")
        rows = []
        for table in sorted(tables["table_name"]):
            counted = facts.frame(
                f"SELECT upload_id, count(*) AS n FROM {table} GROUP BY upload_id ORDER BY upload_id"
            )
            rows += [(table, int(upload), int(n)) for upload, n in counted.itertuples(index=False)]
        in_force = tuple(upload.upload_id for upload in facts.in_force())
    return Known(tuple(rows), in_force, shown(store))


def shown(store: Path) -> str:
    """Return the fingerprint of everything that the snapshot in use shows, names of schools included."""
    snapshot = PublishedStore(store).current()
    told: list[object] = [sorted((school, snapshot.school_name(school)) for school in SCHOOLS)]
    for table in snapshot.tables():
        rows = [{k: v for k, v in row.items() if k != "published_at"} for row in snapshot.rows(table)]
        told.append((table, sorted(map(repr, rows))))
    return hashlib.sha256(repr(told).encode()).hexdigest()


def do(command: list[str], store: Path) -> str:
    """Do one job; return "again" when it was done before."""
    name, *arguments = command
    try:
        if name == "ingest":
            jobs.ingest(store, "templates", sorted(Path(arguments[0]).iterdir()))
        elif name == "publish":
            jobs.publish(store)
        elif name == "withdraw":
            jobs.withdraw(store, int(arguments[0]), "wrong year")
        elif name == "restore":
            jobs.restore(store, arguments[0])
    except Refused as refusal:
        if [finding.problem for finding in refusal.findings] != [Problem.SAME_FILES]:
            raise
        return "again"
    except jobs.WrongDecision:
        return "again"
    return "done"


class Nursery:
    """A process with everything imported, which forks a child for every job."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._listen()

    def run(self, command: tuple[str, ...], store: Path, until: Callable[[], object] | None) -> bool:
        """Run a job in a child, killed as soon as `until` returns; return whether that met it alive."""
        print(json.dumps([command, str(store)]), file=self._process.stdin, flush=True)
        pid = int(self._listen())
        if until is not None:
            until()
            os.kill(pid, signal.SIGKILL)
        print("wait", file=self._process.stdin, flush=True)
        return int(self._listen()) == -signal.SIGKILL

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _listen(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def nursery() -> None:
    """Fork a child for every line read, and tell how it ended when asked."""
    print("ready", flush=True)
    for line in sys.stdin:
        command, store = json.loads(line)
        pid = os.fork()
        if pid == 0:
            os.close(0)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            do(command, Path(store))
            os._exit(0)
        print(pid, flush=True)
        sys.stdin.readline()
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


@contextmanager
def cases() -> Iterator[tuple[list[Case], Path]]:
    """Yield the four jobs with the stores they start from, and a folder to work in."""
    with tempfile.TemporaryDirectory(prefix="mirrors-faults-") as name:
        folder = Path(name)
        first, second = write_city(folder / "files")
        steps: list[tuple[str, ...]] = [
            ("ingest", str(first)),
            ("publish",),
            ("ingest", str(second)),
            ("publish",),
            ("withdraw", "2"),
        ]
        known: list[tuple[Path, Known]] = []
        store = folder / "store"
        for number, step in enumerate(steps):
            do(list(step), store)
            kept = folder / f"start{number}"
            shutil.copytree(store, kept)
            known.append((kept, look(store) if number else Known((), (), "")))
        (one, only_first), (two, both), (three, corrected), (_, withdrawn) = known[1:]
        restored = Known(corrected.rows, corrected.in_force, only_first.shown)
        yield (
            [
                Case("ingest", steps[2], one, only_first, both),
                Case("publish", steps[3], two, both, corrected),
                Case("withdraw", steps[4], three, corrected, withdrawn),
                Case("restore", ("restore", "0001"), three, corrected, restored),
            ],
            folder,
        )


def wait_for_changes(store: Path, number: int, patient: Callable[[], bool]) -> int:
    """Wait, while `patient`, until the files of the store changed so often; return how often they did."""
    seen, before = 0, _files(store)
    while seen < number and patient():
        now = _files(store)
        seen += now != before
        before = now
    return seen


def _files(store: Path) -> set[tuple[str, int]]:
    found = set()
    for place in (store, store / "published"):
        for entry in os.scandir(place):
            with contextlib.suppress(FileNotFoundError):
                found.add((entry.path, entry.stat().st_size))
    return found


def kill_and_check(
    case: Case, nursery: Nursery, store: Path, until: Callable[[], object], tally: Tally
) -> None:
    """Kill one job, look at the store, do the job again and look again."""
    shutil.rmtree(store, ignore_errors=True)
    shutil.copytree(case.start, store)
    if not nursery.run(case.command, store, until):
        return
    tally.kills += 1
    tally.by_job[case.name] += 1
    found = _looked(store, tally, case)
    _check(tally, "lost", case, found is not None and found.in_force[:1] == (1,))
    _check(tally, "half_loaded", case, found in (case.before, case.after))
    tally.done_before[case.name] += found == case.after
    again = do(list(case.command), store)
    _check(tally, "duplicated", case, again == "done" or found == case.after)
    _check(tally, "duplicated", case, _looked(store, tally, case) == case.after)
    _check(tally, "half_loaded", case, not list(store.rglob("*.unfinished*")))


def _looked(store: Path, tally: Tally, case: Case) -> Known | None:
    try:
        return look(store)
    except StoreTrouble as trouble:
        tally.faults.append(f"{case.name}: {trouble!r}")
        return None


def _check(tally: Tally, what: str, case: Case, holds: bool) -> None:
    if not holds:
        setattr(tally, what, getattr(tally, what) + 1)
        tally.faults.append(f"{case.name}: {what}")


def torment(kills: int, seed: int = 2010) -> Tally:
    """Kill jobs until so many were killed, and return what was found.

    A third of the kills come after a random time. The others wait for one of the changes that the job makes
    to the files, half of them for a late one, so that they fall between commits and renames however slow the
    machine is.
    """
    tally, random_ = Tally(), random.Random(seed)
    with cases() as (all_cases, folder):
        helper, store = Nursery(), folder / "killed"
        ways = {case.name: _unkilled(case, helper, folder / f"timed-{case.name}") for case in all_cases}
        while tally.kills < kills:
            case = min(all_cases, key=lambda case: tally.by_job[case.name])
            until = partial(_moment, store, random_, *ways[case.name])
            kill_and_check(case, helper, store, until, tally)
        helper.close()
    return tally


def _moment(store: Path, random_: random.Random, takes: float, changes: int) -> None:
    """Wait for a random moment of a job that takes so many seconds and changes the files so often."""
    if random_.random() < 1 / 3:
        time.sleep(random_.uniform(0, takes))
        return
    first = 1 if random_.random() < 0.5 else changes // 2
    ends = time.perf_counter() + MOST_PATIENCE * takes
    wait_for_changes(store, random_.randint(first, changes), lambda: time.perf_counter() < ends)
    time.sleep(random_.uniform(0, HESITATION))


def _unkilled(case: Case, nursery: Nursery, store: Path) -> tuple[float, int]:
    """Return how long a job takes, in seconds, and how often it changes the files of the store."""
    shutil.copytree(case.start, store)
    done, changes = threading.Event(), list[int]()
    watcher = threading.Thread(
        target=lambda: changes.append(wait_for_changes(store, sys.maxsize, lambda: not done.is_set()))
    )
    watcher.start()
    start = time.perf_counter()
    nursery.run(case.command, store, None)
    takes = time.perf_counter() - start
    done.set()
    watcher.join()
    return takes, changes[0]


def main() -> None:
    """Kill, print a table, and the figures as one JSON line."""
    tally = torment(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
    for name, kills in tally.by_job.items():
        print(f"{name:12} {kills:4} kills, {tally.done_before[name]:4} of them after the change was made")
    for fault in tally.faults[:20]:
        print(fault)
    figures = {name: getattr(tally, name) for name in GOALS}
    for name, value in figures.items():
        print(f"{name:28} {value:10}")
    print(json.dumps({"bench": "faults", "figures": figures, "goals": GOALS}))


if __name__ == "__main__":
    if "--nursery" in sys.argv:
        nursery()
    else:
        main()
