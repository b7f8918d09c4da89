"""What a wave brought, as tables: read by the job that publishes and by who hands answers over, nobody else.

Nothing here asks who is looking, so that no page, view or form may import it.
"""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
from sqlalchemy import Engine, select

from mirrors.access.clock import Clock, now
from mirrors.desk import holds_desk, open_desk, reading
from mirrors.desk.tables import SURVEY_ANSWER, SURVEY_WAVE
from mirrors.survey.answer_sheet import read
from mirrors.survey.answers import Answers
from mirrors.survey.keys import has_lasting_key
from mirrors.survey.questionnaire import Questionnaire
from mirrors.survey.wave import Wave, WaveRuns, read_wave

WHO = ["wave", "school_id", "school_year", "group"]


@dataclass(frozen=True, eq=False)
class Collected:
    """What a wave brought, as tables that all begin with the columns of WHO.

    `answers` has a row a respondent and item (respondent, item, option 0..4 or NA), `hotspots` a row a place
    (place, chosen, answered: numbers of respondents), `invited` a row a group (invited, answered).
    A respondent's number is the place of the sheet in its sorted list, and has no meaning. `asked` holds the
    questionnaire of every group, as it was when the wave was opened.
    """

    wave: Wave
    answers: pd.DataFrame
    hotspots: pd.DataFrame
    invited: pd.DataFrame
    asked: dict[str, Questionnaire]


def ended_waves(folder: Path, clock: Clock = now) -> tuple[Wave, ...]:
    """Return the waves of the store in `folder` that have ended, by id; raises StoreTrouble."""
    if not _was_collecting(folder):
        return ()
    return _ended(open_desk(folder), clock().date())


def everything_collected(folder: Path, clock: Clock = now) -> tuple[Collected, ...]:
    """Return what every wave brought that has ended, by id; raises StoreTrouble."""
    if not _was_collecting(folder):
        return ()
    engine = open_desk(folder)
    store = Answers(engine, folder, clock)
    waves = _ended(engine, clock().date())
    if waves:
        store.settle()
    return tuple(collected(engine, store, wave) for wave in waves)


def collected_of(folder: Path, wave_id: str, clock: Clock = now) -> Collected:
    """Return what one wave brought; raises WaveRuns before it has ended, WrongWave and StoreTrouble."""
    engine = open_desk(folder)
    store = Answers(engine, folder, clock)
    wave = store.wave(wave_id)
    if not wave.has_ended(clock().date()):
        raise WaveRuns("nobody sees an answer before the wave has ended")
    store.settle()
    return collected(engine, store, wave)


def collected(engine: Engine, store: Answers, wave: Wave) -> Collected:
    """Return what a wave brought that has ended and is settled; raises StoreTrouble."""
    with reading(engine) as connection:
        rows = connection.execute(select(SURVEY_ANSWER).where(SURVEY_ANSWER.c.wave_id == wave.id)).all()
    answers, hotspots, invited, pinned = [], [], [], {}
    for row in sorted(rows, key=lambda row: str(row.group)):
        who = (wave.id, wave.school_id, wave.school_year, row.group)
        asked = pinned[row.group] = store.questionnaire(wave.id, row.group)
        sheets = [read(text, asked, wave.form) for text in json.loads(row.sheets)]
        invited.append((*who, wave.invited[row.group], len(sheets)))
        for number, sheet in enumerate(sheets):
            answers += [(*who, number, item, option) for item, option in sheet.options.items()]
        told = [sheet.places for sheet in sheets if sheet.places is not None]
        for place in asked.places:
            hotspots.append((*who, place.id, sum(place.id in places for places in told), len(told)))
    return Collected(
        wave,
        pd.DataFrame(answers, columns=[*WHO, "respondent", "item", "option"]).astype({"option": "Int8"}),
        pd.DataFrame(hotspots, columns=[*WHO, "place", "chosen", "answered"]),
        pd.DataFrame(invited, columns=[*WHO, "invited", "answered"]),
        pinned,
    )


def _was_collecting(folder: Path) -> bool:
    return has_lasting_key(folder) and holds_desk(folder)


def _ended(engine: Engine, today: date) -> tuple[Wave, ...]:
    with reading(engine) as connection:
        rows = connection.execute(select(SURVEY_WAVE).order_by(SURVEY_WAVE.c.id)).all()
        waves = [read_wave(connection, row) for row in rows]
    return tuple(wave for wave in waves if wave.has_ended(today))
