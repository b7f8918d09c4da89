"""The sample city's store: its files taken in, its planted changes confirmed as true, and published."""

from collections.abc import Sequence
from pathlib import Path

from mirrors.jobs.deciding import confirm_all
from mirrors.jobs.publishing import publish
from mirrors.jobs.uploading import ingest
from mirrors.progress import Progress, silent

BY = "sample"
PROFILE = "sample"
CHANGES = frozenset({"absence_change", "unauthorised_change", "fewer_absentees", "roll_change"})
"""Alarms about changes that the generator of the city meant; its planted faults stay open."""

NOTE = "synthetic city: this change was planted"


def build_sample(folder: Path, files: Sequence[Path], progress: Progress = silent) -> str:
    """Make the store of the sample city in `folder` from its files, and return the name of its snapshot."""
    ingest(folder, PROFILE, files, progress, by=BY)
    confirm_all(folder, CHANGES, None, NOTE, by=BY)
    return publish(folder, progress, by=BY)
