"""Somebody who holds every file, log and copy tries to tell who answered what, when, or in which order.

The attacker also copies the whole store after every single answer, knows the code that was used for it and
when, and has the key that lies beside the desk; only the memory of the running machine is out of reach.
"""

import json
import random
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from scipy.stats import spearmanr

from mirrors.desk import copy_desk, desk_file, open_desk
from mirrors.survey.answer_sheet import written
from mirrors.survey.codes import code_digest
from mirrors.survey.collecting import Collecting
from mirrors.survey.keys import RUNTIME, lasting_key
from mirrors.survey.questionnaire import load_questionnaire
from mirrors.survey.wave import STEP, Invited
from tests.collecting import PUPILS, TEACHERS, TEAM, answer, codes, collecting, day_after, sheet, wave
from tests.desks import Clock

MEMORY = "memory"
ROUNDS, SHEETS = 12, 20
TABLES = ("survey_wave", "survey_group", "survey_access", "survey_answer", "survey_waiting")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def here(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Collecting:
    (tmp_path / MEMORY).mkdir()
    monkeypatch.setenv(RUNTIME, str(tmp_path / MEMORY))
    return collecting(tmp_path / "store", clock)


@dataclass(frozen=True)
class State:
    """What the lists of one group held in one copy."""

    sheets: Counter
    spent: set[str]


def text_of(number: int, group: str = PUPILS) -> str:
    """Return a sheet as it would be stored."""
    return written(sheet(number), load_questionnaire(group), "short")


def stored(folder: Path, group: str) -> State:
    """Return what a copy of the store tells of a group."""
    with closing(sqlite3.connect(desk_file(folder))) as desk:
        [(sheets, spent)] = desk.execute(
            'SELECT sheets, spent FROM survey_answer WHERE "group" = ?', (group,)
        )
    return State(Counter(json.loads(sheets)), set(json.loads(spent)))


def everything(folder: Path) -> bytes:
    """Return all bytes of all files of a store."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def copies(here: Collecting, clock: Clock, to: Path, acts: list) -> Iterator[Path]:
    """Copy the whole store after every act, and once more when the wave has ended."""
    for number, act in enumerate(acts):
        act()
        yield Path(shutil.copytree(here.folder, to / str(number)))
    clock.at = day_after()
    here.answers.settle()
    yield Path(shutil.copytree(here.folder, to / "end"))


@pytest.mark.parametrize("stops", [False, True])
def test_two_copies_never_differ_by_fewer_than_five(
    here: Collecting, clock: Clock, tmp_path: Path, stops: bool
) -> None:
    opened = wave(here, (Invited(TEACHERS, 33),))

    def act(code: str, number: int) -> None:
        answer(here, code, number)
        if stops and number % 4 == 0:
            here.answers.stop()
            here.answers.start()

    acts = [lambda c=code, n=number: act(c, n) for number, code in enumerate(codes(opened, TEACHERS))]
    states = [stored(copy, TEACHERS) for copy in copies(here, clock, tmp_path / "copies", acts)]
    new = [(after.sheets - before.sheets).total() for before, after in pairwise(states)]
    spent = [len(after.spent - before.spent) for before, after in pairwise(states[:-1])]
    assert sum(new) == states[-1].sheets.total() == 33
    assert min(filter(None, new)) >= STEP
    assert min(filter(None, spent)) == STEP
    assert states[-1].spent == set()


def test_the_five_that_went_in_are_not_the_last_five(here: Collecting, clock: Clock, tmp_path: Path) -> None:
    opened = wave(here)
    key, used = lasting_key(here.folder), []
    twelve = codes(opened, TEACHERS)
    for number, code in enumerate(twelve[:10]):
        answer(here, code, number)
        used.append(code_digest(key, code))
    found = stored(here.folder, TEACHERS)
    five = [number for number in range(10) if text_of(number, TEACHERS) in found.sheets]
    assert len(five) == len(found.spent) == STEP
    assert found.spent <= set(used)


def correlation(order: list[int]) -> float:
    """Return the rank correlation of an order that was found with the true one, 0, 1, 2 ..."""
    return float(spearmanr(range(len(order)), order).statistic)


def rounds(clock: Clock, folder: Path) -> Iterator[tuple[list[str], Collecting, str]]:
    """Hand in sheets in a known order, again and again; yield their texts in the true order."""
    dice = random.Random(7)
    for number in range(ROUNDS):
        here = collecting(folder / f"round{number}", clock)
        opened = wave(here)
        chosen = dice.sample(range(1000), SHEETS)
        for each in chosen:
            answer(here, codes(opened, PUPILS)[0], each)
        yield [text_of(each) for each in chosen], here, opened.wave.id


def test_neither_the_list_nor_the_bytes_tell_the_order(
    clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / MEMORY).mkdir()
    monkeypatch.setenv(RUNTIME, str(tmp_path / MEMORY))
    in_list, in_bytes, start = [], [], clock.at
    for true, here, _ in rounds(clock, tmp_path):
        clock.at = day_after()
        here.answers.settle()
        clock.at = start
        content = desk_file(here.folder).read_bytes()
        in_list.append(correlation([list(stored(here.folder, PUPILS).sheets).index(text) for text in true]))
        in_bytes.append(correlation([content.index(text.encode()) for text in true]))
    # The mean of so many correlations of 20 ranks has a standard error of 1 / sqrt(19 * ROUNDS) = .066.
    bound = 3 / (19 * ROUNDS) ** 0.5
    assert abs(sum(in_list) / ROUNDS) < bound
    assert abs(sum(in_bytes) / ROUNDS) < bound
    assert max(in_list) < 0.8


def test_the_test_would_see_an_order(tmp_path: Path) -> None:
    dice, found = random.Random(7), []
    for number in range(ROUNDS):
        path = tmp_path / f"{number}.sqlite"
        texts = [text_of(each) for each in dice.sample(range(1000), SHEETS)]
        with closing(sqlite3.connect(path)) as plain:
            plain.execute("CREATE TABLE answer (sheet TEXT)")
            for text in texts:
                plain.execute("INSERT INTO answer VALUES (?)", (text,))
                plain.commit()
        content = path.read_bytes()
        found.append(abs(correlation([content.index(text.encode()) for text in texts])))
    assert min(found) > 0.99


def test_the_same_answers_in_another_order_are_stored_alike(
    clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / MEMORY).mkdir()
    monkeypatch.setenv(RUNTIME, str(tmp_path / MEMORY))
    found, start = [], clock.at
    for order in (range(20), reversed(range(20))):
        here = collecting(tmp_path / f"store{len(found)}", clock)
        opened = wave(here)
        for number in order:
            answer(here, codes(opened, PUPILS)[number % 2], number)
        clock.at = day_after()
        here.answers.settle()
        clock.at = start
        with closing(sqlite3.connect(desk_file(here.folder))) as desk:
            columns = '"group", number, spent, incomplete, sheets'
            found.append(desk.execute(f"SELECT {columns} FROM survey_answer ORDER BY 1").fetchall())
    assert found[0] == found[1]


def test_what_waits_is_readable_in_no_file(here: Collecting, clock: Clock, tmp_path: Path) -> None:
    opened = wave(here)
    sizes = set()
    for number, code in enumerate(codes(opened, TEACHERS)[:9]):
        answer(here, code, number)
        copy_desk(open_desk(here.folder), here.folder)
        content = everything(here.folder)
        assert not [each for each in range(9) if text_of(each, TEACHERS).encode() in content]
        [key] = [path.read_bytes() for path in (tmp_path / MEMORY).iterdir()]
        assert key not in content
        with closing(sqlite3.connect(desk_file(here.folder))) as desk:
            sizes |= {len(sealed) for (sealed,) in desk.execute("SELECT sealed FROM survey_waiting")}
    assert len(sizes) == 1


def test_a_copy_cannot_open_what_waits_elsewhere(
    here: Collecting, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = wave(here)
    for code in codes(opened, TEACHERS)[:9]:
        answer(here, code)
    shutil.copytree(here.folder, tmp_path / "copy")
    (tmp_path / "another memory").mkdir()
    monkeypatch.setenv(RUNTIME, str(tmp_path / "another memory"))
    elsewhere = collecting(tmp_path / "copy", clock)
    [_, teachers] = elsewhere.waves.participation(TEAM, opened.wave.id)
    assert (teachers.answered, teachers.incomplete) == (0, True)


def test_a_copy_from_a_stop_opens_nothing_of_before_or_after(
    here: Collecting, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = wave(here)
    twelve = codes(opened, TEACHERS)
    answer(here, twelve[0])
    before = Path(shutil.copytree(here.folder, tmp_path / "before"))
    here.answers.stop()
    [parked] = here.folder.glob("*.parked.key")
    key = parked.read_bytes()
    here.answers.start()
    assert not parked.exists()
    answer(here, twelve[1])
    after = Path(shutil.copytree(here.folder, tmp_path / "after"))
    (tmp_path / "another memory").mkdir()
    monkeypatch.setenv(RUNTIME, str(tmp_path / "another memory"))
    for folder in (before, after):
        (folder / parked.name).write_bytes(key)
        [_, teachers] = collecting(folder, clock).waves.participation(TEAM, opened.wave.id)
        assert teachers.incomplete


def test_nothing_is_left_of_earlier_states(here: Collecting, clock: Clock) -> None:
    opened = wave(here)
    for number in range(40):
        answer(here, codes(opened, PUPILS)[0], number)
    clock.at = day_after()
    here.answers.settle()
    content = everything(here.folder)
    assert [content.count(text_of(number).encode()) for number in range(40)] == [1] * 40


def test_after_the_end_nothing_is_left_of_codes(here: Collecting, clock: Clock) -> None:
    opened = wave(here)
    key = lasting_key(here.folder)
    digests = [code_digest(key, code.code).encode() for code in opened.codes]
    plain = [code.encode() for code in codes(opened, PUPILS)]
    assert all(digest in everything(here.folder) for digest in digests)
    for code in codes(opened, TEACHERS):
        answer(here, code)
    clock.at = day_after()
    here.answers.settle()
    content = everything(here.folder)
    assert not [each for each in (*digests, *plain) if each in content]


def test_no_table_holds_a_time_or_what_tells_of_a_respondent(here: Collecting, clock: Clock) -> None:
    opened = wave(here)
    for number, code in enumerate(codes(opened, TEACHERS)):
        answer(here, code, number)
    with closing(sqlite3.connect(desk_file(here.folder))) as desk:
        types = {
            (table, row[1]): row[2] for table in TABLES for row in desk.execute(f"PRAGMA table_info({table})")
        }
        values = [
            str(value) for table in TABLES for row in desk.execute(f"SELECT * FROM {table}") for value in row
        ]
        made = dict(desk.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall())
    assert {column for column, kind in types.items() if "DATE" in kind or "TIME" in kind} == {
        ("survey_wave", "first_day"),
        ("survey_wave", "last_day"),
        ("survey_wave", "closed_on"),
    }
    assert set(types.values()) == {"VARCHAR", "DATE", "BOOLEAN", "INTEGER", "TEXT", "BLOB"}
    assert not [value for value in values if re.search(r"\d\d:\d\d", value)]
    assert {column for table, column in types if table in ("survey_answer", "survey_waiting")} == {
        *("wave_id", "group", "number", "spent", "incomplete", "sheets", "sealed")
    }
    assert all("WITHOUT ROWID" in made[table] for table in TABLES[1:])


def test_codes_are_touched_by_nobody_who_answers(here: Collecting, clock: Clock) -> None:
    opened = wave(here)

    def access() -> list[tuple]:
        with closing(sqlite3.connect(desk_file(here.folder))) as desk:
            return desk.execute("SELECT * FROM survey_access").fetchall()

    before = access()
    for code in codes(opened, TEACHERS):
        answer(here, code)
    assert access() == before
    assert len(before) == 14
