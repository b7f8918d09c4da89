"""How much a header looks like the name of one of our columns, and texts like its values."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from mirrors.definitions import Jurisdiction
from mirrors.definitions.contract import Column
from mirrors.intake.values import school_year

OWN_NAME, TITLE, SYNONYM, MOST_ALIKE = 1.0, 0.99, 0.98, 0.9
"""The likeness of our own name, of its translations, of a known synonym, and the most that others reach."""

DATE = re.compile(r"(?:\d{4}-\d{2}-\d{2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})(?: 00:00:00)?")
NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)? ?%?")
_SUB_CODE = re.compile(r"([A-Za-z])\d{0,3}")
_SHORT_CODE = re.compile(r"[A-Za-z]{1,2}\d{0,3}|any")
_FILLERS = frozenset(
    {"a", "d", "de", "des", "du", "en", "et", "het", "l", "la", "le", "les", "n", "of", "van"}
)


def compact(text: str) -> str:
    """Return `text` as it is compared: small letters and digits only, without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("%", "percent"))
    return "".join(sign for sign in plain if sign.isalnum())


@dataclass(frozen=True)
class _Spelling:
    """A text made ready for comparing."""

    compact: str
    words: frozenset[str]
    runs: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "_Spelling":
        compared = compact(text)
        edged = f" {compared} "
        runs = frozenset(edged[start : start + 3] for start in range(len(edged) - 2))
        return cls(compared, _words(text), runs)


def name_likeness(header: str, column: Column) -> float:
    """Return how much `header` looks like a name of `column`, 0 to 1.

    A known name gives OWN_NAME, TITLE or SYNONYM. Else it is the most that the header shares with one of
    the names: words, perhaps cut short (Jaccard's index), or runs of three letters (Dice's coefficient,
    for misspellings).
    """
    titles = (column.title, *(wording.title for wording in column.translations.values()))
    known, spelled = _names(column.name, titles, column.synonyms), _Spelling.of(header)
    exact = [likeness for name, likeness in known if name.compact == spelled.compact]
    if exact:
        return max(exact)
    alike = [max(_jaccard(spelled.words, name.words), _dice(spelled.runs, name.runs)) for name, _ in known]
    return MOST_ALIKE * max(alike)


# Only our own names are remembered: what a file holds is forgotten with it.
@cache
def _names(
    name: str, titles: tuple[str, ...], synonyms: tuple[str, ...]
) -> tuple[tuple[_Spelling, float], ...]:
    return (
        (_Spelling.of(name), OWN_NAME),
        *((_Spelling.of(title), TITLE) for title in titles),
        *((_Spelling.of(synonym), SYNONYM) for synonym in synonyms),
    )


def allowed(column: Column, jurisdiction: Jurisdiction | None) -> tuple[str, ...]:
    """Return the values that `column` may have where they can be listed; else none."""
    if jurisdiction and column.name == "code":
        return (*jurisdiction.codes, *jurisdiction.aliases, "any")
    if jurisdiction and column.name == "school_type":
        return tuple(jurisdiction.school_types)
    return column.constraints.enum or ()


def own_value(text: str, column: Column, jurisdiction: Jurisdiction | None) -> str | None:
    """Return the value of ours that `text` means in `column`, or None when nothing is known about it."""
    ours = allowed(column, jurisdiction)
    if text in ours:
        return text
    if column.name == "code":
        return _own_code(text, ours)
    return _known_values(tuple(column.values.items())).get(compact(text))


def fit(texts: Collection[str], column: Column, jurisdiction: Jurisdiction | None) -> float:
    """Return the share of `texts` that can stand in `column`; 1 where there are none."""
    if not texts:
        return 1.0
    return sum(_can_hold(text, column, jurisdiction) for text in texts) / len(texts)


def is_telling(column: Column, jurisdiction: Jurisdiction | None) -> bool:
    """Return whether texts that fit `column` can hardly be anything else."""
    limits = column.constraints
    if column.name == "code":
        return jurisdiction is not None and bool(jurisdiction.codes)
    return column.type == "date" or bool(limits.enum or limits.pattern)


def _can_hold(text: str, column: Column, jurisdiction: Jurisdiction | None) -> bool:
    limits = column.constraints
    if column.name == "school_year":
        return any(school_year(text, form) for form in ("2024-25", "end_year"))
    if own_value(text, column, jurisdiction) is not None:
        return True
    if limits.enum or column.name == "code":
        return False
    if column.type == "date":
        return DATE.fullmatch(text) is not None
    if column.type == "string":
        written = re.fullmatch(limits.pattern, text) if limits.pattern else True
        return bool(written) and len(text) <= (limits.maxLength or len(text))
    return _in_range(text, column)


def _in_range(text: str, column: Column) -> bool:
    if not NUMBER.fullmatch(text):
        return False
    value, limits = float(text.rstrip("% ").replace(",", ".")), column.constraints
    # A share may be written as a percentage.
    most = 100 if limits.maximum == 1 else limits.maximum
    whole = column.type == "number" or value.is_integer()
    return whole and (limits.minimum is None or value >= limits.minimum) and (most is None or value <= most)


def _own_code(text: str, codes: Collection[str]) -> str | None:
    """Return the register's code: in another case, or as a school's finer code (B01)."""
    if len(codes) < 2:
        return text if _SHORT_CODE.fullmatch(text) else None
    finer = _SUB_CODE.fullmatch(text)
    candidates = (text.upper(), text.casefold(), finer[1].upper() if finer else text)
    return next((code for code in candidates if code in codes), None)


@cache
def _known_values(values: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, str]:
    return {compact(spelling): value for value, spellings in values for spelling in (value, *spellings)}


def _words(text: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKD", text.casefold().replace("%", " percent "))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return frozenset(re.findall(r"[a-z]+|\d+", plain)) - _FILLERS


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    shared = sum(any(_same_word(word, another) for another in other) for word in one)
    return shared / max(len(one) + len(other) - shared, shared, 1)


def _same_word(one: str, other: str) -> bool:
    """Return whether two words are equal, or one is the other cut short after three letters or more."""
    return one == other or (
        min(len(one), len(other)) > 2 and (one.startswith(other) or other.startswith(one))
    )


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))
