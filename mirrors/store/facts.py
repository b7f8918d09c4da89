"""Facts as they were uploaded, each row with its upload; the newest upload is believed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from mirrors.definitions import Contract, load_contracts

_FILE = "facts.duckdb"
_TYPES = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE"}

_SUPERSEDES = {
    "schools": (),
    "context": ("feature",),
    "enrolment": ("breakdown",),
    "absence": ("breakdown",),
    "absence_pattern": (),
    "pupil_band": ("breakdown", "category", "scale"),
    "absence_quantile": ("category",),
    "follow_up": ("threshold",),
    "trajectory": (),
    "lateness": ("kind",),
}
"""Beside school and year: what a newer upload replaces as a whole."""


class StoreBusy(RuntimeError):
    """Another process is writing to this store; nothing was changed, try again later."""


class StoreDamaged(RuntimeError):
    """A file of the store cannot be read; the message names it and what to do."""


@dataclass(frozen=True)
class UploadRecord:
    """One upload as the ledger remembers it; `digests` are the SHA-256 of its files."""

    upload_id: int
    uploaded_at: datetime
    profile: str
    digests: frozenset[str]


class Facts:
    """The facts of one store, open for one writer."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        _create_schema(connection)

    def uploads(self) -> list[UploadRecord]:
        """Return every upload, oldest first."""
        rows = self._connection.execute(
            "SELECT upload_id, uploaded_at, profile, list(sha256)"
            " FROM upload JOIN upload_file USING (upload_id) GROUP BY ALL ORDER BY upload_id"
        ).fetchall()
        return [
            UploadRecord(number, when, profile, frozenset(digests)) for number, when, profile, digests in rows
        ]

    def add_upload(
        self,
        profile: str,
        when: datetime,
        files: Sequence[tuple[str, str, int, int]],
        facts: dict[str, pa.Table],
    ) -> int:
        """Store one upload wholly or not at all and return its number.

        `files` are (name, sha256, rows read, rows kept); `facts` the checked tables by contract name.
        """
        con = self._connection
        con.begin()
        try:
            [(upload_id,)] = con.execute("SELECT coalesce(max(upload_id), 0) + 1 FROM upload").fetchall()
            con.execute("INSERT INTO upload VALUES (?, ?, ?)", [upload_id, when, profile])
            con.executemany(
                "INSERT INTO upload_file VALUES (?, ?, ?, ?, ?)", [[upload_id, *file] for file in files]
            )
            for name, table in facts.items():
                con.register("incoming", table)
                con.execute(
                    f"INSERT INTO fact_{name} BY NAME SELECT *, {upload_id} AS upload_id FROM incoming"
                )
                con.unregister("incoming")
        except BaseException:
            con.rollback()
            raise
        con.commit()
        return int(upload_id)

    def frame(self, sql: str) -> pd.DataFrame:
        """Return the rows of `sql`, in which each contract is a view of the facts in force.

        Whole numbers with gaps come as floats with NaN, so that arithmetic treats all gaps alike.
        """
        frame = self._connection.execute(sql).df()
        gapped = [name for name, dtype in frame.dtypes.items() if isinstance(dtype, pd.Int64Dtype)]
        return frame.astype(dict.fromkeys(gapped, float))


def holds_facts(folder: Path) -> bool:
    """Return whether the store in `folder` was ever opened for facts."""
    return (folder / _FILE).is_file()


@contextmanager
def open_facts(folder: Path) -> Iterator[Facts]:
    """Open the facts of the store in `folder`, created if absent; raises StoreBusy."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        connection = duckdb.connect(folder / _FILE)
    except duckdb.Error as error:
        if "lock" in str(error).lower():
            raise StoreBusy(f"another process is writing to {folder}; try again when it is done") from error
        raise StoreDamaged(
            f"{folder / _FILE} cannot be read; put a copy of it back, or ingest into another folder"
        ) from error
    with connection:
        yield Facts(connection)


def _create_schema(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "CREATE TABLE IF NOT EXISTS upload (upload_id INTEGER PRIMARY KEY, uploaded_at TIMESTAMP NOT NULL,"
        " profile VARCHAR NOT NULL)"
    )
    connection.execute(
        "CREATE TABLE IF NOT EXISTS upload_file (upload_id INTEGER NOT NULL, file VARCHAR NOT NULL,"
        " sha256 VARCHAR NOT NULL, rows_read BIGINT NOT NULL, rows_kept BIGINT NOT NULL)"
    )
    for contract in load_contracts().values():
        connection.execute(f"CREATE TABLE IF NOT EXISTS fact_{contract.name} ({_columns(contract)})")
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {contract.name} AS {_in_force(contract.name)}")


def _columns(contract: Contract) -> str:
    columns = [f"{column.name} {_TYPES[column.type]}" for column in contract.fields if column.name != "name"]
    if "code" in contract.columns:
        columns.append("category VARCHAR")
    columns += ["share DOUBLE", "status VARCHAR", "basis VARCHAR", "source_row BIGINT", "file_rank INTEGER"]
    return ", ".join([*columns, "upload_id INTEGER NOT NULL"])


def _in_force(name: str) -> str:
    whole = ", ".join(("school_id", "school_year", *_SUPERSEDES[name]))
    newest = f"rank() OVER (PARTITION BY {whole} ORDER BY upload_id DESC, file_rank DESC)"
    return f"SELECT * EXCLUDE (newest) FROM (SELECT *, {newest} AS newest FROM fact_{name}) WHERE newest = 1"
