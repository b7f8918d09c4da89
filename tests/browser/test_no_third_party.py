"""No page of anybody asks for anything outside this machine, and none breaks the content policy."""

from pathlib import Path
from urllib.parse import urlparse

import pytest
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


def open_everything(page: Page) -> None:
    """Open what is behind a word, so that all of the page is drawn."""
    for summary in page.locator("[data-testid=stExpander] summary").all()[:6]:
        summary.click()
    expect_settled(page)


def test_the_forms_ask_nobody_else(browser: Browser, served: str) -> None:
    with browser.new_context(base_url=served) as context:
        watch, page = Watch(context), context.new_page()
        for address in ("/sign-in", "/invitation?token=none", "/my-account"):
            page.goto(address)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert watch.asked
        assert watch.elsewhere == []
        assert watch.refused == []


@pytest.mark.parametrize("role", list(Role))
def test_no_page_of_anybody_asks_somebody_else(
    role: Role, browser: Browser, served: str, sample_store: Path
) -> None:
    state = signed_in(demo_session(sample_store, role))
    with browser.new_context(base_url=served, storage_state=state) as context:
        watch, page = Watch(context), context.new_page()
        for address in OF[role]:
            page.goto(f"{address}?lang=en")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            expect_settled(page)
            open_everything(page)
            expect_no_exception(page)
        assert watch.asked
        assert watch.elsewhere == []
        assert watch.refused == []


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
