"""Published snapshots: immutable DuckDB files, one of them in use, swapped by one atomic rename."""

import os
import threading
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from mirrors.store.facts import StoreDamaged
from mirrors.store.register import Register

_CURRENT = "CURRENT"


class NoSnapshot(LookupError):
    """Nothing is published in this store yet."""


class Snapshot:
    """One published snapshot, open for reading by any number of threads.

    The file is attached to a private in-memory database that can reach nothing else, so a later
    snapshot with another name never disturbs readers of this one.
    """

    def __init__(self, path: Path, school_names: dict[str, str]) -> None:
        self.name = path.stem
        self._school_names = school_names
        self._connection = duckdb.connect(
            config={"autoload_known_extensions": "false", "autoinstall_known_extensions": "false"}
        )
        self._connection.execute(
            f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS snapshot (READ_ONLY)"
        )
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")

    def school_name(self, school_id: str) -> str:
        """Return the registered name of a school, or its id when the register does not know it."""
        return self._school_names.get(school_id, school_id)

    def rows(self, table: str, order_by: str | None = None, **equal: Any) -> list[dict[str, Any]]:
        """Return the rows of `table` whose columns equal the given values, as dictionaries.

        Missing values are None. Columns and table are names in code, values are bound.
        """
        where = " AND ".join(f"{column} = ?" for column in equal) or "true"
        order = f" ORDER BY {order_by}" if order_by else ""
        # A shared connection is not safe between threads and an open result owns it: one cursor per
        # call, fetched at once.
        cursor = self._connection.cursor()
        try:
            cursor.execute(f"SELECT * FROM snapshot.{table} WHERE {where}{order}", list(equal.values()))
            names = [column[0] for column in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        finally:
            cursor.close()


class PublishedStore:
    """The published side of a store folder; notices a new snapshot without a restart."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None

    def current(self) -> Snapshot:
        """Return the snapshot in use; raises NoSnapshot. Hold it for as long as figures must agree."""
        published = self._folder / "published"
        name = _current_name(published)
        with self._lock:
            if self._snapshot is None or self._snapshot.name != name:
                self._snapshot = _open_snapshot(published / f"{name}.duckdb", Register(self._folder).names())
            return self._snapshot


def _open_snapshot(path: Path, school_names: dict[str, str]) -> Snapshot:
    try:
        return Snapshot(path, school_names)
    except duckdb.Error as error:
        raise StoreDamaged(f"{path} cannot be read; put a copy of it back, or publish again") from error


def publish_tables(folder: Path, tables: dict[str, pd.DataFrame]) -> str:
    """Write `tables` as the next snapshot of the store in `folder`, put it in use, return its name.

    The new file appears under a name of its own before CURRENT is swapped: a reader sees the old
    snapshot or the new one, never part of it.
    """
    published = folder / "published"
    published.mkdir(parents=True, exist_ok=True)
    numbers = [int(path.stem) for path in published.glob("*.duckdb") if path.stem.isdigit()]
    name = f"{max(numbers, default=0) + 1:04d}"
    unfinished = published / f"{name}.unfinished"
    unfinished.unlink(missing_ok=True)
    with duckdb.connect(unfinished) as connection:
        for table, frame in tables.items():
            connection.register("incoming", frame)
            connection.execute(f"CREATE TABLE {table} AS SELECT * FROM incoming")
            connection.unregister("incoming")
    _sync(unfinished)
    os.replace(unfinished, published / f"{name}.duckdb")
    _point_to(published, name)
    return name


def _current_name(published: Path) -> str:
    try:
        return (published / _CURRENT).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise NoSnapshot(f"nothing is published in {published.parent}") from None


def _point_to(published: Path, name: str) -> None:
    pointer = published / f"{_CURRENT}.unfinished"
    pointer.write_text(name + "\n", encoding="ascii")
    _sync(pointer)
    os.replace(pointer, published / _CURRENT)
    _sync(published)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
