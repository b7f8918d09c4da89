"""Who reads the pages of these tests, by a real session of the store that is shown, and a small city."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mirrors import jobs
from mirrors.access import Role
from mirrors.survey.keys import RUNTIME
from pages import reader
from tests.people import demo_session, person, session
from tests.small_city import write_small_city

ROOT = Path(__file__).resolve().parents[2]
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


@pytest.fixture(scope="session")
def small_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store in which a small city is published; nobody may write to it."""
    folder = tmp_path_factory.mktemp("small_city")
    jobs.ingest(folder / "store", "templates", write_small_city(folder / "files"), by="test")
    jobs.publish(folder / "store", by="test")
    person(folder / "store", Role.SCHOOL_TEAM, "S1")
    person(folder / "store", Role.ADMINISTRATOR)
    return folder / "store"


@pytest.fixture
def store(small_city: Path, tmp_path: Path, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the small city that is served to the team of its first school."""
    shutil.copytree(small_city, tmp_path / "store")
    (tmp_path / "memory").mkdir()
    monkeypatch.setenv(RUNTIME, str(tmp_path / "memory"))
    monkeypatch.setenv("MIRRORS_STORE", str(tmp_path / "store"))
    monkeypatch.chdir(ROOT)
    sign_in(tmp_path / "store", Role.SCHOOL_TEAM, "S1")
    return tmp_path / "store"
