"""Signing in: guessing is slowed down and locked out, codes work once, sessions end, secrets are not kept."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from mirrors.access import (
    Access,
    Locked,
    MustChange,
    NeedsCode,
    NotAllowed,
    Passwords,
    Refused,
    SignedIn,
    State,
    WrongAccount,
    WrongLink,
    WrongSecret,
)
from mirrors.desk import desk_file
from tests.desks import ADMINISTRATOR, FAST, OTHER_WORDS, WORDS, Clock, code, desk, person, signed_in


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def access(tmp_path: Path, clock: Clock) -> Access:
    return desk(tmp_path, clock)


def waits(
    access: Access, clock: Clock, name: str, tries: int, address: str = ""
) -> Iterator[Refused | Locked]:
    """Guess so many times, each as soon as one is heard, and yield what came of it."""
    for _ in range(tries):
        outcome = access.accounts.sign_in(name, OTHER_WORDS, None, address)
        assert isinstance(outcome, Refused | Locked), outcome
        clock.forward(seconds=outcome.wait)
        yield outcome


def test_guessing_waits_ever_longer_and_then_is_locked_out(access: Access, clock: Clock) -> None:
    account = person(access)
    found = list(waits(access, clock, "an", 9))
    assert found == [Refused(wait) for wait in (0, 0, 2, 4, 8, 16, 32, 64, 128)]
    assert access.accounts.sign_in("an", OTHER_WORDS) == Locked(900)
    assert access.accounts.all(ADMINISTRATOR)[0].state is State.LOCKED
    clock.forward(minutes=14, seconds=59)
    assert access.accounts.sign_in("an", WORDS) == Locked(1)
    clock.forward(seconds=1)
    again = list(waits(access, clock, "an", 9))
    assert again == found, "a lock that has run out begins anew, and does not lock at the first mistake"
    assert access.accounts.sign_in("an", OTHER_WORDS) == Locked(900)
    access.accounts.unlock(ADMINISTRATOR, account.id)
    assert access.accounts.all(ADMINISTRATOR)[0].state is State.ACTIVE
    assert isinstance(access.accounts.sign_in("an", WORDS), SignedIn)


def test_a_stranger_elsewhere_does_not_keep_the_owner_out(access: Access, clock: Clock) -> None:
    account = person(access)
    assert isinstance(list(waits(access, clock, "an", 10, "192.0.2.7"))[-1], Locked)
    clock.forward(minutes=-15)
    assert isinstance(access.accounts.sign_in("an", WORDS, None, "192.0.2.7"), Locked)
    assert access.accounts.all(ADMINISTRATOR)[0].state is State.LOCKED
    assert isinstance(access.accounts.sign_in("an", WORDS, None, "192.0.2.8"), SignedIn)
    assert isinstance(access.accounts.sign_in("an", WORDS, None, "192.0.2.7"), Locked)
    access.accounts.unlock(ADMINISTRATOR, account.id)
    assert access.accounts.all(ADMINISTRATOR)[0].state is State.ACTIVE
    assert isinstance(access.accounts.sign_in("an", WORDS, None, "192.0.2.7"), SignedIn)


def test_a_name_tried_from_many_addresses_is_locked_for_all(access: Access) -> None:
    person(access)
    for number in range(49):
        assert access.accounts.sign_in("an", OTHER_WORDS, None, f"192.0.2.{number}") == Refused(0)
    assert access.accounts.sign_in("an", OTHER_WORDS, None, "192.0.2.49") == Locked(900)
    assert access.accounts.sign_in("an", WORDS, None, "192.0.2.50") == Locked(900)
    assert access.accounts.all(ADMINISTRATOR)[0].state is State.LOCKED


def test_a_name_tried_from_many_addresses_gets_one_more_try_at_a_time(access: Access, clock: Clock) -> None:
    person(access)
    heard = 0
    for number in range(60 * 24):
        clock.forward(minutes=1)
        outcome = access.accounts.sign_in("an", OTHER_WORDS, None, f"192.{number // 250}.2.{number % 250}")
        heard += outcome in (Refused(0), Locked(900))
    assert heard <= 50 + 4 * 24
    clock.forward(minutes=15)
    assert isinstance(access.accounts.sign_in("an", WORDS), SignedIn), "its owner clears the count"
    assert access.accounts.sign_in("an", OTHER_WORDS) == Refused(0)


def test_after_such_a_lock_a_code_can_be_entered(access: Access, clock: Clock, secret: str) -> None:
    for number in range(50):
        access.accounts.sign_in("an", OTHER_WORDS, None, f"192.0.2.{number}")
    clock.forward(minutes=15)
    asked = access.accounts.sign_in("an", WORDS)
    assert isinstance(asked, NeedsCode)
    assert isinstance(access.accounts.enter_code(asked.token, code(secret, clock)), SignedIn)


def test_proving_the_old_password_and_signing_in_are_counted_apart(access: Access, clock: Clock) -> None:
    viewer = person(access).viewer
    list(waits(access, clock, "an", 10))
    clock.forward(minutes=-15)
    assert isinstance(access.accounts.sign_in("an", WORDS), Locked)
    for _ in range(3):
        with pytest.raises(WrongSecret) as refusal:
            access.accounts.change_password(viewer, "not it at all", OTHER_WORDS)
        assert refusal.value.held is None
    clock.forward(minutes=15)
    assert isinstance(access.accounts.sign_in("an", WORDS), SignedIn)


def test_a_name_without_an_account_takes_the_same_way(access: Access, clock: Clock) -> None:
    person(access)
    of_somebody = list(waits(access, clock, "an", 10))
    assert list(waits(access, clock, "nobody", 10)) == of_somebody
    assert isinstance(of_somebody[-1], Locked)


def test_a_name_without_an_account_costs_as_much_to_check(access: Access) -> None:
    checked = []

    class Counting(PasswordHasher):
        def verify(self, stored: str | bytes, password: str | bytes) -> bool:
            checked.append(password)
            return super().verify(stored, password)

    passwords = Passwords(Counting(time_cost=1, memory_cost=8, parallelism=1))
    hashed = passwords.hashed(WORDS)
    for stored in (hashed, ""):
        passwords.matches(stored, OTHER_WORDS)
    assert checked == [OTHER_WORDS, OTHER_WORDS]


def test_a_wait_is_over_when_the_password_was_right(access: Access, clock: Clock) -> None:
    person(access)
    list(waits(access, clock, "an", 5))
    assert isinstance(access.accounts.sign_in("an", WORDS), SignedIn)
    assert access.accounts.sign_in("an", OTHER_WORDS) == Refused(0)


def test_nobody_is_heard_while_waiting_and_that_does_not_count(access: Access, clock: Clock) -> None:
    person(access)
    list(waits(access, clock, "an", 2))
    assert access.accounts.sign_in("an", OTHER_WORDS) == Refused(2)
    assert [access.accounts.sign_in("an", WORDS) for _ in range(20)] == [Refused(2)] * 20
    clock.forward(seconds=2)
    assert isinstance(access.accounts.sign_in("an", WORDS), SignedIn)


def test_many_guesses_at_once_are_as_slow_as_one_after_another(access: Access) -> None:
    person(access)
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: access.accounts.sign_in("an", OTHER_WORDS), range(40)))
    refused = [row for row in access.audit.search(ADMINISTRATOR).rows if row.event == "sign_in_refused"]
    assert len(outcomes) == 40
    assert len(refused) == 3


def test_one_address_that_tries_many_names_is_slowed_down(access: Access, clock: Clock) -> None:
    person(access)
    for number in range(47):
        outcome = access.accounts.sign_in(f"name{number}", OTHER_WORDS, None, "192.0.2.7")
        clock.forward(seconds=outcome.wait)
    assert isinstance(access.accounts.sign_in("one more", OTHER_WORDS, None, "192.0.2.7"), Locked)
    assert isinstance(access.accounts.sign_in("an", WORDS, None, "192.0.2.7"), Locked)
    assert isinstance(access.accounts.sign_in("an", WORDS, None, "192.0.2.8"), SignedIn)


def test_signing_in_to_ones_own_account_does_not_clear_an_address(access: Access, clock: Clock) -> None:
    person(access)
    for number in range(60):
        access.accounts.sign_in("an", WORDS, None, "192.0.2.7")
        outcome = access.accounts.sign_in(f"name{number}", OTHER_WORDS, None, "192.0.2.7")
        if outcome == Refused(0):
            continue
        break
    assert number == 39


def test_failures_are_forgotten_after_a_day(access: Access, clock: Clock) -> None:
    person(access)
    list(waits(access, clock, "an", 9))
    clock.forward(days=1, seconds=1)
    assert access.accounts.sign_in("an", OTHER_WORDS) == Refused(0)


def test_a_hash_of_older_parameters_is_renewed(access: Access, tmp_path: Path) -> None:
    person(access)
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    again = type(access.accounts)(access.engine, access.audit, Clock(), stronger)
    assert isinstance(again.sign_in("an", WORDS), SignedIn)
    stored = sqlite3.connect(desk_file(tmp_path)).execute("SELECT password FROM account").fetchone()[0]
    assert not stronger.is_outdated(stored)
    assert FAST.is_outdated(stored)
    assert isinstance(again.sign_in("an", WORDS), SignedIn)


@pytest.fixture
def secret(access: Access, clock: Clock) -> str:
    """Return the secret of the app of "an", whose account asks for a code."""
    viewer = person(access).viewer
    secret = access.accounts.start_totp(viewer, WORDS).secret
    access.accounts.confirm_totp(viewer, code(secret, clock))
    clock.forward(seconds=30)
    return secret


def test_a_code_is_asked_for_after_the_password(access: Access, clock: Clock, secret: str) -> None:
    assert isinstance(access.accounts.sign_in("an", OTHER_WORDS), Refused)
    outcome = access.accounts.sign_in("an", WORDS)
    assert isinstance(outcome, NeedsCode)
    assert access.sessions.viewer(outcome.token) is None
    signed = access.accounts.enter_code(outcome.token, code(secret, clock))
    assert isinstance(signed, SignedIn)
    with pytest.raises(WrongLink):
        access.accounts.enter_code(outcome.token, code(secret, clock, 1))
    assert isinstance(access.accounts.sign_in("an", WORDS, code(secret, clock, 1)), SignedIn)


def test_a_code_works_once(access: Access, clock: Clock, secret: str) -> None:
    used = code(secret, clock)
    assert isinstance(access.accounts.sign_in("an", WORDS, used), SignedIn)
    assert isinstance(access.accounts.sign_in("an", WORDS, used), Refused)
    older = code(secret, clock, -1)
    assert isinstance(access.accounts.sign_in("an", WORDS, older), Refused)


def test_of_many_who_enter_one_code_at_once_one_comes_in(access: Access, clock: Clock, secret: str) -> None:
    used = code(secret, clock)
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda _: access.accounts.sign_in("an", WORDS, used), range(3)))
    assert sum(isinstance(each, SignedIn) for each in outcomes) == 1


@pytest.mark.parametrize("steps", [-3, -2, 2, 3])
def test_a_code_of_another_time_is_wrong(access: Access, clock: Clock, secret: str, steps: int) -> None:
    assert isinstance(access.accounts.sign_in("an", WORDS, code(secret, clock, steps)), Refused)


def test_codes_are_guessed_as_slowly_as_passwords(access: Access, clock: Clock, secret: str) -> None:
    asked, tried = access.accounts.sign_in("an", WORDS), []
    for _ in range(40):
        assert isinstance(asked, NeedsCode)
        outcome = access.accounts.enter_code(asked.token, "wrong")
        assert isinstance(outcome, Refused | Locked)
        tried.append(outcome.wait)
        if isinstance(outcome, Locked):
            break
        clock.forward(seconds=outcome.wait)
        # Showing the password again, which whoever guesses codes must know, clears nothing.
        asked = access.accounts.sign_in("an", WORDS)
        clock.forward(seconds=outcome.wait)
    assert tried == [0, 0, 2, 4, 8, 16, 32, 64, 128, 900]


def test_the_way_to_a_code_is_open_for_five_minutes(access: Access, clock: Clock, secret: str) -> None:
    outcome = access.accounts.sign_in("an", WORDS)
    clock.forward(minutes=5)
    with pytest.raises(WrongLink):
        access.accounts.enter_code(outcome.token, code(secret, clock))


def test_a_code_is_asked_for_only_once_one_was_confirmed(access: Access, clock: Clock) -> None:
    viewer = person(access).viewer
    secret = access.accounts.start_totp(viewer, WORDS).secret
    with pytest.raises(WrongSecret):
        access.accounts.confirm_totp(viewer, code(secret, clock, 5))
    assert isinstance(access.accounts.sign_in("an", WORDS), SignedIn)
    access.accounts.confirm_totp(viewer, code(secret, clock))
    with pytest.raises(WrongAccount):
        access.accounts.start_totp(viewer, WORDS)
    with pytest.raises(WrongSecret):
        access.accounts.drop_totp(viewer, viewer.account, code(secret, clock))
    clock.forward(seconds=30)
    access.accounts.drop_totp(viewer, viewer.account, code(secret, clock))
    assert isinstance(access.accounts.sign_in("an", WORDS), SignedIn)


def test_a_code_and_a_change_are_both_asked_for(access: Access, clock: Clock, secret: str) -> None:
    account = access.accounts.named(ADMINISTRATOR, "an")
    access.accounts.require_change(ADMINISTRATOR, account.id)
    assert isinstance(access.accounts.sign_in("an", WORDS), NeedsCode)
    assert isinstance(access.accounts.sign_in("an", WORDS, code(secret, clock)), MustChange)


def test_a_session_ends_when_idle_and_in_the_end_anyhow(access: Access, clock: Clock) -> None:
    viewer = person(access).viewer
    token = signed_in(access)
    for _ in range(14):
        clock.forward(minutes=50)
        assert access.sessions.viewer(token) == viewer
    clock.forward(minutes=20)
    assert access.sessions.viewer(token) == viewer
    clock.forward(minutes=1)
    assert access.sessions.viewer(token) is None
    idle = signed_in(access)
    clock.forward(minutes=60)
    assert access.sessions.viewer(idle) == viewer
    clock.forward(minutes=60, seconds=1)
    assert access.sessions.viewer(idle) is None


def test_a_page_that_looks_by_itself_puts_off_no_end(access: Access, clock: Clock) -> None:
    person(access)
    token = signed_in(access)
    for _ in range(61):
        assert access.sessions.viewer(token, is_click=False) is not None
        clock.forward(minutes=1)
    assert access.sessions.viewer(token, is_click=False) is None
    assert access.sessions.viewer(token) is None


def test_a_click_is_noted_at_most_once_a_minute(access: Access, clock: Clock, tmp_path: Path) -> None:
    person(access)
    token = signed_in(access)
    desk_itself = sqlite3.connect(desk_file(tmp_path))
    seen = []
    for seconds in (0, 59, 1, 30):
        clock.forward(seconds=seconds)
        access.sessions.viewer(token)
        seen.append(desk_itself.execute("SELECT seen_at FROM session").fetchone()[0])
    assert len(set(seen)) == 2
    assert seen[1] == seen[0] != seen[2] == seen[3]


def test_a_reader_is_not_kept_waiting_by_who_writes(
    access: Access, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mirrors.desk.database.PATIENCE", 0.05)
    viewer = person(access).viewer
    token = signed_in(access)
    writer = sqlite3.connect(desk_file(tmp_path), isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    clock.forward(minutes=5)
    assert access.sessions.viewer(token) == viewer
    writer.close()


def test_signing_out_ends_this_session_only(access: Access) -> None:
    person(access)
    one, other = signed_in(access), signed_in(access)
    access.sessions.end(one)
    access.sessions.end(one)
    assert access.sessions.viewer(one) is None
    assert access.sessions.viewer(other) is not None
    assert [row.event for row in access.audit.search(ADMINISTRATOR).rows].count("sign_out") == 1
    assert access.sessions.open_now(ADMINISTRATOR) == {access.accounts.named(ADMINISTRATOR, "an").id: 1}


@pytest.mark.parametrize("token", [None, "", "x" * 43, "' OR 1=1 --", "a" * 10_000, "é" * 43, "\x00" * 43])
def test_a_token_that_was_never_given_out_opens_nothing(access: Access, token: str | None) -> None:
    signed_in_before = person(access) and signed_in(access)
    assert access.sessions.viewer(token) is None
    access.sessions.end(token)
    assert access.sessions.viewer(signed_in_before) is not None


def test_the_digest_that_is_stored_opens_nothing(access: Access, tmp_path: Path) -> None:
    person(access)
    signed_in(access)
    [stored] = sqlite3.connect(desk_file(tmp_path)).execute("SELECT digest FROM session").fetchone()
    assert access.sessions.viewer(stored) is None
    assert access.sessions.viewer(stored[:43]) is None


def test_a_form_is_tied_to_its_session(access: Access) -> None:
    person(access)
    one, other = signed_in(access), signed_in(access)
    assert access.sessions.form_token(one) == access.sessions.form_token(one)
    assert len({access.sessions.form_token(one), access.sessions.form_token(other), one, other}) == 4


def test_no_secret_lies_on_the_disk(access: Access, clock: Clock, tmp_path: Path, secret: str) -> None:
    invitation = access.accounts.invite(ADMINISTRATOR, "Bo", "bo", "adviser")
    outcome = access.accounts.sign_in("an", WORDS)
    assert isinstance(outcome, NeedsCode)
    session = access.accounts.enter_code(outcome.token, code(secret, clock))
    assert isinstance(session, SignedIn)
    access.accounts.sign_in(WORDS, "typed into the wrong box")
    holder = sqlite3.connect(desk_file(tmp_path))
    holder.execute("SELECT count(*) FROM session").fetchone()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert any(path.name.endswith("-wal") for path in tmp_path.iterdir())
    assert b"argon2id" in kept
    for told in (invitation, outcome.token, session.token, WORDS, OTHER_WORDS, "typed into the wrong box"):
        assert told.encode() not in kept
    holder.close()


def test_a_closed_door_opens_no_session(access: Access) -> None:
    from mirrors.access import Door, Role

    with pytest.raises(NotAllowed):
        access.sessions.open(Door("adviser", Role.ADVISER))
