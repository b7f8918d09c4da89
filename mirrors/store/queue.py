"""The queue of a store: one job writes at a time, the others wait for their turn; readers never do."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from mirrors.progress import Progress, silent
from mirrors.store.guarding import OWN_FILE, make_folder
from mirrors.store.trouble import StoreBusy

_FILE = "LOCK"
_LOOK_AGAIN = 0.2
"""Seconds between two words to who waits."""


@contextmanager
def turn(folder: Path, progress: Progress = silent, wait: bool = True) -> Iterator[None]:
    """Hold the store in `folder` for one writing job; raises StoreBusy at once unless it may `wait`.

    The lock is the operating system's, on an open file: it ends with the process, however that dies, and
    holds between the threads of one process too. Who waits is told so, and may raise Cancelled.
    """
    make_folder(folder)
    lock = FileLock(
        folder / _FILE, mode=OWN_FILE, thread_local=False, fallback_to_soft=False, preserve_lock_file=True
    )
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if not wait:
            raise StoreBusy(f"another job is writing to {folder}; try again when it is done") from None
        _wait(lock, progress)
    try:
        yield
    finally:
        lock.release()


def _wait(lock: FileLock, progress: Progress) -> None:
    while True:
        progress("waiting for another upload", 0.0)
        try:
            lock.acquire(timeout=_LOOK_AGAIN)
        except Timeout:
            continue
        return
