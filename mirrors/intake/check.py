"""Check mapped facts against their contract: every fault is found, none is corrected.

A rule about one column is checked once for every distinct text in it, not once a row, so that the checks of
millions of rows cost little more than counting them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from mirrors.definitions import Jurisdiction
from mirrors.definitions.contract import Column
from mirrors.intake.finding import MOST_PLACES, Finding
from mirrors.intake.mapping import Mapped, literal, quote
from mirrors.intake.reading import ROW, SourceTable
from mirrors.intake.rules import Problem

LARGEST_COUNT = 1e15
"""No register counts further, and a larger number is not exact any more."""

TOTALS = ("totaal", "totalen", "total", "totals", "totaux", "alle", "alle scholen", "all", "tous", "toutes")
"""What stands in the place of a school's id where a row adds up the others."""

_LARGEST_TABLE_OF_KEYS = 1 << 28


@dataclass(frozen=True)
class Check:
    """One rule that was held against one column (or key) of a table, and how many rows broke it."""

    file: str
    sheet: str | None
    column: str
    problem: Problem
    rows: int


@dataclass(frozen=True)
class Checked:
    """What the checks of one table found, and every rule that was checked."""

    findings: tuple[Finding, ...]
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class _Rule:
    """A condition, in SQL, that no row may fulfil."""

    problem: Problem
    column: str
    condition: str
    detail: str = ""


def check_fact(
    connection: duckdb.DuckDBPyConnection,
    mapped: Mapped,
    source: SourceTable,
    jurisdiction: Jurisdiction,
    at_provider: bool = False,
) -> Checked:
    """Return what is wrong with the rows of `mapped`, which reads the relation `kept`.

    `at_provider`, tokens are still the provider's own numbers of pupils, written in any way.
    """
    connection.execute(f"CREATE OR REPLACE TEMP VIEW fact AS {mapped.over('kept', ROW)}")
    findings: list[Finding] = []
    checks: list[Check] = []
    for column, rules in _by_column(_rules(mapped, jurisdiction, at_provider)):
        for rule, rows in zip(rules, _broken(connection, mapped, column, rules), strict=True):
            told = mapped.sources.get(column) or column
            checks.append(Check(source.file, source.sheet, told, rule.problem, rows))
            if rows:
                findings.append(_finding(connection, source, rule, told, rows))
    for rule, rows, finding in _counted_twice(connection, mapped, source):
        checks.append(Check(source.file, source.sheet, rule.column, rule.problem, rows))
        findings += [finding] if finding else []
    return Checked(tuple(findings), tuple(checks))


def _by_column(rules: Iterator[_Rule]) -> list[tuple[str, list[_Rule]]]:
    columns: dict[str, list[_Rule]] = {}
    for rule in rules:
        columns.setdefault(rule.column, []).append(rule)
    return list(columns.items())


def _broken(
    connection: duckdb.DuckDBPyConnection, mapped: Mapped, column: str, rules: Sequence[_Rule]
) -> tuple[int, ...]:
    """Return how many rows break each rule about `column`."""
    distinct = _distinct(mapped, column)
    sums = ", ".join(f"coalesce(sum(n) FILTER (WHERE {rule.condition}), 0)" for rule in rules)
    [counts] = connection.execute(f"SELECT {sums} FROM ({distinct})").fetchall()
    return tuple(map(int, counts))


def _distinct(mapped: Mapped, column: str) -> str:
    """Return SQL for the mapped values of `column`, one row for every distinct content it is read from.

    `n` counts the rows that have it.
    """
    reads = sorted(mapped.named.get(column, ()))
    if not reads:
        return mapped.column_over(column, "kept", "1 AS n")
    names = ", ".join(map(quote, reads))
    return mapped.column_over(column, f"(SELECT {names}, count(*) AS n FROM kept GROUP BY {names})", "n")


def _finding(
    connection: duckdb.DuckDBPyConnection, source: SourceTable, rule: _Rule, told: str, rows: int
) -> Finding:
    found = connection.execute(
        f"SELECT {ROW} FROM fact WHERE {rule.condition} ORDER BY 1 LIMIT {MOST_PLACES}"
    ).fetchall()
    places = tuple(int(row) for (row,) in found)
    return Finding(rule.problem, source.file, source.sheet, told, places[0], rows, rule.detail, places)


def _rules(mapped: Mapped, jurisdiction: Jurisdiction, at_provider: bool) -> Iterator[_Rule]:
    yield _Rule(Problem.SCHOOL_YEAR, "school_year", "school_year IS NULL")
    for column in mapped.contract.fields:
        if column.name == "school_year":
            continue
        if column.name in mapped.ambiguous:
            yield _Rule(Problem.AMBIGUOUS_NUMBER, column.name, f"{column.name}_given")
            continue
        rules = _column_rules(column)
        if at_provider and column.name == "token":
            rules = (rule for rule in rules if rule.problem is not Problem.PATTERN)
        yield from rules
        if column.name == "school_id":
            totals = ", ".join(map(literal, TOTALS))
            yield _Rule(Problem.TOTALS_ROW, "school_id", f"lower(school_id) IN ({totals})")
        if column.name == "school_type":
            types = tuple(jurisdiction.school_types)
            yield _in_list("school_type", types)
        if column.name == "code":
            known = ", ".join([*jurisdiction.codes, *jurisdiction.aliases, "any"])
            yield _Rule(Problem.UNKNOWN_CODE, "code", "code IS NOT NULL AND category IS NULL", known)


def _in_list(name: str, allowed: Sequence[str]) -> _Rule:
    return _Rule(
        Problem.NOT_IN_LIST,
        name,
        f"{name} NOT IN ({', '.join(map(literal, allowed))})",
        ", ".join(allowed),
    )


def _column_rules(column: Column) -> Iterator[_Rule]:
    name, limits = column.name, column.constraints
    if column.type == "string":
        if limits.required:
            yield _Rule(Problem.REQUIRED, name, f"coalesce(trim({name}), '') = ''")
    else:
        unread = Problem.NOT_A_DATE if column.type == "date" else Problem.NOT_A_NUMBER
        yield _Rule(unread, name, f"{name} IS NULL AND {name}_status = 'exact' AND {name}_given")
        if limits.required:
            yield _Rule(
                Problem.REQUIRED, name, f"{name} IS NULL AND {name}_status = 'exact' AND NOT {name}_given"
            )
    if column.type == "integer":
        yield _Rule(Problem.NOT_WHOLE, name, f"{name} <> floor({name})")
    if column.type in ("integer", "number"):
        yield from _range(column)
    if limits.maxLength is not None:
        yield _Rule(Problem.TOO_LONG, name, f"length({name}) > {limits.maxLength}", str(limits.maxLength))
    if limits.pattern is not None:
        yield _Rule(
            Problem.PATTERN,
            name,
            f"NOT regexp_full_match({name}, {literal(limits.pattern)})",
            limits.pattern,
        )
    if limits.enum is not None:
        yield _in_list(name, limits.enum)


def _range(column: Column) -> Iterator[_Rule]:
    name, limits = column.name, column.constraints
    if limits.minimum is not None:
        yield _Rule(Problem.TOO_SMALL, name, f"{name} < {limits.minimum}", f"{limits.minimum:g}")
    maximum = LARGEST_COUNT if limits.maximum is None else limits.maximum
    yield _Rule(Problem.TOO_LARGE, name, f"{name} > {maximum}", f"{maximum:g}")


def _counted_twice(
    connection: duckdb.DuckDBPyConnection, mapped: Mapped, source: SourceTable
) -> Iterator[tuple[_Rule, int, Finding | None]]:
    """Yield rows given twice, and cells given both by month and for the whole year."""
    key = mapped.contract.primary_key
    twice = _Rule(Problem.TWICE, ", ".join(key), "count(*) > 1", ", ".join(key))
    if surely_distinct(mapped, source):
        yield twice, 0, None
    else:
        yield _groups(connection, source, twice, key)
    if "month" in key:
        cell = tuple(column for column in key if column not in ("month", "code"))
        both = _Rule(Problem.MONTHS_AND_YEAR, "month", "count(month) BETWEEN 1 AND count(*) - 1")
        months = source.rows[mapped.sources["month"]] if mapped.sources["month"] in source.header else None
        if months is None or months.null_count in (0, len(months)):
            yield both, 0, None
        else:
            yield _groups(connection, source, both, cell)


def _groups(
    connection: duckdb.DuckDBPyConnection, source: SourceTable, rule: _Rule, key: Sequence[str]
) -> tuple[_Rule, int, Finding | None]:
    found = f"SELECT max({ROW}) AS line FROM fact GROUP BY {', '.join(key)} HAVING {rule.condition}"
    [(count,)] = connection.execute(f"SELECT count(*) FROM ({found})").fetchall()
    if not count:
        return rule, 0, None
    lines = connection.execute(f"SELECT line FROM ({found}) ORDER BY 1 LIMIT {MOST_PLACES}").fetchall()
    places = tuple(int(line) for (line,) in lines)
    finding = Finding(
        rule.problem, source.file, source.sheet, None, places[0], int(count), rule.detail, places
    )
    return rule, int(count), finding


def surely_distinct(mapped: Mapped, source: SourceTable) -> bool:
    """Return True when no two rows can have the same key, found from the codes of their texts alone.

    Texts that differ may still mean the same ("1" and "01"), so that only columns of plain text, and of
    numbers without a leading zero or a decimal, prove anything; False means that the rows must be compared.
    """
    place = np.zeros(source.rows.num_rows, np.int64)
    size = 1
    for column in mapped.contract.primary_key:
        told = mapped.sources[column]
        if told not in source.header:
            continue
        texts = source.rows[told].chunk(0)
        if not _one_text_one_meaning(mapped, column, texts):
            return False
        width = len(texts.dictionary) + 1
        codes = texts.indices.fill_null(width - 1).to_numpy(zero_copy_only=False)
        place, size = place * width + codes, size * width
        if size > _LARGEST_TABLE_OF_KEYS:
            return False
    taken = np.zeros(size, np.bool_)
    taken[place] = True
    return int(taken.sum()) == len(place)


def _one_text_one_meaning(mapped: Mapped, column: str, texts: pa.DictionaryArray) -> bool:
    kinds = {field.name: field.type for field in mapped.contract.fields}
    values = [text for text in texts.dictionary.to_pylist() if text is not None]
    if kinds[column] == "string":
        return column in mapped.plain and len(set(values)) == len(values)
    return all(text.isdecimal() and (text == "0" or text[0] != "0") for text in values)
