"""The school register: the only place where school names live."""

import shlex
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import (
    URL,
    Column,
    Engine,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    create_engine,
    inspect,
    select,
)
from sqlalchemy.pool import NullPool

from mirrors.store.durable import whole_file
from mirrors.store.trouble import StoreDamaged, told_plainly

_METADATA = MetaData()
_NAME = Table(
    "school_name",
    _METADATA,
    Column("upload_id", Integer, primary_key=True),
    Column("school_id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("school_year", String, nullable=False),
)


@dataclass(frozen=True)
class RegisteredName:
    """A school's name and the school year it was given for."""

    name: str
    school_year: str


class Register:
    """Names of schools by id, each with the upload it came with, in a small database beside the facts."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "register.sqlite"
        self._copy = folder / "register.backup.sqlite"

    def names(self, uploads: Iterable[int] | None = None) -> dict[str, str]:
        """Return the name of every school by id, as the given uploads have it (None: all uploads).

        The name given for the newest school year counts, and among those the one that came last. Raises
        StoreDamaged.
        """
        known = None if uploads is None else set(uploads)
        return {row.school_id: row.name for row in self._rows() if known is None or row.upload_id in known}

    def remember(self, upload_id: int, names: dict[str, RegisteredName]) -> None:
        """Store the names that come with an upload, in one transaction, before its facts are stored.

        An upload that then fails is never in force, so that its names show nowhere; the next upload, which
        gets its number, replaces them. Raises StoreDamaged.
        """
        self._rows()
        if not names and not self._path.exists():
            return
        with told_plainly(self._path.parent, self._damaged):
            self._store(upload_id, names)

    def renew_copy(self) -> None:
        """Copy the register, which nobody writes; a damaged one is not copied over the copy."""
        if not self._path.exists() or self._is_copied():
            return
        try:
            self._rows()
        except StoreDamaged:
            return
        with whole_file(self._copy) as unfinished:
            shutil.copyfile(self._path, unfinished)
            shutil.copystat(self._path, unfinished)

    def put_back(self, aside: str) -> None:
        """Put the copy in the place of a damaged register, which is kept under the name `aside`."""
        try:
            self._rows()
        except StoreDamaged:
            if not self._copy.exists():
                raise
            if self._path.exists():
                self._path.rename(self._path.with_name(aside))
            with whole_file(self._path) as unfinished:
                shutil.copyfile(self._copy, unfinished)
            self._rows()

    def _is_copied(self) -> bool:
        if not self._copy.exists():
            return False
        now, then = self._path.stat(), self._copy.stat()
        return (now.st_size, now.st_mtime_ns) == (then.st_size, then.st_mtime_ns)

    def _rows(self) -> list[Row[tuple[int, str, str, str]]]:
        """Return every row, the one that counts last; raises StoreDamaged."""
        with told_plainly(self._path.parent, self._damaged):
            engine = self._engine()
            if not self._path.exists() or not inspect(engine).has_table(_NAME.name):
                if self._copy.exists():
                    raise StoreDamaged(self._damaged())
                return []
            with engine.connect() as connection:
                rows = connection.execute(select(_NAME).order_by(_NAME.c.school_year, _NAME.c.upload_id))
                return list(rows.all())

    def _damaged(self) -> str:
        if not self._copy.exists():
            return f"{self._path} is damaged, and there is no copy of it: put back a copy of the whole folder"
        command = f"python -m mirrors restore --store {shlex.quote(str(self._path.parent))} --facts"
        return f"{self._path} is damaged; put its copy back with: {command}"

    def _store(self, upload_id: int, names: dict[str, RegisteredName]) -> None:
        engine = self._engine()
        _METADATA.create_all(engine)
        rows = [
            {
                "upload_id": upload_id,
                "school_id": school_id,
                "name": found.name,
                "school_year": found.school_year,
            }
            for school_id, found in names.items()
        ]
        with engine.begin() as connection:
            connection.execute(_NAME.delete().where(_NAME.c.upload_id >= upload_id))
            if rows:
                connection.execute(_NAME.insert(), rows)

    def _engine(self) -> Engine:
        return create_engine(URL.create("sqlite", database=str(self._path)), poolclass=NullPool)
