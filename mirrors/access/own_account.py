"""What people do with their own account: another password, and a code from an authenticator app."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, update

from mirrors.access import codes, throttle
from mirrors.access.account import Account, State, Wrong, WrongAccount, account_of, own_row, read_account
from mirrors.access.audit import Event
from mirrors.access.bureau import Bureau
from mirrors.access.sessions import end_sessions
from mirrors.access.throttle import Held, Try
from mirrors.access.viewer import Viewer
from mirrors.desk import reading, writing
from mirrors.desk.tables import ACCOUNT


class WrongSecret(ValueError):
    """The password or code given as proof is wrong, or not heard now; `held` tells for how long."""

    def __init__(self, held: Held | None = None) -> None:
        super().__init__("wrong password or code")
        self.held = held


@dataclass(frozen=True)
class TotpStart:
    """What to put in an authenticator app: the secret by hand, or `address` as a QR code."""

    secret: str
    address: str


class OwnAccount(Bureau):
    """The acts of a viewer on the account it signed in with; raises NotAllowed for who has none."""

    def own(self, by: Viewer) -> Account:
        """Return the viewer's account; raises NotAllowed and StoreTrouble."""
        with reading(self._engine) as connection:
            return read_account(connection, own_row(connection, by))

    def change_password(self, by: Viewer, old: str, new: str) -> None:
        """Change the viewer's password; all sessions of the account end, this one too.

        Raises WrongSecret for the old one, WeakPassword for the new one, NotAllowed and StoreTrouble.
        """
        row = self._prove(by, old)
        hashed = self._passwords.hashed(new, row.name, row.sign_in, *row.sign_in.split("@"))
        with writing(self._engine) as connection:
            here = (ACCOUNT.c.id == row.id) & (ACCOUNT.c.password == row.password)
            changed = connection.execute(update(ACCOUNT).where(here).values(password=hashed))
            if not changed.rowcount:
                raise WrongSecret
            self._drop_links(connection, row.id)
            end_sessions(connection, row.id)
            throttle.forgive(connection, row.sign_in)
            self._audit.append(connection, Event.PASSWORD_CHANGED, by, detail=row.id)

    def start_totp(self, by: Viewer, password: str) -> TotpStart:
        """Return a new secret for an authenticator app; no code is asked for before one was confirmed.

        Whoever finds a session open could else lock its owner out with a code of their own. Raises
        WrongSecret for the password, WrongAccount where a code is asked for, NotAllowed and StoreTrouble.
        """
        self._prove(by, password)
        with writing(self._engine) as connection:
            row = own_row(connection, by)
            if row.totp_on:
                raise WrongAccount(Wrong.CODE_IS_ON)
            secret = codes.new_secret()
            connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == row.id).values(totp_secret=secret))
            return TotpStart(secret, codes.address(secret, row.sign_in))

    def confirm_totp(self, by: Viewer, code: str) -> None:
        """Ask for a code at every sign-in from now on; raises WrongSecret, NotAllowed and StoreTrouble."""
        self._counted(by)
        with writing(self._engine) as connection:
            row = own_row(connection, by)
            self._spend_code(connection, row, code)
            connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == row.id).values(totp_on=True))
            self._audit.append(connection, Event.CODE_ON, by, detail=row.id)

    def drop_totp(self, by: Viewer, account_id: str, code: str = "") -> None:
        """Ask for no code any more: the holder shows one, an administrator may for somebody else.

        Raises WrongSecret, NotAllowed, WrongAccount and StoreTrouble.
        """
        is_own = account_id == by.account
        if is_own:
            self._counted(by)
        else:
            by.require_keeper_of_accounts()
        with writing(self._engine) as connection:
            if is_own:
                self._spend_code(connection, own_row(connection, by), code)
            elif account_of(connection, account_id).state is State.CLOSED:
                raise WrongAccount(Wrong.IS_CLOSED)
            values = {"totp_on": False, "totp_secret": ""}
            connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == account_id).values(values))
            self._audit.append(connection, Event.CODE_OFF, by, detail=account_id)

    def _prove(self, by: Viewer, password: str) -> Row[Any]:
        """Return the viewer's row when the password is its own; raises WrongSecret and NotAllowed."""
        row = self._counted(by)
        if not self._passwords.matches(row.password, password):
            raise WrongSecret
        with writing(self._engine) as connection:
            throttle.take_off(connection, Try(row.sign_in, "", inside=True), self._clock())
        return row

    def _counted(self, by: Viewer) -> Row[Any]:
        """Return the viewer's row and count a try as failed until it proves right; raises WrongSecret."""
        with writing(self._engine) as connection:
            row = own_row(connection, by)
            held = throttle.count(connection, Try(row.sign_in, "", inside=True), self._clock())
        if held is not None:
            raise WrongSecret(held)
        return row

    def _spend_code(self, connection: Connection, row: Row[Any], code: str) -> None:
        """Use a code up; raises WrongSecret."""
        at = self._clock()
        step = codes.step_of(row.totp_secret, code, at, row.totp_step) if row.totp_secret else None
        if step is None:
            raise WrongSecret
        connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == row.id).values(totp_step=step))
        throttle.take_off(connection, Try(row.sign_in, "", inside=True), at)
