"""Whoever guesses codes is not heard any more; a school behind one address is; nothing is written down."""

import logging
from pathlib import Path

import httpx
import pytest

from mirrors.answering import Answering
from mirrors.answering.guesses import FROM_ALL, FROM_ONE, UNDER_PRESSURE, WITHIN, Guesses
from mirrors.doors.address import public_address
from mirrors.survey.codes import SIGNS, readable
from mirrors.survey.keys import RUNTIME
from mirrors.survey.wave import Invited
from tests import own_loop
from tests.collecting import PUPILS, codes, open_today
from tests.unit.test_answering_server import rest

HERE, ELSEWHERE = "198.51.100.7", "203.0.113.9"


class Seconds:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def count(guesses: Guesses, times: int, address: str = HERE) -> None:
    """Type so many wrong codes."""
    for _ in range(times):
        guesses.count(address)


def test_one_address_is_forgiven_many_and_then_not_heard_for_ten_minutes() -> None:
    seconds = Seconds()
    guesses = Guesses(seconds)
    count(guesses, FROM_ONE - 1)
    assert guesses.is_heard(HERE)
    count(guesses, 1)
    assert not guesses.is_heard(HERE)
    assert guesses.is_heard(ELSEWHERE)
    seconds.at = WITHIN - 1
    assert not guesses.is_heard(HERE)
    seconds.at = WITHIN
    assert guesses.is_heard(HERE)


def test_many_addresses_together_leave_each_few() -> None:
    seconds = Seconds()
    guesses = Guesses(seconds)
    count(guesses, UNDER_PRESSURE)
    for number in range(FROM_ALL - UNDER_PRESSURE - 1):
        guesses.count(f"10.0.{number // 250}.{number % 250}")
    assert guesses.is_heard(HERE)
    guesses.count("10.1.0.1")
    assert not guesses.is_heard(HERE)
    assert guesses.is_heard(ELSEWHERE), "who typed no wrong code is heard"
    seconds.at = WITHIN
    assert guesses.is_heard(HERE)


def test_a_network_of_ipv6_counts_as_one() -> None:
    guesses = Guesses()
    for number in range(FROM_ONE):
        guesses.count(f"2001:db8:1:2::{number:x}")
    assert not guesses.is_heard("2001:db8:1:2:ffff::1")
    assert guesses.is_heard("2001:db8:1:3::1")


def test_no_address_is_held_and_what_is_past_is_forgotten() -> None:
    seconds = Seconds()
    guesses = Guesses(seconds)
    count(guesses, 3)
    assert HERE not in str(vars(guesses))
    assert len(guesses._by_address) == 1
    seconds.at = WITHIN
    guesses.is_heard(ELSEWHERE)
    assert not guesses._by_address
    assert not guesses._wrong


def test_the_page_hears_a_school_out_and_a_guesser_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "memory").mkdir()
    monkeypatch.setenv(RUNTIME, str(tmp_path / "memory"))
    monkeypatch.setenv("MIRRORS_STORE", str(tmp_path / "store"))
    _, opened = open_today(tmp_path / "store", (Invited(PUPILS, 20),))
    right = codes(opened, PUPILS)[0]
    wrong = "".join("C" if sign != "C" else "D" for sign in right)
    assert set(wrong) <= set(SIGNS)
    server = Answering(rest, public_address({}))

    async def typed(address: str, *typed: str) -> list[int]:
        transport = httpx.ASGITransport(server, client=(address, 1234))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return [(await client.post("/answer", data={"code": code})).status_code for code in typed]

    with caplog.at_level(logging.DEBUG):
        no_code = own_loop.run(typed(HERE, *["hello"] * FROM_ONE))
        assert set(no_code) == {404}, "what is no code is no guess"
        assert own_loop.run(typed(HERE, right)) == [303]
        assert set(own_loop.run(typed(HERE, *[wrong] * FROM_ONE))) == {404}
        assert own_loop.run(typed(HERE, wrong, right)) == [429, 429]
        assert own_loop.run(typed(ELSEWHERE, right)) == [303]
    assert HERE not in caplog.text
    held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert HERE.encode() not in held
    assert readable(wrong).encode() not in held
