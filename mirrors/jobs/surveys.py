"""What a publish tells of surveys: files of answers, ended waves of the desk, and summaries of providers.

This is the only way by which answers become figures. It runs within a publish, which asks who may; it takes
no viewer, and returns nothing of a single respondent.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from mirrors.benchmark.features import FeatureMatrix
from mirrors.disclosure.survey_cube import SUMMARY, WAVE_COLUMNS, Surveys
from mirrors.store import Facts
from mirrors.survey.collected import ended_waves, everything_collected
from mirrors.survey.questionnaire import load_questionnaires
from mirrors.survey.sources import Answered, from_desk, from_files, together
from mirrors.survey.surveyed import of_answers, of_summary

_WAVE = WAVE_COLUMNS[:3]

_ANSWERS = (
    "SELECT school_id, school_year, wave, respondent_group, respondent, item, answer, invited"
    " FROM survey_responses"
)


def surveys_state(folder: Path) -> str:
    """Return what the figures of surveys depend on beside the facts: the waves that have ended, in short.

    Empty without any.
    """
    waves = [(wave.id, sorted(wave.invited.items())) for wave in ended_waves(folder)]
    return hashlib.sha256(json.dumps(waves).encode()).hexdigest() if waves else ""


def anything_asked(folder: Path) -> bool:
    """Return whether a wave has ended in which enough answered for anything to be kept."""
    return any(len(one.answers) for one in everything_collected(folder))


def jurisdiction_asked_in(folder: Path) -> str:
    """Return the jurisdiction in which the newest wave that has ended was opened, "" where none was told."""
    return max(ended_waves(folder), key=lambda wave: (wave.last_day, wave.id)).jurisdiction


def read_surveys(folder: Path, facts: Facts, features: Mapping[str, FeatureMatrix]) -> Surveys:
    """Return what all surveys of the store in `folder` tell; `features` of schools by school year.

    Raises DefinitionError for a questionnaire of the city that cannot be read, and StoreTrouble.
    """
    answered = _answered(folder, facts)
    summary = facts.frame("SELECT * FROM survey_summary")
    return Surveys(
        editions=of_answers(answered, features),
        summary=of_summary(summary) if len(summary) else None,
        waves=_waves(answered, summary),
    )


def _answered(folder: Path, facts: Facts) -> Answered:
    collected = from_desk(everything_collected(folder))
    rows = facts.frame(_ANSWERS)
    if rows.empty:
        return collected
    return together([from_files(rows, load_questionnaires(folder)), collected])


def _waves(answered: Answered, summary: pd.DataFrame) -> pd.DataFrame:
    """Return one row a wave of a school, with the columns of WAVE_COLUMNS."""
    names = {"first_day": "opened", "last_day": "closed"}
    waves = answered.waves.drop(columns="opened").rename(columns=names).drop_duplicates(_WAVE)
    told = summary[["school_id", "school_year"]].drop_duplicates()
    told = told.assign(wave=SUMMARY, kind=SUMMARY, form="", opened=None, closed=None)
    found = pd.concat([waves[WAVE_COLUMNS].astype(object), told[WAVE_COLUMNS].astype(object)])
    days = {name: pd.to_datetime(found[name]) for name in ("opened", "closed")}
    return found.assign(**days).sort_values(_WAVE, ignore_index=True)
