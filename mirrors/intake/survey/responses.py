"""What was answered in a tool, read and not yet understood: a column a question, a text a respondent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from mirrors.intake.finding import Finding
from mirrors.intake.likeness import compact

MOST_ANSWERS = 30
"""A column with more different texts is no question with options."""


@dataclass(frozen=True)
class AnswerColumn:
    """One column: its heading, the words of the question if the tool gives both, a text a respondent."""

    heading: str
    label: str
    texts: tuple[str | None, ...] = field(repr=False)

    @cached_property
    def answers(self) -> tuple[str, ...]:
        """The different texts, in the order of the alphabet; nothing of a column that has too many."""
        different = {text for text in self.texts if text}
        return tuple(sorted(different)) if len(different) <= MOST_ANSWERS else ()


@dataclass(frozen=True)
class Responses:
    """The answers in one file.

    `lines` are the rows of the file that the respondents stand on; `dropped` tells why other rows were left
    out, and how many. `left_out` are the headings of columns that may point to a respondent or hold something
    personal: their texts are not here. `findings` are warnings.
    """

    file: str
    sheet: str | None
    sha256: str
    size: int
    tool: str
    columns: tuple[AnswerColumn, ...]
    lines: tuple[int, ...]
    rows_read: int
    dropped: dict[str, int]
    left_out: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def respondents(self) -> int:
        """How many sheets are left."""
        return len(self.lines)

    def column(self, heading: str) -> AnswerColumn:
        """Return the column with this heading; raises KeyError."""
        return self._by_heading[heading]

    @cached_property
    def _by_heading(self) -> dict[str, AnswerColumn]:
        return {column.heading: column for column in self.columns}


@dataclass(frozen=True)
class Grid:
    """A table of a tool as lists of texts, cut by its reader: the heading of every column over its cells."""

    headings: tuple[str, ...]
    labels: dict[str, str]
    cells: dict[str, Sequence[str | None]]
    lines: Sequence[int]

    def cut(self, gone: Iterable[int], labels: dict[str, str] | None = None) -> "Grid":
        """Return the grid without the rows at these places."""
        left_out = set(gone)
        kept = [place for place in range(len(self.lines)) if place not in left_out]
        return Grid(
            self.headings,
            labels or self.labels,
            {name: [cells[place] for place in kept] for name, cells in self.cells.items()},
            [self.lines[place] for place in kept],
        )

    def named(self, *squeezed_names: str) -> list[str]:
        """Return the headings that are one of these names, without capitals, spaces and signs."""
        return [heading for heading in self.headings if squeezed(heading) in squeezed_names]

    def holding(self, names: Sequence[str], texts: Iterable[str]) -> list[int]:
        """Return the places of the rows in which a column of this name holds one of the texts."""
        wanted = {squeezed(text) for text in texts}
        found = {
            place
            for heading in self.named(*names)
            for place, text in enumerate(self.cells[heading])
            if text and squeezed(text) in wanted
        }
        return sorted(found)


def squeezed(text: str) -> str:
    """Return `text` as names of columns are compared: without capitals, accents, spaces and signs."""
    return compact(text)
