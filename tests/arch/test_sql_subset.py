"""The reductions run unchanged on DuckDB and on Apache Spark: they keep to what both understand."""

import re
from pathlib import Path

import pytest

SQL = Path(__file__).parents[2] / "mirrors" / "benchmark" / "sql"
FILES = sorted(SQL.glob("*.sql"))

ONLY_DUCKDB = {
    "QUALIFY": r"\bqualify\b",
    "quantile_cont (percentile_cont is known to both)": r"\bquantile\w*\s*\(",
    "arg_max (max_by is known to both)": r"\barg_m(ax|in)\b",
    "list()": r"\blist\s*\(",
    "unnest": r"\bunnest\b",
    "// (cast and floor are known to both)": r"//",
    "EXCLUDE": r"\bexclude\b",
    "REPLACE in a star": r"\*\s*replace\b",
    "isodow": r"\bisodow\b",
    "dow, which counts from another day": r"\bdow\b",
    "named $parameters": r"\$\w+",
    "ASOF joins": r"\basof\b",
    ":: casts of DuckDB types": r"::\s*(varchar|hugeint|ubigint)\b",
    "columns by pattern": r"\bcolumns\s*\(",
}
WRONG = {
    "QUALIFY": "SELECT a FROM t QUALIFY row_number() OVER (ORDER BY a NULLS LAST) = 1",
    "quantile_cont (percentile_cont is known to both)": "SELECT quantile_cont(a, 0.5) FROM t",
    "arg_max (max_by is known to both)": "SELECT arg_max(a, b) FROM t",
    "list()": "SELECT list(a) FROM t",
    "unnest": "SELECT unnest(a) FROM t",
    "// (cast and floor are known to both)": "SELECT a // 2 FROM t",
    "EXCLUDE": "SELECT * EXCLUDE (a) FROM t",
    "REPLACE in a star": "SELECT * REPLACE (1 AS a) FROM t",
    "isodow": "SELECT extract(isodow FROM a) FROM t",
    "dow, which counts from another day": "SELECT extract(dow FROM a) FROM t",
    "named $parameters": "SELECT a FROM t WHERE b = $year",
    "ASOF joins": "SELECT a FROM t ASOF JOIN u USING (a)",
    ":: casts of DuckDB types": "SELECT a::VARCHAR FROM t",
    "columns by pattern": "SELECT COLUMNS('a.*') FROM t",
}


def statement(path: Path) -> str:
    """Return the SQL of a file without its comments."""
    return re.sub(r"--.*", "", path.read_text(encoding="utf-8"))


def foreign(sql: str) -> list[str]:
    """Return what Spark does not know in a statement."""
    return [name for name, pattern in ONLY_DUCKDB.items() if re.search(pattern, sql, re.IGNORECASE)]


def unplaced(sql: str) -> list[str]:
    """Return the orders that leave to the engine where nulls go."""
    orders = re.findall(
        r"order\s+by\s+(.+?)(?=\)|\b(?:limit|rows|range)\b|;|$)", sql, re.IGNORECASE | re.DOTALL
    )
    keys = [key.strip() for order in orders for key in order.split(",")]
    return [key for key in keys if not re.search(r"\bnulls\s+(last|first)$", key, re.IGNORECASE)]


def test_there_are_reductions_to_look_at() -> None:
    assert len(FILES) >= 5


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_reduction_keeps_to_what_both_engines_know(path: Path) -> None:
    assert not foreign(statement(path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_reduction_says_where_nulls_go(path: Path) -> None:
    assert re.search(r"order\s+by", statement(path), re.IGNORECASE), "the order of rows is left to the engine"
    assert not unplaced(statement(path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_reduction_is_one_statement_that_says_what_a_row_is(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("-- One row: ")
    assert ";" not in statement(path).strip().rstrip(";")


@pytest.mark.parametrize("name", ONLY_DUCKDB)
def test_the_test_sees_what_spark_lacks(name: str) -> None:
    assert foreign(WRONG[name]) == [name]


@pytest.mark.parametrize(
    ("sql", "missing"),
    [
        ("SELECT a FROM t ORDER BY a", ["a"]),
        ("SELECT a FROM t ORDER BY a NULLS LAST, b DESC", ["b DESC"]),
        ("SELECT sum(a) OVER (PARTITION BY b ORDER BY c) FROM t ORDER BY a NULLS LAST LIMIT 3", ["c"]),
        ("SELECT a FROM t\nORDER BY\n    a NULLS LAST,\n    b NULLS FIRST", []),
    ],
)
def test_the_test_sees_an_order_without_a_place_for_nulls(sql: str, missing: list[str]) -> None:
    assert unplaced(sql) == missing
