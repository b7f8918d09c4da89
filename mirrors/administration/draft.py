"""A mapping in the making: what the columns of an unknown table mean, corrected by whoever knows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from mirrors.access import Event, Viewer
from mirrors.access.recording import record
from mirrors.administration.delivery import Ready, Refusal
from mirrors.definitions import (
    Contract,
    Jurisdiction,
    Profile,
    load_contracts,
    load_jurisdiction,
    load_profile,
    profile_names,
    save_profile,
)
from mirrors.definitions.profile import Layout
from mirrors.definitions.reading import DefinitionError
from mirrors.intake import FileContent, Refused, read_upload
from mirrors.intake.guess import Guess, YearLabel, guess_columns, guess_file, profile_from
from mirrors.intake.likeness import allowed
from mirrors.intake.mapping import FactMapper, kept_sql
from mirrors.intake.reading import SourceTable
from mirrors.locale import LANGUAGES
from mirrors.progress import Progress
from mirrors.store import open_facts
from mirrors.store.workbench import open_workbench

__all__ = [
    "DefinitionError",
    "Guess",
    "Rules",
    "SourceTable",
    "corrected",
    "first_guess",
    "first_rows",
    "guess_as",
    "lacking",
    "our_values",
    "profile_of",
    "rules_of",
    "save",
    "texts_of",
    "try_out",
    "values_to_map",
]

MOST_VALUES = 200
"""So many distinct texts of a column are looked at to guess what it means."""

_FIRST_ROWS = 10


@dataclass(frozen=True)
class Rules:
    """By which rules a store is read, and for which city."""

    jurisdiction: str
    city: str


def rules_of(folder: Path, viewer: Viewer) -> Rules:
    """Return the rules of the store's newest upload; those of our own templates while there is none."""
    viewer.require_administrator()
    with open_facts(folder) as facts:
        in_force = facts.in_force()
    profile = in_force[-1].mapped_by if in_force else load_profile("templates")
    return Rules(profile.jurisdiction, profile.city)


def texts_of(table: SourceTable) -> dict[str, tuple[str, ...]]:
    """Return some distinct texts of every column."""
    return {
        name: tuple(text for text in column.chunk(0).unique().to_pylist() if text is not None)[:MOST_VALUES]
        for name, column in ((name, table.rows[name]) for name in table.header)
    }


def first_guess(table: SourceTable, rules: Rules) -> Guess | None:
    """Return what the table seems to be, or None when it is like nothing we know."""
    return guess_file(table.header, texts_of(table), load_jurisdiction(rules.jurisdiction))


def guess_as(kind: str, table: SourceTable, rules: Rules) -> Guess:
    """Return what the table's columns mean if it is a file of this kind."""
    return guess_columns(kind, table.header, texts_of(table), load_jurisdiction(rules.jurisdiction))


def corrected(
    guess: Guess,
    columns: Mapping[str, str],
    values: Mapping[str, Mapping[str, str]],
    year_label: YearLabel,
) -> Guess:
    """Return the guess with what somebody chose: our column -> their header, their text -> our value."""
    return replace(
        guess,
        columns=dict(columns),
        values={name: dict(pairs) for name, pairs in values.items() if name in columns},
        year_label=year_label,
    )


def lacking(guess: Guess) -> tuple[str, ...]:
    """Return the columns that must be there and mean nothing yet."""
    contract = load_contracts()[guess.contract]
    return tuple(
        column.name
        for column in contract.fields
        if column.constraints.required
        and column.name not in guess.columns
        and column.name not in guess.constants
    )


def values_to_map(guess: Guess, table: SourceTable, rules: Rules) -> dict[str, tuple[str, ...]]:
    """Return the texts of every column whose values can be listed, for those that differ from ours."""
    contract, texts = load_contracts()[guess.contract], texts_of(table)
    jurisdiction = load_jurisdiction(rules.jurisdiction)
    found = {}
    for column in contract.fields:
        ours = allowed(column, jurisdiction)
        theirs = texts.get(guess.columns.get(column.name, ""), ())
        if ours and set(theirs) - set(ours):
            found[column.name] = theirs
    return found


def our_values(contract: Contract, column: str, jurisdiction: Jurisdiction) -> tuple[str, ...]:
    """Return the values that a column of ours may have."""
    [field] = [each for each in contract.fields if each.name == column]
    return allowed(field, jurisdiction)


def profile_of(guess: Guess, table: SourceTable, rules: Rules, name: str) -> Profile:
    """Return the profile that reads this table as agreed on."""
    return profile_from(
        guess,
        table.header,
        name=name,
        title=dict.fromkeys(LANGUAGES, name),
        jurisdiction=rules.jurisdiction,
        city=rules.city,
    )


def first_rows(table: SourceTable, profile: Profile) -> pd.DataFrame:
    """Return the first rows of the table as they would be taken."""
    [layout] = profile.layouts
    [fact] = layout.facts
    mapper = FactMapper(layout, table, profile.markers, load_jurisdiction(profile.jurisdiction))
    mapped = mapper.map(fact, load_contracts()[fact.into])
    with open_workbench() as connection:
        connection.register("source", table.rows.slice(0, _FIRST_ROWS))
        frame: pd.DataFrame = connection.execute(
            mapped.over(f"({kept_sql(layout, table)})", "source_row") + " ORDER BY source_row"
        ).df()
    return frame[list(mapped.contract.columns)]


def try_out(profile: Profile, file: FileContent, told: Progress) -> Ready | Refusal:
    """Return what comes of reading a file by a profile that is not saved; writes nothing."""
    try:
        return Ready(read_upload([file], profile, told))
    except Refused as refused:
        return Refusal(refused.findings, profile.id)


def save(folder: Path, viewer: Viewer, profile: Profile) -> None:
    """Save the profile in the store; one of the same name learns this kind of file too.

    Raises DefinitionError for a name that cannot be used, and StoreTrouble.
    """
    viewer.require_lasting_acts()
    if profile.id in profile_names(folder) and profile.id not in profile_names():
        older = load_profile(profile.id, folder)
        [new] = profile.layouts
        # What was said before of the same columns is corrected, not kept beside.
        kept = [layout for layout in older.layouts if _columns(layout) != _columns(new)]
        names = {layout.id for layout in kept}
        numbered = new if new.id not in names else new.model_copy(update={"id": f"{new.id}_{len(names) + 1}"})
        profile = older.model_copy(update={"layouts": (*kept, numbered)})
    save_profile(profile, folder)
    record(folder, Event.PROFILE_SAVED, viewer, detail=profile.id)


def _columns(layout: Layout) -> frozenset[str]:
    """Return the columns of the file that a layout knows, used or not."""
    return frozenset(name for names in layout.columns.values() for name in names) | frozenset(layout.ignore)
