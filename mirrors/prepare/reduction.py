"""Events of single pupils reduced to the tables of totals that a city takes in.

What the totals rest on, where events alone do not tell:

* Pupils without absence are in no event. They come from enrolment: the pupils of a cell that no band holds.
  A cell in which more pupils were absent than it has pupils (they came and left) counts the pupils seen.
* A pupil's possible half-days are taken to be those of the average pupil of the cell, so that a pupil who
  stayed part of the year has a somewhat lower share of absence than in truth.
* A code in use in a school year counts as zero where a school has no such event; a school without any event
  is not known to have registered and has no rows.
* Nothing is told of a pupil after the last day on which the school's events tell of any: who waited for a
  step until then still waits.
* A lesson counts as an hour. The lessons expected are those that enrolment gives; where a jurisdiction counts
  hours, they are what is possible.
* Pupils in the first year of secondary school are known by their grade and by the type of their school, which
  the file of schools gives.
* All absence together (`any`) is formed for school years in which more than one kind of absence was given.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from mirrors.definitions import Jurisdiction, load_contracts
from mirrors.prepare.events import Events, distinct_days, distinct_texts, ready_events
from mirrors.prepare.timetable import community_half_days, days, years_before
from mirrors.store.workbench import open_workbench

UNIT_BANDS = (0.0, 1.0, 5.0, 10.0, 15.0, 30.0)
SHARE_BANDS = (0.0, 0.05, 0.10, 0.20, 0.50)
FOLLOW_UP_STEPS = {"notified": "notified", "first_contact": "contact", "plan": "plan", "returned": "returned"}
"""Events of follow-up in their order, and the step that each is in the totals."""

LESSONS = "lesson_events"
EVENTS = ("absence_events", LESSONS, "late_events", "followup_events")
"""Contracts whose rows are about single pupils."""

_SQL = Path(__file__).parent / "sql"
_STEPS = (
    "register",
    "pupil_units",
    "code_seen",
    "year_of_all_absence",
    "breakdown_given",
    "cell",
    "member_units",
    "pupil_place",
    "pupil_amount",
    "pupils_by_units",
    "unauthorised",
    "crossing",
    "watched",
    "roll",
    "school",
    "school_half_day",
    "possible_half_day",
    "day_count",
    "followed",
    "edge_day",
    "exam_half_day",
    "file_of_pupil",
    "measure_moment",
    "measure_spell",
    "measure_pupil",
    "measure_first",
    "measure_late",
    "measure_referral",
    "measure_file",
    "measure_two_years",
    "lesson_week",
    "measure_lesson",
    "measure_first_weeks",
)
_NEEDS = {
    "absence": ("absence_events",),
    "absence_pattern": ("absence_events",),
    "pupil_band": ("absence_events",),
    "absence_quantile": ("absence_events",),
    "follow_up": ("absence_events",),
    "lateness": ("late_events",),
    "measure": ("absence_events", LESSONS, "late_events"),
}
"""The tables of totals, and the events of which any gives some of it."""

_ARROW = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "date": pa.date32()}


_UNITS_OF_EVENTS = ("half_day", "session")
"""Units that an absence is one of: a session is what England calls a half-day."""


class NoHalfDays(ValueError):
    """Absences are half-days, and the jurisdiction counts in another unit; lessons are lessons anywhere."""


def reduce_events(events: Mapping[str, pa.Table], jurisdiction: Jurisdiction) -> dict[str, pa.Table]:
    """Return the tables of totals that `events` add up to, by contract, in its columns and in a fixed order.

    `events` holds tables by contract: those of `EVENTS`, and with them `enrolment`, `calendar` and `schools`;
    other tables are left alone. A table without rows is left out: without enrolment there are no bands,
    without a calendar no pattern of the week and no lateness, and without either only some measures. Raises
    NoHalfDays, unless only lessons are given.
    """
    if jurisdiction.unit not in _UNITS_OF_EVENTS and set(events) & set(EVENTS) != {LESSONS}:
        raise NoHalfDays(f"{jurisdiction.id} does not count half-days")
    wanted = [name for name, needed in _NEEDS.items() if set(needed) & set(events)]
    with open_workbench() as connection:
        for name, table in _relations(ready_events(events, jurisdiction), jurisdiction).items():
            connection.register(name, table)
        for name in _STEPS:
            connection.execute(f"CREATE TABLE {name} AS {(_SQL / 'steps' / f'{name}.sql').read_text()}")
        found = {name: _in_contract(connection, name) for name in wanted}
    return {name: table for name, table in found.items() if table.num_rows}


def _in_contract(connection: Any, name: str) -> pa.Table:
    """Return the result of a statement in the columns and types of its contract."""
    fields = load_contracts()[name].fields
    result = connection.sql((_SQL / f"{name}.sql").read_text()).to_arrow_table()
    return pa.table({field.name: result[field.name].cast(_ARROW[field.type]) for field in fields})


def _relations(events: Events, jurisdiction: Jurisdiction) -> dict[str, pa.Table]:
    """Return every relation that the statements read."""
    tables = (events.absence, events.lesson, events.late, events.follow_up, events.enrolment)
    years = sorted({year for table in tables for year in distinct_texts(table["school_year"])})
    return {
        "absence_event": events.absence,
        "lesson_event": events.lesson,
        "late_event": events.late,
        "followup_event": events.follow_up,
        "enrolment": events.enrolment,
        "calendar": events.calendar,
        "school_type": events.school,
        "day": days(years, [*distinct_days(events.absence["date"]), *distinct_days(events.lesson["date"])]),
        "year_before": years_before(years),
        "community_half_day": community_half_days(years, jurisdiction),
        **_rules(jurisdiction),
    }


def _rules(jurisdiction: Jurisdiction) -> dict[str, pa.Table]:
    """Return the codes, bands, thresholds and steps as relations."""
    counted = {code: rule.category for code, rule in jurisdiction.codes.items() if rule.absence}
    categories = list(counted.values())
    followed = {category for step in jurisdiction.ladder for category in step.categories}
    codes = [code for code in counted if {counted[code], "any"} & followed]
    first = jurisdiction.first_year
    return {
        "first_grade": _table(
            {"school_type": pa.string(), "grade": pa.string()},
            [(first.school_type, grade.lower()) for grade in first.grades] if first else [],
        ),
        "absence_code": _table(
            {"code": pa.string(), "category": pa.string(), "alone": pa.bool_()},
            [(code, category, categories.count(category) == 1) for code, category in counted.items()]
            + [("any", "any", False)],
        ),
        "band": _table(
            {"scale": pa.string(), "at_least": pa.float64(), "below": pa.float64()},
            [("units", *band) for band in _bands(UNIT_BANDS)]
            + [("share", *band) for band in _bands(SHARE_BANDS)],
        ),
        "threshold": _table(
            {"threshold": pa.int64()}, [(int(step.at_least),) for step in jurisdiction.ladder]
        ),
        "threshold_code": _table({"code": pa.string()}, [(code,) for code in codes]),
        "step": _table(
            {"event": pa.string(), "step": pa.string(), "position": pa.int32()},
            [(event, step, at) for at, (event, step) in enumerate(FOLLOW_UP_STEPS.items(), start=1)],
        ),
    }


def _bands(edges: tuple[float, ...]) -> list[tuple[float, float | None]]:
    return list(zip(edges, [*edges[1:], None], strict=True))


def _table(kinds: Mapping[str, pa.DataType], rows: list[tuple[Any, ...]]) -> pa.Table:
    return pa.table(
        {name: pa.array([row[at] for row in rows], kind) for at, (name, kind) in enumerate(kinds.items())}
    )
