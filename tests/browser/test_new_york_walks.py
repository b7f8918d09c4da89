"""Real New York data in a real browser: a city, a mirror and the three lists of 2018-19."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mirrors.access import Role
from tests.browser.conftest import serving, signed_in
from tests.browser.walking import expect_charts_drawn, expect_no_exception, open_page
from tests.people import session
from tests.real_data import RealStore

pytestmark = [pytest.mark.browser, pytest.mark.real]


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any], new_york: RealStore) -> dict[str, Any]:
    """Return what pages are opened with: an adviser with an account in New York."""
    return {**browser_context_args, "storage_state": signed_in(session(new_york.folder, Role.ADVISER))}


@pytest.fixture(scope="module")
def new_york_served(new_york: RealStore) -> Iterator[str]:
    """Return the address under which New York is served."""
    with serving(new_york.folder) as address:
        yield address


def test_the_city_shows_its_pooled_figure_and_its_schools(page: Page, new_york_served: str) -> None:
    open_page(page, f"{new_york_served}/?year=2018-19")
    expect(page.get_by_test_id("stMain")).to_contain_text("26.43\u00a0% in 2018-19, 1,526 schools")
    expect_charts_drawn(page)
    expect_no_exception(page)


def test_a_mirror_of_a_school_opens(page: Page, new_york_served: str) -> None:
    open_page(page, f"{new_york_served}/mirror?school=01M015&year=2018-19")
    expect(page.get_by_role("combobox", name="School", exact=True)).to_have_value("P.S. 015 Roberto Clemente")
    expect_charts_drawn(page)
    expect_no_exception(page)


def test_the_three_lists_open(page: Page, new_york_served: str) -> None:
    open_page(page, f"{new_york_served}/ten-and-ten?year=2018-19")
    for kind, cards in (("rose", 10), ("improved", 10), ("excellent", 10)):
        expect(page.locator(f"[class*='st-key-card-{kind}']")).to_have_count(cards)
    expect(page.get_by_text("Weak signal, check first")).to_have_count(2)
    expect_no_exception(page)


def test_a_year_of_closed_schools_lists_nobody_and_says_why(page: Page, new_york_served: str) -> None:
    open_page(page, f"{new_york_served}/ten-and-ten?year=2020-21")
    expect(page.locator("[class*='st-key-card-']")).to_have_count(0)
    expect(page.get_by_text("this school year cannot be compared").first).to_be_visible()
    expect_no_exception(page)
