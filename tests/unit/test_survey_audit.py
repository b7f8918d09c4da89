"""The audit of surveys: a small number of people that is told is found, and taken back."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from mirrors.disclosure import NotProtected, Surveys, survey_cube
from mirrors.disclosure.seen_survey import audit_surveys, made_safe, told_coarsely, withheld
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


@pytest.fixture(scope="module")
def found() -> Surveyed:
    """Return one school: two of 41 pupils are met with something monthly, three chose the gate."""
    rows = [
        ("1", "S1", YEAR, group, person, f"T3.{item}", 3.0 if person < 2 else 0.0)
        for group, people in SIZES.items()
        for person in range(people)
        for item in (1, 2)
    ]
    answers = pd.DataFrame(rows, columns=[*WHO, "respondent", "item", "option"])
    place = answers[WHO].drop_duplicates()
    invited = place.assign(invited=place["group"].map({PUPILS: 50, "teachers": 20, "other_staff": 5}))
    waves = place.assign(questionnaire="q", version="1", form="short", opened="1")
    people = place["group"].map(SIZES)
    gate = place.assign(place="gate", chosen=3, answered=people)
    return surveyed(answers, KEY, invited, waves, {}, gate)


@pytest.fixture
def tables(found: Surveyed) -> Tables:
    waves = pd.DataFrame(columns=["school_id", "school_year", "wave", "kind", "form", "opened", "closed"])
    return survey_cube(Surveys((found,), None, waves), {})


def planted(tables: Tables, table: str, group: str, **values: object) -> Tables:
    """Return the tables with other values in the rows of a group."""
    rows = tables[table].copy()
    here = rows["group"] == group
    assert here.any()
    for name, value in values.items():
        rows[name] = rows[name].mask(here, value)
    return {**tables, table: rows}


def test_what_is_published_tells_nobody(found: Surveyed, tables: Tables) -> None:
    assert audit_surveys([found], tables) == []
    assert made_safe([found], tables) is tables


LEAKS: dict[str, Callable[[Tables], Tables]] = {
    "a share of two people": lambda tables: planted(
        tables, "survey_item", PUPILS, value=0.05, value_status="exact"
    ),
    "three who chose a place": lambda tables: planted(
        tables, "survey_hotspot", PUPILS, value=0.07, value_status="exact"
    ),
    "a bound of two in forty": lambda tables: planted(
        tables, "survey_item", PUPILS, value=0.05, value_status="at_most"
    ),
    "three took part": lambda tables: planted(
        tables, "survey_response", "other_staff", status="exact", participants=3.0
    ),
    "a whole and the exact part beside": lambda tables: planted(
        planted(tables, "survey_theme", "staff", respondents=17.0),
        *("survey_theme", "teachers"),
        **{"status": "exact", "respondents": 14.0},
    ),
    "all but three of them": lambda tables: planted(
        planted(tables, "survey_hotspot", "staff", respondents=17.0),
        *("survey_hotspot", "teachers"),
        **{"status": "exact", "respondents": 14.0},
    ),
}


@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS.keys())
def test_a_planted_leak_is_found_and_taken_back(
    found: Surveyed, tables: Tables, leak: Callable[[Tables], Tables]
) -> None:
    leaking = leak(tables)
    cells = audit_surveys([found], leaking)
    assert cells
    assert {cell.wave for cell in cells} == {("S1", YEAR, "1")}
    assert audit_surveys([found], made_safe([found], leaking)) == []


def test_a_share_is_first_told_as_a_half_and_then_not_at_all(found: Surveyed, tables: Tables) -> None:
    leaking = LEAKS["a share of two people"](tables)
    cells = audit_surveys([found], leaking)
    coarse = told_coarsely(leaking, cells)["survey_item"].query("group == @PUPILS")
    assert set(zip(coarse["value"], coarse["value_status"], strict=True)) == {(0.5, "at_most")}
    gone = withheld(leaking, cells)
    assert set(gone["survey_item"].query("group == @PUPILS")["status"]) == {"too_small"}
    assert gone["survey_item"].query("group == @PUPILS")["value"].isna().all()
    assert gone["survey_theme"].query("group == @PUPILS")["mean"].isna().all()
    kept = gone["survey_theme"].query("group == 'staff'")
    assert kept["status"].tolist() == ["exact"]
    assert set(gone["survey_gap"].columns) == set(leaking["survey_gap"].columns)


def test_what_cannot_be_taken_back_is_not_published(found: Surveyed, tables: Tables) -> None:
    with pytest.raises(NotProtected, match="S1 2024-25 1"):
        made_safe([found], LEAKS["three took part"](tables), remedies=(told_coarsely,))


def test_the_response_of_a_whole_does_not_tell_that_of_a_small_part(tables: Tables) -> None:
    response = tables["survey_response"].set_index("group")
    assert response.loc["staff", "participants"] == 15.0
    for part in ("teachers", "other_staff"):
        row = response.loc[part]
        assert (row["status"], row["response"]) == ("told_together", "unknown")
        assert np.isnan(row["participants"])
        assert np.isnan(row["invited"])
