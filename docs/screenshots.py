"""Take the pictures of the handbook: every page of the sample city, on a desk and on a phone.

    python docs/screenshots.py --store STORE     (a store with the sample city: python -m mirrors sample)

Needs the packages of requirements-dev.txt and a Chromium, named by CHROMIUM when it is called otherwise.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import click
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from mirrors.access import Role, Viewer, open_access
from mirrors.views import open_published
from mirrors.views.snapshot import snapshot_view
from mirrors.views.ten_and_ten import ten_and_ten_view

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "screenshots"
WIDTHS = (1180, 390)
DESK = {
    "bring-files": "/files",
    "check-first": "/check-first",
    "publish": "/publish",
    "ledger": "/ledger",
    "people": "/accounts",
    "audit-log": "/audit",
}
TEAM = {"waves": "/waves", "checklist": "/checklist"}
COLOURS = 128
LARGEST = 400_000
BROWSER = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@contextmanager
def served(store: Path) -> Iterator[str]:
    """Serve `store`; yields the address once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "mirrors", "serve", "--store", str(store), "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=1).close()
                break
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait(timeout=10)


def links(store: Path) -> dict[str, str]:
    """Return the link of each picture; the mirror is that of a school where absence clearly rose."""
    snapshot, viewer = open_published(store).current(), Viewer(Role.ADVISER)
    year = snapshot_view(snapshot, viewer).school_years[-1]
    rose = next(each for each in ten_and_ten_view(snapshot, viewer, year).lists if each.kind == "rose")
    school = rose.schools[0].school.school_id
    asked = min(row["school_id"] for row in snapshot.rows("survey_stands_out", school_year=year))
    return {
        "city": "/",
        "mirror": "/mirror?" + urlencode({"school": school, "year": year}),
        "ten-and-ten": "/ten-and-ten",
        "schools": "/schools",
        "safety": "/safety?" + urlencode({"school": asked, "year": year}),
        "safety-city": "/safety-city",
        "funnel": "/funnel",
        "talk": "/talk?" + urlencode({"school": school, "year": year}),
        "how-we-compare": "/how-we-compare",
    }


def come_in(page: Page, store: Path, door: str) -> None:
    """Sign in by a demo door."""
    access = open_access(store)
    token = access.sessions.open(next(each for each in access.doors() if each.id == door))
    cookie = {"name": "mirrors_session", "value": token, "domain": "localhost", "path": "/"}
    page.context.add_cookies([cookie])  # type: ignore[list-item]


def take(page: Page, address: str, width: int) -> Image.Image:
    """Return the whole page at `address`, `width` pixels wide, drawn to its end."""
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{address}{'&' if '?' in address else '?'}lang=en")
    page.get_by_role("heading", level=1).wait_for(timeout=30_000)
    page.wait_for_timeout(3_000)
    main = page.get_by_test_id("stMainBlockContainer").or_(page.locator("html:not(:has(#root))"))
    box = main.bounding_box()
    page.set_viewport_size({"width": width, "height": int(box["height"]) if box else 900})
    page.wait_for_timeout(1_500)
    return Image.open(BytesIO(page.screenshot()))


def save(picture: Image.Image, path: Path) -> None:
    """Save `picture` with few colours, which these pages are made of."""
    few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    size = path.stat().st_size
    click.echo(f"{path.relative_to(ROOT)}: {size:,} bytes")
    if size > LARGEST:
        raise click.ClickException(f"{path.name} is larger than {LARGEST:,} bytes")


@click.command()
@click.option(
    "--store",
    type=click.Path(path_type=Path, exists=True),
    required=True,
    help="A store with the sample city.",
)
def main(store: Path) -> None:
    """Write the pictures to docs/screenshots."""
    PICTURES.mkdir(exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with served(store) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=BROWSER)
        for door, pages in {
            "": {"sign-in": "/sign-in"},
            "adviser": links(store),
            "school_team": TEAM,
            "administrator": DESK,
        }.items():
            page = browser.new_page(color_scheme="light")
            if door:
                come_in(page, store, door)
            for name, link in pages.items():
                for width in WIDTHS:
                    save(take(page, address + link, width), PICTURES / f"{name}-{width}.png")
        browser.close()


if __name__ == "__main__":
    main()
