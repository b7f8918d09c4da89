"""Waves: who opens, sees and closes them, what they may be, and what is told of them while they run."""

from datetime import timedelta
from pathlib import Path

import pytest

from mirrors.access import AuditLog, Event, NotAllowed, Role, Viewer
from mirrors.desk import open_desk
from mirrors.survey.answers import Closed
from mirrors.survey.collecting import Collecting
from mirrors.survey.keys import RUNTIME
from mirrors.survey.wave import Invited, Participation, Wrong, WrongWave
from tests.collecting import (
    ADVISER,
    ASKED,
    FIRST,
    LAST,
    OTHER_TEAM,
    PUBLISHER,
    PUPILS,
    TEACHERS,
    TEAM,
    answer,
    codes,
    collecting,
    day_after,
    wave,
)
from tests.desks import Clock

DAY = timedelta(days=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def here(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Collecting:
    (tmp_path / "memory").mkdir()
    monkeypatch.setenv(RUNTIME, str(tmp_path / "memory"))
    return collecting(tmp_path, clock)


def test_pupils_get_a_code_a_class_and_adults_one_each(here: Collecting) -> None:
    opened = wave(here)
    assert [(code.group, code.label) for code in opened.codes if code.label] == [
        (PUPILS, "3A"),
        (PUPILS, "3B"),
    ]
    assert len(set(codes(opened, TEACHERS))) == 12
    assert opened.wave.invited == {PUPILS: 60, TEACHERS: 12}
    assert here.waves.of_school(TEAM, "S1") == (opened.wave,)
    assert here.waves.class_codes(TEAM, opened.wave.id) == opened.codes[:2]


@pytest.mark.parametrize("viewer", [OTHER_TEAM, ADVISER, PUBLISHER, Viewer(Role.SCHOOL_TEAM)])
def test_only_the_team_of_the_school_opens_prints_and_closes(here: Collecting, viewer: Viewer) -> None:
    opened = wave(here)
    with pytest.raises(NotAllowed):
        here.waves.open(viewer, "S1", "2025-26", "short", (LAST + DAY, LAST + DAY), ASKED)
    with pytest.raises(NotAllowed):
        here.waves.close(viewer, opened.wave.id)
    with pytest.raises(NotAllowed):
        here.waves.class_codes(viewer, opened.wave.id)


@pytest.mark.parametrize("viewer", [OTHER_TEAM, PUBLISHER])
def test_others_do_not_see_who_takes_part(here: Collecting, viewer: Viewer) -> None:
    opened = wave(here)
    with pytest.raises(NotAllowed):
        here.waves.of_school(viewer, "S1")
    with pytest.raises(NotAllowed):
        here.waves.participation(viewer, opened.wave.id)
    assert here.waves.participation(ADVISER, opened.wave.id)


@pytest.mark.parametrize(
    ("why", "other"),
    [
        (Wrong.DAYS, {"days": (FIRST - DAY, LAST)}),
        (Wrong.DAYS, {"days": (LAST, FIRST)}),
        (Wrong.TOO_LONG, {"days": (FIRST, FIRST + 63 * DAY)}),
        (Wrong.NOBODY, {"asked": ()}),
        (Wrong.GROUP, {"asked": (Invited("visitors", 5),)}),
        (Wrong.GROUP, {"asked": (Invited(TEACHERS, 5), Invited(TEACHERS, 6))}),
        (Wrong.NUMBER, {"asked": (Invited(TEACHERS, 0),)}),
        (Wrong.CLASSES, {"asked": (Invited(TEACHERS, 5, ("3A",)),)}),
        (Wrong.CLASSES, {"asked": (Invited(PUPILS, 5, ("3A", " 3A ")),)}),
        (Wrong.CLASSES, {"asked": (Invited(PUPILS, 5, ("",)),)}),
        (Wrong.CLASSES, {"asked": (Invited(PUPILS, 5, ("x" * 21,)),)}),
        (Wrong.FORM, {"form": "tiny"}),
        (Wrong.AT_SCHOOL, {"at_school": "x" * 201}),
    ],
)
def test_a_wave_that_cannot_be_is_not_opened(here: Collecting, why: Wrong, other: dict) -> None:
    with pytest.raises(WrongWave) as refusal:
        wave(here, **other)
    assert refusal.value.why is why
    assert here.waves.of_school(TEAM, "S1") == ()


def test_one_group_is_asked_in_one_wave_at_a_time(here: Collecting) -> None:
    first = wave(here)
    with pytest.raises(WrongWave):
        wave(here, (Invited(TEACHERS, 3),), days=(LAST, LAST + DAY))
    wave(here, (Invited("parents", 3),))
    wave(here, (Invited(TEACHERS, 3),), days=(LAST + DAY, LAST + 2 * DAY))
    here.waves.close(TEAM, first.wave.id)
    wave(here, (Invited(PUPILS, 3),))


def test_while_it_runs_answers_are_told_in_fives(here: Collecting, clock: Clock) -> None:
    opened = wave(here)
    told = []
    for number, code in enumerate(codes(opened, TEACHERS)):
        answer(here, code, number)
        [_, teachers] = here.waves.participation(TEAM, opened.wave.id)
        told.append(teachers.answered)
    assert told == [0, 0, 0, 0, 5, 5, 5, 5, 5, 10, 10, 10]
    clock.at = day_after()
    assert here.waves.participation(TEAM, opened.wave.id) == (
        Participation(PUPILS, 60, 0, False),
        Participation(TEACHERS, 12, 12, False),
    )


def test_a_wave_ends_by_its_last_day_or_when_it_is_closed(here: Collecting, clock: Clock) -> None:
    by_day, closed = wave(here, (Invited(PUPILS, 5),)), wave(here, (Invited(TEACHERS, 5),))
    here.waves.close(TEAM, closed.wave.id)
    assert here.answers.admission(codes(closed, TEACHERS)[0]) is None
    with pytest.raises(WrongWave):
        here.waves.close(TEAM, closed.wave.id)
    clock.at = day_after() - timedelta(hours=2)
    [pupils] = codes(by_day, PUPILS)
    answer(here, pupils)
    clock.at = day_after()
    with pytest.raises(Closed):
        here.answers.admission(pupils)
    assert here.waves.class_codes(TEAM, by_day.wave.id) == ()


def test_a_wave_takes_no_answers_before_its_first_day(here: Collecting) -> None:
    [code] = codes(wave(here, (Invited(PUPILS, 5),), days=(FIRST + DAY, LAST)), PUPILS)
    with pytest.raises(Closed):
        here.answers.admission(code)


def test_opening_and_closing_is_logged_and_answering_is_not(here: Collecting, tmp_path: Path) -> None:
    opened = wave(here)
    for code in codes(opened, TEACHERS):
        answer(here, code)
    here.waves.close(TEAM, opened.wave.id)
    rows = AuditLog(open_desk(tmp_path)).search(PUBLISHER).rows
    assert [row.event for row in rows] == [Event.WAVE_CLOSED, Event.WAVE_OPENED]
    assert {row.who for row in rows} == {"a1"}


def test_a_questionnaire_that_changes_does_not_change_in_a_wave(tmp_path: Path, clock: Clock) -> None:
    here = collecting(tmp_path, clock)
    opened = wave(here)
    asked = here.answers.questionnaire(opened.wave.id, PUPILS)
    own = tmp_path / "questionnaires"
    own.mkdir()
    shipped = Path("mirrors/definitions/questionnaires/pupils_12_18.yaml").read_text(encoding="utf-8")
    (own / "pupils_12_18.yaml").write_text(shipped.replace("version: 1", "version: 2"), encoding="utf-8")
    again = collecting(tmp_path, clock).answers.questionnaire(opened.wave.id, PUPILS)
    assert (asked.version, again) == (1, asked)
