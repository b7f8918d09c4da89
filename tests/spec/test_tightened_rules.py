"""What a city tightens holds in every table of a snapshot."""

from functools import cache

import pandas as pd
import pytest

from mirrors.definitions import load_indicators, load_profile
from mirrors.disclosure import protect
from mirrors.disclosure.protection import Protection
from mirrors.disclosure.rules import Rules
from tests.spec.cities import PUBLISHED_AT, sample_city

TIGHT = Rules(count_step=10, large_school=100_000, peers_for_median=50, peers_for_middle_half=15)
COUNTED = ("school", "listed", "group", "step", "funnel_school")
HALF = 0.005


@cache
def tables() -> dict[str, pd.DataFrame]:
    return protect(
        sample_city().benchmark, load_indicators(), load_profile("sample"), PUBLISHED_AT, Protection(TIGHT)
    )


@pytest.mark.parametrize("name", COUNTED)
def test_pupils_are_told_in_the_coarser_step(name: str) -> None:
    pupils = tables()[name]["pupils"].dropna()
    assert len(pupils) > 50
    assert (pupils % 10 == 0).all()


@pytest.mark.parametrize("column", ["before", "now"])
def test_rates_on_the_lists_are_told_to_half_a_point(column: str) -> None:
    rates = [key for key, one in load_indicators().items() if one.kind == "rate"]
    listed = tables()["listed"]
    value = listed.loc[listed["indicator"].isin(rates), column]
    assert len(value) > 20
    assert ((value / HALF) - (value / HALF).round()).abs().max() < 1e-6


def test_peers_are_told_of_larger_groups_only() -> None:
    size = sample_city().tables["match"].set_index(["school_id", "school_year"])["peers"]
    told = tables()["peer_feature"]
    assert (size < TIGHT.peers_for_middle_half).any()
    assert len(told)
    at = pd.MultiIndex.from_frame(told[["school_id", "school_year"]])
    assert (size.reindex(at) >= TIGHT.peers_for_middle_half).all()


def test_the_city_is_told_of_more_schools_only() -> None:
    schools = tables()["city_group"]["schools"]
    assert (sample_city().tables["city_group"]["schools"] <= TIGHT.peers_for_median).any()
    assert len(schools)
    assert (schools > TIGHT.peers_for_median).all()
