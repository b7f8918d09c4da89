"""The checks of expected values as readers see them: whole per cents, no school."""

import pandas as pd

from mirrors.benchmark.benchmark import Benchmark
from mirrors.benchmark.calibration import calibration
from mirrors.definitions import Indicator


def tables(benchmark: Benchmark, indicators: dict[str, Indicator]) -> dict[str, pd.DataFrame]:
    """Return the table calibration: indicator, school_year, check, item, value, low, high (the goal), ok."""
    found = calibration(benchmark, indicators)
    return {"calibration": found.assign(value=found["value"].round(2))}
