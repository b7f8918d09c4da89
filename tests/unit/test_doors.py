"""The doors apart from any server: addresses, and files that are handed over."""

from pathlib import Path

import pytest

from mirrors.access import Event, NotAllowed, Role, Viewer
from mirrors.doors import house
from mirrors.doors.address import PublicAddress, local_path, public_address, to_sign_in
from tests.people import ADMINISTRATOR, access, session

HTTPS = public_address({"MIRRORS_PUBLIC_URL": "https://mirrors.city.example"})


@pytest.mark.parametrize("path", ["/", "/mirror", "/mirror?school=S1&year=2024-25", "/talk?name=%2F%2Fx"])
def test_a_path_of_ours_is_gone_on_to(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "mirror",
        "//x",
        "///x",
        "/\\x",
        "https://x",
        "javascript:1",
        "/a\nb",
        "/\tx",
        "/" + "a" * 2000,
    ],
)
def test_anything_else_leads_to_the_first_page(path: str | None) -> None:
    assert local_path(path) == "/"


def test_the_way_back_is_kept_in_the_address_of_the_door() -> None:
    assert to_sign_in("/", "") == "/sign-in"
    assert to_sign_in("/mirror", "school=S1&year=a") == "/sign-in?next=%2Fmirror%3Fschool%3DS1%26year%3Da"


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1", "[::1]:8501", "[::1]", "LOCALHOST"])
def test_this_machine_answers_to_its_own_names(host: str) -> None:
    assert PublicAddress().answers_to(host)


@pytest.mark.parametrize(
    "host", ["", "elsewhere.example", "localhost.elsewhere.example:80", "mirrors.city.example.x"]
)
def test_it_answers_to_no_other(host: str) -> None:
    assert not PublicAddress().answers_to(host)
    assert not HTTPS.answers_to(host)


def test_it_answers_to_the_name_that_readers_know() -> None:
    assert HTTPS.answers_to("mirrors.city.example")
    assert HTTPS.answers_to("Mirrors.City.Example:443")
    assert not PublicAddress().answers_to("mirrors.city.example")
    assert HTTPS.is_https
    assert not PublicAddress().is_https


@pytest.mark.parametrize("named", ["mirrors.city.example", "ftp://mirrors", "https://"])
def test_a_public_address_that_is_none_is_refused_at_the_start(named: str) -> None:
    with pytest.raises(ValueError, match="MIRRORS_PUBLIC_URL"):
        public_address({"MIRRORS_PUBLIC_URL": named})


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the store that is served."""
    monkeypatch.setenv("MIRRORS_STORE", str(tmp_path))
    return tmp_path


def handed(token: str) -> bytes:
    """Return a file for administrators, asked for with a session."""
    return house.handed_over(token, None, "findings.csv", Viewer.require_administrator, lambda: b"1,2")


def test_a_file_that_is_taken_along_is_in_the_log(store: Path) -> None:
    assert handed(session(store, Role.ADMINISTRATOR)) == b"1,2"
    [row] = access(store).audit.search(ADMINISTRATOR, event=Event.EXPORTED).rows
    assert row.detail == "findings.csv 3 bytes"


def test_who_signed_out_since_the_button_was_drawn_gets_no_file(store: Path) -> None:
    token = session(store, Role.ADMINISTRATOR)
    access(store).sessions.end(token)
    for asked in (token, "", "invented"):
        with pytest.raises(NotAllowed):
            handed(asked)
    with pytest.raises(NotAllowed):
        handed(session(store, Role.ADVISER))
    assert not access(store).audit.search(ADMINISTRATOR, event=Event.EXPORTED).rows
