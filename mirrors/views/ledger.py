"""What was brought, refused, withdrawn, published and restored: the ledger as the administrator reads it."""

from dataclasses import dataclass
from pathlib import Path

from mirrors.access import Viewer
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
    "state_of",
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
    with open_facts(folder) as facts:
        return LedgerView(
            tuple(reversed(facts.uploads())), tuple(reversed(facts.events())), facts.setting(LEVEL_B)
        )


def snapshots_view(folder: Path, viewer: Viewer) -> tuple[SnapshotRecord, ...]:
    """Return every snapshot, newest first."""
    viewer.require_administrator()
    return tuple(reversed(list_snapshots(folder)))


def names_in_force(folder: Path, viewer: Viewer) -> dict[str, str]:
    """Return the names of schools by id, from the uploads in force."""
    viewer.require_administrator()
    with open_facts(folder) as facts:
        uploads = [upload.upload_id for upload in facts.in_force()]
    return Register(folder).names(uploads)


def state_of(folder: Path, viewer: Viewer) -> str:
    """Return a text that changes whenever figures would: with an upload, a withdrawal or a decision."""
    viewer.require_administrator()
    with open_facts(folder) as facts:
        return facts.state_id()
