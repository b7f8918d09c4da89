"""A city whose schools asked pupils and staff, with every case at the thresholds, brought as files."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from mirrors import jobs
from mirrors.survey.key import scoring_key
from mirrors.survey.questionnaire import load_questionnaires
from tests.collecting import PUPILS, TEACHERS
from tests.uploads import csv_bytes, parquet_bytes, write

YEAR = "2024-25"
OTHERS = "other_staff"

TO_ASK, NEIGHBOUR = "A01", "B01"
"""Two schools that have not asked anybody yet."""

CASES = {
    "N09": (9, 12),
    "N10": (10, 12),
    "N29": (29, 35),
    "N30": (30, 36),
    "R29": (58, 200),
    "R49": (49, 100),
    "R50": (50, 100),
    "R133": (40, 30),
}
"""How many pupils of 12 to 18 answered, and how many were invited."""

SMALL_PART = "STAFF"
"""Where twelve teachers answered and four of the other staff: sixteen, who can only be told together."""

ALIKE = "ALIKE"
"""Where all pupils gave the best answers and chose no place, all teachers the worst and chose the gate."""

USUAL = tuple(f"U{number:02d}" for number in range(24))
"""Schools as they usually are: enough for each to have peers."""

SCHOOLS = (TO_ASK, NEIGHBOUR, *CASES, SMALL_PART, ALIKE, *USUAL)
PLACES = ("gate", "toilets")

_MONTHS = (9, 10, 11)
_ANSWERS = (
    *("school_id", "school_year", "wave", "respondent_group", "respondent"),
    *("background", "item", "answer", "invited"),
)


def name(school: str) -> str:
    """Return the name of a school."""
    return f"Middenschool {school}"


def publish_threshold_city(folder: Path) -> Path:
    """Bring and publish the city in `folder`/store, and return that store."""
    jobs.ingest(folder / "store", "templates", _files(folder / "files"), by="test")
    jobs.publish(folder / "store", by="test")
    return folder / "store"


def _files(folder: Path) -> list[Path]:
    place = ("school_id", "school_year")
    every = (*place, "breakdown", "member", "month")
    cells = [(school, YEAR, "all", "", month) for school in SCHOOLS for month in _MONTHS]
    known = [(school, YEAR, name(school), "secondary") for school in SCHOOLS]
    pupils = [(*cell, size, 20 * size) for cell in cells for size in [_size(cell[0])]]
    units = [(*cell, code, 60 + 3 * SCHOOLS.index(cell[0])) for cell in cells for code in ("B", "Z")]
    return [
        write(folder / "schools.csv", csv_bytes((*place, "name", "school_type"), known)),
        write(folder / "enrolment.csv", csv_bytes((*every, "pupils", "possible"), pupils)),
        write(folder / "absence.csv", csv_bytes((*every, "code", "units"), units)),
        write(folder / "survey_responses.parquet", parquet_bytes(_ANSWERS, _answers())),
    ]


def _size(school: str) -> int:
    # Schools of a case lie between the usual ones, so that these are their peers.
    return 300 + 5 * (11 * SCHOOLS.index(school) % len(SCHOOLS))


def _answers() -> list[tuple[object, ...]]:
    dice = np.random.default_rng(17)
    asked = [(school, PUPILS, *numbers) for school, numbers in CASES.items()]
    asked += [(SMALL_PART, PUPILS, 40, 45), (SMALL_PART, TEACHERS, 12, 12), (SMALL_PART, OTHERS, 4, 4)]
    asked += [(ALIKE, PUPILS, 40, 45), (ALIKE, TEACHERS, 20, 24)]
    asked += [(school, PUPILS, 40, 45) for school in USUAL]
    asked += [(school, TEACHERS, 14, 16) for school in USUAL[:12]]
    return [row for each in asked for row in _of_group(dice, *each)]


def _of_group(
    dice: np.random.Generator, school: str, group: str, people: int, invited: int
) -> list[tuple[object, ...]]:
    key = _key(group)
    options = _alike(group, people, key) if school == ALIKE else _drawn(dice, people, key)
    chosen = dice.random((people, len(PLACES))) < (0.4, 0.1)
    if school == ALIKE:
        chosen[:] = (group == TEACHERS, False)
    found = []
    for person in range(people):
        who = (school, YEAR, 1, group, f"r{person}", "")
        found += [
            (*who, item, int(option), invited)
            for item, option in zip(key["item"], options[person], strict=True)
        ]
        found += [
            (*who, f"place.{place}", int(is_so), invited)
            for place, is_so in zip(PLACES, chosen[person], strict=True)
        ]
    return found


@cache
def _key(group: str) -> pd.DataFrame:
    return scoring_key([sheet for sheet in load_questionnaires().values() if sheet.group == group], "short")


def _alike(group: str, people: int, key: pd.DataFrame) -> np.ndarray:
    best = np.where(key["reversed"].astype(bool), 0, 4)
    return np.tile(best if group == PUPILS else 4 - best, (people, 1))


def _drawn(dice: np.random.Generator, people: int, key: pd.DataFrame) -> np.ndarray:
    """Return options of people who have an opinion of each theme, in a school that has one of its own."""
    of_theme = {theme: dice.normal(0, 0.7, people) for theme in key["theme"].unique()}
    good = 2.4 + dice.normal(0, 0.25) + dice.normal(0, 0.5, (people, 1))
    good = good + np.column_stack([of_theme[theme] for theme in key["theme"]])
    options = np.clip(np.round(good + dice.normal(0, 0.5, (people, len(key)))), 0, 4)
    return np.where(key["reversed"].astype(bool), 4 - options, options)
