"""The pages of people and of the audit log: what an administrator does there, and what it does to others."""

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mirrors.access import Account, Event, Role, Viewer
from mirrors.access.city_sessions import city_account
from tests.pages.conftest import SignIn
from tests.pages.test_admin_pages import opened, pressed, words
from tests.people import ADMINISTRATOR, PASSWORD, access, person, session
from tests.small_city import LAST

ROOT = Path(__file__).resolve().parents[2]
TEAM = "school_team"


@pytest.fixture
def store(tmp_path: Path, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty store whose administrator is signed in."""
    monkeypatch.setenv("MIRRORS_STORE", str(tmp_path))
    monkeypatch.chdir(ROOT)
    sign_in(tmp_path, Role.ADMINISTRATOR)
    return tmp_path


def account(store: Path, sign_in: str) -> Account:
    """Return an account as it stands now."""
    return next(each for each in access(store).accounts.all(ADMINISTRATOR) if each.sign_in == sign_in)


def invited(name: str, sign_in: str, role: str | None) -> AppTest:
    """Fill in the form and ask for a link."""
    page = opened("accounts")
    page.text_input[0].input(name)
    page.text_input[1].input(sign_in)
    if role is not None:
        page.selectbox[0].set_value(role)
    return pressed(page, "Make a link")


def links(page: AppTest) -> list[str]:
    """Return the one-time links that the page shows."""
    return [each.value for each in page.code if "/invitation?token=" in each.value]


def test_somebody_is_invited_by_a_link_that_is_shown_once(store: Path) -> None:
    page = invited("Vera Claes", "Vera@School.example", "adviser")
    [link] = links(page)
    token = link.split("token=")[1]
    assert account(store, "vera@school.example").state == "invited"
    assert not links(page.run()), "it is shown once"
    assert access(store).accounts.accept(token, PASSWORD).state == "active"
    assert "2 people can sign in." in words(opened("accounts"))


@pytest.mark.parametrize(
    ("name", "by", "role", "told"),
    [
        ("", "vera", "adviser", "Please give a name."),
        ("Vera", "two words", "adviser", "without spaces"),
        ("Vera", "administrator", "adviser", "Somebody signs in by that name already."),
        ("Vera", "vera", None, "Please choose what this person is."),
        ("Vera", "vera", TEAM, "A school team needs at least one school."),
    ],
)
def test_what_cannot_be_is_told_and_nobody_is_invited(
    name: str, by: str, role: str | None, told: str, store: Path
) -> None:
    page = invited(name, by, role)
    assert told in words(page)
    assert not links(page)
    assert len(access(store).accounts.all(ADMINISTRATOR)) == 1


def button(page: AppTest, key: str) -> AppTest:
    """Press the button with this key."""
    page = page.button(key=key).click().run()
    assert not page.exception
    return page


def test_an_account_is_let_go_and_its_session_ends(store: Path) -> None:
    adviser = person(store, Role.ADVISER)
    token = session(store, Role.ADVISER)
    page = button(opened("accounts"), f"close {adviser.id}")
    assert "The account is closed." in words(page)
    assert account(store, "adviser").state == "closed"
    assert access(store).sessions.viewer(token) is None


def test_sessions_are_ended_and_a_new_link_replaces_a_password(store: Path) -> None:
    adviser = person(store, Role.ADVISER)
    token = session(store, Role.ADVISER)
    assert "1 session is open." in words(opened("accounts"))
    button(opened("accounts"), f"end {adviser.id}")
    assert access(store).sessions.viewer(token) is None
    page = button(opened("accounts"), f"link {adviser.id}")
    assert len(links(page)) == 1
    assert account(store, "adviser").state == "invited"


def test_who_came_by_the_city_s_own_sign_in_is_signed_out(store: Path) -> None:
    assert "own sign-in" not in words(opened("accounts"))
    claims = {"iss": "https://login.city.example", "sub": "anna", "iat": int(time.time()) - 60}
    who = Viewer(Role.ADVISER, name="Anna *Nijs*", account=city_account(claims))
    sessions = access(store).sessions
    sessions.remember_provider(claims, who)
    page = opened("accounts")
    [label] = [each.label for each in page.expander if "Anna" in each.label]
    assert label == "Anna \\*Nijs\\* · City adviser"
    assert not sessions.ended(claims)
    page = button(page, f"end {who.account}")
    assert "All sessions are ended." in words(page)
    assert sessions.ended(claims)
    assert [each.sessions for each in sessions.city_people(ADMINISTRATOR)] == [0]


def test_the_last_administrator_stays(store: Path) -> None:
    own = account(store, "administrator")
    page = button(opened("accounts"), f"close {own.id}")
    assert "Somebody has to stay administrator" in words(page)
    assert account(store, "administrator").state == "active"


def test_a_role_is_changed(store: Path) -> None:
    adviser = person(store, Role.ADVISER)
    page = opened("accounts")
    page.selectbox(key=f"role {adviser.id}").set_value("administrator")
    send = next(each for each in page.button if each.form_id == f"role of {adviser.id}")
    page = send.click().run()
    assert "Changed." in words(page)
    assert account(store, "adviser").role == "administrator"


def test_the_log_is_searched_and_checked(store: Path) -> None:
    person(store, Role.ADVISER)
    access(store).audit.record(Event.SCHOOL_SEEN, ADMINISTRATOR, "S9", f"mirror {LAST} <b>")
    page = opened("audit")
    assert not page.exception
    rows = page.table[0].value
    assert "Saw a school" in str(rows.to_csv())
    assert "<b>" not in str(rows.to_csv()).replace("\\<b\\>", "")
    only = opened("audit", what="school_seen").table[0].value
    assert len(only) == 1
    assert "Nothing was found." in words(opened("audit", words="no such word"))
    assert "This link asks for something" in words(opened("audit", what="nothing"))
    page = pressed(opened("audit"), "Check the whole log")
    assert "The log is whole" in words(page)


@pytest.mark.parametrize("lang", ["en", "nl", "fr"])
@pytest.mark.parametrize("name", ["accounts", "audit"])
def test_both_pages_open_in_every_language(name: str, lang: str, store: Path) -> None:
    page = opened(name, lang=lang)
    assert not page.exception
    assert len(page.title) == 1


def test_in_the_demo_nobody_is_invited(
    sample_store: Path, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIRRORS_STORE", str(sample_store))
    monkeypatch.chdir(ROOT)
    sign_in(sample_store, Role.ADMINISTRATOR, demo=True)
    page = opened("accounts")
    assert "Nobody is invited from a demo" in words(page)
    assert not page.text_input


@pytest.mark.parametrize("name", ["accounts", "audit", "reader", "signed_out"])
def test_a_page_file_that_is_opened_directly_draws_nothing(name: str) -> None:
    alone = AppTest.from_file(str(ROOT / "pages" / f"{name}.py"), default_timeout=60).run()
    assert not alone.exception
    assert len(alone.main.children) == 0


def test_the_demo_says_what_is_not_done_before_it_is_tried(
    sample_store: Path, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIRRORS_STORE", str(sample_store))
    monkeypatch.chdir(ROOT)
    sign_in(sample_store, Role.ADMINISTRATOR, demo=True)
    for name in ("files", "check_first", "publish", "ledger"):
        assert "try it up to the last step" in words(opened(name))
    acts = [each for each in opened("ledger").button if each.label in ("Withdraw", "Take back")]
    assert acts
    assert all(each.disabled for each in acts)
