"""A copy of the desk as of one moment, beside the copy of the facts."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine

from mirrors.store.durable import whole_file
from mirrors.store.trouble import told_plainly

COPY = "desk.backup.sqlite"


def copy_desk(engine: Engine, folder: Path) -> Path | None:
    """Copy the desk into `folder` and return the copy's path; raises StoreTrouble.

    A desk on a database server is copied by whoever keeps the server: None.
    """
    if engine.dialect.name != "sqlite":
        return None
    copy = folder / COPY
    damaged = f"{engine.url.database} is damaged: put back {copy}, or a copy of the whole folder"
    with told_plainly(folder, lambda: damaged), whole_file(copy) as unfinished:
        os.close(os.open(unfinished, os.O_RDWR | os.O_CREAT, 0o600))
        with (
            closing(sqlite3.connect(str(engine.url.database))) as desk,
            closing(sqlite3.connect(unfinished)) as new,
        ):
            desk.backup(new)
    return copy
