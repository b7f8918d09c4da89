"""The gate: what in a file may be about a person. It runs before anything is shown, kept or written.

It reduces the risk and proves nothing: a name that is in no list, alone in a cell, passes. What it finds is
told by column, row and kind; a value of the file is never repeated.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa

from mirrors.intake.finding import MOST_PLACES, Finding
from mirrors.intake.privacy.births import birth_dates
from mirrors.intake.privacy.column import Positions, PrivateColumn
from mirrors.intake.privacy.contact import BARE_PHONE_PATTERN, is_bare_phone
from mirrors.intake.privacy.free_text import free_text
from mirrors.intake.privacy.headers import (
    is_personal_header,
    names_schools,
    numbers_schools,
    survey_metadata,
    tells_respondent,
)
from mirrors.intake.privacy.identifiers import Judged, bare_numbers
from mirrors.intake.privacy.margins import personal_margins, safe_name
from mirrors.intake.privacy.names import first_names, last_names, names_of_persons
from mirrors.intake.privacy.texts import ADDRESS, IN_CELLS, IN_MARGINS
from mirrors.intake.privacy.tokens import weak_tokens
from mirrors.intake.privacy.uses import ColumnUse
from mirrors.intake.privacy.words import header_tokens
from mirrors.intake.reading.table import ROW, SourceFile, SourceTable
from mirrors.intake.rules import Problem, Severity
from mirrors.intake.values import YEAR_FORM

Uses = Mapping[str, ColumnUse]

SHARE_FORM = r"[01]|0[.,]\d+|1[.,]0+"


def find_personal_data(
    source: SourceFile,
    uses: Sequence[Uses] | None,
    confirmed: frozenset[str] = frozenset(),
    markers: frozenset[str] = frozenset(),
) -> list[Finding]:
    """Return what in `source` may be about a person.

    `uses` tells for every table what its columns are used for; None is the strictest: nothing is known.
    `confirmed` are columns, as findings name them, declared to hold no national numbers: findings that ask
    are left out for them, findings that refuse are not. `markers` are texts that stand for a number that is
    not given.
    """
    searches = [
        _TableSearch(table, uses[place] if uses is not None else None, markers)
        for place, table in enumerate(source.tables)
    ]
    # A school that is named after somebody may stand in a sheet that is not loaded, too.
    schools = frozenset[str]().union(*(search.school_names() for search in searches))
    findings = list(personal_margins(source, schools))
    for search in searches:
        findings += search.findings()
    asked = [one for one in findings if one.severity is Severity.ASK and one.column in confirmed]
    return [one for one in dict.fromkeys(findings) if one not in asked]


class _TableSearch:
    """The search of one table: its columns as the rules see them."""

    def __init__(self, table: SourceTable, uses: Uses | None, markers: frozenset[str]) -> None:
        self.table = table
        self.uses = uses
        self.markers = markers
        lines = table.rows.column(ROW).to_numpy()
        self.columns = [
            PrivateColumn(place, header, self._use(header), _encoded(table.rows.column(place - 1)), lines)
            for place, header in enumerate(table.header, start=1)
        ]
        self.left_out = survey_metadata(table.header, uses)
        self.year = self._first(ColumnUse.SCHOOL_YEAR) or next(filter(_holds_years, self.columns), None)
        self.schools = self._first(ColumnUse.SCHOOL_ID)
        self.beside_tokens = any(column.use is ColumnUse.TOKEN for column in self.columns)
        self.headed = _is_headed(table.header)

    def findings(self) -> Iterator[Finding]:
        """Yield the findings of every column; nothing is looked for in the provider's own pupil numbers."""
        for column in self.columns:
            if column.header in self.left_out:
                yield Finding(Problem.SURVEY_METADATA, *self._where(), column=column.header)
            elif column.use is not ColumnUse.PUPIL:
                yield from self._header(column)
                for problem, positions, detail in self._judge(column):
                    if len(positions) and column.share(positions):
                        yield self._finding(column, problem, positions, detail)

    def school_names(self) -> frozenset[str]:
        """Return the names of schools in the column that the mapping reads them from."""
        column = self._first(ColumnUse.SCHOOL_NAME)
        return frozenset(map(str.strip, column.texts.to_pylist())) if column else frozenset()

    def _use(self, header: str) -> ColumnUse | None:
        """Return the use of a column; without a mapping, numbers of schools are told by their name."""
        use = self.uses.get(header, ColumnUse.UNKNOWN) if self.uses is not None else None
        spare = use in (None, ColumnUse.UNKNOWN, ColumnUse.IGNORED)
        return ColumnUse.SCHOOL_ID if spare and numbers_schools(header) else use

    def _first(self, use: ColumnUse) -> PrivateColumn | None:
        return next((column for column in self.columns if column.use is use), None)

    def _header(self, column: PrivateColumn) -> Iterator[Finding]:
        only_numbers = len(column.words) == 0
        personal = is_personal_header(column.header, column.use, only_numbers, self.beside_tokens)
        told = column.use in (None, ColumnUse.UNKNOWN) and tells_respondent(column.header)
        if told or (personal and not self._holds_shares(column)):
            yield Finding(Problem.PERSONAL_HEADER, *self._where(), column=str(column.place), row=1)
        for one in IN_MARGINS:
            if one.holds(column.header) and not names_schools(column.header):
                yield Finding(one.problem, *self._where(), str(column.place), 1, detail=one.detail)

    def _holds_shares(self, column: PrivateColumn) -> bool:
        """Return whether a column holds only shares, which name nobody, though its name is a question."""
        if column.use is not ColumnUse.NUMBER:
            return False
        texts = [text for text in column.texts.to_pylist() if text not in self.markers]
        shares = [text for text in texts if re.fullmatch(SHARE_FORM, text)]
        # Noughts and ones alone may be a yes or no about every pupil.
        return len(shares) == len(texts) and any(len(text) > 1 for text in shares)

    def _judge(self, column: PrivateColumn) -> Iterator[Judged]:
        of_schools = column.use is ColumnUse.SCHOOL_NAME or (
            column.use in (None, ColumnUse.UNKNOWN, ColumnUse.IGNORED) and names_schools(column.header)
        )
        for one in IN_CELLS:
            # The address of a school is no person's.
            if not (of_schools and one is ADDRESS):
                hits = [place for place in column.matching(one.pattern) if one.holds(column.text(place))]
                yield one.problem, _but_for_ids(column, np.array(hits, np.intp)), one.detail
        if column.use is not ColumnUse.SCHOOL_ID:
            bare = [
                place for place in column.matching(BARE_PHONE_PATTERN) if is_bare_phone(column.text(place))
            ]
            yield Problem.PHONE, np.array(bare, np.intp), ""
        yield from bare_numbers(column)
        yield from birth_dates(column, self.year if self.year is not column else None)
        yield from names_of_persons(column, self.schools, of_schools)
        yield from free_text(column, of_schools)
        yield from weak_tokens(column)

    def _finding(self, column: PrivateColumn, problem: Problem, positions: Positions, detail: str) -> Finding:
        rows = column.rows_with(positions)
        places = tuple(int(row) for row in rows[:MOST_PLACES])
        return Finding(problem, *self._where(), self._told(column), places[0], len(rows), detail, places)

    def _where(self) -> tuple[str, str | None]:
        sheet = self.table.sheet
        return safe_name(self.table.file), safe_name(sheet) if sheet else None

    def _told(self, column: PrivateColumn) -> str:
        """Return what the column is called: its name, or its place where a name may be a value."""
        known = column.use not in (None, ColumnUse.UNKNOWN, ColumnUse.IGNORED)
        return column.header if known or (self.headed and _is_safe(column.header)) else str(column.place)


def _but_for_ids(column: PrivateColumn, hits: Positions) -> Positions:
    """Return `hits` without school ids that are one by chance: most ids are written so, and few are hits."""
    if column.use is not ColumnUse.SCHOOL_ID or not len(hits) or 2 * len(hits) >= len(column.texts):
        return hits
    forms = Counter(map(_form, column.texts.to_pylist()))
    [(usual, _)] = forms.most_common(1)
    return np.array([hit for hit in hits if _form(column.text(hit)) != usual], np.intp)


def _form(text: str) -> str:
    """Return how a text is written: 9 for a digit, a for a letter."""
    return re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", text))


def _encoded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    if column.num_chunks == 1:
        return column.chunk(0)
    whole = column.combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole


def _holds_years(column: PrivateColumn) -> bool:
    texts = column.texts
    return 0 < len(texts) <= 100 and all(YEAR_FORM.fullmatch(text) for text in texts.to_pylist())


def _is_headed(header: Sequence[str]) -> bool:
    """Return whether the first row names columns; a number or a date among them is a value."""
    return not any(name[:1].isdigit() and not name.isdigit() for name in header) and not any(
        len(name) > 3 and name.isdigit() for name in header
    )


def _is_safe(header: str) -> bool:
    """Return whether the name of a column can be told: nothing in it is, or names, a person."""
    listed = any(token in first_names() or token in last_names() for token in header_tokens(header))
    return len(header) <= 40 and not listed and not any(one.holds(header) for one in IN_MARGINS)
