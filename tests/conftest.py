"""What tests of several rooms share: a store of the synthetic sample city, built once."""

from pathlib import Path

import pytest

from mirrors.jobs import ingest, publish

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "sample"


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a store in which the sample city is published; nobody may write to it."""
    folder = tmp_path_factory.mktemp("sample_store")
    ingest(folder, "sample", sorted(path for path in SAMPLE.iterdir() if path.suffix != ".md"))
    publish(folder)
    return folder
