"""A school that asks: a wave to test collecting with, and respondents who answer without a browser."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import httpx

from mirrors.access import Role, Viewer
from mirrors.survey.answer_sheet import AnswerSheet
from mirrors.survey.collecting import Collecting, open_collecting
from mirrors.survey.wave import Invited
from mirrors.survey.waves import Opened
from tests.desks import START, Clock

TEAM = Viewer(Role.SCHOOL_TEAM, frozenset({"S1"}), "Sam", "a1")
OTHER_TEAM = Viewer(Role.SCHOOL_TEAM, frozenset({"S2"}), "Bo", "a2")
ADVISER = Viewer(Role.ADVISER, name="An", account="a3")
PUBLISHER = Viewer(Role.ADMINISTRATOR, name="Adam", account="a4")
PUPILS, TEACHERS = "pupils_12_18", "teachers"
ITEMS = ("T1.1", "T1.2", "T2.1", "T2.2", "T3.2", "T4.2")
"""Some items that everybody is asked."""

FIRST = START.date()
LAST = FIRST + timedelta(days=11)
ASKED = (Invited(PUPILS, 60, ("3A", "3B")), Invited(TEACHERS, 12))


def collecting(folder: Path, clock: Clock) -> Collecting:
    """Return the collecting of a store that holds nothing yet."""
    return open_collecting(folder, clock)


def wave(
    here: Collecting, asked: tuple[Invited, ...] = ASKED, year: str = "2025-26", **other: object
) -> Opened:
    """Open a wave of school S1 with the short form, from the first day of the clock."""
    given = {"form": "short", "days": (FIRST, LAST), "jurisdiction": "flanders"} | other
    return here.waves.open(TEAM, "S1", year, invited=asked, **given)


def codes(opened: Opened, group: str) -> list[str]:
    """Return the codes of a group."""
    return [code.code for code in opened.codes if code.group == group]


def sheet(number: int = 0) -> AnswerSheet:
    """Return an answer sheet that no other number below 15,625 has: its digits, counted in fives."""
    digits = [number // 5**place % 5 for place in range(6)]
    return AnswerSheet(dict(zip(ITEMS, digits, strict=True)), frozenset({"gate"} if number % 2 else set()))


def number_of(options: dict[str, int | None]) -> int:
    """Return the number that a sheet was made with."""
    return sum((options[item] or 0) * 5**place for place, item in enumerate(ITEMS))


def answer(here: Collecting, code: str, number: int = 0) -> None:
    """Hand in a sheet with a code."""
    admission = here.answers.admission(code)
    assert admission is not None
    here.answers.hand_in(admission, sheet(number))


def day_after() -> datetime:
    """Return a time at which the wave has ended."""
    return datetime.combine(LAST, datetime.min.time()) + timedelta(days=1, hours=1)


def open_today(
    folder: Path, asked: tuple[Invited, ...], jurisdiction: str = "flanders", year: str = "2025-26"
) -> tuple[Collecting, Opened]:
    """Open a wave in a store that is served, by the clock on the wall."""
    here = open_collecting(folder)
    today = date.today()
    days = (today, today + timedelta(days=7))
    return here, wave(here, asked, year, days=days, jurisdiction=jurisdiction)


def fill_in(client: httpx.Client, code: str, option: Callable[[str], str] = lambda _: "3") -> httpx.Response:
    """Fill in a questionnaire through its pages: an option by item, and less safe at the gate."""
    page = client.post("/answer", data={"code": code}, follow_redirects=True)
    while "/thanks" not in str(page.url) and page.status_code == 200:
        if "/opening" in str(page.url):
            page = client.get("/answer/page/1")
            continue
        names = set(re.findall(r'type="radio" name="([^"]+)"', page.text))
        chosen = {name: option(name) for name in names} or {"place": "gate"}
        page = client.post(page.url, data={**chosen, "to": "next"}, follow_redirects=True)
    return page
