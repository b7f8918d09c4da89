"""Read XLSX workbooks: every sheet that holds a table, and every text that stands elsewhere in the file.

calamine reads the cells. What it does not tell (comments, macros, who wrote the file, hidden columns) is
looked up in the parts of the package itself, which is a ZIP of XML files.
"""

import io
import re
import zipfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from html import unescape

import numpy as np
import pyarrow as pa
from defusedxml import ElementTree
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from mirrors.intake.finding import Finding, Refused
from mirrors.intake.reading.archive import DAMAGED, check_expansion
from mirrors.intake.reading.heading import TOP_ROWS, find_heading
from mirrors.intake.reading.table import FileContent, Margin, SourceTable, source_table, texts_column
from mirrors.intake.rules import Problem
from mirrors.intake.values import number_text

_OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
"""How .xls files and workbooks locked with a password begin."""

MOST_CELLS = 50_000_000
"""A sheet may not span more cells than this, filled or empty."""

_PROPERTY_PARTS = re.compile(r"docProps/.*\.xml$")
_TEXT_PARTS = re.compile(r"xl/(?:comments|threadedComments/|drawings/|charts/|persons/).*\.xml$")
_COMMENT_PARTS = re.compile(r"xl/(?:comments|threadedComments)")
_MACRO_PARTS = re.compile(r"xl/(?:vbaProject\.bin|macrosheets/)")
_EMBEDDED_PARTS = re.compile(r"xl/(?:pivotCache/|embeddings/|media/|externalLinks/|activeX/|model/)")
_SHEET_PARTS = re.compile(r"xl/worksheets/[^/]+\.xml$")
_HIDDEN_COLUMN = re.compile(rb'<col\b[^>]*\bhidden="(?:1|true)"')
_ERROR_CELL = re.compile(rb"""(<(?:\w+:)?c\b[^>]*\bt=)["']e["']""")
_FORMULA = re.compile(rb"<f[ >/]")
_ROW_NUMBER = re.compile(rb'<row\b[^>]*?\br="(\d+)"')
_COLUMN_LETTERS = re.compile(rb'<c\b[^>]*?\br="([A-Z]+)\d')
_DEFINED_NAME = re.compile(rb"<definedName\b[^>]*>([^<]*)<")
_LINK = re.compile(rb'Target="((?:mailto:|https?://)[^"]*)"')
_PROMPT = re.compile(rb'\b(?:prompt|promptTitle|error|errorTitle)="([^"]*)"|<formula1>([^<]*)<')
_PAGE_TEXT = re.compile(rb"<(?:odd|even|first)(?:Header|Footer)>([^<]*)<")
_NOT_WRITTEN_BY_A_PERSON = {"", "xlsxwriter", "openpyxl", "microsoft excel", "microsoft office user", "calc"}
_AUTHOR_PROPERTIES = {"creator", "lastModifiedBy", "Manager"}


@dataclass(frozen=True)
class Workbook:
    """What was read: the tables, the texts outside them, and remarks."""

    tables: tuple[SourceTable, ...]
    margins: tuple[Margin, ...]
    findings: tuple[Finding, ...]


def read_workbook(file: FileContent, known: Collection[str], sheets: Collection[str]) -> Workbook:
    """Return the tables in a workbook; raises Refused.

    Where a sheet is named in `sheets`, only such sheets are tables. Else every visible sheet is one whose
    heading holds `known` names (normalised), or the first visible sheet when no heading does.
    """
    raw = file.content.to_pybytes()
    if raw.startswith(_OLD_OFFICE):
        raise Refused([Finding(Problem.LOCKED, file.name)])
    margins, findings = _package(file.name, raw)
    try:
        content = io.BytesIO(_errors_as_texts(raw))
        read = _sheets(file.name, CalamineWorkbook.from_filelike(content), known)
    except (CalamineError, OSError, ValueError) as error:
        raise Refused([Finding(Problem.BROKEN, file.name)]) from error
    findings += [
        Finding(Problem.HIDDEN_SHEET, file.name, column=None, row=None) for sheet in read if not sheet.visible
    ][:1]
    chosen = _chosen(read, sheets)
    if not chosen:
        raise Refused([Finding(Problem.EMPTY, file.name)])
    findings += [
        Finding(Problem.EXTRA_ROWS, file.name, sheet.name, row=above[0], rows=len(above))
        for sheet in chosen
        if (above := sorted({margin.row for margin in sheet.titles if margin.row}))
    ]
    for sheet in read:
        margins.append(Margin("sheet_name", sheet.name))
        margins += sheet.titles if sheet in chosen else sheet.cells()
    return Workbook(tuple(sheet.table() for sheet in chosen), tuple(margins), tuple(findings))


@dataclass(frozen=True, eq=False)
class _Sheet:
    """One sheet: its rows as texts, the row the first of them stands on, and where its heading is."""

    file: str
    name: str
    visible: bool
    rows: list[list[str]]
    first_row: int
    names: tuple[str, ...]
    heading_first: int
    heading_last: int
    hits: int

    @property
    def titles(self) -> list[Margin]:
        """The texts above the heading."""
        return [
            Margin("title", text, self.name, self.first_row + place)
            for place, row in enumerate(self.rows[: self.heading_first])
            for text in row
            if text.strip()
        ]

    def cells(self) -> list[Margin]:
        """Return the different texts of a sheet that is not loaded, each with the first row it stands on."""
        seen = {
            text: self.first_row + place
            for place, row in reversed(list(enumerate(self.rows)))
            for text in row
            if text.strip()
        }
        return [Margin("other_cell", text, self.name, row) for text, row in seen.items()]

    def table(self) -> SourceTable:
        """Return the sheet's table; raises Refused when there is no row in it."""
        start = self.heading_last + 1
        places = [place for place in range(start, len(self.rows)) if any(self.rows[place])]
        width = len(self.names)
        columns = [texts_column([self.rows[place][column] for place in places]) for column in range(width)]
        lines = pa.array(self.first_row + np.array(places, np.int64))
        return source_table(self.file, self.name, self.names, columns, lines, point_is_decimal=False)


def _sheets(file: str, workbook: CalamineWorkbook, known: Collection[str]) -> list[_Sheet]:
    return [
        _sheet(
            file,
            workbook.get_sheet_by_name(about.name),
            about.visible == SheetVisibleEnum.Visible,
            known,
        )
        for about in workbook.sheets_metadata
        if about.typ == SheetTypeEnum.WorkSheet
    ]


def _sheet(file: str, sheet: CalamineSheet, visible: bool, known: Collection[str]) -> _Sheet:
    rows = [[_cell_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=True)]
    # Empty rows above the table are not among the cells.
    first_row = sheet.start[0] + 1 if sheet.start else 1
    heading = find_heading(rows[:TOP_ROWS], known)
    return _Sheet(
        file, sheet.name, visible, rows, first_row, heading.names, heading.first, heading.last, heading.hits
    )


def _chosen(read: Sequence[_Sheet], sheets: Collection[str]) -> list[_Sheet]:
    holding = [sheet for sheet in read if sheet.visible and any(map(any, sheet.rows))]
    named = [sheet for sheet in read if sheet.name in sheets and any(map(any, sheet.rows))]
    best = max((sheet.hits for sheet in holding), default=0)
    # A sheet of explanations may name a column or two of the table it explains.
    return named or [sheet for sheet in holding if best and 2 * sheet.hits > best] or holding[:1]


def _cell_text(cell: object) -> str:
    if isinstance(cell, float):
        return number_text(repr(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()


def _errors_as_texts(raw: bytes) -> bytes:
    """Return a workbook whose errors (#N/A, #REF!) are texts: calamine reads an error as an empty cell."""
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        sheets = {part: package.read(part) for part in package.namelist() if _SHEET_PARTS.match(part)}
        if not any(map(_ERROR_CELL.search, sheets.values())):
            return raw
        told = io.BytesIO()
        with zipfile.ZipFile(told, "w") as changed:
            for part in package.namelist():
                content = sheets.get(part) or package.read(part)
                changed.writestr(part, _ERROR_CELL.sub(rb'\1"str"', content) if part in sheets else content)
    return told.getvalue()


def _package(name: str, raw: bytes) -> tuple[list[Margin], list[Finding]]:
    """Return the texts outside the sheets' cells, and what a workbook should not hold."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            check_expansion(package, name)
            _check_area(package, name)
            margins = [margin for part in package.namelist() for margin in _part_texts(package, part)]
            return margins, list(_remarks(package, name, margins))
    # defusedxml refuses entities with a ValueError.
    except (*DAMAGED, ElementTree.ParseError, ValueError) as error:
        raise Refused([Finding(Problem.BROKEN, name)]) from error


def _check_area(package: zipfile.ZipFile, name: str) -> None:
    """Raise Refused when a sheet reaches so far that its empty cells alone would fill the memory."""
    for part in filter(_SHEET_PARTS.match, package.namelist()):
        cells = package.read(part)
        rows = max(map(int, _ROW_NUMBER.findall(cells)[-1:] or [0]), default=0)
        columns = max((_column_number(letters) for letters in set(_COLUMN_LETTERS.findall(cells))), default=0)
        if rows * columns > MOST_CELLS:
            raise Refused([Finding(Problem.TOO_BIG, name, detail=f"{MOST_CELLS // 1_000_000} M")])


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - ord("A") + 1
    return number


def _part_texts(package: zipfile.ZipFile, part: str) -> Iterator[Margin]:
    if _PROPERTY_PARTS.match(part):
        for element in ElementTree.fromstring(package.read(part)).iter():
            tag = element.tag.rsplit("}", 1)[-1]
            if element.text and element.text.strip():
                yield Margin("author" if tag in _AUTHOR_PROPERTIES else "property", element.text.strip())
    elif _TEXT_PARTS.match(part):
        kind = "comment" if _COMMENT_PARTS.match(part) else "property"
        text = " ".join(ElementTree.fromstring(package.read(part)).itertext()).strip()
        if text:
            yield Margin(kind, text)
    elif part == "xl/workbook.xml":
        yield from _properties(_DEFINED_NAME.findall(package.read(part)))
    elif part.startswith("xl/worksheets/_rels/"):
        yield from _properties(_LINK.findall(package.read(part)))
    elif _SHEET_PARTS.match(part):
        end = _edges(package, part)
        yield from _properties(_PAGE_TEXT.findall(end))
        yield from _properties(first or second for first, second in _PROMPT.findall(end))


def _properties(texts: Iterable[bytes]) -> Iterator[Margin]:
    for text in texts:
        if text.strip():
            yield Margin("property", unescape(text.decode("utf-8", errors="replace")))


def _edges(package: zipfile.ZipFile, part: str) -> bytes:
    """Return the end of a sheet's part, where the texts of its printed pages stand."""
    return package.read(part)[-20_000:]


def _remarks(package: zipfile.ZipFile, name: str, margins: Sequence[Margin]) -> Iterator[Finding]:
    parts = package.namelist()
    if any(map(_MACRO_PARTS.match, parts)):
        yield Finding(Problem.MACROS, name)
    if any(margin.kind == "comment" for margin in margins) or any(map(_COMMENT_PARTS.match, parts)):
        yield Finding(Problem.COMMENTS, name)
    if any(map(_EMBEDDED_PARTS.match, parts)):
        yield Finding(Problem.EMBEDDED, name)
    authors = {margin.text.casefold() for margin in margins if margin.kind == "author"}
    if authors - _NOT_WRITTEN_BY_A_PERSON:
        yield Finding(Problem.AUTHOR, name)
    sheets = [package.read(part) for part in parts if _SHEET_PARTS.match(part)]
    if any(map(_HIDDEN_COLUMN.search, sheets)):
        yield Finding(Problem.HIDDEN_COLUMN, name)
    if any(map(_FORMULA.search, sheets)):
        yield Finding(Problem.FORMULAS, name)
