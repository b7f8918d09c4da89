"""Groups of pupils too small to hide one: rows about single pupils that share every characteristic."""

import pyarrow as pa

from mirrors.intake.finding import MOST_PLACES, Finding
from mirrors.intake.rules import Problem
from mirrors.store.workbench import open_workbench

SMALLEST_GROUP = 5
CHARACTERISTICS = ("grade", "sex", "track", "district")


def small_groups(
    rows: pa.Table, file: str, sheet: str | None = None, everybody: pa.Table | None = None
) -> list[Finding]:
    """Return a finding when pupils can be told apart by what their rows say about them.

    `rows` holds `token`, `school_id`, `school_year` and some of CHARACTERISTICS, one row an event, and may
    hold `source_row`. A group is the different tokens of a school and school year that share every
    characteristic; below SMALLEST_GROUP pupils it refuses (k-anonymity, Samarati and Sweeney 1998). Rows
    without a characteristic hide among `everybody` of the school in the whole upload.
    """
    told = [name for name in CHARACTERISTICS if name in rows.column_names]
    group = ["school_id", "school_year", *told]
    crowd = rows if told or everybody is None else everybody
    row = "source_row" if "source_row" in rows.column_names else "NULL"
    same = " AND ".join(f"events.{name} IS NOT DISTINCT FROM small.{name}" for name in group)
    with open_workbench() as connection:
        connection.register("events", rows)
        connection.register("crowd", crowd)
        connection.execute(
            f"CREATE TABLE small AS SELECT {', '.join(group)} FROM crowd"
            f" GROUP BY ALL HAVING count(DISTINCT token) < {SMALLEST_GROUP}"
        )
        connection.execute(f"CREATE TABLE told AS SELECT {row} AS line FROM events JOIN small ON {same}")
        [(count,)] = connection.execute("SELECT count(*) FROM told").fetchall()
        places = connection.execute(
            f"SELECT line FROM told WHERE line IS NOT NULL ORDER BY line LIMIT {MOST_PLACES}"
        ).fetchall()
    if not count:
        return []
    lines = tuple(int(line) for (line,) in places)
    first = lines[0] if lines else None
    return [Finding(Problem.SMALL_GROUP, file, sheet, None, first, int(count), str(SMALLEST_GROUP), lines)]
