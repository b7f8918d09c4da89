"""The root of a page says in which language it is written: at load, and when a reader chooses another."""

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.walking import expect_settled

pytestmark = pytest.mark.browser


def root(page: Page, code: str) -> None:
    """Fail unless the root of the page says this language."""
    expect(page.locator("html")).to_have_attribute("lang", code)


def test_a_page_says_the_language_of_its_link_and_of_what_is_chosen(page: Page) -> None:
    page.goto("/how-we-compare?lang=fr")
    expect_settled(page)
    root(page, "fr")
    expect(page.get_by_role("heading", level=1)).to_have_text("Comment nous comparons")
    for code, title in (
        ("nl", "Hoe we vergelijken"),
        ("en", "How we compare"),
        ("fr", "Comment nous comparons"),
    ):
        page.get_by_role("radio", name=code).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        root(page, code)
    page.get_by_role("link", name="Ville", exact=True).click()
    expect_settled(page)
    root(page, "fr")


@pytest.mark.parametrize(("locale", "code"), [("nl-BE", "nl"), ("fr-FR", "fr"), ("de-DE", "en")])
def test_without_a_wish_in_the_link_it_is_the_language_of_the_browser(
    browser: Browser, browser_context_args: dict[str, object], locale: str, code: str
) -> None:
    with browser.new_context(**{**browser_context_args, "locale": locale}) as context:
        page = context.new_page()
        page.goto("/city")
        expect_settled(page)
        root(page, code)


@pytest.mark.parametrize("path", ["/", "/ten-and-ten"])
def test_the_first_answer_says_it_already(served: str, browser_context_args: dict, path: str) -> None:
    [cookie] = browser_context_args["storage_state"]["cookies"]
    with httpx.Client(base_url=served, cookies={cookie["name"]: cookie["value"]}) as client:
        assert '<html lang="nl">' in client.get(path, params={"lang": "nl"}).text
        browsers = {"Accept-Language": "de-DE,fr-BE;q=0.9,en;q=0.8"}
        assert '<html lang="fr">' in client.get(path, headers=browsers).text
        assert '<html lang="en">' in client.get(path, params={"lang": '"><script>'}).text
