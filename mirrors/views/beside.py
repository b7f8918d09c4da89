"""What a figure can be set beside besides similar schools: the expected value, the city, the own past."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from mirrors.definitions import Jurisdiction
from mirrors.store import Snapshot
from mirrors.views.figure import Against, Comparison, Figure, Reference, Status, Verdict, read_figure


def set_beside(
    comparison: Comparison,
    city: float | None,
    past: tuple[str, Figure] | None,
    judged: bool = True,
) -> Comparison:
    """Return `comparison` with everything it can be set beside.

    `city` is the pooled value of the same year, `past` the last comparable year with its own figure.
    Without `judged` (figures that are being checked) no verdict is given.
    """
    own, found = comparison.own, {}
    if comparison.expected is not None:
        verdict = against_value(own, comparison.expected) if judged else Verdict.UNKNOWN
        found[Against.EXPECTED] = Reference(comparison.expected, verdict=verdict)
    if city is not None:
        verdict = against_value(own, city) if judged else Verdict.UNKNOWN
        found[Against.CITY] = Reference(city, verdict=verdict)
    if past is not None and past[1].value is not None:
        year, before = past
        verdict = against_interval(own, before) if judged else Verdict.UNKNOWN
        found[Against.PAST] = Reference(past[1].value, before.low, before.high, verdict, year)
    return replace(comparison, beside=found, judged=judged)


def against_value(own: Figure, value: float) -> Verdict:
    """Return higher or lower only where the own 95 % interval excludes `value`."""
    if own.status is not Status.EXACT or own.low is None or own.high is None:
        return Verdict.UNKNOWN
    return Verdict.HIGHER if own.low > value else Verdict.LOWER if own.high < value else Verdict.SIMILAR


def against_interval(own: Figure, other: Figure) -> Verdict:
    """Return higher or lower only where two 95 % intervals lie apart: both figures hold chance."""
    if own.status is not Status.EXACT or other.status is not Status.EXACT:
        return Verdict.UNKNOWN
    if own.low is None or own.high is None or other.low is None or other.high is None:
        return Verdict.UNKNOWN
    return (
        Verdict.HIGHER if own.low > other.high else Verdict.LOWER if own.high < other.low else Verdict.SIMILAR
    )


def city_values(snapshot: Snapshot, school_year: str) -> dict[str, float]:
    """Return the city's pooled figure of a school year by indicator."""
    return {row["indicator"]: row["value"] for row in snapshot.rows("city_figure", school_year=school_year)}


def year_before(
    snapshot: Snapshot, school_year: str, jurisdiction: Jurisdiction, indicator: str | None = None
) -> str | None:
    """Return the school year before this one; None where the two cannot be compared.

    Neither may be a break, and `indicator` must not be counted otherwise from this year on.
    """
    start = int(school_year[:4])
    before = f"{start - 1}-{start % 100:02d}"
    if any(jurisdiction.break_reason(year) for year in (before, school_year)):
        return None
    restarts = snapshot.rows("restart", indicator=indicator, school_year=school_year) if indicator else []
    return None if restarts else before


def past_figures(
    snapshot: Snapshot, rows: list[dict[str, Any]], school_year: str, jurisdiction: Jurisdiction
) -> dict[str, tuple[str, Figure]]:
    """Return, by indicator, the last year before `school_year` that can be compared with it.

    `rows` are the school's rows of the `figure` table in order of school year.
    """
    restarts = {
        (row["indicator"], row["school_year"])
        for row in snapshot.rows("restart")
        if row["school_year"] <= school_year
    }
    if jurisdiction.break_reason(school_year) is not None:
        return {}
    latest = dict(_comparable(rows, school_year, jurisdiction))
    return {
        key: found
        for key, found in latest.items()
        if not any(one == key and year > found[0] for one, year in restarts)
    }


def _comparable(
    rows: list[dict[str, Any]], school_year: str, jurisdiction: Jurisdiction
) -> Iterator[tuple[str, tuple[str, Figure]]]:
    for row in rows:
        year = row["school_year"]
        if year < school_year and row["status"] == Status.EXACT and not jurisdiction.break_reason(year):
            yield row["indicator"], (year, read_figure(row))
