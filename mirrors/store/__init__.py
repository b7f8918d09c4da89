"""The files on disk: facts and their ledger, published snapshots, and the register of school names.

Checked uploads, decisions and computed tables enter; rows leave. Only this room opens DuckDB. A store is a
folder:

* `facts.duckdb`: every upload's facts, and the ledger of all uploads tried, decisions and events;
* `facts.backup.duckdb`: a copy of it as of the last finished job, which pages read and which is put back
  when the original is damaged;
* `published/NNNN.duckdb`: immutable snapshots, `published/CURRENT`, which names the one in use, and perhaps
  `published/candidate.duckdb`, the next one, not yet in use;
* `register.sqlite`: school names, each with the upload it came with; the only place where names live, but for
  `register.backup.sqlite`, its copy as of the last finished job, which is put back in the same way;
* `desk.sqlite`: accounts, the audit log and what advisers noted, opened by `mirrors.desk` alone, and
  `desk.backup.sqlite`, its copy as of the last publish;
* `LOCK`: held by the one job that writes. Files called `*.unfinished` were left by a job that died; the next
  job removes them.
"""

from mirrors.store.facts import Facts, holds_facts, open_facts, write_facts
from mirrors.store.incoming import Content, FactRows
from mirrors.store.ledger import (
    AlarmDecision,
    Attempt,
    Confirmation,
    Event,
    FileEntry,
    FindingEntry,
    Setting,
    UploadRecord,
    WrongDecision,
)
from mirrors.store.preview import ListChange, Move, Preview, Size
from mirrors.store.published import (
    NoSnapshot,
    Origin,
    PublishedStore,
    Snapshot,
    SnapshotRecord,
    list_snapshots,
    publish_tables,
)
from mirrors.store.register import Register, RegisteredName
from mirrors.store.trouble import StoreBusy, StoreDamaged, StoreOutdated, StoreTrouble, StoreUnwritable

__all__ = [
    "AlarmDecision",
    "Attempt",
    "Confirmation",
    "Content",
    "Event",
    "FactRows",
    "Facts",
    "FileEntry",
    "FindingEntry",
    "ListChange",
    "Move",
    "NoSnapshot",
    "Origin",
    "Preview",
    "PublishedStore",
    "Register",
    "RegisteredName",
    "Setting",
    "Size",
    "Snapshot",
    "SnapshotRecord",
    "StoreBusy",
    "StoreDamaged",
    "StoreOutdated",
    "StoreTrouble",
    "StoreUnwritable",
    "UploadRecord",
    "WrongDecision",
    "holds_facts",
    "list_snapshots",
    "open_facts",
    "publish_tables",
    "write_facts",
]
