"""The copy of the facts that holds everything up to the last change: read by pages, put back after damage."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from mirrors.store.database import attach, read_through
from mirrors.store.durable import whole_file
from mirrors.store.register import Register
from mirrors.store.trouble import told_plainly

FACTS = "facts.duckdb"
COPY = "facts.backup.duckdb"


def is_current(folder: Path) -> bool:
    """Return whether the copy holds all that the facts hold, by their size and the time they were written."""
    facts, copy, log = folder / FACTS, folder / COPY, folder / f"{FACTS}.wal"
    if log.exists() or not facts.exists() or not copy.exists():
        return False
    now, then = facts.stat(), copy.stat()
    return (now.st_size, now.st_mtime_ns) == (then.st_size, then.st_mtime_ns)


def renew(folder: Path) -> None:
    """Copy facts and names, which nobody has open; an old copy stays until the new one is whole."""
    Register(folder).renew_copy()
    if is_current(folder):
        return
    with whole_file(folder / COPY) as unfinished:
        shutil.copyfile(folder / FACTS, unfinished)
        written = (folder / FACTS).stat()
        os.utime(unfinished, ns=(written.st_atime_ns, written.st_mtime_ns))


def put_back(folder: Path) -> Path | None:
    """Put the copy in the place of the facts; return where the damaged file was moved to, if there was one.

    The copy of the names takes the place of the register only when that is damaged too.

    Nothing is deleted. Raises StoreDamaged when the copy itself is damaged or absent.
    """
    copy = folder / COPY
    hopeless = (
        f"{copy} is damaged or absent too: put back a copy of the whole folder {folder}, or ingest again"
    )
    with told_plainly(folder, lambda: hopeless):
        with attach({"store": copy}, read_only=True) as connection:
            read_through(connection, "store")
        when = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
        Register(folder).put_back(f"register.damaged-{when}.sqlite")
        aside = None
        if (folder / FACTS).exists():
            aside = folder / f"facts.damaged-{when}.duckdb"
            for ending in (".wal", ""):
                if (folder / f"{FACTS}{ending}").exists():
                    os.replace(folder / f"{FACTS}{ending}", aside.with_name(aside.name + ending))
        with whole_file(folder / FACTS) as unfinished:
            shutil.copyfile(copy, unfinished)
            shutil.copystat(copy, unfinished)
    return aside
