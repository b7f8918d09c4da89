"""Every column of a snapshot that tells a number of pupils is read by the audit, or has its reason."""

import pandas as pd
import pytest

from mirrors.definitions import Indicator, load_indicators
from mirrors.disclosure.protection import tells_pupils
from mirrors.disclosure.seen_survey import READ as READ_OF_SURVEYS
from mirrors.disclosure.told import READ
from tests.spec.cities import sample_city
from tests.unit.survey_examples import survey_tables

OF_MANY = "of all schools of the city together, or of all of a type"
OF_PEERS = "of other schools: a median or a middle half of ten, which no unknown of the own school is part of"
OF_WHAT_IS_TOLD = "computed from the figures beside it as they are told, so that it adds nothing"
OF_TIME = "how much was missed beside others, or before; how much it was is read"
SETTING = "a number of the method or of the snapshot, of no pupil"
OF_MODEL = "what a model makes of many schools and years"
OF_CONTEXT = "what the city delivered about its schools, known to them before; told as counted shares are"
OF_ANSWERS = "a mean over several questions of all who answered; how many they are is read"

NOT_READ = {
    **{("figure", name): OF_WHAT_IS_TOLD for name in ("low", "high", "decimals")},
    **{("figure", name): OF_PEERS for name in ("peers", "peer_median", "peer_low", "peer_high")},
    ("figure", "expected"): OF_MODEL,
    ("kind", "peer_median"): OF_PEERS,
    ("band", "at_least"): SETTING,
    ("band", "below"): SETTING,
    ("band", "peers"): OF_PEERS,
    ("group", "low"): OF_WHAT_IS_TOLD,
    ("group", "high"): OF_WHAT_IS_TOLD,
    ("group", "peer_median"): OF_PEERS,
    ("step", "threshold"): SETTING,
    ("step", "years"): SETTING,
    ("step", "days"): "a median of days of ten pupils or more",
    ("step", "peer_share"): OF_PEERS,
    ("step", "peer_days"): OF_PEERS,
    ("pooled", "low"): OF_WHAT_IS_TOLD,
    ("pooled", "high"): OF_WHAT_IS_TOLD,
    ("profile", "peer_index"): OF_PEERS,
    **{("gap", name): OF_TIME for name in ("ratio", "low", "high")},
    **{("decomposition", name): OF_TIME for name in ("difference", "composition", "rate")},
    ("driver", "points"): OF_TIME,
    **{("change", name): OF_MODEL for name in ("before", "now")},
    **{("listed", name): OF_MODEL for name in ("before", "now")},
    ("listed", "pupils"): "for advisers only, and the number that the table school tells",
    ("funnel_school", "pupils"): "for advisers only, and the number that the table school tells",
    ("funnel_school", "value"): "for advisers only, and made of the figure as it is told",
    **{("peer_feature", name): OF_PEERS for name in ("low", "high")},
    ("peer_feature", "own"): OF_CONTEXT,
    ("peer_feature", "weight"): OF_MODEL,
    ("peer", "distance"): "for nobody: no view reads it, and it is of schools",
    ("match", "peers"): SETTING,
    ("match", "close"): SETTING,
    ("registration", "complete"): "a share of registers",
    **{("masking", "cells"): "how many figures were masked, for city staff only"},
    **{("survey_theme", name): OF_ANSWERS for name in ("mean", "low", "high", "favourable", "unfavourable")},
    **{("survey_theme", name): OF_PEERS for name in ("peers", "peer_median", "peer_low", "peer_high")},
    ("survey_theme", "expected"): OF_MODEL,
    **{("survey_gap", name): OF_ANSWERS for name in ("mean", "mean_pupils", "gap", "low", "high", "city")},
    ("survey_change", "change"): OF_ANSWERS,
    ("survey_stands_out", "place"): "the order of themes of one school",
    ("survey_response", "response_rate"): OF_WHAT_IS_TOLD,
}
"""Columns of numbers that the audit does not read, and why it need not."""

OF_THE_CITY = {
    **dict.fromkeys(("city_figure", "city_group", "city_kind", "city_step", "city_registration"), OF_MANY),
    **dict.fromkeys(("spread", "funnel", "left_out", "list_state"), OF_MANY),
    **dict.fromkeys(("survey_city", "survey_participation", "survey_reliability"), OF_MANY),
    **dict.fromkeys(("setting", "calibration"), SETTING),
}
"""Tables without a school."""

KINDS_NOT_READ = {
    "share_of_amount": "a share of units, months, registers or requests: not of pupils",
    "amount": "a ratio of rates, a median or an index of how unevenly absence is spread",
    "days": "a median of ten pupils or more",
    "events": "how often, not by how many",
    "quantile": "a median or the upper tenth of units missed, to the whole unit",
    **dict.fromkeys(("distribution", "profile", "programme"), "a table of its own, or no pupils"),
}
"""Kinds of indicators of which the figures are not read, and why."""


def snapshot() -> dict[str, pd.DataFrame]:
    """Return every table that a snapshot may hold."""
    return {**sample_city().tables, **survey_tables(waves=2)}


def numbers(tables: dict[str, pd.DataFrame]) -> set[tuple[str, str]]:
    """Return the columns of numbers of all tables that have a school."""
    return {
        (name, str(column))
        for name, rows in tables.items()
        if name not in OF_THE_CITY
        for column in rows.columns
        if pd.api.types.is_numeric_dtype(rows[column]) and not pd.api.types.is_bool_dtype(rows[column])
    }


def read() -> set[tuple[str, str]]:
    return {(name, column) for found in (READ, READ_OF_SURVEYS) for name in found for column in found[name]}


def test_every_number_is_read_or_has_its_reason() -> None:
    """A new table or column is looked at first: does a number of pupils follow from it?"""
    assert numbers(snapshot()) - read() - NOT_READ.keys() == set()


def test_what_is_read_needs_no_reason() -> None:
    assert read() & NOT_READ.keys() == set()


def test_no_reason_outlives_its_column() -> None:
    assert (NOT_READ.keys() | read()) - numbers(snapshot()) == set()
    assert OF_THE_CITY.keys() <= snapshot().keys()


def test_a_new_column_would_be_seen() -> None:
    tables = snapshot()
    careless = {**tables, "school": tables["school"].assign(boys=17)}
    assert numbers(careless) - read() - NOT_READ.keys() == {("school", "boys")}


@pytest.mark.parametrize("indicator", load_indicators().values(), ids=lambda one: one.id)
def test_every_indicator_that_counts_pupils_is_read(indicator: Indicator) -> None:
    assert tells_pupils(indicator) != (indicator.kind in KINDS_NOT_READ) or (
        indicator.kind == "amount" and indicator.unit in ("per_100_pupils", "per_1000_pupils")
    )
    if indicator.counts_pupils:
        assert tells_pupils(indicator)


def test_tables_of_the_city_name_no_school() -> None:
    tables = snapshot()
    assert {name for name in OF_THE_CITY if "school_id" in tables[name].columns} == set()
