"""Signing in with a password, and a code where one is asked for; guessing is slowed down, then locked out."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, update

from mirrors.access import codes, throttle
from mirrors.access.account import Account, State, read_account, row_of, sign_in_key
from mirrors.access.audit import Event
from mirrors.access.bureau import Bureau, Purpose, WrongLink
from mirrors.access.throttle import Held, Try
from mirrors.desk import writing
from mirrors.desk.tables import ACCOUNT, LINK


@dataclass(frozen=True)
class SignedIn:
    """A session is open: its token goes into the cookie."""

    token: str
    account: Account


@dataclass(frozen=True)
class NeedsCode:
    """The password is right and a code is asked for: `token` goes with it to `enter_code`, for 5 minutes."""

    token: str


@dataclass(frozen=True)
class MustChange:
    """The password is right and has to be changed first: `token` is good for `accept`, for 15 minutes."""

    token: str


@dataclass(frozen=True)
class Refused:
    """Wrong, or not heard now: the next try counts after `wait` seconds."""

    wait: int = 0


@dataclass(frozen=True)
class Locked:
    """Too many failures: nobody is heard for `wait` seconds, whether or not there is such an account."""

    wait: int


Outcome = SignedIn | NeedsCode | MustChange | Refused | Locked


class SignIn(Bureau):
    """The way in for people with an account."""

    def sign_in(
        self, sign_in_name: str, password: str, totp_code: str | None = None, address: str = ""
    ) -> Outcome:
        """Return what came of a sign-in; `address` is where it came from. Raises StoreTrouble.

        A name without an account takes the same way, and as long.
        """
        one = Try(sign_in_key(sign_in_name), address)
        with writing(self._engine) as connection:
            row = row_of(connection, ACCOUNT.c.sign_in == one.name)
            held = throttle.count(connection, one, self._clock())
        if held is not None:
            return _not_heard(held)
        stored = row.password if row is not None and row.state == State.ACTIVE.value else ""
        is_right = self._passwords.matches(stored, password)
        better = (
            self._passwords.rehashed(password) if is_right and self._passwords.is_outdated(stored) else ""
        )
        with writing(self._engine) as connection:
            fresh = row_of(connection, ACCOUNT.c.sign_in == one.name)
            # Between the two looks the account may have been closed, or its password changed.
            if not is_right or fresh is None or fresh.password != stored or fresh.state != State.ACTIVE.value:
                return self._failed(connection, fresh, one)
            if better:
                here = ACCOUNT.c.id == fresh.id
                connection.execute(update(ACCOUNT).where(here).values(password=better))
            if fresh.totp_on and totp_code is None:
                throttle.take_off(connection, one, self._clock())
                return NeedsCode(self._new_link(connection, fresh.id, Purpose.CODE))
            return self._with_code(connection, fresh, totp_code, one)

    def enter_code(self, token: str, totp_code: str, address: str = "") -> Outcome:
        """Return what came of the code that `NeedsCode` asked for; raises WrongLink and StoreTrouble."""
        with writing(self._engine) as connection:
            link = self._link(connection, token, Purpose.CODE)
            row = row_of(connection, ACCOUNT.c.id == link.account_id)
            if row is None or row.state != State.ACTIVE.value:
                raise WrongLink("this link is worth nothing")
            one = Try(row.sign_in, address)
            held = throttle.count(connection, one, self._clock())
            if held is not None:
                return _not_heard(held)
            outcome = self._with_code(connection, row, totp_code, one)
            if not isinstance(outcome, Refused | Locked):
                connection.execute(delete(LINK).where(LINK.c.digest == link.digest))
            return outcome

    def _with_code(self, connection: Connection, row: Row[Any], totp_code: str | None, one: Try) -> Outcome:
        if row.totp_on:
            step = codes.step_of(row.totp_secret, totp_code or "", self._clock(), row.totp_step)
            if step is None:
                return self._failed(connection, row, one)
            connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == row.id).values(totp_step=step))
        # Another name's failures from the same address stay: only this try is taken off there.
        throttle.take_off(connection, one, self._clock())
        throttle.clear(connection, one)
        account = read_account(connection, row)
        if account.must_change:
            return MustChange(self._new_link(connection, account.id, Purpose.CHANGE))
        return SignedIn(self._sessions.begin(connection, account), account)

    def _failed(self, connection: Connection, row: Row[Any] | None, one: Try) -> Outcome:
        held = throttle.held_now(connection, one, self._clock())
        who = read_account(connection, row).viewer if row is not None else None
        locked = held is not None and held.locked
        self._audit.append(connection, Event.LOCKED if locked else Event.SIGN_IN_REFUSED, who)
        return _not_heard(held) if held is not None else Refused()


def _not_heard(held: Held) -> Outcome:
    return Locked(held.seconds) if held.locked else Refused(held.seconds)
