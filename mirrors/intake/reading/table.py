"""What reading gives: tables of texts, and the texts around them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from mirrors.intake.finding import Finding, Refused
from mirrors.intake.rules import Problem

ROW = "source_row"
"""Name of the column with the row of the file, as a spreadsheet numbers it (the header is mostly row 1)."""

TEXTS = pa.dictionary(pa.int32(), pa.string())
"""Every column is its distinct texts and a code a row: what is true of a text is found once."""


_NO_WIDTH = "[\u200b\u200c\u200d\u2060\ufeff]"
"""Signs that nobody sees, and that would make two texts of one."""


@dataclass(frozen=True)
class FileContent:
    """A file as it was handed over: its name and its bytes, mapped from disk or held in memory."""

    name: str
    content: pa.Buffer

    @property
    def suffix(self) -> str:
        """The ending of the name, in lower case: ".csv"."""
        return Path(self.name).suffix.lower()


@dataclass(frozen=True)
class Margin:
    """A text of a file that stands outside its tables.

    `kind` is file_name, member_name, sheet_name, title, comment, author, property or other_cell (a cell of a
    sheet that is not loaded).
    """

    kind: str
    text: str
    sheet: str | None = None
    row: int | None = None


@dataclass(frozen=True)
class SourceTable:
    """One table of a file.

    `rows` has one column of TEXTS for every name in `header` (one chunk; null = empty cell) and ROW.
    `point_is_decimal` tells that a point in a number can only be a decimal point.
    """

    file: str
    sheet: str | None
    header: tuple[str, ...]
    rows: pa.Table
    point_is_decimal: bool = True

    def finding(self, problem: Problem, column: str | None = None, row: int | None = None) -> Finding:
        """Return a finding about this table."""
        return Finding(problem, self.file, self.sheet, column, row)


@dataclass(frozen=True)
class SourceFile:
    """One file: its tables, the texts around them, and what is remarkable about it."""

    name: str
    sha256: str
    size: int
    tables: tuple[SourceTable, ...]
    margins: tuple[Margin, ...] = ()
    findings: tuple[Finding, ...] = ()


def open_file(path: Path) -> FileContent:
    """Return the file at `path`, mapped into memory; raises Refused when there is none or it is empty."""
    if not path.is_file():
        raise Refused([Finding(Problem.NOT_FOUND, path.name)])
    if not path.stat().st_size:
        raise Refused([Finding(Problem.EMPTY, path.name)])
    with pa.memory_map(str(path)) as mapped:
        return FileContent(path.name, mapped.read_buffer())


def source_table(
    file: str,
    sheet: str | None,
    header: Sequence[str],
    columns: Sequence[pa.Array],
    lines: pa.Array,
    point_is_decimal: bool = True,
) -> SourceTable:
    """Return the table with these columns of TEXTS; raises Refused for a header that names no column well.

    Columns without a name and without a value (the edge of a spreadsheet) are left out.
    """
    kept = [
        (name.strip(), trimmed(column), place)
        for place, (name, column) in enumerate(zip(header, columns, strict=True), start=1)
        if name.strip() or column.null_count < len(column)
    ]
    names = [name for name, _, _ in kept]
    # Databases take two names that differ in capitals only for one.
    folded = [name.casefold() for name in names]
    for seen, (name, _, place) in enumerate(kept):
        # The place of the column, not its text: without a header the first row holds values.
        if not name:
            raise Refused([Finding(Problem.NAMELESS_COLUMN, file, sheet, str(place), 1)])
        if folded[seen] in folded[:seen]:
            raise Refused([Finding(Problem.REPEATED_COLUMN, file, sheet, str(place), 1)])
        if folded[seen] == ROW:
            raise Refused([Finding(Problem.OTHER_COLUMNS, file, sheet, ROW, 1)])
    if not len(lines):
        raise Refused([Finding(Problem.NO_ROWS, file, sheet)])
    rows = pa.Table.from_arrays([*(column for _, column, _ in kept), lines], names=[*names, ROW])
    return SourceTable(file, sheet, tuple(names), rows, point_is_decimal)


def trimmed(column: pa.DictionaryArray) -> pa.DictionaryArray:
    """Return a column without space around its texts; a text of spaces only becomes an empty cell."""
    texts = pc.utf8_trim_whitespace(column.dictionary)
    if not pc.all(pc.string_is_ascii(texts)).as_py():
        texts = pc.utf8_trim_whitespace(pc.replace_substring_regex(texts, _NO_WIDTH, ""))
    if texts.equals(column.dictionary) and not pc.any(pc.equal(texts, "")).as_py():
        return column
    plain = pa.DictionaryArray.from_arrays(column.indices, texts).dictionary_decode()
    return pc.if_else(pc.equal(plain, ""), pa.scalar(None, pa.string()), plain).dictionary_encode()


def texts_column(values: Sequence[str | None]) -> pa.DictionaryArray:
    """Return a column of TEXTS; empty texts become empty cells."""
    return pa.array([value or None for value in values], pa.string()).dictionary_encode()
