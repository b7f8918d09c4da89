"""Passwords: kept as argon2id hashes, checked in the same time whether or not there is such an account."""

import threading
import unicodedata
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 12, 256
_COMMON = Path(__file__).with_name("common_passwords.txt")
_FEW = 4
"""So few different letters make no password."""


class Weak(StrEnum):
    """Why a password is not taken."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    COMMON = "common"
    NAME = "name"


class WeakPassword(ValueError):
    """The password is not taken; `why` tells the kind, never the words."""

    def __init__(self, why: Weak) -> None:
        super().__init__(f"password not taken: {why}")
        self.why = why


class Passwords:
    """Hashes and verifies; `hasher` has the library's parameters unless others are given."""

    def __init__(self, hasher: "PasswordHasher | None" = None) -> None:
        self._given = hasher
        # Each check takes 64 MiB: a flood of sign-ins must not take all memory.
        self._turns = threading.BoundedSemaphore(4)

    def hashed(self, password: str, *names: str) -> str:
        """Return the hash to store; raises WeakPassword, also for a password made of one of the `names`."""
        plain = _normal(password)
        if why := _weakness(plain, names):
            raise WeakPassword(why)
        with self._turns:
            return self._hasher.hash(plain)

    def matches(self, stored: str, password: str) -> bool:
        """Return whether a password belongs to a stored hash; an empty hash costs as much, and never does."""
        from argon2.exceptions import InvalidHashError, VerificationError

        plain = _normal(password)[:LONGEST]
        with self._turns:
            try:
                self._hasher.verify(stored or self._nobodys, plain)
            except (VerificationError, InvalidHashError):
                return False
        return bool(stored)

    def is_outdated(self, stored: str) -> bool:
        """Return whether a hash was made by other parameters than those in force."""
        return self._hasher.check_needs_rehash(stored)

    def rehashed(self, password: str) -> str:
        """Return a new hash of a password that was verified."""
        with self._turns:
            return self._hasher.hash(_normal(password)[:LONGEST])

    @cached_property
    def _hasher(self) -> "PasswordHasher":
        from argon2 import PasswordHasher

        return self._given or PasswordHasher()

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("nobody has this password")


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _weakness(plain: str, names: tuple[str, ...]) -> Weak | None:
    if len(plain) < SHORTEST:
        return Weak.TOO_SHORT
    if len(plain) > LONGEST:
        return Weak.TOO_LONG
    bare = _bare(plain)
    if bare in _common() or plain.casefold() in _common() or len(set(plain.casefold())) <= _FEW:
        return Weak.COMMON
    return Weak.NAME if bare in {_bare(_normal(name)) for name in names} else None


def _bare(words: str) -> str:
    """Return words without case and without what stands around them: "Password2026!!" is "password"."""
    return words.casefold().strip("0123456789 !@#$%^&*()_-+=.,;:?/\\|<>[]{}'\"~`§€£")


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    lines = _COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
