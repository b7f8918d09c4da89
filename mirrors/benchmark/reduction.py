"""Facts reduced to school and school year: the only place where the benchmark reads the store."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from mirrors.store import Facts

_SQL = Path(__file__).parent / "sql"


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


def reduce_facts(facts: Facts) -> Reduced:
    """Return the facts in force, reduced by the statements in `sql/`, each named after its result."""
    return Reduced(**{name: facts.frame((_SQL / f"{name}.sql").read_text()) for name in Reduced.__annotations__})
