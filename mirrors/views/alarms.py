"""What stands out and somebody should look at, school by school, as the administrator reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from mirrors.access import Viewer
from mirrors.benchmark.alarm import Kind, State

__all__ = ["AlarmView", "Kind", "SchoolYearAlarms", "State", "alarms_view"]


@dataclass(frozen=True)
class AlarmView:
    """One alarm: its kind, the figures it rests on, its state, and the decision taken on it.

    The figures mean what `mirrors.benchmark.alarm.Kind` says of each kind; None where there is none.
    """

    kind: Kind
    state: State
    before: float | None
    after: float | None
    low: float | None
    high: float | None
    against: str
    detail: str
    note: str
    decided_by: str
    decided_at: datetime | None

    @property
    def holds(self) -> bool:
        """Whether it keeps a school-year out of comparisons while it is open; one that is missing is out."""
        return self.kind is not Kind.SCHOOL_MISSING


@dataclass(frozen=True)
class SchoolYearAlarms:
    """The alarms of one school in one school year."""

    school_id: str
    name: str
    school_year: str
    alarms: tuple[AlarmView, ...]

    def of(self, *states: State) -> tuple[AlarmView, ...]:
        """Return the alarms that are in one of `states`."""
        return tuple(alarm for alarm in self.alarms if alarm.state in states)


def alarms_view(
    alarms: pd.DataFrame, names: Mapping[str, str], viewer: Viewer
) -> tuple[SchoolYearAlarms, ...]:
    """Return alarms (see `mirrors.benchmark.quality.open_alarms`), the newest school year first."""
    viewer.require_administrator()
    found = [
        SchoolYearAlarms(str(school_id), names.get(str(school_id), str(school_id)), str(year), _alarms(rows))
        for (school_id, year), rows in alarms.groupby(["school_id", "school_year"], sort=True)
    ]
    found.sort(key=lambda each: (each.name.casefold(), each.school_id))
    return tuple(sorted(found, key=lambda each: each.school_year, reverse=True))


def _alarms(rows: pd.DataFrame) -> tuple[AlarmView, ...]:
    return tuple(
        AlarmView(
            kind=Kind(row["alarm"]),
            state=State(row["state"]),
            before=_figure(row["before"]),
            after=_figure(row["after"]),
            low=_figure(row["low"]),
            high=_figure(row["high"]),
            against=_text(row["against"]),
            detail=_text(row["detail"]),
            note=_text(row["note"]),
            decided_by=_text(row["decided_by"]),
            decided_at=None if pd.isna(row["decided_at"]) else row["decided_at"].to_pydatetime(),
        )
        for row in rows.to_dict("records")
    )


def _figure(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
