"""The acts of an administrator: each asks the viewer first, and writes who did it in the audit log.

What changes the store for others is not done by a demo door.
"""

from dataclasses import dataclass
from pathlib import Path

from mirrors import jobs
from mirrors.access import Event, Viewer, names_known
from mirrors.access.recording import record, record_publish, seal
from mirrors.definitions import load_jurisdiction, load_profile
from mirrors.intake import Upload
from mirrors.jobs import (
    Ingested,
    NoFigures,
    NothingToPublish,
    NotProtected,
    RulesLoosened,
    WrongDecision,
)
from mirrors.progress import Progress
from mirrors.store import Preview, open_facts
from mirrors.views.alarms import SchoolYearAlarms, alarms_view
from mirrors.views.ledger import names_in_force

__all__ = [
    "Checked",
    "Ingested",
    "NoFigures",
    "NotProtected",
    "NothingToPublish",
    "Prepared",
    "RulesLoosened",
    "WrongDecision",
    "alarms",
    "allow_level_b",
    "confirm_year",
    "decide",
    "forbid_level_b",
    "prepare",
    "publish",
    "restore",
    "state_of",
    "take_back",
    "take_in",
    "withdraw",
]


@dataclass(frozen=True)
class Prepared:
    """What publishing would change, and the state of the facts and waves it was computed from."""

    state: str
    preview: Preview


@dataclass(frozen=True)
class Checked:
    """What stands out in the facts in this state; `unit` is what absence is counted in."""

    state: str
    unit: str
    school_years: tuple[SchoolYearAlarms, ...]


def take_in(
    folder: Path, viewer: Viewer, upload: Upload, confirmed: frozenset[str], told: Progress
) -> Ingested:
    """Take a checked upload in, wholly or not at all; waits for its turn. Raises Refused, StoreTrouble."""
    viewer.require_lasting_acts()
    done = jobs.take_in(folder, upload, told, by=viewer.recorded, confirmed=confirmed)
    record(folder, Event.UPLOADED, viewer, detail=f"upload {done.upload_id}")
    return done


def state_of(folder: Path, viewer: Viewer) -> str:
    """Return a text that changes whenever figures would: an upload, a decision, or a wave that ended."""
    viewer.require_administrator()
    return jobs.state(folder)


def prepare(folder: Path, viewer: Viewer, told: Progress) -> Prepared:
    """Return what publishing would change, without the figures of any school; nothing is put in use.

    Raises NothingToPublish, NoFigures, NotProtected, RulesLoosened and StoreTrouble.
    """
    viewer.require_administrator()
    state = state_of(folder, viewer)
    # What comes and goes is the administrator's work; what single schools show is not.
    changes = jobs.prepare_publish(folder, told, by=viewer.account)
    return Prepared(state, changes.without_schools())


def publish(folder: Path, viewer: Viewer, told: Progress) -> str:
    """Put what was prepared in use and return the snapshot's name; raises as `prepare` does."""
    viewer.require_lasting_acts()
    name = jobs.publish(folder, told, by=viewer.recorded, account=viewer.account, note=seal(folder))
    record_publish(folder, viewer, name, jobs.changed_settings(folder, name) if name else {})
    return name


def restore(folder: Path, viewer: Viewer, snapshot: str) -> None:
    """Put an earlier snapshot in use again; raises NoSnapshot and StoreTrouble."""
    viewer.require_lasting_acts()
    jobs.restore(folder, snapshot, by=viewer.recorded)
    record(folder, Event.RESTORED, viewer, detail=f"snapshot {snapshot}")


def withdraw(folder: Path, viewer: Viewer, upload_id: int, note: str) -> None:
    """Set an upload aside as if it had never come; raises WrongDecision and StoreTrouble."""
    viewer.require_lasting_acts()
    jobs.withdraw(folder, upload_id, note, by=viewer.recorded)
    record(folder, Event.WITHDRAWN, viewer, detail=f"upload {upload_id}")


def take_back(folder: Path, viewer: Viewer, upload_id: int, note: str) -> None:
    """Put a withdrawn upload in force again; raises WrongDecision and StoreTrouble."""
    viewer.require_lasting_acts()
    jobs.reinstate(folder, upload_id, note, by=viewer.recorded)
    record(folder, Event.REINSTATED, viewer, detail=f"upload {upload_id}")


def alarms(folder: Path, viewer: Viewer) -> Checked:
    """Return every alarm of the facts in force, by school and school year; raises StoreTrouble."""
    state = state_of(folder, viewer)
    with open_facts(folder) as facts:
        in_force = facts.in_force()
    profile = in_force[-1].mapped_by if in_force else load_profile("templates")
    unit = load_jurisdiction(profile.jurisdiction).unit
    if not in_force:
        return Checked(state, unit, ())
    names = names_in_force(folder, viewer)
    found, people = jobs.alarms(folder), names_known(folder)
    known = found.assign(decided_by=found["decided_by"].map(people.of, na_action="ignore"))
    return Checked(state, unit, alarms_view(known, names, viewer))


def decide(
    folder: Path, viewer: Viewer, school_id: str, school_year: str, alarm: str, decision: str, note: str
) -> None:
    """Confirm an alarm ("confirmed": the data are right) or reject the data ("rejected").

    Raises WrongDecision and StoreTrouble.
    """
    viewer.require_lasting_acts()
    jobs.decide(folder, school_id, school_year, alarm, decision, note, by=viewer.recorded)
    record(folder, Event.OVERRIDDEN, viewer, school_id, f"{school_year} {alarm} {decision}")


def confirm_year(folder: Path, viewer: Viewer, school_year: str, note: str) -> int:
    """Confirm every open alarm of a school year, return how many; raises WrongDecision and StoreTrouble."""
    viewer.require_lasting_acts()
    answered = jobs.confirm_all(folder, None, school_year, note, by=viewer.recorded)
    record(folder, Event.OVERRIDDEN, viewer, detail=f"{school_year} {answered} alarms confirmed")
    return answered


def allow_level_b(folder: Path, viewer: Viewer, confirmed_by: str, reference: str) -> None:
    """Take files about single pupils from now on; raises WrongDecision and StoreTrouble."""
    viewer.require_lasting_acts()
    jobs.allow_level_b(folder, confirmed_by, reference, by=viewer.recorded)
    record(folder, Event.SETTING_CHANGED, viewer, detail="files about single pupils allowed")


def forbid_level_b(folder: Path, viewer: Viewer) -> None:
    """Take no files about single pupils any more; raises StoreTrouble."""
    viewer.require_lasting_acts()
    jobs.forbid_level_b(folder, by=viewer.recorded)
    record(folder, Event.SETTING_CHANGED, viewer, detail="files about single pupils forbidden")
