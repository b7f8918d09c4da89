"""The server of the questionnaire: what it passes on, what it keeps to itself, and when something fails."""

import logging
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from mirrors.answering import Answering
from mirrors.answering.sitting import (
    NOWHERE,
    Sitting,
    opened_done,
    opened_sitting,
    sealed_done,
    sealed_sitting,
)
from mirrors.doors.address import public_address
from mirrors.survey.keys import RUNTIME, FleetingKey
from mirrors.survey.questionnaire import load_questionnaire
from mirrors.survey.wave import Invited
from tests import own_loop
from tests.collecting import PUPILS, answer, codes, open_today

KEY, OTHER_KEY = bytes(32), bytes(31) + b"1"
ASKED = load_questionnaire(PUPILS)
SITTING = Sitting("w1", PUPILS, "short", "", "0" * 24)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a store that is served, its fleeting key in a memory of its own."""
    (tmp_path / "memory").mkdir()
    monkeypatch.setenv(RUNTIME, str(tmp_path / "memory"))
    monkeypatch.setenv("MIRRORS_STORE", str(tmp_path / "store"))
    return tmp_path / "store"


async def rest(scope: Scope, receive: Receive, send: Send) -> None:
    """Stand for the rest of the product."""
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            pass
        return
    await PlainTextResponse("the rest")(scope, receive, send)


def ask(path: str, method: str = "GET", **given: Any) -> httpx.Response:
    """Return what is answered, without a network."""

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(Answering(rest, public_address({})), raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, path, **given)

    return own_loop.run(asked())


@pytest.mark.parametrize("path", ["/", "/answers", "/mirror", "/answering/x"])
def test_what_is_not_ours_goes_on(store: Path, path: str) -> None:
    assert ask(path).text == "the rest"


@pytest.mark.parametrize("path", ["/answer/look/answer.css", "/answer/look/answer.js"])
def test_files_may_be_kept(store: Path, path: str) -> None:
    file = ask(path)
    assert file.status_code == 200
    assert file.headers["cache-control"] == "max-age=3600"


@pytest.mark.parametrize("path", ["/answer/look/../server.py", "/answer/look/", "/answer/look/%2e%2e/x.py"])
def test_no_other_file_is_given(store: Path, path: str) -> None:
    assert "import" not in ask(path).text
    assert ask(path).status_code == 404


def test_a_failure_is_told_by_its_kind_only(
    store: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr("mirrors.survey.answers.Answers.admission", fails)
    with caplog.at_level(logging.DEBUG):
        told = ask("/answer", "POST", data={"code": "CDFGHJ"})
    assert told.status_code == 503
    assert "secret" not in told.text + caplog.text
    assert "RuntimeError" in caplog.text


def test_a_stop_of_the_server_puts_away_what_waits(store: Path) -> None:
    here, opened = open_today(store, (Invited(PUPILS, 20),))
    server = Answering(rest, public_address({}))

    async def serve() -> None:
        messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

        async def receive() -> Any:
            return next(messages)

        async def send(_: object) -> None:
            return None

        await server({"type": "lifespan"}, receive, send)

    for number in range(7):
        answer(here, codes(opened, PUPILS)[0], number)
    assert FleetingKey(store).in_use
    own_loop.run(serve())
    assert not FleetingKey(store).in_use
    assert FleetingKey(store).is_parked


def test_a_sitting_is_read_by_nobody_else() -> None:
    cookie = sealed_sitting(SITTING, KEY)
    found = opened_sitting(cookie, KEY)
    assert found is not None
    assert (found.signs, found.wave) == (SITTING.signs, "w1")
    assert opened_sitting(cookie, OTHER_KEY) is None
    assert opened_sitting(sealed_done(["w1/teachers"], KEY), KEY) is None
    for wrong in ("", "x", cookie[:-1], "é", cookie[::-1]):
        assert opened_sitting(wrong, KEY) is None
    assert opened_done(sealed_done([f"w{each}" for each in range(20)], KEY), KEY)[-1] == "w19"
    assert opened_done("nonsense", KEY) == []


def test_a_sitting_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = sealed_sitting(SITTING, KEY)
    monkeypatch.setattr("mirrors.answering.sitting._minute", lambda: 10**9)
    assert opened_sitting(cookie, KEY) is None


def test_what_is_not_said_is_no_answer() -> None:
    sheet = Sitting("w1", PUPILS, "short", "", "n-4" + "0" * 21, (NOWHERE,)).sheet(ASKED)
    assert list(sheet.options.values())[:4] == [None, None, 4, 0]
    assert sheet.places == frozenset()
    assert SITTING.sheet(ASKED).places is None


def test_pages_take_only_what_they_ask(store: Path) -> None:
    _, opened = open_today(store, (Invited(PUPILS, 20),))

    async def walk() -> list[str]:
        transport = httpx.ASGITransport(Answering(rest, public_address({})))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            await client.post("/answer", data={"code": codes(opened, PUPILS)[0]})
            sent = {"T1.1": "9", "T1.2": "4", "T5.1": "4", "x": "y", "to": "next"}
            await client.post("/answer/page/1", data=sent)
            ahead = await client.post("/answer/page/9", data={"to": "next"})
            back = await client.get("/answer/page/1")
            beyond = await client.get("/answer/page/2")
            return [ahead.headers["location"], back.text, beyond.text]

    ahead, first, second = own_loop.run(walk())
    assert ahead == "/answer/page/2"
    assert first.count(" checked") == 1
    assert second.count(" checked") == 0
