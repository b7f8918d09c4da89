"""A desk to test access at: a clock that is set by hand, and passwords that hash fast."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from argon2 import PasswordHasher
from pyotp import HOTP

from mirrors.access import Access, Account, Passwords, Role, SignedIn, Viewer, open_access

FAST = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
ADMINISTRATOR = Viewer(Role.ADMINISTRATOR, name="the console", account="console:test")
START = datetime(2026, 3, 2, 9, 0)
WORDS = "paarse fietsbel in de regen"
OTHER_WORDS = "groene kruiwagen op zolder"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        """Move on by so many `seconds`, `minutes`, `hours` or `days`."""
        self.at += timedelta(**by)


def desk(folder: Path, clock: Clock) -> Access:
    """Return the access of a store that holds nothing yet."""
    return open_access(folder, clock, FAST)


def person(access: Access, name: str = "an", role: str = "adviser", *schools: str) -> Account:
    """Return an account of that user name, invited and accepted, whose password is WORDS."""
    invitation = access.accounts.invite(ADMINISTRATOR, name.title(), name, role, frozenset(schools))
    return access.accounts.accept(invitation, WORDS)


def signed_in(access: Access, name: str = "an") -> str:
    """Return the token of a new session."""
    outcome = access.accounts.sign_in(name, WORDS)
    assert isinstance(outcome, SignedIn), outcome
    return outcome.token


def code(secret: str, clock: Clock, steps: int = 0) -> str:
    """Return what an authenticator app shows at that time, or so many half minutes later."""
    return HOTP(secret).at(int(clock().replace(tzinfo=UTC).timestamp()) // 30 + steps)
