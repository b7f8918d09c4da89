"""Walks through the product as its readers take them, in a real browser."""

import re
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walking import expect_charts_drawn, expect_no_exception, expect_settled, open_page

pytestmark = pytest.mark.browser

PAGES = {
    "/": "The city",
    "/mirror": "Your absenteeism mirror",
    "/ten-and-ten": "Ten and ten",
    "/how-we-compare": "How we compare",
}
PHONE = {"width": 390, "height": 844}


def test_an_adviser_reads_every_page_and_nothing_leaves_the_machine(page: Page, asked: list[str]) -> None:
    for path, title in PAGES.items():
        open_page(page, path)
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        expect_no_exception(page)
        if path in ("/", "/mirror"):
            expect_charts_drawn(page)
    assert {urlparse(address).hostname for address in asked if not address.startswith("data:")} == {
        "localhost"
    }


def test_the_first_reader_after_a_restart_may_come_by_a_deep_link(page: Page, served_afresh: str) -> None:
    open_page(page, f"{served_afresh}/mirror")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your absenteeism mirror")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("document.fonts.check('16px \"Atkinson Hyperlegible Next\"')")
    expect_no_exception(page)


def test_an_adviser_goes_from_a_rise_to_the_mirror_of_that_school(page: Page) -> None:
    open_page(page, "/")
    page.get_by_role("link", name="Open the three short lists").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ten and ten", timeout=20_000)
    card = page.locator("[class*='st-key-card-rose']").first
    school = card.get_by_role("link").first
    name = school.inner_text()
    school.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your absenteeism mirror", timeout=20_000)
    expect(page.get_by_role("combobox", name="School", exact=True)).to_have_value(name)
    assert "school=" in page.url
    assert "year=" in page.url
    expect_no_exception(page)


def choose(page: Page, label: str, option: str, parameter: str) -> None:
    """Type `option` into the box called `label`, take it, and wait until link and page follow."""
    box = page.get_by_role("combobox", name=label, exact=True)
    box.fill(option)
    page.get_by_role("option", name=option, exact=True).wait_for()
    box.press("Enter")
    expect(page).to_have_url(re.compile(rf"{parameter}="), timeout=20_000)
    expect_settled(page)


def test_a_link_reproduces_the_mirror_it_was_copied_from(page: Page) -> None:
    open_page(page, "/mirror")
    choose(page, "School", "GO! basisschool De Els", "school")
    choose(page, "School year", "2024-25", "year")
    verdict = page.locator(".st-key-verdict").inner_text()
    school = page.get_by_role("combobox", name="School", exact=True).input_value()

    page.goto(page.url)
    expect(page.locator(".st-key-verdict")).to_have_text(verdict, timeout=20_000)
    expect(page.get_by_role("combobox", name="School", exact=True)).to_have_value(school)


def test_a_link_to_a_school_that_does_not_exist_is_answered_calmly(page: Page) -> None:
    open_page(page, "/mirror?school=nobody")
    expect(page.get_by_text("This link asks for something")).to_be_visible(timeout=20_000)
    expect_no_exception(page)


def test_a_head_teacher_reads_the_mirror_on_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)
    for path in PAGES:
        open_page(page, path)
        wider = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
        main = "(main => main.scrollWidth - main.clientWidth)(document.querySelector('[data-testid=stMain]'))"
        assert page.evaluate(wider) <= 0, path
        assert page.evaluate(main) <= 0, path


def test_the_page_speaks_the_reader_s_language(page: Page) -> None:
    open_page(page, "/mirror")
    page.get_by_role("radio", name="nl").or_(page.get_by_role("button", name="nl", exact=True)).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Uw afwezigheidsspiegel", timeout=20_000)
    page.get_by_role("link", name="Tien en tien").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tien en tien", timeout=20_000)
    assert "lang=nl" in page.url


def test_the_figures_of_a_chart_can_be_read_as_a_table(page: Page) -> None:
    open_page(page, "/mirror")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    page.get_by_text("The figures as a table").first.click()
    table = page.get_by_role("table").first
    expect(table).to_be_visible(timeout=20_000)
    expect(table.get_by_role("columnheader").first).to_have_text("Indicator")
    expect(table.get_by_role("row")).to_have_count(6)
