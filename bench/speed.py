"""How long ingest, the whole benchmark and a mirror take, on the sample city and on real New York data.

Beside each stands what a user would do instead: read the same files with pandas, and recompute the
benchmark for every page. Run `.venv/bin/python bench/speed.py [--quick]`.
"""

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import pandas as pd

from mirrors.access import Role, Viewer
from mirrors.jobs import ingest, publish
from mirrors.views import open_published
from mirrors.views.mirror import mirror_view
from mirrors.views.snapshot import snapshot_view

GOALS = {
    "sample_publish_s": "under 10 s on two cores",
    "nyc_publish_s": "under 60 s on two cores for 1,558 schools",
    "sample_mirror_ms": "under 50 ms, a fraction of a click",
}
NEW_YORK = (
    "attendance_all_years.csv",
    "demographic-snapshot-2017-18-to-2021-22.xlsx",
    "housing_all_years.csv",
)


def seconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes, in seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(name: str, profile: str, files: Sequence[Path], views: int) -> dict[str, float]:
    """Return the figures of one city, its store made in a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder)
        figures = {f"{name}_ingest_s": seconds(lambda: ingest(store, profile, files))}
        figures[f"{name}_pandas_read_s"] = seconds(lambda: [_read(path) for path in files])
        figures[f"{name}_publish_s"] = seconds(lambda: publish(store))
        figures |= {f"{name}_mirror_ms": _mirror_ms(store, views)}
    figures[f"{name}_ingest_over_pandas"] = figures[f"{name}_ingest_s"] / figures[f"{name}_pandas_read_s"]
    figures[f"{name}_publish_over_mirror"] = (
        1000 * figures[f"{name}_publish_s"] / figures[f"{name}_mirror_ms"]
    )
    return figures


def _read(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    if path.suffix == ".csv":
        return pd.read_csv(path, dtype=str)
    sheet = "School" if "demographic" in path.name else 0
    return pd.read_excel(path, sheet_name=sheet, engine="calamine", dtype=str)


def _mirror_ms(store: Path, views: int) -> float:
    snapshot, viewer = open_published(store).current(), Viewer(Role.ADVISER, name="adviser")
    schools = snapshot_view(snapshot, viewer).schools
    chosen = [
        row for row in snapshot.rows("school") if row["school_id"] in {s.school_id for s in schools[:views]}
    ]
    spent = seconds(lambda: [mirror_view(snapshot, viewer, r["school_id"], r["school_year"]) for r in chosen])
    return 1000 * spent / len(chosen)


def main() -> None:
    """Measure, print a table, and the figures as one JSON line."""
    views = 5 if "--quick" in sys.argv else 50
    sample = sorted(path for path in (ROOT / "data" / "sample").iterdir() if path.suffix != ".md")
    figures = measure("sample", "sample", sample, views)
    real = Path(os.environ.get("MIRRORS_REAL_DATA", ROOT.parent / "shared" / "data")) / "nyc"
    if real.is_dir():
        figures |= measure("nyc", "nyc", [real / name for name in NEW_YORK], views)
    figures["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for name, value in figures.items():
        print(f"{name:28} {value:10.2f}")
    print(
        json.dumps(
            {"bench": "speed", "figures": {k: round(v, 2) for k, v in figures.items()}, "goals": GOALS}
        )
    )


if __name__ == "__main__":
    main()
