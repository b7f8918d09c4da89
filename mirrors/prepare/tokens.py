"""A pupil's id becomes a token that only the holder of the key can make again."""

import base64
import hmac
import os
import re
import secrets
import stat
import unicodedata
from pathlib import Path

import pyarrow as pa

from mirrors.prepare.events import encoded

KEY_BYTES = 32
TOKEN_LENGTH = 26
"""Characters of base32, five bits each: 130 bits."""
_PURPOSE = b"school-mirrors pupil 1"
_SEPARATORS = re.compile(r"[\s./\-]+")
_NATIONAL_NUMBER = re.compile(r"[0-9]{11}")


class KeyTrouble(RuntimeError):
    """A key cannot be made or used; the message says why and what to do, and never shows the key."""


def make_key(path: Path, to: Path | None = None) -> None:
    """Write a new random key to `path`, readable by its owner only.

    Raises KeyTrouble when the file is there already, or lies in `to`, the folder that leaves the house.
    """
    if to is not None:
        refuse_key_within(path, to)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeyTrouble(
            f"{path} is there already and stays: with another key, pupils are not recognised between years"
        ) from error
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())


def read_key(path: Path) -> bytes:
    """Return the key in `path`; raises KeyTrouble when it is no key or others may read it."""
    try:
        key = path.read_bytes()
        mode = path.stat().st_mode
    except OSError as error:
        raise KeyTrouble(f"the key {path} cannot be read: {error.strerror}") from error
    if len(key) != KEY_BYTES:
        raise KeyTrouble(f"{path} is not a key: make one with “python -m mirrors prepare --new-key FILE”")
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyTrouble(f"others on this machine may read the key {path}: allow only its owner (chmod 600)")
    return key


def refuse_key_within(key: Path, to: Path) -> None:
    """Raise KeyTrouble when the key lies in the folder that leaves the house."""
    if key.resolve().is_relative_to(to.resolve()):
        raise KeyTrouble(f"the key {key} lies in {to}, the folder that leaves the house: keep it elsewhere")


def one_time_key() -> bytes:
    """Return a random key that is kept nowhere."""
    return secrets.token_bytes(KEY_BYTES)


def token(key: bytes, pupil: str) -> str:
    """Return the token of a pupil's id: HMAC-SHA256 with `key` (RFC 2104), its first 130 bits in base32.

    The same key and id give the same token in every file and year. 26 characters of a-z and 2-7.
    """
    digest = hmac.digest(key, _PURPOSE + normal_id(pupil).encode(), "sha256")
    return base64.b32encode(digest)[:TOKEN_LENGTH].decode().lower()


def normal_id(pupil: str) -> str:
    """Return an id as it is keyed: case and spaces do not count, nor the separators of a national number.

    An id that lost its leading zeros in one of the files is another id.
    """
    text = "".join(unicodedata.normalize("NFKC", pupil).casefold().split())
    digits = _SEPARATORS.sub("", text)
    return digits if _NATIONAL_NUMBER.fullmatch(digits) else text


def tokens(key: bytes, pupils: pa.ChunkedArray) -> pa.DictionaryArray:
    """Return the token of each id in a column of texts; each different id is keyed once."""
    positions, ids = encoded(pupils)
    # Two spellings of one id are one token.
    keyed = pa.array([token(key, pupil) for pupil in ids.to_pylist()], pa.string()).dictionary_encode()
    return pa.DictionaryArray.from_arrays(keyed.indices.take(positions), keyed.dictionary)
