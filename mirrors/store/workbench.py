"""A DuckDB in memory for work on rows that are not stored yet."""

import duckdb
import pyarrow as pa

from mirrors.store.incoming import FactRows


def open_workbench() -> duckdb.DuckDBPyConnection:
    """Return a fresh in-memory connection that cannot reach files, the network or extensions.

    Rows may be personal, so nothing goes to the disk either: without memory, duckdb.OutOfMemoryException.
    """
    return duckdb.connect(
        config={"enable_external_access": "false", "temp_directory": "", "lock_configuration": "true"}
    )


def rows_of(facts: FactRows) -> pa.Table:
    """Return the facts as a table of their own."""
    with open_workbench() as connection:
        connection.register("source", facts.source)
        return connection.sql(facts.sql).to_arrow_table()
