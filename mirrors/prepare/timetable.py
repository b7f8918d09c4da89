"""The days that events fall on: every day of the school years at hand, and those with school."""

from collections.abc import Sequence
from datetime import date

import pandas as pd
import pyarrow as pa

from mirrors.definitions import Jurisdiction
from mirrors.definitions.school_days import FIRST_SCHOOL_YEAR, school_days

_FIRST_MONTH = 9


def days(school_years: Sequence[str], seen: Sequence[date]) -> pa.Table:
    """Return each day from the first to the last of `school_years` and `seen`.

    The columns are date, ordinal (which counts days), month, weekday (1 = Monday to 7) and school_year, which
    starts on 1 September.
    """
    years = sorted(map(first_year, school_years))
    edges = [day for year in years for day in (date(year, 9, 1), date(year + 1, 8, 31))]
    known = [*edges, *seen]
    span = pd.date_range(min(known), max(known), freq="D") if known else pd.DatetimeIndex([])
    start = span.year - (span.month < _FIRST_MONTH)
    return pa.table(
        {
            "date": pa.array(span.date, pa.date32()),
            "ordinal": pa.array([day.toordinal() for day in span], pa.int32()),
            "month": pa.array(span.month, pa.int32()),
            "weekday": pa.array(span.day_of_week + 1, pa.int32()),
            "school_year": pa.array([f"{year}-{(year + 1) % 100:02d}" for year in start], pa.string()),
        }
    )


def years_before(school_years: Sequence[str]) -> pa.Table:
    """Return each school year and the one before it: school_year, before."""
    starts = [first_year(label) for label in school_years]
    before = [f"{start - 1}-{start % 100:02d}" for start in starts]
    return pa.table(
        {"school_year": pa.array(school_years, pa.string()), "before": pa.array(before, pa.string())}
    )


def community_half_days(school_years: Sequence[str], jurisdiction: Jurisdiction) -> pa.Table:
    """Return the half-days of the community's calendar where it knows them: school_year, date, half_day."""
    rows = [
        (label, half_day.date, half_day.half_day)
        for label in school_years
        if first_year(label) >= FIRST_SCHOOL_YEAR
        for half_day in school_days(label, jurisdiction) or ()
    ]
    kinds = {"school_year": pa.string(), "date": pa.date32(), "half_day": pa.string()}
    return pa.table(
        {name: pa.array([row[at] for row in rows], kind) for at, (name, kind) in enumerate(kinds.items())}
    )


def first_year(school_year: str) -> int:
    """Return the calendar year in which `school_year` ("2024-25") starts."""
    return int(school_year[:4])
