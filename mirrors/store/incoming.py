"""Facts on their way in: rows still in memory, and how the same rows are known again."""

import hashlib
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from mirrors.definitions import Contract
from mirrors.store.schema import TYPES, quoted

CARRIED_YEARLY = frozenset({"schools", "context", "calendar", "checklist"})
"""What may honestly be the same in two school years."""

FEWEST_ROWS_TO_REPEAT = 20
"""Fewer rows may be the same in two school years by chance."""


@dataclass(frozen=True)
class FactRows:
    """Facts of one contract: the rows of `sql`, a SELECT from the relation `source`.

    They have every column of the contract's table in the store, but for the number of the upload.
    """

    contract: str
    source: pa.Table
    sql: str


@dataclass(frozen=True)
class Content:
    """What a set of rows of one contract and school year is known by, in any order and any file format.

    Two sets of rows with the same `fingerprint` are the same but for the school year.
    """

    contract: str
    school_year: str
    rows: int
    fingerprint: str

    @property
    def tells_a_year(self) -> bool:
        """Whether the same rows in another school year are a mistake."""
        return self.contract not in CARRIED_YEARLY and self.rows >= FEWEST_ROWS_TO_REPEAT


def contents(
    connection: duckdb.DuckDBPyConnection, rows: list[FactRows], contracts: dict[str, Contract]
) -> list[Content]:
    """Return what the rows of one contract are known by, one Content a school year.

    SHA-256 of the number of rows and of the sum and exclusive or of their 64-bit hashes, which no order
    of rows changes. A cell counts as the contract's type has it, an empty text as no text.
    """
    if not rows:
        return []
    contract = contracts[rows[0].contract]
    cells = ", ".join(_cell(column.name, column.type) for column in contract.fields if _is_told(column.name))
    found: dict[str, tuple[int, int, int]] = {}
    for part in rows:
        connection.register("source", part.source)
        grouped = connection.execute(
            f"SELECT coalesce(school_year, ''), count(*), sum(row_hash), bit_xor(row_hash)"
            f" FROM (SELECT school_year, hash({cells}) AS row_hash FROM ({part.sql})) GROUP BY school_year"
        ).fetchall()
        connection.unregister("source")
        for year, count, total, mixed in grouped:
            before = found.get(year, (0, 0, 0))
            found[year] = (before[0] + count, before[1] + int(total), before[2] ^ int(mixed))
    return [
        Content(contract.name, year, sums[0], hashlib.sha256(repr(sums).encode()).hexdigest())
        for year, sums in sorted(found.items())
    ]


def _is_told(column: str) -> bool:
    return column not in ("school_year", "name")


def _cell(name: str, kind: str) -> str:
    text = f"{quoted(name)}::{TYPES[kind]}"
    return f"coalesce({text}, '')" if kind == "string" else text
