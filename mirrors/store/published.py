"""Published snapshots: immutable DuckDB files, one of them in use, swapped by one atomic rename."""

import contextlib
import re
import shlex
import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from mirrors.store.database import attach, read_through, writable
from mirrors.store.durable import sync, whole_file
from mirrors.store.guarding import make_folder
from mirrors.store.register import Register
from mirrors.store.trouble import StoreDamaged, told_plainly

_CURRENT = "CURRENT"
_CANDIDATE = "candidate"
_ORIGIN = "origin"
_OLDER_OPEN = 4


class NoSnapshot(LookupError):
    """There is no such snapshot in this store, or none at all."""


@dataclass(frozen=True)
class Origin:
    """What a snapshot was made from, when (UTC) and by whom.

    `state` tells the facts and decisions it rests on, `program` the program and definitions that made it.
    """

    at: datetime
    by: str
    uploads: tuple[int, ...]
    state: str
    program: str


@dataclass(frozen=True)
class SnapshotRecord:
    """A snapshot in the store: its origin, whether it is in use, and whether its file is whole."""

    name: str
    at: datetime | None
    by: str
    uploads: tuple[int, ...]
    in_use: bool
    whole: bool


class Snapshot:
    """One published snapshot, open for reading by any number of threads.

    The file is attached to a private in-memory database that can reach nothing else, so a later
    snapshot with another name never disturbs readers of this one.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self._path = path
        self._connection = attach({"snapshot": path}, read_only=True)
        self.origin = _read_origin(self._connection)
        self._tables = frozenset(self.tables())
        self._school_names = Register(path.parent.parent).names(self.origin.uploads if self.origin else None)

    def school_name(self, school_id: str) -> str:
        """Return the registered name of a school, or its id when the register does not know it."""
        return self._school_names.get(school_id, school_id)

    def tables(self) -> tuple[str, ...]:
        """Return the names of the tables, but for the one about the snapshot's own origin."""
        rows = self._all(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'snapshot' ORDER BY ALL"
        )
        return tuple(row["table_name"] for row in rows if row["table_name"] != _ORIGIN)

    def rows(self, table: str, order_by: str | None = None, **equal: Any) -> list[dict[str, Any]]:
        """Return the rows of `table` whose columns equal the given values, as dictionaries.

        Missing values are None. A snapshot made before there was such a table has no rows of it. Columns and
        table are names in code, values are bound. Raises StoreDamaged.
        """
        where = " AND ".join(f'"{column}" = ?' for column in equal) or "true"
        order = f" ORDER BY {order_by}" if order_by else ""
        if table not in self._tables:
            return []
        with told_plainly(self._path.parent, lambda: _damaged(self._path)):
            return self._all(f"SELECT * FROM snapshot.{table} WHERE {where}{order}", list(equal.values()))

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _all(self, sql: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        # A shared connection is not safe between threads and an open result owns it: one cursor per
        # call, fetched at once.
        cursor = self._connection.cursor()
        try:
            cursor.execute(sql, values or [])
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
        self._older: dict[str, Snapshot] = {}
        self._origins: dict[str, Origin | None] = {}

    def current(self) -> Snapshot:
        """Return the snapshot in use; raises NoSnapshot and StoreDamaged.

        Hold it for as long as figures must agree.
        """
        name = current_name(self._folder)
        with self._lock:
            if self._snapshot is None or self._snapshot.name != name:
                self._snapshot = _open(_path(self._folder, name))
            return self._snapshot

    def named(self, name: str) -> Snapshot:
        """Return the snapshot of this name, in use or not; raises NoSnapshot and StoreDamaged."""
        if name not in _names(self._folder):
            raise NoSnapshot(_no_such(self._folder, name))
        with self._lock:
            if self._snapshot is not None and self._snapshot.name == name:
                return self._snapshot
            if name not in self._older:
                # Whoever still reads one that is let go of here keeps it open.
                while len(self._older) >= _OLDER_OPEN:
                    del self._older[next(iter(self._older))]
                self._older[name] = _open(_path(self._folder, name))
            return self._older[name]

    def newest(self, most: int = 24) -> dict[str, Origin | None]:
        """Return the newest snapshots that are whole by name, newest first, with what each was made from."""
        for name in _names(self._folder)[-most:]:
            if name not in self._origins:
                with contextlib.suppress(StoreDamaged):
                    opened = _open(_path(self._folder, name))
                    self._origins[name] = opened.origin
                    opened.close()
        return dict(sorted(self._origins.items(), key=lambda item: int(item[0]), reverse=True)[:most])


def current_name(folder: Path) -> str:
    """Return the name of the snapshot in use; raises NoSnapshot, and StoreDamaged when it names none."""
    path = folder / "published" / _CURRENT
    try:
        name = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise NoSnapshot(f"nothing is published in {folder}") from None
    except (UnicodeDecodeError, IsADirectoryError):
        name = ""
    if not re.fullmatch("[0-9]{4,9}", name):
        raise StoreDamaged(_damaged(path))
    return name


def publish_tables(folder: Path, tables: dict[str, pd.DataFrame], origin: Origin | None = None) -> str:
    """Write `tables` as the next snapshot of the store in `folder`, put it in use, return its name."""
    write_candidate(folder, tables, origin)
    return adopt_candidate(folder)


def write_candidate(folder: Path, tables: dict[str, pd.DataFrame], origin: Origin | None = None) -> None:
    """Write `tables` as the snapshot that may be put in use next; replaces an earlier candidate."""
    path = _path(folder, _CANDIDATE)
    make_folder(path.parent)
    with (
        told_plainly(folder, lambda: _damaged(path)),
        whole_file(path) as unfinished,
        writable(unfinished, "snapshot") as connection,
    ):
        for table, frame in [*tables.items(), *_origin_table(origin)]:
            connection.register("incoming", frame)
            connection.execute(f"CREATE TABLE snapshot.{table} AS SELECT * FROM incoming")
            connection.unregister("incoming")
        connection.execute("CHECKPOINT snapshot")


def candidate(folder: Path) -> Snapshot | None:
    """Return the candidate, to be closed by the caller, or None when there is no whole one."""
    try:
        return _open(_path(folder, _CANDIDATE))
    except StoreDamaged:
        return None


def adopt_candidate(folder: Path, published_at: datetime | None = None, by: str = "") -> str:
    """Give the candidate the next number, put it in use and return its name.

    It appears under its name before CURRENT is swapped: a reader sees the old snapshot or the new one, never
    part of it. `published_at` and `by` become what it tells of its publishing.
    """
    prepared = _path(folder, _CANDIDATE)
    name = f"{max(map(int, _names(folder)), default=0) + 1:04d}"
    with told_plainly(folder, lambda: _damaged(prepared)):
        with whole_file(_path(folder, name)) as unfinished:
            shutil.copyfile(prepared, unfinished)
            if published_at is not None:
                _sign(unfinished, published_at, by)
        _point_to(folder, name)
        prepared.unlink()
    return name


def _sign(path: Path, published_at: datetime, by: str) -> None:
    with writable(path, "snapshot") as connection:
        connection.execute("UPDATE snapshot.meta SET published_at = ?", [published_at])
        connection.execute(f'UPDATE snapshot.{_ORIGIN} SET "at" = ?, "by" = ?', [published_at, by])
        connection.execute("CHECKPOINT snapshot")


def restore_snapshot(folder: Path, name: str) -> None:
    """Put an earlier snapshot in use again; raises NoSnapshot, and StoreDamaged when it is not whole."""
    if name not in _names(folder):
        raise NoSnapshot(_no_such(folder, name))
    _read_whole(_path(folder, name))
    with told_plainly(folder, lambda: _damaged(_path(folder, name))):
        _point_to(folder, name)


def take_out_of_use(folder: Path) -> None:
    """Put no snapshot in use, in one step; all are kept, but for the candidate. Raises StoreUnwritable."""
    current = folder / "published" / _CURRENT
    with told_plainly(folder, lambda: _damaged(current)):
        current.unlink(missing_ok=True)
        _path(folder, _CANDIDATE).unlink(missing_ok=True)
        sync(current.parent)


def list_snapshots(folder: Path) -> list[SnapshotRecord]:
    """Return every snapshot of the store, oldest first; none is in use when nobody can tell which."""
    try:
        in_use = current_name(folder)
    except (NoSnapshot, StoreDamaged):
        in_use = ""
    return [_record(folder, name, name == in_use) for name in _names(folder)]


@contextmanager
def in_use(folder: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """Yield a connection to the snapshot in use as `old`, and its name; raises NoSnapshot, StoreDamaged."""
    name = current_name(folder)
    path = _path(folder, name)
    with told_plainly(folder, lambda: _damaged(path)), attach({"old": path}, read_only=True) as connection:
        yield connection, name


@contextmanager
def side_by_side(folder: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, str | None]]:
    """Yield a connection to the candidate as `new` and to the snapshot in use, if whole, as `old`.

    With it the name of the snapshot in use. Raises NoSnapshot without a candidate, and StoreDamaged.
    """
    files = {"new": _path(folder, _CANDIDATE)}
    name = None
    with contextlib.suppress(NoSnapshot, StoreDamaged):
        name = current_name(folder)
        _open(_path(folder, name)).close()
        files["old"] = _path(folder, name)
    with told_plainly(folder, lambda: _damaged(files["new"])), attach(files, read_only=True) as connection:
        yield connection, name if "old" in files else None


def _record(folder: Path, name: str, in_use: bool) -> SnapshotRecord:
    try:
        origin = _read_whole(_path(folder, name))
    except StoreDamaged:
        return SnapshotRecord(name, None, "", (), in_use, False)
    if origin is None:
        return SnapshotRecord(name, None, "", (), in_use, True)
    return SnapshotRecord(name, origin.at, origin.by, origin.uploads, in_use, True)


def _read_whole(path: Path) -> Origin | None:
    """Return the origin of a snapshot of which every row could be read; raises StoreDamaged."""
    with (
        told_plainly(path.parent, lambda: _damaged(path)),
        attach({"snapshot": path}, read_only=True) as connection,
    ):
        read_through(connection, "snapshot")
        return _read_origin(connection)


def _open(path: Path) -> Snapshot:
    with told_plainly(path.parent, lambda: _damaged(path)):
        return Snapshot(path)


def _no_such(folder: Path, name: str) -> str:
    return f"there is no snapshot {name} in {folder}; there are: {', '.join(_names(folder)) or 'none'}"


def _damaged(path: Path) -> str:
    """Return what to do about a damaged snapshot, or word of which is in use: which one to put in use."""
    folder = path.parent.parent
    earlier = [name for name in _names(folder) if not path.stem.isdigit() or int(name) < int(path.stem)]
    for name in reversed(earlier):
        try:
            _read_whole(_path(folder, name))
        except StoreDamaged:
            continue
        command = f"python -m mirrors restore --store {shlex.quote(str(folder))} --snapshot {name}"
        return f"{path} is damaged; put the one before it in use with: {command}"
    command = f"python -m mirrors publish --store {shlex.quote(str(folder))}"
    return f"{path} is damaged and no earlier one is whole; publish again with: {command}"


def _path(folder: Path, name: str) -> Path:
    return folder / "published" / f"{name}.duckdb"


def _names(folder: Path) -> list[str]:
    found = (path.stem for path in (folder / "published").glob("*.duckdb"))
    return sorted((name for name in found if name.isdigit()), key=int)


def _point_to(folder: Path, name: str) -> None:
    with whole_file(folder / "published" / _CURRENT) as pointer:
        pointer.write_text(name + "\n", encoding="ascii")


def _origin_table(origin: Origin | None) -> Iterable[tuple[str, pd.DataFrame]]:
    if origin is None:
        return []
    row = {
        "at": origin.at,
        "by": origin.by,
        "uploads": " ".join(map(str, origin.uploads)),
        "state": origin.state,
        "program": origin.program,
    }
    return [(_ORIGIN, pd.DataFrame([row]))]


def _read_origin(connection: duckdb.DuckDBPyConnection) -> Origin | None:
    try:
        [(at, by, uploads, state, program)] = connection.execute(
            f"SELECT * FROM snapshot.{_ORIGIN}"
        ).fetchall()
    except duckdb.CatalogException:
        return None
    return Origin(at, by, tuple(map(int, uploads.split())), state, program)
