"""One upload: some files read by one profile, wholly in or wholly refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import duckdb
import pyarrow as pa

from mirrors.definitions import Profile, load_contracts, load_jurisdiction
from mirrors.definitions.profile import FactRows as FactLayout
from mirrors.definitions.profile import Layout
from mirrors.intake.check import Check, check_fact
from mirrors.intake.finding import Finding, Refused
from mirrors.intake.mapping import (
    EITHER,
    MEASURE,
    SHARED,
    FactMapper,
    Mapped,
    dropped_sql,
    fact_columns,
    kept_sql,
    named_sql,
)
from mirrors.intake.privacy import (
    column_uses,
    find_personal_data,
    safe_name,
    small_groups,
    survey_metadata,
)
from mirrors.intake.reading import ROW, FileContent, SourceFile, SourceTable, read_files
from mirrors.intake.reading.heading import normalised
from mirrors.intake.rules import Problem
from mirrors.intake.together import PlacedRows, check_together
from mirrors.progress import Progress, silent
from mirrors.store.incoming import FactRows
from mirrors.store.register import RegisteredName
from mirrors.store.workbench import open_workbench, rows_of

_TYPES = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "date": "DATE"}


@dataclass
class FileReport:
    """What became of the rows of one table; counts of facts by table and of their statuses."""

    file: str
    sheet: str | None
    layout: str
    sha256: str
    size: int
    rows_read: int
    rows_kept: int
    dropped: dict[str, int]
    facts: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, dict[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Upload:
    """Checked facts of one upload, names of schools, and the report.

    The rows of `facts` have the contract's columns (codes with their category), `status`, `basis`,
    `source_row` and `file_rank` (a later rank is believed where two files speak of the same thing).
    `findings` are the warnings it was taken with, `checks` every rule that was held against it.
    """

    profile: Profile
    files: tuple[FileReport, ...]
    facts: tuple[FactRows, ...]
    names: dict[str, RegisteredName]
    findings: tuple[Finding, ...]
    checks: tuple[Check, ...]


def read_upload(
    files: Sequence[FileContent],
    profile: Profile,
    progress: Progress = silent,
    *,
    confirmed: frozenset[str] = frozenset(),
    known: Mapping[str, pa.Table] | None = None,
    at_provider: bool = False,
) -> Upload:
    """Return the facts in `files` read by `profile`; raises Refused with every finding of every file.

    `confirmed` are columns declared to hold no national numbers, `known` the facts already in force that
    rules between files need (contract name -> rows). `at_provider` reads pupils' own identifiers, which
    only `prepare` may.
    """
    jurisdiction = load_jurisdiction(profile.jurisdiction)
    findings: list[Finding] = []
    tables: list[_TableFacts] = []
    for done, file in enumerate(files):
        progress(file.name, 0.8 * done / len(files))
        try:
            for source, read in _recognised(file, profile, confirmed, at_provider):
                findings += source.findings
                for table, rank, layout in read:
                    found = _read_table(table, layout, source, profile, rank, at_provider)
                    tables.append(found)
                    findings += found.findings
        except Refused as refusal:
            findings += refusal.findings
    if not _refusing(findings):
        progress("compare the files", 0.8)
        placed = [rows for table in tables for rows in table.facts]
        findings += check_together(placed, jurisdiction, known or {})
        if not at_provider:
            findings += _small_groups(placed)
    if _refusing(findings):
        # A fault in a shared column, such as the school's id, is found with every fact.
        raise Refused(list(dict.fromkeys(findings)))
    tables.sort(key=lambda table: table.rank)
    return Upload(
        profile,
        tuple(table.report for table in tables),
        tuple(placed.rows for table in tables for placed in table.facts),
        _newest_names(tables),
        tuple(dict.fromkeys(findings)),
        tuple(check for table in tables for check in table.checks),
    )


def read_for_mapping(
    file: FileContent, known: frozenset[str], confirmed: frozenset[str] = frozenset()
) -> Sequence[SourceFile]:
    """Return what is in a file that fits no profile, for somebody to map; raises Refused.

    `known` are names that columns may have, normalised. Nothing is known about the columns yet, so that
    the search for personal data is at its strictest: what it lets through may be shown.
    """
    sources = _read_safely(file, known)
    personal = [finding for source in sources for finding in find_personal_data(source, None, confirmed)]
    if _refusing(personal):
        raise Refused(personal)
    return sources


def known_headings(profile: Profile) -> frozenset[str]:
    """Return the names that columns may have by `profile`, normalised."""
    spellings = (
        name for layout in profile.all_layouts for names in layout.columns.values() for name in names
    )
    return frozenset(map(normalised, spellings))


def _small_groups(placed: Sequence[PlacedRows]) -> list[Finding]:
    """Return the groups of pupils in the upload that are too small to hide one."""
    events = [one for one in placed if load_contracts()[one.rows.contract].level == "B"]
    if not events:
        return []
    tables = [rows_of(one.rows) for one in events]
    everybody = pa.concat_tables([table.select(["school_id", "school_year", "token"]) for table in tables])
    return [
        finding
        for one, table in zip(events, tables, strict=True)
        for finding in small_groups(table, one.file, one.sheet, everybody)
    ]


def _refusing(findings: Sequence[Finding]) -> bool:
    return any(finding.refuses for finding in findings)


_Recognised = list[tuple[SourceTable, int, Layout]]


def _recognised(
    file: FileContent, profile: Profile, confirmed: frozenset[str], at_provider: bool
) -> list[tuple[SourceFile, _Recognised]]:
    """Return the files in `file` with the layout of every table; raises Refused.

    Nothing is told of a table's columns before the whole file was searched for personal data.
    """
    sheets = frozenset(layout.sheet for layout in profile.all_layouts if layout.sheet)
    sources = _read_safely(file, known_headings(profile), sheets)
    fitting = [[_fitting(table, profile) for table in source.tables] for source in sources]
    personal = [
        finding
        for source, layouts in zip(sources, fitting, strict=True)
        for finding in find_personal_data(
            source,
            [
                column_uses(ranked[1], table.header, at_provider) if ranked else {}
                for ranked, table in zip(layouts, source.tables, strict=True)
            ],
            confirmed,
            frozenset((*profile.markers.missing, *profile.markers.not_asked)),
        )
    ]
    if _refusing(personal):
        raise Refused(personal)
    strange = [
        finding
        for source, layouts in zip(sources, fitting, strict=True)
        for finding in _strange_tables(source, layouts, profile)
    ]
    if strange:
        raise Refused([*personal, *strange])
    return [
        (source, [(table, *ranked) for table, ranked in zip(source.tables, layouts, strict=True) if ranked])
        for source, layouts in zip(sources, fitting, strict=True)
    ]


def _read_safely(
    file: FileContent, known: frozenset[str], sheets: frozenset[str] = frozenset()
) -> Sequence[SourceFile]:
    """Return what is in `file`; raises Refused, in which a name that may be personal is not repeated."""
    try:
        return read_files(file, known, sheets)
    except Refused as refusal:
        raise Refused(
            [replace(finding, file=safe_name(finding.file)) for finding in refusal.findings]
        ) from None


def _fitting(table: SourceTable, profile: Profile) -> tuple[int, Layout] | None:
    """Return the layout (and its rank) that knows every column of the table, and most of them."""
    fitting = [
        (rank, layout)
        for rank, layout in enumerate(profile.all_layouts)
        if layout.sheet in (None, table.sheet)
        and not layout.absent(table.header)
        and not _unknown(layout, table.header)
    ]
    return max(fitting, key=lambda ranked: len(ranked[1].found(table.header)), default=None)


def _unknown(layout: Layout, header: tuple[str, ...]) -> set[str]:
    """Return the columns that the layout does not know, but for what a survey tool adds to answers."""
    unknown = set(layout.unknown(header))
    return unknown - survey_metadata(header, column_uses(layout, header)) if unknown else unknown


def _strange_tables(
    source: SourceFile, layouts: Sequence[tuple[int, Layout] | None], profile: Profile
) -> list[Finding]:
    return [
        _strange(table, profile)
        for table, ranked in zip(source.tables, layouts, strict=True)
        if ranked is None
    ]


def _strange(table: SourceTable, profile: Profile) -> Finding:
    sheets = sorted({layout.sheet for layout in profile.all_layouts if layout.sheet})
    if sheets and table.sheet and table.sheet not in sheets:
        return Finding(Problem.NO_SHEET, table.file, detail=", ".join(sheets))
    nearest = max(
        profile.all_layouts,
        key=lambda layout: (len(layout.found(table.header)), -len(layout.absent(table.header))),
    )
    # Only the number of unknown columns is told: a header row may hold personal data.
    parts = [f"{nearest.id}:"]
    if nearest.absent(table.header):
        parts.append("missing " + ", ".join(nearest.absent(table.header)) + ";")
    parts.append(f"unknown columns: {len(nearest.unknown(table.header))}.")
    return Finding(Problem.OTHER_COLUMNS, table.file, table.sheet, detail=" ".join(parts))


@dataclass
class _TableFacts:
    """What one table gave; `findings` may refuse it."""

    rank: int
    report: FileReport
    facts: list[PlacedRows]
    names: dict[str, RegisteredName]
    findings: list[Finding]
    checks: list[Check]


def _read_table(
    source: SourceTable, layout: Layout, file: SourceFile, profile: Profile, rank: int, at_provider: bool
) -> _TableFacts:
    jurisdiction = load_jurisdiction(profile.jurisdiction)
    mapper = FactMapper(layout, source, profile.markers, jurisdiction)
    with open_workbench() as connection:
        connection.register("source", source.rows)
        connection.execute(f"CREATE TEMP VIEW kept AS {kept_sql(layout, source)}")
        report = _report(connection, source, layout, file)
        result = _TableFacts(rank, report, [], {}, [], [])
        if not report.rows_kept:
            result.findings.append(source.finding(Problem.NO_ROWS))
            return result
        for fact in layout.facts:
            mapped = mapper.map(fact, load_contracts()[fact.into])
            if fact.into == "schools":
                result.names |= _names(connection, mapped)
                if "school_type" not in fact.take:
                    continue
            checked = check_fact(connection, mapped, source, jurisdiction, at_provider)
            result.findings += checked.findings
            result.checks += checked.checks
            if not result.findings:
                rows = FactRows(fact.into, source.rows, _fact_sql(mapped, layout, source, rank))
                result.facts.append(PlacedRows(rows, source.file, source.sheet))
                _count(connection, mapped, fact, report)
    return result


def _report(
    connection: duckdb.DuckDBPyConnection, source: SourceTable, layout: Layout, file: SourceFile
) -> FileReport:
    read, dropped = source.rows.num_rows, {}
    if layout.leaves_out:
        named = named_sql(layout, source.header, "source")
        dropped = dict(
            connection.execute(
                f"SELECT why, count(*) FROM (SELECT {dropped_sql(layout)} AS why FROM ({named}))"
                " WHERE why IS NOT NULL GROUP BY why ORDER BY why"
            ).fetchall()
        )
    kept = read - sum(dropped.values())
    return FileReport(source.file, source.sheet, layout.id, file.sha256, file.size, read, kept, dropped)


def _names(connection: duckdb.DuckDBPyConnection, mapped: Mapped) -> dict[str, RegisteredName]:
    found = connection.execute(
        f"SELECT school_id, max_by(name, school_year), max(school_year) FROM ({mapped.over('kept')})"
        " WHERE name IS NOT NULL AND school_year IS NOT NULL GROUP BY school_id"
    ).fetchall()
    return {school_id: RegisteredName(name, year) for school_id, name, year in found}


def _newest_names(tables: Sequence[_TableFacts]) -> dict[str, RegisteredName]:
    names: dict[str, RegisteredName] = {}
    for school_id, found in (pair for table in tables for pair in table.names.items()):
        if school_id not in names or found.school_year >= names[school_id].school_year:
            names[school_id] = found
    return names


def _fact_sql(mapped: Mapped, layout: Layout, source: SourceTable, rank: int) -> str:
    """Return SQL that gives the columns of a stored fact from the relation `source`."""
    contract = mapped.contract
    columns = [f"{name}::{_TYPES[kind]} AS {name}" for name, kind in fact_columns(contract) if name != "name"]
    columns += ["category"] if mapped.category is not None else []
    selected = [
        "school_id",
        "school_year",
        *columns,
        f"{_status(contract.name)} AS status",
        "basis",
        ROW,
        f"{rank} AS file_rank",
    ]
    return f"SELECT {', '.join(selected)} FROM ({mapped.over(f'({kept_sql(layout, source)})', ROW)})"


def _count(
    connection: duckdb.DuckDBPyConnection, mapped: Mapped, fact: FactLayout, report: FileReport
) -> None:
    name = mapped.contract.name
    report.facts[name] = report.facts.get(name, 0) + report.rows_kept
    if name not in MEASURE:
        return
    told = mapped.sources.get("share") or mapped.sources.get(MEASURE[name]) or name
    statuses = connection.execute(
        f"SELECT {_status(name)} AS status, count(*) FROM fact GROUP BY 1 ORDER BY 1"
    )
    report.statuses[told] = dict(statuses.fetchall())


def _status(contract: str) -> str:
    measure = MEASURE.get(contract)
    if measure is None:
        return "'exact'"
    if contract in SHARED:
        by_share = f"{measure}_status <> 'exact' AND share IS NOT NULL"
        return f"CASE WHEN {by_share} THEN share_status ELSE {measure}_status END"
    if contract in EITHER:
        other = EITHER[contract]
        # What was neither given nor hidden was not asked of this group.
        return (
            f"CASE WHEN {other} IS NOT NULL THEN {other}_status"
            f" WHEN {measure} IS NOT NULL THEN {measure}_status"
            f" WHEN 'missing' IN ({other}_status, {measure}_status) THEN 'missing' ELSE 'not_asked' END"
        )
    return f"{measure}_status"
