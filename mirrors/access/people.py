"""What an administrator does with accounts: invite, change, close; and how an invitation is accepted."""

from dataclasses import replace
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from mirrors.access import throttle
from mirrors.access.account import (
    Account,
    State,
    Wrong,
    WrongAccount,
    account_of,
    checked_name,
    checked_role,
    checked_schools,
    checked_sign_in,
    read_account,
    row_of,
    sign_in_key,
)
from mirrors.access.audit import Event
from mirrors.access.bureau import Bureau, Purpose, WrongLink
from mirrors.access.sessions import end_sessions
from mirrors.access.viewer import Role, Viewer
from mirrors.desk import reading, writing
from mirrors.desk.tables import ACCOUNT, ACCOUNT_SCHOOL

FIRST = "administrator"
"""The user name and name of the first administrator, unless the console gives others."""


class People(Bureau):
    """The accounts of a desk. Every act asks the viewer first, and is written in the audit log with it."""

    def invite(
        self, by: Viewer, name: str, sign_in: str, role: str, schools: frozenset[str] = frozenset()
    ) -> str:
        """Open an account and return the one-time token of its invitation, which is good for 7 days.

        `role` is a Role or its word. Raises NotAllowed, WrongAccount and StoreTrouble.
        """
        by.require_keeper_of_accounts()
        with writing(self._engine) as connection:
            account = self._open(connection, name, sign_in, checked_role(role), schools)
            told = f"{account.id} {account.role.value}"
            self._audit.append(connection, Event.INVITED, by, detail=told)
            self._note_schools(connection, by, account.id, frozenset(), account.school_ids)
            return self._new_link(connection, account.id, Purpose.INVITATION)

    def nobody_yet(self) -> bool:
        """Return whether there is no account at all; raises StoreTrouble."""
        with reading(self._engine) as connection:
            return connection.execute(select(ACCOUNT.c.id).limit(1)).first() is None

    def no_administrator_yet(self) -> bool:
        """Return whether nobody can sign in as administrator; raises StoreTrouble."""
        with reading(self._engine) as connection:
            return not _administrators(connection)

    def first_administrator(self, sign_in: str = FIRST, name: str = "Administrator") -> str:
        """Return the token of a link for the first administrator; only for who holds the console.

        An invitation that was not taken up is replaced. Raises WrongAccount where somebody can sign in as
        administrator already, and StoreTrouble.
        """
        with writing(self._engine) as connection:
            if _administrators(connection):
                raise WrongAccount(Wrong.ADMINISTRATOR_EXISTS)
            waiting = (ACCOUNT.c.role == Role.ADMINISTRATOR.value) & (ACCOUNT.c.state == State.INVITED.value)
            row = row_of(connection, waiting & (ACCOUNT.c.sign_in == checked_sign_in(sign_in)))
            account = (
                read_account(connection, row)
                if row is not None
                else self._open(connection, name, sign_in, Role.ADMINISTRATOR, frozenset())
            )
            self._audit.append(connection, Event.INVITED, None, detail=f"{account.id} first administrator")
            return self._new_link(connection, account.id, Purpose.INVITATION)

    def invited(self, token: str) -> Account:
        """Return whose link this is, without using it; raises WrongLink and StoreTrouble."""
        with reading(self._engine) as connection:
            return self._invited(connection, token)

    def accept(self, token: str, password: str) -> Account:
        """Give an account the password its holder chose, by a link that is used up with it; end its sessions.

        It signs nobody in. Raises WrongLink, WeakPassword (the link stays good) and StoreTrouble.
        """
        account = self.invited(token)
        hashed = self._passwords.hashed(password, account.name, account.sign_in, *account.sign_in.split("@"))
        with writing(self._engine) as connection:
            account = self._invited(connection, token)
            is_new = account.state is State.INVITED
            values = {"password": hashed, "state": State.ACTIVE.value, "must_change": False}
            connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == account.id).values(values))
            self._drop_links(connection, account.id)
            end_sessions(connection, account.id)
            throttle.forgive(connection, account.sign_in)
            event = Event.ACCOUNT_OPENED if is_new else Event.PASSWORD_CHANGED
            self._audit.append(connection, event, account.viewer, detail=account.id)
            return account_of(connection, account.id)

    def reissue(self, by: Viewer, account_id: str) -> str:
        """Return the token of a new link, for who lost a password or an invitation; the old ones end at once.

        Raises NotAllowed, WrongAccount, also for the last administrator, and StoreTrouble.
        """
        by.require_keeper_of_accounts()
        with writing(self._engine) as connection:
            account = _not_closed(connection, account_id)
            _not_the_last(connection, account)
            values = {"password": "", "state": State.INVITED.value}
            connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == account.id).values(values))
            end_sessions(connection, account.id)
            self._audit.append(connection, Event.INVITED, by, detail=f"{account.id} again")
            self._drop_links(connection, account.id)
            return self._new_link(connection, account.id, Purpose.INVITATION)

    def require_change(self, by: Viewer, account_id: str) -> None:
        """Have a password changed at the next sign-in; sessions end. Raises NotAllowed, WrongAccount."""
        by.require_keeper_of_accounts()
        with writing(self._engine) as connection:
            account = _not_closed(connection, account_id)
            connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == account.id).values(must_change=True))
            end_sessions(connection, account.id)
            self._audit.append(connection, Event.PASSWORD_TO_CHANGE, by, detail=account.id)

    def change_role(
        self, by: Viewer, account_id: str, role: str, schools: frozenset[str] = frozenset()
    ) -> None:
        """Give an account another role, or its word, with the schools of a school team; its sessions end.

        Raises NotAllowed, WrongAccount and StoreTrouble.
        """
        by.require_keeper_of_accounts()
        with writing(self._engine) as connection:
            account = _not_closed(connection, account_id)
            new = checked_role(role)
            if new is not Role.ADMINISTRATOR:
                _not_the_last(connection, account)
            connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == account.id).values(role=new.value))
            of_team = checked_schools(new, schools)
            _write_schools(connection, account.id, of_team)
            end_sessions(connection, account.id)
            told = f"{account.id} {account.role.value} to {new.value}"
            self._audit.append(connection, Event.ROLE_CHANGED, by, detail=told)
            self._note_schools(connection, by, account.id, account.school_ids, of_team)

    def change_schools(self, by: Viewer, account_id: str, schools: frozenset[str]) -> None:
        """Give a school team's account other schools; its sessions end. Raises as `change_role` does."""
        by.require_keeper_of_accounts()
        with writing(self._engine) as connection:
            account = _not_closed(connection, account_id)
            of_team = checked_schools(account.role, schools)
            _write_schools(connection, account.id, of_team)
            end_sessions(connection, account.id)
            if of_team == account.school_ids:
                self._audit.append(connection, Event.SCHOOLS_CHANGED, by, detail=f"{account.id} as before")
            self._note_schools(connection, by, account.id, account.school_ids, of_team)

    def close(self, by: Viewer, account_id: str) -> None:
        """Let an account go: nobody signs in with it again. Raises NotAllowed, WrongAccount, StoreTrouble."""
        by.require_keeper_of_accounts()
        with writing(self._engine) as connection:
            account = _not_closed(connection, account_id)
            _not_the_last(connection, account)
            values = {"state": State.CLOSED.value, "password": "", "totp_secret": "", "totp_on": False}
            connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == account.id).values(values))
            self._drop_links(connection, account.id)
            end_sessions(connection, account.id)
            self._audit.append(connection, Event.ACCOUNT_CLOSED, by, detail=account.id)

    def unlock(self, by: Viewer, account_id: str) -> None:
        """Forget the failed sign-ins of an account; raises NotAllowed, WrongAccount and StoreTrouble."""
        by.require_keeper_of_accounts()
        with writing(self._engine) as connection:
            account = _not_closed(connection, account_id)
            throttle.forgive(connection, account.sign_in)
            self._audit.append(connection, Event.UNLOCKED, by, detail=account.id)

    def all(self, by: Viewer) -> list[Account]:
        """Return every account by name, closed ones too; raises NotAllowed and StoreTrouble."""
        by.require_administrator()
        with reading(self._engine) as connection:
            rows = connection.execute(select(ACCOUNT).order_by(ACCOUNT.c.name, ACCOUNT.c.id)).all()
            return [self._as_it_stands(connection, row) for row in rows]

    def named(self, by: Viewer, sign_in: str) -> Account:
        """Return the account of an e-mail address or user name; raises NotAllowed, WrongAccount."""
        by.require_administrator()
        with reading(self._engine) as connection:
            row = row_of(connection, ACCOUNT.c.sign_in == sign_in_key(sign_in))
            if row is None:
                raise WrongAccount(Wrong.NO_SUCH_ACCOUNT)
            return self._as_it_stands(connection, row)

    def _as_it_stands(self, connection: Connection, row: Row[Any]) -> Account:
        account = read_account(connection, row)
        locked = throttle.is_locked(connection, account.sign_in, self._clock())
        if account.state is State.ACTIVE and locked:
            return replace(account, state=State.LOCKED)
        return account

    def _note_schools(
        self,
        connection: Connection,
        by: Viewer,
        account_id: str,
        before: frozenset[str],
        after: frozenset[str],
    ) -> None:
        """Write a row for every school that was added or removed, so that each can be searched for."""
        for school_id in sorted(before ^ after):
            told = f"{account_id} {'added' if school_id in after else 'removed'}"
            self._audit.append(connection, Event.SCHOOLS_CHANGED, by, school_id, told)

    def _invited(self, connection: Connection, token: str) -> Account:
        link = self._link(connection, token, Purpose.INVITATION, Purpose.CHANGE)
        account = account_of(connection, link.account_id)
        if account.state is State.CLOSED:
            raise WrongLink("this link is worth nothing")
        return account

    def _open(
        self, connection: Connection, name: str, sign_in: str, role: Role, schools: frozenset[str]
    ) -> Account:
        key, account_id = checked_sign_in(sign_in), f"a{token_hex(8)}"
        of_team = checked_schools(role, schools)
        if row_of(connection, ACCOUNT.c.sign_in == key) is not None:
            raise WrongAccount(Wrong.SIGN_IN_TAKEN)
        row: dict[str, Any] = {
            "id": account_id,
            "sign_in": key,
            "name": checked_name(name),
            "role": role.value,
        }
        row |= {"state": State.INVITED.value, "password": "", "opened_at": self._clock()}
        row |= {"must_change": False, "totp_secret": "", "totp_on": False, "totp_step": 0}
        connection.execute(insert(ACCOUNT), [row])
        _write_schools(connection, account_id, of_team)
        return account_of(connection, account_id)


def _write_schools(connection: Connection, account_id: str, schools: frozenset[str]) -> None:
    connection.execute(delete(ACCOUNT_SCHOOL).where(ACCOUNT_SCHOOL.c.account_id == account_id))
    if schools:
        rows = [{"account_id": account_id, "school_id": school_id} for school_id in sorted(schools)]
        connection.execute(insert(ACCOUNT_SCHOOL), rows)


def _not_closed(connection: Connection, account_id: str) -> Account:
    account = account_of(connection, account_id)
    if account.state is State.CLOSED:
        raise WrongAccount(Wrong.IS_CLOSED)
    return account


def _administrators(connection: Connection) -> set[str]:
    """Return the ids of those who can sign in as administrator."""
    active = (ACCOUNT.c.role == Role.ADMINISTRATOR.value) & (ACCOUNT.c.state == State.ACTIVE.value)
    return set(connection.execute(select(ACCOUNT.c.id).where(active)).scalars())


def _not_the_last(connection: Connection, account: Account) -> None:
    if _administrators(connection) == {account.id}:
        raise WrongAccount(Wrong.LAST_ADMINISTRATOR)
