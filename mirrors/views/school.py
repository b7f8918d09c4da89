"""A school by name: what pickers and cards show of it."""

from dataclasses import dataclass

from mirrors.store import Snapshot


@dataclass(frozen=True)
class SchoolName:
    """A school in a picker: id, name, type."""

    school_id: str
    name: str
    school_type: str


def school_names(snapshot: Snapshot) -> tuple[SchoolName, ...]:
    """Return every school of the snapshot with the type it had last, in alphabetical order of name.

    One that only a survey tells of has the type `other`.
    """
    asked = {row["school_id"]: "other" for row in snapshot.rows("survey_wave")}
    known = snapshot.rows("school", order_by="school_year")
    types = asked | {row["school_id"]: row["school_type"] for row in known}
    named = (
        SchoolName(school_id, snapshot.school_name(school_id), kind) for school_id, kind in types.items()
    )
    return tuple(sorted(named, key=lambda school: (school.name.casefold(), school.school_id)))


def school_name(snapshot: Snapshot, school_id: str, school_year: str) -> SchoolName:
    """Return the school as it was in `school_year`."""
    found = snapshot.rows("school", school_id=school_id, school_year=school_year)
    return SchoolName(
        school_id, snapshot.school_name(school_id), found[0]["school_type"] if found else "other"
    )
