"""The page of the checklist: kept at once, shared by a team, refused where it names somebody, no score."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mirrors.access import NotAllowed, Role
from mirrors.doors import house
from mirrors.survey.checklists import Entry, open_checklists
from mirrors.survey.team import require_team
from tests.collecting import OTHER_TEAM, TEAM
from tests.pages.conftest import SignIn
from tests.pages.test_admin_pages import opened, words
from tests.people import ADMINISTRATOR, access, person, session

ROOT = Path(__file__).resolve().parents[2]
NOTE = "School rules, page 12"
ANSWER, EVIDENCE, OWNER = "answer of A1 at S1", "evidence of A1 at S1", "owner of A1 at S1"
REVIEW = "review_on of A1 at S1"


def kept(store: Path, item: str = "A1") -> Entry:
    """Return what is kept of an item."""
    return open_checklists(store).of(TEAM, "S1").entries.get(item, Entry())


def progress(page: AppTest) -> dict[str, str]:
    """Return what is said of each section, by its letter."""
    rows = page.table[0].value.to_numpy().tolist()
    return {str(row[0]).replace("\\", "")[0]: row[1] for row in rows}


def test_every_answer_and_note_is_kept_at_once(store: Path) -> None:
    page = opened("checklist")
    assert set(progress(page).values()) == {"not yet"}
    page = page.radio(key=ANSWER).set_value("3").run()
    assert kept(store).answer == "3"
    assert progress(page)["A"] == "1 of 10"
    page = page.text_area(key=EVIDENCE).input(NOTE).run()
    page = page.text_input(key=OWNER).input("prevention adviser").run()
    page = page.date_input(key=REVIEW).set_value(date(2031, 9, 1)).run()
    assert not page.exception
    found = kept(store)
    assert (found.answer, found.evidence, found.owner) == ("3", NOTE, "prevention adviser")
    assert found.review_on == date(2031, 9, 1)
    assert "Kept. Last changed on" in words(page)
    again = opened("checklist")
    assert again.radio(key=ANSWER).value == "3"
    assert again.text_area(key=EVIDENCE).value == NOTE
    assert again.date_input(key=REVIEW).value == date(2031, 9, 1)


def test_a_note_that_names_somebody_is_refused_beside_its_field_and_stays_to_be_mended(store: Path) -> None:
    page = opened("checklist")
    page = page.text_input(key=OWNER).input("Sofie Peeters").run()
    [told] = [each.value for each in page.warning]
    assert "seems to tell of a person" in told
    assert kept(store) == Entry()
    page = page.radio(key=ANSWER).set_value("2").run()
    assert page.text_input(key=OWNER).value == "Sofie Peeters", "it can be mended"
    assert len(page.warning) == 1
    page = page.text_input(key=OWNER).input("pupil guidance").run()
    assert not page.warning
    assert (kept(store).answer, kept(store).owner) == ("2", "pupil guidance")


def test_two_of_a_team_work_on_it_at_once(store: Path) -> None:
    mine, colleagues = opened("checklist"), opened("checklist")
    mine = mine.radio(key=ANSWER).set_value("1").run()
    colleagues = colleagues.text_area(key=EVIDENCE).input(NOTE).run()
    assert (kept(store).answer, kept(store).evidence) == ("1", NOTE), "neither undoes the other"
    assert colleagues.radio(key=ANSWER).value == "1"
    assert mine.run().text_area(key=EVIDENCE).value == NOTE
    colleagues.radio(key=ANSWER).set_value("4").run()
    mine = mine.radio(key="answer of A2 at S1").set_value("0").run()
    assert mine.radio(key=ANSWER).value == "4", "what was written last counts"
    assert kept(store).answer == "4"


def test_an_item_can_be_cleared(store: Path) -> None:
    open_checklists(store).write(TEAM, "S1", "A1", Entry("3", NOTE, "pupil guidance", date(2031, 9, 1)))
    page = opened("checklist")
    page = page.button(key="clear A1 at S1").click().run()
    assert not page.exception
    assert kept(store) == Entry()
    assert page.radio(key=ANSWER).value is None
    assert page.text_area(key=EVIDENCE).value == ""


def test_what_is_due_is_told_and_what_is_not_is_not(store: Path) -> None:
    lists, today = open_checklists(store), date.today()
    assert "To look at next" not in words(opened("checklist"))
    lists.write(TEAM, "S1", "B2", Entry("3", review_on=today - timedelta(days=1)))
    lists.write(TEAM, "S1", "C1", Entry("3", review_on=today + timedelta(days=2)))
    page = opened("checklist")
    assert "To look at next" in words(page)
    links = [each.label for each in page.get("page_link")]
    assert [label[:2] for label in links] == ["B2"]


def test_all_66_items_can_be_filled_in_and_there_is_no_total(store: Path) -> None:
    seen: list[str] = []
    for section in "ABCDEFGH":
        page = opened("checklist", section=section)
        assert not page.exception
        for radio in page.radio:
            assert len(radio.options) == 6
            seen.append(radio.key)
            open_checklists(store).write(TEAM, "S1", radio.key.split()[2], Entry("4"))
    assert len(set(seen)) == 66
    page = opened("checklist")
    assert progress(page)["H"] == "7 of 7"
    told = words(page) + str(page.table[0].value.to_csv())
    assert not re.search(r"66|passed|%|\b4[.,]0\b", told)
    assert "Nobody passes or fails" in told


def test_a_change_of_the_words_asks_to_look_again(store: Path) -> None:
    lists = open_checklists(store)
    lists.write(TEAM, "S1", "A1", Entry("4"))
    assert "does it still hold?" not in words(opened("checklist"))
    shipped = (ROOT / "mirrors/definitions/checklist.yaml").read_text(encoding="utf-8")
    (store / "questionnaires").mkdir()
    own = store / "questionnaires" / "checklist.yaml"
    own.write_text(shipped.replace("version: 1", "version: 2"), encoding="utf-8")
    assert "does it still hold?" in words(opened("checklist"))
    own.write_text("version: none", encoding="utf-8")
    page = opened("checklist")
    assert not page.exception
    assert "The file of the checklist cannot be read." in words(page)


def test_an_adviser_sees_how_far_and_nothing_else(store: Path, sign_in: SignIn) -> None:
    open_checklists(store).write(TEAM, "S1", "A1", Entry("0", NOTE, "pupil guidance", date(2020, 1, 1)))
    sign_in(store, Role.ADVISER)
    page = opened("checklist", school="S1")
    assert progress(page)["A"] == "1 of 10"
    assert not page.radio
    assert not page.get("download_button")
    assert not page.get("page_link")
    everything = words(page) + str(page.table[0].value.to_csv())
    assert not [each for each in (NOTE, "pupil guidance", "Absent", "2020") if each in everything]


def test_another_team_sees_nothing_of_it(store: Path, sign_in: SignIn) -> None:
    lists = open_checklists(store)
    lists.write(TEAM, "S1", "A1", Entry("0", NOTE))
    sign_in(store, Role.SCHOOL_TEAM, "S2")
    page = opened("checklist", school="S1")
    assert "This link asks for something" in words(page)
    assert not page.radio
    page = opened("checklist")
    page.radio(key="answer of A1 at S2").set_value("4").run()
    assert lists.of(OTHER_TEAM, "S2").entries["A1"].answer == "4"
    assert kept(store).answer == "0"


def test_taking_it_along_is_for_its_team_and_written_down(store: Path) -> None:
    def taken(role: Role, *schools: str) -> bytes:
        token = session(store, role, *schools)
        return house.handed_over(
            token, None, "checklist-S1.csv", lambda viewer: require_team(viewer, "S1"), lambda: b"x"
        )

    assert len(opened("checklist").get("download_button")) == 2
    assert taken(Role.SCHOOL_TEAM, "S1") == b"x"
    for role, schools in ((Role.ADVISER, ()), (Role.ADMINISTRATOR, ()), (Role.SCHOOL_TEAM, ("S2",))):
        with pytest.raises(NotAllowed):
            taken(role, *schools)
    rows = access(store).audit.search(ADMINISTRATOR, "checklist-S1.csv").rows
    assert [row.event for row in rows] == ["exported"]


def test_who_signed_out_writes_nothing_any_more(store: Path, sign_in: SignIn) -> None:
    page = opened("checklist")
    access(store).accounts.close(ADMINISTRATOR, person(store, Role.SCHOOL_TEAM, "S1").id)
    page.radio(key=ANSWER).set_value("4").run()
    assert kept(store) == Entry()


@pytest.mark.parametrize("lang", ["en", "nl", "fr"])
def test_the_page_opens_in_every_language(store: Path, lang: str) -> None:
    page = opened("checklist", lang=lang, section="D")
    assert not page.exception
    assert len(page.title) == 1
    assert len(page.radio) == 11


def test_a_page_file_that_is_opened_directly_draws_nothing() -> None:
    alone = AppTest.from_file(str(ROOT / "pages" / "checklist.py"), default_timeout=60).run()
    assert not alone.exception
    assert len(alone.main.children) == 0
