"""What all tests share."""

import gc
import os
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

from mirrors.jobs import build_sample

pytest_plugins = ["tests.real_data"]

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "sample"

# The same examples on every run; `pytest --hypothesis-profile=explore` looks further.
settings.register_profile("project", deadline=None, max_examples=30, derandomize=True, database=None)
settings.register_profile("explore", deadline=None, database=None, max_examples=2000)
settings.load_profile("project")


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a store in which the sample city is published; nobody may write to it."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        # The workers of one run share it: the first one builds it, the others wait.
        shared = shared.parent
    folder = shared / "sample_store"
    with FileLock(shared / "sample_store.lock"):
        if not folder.exists():
            build_sample(folder, sorted(path for path in SAMPLE.iterdir() if path.suffix != ".md"))
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put walks in a browser first: they take longest, and no worker should end with one of them alone."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


def pytest_unconfigure() -> None:
    """Take hypothesis' hook out of the collector: with it, DuckDB reports its objects as leaked at exit."""
    gc.callbacks.clear()
    gc.collect()
