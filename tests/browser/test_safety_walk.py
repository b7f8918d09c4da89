"""The safety mirror from end to end: a team asks, pupils and teachers answer, the city publishes."""

import random
import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from mirrors import jobs
from mirrors.access import Role
from mirrors.store import PublishedStore
from mirrors.survey.key import scoring_key
from mirrors.survey.questionnaire import load_questionnaires
from mirrors.views.safety import SafetyView, safety_view, safety_waves
from tests.browser.conftest import serving, signed_in
from tests.browser.walking import expect_charts_drawn, expect_no_exception, expect_settled, open_page
from tests.collecting import PUPILS, TEACHERS, fill_in
from tests.people import ADVISER, session
from tests.threshold_city import NEIGHBOUR, SMALL_PART, TO_ASK, YEAR, name, publish_threshold_city

pytestmark = [pytest.mark.browser, pytest.mark.long]

PUPILS_THERE, TEACHERS_THERE, OTHERS_THERE = 40, 12, 3
BY_KEYBOARD = 1
"""The option that those choose who answer by the keyboard; one pupil and one teacher do."""

_COMPUTING = 120_000


@dataclass(frozen=True)
class Served:
    """A city that is served, and the folder of its store."""

    address: str
    store: Path


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return the city of the thresholds, served for all walks of this file."""
    folder = tmp_path_factory.mktemp("safety")
    with served(publish_threshold_city(folder), folder / "memory") as found:
        yield found


def served(store: Path, memory: Path) -> "_Serving":
    """Serve a store, its fleeting key in a memory of its own."""
    memory.mkdir()
    return _Serving(store, memory)


class _Serving:
    def __init__(self, store: Path, memory: Path) -> None:
        self._store, self._serving = store, serving(store, MIRRORS_RUNTIME=str(memory))

    def __enter__(self) -> Served:
        return Served(self._serving.__enter__(), self._store)

    def __exit__(self, *raised: object) -> None:
        self._serving.__exit__(*raised)


def somebody(browser: Browser, city: Served, role: Role, *schools: str) -> Page:
    """Return a page of somebody who is signed in."""
    state = signed_in(session(city.store, role, *schools))
    context = browser.new_context(storage_state=state, base_url=city.address, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(30_000)
    return page


def codes_on(page: Page, button: str, folder: Path) -> list[str]:
    """Take the slips that a button hands over, and return the codes on them."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    waiting.value.save_as(folder / "slips.html")
    return re.findall(r'class="code">([^<]+)', (folder / "slips.html").read_text(encoding="utf-8"))


def ask(page: Page, numbers: dict[str, int], classes: str, folder: Path) -> tuple[list[str], list[str]]:
    """Open the short form for so many of each group; return the codes of adults and of classes."""
    open_page(page, "/waves")
    for group, number in numbers.items():
        page.get_by_label(f"{group}: how many").fill(str(number))
    page.get_by_label("Pupils of 12 to 18: their classes").fill(classes)
    page.get_by_role("button", name="Open the questionnaire").click()
    expect(page.get_by_text("The questionnaire is ready.")).to_be_visible()
    adults = codes_on(page, "Slips for adults", folder) if len(numbers) > 1 else []
    page.get_by_text("Codes of the classes").click()
    expect(page.get_by_alt_text("The QR code")).to_be_visible()
    return adults, codes_on(page, "Sheets for the classes", folder)


def close(page: Page) -> None:
    """Close the questionnaire that runs, on the page of questionnaires."""
    page.get_by_text("Close before the last day").click()
    page.get_by_text("Yes, close it now").click()
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_text("The questionnaire is closed.")).to_be_visible()
    expect_settled(page)


def answer_by_keyboard(browser: Browser, address: str, code: str) -> None:
    """Answer the whole questionnaire without a pointer: the second option, and the first place."""
    with browser.new_context(locale="en", viewport={"width": 320, "height": 640}) as context:
        page = context.new_page()
        page.goto(f"{address}/answer")
        page.locator("#code").focus()
        page.keyboard.type(code)
        page.keyboard.press("Enter")
        page.locator("a.onward").focus()
        page.keyboard.press("Enter")
        while True:
            page.wait_for_url(re.compile("/page/|/thanks"))
            if "/thanks" in page.url:
                break
            before = page.url
            _answer_page(page)
            page.wait_for_url(lambda url, before=before: url != before)
        expect(page.get_by_role("heading", level=1)).to_be_visible()


def _answer_page(page: Page) -> None:
    page.locator("nav a").last.focus()
    for part in page.locator("fieldset").all():
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        if part.locator("input[type=radio]").count():
            page.keyboard.press("ArrowDown")
    onward = page.locator("button[value=next]")
    for _ in range(30):
        page.keyboard.press("Tab")
        if onward.evaluate("button => button === document.activeElement"):
            page.keyboard.press("Enter")
            return
    raise AssertionError("the keyboard does not lead to the next page")


def reversed_items(group: str) -> set[str]:
    """Return the items of the short form of which the first option is the most favourable one."""
    key = scoring_key([sheet for sheet in load_questionnaires().values() if sheet.group == group], "short")
    return set(key.loc[key["reversed"].astype(bool), "item"])


def opinion(group: str, number: int) -> Callable[[str], str]:
    """Return what a respondent chooses, by item: an opinion of each theme, in options 2 to 4."""
    other_way = reversed_items(group)

    def option(item: str) -> str:
        good = random.Random(f"{group} {number} {item.split('.', maxsplit=1)[0]}").choice((2, 3, 3, 4))
        return str(4 - good if item in other_way else good)

    return option


def points(group: str, theme: str, people: int) -> float:
    """Return the score of a theme, of which all items are asked, worked out from what all chose."""
    key = scoring_key([sheet for sheet in load_questionnaires().values() if sheet.group == group], "short")
    items, other_way = list(key.loc[key["theme"] == theme, "item"]), reversed_items(group)
    found = []
    for number in range(people):
        choose = (lambda _: str(BY_KEYBOARD)) if number == 0 else opinion(group, number)
        chosen = [int(choose(item)) for item in items]
        good = [4 - each if item in other_way else each for item, each in zip(items, chosen, strict=True)]
        found.append(25 * sum(good) / len(good))
    return sum(found) / people


def everybody_answers(browser: Browser, city: Served, adults: list[str], classes: list[str]) -> None:
    """Answer as forty pupils, twelve teachers and three of the other staff, all through the pages."""
    answer_by_keyboard(browser, city.address, classes[0])
    answer_by_keyboard(browser, city.address, adults[0])
    sheets = [(classes[number % 2], PUPILS, number) for number in range(1, PUPILS_THERE)]
    sheets += [(adults[number], TEACHERS, number) for number in range(1, TEACHERS_THERE)]
    sheets += [(adults[TEACHERS_THERE + number], "other_staff", number) for number in range(OTHERS_THERE)]

    def respond(sheet: tuple[str, str, int]) -> bool:
        code, group, number = sheet
        with httpx.Client(base_url=city.address, timeout=60) as client:
            return "/thanks" in str(fill_in(client, code, opinion(group, number)).url)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(respond, sheets))


def by_group(adults: list[str], page: Page) -> list[str]:
    """Return the codes of teachers before those of other staff, as the page lists them."""
    page.get_by_text("Teachers: 12 codes").click()
    listed = page.get_by_test_id("stCode").filter(visible=True).first.inner_text()
    return sorted(adults, key=lambda code: code not in listed)


def main(page: Page) -> str:
    """Return all that stands on a page, as one line."""
    expect_settled(page)
    return re.sub(r"\s+", " ", page.get_by_test_id("stMain").inner_text())


def published(city: Served, school_year: str) -> SafetyView:
    """Return what the snapshot in use tells of the school that asked."""
    return safety_view(PublishedStore(city.store).current(), ADVISER, TO_ASK, school_year)


def test_from_a_question_to_the_talk(browser: Browser, city: Served, tmp_path: Path) -> None:
    team = somebody(browser, city, Role.SCHOOL_TEAM, TO_ASK)
    neighbour = somebody(browser, city, Role.SCHOOL_TEAM, NEIGHBOUR)
    adviser = somebody(browser, city, Role.ADVISER)
    asked = {"Pupils of 12 to 18": 60, "Teachers": 12, "Other staff": 4}
    adults, classes = ask(team, asked, "3A, 3B", tmp_path)
    assert (len(adults), len(classes)) == (16, 2)
    everybody_answers(browser, city, by_group(adults, team), classes)

    nothing_is_told_while_it_runs(city, team, neighbour, adviser, [*adults, *classes])
    open_page(team, "/waves")
    close(team)
    mirror = team.get_by_test_id("stMain").get_by_role("link", name="The safety mirror")
    expect(mirror).to_have_count(0)
    publish(browser, city)
    the_mirror_tells(city, team, adviser)
    open_page(team, "/waves")
    mirror.click()
    expect(team.get_by_role("heading", level=1)).to_have_text("Your safety mirror")
    expect(team.get_by_text("took part.")).to_be_visible()
    the_neighbour_sees_nothing(city, neighbour)


def nothing_is_told_while_it_runs(
    city: Served, team: Page, neighbour: Page, adviser: Page, codes: list[str]
) -> None:
    """Fail unless participation is told in fives and nothing else is, to those who may know it."""
    for page in (team, adviser):
        open_page(page, f"/waves?school={TO_ASK}")
        expect(page.get_by_text("40 or more")).to_be_visible()
        told = main(page)
        assert "10 or more" in told
        assert "fewer than 5" in told, "of three nothing is told, not even that they are three"
        assert "Results stay closed until it has ended." in told
        open_page(page, f"/safety?school={TO_ASK}")
        assert "There is no survey of this school year" in main(page)
    open_page(adviser, f"/waves?school={TO_ASK}")
    told = main(adviser)
    assert not [code for code in codes if code in told]
    assert "Close" not in told
    the_neighbour_sees_nothing(city, neighbour)
    assert jobs.prepare_publish(city.store).nothing_changes


def publish(browser: Browser, city: Served) -> None:
    """Publish what there is, on the page of an administrator, who sees no survey."""
    page = somebody(browser, city, Role.ADMINISTRATOR)
    open_page(page, "/publish")
    page.get_by_role("button", name="See what will change").click()
    expect(page.get_by_text(re.compile("Against snapshot")).first).to_be_visible(timeout=_COMPUTING)
    expect(page.get_by_text("What the safety mirror tells of surveys changes.")).to_be_visible()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text(re.compile("is in use: readers see it")).first).to_be_visible(timeout=_COMPUTING)
    for path in ("/safety", "/waves"):
        open_page(page, f"{path}?school={TO_ASK}")
        assert name(TO_ASK) not in main(page)


def the_mirror_tells(city: Served, team: Page, adviser: Page) -> None:
    """Fail unless the team and the adviser see groups, themes and words, with the numbers that were given."""
    [wave] = safety_waves(PublishedStore(city.store).current(), ADVISER, TO_ASK)
    view = published(city, wave.school_year)
    assert view.groups == (PUPILS, TEACHERS)
    for group, people, step in ((PUPILS, PUPILS_THERE, 2), (TEACHERS, TEACHERS_THERE, 5)):
        for theme in ("T1", "T3", "T6"):
            [score] = [each for each in view.of_group(group) if each.theme.id == theme]
            assert abs(score.own.value - points(group, theme, people)) <= step / 2
    for page in (team, adviser):
        open_page(page, f"/safety?school={TO_ASK}")
        expect_charts_drawn(page)
        told = main(page)
        expect_no_exception(page)
        assert "About 40 pupils of 12 to 18 and about 10 teachers took part." in told
        assert "too few other schools asked the same" in told, "nobody else asked in this school year"
        assert "Fewer than seven in ten answered" in told, "40 of 60"
        untold = "Other staff: too few answered for anything to be told."
        assert untold in told
        assert "other staff" not in told.replace(untold, "").lower().replace("teachers and other staff", "")
        for words in ("How it is felt", "Feeling safe at school", "What could be talked about"):
            assert words in told


def the_neighbour_sees_nothing(city: Served, neighbour: Page) -> None:
    """Fail when a team reads anything of a school that is not its own, whatever the link asks for."""
    waves = [each.wave for each in safety_waves(PublishedStore(city.store).current(), ADVISER, TO_ASK)]
    for path in (f"/safety?school={TO_ASK}", *(f"/safety?school={TO_ASK}&wave={each}" for each in waves)):
        open_page(neighbour, path)
        told = main(neighbour)
        assert "This link asks for something" in told
        assert name(TO_ASK) not in told
        assert "took part" not in told
    open_page(neighbour, f"/waves?school={TO_ASK}")
    assert "This link asks for something" in main(neighbour)
    assert "or more" not in main(neighbour)
    open_page(neighbour, "/safety")
    assert name(TO_ASK) not in main(neighbour)


OWN = "These are your own results; too few answered to set them beside other schools."
INDICATIVE = "The figures are indicative"
BESIDE = "similar schools"


@pytest.mark.parametrize(
    ("school", "said", "unsaid"),
    [
        ("N09", ("Too few people answered", "fewer than 10 answered"), ("How it is felt", "took part")),
        ("N10", ("About 10 pupils of 12 to 18 took part.", INDICATIVE, OWN), ("than expected",)),
        ("N29", ("about 30 of the 35 invited", INDICATIVE, OWN), ("than expected",)),
        ("N30", ("about 30 of the 36 invited", "expected"), (INDICATIVE, OWN)),
        ("R49", ("(49 %)", "Fewer than half answered.", OWN), (INDICATIVE, "than expected")),
        (
            SMALL_PART,
            ("about 15 of the 16 invited", "Teachers and other staff are told together", "16 invited"),
            ("of the 12 invited", "of the 4 invited"),
        ),
    ],
)
def test_the_page_at_the_thresholds(
    browser: Browser, city: Served, school: str, said: tuple[str, ...], unsaid: tuple[str, ...]
) -> None:
    page = somebody(browser, city, Role.ADVISER)
    open_page(page, f"/safety?school={school}&year={YEAR}")
    told = main(page)
    expect_no_exception(page)
    assert [words for words in said if words not in told] == []
    assert [words for words in unsaid if words in told] == []


def test_the_demo_team_asks_and_is_answered(browser: Browser, sample_store: Path, tmp_path: Path) -> None:
    store = Path(shutil.copytree(sample_store, tmp_path / "store"))
    with served(store, tmp_path / "memory") as city:
        page = browser.new_context(base_url=city.address).new_page()
        page.goto("/waves?lang=en")
        page.get_by_role("button", name="Demo: a school team").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Questionnaires")
        _, [code] = ask(page, {"Pupils of 12 to 18": 12}, "", tmp_path)
        answer_by_keyboard(browser, city.address, code)
        for number in range(9):
            with httpx.Client(base_url=city.address) as pupil:
                assert "/thanks" in str(fill_in(pupil, code, opinion(PUPILS, number)).url)
        open_page(page, "/waves")
        expect(page.get_by_text("10 or more")).to_be_visible()
        close(page)
        assert "10" in main(page)
        expect_no_exception(page)
