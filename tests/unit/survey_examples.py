"""One school that was surveyed, and what is published of it."""

from functools import cache

import pandas as pd

from mirrors.disclosure import Surveys, survey_cube
from mirrors.survey.surveyed import Surveyed, surveyed

YEAR = "2024-25"
PUPILS = "pupils_12_18"
WHO = ["wave", "school_id", "school_year", "group"]
SIZES = {PUPILS: 41, "teachers": 14, "other_staff": 3}
KEY = pd.DataFrame(
    [(group, f"T3.{item}", "T3", True, True) for group in SIZES for item in (1, 2)],
    columns=["group", "item", "theme", "frequency", "reversed"],
)
Tables = dict[str, pd.DataFrame]


@cache
def one_school(waves: int = 1) -> Surveyed:
    """Return one school, asked as often: two of 41 pupils met something monthly, three chose the gate."""
    rows = [
        (str(wave), "S1", YEAR, group, person, f"T3.{item}", 3.0 if person < 2 else 0.0)
        for wave in range(1, waves + 1)
        for group, people in SIZES.items()
        for person in range(people)
        for item in (1, 2)
    ]
    answers = pd.DataFrame(rows, columns=[*WHO, "respondent", "item", "option"])
    place = answers[WHO].drop_duplicates()
    invited = place.assign(invited=place["group"].map({PUPILS: 50, "teachers": 20, "other_staff": 5}))
    asked = place.assign(questionnaire="q", version="1", form="short", opened=place["wave"])
    people = place["group"].map(SIZES)
    gate = place.assign(place="gate", chosen=3, answered=people)
    return surveyed(answers, KEY, invited, asked, {}, gate)


def survey_tables(waves: int = 1) -> Tables:
    """Return what is published of that school."""
    held = pd.DataFrame(columns=["school_id", "school_year", "wave", "kind", "form", "opened", "closed"])
    return survey_cube(Surveys((one_school(waves),), None, held), {})
