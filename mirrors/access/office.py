"""All of access for one store, opened once."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from mirrors.access.accounts import Accounts
from mirrors.access.audit import AuditLog
from mirrors.access.clock import Clock, now
from mirrors.access.demo import Door, demo_doors
from mirrors.access.passwords import Passwords
from mirrors.access.sessions import Sessions
from mirrors.desk import open_desk


@dataclass(frozen=True)
class Access:
    """The desk of one store, and those who look after it; any number of threads may share it."""

    folder: Path
    engine: Engine
    audit: AuditLog
    accounts: Accounts
    sessions: Sessions

    def doors(self) -> tuple[Door, ...]:
        """Return the demo doors that are open now; raises StoreTrouble."""
        return demo_doors(self.folder)


def open_access(folder: Path, clock: Clock = now, passwords: Passwords | None = None) -> Access:
    """Return the access of the store in `folder`, its desk brought up to date; raises StoreTrouble."""
    engine = open_desk(folder)
    audit = AuditLog(engine, clock)
    accounts = Accounts(engine, audit, clock, passwords)
    return Access(folder, engine, audit, accounts, Sessions(engine, audit, clock, store=folder))
