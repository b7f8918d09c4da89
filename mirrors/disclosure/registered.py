"""What the registers of a school-year mean for its figures."""

import numpy as np
import pandas as pd

from mirrors.benchmark.alarm import among


def registered(rows: pd.DataFrame, registration: pd.DataFrame, column: str) -> np.ndarray:
    """Return which rows are about a school-year with something in this column of its registration."""
    named = registration[registration[column] != ""]
    return among(rows, set(zip(named["school_id"], named["school_year"], strict=True)))
