"""An account as it stands now, and what can be wrong with what is asked of one."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select

from mirrors.access.viewer import NotAllowed, Role, Viewer
from mirrors.desk.tables import ACCOUNT, ACCOUNT_SCHOOL

_LONGEST_SIGN_IN, _LONGEST_NAME = 254, 100


class State(StrEnum):
    """What may be done with an account; `locked` passes by itself, after 15 minutes."""

    INVITED = "invited"
    ACTIVE = "active"
    LOCKED = "locked"
    CLOSED = "closed"


class Wrong(StrEnum):
    """Why something asked of an account is not done."""

    SIGN_IN_UNFIT = "sign_in_unfit"
    SIGN_IN_TAKEN = "sign_in_taken"
    NAME_UNFIT = "name_unfit"
    SCHOOLS_MISSING = "schools_missing"
    NO_SUCH_ACCOUNT = "no_such_account"
    NO_SUCH_ROLE = "no_such_role"
    IS_CLOSED = "is_closed"
    LAST_ADMINISTRATOR = "last_administrator"
    ADMINISTRATOR_EXISTS = "administrator_exists"
    CODE_IS_ON = "code_is_on"


class WrongAccount(ValueError):
    """Nothing was changed; `why` tells the kind."""

    def __init__(self, why: Wrong) -> None:
        super().__init__(why.value.replace("_", " "))
        self.why = why


@dataclass(frozen=True)
class Account:
    """One person's account; `sign_in` is an e-mail address or user name, `totp` whether it needs a code."""

    id: str
    sign_in: str
    name: str
    role: Role
    school_ids: frozenset[str]
    state: State
    must_change: bool
    totp: bool

    @property
    def viewer(self) -> Viewer:
        """Who signs in with this account."""
        return Viewer(self.role, self.school_ids, self.name, self.id)


def account_of(connection: Connection, account_id: str) -> Account:
    """Return an account, whatever its state; raises WrongAccount."""
    row = row_of(connection, ACCOUNT.c.id == account_id)
    if row is None:
        raise WrongAccount(Wrong.NO_SUCH_ACCOUNT)
    return read_account(connection, row)


def row_of(connection: Connection, condition: Any) -> Row[Any] | None:
    """Return the row of an account, or None."""
    return connection.execute(select(ACCOUNT).where(condition)).first()


def read_account(connection: Connection, row: Row[Any]) -> Account:
    """Return the account that a row tells of."""
    schools = select(ACCOUNT_SCHOOL.c.school_id).where(ACCOUNT_SCHOOL.c.account_id == row.id)
    return Account(
        row.id,
        row.sign_in,
        row.name,
        Role(row.role),
        frozenset(connection.execute(schools).scalars()),
        State(row.state),
        row.must_change,
        row.totp_on,
    )


def own_row(connection: Connection, by: Viewer) -> Row[Any]:
    """Return the row of the viewer's own account; raises NotAllowed for who has none."""
    row = row_of(connection, ACCOUNT.c.id == by.account) if by.account else None
    if row is None or row.state != State.ACTIVE.value:
        raise NotAllowed("there is no account here")
    return row


def sign_in_key(words: str) -> str:
    """Return an e-mail address or user name as it is kept and compared."""
    return unicodedata.normalize("NFKC", words).strip().casefold()


def checked_sign_in(words: str) -> str:
    """Return an e-mail address or user name as it is kept; raises WrongAccount."""
    key = sign_in_key(words)
    fits = 0 < len(key) <= _LONGEST_SIGN_IN and key.isprintable() and not any(map(str.isspace, key))
    if not fits or ":" in key:
        raise WrongAccount(Wrong.SIGN_IN_UNFIT)
    return key


def checked_name(words: str) -> str:
    """Return a person's name on one line; raises WrongAccount."""
    plain = " ".join(unicodedata.normalize("NFC", words).split())
    if not 0 < len(plain) <= _LONGEST_NAME or not plain.isprintable():
        raise WrongAccount(Wrong.NAME_UNFIT)
    return plain


def checked_role(role: str) -> Role:
    """Return the role of this word; raises WrongAccount."""
    if role not in set(Role):
        raise WrongAccount(Wrong.NO_SUCH_ROLE)
    return Role(role)


def checked_schools(role: Role, school_ids: frozenset[str]) -> frozenset[str]:
    """Return the schools of an account: at least one for a school team, none for others; or WrongAccount."""
    if role is not Role.SCHOOL_TEAM:
        return frozenset()
    named = frozenset(school_id.strip() for school_id in school_ids) - {""}
    if not named:
        raise WrongAccount(Wrong.SCHOOLS_MISSING)
    return named
