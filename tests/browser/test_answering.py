"""Pupils and teachers answer on real pages: on a small telephone, in three languages, once."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from mirrors.answering.slips import slips
from mirrors.doors.address import PublicAddress
from mirrors.locale import Language
from mirrors.survey.collecting import Collecting
from mirrors.survey.handing_over import answers_of
from mirrors.survey.wave import Invited
from mirrors.survey.waves import Opened
from tests.browser.conftest import ROOT, free_port, wait_until_healthy
from tests.collecting import PUBLISHER, PUPILS, TEACHERS, TEAM, codes, fill_in, open_today

pytestmark = [pytest.mark.browser, pytest.mark.long]

YOUNG = "pupils_9_12"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
PHONE = {"width": 320, "height": 640}


@dataclass(frozen=True)
class School:
    """A school that asks, served."""

    address: str
    here: Collecting
    opened: Opened
    log: Path

    def code(self, group: str = PUPILS, number: int = 0) -> str:
        """Return a code of a group."""
        return codes(self.opened, group)[number]

    def answered(self) -> dict[str, int]:
        """Return how many answered, in fives."""
        told = self.here.waves.participation(TEAM, self.opened.wave.id)
        return {each.group: each.answered for each in told}


@contextmanager
def served(folder: Path, asked: tuple[Invited, ...]) -> Iterator[School]:
    """Open a wave, and serve its store; what the server says goes to a file."""
    here, opened = open_today(folder / "store", asked)
    port, log = free_port(), folder / "server.log"
    command = [
        sys.executable,
        "-m",
        "mirrors",
        "serve",
        "--store",
        str(folder / "store"),
        "--port",
        str(port),
    ]
    with log.open("wb") as out:
        server = subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=out, stderr=out)
    try:
        address = f"http://localhost:{port}"
        wait_until_healthy(address, server)
        yield School(address, here, opened, log)
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """Return a school that asks pupils and teachers."""
    asked = (Invited(PUPILS, 100, ("3A", "3B")), Invited(YOUNG, 30), Invited(TEACHERS, 30))
    with served(tmp_path_factory.mktemp("answering"), asked) as found:
        yield found


@contextmanager
def phone(browser: Browser, language: str = "en", **other: object) -> Iterator[Page]:
    """Yield a page on a telephone of its own."""
    with browser.new_context(locale=language, viewport=PHONE, has_touch=True, **other) as context:
        page = context.new_page()
        page.set_default_timeout(30_000)
        yield page


def enter(page: Page, school: School, code: str) -> None:
    """Type a code, and send it."""
    page.goto(f"{school.address}/answer")
    page.locator("#code").fill(f"{code[:3].lower()} {code[3:]}")
    page.locator("main button").click()


def begin(page: Page, school: School, code: str) -> None:
    """Come to the first questions with a code."""
    enter(page, school, code)
    page.locator("a.onward").click()
    expect(page.locator("fieldset")).to_have_count(2)


def go_on(page: Page, pages: int) -> None:
    """Answer so many pages, the second option everywhere."""
    for _ in range(pages):
        for part in page.locator("fieldset").all():
            part.locator("input").nth(1).check()
        before = page.url
        page.locator("button[value=next]").click()
        page.wait_for_url(lambda url, before=before: url != before)


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
@pytest.mark.parametrize("group", [PUPILS, YOUNG])
def test_a_pupil_answers_on_a_telephone(browser: Browser, school: School, group: str, language: str) -> None:
    asked = school.here.answers.questionnaire(school.opened.wave.id, group)
    with phone(browser, language) as page:
        enter(page, school, school.code(group))
        expect(page.locator("main")).to_contain_text(asked.opening.anonymous[language])
        page.locator("a.onward").click()
        for item in asked.asked("short")[:2]:
            expect(page.get_by_role("group", name=item.text[language])).to_be_visible()
        go_on(page, 12)
        expect(page.get_by_role("group", name=asked.hotspot.text[language])).to_be_visible()
        go_on(page, 1)
        expect(page.get_by_role("heading", level=1)).to_have_text(asked.closing.thanks[language])
        expect(page.get_by_role("link", name="102")).to_have_attribute("href", "tel:102")


def test_a_reload_loses_nothing_and_back_shows_what_was_filled_in(browser: Browser, school: School) -> None:
    with phone(browser) as page:
        begin(page, school, school.code())
        go_on(page, 3)
        page.locator("fieldset").first.locator("input").nth(4).check()
        page.reload()
        expect(page.locator("fieldset").first.locator("input").nth(4)).to_be_checked()
        page.locator("button[value=back]").click()
        expect(page).to_have_url(re.compile("/page/3"))
        expect(page.locator("input:checked")).to_have_count(2)
        page.goto(f"{school.address}/answer/page/13")
        expect(page).to_have_url(re.compile("/page/4"))
        expect(page.locator("input:checked")).to_have_count(1)


def test_who_comes_back_goes_on_and_who_comes_next_sees_nothing(browser: Browser, school: School) -> None:
    with phone(browser) as page:
        begin(page, school, school.code())
        go_on(page, 5)
        enter(page, school, school.code())
        page.locator("button[name=go_on]").click()
        expect(page).to_have_url(re.compile("/page/6"))
        expect(page.locator("button[value=back]")).to_have_count(0)
        page.goto(f"{school.address}/answer/page/2")
        expect(page).to_have_url(re.compile("/page/6"))
        enter(page, school, school.code())
        page.locator("button[name=anew]").click()
        page.locator("a.onward").click()
        expect(page.locator("input:checked")).to_have_count(0)
        page.locator("footer button").click()
        page.goto(f"{school.address}/answer/page/1")
        expect(page.locator("#code")).to_be_visible()


def test_nobody_answers_twice_by_accident(browser: Browser, school: School) -> None:
    with phone(browser) as page:
        begin(page, school, school.code())
        go_on(page, 13)
        page.go_back()
        page.goto(f"{school.address}/answer/page/13")
        expect(page.locator("#code")).to_be_visible()
        enter(page, school, school.code())
        expect(page.locator("button[name=anew]")).to_be_visible()
        expect(page.locator("a[href^='/answer/thanks']")).to_be_visible()
        page.locator("button[name=anew]").click()
        expect(page.locator("a.onward")).to_be_visible()


def test_the_code_of_a_teacher_works_once(browser: Browser, school: School) -> None:
    code = school.code(TEACHERS)
    with phone(browser) as page:
        begin(page, school, code)
        go_on(page, 2)
        enter(page, school, code)
        expect(page).to_have_url(re.compile("/page/3"))
        go_on(page, 11)
        expect(page.get_by_role("link", name="106")).to_be_visible()
    with phone(browser) as page:
        enter(page, school, code)
        expect(page.get_by_role("alert")).to_contain_text("This code was used")


@pytest.mark.parametrize("typed", ["CDFGHJ", "hello", "", "' OR 1=1", "CDFGHJKMNP"])
def test_a_wrong_code_opens_nothing(school: School, typed: str) -> None:
    with httpx.Client(base_url=school.address) as client:
        answer = client.post("/answer", data={"code": typed, "more": "1"})
        assert answer.status_code == 404
        assert 'role="alert"' in answer.text
        assert not answer.cookies


def test_it_works_without_a_script(browser: Browser, school: School) -> None:
    with phone(browser, java_script_enabled=False) as page:
        begin(page, school, school.code())
        go_on(page, 13)
        expect(page.get_by_role("link", name="102")).to_be_visible()


def test_it_works_by_the_keyboard(browser: Browser, school: School) -> None:
    with phone(browser) as page:
        page.goto(f"{school.address}/answer#{school.code()}")
        page.locator("#code").focus()
        page.keyboard.press("Enter")
        page.locator("a.onward").focus()
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("/page/1"))
        page.locator("nav a").last.focus()
        for _ in range(2):
            page.keyboard.press("Tab")
            page.keyboard.press("Space")
            page.keyboard.press("ArrowDown")
        expect(page.locator("input:checked")).to_have_count(2)
        page.keyboard.press("Tab")
        expect(page.locator("button[value=next]")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("/page/2"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_breaks_a_rule_or_is_too_wide(browser: Browser, school: School, scheme: str) -> None:
    broken: dict[str, list[str]] = {}

    def look(page: Page) -> None:
        found = [each["id"] for each in Axe().run(page, options=RULES).response["violations"]]
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if found or wide > 0:
            broken[page.url] = [*found, f"{wide} pixels too wide"]

    with phone(browser, "fr", color_scheme=scheme) as page:
        page.goto(f"{school.address}/answer")
        look(page)
        enter(page, school, school.code(YOUNG))
        look(page)
        page.locator("a.onward").click()
        for _ in range(13):
            look(page)
            go_on(page, 1)
        look(page)
        page.goto(f"{school.address}/answer/help")
        look(page)
        enter(page, school, school.code(YOUNG))
        look(page)
    assert broken == {}


def test_cookies_tell_nothing_and_nothing_is_kept_in_between(school: School) -> None:
    with httpx.Client(base_url=school.address) as client:
        code = school.code()
        answer = client.post("/answer", data={"code": code})
        told = answer.headers["set-cookie"]
        assert {"HttpOnly", "SameSite=lax", "Path=/answer"} <= set(told.split("; "))
        assert not any(word in told for word in (code, school.opened.wave.id, PUPILS))
        page = client.get("/answer/page/1")
        assert page.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in page.headers["content-security-policy"]
        forged = client.cookies["mirrors_sitting"][:-4] + "AAAA"
    with httpx.Client(base_url=school.address, cookies={"mirrors_sitting": forged}) as stranger:
        assert stranger.get("/answer/page/1").headers["location"] == "/answer"


def test_a_form_from_elsewhere_is_not_taken(school: School) -> None:
    with httpx.Client(base_url=school.address) as client:
        for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            assert client.post("/answer", data={"code": school.code()}, headers=headers).status_code == 403
        large = {"code": school.code(), "x": "y" * 10_000}
        assert client.post("/answer", data=large).status_code == 403
        assert not client.cookies


def test_the_server_tells_its_log_nothing(school: School) -> None:
    with httpx.Client(base_url=school.address) as client:
        assert fill_in(client, school.code()).status_code == 200
        assert client.get(f"/answer/{school.code()}").status_code == 404
        assert client.put("/answer").status_code == 405
    # The store of this test lies in a folder called so.
    told = re.sub(r"--store \S+", "", school.log.read_text())
    assert "answer" not in told
    assert not any(code.code in told for code in school.opened.codes)


def test_slips_hold_every_code_and_nothing_from_elsewhere(school: School) -> None:
    asked = {
        group: school.here.answers.questionnaire(school.opened.wave.id, group)
        for group in school.opened.wave.invited
    }
    page = slips(
        school.opened.codes, asked, PublicAddress(), Language("nl"), int(school.address.rsplit(":", 1)[1])
    )
    printed = re.findall(r'class="code">([A-Z0-9-]+)<', page)
    assert [code.replace("-", "") for code in printed] == [code.code for code in school.opened.codes]
    assert page.count("<svg") == len(school.opened.codes)
    assert not re.search(r'(src|href)="http', page)


def test_a_whole_school_answers_and_nothing_is_lost(tmp_path: Path) -> None:
    with served(tmp_path, (Invited(PUPILS, 40, ("3A", "3B")), Invited(TEACHERS, 12))) as school:

        def respond(code: str) -> int:
            with httpx.Client(base_url=school.address, timeout=60) as client:
                return fill_in(client, code).status_code

        everybody = codes(school.opened, PUPILS) * 20 + codes(school.opened, TEACHERS)
        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(respond, everybody)) == {200}
        assert school.answered() == {PUPILS: 40, TEACHERS: 10}
    assert list((tmp_path / "store").glob("*.parked.key"))
    school.here.waves.close(TEAM, school.opened.wave.id)
    found = answers_of(tmp_path / "store", PUBLISHER, school.opened.wave.id)
    assert dict(zip(found.invited["group"], found.invited["answered"], strict=True)) == {
        PUPILS: 40,
        TEACHERS: 12,
    }
    assert set(found.answers["option"]) == {3}
    gate = found.hotspots[found.hotspots["place"] == "gate"]
    assert gate["chosen"].tolist() == [40, 12]
