"""Read a file as it comes into one table of texts; refuse what cannot be read whole."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from mirrors.intake.finding import Finding, Problem, Refused

ROW = "source_row"
"""Name of the column that carries the line of the file a row came from (the header is line 1)."""


@dataclass(frozen=True)
class SourceTable:
    """One table of a file: every value as text (null = empty cell), and the line it stood on."""

    file: str
    header: tuple[str, ...]
    rows: pa.Table


def read_source(path: Path, sheets: frozenset[str]) -> SourceTable:
    """Return the table in `path` (CSV, XLSX or Parquet); raises Refused.

    Of a workbook, the one sheet named in `sheets` is read, or its only sheet.
    """
    if not path.is_file():
        raise Refused([Finding(Problem.NOT_FOUND, path.name)])
    content = path.read_bytes()
    if not content:
        raise Refused([Finding(Problem.EMPTY, path.name)])
    match path.suffix.lower():
        case ".csv":
            return _read_csv(path.name, content)
        case ".xlsx":
            return _read_xlsx(path.name, content, sheets)
        case ".parquet":
            return _read_parquet(path.name, content)
    raise Refused([Finding(Problem.UNKNOWN_FORMAT, path.name)])


def _read_csv(name: str, content: bytes) -> SourceTable:
    # UTF-16 and most binary files hold NUL bytes, which no UTF-8 text of a register does.
    if b"\0" in content:
        raise Refused([Finding(Problem.BINARY, name)])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Refused([Finding(Problem.ENCODING, name, row=line)]) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[int] = []
    records: list[list[str]] = []
    try:
        for record in reader:
            if record:
                lines.append(reader.line_num)
                records.append(record)
    except csv.Error as error:
        raise Refused([Finding(Problem.BROKEN, name, row=reader.line_num)]) from error
    if records and len(records[0]) == 1 and any(mark in records[0][0] for mark in ";\t|"):
        raise Refused([Finding(Problem.SEPARATOR, name, row=1)])
    return _table(name, records, lines)


def _read_xlsx(name: str, content: bytes, sheets: frozenset[str]) -> SourceTable:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = workbook.sheet_names
        wanted = next((sheet for sheet in names if sheet in sheets), names[0] if len(names) == 1 else None)
        if wanted is None:
            raise Refused([Finding(Problem.NO_SHEET, name, detail=", ".join(sorted(sheets)))])
        sheet = workbook.get_sheet_by_name(wanted)
        cells = sheet.to_python()
    except (CalamineError, OSError) as error:
        raise Refused([Finding(Problem.BROKEN, name)]) from error
    records = [[_cell_text(cell) for cell in row] for row in cells]
    # Empty rows above the table are not among the cells.
    first = sheet.start[0] + 1 if sheet.start else 1
    kept = [(line, record) for line, record in enumerate(records, start=first) if any(record)]
    return _table(f"{name} [{wanted}]", [record for _, record in kept], [line for line, _ in kept])


def _cell_text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _read_parquet(name: str, content: bytes) -> SourceTable:
    try:
        table = pq.read_table(io.BytesIO(content))
        texts = [_trimmed(column.cast(pa.string())) for column in table.columns]
        header = tuple(table.column_names)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise Refused([Finding(Problem.BROKEN, name)]) from error
    return _with_lines(name, header, texts, list(range(2, table.num_rows + 2)))


def _trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the texts as the other formats give them: no space around, null for an empty cell."""
    # A damaged file may hold bytes that are no text.
    column.validate(full=True)
    texts = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _table(name: str, records: list[list[str]], lines: list[int]) -> SourceTable:
    if not records:
        raise Refused([Finding(Problem.EMPTY, name)])
    header = tuple(column.strip() for column in records[0])
    body = records[1:]
    wrong = [line for line, record in zip(lines[1:], body, strict=True) if len(record) != len(header)]
    if wrong:
        raise Refused([Finding(Problem.ROW_LENGTH, name, row=wrong[0], rows=len(wrong))])
    columns = list(zip(*body, strict=True)) or [()] * len(header)
    return _with_lines(name, header, [_texts(column) for column in columns], lines[1:])


def _texts(column: tuple[str, ...]) -> pa.Array:
    return pa.array([value.strip() or None for value in column], pa.string())


def _with_lines(name: str, header: tuple[str, ...], columns: list[pa.Array], lines: list[int]) -> SourceTable:
    again = [place for place, column in enumerate(header, start=1) if column in header[: place - 1]]
    if again:
        # The place of the column, not its text: without a header the first line holds values.
        raise Refused([Finding(Problem.REPEATED_COLUMN, name, column=str(again[0]), row=1)])
    if not lines:
        raise Refused([Finding(Problem.NO_ROWS, name)])
    rows = pa.Table.from_arrays([*columns, pa.array(lines, pa.int64())], names=[*header, ROW])
    return SourceTable(name, header, rows)
