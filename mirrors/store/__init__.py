"""The files on disk: facts as uploaded, published snapshots, and the register of school names.

Checked uploads and computed tables enter; rows leave. Only this room opens DuckDB. A store is a folder:

* `facts.duckdb`: every upload's facts, one writer at a time;
* `published/NNNN.duckdb`: immutable snapshots, and `published/CURRENT`, which names the one in use;
* `register.sqlite`: school names, the only place where names live.
"""

from mirrors.store.facts import Facts, StoreBusy, StoreDamaged, UploadRecord, holds_facts, open_facts
from mirrors.store.published import NoSnapshot, PublishedStore, Snapshot, publish_tables
from mirrors.store.register import Register, RegisteredName

__all__ = [
    "Facts",
    "NoSnapshot",
    "PublishedStore",
    "Register",
    "RegisteredName",
    "Snapshot",
    "StoreBusy",
    "StoreDamaged",
    "UploadRecord",
    "holds_facts",
    "open_facts",
    "publish_tables",
]
