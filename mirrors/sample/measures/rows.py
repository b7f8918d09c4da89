"""The measures of one school year as rows of the contract."""

import numpy as np
import pandas as pd

from mirrors.sample.measures.care import care
from mirrors.sample.measures.course import course
from mirrors.sample.measures.further import further
from mirrors.sample.measures.hours import first_weeks, hours
from mirrors.sample.measures.late import lateness
from mirrors.sample.measures.patterns import concentration, levels, patterns
from mirrors.sample.measures.year import Count, Year
from mirrors.sample.reduce import rows


def measures(rng: np.random.Generator, year: Year) -> pd.DataFrame:
    """Every measure of every school; one that has no whole (no pupil at the threshold) is left out."""
    counts: dict[str, Count] = {
        **patterns(rng, year),
        **levels(rng, year),
        **concentration(year),
        **lateness(rng, year),
        **care(rng, year),
        **course(rng, year),
        **further(rng, year),
    }
    counts |= hours(rng, year, counts)
    counts["first_weeks"] = first_weeks(rng, year)
    parts = np.stack([count.part for count in counts.values()], axis=1).astype(np.float64)
    wholes = np.stack([count.whole for count in counts.values()], axis=1).astype(np.float64)
    pupils = np.stack([count.pupils for count in counts.values()], axis=1)
    columns = {
        "measure": np.tile(np.array(list(counts)), year.size),
        "member": "",
        "numerator": parts.ravel(),
        "denominator": wholes.ravel(),
        "pupils": pupils.ravel(),
    }
    frame = rows(year.schools, year.record, np.repeat(np.arange(year.size), len(counts)), columns)
    return frame[frame["denominator"] > 0]
