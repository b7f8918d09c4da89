"""Who may read the files of a store: its owner, and nobody else on the machine."""

import contextlib
from pathlib import Path

OWN_FILE, OWN_FOLDER = 0o600, 0o700
_OTHERS = 0o077
_FILES = (
    "LOCK",
    "facts*.duckdb*",
    "register*.sqlite*",
    "desk*.sqlite*",
    "profiles/*.yaml",
    "published/*.duckdb*",
    "published/CURRENT",
)


def make_folder(folder: Path) -> None:
    """Make a folder that only its owner may look into; one that is there stays as it is."""
    folder.mkdir(mode=OWN_FOLDER, parents=True, exist_ok=True)


def tighten(folder: Path) -> None:
    """Take away what others may do with the files of the store in `folder`; leaves what is not ours alone."""
    for path in (path for pattern in _FILES for path in folder.glob(pattern)):
        # A file may go while we look, or belong to somebody else.
        with contextlib.suppress(OSError):
            if not path.is_symlink() and path.is_file() and path.stat().st_mode & _OTHERS:
                path.chmod(OWN_FILE)
