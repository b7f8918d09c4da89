"""Signing in with a city's own provider: a real one of this test's, from its first redirect to its end."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from mirrors.access import Event
from tests.browser.city_of_neighbours import NAMES, OTHER, OWN, build
from tests.browser.conftest import ROOT, free_port, serving
from tests.browser.provider import CLIENT, SECRET
from tests.people import ADMINISTRATOR, access

pytestmark = [pytest.mark.browser, pytest.mark.long]

_PATIENCE = 30
REFUSED = "You cannot go on yet"


@dataclass(frozen=True)
class Land:
    """A product and a provider that know each other; `claims` is the file that says who comes next."""

    address: str
    store: Path
    claims: Path

    def comes(self, **claims: Any) -> None:
        """Say what the provider tells of whoever signs in next."""
        self.claims.write_text(json.dumps({"sub": "anna", "name": "Anna Nijs", **claims}), encoding="utf-8")


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Land]:
    """Return the small city, served to the people of a provider that runs on this machine."""
    folder, claims = tmp_path_factory.mktemp("city"), tmp_path_factory.mktemp("provider") / "claims.json"
    store, here, there = build(folder), free_port(), free_port()
    issuer = f"http://localhost:{there}"
    (store / "access.yaml").write_text(
        f"issuer: {issuer}\ntitle: City of Testing\nrole_claim: realm_access.roles\n"
        "roles: {mirrors-adviser: adviser, mirrors-school: school_team, mirrors-admin: administrator}\n"
        "school_claim: schools\nschool_pattern: 'school:(?P<school>.+)'\n",
        encoding="utf-8",
    )
    secrets = folder / "secrets.toml"
    secrets.write_text(
        f'[auth]\nredirect_uri = "http://localhost:{here}/oauth2callback"\n'
        f'cookie_secret = "{"only for this test " * 3}"\nclient_id = "{CLIENT}"\n'
        f'client_secret = "{SECRET}"\n'
        f'server_metadata_url = "{issuer}/.well-known/openid-configuration"\n',
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "tests.browser.provider", str(there), str(claims)]
    provider = subprocess.Popen(command, cwd=ROOT)
    try:
        _wait(f"{issuer}/keys")
        with serving(store, here, MIRRORS_SECRETS=str(secrets)) as address:
            yield Land(address, store, claims)
    finally:
        provider.terminate()
        provider.wait(timeout=10)


def _wait(address: str) -> None:
    end = monotonic() + _PATIENCE
    while monotonic() < end:
        try:
            urllib.request.urlopen(address, timeout=1).close()
            return
        except (urllib.error.URLError, ConnectionError):
            sleep(0.1)
    raise TimeoutError(address)


@pytest.fixture
def visitor(browser: Browser, land: Land) -> Iterator[BrowserContext]:
    """Return a browser in which nobody is signed in."""
    with browser.new_context(base_url=land.address, locale="en-GB") as context:
        yield context


def signs_in(visitor: BrowserContext) -> Page:
    """Return the page that somebody reaches by the city's own sign-in."""
    page = visitor.new_page()
    page.goto("/sign-in")
    page.get_by_role("link", name="Sign in with City of Testing").click()
    page.wait_for_url(lambda url: "sign-in" not in url and "oauth2callback" not in url)
    return page


def heading(page: Page, text: str) -> None:
    """Fail unless the page has this title."""
    expect(page.get_by_role("heading", level=1)).to_have_text([text])


@pytest.mark.parametrize(
    ("roles", "title"),
    [
        (["staff", "mirrors-adviser"], "The city"),
        (["mirrors-admin"], "Bring files"),
        (["mirrors-school"], "Your absenteeism mirror"),
    ],
)
def test_the_roles_of_the_provider_open_the_pages_of_that_role(
    roles: list[str], title: str, land: Land, visitor: BrowserContext
) -> None:
    land.comes(realm_access={"roles": roles}, schools=[f"school:{OWN}"], sub="-".join(roles))
    page = signs_in(visitor)
    heading(page, title)
    expect(page.get_by_role("button", name="Anna Nijs")).to_be_visible()
    page.reload()
    heading(page, title)


def test_a_school_team_sees_the_school_of_its_claims_only(land: Land, visitor: BrowserContext) -> None:
    land.comes(realm_access={"roles": ["mirrors-school"]}, schools=[f"school:{OWN}", "municipality:9"])
    page = signs_in(visitor)
    expect(page.get_by_role("combobox", name="School", exact=True)).to_have_value(NAMES[OWN])
    page.goto(f"/mirror?school={OTHER}&lang=en")
    expect(page.get_by_text("This link asks for something")).to_be_visible()
    assert NAMES[OTHER] not in page.content()


@pytest.mark.parametrize(
    "claims",
    [
        {"realm_access": {"roles": ["teacher"]}},
        {"realm_access": {"roles": ["mirrors-adviser", "mirrors-admin"]}},
        {"realm_access": {"roles": ["mirrors-school"]}, "schools": []},
        {"realm_access": {"roles": ["mirrors-school"]}, "schools": [OWN]},
        {},
    ],
    ids=["unknown role", "two roles", "no school", "school of another form", "nothing"],
)
def test_whoever_has_no_clear_role_sees_nothing(
    claims: dict[str, Any], land: Land, visitor: BrowserContext
) -> None:
    land.comes(sub="nobody", **claims)
    page = signs_in(visitor)
    heading(page, REFUSED)
    for path in ("/mirror", "/files", "/city"):
        page.goto(path)
        heading(page, REFUSED)
        assert not [name for name in NAMES.values() if name in page.content()]


def test_a_sign_in_that_expired_counts_no_more(land: Land, visitor: BrowserContext) -> None:
    land.comes(realm_access={"roles": ["mirrors-adviser"]}, sub="short", lasts=8)
    page = signs_in(visitor)
    heading(page, "The city")
    page.wait_for_timeout(8_000)
    page.get_by_role("link", name="Schools").click()
    heading(page, REFUSED)
    page.reload()
    heading(page, REFUSED)


def test_a_sign_in_is_ended_everywhere_by_an_administrator(land: Land, visitor: BrowserContext) -> None:
    land.comes(realm_access={"roles": ["mirrors-adviser"]}, sub="gone")
    page = signs_in(visitor)
    heading(page, "The city")
    office = access(land.store)
    page.goto("/mirror?lang=en")
    # The log is written on the way down the page.
    expect(page.get_by_role("heading", name="What others did")).to_be_visible()
    seen = office.audit.search(ADMINISTRATOR, event=Event.SCHOOL_SEEN).rows[0]
    office.sessions.end_all(ADMINISTRATOR, seen.who)
    page.get_by_role("link", name="Schools").click()
    heading(page, REFUSED)


def test_signing_out_ends_it_here_and_at_the_provider(land: Land, visitor: BrowserContext) -> None:
    land.comes(realm_access={"roles": ["mirrors-adviser"]}, sub="leaver")
    page = signs_in(visitor)
    heading(page, "The city")
    other = visitor.new_page()
    other.goto("/mirror?lang=en")
    heading(other, "Your absenteeism mirror")
    cookies = visitor.cookies()
    page.get_by_role("button", name="Anna Nijs").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/end**")
    other.get_by_role("link", name="Schools").click()
    heading(other, REFUSED)
    # The cookie as it was: whoever kept it may not use it again.
    visitor.add_cookies(cookies)  # type: ignore[arg-type]
    other.goto("/city?lang=en")
    heading(other, REFUSED)


def test_a_cookie_that_somebody_made_up_is_nobody(land: Land, visitor: BrowserContext) -> None:
    visitor.add_cookies([{"name": "_streamlit_user", "value": "made-up", "url": land.address}])
    page = visitor.new_page()
    page.goto("/city?lang=en")
    heading(page, "You are signed out")
