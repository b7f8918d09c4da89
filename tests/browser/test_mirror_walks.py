"""Walks through all five parts of the mirror, for a large and a small school."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_walks import choose
from tests.browser.walking import expect_charts_drawn, expect_no_exception, expect_settled, open_page

pytestmark = [pytest.mark.browser, pytest.mark.long]

PARTS = (
    "1 · Where we stand",
    "2 · What kind of absence, when, and who",
    "3 · How we respond",
    "4 · Where it is going",
    "5 · What others did",
)


@pytest.mark.parametrize("school", ["S0001", "S0085"], ids=["large", "small"])
def test_an_adviser_walks_through_all_five_parts(page: Page, school: str) -> None:
    open_page(page, f"/mirror?school={school}&year=2025-26")
    expect(page.get_by_role("heading", level=2)).to_have_text(list(PARTS))
    expect_charts_drawn(page)
    for part in range(1, 6):
        expect(page.locator(f".st-key-opening-{part}")).to_have_text(re.compile(r"\w+.*\."))
    more = page.get_by_text("More figures", exact=True).first
    more.click()
    expect_settled(page)
    expect_no_exception(page)


def test_a_colleague_gets_exactly_the_same_page(page: Page) -> None:
    open_page(page, "/mirror?school=S0001&year=2025-26&by=sex")
    choose(page, "Figure to follow", "Overall absence", "indicator")
    choose(page, "Compare with", "Your own past", "against")
    told = [page.locator(f".st-key-opening-{part}").inner_text() for part in range(1, 6)]
    verdict = page.locator(".st-key-verdict").inner_text()
    address = page.get_by_role("link", name="Link to exactly this page").get_attribute("href")
    assert address is not None

    page.goto(address)
    expect(page.locator(".st-key-verdict")).to_have_text(verdict)
    expect(page.locator("[class*='st-key-opening-']")).to_have_text(told)
    for label, chosen in (("Compare with", "Your own past"), ("Pupils by", "Girls and boys")):
        expect(page.get_by_role("combobox", name=label, exact=True)).to_have_value(chosen)
    expect_no_exception(page)
