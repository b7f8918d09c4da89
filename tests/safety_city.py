"""A published city of schools whose people answered the short form, with every case at the thresholds."""

from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from mirrors.benchmark.features import SIZE, FeatureMatrix
from mirrors.benchmark.peer_group import PeerGroups
from mirrors.disclosure.survey import shares_of_people, tables
from mirrors.store.published import publish_tables
from mirrors.survey.key import scoring_key
from mirrors.survey.questionnaire import load_questionnaires
from mirrors.survey.surveyed import surveyed

BEFORE, YEAR = "2023-24", "2024-25"
SCHOOLS = 26
PLANTED, NOBODY = "S00", "S25"
"""A school where bullying is much worse than elsewhere, and one that asked nobody."""

CASES = {
    "S01": (9, 60),
    "S02": (10, 12),
    "S03": (29, 35),
    "S04": (30, 36),
    "S05": (49, 100),
    "S06": (49, 98),
    "S07": (40, 30),
    "S08": (40, 200),
}
"""How many pupils of 12 to 18 answered, and how many were invited, where that is not as usual."""

FEW_OTHERS = "S09"
"""Where so few other staff answered that all staff are told together."""

PLACES = {"toilets": 0.42, "playground": 0.25, "gate": 0.12, "online": 0.03}


def name(school: int) -> str:
    """Return the id of a school."""
    return f"S{school:02d}"


def _numbers(school: str, group: str) -> tuple[int, int]:
    if group == "pupils_12_18":
        return CASES.get(school, (80, 95))
    if group == "teachers":
        return 30, 36
    return (6, 8) if school == FEW_OTHERS else (14, 18)


@cache
def city_tables() -> dict[str, pd.DataFrame]:
    """Return the tables of the snapshot by name."""
    rng = np.random.default_rng(11)
    groups = ("pupils_12_18", "teachers", "other_staff")
    sheets = [sheet for sheet in load_questionnaires().values() if sheet.group in groups]
    key = scoring_key(sheets, "short")
    answers, invited, waves = [], [], []
    for school in range(SCHOOLS - 1):
        for group in groups:
            asked = key[key["group"] == group]
            number, many = _numbers(name(school), group)
            for wave, year in (("1", BEFORE), ("2", YEAR)):
                at = {"wave": wave, "school_id": name(school), "school_year": year, "group": group}
                answers.append(_sheets(rng, at, asked, number, name(school) == PLANTED and year == YEAR))
                invited.append({**at, "invited": float(many)})
                form = {"questionnaire": group, "version": 1, "form": "short"}
                waves.append({**at, **form, "opened": f"{year[:4]}-11-04"})
    everything = surveyed(
        pd.concat(answers, ignore_index=True), key, pd.DataFrame(invited), pd.DataFrame(waves), {}
    )
    return {**tables(everything, _peers()), **_others(), "survey_hotspot": _hotspots(everything.scores)}


def _sheets(
    rng: np.random.Generator, at: dict[str, str], asked: pd.DataFrame, number: int, worse: bool
) -> pd.DataFrame:
    teachers = at["group"] != "pupils_12_18"
    place = rng.normal(0, 0.15)
    mood = 2.6 + 0.4 * teachers + place + rng.normal(0, 0.5, (number, 1))
    about = {theme: rng.normal(0, 0.35, (number, 1)) for theme in asked["theme"].unique()}
    good = mood + np.hstack([about[theme] for theme in asked["theme"]])
    good = good + rng.normal(0, 0.6, (number, len(asked)))
    if worse:
        good[:, (asked["theme"] == "T3").to_numpy()] -= 1.6 if not teachers else 0.2
    options = np.clip(np.round(good), 0, 4)
    options = np.where(asked["reversed"].to_numpy(bool), 4 - options, options)
    frame = pd.DataFrame(options, columns=asked["item"].to_numpy()).rename_axis("respondent").reset_index()
    return frame.melt("respondent", var_name="item", value_name="option").assign(**at)


def _peers() -> dict[str, PeerGroups]:
    ids = tuple(name(school) for school in range(SCHOOLS))
    kind, pupils = np.array(["secondary"] * SCHOOLS), np.full(SCHOOLS, 300.0)
    near = (np.arange(SCHOOLS)[:, None] + np.arange(1, 16)) % SCHOOLS
    flat = np.zeros(near.shape)
    return {
        year: PeerGroups(
            FeatureMatrix(ids, year, kind, pupils, (SIZE,), np.zeros((SCHOOLS, 1))),
            np.ones(1),
            near,
            flat,
            np.full(SCHOOLS, 15),
        )
        for year in (BEFORE, YEAR)
    }


def _others() -> dict[str, pd.DataFrame]:
    places = [(name(school), year) for school in range(SCHOOLS) for year in (BEFORE, YEAR)]
    school = pd.DataFrame(places, columns=["school_id", "school_year"])
    held = [
        (school_id, year, "1" if year == BEFORE else "2", "collected", "short", *_days(year))
        for school_id, year in places
        if school_id != NOBODY
    ]
    columns = ["school_id", "school_year", "wave", "kind", "form", "opened", "closed"]
    meta = {
        "published_at": datetime(2025, 7, 1),
        "jurisdiction": "flanders",
        "city": "Test",
        "synthetic": True,
    }
    participation = [(YEAR, "pupils_12_18", 25, 1790, 2180), (YEAR, "teachers", 25, 750, 900)]
    return {
        "meta": pd.DataFrame([meta]),
        "school": school.assign(school_type="secondary", pupils=300),
        "survey_wave": pd.DataFrame(held, columns=columns),
        "survey_participation": pd.DataFrame(
            participation, columns=["school_year", "group", "schools", "participants", "invited"]
        ),
    }


def _days(year: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    return pd.Timestamp(f"{year[:4]}-11-04"), pd.Timestamp(f"{year[:4]}-11-22")


def _hotspots(scores: pd.DataFrame) -> pd.DataFrame:
    at = ["school_id", "school_year", "wave", "group"]
    asked = scores.loc[scores["theme"] == "T1", [*at, "respondents"]]
    rows = pd.concat([asked.assign(place=place, value=share) for place, share in PLACES.items()])
    return shares_of_people(rows.reset_index(drop=True), [*at, "place"])


def publish_safety_city(folder: Path, **more: pd.DataFrame) -> Path:
    """Publish the city in a store and return its folder; `more` tables stand in the place of its own."""
    publish_tables(folder, {**city_tables(), **more})
    return folder
