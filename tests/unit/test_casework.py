"""The advisers' desk: what is set aside, what is taken back, what is never kept, and who may look."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest

from mirrors.access import NotAllowed, Role, Viewer
from mirrors.casework import (
    LONGEST_REASON,
    AlreadyDecided,
    ListName,
    Unfit,
    UnfitWords,
    aside_from,
    aside_in,
    last_contacts,
    log_of,
    note_contact,
    set_aside,
    take_back,
)
from mirrors.desk import database
from mirrors.store import StoreBusy, StoreDamaged
from tests.people import CONSOLE, PASSWORD, access

ADVISER = Viewer(Role.ADVISER, name="An at the desk")
TEAM = Viewer(Role.SCHOOL_TEAM, frozenset({"S1"}))
ROSE = ListName("2024-25", "A2", "rose")
IMPROVED = ListName("2024-25", "A2", "improved")
DAY = date(2025, 10, 3)


def test_a_school_stands_aside_from_one_list_of_one_year(tmp_path: Path) -> None:
    set_aside(tmp_path, ADVISER, "S1", ROSE, "  moved to another\n building ")
    aside = aside_from(tmp_path, ADVISER, ROSE)
    assert list(aside) == ["S1"]
    assert (aside["S1"].reason, aside["S1"].by) == ("moved to another building", "An at the desk")
    assert aside_from(tmp_path, ADVISER, IMPROVED) == {}
    assert aside_in(tmp_path, ADVISER, "2024-25") == {"S1"}
    assert aside_in(tmp_path, ADVISER, "2023-24") == frozenset()


def test_what_is_taken_back_stands_on_its_list_again_and_the_log_keeps_both(tmp_path: Path) -> None:
    set_aside(tmp_path, ADVISER, "S1", ROSE, "a new head", DAY)
    take_back(tmp_path, ADVISER, "S1", ROSE)
    assert aside_from(tmp_path, ADVISER, ROSE) == {}
    log = log_of(tmp_path, ADVISER, "2024-25", "A2")
    assert [(entry.number, entry.what, entry.reason) for entry in log] == [
        (1, "set_aside", "a new head"),
        (2, "taken_back", ""),
    ]
    set_aside(tmp_path, ADVISER, "S1", ROSE, "for another reason")
    assert aside_from(tmp_path, ADVISER, ROSE)["S1"].reason == "for another reason"
    assert last_contacts(tmp_path, ADVISER) == {"S1": DAY}


def test_the_same_is_not_decided_twice(tmp_path: Path) -> None:
    with pytest.raises(AlreadyDecided):
        take_back(tmp_path, ADVISER, "S1", ROSE)
    set_aside(tmp_path, ADVISER, "S1", ROSE, "a merger")
    with pytest.raises(AlreadyDecided):
        set_aside(tmp_path, ADVISER, "S1", ROSE, "a merger again")
    assert len(log_of(tmp_path, ADVISER, "2024-25", "A2")) == 1


def test_of_many_advisers_at_once_one_sets_aside(tmp_path: Path) -> None:
    def attempt(number: int) -> bool:
        try:
            set_aside(tmp_path, ADVISER, "S1", ROSE, f"reason {number}")
        except AlreadyDecided:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(8))) == 1
    assert len(log_of(tmp_path, ADVISER, "2024-25", "A2")) == 1


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("", Unfit.EMPTY),
        (" \n ", Unfit.EMPTY),
        ("x" * (LONGEST_REASON + 1), Unfit.TOO_LONG),
        ("talked to Annelies Peeters", Unfit.PERSONAL),
        ("mevr. Peeters belde terug", Unfit.PERSONAL),
        ("la fille de Jean Dupont est malade", Unfit.PERSONAL),
        ("bel 0472123456", Unfit.PERSONAL),
        ("bel (03 234 56 78)", Unfit.PERSONAL),
        ("see jan@school.be", Unfit.PERSONAL),
        ("the pupil of 85.07.30-033.28", Unfit.PERSONAL),
        ("born 12/10/2012", Unfit.PERSONAL),
        ("moved to Kerkstraat 12, 2000 Antwerpen", Unfit.PERSONAL),
    ],
)
def test_what_cannot_be_kept_is_refused_and_leaves_nothing(tmp_path: Path, reason: str, why: Unfit) -> None:
    with pytest.raises(UnfitWords) as refusal:
        set_aside(tmp_path, ADVISER, "S1", ROSE, reason)
    assert refusal.value.why is why
    assert not reason.strip() or reason not in str(refusal.value)
    assert list(tmp_path.iterdir()) == []
    if reason.strip():
        with pytest.raises(UnfitWords):
            note_contact(tmp_path, ADVISER, "S1", DAY, reason)


@pytest.mark.parametrize(
    "reason",
    [
        "x" * LONGEST_REASON,
        "Called on 12/10/2025; new registration software since September",
        "Gesprek met directie gepland op 3 november 2025, school verhuist",
        "L'école a changé de logiciel en septembre ; on se revoit en mai",
        "Basisschool De Linde fuseert met Sint-Jan",
        "already in a programme, file 2025-11",
    ],
)
def test_what_is_about_a_school_is_kept_word_for_word(tmp_path: Path, reason: str) -> None:
    set_aside(tmp_path, ADVISER, "S1", ROSE, reason)
    assert aside_from(tmp_path, ADVISER, ROSE)["S1"].reason == reason


def test_the_last_contact_is_the_latest_day_that_was_noted(tmp_path: Path) -> None:
    assert last_contacts(tmp_path, ADVISER) == {}
    note_contact(tmp_path, ADVISER, "S1", DAY)
    note_contact(tmp_path, ADVISER, "S1", DAY - timedelta(days=30), "the first visit")
    set_aside(tmp_path, ADVISER, "S2", ROSE, "without a contact")
    assert last_contacts(tmp_path, ADVISER) == {"S1": DAY}
    with pytest.raises(UnfitWords) as refusal:
        note_contact(tmp_path, ADVISER, "S1", date.today() + timedelta(days=1))
    assert refusal.value.why is Unfit.NOT_YET


@pytest.mark.parametrize("viewer", [TEAM, Viewer(Role.ADMINISTRATOR, name="A")])
def test_only_an_adviser_comes_near_the_desk(tmp_path: Path, viewer: Viewer) -> None:
    set_aside(tmp_path, ADVISER, "S1", ROSE, "a merger")
    for act in (
        lambda: set_aside(tmp_path, viewer, "S2", ROSE, "why"),
        lambda: take_back(tmp_path, viewer, "S1", ROSE),
        lambda: note_contact(tmp_path, viewer, "S1", DAY),
        lambda: aside_from(tmp_path, viewer, ROSE),
        lambda: aside_in(tmp_path, viewer, "2024-25"),
        lambda: last_contacts(tmp_path, viewer),
        lambda: log_of(tmp_path, viewer, "2024-25", "A2"),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert len(log_of(tmp_path, ADVISER, "2024-25", "A2")) == 1


def test_the_log_only_grows_even_for_who_opens_the_file(tmp_path: Path) -> None:
    set_aside(tmp_path, ADVISER, "S1", ROSE, "a merger")
    connection = sqlite3.connect(tmp_path / "desk.sqlite")
    for change in ("DELETE FROM entry", "UPDATE entry SET reason = 'none'"):
        with pytest.raises(sqlite3.IntegrityError, match="only grows"):
            connection.execute(change)
    connection.close()


def test_a_damaged_desk_is_told_plainly(tmp_path: Path) -> None:
    (tmp_path / "desk.sqlite").write_bytes(b"no database at all" * 300)
    with pytest.raises(StoreDamaged, match=r"desk\.sqlite is damaged"):
        aside_from(tmp_path, ADVISER, ROSE)


def test_a_desk_that_another_program_holds_is_told_plainly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.1)
    set_aside(tmp_path, ADVISER, "S1", ROSE, "a merger")
    holder = sqlite3.connect(tmp_path / "desk.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy):
        take_back(tmp_path, ADVISER, "S1", ROSE)
    holder.close()


def test_an_act_is_kept_by_account_and_read_by_name(tmp_path: Path) -> None:
    first, second = (
        access(tmp_path).accounts.accept(
            access(tmp_path).accounts.invite(CONSOLE, "An Peeters", sign_in, "adviser"), PASSWORD
        )
        for sign_in in ("an", "an2")
    )
    for account, one in ((first, ROSE), (second, IMPROVED)):
        set_aside(tmp_path, account.viewer, "S1", one, "moved to another building")
    with sqlite3.connect(tmp_path / "desk.sqlite") as connection:
        kept = [row[0] for row in connection.execute("SELECT by FROM entry ORDER BY number")]
    assert kept == [first.id, second.id], "two people may bear one name"
    log = log_of(tmp_path, first.viewer, "2024-25", "A2")
    assert [entry.by for entry in log] == ["An Peeters"] * 2
