"""What a column is used for, as far as a mapping tells: it decides which rules its texts are held to."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from mirrors.definitions.contract import Column, load_contracts
from mirrors.definitions.profile import Layout, Source


class ColumnUse(StrEnum):
    """The uses of a column. IGNORED is known to the profile and never stored; UNKNOWN is in no profile.

    PUPIL is the provider's own pupil number at the provider's own desk, where it is made a TOKEN.
    """

    SCHOOL_ID = "school_id"
    SCHOOL_NAME = "school_name"
    SCHOOL_YEAR = "school_year"
    NUMBER = "number"
    CATEGORY = "category"
    DATE = "date"
    TOKEN = "token"
    PUPIL = "pupil"
    RESPONDENT = "respondent"
    IGNORED = "ignored"
    UNKNOWN = "unknown"


_BY_NAME = {
    "school_id": ColumnUse.SCHOOL_ID,
    "school_year": ColumnUse.SCHOOL_YEAR,
    "name": ColumnUse.SCHOOL_NAME,
    "token": ColumnUse.TOKEN,
    "respondent": ColumnUse.RESPONDENT,
}
_BY_TYPE = {"integer": ColumnUse.NUMBER, "number": ColumnUse.NUMBER, "date": ColumnUse.DATE}


def column_uses(layout: Layout, header: Sequence[str], at_provider: bool = False) -> dict[str, ColumnUse]:
    """Return the use of every column of `header` when a file is read by `layout`.

    `at_provider` tells that tokens are still to be made, so that their column holds pupil numbers.
    """
    found = layout.found(tuple(header))
    unknown = set(layout.unknown(tuple(header)))
    uses = {name: ColumnUse.UNKNOWN if name in unknown else ColumnUse.IGNORED for name in header}
    read = dict(_read_columns(layout))
    parts = {name for name in layout.columns if "{" + name + "}" in layout.school_id}
    for short, spelling in found.items():
        if short in parts:
            uses[spelling] = ColumnUse.SCHOOL_ID
        elif short == layout.school_year:
            uses[spelling] = ColumnUse.SCHOOL_YEAR
        else:
            uses[spelling] = read.get(short, ColumnUse.CATEGORY)
    if at_provider:
        return {name: ColumnUse.PUPIL if use is ColumnUse.TOKEN else use for name, use in uses.items()}
    return uses


def _read_columns(layout: Layout) -> Sequence[tuple[str, ColumnUse]]:
    """Return (our short name, use) of the columns that facts are read from."""
    contracts = load_contracts()
    pairs = []
    for fact in layout.facts:
        types: Mapping[str, Column] = {field.name: field for field in contracts[fact.into].fields}
        for target, source in fact.take.items():
            names = _source_columns(source)
            # A share stands beside the counted measure and is in no contract.
            kind = types[target].type if target in types else "number"
            use = _BY_NAME.get(target) or _BY_TYPE.get(kind, ColumnUse.CATEGORY)
            use = ColumnUse.NUMBER if not isinstance(source, Source) else use
            pairs += [(name, use) for name in names]
    return pairs


def _source_columns(source: object) -> Sequence[str]:
    if isinstance(source, Source):
        return [name for name in (source.column, source.minus) if name]
    stages = getattr(source, "stages", {})
    return [name for names in stages.values() for name in names]
