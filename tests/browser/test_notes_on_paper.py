"""The notes for a talk are one sheet of paper that an adviser takes along."""

import io
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Page

from mirrors.locale import LANGUAGES, Language
from mirrors.views import open_published
from tests.browser.walking import expect_settled

pytestmark = [pytest.mark.browser, pytest.mark.long]

A4 = (210 / 25.4 * 72, 297 / 25.4 * 72)
LAST_WORDS = (
    "Confidential: for the talk with this school only. Not for ranking, not to be handed on, and "
    "without names of pupils."
)


def most_to_tell(store: Path) -> set[str]:
    """Return the largest school of the last year, and one on each list."""
    snapshot = open_published(store).current()
    schools = snapshot.rows("school", order_by="school_year, pupils")
    last = schools[-1]["school_year"]
    listed = {row["list"]: row["school_id"] for row in snapshot.rows("listed", school_year=last)}
    return {schools[-1]["school_id"], *listed.values()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notes_fit_one_page(page: Page, sample_store: Path, language: str) -> None:
    chosen = most_to_tell(sample_store)
    assert len(chosen) >= 3
    for school in sorted(chosen):
        page.goto(f"/talk?school={school}&lang={language}")
        expect_settled(page)
        paper = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
        assert len(paper.pages) == 1, school
        [sheet] = paper.pages
        assert [float(side) for side in sheet.mediabox[2:]] == pytest.approx(A4, abs=1)
        last_words = Language(language).text(LAST_WORDS).split()
        assert sheet.extract_text().split()[-len(last_words) :] == last_words, school
