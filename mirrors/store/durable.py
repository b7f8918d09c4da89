"""Files that are there wholly or not at all, whatever happens to the machine."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mirrors.store.guarding import OWN_FILE

UNFINISHED = ".unfinished"


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield the path of a file to write; when the block ends well, it becomes `path` in one step.

    The new file is on the disk before it gets its name: a reader or a power cut sees the old or the new. Only
    its owner may read it.
    """
    unfinished = path.with_name(path.name + UNFINISHED)
    _remove(unfinished)
    try:
        yield unfinished
    except BaseException:
        _remove(unfinished)
        raise
    unfinished.chmod(OWN_FILE)
    sync(unfinished)
    os.replace(unfinished, path)
    sync(path.parent)


def _remove(unfinished: Path) -> None:
    # A database leaves its log beside it.
    for left in (unfinished, unfinished.with_name(unfinished.name + ".wal")):
        left.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def clear_unfinished(folder: Path) -> None:
    """Remove what earlier jobs that died left unfinished; only for who holds the queue."""
    for place in (folder, folder / "published", folder / "profiles"):
        for left in place.glob(f"*{UNFINISHED}*"):
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink(missing_ok=True)
