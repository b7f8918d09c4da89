"""What a school team does with a wave: open it, hand out its codes, see how many answered, close it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from secrets import SystemRandom, token_hex

from sqlalchemy import Connection, Engine, insert, select, update

from mirrors.access import AuditLog, Event, Viewer
from mirrors.access.clock import Clock, now
from mirrors.desk import reading, writing
from mirrors.desk.tables import SURVEY_ACCESS, SURVEY_ANSWER, SURVEY_GROUP, SURVEY_WAVE
from mirrors.survey.answers import Answers
from mirrors.survey.codes import OF_A_CLASS, OF_ONE, code_digest, new_code
from mirrors.survey.groups import GROUPS, PUPILS, WHOLES
from mirrors.survey.keys import lasting_key
from mirrors.survey.questionnaire import FormName, load_questionnaire
from mirrors.survey.team import require_team
from mirrors.survey.wave import STEP, Invited, Participation, Wave, Wrong, WrongWave, read_wave, wave_of

LONGEST = timedelta(days=62)
MOST_INVITED, MOST_CLASSES = 5000, 100
LONGEST_LABEL, LONGEST_AT_SCHOOL = 20, 200


@dataclass(frozen=True)
class Code:
    """A code to hand out: of the class `label`, or of one adult."""

    group: str
    label: str
    code: str


@dataclass(frozen=True)
class Opened:
    """A wave that was just opened, with all its codes: those of adults are shown now and never again."""

    wave: Wave
    codes: tuple[Code, ...]


@dataclass(frozen=True)
class Unkept:
    """A wave that has ended and the groups of which nothing was kept, for too few of them answered."""

    wave: Wave
    groups: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing was kept of the wave at all."""
        return set(self.groups) == set(self.wave.invited)


class Waves:
    """The waves of one desk. Every act asks the viewer first, and is written in the audit log with it."""

    def __init__(
        self, engine: Engine, audit: AuditLog, answers: Answers, folder: Path, clock: Clock = now
    ) -> None:
        self._engine = engine
        self._audit = audit
        self._answers = answers
        self._folder = folder
        self._clock = clock
        self._key = lasting_key(folder)

    def open(
        self,
        viewer: Viewer,
        school_id: str,
        school_year: str,
        form: FormName,
        days: tuple[date, date],
        invited: Sequence[Invited],
        jurisdiction: str = "",
        at_school: str = "",
    ) -> Opened:
        """Open a wave from the first to the last of `days`, and return it with its codes.

        Pupils get a code a class, adults one each. Raises NotAllowed for all but a team of the school,
        WrongWave, DefinitionError and StoreTrouble.
        """
        require_team(viewer, school_id)
        checked = _checked(school_year, form, days, invited, at_school, self._clock().date())
        wave_id = f"w{token_hex(8)}"
        wave = {"id": wave_id, "school_id": school_id, "school_year": school_year, "form": form}
        codes = [code for one in checked for code in _codes(one)]
        with writing(self._engine) as connection:
            self._require_no_overlap(connection, school_id, days, checked)
            row = {**wave, "first_day": days[0], "last_day": days[1], "closed_on": None, "settled": False}
            row |= {"jurisdiction": jurisdiction, "at_school": " ".join(at_school.split())}
            connection.execute(insert(SURVEY_WAVE), [row])
            self._write(connection, wave_id, checked, codes)
            told = f"{wave_id} {form} {' '.join(f'{one.group} {one.number}' for one in checked)}"
            self._audit.append(connection, Event.WAVE_OPENED, viewer, school_id, told)
            return Opened(wave_of(connection, wave_id), tuple(codes))

    def close(self, viewer: Viewer, wave_id: str) -> None:
        """End a wave today; answers cannot be taken up again. Raises NotAllowed, WrongWave, StoreTrouble."""
        with writing(self._engine) as connection:
            wave = wave_of(connection, wave_id)
            require_team(viewer, wave.school_id)
            today = self._clock().date()
            if wave.has_ended(today):
                raise WrongWave(Wrong.ENDED)
            here = SURVEY_WAVE.c.id == wave_id
            connection.execute(update(SURVEY_WAVE).where(here).values(closed_on=today))
            self._audit.append(connection, Event.WAVE_CLOSED, viewer, wave.school_id, wave_id)
        self._answers.settle()

    def of_school(self, viewer: Viewer, school_id: str) -> tuple[Wave, ...]:
        """Return the waves of a school, the newest first; raises NotAllowed and StoreTrouble."""
        viewer.require_school(school_id)
        newest = SURVEY_WAVE.c.first_day.desc()
        rows = select(SURVEY_WAVE).where(SURVEY_WAVE.c.school_id == school_id)
        with reading(self._engine) as connection:
            found = connection.execute(rows.order_by(newest, SURVEY_WAVE.c.id)).all()
            return tuple(read_wave(connection, row) for row in found)

    def participation(self, viewer: Viewer, wave_id: str) -> tuple[Participation, ...]:
        """Return how many of each group answered, in steps of five while the wave runs.

        For the team of the school and for advisers. Raises NotAllowed, WrongWave and StoreTrouble.
        """
        with reading(self._engine) as connection:
            viewer.require_school(wave_of(connection, wave_id).school_id)
        return self._answers.participation(wave_id)

    def unkept(self, viewer: Viewer, school_id: str) -> tuple[Unkept, ...]:
        """Return the waves of a school that have ended with groups of which nothing was kept, newest first.

        Too few of them answered. Raises NotAllowed and StoreTrouble.
        """
        today = self._clock().date()
        ended = [wave for wave in self.of_school(viewer, school_id) if wave.has_ended(today)]
        found = [
            Unkept(wave, tuple(each.group for each in took if each.answered < STEP))
            for wave in ended
            for took in [self._answers.participation(wave.id)]
        ]
        return tuple(each for each in found if each.groups)

    def class_codes(self, viewer: Viewer, wave_id: str) -> tuple[Code, ...]:
        """Return the codes of the classes once more, by group and class; none once the wave has ended.

        Raises NotAllowed for all but a team of the school, WrongWave and StoreTrouble.
        """
        with reading(self._engine) as connection:
            wave = wave_of(connection, wave_id)
            require_team(viewer, wave.school_id)
            if wave.has_ended(self._clock().date()):
                return ()
            of_classes = (SURVEY_ACCESS.c.wave_id == wave_id) & (SURVEY_ACCESS.c.class_code != "")
            rows = connection.execute(select(SURVEY_ACCESS).where(of_classes)).all()
        return tuple(sorted((Code(row.group, row.label, row.class_code) for row in rows), key=_place))

    def _require_no_overlap(
        self, connection: Connection, school_id: str, days: tuple[date, date], invited: Sequence[Invited]
    ) -> None:
        first, last = days
        meets = (SURVEY_WAVE.c.first_day <= last) & (SURVEY_WAVE.c.last_day >= first)
        same = meets & (SURVEY_WAVE.c.school_id == school_id) & SURVEY_WAVE.c.closed_on.is_(None)
        groups = select(SURVEY_GROUP.c.group).join(SURVEY_WAVE).where(same)
        if set(connection.execute(groups).scalars()) & {one.group for one in invited}:
            raise WrongWave(Wrong.OVERLAP)

    def _write(
        self, connection: Connection, wave_id: str, invited: Sequence[Invited], codes: Sequence[Code]
    ) -> None:
        groups = [
            {
                "wave_id": wave_id,
                "group": one.group,
                "invited": one.number,
                "questionnaire": load_questionnaire(one.group, self._folder).model_dump_json(),
            }
            for one in invited
        ]
        connection.execute(insert(SURVEY_GROUP), groups)
        empty = {"number": 0, "spent": "[]", "incomplete": False, "sheets": "[]"}
        connection.execute(
            insert(SURVEY_ANSWER), [{"wave_id": wave_id, "group": one.group, **empty} for one in invited]
        )
        access = [
            {
                "digest": code_digest(self._key, code.code),
                "wave_id": wave_id,
                "group": code.group,
                "label": code.label,
                "class_code": code.code if _is_of_pupils(code.group) else "",
            }
            for code in codes
        ]
        connection.execute(insert(SURVEY_ACCESS), access)


def _is_of_pupils(group: str) -> bool:
    return group in WHOLES[PUPILS]


def _checked(
    school_year: str,
    form: str,
    days: tuple[date, date],
    invited: Sequence[Invited],
    at_school: str,
    today: date,
) -> list[Invited]:
    first, last = days
    found = re.fullmatch(r"(\d{4})-(\d\d)", school_year)
    groups = [one.group for one in invited]
    wrong = {
        Wrong.SCHOOL_YEAR: found is None or (int(found[1]) + 1) % 100 != int(found[2]),
        Wrong.FORM: form not in ("short", "full"),
        Wrong.DAYS: not today <= first <= last,
        Wrong.TOO_LONG: last - first > LONGEST,
        Wrong.NOBODY: not groups,
        Wrong.GROUP: len(set(groups)) < len(groups) or not set(groups) <= set(GROUPS),
        Wrong.NUMBER: any(not 1 <= one.number <= MOST_INVITED for one in invited),
        Wrong.CLASSES: not all(_classes_fit(one) for one in invited),
        Wrong.AT_SCHOOL: not _fits(at_school, LONGEST_AT_SCHOOL),
    }
    for why, is_so in wrong.items():
        if is_so:
            raise WrongWave(why)
    return [
        Invited(one.group, one.number, tuple(" ".join(label.split()) for label in one.classes))
        for one in invited
    ]


def _classes_fit(one: Invited) -> bool:
    labels = [" ".join(label.split()) for label in one.classes]
    if not _is_of_pupils(one.group):
        return not labels
    fit = all(label and _fits(label, LONGEST_LABEL) for label in labels)
    return fit and len(set(labels)) == len(labels) <= min(MOST_CLASSES, one.number)


def _fits(words: str, longest: int) -> bool:
    return len(words) <= longest and words.replace("\n", " ").isprintable()


def _codes(one: Invited) -> list[Code]:
    if _is_of_pupils(one.group):
        return [Code(one.group, label, new_code(OF_A_CLASS)) for label in one.classes or ("",)]
    codes = {new_code(OF_ONE) for _ in range(one.number)}
    while len(codes) < one.number:
        codes.add(new_code(OF_ONE))
    found = [Code(one.group, "", code) for code in codes]
    SystemRandom().shuffle(found)
    return found


def _place(code: Code) -> tuple[str, str]:
    return code.group, code.label
