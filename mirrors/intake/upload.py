"""One upload: some files read by one profile, wholly in or wholly refused."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from mirrors.definitions import Profile, load_contracts, load_jurisdiction
from mirrors.definitions.profile import FactRows, Layout
from mirrors.intake.check import check_fact
from mirrors.intake.finding import Finding, Problem, Refused
from mirrors.intake.mapping import MEASURE, SHARED, FactMapper, Mapped, dropped_sql, fact_columns, named_sql
from mirrors.intake.source import ROW, SourceTable, read_source
from mirrors.progress import Progress, silent
from mirrors.store.register import RegisteredName
from mirrors.store.workbench import open_workbench


@dataclass
class FileReport:
    """What became of the rows of one file; counts of facts by table and of their statuses."""

    file: str
    layout: str
    sha256: str
    rows_read: int
    rows_kept: int
    dropped: dict[str, int]
    facts: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, dict[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Upload:
    """Checked facts of one upload by contract name, names of schools, and the report.

    Tables have the contract's columns (codes with their category), `status`, `basis`, `source_row` and
    `file_rank` (a later rank is believed where two files speak of the same thing).
    """

    profile: Profile
    files: tuple[FileReport, ...]
    facts: dict[str, pa.Table]
    names: dict[str, RegisteredName]


def read_upload(paths: Sequence[Path], profile: Profile, progress: Progress = silent) -> Upload:
    """Return the facts in `paths` read by `profile`; raises Refused with every finding of every file."""
    findings: list[Finding] = []
    read: list[tuple[int, _FileFacts]] = []
    for done, path in enumerate(paths):
        progress(path.name, 0.9 * done / len(paths))
        try:
            rank, layout, source = _recognise(path, profile)
            read.append((rank, _read_file(path, layout, source, profile, rank)))
        except Refused as refusal:
            findings += refusal.findings
    read.sort(key=lambda ranked: ranked[0])
    files = [file for _, file in read]
    if not findings:
        findings += _in_two_files(files)
    if findings:
        raise Refused(findings)
    tables = {name for file in files for name in file.facts}
    facts = {
        name: pa.concat_tables([t for file in files for t in file.facts.get(name, [])])
        for name in sorted(tables)
    }
    names: dict[str, RegisteredName] = {}
    for school_id, found in (pair for file in files for pair in file.names.items()):
        if school_id not in names or found.school_year >= names[school_id].school_year:
            names[school_id] = found
    return Upload(profile, tuple(file.report for file in files), facts, names)


@dataclass
class _FileFacts:
    report: FileReport
    facts: dict[str, list[pa.Table]]
    names: dict[str, RegisteredName]


def _recognise(path: Path, profile: Profile) -> tuple[int, Layout, SourceTable]:
    layouts = profile.all_layouts
    source = read_source(path, frozenset(layout.sheet for layout in layouts if layout.sheet))
    fitting = [
        (rank, layout)
        for rank, layout in enumerate(layouts)
        if not layout.absent(source.header) and not layout.unknown(source.header)
    ]
    if fitting:
        return (*fitting[0], source)
    nearest = max(
        layouts, key=lambda layout: (len(layout.found(source.header)), -len(layout.absent(source.header)))
    )
    raise Refused([Finding(Problem.OTHER_COLUMNS, source.file, detail=_difference(nearest, source.header))])


def _difference(layout: Layout, header: tuple[str, ...]) -> str:
    # Only the number of unknown columns is told: a header row may hold personal data.
    parts = [f"{layout.id}:"]
    if layout.absent(header):
        parts.append("missing " + ", ".join(layout.absent(header)) + ";")
    parts.append(f"unknown columns: {len(layout.unknown(header))}.")
    return " ".join(parts)


def _read_file(path: Path, layout: Layout, source: SourceTable, profile: Profile, rank: int) -> _FileFacts:
    with open_workbench() as connection:
        connection.register("source", source.rows)
        named = named_sql(layout, source.header, "source")
        connection.execute(f"CREATE TABLE named AS SELECT *, {dropped_sql(layout)} AS why FROM ({named})")
        connection.execute("CREATE VIEW kept AS SELECT * FROM named WHERE why IS NULL")
        report = _row_report(connection, path, layout, source)
        result = _FileFacts(report, {}, {})
        jurisdiction = load_jurisdiction(profile.jurisdiction)
        mapper = FactMapper(layout, frozenset(layout.found(source.header)), profile.markers, jurisdiction)
        findings = []
        for fact in layout.facts:
            mapped = mapper.map(fact, load_contracts()[fact.into])
            connection.execute(f"CREATE OR REPLACE TABLE fact AS {mapped.sql}")
            if fact.into == "schools":
                result.names |= _names(connection)
                if "school_type" not in fact.take:
                    continue
            findings += check_fact(connection, mapped, source.file, jurisdiction)
            if not findings:
                _keep(connection, mapped, fact, result, rank)
    if findings:
        # A fault in a shared column, such as the school's id, is found with every fact.
        raise Refused(list(dict.fromkeys(findings)))
    return result


def _in_two_files(files: Sequence[_FileFacts]) -> list[Finding]:
    """Return the rows that two files of the same layout both give: nothing says which to believe."""
    findings: list[Finding] = []
    if len({file.report.layout for file in files}) == len(files):
        return findings
    with open_workbench() as connection:
        for name in sorted({name for file in files for name in file.facts}):
            key = load_contracts()[name].primary_key
            numbered = [
                table.append_column("file", pa.repeat(number, table.num_rows))
                for number, file in enumerate(files)
                for table in file.facts.get(name, [])
            ]
            connection.register("every", pa.concat_tables(numbered))
            again = (
                f"SELECT max(file) AS file, max_by({ROW}, file) AS again FROM every"
                f" GROUP BY {', '.join(key)}, file_rank HAVING count(*) > 1"
            )
            found = connection.execute(
                f"SELECT file, min(again), count(*) FROM ({again}) GROUP BY file ORDER BY file"
            ).fetchall()
            findings += [
                Finding(Problem.TWICE, files[number].report.file, row=row, rows=rows, detail=", ".join(key))
                for number, row, rows in found
            ]
    return findings


def _row_report(
    connection: duckdb.DuckDBPyConnection, path: Path, layout: Layout, source: SourceTable
) -> FileReport:
    counts = dict(
        connection.execute("SELECT coalesce(why, ''), count(*) FROM named GROUP BY 1 ORDER BY 1").fetchall()
    )
    kept = counts.pop("", 0)
    if not kept:
        raise Refused([Finding(Problem.NO_ROWS, source.file)])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return FileReport(source.file, layout.id, digest, kept + sum(counts.values()), kept, counts)


def _names(connection: duckdb.DuckDBPyConnection) -> dict[str, RegisteredName]:
    found = connection.execute(
        "SELECT school_id, max_by(name, school_year), max(school_year) FROM fact"
        " WHERE name IS NOT NULL AND school_year IS NOT NULL GROUP BY school_id"
    ).fetchall()
    return {school_id: RegisteredName(name, year) for school_id, name, year in found}


def _keep(
    connection: duckdb.DuckDBPyConnection, mapped: Mapped, fact: FactRows, result: _FileFacts, rank: int
) -> None:
    contract = mapped.contract
    types = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE"}
    columns = [f"{name}::{types[kind]} AS {name}" for name, kind in fact_columns(contract) if name != "name"]
    if "code" in contract.columns:
        columns.append("category")
    selected = ", ".join(
        ["school_id", "school_year", *columns, f"{_status(contract.name)} AS status", "basis", ROW]
    )
    table = connection.sql(f"SELECT {selected}, {rank} AS file_rank FROM fact").to_arrow_table()
    result.facts.setdefault(contract.name, []).append(table)
    result.report.facts[contract.name] = result.report.facts.get(contract.name, 0) + table.num_rows
    source = mapped.sources.get("share", mapped.sources.get(MEASURE.get(contract.name, ""), contract.name))
    statuses = connection.execute(
        f"SELECT {_status(contract.name)}, count(*) FROM fact GROUP BY 1 ORDER BY 1"
    )
    result.report.statuses[source] = dict(statuses.fetchall())


def _status(contract: str) -> str:
    measure = MEASURE.get(contract)
    if measure is None:
        return "'exact'"
    if contract in SHARED:
        by_share = f"{measure}_status <> 'exact' AND share IS NOT NULL"
        return f"CASE WHEN {by_share} THEN share_status ELSE {measure}_status END"
    return f"{measure}_status"
