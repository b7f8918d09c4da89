"""The page on which an administrator brings a survey made elsewhere."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mirrors.access import NotAllowed, Role
from mirrors.administration import survey_import
from mirrors.administration.delivery import in_memory
from mirrors.intake.survey import load_mapping
from mirrors.progress import silent
from mirrors.store import open_facts
from mirrors.survey.questionnaire import load_questionnaires
from pages.survey_import import MOST_ASKED
from tests.pages.conftest import SignIn
from tests.pages.test_admin_pages import ROOT, opened, pressed, store, until, words
from tests.people import ADMINISTRATOR, ADVISER
from tests.survey_files import csv_text, limesurvey, people

__all__ = ["store"]

TEACHERS = load_questionnaires()["teachers"]


def content(strange: str = "", number: int = 12) -> bytes:
    """Return a LimeSurvey file, with a strange answer of the first respondent."""
    rows = limesurvey(TEACHERS, people(TEACHERS, number))
    if strange:
        rows[1][5] = strange
    return csv_text(rows, ";")


def brought(file: bytes) -> AppTest:
    """Return the page once a file was read."""
    page = opened("survey_import")
    page.file_uploader[0].upload("results.csv", file, "text/csv").run()
    page = pressed(page, "Read")
    return until(page, "Which survey it is")


def opened_boxes(file: bytes) -> list[str]:
    """Return what the page asks to choose of a file."""
    return [each.label for each in brought(file).selectbox]


def filled(page: AppTest, store: Path) -> AppTest:
    """Return the page with school year and school filled in."""
    [year] = [each for each in page.text_input if each.label == "School year"]
    year.set_value("2025-26").run()
    [school] = [each for each in page.selectbox if each.label == "School"]
    school.set_value(school_of(store)).run()
    assert not page.exception
    return page


def school_of(store: Path) -> str:
    """Return the first school of the store."""
    return next(iter(survey_import.schools(store, ADMINISTRATOR)))


def stored(store: Path) -> int:
    """Return how many rows of answers are in the store."""
    with open_facts(store) as facts:
        return facts.table("SELECT * FROM survey_responses").num_rows


@pytest.mark.parametrize("lang", ["en", "nl", "fr"])
def test_it_opens_in_every_language(lang: str, store: Path) -> None:
    page = opened("survey_import", lang=lang)
    assert not page.exception
    assert len(page.title) == 1


def test_opened_directly_it_draws_nothing() -> None:
    alone = AppTest.from_file(str(ROOT / "pages" / "survey_import.py"), default_timeout=60).run()
    assert not alone.exception
    assert len(alone.main.children) == 0


def test_answers_are_recognised_and_taken_in(store: Path) -> None:
    page = brought(content())
    said = words(page)
    assert "LimeSurvey, 12 sheets of answers" in said
    assert "Left out and gone already: id, submitdate" in said
    assert "1 row was left out: not submitted" in said
    page = filled(page, store)
    [invited] = [each for each in page.number_input if each.label == school_of(store)]
    invited.set_value(40).run()
    page = until(pressed(page, "Take in"), "is in.")
    assert stored(store) > 12 * len(TEACHERS.items)
    with open_facts(store) as facts:
        assert facts.frame("SELECT DISTINCT invited FROM survey_responses")["invited"].tolist() == [40]


def test_an_unknown_answer_must_be_said_first(store: Path) -> None:
    page = filled(brought(content("Misschien")), store)
    assert "This cannot be taken in yet" in words(page)
    [take] = [each for each in page.button if each.label == "Take in"]
    assert take.disabled
    [meant] = [each for each in page.selectbox if each.label == "Misschien"]
    meant.set_value(2).run()
    assert "This cannot be taken in yet" not in words(page)
    until(pressed(page, "Take in"), "is in.")
    assert stored(store)


def test_of_a_file_with_thousands_of_columns_a_sensible_number_is_asked(store: Path) -> None:
    heading, *rest = limesurvey(TEACHERS, people(TEACHERS, 12))
    usual = len(opened_boxes(csv_text([heading, *rest], ";")))
    more = [f"Vraag {number}" for number in range(3000)]
    rows = [[*heading, *more], *([*row, *("A" for _ in more)] for row in rest)]
    page = brought(csv_text(rows, ";"))
    assert len(page.selectbox) == usual + MOST_ASKED
    assert f"{3000 - MOST_ASKED:,} more columns were not recognised and are not used." in words(page)
    page = until(pressed(filled(page, store), "Take in"), "is in.")
    assert stored(store) > 12 * len(TEACHERS.items)


def test_of_very_many_unknown_answers_a_sensible_number_is_asked(store: Path) -> None:
    heading, *rest = limesurvey(TEACHERS, people(TEACHERS, 12))
    first = next(place for place, name in enumerate(heading) if name.startswith("T1"))
    for number, row in enumerate(rest[:4]):
        row[first : first + 20] = [f"Misschien {number} {place}" for place in range(20)]
    page = brought(csv_text([heading, *rest], ";"))
    asked = [each for each in page.selectbox if each.label.startswith("Misschien")]
    assert len(asked) == MOST_ASKED
    assert "20 more answers are not known." in words(page)


def test_what_was_said_is_kept_for_the_next_file(store: Path) -> None:
    page = filled(brought(content("Misschien")), store)
    [meant] = [each for each in page.selectbox if each.label == "Misschien"]
    meant.set_value(2).run()
    [name] = [each for each in page.text_input if each.label == "Name"]
    name.set_value("Safety teachers").run()
    page = until(pressed(page, "Save"), "Saved as safety-teachers")
    assert load_mapping("safety-teachers", store).answers["Misschien"] == 2
    page = brought(content("Misschien", 14))
    [saved] = [each for each in page.selectbox if each.label == "What was said about an earlier file"]
    saved.set_value("safety-teachers").run()
    assert "Answers that are none of the questionnaire" not in words(page)


def test_a_file_that_is_not_anonymous_is_refused_with_what_to_do(store: Path) -> None:
    page = opened("survey_import")
    file = csv_text(limesurvey(TEACHERS, people(TEACHERS, 12), apart=True))
    page.file_uploader[0].upload("results.csv", file, "text/csv").run()
    page = until(pressed(page, "Read"), "Nothing was stored")
    assert "anonymised responses" in words(page)
    assert not stored(store)


def test_only_an_administrator_may(store: Path, sign_in: SignIn) -> None:
    sign_in(store, Role.ADVISER)
    page = opened("survey_import")
    assert [each.message for each in page.exception]
    assert not page.file_uploader
    with pytest.raises(NotAllowed):
        survey_import.read(store, ADVISER, in_memory("a.csv", content()), "auto", silent)
    with pytest.raises(NotAllowed):
        survey_import.schools(store, ADVISER)
