"""What may be shown: sizes, rounding, bounds, peers and verdicts, and what no table may hold."""

import csv
import re
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mirrors.access import Role, Viewer
from mirrors.benchmark.features import FeatureMatrix
from mirrors.benchmark.peer_group import peer_groups
from mirrors.definitions import load_indicators
from mirrors.disclosure.lists import direction
from mirrors.disclosure.publication import figures
from mirrors.disclosure.rules import (
    PUPILS_FOR_HUNDREDTH,
    SCHOOLS_FOR_DECILES,
    city_decimals,
    rate_step,
    round_down,
    round_to,
    round_up,
)
from mirrors.disclosure.schools import peer_features, tables
from mirrors.views.mirror import mirror_view
from tests.spec.cities import City, compute, sample_city

A1, A2, A5, A6M = (load_indicators()[key] for key in ("A1", "A2", "A5", "A6M"))
B2 = load_indicators()["B2"]


def compared(**columns: object) -> pd.DataFrame:
    """Return one comparison of a school with 400 pupils and 15 peers, changed as asked."""
    row = {
        "school_id": "S1",
        "school_year": "2024-25",
        "numerator": 4400.0,
        "denominator": 100000.0,
        "pupils": 400.0,
        "value": 0.044,
        "status": "exact",
        "low": 0.0386,
        "high": 0.0502,
        "expected": 0.0418,
        "peers": 15,
        "peer_median": 0.0431,
        "peer_low": 0.0367,
        "peer_high": 0.0489,
    }
    return pd.DataFrame([{**row, **columns}])


def registered(alarms: str = "") -> pd.DataFrame:
    """Return the registers of the school above, with their alarms."""
    return pd.DataFrame([{"school_id": "S1", "school_year": "2024-25", "alarms": alarms}])


def shown(indicator: object = A1, alarms: str = "", **columns: object) -> dict[str, object]:
    """Return what may be shown of one comparison."""
    [row] = figures(indicator, compared(**columns), registered(alarms)).to_dict("records")
    return row


@pytest.mark.parametrize(
    ("value", "step", "rounded"),
    [
        (0.0444, 0.001, 0.044),
        (0.0444, 0.005, 0.045),
        (0.0424, 0.005, 0.04),
        (0.0444, 0.01, 0.04),
        (7.3, 0.5, 7.5),
    ],
)
def test_rounding(value: float, step: float, rounded: float) -> None:
    assert round_to(np.array([value]), step)[0] == rounded


@pytest.mark.parametrize(
    ("value", "step", "down", "up"),
    [
        (0.0441, 0.001, 0.044, 0.045),
        (0.0449, 0.001, 0.044, 0.045),
        (0.0441, 0.005, 0.04, 0.045),
        # In binary the one is a little more than a whole number of steps, the other a little less.
        (0.1 + 0.2, 0.01, 0.3, 0.3),
        (0.29, 0.01, 0.29, 0.29),
        (0.0, 0.005, 0.0, 0.0),
        (1.0, 0.005, 1.0, 1.0),
    ],
)
def test_rounding_down_and_up(value: float, step: float, down: float, up: float) -> None:
    assert round_down(np.array([value]), step)[0] == down
    assert round_up(np.array([value]), step)[0] == up


def test_rates_are_shown_to_a_tenth_of_a_point_from_two_hundred_pupils() -> None:
    """Two hundred as they are shown: to the nearest five."""
    assert rate_step(np.array([20.0, 197.4, 197.5, 1200.0])).tolist() == [0.005, 0.005, 0.001, 0.001]
    large, small = shown(pupils=198.0), shown(pupils=197.0)
    assert (large["value"], large["low"], large["high"]) == (0.044, 0.038, 0.051)
    assert (small["value"], small["low"], small["high"]) == (0.045, 0.035, 0.055)


def test_shares_of_pupils_are_whole_per_cents_and_amounts_whole_or_halves() -> None:
    counts = {"numerator": 51.0, "denominator": 408.0}
    share = shown(B2, value=0.125, low=0.0971, high=0.1583, **counts)
    assert (share["value"], share["decimals"]) == (0.12, 0)
    assert shown(A5, value=436.6)["value"] == 440.0
    assert shown(A5, value=436.6, pupils=150.0)["value"] == 450.0
    assert shown(A6M, value=6.3)["value"] == 6.5


def test_expected_rates_to_a_tenth_and_expected_shares_to_half_a_point() -> None:
    assert shown(A1, expected=0.0418)["expected"] == 0.042
    assert shown(B2, expected=0.0418)["expected"] == 0.04


def test_shares_and_their_intervals_are_those_of_the_counts_as_shown() -> None:
    """51 of 408 are 50 of 410: no reader can tell them from 48 or 52 of 412."""
    rows = [
        shown(B2, numerator=float(part), denominator=float(whole), value=part / whole, low=0.0, high=1.0)
        for part, whole in ((48, 408), (50, 410), (52, 412))
    ]
    assert {(row["value"], row["low"], row["high"]) for row in rows} == {(0.12, 0.09, 0.16)}


def test_intervals_of_rates_are_those_of_the_rate_as_shown() -> None:
    """Around 4.5 % as wide on the log-odds as the interval around the rate itself, for 150 pupils."""
    rows = [
        shown(pupils=pupils, value=value, low=odds(value, -spread), high=odds(value, spread))
        for value, pupils in ((0.0426, 148.0), (0.0474, 152.0))
        for spread in [0.4 * np.sqrt(150 / pupils)]
    ]
    assert rows[0]["low"] == rows[1]["low"] == round(np.floor(odds(0.045, -0.4) * 200) / 200, 6)
    assert rows[0]["high"] == rows[1]["high"] == round(np.ceil(odds(0.045, 0.4) * 200) / 200, 6)


def odds(share: float, more: float) -> float:
    """Return the share that lies so much further on the log-odds."""
    return float(1 / (1 + (1 - share) / share * np.exp(-more)))


def test_peers_are_rounded_to_half_a_point_however_rare_absence_is() -> None:
    common = shown()
    assert (common["peer_low"], common["peer_median"], common["peer_high"]) == (0.035, 0.045, 0.05)
    rare = shown(numerator=1900.0, peer_low=0.0163, peer_median=0.0187, peer_high=0.0212)
    assert (rare["peer_low"], rare["peer_median"], rare["peer_high"]) == (0.015, 0.02, 0.02)


def test_the_city_deserves_a_second_decimal_from_a_hundred_thousand_pupils() -> None:
    assert city_decimals(PUPILS_FOR_HUNDREDTH) == 2
    assert city_decimals(PUPILS_FOR_HUNDREDTH - 1) == 1


OWN = ("value", "low", "high")


@pytest.mark.parametrize("status", ["exact", "at_most", "at_least"])
@pytest.mark.parametrize(("indicator", "minimum"), [(A1, 20), (B2, 20), (A5, 20), (A6M, 10)])
def test_under_the_minimum_nothing_of_the_own_figure_is_shown(
    indicator: object, minimum: int, status: str
) -> None:
    row = shown(indicator, pupils=minimum - 0.1, status=status, low=0.5, high=0.6)
    assert row["status"] == "too_small"
    assert all(np.isnan(row[column]) for column in OWN)
    assert row["verdict"] == "unknown"
    enough = shown(indicator, pupils=float(minimum), status=status, low=0.5, high=0.6)
    assert enough["status"] == status
    assert not np.isnan(enough["value"])


def test_of_an_unknown_number_of_pupils_nothing_is_shown() -> None:
    row = shown(pupils=np.nan, low=0.5, high=0.6)
    assert all(np.isnan(row[column]) for column in OWN)
    assert row["verdict"] == "unknown"


@pytest.mark.parametrize("status", ["missing", "not_asked"])
def test_what_was_not_delivered_is_not_called_too_small(status: str) -> None:
    nothing = dict.fromkeys(OWN, np.nan)
    assert shown(status=status, pupils=5.0, **nothing)["status"] == status


@pytest.mark.parametrize(
    ("peers", "median", "half"),
    [
        (0, False, False),
        (4, False, False),
        (5, True, False),
        (9, True, False),
        (10, True, True),
        (15, True, True),
    ],
)
def test_how_many_peers_it_takes(peers: int, median: bool, half: bool) -> None:
    row = shown(peers=peers)
    assert row["peers"] == peers
    assert np.isnan(row["peer_median"]) != median
    assert np.isnan(row["peer_low"]) != half
    assert np.isnan(row["peer_high"]) != half


def test_a_school_without_a_peer_group_has_no_peers() -> None:
    row = shown(peers=np.nan, peer_median=np.nan, peer_low=np.nan, peer_high=np.nan)
    assert row["peers"] == 0
    assert np.isnan(row["peer_median"])


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.046, 0.06, "higher"),
        (0.0459, 0.06, "similar"),
        (0.03, 0.044, "lower"),
        (0.03, 0.0441, "similar"),
        (0.03, 0.06, "similar"),
    ],
)
def test_a_verdict_only_when_the_shown_interval_excludes_the_shown_median(
    low: float, high: float, verdict: str
) -> None:
    alone = {"peer_low": np.nan, "peer_high": np.nan, "peer_median": 0.0451}
    assert shown(low=low, high=high, **alone)["verdict"] == verdict


@pytest.mark.parametrize(
    ("value", "verdict"), [(0.049, "similar"), (0.05, "similar"), (0.051, "higher"), (0.06, "higher")]
)
def test_inside_the_middle_half_of_similar_schools_nobody_is_higher(value: float, verdict: str) -> None:
    peers = {"peer_low": 0.04, "peer_high": 0.05, "peer_median": 0.045}
    assert shown(value=value, low=0.046, high=0.065, **peers)["verdict"] == verdict


def test_with_too_few_peers_the_expected_value_is_the_measure() -> None:
    between = {"low": 0.0435, "high": 0.05, "expected": 0.042, "peer_median": 0.06, "peer_low": 0.055}
    assert shown(**between, peers=4)["verdict"] == "higher"
    assert shown(**between, peers=5)["verdict"] == "lower"
    assert shown(**{**between, "expected": np.nan}, peers=4)["verdict"] == "unknown"


@pytest.mark.parametrize("missing", ["low", "high"])
def test_without_an_interval_there_is_no_verdict(missing: str) -> None:
    assert shown(**{missing: np.nan})["verdict"] == "unknown"


INTERVALS = [("higher", {"low": 0.06, "high": 0.08}), ("lower", {"low": 0.01, "high": 0.02})]


@pytest.mark.parametrize("alarms", ["missing_months", "missing_months,registration_change"])
@pytest.mark.parametrize(("verdict", "interval"), INTERVALS)
def test_registers_to_be_checked_get_figures_but_no_verdict(
    verdict: str, interval: dict[str, float], alarms: str
) -> None:
    quiet = shown(value=interval["low"] + 0.005, **interval)
    doubted = shown(value=interval["low"] + 0.005, alarms=alarms, **interval)
    assert quiet["verdict"] == verdict
    assert doubted["verdict"] == "unknown"
    assert {**doubted, "verdict": verdict} == quiet


@pytest.mark.parametrize("other", [{"school_id": "S2"}, {"school_year": "2023-24"}])
def test_an_alarm_of_another_school_or_year_takes_no_verdict(other: dict[str, str]) -> None:
    elsewhere = registered("missing_months").assign(**other)
    higher = compared(value=0.07, low=0.06, high=0.08)
    assert figures(A1, higher, elsewhere)["verdict"].tolist() == ["higher"]


@pytest.mark.parametrize(
    ("numerator", "denominator", "status", "value"),
    [
        (0, 60, "at_most", 0.07),
        (4, 1200, "at_most", 0.01),
        (1197, 1200, "at_least", 0.99),
        (3, 60, "at_most", 0.07),
        (4, 60, "at_most", 0.07),
        (5, 60, "exact", 0.08),
        (55, 60, "exact", 0.92),
        (56, 60, "at_least", 0.93),
        (57, 60, "at_least", 0.93),
        (60, 60, "at_least", 0.93),
        (3, 100, "at_most", 0.05),
        (98, 100, "at_least", 0.95),
        (2, 75, "at_most", 0.06),
        (73, 75, "at_least", 0.94),
    ],
)
def test_a_share_that_may_be_one_child_is_a_bound(
    numerator: int, denominator: int, status: str, value: float
) -> None:
    counts = {"numerator": float(numerator), "denominator": float(denominator), "pupils": float(denominator)}
    row = shown(B2, value=numerator / denominator, **counts)
    assert (row["status"], row["value"]) == (status, value)
    assert np.isnan(row["low"]) == np.isnan(row["high"]) == (status != "exact")
    assert (row["verdict"] == "unknown") == (status != "exact")


def test_a_bound_does_not_tell_how_few_pupils_it_stands_for() -> None:
    """Nobody can tell no pupil from four."""
    counts = {"denominator": 60.0, "pupils": 60.0}
    rows = [shown(B2, numerator=float(few), value=few / 60, **counts) for few in range(5)]
    assert len({tuple(str(row[column]) for column in (*OWN, "status", "verdict")) for row in rows}) == 1


@pytest.mark.parametrize(
    ("pupils", "value", "status", "published"),
    [
        (150.0, 0.001, "at_most", 0.005),
        (150.0, 0.003, "exact", 0.005),
        (400.0, 0.0004, "at_most", 0.001),
        (400.0, 0.001, "exact", 0.001),
        (400.0, 0.0, "at_most", 0.001),
    ],
)
def test_some_absence_is_never_shown_as_none(
    pupils: float, value: float, status: str, published: float
) -> None:
    row = shown(pupils=pupils, value=value, low=value / 2, high=value * 2)
    assert (row["status"], row["value"]) == (status, published)
    assert np.isnan(row["low"]) == np.isnan(row["high"]) == (status == "at_most")


def test_a_kind_of_absence_is_never_shown_as_none_and_takes_twenty_pupils() -> None:
    rows = pd.DataFrame(
        [
            ("S1", 150.0, 0.001),
            ("S2", 400.0, 0.0004),
            ("S3", 400.0, 0.0),
            ("S4", 20.0, 0.05),
            ("S5", 19.9, 0.05),
        ],
        columns=["school_id", "pupils", "value"],
    )
    rows = rows.assign(
        school_year="2024-25", status="exact", units=40.0, possible=1000.0, peers=0, peer_median=0.0
    )
    found = tables(replace(sample_city().benchmark, kinds={"illness": rows}))["kind"]
    assert found["status"].tolist() == ["at_most", "at_most", "at_most", "exact", "too_small"]
    assert found["value"].tolist()[:4] == [0.005, 0.001, 0.001, 0.05]
    assert np.isnan(found["value"].iloc[4])


@pytest.mark.parametrize(
    ("up", "before", "now", "word"),
    [
        (True, 0.02, 0.021, "rose"),
        (True, 0.02, 0.02, "stayed_as_others_fell"),
        (True, 0.02, 0.019, "stayed_as_others_fell"),
        (False, 0.02, 0.019, "fell"),
        (False, 0.02, 0.02, "stayed_as_others_rose"),
        (False, 0.02, 0.021, "stayed_as_others_rose"),
    ],
)
def test_the_word_for_a_change_fits_the_figures_beside_it(
    up: bool, before: float, now: float, word: str
) -> None:
    assert direction(up, before, now) == word


def test_published_changes_are_worded_as_they_look() -> None:
    changes = sample_city().tables["change"]
    changes = changes[changes["reason"] == ""]
    rose, fell = changes[changes["direction"] == "rose"], changes[changes["direction"] == "fell"]
    assert len(rose) > 10
    assert len(fell) > 10
    assert (rose["now"] > rose["before"]).all()
    assert (fell["now"] < fell["before"]).all()
    assert (changes.loc[changes["certainty"] == "clear", "direction"] != "similar").all()


MARYLAND = {
    "Academic Year": "2024",
    "LSS Number": "01",
    "LSS Name": "Somewhere",
    "School Type": "Elementary",
    "Attend Rate Pct": "92.0",
    "Days Attended Cnt": "49680",
    "Days Member Cnt": "54000",
    "Fewer 5 Pct": "30.0",
    "Fewer 5 Cnt": "90",
    "More 20 Pct": "18.0",
    "More 20 Cnt": "54",
    "More 90 Member Cnt": "300",
    "Create Date": "20240901",
}
BOUND = {
    "Attend Rate Pct": ">= 95.0",
    "Days Attended Cnt": "*",
    "More 20 Pct": "<= 5.0",
    "More 20 Cnt": "*",
}
SUPPRESSED = {name: "*" for name in MARYLAND if name.endswith((" Pct", " Cnt"))}
ELEMENTARY, MIDDLE = 20, 19


def maryland(rows: list[dict[str, str]], folder: Path) -> City:
    """Return a city in the Maryland layout; rows are what each school has of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "attendance.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*MARYLAND, "School Number", "School Name"])
        writer.writeheader()
        for number, own in enumerate(rows, start=1):
            names = {"School Number": f"{number:04d}", "School Name": f"School {number}"}
            writer.writerow({**MARYLAND, **names, **own})
    indicators = {key: load_indicators()[key] for key in ("A1", "B13")}
    return compute(folder / "store", "maryland", [path], indicators)


@pytest.fixture(scope="module")
def bounded(tmp_path_factory: pytest.TempPathFactory) -> City:
    """Return 20 elementary and 19 middle schools, then the odd ones (see below)."""
    exact = [{"Days Attended Cnt": str(49000 + 20 * number)} for number in range(ELEMENTARY + MIDDLE)]
    middle = [{**own, "School Type": "Middle"} for own in exact[ELEMENTARY:]]
    small = {"More 90 Member Cnt": "15", "Days Member Cnt": "2700", "Fewer 5 Cnt": "5"}
    # A bound, a bound on few pupils, a small school, a suppressed one.
    special = [
        BOUND,
        {**BOUND, **small},
        {**small, "Days Attended Cnt": "2500", "More 20 Cnt": "3"},
        SUPPRESSED,
    ]
    return maryland([*exact[:ELEMENTARY], *middle, *special], tmp_path_factory.mktemp("maryland"))


def figure_of(city: City, number: int, key: str) -> dict[str, object]:
    """Return the published figure of the school written as the `number`th after the exact ones."""
    table = city.tables["figure"]
    school = f"01-{ELEMENTARY + MIDDLE + number:04d}-elementary"
    [row] = table[(table["school_id"] == school) & (table["indicator"] == key)].to_dict("records")
    return row


@pytest.mark.parametrize("key", ["A1", "B13"])
def test_a_bound_stays_a_bound(bounded: City, key: str) -> None:
    row = figure_of(bounded, 1, key)
    assert (row["status"], row["value"]) == ("at_most", 0.05)
    assert np.isnan(row["low"])
    assert np.isnan(row["high"])
    assert row["verdict"] == "unknown"


@pytest.mark.parametrize("key", ["A1", "B13"])
@pytest.mark.parametrize("number", [2, 3])
def test_a_small_school_is_withheld_bound_or_not(bounded: City, number: int, key: str) -> None:
    row = figure_of(bounded, number, key)
    assert row["status"] == "too_small"
    assert np.isnan(row["value"])


def test_a_suppressed_school_is_missing(bounded: City) -> None:
    assert figure_of(bounded, 4, "B13")["status"] == "missing"


def test_bounds_and_missing_values_are_not_pooled(bounded: City) -> None:
    rows = bounded.tables["city_figure"].set_index("indicator")
    # The small school counts in the whole, where nobody can see it.
    assert rows["schools"].to_dict() == {"A1": ELEMENTARY + MIDDLE + 1, "B13": ELEMENTARY + MIDDLE + 1}


def test_deciles_only_of_twenty_schools_of_a_type(bounded: City) -> None:
    assert SCHOOLS_FOR_DECILES == 20
    spread = bounded.tables["spread"]
    assert set(spread["school_type"]) == {"elementary"}
    assert set(spread["decile"]) == set(range(10, 100, 10))


def test_a_city_of_bounds_can_be_published(tmp_path: Path) -> None:
    """Nothing is exact, so nothing is pooled: the tables are empty and the mirrors say at most."""
    city = maryland([BOUND] * 3, tmp_path)
    assert city.tables["city_figure"].empty
    assert city.tables["spread"].empty
    assert city.snapshot.rows("city_figure") == []
    view = mirror_view(city.snapshot, Viewer(Role.ADVISER), "01-0001-elementary", "2023-24")
    assert [comparison.own.status.value for comparison in view.comparisons] == ["at_most", "at_most"]


COLUMNS = {
    "meta": {"published_at", "jurisdiction", "city", "synthetic"},
    "figure": {
        *("school_id", "school_year", "status", "indicator", "value", "low", "high", "decimals", "expected"),
        *("peers", "peer_median", "peer_low", "peer_high", "verdict"),
    },
    "kind": {"school_id", "school_year", "category", "status", "value", "peer_median"},
    "band": {"school_id", "school_year", "category", "scale", "at_least", "below", "own", "peers"},
    "peer_feature": {"school_id", "school_year", "feature", "own", "status", "low", "high", "weight"},
    "match": {"school_id", "school_year", "quality", "peers", "close", "reason"},
    "spread": {"indicator", "school_year", "school_type", "schools", "decile", "value"},
    "profile": {
        *("school_id", "school_year", "profile", "item", "category"),
        *("value", "index", "status", "peer_index"),
    },
    "group": {
        *("school_id", "school_year", "breakdown", "member", "indicator", "pupils"),
        *("value", "low", "high", "status", "peer_median"),
    },
    "gap": {"school_id", "school_year", "breakdown", "member", "ratio", "low", "high", "status"},
    "decomposition": {
        *("school_id", "school_year", "breakdown", "indicator"),
        *("difference", "composition", "rate", "status"),
    },
    "step": {
        *("school_id", "school_year", "threshold", "step", "pupils", "share", "status"),
        *("days", "peer_share", "peer_days", "years", "pooled"),
    },
    "pooled": {"school_id", "school_year", "indicator", "value", "low", "high", "status", "years"},
    "city_group": {"school_year", "breakdown", "member", "indicator", "value", "schools"},
    "city_step": {"school_year", "threshold", "step", "share", "schools"},
    "trend_word": {"school_id", "school_year", "indicator", "word"},
    "driver": {"school_id", "school_year", "part", "item", "points"},
}
FORBIDDEN = re.compile(
    r"rank|score|(?<!com)position|(^|_)(min|max|minimum|maximum|lowest|highest|worst|best)(_|$)"
)


@pytest.mark.parametrize("table", COLUMNS)
def test_a_table_holds_what_was_agreed_and_no_more(table: str) -> None:
    """A new column is a new disclosure: think first, then add it here."""
    assert set(sample_city().tables[table].columns) == COLUMNS[table]


def test_no_table_holds_a_rank_a_score_or_an_end_of_the_range() -> None:
    names = {(table, column) for table, frame in sample_city().tables.items() for column in frame.columns}
    assert {name for name in names if FORBIDDEN.search(name[1])} == set()
    assert FORBIDDEN.search("peer_max")


def test_lists_are_stored_in_the_order_of_identifiers() -> None:
    """The order of rows is no order of change."""
    listed = sample_city().tables["listed"]
    groups = listed.groupby(["indicator", "school_year", "list", "certainty"])["school_id"]
    assert len(groups) > 20
    for _, schools in groups:
        assert list(schools) == sorted(schools)


def test_the_middle_half_of_peers_is_neither_end() -> None:
    """Ten values 30 % apart: the quartiles lie strictly inside, also after rounding."""
    matrix = one_type(41)
    groups = peer_groups(matrix, np.ones(1), np.ones(41, dtype=bool))
    assert set(groups.size()) == {10}
    frame = peer_features(groups)
    sizes = np.exp(matrix.values[:, 0])
    for school, low, high in frame[["school_id", "low", "high"]].itertuples(index=False):
        of_peers = sizes[groups.peers[matrix.school_ids.index(school)][:10]]
        assert of_peers.min() < low < high < of_peers.max()


def one_type(schools: int) -> FeatureMatrix:
    """Return schools of one type that differ in size only, each 30 % larger than the one before."""
    sizes = 60 * 1.3 ** np.arange(schools)
    kinds = np.array(["primary"] * schools)
    names = tuple(f"S{number:02d}" for number in range(schools))
    return FeatureMatrix(names, "2024-25", kinds, sizes, ("size",), np.log(sizes)[:, None])


def test_a_mirror_names_no_other_school() -> None:
    city = sample_city()
    for school in ("S0001", "S0054", "S0103"):
        words = str(asdict(mirror_view(city.snapshot, Viewer(Role.ADVISER), school, "2025-26")))
        assert set(re.findall(r"S\d{4}", words)) == {school}


def test_types_of_unequal_size_keep_their_features_apart() -> None:
    """A group of ten beside groups of fifteen: the five empty places are nobody's features."""
    kinds = np.array(["primary"] * 60 + ["secondary"] * 40)
    sizes = np.concatenate([np.linspace(500, 900, 60), np.linspace(100, 140, 40)])
    names = tuple(f"S{number:03d}" for number in range(100))
    matrix = FeatureMatrix(names, "2024-25", kinds, sizes, ("size",), np.log(sizes)[:, None])
    groups = peer_groups(matrix, np.ones(1), np.ones(100, dtype=bool))
    frame = peer_features(groups).set_index("school_id")
    assert set(groups.size()) == {10, 15}
    assert frame.loc[list(names[60:]), "high"].max() <= 140
    assert frame.loc[list(names[:60]), "low"].min() >= 500
