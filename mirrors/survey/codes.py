"""Codes that open a questionnaire: one for a class, or one for one adult, once."""

import hashlib
import hmac
import re
import secrets

SIGNS = "CDFGHJKMNPQRTVWXYZ3479"
"""No vowels, so that no word comes by chance, and one only of those that look alike (O and 0, 2 and Z)."""

OF_A_CLASS, OF_ONE = 6, 10
"""Signs of a code: of a class, which is written on a board, and of one adult, which nobody may guess."""


def new_code(length: int) -> str:
    """Return a new random code of `length` signs."""
    return "".join(secrets.choice(SIGNS) for _ in range(length))


def readable(code: str) -> str:
    """Return a code as it is printed: in two halves, such as "CDF-GHJ"."""
    half = len(code) // 2
    return f"{code[:half]}-{code[half:]}"


def typed(words: str) -> str | None:
    """Return the code that somebody typed, in any case, with any marks between; None when it is none."""
    plain = re.sub(r"[\s\-_.·–—]", "", words).upper()
    fits = len(plain) in (OF_A_CLASS, OF_ONE) and all(sign in SIGNS for sign in plain)
    return plain if fits else None


def code_digest(key: bytes, code: str) -> str:
    """Return what is stored of a code: 32 hex characters that tell nothing without the key (HMAC-SHA256)."""
    return hmac.new(key, f"code:{code}".encode(), hashlib.sha256).hexdigest()[:32]
