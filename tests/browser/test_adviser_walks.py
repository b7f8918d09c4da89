"""The walk of an adviser who sets a school aside, takes it back, and goes to the talk with notes."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mirrors.access import Role
from tests.browser.conftest import serving, signed_in
from tests.browser.walking import expect_no_exception, expect_settled, open_page
from tests.people import session

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.fixture(scope="session")
def store(sample_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a sample city whose desk these walks may write to."""
    folder = tmp_path_factory.mktemp("desk") / "store"
    folder.mkdir()
    shutil.copytree(sample_store / "published", folder / "published")
    shutil.copy(sample_store / "register.sqlite", folder)
    return folder


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any], store: Path) -> dict[str, Any]:
    """Return what pages are opened with: an adviser with an account there."""
    return {**browser_context_args, "storage_state": signed_in(session(store, Role.ADVISER))}


@pytest.fixture(scope="module")
def desk(store: Path) -> Iterator[str]:
    """Return the address under which that city is served."""
    with serving(store) as address:
        yield address


def test_an_adviser_sets_a_school_aside_and_takes_it_back(page: Page, desk: str) -> None:
    open_page(page, f"{desk}/ten-and-ten")
    cards = page.locator("[class*='st-key-card-rose']")
    before = cards.count()
    name = cards.first.get_by_role("link").first.inner_text()
    page.get_by_text("Set a school aside").first.click()
    box = page.get_by_role("combobox", name="School", exact=True).first
    expect(box).to_be_visible()
    expect_settled(page)
    box.fill(name)
    page.get_by_role("option", name=name, exact=True).wait_for()
    box.press("Enter")
    why = page.get_by_role("textbox", name=re.compile("^Why")).first
    why.fill("talked to Annelies Peeters")
    page.get_by_role("button", name="Set aside", exact=True).first.click()
    expect(page.get_by_text("this seems to tell of a person")).to_be_visible()
    why.fill("merged in September")
    page.get_by_role("button", name="Set aside", exact=True).first.click()
    expect(page.get_by_text(f"{name} is set aside.")).to_be_visible()
    expect(cards).to_have_count(before - 1)
    expect(page.locator("[class*='st-key-aside-rose'] del, [class*='st-key-aside-rose'] s")).to_have_text(
        name
    )
    page.get_by_role("button", name="Take back").click()
    expect(cards).to_have_count(before)
    expect_no_exception(page)


def test_an_adviser_goes_from_a_card_to_notes_that_print_without_the_menu(page: Page, desk: str) -> None:
    open_page(page, f"{desk}/ten-and-ten")
    card = page.locator("[class*='st-key-card-rose']").first
    name = card.get_by_role("link").first.inner_text()
    card.get_by_role("link", name="Notes for the talk").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Notes for the talk")
    expect_settled(page)
    expect(page.get_by_text(name, exact=True).first).to_be_visible()
    menu, choices = page.locator(".st-key-menu"), page.locator(".st-key-screen-only-choices")
    expect(menu).to_be_visible()
    page.emulate_media(media="print")
    expect(menu).to_be_hidden()
    expect(choices).to_be_hidden()
    expect(page.get_by_role("table")).to_have_count(2)
    expect(page.locator(".lines hr").first).to_be_visible()
    expect_no_exception(page)


@pytest.mark.parametrize("path", ["/schools", "/funnel", "/talk", "/ten-and-ten"])
def test_the_adviser_s_pages_fit_a_phone(page: Page, desk: str, path: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, f"{desk}{path}")
    wider = "(main => main.scrollWidth - main.clientWidth)(document.querySelector('[data-testid=stMain]'))"
    assert page.evaluate(wider) <= 0
    expect_no_exception(page)
