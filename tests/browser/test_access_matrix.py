"""Who may see what, as docs/security.md says it: every role on every page, in a browser and by websocket."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect
from websockets.exceptions import InvalidStatus

from mirrors.access import Role
from mirrors.charts.amounts import written
from mirrors.locale import Language
from mirrors.views import open_published
from mirrors.views.mirror import mirror_view
from tests.browser.city_of_neighbours import NAMES, OTHER, OWN, build
from tests.browser.conftest import serving, signed_in
from tests.browser.walking import expect_settled
from tests.browser.wire import Answer, selected, wire
from tests.people import ADVISER, access, session
from tests.small_city import LAST

pytestmark = pytest.mark.browser

SECURITY = Path(__file__).resolve().parents[2] / "docs" / "security.md"
FORMS = {"/sign-in", "/my-account"}
TITLES = {
    "/city": "The city",
    "/mirror": "Your absenteeism mirror",
    "/safety": "Your safety mirror",
    "/safety-city": "Safety in the city",
    "/waves": "Questionnaires",
    "/checklist": "Checklist on safety and well-being",
    "/ten-and-ten": "Ten and ten",
    "/how-we-compare": "How we compare",
    "/schools": "Find a school",
    "/funnel": "Around what is expected",
    "/talk": "Notes for the talk",
    "/files": "Bring files",
    "/survey-import": "Bring a survey made elsewhere",
    "/check-first": "Check first",
    "/publish": "Publish",
    "/ledger": "Ledger",
    "/accounts": "People",
    "/audit": "Audit log",
}
OF_A_SCHOOL = ("/mirror", "/safety", "/waves", "/checklist")
"""The pages of a team, which ask for its own school where the address names another."""

NOT_YOURS, NOBODY = "Not for this account", "You are signed out"
WHO = ["adviser", "school team, own school", "school team, other school", "administrator", "nobody signed in"]


@cache
def matrix() -> dict[tuple[str, str], bool]:
    """Return the table of docs/security.md: whether somebody (a column) may open a page (an address)."""
    text = SECURITY.read_text(encoding="utf-8")
    part = text.split("## Who may see what")[1].split("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if "|" in line
    ]
    head, body = rows[0][1:], rows[2:]
    return {
        (row[0].strip("`"), who): {"yes": True, "no": False}[cell]
        for row in body
        for who, cell in zip(head, row[1:], strict=True)
    }


CELLS = sorted(matrix())


@dataclass(frozen=True)
class Served:
    """The small city as it is served, a session of each role, and the neighbour's `figures` as written."""

    address: str
    store: Path
    tokens: dict[str, str | None]
    figures: frozenset[str]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return a small city that is served, with somebody of every role signed in."""
    store = build(tmp_path_factory.mktemp("neighbours"))
    team = session(store, Role.SCHOOL_TEAM, OWN)
    tokens = {
        "adviser": session(store, Role.ADVISER),
        "school team, own school": team,
        "school team, other school": team,
        "administrator": session(store, Role.ADMINISTRATOR),
        "nobody signed in": None,
    }
    with serving(store) as address:
        yield Served(address, store, tokens, figures_of(store, OTHER) - figures_of(store, OWN))


def figures_of(store: Path, school_id: str) -> frozenset[str]:
    """Return the figures of a school as its mirror writes them."""
    view = mirror_view(open_published(store).current(), ADVISER, school_id, LAST)
    told = [written(each.indicator, each.own, Language("en")) for each in view.comparisons]
    return frozenset(told)


def query(page: str, who: str) -> str:
    """Return the query that asks for the school of this column."""
    asks = page in (*OF_A_SCHOOL, "/talk")
    return f"school={OTHER if 'other' in who else OWN}&year={LAST}" if asks else ""


def expect_no_connection(address: str, token: str | None) -> None:
    """Fail unless a page refuses to open a connection at all for this token: then it tells nothing."""
    with pytest.raises(InvalidStatus) as refused, wire(address, token):
        pass
    assert refused.value.response.status_code == 403


def expect_nothing_of(school: str, answer: Answer, served: Served) -> None:
    """Fail when what came back names a school, or holds a figure of it."""
    assert not answer.holds(NAMES[school])
    assert not re.search(rf"\b{school}\b", str(answer.elements))
    assert school != OTHER or not [figure for figure in served.figures if answer.holds(figure)]


def test_the_table_names_every_page_and_every_role() -> None:
    assert {page for page, _ in matrix()} == set(TITLES) | FORMS
    assert {who for _, who in matrix()} == set(WHO)


def test_the_figures_of_the_neighbour_can_be_told_from_ones_own(served: Served) -> None:
    assert len(served.figures) >= 2
    with wire(served.address, served.tokens["adviser"]) as reader:
        seen = reader.run("/mirror", f"school={OTHER}&year={LAST}")
    assert seen.holds(NAMES[OTHER])
    assert [figure for figure in served.figures if seen.holds(figure)], "else nothing below could fail"


@pytest.mark.parametrize(("page", "who"), [cell for cell in CELLS if cell[0] not in FORMS])
def test_by_websocket_everybody_gets_exactly_what_the_table_says(page: str, who: str, served: Served) -> None:
    if served.tokens[who] is None:
        assert not matrix()[page, who]
        expect_no_connection(served.address, None)
        return
    with wire(served.address, served.tokens[who]) as reader:
        answer = reader.run(page, query(page, who))
    if page in OF_A_SCHOOL and who == WHO[2]:
        # The page is that of the team, which asks for its own school instead.
        assert answer.title == TITLES[page]
        assert answer.holds("This link asks for something")
        expect_nothing_of(OTHER, answer, served)
        return
    wanted = TITLES[page] if matrix()[page, who] else NOT_YOURS
    assert answer.title == wanted
    if not matrix()[page, who]:
        assert not answer.holds(TITLES[page])
    for school in NAMES:
        if not (matrix()[page, who] and ("adviser" in who or who == "administrator" or school == OWN)):
            expect_nothing_of(school, answer, served)


@pytest.mark.parametrize(("page", "who"), [cell for cell in CELLS if cell[0] in FORMS])
def test_the_forms_open_to_exactly_whom_the_table_says(page: str, who: str, served: Served) -> None:
    token = served.tokens[who]
    cookies = {"mirrors_session": token} if token is not None else {}
    with httpx.Client(base_url=served.address, cookies=cookies) as client:
        answer = client.get(page)
    if page == "/sign-in":
        # Who is signed in already is let through.
        assert answer.status_code == (303 if token else 200)
    else:
        assert answer.status_code == (200 if matrix()[page, who] else 303)
        assert matrix()[page, who] or answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("page", ["/city", "/schools", "/talk", "/funnel", "/ten-and-ten", "/accounts"])
def test_a_page_that_is_named_by_its_hash_is_refused_too(page: str, served: Served) -> None:
    with wire(served.address, served.tokens["adviser"]) as reader:
        known = reader.run("/mirror").pages
    with wire(served.address, served.tokens["school team, own school"]) as team:
        own = team.run("/mirror")
        assert own.title == TITLES["/mirror"]
        answer = team.run(query=f"school={OTHER}&year={LAST}", page_hash=known[page])
    assert answer.title == NOT_YOURS
    expect_nothing_of(OTHER, answer, served)


def test_the_browser_of_a_school_team_is_told_of_no_other_page(served: Served) -> None:
    with wire(served.address, served.tokens["school team, own school"]) as team:
        answer = team.run("/mirror")
    titles = {page.page_name for frame in answer.frames for page in frame.navigation.app_pages}
    assert titles == {"School Mirrors", "Mirror", "Safety", "Questionnaires", "Checklist", "How we compare"}


def test_a_box_that_is_sent_another_school_shows_nothing_of_it(served: Served) -> None:
    with wire(served.address, served.tokens["school team, own school"]) as team:
        own = team.run("/mirror", f"school={OWN}&year={LAST}")
        boxes = [each.selectbox for each in own.elements if each.HasField("selectbox")]
        [school] = [box for box in boxes if box.label == "School"]
        assert list(school.options) == [NAMES[OWN]]
        for value in (NAMES[OTHER], OTHER):
            answer = team.run("/mirror", f"year={LAST}", widgets=(selected(school.id, value),))
            expect_nothing_of(OTHER, answer, served)
            answer = team.run("/mirror", f"school={OTHER}&year={LAST}", widgets=(selected(school.id, value),))
            expect_nothing_of(OTHER, answer, served)


@pytest.mark.parametrize("name", ["0001", "../0001", "0002"])
def test_a_school_team_may_not_name_a_snapshot(name: str, served: Served) -> None:
    with wire(served.address, served.tokens["school team, own school"]) as team:
        answer = team.run("/mirror", f"school={OWN}&year={LAST}&snapshot={name}")
    assert not answer.holds("Where we stand")
    expect_nothing_of(OTHER, answer, served)


def test_a_session_that_ended_draws_nothing_at_its_next_run(served: Served) -> None:
    token = session(served.store, Role.SCHOOL_TEAM, OWN)
    with wire(served.address, token) as team:
        assert team.run("/mirror").holds(NAMES[OWN])
        access(served.store).sessions.end(token)
        answer = team.run("/mirror")
        assert answer.title == NOBODY
        expect_nothing_of(OWN, answer, served)
    expect_no_connection(served.address, token)


@pytest.mark.parametrize("token", ["", "x" * 43, "'; DROP TABLE session; --", "../../etc/passwd"])
def test_an_invented_token_is_nobody(token: str, served: Served) -> None:
    expect_no_connection(served.address, token)


def test_a_role_that_is_taken_away_counts_at_the_next_click(served: Served) -> None:
    token = session(served.store, Role.SCHOOL_TEAM, "S3")
    office = access(served.store)
    with wire(served.address, token) as team:
        assert team.run("/mirror").holds(NAMES["S3"])
        viewer = office.sessions.viewer(token)
        assert viewer is not None
        administrator = office.sessions.viewer(served.tokens["administrator"])
        assert administrator is not None
        office.accounts.change_schools(administrator, viewer.account, frozenset({"S4"}))
        expect_nothing_of("S3", team.run("/mirror", f"school=S3&year={LAST}"), served)


@pytest.mark.long
@pytest.mark.parametrize("who", WHO)
def test_in_a_browser_everybody_gets_exactly_what_the_table_says(
    who: str, served: Served, browser: Browser
) -> None:
    token = served.tokens[who]
    state = signed_in(token) if token is not None else None
    with browser.new_context(base_url=served.address, storage_state=state) as context:
        page = context.new_page()
        for address, title in TITLES.items():
            page.goto(f"{address}?lang=en&{query(address, who)}")
            heading = page.get_by_role("heading", level=1)
            if token is None:
                expect(heading).to_have_text("Sign in")
                assert "next=" in page.url
                continue
            asks_for_own = address in OF_A_SCHOOL and who == WHO[2]
            wanted = title if matrix()[address, who] or asks_for_own else NOT_YOURS
            expect(heading).to_have_text(wanted)
            expect_settled(page)
            said = page.content()
            assert "other" not in who or NAMES[OTHER] not in said
            assert (title in said) == (wanted == title)
