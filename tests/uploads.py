"""Files as an administrator brings them, in our own templates, and what intake makes of them."""

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from mirrors.definitions import Profile, load_contracts, load_profile
from mirrors.intake import FileContent, Finding, Refused, Upload, open_file, read_upload
from mirrors.store.workbench import open_workbench

Row = Sequence[object]

ABSENCE = load_contracts()["absence"].columns
ENROLMENT = tuple(column for column in load_contracts()["enrolment"].columns if column != "lessons")
CONTEXT = load_contracts()["context"].columns
PUPIL_BAND = load_contracts()["pupil_band"].columns
SCHOOLS = load_contracts()["schools"].columns


def absence_row(**cells: object) -> list[object]:
    """Return a valid row of the absence template, with some cells changed."""
    return _row(
        ABSENCE,
        {
            "school_id": "S1",
            "school_year": "2024-25",
            "breakdown": "all",
            "month": 9,
            "code": "B",
            "units": 5,
        },
        cells,
    )


def context_row(**cells: object) -> list[object]:
    """Return a valid row of the context template, with some cells changed."""
    return _row(
        CONTEXT,
        {"school_id": "S1", "school_year": "2024-25", "feature": "deprivation", "value": 1.5},
        cells,
    )


def pupil_band_row(**cells: object) -> list[object]:
    """Return a valid row of the template of pupils by band, with some cells changed."""
    valid = {
        "school_id": "S1",
        "school_year": "2024-25",
        "breakdown": "all",
        "code": "B",
        "scale": "units",
        "at_least": 0,
        "below": 5,
        "pupils": 80,
        "base": 100,
    }
    return _row(PUPIL_BAND, valid, cells)


def school_row(**cells: object) -> list[object]:
    """Return a valid row of the schools template, with some cells changed."""
    return _row(
        SCHOOLS,
        {"school_id": "S1", "school_year": "2024-25", "name": "De Linde", "school_type": "primary"},
        cells,
    )


def _row(header: Sequence[str], valid: dict[str, object], cells: dict[str, object]) -> list[object]:
    row = {**valid, **cells}
    assert set(row) <= set(header), f"no such columns: {set(row) - set(header)}"
    return [row.get(column, "") for column in header]


def csv_bytes(header: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Return a CSV file in UTF-8."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode()


def xlsx_bytes(
    header: Sequence[str], rows: Iterable[Row], sheets: Sequence[str] = ("absence",), top: int = 0
) -> bytes:
    """Return a workbook whose sheets all hold the table, `top` rows below the upper edge."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        cells = [header, *rows]
        for name in sheets:
            sheet = book.add_worksheet(name)
            for place, row in enumerate(cells):
                sheet.write_row(top + place, 0, row)
    return content.getvalue()


def parquet_bytes(header: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Return a Parquet file with the types that the values have; an empty text is a null."""
    columns = zip(*[[None if cell == "" else cell for cell in row] for row in rows], strict=True)
    content = io.BytesIO()
    pq.write_table(pa.table(dict(zip(header, map(pa.array, columns), strict=True))), content)
    return content.getvalue()


def write(path: Path, content: bytes | str) -> Path:
    """Write `content` to `path` and return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def write_csv(path: Path, header: Sequence[str], *rows: Row) -> Path:
    """Write a CSV file and return its path."""
    return write(path, csv_bytes(header, rows))


def handed(name: str, content: bytes | str) -> FileContent:
    """Return a file as a browser hands it over."""
    return FileContent(name, pa.py_buffer(content.encode() if isinstance(content, str) else content))


def read(*paths: Path, profile: str | Profile = "templates") -> Upload:
    """Return what intake makes of the files."""
    chosen = load_profile(profile) if isinstance(profile, str) else profile
    return read_upload([open_file(path) for path in paths], chosen)


def facts_in(upload: Upload) -> dict[str, pa.Table]:
    """Return the rows that an upload brings to the store, by contract."""
    found: dict[str, list[pa.Table]] = {}
    for rows in upload.facts:
        with open_workbench() as connection:
            connection.register("source", rows.source)
            found.setdefault(rows.contract, []).append(connection.sql(rows.sql).to_arrow_table())
    return {contract: pa.concat_tables(tables) for contract, tables in found.items()}


def refusal(*paths: Path, profile: str | Profile = "templates") -> tuple[Finding, ...]:
    """Return why the files are refused; fails when they are taken."""
    try:
        read(*paths, profile=profile)
    except Refused as refused:
        return refused.findings
    raise AssertionError("the files were taken")


def fingerprint(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file under `folder`, by its path; empty when there is no such folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
