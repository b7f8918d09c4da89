"""Where a school is going: the word for the trend of five years, and what moved in the last one."""

from dataclasses import dataclass

from mirrors.store import Snapshot


@dataclass(frozen=True)
class Driver:
    """What moved: a kind of absence, a grade or a month, by `points` (share of possible time).

    `part` is "category", "grade" or "month"; the points of one part add up to the change from the mean of
    the two years before.
    """

    part: str
    item: str
    points: float


def trend_words(snapshot: Snapshot, school_id: str, school_year: str) -> dict[str, str]:
    """Return "rising", "falling", "no_change" or "too_early" by indicator."""
    rows = snapshot.rows("trend_word", school_id=school_id, school_year=school_year)
    return {row["indicator"]: row["word"] for row in rows}


def read_drivers(snapshot: Snapshot, school_id: str, school_year: str) -> tuple[Driver, ...]:
    """Return what moved overall absence in the last year, the furthest first, without what stood still."""
    rows = snapshot.rows("driver", school_id=school_id, school_year=school_year)
    drivers = [Driver(row["part"], row["item"], row["points"]) for row in rows if row["points"]]
    return tuple(sorted(drivers, key=lambda driver: (-abs(driver.points), driver.part, driver.item)))
