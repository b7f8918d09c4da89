"""What a decision about an alarm does to peers, lists and what is shown, in the sample city."""

import pandas as pd
import pytest

from mirrors.benchmark.benchmark import Benchmark, run_benchmark
from mirrors.benchmark.quality import open_alarms
from mirrors.charts.amounts import status_words
from mirrors.definitions import load_indicators, load_jurisdiction, load_profile
from mirrors.disclosure import protect
from mirrors.locale import Language
from mirrors.store import open_facts
from mirrors.views.figure import Status
from tests.spec.cities import PUBLISHED_AT, sample_city

pytestmark = pytest.mark.long

YEAR = "2025-26"
SCHOOL = "S0103"
FLANDERS = load_jurisdiction("flanders")
INDICATORS = {key: load_indicators()[key] for key in ("A1", "A2", "B2", "B12")}


def decision(what: str, digest: str) -> pd.DataFrame:
    """Return one decision about the change of registration."""
    row = {"school_id": SCHOOL, "school_year": YEAR, "alarm": "registration_change", "digest": digest}
    row |= {"decision": what, "note": "asked the school", "decided_by": "An"}
    return pd.DataFrame([{**row, "decided_at": PUBLISHED_AT}])


@pytest.fixture(scope="module")
def digest() -> str:
    """Return the fingerprint of the evidence."""
    with open_facts(sample_city().folder) as facts:
        alarms = open_alarms(facts, FLANDERS)
    assert (alarms["state"] == "open").all()
    [found] = alarms.loc[
        (alarms["school_id"] == SCHOOL) & (alarms["alarm"] == "registration_change"), "digest"
    ]
    return str(found)


def run(decisions: pd.DataFrame | None) -> tuple[Benchmark, dict[str, pd.DataFrame]]:
    """Return the benchmark under decisions, and what would be published."""
    with open_facts(sample_city().folder) as facts:
        benchmark = run_benchmark(facts, INDICATORS, FLANDERS, decisions=decisions)
    return benchmark, protect(benchmark, INDICATORS, load_profile("sample"), PUBLISHED_AT)


def of_school(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the school this year."""
    return table[(table["school_id"] == SCHOOL) & (table["school_year"] == YEAR)]


def is_peer(tables: dict[str, pd.DataFrame]) -> bool:
    """Return whether the school is anybody's peer this year."""
    peers = tables["peer"]
    return bool(((peers["peer_id"] == SCHOOL) & (peers["school_year"] == YEAR)).any())


def test_an_open_alarm_takes_the_school_year_out(digest: str) -> None:
    for decisions in (None, decision("confirmed", "of other evidence")):
        _, tables = run(decisions)
        [registered] = of_school(tables["registration"]).to_dict("records")
        assert (registered["alarms"], registered["rejected"]) == ("registration_change", "")
        assert not is_peer(tables)
        assert set(of_school(tables["figure"])["verdict"]) == {"unknown"}
        assert set(of_school(tables["change"])["reason"]) == {"open_alarm"}
        assert of_school(tables["figure"])["value"].notna().any()


def test_a_confirmed_school_takes_part_again(digest: str) -> None:
    benchmark, tables = run(decision("confirmed", digest))
    [registered] = of_school(tables["registration"]).to_dict("records")
    assert (registered["alarms"], registered["rejected"]) == ("", "")
    assert is_peer(tables)
    assert set(of_school(tables["figure"])["verdict"]) != {"unknown"}
    assert set(of_school(tables["change"])["reason"]) == {""}
    [alarm] = of_school(benchmark.alarms).to_dict("records")
    assert (alarm["state"], alarm["note"], alarm["decided_by"]) == ("confirmed", "asked the school", "An")


def test_the_figures_of_a_rejected_school_year_are_withheld_everywhere(digest: str) -> None:
    before = run(None)[1]
    _, tables = run(decision("rejected", digest))
    [registered] = of_school(tables["registration"]).to_dict("records")
    assert (registered["alarms"], registered["rejected"]) == ("", "registration_change")
    assert not is_peer(tables)
    for name in ("figure", "kind"):
        rows = of_school(tables[name])
        assert set(rows["status"]) == {"rejected"}, name
        assert rows["value"].isna().all(), name
    shown = of_school(tables["figure"])
    assert shown[["low", "high"]].isna().all(axis=None)
    assert of_school(tables["change"]).empty
    assert not of_school(before["band"]).empty
    assert of_school(tables["band"]).empty
    assert SCHOOL not in set(tables["listed"].query("school_year == @YEAR")["school_id"])
    pooled = [
        found.set_index(["indicator", "school_year"])["schools"]
        for found in (before["city_figure"], tables["city_figure"])
    ]
    assert (pooled[0] - pooled[1])["A1", YEAR] == 1
    assert (pooled[0] - pooled[1])["A1", "2024-25"] == 0


def test_other_school_years_keep_their_figures(digest: str) -> None:
    figure = run(decision("rejected", digest))[1]["figure"]
    others = figure[(figure["school_id"] == SCHOOL) & (figure["school_year"] != YEAR)]
    assert "rejected" not in set(others["status"])


def test_alarms_with_their_evidence_are_not_published(digest: str) -> None:
    for name, table in run(None)[1].items():
        assert not {"digest", "detail", "against", "note"} & set(table.columns), name


def test_a_withheld_figure_says_why() -> None:
    assert status_words(Status.REJECTED, Language("en")) == "withheld until corrected"
