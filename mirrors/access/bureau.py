"""What everything done with accounts needs: the desk, the audit log, the time, and how passwords are kept."""

from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, insert, select

from mirrors.access.audit import AuditLog
from mirrors.access.clock import Clock, now
from mirrors.access.passwords import Passwords
from mirrors.access.sessions import Sessions
from mirrors.access.tokens import digest, is_token, new_token
from mirrors.desk.tables import LINK


class Purpose(StrEnum):
    """What a one-time token is for."""

    INVITATION = "invitation"
    CHANGE = "change"
    CODE = "code"


LASTS = {
    Purpose.INVITATION: timedelta(days=7),
    Purpose.CHANGE: timedelta(minutes=15),
    Purpose.CODE: timedelta(minutes=5),
}
"""How long a one-time token is good for."""


class WrongLink(ValueError):
    """The link was used, is too old, or never was; it does not tell which."""


class Bureau:
    """The desk that accounts are kept at."""

    def __init__(
        self,
        engine: Engine,
        audit: AuditLog,
        clock: Clock = now,
        passwords: Passwords | None = None,
    ) -> None:
        self._engine = engine
        self._audit = audit
        self._clock = clock
        self._passwords = passwords or Passwords()
        self._sessions = Sessions(engine, audit, clock)

    def _new_link(self, connection: Connection, account_id: str, purpose: Purpose) -> str:
        """Return a new one-time token of an account; earlier ones for the same are worth nothing any more."""
        same = (LINK.c.account_id == account_id) & (LINK.c.purpose == purpose.value)
        connection.execute(delete(LINK).where(same | (LINK.c.expires_at < self._clock())))
        token = new_token()
        row = {"digest": digest(token), "account_id": account_id, "purpose": purpose.value}
        connection.execute(insert(LINK), [{**row, "expires_at": self._clock() + LASTS[purpose]}])
        return token

    def _link(self, connection: Connection, token: str, *purposes: Purpose) -> Row[Any]:
        """Return the row of a token that is still good; raises WrongLink."""
        if not is_token(token):
            raise WrongLink("this link is worth nothing")
        found = connection.execute(select(LINK).where(LINK.c.digest == digest(token))).first()
        if found is None or found.expires_at <= self._clock() or found.purpose not in purposes:
            raise WrongLink("this link is worth nothing")
        return found

    def _drop_links(self, connection: Connection, account_id: str) -> None:
        connection.execute(delete(LINK).where(LINK.c.account_id == account_id))
