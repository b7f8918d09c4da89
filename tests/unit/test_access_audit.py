"""The audit log: it only grows, its rows are chained, and whoever touches it shows."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from mirrors.access import AuditLog, Broken, Event, Head, NotAllowed, Role, Verified, Viewer
from mirrors.desk import desk_file, open_desk
from tests.desks import ADMINISTRATOR, Clock, desk, person, signed_in

AN = Viewer(Role.ADVISER, name="An", account="a1")
BO = Viewer(Role.SCHOOL_TEAM, frozenset({"S1"}), "Bo", "a2")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log(tmp_path: Path, clock: Clock) -> AuditLog:
    return AuditLog(open_desk(tmp_path), clock)


def filled(log: AuditLog, clock: Clock, rows: int = 5) -> None:
    """Write some rows, one a day."""
    for number in range(rows):
        log.record(Event.SCHOOL_SEEN, (AN, BO)[number % 2], f"S{number}", f"2024-25 mirror {number}")
        clock.forward(days=1)


def test_an_empty_log_is_whole(log: AuditLog) -> None:
    assert log.verify(ADMINISTRATOR) == Verified(0, "0" * 64)
    assert log.head() == Head(0, "0" * 64)


def test_what_is_recorded_is_found_again(log: AuditLog, clock: Clock) -> None:
    filled(log, clock)
    log.record(Event.SIGN_IN_REFUSED, None)
    found = log.search(ADMINISTRATOR)
    assert found.total == 6
    assert [row.id for row in found.rows] == [6, 5, 4, 3, 2, 1]
    last = found.rows[-1]
    assert (last.who, last.role, last.school_id, last.detail) == ("a1", "adviser", "S0", "2024-25 mirror 0")
    assert (found.rows[0].who, found.rows[0].role) == ("", "")
    assert log.verify(ADMINISTRATOR) == Verified(6, log.head().digest)


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({"words": "mirror 3"}, [4]),
        ({"words": "MIRROR s2"}, [3]),
        ({"words": "A2"}, [4, 2]),
        ({"words": "%"}, []),
        ({"words": "_"}, []),
        ({"event": Event.SIGN_IN}, []),
        ({"event": Event.SCHOOL_SEEN, "who": "a1"}, [5, 3, 1]),
        ({"day_from": date(2026, 3, 4)}, [5, 4, 3]),
        ({"day_to": date(2026, 3, 4)}, [3, 2, 1]),
        ({"day_from": date(2026, 3, 3), "day_to": date(2026, 3, 3)}, [2]),
        ({"page": 2}, []),
    ],
)
def test_a_search_finds_what_holds_all_that_is_asked(
    log: AuditLog, clock: Clock, asked: dict, ids: list[int]
) -> None:
    filled(log, clock)
    assert [row.id for row in log.search(ADMINISTRATOR, **asked).rows] == ids


def test_the_log_is_read_page_by_page(log: AuditLog, clock: Clock) -> None:
    filled(log, clock, 120)
    pages = [[row.id for row in log.search(ADMINISTRATOR, page=page).rows] for page in (1, 2, 3, 4)]
    assert list(map(len, pages)) == [50, 50, 20, 0]
    assert [number for page in pages for number in page] == list(range(120, 0, -1))


@pytest.mark.parametrize("viewer", [AN, BO, Viewer(Role.SCHOOL_TEAM)])
def test_only_an_administrator_reads_it(log: AuditLog, viewer: Viewer) -> None:
    for act in (lambda: log.search(viewer), lambda: log.verify(viewer)):
        with pytest.raises(NotAllowed):
            act()


def test_a_detail_is_one_short_line(log: AuditLog) -> None:
    log.record(Event.EXPORTED, AN, "S1\n", "two\nlines\x1b[31m\x00 and \u202eturned " + "x" * 500)
    [row] = log.search(ADMINISTRATOR).rows
    assert (row.school_id, row.detail[:34]) == ("S1", "two lines [31m and turned xxxxxxxx")
    assert len(row.detail) == 200
    assert row.detail.endswith("xxx [cut off]")
    assert isinstance(log.verify(ADMINISTRATOR), Verified)


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM audit",
        "UPDATE audit SET who = 'another'",
        "REPLACE INTO audit SELECT id, at, event, 'a', role, school_id, detail, previous, digest FROM audit",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE id = 3",
    ],
)
def test_the_file_refuses_to_change_it(log: AuditLog, clock: Clock, tmp_path: Path, change: str) -> None:
    filled(log, clock)
    connection = sqlite3.connect(desk_file(tmp_path))
    with pytest.raises(sqlite3.IntegrityError, match="only grows"):
        connection.execute(change)
    connection.close()


def test_many_at_once_keep_one_chain(tmp_path: Path, clock: Clock) -> None:
    def write(number: int) -> None:
        AuditLog(open_desk(tmp_path), clock).record(Event.EXPORTED, AN, detail=str(number))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(40)))
    log = AuditLog(open_desk(tmp_path), clock)
    assert isinstance(log.verify(ADMINISTRATOR), Verified)
    assert sorted(int(row.detail) for row in log.search(ADMINISTRATOR).rows) == list(range(40))


def rewritten(log: AuditLog, path: Path, clock: Clock, rows: int) -> None:
    """Take the log away and write another, whose chain is whole."""
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER audit_no_delete")
    connection.execute("DELETE FROM audit")
    connection.commit()
    connection.close()
    for number in range(rows):
        log.record(Event.SCHOOL_SEEN, BO, f"S{number}")


@pytest.mark.parametrize(("rows", "broken_at"), [(0, 1), (4, 5), (5, 5), (9, 5)])
def test_a_log_written_anew_shows_against_what_was_published(
    log: AuditLog, clock: Clock, tmp_path: Path, rows: int, broken_at: int
) -> None:
    filled(log, clock)
    anchor = log.head()
    rewritten(log, desk_file(tmp_path), clock, rows)
    assert isinstance(log.verify(ADMINISTRATOR), Verified)
    found = log.verify(ADMINISTRATOR, [anchor])
    assert isinstance(found, Broken)
    assert found.at == broken_at


def test_a_log_that_went_on_is_whole_against_what_was_published(log: AuditLog, clock: Clock) -> None:
    anchors = [log.head()]
    for _ in range(3):
        filled(log, clock)
        anchors.append(log.head())
    filled(log, clock)
    assert log.verify(ADMINISTRATOR, anchors) == Verified(20, log.head().digest)


def test_an_act_that_fails_leaves_no_row_and_a_row_that_fails_no_act(tmp_path: Path, clock: Clock) -> None:
    access = desk(tmp_path, clock)
    account = person(access)
    token = signed_in(access)
    connection = sqlite3.connect(desk_file(tmp_path))
    connection.execute(
        "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no more rows'); END"
    )
    connection.close()
    with pytest.raises(Exception, match="no more rows"):
        access.accounts.close(ADMINISTRATOR, account.id)
    assert access.accounts.all(ADMINISTRATOR) == [account]
    assert access.sessions.viewer(token) == account.viewer
