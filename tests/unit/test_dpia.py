"""The impact assessment says the same in three languages: headings, places to complete, tables, risks."""

import re
from pathlib import Path

import pytest

from mirrors.definitions import load_contracts

FOLDER = Path(__file__).parents[2] / "docs" / "dpia"
LANGUAGES = ("en", "fr", "nl")
HEADING = re.compile(r"^(#+) (\d+(?:\.\d+)*\.?)?", re.MULTILINE)
PLACE = re.compile(r"\[\[(\d+) [^\]]{3,}\]\]")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
GRADE = re.compile(r"\b[1-4] × [1-4]\b")


def text(language: str) -> str:
    return (FOLDER / f"{language}.md").read_text(encoding="utf-8")


def structure(language: str) -> list[tuple[str, str]]:
    """Headings by level and number."""
    return HEADING.findall(text(language))


def table_rows(language: str) -> list[int]:
    """How many cells each row of each table has, top to bottom."""
    return [line.count("|") - 1 for line in text(language).splitlines() if line.startswith("|")]


def test_the_template_is_there_in_every_language() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.md")) == sorted(LANGUAGES)


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_headings_and_tables_are_the_same(language: str) -> None:
    assert len(structure("en")) > 20
    assert structure(language) == structure("en")
    assert table_rows(language) == table_rows("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_places_to_complete_are_numbered_without_a_gap(language: str) -> None:
    places = [int(number) for number in PLACE.findall(text(language))]
    assert places == list(range(1, 42))
    # None is written in another way, but for the example in the introduction.
    assert text(language).count("[[") == len(places) + 1


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_boxes_and_graded_risks_are_the_same(language: str) -> None:
    assert text(language).count("☐") == text("en").count("☐") > 10
    assert GRADE.findall(text(language)) == GRADE.findall(text("en"))
    assert len(GRADE.findall(text("en"))) == 28


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_contract_of_the_product_is_assessed(language: str) -> None:
    words = set(re.findall(r"\b[a-z_]+\b", text(language)))
    assert set(load_contracts()) - words == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_lead_somewhere(language: str) -> None:
    links = LINK.findall(text(language))
    assert links
    assert [link for link in links if not (FOLDER / link).exists()] == []
