"""Facts within schools: groups, months, half-days of the week, follow-up and what providers counted."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from mirrors.benchmark.reduction import Reduced
from mirrors.store import Facts

_SQL = Path(__file__).parent / "sql"


@dataclass(frozen=True)
class Detail:
    """The facts of a store below the totals of a school year, one row per what the name says."""

    enrolment_by_group: pd.DataFrame
    absence_by_group: pd.DataFrame
    pupils_in_band_by_group: pd.DataFrame
    absence_by_month: pd.DataFrame
    absence_by_half_day: pd.DataFrame
    follow_up_steps: pd.DataFrame
    lateness: pd.DataFrame
    trajectories: pd.DataFrame
    measures: pd.DataFrame


def reduce_detail(facts: Facts, reduced: Reduced) -> Detail:
    """Return the detail of the facts in force, by the statements in `sql/`, each named after its result.

    Only of school years in which some school has pupils: the others wait until their number is delivered.
    """
    enrolment = reduced.enrolment
    years = set(enrolment.loc[enrolment["pupils"] > 0, "school_year"])
    frames = {}
    for name in Detail.__annotations__:
        frame = facts.frame((_SQL / f"{name}.sql").read_text())
        frames[name] = frame[frame["school_year"].isin(years)].reset_index(drop=True)
    return Detail(**frames)
