"""Who reads the pages of these tests: by a real session of the store that is shown."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mirrors.access import Role
from pages import reader
from tests.people import demo_session, session

SignIn = Callable[..., None]


@pytest.fixture
def sign_in(monkeypatch: pytest.MonkeyPatch) -> SignIn:
    """Return what signs somebody in to a store: with a role, and the schools of a school team.

    A page that runs without a browser is given no cookie; this hands it the token of a real session.
    """

    def signs_in(store: Path, role: Role = Role.ADVISER, *school_ids: str, demo: bool = False) -> None:
        token = demo_session(store, role) if demo else session(store, role, *school_ids)
        monkeypatch.setattr(reader, "session_token", lambda: token)

    return signs_in
