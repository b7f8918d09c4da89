"""Check mapped facts against their contract: every fault is found, none is corrected."""

from collections.abc import Iterator
from typing import TypeAlias

import duckdb

from mirrors.definitions import Contract, Jurisdiction
from mirrors.definitions.contract import Column
from mirrors.intake.finding import Finding, Problem
from mirrors.intake.mapping import Mapped, literal
from mirrors.intake.source import ROW

LARGEST_COUNT = 1e15
"""No register counts further, and a larger number is not exact any more."""


def check_fact(
    connection: duckdb.DuckDBPyConnection, mapped: Mapped, file: str, jurisdiction: Jurisdiction
) -> list[Finding]:
    """Return what is wrong with the relation `fact`, which holds the rows of `mapped`."""
    findings = []
    for problem, column, condition, detail in _rules(mapped.contract, jurisdiction):
        count, row = _violations(connection, condition)
        if count:
            findings.append(Finding(problem, file, mapped.sources.get(column, column), row, count, detail))
    return findings + _counted_twice(connection, mapped.contract, file)


def _violations(connection: duckdb.DuckDBPyConnection, condition: str) -> tuple[int, int | None]:
    [(count, row)] = connection.execute(f"SELECT count(*), min({ROW}) FROM fact WHERE {condition}").fetchall()
    return int(count), row


Rule: TypeAlias = tuple[Problem, str, str, str]


def _rules(contract: Contract, jurisdiction: Jurisdiction) -> Iterator[Rule]:
    yield Problem.REQUIRED, "school_id", "coalesce(trim(school_id), '') = ''", ""
    yield Problem.SCHOOL_YEAR, "school_year", "school_year IS NULL", ""
    for column in contract.fields:
        if column.name == "school_id":
            yield from _longest(column)
        elif column.name != "school_year":
            yield from _column_rules(column)
        if column.name == "school_type":
            types = ", ".join(map(literal, jurisdiction.school_types))
            yield (
                Problem.NOT_IN_LIST,
                "school_type",
                f"school_type NOT IN ({types})",
                ", ".join(jurisdiction.school_types),
            )
        if column.name == "code":
            known = ", ".join([*jurisdiction.codes, *jurisdiction.aliases, "any"])
            yield Problem.UNKNOWN_CODE, "code", "code IS NOT NULL AND category IS NULL", known


def _column_rules(column: Column) -> Iterator[Rule]:
    name, limits = column.name, column.constraints
    if column.type != "string":
        yield Problem.NOT_A_NUMBER, name, f"{name} IS NULL AND {name}_status = 'exact' AND {name}_given", ""
    if column.type == "integer":
        yield Problem.NOT_WHOLE, name, f"{name} <> floor({name})", ""
    if limits.required:
        given = f" AND NOT {name}_given" if column.type != "string" else ""
        yield Problem.REQUIRED, name, f"{name} IS NULL AND {name}_status = 'exact'{given}", ""
    if limits.minimum is not None:
        yield Problem.TOO_SMALL, name, f"{name} < {limits.minimum}", f"{limits.minimum:g}"
    maximum = LARGEST_COUNT if column.type != "string" and limits.maximum is None else limits.maximum
    if maximum is not None:
        yield Problem.TOO_LARGE, name, f"{name} > {maximum}", f"{maximum:g}"
    yield from _longest(column)
    if limits.pattern is not None:
        yield (
            Problem.PATTERN,
            name,
            f"NOT regexp_full_match({name}, {literal(limits.pattern)})",
            limits.pattern,
        )
    if limits.enum is not None:
        allowed = ", ".join(map(literal, limits.enum))
        yield Problem.NOT_IN_LIST, name, f"{name} NOT IN ({allowed})", ", ".join(limits.enum)


def _longest(column: Column) -> Iterator[Rule]:
    longest = column.constraints.maxLength
    if longest is not None:
        yield Problem.TOO_LONG, column.name, f"length({column.name}) > {longest}", str(longest)


def _counted_twice(connection: duckdb.DuckDBPyConnection, contract: Contract, file: str) -> list[Finding]:
    """Return rows given twice, and cells given both by month and for the whole year."""
    key = contract.primary_key
    findings = [_groups(connection, Problem.TWICE, key, "count(*) > 1", file)]
    if "month" in key:
        cell = tuple(column for column in key if column not in ("month", "code"))
        findings.append(
            _groups(
                connection, Problem.MONTHS_AND_YEAR, cell, "count(month) BETWEEN 1 AND count(*) - 1", file
            )
        )
    return [finding for finding in findings if finding]


def _groups(
    connection: duckdb.DuckDBPyConnection, problem: Problem, key: tuple[str, ...], having: str, file: str
) -> Finding | None:
    columns = ", ".join(key)
    found = f"SELECT max({ROW}) AS line FROM fact GROUP BY {columns} HAVING {having}"
    [(count, row)] = connection.execute(f"SELECT count(*), min(line) FROM ({found})").fetchall()
    return Finding(problem, file, row=row, rows=int(count), detail=columns) if count else None
