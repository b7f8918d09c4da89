"""Which tool a file comes from, and its answers without all that the tool knows about who gave them."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from mirrors.intake.finding import MOST_PLACES, Finding, Refused
from mirrors.intake.privacy import (
    find_personal_data,
    looks_personal,
    safe_name,
    tells_respondent,
    tool_columns,
)
from mirrors.intake.reading import ROW, FileContent, SourceFile, SourceTable, read_files
from mirrors.intake.reading.heading import normalised
from mirrors.intake.reading.table import source_table, texts_column
from mirrors.intake.rules import Problem
from mirrors.intake.survey import google_forms, kobo, limesurvey, microsoft_forms, qualtrics
from mirrors.intake.survey.guess import use_of
from mirrors.intake.survey.instrument import Instrument
from mirrors.intake.survey.responses import AnswerColumn, Grid, Responses, squeezed
from mirrors.locale import message

AUTO = "auto"
"""Find the tool out."""

EMPTY_ROWS = message("without an answer")
_NOBODY = frozenset({"anonymous", "anoniem", "anonyme"})


@dataclass(frozen=True)
class Tool:
    """A survey tool: its name, its own columns, the names it is recognised by, and how its rows are read.

    `tells_apart` returns the heading that shows that respondents can be told apart, "" where none does.
    """

    id: str
    title: str
    own: tuple[str, ...]
    signs: tuple[tuple[str, ...], ...]
    unwrap: Callable[[Grid], tuple[Grid, dict[str, int]]]
    tells_apart: Callable[[Grid], str] | None = None

    @cached_property
    def added(self) -> frozenset[str]:
        """The names of its own columns, squeezed."""
        return frozenset(map(squeezed, self.own))

    def likeness(self, header: Sequence[str]) -> int:
        """Return how many of its own columns a table has; 0 where no sign of the tool is there."""
        there = set(map(squeezed, header))
        recognised = any({squeezed(name) for name in sign} <= there for sign in self.signs)
        return len(there & self.added) if recognised else 0


TOOLS = {
    tool.id: tool
    for tool in (
        Tool(
            "limesurvey",
            limesurvey.TITLE,
            limesurvey.OWN,
            limesurvey.SIGNS,
            limesurvey.unwrap,
            limesurvey.tells_apart,
        ),
        Tool("qualtrics", qualtrics.TITLE, qualtrics.OWN, qualtrics.SIGNS, qualtrics.unwrap),
        Tool(
            "microsoft_forms",
            microsoft_forms.TITLE,
            microsoft_forms.OWN,
            microsoft_forms.SIGNS,
            microsoft_forms.unwrap,
        ),
        Tool("google_forms", google_forms.TITLE, google_forms.OWN, google_forms.SIGNS, google_forms.unwrap),
        Tool("kobo", kobo.TITLE, kobo.OWN, kobo.SIGNS, kobo.unwrap),
    )
}


def read_responses(file: FileContent, instruments: Collection[Instrument], tool: str = AUTO) -> Responses:
    """Return the answers in a file of a survey tool; raises Refused.

    Columns that the tool added, and columns in which something personal was found, are gone with their texts.
    `instruments` tell which texts are answers, in which nothing personal is looked for.
    """
    sources = _read(file)
    found = [
        (source, table, by)
        for source in sources
        for table in source.tables
        if (by := _tool_of(table.header, tool)) is not None
    ]
    if len(found) != 1:
        raise Refused([Finding(Problem.NO_SURVEY, safe_name(file.name))])
    [(source, table, by)] = found
    grid = _grid(table)
    if by.tells_apart is not None and (heading := by.tells_apart(grid)):
        raise Refused([_told(table.finding(Problem.NOT_ANONYMOUS, heading))])
    body, dropped = by.unwrap(grid)
    return _searched(source, table, by, body, dropped, instruments)


def _read(file: FileContent) -> Sequence[SourceFile]:
    known = frozenset(normalised(name) for tool in TOOLS.values() for name in tool.own)
    try:
        return read_files(file, known)
    except Refused as refusal:
        raise Refused([_told(finding) for finding in refusal.findings]) from None


def _told(finding: Finding) -> Finding:
    """Return a finding that does not repeat a name which may be personal."""
    sheet = safe_name(finding.sheet) if finding.sheet else None
    return replace(finding, file=safe_name(finding.file), sheet=sheet)


def _tool_of(header: Sequence[str], tool: str) -> Tool | None:
    if tool != AUTO:
        return TOOLS[tool] if tool in TOOLS and TOOLS[tool].likeness(header) else None
    best = max(TOOLS.values(), key=lambda one: one.likeness(header))
    return best if best.likeness(header) else None


def _grid(table: SourceTable) -> Grid:
    cells = {name: table.rows[name].to_pylist() for name in table.header}
    return Grid(table.header, {}, cells, table.rows[ROW].to_pylist())


def _searched(
    source: SourceFile,
    table: SourceTable,
    tool: Tool,
    body: Grid,
    dropped: dict[str, int],
    instruments: Collection[Instrument],
) -> Responses:
    """Return the answers without the tool's own columns, and without those that hold something personal."""
    added = [name for name in body.headings if squeezed(name) in tool.added | tool_columns()]
    asked = [name for name in body.headings if name not in added]
    empty = [place for place in range(len(body.lines)) if not any(body.cells[name][place] for name in asked)]
    kept = body.cut(empty)
    if not asked or not kept.lines:
        raise Refused([_told(table.finding(Problem.NO_ROWS))])
    personal = _personal_columns(source, table, kept, asked, instruments)
    personal |= {
        name: table.finding(Problem.PERSONAL_ANSWERS, str(table.header.index(name) + 1), 1)
        for name in asked
        if looks_personal(f"{name} {kept.labels.get(name, '')}")
    }
    findings = [*source.findings, *_about(table, body, added), *personal.values()]
    if any(finding.refuses for finding in findings):
        raise Refused([_told(finding) for finding in findings])
    counts = {**dropped, **({EMPTY_ROWS: len(empty)} if empty else {})}
    return Responses(
        safe_name(source.name),
        safe_name(table.sheet) if table.sheet else None,
        source.sha256,
        source.size,
        tool.id,
        tuple(
            AnswerColumn(name, kept.labels.get(name, ""), tuple(kept.cells[name]))
            for name in asked
            if name not in personal
        ),
        tuple(kept.lines),
        table.rows.num_rows,
        counts,
        (*added, *(str(found.column) for found in personal.values())),
        tuple(_told(finding) for finding in findings),
    )


def _about(table: SourceTable, body: Grid, added: Sequence[str]) -> Iterator[Finding]:
    """Yield what is told of the tool's own columns: left out, and whether they named respondents."""
    for name in added:
        texts = {text for text in body.cells[name] if text and text.casefold() not in _NOBODY}
        named = tells_respondent(name) and bool(texts)
        yield table.finding(Problem.KNOWN_RESPONDENTS if named else Problem.SURVEY_METADATA, name)


def _personal_columns(
    source: SourceFile,
    table: SourceTable,
    grid: Grid,
    asked: Sequence[str],
    instruments: Collection[Instrument],
) -> dict[str, Finding]:
    """Return the columns with something personal in their cells, each with what is told of it.

    Raises Refused for what stands outside the table: a comment, the name of the file.
    """
    # A number stands for the heading, which is a question and may speak of anybody.
    names = [f"q{place}" for place in range(len(asked))]
    columns = [texts_column(_without_answers(grid.cells[name], instruments)) for name in asked]
    cells = source_table(table.file, table.sheet, names, columns, table.rows[ROW].take(_places(table, grid)))
    uses = {name: use_of(heading) for name, heading in zip(names, asked, strict=True)}
    margins = replace(source, tables=(cells,), findings=())
    found = find_personal_data(margins, [uses])
    heading = dict(zip(names, asked, strict=True))
    outside = [finding for finding in found if finding.column not in heading and finding.refuses]
    if outside:
        raise Refused(outside)
    return {
        heading[finding.column]: replace(
            table.finding(Problem.PERSONAL_ANSWERS, heading[finding.column], finding.row),
            rows=finding.rows,
            places=finding.places[:MOST_PLACES],
        )
        for finding in found
        if finding.column in heading and finding.refuses
    }


def _without_answers(texts: Sequence[str | None], instruments: Collection[Instrument]) -> list[str | None]:
    """Return the texts of a column without those that are answers to a question of ours."""
    different = {text for text in texts if text}
    known = {text for text in different if any(one.knows(text) for one in instruments)}
    return [None if text in known else text for text in texts]


def _places(table: SourceTable, grid: Grid) -> list[int]:
    """Return where the rows of the grid stand among the rows of the table."""
    place = {line: place for place, line in enumerate(table.rows[ROW].to_pylist())}
    return [place[line] for line in grid.lines]
