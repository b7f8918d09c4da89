"""Empty templates of our kinds of file, with one example row and a data dictionary in the reader's language.

The example row belongs to a school called EXAMPLE_SCHOOL. It is as valid as any other row, and a file that
still has it is read without it.
"""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import xlsxwriter

from mirrors.definitions import Contract
from mirrors.definitions.contract import EXAMPLE_SCHOOL, Column
from mirrors.locale import Language, message

_KINDS = {
    "string": message("text"),
    "integer": message("whole number"),
    "number": message("number"),
    "date": message("date"),
}
_HEADER = (
    message("Column"),
    message("Name"),
    message("Meaning"),
    message("Kind of value"),
    message("Required"),
    message("Allowed values"),
    message("Limits"),
    message("Example"),
)
_CELL_FORMATS = {"string": "@", "integer": "0", "number": "General", "date": "yyyy-mm-dd"}
"""Cells of text are marked as text: a spreadsheet makes no date of them and keeps leading zeros."""

_ROWS_WITH_LISTS = 10_000
_LONGEST_LIST = 255
_DICTIONARY_WIDTHS = (18, 24, 70, 14, 12, 40, 26, 16)


def example_row(contract: Contract) -> tuple[str, ...]:
    """Return one valid row of `contract`, as texts in the order of its columns."""
    return tuple(column.example for column in contract.fields)


def template_csv(contract: Contract) -> bytes:
    """Return the header and the example row as CSV in UTF-8, with commas."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([contract.columns, example_row(contract)])
    return text.getvalue().encode()


def template_workbook(contract: Contract, language: Language) -> bytes:
    """Return an XLSX workbook: a sheet named as the contract to fill in, and a sheet that explains it."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as workbook:
        _write_table(workbook, contract)
        _write_dictionary(workbook, contract, language)
    return content.getvalue()


def dictionary_rows(contract: Contract, language: Language) -> list[tuple[str, ...]]:
    """Return the data dictionary: its header, and one row for each column of `contract`."""
    return [tuple(map(language.text, _HEADER))] + [
        (
            column.name,
            column.wording(language.code).title,
            column.wording(language.code).description,
            language.text(_KINDS[column.type]),
            language.text("yes") if column.constraints.required else language.text("no"),
            ", ".join(column.constraints.enum or ()),
            ", ".join(_limits(column, language)),
            column.example,
        )
        for column in contract.fields
    ]


def _limits(column: Column, language: Language) -> list[str]:
    limits = column.constraints
    told = []
    if limits.minimum is not None:
        told.append(language.text("at least {value}", value=language.number(limits.minimum)))
    if limits.maximum is not None:
        told.append(language.text("at most {value}", value=language.number(limits.maximum)))
    if limits.maxLength is not None:
        told.append(language.text("at most {value} characters", value=language.number(limits.maxLength)))
    return told


def _write_table(workbook: xlsxwriter.Workbook, contract: Contract) -> None:
    sheet = workbook.add_worksheet(contract.name)
    bold = workbook.add_format({"bold": True, "bottom": 1})
    for place, column in enumerate(contract.fields):
        cell = workbook.add_format({"num_format": _CELL_FORMATS[column.type]})
        sheet.set_column(place, place, max(len(column.name), len(column.example), 8) + 3, cell)
        sheet.write_string(0, place, column.name, bold)
        if column.example:
            sheet.write(1, place, _cell(column), cell)
        allowed = list(column.constraints.enum or ())
        if allowed and len(",".join(allowed)) <= _LONGEST_LIST:
            sheet.data_validation(1, place, _ROWS_WITH_LISTS, place, {"validate": "list", "source": allowed})
    sheet.freeze_panes(1, 0)


def _cell(column: Column) -> str | float | date:
    match column.type:
        case "integer" | "number":
            return float(column.example)
        case "date":
            return date.fromisoformat(column.example)
    return column.example


def _write_dictionary(workbook: xlsxwriter.Workbook, contract: Contract, language: Language) -> None:
    sheet = workbook.add_worksheet(language.text("Explanation"))
    wording = contract.wording(language.code)
    example = language.text(
        "The row of the school “{school}” is an example. It is passed over when the file is read.",
        school=EXAMPLE_SCHOOL,
    )
    bold = workbook.add_format({"bold": True, "bottom": 1})
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
    for row, text in enumerate((wording.title, wording.description, example)):
        sheet.write_string(row, 0, text)
    rows = dictionary_rows(contract, language)
    _write_rows(sheet, 4, rows[:1], bold)
    _write_rows(sheet, 5, rows[1:], wrapped)
    for place, width in enumerate(_DICTIONARY_WIDTHS):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(5, 1)


def _write_rows(sheet: Any, first: int, rows: Sequence[Sequence[str]], cell_format: Any) -> None:
    for row, texts in enumerate(rows, start=first):
        for place, text in enumerate(texts):
            sheet.write_string(row, place, text, cell_format)
