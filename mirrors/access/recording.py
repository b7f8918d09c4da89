"""Writing acts on a store in its audit log, and tying the log to what is published."""

import re
from collections.abc import Mapping
from pathlib import Path

from mirrors.access.audit import AuditLog, Event, Head
from mirrors.access.viewer import Viewer
from mirrors.desk import copy_desk, open_desk
from mirrors.store import PublishedStore, holds_facts, open_facts

_SEAL = re.compile(r"audit log: (\d+) rows, ([0-9a-f]{64})")
_PUBLISHED = "published"


def record(folder: Path, event: Event, by: Viewer | None, school_id: str = "", detail: str = "") -> None:
    """Write one act in the audit log of the store in `folder`; raises StoreTrouble."""
    AuditLog(open_desk(folder)).record(event, by, school_id, detail)


def seal(folder: Path) -> str:
    """Return what a publish notes in the ledger of the facts: how long the log is, and its last digest.

    Whoever cuts or rewrites the log then has to change the facts and their copy too. Raises StoreTrouble.
    """
    head = AuditLog(open_desk(folder)).head()
    return f"audit log: {head.rows} rows, {head.digest}"


def anchors(folder: Path) -> tuple[Head, ...]:
    """Return every state of the audit log that a publish noted, oldest first; raises StoreTrouble."""
    if not holds_facts(folder):
        return ()
    with open_facts(folder) as facts:
        noted = [_SEAL.fullmatch(event.detail) for event in facts.events() if event.what == _PUBLISHED]
    return tuple(Head(int(found[1]), found[2]) for found in noted if found)


def record_publish(folder: Path, by: Viewer, name: str, changed: Mapping[str, tuple[object, object]]) -> None:
    """Write in the log that a snapshot was put in use (none where `name` is empty), and copy the desk.

    What disclosure control masked in it is told as counts; `changed` are the rules it was made with otherwise
    than the one before it. Raises StoreTrouble.
    """
    if not name:
        record(folder, Event.UNPUBLISHED, by)
    else:
        record(folder, Event.PUBLISHED, by, detail=f"snapshot {name}")
        for rule, (before, after) in changed.items():
            record(folder, Event.SETTING_CHANGED, by, detail=f"{rule}: {before} before, {after} now")
        masked = _masked(folder, name)
        if masked:
            record(folder, Event.MASKED, by, detail=f"snapshot {name}: {masked} entries")
    copy_desk(open_desk(folder), folder)


def _masked(folder: Path, name: str) -> int:
    snapshot = PublishedStore(folder).named(name)
    try:
        return len(snapshot.rows("masking"))
    finally:
        snapshot.close()
