"""How far the programme reaches: the schools that have a mirror, of those that could have one."""

from dataclasses import dataclass

from mirrors.access import Viewer
from mirrors.store import Snapshot
from mirrors.views.snapshot import jurisdiction_of


@dataclass(frozen=True)
class Reach:
    """The schools of one school year with a mirror, and all that could have one."""

    school_year: str
    with_mirror: int
    eligible: int


def reach_of_mirrors(snapshot: Snapshot, viewer: Viewer, school_year: str) -> Reach:
    """Return how many schools have a mirror in `school_year`; raises NotAllowed unless an adviser asks.

    A school has a mirror when one of the figures that mirrors open with is told of it, in that year or over
    several years together. It could have one when it delivered figures then or the year before.
    """
    viewer.require_adviser()
    told = {
        row["school_id"]
        for table in ("figure", "pooled")
        for key in jurisdiction_of(snapshot).headline
        for row in snapshot.rows(table, indicator=key, school_year=school_year)
        if row["value"] is not None
    }
    delivered = snapshot.rows("city_registration", school_year=school_year)
    eligible = sum(int(row["schools"] + row["missing_since_last_year"]) for row in delivered)
    return Reach(school_year, len(told), eligible)
