"""The school register: the only place where school names live."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Column, Engine, MetaData, String, Table, create_engine, select
from sqlalchemy.dialects.sqlite import insert

_METADATA = MetaData()
_SCHOOL = Table(
    "school",
    _METADATA,
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
    """Names of schools by id, in a small transactional database beside the facts."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "register.sqlite"

    def names(self) -> dict[str, str]:
        """Return the name of every known school by id; empty when nothing was registered."""
        if not self._path.exists():
            return {}
        with self._engine().connect() as connection:
            return {row.school_id: row.name for row in connection.execute(select(_SCHOOL))}

    def remember(self, names: dict[str, RegisteredName]) -> None:
        """Store or renew `names` in one transaction; a name of an older year never replaces a newer one."""
        if not names:
            return
        engine = self._engine()
        _METADATA.create_all(engine)
        statement = insert(_SCHOOL)
        given = statement.excluded
        renew = statement.on_conflict_do_update(
            index_elements=["school_id"],
            set_={"name": given.name, "school_year": given.school_year},
            where=given.school_year >= _SCHOOL.c.school_year,
        )
        rows = [
            {"school_id": school_id, "name": found.name, "school_year": found.school_year}
            for school_id, found in names.items()
        ]
        with engine.begin() as connection:
            connection.execute(renew, rows)

    def _engine(self) -> Engine:
        return create_engine(f"sqlite:///{self._path}")
