"""Facts reduced to school and school year: the only place where the benchmark reads the store."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from mirrors.store import Facts

_SQL = Path(__file__).parent / "sql"
_COUNTED = (
    "enrolment",
    "units_absent",
    "pupils_in_band",
    "units_quantile",
    "registered_month",
    "enrolled_month",
    "absence_by_weekday",
    "absence_cells",
    "replaced_cells",
)


@dataclass(frozen=True)
class Reduced:
    """The facts of a store as small tables, one row per school, school year and what the name says."""

    enrolment: pd.DataFrame
    units_absent: pd.DataFrame
    pupils_in_band: pd.DataFrame
    units_quantile: pd.DataFrame
    school_type: pd.DataFrame
    context_feature: pd.DataFrame
    registered_month: pd.DataFrame
    enrolled_month: pd.DataFrame
    absence_by_weekday: pd.DataFrame
    absence_cells: pd.DataFrame
    replaced_cells: pd.DataFrame


def reduce_facts(facts: Facts) -> Reduced:
    """Return the facts in force, reduced by the statements in `sql/`, each named after its result.

    Only `replaced_cells` looks at facts that newer ones replaced.
    What was counted in a school year in which no school has pupils waits until their number is delivered.
    """
    frames = {name: facts.frame((_SQL / f"{name}.sql").read_text()) for name in Reduced.__annotations__}
    enrolment = frames["enrolment"]
    years = set(enrolment.loc[enrolment["pupils"] > 0, "school_year"])
    for name in _COUNTED:
        frames[name] = frames[name][frames[name]["school_year"].isin(years)].reset_index(drop=True)
    return Reduced(**frames)
