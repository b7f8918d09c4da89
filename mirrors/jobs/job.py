"""What all jobs that write share."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from mirrors.definitions import Profile
from mirrors.progress import Progress
from mirrors.store import Facts, NoSnapshot, StoreDamaged, holds_facts, write_facts
from mirrors.store.published import current_name
from mirrors.survey.collecting import was_collecting

UNKNOWN = "unknown"


class NothingToPublish(LookupError):
    """The store holds no facts yet, and no answers of a questionnaire that ended."""


@contextmanager
def writing(folder: Path, progress: Progress, wait: bool) -> Iterator[Facts]:
    """Open the facts for a job that only makes sense in a store that is there already."""
    if not (holds_facts(folder) or was_collecting(folder)):
        raise NothingToPublish(f"there is no store in {folder}: ingest files first")
    with write_facts(folder, progress, wait) as facts:
        _note_swap(folder, facts)
        yield facts


def _note_swap(folder: Path, facts: Facts) -> None:
    """Put a swap of snapshots in the ledger whose job died before it could."""
    swaps = [event for event in facts.events() if event.what in ("published", "restored", "unpublished")]
    told = swaps[-1].subject if swaps else ""
    try:
        name = current_name(folder)
    except NoSnapshot:
        name = ""
    except StoreDamaged:
        return
    if told != name:
        what, found = ("published", "found in use") if name else ("unpublished", "found out of use")
        facts.add_event(now(), UNKNOWN, what, name, f"{found}; the job that did it broke off")


def newest_profile(folder: Path, facts: Facts) -> Profile:
    """Return the profile of the newest upload in force: its rules and its city are the store's."""
    in_force = facts.in_force()
    if not in_force:
        raise NothingToPublish(f"there is nothing to publish in {folder}: ingest files first")
    return in_force[-1].mapped_by


def now() -> datetime:
    """Return the time in UTC, as the store keeps times."""
    return datetime.now(UTC).replace(tzinfo=None)
