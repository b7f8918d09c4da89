"""Quality of pupil tokens: they must be random, or anybody who can guess a pupil's number finds the pupil.

A plain hash is no protection: the SHA-256 of every possible national number is computed in a minute.
"""

import hashlib
import re
from collections.abc import Iterator

import numpy as np

from mirrors.intake.privacy.column import Positions, PrivateColumn
from mirrors.intake.privacy.identifiers import Judged, is_belgian
from mirrors.intake.privacy.uses import ColumnUse
from mirrors.intake.rules import Problem

TOKEN_FORM = "^[a-z0-9]{16,64}$"
PLAIN_HASH_LENGTHS = (32, 40, 64)

FEWEST = 5
ORDERED_SHARE = 0.5
"""Of so many tokens, such a share counting up by one (or made of one kind of sign) is not random."""

HOLDS_NUMBERS = 0.1
"""Tokens around national numbers are no tokens, when so many are."""

_ELEVEN = re.compile(r"(?=(\d{11}))")

FEWEST_RANDOM_SIGNS = 8
GUESSED_NUMBERS = 20_000
"""Hashes of the numbers up to this one are tried: pupils are often simply numbered."""


def weak_tokens(column: PrivateColumn) -> Iterator[Judged]:
    """Yield what is wrong with the tokens of a column of tokens."""
    if column.use is not ColumnUse.TOKEN or not len(column.texts):
        return
    tokens: list[str] = column.texts.to_pylist()
    form = re.compile(TOKEN_FORM)
    wrong = np.array([place for place, token in enumerate(tokens) if not form.fullmatch(token)], np.intp)
    every = np.arange(len(tokens))
    if len(wrong):
        yield Problem.WEAK_TOKEN, wrong, TOKEN_FORM
        return
    reason = _not_random(tokens)
    if reason:
        yield Problem.WEAK_TOKEN, every, reason
        return
    hashes = _look_like_hashes(tokens)
    if len(hashes):
        guessed = _guessed(tokens)
        yield (
            (Problem.WEAK_TOKEN, guessed, "hash(1), hash(2)")
            if len(guessed)
            else (Problem.PLAIN_HASH, hashes, "")
        )


def _not_random(tokens: list[str]) -> str:
    """Return the form of tokens that are not random, in signs that need no translation, or nothing."""
    if len(tokens) < FEWEST:
        return "[0-9]+" if all(token.isdigit() for token in tokens) else ""
    same = _same_start(tokens) + _same_start([token[::-1] for token in tokens])
    if min(map(len, tokens)) - same < FEWEST_RANDOM_SIGNS:
        return "aaaa1, aaaa2, aaaa3"
    most = ORDERED_SHARE * len(tokens)
    if sum(any(map(is_belgian, _ELEVEN.findall(token))) for token in tokens) > HOLDS_NUMBERS * len(tokens):
        return "[0-9]{11}"
    if sum(token.isdigit() for token in tokens) > most:
        return "[0-9]+"
    if sum(token.isalpha() for token in tokens) > most:
        return "[a-z]+"
    if sum(bool(re.fullmatch(r"[a-z]+\d{1,8}|\d{1,8}[a-z]+", token)) for token in tokens) > most:
        return "[a-z]+[0-9]+"
    return "aaaa1, aaaa2, aaaa3" if _counting_up(tokens) > most else ""


def _same_start(tokens: list[str]) -> int:
    """Return how many signs all tokens start with."""
    pairs = zip(min(tokens), max(tokens), strict=False)
    return next((at for at, (one, other) in enumerate(pairs) if one != other), len(min(tokens)))


def _counting_up(tokens: list[str]) -> int:
    """Return how many tokens follow another one by a step of one at their end, in decimal or hexadecimal."""
    for base, signs in ((10, r"\d{1,12}"), (16, r"[0-9a-f]{1,12}")):
        split = [re.fullmatch(rf"(.*?)({signs})", token) for token in tokens]
        ends = {(found[1], int(found[2], base)) for found in split if found}
        following = sum((start, number - 1) in ends for start, number in ends)
        if following > ORDERED_SHARE * len(tokens):
            return following
    return 0


def _look_like_hashes(tokens: list[str]) -> Positions:
    form = re.compile("[0-9a-f]+")
    return np.array(
        [p for p, t in enumerate(tokens) if len(t) in PLAIN_HASH_LENGTHS and form.fullmatch(t)], np.intp
    )


def _guessed(tokens: list[str]) -> Positions:
    """Return the tokens that are the plain hash of a small number."""
    place = {token: number for number, token in enumerate(tokens)}
    wanted = {len(token) for token in tokens}
    hits = {
        place[digest]
        for make in (hashlib.md5, hashlib.sha1, hashlib.sha256)
        if make().digest_size * 2 in wanted
        for number in range(GUESSED_NUMBERS)
        if (digest := make(str(number).encode(), usedforsecurity=False).hexdigest()) in place
    }
    return np.array(sorted(hits), np.intp)
