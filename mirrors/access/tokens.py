"""Secrets that travel in links and cookies: made here, kept only as a digest."""

import hashlib
import re
import secrets

_BYTES = 32
_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """Return 32 random bytes, safe in an address."""
    return secrets.token_urlsafe(_BYTES)


def digest(token: str) -> str:
    """Return the SHA-256 of a token, which is all that is stored of it.

    A token has 256 random bits: guessing it from its digest is hopeless, so that no slow hash is needed.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def is_token(words: object) -> bool:
    """Return whether something has the shape of a token."""
    return isinstance(words, str) and _SHAPE.fullmatch(words) is not None
