"""The ledger: every upload that was tried, what was decided about it, and everything done since."""

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass, field
from datetime import datetime
from typing import Any

import duckdb
import pandas as pd

from mirrors.definitions import Profile
from mirrors.store.schema import quoted

TAKEN, REFUSED, WITHDRAWN = "taken", "refused", "withdrawn"
LONGEST_NOTE = 500


class WrongDecision(ValueError):
    """What was asked cannot be decided; the message says why. Nothing was changed."""


@dataclass(frozen=True)
class FileEntry:
    """A file, or one sheet of it. Without a name where even the name may be personal.

    `facts` counts facts by contract, `statuses` their statuses by column, `dropped` rows by the reason.
    """

    name: str
    extension: str
    size: int
    sha256: str
    sheet: str | None = None
    layout: str = ""
    rows_read: int = 0
    rows_kept: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    facts: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, dict[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class FindingEntry:
    """One finding about an upload; never a value of the file."""

    problem: str
    stage: str
    severity: str
    file: str
    sheet: str | None = None
    column: str | None = None
    row: int | None = None
    rows: int = 1
    detail: str = ""


@dataclass(frozen=True)
class Confirmation:
    """A column that somebody declared to be harmless."""

    column: str
    by: str


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """An upload as it was tried: when (UTC), by whom, how it was read, and what was found.

    `mapping` is the profile as it was, in JSON, so that an old upload can always be explained.
    """

    at: datetime
    by: str
    profile: str
    mapping: str
    files: tuple[FileEntry, ...] = ()
    findings: tuple[FindingEntry, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()


@dataclass(frozen=True, kw_only=True)
class UploadRecord(Attempt):
    """An upload in the ledger; `decision` is taken, refused or withdrawn, with who, when and why."""

    upload_id: int
    decision: str
    decided_at: datetime
    decided_by: str
    note: str

    @property
    def in_force(self) -> bool:
        """Whether its facts count."""
        return self.decision == TAKEN

    @property
    def digests(self) -> frozenset[str]:
        """The SHA-256 of its files."""
        return frozenset(file.sha256 for file in self.files)

    @property
    def mapped_by(self) -> Profile:
        """The profile it was read by, as it was."""
        return Profile.model_validate_json(self.mapping)


@dataclass(frozen=True)
class Event:
    """Something done to the store: `what` was done to `subject`, when (UTC) and by whom."""

    event_id: int
    at: datetime
    by: str
    what: str
    subject: str
    detail: str


@dataclass(frozen=True)
class Setting:
    """A setting in force, who answers for it, on what grounds, and who set it when."""

    name: str
    value: str
    confirmed_by: str
    reference: str
    by: str
    at: datetime


@dataclass(frozen=True)
class AlarmDecision:
    """What somebody decided about an alarm, on the evidence known by `digest`."""

    school_id: str
    school_year: str
    alarm: str
    digest: str
    decision: str
    note: str
    decided_by: str
    decided_at: datetime


def checked_note(note: str) -> str:
    """Return a note without the space around it; raises WrongDecision when it is empty or too long."""
    words = note.strip()
    if not words:
        raise WrongDecision("a note is needed: say in a few words why")
    if len(words) > LONGEST_NOTE:
        raise WrongDecision(f"the note is longer than {LONGEST_NOTE} characters: shorten it")
    return words


def write_attempt(
    connection: duckdb.DuckDBPyConnection, upload_id: int, attempt: Attempt, decision: str
) -> None:
    """Put an attempt in the ledger, within the transaction of its caller."""
    head = (attempt.at, attempt.by, attempt.profile, attempt.mapping)
    insert(connection, "upload", [(upload_id, *head, decision, attempt.at, attempt.by, "")])
    files = [(upload_id, place, *_file_row(file)) for place, file in enumerate(attempt.files)]
    insert(connection, "upload_file", files)
    findings = [(upload_id, place, *astuple(found)) for place, found in enumerate(attempt.findings)]
    insert(connection, "upload_finding", findings)
    insert(connection, "upload_confirmation", [(upload_id, c.column, c.by) for c in attempt.confirmations])


def read_uploads(connection: duckdb.DuckDBPyConnection) -> list[UploadRecord]:
    """Return every upload that was tried, oldest first."""
    files = _by_upload(connection, "upload_file", "place", _file_entry)
    findings = _by_upload(connection, "upload_finding", "place", lambda row: FindingEntry(*row[1:]))
    confirmed = _by_upload(
        connection, "upload_confirmation", quoted("column"), lambda row: Confirmation(*row)
    )
    rows = connection.execute("SELECT * FROM upload ORDER BY upload_id").fetchall()
    return [
        UploadRecord(
            upload_id=number,
            at=at,
            by=by,
            profile=profile,
            mapping=mapping,
            decision=decision,
            decided_at=decided_at,
            decided_by=decided_by,
            note=note,
            files=tuple(files.get(number, ())),
            findings=tuple(findings.get(number, ())),
            confirmations=tuple(confirmed.get(number, ())),
        )
        for number, at, by, profile, mapping, decision, decided_at, decided_by, note in rows
    ]


def read_events(connection: duckdb.DuckDBPyConnection) -> list[Event]:
    """Return everything done, oldest first."""
    rows = connection.execute("SELECT * FROM event ORDER BY event_id").fetchall()
    return [Event(*row) for row in rows]


def write_event(
    connection: duckdb.DuckDBPyConnection, at: datetime, by: str, what: str, subject: str, detail: str
) -> None:
    """Put an event in the ledger, within the transaction of its caller."""
    insert(
        connection, "event", [(next_number(connection, "event", "event_id"), at, by, what, subject, detail)]
    )


def read_decisions(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return the newest decision about every alarm of a school and year."""
    newest = "rank() OVER (PARTITION BY school_id, school_year, alarm ORDER BY decision_id DESC)"
    return connection.execute(
        "SELECT school_id, school_year, alarm, digest, decision, note, decided_by, decided_at"
        f" FROM (SELECT *, {newest} AS newest FROM alarm_decision) WHERE newest = 1"
        " ORDER BY school_id, school_year, alarm"
    ).df()


def read_setting(connection: duckdb.DuckDBPyConnection, name: str) -> Setting | None:
    """Return a setting as it stands, or None when it was never set or was taken back."""
    rows = connection.execute("SELECT * FROM setting WHERE name = ?", [name]).fetchall()
    return Setting(*rows[0]) if rows else None


def next_number(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> int:
    """Return the number of the next row of a ledger table."""
    [(number,)] = connection.execute(f"SELECT coalesce(max({column}), 0) + 1 FROM {table}").fetchall()
    return int(number)


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    """Add whole rows to a ledger table."""
    if rows:
        places = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {table} VALUES ({places})", [list(row) for row in rows])


def _file_row(file: FileEntry) -> tuple[Any, ...]:
    counts = json.dumps({"dropped": file.dropped, "facts": file.facts, "statuses": file.statuses})
    found = (file.name, file.extension, file.sheet, file.size, file.sha256, file.layout)
    return (*found, file.rows_read, file.rows_kept, counts)


def _file_entry(row: Sequence[Any]) -> FileEntry:
    _, name, extension, sheet, size, sha256, layout, rows_read, rows_kept, counts = row
    return FileEntry(name, extension, size, sha256, sheet, layout, rows_read, rows_kept, **json.loads(counts))


def _by_upload(
    connection: duckdb.DuckDBPyConnection, table: str, order: str, entry: Any
) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for number, *row in connection.execute(f"SELECT * FROM {table} ORDER BY upload_id, {order}").fetchall():
        found.setdefault(number, []).append(entry(row))
    return found
