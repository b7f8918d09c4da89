"""The sample city as the product computes it and as the oracle reads it, once for all spec tests."""

import pytest

from tests.spec import oracle
from tests.spec.cities import SAMPLE, City, sample_city


@pytest.fixture(scope="session")
def city() -> City:
    """Return the sample city as computed and published by the product."""
    return sample_city()


@pytest.fixture(scope="session")
def files() -> oracle.Files:
    """Return the rows of the sample files."""
    return oracle.read_files(SAMPLE)


@pytest.fixture(scope="session")
def observed(files: oracle.Files) -> dict[str, dict[oracle.Cell, oracle.Observed]]:
    """Return every indicator of every school-year, by the oracle."""
    return oracle.indicators(files)


@pytest.fixture(scope="session")
def alarmed(files: oracle.Files) -> set[oracle.Cell]:
    """Return the school-years with an alarm, by the oracle."""
    return oracle.alarmed(files)
