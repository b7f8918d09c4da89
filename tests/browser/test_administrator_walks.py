"""Walks of an administrator in a real browser: files good, bad and hostile, and what becomes of them."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from mirrors import jobs
from mirrors.access import Role
from mirrors.views import open_published
from mirrors.views.city import city_view
from tests.browser.conftest import serving, signed_in
from tests.browser.walking import expect_no_exception, expect_settled, open_page
from tests.people import ADVISER, person, session
from tests.small_city import LAST, SCHOOLS, absence_csv, write_small_city
from tests.uploads import ABSENCE, absence_row, csv_bytes, xlsx_bytes

pytestmark = [pytest.mark.browser, pytest.mark.long]

PAGES = {
    "/files": "Bring files",
    "/check-first": "Check first",
    "/publish": "Publish",
    "/ledger": "Ledger",
    "/accounts": "People",
    "/audit": "Audit log",
}
PHONE = {"width": 390, "height": 844}
_COMPUTING = 120_000
SECRET = "annelies.peeters@voorbeeld.be"
TAG = "<script>document.title='taken over'</script>"


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the store of a small city, for these walks only."""
    folder = tmp_path_factory.mktemp("desk")
    jobs.ingest(folder / "store", "templates", write_small_city(folder / "files"), by="test")
    jobs.publish(folder / "store", by="test")
    return folder / "store"


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any], desk: Path) -> Iterator[dict[str, Any]]:
    """Return what pages are opened with: the small city and its administrator, for these walks only."""
    administrator = signed_in(session(desk, Role.ADMINISTRATOR))
    with serving(desk) as address:
        yield {**browser_context_args, "base_url": address, "storage_state": administrator}


def bring(page: Page, *files: tuple[str, bytes], path: str = "/files") -> None:
    """Bring files, have them read, and wait until it is told what was found."""
    open_page(page, path)
    read = page.get_by_role("button", name="Read and check")
    payload: list[FilePayload] = [
        {"name": name, "mimeType": "application/octet-stream", "buffer": content} for name, content in files
    ]
    page.locator("input[type=file]").set_input_files(payload)
    expect(read).to_be_enabled()
    expect_settled(page)
    read.click()
    expect(page.get_by_role("heading", level=2)).to_have_count(2)
    expect_settled(page)


def expect_part(page: Page, title: str) -> None:
    """Fail unless a part of the page has this title, whole: "Ready to be taken in" is not "Taken in"."""
    whole = re.compile(rf"^(\d · )?{re.escape(title)}$")
    expect(page.get_by_role("heading", name=whole, level=2)).to_be_visible()
    expect_settled(page)


def expect_said(page: Page, text: str | re.Pattern[str], patience: float | None = None) -> None:
    """Fail unless the page says this, within `patience` milliseconds."""
    expect(page.get_by_test_id("stMain").get_by_text(text).first).to_be_visible(timeout=patience)


def taken(store: Path) -> list[int]:
    """Return the uploads in force."""
    return [upload.upload_id for upload in jobs.uploads(store) if upload.in_force]


def test_every_page_of_an_administrator_opens_by_its_link_and_fits_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)
    for path, title in PAGES.items():
        open_page(page, path)
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        expect_no_exception(page)
        wider = (
            "(main => main.scrollWidth - main.clientWidth)(document.querySelector('[data-testid=stMain]'))"
        )
        assert page.evaluate(wider) <= 0, path


def test_a_wrong_value_is_told_by_column_and_row_and_the_list_can_be_downloaded(
    page: Page, desk: Path
) -> None:
    before = taken(desk)
    rows = [absence_row(month=9), absence_row(month=10, units="plenty"), absence_row(month=11, units="x")]
    bring(page, ("wrong.csv", csv_bytes(ABSENCE, rows)))
    expect_part(page, "Not taken")
    expect_said(page, "Nothing was stored.")
    expect_said(page, re.compile(r"wrong\.csv, column units, row 3, and 1 more: this is not a number"))
    with page.expect_download() as download:
        page.get_by_role("button", name="The full list as CSV").click()
    listed = list(csv.reader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8-sig"))))
    assert [row[:4] for row in listed[1:]] == [
        ["wrong.csv", "", "units", "3"],
        ["wrong.csv", "", "units", "4"],
    ]
    assert "plenty" not in page.get_by_test_id("stMain").inner_text() + str(listed)
    assert taken(desk) == before
    expect_no_exception(page)


def hostile_files() -> Iterator[tuple[str, bytes, str, str]]:
    """Yield a name, a content, what the page says of it, and the part of the checks that found it."""
    personal = [[*absence_row(month=month), SECRET] for month in (9, 10)]
    yield "contact.csv", csv_bytes((*ABSENCE, "contact"), personal), "e-mail address", "Personal data"
    book = io.BytesIO(xlsx_bytes(ABSENCE, [absence_row()]))
    with zipfile.ZipFile(book, "a") as parts:
        parts.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    yield "absence.xlsm", book.getvalue(), "macros", "Personal data"
    yield "bomb.zip", zipped("absence.csv", b"0" * (200 << 20)), "bomb.zip", "The form of the files"
    yield "path.zip", zipped("../../absence.csv", b"a,b\n1,2\n"), "this archive is not taken", "The form"


def zipped(name: str, content: bytes) -> bytes:
    """Return an archive with one member."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def test_hostile_files_are_refused_calmly_and_leave_nothing_behind(page: Page, desk: Path) -> None:
    before = taken(desk)
    for name, content, said, part in hostile_files():
        bring(page, (name, content))
        expect_part(page, "Not taken")
        expect_said(page, re.compile(re.escape(said)))
        expect_said(page, part)
        assert SECRET not in page.content()
        expect_no_exception(page)
    assert taken(desk) == before
    assert not [path for path in desk.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    ledger = [upload for upload in jobs.uploads(desk) if upload.decision == "refused"]
    assert "contact.csv" not in str(ledger), "even the name of a file with personal data is not kept"


def test_a_tag_in_a_header_or_a_cell_is_only_text(page: Page) -> None:
    header = [TAG if name == "units" else name for name in ABSENCE]
    bring(page, ("tag.csv", csv_bytes(header, [absence_row(), absence_row(month=10)])))
    expect_part(page, "What do the columns mean?")
    expect_said(page, "Still to be chosen: Units absent.")
    bring(page, ("tag.csv", csv_bytes(ABSENCE, [absence_row(code=TAG)])))
    expect_part(page, "Not taken")
    expect_said(page, re.compile(r"column code, row 2"))
    assert page.title() != "taken over"
    expect(page.locator("script", has_text="taken over")).to_have_count(0)
    expect_no_exception(page)


def test_an_unknown_dutch_file_is_mapped_once_and_then_known(page: Page, desk: Path) -> None:
    lines = ["Instellingsnr;Schooljaar;Maand;Code;Aantal halve dagen;Régime"]
    lines += [f"{school};2023-2024;{month};B;{month},5;é" for school in SCHOOLS for month in (9, 10)]
    export = ("uitvoer.csv", "\r\n".join(lines).encode("windows-1252"))
    bring(page, export)
    expect_part(page, "What do the columns mean?")
    expect(page.get_by_role("combobox", name="School id (needed)")).to_have_value("Instellingsnr")
    expect(page.get_by_role("combobox", name="Units absent (needed)")).to_have_value("Aantal halve dagen")
    expect_said(page, "Not used and not stored: Régime.")
    expect(page.get_by_role("table").first.get_by_role("row").nth(1)).to_contain_text("9.5")
    page.get_by_role("button", name="Check every row").click()
    expect_said(page, "Every check is passed.")
    name = page.get_by_role("textbox", name="Name of the profile")
    name.fill("Uitvoer")
    name.press("Tab")
    page.get_by_role("button", name="Save and read the files").click()
    expect_part(page, "Ready to be taken in")
    expect_said(page, "Read by: uitvoer")
    expect_said(page, re.compile("read as Windows-1252"))
    bring(page, export, path="/files?profile=uitvoer")
    expect_part(page, "Ready to be taken in")
    assert len(taken(desk)) == 1, "what is ready is not stored before somebody takes it in"
    expect_no_exception(page)


def pooled(store: Path) -> str:
    """Return what readers see of the last year: the city's figures, whichever snapshot they stand in."""
    return str(city_view(open_published(store).current(), ADVISER, LAST).trends)


def look_and_publish(page: Page) -> None:
    """See what will change, then publish it."""
    open_page(page, "/publish")
    page.get_by_role("button", name="See what will change").click()
    expect_said(page, re.compile("Against snapshot"), _COMPUTING)
    page.get_by_role("button", name="Publish", exact=True).click()
    expect_said(page, re.compile("is in use: readers see it"), _COMPUTING)
    expect_settled(page)


def test_an_upload_is_taken_in_published_withdrawn_and_restored(page: Page, desk: Path) -> None:
    as_it_was = pooled(desk)
    bring(page, ("absence.csv", absence_csv((LAST,), more=60)))
    expect_part(page, "Ready to be taken in")
    page.get_by_role("button", name="Take in", exact=True).click()
    expect_part(page, "Taken in")
    newest = taken(desk)[-1]
    assert pooled(desk) == as_it_was, "readers see nothing before it is published"

    look_and_publish(page)
    corrected = pooled(desk)
    assert corrected != as_it_was

    open_page(page, "/ledger")
    page.get_by_text(re.compile(rf"^{newest} · taken in")).click()
    page.get_by_role("textbox", name="Why?").first.fill("sent by mistake")
    page.get_by_role("button", name="Withdraw").first.click()
    expect_said(page, f"Upload {newest} is withdrawn.")
    look_and_publish(page)
    assert pooled(desk) == as_it_was

    open_page(page, "/publish")
    page.get_by_role("button", name="Restore").first.click()
    expect_said(page, "Snapshot 2 is in use again.")
    assert pooled(desk) == corrected
    expect_no_exception(page)


def test_what_stands_out_is_decided_with_a_note(page: Page, desk: Path) -> None:
    open_page(page, f"/check-first?year={LAST}")
    card = page.locator("[class*='st-key-alarm-S6']")
    expect(card).to_contain_text("Every count of absence is the same as in 2023-24.")
    expect_settled(page)
    card.get_by_text("Decide", exact=True).click()
    right = card.get_by_role("button", name="The data are right")
    # By the keyboard: what unfolds still moves, and a pointer can miss it.
    right.press("Enter")
    expect_said(page, "Please say in a few words what you found out.")
    card.get_by_role("textbox").fill("the school counted twice alike")
    right.press("Enter")
    expect_said(page, "confirmed: the data are right")
    decided = jobs.alarms(desk).set_index(["school_id", "school_year"]).loc[("S6", LAST)]
    by = person(desk, Role.ADMINISTRATOR).id
    assert (decided["state"], decided["decided_by"]) == ("confirmed", by)
    expect_no_exception(page)
