"""Alarms: a school-year whose figures somebody should look at first, and what was decided about it.

An alarm never corrects anything. Until somebody decides, the school-year takes no part in comparisons. It
rests on evidence; a decision about it lapses when that evidence changes.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

ALARM_COLUMNS = [
    "school_id",
    "school_year",
    "alarm",
    "before",
    "after",
    "low",
    "high",
    "against",
    "detail",
    "digest",
]
DECISION_COLUMNS = [
    "school_id",
    "school_year",
    "alarm",
    "digest",
    "decision",
    "note",
    "decided_by",
    "decided_at",
]
SchoolYears = set[tuple[str, str]]

_KEY = ["school_id", "school_year", "alarm"]
_OWN_FIGURES = ["before", "after", "against", "detail"]


class Kind(StrEnum):
    """What is odd about a school-year. `before`, `after`, `against` and `detail` are the evidence.

    * ABSENCE_CHANGE, UNAUTHORISED_CHANGE: the rate moved too far since `against`; `low` to `high` was
      expected.
    * ROLL_CHANGE: pupils moved too far since `against`; `low` to `high` was expected.
    * FEWER_ABSENTEES: far more pupils (shares) never absent than in `against`; up to `high` was expected.
    * REPEATED_FIGURES: every count of absence is that of `against`; `after` is their sum. `detail` is
      "replaced" when newer figures of `against` came since.
    * IMPLAUSIBLE: `after` lies outside `low` to `high`; `detail` is "absence" (a share of possible time) or
      "possible" (possible units a pupil).
    * MISSING_MONTHS: `after` of `before` months expected came; `detail` names the missing ones.
    * REGISTERS_STOP: nothing came after the month in `detail`.
    * SILENT_REGISTERS: no absence at all in the months ("11") or half-days of the week ("3am") in `detail`,
      where about `before` units were to be expected.
    * REGISTRATION_CHANGE: absence moved between unauthorised and illness; UNKNOWN_CODES: from unknown to
      unauthorised. Shares of unauthorised among both, in `against` and now.
    * SCHOOL_MISSING: `before` pupils in `against`, nothing this school year.
    """

    ABSENCE_CHANGE = "absence_change"
    UNAUTHORISED_CHANGE = "unauthorised_change"
    ROLL_CHANGE = "roll_change"
    FEWER_ABSENTEES = "fewer_absentees"
    REPEATED_FIGURES = "repeated_figures"
    IMPLAUSIBLE = "implausible"
    MISSING_MONTHS = "missing_months"
    REGISTERS_STOP = "registers_stop"
    SILENT_REGISTERS = "silent_registers"
    REGISTRATION_CHANGE = "registration_change"
    UNKNOWN_CODES = "unknown_codes"
    SCHOOL_MISSING = "school_missing"


class State(StrEnum):
    """What became of an alarm: nobody decided, the data are right, or the data are wrong."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


def alarms_of(kind: Kind, rows: pd.DataFrame, **constant: Any) -> pd.DataFrame:
    """Return `rows` (school_id, school_year and some evidence) as alarms of one kind, without digest."""
    given = rows.assign(alarm=str(kind), **constant)
    missing: dict[str, Any] = dict.fromkeys(("before", "after", "low", "high"), np.nan)
    missing |= {"against": "", "detail": ""}
    given = given.assign(**{name: value for name, value in missing.items() if name not in given})
    return given[ALARM_COLUMNS[:-1]].reset_index(drop=True)


def with_digest(alarms: pd.DataFrame) -> pd.DataFrame:
    """Return alarms with the fingerprint of what each rests on.

    Only the school's own figures count: limits move with other schools, and would undo decisions that
    nobody has reason to take again.
    """
    digests = [
        _digest(*values) for values in alarms[["alarm", *_OWN_FIGURES]].itertuples(index=False, name=None)
    ]
    return alarms.assign(digest=np.array(digests, dtype=object))[ALARM_COLUMNS]


def _digest(kind: str, before: float, after: float, against: str, detail: str) -> str:
    evidence = f"{kind}|{before:.9g}|{after:.9g}|{against}|{detail}"
    return hashlib.sha256(evidence.encode()).hexdigest()[:16]


def no_decisions() -> pd.DataFrame:
    """Return the decisions of a store in which nobody decided anything."""
    return pd.DataFrame(columns=DECISION_COLUMNS)


def with_state(alarms: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """Return alarms with `state` and, where it was decided, note, decided_by and decided_at.

    The newest decision about a school, year and alarm counts; it lapses when the evidence is not the one
    it was taken on.
    """
    order = decisions.sort_values("decided_at", kind="stable")
    newest = order.drop_duplicates(_KEY, keep="last")[DECISION_COLUMNS]
    found = alarms.merge(newest, on=[*_KEY, "digest"], how="left")
    return found.assign(state=found["decision"].fillna(str(State.OPEN))).drop(columns="decision")


@dataclass(frozen=True)
class Standing:
    """School-years by what their alarms mean for them.

    `open` ones take no part in comparisons until somebody decides; `rejected` ones hold wrong figures, which
    are shown nowhere until corrected data come.
    """

    open: SchoolYears
    rejected: SchoolYears

    @property
    def set_aside(self) -> SchoolYears:
        """School-years that take no part, for either reason."""
        return self.open | self.rejected


def standing(alarms: pd.DataFrame) -> Standing:
    """Return the standing of every school-year under alarms with their states."""
    return Standing(_in_state(alarms, State.OPEN), _in_state(alarms, State.REJECTED))


def _in_state(alarms: pd.DataFrame, state: State) -> SchoolYears:
    rows = alarms[alarms["state"] == state]
    return set(zip(rows["school_id"], rows["school_year"], strict=True))


def among(rows: pd.DataFrame, school_years: SchoolYears) -> NDArray[np.bool_]:
    """Return which rows, (rows,), are about one of the school-years."""
    if not school_years:
        return np.zeros(len(rows), dtype=bool)
    pairs = zip(rows["school_id"].to_numpy(object), rows["school_year"].to_numpy(object), strict=True)
    return np.fromiter(map(school_years.__contains__, pairs), dtype=bool, count=len(rows))
