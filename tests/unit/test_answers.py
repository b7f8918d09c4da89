"""Answers: nothing is lost on the way, nobody reads them early, and a code works as often as it should."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mirrors.access import NotAllowed
from mirrors.survey.answer_sheet import AnswerSheet, read, written
from mirrors.survey.answers import Closed, Full, Spent
from mirrors.survey.collecting import Collecting
from mirrors.survey.handing_over import answers_of
from mirrors.survey.keys import RUNTIME
from mirrors.survey.questionnaire import load_questionnaire
from mirrors.survey.wave import Invited, WaveRuns, WrongWave
from tests.collecting import (
    ADVISER,
    PUBLISHER,
    PUPILS,
    TEACHERS,
    TEAM,
    answer,
    codes,
    collecting,
    day_after,
    number_of,
    sheet,
    wave,
)
from tests.desks import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def here(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Collecting:
    (tmp_path / "memory").mkdir()
    monkeypatch.setenv(RUNTIME, str(tmp_path / "memory"))
    return collecting(tmp_path / "store", clock)


def numbers(here: Collecting, wave_id: str, clock: Clock) -> list[int]:
    """Return the numbers of the sheets of a wave that has ended, sorted."""
    found = answers_of(here.folder, PUBLISHER, wave_id, clock).answers
    sheets = found[found["option"].notna()].groupby(["group", "respondent"])
    return sorted(number_of(dict(zip(rows["item"], rows["option"], strict=True))) for _, rows in sheets)


def test_every_sheet_arrives_once(here: Collecting, clock: Clock) -> None:
    opened = wave(here)
    [of_3a, _] = codes(opened, PUPILS)
    for number in range(23):
        answer(here, of_3a, number)
    clock.at = day_after()
    assert numbers(here, opened.wave.id, clock) == list(range(23))


def test_many_at_once_all_arrive(here: Collecting, clock: Clock) -> None:
    opened = wave(here)
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda number: answer(here, codes(opened, PUPILS)[number % 2], number), range(60)))
    clock.at = day_after()
    assert numbers(here, opened.wave.id, clock) == list(range(60))


def test_what_is_handed_over(here: Collecting, clock: Clock) -> None:
    opened = wave(here, (Invited(PUPILS, 30),))
    for number in range(12):
        answer(here, codes(opened, PUPILS)[0], number)
    clock.at = day_after()
    found = answers_of(here.folder, PUBLISHER, opened.wave.id, clock)
    who = ["wave", "school_id", "school_year", "group"]
    assert list(found.answers.columns) == [*who, "respondent", "item", "option"]
    assert len(found.answers) == 12 * 24
    assert set(map(tuple, found.answers[who].to_numpy())) == {(opened.wave.id, "S1", "2025-26", PUPILS)}
    assert set(found.answers["respondent"]) == set(range(12))
    gate = found.hotspots.set_index("place").loc["gate"]
    assert (gate["chosen"], gate["answered"], len(found.hotspots)) == (6, 12, 12)
    assert found.invited[["group", "invited", "answered"]].to_numpy().tolist() == [[PUPILS, 30, 12]]


@pytest.mark.parametrize("viewer", [TEAM, ADVISER])
def test_nobody_but_who_publishes_gets_answers(here: Collecting, clock: Clock, viewer: object) -> None:
    opened = wave(here)
    clock.at = day_after()
    with pytest.raises(NotAllowed):
        answers_of(here.folder, viewer, opened.wave.id, clock)


def test_nobody_gets_answers_before_the_end(here: Collecting, clock: Clock) -> None:
    opened = wave(here)
    with pytest.raises(WaveRuns):
        answers_of(here.folder, PUBLISHER, opened.wave.id, clock)
    with pytest.raises(WrongWave):
        answers_of(here.folder, PUBLISHER, "w0", clock)


def test_the_code_of_an_adult_works_once(here: Collecting) -> None:
    opened = wave(here)
    for code in codes(opened, TEACHERS):
        early = here.answers.admission(code)
        answer(here, code)
        with pytest.raises(Spent):
            here.answers.admission(code)
        with pytest.raises(Spent):
            here.answers.hand_in(early, AnswerSheet({}, None))
    [_, teachers] = here.waves.participation(TEAM, opened.wave.id)
    assert teachers.answered == 10


def test_an_adult_who_sends_twice_at_once_counts_once(here: Collecting, clock: Clock) -> None:
    opened = wave(here)
    twelve = codes(opened, TEACHERS)
    admissions = [here.answers.admission(code) for code in twelve] * 3

    def hand_in(admission: object) -> int:
        try:
            here.answers.hand_in(admission, sheet(1))
        except Spent:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(hand_in, admissions)) == 12
    clock.at = day_after()
    assert len(numbers(here, opened.wave.id, clock)) == 12


def test_a_class_code_is_not_a_way_to_flood(here: Collecting) -> None:
    [code] = codes(wave(here, (Invited(PUPILS, 6),)), PUPILS)
    for number in range(12):
        answer(here, code, number)
    with pytest.raises(Full):
        answer(here, code, 12)


def test_a_sheet_that_comes_too_late_is_not_taken(here: Collecting, clock: Clock) -> None:
    opened = wave(here)
    admission = here.answers.admission(codes(opened, PUPILS)[0])
    clock.at = day_after()
    with pytest.raises(Closed):
        here.answers.hand_in(admission, AnswerSheet({}, None))


def test_a_clock_that_is_put_back_opens_no_wave_again(here: Collecting, clock: Clock) -> None:
    opened = wave(here)
    [code, *_] = codes(opened, PUPILS)
    admission = here.answers.admission(code)
    assert admission is not None
    for number in range(6):
        answer(here, code, number)
    before, clock.at = clock.at, day_after()
    told = here.waves.participation(TEAM, opened.wave.id)
    clock.at = before
    with pytest.raises(Closed):
        here.answers.hand_in(admission, sheet(7))
    assert here.waves.participation(TEAM, opened.wave.id) == told
    assert len(answers_of(here.folder, PUBLISHER, opened.wave.id, clock).answers["respondent"].unique()) == 6


@pytest.mark.parametrize(("answered", "kept"), [(4, 0), (5, 5), (9, 9), (10, 10), (11, 11)])
def test_fewer_than_five_are_not_kept(here: Collecting, clock: Clock, answered: int, kept: int) -> None:
    opened = wave(here)
    for number in range(answered):
        answer(here, codes(opened, PUPILS)[0], number)
    clock.at = day_after()
    assert len(numbers(here, opened.wave.id, clock)) == kept


def test_a_stop_and_a_start_lose_nothing(here: Collecting, clock: Clock) -> None:
    opened = wave(here)
    for number in range(17):
        answer(here, codes(opened, PUPILS)[0], number)
        if number % 3 == 0:
            here.answers.stop()
            here = collecting(here.folder, clock)
            if number % 2:
                here.answers.start()
    clock.at = day_after()
    assert numbers(here, opened.wave.id, clock) == list(range(17))


def test_a_process_that_is_killed_loses_nothing(
    here: Collecting, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = wave(here)
    for number in range(17):
        # What a process holds in its own memory is gone with it.
        monkeypatch.setattr("mirrors.survey.keys._HELD", {})
        answer(collecting(here.folder, clock), codes(opened, PUPILS)[0], number)
    clock.at = day_after()
    assert numbers(here, opened.wave.id, clock) == list(range(17))


def test_a_machine_that_loses_its_power_says_so_and_its_codes_work_again(
    here: Collecting, clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened = wave(here)
    for code in codes(opened, TEACHERS)[:7]:
        answer(here, code)
    (tmp_path / "another memory").mkdir()
    monkeypatch.setenv(RUNTIME, str(tmp_path / "another memory"))
    after = collecting(here.folder, clock)
    for code in codes(opened, TEACHERS):
        answer(after, code)
    clock.at = day_after()
    [_, teachers] = after.waves.participation(TEAM, opened.wave.id)
    assert (teachers.answered, teachers.incomplete) == (12, True)


def test_a_key_that_is_cleared_away_while_the_server_runs_loses_nothing(
    here: Collecting, clock: Clock, tmp_path: Path
) -> None:
    opened = wave(here)
    for number in range(9):
        answer(here, codes(opened, PUPILS)[0], number)
        for path in (tmp_path / "memory").iterdir():
            path.unlink()
    clock.at = day_after()
    assert numbers(here, opened.wave.id, clock) == list(range(9))


def test_a_key_that_somebody_else_put_there_is_not_used(
    here: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = wave(here)
    answer(here, codes(opened, PUPILS)[0])
    monkeypatch.setattr("os.geteuid", lambda: 12345)
    with pytest.raises(PermissionError):
        answer(here, codes(opened, PUPILS)[0])


def test_codes_mean_nothing_at_another_store(here: Collecting, clock: Clock, tmp_path: Path) -> None:
    opened = wave(here)
    (tmp_path / "elsewhere").mkdir()
    shutil.copy(here.folder / "desk.sqlite", tmp_path / "elsewhere" / "desk.sqlite")
    elsewhere = collecting(tmp_path / "elsewhere", clock)
    assert all(elsewhere.answers.admission(code.code) is None for code in opened.codes)


def test_a_sheet_reads_back_as_it_was_written() -> None:
    asked = load_questionnaire(PUPILS)
    items = [item.id for item in asked.asked("full")]
    options = {item: (None, 0, 1, 2, 3, 4)[place % 6] for place, item in enumerate(items)}
    for places in (None, frozenset(), frozenset({"gate", "online"})):
        filled = AnswerSheet(options, places)
        assert read(written(filled, asked, "full"), asked, "full") == filled
    lengths = {len(written(AnswerSheet({}, places), asked, "full")) for places in (None, frozenset())}
    assert len(lengths) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        AnswerSheet({"T99.1": 1}, None),
        AnswerSheet({"T1.1": 5}, None),
        AnswerSheet({"T1.1": -1}, None),
        AnswerSheet({}, frozenset({"moon"})),
    ],
)
def test_a_sheet_with_what_is_not_asked_is_refused(wrong: AnswerSheet) -> None:
    with pytest.raises(ValueError, match="answer"):
        written(wrong, load_questionnaire(PUPILS), "short")
