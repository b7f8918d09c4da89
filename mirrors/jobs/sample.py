"""The sample city's store: its files taken in, its planted changes confirmed as true, and published."""

from collections.abc import Sequence
from pathlib import Path

from mirrors.jobs.deciding import alarms
from mirrors.jobs.job import now, writing
from mirrors.jobs.publishing import publish
from mirrors.jobs.uploading import ingest
from mirrors.progress import Progress, silent
from mirrors.store import AlarmDecision

BY = "sample"
PROFILE = "sample"
CHANGES = frozenset({"absence_change", "unauthorised_change", "fewer_absentees", "roll_change"})
"""Alarms about changes that the generator of the city meant; its planted faults stay open."""

NOTE = "synthetic city: this change was planted"


def build_sample(folder: Path, files: Sequence[Path], progress: Progress = silent) -> str:
    """Make the store of the sample city in `folder` from its files, and return the name of its snapshot."""
    ingest(folder, PROFILE, files, progress, by=BY)
    confirm_changes(folder)
    return publish(folder, progress, by=BY)


def confirm_changes(folder: Path) -> None:
    """Confirm every alarm about a change; those about faults stay open, to be looked at."""
    open_ones = alarms(folder)
    changes = open_ones[open_ones["alarm"].isin(CHANGES) & (open_ones["state"] == "open")]
    keys = changes[["school_id", "school_year", "alarm", "digest"]]
    with writing(folder, silent, wait=True) as facts:
        for school_id, school_year, alarm, digest in keys.itertuples(index=False):
            facts.decide(
                AlarmDecision(school_id, school_year, alarm, digest, "confirmed", NOTE, BY, now())
            )
