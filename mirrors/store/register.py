"""The school register: the only place where school names live."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Column, Engine, Integer, MetaData, String, Table, create_engine, inspect, select
from sqlalchemy.pool import NullPool

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

    def names(self, uploads: Iterable[int] | None = None) -> dict[str, str]:
        """Return the name of every school by id, as the given uploads have it (None: all uploads).

        The name given for the newest school year counts, and among those the one that came last.
        """
        if not self._path.exists():
            return {}
        known = None if uploads is None else set(uploads)
        engine = self._engine()
        if not inspect(engine).has_table(_NAME.name):
            return {}
        with engine.connect() as connection:
            rows = connection.execute(select(_NAME).order_by(_NAME.c.school_year, _NAME.c.upload_id))
            return {row.school_id: row.name for row in rows if known is None or row.upload_id in known}

    def remember(self, upload_id: int, names: dict[str, RegisteredName]) -> None:
        """Store the names that come with an upload, in one transaction, before its facts are stored.

        An upload that then fails is never in force, so that its names show nowhere; the next upload, which
        gets its number, replaces them.
        """
        if not names and not self._path.exists():
            return
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
