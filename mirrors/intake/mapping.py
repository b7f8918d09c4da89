"""Turn the rows of one source table into facts, by the layout of a mapping profile.

The layout is compiled to SQL over a table of texts, so that a file of millions of rows costs a few
column scans. Every number carries a status: `exact`, a bound (`at_least`, `at_most`), `missing`
(suppressed by the provider) or `not_asked`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mirrors.definitions import Contract, Jurisdiction
from mirrors.definitions.profile import FactRows, Layout, Markers, Source, Stages
from mirrors.intake.source import ROW

MEASURE = {"absence": "units", "pupil_band": "pupils", "context": "value", "enrolment": "possible"}
"""The column of a fact whose status the row carries; other facts are always exact."""

SHARED = frozenset({"absence", "pupil_band"})
"""Facts that a provider may give as a share only."""


@dataclass(frozen=True)
class Mapped:
    """A compiled fact: SQL that gives, for each kept row, its columns with `<column>_status` and
    `<column>_given` (whether the cell held anything), and where in the file each column comes from."""

    contract: Contract
    sql: str
    sources: dict[str, str]


def quote(name: str) -> str:
    """Return `name` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | float) -> str:
    """Return `value` as an SQL literal."""
    return repr(float(value)) if isinstance(value, int | float) else "'" + value.replace("'", "''") + "'"


def named_sql(layout: Layout, header: tuple[str, ...], table: str) -> str:
    """Return SQL for `table` with our short names; a column that is not in the file is null."""
    found = layout.found(header)
    columns = [
        f"{quote(found[name])} AS {quote(name)}" if name in found else f"NULL::VARCHAR AS {quote(name)}"
        for name in layout.columns
    ]
    return f"SELECT {', '.join(columns)}, {ROW} FROM {table}"


def dropped_sql(layout: Layout) -> str:
    """Return an SQL expression: why a row is left out, or null when it is kept."""
    whens = [f"WHEN {_one_of(rows.column, rows.equals)} THEN {literal(rows.why)}" for rows in layout.drop]
    whens += [
        f"WHEN NOT {_one_of(rows.column, rows.equals)} THEN {literal(rows.why)}" for rows in layout.keep_only
    ]
    return f"CASE {' '.join(whens)} END" if whens else "NULL::VARCHAR"


def _one_of(column: str, values: Iterable[str]) -> str:
    return f"coalesce({quote(column)} IN ({', '.join(map(literal, values))}), false)"


def school_id_sql(layout: Layout) -> str:
    """Return an SQL expression for the school's id, its parts padded and lowered as the layout says."""
    pieces = []
    for part in re.split(r"(\{\w+\})", layout.school_id):
        if not part.startswith("{"):
            pieces += [literal(part)] if part else []
            continue
        name = part[1:-1]
        value = _padded(name, layout.pad[name]) if name in layout.pad else quote(name)
        pieces.append(f"lower({value})" if name in layout.lower else value)
    return " || ".join(pieces)


def _padded(name: str, width: int) -> str:
    # lpad also cuts a longer text down to the width.
    return f"lpad({quote(name)}, greatest({width}, length({quote(name)}))::INTEGER, '0')"


def school_year_sql(layout: Layout) -> str:
    """Return an SQL expression for the school year as 2024-25; null when the label is not one."""
    label = quote(layout.school_year)
    if layout.year_label == "end_year":
        year = f"try_cast(regexp_extract({label}, '^\\d{{4}}$') AS INTEGER)"
        return f"CASE WHEN {year} BETWEEN 1900 AND 2200 THEN printf('%d-%02d', {year} - 1, {year} % 100) END"
    start, end = f"try_cast({label}[:4] AS INTEGER)", f"try_cast({label}[6:] AS INTEGER)"
    written = f"regexp_full_match({label}, '\\d{{4}}-\\d{{2}}')"
    return f"CASE WHEN {written} AND ({start} + 1) % 100 = {end} THEN {label} END"


@dataclass(frozen=True)
class _Cell:
    """SQL expressions for one value: itself, its status, and whether the source held anything."""

    value: str
    status: str = "'exact'"
    given: str = "false"


@dataclass(frozen=True)
class FactMapper:
    """Compiles the facts of one file: its layout, the columns present in it, and the rules to read by."""

    layout: Layout
    present: frozenset[str]
    markers: Markers
    jurisdiction: Jurisdiction

    def map(self, fact: FactRows, contract: Contract) -> Mapped:
        """Return the SQL that reads `fact` from the relation `kept`."""
        layout = self.layout
        columns = [f"{school_id_sql(layout)} AS school_id", f"{school_year_sql(layout)} AS school_year"]
        sources = {
            "school_id": ", ".join(
                layout.columns[part][0] for part in re.findall(r"\{(\w+)\}", layout.school_id)
            ),
            "school_year": layout.columns[layout.school_year][0],
        }
        for name, kind in fact_columns(contract):
            source = fact.take.get(name)
            cell = self._cell(source, fact.set.get(name), kind)
            columns += [
                f"{cell.value} AS {name}",
                f"{cell.status} AS {name}_status",
                f"{cell.given} AS {name}_given",
            ]
            if isinstance(source, Source):
                sources[name] = layout.columns[source.column][0]
        sql = f"SELECT {', '.join(columns)}, {literal(layout.basis)} AS basis, {ROW} FROM kept"
        return Mapped(contract, self._with_category(sql, contract), sources)

    def _with_category(self, sql: str, contract: Contract) -> str:
        if "code" not in contract.columns:
            return sql
        codes = {**self.jurisdiction.codes, **self.jurisdiction.aliases}
        whens = "".join(
            f" WHEN {literal(code)} THEN {literal(self.jurisdiction.category(code) or '')}" for code in codes
        )
        return f"SELECT *, CASE code{whens} WHEN 'any' THEN 'any' END AS category FROM ({sql})"

    def _cell(self, source: Source | Stages | None, constant: str | float | None, kind: str) -> _Cell:
        if source is None:
            empty = "NULL::VARCHAR" if kind == "string" else "NULL::DOUBLE"
            return _Cell(empty if constant is None else literal(constant))
        if isinstance(source, Stages):
            return _Cell(_stages(source))
        if kind == "string":
            return _Cell(_text(source))
        return self._quantity(source)

    def _quantity(self, source: Source) -> _Cell:
        if source.column not in self.present:
            return _Cell("NULL::DOUBLE", "'not_asked'")
        value, status = _number(source, self.markers)
        given = f"{quote(source.column)} IS NOT NULL"
        if source.minus:
            other, other_status = _number(Source(column=source.minus), self.markers)
            value = f"({value} - {other})"
            status = f"CASE WHEN {status} <> 'exact' THEN {status} ELSE {_turned(other_status)} END"
            given += f" AND {quote(source.minus)} IS NOT NULL"
        if source.complement:
            value = f"round(1 - {value}, 6)"
            status = _turned(status)
        return _Cell(value, status, given)


def fact_columns(contract: Contract) -> tuple[tuple[str, str], ...]:
    """Return (name, type) of a fact's columns after school and year: the contract's, and perhaps `share`."""
    pairs = [
        (column.name, column.type)
        for column in contract.fields
        if column.name not in ("school_id", "school_year")
    ]
    return tuple(pairs + ([("share", "number")] if contract.name in SHARED else []))


def _turned(status: str) -> str:
    """Return SQL for the status of what is left when a number with `status` is taken away."""
    return f"CASE {status} WHEN 'at_least' THEN 'at_most' WHEN 'at_most' THEN 'at_least' ELSE {status} END"


def _text(source: Source) -> str:
    column = quote(source.column)
    if not source.values:
        return column
    whens = " ".join(f"WHEN {literal(key)} THEN {literal(value)}" for key, value in source.values.items())
    return f"CASE {column} {whens} ELSE {literal(source.otherwise) if source.otherwise else 'NULL'} END"


def _stages(source: Stages) -> str:
    def pupils(columns: Iterable[str]) -> str:
        return "(" + " + ".join(f"coalesce(try_cast({quote(name)} AS DOUBLE), 0)" for name in columns) + ")"

    total = pupils(name for columns in source.stages.values() for name in columns)
    fewest = f"greatest({source.share} * {total}, 1)"
    parts = [
        f"CASE WHEN {pupils(columns)} >= {fewest} THEN {literal(stage)} END"
        for stage, columns in source.stages.items()
    ]
    return f"coalesce(nullif(concat_ws(' + ', {', '.join(parts)}), ''), {literal(source.otherwise)})"


def _number(source: Source, markers: Markers) -> tuple[str, str]:
    """Return SQL for the number in a column (or the bound in its marker), and for its status."""
    text = quote(source.column)
    words = [("missing", markers.missing), ("not_asked", markers.not_asked)]
    bounds = [("at_least", p) for p in markers.at_least] + [("at_most", p) for p in markers.at_most]
    whens = [f"WHEN {_one_of(source.column, texts)} THEN '{meaning}'" for meaning, texts in words if texts]
    whens += [
        f"WHEN regexp_full_match({text}, {literal(pattern)}) THEN '{meaning}'" for meaning, pattern in bounds
    ]
    status = f"CASE {' '.join(whens)} ELSE 'exact' END" if whens else "'exact'"
    digits = " ".join(
        f"WHEN regexp_full_match({text}, {literal(p)}) THEN regexp_extract({text}, {literal(p)}, 1)"
        for _, p in bounds
    )
    bare = f"(CASE {digits} ELSE {text} END)" if digits else text
    plain = f"try_cast({bare} AS DOUBLE)" + (" / 100" if source.percent else "")
    signed = f"try_cast(rtrim({bare}, '% ') AS DOUBLE) / 100"
    number = f"CASE WHEN ends_with({bare}, '%') THEN {signed} ELSE {plain} END"
    # DuckDB reads words such as "nan" and "infinity" as numbers.
    return f"CASE WHEN isfinite({number}) THEN {number} END", status
