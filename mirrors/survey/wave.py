"""A wave: a time at which one school asks some groups, and what may be said of it while it runs."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select

from mirrors.desk.tables import SURVEY_GROUP, SURVEY_WAVE
from mirrors.survey.questionnaire import FormName

STEP = 5
"""While a wave runs, answer sheets are told in steps of so many: a step never tells who just answered."""


class Wrong(StrEnum):
    """Why a wave cannot be as it was asked for."""

    DAYS = "days"
    TOO_LONG = "too_long"
    SCHOOL_YEAR = "school_year"
    NOBODY = "nobody"
    GROUP = "group"
    FORM = "form"
    NUMBER = "number"
    CLASSES = "classes"
    AT_SCHOOL = "at_school"
    OVERLAP = "overlap"
    UNKNOWN = "unknown"
    ENDED = "ended"


class WrongWave(ValueError):
    """The wave is not as it can be; nothing was changed."""

    def __init__(self, why: Wrong) -> None:
        super().__init__(f"this wave cannot be: {why}")
        self.why = why


class WaveRuns(PermissionError):
    """The wave has not ended: until then nobody sees an answer."""


@dataclass(frozen=True)
class Invited:
    """A group that is asked: how many, and for pupils the names of their classes, one code each."""

    group: str
    number: int
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wave:
    """A wave of one school, both days included. `at_school` tells where somebody can turn there."""

    id: str
    school_id: str
    school_year: str
    form: FormName
    first_day: date
    last_day: date
    closed_on: date | None
    jurisdiction: str
    at_school: str
    invited: dict[str, int]

    def has_ended(self, today: date) -> bool:
        """Return whether nobody can answer any more."""
        return self.closed_on is not None or today > self.last_day

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day on which it was, or will be, open."""
        return self.first_day, min(self.last_day, self.closed_on or self.last_day)

    def is_open(self, today: date) -> bool:
        """Return whether answers are taken."""
        return self.first_day <= today and not self.has_ended(today)


@dataclass(frozen=True)
class Participation:
    """How many of a group answered: in steps of `STEP`, rounded down, until the wave has ended.

    `incomplete` says that sheets were lost: the machine lost its power while they waited for others.
    """

    group: str
    invited: int
    answered: int
    incomplete: bool


def read_wave(connection: Connection, row: Row[Any]) -> Wave:
    """Return the wave of a row of its table."""
    groups = select(SURVEY_GROUP.c.group, SURVEY_GROUP.c.invited).where(SURVEY_GROUP.c.wave_id == row.id)
    invited = {each.group: each.invited for each in connection.execute(groups)}
    return Wave(
        row.id,
        row.school_id,
        row.school_year,
        row.form,
        row.first_day,
        row.last_day,
        row.closed_on,
        row.jurisdiction,
        row.at_school,
        invited,
    )


def wave_of(connection: Connection, wave_id: str) -> Wave:
    """Return a wave by its id; raises WrongWave."""
    row = connection.execute(select(SURVEY_WAVE).where(SURVEY_WAVE.c.id == wave_id)).first()
    if row is None:
        raise WrongWave(Wrong.UNKNOWN)
    return read_wave(connection, row)
