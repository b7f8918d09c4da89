"""The word lists of the privacy gate, which a city may extend without code."""

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from mirrors.definitions.reading import FOLDER, Definition, read_definition

_LISTS: Path = FOLDER / "privacy"


class HeaderWords(Definition):
    """Words in headers; what each list means stands in headers.yaml."""

    words: frozenset[str]
    phrases: tuple[tuple[str, ...], ...]
    begins: tuple[str, ...]
    ends: tuple[str, ...]
    names: frozenset[str]
    counted: frozenset[str]
    groups: frozenset[str]
    beside_tokens: frozenset[str]
    organisations: frozenset[str]
    things: frozenset[str]
    quantities: frozenset[str]


class SurveyWords(Definition):
    """Headers of the columns that survey tools add."""

    personal: frozenset[str]
    technical: frozenset[str]


class StreetWords(Definition):
    """Words that make a street; what each list means stands in streets.yaml."""

    ends: tuple[str, ...]
    common_ends: tuple[str, ...]
    abbreviations: tuple[str, ...]
    first: tuple[str, ...]
    last: tuple[str, ...]


class BirthWords(Definition):
    """Words before a date of birth, and the names of the twelve months."""

    words: tuple[str, ...]
    months: tuple[tuple[str, ...], ...]


class NameWords(Definition):
    """Names beside those of Faker's lists, and words that stand around names."""

    first: tuple[str, ...]
    last: tuple[str, ...]
    particles: frozenset[str]
    salutations: frozenset[str]
    schools: frozenset[str]
    not_names: frozenset[str]


@cache
def header_words() -> HeaderWords:
    """Return the words of headers."""
    return read_definition(_LISTS / "headers.yaml", HeaderWords)


@cache
def survey_words() -> SurveyWords:
    """Return the headers that survey tools add."""
    return read_definition(_LISTS / "survey.yaml", SurveyWords)


@cache
def street_words() -> StreetWords:
    """Return the words that make a street."""
    return read_definition(_LISTS / "streets.yaml", StreetWords)


@cache
def birth_words() -> BirthWords:
    """Return the words around dates of birth."""
    return read_definition(_LISTS / "births.yaml", BirthWords)


@cache
def name_words() -> NameWords:
    """Return the words in and around names."""
    return read_definition(_LISTS / "names.yaml", NameWords)


@lru_cache(maxsize=50_000)
def plain(text: str) -> str:
    """Return a text without capitals and accents."""
    taken_apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in taken_apart if not unicodedata.combining(sign))


_JOINT = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|[^\w%#]+|_|(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)")


def header_tokens(header: str) -> tuple[str, ...]:
    """Return the words of a header, cut at spaces, signs, digits and capitals, without accents."""
    return tuple(plain(part) for part in _JOINT.split(header) if part)
