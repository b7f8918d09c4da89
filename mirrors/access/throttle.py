"""What slows down whoever guesses: failures are counted under digests, by name and address and by each alone.

Ten failures lock a name for the address they came from, fifty for everybody: a stranger can hardly keep its
owner out. When a lock has run out, counting starts anew; only the fifty stay, so that a name is tried fifty
times and then once a quarter of an hour, until its owner comes in or a day passes without a failure. A name
is counted whether or not there is such an account, so that nobody learns which there are. Every try is
counted before the password is looked at, and taken off again when it was right: many tries at once count too.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update

from mirrors.desk.tables import ATTEMPT

LOCKED_FOR = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class Rule:
    """So many failures are free of a wait, and after so many nobody is heard for 15 minutes.

    Where the count `stays`, every failure after that locks at once again.
    """

    free: int
    most: int
    stays: bool = False

    def wait(self, failures: int) -> timedelta:
        """Return the wait after so many failures: 2 seconds, then double each time, then the lock."""
        if failures >= self.most:
            return LOCKED_FOR
        return timedelta(seconds=2 ** (failures - self.free + 1)) if failures >= self.free else timedelta()


BY_NAME = Rule(free=3, most=10)
"""A name from one address, or with the address unknown; and who is signed in and proves the old password."""

BY_NAME_ALONE = Rule(free=50, most=50, stays=True)
"""A name from wherever: so many are somebody's who has many addresses, and gets 146 tries in 24 hours."""

BY_ADDRESS = Rule(free=40, most=48)
"""A school, or a whole city, may come from one address."""


@dataclass(frozen=True)
class Held:
    """Not heard now: for how long, and whether it is the lock that holds."""

    seconds: int
    locked: bool


@dataclass(frozen=True)
class Try:
    """Where one try counts: the name it was for and the address it came from, if that is known.

    `inside` is a try by who is signed in already; it holds up nobody's sign-in.
    """

    name: str
    address: str
    inside: bool = False

    @property
    def keys(self) -> tuple[tuple[str, Rule], ...]:
        """The digests under which it counts, each with its rule."""
        if self.inside:
            return ((_inside(self.name), BY_NAME),)
        by_name = ((_at(self.name, self.address), BY_NAME), (_name(self.name), BY_NAME_ALONE))
        return (*by_name, (_key("address", self.address), BY_ADDRESS)) if self.address else by_name


def count(connection: Connection, one: Try, at: datetime) -> Held | None:
    """Count a try as failed, or return why it is not heard at all; then it does not count."""
    held = held_now(connection, one, at)
    if held is not None:
        return held
    connection.execute(delete(ATTEMPT).where(ATTEMPT.c.last_at < at - FORGOTTEN_AFTER))
    for key, rule in one.keys:
        before = _failures(connection, key)
        failures = 1 if before >= rule.most and not rule.stays else before + 1
        row = {"failures": failures, "last_at": at, "until": at + rule.wait(failures)}
        changed = connection.execute(update(ATTEMPT).where(ATTEMPT.c.digest == key).values(row))
        if not changed.rowcount:
            connection.execute(insert(ATTEMPT), [{"digest": key, **row}])
    return None


def held_now(connection: Connection, one: Try, at: datetime) -> Held | None:
    """Return whether a try would not be heard now."""
    held: list[Held] = []
    for key, rule in one.keys:
        row = connection.execute(select(ATTEMPT).where(ATTEMPT.c.digest == key)).first()
        if row is not None and row.until > at:
            held.append(Held(-(-(row.until - at) // timedelta(seconds=1)), row.failures >= rule.most))
    return max(held, key=lambda one: one.seconds, default=None)


def take_off(connection: Connection, one: Try, at: datetime) -> None:
    """Take off one failure: this try was right as far as it went, and the others count as before."""
    for key, rule in one.keys:
        failures = max(_failures(connection, key) - 1, 0)
        # Whoever had to wait for a lock that stays has done so: a code may be asked for next.
        wait = timedelta() if rule.stays else rule.wait(failures)
        row = {"failures": failures, "until": at + wait}
        connection.execute(update(ATTEMPT).where(ATTEMPT.c.digest == key).values(row))


def is_locked(connection: Connection, name: str, at: datetime) -> bool:
    """Return whether a name is locked now, from some address or from all."""
    rows = connection.execute(select(ATTEMPT).where(_of_name(name) & (ATTEMPT.c.until > at))).all()
    alone = _name(name)
    return any(row.failures >= (BY_NAME_ALONE if row.digest == alone else BY_NAME).most for row in rows)


def clear(connection: Connection, one: Try) -> None:
    """Forget the failures of a name from this address and from all: its owner came in; the address's stay."""
    keys = [key for key, rule in one.keys if rule is not BY_ADDRESS]
    connection.execute(delete(ATTEMPT).where(ATTEMPT.c.digest.in_(keys)))


def forgive(connection: Connection, name: str) -> None:
    """Forget all failures of a name, wherever they came from."""
    connection.execute(delete(ATTEMPT).where(or_(_of_name(name), ATTEMPT.c.digest == _inside(name))))


def _of_name(name: str) -> ColumnElement[bool]:
    alone = _name(name)
    return or_(ATTEMPT.c.digest == alone, ATTEMPT.c.digest.startswith(f"{alone}:"))


def _name(name: str) -> str:
    return _key("name", name)


def _at(name: str, address: str) -> str:
    return f"{_name(name)}:{_key('name at', f'{name} {address}')}"


def _inside(name: str) -> str:
    return _key("inside", name)


def _failures(connection: Connection, key: str) -> int:
    return connection.execute(select(ATTEMPT.c.failures).where(ATTEMPT.c.digest == key)).scalar() or 0


def _key(kind: str, words: str) -> str:
    return hashlib.sha256(f"{kind}:{words}".encode()).hexdigest()
