"""What was found in files, sorted and listed for whoever has to correct them."""

import csv
import io
from collections.abc import Iterator, Sequence

from mirrors.charts.chart import Table
from mirrors.charts.ledger_words import layout_words
from mirrors.intake import FileReport, Finding, Upload
from mirrors.intake.check import Check
from mirrors.intake.rules import RULES, Problem, Severity, Stage
from mirrors.locale import Language, message
from mirrors.store import FindingEntry

_RULES = {
    Problem.NOT_A_NUMBER: message("holds numbers"),
    Problem.AMBIGUOUS_NUMBER: message("holds numbers that can be read in one way only"),
    Problem.NOT_WHOLE: message("holds whole numbers"),
    Problem.NOT_A_DATE: message("holds dates"),
    Problem.REQUIRED: message("is filled in"),
    Problem.TOO_SMALL: message("is not too small"),
    Problem.TOO_LARGE: message("is not too large"),
    Problem.TOO_LONG: message("is not too long"),
    Problem.NOT_IN_LIST: message("holds only known values"),
    Problem.PATTERN: message("is written as it should be"),
    Problem.SCHOOL_YEAR: message("holds school years"),
    Problem.UNKNOWN_CODE: message("holds known absence codes"),
    Problem.TWICE: message("no row stands twice"),
    Problem.MONTHS_AND_YEAR: message("months and the whole year are not both given"),
    Problem.UNKNOWN_SCHOOL: message("schools are known"),
    Problem.MORE_THAN_POSSIBLE: message("not more absence than was possible"),
    Problem.PART_OVER_WHOLE: message("no part is larger than its whole"),
    Problem.KINDS_NOT_TOTAL: message("kinds of absence add up to the total"),
    Problem.BANDS_NOT_BASE: message("bands add up to the pupils counted"),
    Problem.BANDS_NOT_ENROLMENT: message("pupils counted agree with pupils enrolled"),
    Problem.IMPOSSIBLE_HALF_DAYS: message("possible half-days fit the calendar"),
    Problem.OTHER_YEAR: message("dates lie in the school year"),
    Problem.ALIKE_SCHOOLS: message("no two ids of schools look alike"),
    Problem.TOTALS_ROW: message("no row is a total"),
}
"""What each rule about the content of a file demands of a column or a row."""


def by_stage(findings: Sequence[Finding]) -> Iterator[tuple[Stage, tuple[Finding, ...]]]:
    """Yield the stages of checking that found something, with what they found."""
    for stage in Stage:
        found = tuple(finding for finding in findings if finding.stage is stage)
        if found:
            yield stage, found


def stage_words(stage: Stage, language: Language) -> str:
    """Return the name of a stage of checking."""
    return {
        Stage.PRIVACY: language.text("Personal data"),
        Stage.STRUCTURE: language.text("The form of the files"),
        Stage.CONTENT: language.text("What the files say"),
    }[stage]


def findings_csv(findings: Sequence[Finding], language: Language) -> bytes:
    """Return every finding as CSV, one line a row of a file that has it; never a value of a file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(
        [
            language.text("File"),
            language.text("Sheet"),
            language.text("Column"),
            language.text("Row"),
            language.text("What is wrong"),
        ]
    )
    for finding in findings:
        where = [finding.file, finding.sheet or "", finding.column or ""]
        for row in _rows(finding, language):
            writer.writerow([_harmless(cell) for cell in (*where, row, finding.sentence(language))])
    # The mark tells spreadsheet programs that this is UTF-8.
    return text.getvalue().encode("utf-8-sig")


def _rows(finding: Finding, language: Language) -> Iterator[str]:
    places = finding.places or ((finding.row,) if finding.row else ())
    yield from map(str, places)
    left = finding.rows - len(places)
    if places and left > 0:
        yield language.plural("and {count} more", "and {count} more", left)
    elif not places:
        yield ""


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet program takes for a formula."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell


def entry_words(entry: FindingEntry, language: Language) -> str:
    """Return a finding of the ledger as one sentence."""
    if entry.problem not in {str(problem) for problem in Problem}:
        return entry.problem
    finding = Finding(
        Problem(entry.problem),
        entry.file or language.text("name not kept"),
        entry.sheet,
        entry.column,
        entry.row,
        entry.rows,
        entry.detail,
    )
    return finding.say(language)


def files_table(upload: Upload, language: Language) -> Table:
    """Return what is in the files of an upload: kind, rows read and kept, and why rows were left out."""
    header = (
        language.text("File"),
        language.text("Read as"),
        language.text("Rows read"),
        language.text("Rows kept"),
        language.text("Left out or not exact"),
    )
    return Table(header, tuple(_file_row(report, language) for report in upload.files))


def _file_row(report: FileReport, language: Language) -> tuple[str, ...]:
    return (
        f"{report.file} [{report.sheet}]" if report.sheet else report.file,
        layout_words(report.layout, language),
        language.number(report.rows_read),
        language.number(report.rows_kept),
        "; ".join([*_dropped(report, language), *_statuses(report, language)]) or "–",
    )


def _dropped(report: FileReport, language: Language) -> Iterator[str]:
    for why, rows in report.dropped.items():
        yield language.text("{count} left out: {why}", count=language.number(rows), why=why)


def _statuses(report: FileReport, language: Language) -> Iterator[str]:
    names = {
        "missing": message("{count} not given ({column})"),
        "not_asked": message("{count} not asked ({column})"),
        "at_most": message("{count} an upper bound ({column})"),
        "at_least": message("{count} a lower bound ({column})"),
    }
    for column, statuses in report.statuses.items():
        for status, rows in statuses.items():
            if status in names:
                yield language.text(names[status], count=language.number(rows), column=column)


def checks_table(checks: Sequence[Check], language: Language) -> Table:
    """Return every rule that was held against the files, and whether it was kept."""
    header = (
        language.text("File"),
        language.text("Column"),
        language.text("Rule"),
        language.text("Result"),
    )
    rows = (
        (
            f"{check.file} [{check.sheet}]" if check.sheet else check.file,
            check.column,
            language.text(_RULES[check.problem]) if check.problem in _RULES else str(check.problem),
            _result(check, language),
        )
        for check in checks
    )
    return Table(header, tuple(rows))


def _result(check: Check, language: Language) -> str:
    if not check.rows:
        return language.text("PASS")
    rows = language.plural("{count} row", "{count} rows", check.rows)
    if RULES[check.problem].severity is Severity.WARNING:
        return language.text("WARNING, {rows}", rows=rows)
    return language.text("FAIL, {rows}", rows=rows)
