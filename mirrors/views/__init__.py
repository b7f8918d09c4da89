"""What one page shows: typed read models, asked for by a viewer.

A snapshot and a viewer enter; frozen values leave, already rounded and safe to show. Pages and charts
knock; nothing here draws.
"""

from mirrors.store import (
    NoSnapshot,
    Origin,
    PublishedStore,
    Snapshot,
    StoreBusy,
    StoreDamaged,
    StoreOutdated,
    StoreTrouble,
    StoreUnwritable,
)
from mirrors.views.published import open_published

__all__ = [
    "NoSnapshot",
    "Origin",
    "PublishedStore",
    "Snapshot",
    "StoreBusy",
    "StoreDamaged",
    "StoreOutdated",
    "StoreTrouble",
    "StoreUnwritable",
    "open_published",
]
