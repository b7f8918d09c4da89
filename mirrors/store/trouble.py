"""What can go wrong with the files of a store, in words that say what to do."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from sqlalchemy.exc import SQLAlchemyError


class StoreTrouble(RuntimeError):
    """Something is wrong with the files of a store; the message says what to do."""


class StoreBusy(StoreTrouble):
    """Another job is writing to this store; nothing was changed, try again later."""


class StoreDamaged(StoreTrouble):
    """A file of the store cannot be read; the message names it and how to put it back."""


class StoreUnwritable(StoreTrouble):
    """The store's folder cannot be written: the disk is full, read-only or not ours."""


class StoreOutdated(StoreTrouble):
    """The store was made by an earlier version of the program."""


_REASONS = {
    errno.ENOSPC: ("the disk is full", "make room on it"),
    errno.EDQUOT: ("the disk quota is used up", "make room"),
    errno.EFBIG: ("a file would become too large", "raise the limit on file sizes"),
    errno.EROFS: ("the disk is read-only", "make it writable"),
    errno.EACCES: ("this account may not write there", "give it the right to"),
    errno.EPERM: ("this account may not write there", "give it the right to"),
}
_WORDS = {
    "no space left": errno.ENOSPC,
    "disk is full": errno.ENOSPC,
    "quota exceeded": errno.EDQUOT,
    "file too large": errno.EFBIG,
    "read-only file system": errno.EROFS,
    "readonly database": errno.EROFS,
    "permission denied": errno.EACCES,
    "operation not permitted": errno.EPERM,
    "unable to open database": errno.EACCES,
    "disk i/o error": errno.ENOSPC,
}
_RUINED = ("corrupt", "malformed", "not a database", "could not decode")
_TAKEN = ("could not set lock", "unique file handle conflict", "database is locked")
_UNREADABLE = (
    duckdb.IOException,
    duckdb.SerializationException,
    duckdb.InternalException,
    duckdb.FatalException,
)


@contextmanager
def told_plainly(
    folder: Path, damaged: Callable[[], str], effect: str = "nothing was changed"
) -> Iterator[None]:
    """Turn what the disk or a database raises into StoreTrouble; other errors pass.

    `damaged` gives the sentence for a file that cannot be read; `effect` says what became of the job.
    """
    try:
        yield
    except (OSError, duckdb.Error, SQLAlchemyError) as error:
        trouble = _trouble(error, folder, damaged, effect)
        if trouble is None:
            raise
        raise trouble from error


def _trouble(error: Exception, folder: Path, damaged: Callable[[], str], effect: str) -> StoreTrouble | None:
    said = str(error).lower()
    if any(words in said for words in _TAKEN):
        return StoreBusy(f"another process is writing to {folder}; try again when it is done")
    number = error.errno if isinstance(error, OSError) else _number(said)
    if number in _REASONS:
        why, remedy = _REASONS[number]
        return StoreUnwritable(f"{folder} cannot be written, {why}: {effect}; {remedy} and try again")
    is_ruined = not isinstance(error, OSError) and any(words in said for words in _RUINED)
    if isinstance(error, _UNREADABLE) or is_ruined:
        return StoreDamaged(damaged())
    return None


def _number(said: str) -> int | None:
    return next((number for words, number in _WORDS.items() if words in said), None)
