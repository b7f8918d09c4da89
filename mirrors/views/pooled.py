"""Several school years together, for a school that is too small for one."""

from mirrors.store import Snapshot
from mirrors.views.figure import Figure, Pooled, Status


def read_pooled(
    snapshot: Snapshot, school_id: str, school_year: str, decimals: dict[str, int]
) -> dict[str, Pooled]:
    """Return the pooled figures of one school by indicator, where they say anything at all.

    `decimals` are those of the same indicators in one year.
    """
    rows = snapshot.rows("pooled", school_id=school_id, school_year=school_year)
    return {
        row["indicator"]: Pooled(
            Figure(
                row["value"],
                row["low"],
                row["high"],
                Status(row["status"]),
                decimals.get(row["indicator"], 1),
            ),
            tuple(row["years"].split(",")),
        )
        for row in rows
        if row["value"] is not None
    }
