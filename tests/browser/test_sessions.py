"""A session as people meet it: it stays on a reload, ends in every window, and runs out."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import update

from mirrors.access.city_sessions import IDLE, LONGEST
from mirrors.access.clock import now
from mirrors.access.tokens import digest
from mirrors.desk import writing
from mirrors.desk.tables import SESSION
from tests.browser.walking import expect_settled, open_page
from tests.people import access

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.fixture
def visitor(browser: Browser, served: str) -> Iterator[BrowserContext]:
    """Return a browser in which nobody is signed in."""
    with browser.new_context(base_url=served) as context:
        yield context


def by_demo_door(context: BrowserContext, door: str, path: str = "/") -> Page:
    """Return a page that was reached by a demo door, on the way to `path`."""
    page = context.new_page()
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.get_by_role("button", name=door).click()
    expect(page.get_by_test_id("stApp")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect_settled(page)
    return page


def heading(page: Page, text: str) -> None:
    """Fail unless the page has this title."""
    expect(page.get_by_role("heading", level=1)).to_have_text([text])


def test_a_deep_link_leads_past_the_door_and_a_reload_keeps_you_in(visitor: BrowserContext) -> None:
    page = by_demo_door(visitor, "Demo: a city adviser", "/schools?lang=en&name=de")
    assert "/schools?" in page.url
    heading(page, "Find a school")
    page.reload()
    heading(page, "Find a school")
    expect(page.get_by_role("textbox").first).to_have_value("de")


def test_each_door_opens_on_its_own_first_page(browser: Browser, served: str) -> None:
    doors = {
        "Demo: a city adviser": "The city",
        "Demo: a school team": "Your absenteeism mirror",
        "Demo: an administrator": "Bring files",
    }
    for door, title in doors.items():
        with browser.new_context(base_url=served) as context:
            heading(by_demo_door(context, door), title)


def test_signing_out_in_one_window_ends_the_other_at_its_next_click(visitor: BrowserContext) -> None:
    one = by_demo_door(visitor, "Demo: a city adviser")
    other = visitor.new_page()
    open_page(other, "/mirror")
    one.get_by_role("button", name="Demo").click()
    one.get_by_role("button", name="Sign out").click()
    heading(one, "You are signed out")
    expect(one.get_by_role("link", name="Mirror")).to_have_count(0)
    other.get_by_role("link", name="Ten and ten").click()
    heading(other, "You are signed out")
    expect(other.locator("[data-testid=stPlotlyChart]")).to_have_count(0)
    other.get_by_role("link", name="Sign in").click()
    heading(other, "Sign in")
    other.go_back()
    expect(other.locator("[data-testid=stPlotlyChart]")).to_have_count(0)


def test_signing_out_in_one_window_clears_the_other_without_a_click(visitor: BrowserContext) -> None:
    one = by_demo_door(visitor, "Demo: a city adviser")
    other = visitor.new_page()
    open_page(other, "/mirror")
    charts = other.locator("[data-testid=stPlotlyChart]")
    expect(charts.first).to_be_visible()
    one.get_by_role("button", name="Demo").click()
    one.get_by_role("button", name="Sign out").click()
    heading(one, "You are signed out")
    heading(other, "You are signed out")
    expect(charts).to_have_count(0)


def test_signing_out_on_my_account_ends_the_session(visitor: BrowserContext) -> None:
    page = by_demo_door(visitor, "Demo: a city adviser")
    page.get_by_role("button", name="Demo").click()
    page.get_by_role("link", name="My account").click()
    heading(page, "My account")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("You are signed out.")
    page.goto("/mirror")
    heading(page, "Sign in")


@pytest.mark.parametrize("left", [{"seen_at": IDLE}, {"opened_at": LONGEST}], ids=["idle", "long"])
def test_a_session_runs_out(visitor: BrowserContext, sample_store: Path, left: dict[str, timedelta]) -> None:
    page = by_demo_door(visitor, "Demo: a school team")
    heading(page, "Your absenteeism mirror")
    with writing(access(sample_store).engine) as connection:
        ago = {column: now() - lasts - timedelta(seconds=1) for column, lasts in left.items()}
        # Other walks read the same city by the same door at this moment.
        [own] = [each["value"] for each in visitor.cookies() if each["name"] == "mirrors_session"]
        connection.execute(update(SESSION).where(SESSION.c.digest == digest(own)).values(ago))
    page.get_by_role("link", name="How we compare").first.click()
    heading(page, "You are signed out")
    page.reload()
    heading(page, "Sign in")


def test_another_person_in_the_same_browser_finds_nothing_of_the_one_before(visitor: BrowserContext) -> None:
    page = by_demo_door(visitor, "Demo: an administrator")
    page.get_by_role("button", name="Demo").click()
    page.get_by_role("button", name="Sign out").click()
    heading(page, "You are signed out")
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("button", name="Demo: a school team").click()
    heading(page, "Your absenteeism mirror")
    expect(page.get_by_role("link", name="People")).to_have_count(0)
    page.goto("/audit")
    heading(page, "Not for this account")
