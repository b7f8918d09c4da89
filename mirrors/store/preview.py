"""What a publish would change: the candidate snapshot beside the one in use."""

import contextlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from mirrors.store.published import NoSnapshot, in_use, side_by_side
from mirrors.store.trouble import StoreDamaged

MOST_MOVES = 20


@dataclass(frozen=True)
class Move:
    """A figure that changes; values are as published (a share as 0..1)."""

    school_id: str
    indicator: str
    school_year: str
    before: float
    after: float


@dataclass(frozen=True)
class Size:
    """How many figures of an indicator and year get another value, and by how much: half of them, and most.

    Sizes are distances in the indicator's own unit (a share as 0..1).
    """

    indicator: str
    school_year: str
    figures: int
    half: float
    largest: float


@dataclass(frozen=True)
class ListChange:
    """A school that enters or leaves one of the three lists, by a clear signal."""

    indicator: str
    school_year: str
    list: str
    school_id: str
    enters: bool


@dataclass(frozen=True)
class Preview:
    """What would change against the snapshot in use (`against`; None when nothing is published yet).

    It names schools by id and shows single moves: for who keeps the machine; an administrator is shown it
    `without_schools`. `moves` are the largest, measured by the spread of their indicator over schools.
    `open_alarms` counts school-years that take no part until somebody looked at them. `leaves_nothing` says
    that no upload is in force: nothing would be published any more.
    """

    against: str | None
    uploads: tuple[int, ...]
    schools_come: tuple[str, ...]
    schools_go: tuple[str, ...]
    years_come: tuple[str, ...]
    years_go: tuple[str, ...]
    indicators_come: tuple[str, ...]
    indicators_go: tuple[str, ...]
    figures_new: int
    figures_gone: int
    figures_changed: int
    moves: tuple[Move, ...]
    list_changes: tuple[ListChange, ...]
    other_tables: tuple[str, ...]
    open_alarms: int
    leaves_nothing: bool = False
    sizes: tuple[Size, ...] = ()

    def without_schools(self) -> "Preview":
        """Return the same without the figures of any school, and without saying who is on a list."""
        unnamed = tuple(replace(change, school_id="") for change in self.list_changes)
        return replace(self, moves=(), list_changes=unnamed)

    @property
    def nothing_changes(self) -> bool:
        """Whether readers would see exactly what they see now."""
        parts = (
            self.figures_new,
            self.figures_gone,
            self.figures_changed,
            self.list_changes,
            self.other_tables,
        )
        return self.against is not None and not self.leaves_nothing and not any(parts)


def compare_with_nothing(folder: Path) -> Preview:
    """Return what goes when no snapshot is in use any more; what is damaged shows nothing already."""
    against: str | None = None
    keys: list[tuple[str, str, str]] = []
    with contextlib.suppress(NoSnapshot, StoreDamaged), in_use(folder) as (connection, name):
        against = name
        keys = connection.execute(f"SELECT {_KEY} FROM old.figure").fetchall()
    indicators, schools, years = (tuple(sorted({key[part] for key in keys})) for part in range(3))
    return Preview(
        against=against,
        uploads=(),
        schools_come=(),
        schools_go=schools,
        years_come=(),
        years_go=years,
        indicators_come=(),
        indicators_go=indicators,
        figures_new=0,
        figures_gone=len(keys),
        figures_changed=0,
        moves=(),
        list_changes=(),
        other_tables=(),
        open_alarms=0,
        leaves_nothing=True,
    )


_KEY = "indicator, school_id, school_year"


def compare(folder: Path) -> Preview:
    """Return what putting the candidate in use would change; raises NoSnapshot without a candidate."""
    with side_by_side(folder) as (connection, against):
        both = _Both(connection, against is not None)
        figures_new, figures_gone, figures_changed = both.figures()
        origin = connection.execute("SELECT uploads FROM new.origin").fetchall()
        return Preview(
            against=against,
            uploads=tuple(int(number) for row in origin for number in row[0].split()),
            schools_come=both.only("new", "figure", "school_id"),
            schools_go=both.only("old", "figure", "school_id"),
            years_come=both.only("new", "figure", "school_year"),
            years_go=both.only("old", "figure", "school_year"),
            indicators_come=both.only("new", "figure", "indicator"),
            indicators_go=both.only("old", "figure", "indicator"),
            figures_new=figures_new,
            figures_gone=figures_gone,
            figures_changed=figures_changed,
            moves=both.moves(),
            list_changes=both.list_changes(),
            other_tables=both.other_tables(),
            open_alarms=both.open_alarms(),
            sizes=both.sizes(),
        )


@dataclass(frozen=True)
class _Both:
    """The candidate (`new`) and the snapshot in use (`old`), in one connection."""

    connection: duckdb.DuckDBPyConnection
    has_old: bool

    def only(self, side: str, table: str, column: str) -> tuple[str, ...]:
        """Return what only one side has in a column."""
        other = "old" if side == "new" else "new"
        if not self.has_old:
            return self._column(f"SELECT DISTINCT {column} FROM new.{table}") if side == "new" else ()
        return self._column(
            f"SELECT DISTINCT {column} FROM {side}.{table} EXCEPT SELECT {column} FROM {other}.{table}"
        )

    def figures(self) -> tuple[int, int, int]:
        """Return how many figures are new, gone and changed in anything that is shown of them."""
        if not self.has_old:
            return len(self._rows("SELECT 1 FROM new.figure")), 0, 0
        [(new, gone, changed)] = self._rows(
            f"SELECT count_if(was.indicator IS NULL), count_if(now.indicator IS NULL),"
            f" count_if(now.indicator IS NOT NULL AND was.indicator IS NOT NULL AND now.told <> was.told)"
            f" FROM {_told('new')} AS now FULL JOIN {_told('old')} AS was USING ({_KEY})"
        )
        return new, gone, changed

    def moves(self) -> tuple[Move, ...]:
        """Return the largest changes of a value."""
        if not self.has_old:
            return ()
        rows = self._rows(
            "WITH spread AS (SELECT indicator, nullif(stddev_pop(value), 0) AS size FROM old.figure"
            " GROUP BY indicator)"
            " SELECT school_id, indicator, school_year, was.value, now.value"
            f" FROM new.figure AS now JOIN old.figure AS was USING ({_KEY}) JOIN spread USING (indicator)"
            " WHERE was.value <> now.value"
            f" ORDER BY abs(now.value - was.value) / coalesce(size, 1) DESC, {_KEY} LIMIT {MOST_MOVES}"
        )
        return tuple(Move(*row) for row in rows)

    def sizes(self) -> tuple[Size, ...]:
        """Return how many values change and by how much, by indicator and year; the newest year first."""
        if not self.has_old:
            return ()
        rows = self._rows(
            "SELECT indicator, school_year, count(*), median(abs(now.value - was.value)),"
            " max(abs(now.value - was.value))"
            f" FROM new.figure AS now JOIN old.figure AS was USING ({_KEY}) WHERE was.value <> now.value"
            " GROUP BY indicator, school_year ORDER BY school_year DESC, indicator"
        )
        return tuple(Size(*row) for row in rows)

    def list_changes(self) -> tuple[ListChange, ...]:
        """Return who enters and who leaves a list by a clear signal."""
        listed = "SELECT indicator, school_year, list, school_id FROM {}.listed WHERE certainty = 'clear'"
        now = set(self._rows(listed.format("new")))
        was = set(self._rows(listed.format("old"))) if self.has_old else set()
        changes = [
            ListChange(indicator, year, name, school, (indicator, year, name, school) in now)
            for indicator, year, name, school in now ^ was
        ]
        return tuple(
            sorted(changes, key=lambda c: (c.indicator, c.school_year, c.list, not c.enters, c.school_id))
        )

    def other_tables(self) -> tuple[str, ...]:
        """Return the tables with other rows than before, but for figures, origin and time of publishing."""
        if not self.has_old:
            return ()
        tables = {side: self._tables(side) for side in ("new", "old")}
        changed = tables["new"] ^ tables["old"]
        changed |= {name for name in tables["new"] & tables["old"] if self._differs(name)}
        return tuple(sorted(changed - {"figure", "origin"}))

    def open_alarms(self) -> int:
        """Return how many school-years take no part until somebody looked at them."""
        return len(self._rows("SELECT 1 FROM new.registration WHERE alarms <> ''"))

    def _tables(self, side: str) -> set[str]:
        return set(self._column(f"SELECT table_name FROM duckdb_tables() WHERE database_name = '{side}'"))

    def _differs(self, table: str) -> bool:
        columns = "* EXCLUDE (published_at)" if table == "meta" else "*"
        now, was = (f"SELECT {columns} FROM {side}.{table}" for side in ("new", "old"))
        try:
            return bool(self._rows(f"({now} EXCEPT ALL {was}) UNION ALL ({was} EXCEPT ALL {now}) LIMIT 1"))
        except duckdb.BinderException:
            # Other columns than before.
            return True

    def _column(self, sql: str) -> tuple[str, ...]:
        return tuple(sorted(value for (value,) in self._rows(sql)))

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()


def _told(side: str) -> str:
    return f"(SELECT {_KEY}, md5(figure::VARCHAR) AS told FROM {side}.figure)"
