"""Processes that are killed, disks that are full or read-only: nothing lost, nothing half done."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from bench.faults import torment
from mirrors import jobs
from mirrors.store import PublishedStore
from tests.processes import ROOT
from tests.uploads import CONTEXT, context_row, fingerprint, write_csv

pytestmark = pytest.mark.long
NOBODY = 65534


def test_a_killed_job_loses_nothing_halves_nothing_and_can_be_done_again() -> None:
    tally = torment(kills=8, seed=7)
    assert (tally.kills, tally.faults) == (8, [])
    assert (tally.lost, tally.half_loaded, tally.duplicated) == (0, 0, 0)
    assert set(tally.by_job) == {"ingest", "publish", "withdraw", "restore"}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Return a store with an upload and a snapshot in use."""
    folder = tmp_path / "store"
    jobs.ingest(folder, "templates", [write_csv(tmp_path / "first.csv", CONTEXT, context_row())])
    write_snapshot(folder)
    return folder


def write_snapshot(folder: Path) -> None:
    import pandas as pd

    from mirrors.store import publish_tables

    publish_tables(folder, {"meta": pd.DataFrame({"city": ["A"]})})


def child(work: str, before: str = "pass") -> subprocess.CompletedProcess[str]:
    """Run `work` in a process of its own, under what `before` does to it, and return what it said."""
    code = (
        "import os, resource; from pathlib import Path; from mirrors import jobs\n"
        "from mirrors.definitions import load_profile; from mirrors.intake import open_file\n"
        "from mirrors.store import StoreUnwritable\n"
        f"{before}\n"
        f"try:\n    {work}\n    print('done')\n"
        "except StoreUnwritable as trouble:\n    print(trouble)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run


def ingesting(store: Path, file: Path) -> str:
    return f"jobs.ingest(Path({str(store)!r}), 'templates', [Path({str(file)!r})])"


class TestADiskWithoutRoom:
    @pytest.mark.parametrize("limit", [0, 100_000, 300_000, 560_000, 700_000, 1_000_000])
    def test_refuses_the_upload_wholly_or_keeps_it_wholly(
        self, store: Path, tmp_path: Path, limit: int
    ) -> None:
        rows = [context_row(school_id=f"S{n}", value=n * 0.37 % 5) for n in range(60_000)]
        large = write_csv(tmp_path / "large.csv", CONTEXT, *rows)
        full = f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))"
        said = child(ingesting(store, large), full).stdout
        assert f"{store} cannot be written" in said
        assert "make room" in said or "limit on file sizes" in said
        in_force = [upload.upload_id for upload in jobs.uploads(store) if upload.in_force]
        assert in_force == ([1, 2] if "is stored" in said else [1])
        assert PublishedStore(store).current().rows("meta") == [{"city": "A"}]
        if in_force == [1]:
            assert jobs.ingest(store, "templates", [large]).upload_id == 2
        assert not list(store.rglob("*.unfinished*"))

    def test_keeps_the_snapshot_in_use(self, store: Path) -> None:
        work = "import pandas as pd; from mirrors.store import publish_tables;"
        work += f" publish_tables(Path({str(store)!r}), {{'meta': pd.DataFrame({{'n': range(10**6)}})}})"
        said = child(work, "resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))").stdout
        assert "cannot be written" in said
        assert PublishedStore(store).current().rows("meta") == [{"city": "A"}]
        write_snapshot(store)
        assert PublishedStore(store).current().name == "0002"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not write")
class TestAStoreThatIsNotOurs:
    def test_is_read_and_says_that_it_cannot_be_written(self, store: Path, tmp_path: Path) -> None:
        file = write_csv(tmp_path / "second.csv", CONTEXT, context_row(value=3))
        for folder in (store, *store.parents):
            if Path(tempfile.gettempdir()) in folder.parents:
                folder.chmod(0o755)
        for inside in store.rglob("*"):
            inside.chmod(0o755 if inside.is_dir() else 0o644)
        before = fingerprint(store)
        # Somebody who may read little else has all that is imported on the way imported before.
        elsewhere, here = tmp_path / "elsewhere", f"Path({str(store)!r})"
        warm = f"{ingesting(elsewhere, file)}; jobs.snapshots({here})\n"
        warm += f"upload = jobs.read({here}, [open_file(Path({str(file)!r}))], load_profile('templates'))\n"
        nobody = f"os.setgid({NOBODY}); os.setuid({NOBODY})"
        takes = f"jobs.take_in(Path({str(store)!r}), upload)"
        assert "may not write there" in child(takes, warm + nobody).stdout
        reads = (
            f"print(len(jobs.uploads(Path({str(store)!r}))), jobs.snapshots(Path({str(store)!r}))[0].in_use)"
        )
        assert (
            child(reads, f"jobs.uploads({here}); jobs.snapshots({here}); {nobody}").stdout == "1 True\ndone\n"
        )
        assert fingerprint(store) == before


class TestReadOnlyFiles:
    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_are_told_apart_from_a_full_disk(self, store: Path, tmp_path: Path) -> None:
        store.chmod(0o555)
        file = write_csv(tmp_path / "second.csv", CONTEXT, context_row(value=3))
        assert "may not write there" in child(ingesting(store, file)).stdout
