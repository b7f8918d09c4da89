"""From pupils to aggregates: the tables of one simulated school year, in the contracts' columns."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mirrors.sample.absence import CODES, YearRecord
from mirrors.sample.arrays import Floats, Ints, group_sums
from mirrors.sample.names import DISTRICTS
from mirrors.sample.pupils import OUTCOMES, SEXES
from mirrors.sample.schools import GRADES, TRACKS, Schools
from mirrors.sample.timetable import MONTHS, SCHOOL_YEARS

UNIT_BANDS = (0, 1, 5, 10, 15, 30)
SHARE_BANDS = (0.0, 0.05, 0.10, 0.20, 0.50)
QUANTILES = (0.5, 0.9)
QUANTILE_CODES = ("B", "Z")


@dataclass(frozen=True)
class Breakdown:
    """Schools cut into cells: each pupil's `cell` (-1 if outside), each cell's `school` and `member`."""

    name: str
    cell: Ints
    school: Ints
    member: list[str]

    def sums(self, values: Ints) -> Ints:
        """Sum pupils' values (n, ...) within each cell, (cells, ...)."""
        inside = self.cell >= 0
        return group_sums(self.cell[inside], len(self.school), values[inside])


def _cut(name: str, record: YearRecord, member: Ints, labels: list[list[str]]) -> Breakdown:
    """`labels` holds the members' names per school, all of one width."""
    width = len(labels[0])
    cell = np.where(member >= 0, record.roll.school * width + member, -1)
    school = np.repeat(np.arange(len(labels)), width)
    return Breakdown(name, cell, school, [label for row in labels for label in row])


def breakdowns(schools: Schools, record: YearRecord) -> list[Breakdown]:
    """The whole school, then by grade, sex, (secondary) track and the district where pupils live."""
    n = len(schools.school_id)
    roll = record.roll
    letters = np.where(schools.secondary, "S", "P")
    grades = [[f"{letter}{grade + 1}" for grade in range(GRADES)] for letter in letters]
    return [
        _cut("all", record, np.zeros(len(roll.school), dtype=np.int64), [[""]] * n),
        _cut("grade", record, roll.grade, grades),
        _cut("sex", record, roll.sex, [list(SEXES)] * n),
        _cut("track", record, roll.track, [list(TRACKS)] * n),
        _cut("district", record, roll.district, [[name for name, _ in DISTRICTS]] * n),
    ]


def rows(schools: Schools, record: YearRecord, school: Ints, columns: Mapping[str, object]) -> pd.DataFrame:
    """A table that starts with school_id and school_year; `school` is one index per row."""
    frame = pd.DataFrame({"school_id": np.array(schools.school_id)[school], **columns})
    frame.insert(1, "school_year", SCHOOL_YEARS[record.year].label)
    return frame


def _cells(cut: Breakdown, repeat: int) -> dict[str, object]:
    return {"breakdown": cut.name, "member": np.repeat(np.array(cut.member), repeat)}


def _months(cells: int, repeat: int, monthly: bool) -> pd.api.extensions.ExtensionArray:
    """The month column: each month `repeat` times within each cell, or empty for the whole year."""
    if monthly:
        values = np.tile(np.repeat(np.array(MONTHS), repeat), cells)
        return pd.array(values, dtype="Int64")
    return pd.array([pd.NA] * (cells * repeat), dtype="Int64")


def enrolment(schools: Schools, record: YearRecord, cut: Breakdown) -> pd.DataFrame:
    """Pupils and possible half-days: by month for the whole school, otherwise for the year.

    Pupils of a month are those enrolled in it; pupils of a year are those of 1 February.
    """
    monthly = cut.name == "all"
    pupils = record.enrolled.astype(np.int64) if monthly else record.reference.astype(np.int64)[:, None]
    possible = record.possible if monthly else record.possible.sum(axis=1, keepdims=True)
    width = pupils.shape[1]
    columns = {
        **_cells(cut, width),
        "month": _months(len(cut.school), 1, monthly),
        "pupils": cut.sums(pupils).ravel(),
        "possible": cut.sums(possible).ravel(),
    }
    frame = rows(schools, record, np.repeat(cut.school, width), columns)
    return frame[frame["possible"] > 0]


def absence(schools: Schools, record: YearRecord, cut: Breakdown) -> pd.DataFrame:
    """Half-days absent by code, in the cells of `enrolment`; zero is written, an unknown month is not."""
    monthly = cut.name == "all"
    units = record.units if monthly else record.units.sum(axis=1, keepdims=True)
    possible = record.possible if monthly else record.possible.sum(axis=1, keepdims=True)
    width = units.shape[1] * len(CODES)
    columns = {
        **_cells(cut, width),
        "month": _months(len(cut.school), len(CODES), monthly),
        "code": np.tile(np.array(CODES), len(cut.school) * units.shape[1]),
        "units": cut.sums(units).ravel(),
    }
    frame = rows(schools, record, np.repeat(cut.school, width), columns)
    return frame[np.repeat(cut.sums(possible).ravel() > 0, len(CODES))]


def _bands(
    schools: Schools, record: YearRecord, cut: Breakdown, value: Ints | Floats, edges: tuple[float, ...]
) -> pd.DataFrame:
    """Pupils of 1 February per cell and band of `value` (n,); cells without pupils are left out."""
    band = np.searchsorted(np.array(edges), value, side="right") - 1
    one_hot = (band[:, None] == np.arange(len(edges))) & record.reference[:, None]
    counts = cut.sums(one_hot.astype(np.int64))
    base = counts.sum(axis=1)
    columns = {
        **_cells(cut, len(edges)),
        "at_least": np.tile(np.array(edges, dtype=np.float64), len(base)),
        "below": np.tile(np.array([*edges[1:], np.nan]), len(base)),
        "pupils": counts.ravel(),
        "base": np.repeat(base, len(edges)),
    }
    frame = rows(schools, record, np.repeat(cut.school, len(edges)), columns)
    return frame[frame["base"] > 0]


def pupil_bands(schools: Schools, record: YearRecord, cut: Breakdown) -> pd.DataFrame:
    """Pupils by unauthorised half-days, and by share of possible half-days missed for any reason."""
    unauthorised = record.units[:, :, 0].sum(axis=1)
    share = record.units.sum(axis=(1, 2)) / np.maximum(record.possible.sum(axis=1), 1)
    by_units = _bands(schools, record, cut, unauthorised, UNIT_BANDS)
    by_share = _bands(schools, record, cut, share, SHARE_BANDS)
    by_units.insert(4, "code", "B")
    by_units.insert(5, "scale", "units")
    by_share.insert(4, "code", "any")
    by_share.insert(5, "scale", "share")
    return pd.concat([by_units, by_share])


def quantiles(schools: Schools, record: YearRecord) -> pd.DataFrame:
    """Median and ninth decile of half-days among pupils of 1 February with at least one."""
    tables = []
    for code in QUANTILE_CODES:
        units = record.units[:, :, CODES.index(code)].sum(axis=1)
        counted = record.reference & (units > 0)
        grouped = pd.Series(units[counted]).groupby(record.roll.school[counted])
        table = grouped.quantile(np.array(QUANTILES)).unstack()
        size = grouped.size()
        for quantile in QUANTILES:
            columns = {"code": code, "quantile": quantile, "units": table[quantile].round(1).to_numpy()}
            school = size.index.to_numpy()
            tables.append(rows(schools, record, school, {**columns, "pupils": size.to_numpy()}))
    return pd.concat(tables).sort_values(["school_id", "code", "quantile"])


def trajectories(schools: Schools, record: YearRecord) -> pd.DataFrame:
    """Pupils of 1 February by outcome at the end of the year; primary schools know only the first two."""
    one_hot = (record.outcome[:, None] == np.arange(len(OUTCOMES))) & record.reference[:, None]
    counts = group_sums(record.roll.school, len(schools.school_id), one_hot.astype(np.int64))
    school = np.repeat(np.arange(len(counts)), len(OUTCOMES))
    columns = {
        "outcome": np.tile(np.array(OUTCOMES), len(counts)),
        "pupils": counts.ravel(),
        "base": np.repeat(counts.sum(axis=1), len(OUTCOMES)),
    }
    frame = rows(schools, record, school, columns)
    known = schools.secondary[school] | np.isin(frame["outcome"], OUTCOMES[:2])
    return frame[known]
