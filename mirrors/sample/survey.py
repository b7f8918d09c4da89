"""Answers to the safety survey: half of the schools asked their pupils and staff in each of two years.

What a person answers is their school's level on a theme, their own mood, and chance. Staff see more safety
than pupils do, as they nearly everywhere do; schools differ, a little with their context.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mirrors.sample.arrays import Floats, Ints, stream
from mirrors.sample.schools import YEARS, Schools
from mirrors.sample.timetable import SCHOOL_YEARS
from mirrors.survey.groups import OTHER_STAFF, PUPILS_9_12, PUPILS_12_18, TEACHERS
from mirrors.survey.questionnaire import FormName, Questionnaire, load_questionnaires

ASKED_YEARS = (YEARS - 2, YEARS - 1)
SHARE_ASKED, SHARE_FULL = 0.5, 0.12
SAID_NOTHING = 0.03
"""Share of the questions that somebody skips or would rather not answer."""

SCHOOL_SD, THEME_SD, DRIFT_SD = 0.22, 0.16, 0.07
MOOD_SD, PERSON_THEME_SD, ITEM_SD = 0.5, 0.4, 0.65
CONTEXT_SLOPE = -0.12
"""On the scale of the answers, 0 to 4: how schools and people differ, and what a step of deprivation does."""

USUAL = {"perception": 2.75, "frequency": 3.35}
STAFF_SEE = 0.3
WORSE = -1.1
"""What bullying and violence are in a school where something is wrong."""

STORY_THEMES = ("T3", "T4")
_MOST_INVITED = {PUPILS_9_12: 48, PUPILS_12_18: 54, TEACHERS: 26, OTHER_STAFF: 14}
_RESPONSE = {
    PUPILS_9_12: (0.88, 0.06),
    PUPILS_12_18: (0.8, 0.08),
    TEACHERS: (0.72, 0.1),
    OTHER_STAFF: (0.6, 0.12),
}
_PER_PUPIL = {PUPILS_9_12: 0.36, PUPILS_12_18: 1.0, TEACHERS: 0.085, OTHER_STAFF: 0.035}
_PLACES = {
    "toilets": 0.3,
    "playground": 0.24,
    "corridors": 0.14,
    "changing_rooms": 0.12,
    "route": 0.11,
    "online": 0.16,
}
_ELSEWHERE = 0.05


@dataclass(frozen=True)
class SurveyStories:
    """Schools (indices) of which something is true on purpose.

    In `worse` bullying is much worse than elsewhere in both years; in `better` it was, and no longer is. Few
    answered in `low_response`.
    """

    worse: int
    better: int
    low_response: tuple[int, ...]


@dataclass(frozen=True)
class Survey:
    """The table of the contract `survey_responses`, and the schools with a story."""

    table: pd.DataFrame
    stories: SurveyStories


def make_survey(schools: Schools, seed: int) -> Survey:
    """Draw the answers of the city; the same schools and seed give the same answers."""
    rng = stream(seed, "survey")
    asked = _asked(rng, schools)
    stories = _stories(rng, schools, asked)
    sheets = load_questionnaires()
    level = rng.normal(0, SCHOOL_SD, len(schools.school_id))
    by_theme = rng.normal(0, THEME_SD, (len(schools.school_id), 13))
    form: list[FormName] = ["full" if each < SHARE_FULL else "short" for each in rng.random(len(level))]
    parts: list[pd.DataFrame] = []
    for year in ASKED_YEARS:
        drift = rng.normal(0, DRIFT_SD, by_theme.shape)
        deprivation = schools.features[:, year, 0] - schools.features[:, year, 0].mean()
        true = (level + CONTEXT_SLOPE * deprivation)[:, None] + by_theme + drift
        for school in asked[year]:
            own = true[school].copy()
            if school == stories.worse or (school == stories.better and year == ASKED_YEARS[0]):
                own[[int(theme[1:]) for theme in STORY_THEMES]] += WORSE
            low = school in stories.low_response
            parts += _school(rng, schools, school, year, own, form[school], low, sheets)
    table: pd.DataFrame = pd.concat(parts).sort_values(
        ["school_id", "school_year"], kind="stable", ignore_index=True
    )
    return Survey(table, stories)


def _asked(rng: np.random.Generator, schools: Schools) -> dict[int, list[int]]:
    """Return the schools that asked, by year: most did so in both."""
    many = len(schools.school_id)
    both = rng.permutation(many)[: max(round(SHARE_ASKED * many), 3)]
    later = {int(school) for school in both if rng.random() < 0.15 and not schools.very_small[school]}
    first, second = ASKED_YEARS
    return {first: [int(s) for s in both if int(s) not in later], second: [int(s) for s in both]}


def _stories(rng: np.random.Generator, schools: Schools, asked: dict[int, list[int]]) -> SurveyStories:
    """Return who has a story, among larger schools that asked twice."""
    large = [s for s in asked[ASKED_YEARS[0]] if schools.wanted[s].min() >= 150] or asked[ASKED_YEARS[0]]
    chosen = [int(each) for each in rng.permutation(large)]
    return SurveyStories(chosen[0], chosen[-1], tuple(sorted(chosen[1:-1][:3])))


def _school(
    rng: np.random.Generator,
    schools: Schools,
    school: int,
    year: int,
    level: Floats,
    form: FormName,
    low: bool,
    sheets: dict[str, Questionnaire],
) -> Iterator[pd.DataFrame]:
    """Yield the answers of every group of one school in one year."""
    pupils = PUPILS_12_18 if schools.secondary[school] else PUPILS_9_12
    for group in (pupils, TEACHERS, OTHER_STAFF):
        invited = min(
            max(round(_PER_PUPIL[group] * int(schools.wanted[school, year])), 3), _MOST_INVITED[group]
        )
        rate = rng.uniform(0.2, 0.42) if low else np.clip(rng.normal(*_RESPONSE[group]), 0.45, 1.0)
        people = round(rate * invited)
        if not people:
            continue
        rows = _answers(rng, sheets[group], form, level + (0.0 if group == pupils else STAFF_SEE), people)
        codes = np.array([f"{group[0]}{number:02d}" for number in rng.permutation(people)])
        yield pd.DataFrame(
            {
                "school_id": schools.school_id[school],
                "school_year": SCHOOL_YEARS[year].label,
                "wave": 1,
                "respondent_group": group,
                "respondent": codes[rows["respondent"]],
                "background": "",
                "item": rows["item"],
                "answer": rows["answer"].astype("Int8"),
                "invited": invited,
            }
        )


def _answers(
    rng: np.random.Generator, sheet: Questionnaire, form: FormName, level: Floats, people: int
) -> pd.DataFrame:
    """Return respondent (0..people-1), item and answer (NaN for none), person by person."""
    items = sheet.asked(form)
    theme = np.array([int(item.theme[1:]) for item in items])
    usual = np.array([USUAL[item.scale] for item in items])
    mood = rng.normal(0, MOOD_SD, (people, 1))
    of_theme = rng.normal(0, PERSON_THEME_SD, (people, level.size))[:, theme]
    felt = usual + level[theme] + mood + of_theme + rng.normal(0, ITEM_SD, (people, len(items)))
    good = np.clip(np.rint(felt), 0, 4)
    chosen = np.where([item.reversed for item in items], 4 - good, good)
    chosen[rng.random(chosen.shape) < SAID_NOTHING] = np.nan
    places = _places(rng, sheet, people, felt.mean(axis=1))
    names = [*(item.id for item in items), *(f"place.{place.id}" for place in sheet.places)]
    laid = np.hstack([chosen, places])
    who: Ints = np.repeat(np.arange(people), len(names))
    return pd.DataFrame({"respondent": who, "item": np.tile(names, people), "answer": laid.ravel()})


def _places(rng: np.random.Generator, sheet: Questionnaire, people: int, felt: Floats) -> Floats:
    """Return 1 or 0 for every place, (people, places); NaN for who skipped the question where."""
    usual = np.array([_PLACES.get(place.id, _ELSEWHERE) for place in sheet.places])
    # Whoever feels less safe names more places.
    odds = usual * np.clip(1.6 - 0.25 * felt, 0.3, 2.0)[:, None]
    chosen = (rng.random((people, len(usual))) < odds).astype(float)
    chosen[rng.random(people) < 2 * SAID_NOTHING] = np.nan
    return chosen
