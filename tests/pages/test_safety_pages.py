"""The safety mirror as a reader meets it: every case at the thresholds, every language, and whose it is."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mirrors.access import Role
from mirrors.survey.checklists import Entry, open_checklists
from tests.pages.conftest import SignIn
from tests.pages.test_pages import ROOT, opened, words
from tests.people import ADMINISTRATOR, access, session
from tests.safety_city import BEFORE, FEW_OTHERS, NOBODY, PLANTED, YEAR, publish_safety_city

PARTS = (
    "Who answered",
    "How it is felt",
    "Pupils and staff",
    "What happens, and where",
    "What changed",
    "In place, and felt",
    "Coming to school",
    "What could be talked about",
)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store in which the city of surveys is published."""
    return publish_safety_city(tmp_path_factory.mktemp("safety"))


@pytest.fixture(autouse=True)
def store(published: Path, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the app at the city of surveys, for an adviser."""
    monkeypatch.setenv("MIRRORS_STORE", str(published))
    monkeypatch.chdir(ROOT)
    sign_in(published)
    return published


def mirror(school: str, **link: str) -> AppTest:
    return opened("safety", **{"school": school, "year": YEAR, **link})


def parts(page: AppTest) -> list[str]:
    return [each.value for each in page.header]


@pytest.mark.parametrize("lang", ["en", "nl", "fr"])
@pytest.mark.parametrize("name", ["safety", "safety_city"])
def test_the_pages_open_in_every_language(name: str, lang: str) -> None:
    page = opened(name, lang=lang, year=YEAR)
    assert not page.exception
    assert len(page.title) == 1
    assert len(page.header) >= 4


def test_the_planted_school_gets_every_part_in_order() -> None:
    page = mirror(PLANTED)
    assert not page.exception
    assert parts(page) == [f"{number} · {title}" for number, title in enumerate(PARTS, 1)]
    said = words(page)
    assert "Less good than expected: bullying and cyberbullying (pupils of 12 to 18)" in said
    assert "Training in self-confidence for pupils" in said
    assert "rank" not in said.replace("not for ranking", "")


@pytest.mark.parametrize(
    ("school", "said", "unsaid"),
    [
        ("S01", "Pupils of 12 to 18: fewer than 10 answered: nothing is told of them.", "about 10"),
        (
            "S02",
            "about 10 of the 12 invited (83 %). The figures are indicative",
            "fewer than 10 answered: noth",
        ),
        ("S03", "about 30 of the 35 invited (86 %). The figures are indicative", "Fewer than half"),
        (
            "S04",
            "about 30 of the 36 invited (83 %).",
            "30 of the 36 invited (83 %). The figures are indicative:",
        ),
        ("S05", "about 50 of the 100 invited (49 %). Fewer than half answered.", "Fewer than three in ten"),
        ("S06", "about 50 of the 98 invited (51 %). Fewer than seven in ten", "Fewer than half"),
        ("S07", "about 40, and 30 were invited. More people answered than were invited.", "Fewer than half"),
        ("S08", "about 40 of the 200 invited (20 %). Fewer than three in ten answered.", "Fewer than half"),
        (FEW_OTHERS, "Teachers and other staff are told together", "Other staff: about"),
    ],
)
def test_every_case_at_the_thresholds_is_told(school: str, said: str, unsaid: str) -> None:
    page = mirror(school)
    assert not page.exception
    told = words(page)
    assert said in told
    pupils = told.split("Teachers", 1)[0] if school != FEW_OTHERS else told
    assert unsaid not in pupils


@pytest.mark.parametrize(("school", "is_compared"), [("S05", False), ("S06", True)])
def test_below_half_of_those_invited_nothing_is_compared(school: str, is_compared: bool) -> None:
    page = mirror(school, group="pupils_12_18")
    [table] = [each.value for each in page.table if "You, 0 to 100" in each.value.columns]
    compared = set(table["Compared with them"]) - {"not formed as a theme"}
    assert ("not compared" in compared) != is_compared
    assert ("3 · Pupils and staff" in parts(page)) == is_compared
    assert all(value != "–" for value in table["You, 0 to 100"]), "its own results are told all the same"


def test_a_group_of_nine_is_nowhere_on_the_page() -> None:
    page = mirror("S01")
    [box] = [each for each in page.selectbox if each.label == "As seen by"]
    assert list(box.options) == ["Teachers", "Other staff"]


def test_a_link_keeps_the_group_and_the_pair() -> None:
    page = mirror(PLANTED, group="teachers", between="other_staff pupils_12_18")
    assert not page.exception
    boxes = {each.label: each.value for each in page.selectbox}
    assert (boxes["As seen by"], boxes["Between"]) == ("teachers", "other_staff pupils_12_18")


@pytest.mark.parametrize("link", [{"group": "parents"}, {"between": "a b"}, {"wave": "9"}, {"school": "S99"}])
def test_a_link_that_asks_too_much_gets_a_calm_answer(link: dict[str, str]) -> None:
    page = opened("safety", **{"school": PLANTED, "year": YEAR, **link})
    assert not page.exception
    assert "This link asks for something that is not in the figures" in words(page)


def test_a_school_that_asked_nobody_gets_an_empty_page_with_a_way_on(sign_in: SignIn, store: Path) -> None:
    page = mirror(NOBODY)
    assert not page.exception
    assert "There is no survey of this school year" in words(page)
    assert parts(page) == []


def test_an_earlier_survey_can_be_read_and_has_no_change() -> None:
    page = opened("safety", school=PLANTED, year=BEFORE)
    assert not page.exception
    assert not [each for each in parts(page) if "What changed" in each]


# Whose it is


def test_a_team_sees_its_own_school_and_its_checklist(sign_in: SignIn, store: Path) -> None:
    sign_in(store, Role.SCHOOL_TEAM, PLANTED)
    page = mirror(PLANTED)
    assert "The checklist is not filled in yet." in words(page)
    team = access(store).sessions.viewer(session(store, Role.SCHOOL_TEAM, PLANTED))
    assert team is not None
    lists = open_checklists(store)
    answers = lists.of(team, PLANTED).checklist.answers
    least = min((each for each in answers if each.points is not None), key=lambda each: each.points or 0)
    lists.write(team, PLANTED, "D1", Entry(answer=least.id))
    page = mirror(PLANTED)
    assert "Little in place, and felt: Procedures and incidents." in words(page)
    assert "a place to begin" in str([each.value.to_csv() for each in page.table])
    sign_in(store)
    assert "only its team sees it beside the answers" in words(mirror(PLANTED))
    assert "a place to begin" not in str([each.value.to_csv() for each in mirror(PLANTED).table])


def test_a_team_that_asks_for_another_school_gets_its_own(sign_in: SignIn, store: Path) -> None:
    sign_in(store, Role.SCHOOL_TEAM, "S01")
    page = mirror(PLANTED)
    assert not page.exception
    assert "This link asks for something" in words(page)
    assert parts(page) == []


@pytest.mark.parametrize(
    ("name", "role", "schools"),
    [
        ("safety", Role.ADMINISTRATOR, ()),
        ("safety_city", Role.ADMINISTRATOR, ()),
        ("safety_city", Role.SCHOOL_TEAM, (PLANTED,)),
    ],
)
def test_others_are_refused(
    sign_in: SignIn, store: Path, name: str, role: Role, schools: tuple[str, ...]
) -> None:
    sign_in(store, role, *schools)
    page = opened(name, year=YEAR)
    # The front door says calmly what is raised here; the page of a school lists none to who has none.
    assert bool(page.exception) == (name == "safety_city")
    assert name == "safety_city" or "This link asks for something" in words(page)
    assert parts(page) == []


def test_reading_a_school_is_logged(store: Path) -> None:
    mirror("S10")
    found = access(store).audit.search(ADMINISTRATOR).rows
    assert [each.detail for each in found if each.school_id == "S10"] == [f"safety {YEAR}"]


# The city


def test_the_city_has_four_parts_and_names_no_school(store: Path) -> None:
    page = opened("safety_city", year=YEAR)
    assert [each.split(" · ")[0] for each in parts(page)] == ["1", "2", "3", "4"]
    said = words(page) + str([each.value.to_csv() for each in page.table])
    assert not [f"S{number:02d}" for number in range(26) if f"S{number:02d}" in said]
    assert "25 schools asked their people." in said


def test_a_year_that_is_not_there_gets_a_calm_answer() -> None:
    page = opened("safety_city", year="1999-00")
    assert not page.exception
    assert "This link asks for something" in words(page)


def through_the_front_door(name: str) -> None:
    """Run one page as the front door does."""
    import importlib

    from pages import front_door, page

    page.choose_language()
    front_door._run(importlib.import_module(f"pages.{name}").show, page.language())


@pytest.mark.parametrize("name", ["safety", "safety_city"])
def test_a_file_of_the_city_that_cannot_be_read_is_told_calmly(name: str, store: Path) -> None:
    own = store / "questionnaires" / "support.yaml"
    own.parent.mkdir()
    try:
        own.write_text("rules: 3\n", encoding="utf-8")
        page = AppTest.from_function(through_the_front_door, args=(name,), default_timeout=30)
        page.query_params["year"] = YEAR
        page.run()
    finally:
        own.unlink()
        own.parent.rmdir()
    assert not page.exception
    assert "Tell whoever keeps the store" in page.error[0].value
    assert "support.yaml" in page.code[0].value
