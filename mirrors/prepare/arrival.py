"""Events of pupils that reach the city: they become totals before anything of the upload is stored."""

from dataclasses import replace

import pyarrow as pa

from mirrors.definitions import Jurisdiction, load_contracts, load_jurisdiction
from mirrors.intake.mapping import category_sql
from mirrors.intake.upload import Upload
from mirrors.prepare.reduction import EVENTS, reduce_events
from mirrors.store.incoming import FactRows
from mirrors.store.workbench import rows_of

RANK = 1000
"""Totals of events are believed before totals that stand in the same upload."""


def holds_events(upload: Upload) -> bool:
    """Return whether some rows of the upload are about single pupils."""
    return any(rows.contract in EVENTS for rows in upload.facts)


def as_totals(upload: Upload) -> Upload:
    """Return the upload with the totals that its events add up to, and without the events.

    Raises NoHalfDays.
    """
    jurisdiction = load_jurisdiction(upload.profile.jurisdiction)
    tables: dict[str, list[pa.Table]] = {}
    for rows in upload.facts:
        tables.setdefault(rows.contract, []).append(in_contract(rows))
    given = {name: pa.concat_tables(found) for name, found in tables.items()}
    totals = reduce_events(given, jurisdiction)
    kept = [rows for rows in upload.facts if rows.contract not in EVENTS]
    arrived = [FactRows(name, table, _stored(name, jurisdiction)) for name, table in totals.items()]
    return replace(upload, facts=(*kept, *arrived))


def in_contract(facts: FactRows) -> pa.Table:
    """Return the rows in the columns of their contract."""
    found = rows_of(facts)
    columns = load_contracts()[facts.contract].columns
    return found.select([name for name in columns if name in found.column_names])


def _stored(contract: str, jurisdiction: Jurisdiction) -> str:
    """Return SQL for totals with what a stored fact carries beside its contract's columns."""
    category = (
        f"{category_sql(jurisdiction)} AS category, " if "code" in load_contracts()[contract].columns else ""
    )
    return (
        f"SELECT *, {category}'exact' AS status, '' AS basis, NULL::BIGINT AS source_row,"
        f" {RANK} AS file_rank FROM source"
    )
