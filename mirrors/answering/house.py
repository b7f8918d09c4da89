"""The collecting of the store that is served, opened once a process."""

import contextlib
from functools import lru_cache
from pathlib import Path

from mirrors.doors.house import store_folder
from mirrors.store.trouble import StoreTrouble
from mirrors.survey import collecting
from mirrors.survey.collecting import Collecting, open_collecting
from mirrors.survey.keys import lasting_key


def here() -> Collecting:
    """Return the collecting of the store that is served; raises StoreTrouble."""
    return _collecting(store_folder().resolve())


def was_collecting() -> bool:
    """Return whether a questionnaire was ever opened in the store that is served; nothing is made."""
    return collecting.was_collecting(store_folder())


def key() -> bytes:
    """Return the key that cookies are sealed with."""
    return _key(store_folder().resolve())


def start() -> None:
    """Take up what waited while nothing ran, and bring in what belongs to waves that have ended."""
    if was_collecting():
        with contextlib.suppress(StoreTrouble):
            here().answers.start()
            here().answers.settle()


def stop() -> None:
    """Put away what waits, for the time that nothing runs."""
    if was_collecting():
        with contextlib.suppress(StoreTrouble):
            here().answers.stop()


@lru_cache(maxsize=16)
def _collecting(folder: Path) -> Collecting:
    return open_collecting(folder)


@lru_cache(maxsize=16)
def _key(folder: Path) -> bytes:
    return lasting_key(folder)
