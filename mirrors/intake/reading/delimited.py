"""Read text files with separated columns: any usual separator, UTF-8 or Windows-1252.

Almost every file is plain, and Arrow reads it with all processors. Where a file has quotes, empty lines or a
row of another width, Python's strict reader takes over: slower, and exact about every row.
"""

import codecs
import csv
import io
import re
from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from mirrors.intake.finding import MOST_PLACES, Finding, Refused
from mirrors.intake.reading.heading import TOP_ROWS, Heading, find_heading
from mirrors.intake.reading.table import TEXTS, FileContent, Margin, SourceTable, source_table
from mirrors.intake.rules import Problem

SEPARATORS = (",", ";", "\t", "|")
_TOP_BYTES = 1 << 16
_CHUNK = 1 << 22
_LETTERS_IN_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
_SEPARATOR_LINE = re.compile(r"sep=(.)\s*\Z")

csv.field_size_limit(1 << 24)


@dataclass(frozen=True)
class DelimitedFile:
    """What was read: the table, the texts above it, and remarks."""

    table: SourceTable
    margins: tuple[Margin, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Layout:
    """How the columns are separated, the heading, and the rows above it that hold texts."""

    separator: str
    heading: Heading
    titles: tuple[Margin, ...]


def read_delimited(file: FileContent, known: Collection[str]) -> DelimitedFile:
    """Return the table in a CSV file; raises Refused. `known` are column names, normalised."""
    content, plain, findings = _as_utf8(file)
    content = content.slice(0, _end_of_text(_bytes(content)))
    layout = _layout(_top(content), known)
    if not any(layout.heading.names):
        raise Refused([Finding(Problem.EMPTY, file.name)])
    table = _read_plain(file.name, content, layout) if plain else None
    table = table or _read_exact(file.name, content, layout)
    if layout.titles:
        above = sorted({margin.row for margin in layout.titles if margin.row})
        findings = (*findings, Finding(Problem.EXTRA_ROWS, file.name, row=above[0], rows=len(above)))
    return DelimitedFile(table, layout.titles, findings)


def _as_utf8(file: FileContent) -> tuple[pa.Buffer, bool, tuple[Finding, ...]]:
    """Return the content in UTF-8, whether it is plain, and remarks.

    What is not UTF-8 is read as Windows-1252 when it can be that.
    """
    try:
        return file.content, _is_plain_utf8(_bytes(file.content), file.name), ()
    except UnicodeDecodeError:
        whole = file.content.to_pybytes()
    line = _first_line_not_utf8(whole)
    # Letters in UTF-8 beside bytes that are none: a damaged file, which Windows-1252 would garble.
    if _LETTERS_IN_UTF8.search(whole) or whole.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Refused([Finding(Problem.ENCODING, file.name, row=line)])
    try:
        text = whole.decode("cp1252")
    except UnicodeDecodeError as error:
        raise Refused([Finding(Problem.ENCODING, file.name, row=line)]) from error
    return pa.py_buffer(text.encode()), False, (Finding(Problem.READ_AS_WINDOWS, file.name, row=line),)


def _is_plain_utf8(content: memoryview, name: str) -> bool:
    """Return whether lines are rows: no quotes, no empty lines, no lone carriage returns.

    Raises UnicodeDecodeError unless `content` is UTF-8, and Refused when it holds what no text holds.
    """
    plain = True
    decoder = codecs.getincrementaldecoder("utf-8")()
    end = _end_of_text(content)
    for start in range(0, end, _CHUNK):
        # One byte more than is decoded, so that no pair of bytes is cut in two.
        part = content[start : min(start + _CHUNK + 1, end)].tobytes()
        if b"\0" in part:
            raise Refused([Finding(Problem.BINARY, name)])
        # In parts: the text of a large file is not needed, only that it is one.
        decoder.decode(part[:_CHUNK])
        plain = plain and not (b'"' in part or b"\n\n" in part or b"\n\r" in part or _lone_returns(part))
    decoder.decode(b"", final=True)
    return plain


def _lone_returns(part: bytes) -> bool:
    return b"\r" in part and part.rstrip(b"\r").count(b"\r") != part.count(b"\r\n")


def _first_line_not_utf8(content: bytes) -> int:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return content.count(b"\n", 0, error.start) + 1
    return 1


def _bytes(content: pa.Buffer) -> memoryview:
    return memoryview(content).cast("B")


def _end_of_text(content: memoryview) -> int:
    """Return where the last row ends, without the empty lines after it."""
    end = len(content)
    while end and content[end - 1] in b"\r\n ":
        end -= 1
    return end


def _top(content: pa.Buffer) -> str:
    """Return the first lines of a text, whole ones only."""
    part = memoryview(content)[:_TOP_BYTES].tobytes()
    if len(content) > _TOP_BYTES:
        part = part[: part.rfind(b"\n") + 1] or part
    return part.decode("utf-8-sig", errors="ignore")


def _layout(top: str, known: Collection[str]) -> _Layout:
    first = top.split("\n", 1)[0]
    told = _SEPARATOR_LINE.match(first)
    separators = (told.group(1),) if told else SEPARATORS
    tries = [(separator, _rows(top, separator)) for separator in separators]
    headings = [(find_heading(rows, known), separator, rows) for separator, rows in tries]
    # The separator that gives most known names, else most columns; a comma when there is only one column.
    heading, separator, rows = max(headings, key=lambda one: (one[0].hits, len(one[0].names)))
    titles = tuple(
        Margin("title", text, row=place)
        for place, row in enumerate(rows[: heading.first], start=1)
        for text in row
        if text.strip() and not (told and place == 1)
    )
    return _Layout(separator, heading, titles)


def _rows(top: str, separator: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(top, newline=""), delimiter=separator):
            rows.append(row)
            if len(rows) == TOP_ROWS:
                break
    except csv.Error:
        # What is wrong is told, with its row, when the whole file is read.
        pass
    return rows


def _read_plain(name: str, content: pa.Buffer, layout: _Layout) -> SourceTable | None:
    """Return the table as Arrow reads it, or None where Arrow would not see every row as it stands."""
    width = len(layout.heading.names)
    if width < 2:
        return None
    places = [str(place) for place in range(width)]
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(content),
            pa_csv.ReadOptions(column_names=places, skip_rows=layout.heading.last + 1),
            pa_csv.ParseOptions(delimiter=layout.separator, quote_char=False),
            pa_csv.ConvertOptions(
                column_types=dict.fromkeys(places, TEXTS),
                null_values=[""],
                strings_can_be_null=True,
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    columns = [_one_chunk(column) for column in table.columns]
    first = layout.heading.last + 2
    return _table(name, layout, columns, pa.array(np.arange(first, first + table.num_rows)))


def _one_chunk(column: pa.ChunkedArray) -> pa.DictionaryArray:
    whole = column.unify_dictionaries().combine_chunks()
    return whole if isinstance(whole, pa.Array) else pa.array([], TEXTS)


def _read_exact(name: str, content: pa.Buffer, layout: _Layout) -> SourceTable:
    """Return the table as Python's strict reader sees it, column by column as codes of distinct texts."""
    width = len(layout.heading.names)
    texts: list[dict[str, int]] = [{} for _ in range(width)]
    codes = [array("i") for _ in range(width)]
    lines = array("q")
    wrong: list[int] = []
    for line, row in _records(name, content, layout):
        if any(row[width:]) or len(row) < width:
            wrong.append(line)
            continue
        lines.append(line)
        for known, column, text in zip(texts, codes, row, strict=False):
            column.append(known.setdefault(text, len(known)))
    if wrong:
        raise Refused(
            [
                Finding(
                    Problem.ROW_LENGTH,
                    name,
                    row=wrong[0],
                    rows=len(wrong),
                    places=tuple(wrong[:MOST_PLACES]),
                )
            ]
        )
    columns = [
        pa.DictionaryArray.from_arrays(pa.array(column, pa.int32()), pa.array(list(known), pa.string()))
        for known, column in zip(texts, codes, strict=True)
    ]
    return _table(name, layout, columns, pa.array(lines, pa.int64()))


def _records(name: str, content: pa.Buffer, layout: _Layout) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield (row, cells) below the heading, passing over empty rows."""
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    line = 0
    try:
        for line, row in enumerate(csv.reader(text, delimiter=layout.separator, strict=True), start=1):
            if line > layout.heading.last + 1 and any(cell and not cell.isspace() for cell in row):
                yield line, row
    except csv.Error as error:
        raise Refused([Finding(Problem.BROKEN, name, row=line + 1)]) from error


def _table(name: str, layout: _Layout, columns: Sequence[pa.Array], lines: pa.Array) -> SourceTable:
    # Where columns are separated by commas, a comma in a number would have been quoted: a point is decimal.
    return source_table(name, None, layout.heading.names, columns, lines, layout.separator == ",")
