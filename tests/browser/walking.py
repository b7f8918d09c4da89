"""What every walk does: open a page, wait until it stands still, and look whether it is whole."""

import re

from playwright.sync_api import Page, expect

_LOOKS, _PAUSE = 100, 200


def open_page(page: Page, path: str) -> None:
    """Open `path` in English and wait until it stands still."""
    page.goto(f"{path}{'&' if '?' in path else '?'}lang=en")
    expect_settled(page)


def expect_settled(page: Page) -> None:
    """Wait until the page has been written and drawn to its end: its parts do not arrive in their order."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)


def expect_no_exception(page: Page) -> None:
    """Fail when the page shows an error of the program."""
    expect(page.get_by_test_id("stException")).to_have_count(0)


def expect_charts_drawn(page: Page) -> None:
    """Fail unless there are charts in sight, all of them drawn and each with a name for a screen reader."""
    charts = page.locator("[data-testid=stPlotlyChart]:visible")
    expect(charts.nth(1)).to_be_visible()
    expect_settled(page)
    figures = page.get_by_role("figure")
    for _ in range(_LOOKS):
        # The page may still be adding charts: both counts are read anew until they agree.
        if figures.count() == charts.count():
            break
        page.wait_for_timeout(_PAUSE)
    assert figures.count() == charts.count()
    for place in range(charts.count()):
        expect(figures.nth(place)).to_have_accessible_name(re.compile(r"\w{3}"))
        expect(charts.nth(place).locator("svg.main-svg").first).to_be_visible()
