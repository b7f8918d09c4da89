"""What is wrong with a file: where, what, and what to do about it, in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass

from mirrors.intake.rules import RULES, Problem, Severity, Stage
from mirrors.locale import Language

MOST_PLACES = 1000
"""A finding lists at most so many rows; how many there are is always told."""


@dataclass(frozen=True)
class Finding:
    """One fault. `row` is the first row that has it, as a spreadsheet numbers rows (the header is row 1).

    `rows` tells how many rows have it and `places` lists them, up to MOST_PLACES. `detail` never holds a
    value of the file, only names of columns, limits and allowed values.
    """

    problem: Problem
    file: str
    sheet: str | None = None
    column: str | None = None
    row: int | None = None
    rows: int = 1
    detail: str = ""
    places: tuple[int, ...] = ()

    @property
    def stage(self) -> Stage:
        """The stage of checking that found it."""
        return RULES[self.problem].stage

    @property
    def severity(self) -> Severity:
        """Whether it refuses the upload, asks for a confirmation, or only warns."""
        return RULES[self.problem].severity

    @property
    def refuses(self) -> bool:
        """Whether the upload cannot be taken as it stands."""
        return self.severity is not Severity.WARNING

    def say(self, language: Language) -> str:
        """Return the finding as one sentence: where, what, what to do."""
        return f"{self.place(language)}: {self.sentence(language)}"

    def place(self, language: Language) -> str:
        """Return where it is: file, sheet, column and row."""
        parts = [f"{self.file} [{self.sheet}]" if self.sheet else self.file]
        if self.column:
            parts.append(language.text("column {column}", column=self.column))
        if self.row:
            parts.append(language.text("row {row}", row=self.row))
        if self.rows > 1:
            parts.append(language.plural("and {count} more", "and {count} more", self.rows - 1))
        return ", ".join(parts)

    def sentence(self, language: Language) -> str:
        """Return what is wrong and what to do."""
        return language.text(RULES[self.problem].sentence, detail=self.detail)


class Refused(Exception):
    """An upload is not taken; nothing of it was stored."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(finding.say(Language("en")) for finding in findings))
        self.findings = tuple(findings)
