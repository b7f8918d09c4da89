"""Personal data in the texts of a file that stand outside its tables."""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

import numpy as np
import pyarrow as pa

from mirrors.intake.finding import Finding
from mirrors.intake.privacy.column import PrivateColumn
from mirrors.intake.privacy.headers import is_always_personal
from mirrors.intake.privacy.identifiers import bare_numbers
from mirrors.intake.privacy.names import names_of_persons
from mirrors.intake.privacy.texts import IN_MARGINS, looks_personal
from mirrors.intake.privacy.uses import ColumnUse
from mirrors.intake.reading.table import Margin, SourceFile
from mirrors.intake.rules import Problem

_FILES = ("file_name", "member_name")
_CELLS = ("other_cell",)
_HEADER_WORDS = 3
"""A cell of so few words may be the name of a column in a sheet that is not loaded."""


def safe_name(name: str) -> str:
    """Return the name of a file (or sheet) as it may be told: hidden when it holds something personal."""
    return f"…{PurePosixPath(name).suffix}" if looks_personal(_stem(name)) else name


def personal_margins(source: SourceFile, schools: frozenset[str] = frozenset()) -> Iterator[Finding]:
    """Yield what is personal in the texts around the tables; who wrote the file is not looked at.

    Nor is a cell that is the name of one of `schools`, which its own column is searched for.
    """
    texts = [
        margin
        for margin in source.margins
        if margin.kind != "author"
        and margin.text.strip()
        and not (margin.kind in _CELLS and margin.text.strip() in schools)
    ]
    for sheet in dict.fromkeys(margin.sheet for margin in texts):
        yield from _of_sheet(source, [margin for margin in texts if margin.sheet == sheet])


def _of_sheet(source: SourceFile, margins: Sequence[Margin]) -> Iterator[Finding]:
    column = _as_column([_stem(one.text) if one.kind in _FILES else one.text for one in margins])
    found: dict[Problem, list[int]] = {}
    for one in IN_MARGINS:
        hits = [place for place in column.matching(one.pattern) if one.holds(column.text(place))]
        found.setdefault(one.problem, []).extend(int(column.rows_with(np.array([hit]))[0]) for hit in hits)
    cells = [place for place, margin in enumerate(margins) if margin.kind in _CELLS]
    for problem, places in _together(margins, cells):
        found.setdefault(problem, []).extend(places)
    for problem, places in found.items():
        if places:
            yield _finding(source, problem, [margins[place] for place in sorted(set(places))])


def _together(margins: Sequence[Margin], cells: Sequence[int]) -> Iterator[tuple[Problem, list[int]]]:
    """Yield what the cells of a sheet that is not loaded are together: a list of names or of numbers."""
    if not cells:
        return
    column = _as_column([margins[cell].text for cell in cells])
    for problem, hits, _ in names_of_persons(column, None, is_of_schools=False):
        yield problem, [cells[int(place)] for place in column.rows_with(hits)]
    for problem, hits, _ in bare_numbers(column):
        yield problem, [cells[int(place)] for place in column.rows_with(hits)]
    headers = [cell for cell in cells if _is_header_of_persons(margins[cell].text)]
    yield Problem.PERSONAL_HEADER, headers


def _is_header_of_persons(text: str) -> bool:
    # A page of explanations speaks of names and pupils; only words that are always personal count.
    few = len(text.split()) <= _HEADER_WORDS and not text[0].isdigit()
    return few and is_always_personal(text)


def _finding(source: SourceFile, problem: Problem, margins: Sequence[Margin]) -> Finding:
    rows = [margin.row for margin in margins if margin.row]
    sheet = margins[0].sheet
    return Finding(
        problem,
        safe_name(source.name),
        safe_name(sheet) if sheet else None,
        row=min(rows, default=None),
        rows=len(margins),
        detail=margins[0].kind if problem is not Problem.OTHER_IDENTIFIER else "IBAN, NIR, UPN",
    )


def _as_column(texts: Sequence[str]) -> PrivateColumn:
    rows = pa.array(texts, pa.string()).dictionary_encode()
    return PrivateColumn(0, "", ColumnUse.CATEGORY, rows, np.arange(len(texts)))


def _stem(name: str) -> str:
    """Return the name of a file without its ending, its words apart."""
    parts = PurePosixPath(name).parts
    return " / ".join(PurePosixPath(part).stem for part in parts).replace("_", " ")
