"""Sign-ins by a city's own provider: they last as long as its cookie, unless they are ended here."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from mirrors.access.audit import AuditLog, Event
from mirrors.access.clock import Clock
from mirrors.access.viewer import Role, Viewer
from mirrors.desk import reading, writing
from mirrors.desk.tables import CITY_END, CITY_PERSON, CITY_SESSION

IDLE = timedelta(minutes=60)
LONGEST = timedelta(hours=12)
TOUCH = timedelta(minutes=1)
"""A click is noted at most once in so long."""

CITY = "city:"
"""How the ids of accounts begin that a city's own provider knows; alone it stands for all of them."""

_LONGEST_NAME = 100


@dataclass(frozen=True)
class CityPerson:
    """Somebody whom the city's provider vouched for, as at the last sign-in; `sessions` are open now."""

    account: str
    name: str
    role: Role
    seen_at: datetime
    sessions: int


class CitySessions:
    """The sign-ins of one desk by a city's own provider."""

    _engine: Engine
    _audit: AuditLog
    _clock: Clock

    def remember_provider(self, claims: Mapping[str, Any], who: Viewer | None = None) -> None:
        """Note a sign-in by a city's provider at its first click, and that it is still used at later ones.

        The first one is a sign-in of `who` in the audit log.
        """
        key, at = _city_digest(claims), self._clock()
        with reading(self._engine) as connection:
            found = connection.execute(select(CITY_SESSION).where(CITY_SESSION.c.digest == key)).first()
        if found is not None and (found.ended or at - found.seen_at < TOUCH):
            return
        with writing(self._engine) as connection:
            here = CITY_SESSION.c.digest == key
            changed = connection.execute(update(CITY_SESSION).where(here).values(seen_at=at))
            if not changed.rowcount:
                row = {"digest": key, "account": city_account(claims), "seen_at": at, "ended": False}
                connection.execute(insert(CITY_SESSION), [row])
                self._audit.append(connection, Event.SIGN_IN, who)
            if who is not None:
                _note_person(connection, who, at)

    def ended(self, claims: Mapping[str, Any]) -> bool:
        """Return whether a sign-in by a city's provider counts no more: ended here, idle or open too long."""
        issued, at = issued_at(claims), self._clock()
        if issued is None or at - issued > LONGEST:
            return True
        with reading(self._engine) as connection:
            of_all = CITY_END.c.account.in_((city_account(claims), CITY))
            ended_before = connection.execute(select(func.max(CITY_END.c.before)).where(of_all)).scalar()
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

    def city_people(self, by: Viewer) -> list[CityPerson]:
        """Return who ever came by the city's own sign-in, by name; raises NotAllowed and StoreTrouble."""
        by.require_administrator()
        live = CITY_SESSION.c.ended.is_(False) & (CITY_SESSION.c.seen_at >= self._clock() - IDLE)
        counted = select(CITY_SESSION.c.account, func.count()).where(live).group_by(CITY_SESSION.c.account)
        with reading(self._engine) as connection:
            open_now = {row[0]: row[1] for row in connection.execute(counted)}
            people = connection.execute(
                select(CITY_PERSON).order_by(CITY_PERSON.c.name, CITY_PERSON.c.account)
            )
            return [
                CityPerson(row.account, row.name, Role(row.role), row.seen_at, open_now.get(row.account, 0))
                for row in people
            ]


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


def end_city(connection: Connection, account: str, at: datetime) -> None:
    """End every sign-in of a city's account, or of all of them (`CITY`), whether it was seen here or not."""
    changed = connection.execute(update(CITY_END).where(CITY_END.c.account == account).values(before=at))
    if not changed.rowcount:
        connection.execute(insert(CITY_END), [{"account": account, "before": at}])
    every = delete(CITY_SESSION)
    connection.execute(every if account == CITY else every.where(CITY_SESSION.c.account == account))


def _note_person(connection: Connection, who: Viewer, at: datetime) -> None:
    here = CITY_PERSON.c.account == who.account
    values = {"name": who.name[:_LONGEST_NAME], "role": who.role.value, "seen_at": at}
    if not connection.execute(update(CITY_PERSON).where(here).values(values)).rowcount:
        connection.execute(insert(CITY_PERSON), [{"account": who.account, **values}])


def _city_digest(claims: Mapping[str, Any]) -> str:
    told = "\n".join(str(claims.get(name)) for name in ("iss", "sub", "iat"))
    return hashlib.sha256(told.encode()).hexdigest()
