"""The page of questionnaires: what a team does there, what an adviser sees, and what stays closed."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mirrors import jobs
from mirrors.access import Event, NotAllowed, Role
from mirrors.answering.house import here
from mirrors.charts.wave_words import FEWEST_KEPT, wrong_words
from mirrors.locale import Language
from mirrors.survey.answers import Admission, Closed
from mirrors.survey.codes import OF_ONE, readable
from mirrors.survey.keys import RUNTIME
from mirrors.survey.wave import STEP, Invited, Wrong
from mirrors.survey.waves import LONGEST, LONGEST_AT_SCHOOL, LONGEST_LABEL, MOST_CLASSES, MOST_INVITED
from tests.collecting import OTHER_TEAM, PUPILS, TEACHERS, TEAM, answer, codes, open_today, sheet, wave
from tests.pages.conftest import SignIn
from tests.pages.test_admin_pages import opened, pressed, words
from tests.people import ADMINISTRATOR, access
from tests.unit.test_survey_publish import COLUMNS, rows
from tests.uploads import csv_bytes, write

ROOT = Path(__file__).resolve().parents[2]
TODAY = date.today()
ASKED = (Invited(PUPILS, 40, ("3A", "3B")), Invited(TEACHERS, 12))


def field(kind: str, page: AppTest, label: str) -> object:
    """Return the field of a kind whose label begins so."""
    return next(each for each in getattr(page, kind) if each.label.startswith(label))


def filled_in(page: AppTest, pupils: int = 40, teachers: int = 12, classes: str = "3A, 3B") -> AppTest:
    """Fill in whom to ask."""
    field("number_input", page, "Pupils of 12 to 18").set_value(pupils)
    field("number_input", page, "Teachers").set_value(teachers)
    field("text_area", page, "Pupils of 12 to 18").set_value(classes)
    return page


def said(page: AppTest) -> str:
    """Return everything the page says, with its tables and codes."""
    tables = " ".join(str(each.value.to_csv()) for each in page.table)
    return " ".join([words(page), tables, *(each.value for each in page.code)])


def test_a_team_opens_a_wave_and_sees_the_codes_of_adults_once(store: Path) -> None:
    page = opened("waves")
    assert "This school has not asked anything here yet." in words(page)
    page = pressed(filled_in(page), "Open the questionnaire")
    assert "The questionnaire is open until" in words(page)
    assert "shown now and never again" in words(page)
    [shown] = [each.value.split() for each in page.code if len(each.value.split()) == 12]
    assert {len(code.replace("-", "")) for code in shown} == {OF_ONE}
    assert here().answers.admission(shown[0].replace("-", "")) is not None
    after = said(pressed(page, "I have the codes"))
    assert not [code for code in shown if code in after]
    assert "shown now and never again" not in after
    assert "If they are lost, close it" in after
    [wave_row] = here().waves.of_school(TEAM, "S1")
    assert wave_row.invited == {PUPILS: 40, TEACHERS: 12}
    assert wave_row.jurisdiction == "flanders"
    assert wave_row.last_day - wave_row.first_day == timedelta(days=13)
    assert [row.event for row in access(store).audit.search(ADMINISTRATOR, "S1").rows].count(
        Event.WAVE_OPENED
    ) == 1


def test_codes_of_classes_can_be_seen_again_and_those_of_adults_cannot(store: Path) -> None:
    _, just = open_today(store, ASKED)
    page = opened("waves")
    text = said(page) + " ".join(each.value for each in page.header)
    assert readable(codes(just, PUPILS)[0]) in text
    assert not [code for code in codes(just, TEACHERS) if readable(code) in text]
    chosen = field("selectbox", page, "Class").set_value("1").run()
    other = " ".join([said(chosen), *(each.value for each in chosen.header)])
    assert readable(codes(just, PUPILS)[1]) in other
    assert f"#{readable(codes(just, PUPILS)[1])}" in other, "the link for a message to the class"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda page: filled_in(page, 0, 0, ""), Wrong.NOBODY),
        (lambda page: filled_in(page, 0, 12, "3A"), Wrong.NUMBER),
        (lambda page: filled_in(page, 40, 12, "3A, 3A"), Wrong.CLASSES),
        (lambda page: filled_in(page, 40, 12, "x" * 21), Wrong.CLASSES),
        (
            lambda page: field("date_input", filled_in(page), "First").set_value(TODAY - timedelta(days=1)),
            Wrong.DAYS,
        ),
        (lambda page: field("date_input", filled_in(page), "Last").set_value(None), Wrong.DAYS),
        (
            lambda page: field("date_input", filled_in(page), "Last").set_value(TODAY + timedelta(days=90)),
            Wrong.TOO_LONG,
        ),
    ],
)
@pytest.mark.parametrize("lang", ["en", "nl"])
def test_what_cannot_be_is_told_and_nothing_is_opened(
    store: Path, change: object, why: Wrong, lang: str
) -> None:
    page = opened("waves")
    change(page)
    page.segmented_control(key="lang").set_value(lang)
    [send] = [each for each in page.button if each.form_id]
    page = send.click().run()
    assert not page.exception
    assert [each.value for each in page.warning] == [wrong_words(why, Language(lang))]
    assert here().waves.of_school(TEAM, "S1") == ()
    if why is Wrong.CLASSES:
        assert field("number_input", page, "").value is not None, "what was filled in stays"


def test_an_overlap_is_told(store: Path) -> None:
    open_today(store, ASKED)
    page = pressed(filled_in(opened("waves")), "Open the questionnaire")
    assert [each.value for each in page.warning] == [wrong_words(Wrong.OVERLAP, Language("en"))]
    assert len(here().waves.of_school(TEAM, "S1")) == 1


def test_the_words_hold_the_limits() -> None:
    english = {why: wrong_words(why, Language("en")) for why in Wrong}
    assert len(set(english.values())) == len(Wrong)
    assert str(LONGEST.days) in english[Wrong.TOO_LONG]
    assert f"{MOST_INVITED:,}" in english[Wrong.NUMBER]
    assert {str(LONGEST_LABEL), str(MOST_CLASSES)} <= set(english[Wrong.CLASSES].split())
    assert str(LONGEST_AT_SCHOOL) in english[Wrong.AT_SCHOOL]
    assert FEWEST_KEPT == STEP


def table(page: AppTest) -> dict[str, tuple[str, ...]]:
    """Return what is told of each group: invited, answered, share."""
    rows = page.table[0].value.to_numpy().tolist()
    return {row[0]: tuple(str(cell).replace("\u00a0", " ") for cell in row[1:]) for row in rows}


def test_participation_is_told_in_steps_and_at_the_end_exactly(store: Path) -> None:
    collecting, just = open_today(store, ASKED)
    for number in range(14):
        answer(collecting, codes(just, PUPILS)[0], number)
    for code in codes(just, TEACHERS)[:4]:
        answer(collecting, code)
    page = opened("waves")
    assert table(page) == {
        "Pupils of 12 to 18": ("40", "10 or more", "at least 25 %"),
        "Teachers": ("12", "fewer than 5", "–"),
    }
    assert "Results stay closed until it has ended." in words(page)
    page.checkbox(key=f"sure {just.wave.id}").check().run()
    page = pressed(page, "Close")
    assert "The questionnaire is closed." in words(page)
    assert "No questionnaire is open now." in words(page)
    assert table(page) == {
        "Pupils of 12 to 18": ("40", "14", "35 %"),
        "Teachers": ("12", "fewer than 5", "–"),
    }
    assert "after the next publish" in words(page)
    late = Admission(just.wave.id, PUPILS, "")
    with pytest.raises(Closed):
        collecting.answers.hand_in(late, sheet(1))


def test_closing_asks_twice(store: Path) -> None:
    _, just = open_today(store, ASKED)
    page = opened("waves")
    assert page.button(key=f"close {just.wave.id}").disabled
    page.checkbox(key=f"sure {just.wave.id}").check().run()
    assert not page.button(key=f"close {just.wave.id}").disabled
    assert not here().waves.of_school(TEAM, "S1")[0].has_ended(TODAY)


def test_more_answers_than_invited_are_said_to_be_wrong(store: Path) -> None:
    collecting, just = open_today(store, (Invited(PUPILS, 5),))
    for number in range(10):
        answer(collecting, codes(just, PUPILS)[0], number)
    collecting.waves.close(TEAM, just.wave.id)
    assert "more answered than were invited" in words(opened("waves"))


def test_a_wave_that_is_still_to_come_says_when(store: Path) -> None:
    days = (TODAY + timedelta(days=3), TODAY + timedelta(days=9))
    wave(here(), ASKED, days=days)
    assert "The questionnaire opens on" in words(opened("waves"))
    assert "in 3 days." in words(opened("waves"))


def test_an_adviser_reads_how_many_answered_and_gets_no_code_and_no_button(
    store: Path, sign_in: SignIn
) -> None:
    _, just = open_today(store, ASKED)
    sign_in(store, Role.ADVISER)
    page = opened("waves", school="S1")
    text = said(page) + " ".join(each.value for each in page.header)
    assert table(page)["Teachers"][0] == "12"
    assert not [code for code in just.codes if readable(code.code) in text]
    assert not [each.label for each in page.button]
    assert not page.number_input
    assert "This school has not asked anything here yet." in words(opened("waves", school="S2"))


def test_a_survey_that_was_brought_is_told_beside_that_nothing_was_asked_here(
    store: Path, tmp_path: Path
) -> None:
    file = write(tmp_path / "survey_responses.csv", csv_bytes(COLUMNS, rows("S1", PUPILS, 12)))
    jobs.ingest(store, "templates", [file], by="test")
    jobs.publish(store, by="test")
    page = opened("waves")
    assert "The results of a survey made elsewhere stand in the safety mirror." in words(page)
    assert [each.label for each in page.get("page_link")] == ["The safety mirror"]


def test_a_questionnaire_that_too_few_answered_is_told_on_the_safety_mirror(store: Path) -> None:
    collecting, just = open_today(store, (Invited(PUPILS, 60), Invited(TEACHERS, 8)))
    for number in range(4):
        answer(collecting, codes(just, PUPILS)[0], number)
    collecting.waves.close(TEAM, just.wave.id)
    jobs.publish(store, by="test")
    page = opened("safety", year="2024-25")
    assert "Too few answered" not in words(page), "that was in another school year"
    assert collecting.waves.unkept(TEAM, "S1")[0].is_whole
    with pytest.raises(NotAllowed):
        collecting.waves.unkept(OTHER_TEAM, "S1")
    _, again = open_today(store, (Invited(PUPILS, 60),), year="2024-25")
    collecting.waves.close(TEAM, again.wave.id)
    said = words(opened("safety", year="2024-25"))
    assert "Too few answered the questionnaire of" in said
    assert "60" not in said


def test_another_team_sees_nothing_of_it(store: Path, sign_in: SignIn) -> None:
    _, just = open_today(store, ASKED)
    sign_in(store, Role.SCHOOL_TEAM, "S2")
    page = opened("waves", school="S1")
    assert "This link asks for something" in words(page)
    assert just.wave.id not in str(page)
    assert not page.table
    assert "This school has not asked anything here yet." in words(opened("waves"))


def test_a_team_of_two_schools_chooses(store: Path, sign_in: SignIn) -> None:
    open_today(store, ASKED)
    sign_in(store, Role.SCHOOL_TEAM, "S1", "S2")
    page = opened("waves", school="S2")
    assert "This school has not asked anything here yet." in words(page)
    page = field("selectbox", page, "School").set_value("S1").run()
    assert "The questionnaire is open until" in words(page)


def test_codes_on_the_screen_stay_with_their_school(store: Path, sign_in: SignIn) -> None:
    sign_in(store, Role.SCHOOL_TEAM, "S1", "S2")
    page = pressed(filled_in(opened("waves")), "Open the questionnaire")
    assert "shown now and never again" in words(page)
    page = field("selectbox", page, "School").set_value("S2").run()
    assert "shown now and never again" not in words(page)


@pytest.mark.parametrize("lang", ["en", "nl", "fr"])
def test_the_page_opens_in_every_language(store: Path, lang: str) -> None:
    open_today(store, ASKED)
    page = opened("waves", lang=lang)
    assert not page.exception
    assert len(page.title) == 1


def test_the_demo_team_of_the_sample_city_opens_a_wave(
    sample_store: Path, tmp_path: Path, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(sample_store, tmp_path / "sample")
    (tmp_path / "memory").mkdir()
    monkeypatch.setenv(RUNTIME, str(tmp_path / "memory"))
    monkeypatch.setenv("MIRRORS_STORE", str(tmp_path / "sample"))
    monkeypatch.chdir(ROOT)
    sign_in(tmp_path / "sample", Role.SCHOOL_TEAM, demo=True)
    page = pressed(filled_in(opened("waves")), "Open the questionnaire")
    assert "shown now and never again" in words(page)


@pytest.mark.parametrize("name", ["waves", "wave_form", "wave_codes"])
def test_a_page_file_that_is_opened_directly_draws_nothing(name: str) -> None:
    alone = AppTest.from_file(str(ROOT / "pages" / f"{name}.py"), default_timeout=60).run()
    assert not alone.exception
    assert len(alone.main.children) == 0
