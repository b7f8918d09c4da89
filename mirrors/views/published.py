"""The way from a store folder to the snapshot that views are asked of."""

from pathlib import Path

from mirrors.store import PublishedStore


def open_published(folder: Path) -> PublishedStore:
    """Return the published side of the store in `folder`; keep it for the life of the process."""
    return PublishedStore(folder)
