"""The mirror as a reader meets it: five parts for every school, and a link that keeps every choice."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mirrors.views import open_published
from mirrors.views.figure import Against
from mirrors.views.mirror import mirror_view
from tests.pages.conftest import SignIn
from tests.pages.test_pages import ROOT, opened, words
from tests.people import ADVISER

YEAR = "2025-26"
LARGE, SMALL, GAPS = "S0001", "S0085", "S0014"
PARTS = [
    "1 · Where we stand",
    "2 · What kind of absence, when, and who",
    "3 · How we respond",
    "4 · Where it is going",
    "5 · What others did",
]


@pytest.fixture(autouse=True)
def store(sample_store: Path, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the app at the sample city, for an adviser who came in by the demo door."""
    monkeypatch.setenv("MIRRORS_STORE", str(sample_store))
    monkeypatch.chdir(ROOT)
    sign_in(sample_store, demo=True)
    return sample_store


def box(page: AppTest, label: str) -> object:
    """Return what the box called `label` holds."""
    [found] = [each for each in page.selectbox if each.label == label]
    return found.value


@pytest.mark.parametrize("school", [LARGE, SMALL, GAPS])
def test_every_school_gets_five_parts_each_with_its_sentence(school: str) -> None:
    page = opened("mirror", school=school, year=YEAR)
    assert not page.exception
    assert [each.value for each in page.header] == PARTS
    openings = [
        block.markdown[0].value
        for key in range(1, 6)
        if (block := _block(page, f"opening-{key}")) is not None
    ]
    assert len(openings) == 5
    assert all(opening.strip() for opening in openings)


def _block(page: AppTest, key: str) -> AppTest | None:
    """Return the container that carries `key`."""
    waiting = [page.main]
    while waiting:
        block = waiting.pop()
        for child in getattr(block, "children", {}).values():
            if key in str(getattr(getattr(child, "proto", None), "id", "")):
                return child
            waiting.append(child)
    return None


def test_a_small_school_is_told_which_years_are_together() -> None:
    page = opened("mirror", school=SMALL, year=YEAR)
    said = words(page)
    assert "these are figures of 2023-24 to 2024-25 together" in said
    assert "One year alone has too few pupils, so years are added together" in said
    assert "in 2021-22 to 2022-23 together and" in said
    assert "Nothing could be compared this year" in said


def test_a_school_with_gaps_is_compared_with_nothing() -> None:
    said = words(opened("mirror", school=GAPS, year=YEAR))
    assert "This year's figures are being checked" in said
    assert "than at similar schools" not in said


def test_a_link_keeps_every_choice() -> None:
    link = {"school": LARGE, "year": YEAR, "indicator": "B2", "against": "city", "by": "sex"}
    page = opened("mirror", **link)
    assert not page.exception
    assert [box(page, label) for label in ("Figure to follow", "Compare with", "Pupils by")] == [
        "B2",
        "city",
        "sex",
    ]
    said = words(page)
    assert "than in the whole city" in said or "to the whole city" in said
    assert "Girls" in str([table.value.to_csv() for table in page.table])
    assert "Pupils with 10 or more unauthorised half-days, year by year." in said


@pytest.mark.parametrize("label", ["Figure to follow", "Compare with", "Pupils by"])
def test_every_choice_goes_into_the_link(label: str) -> None:
    page = opened("mirror", school=LARGE, year=YEAR)
    [found] = [each for each in page.selectbox if each.label == label]
    parameter = {"Figure to follow": "indicator", "Compare with": "against", "Pupils by": "by"}[label]
    other = {"indicator": "A1", "against": "expected", "by": "sex"}[parameter]
    found.select(other).run()
    assert page.query_params[parameter] == other
    assert not page.exception


@pytest.mark.parametrize(
    "link", [{"indicator": "Z9"}, {"against": "neighbours"}, {"by": "nationality"}, {"indicator": "A4"}]
)
def test_a_link_may_ask_for_registered_figures_and_groups_only(link: dict[str, str]) -> None:
    page = opened("mirror", school=LARGE, year=YEAR, **link)
    assert not page.exception
    assert "This link asks for something that is not in the figures shown here." in words(page)


@pytest.mark.parametrize(
    ("against", "of_groups", "of_steps"),
    [
        ("peers", "the same group at similar schools.", "is the median of similar schools."),
        ("city", "is the same group in the whole city.", "is the whole city."),
        ("past", "is the same group in 2024-25.", "is your own share in 2024-25."),
        (
            "expected",
            "What is expected is not worked out for groups of pupils.",
            "What is expected is not worked out for the steps of the follow-up.",
        ),
    ],
)
def test_groups_and_steps_are_set_beside_what_was_chosen(against: str, of_groups: str, of_steps: str) -> None:
    said = words(opened("mirror", school=LARGE, year=YEAR, against=against))
    assert of_groups in said
    assert of_steps in said


@pytest.mark.parametrize("against", ["peers", "city", "past"])
def test_the_first_figure_is_set_beside_what_was_chosen(store: Path, against: str) -> None:
    page = opened("mirror", school=LARGE, year=YEAR, against=against)
    view = mirror_view(open_published(store).current(), ADVISER, LARGE, YEAR)
    verdict = view.comparisons[0].verdict_against(Against(against))
    assert f"That is {verdict}" in words(page)
