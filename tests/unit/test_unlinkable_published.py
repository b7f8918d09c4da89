"""Somebody who also holds snapshots, candidates, facts, copies and the audit log tries to link answers."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mirrors.administration import acts
from mirrors.progress import silent
from mirrors.store import PublishedStore
from mirrors.store.database import attach
from mirrors.survey.codes import code_digest
from mirrors.survey.collecting import Collecting
from mirrors.survey.keys import RUNTIME, lasting_key
from mirrors.survey.wave import Invited
from mirrors.survey.waves import Opened
from tests.collecting import PUPILS, TEACHERS, TEAM, answer, codes, open_today
from tests.people import ADMINISTRATOR, access
from tests.unit.test_survey_publish import rows, store
from tests.unit.test_unlinkable import everything, text_of

ASKED = (Invited(PUPILS, 40, ("3A", "3B")), Invited(TEACHERS, 12))
PUPILS_THERE, TEACHERS_THERE = 23, 12


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the key that is only in memory."""
    (tmp_path / "memory").mkdir()
    monkeypatch.setenv(RUNTIME, str(tmp_path / "memory"))
    return tmp_path / "memory"


@pytest.fixture
def asked(tmp_path: Path, memory: Path) -> tuple[Collecting, Opened]:
    """Return a published store with a wave that runs, of a city that another school's file belongs to."""
    folder = store(tmp_path, rows("S2", PUPILS, 12))
    acts.publish(folder, ADMINISTRATOR, silent)
    return open_today(folder, ASKED)


def all_answer(here: Collecting, opened: Opened, backwards: bool = False) -> None:
    """Hand in a sheet of every pupil and every teacher, in an order or in the opposite one."""
    sheets = [(codes(opened, PUPILS)[number % 2], number) for number in range(PUPILS_THERE)]
    sheets += [(code, number) for number, code in enumerate(codes(opened, TEACHERS)[:TEACHERS_THERE])]
    for code, number in reversed(sheets) if backwards else sheets:
        answer(here, code, number)


def close_and_publish(here: Collecting, opened: Opened) -> None:
    """Close the wave and put what it brought in use."""
    here.waves.close(TEAM, opened.wave.id)
    acts.publish(here.folder, ADMINISTRATOR, silent)


def databases(folder: Path) -> list[Path]:
    """Return every DuckDB file of a store: facts, their copy, snapshots, candidates."""
    return sorted(folder.rglob("*.duckdb"))


def tables(path: Path) -> Iterator[tuple[str, list[str], list[tuple[object, ...]]]]:
    """Yield every table of a DuckDB file: its name, its columns and its rows in the order they lie in."""
    with attach({"held": path}, read_only=True) as connection:
        found = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'held'"
        ).fetchall()
        for schema, name in found:
            held = connection.execute(f'SELECT * FROM held."{schema}"."{name}"')
            yield name, [column[0] for column in held.description], held.fetchall()


def survey_rows(folder: Path, opened: Opened) -> dict[str, list[tuple[object, ...]]]:
    """Return what the snapshot in use tells of the wave, in the order in which it lies there."""
    name = PublishedStore(folder).current().name
    [path] = [path for path in databases(folder) if path.stem == name]
    return {
        table: [
            tuple("the wave" if value == opened.wave.id else value for value in row)
            for row in held
            if opened.wave.id in row
        ]
        for table, _, held in tables(path)
        if table.startswith("survey_")
    }


def mentions(folder: Path, opened: Opened) -> set[str]:
    """Return the tables of all DuckDB files that tell of the wave."""
    return {
        name
        for path in databases(folder)
        for name, _, held in tables(path)
        if any(opened.wave.id in map(str, row) for row in held)
    }


def test_a_snapshot_or_candidate_of_a_running_wave_holds_nothing_of_it(
    asked: tuple[Collecting, Opened],
) -> None:
    here, opened = asked
    all_answer(here, opened)
    acts.prepare(here.folder, ADMINISTRATOR, silent)
    assert mentions(here.folder, opened) == set()
    here.waves.close(TEAM, opened.wave.id)
    acts.prepare(here.folder, ADMINISTRATOR, silent)
    assert "survey_theme" in mentions(here.folder, opened), "the search finds it once it has ended"


def test_the_order_of_answering_changes_nothing_that_is_published(tmp_path: Path, memory: Path) -> None:
    told = []
    for place, backwards in enumerate((False, True)):
        folder = store(tmp_path / str(place), rows("S2", PUPILS, 12))
        here, opened = open_today(folder, ASKED)
        all_answer(here, opened, backwards)
        close_and_publish(here, opened)
        told.append(survey_rows(folder, opened))
    assert told[0] == told[1]
    assert len(told[0]["survey_theme"]) >= 16


def test_nothing_that_is_published_belongs_to_one_respondent(asked: tuple[Collecting, Opened]) -> None:
    here, opened = asked
    all_answer(here, opened)
    close_and_publish(here, opened)
    found = survey_rows(here.folder, opened)
    assert found["survey_theme"]
    # As many rows for twenty-three as for one: a row belongs to a theme, an item or a place of a group.
    assert max(map(len, found.values())) <= 12 * 4
    for path in databases(here.folder):
        for name, columns, held in tables(path):
            if path.parent.name == "published":
                assert "respondent" not in columns
            elif "respondent" in columns:
                assert name == "fact_survey_responses", "a respondent of a file stands in one table only"
                assert all("S1" not in row for row in held), "and what was answered here in none"


def test_no_code_and_no_sheet_is_left_anywhere_but_in_the_lists(asked: tuple[Collecting, Opened]) -> None:
    here, opened = asked
    key = lasting_key(here.folder)
    secrets = {each for code in opened.codes for each in (code.code, code_digest(key, code.code))}
    all_answer(here, opened)
    acts.publish(here.folder, ADMINISTRATOR, silent)
    before = everything(here.folder)
    assert any(secret.encode() in before for secret in secrets), "a copy of while it ran has some"
    close_and_publish(here, opened)
    content = everything(here.folder)
    assert [secret for secret in secrets if secret.encode() in content] == []
    sheets = {text_of(number) for number in range(PUPILS_THERE)}
    values = {
        str(value)
        for path in databases(here.folder)
        for _, _, held in tables(path)
        for row in held
        for value in row
    }
    assert not secrets & values
    assert not [value for value in values for sheet in sheets if sheet in value]


def test_no_time_is_told_but_the_days_of_the_wave(asked: tuple[Collecting, Opened]) -> None:
    here, opened = asked
    all_answer(here, opened)
    close_and_publish(here, opened)
    days = {opened.wave.first_day, opened.wave.first_day + timedelta(days=1)}
    for path in databases(here.folder):
        for name, columns, held in tables(path):
            if not name.startswith("survey_"):
                continue
            times = {
                f"{name}.{column}"
                for row in held
                for column, value in zip(columns, row, strict=True)
                if isinstance(value, datetime) or re.search(r"\d\d:\d\d", str(value))
            }
            assert times <= {"survey_wave.opened", "survey_wave.closed"}
            told = [value for row in held for value in row if isinstance(value, datetime)]
            assert all(each.time() == datetime.min.time() and each.date() in days for each in told)


def test_the_audit_log_knows_of_nobody_who_answers(asked: tuple[Collecting, Opened]) -> None:
    here, opened = asked
    log = access(here.folder).audit
    before = log.search(ADMINISTRATOR, "").rows
    all_answer(here, opened)
    assert log.search(ADMINISTRATOR, "").rows == before
    close_and_publish(here, opened)
    new = [row for row in log.search(ADMINISTRATOR, "").rows if row not in before]
    assert {row.event for row in new} <= {"wave_closed", "published", "masked"}
    told = " ".join(f"{row.detail} {row.who}" for row in new)
    assert not [code.code for code in opened.codes if code.code in told]
    assert str(PUPILS_THERE) not in told.replace(opened.wave.id, "")


def test_the_copy_of_the_desk_holds_the_lists_and_no_earlier_state(asked: tuple[Collecting, Opened]) -> None:
    here, opened = asked
    all_answer(here, opened)
    close_and_publish(here, opened)
    [copy] = here.folder.glob("desk*backup*")
    content = copy.read_bytes()
    assert [content.count(text_of(number).encode()) for number in range(PUPILS_THERE)] == [1] * PUPILS_THERE
