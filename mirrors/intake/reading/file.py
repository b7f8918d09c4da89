"""Read a file of any kind we take."""

import hashlib
from collections.abc import Collection, Sequence

from mirrors.intake.finding import Finding, Refused
from mirrors.intake.reading.archive import MOST_BYTES, unpack
from mirrors.intake.reading.delimited import read_delimited
from mirrors.intake.reading.parquet import read_parquet
from mirrors.intake.reading.table import FileContent, Margin, SourceFile
from mirrors.intake.reading.workbook import read_workbook
from mirrors.intake.rules import Problem


def read_files(
    file: FileContent, known: Collection[str] = (), sheets: Collection[str] = ()
) -> Sequence[SourceFile]:
    """Return what is in `file`: one file, or the members of an archive; raises Refused.

    `known` are names that columns may have, normalised: the heading of a table is looked for with them.
    Of a workbook, the sheets named in `sheets` are read if it has such, else those that look like tables.
    """
    if file.suffix != ".zip":
        return [_read_file(file, known, sheets)]
    read: list[SourceFile] = []
    findings: list[Finding] = []
    for member in unpack(file):
        try:
            read.append(_read_file(member, known, sheets))
        except Refused as refusal:
            findings += refusal.findings
    if findings:
        raise Refused(findings)
    return read


def _read_file(file: FileContent, known: Collection[str], sheets: Collection[str]) -> SourceFile:
    size = len(file.content)
    if not size:
        raise Refused([Finding(Problem.EMPTY, file.name)])
    if size > MOST_BYTES:
        raise Refused([Finding(Problem.TOO_BIG, file.name, detail=f"{MOST_BYTES >> 30} GiB")])
    digest = hashlib.sha256(memoryview(file.content)).hexdigest()
    name = Margin("member_name" if "/" in file.name else "file_name", file.name)
    match file.suffix:
        case ".csv" | ".txt" | ".tsv":
            text = read_delimited(file, known)
            return SourceFile(file.name, digest, size, (text.table,), (name, *text.margins), text.findings)
        case ".xlsx" | ".xlsm":
            book = read_workbook(file, known, sheets)
            return SourceFile(file.name, digest, size, book.tables, (name, *book.margins), book.findings)
        case ".parquet":
            return SourceFile(file.name, digest, size, (read_parquet(file),), (name,))
    raise Refused([Finding(Problem.UNKNOWN_FORMAT, file.name)])
