"""The adviser's pages: setting aside, older snapshots, finding a school, the funnel and notes for a talk."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mirrors import casework
from mirrors.access import Event
from mirrors.casework import ListName
from mirrors.store import publish_tables
from mirrors.views import open_published
from mirrors.views.funnel import funnel_view
from mirrors.views.schools import schools_view
from mirrors.views.ten_and_ten import TenAndTenView, ten_and_ten_view
from tests.pages.conftest import SignIn
from tests.pages.test_pages import ROOT, opened, words
from tests.people import ADVISER, CONSOLE, access
from tests.spec.cities import City, sample_city

YEAR = "2025-26"
ROSE = ListName(YEAR, "A2", "rose")


@pytest.fixture(scope="module")
def city() -> City:
    """Return the sample city."""
    return sample_city()


@pytest.fixture
def store(city: City, tmp_path: Path, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the app at a sample city of this test's own, for an adviser who has not noted anything yet."""
    publish_tables(tmp_path, city.tables)
    shutil.copy(city.folder / "register.sqlite", tmp_path)
    monkeypatch.setenv("MIRRORS_STORE", str(tmp_path))
    monkeypatch.chdir(ROOT)
    sign_in(tmp_path)
    return tmp_path


@pytest.fixture
def lists(store: Path) -> TenAndTenView:
    """Return the short lists of the last year."""
    return ten_and_ten_view(open_published(store).current(), ADVISER, YEAR)


def listed_names(page: AppTest) -> list[str]:
    """Return the schools on the cards of the page."""
    return [link.value for link in page.page_link if link.value != "Notes for the talk"]


def set_aside(page: AppTest, school_id: str, reason: str) -> AppTest:
    """Fill in and send the first form that sets a school aside: that of the rises."""
    [school, *_] = [box for box in page.selectbox if school_id in box.options or box.label == "School"]
    school.set_value(school_id)
    next(box for box in page.text_input if box.label.startswith("Why?")).input(reason)
    return next(button for button in page.button if button.label == "Set aside").click().run()


def test_a_school_set_aside_is_struck_out_and_nobody_is_promoted(lists: TenAndTenView, store: Path) -> None:
    aside = lists.lists[2].schools[1].school
    before = listed_names(opened("ten_and_ten"))
    page = set_aside(opened("ten_and_ten"), aside.school_id, "merged in September")
    assert not page.exception
    assert [success.value for success in page.success] == [f"{aside.name} is set aside."]
    assert listed_names(page) == [name for name in before if name != aside.name]
    said = " ".join(str(each.value) for each in (*page.markdown, *page.caption))
    assert f"~~{aside.name.replace('!', chr(92) + '!')}~~" in said
    assert "merged in September" in said
    assert "no other one takes their place" in said
    assert list(casework.aside_from(store, ADVISER, ROSE)) == [aside.school_id]


def test_what_was_set_aside_can_be_taken_back_and_stays_in_the_log(lists: TenAndTenView, store: Path) -> None:
    aside = lists.lists[2].schools[0].school
    casework.set_aside(store, ADVISER, aside.school_id, ROSE, "a new head", date(2026, 1, 12))
    page = opened("ten_and_ten")
    assert aside.name not in listed_names(page)
    assert "Last contact noted: 12 Jan 2026." in words(page)
    page = next(button for button in page.button if button.label == "Take back").click().run()
    assert aside.name in listed_names(page)
    log = page.table[-1].value
    assert list(log["What was done"]) == ["taken back", "set aside"]
    assert casework.aside_from(store, ADVISER, ROSE) == {}


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("", "Please say in a few words why."),
        ("talked to Annelies Peeters", "this seems to tell of a person"),
        ("bel 0472123456", "this seems to tell of a person"),
    ],
)
def test_a_reason_that_cannot_be_kept_is_refused_in_a_sentence(
    lists: TenAndTenView, store: Path, reason: str, told: str
) -> None:
    page = set_aside(opened("ten_and_ten"), lists.lists[2].schools[0].school.school_id, reason)
    assert not page.exception
    assert told in page.warning[0].value
    assert casework.log_of(store, ADVISER, YEAR, "A2") == ()


def test_an_older_snapshot_opens_by_its_link_and_says_so(
    city: City, lists: TenAndTenView, store: Path
) -> None:
    publish_tables(store, {**city.tables, "listed": city.tables["listed"].iloc[:0]})
    assert listed_names(opened("ten_and_ten")) == []
    older = opened("ten_and_ten", snapshot="0001")
    wanted = [card.school.name for card in lists.lists[2].schools]
    assert listed_names(older)[: len(wanted)] == wanted
    assert "An older snapshot" in words(older)
    assert "snapshot 1 " in words(older)
    choice = next(box for box in older.selectbox if box.label == "As published in")
    choice.select("0002").run()
    assert older.query_params["snapshot"] in ("0002", ["0002"])
    assert listed_names(older) == []


@pytest.mark.parametrize("name", ["0009", "../0001", ""])
def test_a_link_to_a_snapshot_that_is_not_there_is_answered_calmly(store: Path, name: str) -> None:
    app = AppTest.from_file(str(ROOT / "pages" / "front_door.py"), default_timeout=30)
    app.query_params["snapshot"] = name
    app.run()
    assert not app.exception
    assert "The link names a snapshot that is not here." in words(app)


def test_schools_are_found_by_a_link(store: Path) -> None:
    view = schools_view(open_published(store).current(), ADVISER, YEAR)
    page = opened("schools")
    names = [link.value for link in page.page_link if link.value != "Notes for the talk"]
    assert names[:-1] == [entry.school.name for entry in view.schools[:20]]
    last = opened("schools", page="99")
    assert view.schools[-1].school.name in [link.value for link in last.page_link]
    entry = view.schools[30]
    found = opened("schools", name=entry.school.name.lower())
    assert entry.school.name in [link.value for link in found.page_link]
    assert len(found.page_link) < len(page.page_link)


def test_typing_a_name_changes_the_link(store: Path) -> None:
    page = opened("schools", page="3")
    page.text_input[0].input("lyceum").run()
    assert page.query_params["name"] in ("lyceum", ["lyceum"])
    assert "page" not in page.query_params
    assert not page.exception


@pytest.mark.parametrize(
    ("page", "link"),
    [
        ("schools", {"type": "castle"}),
        ("schools", {"flag": "worst"}),
        ("schools", {"year": "1913-14"}),
        ("funnel", {"indicator": "Z9"}),
        ("funnel", {"year": "1913-14"}),
        ("talk", {"school": "nobody"}),
    ],
)
def test_a_link_that_asks_too_much_is_answered_calmly(store: Path, page: str, link: dict[str, str]) -> None:
    found = opened(page, **link)
    assert not found.exception
    assert "This link asks for something that is not in the figures shown here." in words(found)


def test_the_page_of_schools_holds_no_figure_but_pupils(store: Path) -> None:
    said = words(opened("schools", flag="listed"))
    assert "pupils" in said
    assert "%" not in said


def test_the_funnel_names_nobody_before_somebody_looks_closer(store: Path) -> None:
    page = opened("funnel", indicator="A2", year=YEAR)
    view = funnel_view(open_published(store).current(), ADVISER, YEAR, "A2")
    assert not page.exception
    assert not [each.school.name for each in view.schools if each.school.name in words(page)]
    tables = [table.value for table in page.table]
    outside = [each.school.name for each in view.schools if each.is_outside]
    assert [list(table["School"]) for table in tables] == ([outside] if outside else [])


def test_notes_for_a_talk_take_a_contact_down(lists: TenAndTenView, store: Path) -> None:
    school = lists.lists[2].schools[0].school
    page = opened("talk", school=school.school_id, year=YEAR)
    assert not page.exception
    assert school.name in words(page)
    assert "No contact noted yet." in words(page)
    assert "What does the school see behind it?" in words(page)
    assert "Confidential: for the talk with this school only." in words(page)
    assert len(page.table) == 2
    page.date_input[0].set_value(date(2026, 3, 2))
    page.text_input[0].input("the registers")
    next(button for button in page.button if button.label == "Note the contact").click().run()
    assert "Last contact noted: 2 Mar 2026." in words(page)
    assert casework.last_contacts(store, ADVISER) == {school.school_id: date(2026, 3, 2)}


def test_notes_name_no_other_school(store: Path) -> None:
    view = schools_view(open_published(store).current(), ADVISER, YEAR)
    page = opened("talk", school="S0031", year=YEAR)
    said = words(page) + str([table.value.to_csv() for table in page.table])
    others = [entry.school.name for entry in view.schools if entry.school.school_id != "S0031"]
    assert not [name for name in others if name in said]


def test_a_list_that_was_seen_is_in_the_log_once(store: Path) -> None:
    for name in ("ten_and_ten", "schools", "funnel"):
        page = opened(name)
        page.run()
        page.query_params["year"] = "2024-25"
        page.run()
        assert not page.exception
    rows = access(store).audit.search(CONSOLE, event=Event.LIST_SEEN).rows
    snapshot = open_published(store).current().name
    told = {f"{name} {snapshot}" for name in ("ten-and-ten", "schools", "funnel")}
    assert sorted(row.detail for row in rows) == sorted(told)
    assert {row.role for row in rows} == {"adviser"}
