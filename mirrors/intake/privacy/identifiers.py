"""Numbers of persons and accounts, told from other numbers by their check digits.

A check digit is passed by chance: of random numbers of eleven digits 0.5 % are a valid Belgian national
number, of small numbers padded with zeros 2 %. So bare numbers are judged by the column: a fifth of its
rows refuses, a single one is held until somebody confirms. A number written in groups is one at sight.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import comb

import numpy as np
from stdnum import iban
from stdnum.be import ssn
from stdnum.fr import nir
from stdnum.gb import upn
from stdnum.nl import bsn

from mirrors.intake.privacy.column import Positions, PrivateColumn
from mirrors.intake.privacy.uses import ColumnUse
from mirrors.intake.rules import Problem

FEWEST_HITS = 2
LEAST_SHARE = 0.2
"""So many different valid numbers, over such a share of the rows, make a column of national numbers."""

PASSED_BY_CHANCE = 0.02
RARE = 0.05
"""Valid numbers among school ids are passed over unless so many come about by chance this rarely."""

# The classic notation is a national number even when a digit was mistyped.
_CLASSIC = re.compile(r"(?<!\d)\d{2}\.(?:[024][0-9]|[135][0-2])\.[0-3]\d[ -]?-[ -]?\d{3}[.\- ]\d{2}(?!\d)")
_GROUPED = re.compile(r"(?<!\d)\d{2}([ ./-]?)\d{2}([ ./-]?)\d{2}([ ./-]{0,3})\d{3}([ ./-]?)\d{2}(?!\d)")
# An identity card, or an account as it was written before IBAN.
_CARD = re.compile(r"(?<!\d)\d{3}-\d{7}-\d{2}(?!\d)")
_NIR = re.compile(r"(?<!\d)[12] ?\d{2} ?\d{2} ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}(?!\d)")
_UPN = re.compile(r"\b[A-Z]\d{12}\b|\b[A-Z]\d{11}[A-Z]\b")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{2,4}){3,8}\b", re.IGNORECASE)
_BARE = re.compile(r"(?<![\d.,])\d{11}(?![\d.,]\d|\d)")


@dataclass(frozen=True)
class Identifier:
    """A kind of number that is seen in a text at once; `pattern` (RE2) tells which texts are worth a look."""

    problem: Problem
    pattern: str
    holds: Callable[[str], bool]
    detail: str = ""


def is_belgian(digits: str) -> bool:
    """Return whether eleven digits are a Belgian national (or BIS) number by date and check digits."""
    return bool(ssn.is_valid(digits))


def holds_written_number(text: str) -> bool:
    """Return whether a text holds a Belgian national number written in groups, or an identity card's."""
    if _CLASSIC.search(text):
        return True
    grouped = (found for found in _GROUPED.finditer(text) if any(found.groups()))
    if any(is_belgian(re.sub(r"\D", "", found[0])) for found in grouped):
        return True
    return bool(_CARD.search(text))


def holds_nir(text: str) -> bool:
    """Return whether a text holds a French social security number."""
    return any(nir.is_valid(found) for found in _NIR.findall(text))


def holds_upn(text: str) -> bool:
    """Return whether a text holds an English unique pupil number."""
    return any(upn.is_valid(found) for found in _UPN.findall(text))


def holds_iban(text: str) -> bool:
    """Return whether a text holds the number of a bank account."""
    for found in _IBAN.findall(text):
        # A word that follows the number may have been taken for its last group.
        parts = re.split(r"[ -]", found)
        if any(_is_iban("".join(parts[:end])) for end in range(1, len(parts) + 1)):
            return True
    return False


def _is_iban(text: str) -> bool:
    # Which banks there are is not asked: that list grows.
    try:
        iban.validate(text, check_country=False)
    except iban.ValidationError:
        return False
    return True


IDENTIFIERS = (
    Identifier(Problem.NATIONAL_NUMBER, r"\d{2}[ ./-]*\d{2}[ ./-]*\d{2}[ ./-]*\d", holds_written_number),
    Identifier(
        Problem.OTHER_IDENTIFIER, r"[12] ?\d{2} ?\d{2} ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}", holds_nir, "NIR"
    ),
    Identifier(Problem.OTHER_IDENTIFIER, r"[A-Z]\d{11}[A-Z0-9]", holds_upn, "UPN"),
    Identifier(Problem.OTHER_IDENTIFIER, r"(?i)\b[A-Z]{2}\d{2}[ -]?[A-Z0-9]{2}", holds_iban, "IBAN"),
)
"""Seen in any text, one at a time."""

Judged = tuple[Problem, Positions, str]
"""A problem, the texts that have it, and a detail."""


def bare_numbers(column: PrivateColumn) -> Iterator[Judged]:
    """Yield what the bare numbers of a column are, judged together."""
    yield from _belgian(column)
    yield from _pupil_numbers_of_france(column)
    yield from _dutch(column)


def bare_in_text(text: str) -> bool:
    """Return whether a text outside the tables holds eleven bare digits that are a national number."""
    return any(is_belgian(found) for found in _BARE.findall(text))


def _belgian(column: PrivateColumn) -> Iterator[Judged]:
    # A spreadsheet takes the zeros off the numbers of those born since 2000.
    candidates = column.matching(r"^\d{11}$|^[1-9]\d{8,9}$")
    hits = _keep(column, candidates, lambda text: is_belgian(text.zfill(11)))
    certain = _keep(column, hits, lambda text: len(text) == 11)
    shortened = _keep(column, hits, lambda text: len(text) == 10)
    inside = _keep(column, column.matching(r"\d{11}.|.\d{11}"), bare_in_text)
    if column.use is ColumnUse.SCHOOL_ID:
        yield from _among_school_ids(column, candidates, certain)
    elif len(hits) >= FEWEST_HITS and column.share(hits) >= LEAST_SHARE:
        yield Problem.NATIONAL_NUMBER, hits, ""
    elif len(certain):
        yield Problem.PERHAPS_NATIONAL_NUMBER, certain, ""
    elif len(shortened) and _rare(shortened, _keep(column, candidates, lambda text: len(text) == 10)):
        yield Problem.PERHAPS_NATIONAL_NUMBER, shortened, ""
    if len(inside) and column.use is not ColumnUse.TOKEN:
        yield Problem.PERHAPS_NATIONAL_NUMBER, inside, ""


def _among_school_ids(column: PrivateColumn, candidates: Positions, hits: Positions) -> Iterator[Judged]:
    """Judge school ids: some numbers of eleven digits are valid by chance, and they return row after row."""
    if not len(hits):
        return
    if len(hits) >= FEWEST_HITS and len(hits) >= LEAST_SHARE * len(candidates) and _rare(hits, candidates):
        yield Problem.NATIONAL_NUMBER, hits, ""
        return
    alone = hits[column.counts[hits] == 1]
    if _rare(hits, candidates):
        yield Problem.PERHAPS_NATIONAL_NUMBER, hits, ""
    elif len(alone) and np.median(column.counts[candidates]) >= 5:
        yield Problem.PERHAPS_NATIONAL_NUMBER, alone, ""


def _rare(hits: Positions, candidates: Positions) -> bool:
    """Return whether so many valid numbers come about by chance in fewer than RARE of such columns."""
    n, k, p = len(candidates), len(hits), PASSED_BY_CHANCE
    if k <= n * p:
        return False
    fewer = sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(min(k, 200)))
    return 1 - fewer < RARE


def _dutch(column: PrivateColumn) -> Iterator[Judged]:
    """Judge nine digits: a tenth of all numbers passes, so that nearly all of several must."""
    candidates = column.matching(r"^\d{9}$|^\d{4}[. ]\d{2}[. ]\d{3}$")
    if column.use is ColumnUse.SCHOOL_ID and len(candidates) < 3:
        return
    hits = _keep(column, candidates, lambda text: bsn.is_valid(re.sub(r"\D", "", text)))
    if not len(hits) or len(hits) < 0.8 * len(candidates):
        return
    if len(hits) >= 3 and column.share(hits) >= LEAST_SHARE:
        yield Problem.OTHER_IDENTIFIER, hits, "BSN"
    elif column.use is not ColumnUse.SCHOOL_ID:
        yield Problem.PERHAPS_NATIONAL_NUMBER, hits, ""


def _pupil_numbers_of_france(column: PrivateColumn) -> Iterator[Judged]:
    """Judge nine or ten digits with one or two letters: the French INE carries no public check digit."""
    hits = column.matching(r"^(?:\d{10}[A-Z]|\d{9}[A-Z]{2})$")
    if (
        column.use is not ColumnUse.SCHOOL_ID
        and len(hits) >= FEWEST_HITS
        and column.share(hits) >= LEAST_SHARE
    ):
        yield Problem.OTHER_IDENTIFIER, hits, "INE"


def _keep(column: PrivateColumn, positions: Positions, holds: Callable[[str], bool]) -> Positions:
    return np.array([place for place in positions if holds(column.text(place))], dtype=np.intp)
