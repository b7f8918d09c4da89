"""Counts of real schools by school year: New York City and Maryland, where the files are at hand."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirrors.benchmark.panel import Panel

DATA = Path(os.environ.get("MIRRORS_REAL_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
EARLY = DATA / "nyc" / "nyc_attendance_demographics_2013-14_to_2017-18__merged.csv"
LATE = DATA / "nyc" / "attendance_all_years.csv"
MARYLAND = DATA / "maryland" / "attendance"
MARYLAND_YEARS = range(2003, 2020)
"""End years; 2020 stops in March."""

LARGEST_SHARE = 0.8
"""Above this a school is a special programme, or its figures are wrong; no rule sees it."""

FEWEST_IN_GRADES = 5
SCHOOL_DAYS = 180
CONTEXT = ("Poverty", "Students with Disabilities", "English Language Learners")
ABSENCE_AT_BOUND = 0.04
"""Stands in for an attendance of ">= 95.0" per cent."""

MANY_DAYS_AT_BOUND = 0.03
"""Stands in for a share of "<= 5.0" per cent of pupils absent more than 20 days."""


@dataclass(frozen=True, eq=False)
class Counts:
    """One indicator's counts per school (index) and school year (columns), and each school's type.

    `bounded` marks values of which the file gives only a bound, by the same index and columns. `context` are
    tables of the same kind, one a feature, with a column for every school year of which it is known.
    """

    absent: pd.DataFrame
    possible: pd.DataFrame
    pupils: pd.DataFrame
    school_type: pd.Series
    bounded: pd.DataFrame
    context: tuple[pd.DataFrame, ...] = ()

    @property
    def years(self) -> tuple[str, ...]:
        """The school years, oldest first."""
        return tuple(self.absent.columns)


def panel_of(counts: Counts, schools: pd.Index, years: tuple[str, ...]) -> Panel:
    """Return what a city knew at the end of the last of these years."""
    columns = list(years)
    return Panel(
        school_ids=tuple(schools),
        years=years,
        absent=counts.absent.loc[schools, columns].to_numpy(),
        possible=counts.possible.loc[schools, columns].to_numpy(),
        pupils=counts.pupils.loc[schools, columns].to_numpy(),
        school_type=counts.school_type.reindex(schools, fill_value="other").to_numpy(dtype=str),
        context=_context(counts, schools, columns),
        blocked=np.zeros(len(schools), dtype=bool),
        most=LARGEST_SHARE,
    )


def _context(counts: Counts, schools: pd.Index, years: list[str]) -> NDArray[np.float64] | None:
    """Return context, (schools, years, features), a year's median for what is missing; None if not known."""
    if not counts.context or not set(years) <= set(counts.context[0].columns):
        return None
    tables = (table.reindex(index=schools, columns=years) for table in counts.context)
    return np.stack([table.fillna(table.median()).to_numpy() for table in tables], axis=2)


def new_york_context(early: pd.DataFrame) -> tuple[pd.DataFrame, ...]:
    """Return shares of pupils in poverty, with special needs and learning English, 2013-14 to 2017-18."""
    rows = early.rename(columns={"DBN": "school", "Year": "year"})
    return tuple(_wide(rows, f"% {feature}") for feature in CONTEXT)


def _wide(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return one column as schools by school years, NaN where a school has no row."""
    table = rows.pivot(index="school", columns="year", values=column).astype(float)
    return table.sort_index(axis=1)


def _counts(rows: pd.DataFrame, school_type: pd.Series, context: tuple[pd.DataFrame, ...] = ()) -> Counts:
    """Return rows of school, year, absent, possible, pupils, bounded as counts."""
    absent, possible, pupils = (_wide(rows, column) for column in ("absent", "possible", "pupils"))
    bounded = _wide(rows, "bounded") == 1.0
    return Counts(absent, possible, pupils, school_type, bounded, context)


def new_york_type(early: pd.DataFrame) -> pd.Series:
    """Return which of elementary, middle and high grades each school served when last seen."""
    levels = {
        "elementary": ["Grade K", *[f"Grade {grade}" for grade in range(1, 6)]],
        "middle": [f"Grade {grade}" for grade in range(6, 9)],
        "high": [f"Grade {grade}" for grade in range(9, 13)],
    }
    last = early.sort_values("Year").groupby("DBN").last()
    serves = {level: last[grades].sum(axis=1) >= FEWEST_IN_GRADES for level, grades in levels.items()}
    return pd.DataFrame(serves).apply(lambda row: "+".join(row.index[row]) or "other", axis=1)


def new_york_absence() -> Counts:
    """Return days absent, 2013-14 to 2019-20 (which ends in March)."""
    early = pd.read_csv(EARLY)
    late = pd.read_csv(LATE)
    first = early.rename(
        columns={
            "DBN": "school",
            "Year": "year",
            "# Days Absent": "absent",
            "# Total Days": "possible",
            "# Contributing 20+ Total Days": "pupils",
        }
    )
    then = late[late["year"].isin(["2018-19", "2019-20"])].rename(
        columns={
            "dbn": "school",
            "days_absent": "absent",
            "total_days": "possible",
            "contributing_10_total_days": "pupils",
        }
    )
    columns = ["school", "year", "absent", "possible", "pupils"]
    rows = pd.concat([first[columns], then[columns]]).assign(bounded=False)
    return _counts(rows, new_york_type(early), new_york_context(early))


def new_york_chronic() -> Counts:
    """Return chronically absent pupils, 2013-14 to 2017-18; later years count another set of pupils."""
    early = pd.read_csv(EARLY)
    rows = early.rename(
        columns={
            "DBN": "school",
            "Year": "year",
            "# Chronically Absent": "absent",
            "# Contributing 20+ Total Days": "possible",
        }
    )
    rows = rows.assign(pupils=rows["possible"], bounded=False)
    return _counts(rows, new_york_type(early), new_york_context(early))


def _maryland_rows() -> pd.DataFrame:
    """Return one row per school, level band and year, all cells as text but `pupils` and `school`."""
    files = []
    for year in MARYLAND_YEARS:
        rows = pd.read_csv(MARYLAND / f"Attendance_{year}.csv", dtype=str)
        rows = rows.rename(columns={"LSS Number": "district", "LEA Number": "district"})
        rows = rows[rows["School Number"] != "A"]
        place = rows["district"].str.zfill(2) + "-" + rows["School Number"].str.zfill(4)
        files.append(
            rows.assign(school=place + "-" + rows["School Type"], year=f"{year - 1}-{year % 100:02d}")
        )
    rows = pd.concat(files, ignore_index=True).drop_duplicates(["school", "year"])
    return rows.assign(pupils=pd.to_numeric(rows["More 90 Member Cnt"], errors="coerce"))


def maryland_absence() -> Counts:
    """Return days absent, 2002-03 to 2018-19; an attendance of at least 95 % stands in as 4 % absence."""
    rows = _maryland_rows()
    member = pd.to_numeric(rows["Days Member Cnt"], errors="coerce")
    attended = pd.to_numeric(rows["Days Attended Cnt"], errors="coerce")
    bounded = rows["Attend Rate Pct"].str.startswith(">=")
    possible = member.where(~bounded, SCHOOL_DAYS * rows["pupils"])
    absent = (member - attended).where(~bounded, ABSENCE_AT_BOUND * possible)
    return _maryland(rows.assign(absent=absent, possible=possible, bounded=bounded))


def maryland_more_than_20() -> Counts:
    """Return pupils absent more than 20 days, 2002-03 to 2018-19; at most 5 % stands in as 3 %."""
    rows = _maryland_rows()
    bounded = rows["More 20 Pct"].str.startswith("<=")
    exact = pd.to_numeric(rows["More 20 Cnt"], errors="coerce")
    absent = exact.where(~bounded, MANY_DAYS_AT_BOUND * rows["pupils"])
    return _maryland(rows.assign(absent=absent, possible=rows["pupils"], bounded=bounded))


def maryland_five_days() -> Counts:
    """Return pupils absent five days or more, 2002-03 to 2018-19, where the file gives their number."""
    rows = _maryland_rows()
    fewer = pd.to_numeric(rows["Fewer 5 Cnt"], errors="coerce")
    return _maryland(rows.assign(absent=rows["pupils"] - fewer, possible=rows["pupils"], bounded=False))


def _maryland(rows: pd.DataFrame) -> Counts:
    """Return the complete rows as counts; the level band is the type."""
    complete = rows.dropna(subset=["absent", "possible", "pupils"])
    kinds = complete.groupby("school")["School Type"].last().str.lower()
    return _counts(complete, kinds)


def exact_only(counts: Counts) -> Counts:
    """Return the counts without the values of which only a bound is known."""
    tables = (table.where(~counts.bounded) for table in (counts.absent, counts.possible, counts.pupils))
    return Counts(*tables, counts.school_type, counts.bounded & False)


@dataclass(frozen=True)
class Series:
    """A real series and how to read it; `targets` are the positions of the years whose lists are followed.

    `rate` reads the rate of the same absences, where the series is a share of pupils beyond a threshold.
    """

    name: str
    read: Callable[[], Counts]
    targets: tuple[int, ...]
    rate: Callable[[], Counts] | None = None


def maryland_absence_exact() -> Counts:
    """Return days absent without the values of which only a bound is known."""
    return exact_only(maryland_absence())


MARYLAND_TARGETS = tuple(range(3, 16))
REAL_SERIES = (
    Series("nyc_absence", new_york_absence, (3, 4, 5)),
    Series("nyc_chronic", new_york_chronic, (3,), new_york_absence),
    Series("md_absence", maryland_absence, MARYLAND_TARGETS),
    Series("md_more20", maryland_more_than_20, MARYLAND_TARGETS, maryland_absence),
    Series("md_5days", maryland_five_days, MARYLAND_TARGETS, maryland_absence),
    Series("md_absence_exact", maryland_absence_exact, MARYLAND_TARGETS),
    Series(
        "md_more20_exact",
        lambda: exact_only(maryland_more_than_20()),
        MARYLAND_TARGETS,
        maryland_absence_exact,
    ),
)


def at_hand() -> tuple[Series, ...]:
    """Return the series whose files exist."""
    here = {"nyc": EARLY.exists() and LATE.exists(), "md": MARYLAND.exists()}
    return tuple(series for series in REAL_SERIES if here[series.name.split("_")[0]])
