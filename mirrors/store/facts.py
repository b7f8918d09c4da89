"""Facts as they were uploaded, each row with its upload; the newest upload in force is believed."""

import contextlib
import hashlib
import json
import secrets
import shlex
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from mirrors.definitions import load_contracts
from mirrors.progress import Progress, silent
from mirrors.store import backup, ledger
from mirrors.store.database import attach, read_through, writable
from mirrors.store.durable import clear_unfinished, whole_file
from mirrors.store.guarding import tighten
from mirrors.store.incoming import Content, FactRows, as_stored, contents, contents_stored, counted
from mirrors.store.ledger import AlarmDecision, Attempt, Event, Setting, UploadRecord, WrongDecision
from mirrors.store.queue import turn
from mirrors.store.schema import bring_up_to_date, is_up_to_date, view_in_force
from mirrors.store.trouble import StoreBusy, StoreDamaged, StoreUnwritable, told_plainly

_STORE = "store"


class Facts:
    """The facts and the ledger of one store; whoever changes them holds the queue (`write_facts`)."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        view_in_force(connection)

    def frame(self, sql: str) -> pd.DataFrame:
        """Return the rows of `sql`, in which each contract is a view of the facts in force.

        Whole numbers with gaps come as floats with NaN, so that arithmetic treats all gaps alike.
        """
        frame = self._connection.execute(sql).df()
        gapped = [name for name, dtype in frame.dtypes.items() if isinstance(dtype, pd.Int64Dtype)]
        return frame.astype(dict.fromkeys(gapped, float))

    def table(self, sql: str) -> pa.Table:
        """Return the rows of `sql` as they are stored, for rules between rows that come in and these."""
        return self._connection.sql(sql).to_arrow_table()

    def uploads(self) -> list[UploadRecord]:
        """Return every upload that was tried, oldest first."""
        return ledger.read_uploads(self._connection)

    def in_force(self) -> list[UploadRecord]:
        """Return the uploads whose facts count, oldest first."""
        return [upload for upload in self.uploads() if upload.in_force]

    def events(self) -> list[Event]:
        """Return everything done to the store, oldest first."""
        return ledger.read_events(self._connection)

    def decisions(self) -> pd.DataFrame:
        """Return the newest decision about every alarm, with the digest of the evidence it rests on."""
        return ledger.read_decisions(self._connection)

    def setting(self, name: str) -> Setting | None:
        """Return a setting in force, or None."""
        return ledger.read_setting(self._connection, name)

    def state_id(self) -> str:
        """Return what the figures depend on, in short: the uploads in force and the decisions on alarms."""
        uploads = [upload.upload_id for upload in self.in_force()]
        decided = self.decisions()[["school_id", "school_year", "alarm", "digest", "decision"]]
        told = json.dumps([uploads, decided.to_numpy().tolist()])
        return hashlib.sha256(told.encode()).hexdigest()

    def contents(self, facts: Sequence[FactRows]) -> list[Content]:
        """Return what rows that may come in are known by, for every contract and school year."""
        found: list[Content] = []
        for name in sorted({rows.contract for rows in facts}):
            rows = [one for one in facts if one.contract == name]
            counts = counted(self._connection, rows)
            if set(counts.values()) & self._counts_in_force(name):
                found += contents(self._connection, rows, load_contracts()[name])
            else:
                found += [Content(name, year, count) for year, count in sorted(counts.items())]
        return found

    def contents_in_force(self, names: Collection[str]) -> list[tuple[int, Content]]:
        """Return what the rows of every upload in force are known by, of these contracts."""
        uploads = [upload.upload_id for upload in self.in_force()]
        contracts = [load_contracts()[name] for name in sorted(names)] if uploads else []
        return [
            content
            for contract in contracts
            for content in contents_stored(self._connection, contract, uploads)
        ]

    def _counts_in_force(self, contract: str) -> set[int]:
        """Return the numbers of rows that uploads in force hold of one contract and school year."""
        rows = self._connection.execute(
            f"SELECT DISTINCT count(*) FROM fact_{contract}"
            " WHERE upload_id IN (SELECT upload_id FROM upload WHERE decision = 'taken')"
            " GROUP BY upload_id, school_year"
        ).fetchall()
        return {count for (count,) in rows}

    def next_upload(self) -> int:
        """Return the number that the next upload gets."""
        return ledger.next_number(self._connection, "upload", "upload_id")

    def add_upload(self, attempt: Attempt, facts: Sequence[FactRows]) -> int:
        """Store one upload with its row in the ledger, wholly or not at all, and return its number."""
        with self._change() as connection:
            upload_id = self.next_upload()
            ledger.write_attempt(connection, upload_id, attempt, ledger.TAKEN)
            secret = secrets.token_hex(32)
            for rows in facts:
                connection.register("source", rows.source)
                kept = as_stored(rows.contract, rows.sql, secret)
                connection.execute(
                    f"INSERT INTO fact_{rows.contract} BY NAME SELECT *, {upload_id} AS upload_id"
                    f" FROM ({kept})"
                )
                connection.unregister("source")
        return upload_id

    def refuse(self, attempt: Attempt) -> int:
        """Put an upload that was not taken in the ledger and return its number."""
        with self._change() as connection:
            upload_id = self.next_upload()
            ledger.write_attempt(connection, upload_id, attempt, ledger.REFUSED)
        return upload_id

    def withdraw(self, upload_id: int, note: str, by: str, when: datetime) -> None:
        """Let an upload count no more, as if it had never been; raises WrongDecision."""
        self._decide_upload(upload_id, ledger.TAKEN, ledger.WITHDRAWN, note, by, when)

    def reinstate(self, upload_id: int, note: str, by: str, when: datetime) -> None:
        """Let a withdrawn upload count again; raises WrongDecision."""
        self._decide_upload(upload_id, ledger.WITHDRAWN, ledger.TAKEN, note, by, when)

    def decide(self, decision: AlarmDecision) -> None:
        """Store what somebody decided about an alarm; raises WrongDecision."""
        if decision.decision not in ("confirmed", "rejected"):
            raise WrongDecision(f"an alarm is confirmed or rejected, not {decision.decision!r}")
        note = ledger.checked_note(decision.note)
        about = (decision.school_id, decision.school_year, decision.alarm)
        with self._change() as connection:
            number = ledger.next_number(connection, "alarm_decision", "decision_id")
            row = (number, *about, decision.digest, decision.decision, note)
            ledger.insert(connection, "alarm_decision", [(*row, decision.decided_by, decision.decided_at)])
            what, subject = f"alarm_{decision.decision}", " ".join(about)
            ledger.write_event(connection, decision.decided_at, decision.decided_by, what, subject, note)

    def set_setting(self, setting: Setting) -> None:
        """Store a setting, with who answers for it; an empty value takes it back."""
        with self._change() as connection:
            connection.execute("DELETE FROM setting WHERE name = ?", [setting.name])
            row = (setting.name, setting.value, setting.confirmed_by, setting.reference, setting.by)
            ledger.insert(connection, "setting", [(*row, setting.at)] if setting.value else [])
            told = f"{setting.value} {setting.confirmed_by} {setting.reference}".strip()
            ledger.write_event(connection, setting.at, setting.by, "setting", setting.name, told)

    def add_event(self, when: datetime, by: str, what: str, subject: str, detail: str = "") -> None:
        """Put something done outside the facts in the ledger."""
        with self._change() as connection:
            ledger.write_event(connection, when, by, what, subject, detail)

    def _decide_upload(
        self, upload_id: int, before: str, after: str, note: str, by: str, when: datetime
    ) -> None:
        words = ledger.checked_note(note)
        found = {upload.upload_id: upload.decision for upload in self.uploads()}
        if found.get(upload_id) != before:
            is_now = found.get(upload_id, "not there")
            raise WrongDecision(f"upload {upload_id} is {is_now}, so it cannot be {_DONE[after]}")
        with self._change() as connection:
            connection.execute(
                "UPDATE upload SET decision = ?, decided_at = ?, decided_by = ?, note = ?"
                " WHERE upload_id = ?",
                [after, when, by, words, upload_id],
            )
            ledger.write_event(connection, when, by, _DONE[after], str(upload_id), words)

    @contextmanager
    def _change(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """One transaction: all of it is stored, or nothing."""
        self._connection.begin()
        try:
            yield self._connection
        except BaseException:
            # A database that failed to write refuses even this; opening it again rolls back.
            with contextlib.suppress(duckdb.Error):
                self._connection.rollback()
            raise
        self._connection.commit()


_DONE = {ledger.WITHDRAWN: "withdrawn", ledger.TAKEN: "reinstated"}


def holds_facts(folder: Path) -> bool:
    """Return whether the store in `folder` was ever opened for facts."""
    return (folder / backup.FACTS).is_file() or (folder / backup.COPY).is_file()


@contextmanager
def open_facts(folder: Path) -> Iterator[Facts]:
    """Open the facts of the store in `folder` to read, as of the last finished job; waits for nobody.

    What is read is the copy, which a job that writes never touches until it is done.
    """
    if holds_facts(folder):
        _see_to_copy(folder)
    with told_plainly(folder, lambda: _damaged(folder)), _reader(folder) as connection:
        yield Facts(connection)


@contextmanager
def write_facts(folder: Path, progress: Progress = silent, wait: bool = True) -> Iterator[Facts]:
    """Open the facts of the store in `folder` for one job, made if absent, when its turn has come.

    Raises StoreBusy unless it may `wait`, StoreDamaged, StoreUnwritable and StoreOutdated. What the job
    changed is in the facts and in their copy when the block ends.
    """
    with told_plainly(folder, lambda: _damaged(folder)), turn(folder, progress, wait):
        clear_unfinished(folder)
        tighten(folder)
        _make_if_absent(folder)
        try:
            with _writer(folder) as connection:
                yield Facts(connection)
        except (duckdb.Error, OSError):
            # What could not be read or written is not copied over the copy.
            raise
        except BaseException:
            _renew(folder)
            raise
        _renew(folder)


@contextmanager
def _writer(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    as_left = backup.is_current(folder)
    with writable(folder / backup.FACTS, _STORE) as connection:
        if not as_left:
            # A job died after its change, or the file was damaged: the copy must not become so too.
            read_through(connection, _STORE)
        connection.execute(f"USE {_STORE}")
        bring_up_to_date(connection)
        try:
            yield connection
        finally:
            _checkpoint(connection)


def _renew(folder: Path) -> None:
    done = "what was asked is stored, yet not its copy"
    with told_plainly(folder, lambda: _damaged(folder), done):
        backup.renew(folder)
        tighten(folder)


def _checkpoint(connection: duckdb.DuckDBPyConnection) -> None:
    # Without room for it the change stays in the log, which the next job takes up.
    with contextlib.suppress(duckdb.Error):
        connection.execute(f"CHECKPOINT {_STORE}")


def _see_to_copy(folder: Path) -> None:
    """Renew a copy that a job which died left behind, unless a job runs now."""
    if backup.is_current(folder) and _copy_is_up_to_date(folder):
        return
    try:
        with write_facts(folder, wait=False):
            pass
    except StoreBusy:
        return
    except StoreUnwritable:
        if not (folder / backup.COPY).exists():
            raise


@contextmanager
def _reader(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    path = folder / backup.COPY
    if path.exists():
        with attach({_STORE: path}, read_only=True) as connection:
            connection.execute(f"USE {_STORE}")
            yield connection
        return
    # No job has finished here yet.
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH ':memory:' AS {_STORE}")
        connection.execute(f"USE {_STORE}")
        bring_up_to_date(connection)
        yield connection


def _copy_is_up_to_date(folder: Path) -> bool:
    with told_plainly(folder, lambda: _damaged(folder)), _reader(folder) as connection:
        return is_up_to_date(connection)


def _make_if_absent(folder: Path) -> None:
    if (folder / backup.FACTS).exists():
        return
    if (folder / backup.COPY).exists():
        raise StoreDamaged(_damaged(folder))
    with whole_file(folder / backup.FACTS) as new, writable(new, _STORE) as connection:
        connection.execute(f"USE {_STORE}")
        bring_up_to_date(connection)
        connection.execute(f"CHECKPOINT {_STORE}")


def _damaged(folder: Path) -> str:
    command = f"python -m mirrors restore --store {shlex.quote(str(folder))} --facts"
    return f"{folder / backup.FACTS} is damaged; put its copy back with: {command}"
