"""The desk's database: its schema, an older desk that is taken over, its copy, and who may open its file."""

import shutil
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect
from sqlalchemy.exc import IntegrityError

from mirrors import jobs
from mirrors.access import AuditLog, Event
from mirrors.desk import copy_desk, desk_file, holds_desk, open_desk, reading, writing
from mirrors.desk.copying import COPY
from mirrors.desk.database import HEAD
from mirrors.desk.migrations import configuration
from mirrors.desk.tables import ACCOUNT_SCHOOL, METADATA
from mirrors.store import StoreBusy, StoreDamaged
from tests.desks import ADMINISTRATOR, Clock, desk, person
from tests.small_city import write_small_city

OLDER = """
CREATE TABLE entry (
    number INTEGER NOT NULL, at DATETIME NOT NULL, "by" VARCHAR NOT NULL, what VARCHAR NOT NULL,
    school_id VARCHAR NOT NULL, school_year VARCHAR NOT NULL, indicator VARCHAR NOT NULL,
    list VARCHAR NOT NULL, reason VARCHAR NOT NULL, contact DATE, PRIMARY KEY (number)
);
CREATE TRIGGER no_UPDATE BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'the log of the desk only grows'); END;
CREATE TRIGGER no_DELETE BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'the log of the desk only grows'); END;
INSERT INTO entry VALUES
    (1, '2026-01-05 10:00:00.000000', 'An', 'set_aside', 'S1', '2024-25', 'A2', 'rose', 'a merger', NULL),
    (2, '2026-01-06 10:00:00.000000', 'An', 'contact', 'S1', '', '', '', '', '2026-01-06');
"""
"""A desk from before there were migrations."""


def rows(folder: Path, table: str) -> list[tuple]:
    """Return all that a table of the desk holds."""
    connection = sqlite3.connect(desk_file(folder))
    try:
        return connection.execute(f"SELECT * FROM {table}").fetchall()
    finally:
        connection.close()


def test_the_migrations_make_what_the_tables_say(tmp_path: Path) -> None:
    engine = open_desk(tmp_path)
    with engine.connect() as connection:
        command.check(configuration(connection))
        assert set(METADATA.tables) < set(inspect(connection).get_table_names())
        assert ScriptDirectory.from_config(configuration(connection)).get_heads() == [HEAD]


def test_the_test_sees_a_table_that_no_migration_makes(tmp_path: Path) -> None:
    engine = open_desk(tmp_path)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE account DROP COLUMN must_change")
    with engine.connect() as connection, pytest.raises(Exception, match="must_change"):
        command.check(configuration(connection))


def test_an_older_desk_keeps_every_row(tmp_path: Path) -> None:
    connection = sqlite3.connect(desk_file(tmp_path))
    connection.executescript(OLDER)
    connection.close()
    desk_file(tmp_path).chmod(0o644)
    before = rows(tmp_path, "entry")
    engine = open_desk(tmp_path)
    assert rows(tmp_path, "entry") == before
    assert len(before) == 2
    assert stat.S_IMODE(desk_file(tmp_path).stat().st_mode) == 0o600
    with engine.connect() as opened:
        command.check(configuration(opened))
    for change in ("DELETE FROM entry", "REPLACE INTO entry SELECT * FROM entry"):
        with pytest.raises(IntegrityError, match="only grows"), writing(engine) as opened:
            opened.exec_driver_sql(change)
    AuditLog(engine).record(Event.EXPORTED, ADMINISTRATOR)
    open_desk(tmp_path)
    assert rows(tmp_path, "entry") == before


def test_a_migration_that_breaks_off_leaves_the_older_desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = sqlite3.connect(desk_file(tmp_path))
    connection.executescript(OLDER + "CREATE TABLE city_end (somebody_elses INTEGER);")
    connection.close()
    with pytest.raises(Exception, match="city_end"):
        open_desk(tmp_path)
    engine = create_engine(f"sqlite:///{desk_file(tmp_path)}")
    assert set(inspect(engine).get_table_names()) == {"entry", "city_end"}
    assert len(rows(tmp_path, "entry")) == 2


def test_many_who_open_a_new_desk_at_once_make_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        engines = list(pool.map(lambda _: open_desk(tmp_path / "store"), range(12)))
    for engine in engines:
        AuditLog(engine).record(Event.EXPORTED, ADMINISTRATOR)
    assert len(rows(tmp_path / "store", "audit")) == 12


def test_nobody_else_may_read_the_files_of_the_desk(tmp_path: Path) -> None:
    engine = open_desk(tmp_path)
    with writing(engine) as connection:
        connection.exec_driver_sql("DELETE FROM session")
        copy_desk(engine, tmp_path)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert {"desk.sqlite", "desk.sqlite-wal", COPY} <= set(modes)
    assert set(modes.values()) == {0o600}


def modes(folder: Path) -> dict[str, int]:
    """Return who may do what with each file and folder below, by its name."""
    return {
        str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in sorted(folder.rglob("*"))
    }


def test_nobody_else_may_read_the_files_of_a_store(tmp_path: Path) -> None:
    store = tmp_path / "store"
    (tmp_path / "files").mkdir()
    jobs.ingest(store, "templates", write_small_city(tmp_path / "files"))
    jobs.publish(store)
    found = modes(store)
    assert {"facts.duckdb", "register.sqlite", "LOCK", "published/0001.duckdb"} <= set(found)
    assert found.pop("published") == stat.S_IMODE(store.stat().st_mode) == 0o700
    assert set(found.values()) == {0o600}


def test_a_store_that_others_could_read_is_tightened_and_nothing_else(tmp_path: Path) -> None:
    store = tmp_path / "store"
    (tmp_path / "files").mkdir()
    jobs.ingest(store, "templates", write_small_city(tmp_path / "files"))
    jobs.publish(store)
    (store / "not ours.txt").write_text("kept")
    for name in modes(store):
        if (store / name).is_file():
            (store / name).chmod(0o644)
    jobs.withdraw(store, 1, "a test")
    found = modes(store)
    assert found.pop("not ours.txt") == 0o644
    assert {mode for name, mode in found.items() if (store / name).is_file()} == {0o600}


def test_the_program_makes_files_for_its_owner_only(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mirrors", "questionnaire", "export", "--group", "teachers"]
    command += ["--format", "limesurvey", "-o", str(tmp_path / "asked.txt")]
    subprocess.run(command, check=True, umask=0o022, capture_output=True)
    assert modes(tmp_path) == {"asked.txt": 0o600}


def test_the_copy_of_a_desk_in_use_holds_what_was_written(tmp_path: Path) -> None:
    access = desk(tmp_path, Clock())
    account = person(access)
    copied = copy_desk(access.engine, tmp_path)
    assert copied == tmp_path / COPY
    access.accounts.close(ADMINISTRATOR, account.id)
    (tmp_path / "put back").mkdir()
    shutil.copy(copied, desk_file(tmp_path / "put back"))
    assert desk(tmp_path / "put back", Clock()).accounts.all(ADMINISTRATOR) == [account]


def test_looking_for_a_desk_makes_none(tmp_path: Path) -> None:
    assert not holds_desk(tmp_path)
    assert list(tmp_path.iterdir()) == []
    open_desk(tmp_path)
    assert holds_desk(tmp_path)


def test_a_desk_may_lie_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere.sqlite"
    monkeypatch.setenv("MIRRORS_DESK_URL", f"sqlite:///{elsewhere}")
    person(desk(tmp_path / "store", Clock()))
    assert elsewhere.exists()
    assert not (tmp_path / "store").exists()
    monkeypatch.delenv("MIRRORS_DESK_URL")
    assert not desk(tmp_path / "store", Clock()).accounts.all(ADMINISTRATOR)
    with reading(open_desk(f"sqlite:///{elsewhere}")) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM account").scalar() == 1


def test_rows_belong_to_an_account_that_is_there(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError), writing(open_desk(tmp_path)) as connection:
        connection.execute(ACCOUNT_SCHOOL.insert(), [{"account_id": "nobody", "school_id": "S1"}])


def test_a_damaged_desk_and_one_in_use_are_told_plainly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mirrors.desk.database.PATIENCE", 0.05)
    engine = open_desk(tmp_path)
    holder = sqlite3.connect(desk_file(tmp_path), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy):
        AuditLog(engine).record(Event.EXPORTED, ADMINISTRATOR)
    holder.close()
    desk_file(tmp_path).write_bytes(b"no database at all" * 300)
    with pytest.raises(StoreDamaged, match=r"desk\.sqlite is damaged"):
        open_desk(tmp_path)
