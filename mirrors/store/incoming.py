"""Facts on their way in: rows still in memory, and how the same rows are known again."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from mirrors.definitions import Contract
from mirrors.store.schema import TYPES, quoted

RESPONDENTS = "survey_responses"
"""The contract with a row a respondent and question."""

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

    Two sets of rows with the same `fingerprint` are the same but for the school year; it is empty where
    already the number of rows tells that nothing in the store is the same.
    """

    contract: str
    school_year: str
    rows: int
    fingerprint: str = ""

    @property
    def tells_a_year(self) -> bool:
        """Whether the same rows in another school year are a mistake."""
        return self.contract not in CARRIED_YEARLY and self.rows >= FEWEST_ROWS_TO_REPEAT


def counted(connection: duckdb.DuckDBPyConnection, rows: Sequence[FactRows]) -> dict[str, int]:
    """Return the number of rows by school year."""
    counts: Counter[str] = Counter()
    for part in rows:
        connection.register("source", part.source)
        sql = f"SELECT school_year, count(*) FROM ({part.sql}) GROUP BY school_year"
        counts.update(dict(connection.execute(sql).fetchall()))
        connection.unregister("source")
    return dict(counts)


def contents(
    connection: duckdb.DuckDBPyConnection, rows: Sequence[FactRows], contract: Contract
) -> list[Content]:
    """Return what the rows of one contract are known by, one Content a school year."""
    found: dict[str, tuple[int, int, int]] = {}
    for part in rows:
        connection.register("source", part.source)
        for year, *sums in connection.execute(_sums(contract, part.sql, "school_year")).fetchall():
            before = found.get(year, (0, 0, 0))
            found[year] = (before[0] + sums[0], before[1] + int(sums[1]), before[2] ^ int(sums[2]))
        connection.unregister("source")
    return [_content(contract, year, *sums) for year, sums in sorted(found.items())]


def as_stored(contract: str, rows: str, secret: str) -> str:
    """Return SQL for the rows of one contract as they are kept.

    Of answers to a survey, nothing leads back to the file: its codes of respondents may be numbers of pupils,
    and its order that of a list. Each gets another one, made with a `secret` that nobody keeps, and the rows
    are put in the order of these.
    """
    if contract != RESPONDENTS:
        return f"SELECT * REPLACE (nullif(basis, '') AS basis) FROM ({rows})"
    other = f"left(sha256('{secret}' || respondent_group || ' ' || respondent), 16)"
    return (
        f"SELECT * REPLACE (nullif(basis, '') AS basis, {other} AS respondent, NULL AS source_row)"
        f" FROM ({rows}) ORDER BY respondent, item"
    )


def contents_stored(
    connection: duckdb.DuckDBPyConnection, contract: Contract, uploads: Sequence[int]
) -> list[tuple[int, Content]]:
    """Return what the stored rows of these uploads are known by, with the upload, the newest first."""
    numbers = ", ".join(map(str, uploads))
    stored = f"SELECT * FROM fact_{contract.name} WHERE upload_id IN ({numbers})"
    rows = connection.execute(
        f"{_sums(contract, stored, 'upload_id, school_year')} ORDER BY upload_id DESC"
    ).fetchall()
    return [(number, _content(contract, year, *map(int, sums))) for number, year, *sums in rows]


def _content(contract: Contract, school_year: str, rows: int, total: int, mixed: int) -> Content:
    told = hashlib.sha256(repr((rows, total, mixed)).encode()).hexdigest()
    return Content(contract.name, school_year, rows, told)


def _sums(contract: Contract, rows: str, by: str) -> str:
    """Return SQL for the number of rows, and the sum and exclusive or of their 64-bit hashes.

    No order of rows changes these. A cell counts as the contract's type has it, an empty text as no text.
    """
    cells = ", ".join(_cell(column.name, column.type) for column in contract.fields if _is_told(column.name))
    return (
        f"SELECT {by}, count(*), sum(row_hash), bit_xor(row_hash)"
        f" FROM (SELECT {by}, hash({cells}) AS row_hash FROM ({rows})) GROUP BY {by}"
    )


def _is_told(column: str) -> bool:
    # A respondent is called otherwise in the store than in the file.
    return column not in ("school_year", "name", "respondent")


def _cell(name: str, kind: str) -> str:
    text = f"{quoted(name)}::{TYPES[kind]}"
    return f"coalesce({text}, '')" if kind == "string" else text
