"""People of a test: who signs in at a store, by a real session or by the forms at the door."""

import re
from pathlib import Path

import httpx
from argon2 import PasswordHasher

from mirrors.access import Access, Account, Passwords, Role, Viewer, open_access

PASSWORD = "a long walk along the Zenne"
CONSOLE = Viewer(Role.ADMINISTRATOR, name="test", account="console:test")
ADVISER = Viewer(Role.ADVISER, name="Ans Adviser", account="test:adviser")
ADMINISTRATOR = Viewer(Role.ADMINISTRATOR, name="Adam Administrator", account="test:administrator")

_NAMES = {
    Role.ADVISER: "Ans Adviser",
    Role.ADMINISTRATOR: "Adam Administrator",
    Role.SCHOOL_TEAM: "Sam Schoolteam",
}


def access(store: Path) -> Access:
    """Return the access of a store, with hashes that cost a test little; they are made anew when used."""
    return open_access(store, passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))


def person(store: Path, role: Role, *school_ids: str, sign_in: str = "") -> Account:
    """Return somebody with an account in a store, whose password is PASSWORD; made once a store."""
    accounts, sign_in = access(store).accounts, sign_in or "-".join((role.value, *school_ids)).casefold()
    known = next((each for each in accounts.all(CONSOLE) if each.sign_in == sign_in), None)
    if known is not None:
        return known
    token = accounts.invite(CONSOLE, _NAMES[role], sign_in, role, frozenset(school_ids))
    return accounts.accept(token, PASSWORD)


def session(store: Path, role: Role, *school_ids: str) -> str:
    """Return the token of a new session of somebody in a store."""
    return access(store).sessions.open(person(store, role, *school_ids))


def demo_session(store: Path, role: Role) -> str:
    """Return the token of a new session that came in by a demo door of a store."""
    found = access(store)
    return found.sessions.open(next(door for door in found.doors() if door.role is role))


def form_token(page: str) -> str:
    """Return the token that the forms of a page carry."""
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found is not None, page
    return found[1]


def send(client: httpx.Client, at: str, to: str, **fields: str) -> httpx.Response:
    """Send a form as a browser does: from the page `at`, with the token that stands on it."""
    token = form_token(client.get(at).text)
    origin = str(client.base_url).rstrip("/")
    return client.post(to, data={**fields, "form_token": token}, headers={"Origin": origin})
