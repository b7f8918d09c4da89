"""The audit of surveys: a small number of people that is told is found, and taken back."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from mirrors.charts.masking import masking_table
from mirrors.disclosure import NotProtected, with_surveys
from mirrors.disclosure.masking import COLUMNS, of_surveys
from mirrors.disclosure.seen_survey import audit_surveys
from mirrors.disclosure.survey_remedy import made_safe, told_coarsely, withheld
from mirrors.locale import Language
from mirrors.survey.surveyed import Surveyed
from mirrors.views.masking import Masked
from tests.unit.survey_examples import PUPILS, YEAR, Tables, one_school, survey_tables


@pytest.fixture(scope="module")
def found() -> Surveyed:
    return one_school()


@pytest.fixture
def tables() -> Tables:
    return survey_tables()


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
    safe, masked = made_safe([found], tables)
    assert safe is tables
    assert not masked


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
    safe, masked = made_safe([found], leaking)
    assert audit_surveys([found], safe) == []
    assert {place[:2] for place in masked} == {("S1", YEAR)}


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
        made_safe([found], LEAKS["three took part"](tables), remedies={"coarser": told_coarsely})


def test_the_response_of_a_whole_does_not_tell_that_of_a_small_part(tables: Tables) -> None:
    response = tables["survey_response"].set_index("group")
    assert response.loc["staff", "participants"] == 15.0
    for part in ("teachers", "other_staff"):
        row = response.loc[part]
        assert (row["status"], row["response"]) == ("told_together", "unknown")
        assert np.isnan(row["participants"])
        assert np.isnan(row["invited"])


# Snapshots before this one


def number_told(tables: Tables, table: str, group: str, number: float) -> Tables:
    """Return one table with a number of respondents told exactly, and nothing else."""
    rows = planted(tables, table, group, status="exact", respondents=number)[table]
    return {table: rows[rows["group"] == group]}


def test_what_two_snapshots_tell_together_is_found_and_taken_back(found: Surveyed, tables: Tables) -> None:
    """Once the teachers were told exactly, and now all staff to the nearest five: three at most are left."""
    before = number_told(tables, "survey_theme", "teachers", 14.0)
    assert audit_surveys([found], before) == []
    assert audit_surveys([found], tables) == []
    together = audit_surveys([found], tables, None, [before])
    assert {cell.group for cell in together} == {"other_staff"}
    safe, masked = made_safe([found], tables, [before])
    assert audit_surveys([found], safe, None, [before]) == []
    assert set(safe["survey_theme"].query("group == 'staff'")["status"]) == {"too_small"}
    assert ("S1", YEAR, "staff", "dropped") in masked


def test_what_earlier_snapshots_told_by_themselves_is_done(found: Surveyed, tables: Tables) -> None:
    leaking = LEAKS["a share of two people"](tables)
    assert audit_surveys([found], leaking)
    assert audit_surveys([found], tables, None, [leaking]) == []


# What is written of it


def test_what_was_masked_of_a_survey_is_written(tables: Tables) -> None:
    masking = tables["masking"].set_index(["breakdown", "kind"])
    assert set(masking["school_id"]) == {"S1"}
    assert set(masking["school_year"]) == {YEAR}
    assert masking.loc[("survey teachers", "secondary"), "reason"] == "beside_few"
    assert masking.loc[("survey other_staff", "secondary"), "cells"] > 0


def test_what_the_audit_took_back_is_written(found: Surveyed, tables: Tables) -> None:
    leaking = LEAKS["a share of two people"](tables)
    _, masked = made_safe([found], leaking)
    rows = of_surveys(leaking, masked)
    audited = rows[rows["reason"] == "audit"].set_index("breakdown")
    # Pupils of one age are all pupils here.
    assert set(audited.index) == {f"survey {PUPILS}", "survey pupils"}
    row = audited.loc[f"survey {PUPILS}"]
    assert (row["school_id"], row["school_year"], row["kind"]) == ("S1", YEAR, "coarser")
    assert row["cells"] >= 1


def test_what_was_masked_of_a_survey_is_told_in_words(found: Surveyed, tables: Tables) -> None:
    leaking = LEAKS["a share of two people"](tables)
    _, masked = made_safe([found], leaking)
    shown = [Masked(**row) for row in of_surveys(leaking, masked).to_dict("records")]
    rows = masking_table(shown, Language("en")).rows
    coarser = "a small number could be worked out: told more coarsely"
    assert ("the safety survey: pupils of 12 to 18", coarser) in {row[:2] for row in rows}
    assert "told only together with a group of which too few answered" in {row[1] for row in rows}


def test_absence_and_surveys_are_written_in_one_table(tables: Tables) -> None:
    of_absence = pd.DataFrame([("S2", YEAR, "sex", "primary", "few_pupils", 2)], columns=COLUMNS)
    together = with_surveys({"masking": of_absence, "figure": pd.DataFrame()}, tables)["masking"]
    assert list(together.columns) == COLUMNS
    assert set(together["school_id"]) == {"S1", "S2"}
    assert with_surveys({"figure": pd.DataFrame()}, {}).keys() == {"figure"}
