"""Turn the rows of one source table into facts, by the layout of a mapping profile.

The layout is compiled to SQL over a table of texts, so that a file of millions of rows costs a few
column scans. Every number carries a status: `exact`, a bound (`at_least`, `at_most`), `missing`
(suppressed by the provider) or `not_asked`. How a column writes its numbers and school years is found in
its distinct texts first.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from mirrors.definitions import Contract, Jurisdiction
from mirrors.definitions.profile import FactRows, Layout, Markers, Rows, Source, Stages
from mirrors.intake.reading import ROW, SourceTable
from mirrors.intake.values import (
    COMMA_DECIMAL,
    COMMA_GROUPS,
    DATE,
    DATE_FORMS,
    GROUP_MARKS,
    POINT_DECIMAL,
    REAL_NUMBER,
    NumberStyle,
    number_style,
    school_year,
)

PLAIN_NUMBER = r"^-?\d{1,15}(?:\.\d{1,15})?$"

EMPTY = {"string": "VARCHAR", "integer": "DOUBLE", "number": "DOUBLE", "date": "DATE"}
"""The SQL type of a value that is not there, by the type of its column."""

MEASURE = {
    "absence": "units",
    "pupil_band": "pupils",
    "context": "value",
    "enrolment": "possible",
    "measure": "numerator",
    "survey_summary": "favourable",
}
"""The column of a fact whose status the row carries; other facts are always exact."""

EITHER = {"survey_summary": "mean"}
"""Facts that a provider may give in one of two columns, each with a status: the other one of the two."""

SHARED = frozenset({"absence", "pupil_band"})
"""Facts that a provider may give as a share only."""


@dataclass(frozen=True)
class Mapped:
    """A compiled fact: an SQL expression for each of its columns over a relation with our short names.

    Beside each value column stand `<column>_status` and `<column>_given` (whether the cell held anything).
    `sources` tells the columns of the file that a column is made of, `named` the same by our short names;
    `ambiguous` are the columns whose numbers could be read in two ways, `plain` those taken from one column
    of texts as it stands.
    """

    contract: Contract
    expressions: dict[str, str]
    category: str | None
    sources: dict[str, str]
    named: dict[str, frozenset[str]]
    ambiguous: frozenset[str]
    plain: frozenset[str]

    def over(self, relation: str, *more: str) -> str:
        """Return SQL that reads the fact from `relation`, with `more` of the relation's own columns."""
        inner = f"SELECT {', '.join([*self.expressions.values(), *more])} FROM {relation}"
        return inner if self.category is None else f"SELECT *, {self.category} AS category FROM ({inner})"

    def column_over(self, column: str, relation: str, *more: str) -> str:
        """Return SQL that reads one column of the fact (a code with its category) from `relation`."""
        inner = f"SELECT {', '.join([self.expressions[column], *more])} FROM {relation}"
        return inner if column != "code" else f"SELECT *, {self.category} AS category FROM ({inner})"


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


def kept_sql(layout: Layout, source: SourceTable) -> str:
    """Return SQL for the rows of the relation `source` that the layout does not leave out."""
    named = named_sql(layout, source.header, "source")
    if not layout.keep_only and not any(_occurs(rows, layout, source) for rows in layout.drop):
        return named
    return f"SELECT * FROM ({named}) WHERE {dropped_sql(layout)} IS NULL"


def _occurs(rows: Rows, layout: Layout, source: SourceTable) -> bool:
    """Return whether a table holds one of the texts by which rows are left out."""
    column = layout.found(source.header).get(rows.column)
    if column is None:
        return False
    return bool(pc.any(pc.is_in(distinct_texts(source, column), pa.array(rows.equals))).as_py())


def distinct_texts(source: SourceTable, column: str) -> pa.Array:
    """Return the different texts in a column of a table."""
    return source.rows[column].chunk(0).dictionary


def category_sql(jurisdiction: Jurisdiction) -> str:
    """Return an SQL expression for the canonical category of `code`; null when nobody knows the code."""
    codes = {**jurisdiction.codes, **jurisdiction.aliases}
    whens = "".join(
        f" WHEN {literal(code)} THEN {literal(jurisdiction.category(code) or '')}" for code in codes
    )
    return f"CASE code{whens} WHEN 'any' THEN 'any' END"


@dataclass(frozen=True)
class _Cell:
    """SQL expressions for one value: itself, its status, and whether the source held anything."""

    value: str
    status: str = "'exact'"
    given: str = "false"


@dataclass(frozen=True)
class FactMapper:
    """Compiles the facts of one table: its layout, its rows, and the rules to read by."""

    layout: Layout
    source: SourceTable
    markers: Markers
    jurisdiction: Jurisdiction
    _styles: dict[str, NumberStyle] = field(default_factory=dict)

    @cached_property
    def found(self) -> dict[str, str]:
        """Our short name -> the column of the file, for the columns that are there."""
        return self.layout.found(self.source.header)

    def map(self, fact: FactRows, contract: Contract) -> Mapped:
        """Return `fact` compiled for the rows that this table keeps."""
        layout = self.layout
        columns = {
            "school_id": f"{school_id_sql(layout)} AS school_id",
            "school_year": f"{self._school_year()} AS school_year",
        }
        named = {
            "school_id": frozenset(re.findall(r"\{(\w+)\}", layout.school_id)),
            "school_year": frozenset() if layout.year else frozenset({layout.school_year}),
        }
        shares = _may_be_shares(contract)
        for name, kind in fact_columns(contract):
            source = fact.take.get(name)
            cell = self._cell(source, fact.set.get(name), kind, name in shares)
            columns[name] = (
                f"{cell.value} AS {name}, {cell.status} AS {name}_status, {cell.given} AS {name}_given"
            )
            named[name] = _reads(source)
        told = {name: self._told(fact.take.get(name), parts) for name, parts in named.items()}
        columns["basis"] = f"{literal(layout.basis)} AS basis"
        doubtful = self._doubtful(contract, named)
        return Mapped(contract, columns, self._category(contract), told, named, doubtful, self._plain(fact))

    def _told(self, source: Source | Stages | None, named: frozenset[str]) -> str:
        """Return what the file calls the column that a value is read from."""
        columns = [source.column] if isinstance(source, Source) else sorted(named)
        return ", ".join(self.found.get(column, self.layout.columns[column][0]) for column in columns)

    def _category(self, contract: Contract) -> str | None:
        return category_sql(self.jurisdiction) if "code" in contract.columns else None

    def _doubtful(self, contract: Contract, named: dict[str, frozenset[str]]) -> frozenset[str]:
        numbers = (name for name, kind in fact_columns(contract) if kind in ("integer", "number"))
        return frozenset(
            name
            for name in numbers
            if any(self._style(column) is NumberStyle.AMBIGUOUS for column in named[name])
        )

    def _school_year(self) -> str:
        """Return SQL for the school year: each label in the file stands for one, or for none."""
        if self.layout.year:
            return literal(self.layout.year)
        label = self.layout.school_year
        years = {text: school_year(text, self.layout.year_label) for text in self._texts(label)}
        if years and all(text == year for text, year in years.items()):
            return quote(label)
        whens = [f"WHEN {literal(text)} THEN {literal(year)}" for text, year in years.items() if year]
        return f"CASE {quote(label)} {' '.join(whens)} END" if whens else "NULL::VARCHAR"

    def _texts(self, column: str) -> list[str]:
        """Return the distinct texts in the column of the file that we call `column`."""
        if column not in self.found:
            return []
        texts = distinct_texts(self.source, self.found[column])
        return [text for text in texts.to_pylist() if text is not None]

    def _are_plain_numbers(self, column: str) -> bool:
        """Return whether every text in the column is digits, perhaps with a sign and a decimal point."""
        if any(re.fullmatch(PLAIN_NUMBER, text) for text in (*self.markers.missing, *self.markers.not_asked)):
            return False
        texts = distinct_texts(self.source, self.found[column])
        return pc.all(pc.match_substring_regex(texts, PLAIN_NUMBER)).as_py() is not False

    def _style(self, column: str) -> NumberStyle:
        if column not in self._styles:
            marked = [text for text in self._texts(column) if "." in text or "," in text]
            self._styles[column] = number_style(marked, self.source.point_is_decimal)
        return self._styles[column]

    def _plain(self, fact: FactRows) -> frozenset[str]:
        """Return the columns whose text is one column's text, letter for letter."""
        layout = self.layout
        plain = {
            name for name, source in fact.take.items() if isinstance(source, Source) and not source.values
        }
        if re.fullmatch(r"\{\w+\}", layout.school_id) and not (layout.pad or layout.lower):
            plain.add("school_id")
        years = [school_year(text, layout.year_label) for text in self._texts(layout.school_year)]
        return frozenset(plain | ({"school_year"} if len({*years, None}) > len(years) else set()))

    def _cell(
        self, source: Source | Stages | None, constant: str | float | None, kind: str, share: bool
    ) -> _Cell:
        if source is None:
            return _Cell(f"NULL::{EMPTY[kind]}" if constant is None else literal(constant))
        if isinstance(source, Stages):
            return _Cell(_stages(source))
        if kind == "string":
            return _Cell(_text(source))
        if kind == "date":
            return _Cell(_date(source), given=f"{quote(source.column)} IS NOT NULL")
        return self._quantity(source, share or source.percent)

    def _quantity(self, source: Source, share: bool) -> _Cell:
        if source.column not in self.found:
            return _Cell("NULL::DOUBLE", "'not_asked'")
        if self._are_plain_numbers(source.column) and not (
            source.minus or source.complement or source.percent or source.values
        ):
            return _Cell(f"{quote(source.column)}::DOUBLE", given=f"{quote(source.column)} IS NOT NULL")
        value, status = _number(source, self.markers, self._style(source.column), share)
        given = f"{quote(source.column)} IS NOT NULL"
        if source.minus:
            other, other_status = _number(
                Source(column=source.minus), self.markers, self._style(source.minus), share
            )
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


def _may_be_shares(contract: Contract) -> frozenset[str]:
    """Return the columns in which a per cent sign has a meaning: shares, and numbers of any unit."""
    limits = {column.name: column.constraints for column in contract.fields}
    bounds = {name: (each.minimum, each.maximum) for name, each in limits.items()}
    return frozenset(name for name, each in bounds.items() if each in ((0, 1), (None, None))) | {"share"}


def _reads(source: Source | Stages | None) -> frozenset[str]:
    """Return our names of the columns that a value is read from."""
    if isinstance(source, Stages):
        return frozenset(name for columns in source.stages.values() for name in columns)
    return frozenset(filter(None, (source.column, source.minus))) if source else frozenset()


def _turned(status: str) -> str:
    """Return SQL for the status of what is left when a number with `status` is taken away."""
    return f"CASE {status} WHEN 'at_least' THEN 'at_most' WHEN 'at_most' THEN 'at_least' ELSE {status} END"


def _text(source: Source) -> str:
    """Return SQL for a text, translated; one that nobody translated stays, for the checks to refuse."""
    column = quote(source.column)
    if not source.values:
        return column
    whens = " ".join(f"WHEN {literal(key)} THEN {literal(value)}" for key, value in source.values.items())
    return f"CASE {column} {whens} ELSE {literal(source.otherwise) if source.otherwise else column} END"


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


def _date(source: Source) -> str:
    forms = ", ".join(map(literal, DATE_FORMS))
    # DuckDB reads a year of two digits as one of the first century; what fits no date is an empty text.
    return f"try_strptime(regexp_extract({quote(source.column)}, {literal(f'^{DATE}$')}, 1), [{forms}])::DATE"


def _number(source: Source, markers: Markers, style: NumberStyle, share: bool) -> tuple[str, str]:
    """Return SQL for the number in a column (or the bound in its marker), and for its status.

    Only what may be a `share` may have a per cent sign.
    """
    text = _text(source)
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
    bare = _with_point(bare, style)
    plain = f"try_cast({bare} AS DOUBLE)" + (" / 100" if source.percent else "")
    signed = f"try_cast(rtrim({bare}, '% ') AS DOUBLE) / 100" if share else "NULL"
    number = f"CASE WHEN ends_with({bare}, '%') THEN {signed} ELSE {plain} END"
    # So many digits may be more than a number can hold.
    return f"CASE WHEN isfinite({number}) THEN {number} END", status


def _with_point(text: str, style: NumberStyle) -> str:
    """Return SQL for a number as a database writes it: no groups of thousands, a decimal point."""
    pattern, digits, real = POINT_DECIMAL, text, ""
    match style:
        case NumberStyle.COMMA:
            pattern = COMMA_DECIMAL
            digits = f"replace(regexp_replace({text}, '{GROUP_MARKS}', '', 'g'), ',', '.')"
            real = f"WHEN regexp_full_match({text}, {literal(REAL_NUMBER)}) THEN {text}"
        case NumberStyle.COMMA_GROUPS:
            pattern = COMMA_GROUPS
            digits = f"replace({text}, ',', '')"
    # Not everything that DuckDB takes for a number is one to its writer: 1_000, 1e3, 0x10, infinity.
    return f"CASE WHEN regexp_full_match({text}, {literal(pattern)}) THEN {digits} {real} END"
