"""A DuckDB in memory for work on rows that are not stored yet."""

import duckdb


def open_workbench() -> duckdb.DuckDBPyConnection:
    """Return a fresh in-memory connection that cannot reach files, the network or extensions."""
    return duckdb.connect(config={"enable_external_access": "false", "lock_configuration": "true"})
