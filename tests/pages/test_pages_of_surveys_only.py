"""A city that begins with its questionnaires: the mirrors of absence say calmly that there is nothing yet."""

from pathlib import Path

import pytest

from mirrors import jobs
from mirrors.access import Role
from mirrors.survey.keys import RUNTIME
from mirrors.survey.wave import Invited
from tests.collecting import PUPILS, TEACHERS, TEAM, answer, codes, open_today
from tests.pages.conftest import ROOT, SignIn
from tests.pages.test_pages import opened, words

NOTHING = "No figures of absence have been published yet."
OF_ABSENCE = ("city", "mirror", "ten_and_ten", "schools", "funnel", "talk", "how_we_compare")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store without any upload, in which one school asked three groups."""
    folder = tmp_path_factory.mktemp("asked")
    with pytest.MonkeyPatch.context() as patch:
        (folder / "memory").mkdir()
        patch.setenv(RUNTIME, str(folder / "memory"))
        groups = (Invited(PUPILS, 40), Invited(TEACHERS, 12), Invited("other_staff", 8))
        here, just = open_today(folder / "store", groups)
        for number in range(33):
            answer(here, codes(just, PUPILS)[0], number)
        for number, code in enumerate(codes(just, TEACHERS)[:7]):
            answer(here, code, number)
        for number, code in enumerate(codes(just, "other_staff")[:3]):
            answer(here, code, number)
        here.waves.close(TEAM, just.wave.id)
        jobs.publish(here.folder)
    return folder / "store"


@pytest.fixture(autouse=True)
def store(asked: Path, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the app at the store, for an adviser."""
    monkeypatch.setenv("MIRRORS_STORE", str(asked))
    monkeypatch.setenv(RUNTIME, str(asked.parent / "memory"))
    monkeypatch.chdir(ROOT)
    sign_in(asked)
    return asked


@pytest.mark.parametrize("name", OF_ABSENCE)
def test_a_page_of_absence_says_that_there_is_nothing_yet(name: str) -> None:
    page = opened(name, year="2025-26")
    assert not page.exception
    assert NOTHING in words(page)


@pytest.mark.parametrize("name", ["mirror", "how_we_compare"])
def test_so_it_does_to_a_team(name: str, store: Path, sign_in: SignIn) -> None:
    sign_in(store, Role.SCHOOL_TEAM, "S1")
    page = opened(name)
    assert not page.exception
    assert NOTHING in words(page)


@pytest.mark.parametrize("schools", [(), ("S1",)])
def test_the_safety_mirror_works(schools: tuple[str, ...], store: Path, sign_in: SignIn) -> None:
    sign_in(store, Role.SCHOOL_TEAM if schools else Role.ADVISER, *schools)
    page = opened("safety")
    assert not page.exception
    said = words(page)
    assert "Pupils of 12 to 18: about 35 of the 40 invited" in said
    assert NOTHING not in said
    assert "The safety mirror" in [each.label for each in opened("waves").get("page_link")]
    assert not opened("checklist").exception


def test_of_a_group_of_which_nothing_was_kept_no_number_is_told() -> None:
    said = words(opened("safety"))
    assert "Teachers: fewer than 10 answered: nothing is told of them." in said
    assert "Other staff: too few answered for anything to be told." in said
    assert "8 invited" not in said


def test_a_link_that_asks_too_much_of_the_safety_mirror_is_not_about_absence() -> None:
    said = words(opened("safety", school="S9"))
    assert "This link asks for something that is not in the figures" in said
    assert NOTHING not in said


def test_the_safety_of_the_city_is_not_told_of_one_school() -> None:
    page = opened("safety_city")
    assert not page.exception
    assert "Fewer than ten schools took part, so the city is not told." in words(page)
