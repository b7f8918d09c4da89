"""The table of what was decided about what stood out."""

from collections.abc import Sequence

from mirrors.charts.alarm_evidence import what_was_seen
from mirrors.charts.alarm_words import alarm_state
from mirrors.charts.chart import Table
from mirrors.charts.moments import moment
from mirrors.locale import Language
from mirrors.views.alarms import AlarmView, SchoolYearAlarms

Decided = tuple[SchoolYearAlarms, AlarmView]
"""An alarm that was decided, with the school-year it is about."""


def decided_table(shown: Sequence[Decided], unit: str, language: Language) -> Table:
    """Return one row a decision: the school, what was seen, what was decided, by whom and why."""
    header = (
        language.text("School"),
        language.text("School year"),
        language.text("What stood out"),
        language.text("Decision"),
        language.text("Who, and when"),
        language.text("What was found out"),
    )
    return Table(header, tuple(_row(each, alarm, unit, language) for each, alarm in shown))


def _row(each: SchoolYearAlarms, alarm: AlarmView, unit: str, language: Language) -> tuple[str, ...]:
    when = moment(alarm.decided_at, language) if alarm.decided_at is not None else ""
    return (
        each.name,
        each.school_year.replace("-", "\u2011"),
        what_was_seen(alarm, unit, language),
        alarm_state(alarm.state, language),
        ", ".join(part for part in (alarm.decided_by, when) if part),
        alarm.note,
    )
