"""Read ZIP archives within bounds: so many members, so much expansion, no way out of the archive."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

import pyarrow as pa

from mirrors.intake.finding import Finding, Refused
from mirrors.intake.reading.table import FileContent
from mirrors.intake.rules import Problem

MOST_MEMBERS = 100
MOST_BYTES = 2 << 30
"""An archive, or a workbook, may not expand to more bytes than this."""

MOST_EXPANSION = 200
"""Nor to more than so many times its own size (small archives aside): nothing but a trap does."""

DAMAGED = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, OSError, EOFError, NotImplementedError)
"""What reading a damaged archive raises."""

_SMALL = 10 << 20
_NESTED = frozenset({".zip", ".gz", ".7z", ".rar", ".tar", ".bz2", ".xz"})


def unpack(file: FileContent) -> Iterator[FileContent]:
    """Yield the files in an archive, under the names "archive.zip/member.csv"; raises Refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
            members = [member for member in archive.infolist() if not _is_clutter(member)]
            if not members:
                raise Refused([Finding(Problem.EMPTY, file.name)])
            if len(members) > MOST_MEMBERS:
                raise Refused([Finding(Problem.ARCHIVE, file.name, detail=f"> {MOST_MEMBERS}")])
            _check_paths(members, file.name)
            check_expansion(archive, file.name)
            for member in members:
                yield FileContent(f"{file.name}/{member.filename}", pa.py_buffer(archive.read(member)))
    except DAMAGED as error:
        raise Refused([Finding(Problem.BROKEN, file.name)]) from error


def check_expansion(archive: zipfile.ZipFile, name: str) -> None:
    """Raise Refused when the archive is locked, or says that it expands beyond bounds.

    `zipfile` itself refuses a member that is longer than it says.
    """
    infos = archive.infolist()
    if any(info.flag_bits & 1 for info in infos):
        raise Refused([Finding(Problem.LOCKED, name)])
    expanded = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    if expanded > _SMALL and expanded > MOST_EXPANSION * max(packed, 1):
        raise Refused([Finding(Problem.ARCHIVE, name, detail=f"> {MOST_EXPANSION} : 1")])
    if expanded > MOST_BYTES:
        raise Refused([Finding(Problem.TOO_BIG, name, detail=f"{MOST_BYTES >> 30} GiB")])


def _check_paths(members: list[zipfile.ZipInfo], name: str) -> None:
    paths = [PurePosixPath(member.filename.replace("\\", "/")) for member in members]
    if any(path.is_absolute() or ".." in path.parts or ":" in str(path) for path in paths):
        raise Refused([Finding(Problem.ARCHIVE, name, detail="../")])
    if any(path.suffix.lower() in _NESTED for path in paths):
        raise Refused([Finding(Problem.ARCHIVE, name, detail="ZIP in ZIP")])
    if len(set(paths)) < len(paths):
        raise Refused([Finding(Problem.ARCHIVE, name, detail="2 x")])


def _is_clutter(member: zipfile.ZipInfo) -> bool:
    """Return whether a member is a folder, or what an operating system adds by itself."""
    parts = PurePosixPath(member.filename).parts
    return member.is_dir() or "__MACOSX" in parts or parts[-1] in (".DS_Store", "Thumbs.db", "desktop.ini")
