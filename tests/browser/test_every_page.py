"""Every page of everybody holds the rules of WCAG 2.2 AA that a machine can check, in light and dark, also at
200 %; none asks for anything outside this machine, and none breaks the content policy."""

from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from mirrors.access import Role
from tests.browser.conftest import signed_in
from tests.browser.test_access_matrix import TITLES
from tests.browser.walking import expect_no_exception, expect_settled
from tests.people import demo_session

pytestmark = [pytest.mark.browser, pytest.mark.long]

OF = {
    Role.ADVISER: (
        *("/city", "/mirror", "/safety", "/safety-city", "/ten-and-ten", "/schools", "/funnel", "/talk"),
        "/how-we-compare",
    ),
    Role.SCHOOL_TEAM: ("/mirror", "/safety", "/waves", "/checklist", "/how-we-compare", "/city"),
    Role.ADMINISTRATOR: (
        *("/files", "/survey-import", "/check-first", "/publish", "/ledger", "/accounts", "/audit"),
    ),
}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# A window of 590 pixels is what 200 % leaves of a laptop's 1180.
WINDOWS = {"light": 1180, "dark": 590}


class Watch:
    """What a browser asked for, and what its content policy refused."""

    def __init__(self, context: BrowserContext) -> None:
        self.asked: list[str] = []
        self.refused: list[str] = []
        context.on("request", self._request)
        context.on("console", self._console)

    def _request(self, request: Request) -> None:
        self.asked.append(request.url)

    def _console(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            self.refused.append(message.text)

    @property
    def elsewhere(self) -> list[str]:
        """The addresses outside this machine."""
        local = ("data:", "blob:")
        hosts = {each: urlparse(each).hostname for each in self.asked if not each.startswith(local)}
        return [each for each, host in hosts.items() if host != "localhost"]

    def expect_quiet(self) -> None:
        """Fail when something was asked of somebody else, or refused; or when nothing was asked at all."""
        assert self.asked
        assert self.elsewhere == []
        assert self.refused == []


def open_everything(page: Page) -> None:
    """Open what is behind a word, so that all of the page is drawn."""
    for summary in page.locator("[data-testid=stExpander] summary").all()[:6]:
        summary.click()
    expect_settled(page)


def broken_rules(page: Page) -> list[str]:
    """Return what somebody could not use on this page, in words."""
    found = Axe().run(page, options=RULES).response["violations"]
    told = [_told(violation) for violation in found]
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [*told, f"{wide} pixels wider than the window"] if wide > 1 else told


def _told(violation: dict[str, Any]) -> str:
    where = violation["nodes"][0]
    return f"{violation['id']} ({len(violation['nodes'])}x) {where['target']}: {where['failureSummary']}"


@pytest.mark.parametrize("scheme", WINDOWS)
@pytest.mark.parametrize("role", OF)
def test_every_page_can_be_used_by_all_and_asks_nobody_else(
    browser: Browser, served: str, sample_store: Path, role: Role, scheme: str
) -> None:
    with browser.new_context(
        base_url=served,
        storage_state=signed_in(demo_session(sample_store, role)),
        color_scheme=scheme,
        viewport={"width": WINDOWS[scheme], "height": 900},
    ) as context:
        watch, page, broken = Watch(context), context.new_page(), {}
        for address in OF[role]:
            page.goto(f"{address}?lang=en")
            expect_settled(page)
            open_everything(page)
            expect_no_exception(page)
            broken[address] = broken_rules(page)
        watch.expect_quiet()
    assert broken == {address: [] for address in OF[role]}


@pytest.mark.parametrize("scheme", WINDOWS)
def test_the_doors_can_be_used_by_all_and_ask_nobody_else(browser: Browser, served: str, scheme: str) -> None:
    with browser.new_context(
        base_url=served, color_scheme=scheme, viewport={"width": WINDOWS[scheme], "height": 900}
    ) as context:
        watch, page = Watch(context), context.new_page()
        for address in ("/sign-in", "/invitation?token=none", "/my-account"):
            page.goto(address)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert broken_rules(page) == [], address
        watch.expect_quiet()


def test_the_last_column_of_a_wide_table_can_be_read_by_keyboard(
    browser: Browser, served: str, sample_store: Path
) -> None:
    state = signed_in(demo_session(sample_store, Role.SCHOOL_TEAM))
    with browser.new_context(
        base_url=served, storage_state=state, viewport={"width": 390, "height": 800}
    ) as context:
        page = context.new_page()
        page.goto("/mirror?lang=en")
        expect_settled(page)
        opener = page.locator("summary", has_text="The figures as a table").first
        opener.click()
        frame = page.get_by_role("region").filter(has=page.get_by_role("table")).first
        expect(frame).to_be_visible()
        opener.focus()
        page.keyboard.press("Tab")
        expect(frame).to_be_focused()
        for _ in range(40):
            page.keyboard.press("ArrowRight")
        expect(frame.get_by_role("columnheader").last).to_be_in_viewport()


def test_every_page_is_walked_by_somebody() -> None:
    assert {page for pages in OF.values() for page in pages} == set(TITLES)


def test_the_watch_sees_a_request_and_a_breach(browser: Browser, served: str, sample_store: Path) -> None:
    state = signed_in(demo_session(sample_store, Role.ADVISER))
    with browser.new_context(base_url=served, storage_state=state) as context:
        context.route("https://elsewhere.example/**", lambda route: route.abort())
        watch, page = Watch(context), context.new_page()
        page.goto("/how-we-compare?lang=en")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.evaluate("fetch('https://elsewhere.example/figures').catch(() => 0)")
        page.evaluate("{ const s = document.createElement('script'); s.text = '1'; document.body.append(s) }")
        assert watch.refused
