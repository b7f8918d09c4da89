"""Sealed words: only who has the key can read them, and nobody can change them unseen (AES-256-GCM)."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


def seal(key: bytes, words: str, about: str, step: int = 1) -> bytes:
    """Return `words` sealed; `about` says what they are, and has to be said again to open them.

    Their length is told only in steps of `step` bytes, filled up with spaces.
    """
    content = words.encode()
    content += b" " * (-len(content) % step)
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, about.encode())


def unseal(key: bytes, sealed: bytes, about: str) -> str | None:
    """Return what was sealed with this key about this, or None."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], about.encode()).decode().rstrip(" ")
    except (InvalidTag, ValueError):
        return None
