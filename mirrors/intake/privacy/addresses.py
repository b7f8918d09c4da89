"""Street addresses: a word that makes a street, and a house number beside it."""

import re
from collections.abc import Iterable
from functools import cache

from mirrors.intake.privacy.words import street_words

ADDRESS_PATTERN = r"\d.*\pL{2}|\pL{2}.*\d"
_NUMBER = (
    r"(?!(?:19|20)\d\d\b)(?:n[r°o]?\.? ?)?\d{1,4}(?: ?[a-zA-Z]\b|/\d+| ?bis| ?ter)?"
    r"(?: ?(?:bus|bte|boîte|b|app)\.? ?\w{1,4})?"
)
_NOT_A_NUMBER = r"(?! ?(?:%|jaar|ans|leerlingen|pupils|élèves))(?![\d/-])"


def holds_address(text: str) -> bool:
    """Return whether a text holds a street with a house number, in Dutch, French, English or German."""
    anywhere, whole = _patterns()
    return bool(anywhere.search(text) or whole.fullmatch(text.strip()))


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what makes an address anywhere in a text, and what only does when it is the whole text."""
    words = street_words()
    sure = _either(end for end in words.ends if end not in words.common_ends)
    short = _either(words.abbreviations)
    first, last = _either(words.first), _either(words.last)
    name = r"[^\W\d_][\w'’-]*"
    anywhere = [
        rf"\b{name}(?:{sure}|(?:{short})\.),? {_NUMBER}{_NOT_A_NUMBER}",
        rf"\b\d{{1,4}}(?: ?bis| ?ter|[A-Z])?,? (?:{first})\.? (?:{name} ?){{1,6}}",
        rf"(?<!\w)(?:{first})\.? (?:{name} ){{0,5}}{name},? {_NUMBER}{_NOT_A_NUMBER}",
        rf"\b\d{{1,4}}[A-Za-z]? (?-i:(?:[A-Z][\w'’]+ ){{1,3}})(?:{last})\b\.?",
    ]
    town = rf"(?:,? ?(?:B-|NL-|F-)?\d{{4,5}}(?: ?[A-Z]{{2}})?,? {name}.*)?"
    common = _either(words.common_ends)
    street = rf"(?:(?:{name} ){{0,3}}[^\W\d_][\w'’-]{{2,}}|(?:{name} ){{1,3}})(?:{common})"
    whole = rf"{street},? {_NUMBER}{town}"
    return re.compile("|".join(anywhere), re.IGNORECASE), re.compile(whole, re.IGNORECASE)


def _either(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
