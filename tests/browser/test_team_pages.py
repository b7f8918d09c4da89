"""A team opens a questionnaire in a real browser, prints its codes, closes it; and fills in its checklist."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from mirrors import jobs
from mirrors.access import Role
from mirrors.survey.checklists import open_checklists
from tests.browser.conftest import serving, signed_in
from tests.browser.walking import expect_settled
from tests.collecting import TEAM, fill_in
from tests.people import ADMINISTRATOR, access, session
from tests.small_city import write_small_city

pytestmark = [pytest.mark.browser, pytest.mark.long]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
PHONE = {"width": 390, "height": 844}


@dataclass(frozen=True)
class Served:
    """A small city that is served."""

    address: str
    store: Path


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Served]:
    """Return a small city that is served, its fleeting key in a memory of its own."""
    store = tmp_path / "store"
    jobs.ingest(store, "templates", write_small_city(tmp_path / "files"), by="test")
    jobs.publish(store, by="test")
    (tmp_path / "memory").mkdir()
    with serving(store, MIRRORS_RUNTIME=str(tmp_path / "memory")) as address:
        yield Served(address, store)


def opened(browser: Browser, city: Served, path: str, **given: object) -> Page:
    """Open a page as the team of the first school."""
    state = signed_in(session(city.store, Role.SCHOOL_TEAM, "S1"))
    page = browser.new_context(storage_state=state, accept_downloads=True, **given).new_page()
    page.goto(city.address + path)
    expect_settled(page)
    return page


def taken(page: Page, button: str, folder: Path) -> Path:
    """Press a button that hands over a file, and return the file."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    file = folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    return file


def expect_accessible(page: Page) -> None:
    """Fail when axe finds something that some could not use."""
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


def item(page: Page, item_id: str) -> Locator:
    """Return the part of the checklist that is about one item."""
    return page.locator(f".st-key-item-{item_id}")


def fits(page: Page) -> bool:
    """Return whether nothing has to be pushed aside to be read."""
    return bool(page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth"))


def test_a_wave_from_opening_to_closing(browser: Browser, city: Served, tmp_path: Path) -> None:
    page = opened(browser, city, "/waves", viewport=PHONE)
    expect_accessible(page)
    assert fits(page)
    page.get_by_label("Pupils of 12 to 18: how many").fill("40")
    page.get_by_label("Pupils of 12 to 18: their classes").fill("3A, 3B")
    page.get_by_label("Teachers: how many").fill("12")
    page.get_by_role("button", name="Open the questionnaire").click()
    expect(page.get_by_text("shown now and never again")).to_be_visible()
    adults = taken(page, "Slips for adults", tmp_path).read_text(encoding="utf-8")
    assert adults.count("<svg") == 12
    page.get_by_text("Codes of the classes").click()
    expect(page.get_by_alt_text("The QR code")).to_be_visible()
    expect_accessible(page)
    assert fits(page)
    classes = taken(page, "Sheets for the classes", tmp_path).read_text(encoding="utf-8")
    codes = re.findall(r'class="code">([^<]+)', classes)
    assert len(codes) == 2
    assert f"{city.address.removeprefix('http://')}/answer" in classes, "the link leads to this server"
    for number in range(10):
        with httpx.Client(base_url=city.address) as pupil:
            assert "/thanks" in str(fill_in(pupil, codes[number % 2]).url)
    expect(page.get_by_text("10 or more")).to_be_visible(timeout=40_000)
    page.get_by_text("Close before the last day").click()
    expect(page.get_by_role("button", name="Close", exact=True)).to_be_disabled()
    page.get_by_text("Yes, close it now").click()
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_text("The questionnaire is closed.")).to_be_visible()
    with httpx.Client(base_url=city.address) as late:
        assert late.post("/answer", data={"code": codes[0]}).status_code == 404
    exported = access(city.store).audit.search(ADMINISTRATOR, "html").rows
    assert [row.event for row in exported] == ["exported", "exported"]


def test_a_checklist_by_keyboard_and_to_take_along(browser: Browser, city: Served, tmp_path: Path) -> None:
    page = opened(browser, city, "/checklist", viewport=PHONE)
    # Streamlit may draw a later item first: an item is asked for by its name, never by its place.
    item(page, "A1").get_by_role("radio", name="Planned").focus()
    page.keyboard.press("ArrowRight")
    expect(item(page, "A1").get_by_text("Kept. Last changed on")).to_be_visible()
    assert fits(page)
    item(page, "A1").get_by_text("Evidence, owner and review date of A1").click()
    note = item(page, "A1").get_by_role("textbox", name="Evidence: where")
    note.fill("School rules, page 12")
    note.press("Tab")
    expect(item(page, "A1").get_by_text("With notes.")).to_be_visible()
    item(page, "A2").get_by_role("radio", name="Absent").focus()
    page.keyboard.press("Space")
    expect(item(page, "A2").get_by_text("Kept. Last changed on")).to_be_visible()
    expect_settled(page)
    expect_accessible(page)
    entries = open_checklists(city.store).of(TEAM, "S1").entries
    assert entries["A1"].evidence == "School rules, page 12", entries
    assert (entries["A1"].answer, entries["A2"].answer) == ("2", "0"), entries
    assert set(entries) == {"A1", "A2"}, "nothing else was touched"
    assert taken(page, "To print (PDF)", tmp_path).read_bytes().startswith(b"%PDF")
    with taken(page, "As a table (CSV)", tmp_path).open(encoding="utf-8-sig", newline="") as table:
        assert len(list(csv.reader(table))) == 67
