"""Which school-years somebody should look at before anybody is compared, and what was decided about them."""

import pandas as pd

from mirrors.benchmark.alarm import Kind, State, alarms_of, no_decisions, with_digest, with_state
from mirrors.benchmark.interval import PUPIL_VARIANCE
from mirrors.benchmark.observation import never_absent, observed_rate
from mirrors.benchmark.plausible import implausible
from mirrors.benchmark.reduction import Reduced, reduce_facts
from mirrors.benchmark.registration import (
    completeness,
    month_alarms,
    registration_alarms,
    silent_alarms,
)
from mirrors.benchmark.repeat import repeated_figures
from mirrors.benchmark.series import next_year
from mirrors.benchmark.yearly_change import change_alarms, fewer_absentees, roll_alarms, yearly
from mirrors.definitions import Jurisdiction
from mirrors.store import Facts

UNAUTHORISED_VARIANCE = 4.0
"""Variance of one pupil's unauthorised absence on the log-odds: a few pupils miss most of it."""

_KEY = ["school_id", "school_year"]


def open_alarms(
    facts: Facts, jurisdiction: Jurisdiction, decisions: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return every alarm of a store with its evidence and its state, for the administrator.

    `decisions` as in `run_benchmark`. No peer groups and no models: this answers within a second or two.
    Beside the columns of `quality_alarms`: state ("open", "confirmed", "rejected"), note, decided_by and
    decided_at.
    """
    alarms = quality_alarms(reduce_facts(facts), jurisdiction)
    return with_state(alarms, no_decisions() if decisions is None else decisions)


def quality_alarms(reduced: Reduced, jurisdiction: Jurisdiction) -> pd.DataFrame:
    """Return every alarm, one row a school, school year and kind, in this order.

    Columns: ALARM_COLUMNS; see `Kind` for the evidence.
    """
    complete = completeness(reduced.enrolment, reduced.registered_month, jurisdiction)
    rates = category_rates(reduced, jurisdiction)
    every = observed_rate(("any",), reduced, jurisdiction)
    types = reduced.school_type.drop_duplicates(_KEY).set_index(_KEY)["school_type"]
    absence = yearly(every, PUPIL_VARIANCE, types)
    unauthorised = yearly(rates["unauthorised"], UNAUTHORISED_VARIANCE, types)
    found = [
        change_alarms(absence, Kind.ABSENCE_CHANGE, jurisdiction),
        change_alarms(unauthorised, Kind.UNAUTHORISED_CHANGE, jurisdiction),
        roll_alarms(reduced.enrolment, jurisdiction),
        fewer_absentees(never_absent(reduced), types, jurisdiction),
        repeated_figures(reduced),
        implausible(every, complete),
        month_alarms(complete),
        silent_alarms(reduced, complete),
        registration_alarms(rates, jurisdiction),
        missing_schools(reduced.enrolment),
    ]
    told = [frame for frame in found if len(frame)]
    alarms = pd.concat(told, ignore_index=True) if told else found[0]
    alarms = alarms[~_explained(alarms)]
    return with_digest(alarms.sort_values([*_KEY, "alarm"], kind="stable", ignore_index=True))


def _explained(alarms: pd.DataFrame) -> pd.Series:
    """Return which alarms only repeat that the way of registering changed, (alarms,) of bool."""
    changed = alarms[alarms["alarm"].isin([Kind.REGISTRATION_CHANGE, Kind.UNKNOWN_CODES])]
    of_changed = pd.MultiIndex.from_frame(alarms[_KEY]).isin(pd.MultiIndex.from_frame(changed[_KEY]))
    return alarms["alarm"].isin([Kind.UNAUTHORISED_CHANGE, Kind.FEWER_ABSENTEES]) & of_changed


def category_rates(reduced: Reduced, jurisdiction: Jurisdiction) -> dict[str, pd.DataFrame]:
    """Return the observed rates of the categories between which registration can shift."""
    known = set(reduced.units_absent["category"])
    names = ["unauthorised", "illness", *({"unknown"} & known)]
    return {name: observed_rate((name,), reduced, jurisdiction) for name in names}


def missing_schools(enrolment: pd.DataFrame) -> pd.DataFrame:
    """Return an alarm for every school that had pupils last year and delivered nothing this year.

    Quiet while fewer than half of last year's schools have delivered: the year is still coming in.
    """
    present = enrolment[enrolment["pupils"] > 0]
    of_year = {
        str(year): rows.set_index("school_id")["pupils"] for year, rows in present.groupby("school_year")
    }
    found: list[tuple[str, str, float, str]] = []
    for before, was in sorted(of_year.items()):
        now = of_year.get(next_year(before))
        gone = was.index.difference(now.index) if now is not None else was.index[:0]
        if 2 * len(gone) <= len(was):
            found += [(school, next_year(before), float(was[school]), before) for school in gone]
    return alarms_of(Kind.SCHOOL_MISSING, pd.DataFrame(found, columns=[*_KEY, "before", "against"]))


def registration_table(reduced: Reduced, alarms: pd.DataFrame, jurisdiction: Jurisdiction) -> pd.DataFrame:
    """Return what a mirror may tell of its registers: completeness, and the kinds of its undecided alarms.

    Columns beside school and year: complete, missing_months, alarms (the open ones) and rejected; kinds in
    texts with a comma between.
    """
    rows = completeness(reduced.enrolment, reduced.registered_month, jurisdiction)
    rows = rows[[*_KEY, "complete", "missing_months"]].copy()
    for name, state in (("alarms", State.OPEN), ("rejected", State.REJECTED)):
        kinds = alarms[alarms["state"] == state].groupby(_KEY)["alarm"].agg(",".join)
        rows[name] = kinds.reindex(pd.MultiIndex.from_frame(rows[_KEY])).fillna("").to_numpy(str)
    return rows
