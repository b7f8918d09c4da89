"""Whatever is done to the rows of the audit log behind its back shows."""

import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirrors.access import AuditLog, Broken, Event, Head, Role, Verified, Viewer
from mirrors.desk import desk_file, open_desk
from tests.desks import ADMINISTRATOR, Clock

COLUMNS = ("at", "event", "who", "role", "school_id", "detail", "previous", "digest")
ROWS = 6


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Head]:
    """Return a desk whose log has some rows, without the triggers that guard them, and its head."""
    folder, clock = tmp_path_factory.mktemp("desk"), Clock()
    log = AuditLog(open_desk(folder), clock)
    for number in range(ROWS):
        viewer = Viewer(Role.ADVISER, account=f"a{number % 3}")
        log.record(Event.SCHOOL_SEEN, viewer, f"S{number}", f"2024-25 {number}")
        clock.forward(seconds=1)
    connection = sqlite3.connect(desk_file(folder))
    for trigger in ("audit_no_update", "audit_no_delete"):
        connection.execute(f"DROP TRIGGER {trigger}")
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return desk_file(folder), log.head()


WORDS = st.one_of(st.text(max_size=8), st.just("2026-03-02 09:00:00.000001"))
changes = st.tuples(st.just("change"), st.integers(1, ROWS), st.sampled_from(COLUMNS), WORDS)
deletions = st.tuples(st.just("delete"), st.integers(1, ROWS), st.booleans())
swaps = st.tuples(st.just("swap"), st.integers(1, ROWS), st.integers(1, ROWS))
copies = st.tuples(st.just("copy"), st.integers(1, ROWS), st.integers(1, ROWS))
cuts = st.tuples(st.just("cut"), st.integers(1, ROWS))


@given(st.lists(st.one_of(changes, deletions, swaps, copies, cuts), min_size=1, max_size=3))
def test_a_log_that_differs_from_what_was_written_is_broken(
    written: tuple[Path, Head], done: list[tuple]
) -> None:
    original, head = written
    with TemporaryDirectory() as folder:
        desk_file(Path(folder)).write_bytes(original.read_bytes())
        before = told(desk_file(Path(folder)))
        tamper(desk_file(Path(folder)), done)
        same = told(desk_file(Path(folder))) == before
        log = AuditLog(open_desk(Path(folder)))
        found = log.verify(ADMINISTRATOR, [head])
        assert isinstance(found, Verified if same else Broken)


def test_a_row_taken_out_in_the_middle_shows_without_any_anchor(written: tuple[Path, Head]) -> None:
    original, _ = written
    for number in range(1, ROWS):
        for renumber in (True, False):
            with TemporaryDirectory() as folder:
                desk_file(Path(folder)).write_bytes(original.read_bytes())
                tamper(desk_file(Path(folder)), [("delete", number, renumber)])
                found = AuditLog(open_desk(Path(folder))).verify(ADMINISTRATOR)
                assert isinstance(found, Broken)
                assert found.at == number


def told(path: Path) -> list[tuple]:
    """Return all rows of the log."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT * FROM audit ORDER BY id").fetchall()
    finally:
        connection.close()


def tamper(path: Path, done: list[tuple]) -> None:
    """Do each of these to the rows, as whoever holds the file could."""
    connection = sqlite3.connect(path)
    for act, number, *more in done:
        if act == "change":
            column, words = more
            connection.execute(f"UPDATE audit SET {column} = ? WHERE id = ?", (words, number))
        elif act == "delete":
            connection.execute("DELETE FROM audit WHERE id = ?", (number,))
            if more[0]:
                connection.execute("UPDATE audit SET id = -id WHERE id > ?", (number,))
                connection.execute("UPDATE audit SET id = -id - 1 WHERE id < 0")
        elif act == "swap":
            connection.execute("UPDATE audit SET id = -1 WHERE id = ?", (number,))
            connection.execute("UPDATE audit SET id = ? WHERE id = ?", (number, more[0]))
            connection.execute("UPDATE audit SET id = ? WHERE id = -1", (more[0],))
        elif act == "copy":
            columns = ", ".join(COLUMNS)
            connection.execute(
                f"INSERT INTO audit (id, {columns}) SELECT (SELECT max(id) + 1 FROM audit), {columns}"
                " FROM audit WHERE id = ?",
                (number,),
            )
        else:
            connection.execute("DELETE FROM audit WHERE id >= ?", (number,))
    connection.commit()
    connection.close()
