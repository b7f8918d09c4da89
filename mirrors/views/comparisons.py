"""Every figure of one school and year, with all that it can be set beside."""

from typing import Any

from mirrors.definitions import Indicator, Jurisdiction, load_indicators
from mirrors.store import Snapshot
from mirrors.views.beside import city_values, past_figures, set_beside
from mirrors.views.figure import Comparison, Pooled, Status, Verdict, read_figure, read_peers
from mirrors.views.pooled import read_pooled


def read_comparisons(
    snapshot: Snapshot,
    rows: list[dict[str, Any]],
    school_id: str,
    school_year: str,
    jurisdiction: Jurisdiction,
    judged: bool,
) -> dict[str, Comparison]:
    """Return every figure of the year by indicator, in the order of the catalogue.

    `rows` are the school's rows of the `figure` table in order of school year; without `judged` its figures
    are being checked and get no verdict.
    """
    this_year = {row["indicator"]: row for row in rows if row["school_year"] == school_year}
    decimals = {key: row["decimals"] for key, row in this_year.items()}
    pooled = read_pooled(snapshot, school_id, school_year, decimals)
    city, past = city_values(snapshot, school_year), past_figures(snapshot, rows, school_year, jurisdiction)
    return {
        key: set_beside(_comparison(indicator, row, pooled.get(key)), city.get(key), past.get(key), judged)
        for key, indicator in load_indicators().items()
        if (row := this_year.get(key))
    }


def _comparison(indicator: Indicator, row: dict[str, Any], pooled: Pooled | None) -> Comparison:
    own = read_figure(row)
    return Comparison(
        indicator,
        own,
        row["expected"],
        read_peers(row),
        Verdict(row["verdict"]),
        pooled if own.status is Status.TOO_SMALL else None,
    )
