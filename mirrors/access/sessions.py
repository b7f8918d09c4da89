"""Who is signed in: a random token in a cookie, its digest here; role and schools are read afresh."""

import contextlib
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, or_, select, update

from mirrors.access.account import Account, State, read_account, row_of
from mirrors.access.audit import AuditLog, Event
from mirrors.access.clock import Clock, now
from mirrors.access.demo import Door, demo_doors
from mirrors.access.tokens import digest, is_token, new_token
from mirrors.access.viewer import NotAllowed, Viewer
from mirrors.desk import reading, writing
from mirrors.desk.tables import ACCOUNT, CITY_END, CITY_SESSION, SESSION
from mirrors.store.trouble import StoreBusy

IDLE = timedelta(minutes=60)
LONGEST = timedelta(hours=12)
_TOUCH = timedelta(minutes=1)
"""A click is noted at most once in so long."""


class Sessions:
    """The sessions of one desk; `store` is the folder whose demo doors count, without it there are none."""

    def __init__(
        self, engine: Engine, audit: AuditLog, clock: Clock = now, store: Path | None = None
    ) -> None:
        self._engine = engine
        self._audit = audit
        self._clock = clock
        self._store = store

    def open(self, who: Account | Door) -> str:
        """Open a session and return its token; raises NotAllowed for a closed account or door."""
        with writing(self._engine) as connection:
            return self.begin(connection, who)

    def begin(self, connection: Connection, who: Account | Door) -> str:
        """Open a session in a transaction that alone may write, and return its token."""
        if isinstance(who, Door):
            open_now = who in self._doors()
        else:
            row = row_of(connection, ACCOUNT.c.id == who.id)
            open_now = row is not None and row.state == State.ACTIVE.value and not row.must_change
        if not open_now:
            raise NotAllowed("nobody signs in here")
        at, token = self._clock(), new_token()
        ended = or_(SESSION.c.opened_at < at - LONGEST, SESSION.c.seen_at < at - IDLE)
        connection.execute(delete(SESSION).where(ended))
        account_id, door = (None, who.id) if isinstance(who, Door) else (who.id, "")
        row_new = {"digest": digest(token), "account_id": account_id, "door": door}
        connection.execute(insert(SESSION), [{**row_new, "opened_at": at, "seen_at": at}])
        self._audit.append(connection, Event.SIGN_IN, who.viewer)
        return token

    def viewer(self, token: str | None) -> Viewer | None:
        """Return who holds a token now, or None: unknown, ended, idle too long, or open for too long."""
        if not is_token(token):
            return None
        key, at = digest(str(token)), self._clock()
        with reading(self._engine) as connection:
            found = connection.execute(select(SESSION).where(SESSION.c.digest == key)).first()
            if found is None or at - found.seen_at > IDLE or at - found.opened_at > LONGEST:
                return None
            viewer = self._holder(connection, found.account_id, found.door)
        if viewer is not None and at - found.seen_at >= _TOUCH:
            self._touch(key, at)
        return viewer

    def end(self, token: str | None) -> None:
        """End a session; its token is worth nothing from now on."""
        if not is_token(token):
            return
        key = digest(str(token))
        with writing(self._engine) as connection:
            found = connection.execute(select(SESSION).where(SESSION.c.digest == key)).first()
            if found is None:
                return
            connection.execute(delete(SESSION).where(SESSION.c.digest == key))
            holder = self._holder(connection, found.account_id, found.door)
            self._audit.append(connection, Event.SIGN_OUT, holder)

    def end_all(self, by: Viewer, account_id: str, token: str | None = None) -> None:
        """End every session of an account, also one of a city's own sign-in, wherever it is open.

        Many strangers share a demo door: who came by one ends only its own session, that of `token`.
        Raises NotAllowed unless it is the viewer's own account or the viewer is an administrator.
        """
        if not account_id or by.account != account_id:
            by.require_keeper_of_accounts()
        with writing(self._engine) as connection:
            if account_id.startswith(CITY):
                _end_city(connection, account_id, self._clock())
            elif account_id.startswith(DEMO):
                own = SESSION.c.digest == digest(token or "")
                here = SESSION.c.door == account_id.removeprefix(DEMO)
                connection.execute(delete(SESSION).where(here & own if by.account.startswith(DEMO) else here))
            else:
                end_sessions(connection, account_id)
            self._audit.append(connection, Event.SESSIONS_ENDED, by, detail=account_id)

    def open_now(self, by: Viewer) -> dict[str, int]:
        """Return how many sessions every account has open now, by id; raises NotAllowed and StoreTrouble."""
        by.require_administrator()
        at = self._clock()
        live = (SESSION.c.opened_at >= at - LONGEST) & (SESSION.c.seen_at >= at - IDLE)
        rows = select(SESSION.c.account_id, func.count()).where(live & SESSION.c.account_id.is_not(None))
        with reading(self._engine) as connection:
            found = connection.execute(rows.group_by(SESSION.c.account_id)).all()
        return {row[0]: row[1] for row in found}

    def form_token(self, token: str) -> str:
        """Return what a form carries to show that it was served to the holder of this session."""
        return hashlib.sha256(f"form:{token}".encode()).hexdigest()

    def remember_provider(self, claims: Mapping[str, Any], who: Viewer | None = None) -> None:
        """Note a sign-in by a city's provider at its first click, and that it is still used at later ones.

        The first one is a sign-in of `who` in the audit log.
        """
        key, at = _city_digest(claims), self._clock()
        with reading(self._engine) as connection:
            found = connection.execute(select(CITY_SESSION).where(CITY_SESSION.c.digest == key)).first()
        if found is not None and (found.ended or at - found.seen_at < _TOUCH):
            return
        with writing(self._engine) as connection:
            here = CITY_SESSION.c.digest == key
            changed = connection.execute(update(CITY_SESSION).where(here).values(seen_at=at))
            if not changed.rowcount:
                row = {"digest": key, "account": city_account(claims), "seen_at": at, "ended": False}
                connection.execute(insert(CITY_SESSION), [row])
                self._audit.append(connection, Event.SIGN_IN, who)

    def ended(self, claims: Mapping[str, Any]) -> bool:
        """Return whether a sign-in by a city's provider counts no more: ended here, idle or open too long."""
        issued, at = issued_at(claims), self._clock()
        if issued is None or at - issued > LONGEST:
            return True
        with reading(self._engine) as connection:
            before = select(CITY_END.c.before).where(CITY_END.c.account == city_account(claims))
            ended_before = connection.execute(before).scalar()
            if ended_before is not None and issued <= ended_before:
                return True
            here = CITY_SESSION.c.digest == _city_digest(claims)
            found = connection.execute(select(CITY_SESSION).where(here)).first()
        return found is not None and (found.ended or at - found.seen_at > IDLE)

    def end_provider(self, claims: Mapping[str, Any], who: Viewer | None = None) -> None:
        """End one sign-in of `who` by a city's provider: the cookie it left is worth nothing from now on."""
        self.remember_provider(claims, who)
        with writing(self._engine) as connection:
            here = CITY_SESSION.c.digest == _city_digest(claims)
            connection.execute(update(CITY_SESSION).where(here).values(ended=True))
            self._audit.append(connection, Event.SIGN_OUT, who)

    def _doors(self) -> tuple[Door, ...]:
        return demo_doors(self._store) if self._store is not None else ()

    def _holder(self, connection: Connection, account_id: str | None, door: str) -> Viewer | None:
        if account_id is None:
            return next((each.viewer for each in self._doors() if each.id == door), None)
        row = row_of(connection, ACCOUNT.c.id == account_id)
        if row is None or row.state != State.ACTIVE.value or row.must_change:
            return None
        return read_account(connection, row).viewer

    def _touch(self, key: str, at: datetime) -> None:
        # Whoever reads is not kept waiting by whoever writes; the next click is noted.
        with contextlib.suppress(StoreBusy), writing(self._engine) as connection:
            connection.execute(update(SESSION).where(SESSION.c.digest == key).values(seen_at=at))


DEMO = "demo:"
CITY = "city:"
"""How the ids of accounts begin that a city's own provider knows."""


def city_account(claims: Mapping[str, Any]) -> str:
    """Return the id of who signed in by a city's provider: it tells issuer and subject to nobody."""
    told = f"{claims.get('iss')}\n{claims.get('sub')}"
    return CITY + hashlib.sha256(told.encode()).hexdigest()[:24]


def issued_at(claims: Mapping[str, Any]) -> datetime | None:
    """Return when a sign-in was issued, in UTC without a zone, or None when the claims do not tell."""
    return moment_of(claims.get("iat"))


def moment_of(seconds: object) -> datetime | None:
    """Return a time given in seconds since 1970, in UTC without a zone, or None when it is none."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return None


def end_sessions(connection: Connection, account_id: str) -> None:
    """End every session of an account, in a transaction that alone may write."""
    connection.execute(delete(SESSION).where(SESSION.c.account_id == account_id))


def _end_city(connection: Connection, account: str, at: datetime) -> None:
    changed = connection.execute(update(CITY_END).where(CITY_END.c.account == account).values(before=at))
    if not changed.rowcount:
        connection.execute(insert(CITY_END), [{"account": account, "before": at}])
    connection.execute(delete(CITY_SESSION).where(CITY_SESSION.c.account == account))


def _city_digest(claims: Mapping[str, Any]) -> str:
    told = "\n".join(str(claims.get(name)) for name in ("iss", "sub", "iat"))
    return hashlib.sha256(told.encode()).hexdigest()
