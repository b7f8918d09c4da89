"""Real public data, which live outside the project: each city is read once for all tests."""

import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from mirrors.jobs import Ingested, ingest, publish
from mirrors.store import PublishedStore, Snapshot, open_facts

ROOT = Path(__file__).parents[1]
NEW_YORK = (
    "attendance_all_years.csv",
    "demographic-snapshot-2017-18-to-2021-22.xlsx",
    "housing_all_years.csv",
)
NEW_YORK_EARLIER = "nyc_attendance_demographics_2013-14_to_2017-18__merged.csv"
BALTIMORE = "SY16-17 School Level _OFFICIAL_0.xlsx"
MARYLAND_RECENT = (2018, 2019, 2022, 2023)


@dataclass(frozen=True)
class RealStore:
    """A store of real data and what intake said of the files."""

    folder: Path
    ingested: Ingested

    def facts(self, sql: str) -> pd.DataFrame:
        """Return rows of the facts in force."""
        with open_facts(self.folder) as facts:
            return facts.frame(sql)

    def snapshot(self) -> Snapshot:
        """Return the snapshot in use."""
        return PublishedStore(self.folder).current()


def real_folder(name: str) -> Path:
    """Return a folder of real data, or skip the test and say where it was looked for."""
    data = Path(os.environ.get("MIRRORS_REAL_DATA", ROOT.parent / "shared" / "data"))
    if not (data / name).is_dir():
        pytest.skip(f"no real data in {data / name}; name their folder in MIRRORS_REAL_DATA")
    return data / name


@pytest.fixture(scope="session")
def new_york(tmp_path_factory: pytest.TempPathFactory) -> RealStore:
    """Return New York 2017-18 to 2020-21, published."""
    source, folder = real_folder("nyc"), tmp_path_factory.mktemp("new_york")
    store = RealStore(folder, ingest(folder, "nyc", [source / name for name in NEW_YORK]))
    publish(folder)
    return store


@pytest.fixture(scope="session")
def long_new_york(tmp_path_factory: pytest.TempPathFactory) -> RealStore:
    """Return New York with the file of the earlier years beside the others."""
    source, folder = real_folder("nyc"), tmp_path_factory.mktemp("long_new_york")
    files = [source / name for name in (NEW_YORK_EARLIER, *NEW_YORK)]
    return RealStore(folder, ingest(folder, "nyc", files))


@pytest.fixture(scope="session")
def maryland(tmp_path_factory: pytest.TempPathFactory) -> RealStore:
    """Return all years of Maryland."""
    source, folder = real_folder("maryland/attendance"), tmp_path_factory.mktemp("maryland")
    return RealStore(folder, ingest(folder, "maryland", sorted(source.glob("*.csv"))))


@pytest.fixture(scope="session")
def recent_maryland(tmp_path_factory: pytest.TempPathFactory) -> RealStore:
    """Return four recent years of Maryland, published."""
    source, folder = real_folder("maryland/attendance"), tmp_path_factory.mktemp("recent_maryland")
    files = [source / f"Attendance_{year}.csv" for year in MARYLAND_RECENT]
    store = RealStore(folder, ingest(folder, "maryland", files))
    publish(folder)
    return store


@pytest.fixture(scope="session")
def baltimore(tmp_path_factory: pytest.TempPathFactory) -> RealStore:
    """Return the school survey of Baltimore, published."""
    source, folder = real_folder("baltimore"), tmp_path_factory.mktemp("baltimore")
    store = RealStore(folder, ingest(folder, "baltimore", [source / BALTIMORE]))
    publish(folder)
    return store
