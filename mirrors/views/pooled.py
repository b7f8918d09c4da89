"""Several school years together, for a school that is too small for one."""

from typing import Any

from mirrors.definitions import HALVES
from mirrors.store import Snapshot
from mirrors.views.figure import Figure, Pooled, Status


def read_pooled(
    snapshot: Snapshot, school_id: str, school_year: str, decimals: dict[str, float]
) -> dict[str, Pooled]:
    """Return the pooled figures of one school by indicator, where they say anything at all.

    `decimals` are those of the same indicators in one year.
    """
    rows = snapshot.rows("pooled", school_id=school_id, school_year=school_year)
    return {
        row["indicator"]: _pooled(row, decimals.get(row["indicator"], HALVES))
        for row in rows
        if row["value"] is not None
    }


def read_windows(
    snapshot: Snapshot, school_id: str, school_year: str, decimals: dict[str, float]
) -> dict[str, tuple[Pooled, ...]]:
    """Return all years together of one school up to a year, by indicator and oldest first; none overlap."""
    found: dict[str, dict[str, Pooled]] = {}
    for row in snapshot.rows("pooled", order_by="school_year", school_id=school_id):
        if row["school_year"] <= school_year and row["value"] is not None:
            windows = found.setdefault(row["indicator"], {})
            windows[row["years"]] = _pooled(row, decimals.get(row["indicator"], HALVES))
    return {key: tuple(windows.values()) for key, windows in found.items()}


def _pooled(row: dict[str, Any], decimals: float) -> Pooled:
    figure = Figure(row["value"], row["low"], row["high"], Status(row["status"]), decimals)
    return Pooled(figure, tuple(row["years"].split(",")))
