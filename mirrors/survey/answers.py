"""The answers: handed in by nobody, at no time, and read by nobody before the wave has ended.

What is stored must not tell who answered what, whoever holds every file, log and copy. So

* a group's sheets are one sorted list in one row. It depends on what was answered only, never on the order
  of answering, and neither a row, a number nor a time belongs to a single sheet;
* a sheet waits, sealed, until ten are there; then any five of them go to the list, with as many spent codes.
  Whoever compares two states of the list finds a set of five or more, also at the end of the wave;
* the seal's key is in memory (`keys`). Without it, what waits cannot be opened;
* after every change the log of the database is emptied, and what was overwritten is zeroed.

What remains: how many sheets a group has; for whoever reads the memory of the running machine, everything;
for whoever copies the files often, that some five sheets came between two copies; and for whoever takes the
disk of a stopped machine, the sheets that wait, as a set of at most nine. A machine that loses its power
loses what waits; the codes that were spent with it open the questionnaire again.
"""

import json
import threading
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from secrets import SystemRandom

from sqlalchemy import ColumnElement, Connection, Engine, Table, delete, insert, select, update

from mirrors.access.clock import Clock, now
from mirrors.desk import leave_no_trace, reading, writing
from mirrors.desk.tables import SURVEY_ACCESS, SURVEY_ANSWER, SURVEY_GROUP, SURVEY_WAITING, SURVEY_WAVE
from mirrors.store.trouble import StoreTrouble
from mirrors.survey.answer_sheet import AnswerSheet, written
from mirrors.survey.codes import OF_ONE, code_digest
from mirrors.survey.keys import FleetingKey, lasting_key
from mirrors.survey.questionnaire import Questionnaire
from mirrors.survey.sealing import seal, unseal
from mirrors.survey.wave import STEP, Participation, Wave, read_wave, wave_of

MOST_WAITING = 2 * STEP
"""Sheets that wait; at so many, `STEP` of them go to the list, and as many stay to hide others."""

MOST_PER_INVITED = 2
"""Sheets that are taken for one who was invited; more is somebody who plays with a class code."""

_SEALED_STEP = 2048
"""Bytes: what waits has the same length however many sheets it is."""

_RANDOM = SystemRandom()


class Closed(RuntimeError):
    """The wave takes no answers: not yet, or not any more."""


class Spent(RuntimeError):
    """The code was used; it works once."""


class Full(RuntimeError):
    """More sheets came than could be meant."""


@dataclass(frozen=True)
class Admission:
    """What a code opens: the questionnaire of a group in a wave; `once` is the digest of a one-time code."""

    wave_id: str
    group: str
    label: str
    once: str = ""


@dataclass
class _Waiting:
    """Sheets and spent codes that wait, each sorted: which code came with which sheet is not known."""

    sheets: list[str] = field(default_factory=list)
    spent: list[str] = field(default_factory=list)

    def add(self, sheet: str, once: str) -> None:
        self.sheets = sorted([*self.sheets, sheet])
        self.spent = sorted([*self.spent, once] if once else self.spent)

    def take(self, number: int) -> "_Waiting":
        """Take out so many sheets, and so many codes, each at random and apart from each other."""
        taken = _Waiting(_drawn(self.sheets, number), _drawn(self.spent, number))
        for one in taken.sheets:
            self.sheets.remove(one)
        for one in taken.spent:
            self.spent.remove(one)
        return taken


class Answers:
    """The answers of one desk; any number of threads may share it."""

    def __init__(self, engine: Engine, folder: Path, clock: Clock = now) -> None:
        self._engine = engine
        self._clock = clock
        self._key = lasting_key(folder)
        self._fleeting = FleetingKey(folder)
        self._turn = threading.Lock()
        self._pinned: dict[tuple[str, str], Questionnaire] = {}

    def admission(self, code: str) -> Admission | None:
        """Return what a code opens today, or None for an unknown one.

        Raises Closed when its wave is not open, Spent when it was used, StoreTrouble.
        """
        digest = code_digest(self._key, code)
        with reading(self._engine) as connection:
            found = connection.execute(select(SURVEY_ACCESS).where(SURVEY_ACCESS.c.digest == digest)).first()
            if found is None:
                return None
            self._require_open(wave_of(connection, found.wave_id))
            admission = Admission(
                found.wave_id, found.group, found.label, digest if len(code) == OF_ONE else ""
            )
            if self._was_spent(connection, admission):
                raise Spent
        return admission

    def questionnaire(self, wave_id: str, group: str) -> Questionnaire:
        """Return what a wave asks a group, as it was when the wave was opened; raises StoreTrouble."""
        if (wave_id, group) not in self._pinned:
            of_group = (SURVEY_GROUP.c.wave_id == wave_id) & (SURVEY_GROUP.c.group == group)
            with reading(self._engine) as connection:
                text = connection.execute(select(SURVEY_GROUP.c.questionnaire).where(of_group)).scalar_one()
            self._pinned[wave_id, group] = Questionnaire.model_validate_json(text)
        return self._pinned[wave_id, group]

    def wave(self, wave_id: str) -> Wave:
        """Return a wave as respondents know it; raises WrongWave and StoreTrouble."""
        with reading(self._engine) as connection:
            return wave_of(connection, wave_id)

    def hand_in(self, admission: Admission, sheet: AnswerSheet) -> None:
        """Take a sheet in; nothing of who handed it in, or when, is kept.

        Raises Closed, Spent, Full and StoreTrouble; the sheet is then not taken.
        """
        questionnaire = self.questionnaire(admission.wave_id, admission.group)
        with self._turn:
            with writing(self._engine) as connection:
                wave = wave_of(connection, admission.wave_id)
                self._require_open(wave)
                if self._was_spent(connection, admission):
                    raise Spent
                waiting = self._opened(connection, admission.wave_id, admission.group)
                there = _number(connection, admission.wave_id, admission.group)
                if there + len(waiting.sheets) >= MOST_PER_INVITED * wave.invited[admission.group]:
                    raise Full
                waiting.add(written(sheet, questionnaire, wave.form), admission.once)
                goes_on = len(waiting.sheets) >= MOST_WAITING
                if goes_on:
                    _put(connection, admission.wave_id, admission.group, waiting.take(STEP))
                self._keep(connection, admission.wave_id, admission.group, waiting)
            if goes_on:
                leave_no_trace(self._engine)

    def participation(self, wave_id: str) -> tuple[Participation, ...]:
        """Return how many of each group answered; the caller asks first who is looking. Raises WrongWave."""
        self.settle()
        with writing(self._engine) as connection:
            wave = wave_of(connection, wave_id)
            ended = wave.has_ended(self._today)
            found = []
            for group, invited in sorted(wave.invited.items()):
                waiting = 0 if ended else len(self._opened(connection, wave_id, group).sheets)
                there = _number(connection, wave_id, group) + waiting
                lost = connection.execute(
                    select(SURVEY_ANSWER.c.incomplete).where(_of(SURVEY_ANSWER, wave_id, group))
                ).scalar_one()
                found.append(Participation(group, invited, there if ended else there // STEP * STEP, lost))
        return tuple(found)

    def settle(self) -> None:
        """Bring in what waits of waves that have ended, and drop all that opened them; raises StoreTrouble.

        Fewer than five sheets are never brought in alone: they are dropped. So are those of a group in which
        fewer than five answered.
        """
        unsettled = select(SURVEY_WAVE).where(SURVEY_WAVE.c.settled.is_(False))
        with reading(self._engine) as connection:
            waves = [read_wave(connection, row) for row in connection.execute(unsettled).all()]
        if not any(wave.has_ended(self._today) for wave in waves):
            return
        with self._turn:
            with writing(self._engine) as connection:
                for row in connection.execute(unsettled).all():
                    wave = read_wave(connection, row)
                    if wave.has_ended(self._today):
                        self._settle(connection, wave)
            leave_no_trace(self._engine)

    def start(self) -> None:
        """Seal anew what waited while nothing ran, and take its key off the disk; raises StoreTrouble."""
        if not self._fleeting.is_parked:
            return
        with self._turn:
            with writing(self._engine) as connection:
                self._seal_anew(connection, self._fleeting.now())
            self._fleeting.unpark()
            leave_no_trace(self._engine)

    def stop(self) -> None:
        """Seal anew what waits, its key on the disk until the next start; raises StoreTrouble."""
        if not self._fleeting.in_use:
            return
        old, new = self._fleeting.now(), self._fleeting.new()
        with self._turn:
            try:
                with writing(self._engine) as connection:
                    self._seal_anew(connection, new)
                    # Within the transaction: whoever seals next, elsewhere, finds the old key gone.
                    self._fleeting.park(new)
            except StoreTrouble:
                self._fleeting.take_up(old)
                raise
            leave_no_trace(self._engine)

    @property
    def _today(self) -> date:
        return self._clock().date()

    def _require_open(self, wave: Wave) -> None:
        if not wave.is_open(self._today):
            raise Closed

    def _was_spent(self, connection: Connection, admission: Admission) -> bool:
        if not admission.once:
            return False
        of_group = _of(SURVEY_ANSWER, admission.wave_id, admission.group)
        listed = connection.execute(select(SURVEY_ANSWER.c.spent).where(of_group)).scalar_one()
        waiting = self._read(connection, admission.wave_id, admission.group) or _Waiting()
        return admission.once in (*json.loads(listed), *waiting.spent)

    def _opened(self, connection: Connection, wave_id: str, group: str) -> _Waiting:
        """Return what waits of a group; what cannot be opened any more is lost, and that is noted."""
        found = self._read(connection, wave_id, group)
        if found is not None:
            return found
        here = _of(SURVEY_ANSWER, wave_id, group)
        connection.execute(update(SURVEY_ANSWER).where(here).values(incomplete=True))
        connection.execute(delete(SURVEY_WAITING).where(_of(SURVEY_WAITING, wave_id, group)))
        return _Waiting()

    def _read(self, connection: Connection, wave_id: str, group: str) -> _Waiting | None:
        here = _of(SURVEY_WAITING, wave_id, group)
        sealed = connection.execute(select(SURVEY_WAITING.c.sealed).where(here)).scalar()
        if sealed is None:
            return _Waiting()
        words = self._words(sealed, wave_id, group)
        return _Waiting(*json.loads(words)) if words is not None else None

    def _words(self, sealed: bytes, wave_id: str, group: str) -> str | None:
        tried = (unseal(key, sealed, f"{wave_id} {group}") for key in self._fleeting.all())
        return next((words for words in tried if words is not None), None)

    def _keep(self, connection: Connection, wave_id: str, group: str, waiting: _Waiting) -> None:
        words = json.dumps([waiting.sheets, waiting.spent])
        sealed = seal(self._fleeting.now(), words, f"{wave_id} {group}", _SEALED_STEP)
        here = _of(SURVEY_WAITING, wave_id, group)
        if not connection.execute(update(SURVEY_WAITING).where(here).values(sealed=sealed)).rowcount:
            row = {"wave_id": wave_id, "group": group, "sealed": sealed}
            connection.execute(insert(SURVEY_WAITING), [row])

    def _seal_anew(self, connection: Connection, key: bytes) -> None:
        for wave_id, group, sealed in connection.execute(select(SURVEY_WAITING)).all():
            words = self._words(sealed, wave_id, group)
            if words is not None:
                anew = seal(key, words, f"{wave_id} {group}", _SEALED_STEP)
                here = _of(SURVEY_WAITING, wave_id, group)
                connection.execute(update(SURVEY_WAITING).where(here).values(sealed=anew))

    def _settle(self, connection: Connection, wave: Wave) -> None:
        for group in wave.invited:
            waiting = self._opened(connection, wave.id, group)
            if len(waiting.sheets) >= STEP:
                _put(connection, wave.id, group, waiting)
        of_wave = SURVEY_ANSWER.c.wave_id == wave.id
        connection.execute(update(SURVEY_ANSWER).where(of_wave).values(spent="[]"))
        connection.execute(delete(SURVEY_WAITING).where(SURVEY_WAITING.c.wave_id == wave.id))
        connection.execute(delete(SURVEY_ACCESS).where(SURVEY_ACCESS.c.wave_id == wave.id))
        # With its last day: a clock that is put back must not open again what was brought in and published.
        ended = {"settled": True, "closed_on": wave.closed_on or wave.last_day}
        connection.execute(update(SURVEY_WAVE).where(SURVEY_WAVE.c.id == wave.id).values(**ended))


def _of(table: Table, wave_id: str, group: str) -> ColumnElement[bool]:
    return (table.c.wave_id == wave_id) & (table.c.group == group)


def _number(connection: Connection, wave_id: str, group: str) -> int:
    here = _of(SURVEY_ANSWER, wave_id, group)
    return int(connection.execute(select(SURVEY_ANSWER.c.number).where(here)).scalar_one())


def _put(connection: Connection, wave_id: str, group: str, more: _Waiting) -> None:
    """Put sheets and spent codes on the lists of a group, which stay sorted."""
    here = _of(SURVEY_ANSWER, wave_id, group)
    row = connection.execute(select(SURVEY_ANSWER).where(here)).one()
    sheets = sorted([*json.loads(row.sheets), *more.sheets])
    values = {"sheets": json.dumps(sheets), "number": len(sheets)}
    values["spent"] = json.dumps(sorted([*json.loads(row.spent), *more.spent]))
    connection.execute(update(SURVEY_ANSWER).where(here).values(**values))


def _drawn(all_of_them: list[str], number: int) -> list[str]:
    return _RANDOM.sample(all_of_them, min(number, len(all_of_them)))
