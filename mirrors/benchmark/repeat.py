"""An older year's figures delivered once more: the same school, another school year, the same counts."""

from collections import defaultdict

import pandas as pd

from mirrors.benchmark.alarm import Kind, alarms_of
from mirrors.benchmark.reduction import Reduced

TELLING_CELLS = 5
"""Counts of absence from which equal registers are no chance; below, pupils and possible units must agree."""

FEWEST_UNITS = 20
"""Units absent below which two school years may well agree."""

REPLACED = "replaced"
"""Detail of an alarm about figures that newer ones replaced since."""

_KEY = ["school_id", "school_year"]
_SUMS = ["category", "cells", "units", "squares", "by_month"]

Register = tuple[tuple, ...]
"""The sums of one school-year's counts of absence, one tuple a category."""


def repeated_figures(reduced: Reduced) -> pd.DataFrame:
    """Return an alarm for every school-year whose counts of absence are those of an older year of the school.

    `against` is the newest such year and `after` the units absent; an older year counts as it is believed and
    as it was before it was replaced. All categories and months must agree; where there are only a few counts,
    the pupils and possible units must agree as well.
    """
    believed = _registers(reduced.absence_cells, _KEY)
    replaced = defaultdict(list)
    for (school, year, *_), register in _registers(
        reduced.replaced_cells, [*_KEY, "upload_id", "file_rank"]
    ).items():
        replaced[school, year].append(register)
    rolls = {
        (school, year): tuple(roll)
        for school, year, *roll in reduced.enrolment[[*_KEY, "pupils", "possible"]].itertuples(
            index=False, name=None
        )
    }
    older: dict[tuple[object, ...], tuple[str, str]] = {}
    found = []
    for school, year in sorted({*believed, *replaced}):
        register, roll = believed.get((school, year), ()), rolls.get((school, year))
        units, key = sum(category[2] for category in register), _key(school, register, roll)
        if key in older and units >= FEWEST_UNITS:
            found.append((school, year, *older[key], units))
        older |= {_key(school, each, roll): (year, REPLACED) for each in replaced[school, year]}
        older[key] = (year, "")
    return alarms_of(
        Kind.REPEATED_FIGURES, pd.DataFrame(found, columns=[*_KEY, "against", "detail", "after"])
    )


def _registers(table: pd.DataFrame, by: list[str]) -> dict[tuple, Register]:
    found: dict[tuple, Register] = defaultdict(tuple)
    for row in table.loc[table["cells"] > 0, [*by, *_SUMS]].itertuples(index=False, name=None):
        found[row[: len(by)]] += (row[len(by) :],)
    return found


def _key(school: str, register: Register, roll: object) -> tuple[object, ...]:
    telling = sum(category[1] for category in register) >= TELLING_CELLS
    return (school, register, None if telling else roll)
