"""What was brought, refused, withdrawn, published and restored: the ledger as the administrator reads it."""

from dataclasses import dataclass, replace
from pathlib import Path

from mirrors.access import Names, Viewer, names_known
from mirrors.store import (
    Event,
    FileEntry,
    Preview,
    Register,
    Setting,
    SnapshotRecord,
    UploadRecord,
    list_snapshots,
    open_facts,
)

__all__ = [
    "Event",
    "FileEntry",
    "LedgerView",
    "Preview",
    "Setting",
    "SnapshotRecord",
    "UploadRecord",
    "ledger_view",
    "names_in_force",
    "snapshots_view",
]

LEVEL_B = "level_b"


@dataclass(frozen=True)
class LedgerView:
    """Uploads and events, newest first, and the setting for files about single pupils, if it is on."""

    uploads: tuple[UploadRecord, ...]
    events: tuple[Event, ...]
    level_b: Setting | None


def ledger_view(folder: Path, viewer: Viewer) -> LedgerView:
    """Return the ledger of the store in `folder`; empty when there is no store. Raises StoreTrouble."""
    viewer.require_administrator()
    names = names_known(folder)
    with open_facts(folder) as facts:
        uploads = tuple(_with_names(upload, names) for upload in reversed(facts.uploads()))
        events = tuple(replace(event, by=names.of(event.by)) for event in reversed(facts.events()))
        return LedgerView(uploads, events, facts.setting(LEVEL_B))


def _with_names(upload: UploadRecord, names: Names) -> UploadRecord:
    told = tuple(replace(each, by=names.of(each.by)) for each in upload.confirmations)
    by, decided_by = names.of(upload.by), names.of(upload.decided_by)
    return replace(upload, by=by, decided_by=decided_by, confirmations=told)


def snapshots_view(folder: Path, viewer: Viewer) -> tuple[SnapshotRecord, ...]:
    """Return every snapshot, newest first."""
    viewer.require_administrator()
    names = names_known(folder)
    return tuple(replace(each, by=names.of(each.by)) for each in reversed(list_snapshots(folder)))


def names_in_force(folder: Path, viewer: Viewer) -> dict[str, str]:
    """Return the names of schools by id, from the uploads in force."""
    viewer.require_administrator()
    with open_facts(folder) as facts:
        uploads = [upload.upload_id for upload in facts.in_force()]
    return Register(folder).names(uploads)
