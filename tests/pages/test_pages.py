"""The pages as a reader meets them: what they say, and what they do with a link that asks too much."""

from pathlib import Path
from typing import get_args

import pytest
from streamlit.testing.v1 import AppTest

from mirrors.access import Role
from mirrors.charts.amounts import written
from mirrors.definitions import load_indicators
from mirrors.definitions.indicator import Family
from mirrors.locale import Language
from mirrors.views import open_published
from mirrors.views.city import city_view
from mirrors.views.mirror import mirror_view
from mirrors.views.snapshot import SnapshotView, snapshot_view
from mirrors.views.ten_and_ten import TenAndTenView, ten_and_ten_view
from tests.pages.conftest import SignIn
from tests.people import ADVISER

ROOT = Path(__file__).resolve().parents[2]
FAMILIES = get_args(Family)
PAGES = ["city", "mirror", "ten_and_ten", "how_we_compare", "schools", "funnel", "talk"]


def one_page(name: str) -> None:
    """Run one page as app.py does, without its navigation."""
    import importlib

    from pages import page

    page.style_sheet()
    page.choose_language()
    importlib.import_module(f"pages.{name}").show()


@pytest.fixture(autouse=True)
def store(sample_store: Path, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the app at the sample city, for an adviser who came in by the demo door."""
    monkeypatch.setenv("MIRRORS_STORE", str(sample_store))
    monkeypatch.chdir(ROOT)
    sign_in(sample_store, demo=True)
    return sample_store


@pytest.fixture
def about(store: Path) -> SnapshotView:
    """Return what every page says of the sample city."""
    return snapshot_view(open_published(store).current(), ADVISER)


@pytest.fixture
def lists(store: Path, about: SnapshotView) -> TenAndTenView:
    """Return the short lists of the last year."""
    return ten_and_ten_view(open_published(store).current(), ADVISER, about.school_years[-1])


def opened(name: str, /, **link: str) -> AppTest:
    """Return a page opened by a link."""
    page = AppTest.from_function(one_page, args=(name,), default_timeout=30)
    for parameter, value in link.items():
        page.query_params[parameter] = value
    return page.run()


def words(page: AppTest) -> str:
    """Return everything a page says, without emphasis and with ordinary spaces."""
    said = [*page.title, *page.header, *page.markdown, *page.caption, *page.info]
    return " ".join(str(each.value) for each in said).replace("*", "").replace("\u00a0", " ")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("lang", ["en", "nl", "fr"])
def test_every_page_opens_in_every_language(name: str, lang: str) -> None:
    page = opened(name, lang=lang)
    assert not page.exception
    assert len(page.title) == 1
    ranking = {
        "en": "not for ranking",
        "nl": "niet om te rangschikken",
        "fr": "ne pas en faire un classement",
    }[lang]
    assert ranking in words(page)


def test_the_app_opens_on_the_city() -> None:
    app = AppTest.from_file(str(ROOT / "pages" / "front_door.py"), default_timeout=30).run()
    assert not app.exception
    assert app.title[0].value == "The city"
    assert [link.value for link in app.page_link][:6] == [
        "City",
        "Mirror",
        "Safety",
        "Ten and ten",
        "Schools",
        "How we compare",
    ]


def test_the_city_says_its_pooled_figures_and_how_many_schools(store: Path, about: SnapshotView) -> None:
    year = about.school_years[-1]
    view = city_view(open_published(store).current(), ADVISER, year)
    point = view.trends[0].points[-1]
    printed = f"{100 * point.figure.value:.{point.figure.decimals}f} %"
    assert f"Overall absence: {printed} in {year}, {point.schools} schools" in words(
        opened("city", year=year)
    )


def test_the_city_shows_no_school(about: SnapshotView) -> None:
    said = words(opened("city")) + str([table.value.to_csv() for table in opened("city").table])
    assert not [school.name for school in about.schools if school.name in said]


def test_a_mirror_opens_at_the_school_and_year_of_its_link(store: Path, about: SnapshotView) -> None:
    school, year = about.schools[7], about.school_years[-2]
    page = opened("mirror", school=school.school_id, year=year)
    assert [box.value for box in page.selectbox][:2] == [school.school_id, year]
    view = mirror_view(open_published(store).current(), ADVISER, school.school_id, year)
    first = view.comparisons[0]
    printed = written(first.indicator, first.own, Language("en")).replace("\u00a0", " ")
    assert printed in words(page)
    assert f"school year {year}" in words(page)


def test_a_mirror_names_no_other_school(about: SnapshotView) -> None:
    page = opened("mirror", school=about.schools[7].school_id)
    said = words(page) + str([table.value.to_csv() for table in page.table])
    assert not [school.name for school in about.schools if school.name in said]


def test_choosing_another_year_changes_the_link(about: SnapshotView) -> None:
    page = opened("mirror", school=about.schools[7].school_id)
    page.selectbox[1].select(about.school_years[-2]).run()
    assert page.query_params["year"] == about.school_years[-2]
    assert not page.exception


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("mirror", {"school": "no-such-school"}),
        ("mirror", {"year": "1913-14"}),
        ("mirror", {"school": "'; DROP TABLE school; --"}),
        ("city", {"year": "1913-14"}),
        ("ten_and_ten", {"indicator": "Z9"}),
        ("ten_and_ten", {"year": "<b>2025</b>"}),
    ],
)
def test_a_link_to_what_does_not_exist_is_answered_calmly(name: str, link: dict[str, str]) -> None:
    page = opened(name, **link)
    assert not page.exception
    assert "This link asks for something that is not in the figures shown here." in words(page)
    assert not any(value in words(page) for value in link.values())


def test_the_short_lists_show_every_school_in_alphabetical_order(lists: TenAndTenView) -> None:
    links = [link.value for link in opened("ten_and_ten").page_link]
    shown = [link for link in links if link != "Notes for the talk"]
    assert links.count("Notes for the talk") == len(shown)
    wanted = [
        listed.school.name
        for kind in ("rose", "improved", "excellent")
        for short_list in lists.lists
        if short_list.kind == kind
        for listed in (*short_list.schools, *short_list.weak)
    ]
    assert shown == wanted
    for short_list in lists.lists:
        names = [listed.school.name.casefold() for listed in short_list.schools]
        assert names == sorted(names)


def test_the_short_lists_say_why_there_are_fewer_and_warn_about_improvements(lists: TenAndTenView) -> None:
    assert [short_list.why_fewer for short_list in lists.lists][1:] == ["few_clear", "few_clear"]
    said = words(opened("ten_and_ten"))
    assert "Fewer than ten: no other school's figures are clear enough." in said
    assert "Improvements last less well than rises" in said
    assert "Weak signal, check first" in said
    assert f"{lists.schools_judged} schools were judged." in said


def test_the_method_page_shows_every_indicator_and_why_one_is_not_there() -> None:
    page = opened("how_we_compare")
    labels = [box.label for box in page.expander]
    assert labels[:3] == ["Every check of 2025-26", "Overall absence", "Unauthorised absence"]
    [families] = [box.options for box in page.selectbox if box.label == "They are about"]
    assert len(families) == len(FAMILIES)
    shown = {box.label for each in FAMILIES for box in opened("how_we_compare", about=each).expander}
    assert shown >= {one.title["en"] for one in load_indicators().values()}
    said = words(opened("how_we_compare", about="prevalence"))
    assert "Not available: the figures do not say how many pupils were absent how often." in said


def test_the_method_page_says_what_the_programme_waits_for_and_leaves_no_reason_open() -> None:
    for language, waits in {
        "en": "it waits for a record of support offered, accepted and carried out.",
        "nl": "een lijst van ondersteuning die aangeboden, aangenomen en uitgevoerd is.",
        "fr": "un relevé du soutien proposé, accepté et mis en œuvre.",
    }.items():
        said = words(opened("how_we_compare", lang=language, about="programme"))
        assert waits in said
        assert "not available." not in said
    english = words(opened("how_we_compare", about="programme"))
    assert english.count("Not available yet: it waits for") == 5
    assert english.count("Advisers of the city read it above the lists of ten.") == 2
    assert "Shown from 0 pupils on." not in english


def test_the_lists_say_how_far_mirrors_and_talks_reach(about: SnapshotView) -> None:
    said = words(opened("ten_and_ten"))
    assert f"156 of 156 schools have a mirror for {about.school_years[-1]}. Of these schools (" in said


def test_the_method_page_tells_how_the_expected_values_were_checked() -> None:
    said = words(opened("how_we_compare"))
    assert "Every publish checks the expected values against what was observed" in said
    assert "checks miss" in said or "All checks reach their goal." in said


def test_nothing_published_yet_is_a_page_of_its_own(
    tmp_path: Path, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIRRORS_STORE", str(tmp_path))
    sign_in(tmp_path, Role.ADVISER)
    app = AppTest.from_file(str(ROOT / "pages" / "front_door.py"), default_timeout=30).run()
    assert not app.exception
    assert app.title[0].value == "Nothing is published yet"
    assert "python -m mirrors publish --store" in app.code[0].value


@pytest.mark.parametrize("name", [*PAGES, "page", "__init__"])
def test_a_page_file_that_is_opened_directly_draws_nothing(name: str) -> None:
    alone = AppTest.from_file(str(ROOT / "pages" / f"{name}.py"), default_timeout=30).run()
    assert not alone.exception
    assert len(alone.main.children) == 0
