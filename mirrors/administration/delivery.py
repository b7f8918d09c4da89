"""What an administrator brings: files in memory, how they are read, and what came of reading them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from mirrors import jobs
from mirrors.access import Viewer
from mirrors.definitions import Profile, load_profile, profile_names
from mirrors.definitions.reading import DefinitionError
from mirrors.intake import FileContent, Finding, Refused, Upload
from mirrors.intake.reading import SourceTable, read_files
from mirrors.intake.rules import Problem, Severity, Stage
from mirrors.intake.upload import known_headings, read_for_mapping
from mirrors.progress import Progress
from mirrors.store import open_facts

__all__ = [
    "FIND_OUT",
    "Delivery",
    "Finding",
    "Outcome",
    "Ready",
    "Refusal",
    "Refused",
    "Unknown",
    "choices",
    "in_memory",
    "knows",
    "read",
    "strange_table",
]

FIND_OUT = "find-out"
"""The choice of whoever does not know by which profile the files are read."""

_LIKELIEST = "templates"


@dataclass(frozen=True)
class Delivery:
    """Files of one upload, the name of the profile to read them by, and columns declared harmless."""

    files: tuple[FileContent, ...]
    profile: str
    confirmed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Ready:
    """Everything passed: the upload can be taken in."""

    upload: Upload


@dataclass(frozen=True)
class Refusal:
    """Nothing was stored: why, and by which profile the files were read."""

    findings: tuple[Finding, ...]
    profile: str

    @property
    def asks(self) -> tuple[str, ...]:
        """Columns that may hold national numbers, and are taken when somebody says that they do not."""
        columns = [each.column for each in self.findings if each.problem is Problem.PERHAPS_NATIONAL_NUMBER]
        return tuple(dict.fromkeys(column for column in columns if column))

    @property
    def may_be_read_again(self) -> bool:
        """Whether the same files may still be taken: nothing in them is surely personal."""
        return not any(
            each.stage is Stage.PRIVACY and each.severity is Severity.FAIL for each in self.findings
        )

    @property
    def only_columns(self) -> bool:
        """Whether the files were refused only because the profile does not know their columns."""
        refusing = [each.problem for each in self.findings if each.refuses]
        return bool(refusing) and set(refusing) == {Problem.OTHER_COLUMNS}


@dataclass(frozen=True)
class Unknown:
    """No profile knows the columns of this table, in `file`; it was searched for personal data."""

    table: SourceTable
    file: FileContent


Outcome = Ready | Refusal | Unknown


def in_memory(name: str, content: bytes) -> FileContent:
    """Return a file that is held in memory only."""
    return FileContent(name, pa.py_buffer(content))


def choices(folder: Path, viewer: Viewer) -> tuple[str, ...]:
    """Return the names of the profiles that files can be read by: those saved here, then the shipped ones."""
    viewer.require_administrator()
    return _choices(folder)


def _choices(folder: Path) -> tuple[str, ...]:
    # A synthetic city's profile reads our templates too, and is for no file that anybody brings.
    shipped = [name for name in profile_names() if not load_profile(name).synthetic]
    saved = [name for name in profile_names(folder) if name not in profile_names()]
    return (*saved, *sorted(shipped, key=lambda name: name != _LIKELIEST))


def read(folder: Path, viewer: Viewer, delivery: Delivery, told: Progress) -> Outcome:
    """Read and check a delivery; writes nothing but a refused attempt in the ledger.

    Raises StoreTrouble, and DefinitionError for a profile that is not among the choices.
    """
    viewer.require_administrator()
    try:
        if delivery.profile != FIND_OUT:
            return _read_by(folder, viewer, delivery, _chosen(folder, delivery.profile), told)
        return _find_out(folder, viewer, delivery, told)
    except Refused as refused:
        return Refusal(refused.findings, delivery.profile)


def _chosen(folder: Path, name: str) -> Profile:
    profile = load_profile(name, folder)
    if profile.synthetic:
        raise DefinitionError(f"the profile {name!r} is for the synthetic city only; choose another")
    return profile


def strange_table(folder: Path, viewer: Viewer, delivery: Delivery, told: Progress) -> Outcome:
    """Return the first table that the delivery's profile does not know, searched for personal data.

    When the profile knows all tables, or none may be shown, return what came of reading them.
    """
    viewer.require_administrator()
    try:
        profiles = [load_profile(name, folder) for name in _choices(folder)]
        own = [profile for profile in profiles if profile.id == delivery.profile]
        found = _unknown(delivery, own, _headings(profiles), told)
    except Refused as refused:
        return Refusal(refused.findings, delivery.profile)
    return found or read(folder, viewer, delivery, told)


def knows(profile: Profile, header: tuple[str, ...]) -> bool:
    """Return whether a layout of the profile reads a table with this header."""
    return any(not layout.absent(header) and not layout.unknown(header) for layout in profile.all_layouts)


def _find_out(folder: Path, viewer: Viewer, delivery: Delivery, told: Progress) -> Outcome:
    found = (load_profile(name, folder) for name in _likeliest_first(folder))
    profiles = [profile for profile in found if not profile.synthetic]
    known = _headings(profiles)
    try:
        headers = _headers(delivery.files, profiles, told)
        by = next((one for one in profiles if all(knows(one, header) for header in headers)), None)
        unknown = None if by is not None else _unknown(delivery, profiles[:1], known, told)
    except Refused:
        # Reading by a profile comes to the same end, and writes it in the ledger.
        by, unknown = None, None
    return unknown or _read_by(folder, viewer, delivery, by or profiles[0], told)


def _likeliest_first(folder: Path) -> tuple[str, ...]:
    with open_facts(folder) as facts:
        used = [upload.profile for upload in reversed(facts.in_force())]
    names = _choices(folder)
    return tuple(dict.fromkeys([*(name for name in used if name in names), *names]))


def _headings(profiles: Sequence[Profile]) -> frozenset[str]:
    return frozenset().union(*map(known_headings, profiles))


def _headers(
    files: Sequence[FileContent], profiles: Sequence[Profile], told: Progress
) -> list[tuple[str, ...]]:
    known = _headings(profiles)
    sheets = frozenset(layout.sheet for one in profiles for layout in one.all_layouts if layout.sheet)
    headers = []
    for done, file in enumerate(files):
        told(file.name, done / len(files))
        headers += [table.header for source in read_files(file, known, sheets) for table in source.tables]
    return headers


def _unknown(
    delivery: Delivery, profiles: Sequence[Profile], known: frozenset[str], told: Progress
) -> Unknown | None:
    for done, file in enumerate(delivery.files):
        told(file.name, done / len(delivery.files))
        for source in read_for_mapping(file, known, delivery.confirmed):
            for table in source.tables:
                if not any(knows(profile, table.header) for profile in profiles):
                    return Unknown(table, file)
    return None


def _read_by(folder: Path, viewer: Viewer, delivery: Delivery, profile: Profile, told: Progress) -> Outcome:
    try:
        return Ready(
            jobs.read(folder, delivery.files, profile, told, by=viewer.recorded, confirmed=delivery.confirmed)
        )
    except Refused as refused:
        return Refusal(refused.findings, profile.id)
