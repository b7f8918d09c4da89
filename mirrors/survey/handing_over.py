"""Answers as tables, for whoever makes scores of them: only when a wave has ended, and never for a school."""

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from sqlalchemy import select

from mirrors.access import AuditLog, Event, Viewer
from mirrors.access.clock import Clock, now
from mirrors.desk import open_desk, reading
from mirrors.desk.tables import SURVEY_ANSWER
from mirrors.survey.answer_sheet import read
from mirrors.survey.answers import Answers
from mirrors.survey.wave import Wave, WaveRuns

WHO = ["wave", "school_id", "school_year", "group"]


@dataclass(frozen=True, eq=False)
class Collected:
    """What a wave brought, as tables that all begin with the columns of WHO.

    `answers` has a row a respondent and item (respondent, item, option 0..4 or NA), `hotspots` a row a place
    (place, chosen, answered: numbers of respondents), `invited` a row a group (invited, answered).
    A respondent's number is the place of the sheet in its sorted list, and has no meaning.
    """

    wave: Wave
    answers: pd.DataFrame
    hotspots: pd.DataFrame
    invited: pd.DataFrame


def answers_of(folder: Path, viewer: Viewer, wave_id: str, clock: Clock = now) -> Collected:
    """Return what a wave of the store in `folder` brought.

    Raises NotAllowed for all but who publishes, WaveRuns before the wave has ended, WrongWave, StoreTrouble.
    """
    viewer.require_administrator()
    engine = open_desk(folder)
    store = Answers(engine, folder, clock)
    wave = store.wave(wave_id)
    if not wave.has_ended(clock().date()):
        raise WaveRuns("nobody sees an answer before the wave has ended")
    store.settle()
    with reading(engine) as connection:
        rows = connection.execute(select(SURVEY_ANSWER).where(SURVEY_ANSWER.c.wave_id == wave_id)).all()
    answers, hotspots, invited = [], [], []
    for row in sorted(rows, key=lambda row: str(row.group)):
        who = (wave.id, wave.school_id, wave.school_year, row.group)
        asked = store.questionnaire(wave_id, row.group)
        sheets = [read(text, asked, wave.form) for text in json.loads(row.sheets)]
        invited.append((*who, wave.invited[row.group], len(sheets)))
        for number, sheet in enumerate(sheets):
            answers += [(*who, number, item, option) for item, option in sheet.options.items()]
        told = [sheet.places for sheet in sheets if sheet.places is not None]
        for place in asked.places:
            hotspots.append((*who, place.id, sum(place.id in places for places in told), len(told)))
    AuditLog(engine, clock).record(Event.EXPORTED, viewer, wave.school_id, f"answers of {wave_id}")
    return Collected(
        wave,
        pd.DataFrame(answers, columns=[*WHO, "respondent", "item", "option"]).astype({"option": "Int8"}),
        pd.DataFrame(hotspots, columns=[*WHO, "place", "chosen", "answered"]),
        pd.DataFrame(invited, columns=[*WHO, "invited", "answered"]),
    )
