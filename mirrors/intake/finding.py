"""What is wrong with a file: where, what, and what to do about it, in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mirrors.locale import Language


class Problem(StrEnum):
    """The kinds of fault that refuse a file."""

    NOT_FOUND = "not_found"
    UNKNOWN_FORMAT = "unknown_format"
    EMPTY = "empty"
    BINARY = "binary"
    ENCODING = "encoding"
    BROKEN = "broken"
    ROW_LENGTH = "row_length"
    SEPARATOR = "separator"
    REPEATED_COLUMN = "repeated_column"
    NO_SHEET = "no_sheet"
    OTHER_COLUMNS = "other_columns"
    NO_ROWS = "no_rows"
    NOT_A_NUMBER = "not_a_number"
    NOT_WHOLE = "not_whole"
    REQUIRED = "required"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    NOT_IN_LIST = "not_in_list"
    PATTERN = "pattern"
    SCHOOL_YEAR = "school_year"
    UNKNOWN_CODE = "unknown_code"
    TWICE = "twice"
    MONTHS_AND_YEAR = "months_and_year"
    OTHER_JURISDICTION = "other_jurisdiction"
    SAME_FILES = "same_files"


@dataclass(frozen=True)
class Finding:
    """One fault. `row` is the line of the file (the header is line 1); `rows` how many have it.

    `detail` never holds a value of the file, only names of columns, limits and allowed values.
    """

    problem: Problem
    file: str
    column: str | None = None
    row: int | None = None
    rows: int = 1
    detail: str = ""

    def say(self, language: Language) -> str:
        """Return the finding as one sentence: where, what, what to do."""
        return f"{self._place(language)}: {_sentence(self, language)}"

    def _place(self, language: Language) -> str:
        parts = [self.file]
        if self.column:
            parts.append(language.text("column {column}", column=self.column))
        if self.row:
            parts.append(language.text("row {row}", row=self.row))
        if self.rows > 1:
            parts.append(language.plural("and {count} more", "and {count} more", self.rows - 1))
        return ", ".join(parts)


class Refused(Exception):
    """An upload is not taken; nothing of it was stored."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(finding.say(Language("en")) for finding in findings))
        self.findings = tuple(findings)


def _sentence(finding: Finding, language: Language) -> str:
    told = _about_a_file(finding, language) or _about_a_value(finding, language)
    assert told is not None, finding.problem
    return told


def _about_a_file(finding: Finding, language: Language) -> str | None:
    detail = finding.detail
    match finding.problem:
        case Problem.NOT_FOUND:
            return language.text("there is no such file. Check the path.")
        case Problem.UNKNOWN_FORMAT:
            return language.text("not a kind of file we read. Save it as CSV, XLSX or Parquet.")
        case Problem.EMPTY:
            return language.text("the file is empty. Export it again.")
        case Problem.BINARY:
            return language.text("this is not text. Export it as CSV in UTF-8.")
        case Problem.ENCODING:
            return language.text("not written in UTF-8. Save it again as “CSV UTF-8”.")
        case Problem.BROKEN:
            return language.text("the file breaks off or is damaged. Export it again.")
        case Problem.ROW_LENGTH:
            return language.text(
                "the row is not as wide as the header; the file may be cut off. Export it again."
            )
        case Problem.SEPARATOR:
            return language.text("the columns are not separated by commas. Save it as CSV with commas.")
        case Problem.REPEATED_COLUMN:
            return language.text("the column stands twice in the header. Keep one of them.")
        case Problem.NO_SHEET:
            return language.text(
                "the workbook has no sheet “{detail}”. Check the sheet names.", detail=detail
            )
        case Problem.OTHER_COLUMNS:
            advice = language.text("Choose another profile or use a template.")
            return language.text(
                "the columns are not those of this profile. {detail}", detail=f"{detail} {advice}"
            )
        case Problem.NO_ROWS:
            return language.text("there is a header but no row to keep. Export it again.")
        case Problem.OTHER_JURISDICTION:
            return language.text(
                "this store holds data read by other rules ({detail}). Use another store.", detail=detail
            )
        case Problem.SAME_FILES:
            return language.text(
                "these files were loaded before, as upload {detail}. Nothing was changed.", detail=detail
            )
        case _:
            return None


def _about_a_value(finding: Finding, language: Language) -> str | None:
    detail = finding.detail
    match finding.problem:
        case Problem.NOT_A_NUMBER:
            return language.text("this is not a number. Write digits with a point, or leave it empty.")
        case Problem.NOT_WHOLE:
            return language.text("this is not a whole number. Correct it.")
        case Problem.REQUIRED:
            return language.text("a value is missing that must be there. Fill it in.")
        case Problem.TOO_SMALL:
            return language.text("the value is smaller than {detail}. Correct it.", detail=detail)
        case Problem.TOO_LARGE:
            return language.text("the value is larger than {detail}. Correct it.", detail=detail)
        case Problem.TOO_LONG:
            return language.text("the text is longer than {detail} characters. Shorten it.", detail=detail)
        case Problem.NOT_IN_LIST:
            return language.text("the value is not one of: {detail}. Correct it.", detail=detail)
        case Problem.PATTERN:
            return language.text(
                "the text is not written as it should be ({detail}). Correct it.", detail=detail
            )
        case Problem.SCHOOL_YEAR:
            return language.text("this is not a school year. Write it as 2024-25.")
        case Problem.UNKNOWN_CODE:
            return language.text("this absence code is not known here. Known codes: {detail}.", detail=detail)
        case Problem.TWICE:
            return language.text(
                "the same row stands twice (same {detail}). Keep one of them.", detail=detail
            )
        case Problem.MONTHS_AND_YEAR:
            return language.text(
                "months and the whole year are both given. Keep one of them, or the same time counts twice."
            )
        case _:
            return None
