"""Opening the desk's database and bringing its schema up to date; reading it and writing to it in turn."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from filelock import FileLock
from sqlalchemy import URL, Connection, Engine, column, create_engine, event, inspect, make_url, select, table
from sqlalchemy import text as sql
from sqlalchemy.pool import NullPool

from mirrors.store.trouble import told_plainly

URL_VARIABLE = "MIRRORS_DESK_URL"
HEAD = "0006"
"""The newest migration; a test compares it with the migrations themselves."""

PATIENCE = 5.0
"""Seconds to wait while somebody else writes."""

_FILE, _LOCK = "desk.sqlite", "desk.LOCK"
_WRITES = "mirrors_writes"
_ONE_WRITER = 7_304_115
"""The advisory lock that writers on a database server take, so that they come one after another."""


def desk_file(folder: Path) -> Path:
    """Return the file in which the desk of a store lies, unless it lies on a database server."""
    return folder / _FILE


def open_desk(where: Path | str) -> Engine:
    """Return the engine of a desk, its schema up to date: of the store in a folder, or of a database URL.

    The variable MIRRORS_DESK_URL takes the desks of all folders to one database server. An older desk keeps
    every row. Raises StoreTrouble.
    """
    url, folder = _address(where)
    with told_plainly(folder, lambda: _damaged(url)):
        engine = _engine(url)
        if not _is_up_to_date(engine, url):
            _bring_up_to_date(engine, url)
    return engine


def holds_desk(folder: Path) -> bool:
    """Return whether the store in a folder has a desk yet; none is made."""
    return URL_VARIABLE in os.environ or desk_file(folder).exists()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that sees one state of the desk; raises StoreTrouble."""
    with _plainly(engine), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that alone may write: all of the block is kept, or nothing. Raises StoreTrouble."""
    with (
        _plainly(engine),
        engine.connect().execution_options(**{_WRITES: True}) as connection,
        connection.begin(),
    ):
        if engine.dialect.name == "postgresql":
            connection.execute(sql("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_WRITER})
        yield connection


@contextmanager
def _plainly(engine: Engine) -> Iterator[None]:
    with told_plainly(_place(engine.url), lambda: _damaged(engine.url)):
        yield


def _address(where: Path | str) -> tuple[URL, Path]:
    if isinstance(where, str):
        url = make_url(where)
        return url, _place(url)
    if URL_VARIABLE in os.environ:
        return make_url(os.environ[URL_VARIABLE]), where
    return URL.create("sqlite", database=str(desk_file(where.resolve()))), where


def _place(url: URL) -> Path:
    return Path(url.database or ".").parent if _is_file(url) else Path(url.host or "the database server")


def _is_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _damaged(url: URL) -> str:
    where = url.database if _is_file(url) else url.render_as_string(hide_password=True)
    return f"{where} is damaged: put back a copy of it; figures and lists do not need it"


@lru_cache(maxsize=64)
def _engine(url: URL) -> Engine:
    if not _is_file(url):
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, poolclass=NullPool)
    event.listen(engine, "connect", _settle)
    event.listen(engine, "begin", _begin)
    return engine


def _settle(connection: Any, _record: Any) -> None:
    # Python's sqlite3 would open transactions by itself, and late: `_begin` opens them.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000:.0f}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")


def _begin(connection: Connection) -> None:
    # Whoever writes takes its turn before it reads what it decides on.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _is_up_to_date(engine: Engine, url: URL) -> bool:
    if _is_file(url) and not Path(url.database or "").exists():
        return False
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return (
            connection.execute(select(column("version_num")).select_from(table("alembic_version"))).scalar()
            == HEAD
        )


_migrating = threading.Lock()


def _bring_up_to_date(engine: Engine, url: URL) -> None:
    from mirrors.desk.migrations import upgrade

    if not _is_file(url):
        with _migrating, writing(engine) as connection:
            upgrade(connection)
        return
    path = Path(url.database or "")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Alembic keeps what it does in its module: one thread at a time, beside one process at a time.
    with _migrating, FileLock(path.with_name(_LOCK), mode=0o600):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
        with engine.connect() as connection:
            connection.connection.execute("PRAGMA journal_mode = WAL")
        with writing(engine) as connection:
            upgrade(connection)
