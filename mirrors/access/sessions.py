"""Who is signed in: a random token in a cookie, its digest here; role and schools are read afresh."""

import contextlib
import hashlib
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, func, insert, or_, select, update

from mirrors.access.account import Account, State, read_account, row_of
from mirrors.access.audit import AuditLog, Event
from mirrors.access.city_sessions import CITY, IDLE, LONGEST, TOUCH, CitySessions, end_city
from mirrors.access.clock import Clock, now
from mirrors.access.demo import Door, demo_doors
from mirrors.access.tokens import digest, is_token, new_token
from mirrors.access.viewer import NotAllowed, Viewer
from mirrors.desk import reading, writing
from mirrors.desk.tables import ACCOUNT, SESSION
from mirrors.store.trouble import StoreBusy


class Sessions(CitySessions):
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

    def viewer(self, token: str | None, is_click: bool = True) -> Viewer | None:
        """Return who holds a token now, or None: unknown, ended, idle too long, or open for too long.

        Only a click of the reader puts off the end of a session; an open page that looks by itself does not.
        """
        if not is_token(token):
            return None
        key, at = digest(str(token)), self._clock()
        with reading(self._engine) as connection:
            found = connection.execute(select(SESSION).where(SESSION.c.digest == key)).first()
            if found is None or at - found.seen_at > IDLE or at - found.opened_at > LONGEST:
                return None
            viewer = self._holder(connection, found.account_id, found.door)
        if is_click and viewer is not None and at - found.seen_at >= TOUCH:
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
                end_city(connection, account_id, self._clock())
            elif account_id.startswith(DEMO):
                own = SESSION.c.digest == digest(token or "")
                here = SESSION.c.door == account_id.removeprefix(DEMO)
                connection.execute(delete(SESSION).where(here & own if by.account.startswith(DEMO) else here))
            else:
                end_sessions(connection, account_id)
            self._audit.append(connection, Event.SESSIONS_ENDED, by, detail=account_id)

    def end_everybody(self, by: Viewer) -> None:
        """End every session there is, the viewer's too; raises NotAllowed and StoreTrouble."""
        by.require_keeper_of_accounts()
        with writing(self._engine) as connection:
            connection.execute(delete(SESSION))
            end_city(connection, CITY, self._clock())
            self._audit.append(connection, Event.SESSIONS_ENDED, by, detail="everybody")

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
"""How the ids of the demo doors begin."""


def end_sessions(connection: Connection, account_id: str) -> None:
    """End every session of an account, in a transaction that alone may write."""
    connection.execute(delete(SESSION).where(SESSION.c.account_id == account_id))
