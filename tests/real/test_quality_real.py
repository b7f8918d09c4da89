"""Alarms on real cities: few in an ordinary year, none about change in a year that cannot be compared."""

import pandas as pd
import pytest

from mirrors.benchmark.quality import open_alarms
from mirrors.definitions import load_jurisdiction
from mirrors.store import open_facts
from tests.real_data import RealStore

pytestmark = pytest.mark.real

BREAK_YEARS = ["2019-20", "2020-21"]
CHANGES = ["absence_change", "roll_change", "fewer_absentees", "registration_change"]


def found(store: RealStore, jurisdiction: str) -> tuple[pd.DataFrame, pd.Series]:
    """Return the alarms of a city and its number of schools by year."""
    with open_facts(store.folder) as facts:
        alarms = open_alarms(facts, load_jurisdiction(jurisdiction))
    counted = store.facts("SELECT school_year, count(DISTINCT school_id) AS n FROM enrolment GROUP BY ALL")
    return alarms, counted.set_index("school_year")["n"]


@pytest.mark.parametrize(("city", "jurisdiction"), [("long_new_york", "new-york"), ("maryland", "maryland")])
def test_alarms_do_not_flood(city: str, jurisdiction: str, request: pytest.FixtureRequest) -> None:
    alarms, schools = found(request.getfixturevalue(city), jurisdiction)
    asked = alarms[alarms["alarm"] != "school_missing"].groupby("school_year")["school_id"].nunique()
    assert 0.005 < asked.sum() / schools.sum() < 0.06
    assert (asked / schools).max() < 0.12
    in_breaks = alarms[alarms["school_year"].isin(BREAK_YEARS)]
    assert not set(in_breaks["alarm"]) & set(CHANGES)
    assert not set(alarms.loc[alarms["alarm"].isin(CHANGES), "against"]) & set(BREAK_YEARS)


def test_whole_years_have_no_months_to_miss(maryland: RealStore) -> None:
    alarms, _ = found(maryland, "maryland")
    assert not set(alarms["alarm"]) & {"missing_months", "registers_stop", "silent_registers"}
