"""Rules between rows and between files: what is absent was possible, parts add up to their whole.

Each rule is one SQL statement over views of the facts of the upload (and of what the store already holds),
which gives the table, the row and the number of rows of every cell that breaks it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import duckdb
import pyarrow as pa

from mirrors.definitions import Jurisdiction, load_contracts
from mirrors.definitions.jurisdiction import SchoolCalendar, Weekday
from mirrors.definitions.school_days import FIRST_SCHOOL_YEAR, school_days
from mirrors.intake.finding import MOST_PLACES, Finding
from mirrors.intake.mapping import literal
from mirrors.intake.rules import Problem
from mirrors.store.incoming import FactRows
from mirrors.store.workbench import open_workbench

ROUNDING = 0.5
"""Providers round; a difference of less than this is none."""

LARGEST_ROLL_GAP = 0.25
"""Pupils counted may differ from pupils enrolled by this share, as pupils come and go."""

LARGEST_PUPIL_LOAD = 1.25
"""A pupil's place may be taken by more than one pupil in a year, so that possible half-days may exceed the
calendar's by this much."""

LARGEST_COPY = 2_000_000
"""Rows of an upload that are copied, for the rules to read."""

NO_PARTS = ("gini", "late_minutes", "first_absence", "helpdesk_requests")
"""Measures whose figure is no part of a whole: an index, and a median."""

_CELL = "school_id, school_year, breakdown, member"


_ANY_TOTAL = "SELECT 1 FROM absence WHERE category = 'any' LIMIT 1"


@dataclass(frozen=True)
class PlacedRows:
    """Facts and the table of a file that they come from."""

    rows: FactRows
    file: str
    sheet: str | None


def check_together(
    placed: Sequence[PlacedRows], jurisdiction: Jurisdiction, known: Mapping[str, pa.Table]
) -> list[Finding]:
    """Return what is wrong between the rows of an upload, given the facts `known` before it."""
    with open_workbench() as connection:
        given = _views(connection, placed, known)
        totals = "absence" in given and connection.execute(_ANY_TOTAL).fetchone() is not None
        if "enrolment" in given:
            connection.register("half_days", _half_days(connection, jurisdiction))
        return [
            finding
            for problem, statement, detail in _rules(given, totals, jurisdiction, placed)
            for finding in _findings(connection, placed, problem, statement, detail)
        ]


def _views(
    connection: duckdb.DuckDBPyConnection, placed: Sequence[PlacedRows], known: Mapping[str, pa.Table]
) -> frozenset[str]:
    """Make a relation of each contract: the upload's rows with the number of their table, and known ones."""
    parts: dict[str, list[str]] = {}
    for number, one in enumerate(placed):
        connection.register(f"source_{number}", one.rows.source)
        # The relation is named last: names of columns, which may be anything, stand before it.
        head, _, tail = one.rows.sql.rpartition("FROM source")
        sql = f"{head}FROM source_{number}{tail}"
        parts.setdefault(one.rows.contract, []).append(f"SELECT *, {number} AS place FROM ({sql})")
    # An upload's own enrolment is believed; schools are the city's, whichever upload told of them.
    for name in [name for name in known if name not in parts or name == "schools"]:
        connection.register(f"known_{name}", known[name])
        parts.setdefault(name, []).append(f"SELECT *, NULL::INTEGER AS place FROM known_{name}")
    # Read once where memory allows; a huge table is rather read again for every rule.
    rows = sum(one.rows.source.num_rows for one in placed)
    kept_as = "TABLE" if rows <= LARGEST_COPY else "VIEW"
    for name, selects in parts.items():
        connection.execute(f"CREATE TEMP {kept_as} {name} AS {' UNION ALL BY NAME '.join(selects)}")
    return frozenset(parts)


def _findings(
    connection: duckdb.DuckDBPyConnection,
    placed: Sequence[PlacedRows],
    problem: Problem,
    statement: str,
    detail: str,
) -> Iterator[Finding]:
    """Yield a finding for every table in which `statement` (place, row) found something."""
    found = connection.execute(
        f"SELECT place, count(*), array_agg(line ORDER BY line)[:{MOST_PLACES}] FROM ({statement})"
        " WHERE place IS NOT NULL GROUP BY place ORDER BY place"
    ).fetchall()
    for place, rows, lines in found:
        one = placed[place]
        yield Finding(
            problem, one.file, one.sheet, None, int(lines[0]), int(rows), detail, tuple(map(int, lines))
        )


_Rule = tuple[Problem, str, str]


def _rules(
    given: frozenset[str], totals: bool, jurisdiction: Jurisdiction, placed: Sequence[PlacedRows]
) -> Iterator[_Rule]:
    yield from _same_row_in_two_files(placed)
    for name in sorted(given):
        yield Problem.ALIKE_SCHOOLS, _alike_schools(name), ""
    if "schools" in given:
        for name in sorted(given - {"schools"}):
            yield Problem.UNKNOWN_SCHOOL, _unknown_school(name), ""
    for name in sorted(name for name in given if "date" in load_contracts()[name].columns):
        yield Problem.OTHER_YEAR, _other_year(name), ""
    if {"absence", "enrolment"} <= given:
        yield Problem.MORE_THAN_POSSIBLE, _more_than_possible(jurisdiction), ""
    if totals:
        yield Problem.KINDS_NOT_TOTAL, _kinds_not_total(jurisdiction), ""
    if "absence_pattern" in given:
        more = "SELECT place, source_row AS line FROM absence_pattern WHERE units > possible"
        yield Problem.MORE_THAN_POSSIBLE, more, ""
    if "enrolment" in given and jurisdiction.calendar is not None:
        yield Problem.IMPOSSIBLE_HALF_DAYS, _MORE_THAN_THE_CALENDAR, ""
    if "absence_pattern" in given and jurisdiction.calendar is not None:
        yield Problem.IMPOSSIBLE_HALF_DAYS, _no_school_then(jurisdiction.calendar), ""
    if "measure" in given:
        yield Problem.PART_OVER_WHOLE, _PART_OVER_WHOLE, ""
    if "survey_summary" in given:
        yield Problem.MORE_THAN_INVITED, _MORE_THAN_INVITED, ""
    if "pupil_band" in given:
        yield Problem.BANDS_NOT_BASE, _BANDS_NOT_BASE, ""
    if {"pupil_band", "enrolment"} <= given:
        yield Problem.BANDS_NOT_ENROLMENT, _BANDS_NOT_ENROLMENT, ""


def _same_row_in_two_files(placed: Sequence[PlacedRows]) -> Iterator[_Rule]:
    contracts = [one.rows.contract for one in placed]
    for name in sorted({name for name in contracts if contracts.count(name) > 1}):
        key = ", ".join(load_contracts()[name].primary_key)
        again = (
            f"SELECT max(place) AS place, max_by(source_row, place) AS line FROM {name}"
            f" WHERE place IS NOT NULL GROUP BY {key}, file_rank HAVING count(*) > 1"
        )
        yield Problem.TWICE, again, key
        if "month" in load_contracts()[name].primary_key:
            yield Problem.MONTHS_AND_YEAR, _months_and_year(name), ""


def _months_and_year(name: str) -> str:
    """Return SQL for cells of which one table gives the months and another the whole year."""
    key = [column for column in load_contracts()[name].primary_key if column not in ("month", "code")]
    return (
        f"SELECT max(place) AS place, max_by(source_row, place) AS line FROM {name} WHERE place IS NOT NULL"
        f" GROUP BY {', '.join(key)}, file_rank"
        " HAVING count(DISTINCT place) > 1 AND count(month) BETWEEN 1 AND count(*) - 1"
    )


def _alike_schools(name: str) -> str:
    """Return SQL for the first row of every school whose id another one has but for capitals or zeros."""
    ids = f"SELECT school_id, max(place) AS place, min(source_row) AS line FROM {name} GROUP BY school_id"
    return (
        "SELECT max(place) AS place, max_by(line, school_id) AS line"
        f" FROM ({ids}) GROUP BY lower(ltrim(school_id, '0')) HAVING count(*) > 1"
    )


def _unknown_school(name: str) -> str:
    """Return SQL for the first row of every school that no file of schools has, in years that have some."""
    return (
        f"SELECT place, min(source_row) AS line FROM {name} AS fact"
        " WHERE school_year IN (SELECT school_year FROM schools) AND NOT EXISTS (FROM schools"
        " WHERE schools.school_id = fact.school_id AND schools.school_year = fact.school_year)"
        " AND school_id IS NOT NULL GROUP BY place, school_id, school_year"
    )


def _other_year(name: str) -> str:
    """Return SQL for dates outside their school year, which runs from August to July."""
    first = "try_cast(school_year[:4] AS INTEGER)"
    return (
        f"SELECT place, source_row AS line FROM {name}"
        f" WHERE year(date) - (month(date) < 8)::INTEGER <> {first}"
    )


def _counted(jurisdiction: Jurisdiction) -> str:
    """Return SQL for the categories that count as absence."""
    counted = sorted({code.category for code in jurisdiction.codes.values() if code.absence})
    return ", ".join(map(literal, counted))


def _more_than_possible(jurisdiction: Jurisdiction) -> str:
    """Return SQL for cells with more absent than possible, by month where both are given by month."""
    kinds = f"sum(units) FILTER (WHERE category IN ({_counted(jurisdiction)}))"
    every = "sum(units) FILTER (WHERE category = 'any')"
    exact = "status = 'exact' AND breakdown <> 'together'"
    absent = (
        f"SELECT {_CELL}, month, file_rank, max(place) AS place, min(source_row) AS line,"
        f" greatest({kinds}, {every}) AS absent FROM absence"
        f" WHERE {exact} GROUP BY GROUPING SETS (({_CELL}, file_rank, month), ({_CELL}, file_rank))"
        " HAVING grouping(month) = 1 OR month IS NOT NULL"
    )
    same = " AND ".join(f"a.{name} IS NOT DISTINCT FROM e.{name}" for name in (*_CELL.split(", "), "month"))
    return (
        "SELECT coalesce(a.place, e.place) AS place,"
        " CASE WHEN a.place IS NULL THEN e.source_row ELSE a.line END AS line"
        f" FROM ({absent}) AS a JOIN (FROM enrolment WHERE {exact}) AS e ON {same}"
        f" WHERE a.absent > e.possible + {ROUNDING}"
    )


def _kinds_not_total(jurisdiction: Jurisdiction) -> str:
    """Return SQL for cells whose kinds exceed their total, or differ from it where every kind is given."""
    counted = _counted(jurisdiction)
    every_kind = len(counted.split(", "))
    cell = (
        f"SELECT {_CELL}, month, file_rank, max(place) AS place, min(source_row) AS line,"
        f" sum(units) FILTER (WHERE category IN ({counted})) AS kinds,"
        f" count(DISTINCT category) FILTER (WHERE category IN ({counted})) AS given,"
        " sum(units) FILTER (WHERE category = 'any') AS total FROM absence"
        f" WHERE status = 'exact' AND breakdown <> 'together' GROUP BY {_CELL}, month, file_rank"
    )
    return (
        f"SELECT place, line FROM ({cell}) WHERE kinds > total + {ROUNDING}"
        f" OR (given = {every_kind} AND kinds < total - {ROUNDING})"
    )


_MORE_THAN_THE_CALENDAR = (
    "SELECT place, source_row AS line FROM enrolment AS e JOIN half_days AS h"
    " ON e.school_year = h.school_year AND e.month IS NOT DISTINCT FROM h.month"
    f" WHERE status = 'exact' AND pupils > 0 AND possible > ({LARGEST_PUPIL_LOAD} * pupils + 2) * h.half_days"
)


def _half_days(connection: duckdb.DuckDBPyConnection, jurisdiction: Jurisdiction) -> pa.Table:
    """Return the half-days of the calendar by school year and month, and of the whole year (month null)."""
    years = [year for (year,) in connection.execute("SELECT DISTINCT school_year FROM enrolment").fetchall()]
    counts = Counter(
        (year, month)
        for year in years
        if int(year[:4]) >= FIRST_SCHOOL_YEAR
        for half_day in school_days(year, jurisdiction) or ()
        for month in (half_day.date.month, None)
    )
    return pa.table(
        {
            "school_year": pa.array([year for year, _ in counts], pa.string()),
            "month": pa.array([month for _, month in counts], pa.int64()),
            "half_days": pa.array(list(counts.values()), pa.int64()),
        }
    )


def _no_school_then(calendar: SchoolCalendar) -> str:
    """Return SQL for figures about half-days on which there is never school, such as Wednesday afternoon."""
    week = get_args(Weekday)
    there_is = ", ".join(
        f"({week.index(day) + 1}, '{half_day}')"
        for day, half_days in calendar.half_days.items()
        for half_day in half_days
    )
    return (
        "SELECT place, source_row AS line FROM absence_pattern"
        f" WHERE (weekday, half_day) NOT IN ({there_is}) AND (units > 0 OR possible > 0)"
    )


_PART_OVER_WHOLE = (
    "SELECT place, source_row AS line FROM measure WHERE status = 'exact' AND numerator > denominator"
    f" AND measure NOT IN ({', '.join(map(literal, NO_PARTS))})"
)

_MORE_THAN_INVITED = (
    "SELECT max(place) AS place, min(source_row) AS line FROM survey_summary WHERE responses > invited"
    " GROUP BY school_id, school_year, respondent_group, file_rank"
)
"""A group is told of once, however many of its themes stand in the file."""

_BANDS = (
    f"SELECT {_CELL}, category, scale, file_rank, max(place) AS place, min(source_row) AS line,"
    " sum(pupils) AS pupils, max(base) AS base, min(at_least) AS lowest, count(*) AS bands,"
    " count(below) AS closed, sum(coalesce(below, 0)) - sum(at_least) AS reach, max(below) AS highest,"
    " max(at_least) AS last, min(base) AS fewest FROM pupil_band"
    " WHERE status = 'exact' AND breakdown <> 'together'"
    f" GROUP BY {_CELL}, category, scale, file_rank"
)
"""Pupils by band, one row for every set of bands. Bands are whole when they start at 0, the last one is open
and each begins where the one before ends: the upper edges are then the lower ones but 0."""

_BANDS_NOT_BASE = (
    f"SELECT place, line FROM ({_BANDS}) WHERE (lowest = 0 AND closed = bands - 1 AND abs(reach) < 1e-9"
    " AND pupils <> base) OR pupils > base OR base <> fewest"
)

_BANDS_NOT_ENROLMENT = (
    f"SELECT b.place, b.line FROM ({_BANDS}) AS b JOIN"
    " (SELECT school_id, school_year, max(pupils) AS enrolled FROM enrolment WHERE breakdown = 'all'"
    " GROUP BY school_id, school_year) AS e USING (school_id, school_year)"
    f" WHERE b.breakdown = 'all' AND abs(base - enrolled) > greatest(10, {LARGEST_ROLL_GAP} * enrolled)"
)
