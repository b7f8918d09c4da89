"""The demo doors: three ways into a store that never held anything but a synthetic city."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy import func, select

from mirrors.access.viewer import Role, Viewer
from mirrors.desk import open_desk, reading
from mirrors.desk.tables import ACCOUNT
from mirrors.store import NoSnapshot, PublishedStore, holds_facts, open_facts
from mirrors.store.backup import COPY, FACTS
from mirrors.store.ledger import REFUSED, UploadRecord
from mirrors.store.published import current_name
from mirrors.store.trouble import StoreTrouble

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
"""The files of the synthetic city that come with this installation."""

BUILDER = "sample"
"""Who the ledger names for an upload that the program made of those files itself."""


@dataclass(frozen=True)
class Door:
    """A way in without an account: `id` is the role's word."""

    id: str
    role: Role
    school_ids: frozenset[str] = frozenset()

    @property
    def viewer(self) -> Viewer:
        """Who comes in by this door."""
        return Viewer(self.role, self.school_ids, f"demo {self.id.replace('_', ' ')}", f"demo:{self.id}")


def demo_doors(store_folder: Path) -> tuple[Door, ...]:
    """Return the demo doors of a store, or none.

    They are open while every upload ever taken in was made by the program itself of the files of the
    synthetic city, by a profile marked synthetic, at least one was, and nobody has an account. A profile
    alone proves nothing: anybody's files may have the columns of our templates. Raises StoreTrouble.
    """
    if not holds_facts(store_folder) or not _only_synthetic(store_folder) or not _nobody(store_folder):
        return ()
    school = _school_worth_seeing(store_folder)
    team = [Door(Role.SCHOOL_TEAM.value, Role.SCHOOL_TEAM, frozenset({school}))] if school else []
    administrator = Door(Role.ADMINISTRATOR.value, Role.ADMINISTRATOR)
    return (Door(Role.ADVISER.value, Role.ADVISER), *team, administrator)


def _nobody(folder: Path) -> bool:
    with reading(open_desk(folder)) as connection:
        return not connection.execute(select(func.count()).select_from(ACCOUNT)).scalar_one()


def _only_synthetic(folder: Path) -> bool:
    files = tuple(_state(folder / name) for name in (FACTS, COPY))
    return _were_synthetic(folder, files, sample_digests())


def is_earlier_sample(store_folder: Path) -> bool:
    """Return whether the program itself filled a store with a synthetic city that is not the one it has now.

    After an update the files of the city may be others, and the demo doors to the earlier one are closed.
    """
    if not holds_facts(store_folder) or _only_synthetic(store_folder):
        return False
    with open_facts(store_folder) as facts:
        taken = [upload for upload in facts.uploads() if upload.decision != REFUSED]
    return bool(taken) and all(upload.by == BUILDER and upload.mapped_by.synthetic for upload in taken)


def _state(path: Path) -> tuple[int, int]:
    if not path.exists():
        return (0, 0)
    stat = path.stat()
    return (stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=8)
def _were_synthetic(folder: Path, _files: tuple[tuple[int, int], ...], known: frozenset[str]) -> bool:
    """Return whether all uploads were synthetic, read anew only when the files of the facts changed."""
    with open_facts(folder) as facts:
        taken = [upload for upload in facts.uploads() if upload.decision != REFUSED]
        return bool(taken) and all(_is_sample(upload, known) for upload in taken)


def _is_sample(upload: UploadRecord, known: frozenset[str]) -> bool:
    own = bool(upload.digests) and upload.digests <= known
    return own and upload.by == BUILDER and upload.mapped_by.synthetic


def sample_digests() -> frozenset[str]:
    """Return the SHA-256 of every file of the synthetic city; empty where they were left out."""
    found = sorted(path for path in SAMPLE.glob("*") if path.is_file() and path.suffix != ".md")
    return _digests(tuple((path, _state(path)) for path in found))


@lru_cache(maxsize=2)
def _digests(files: tuple[tuple[Path, tuple[int, int]], ...]) -> frozenset[str]:
    return frozenset(hashlib.sha256(path.read_bytes()).hexdigest() for path, _ in files)


def _school_worth_seeing(folder: Path) -> str | None:
    try:
        return _fullest(folder, current_name(folder))
    except (NoSnapshot, StoreTrouble):
        return None


@lru_cache(maxsize=8)
def _fullest(folder: Path, snapshot_name: str) -> str | None:
    """Return the school of which most is shown in the newest year, of those whose registers are in order.

    One that also asked its people about safety comes first: it has both mirrors.
    """
    snapshot = PublishedStore(folder).named(snapshot_name)
    try:
        registers = snapshot.rows("registration", order_by="school_year DESC, school_id")
        in_order = [row for row in registers if row["complete"] and not row["alarms"]] or registers
        if not in_order:
            return None
        newest = in_order[0]["school_year"]
        figures = snapshot.rows("figure", school_year=newest)
        shown = Counter(row["school_id"] for row in figures if row["value"] is not None)
        candidates: list[str] = [row["school_id"] for row in in_order if row["school_year"] == newest]
        asked = {row["school_id"] for row in snapshot.rows("survey_wave", school_year=newest)}
        return max(candidates, key=lambda school_id: (school_id in asked, shown[school_id], school_id))
    finally:
        snapshot.close()
