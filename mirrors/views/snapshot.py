"""What every page says of the data it shows."""

from dataclasses import dataclass
from datetime import datetime

from mirrors.access import Viewer
from mirrors.definitions import Jurisdiction, load_jurisdiction
from mirrors.store import Snapshot
from mirrors.views.school import SchoolName, school_names


@dataclass(frozen=True)
class SnapshotView:
    """The snapshot on screen: its number, when it was published, its years and its schools."""

    number: int
    published_at: datetime
    synthetic: bool
    city: str
    jurisdiction: Jurisdiction
    school_years: tuple[str, ...]
    schools: tuple[SchoolName, ...]


def snapshot_view(snapshot: Snapshot, viewer: Viewer) -> SnapshotView:
    """Return what `viewer` may know of the snapshot: the schools listed are those it may open.

    Raises NotAllowed for who belongs to no school.
    """
    viewer.require_reader()
    [meta] = snapshot.rows("meta")
    years = sorted({row["school_year"] for row in snapshot.rows("school")})
    return SnapshotView(
        number=int(snapshot.name),
        published_at=meta["published_at"],
        synthetic=bool(meta["synthetic"]),
        city=meta["city"],
        jurisdiction=load_jurisdiction(meta["jurisdiction"]),
        school_years=tuple(years),
        schools=tuple(school for school in school_names(snapshot) if viewer.sees_school(school.school_id)),
    )


def jurisdiction_of(snapshot: Snapshot) -> Jurisdiction:
    """Return the rules the snapshot was computed by."""
    [meta] = snapshot.rows("meta")
    return load_jurisdiction(meta["jurisdiction"])


def restarts_within(snapshot: Snapshot, indicator: str, first: str, last: str) -> tuple[str, ...]:
    """Return the years after `first`, up to `last`, from which an indicator is counted otherwise."""
    rows = snapshot.rows("restart", order_by="school_year", indicator=indicator)
    return tuple(row["school_year"] for row in rows if first < row["school_year"] <= last)
