"""The tables of `facts.duckdb`, and the views of what is in force."""

import hashlib

import duckdb

from mirrors.definitions import Contract, load_contracts
from mirrors.store.trouble import StoreOutdated

TYPES = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "date": "DATE"}

SUPERSEDES = {
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
    "measure": ("measure",),
    "calendar": (),
    "incidents": (),
    "survey_responses": ("wave", "respondent_group"),
    "survey_summary": ("respondent_group",),
    "checklist": (),
}
"""The contracts whose rows are kept and, beside school and year, what a newer upload replaces as a whole."""

_STATUS = "ENUM('exact', 'at_most', 'at_least', 'missing', 'not_asked')"

_LEDGER = {
    "upload": {
        "upload_id": "INTEGER",
        "at": "TIMESTAMP",
        "by": "VARCHAR",
        "profile": "VARCHAR",
        "mapping": "VARCHAR",
        "decision": "VARCHAR",
        "decided_at": "TIMESTAMP",
        "decided_by": "VARCHAR",
        "note": "VARCHAR",
    },
    "upload_file": {
        "upload_id": "INTEGER",
        "place": "INTEGER",
        "name": "VARCHAR",
        "extension": "VARCHAR",
        "sheet": "VARCHAR",
        "size": "BIGINT",
        "sha256": "VARCHAR",
        "layout": "VARCHAR",
        "rows_read": "BIGINT",
        "rows_kept": "BIGINT",
        "counts": "VARCHAR",
    },
    "upload_finding": {
        "upload_id": "INTEGER",
        "place": "INTEGER",
        "problem": "VARCHAR",
        "stage": "VARCHAR",
        "severity": "VARCHAR",
        "file": "VARCHAR",
        "sheet": "VARCHAR",
        "column": "VARCHAR",
        "row": "BIGINT",
        "rows": "BIGINT",
        "detail": "VARCHAR",
    },
    "upload_confirmation": {"upload_id": "INTEGER", "column": "VARCHAR", "by": "VARCHAR"},
    "event": {
        "event_id": "INTEGER",
        "at": "TIMESTAMP",
        "by": "VARCHAR",
        "what": "VARCHAR",
        "subject": "VARCHAR",
        "detail": "VARCHAR",
    },
    "alarm_decision": {
        "decision_id": "INTEGER",
        "school_id": "VARCHAR",
        "school_year": "VARCHAR",
        "alarm": "VARCHAR",
        "digest": "VARCHAR",
        "decision": "VARCHAR",
        "note": "VARCHAR",
        "decided_by": "VARCHAR",
        "decided_at": "TIMESTAMP",
    },
    "setting": {
        "name": "VARCHAR",
        "value": "VARCHAR",
        "confirmed_by": "VARCHAR",
        "reference": "VARCHAR",
        "by": "VARCHAR",
        "at": "TIMESTAMP",
    },
}


def quoted(name: str) -> str:
    """Return a column's name as SQL takes it, whatever the word."""
    return f'"{name}"'


def stored_contracts() -> list[Contract]:
    """Return the contracts whose rows are kept; events of single pupils are reduced before they arrive."""
    return [contract for name, contract in load_contracts().items() if name in SUPERSEDES]


def is_up_to_date(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether the store has the tables of this version of the program."""
    return _schema_digest(connection) == _digest(_tables())


def bring_up_to_date(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables and columns that are not there yet; raises StoreOutdated for one of an unknown form."""
    if is_up_to_date(connection):
        return
    if _schema_digest(connection) is None and connection.execute("SHOW TABLES").fetchall():
        raise StoreOutdated(
            "this store was made by an earlier version: ingest its files again, into another folder"
        )
    tables = _tables()
    connection.begin()
    for table, columns in tables.items():
        definition = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
        connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({definition})")
        for name, kind in columns.items():
            connection.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {quoted(name)} {kind}")
    connection.execute("CREATE OR REPLACE TABLE schema_digest AS SELECT ? AS digest", [_digest(tables)])
    connection.commit()


def view_in_force(connection: duckdb.DuckDBPyConnection) -> None:
    """Make a view of every contract, named after it, of the facts in force.

    A newer upload, and within an upload a later layout, replaces an older one; refused and withdrawn uploads
    were never there.
    """
    for contract in stored_contracts():
        connection.execute(f"CREATE TEMP VIEW {contract.name} AS {_in_force(contract.name)}")


def _in_force(name: str) -> str:
    whole = [quoted(column) for column in ("school_id", "school_year", *SUPERSEDES[name])]
    same = " AND ".join(f"fact.{column} IS NOT DISTINCT FROM newest.{column}" for column in whole)
    order = "(upload_id::BIGINT * 1048576 + file_rank)"
    return (
        f"WITH newest AS (SELECT {', '.join(whole)}, max({order}) AS newest FROM fact_{name}"
        " WHERE upload_id IN (SELECT upload_id FROM upload WHERE decision = 'taken')"
        f" GROUP BY {', '.join(whole)})"
        " SELECT fact.* REPLACE (fact.status::VARCHAR AS status, coalesce(fact.basis, '') AS basis)"
        f" FROM fact_{name} AS fact JOIN newest ON {same} AND {order} = newest.newest"
    )


def _schema_digest(connection: duckdb.DuckDBPyConnection) -> str | None:
    try:
        rows = connection.execute("SELECT digest FROM schema_digest").fetchall()
    except duckdb.CatalogException:
        return None
    return str(rows[0][0])


def _tables() -> dict[str, dict[str, str]]:
    return _LEDGER | {f"fact_{contract.name}": _fact_columns(contract) for contract in stored_contracts()}


def _fact_columns(contract: Contract) -> dict[str, str]:
    columns = {column.name: TYPES[column.type] for column in contract.fields if column.name != "name"}
    if "code" in columns:
        columns["category"] = "VARCHAR"
    # A constant text costs as much time as any other column; an ENUM, or nothing, does not.
    more = {"share": "DOUBLE", "status": _STATUS, "basis": "VARCHAR", "source_row": "BIGINT"}
    return columns | more | {"file_rank": "INTEGER", "upload_id": "INTEGER"}


def _digest(tables: dict[str, dict[str, str]]) -> str:
    return hashlib.sha256(
        repr(sorted((name, list(kinds.items())) for name, kinds in tables.items())).encode()
    ).hexdigest()
