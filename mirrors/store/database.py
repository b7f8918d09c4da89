"""One way to open a DuckDB file of the store: attached to a private database that reaches nothing else."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from mirrors.store.durable import UNFINISHED, whole_file

_HEADERS = 3 * 4096
"""A DuckDB file is its three headers and a whole number of blocks."""


def attach(files: Mapping[str, Path], read_only: bool) -> duckdb.DuckDBPyConnection:
    """Return a connection to which only `files` are attached, under their names; raises duckdb.Error.

    A reader attached to a file is never disturbed by another file that takes its place. A file that is
    shorter than it says is refused at once, not only when the missing part is asked for.
    """
    connection = duckdb.connect(
        config={"autoload_known_extensions": "false", "autoinstall_known_extensions": "false"}
    )
    try:
        for name, path in files.items():
            connection.execute(f"SET temp_directory = {_literal(path.parent / f'spill{UNFINISHED}')}")
            connection.execute(f"ATTACH {_literal(path)} AS {name}{' (READ_ONLY)' if read_only else ''}")
            _refuse_cut_off(connection, path, name, read_only)
        # Rows that come in have their numbers; what goes out may be summed, always in the same order.
        connection.execute(f"SET preserve_insertion_order = {str(read_only).lower()}")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def writable(path: Path, name: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a file to be written, made if absent; when the block ends all is in the file itself.

    DuckDB cuts a path at a question mark when it names its log, so a file below such a folder is
    written elsewhere and put back whole.
    """
    if "?" not in str(path):
        with attach({name: path}, read_only=False) as connection:
            yield connection
        return
    with tempfile.TemporaryDirectory() as elsewhere:
        copy = Path(elsewhere) / path.name
        if path.exists():
            shutil.copyfile(path, copy)
        try:
            with attach({name: copy}, read_only=False) as connection:
                yield connection
        finally:
            with whole_file(path) as unfinished:
                shutil.copyfile(copy, unfinished)


def read_through(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Read every row of an attached file, so that a part that is missing or damaged raises duckdb.Error."""
    tables = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = ? ORDER BY ALL", [name]
    ).fetchall()
    for (table,) in tables:
        connection.execute(f"SELECT bit_xor(hash(t)) FROM {name}.{table} AS t").fetchall()


def _refuse_cut_off(connection: duckdb.DuckDBPyConnection, path: Path, name: str, read_only: bool) -> None:
    [(block, used)] = connection.execute(
        "SELECT block_size, used_blocks FROM pragma_database_size() WHERE database_name = ?", [name]
    ).fetchall()
    size = path.stat().st_size - _HEADERS
    # A job that died may leave part of a block behind, which nothing refers to; a finished file has none.
    if size < block * used or (read_only and size % block):
        raise duckdb.IOException(f"{path} is cut off")


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
