"""Guess what an unknown table is: which kind of file, which of its columns are ours, what its values mean.

Headers are compared with those that exports use, and the distinct values with what our columns can hold.
Nothing is learned and nothing is random: the same table is always guessed alike. A guess is a proposal for
a person to correct; `profile_from` makes the mapping profile of what is agreed on.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from glob import escape
from typing import Literal

from mirrors.definitions import Contract, Jurisdiction, Profile, load_contracts, load_jurisdiction
from mirrors.definitions.contract import Column
from mirrors.definitions.profile import FactRows, Layout, Source, Stages
from mirrors.definitions.reading import Texts
from mirrors.intake.likeness import DATE, SYNONYM, allowed, fit, is_telling, name_likeness, own_value
from mirrors.intake.values import NumberStyle, number_style, school_year

Confidence = Literal["sure", "likely", "none"]
YearLabel = Literal["2024-25", "end_year"]
Values = Mapping[str, Collection[str]]

ASSUMED = {"breakdown": {"breakdown": "all", "member": ""}}
"""What is assumed where a table lacks a column: figures without a breakdown are about whole schools."""

_ENOUGH = 0.4
_SAMPLE = 50
_FITS, _FITS_NOT = 0.9, 0.5
_TELLING, _CONTRADICTED = 0.5, -0.55


@dataclass(frozen=True)
class Guess:
    """What a table seems to be.

    `columns` gives, for a column of ours, the header that means it; `confidence` how sure that is, for every
    column of the contract. `values` translates the texts of a column where some differ from ours, `untold`
    are texts that nobody knows. `constants` fill columns that the table lacks, `percent` are shares written
    as percentages. How decimals and dates are written is only told: reading finds it out by itself.
    """

    contract: str
    columns: dict[str, str]
    confidence: dict[str, Confidence]
    values: dict[str, dict[str, str]]
    untold: dict[str, tuple[str, ...]]
    constants: dict[str, str]
    percent: frozenset[str]
    year_label: YearLabel
    decimal_comma: bool
    day_first: bool


def guess_file(
    header: Sequence[str], values: Values, jurisdiction: Jurisdiction | None = None
) -> Guess | None:
    """Return what a table with this header seems to be; None when no kind of file shares two columns with it.

    `values` holds distinct texts by header, as many as are at hand; `jurisdiction` tells codes and school
    types apart. Tables with one column for each absence code are not guessed.
    """
    names = _Names()
    candidates = [
        _Candidate(contract, tuple(header), values, jurisdiction, names)
        for contract in load_contracts().values()
    ]
    best = max(candidates, key=lambda candidate: (candidate.score, len(candidate.found)))
    return best.guess() if len(best.found) > 1 else None


def guess_columns(
    kind: str, header: Sequence[str], values: Values, jurisdiction: Jurisdiction | None = None
) -> Guess:
    """Return what a table of this kind of file seems to hold, also where nothing is like ours."""
    return _Candidate(load_contracts()[kind], tuple(header), values, jurisdiction, _Names()).guess()


def profile_from(
    guess: Guess, header: Sequence[str], *, name: str, title: Texts, jurisdiction: str, city: str
) -> Profile:
    """Return the profile that reads files with this header as `guess` says; its other columns are ignored."""
    contract, rules = load_contracts()[guess.contract], load_jurisdiction(jurisdiction)
    own = {column.name: column for column in contract.fields}
    take: dict[str, Source | Stages] = {
        column: Source(
            column=column,
            percent=column in guess.percent,
            values=_translation(guess.values.get(column, {}), allowed(own[column], rules)),
        )
        for column in guess.columns
        if column not in ("school_id", "school_year")
    }
    layout = Layout(
        id=contract.name,
        columns={column: (theirs,) for column, theirs in guess.columns.items()},
        optional=tuple(column for column in guess.columns if not own[column].constraints.required),
        ignore=tuple(escape(theirs) for theirs in header if theirs not in guess.columns.values()),
        year_label=guess.year_label,
        facts=(FactRows(into=contract.name, set=dict(guess.constants), take=take),),
    )
    return Profile(id=name, title=title, jurisdiction=jurisdiction, city=city, layouts=(layout,))


def _translation(theirs: Mapping[str, str], ours: Collection[str]) -> dict[str, str]:
    """Return what the texts of a column mean; once some are translated, only named ones are kept."""
    return {**{value: value for value in ours}, **theirs} if theirs else {}


@dataclass(frozen=True)
class _Names:
    """The likeness of headers and columns of one table; most contracts have the same first columns."""

    known: dict[tuple[str, str, tuple[str, ...]], float] = field(default_factory=dict)

    def likeness(self, header: str, column: Column) -> float:
        """Return how much `header` looks like a name of `column`."""
        pair = (header, column.name, column.synonyms)
        if pair not in self.known:
            self.known[pair] = name_likeness(header, column)
        return self.known[pair]


@dataclass(frozen=True)
class _Candidate:
    """One kind of file that a table may be."""

    contract: Contract
    header: tuple[str, ...]
    values: Values
    jurisdiction: Jurisdiction | None
    names: "_Names"

    @cached_property
    def found(self) -> dict[str, tuple[str, float]]:
        """Our column -> the header that means it, and how well it does: the best pairs first."""
        pairs = [
            (self._likeness(header, column), column.name, header)
            for column in self.contract.fields
            for header in self.header
        ]
        found: dict[str, tuple[str, float]] = {}
        taken: set[str] = set()
        for likeness, column, header in sorted(pairs, key=lambda pair: -pair[0]):
            if likeness >= _ENOUGH and column not in found and header not in taken:
                found[column] = (header, min(likeness, 1.0))
                taken.add(header)
        return found

    @property
    def score(self) -> float:
        """The harmonic mean of two shares: of the columns that must be there, and of the header, found."""
        needed = [
            column.name
            for column in self.contract.fields
            if column.constraints.required and not (column.name in ASSUMED and column.name not in self.found)
        ]
        must = sum(self.found[name][1] for name in needed if name in self.found) / len(needed)
        told = sum(likeness for _, likeness in self.found.values()) / max(len(self.header), 1)
        return 2 * must * told / (must + told) if must + told else 0.0

    def _likeness(self, header: str, column: Column) -> float:
        likeness, texts = self.names.likeness(header, column), list(self.values.get(header, ()))[:_SAMPLE]
        telling = is_telling(column, self.jurisdiction)
        if not texts or (likeness < _ENOUGH and not telling):
            return likeness
        share = fit(texts, column, self.jurisdiction)
        if share < _FITS_NOT:
            return likeness + _CONTRADICTED
        return likeness + (_TELLING if share >= _FITS and telling else 0.0)

    def guess(self) -> Guess:
        """Return the guess that the table is this kind of file."""
        columns = {name: self.found[name][0] for name in self.contract.columns if name in self.found}
        texts = {name: self.values.get(header, ()) for name, header in columns.items()}
        own = {column.name: column for column in self.contract.fields if column.name in columns}
        values = {name: self._translated(texts[name], own[name]) for name in columns}
        return Guess(
            contract=self.contract.name,
            columns=columns,
            confidence={name: self._confidence(name) for name in self.contract.columns},
            values={name: pairs for name, pairs in values.items() if any(k != v for k, v in pairs.items())},
            untold={name: left for name in columns if (left := self._untold(texts[name], own[name]))},
            constants={k: v for name in ASSUMED if self._lacks(name) for k, v in ASSUMED[name].items()},
            percent=frozenset(name for name in columns if _is_percent(texts[name], own[name])),
            year_label=_year_label(texts.get("school_year", ())),
            decimal_comma=any(_has_comma(texts[name]) for name in columns if own[name].type == "number"),
            day_first=any(_day_first(texts[name]) for name in columns if own[name].type == "date"),
        )

    def _confidence(self, column: str) -> Confidence:
        if column not in self.found:
            return "none"
        return "sure" if self.found[column][1] >= SYNONYM else "likely"

    def _lacks(self, column: str) -> bool:
        return column in self.contract.columns and column not in self.found

    def _translated(self, texts: Collection[str], column: Column) -> dict[str, str]:
        told = {text: own_value(text, column, self.jurisdiction) for text in texts}
        return {text: value for text, value in told.items() if value is not None}

    def _untold(self, texts: Collection[str], column: Column) -> tuple[str, ...]:
        if not column.constraints.enum and column.name != "code":
            return ()
        return tuple(text for text in texts if own_value(text, column, self.jurisdiction) is None)


def _is_percent(texts: Collection[str], column: Column) -> bool:
    """Return whether a share is written as 64 instead of 0.64; a percent sign is read as it stands."""
    plain = [
        float(text.replace(",", "."))
        for text in texts
        if text.replace(",", ".").replace(".", "", 1).isdigit()
    ]
    return column.constraints.maximum == 1 and any(value > 1 for value in plain)


def _year_label(texts: Collection[str]) -> YearLabel:
    ending = sum(school_year(text, "end_year") is not None for text in texts)
    return "end_year" if ending > len(texts) / 2 else "2024-25"


def _has_comma(texts: Collection[str]) -> bool:
    return number_style((text for text in texts if "," in text or "." in text), True) is NumberStyle.COMMA


def _day_first(texts: Collection[str]) -> bool:
    return any(DATE.fullmatch(text) and not text[:4].isdigit() for text in texts)
