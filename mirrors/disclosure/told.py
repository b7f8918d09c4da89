"""The tables of a snapshot as the audit reads them: by school and year, and how finely they count."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd

from mirrors.benchmark.alarm import SchoolYears
from mirrors.definitions import load_indicators
from mirrors.disclosure.protection import Protection, tells_pupils
from mirrors.disclosure.rules import COARSER
from mirrors.disclosure.symbols import finest_step

Row = dict[str, Any]
Rows = dict[tuple[str, str], list[Row]]
Tables = Mapping[str, pd.DataFrame]

READ = {
    "school": ("pupils",),
    "figure": ("value",),
    "kind": ("value",),
    "band": ("own",),
    "group": ("pupils", "value"),
    "step": ("pupils", "share"),
    "pooled": ("value",),
    "profile": ("value", "index"),
}
"""The tables and columns that tell numbers of pupils of a school, or shares of them."""


class Told:
    """The tables of one snapshot, as readers see them, and how finely their counts are told."""

    def __init__(self, tables: Tables, under: Protection, chosen: SchoolYears | None = None) -> None:
        self._under = under
        self._step = float(under.rules.count_step)
        self.rows = {
            name: by_school_year(of_schools(_of_counts(name, tables[name]), chosen))
            for name in READ
            if name in tables
        }
        self._fine = {name: self._is_finer(tables, name) for name in ("school", "group", "step")}

    def _is_finer(self, tables: Tables, name: str) -> bool:
        shown = tables[name]["pupils"].dropna() if name in tables else pd.Series(dtype=float)
        return finest_step(shown.to_numpy(float), self._step) < self._step

    def of(self, table: str, at: tuple[str, str]) -> list[Row]:
        """Return the rows of one school-year."""
        return self.rows.get(table, {}).get(at, [])

    def step(self, breakdown: str, at: tuple[str, str], table: str = "") -> float:
        """Return what counts of a breakdown are told to the nearest of."""
        if self._fine.get(table):
            return 1.0
        coarser = at in self._under.coarser.get(breakdown, set())
        return self._step * (COARSER if coarser else 1)

    @property
    def large(self) -> float:
        """The pupils from which a rate is told to a tenth of a point."""
        return self._under.rules.large_school

    @property
    def fewest(self) -> float:
        """The pupils from which there is a share."""
        return self._under.rules.fewest_pupils

    def dropped(self, breakdown: str) -> SchoolYears:
        """Return the school-years of which a breakdown is not told."""
        return self._under.dropped.get(breakdown, set())


def _of_counts(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a table that tell how many pupils were absent, and not only how much."""
    if name not in ("figure", "pooled"):
        return frame
    return frame[
        frame["indicator"].isin([key for key, one in load_indicators().items() if tells_pupils(one)])
    ]


def of_schools(frame: pd.DataFrame, chosen: SchoolYears | None) -> pd.DataFrame:
    """Return the rows of all years of the schools that are chosen, or of all schools."""
    return frame if chosen is None else frame[frame["school_id"].isin({school_id for school_id, _ in chosen})]


def by_school_year(frame: pd.DataFrame) -> Rows:
    """Return the rows of a table by school and year."""
    found: Rows = defaultdict(list)
    names = [str(name) for name in frame.columns]
    for values in zip(*(frame[name].to_numpy(object) for name in frame.columns), strict=True):
        row = dict(zip(names, values, strict=True))
        found[row["school_id"], row["school_year"]].append(row)
    return found
