"""Results within schools by hand: trends, composition, years together, follow-up, and what may be told."""

import numpy as np
import pandas as pd
import pytest

from mirrors.benchmark.composition import kitagawa
from mirrors.benchmark.counted import threshold_units
from mirrors.benchmark.fewest import fewest_pupils
from mirrors.benchmark.group import gaps
from mirrors.benchmark.pooling import comparable_years, pool, too_small, with_doubt
from mirrors.benchmark.trend import words_of
from mirrors.definitions import HALVES, load_indicators, load_jurisdiction
from mirrors.disclosure.complement import hidden_together
from mirrors.disclosure.groups import decomposition, gap, group
from mirrors.disclosure.over_years import driver, pooled
from mirrors.disclosure.own import decimals, own_figures
from mirrors.disclosure.patterns import profile
from mirrors.disclosure.responses import step

FLANDERS = load_jurisdiction("flanders")
INDICATORS = load_indicators()
CELL = {"school_id": "S1", "school_year": "2024-25"}
QUIET = pd.DataFrame([{**CELL, "alarms": "", "rejected": ""}])
REJECTED = QUIET.assign(rejected="roll_change")


# Trends


def word(*value: float, error: float = 0.002) -> str:
    """Return the word for one row of years."""
    row = np.array([value])
    return str(words_of(row, np.full(row.shape, error), np.arange(row.shape[1], dtype=float))[0])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ((0.050, 0.054, 0.059, 0.063, 0.068), "rising"),
        ((0.068, 0.063, 0.059, 0.054, 0.050), "falling"),
        ((0.050, 0.052, 0.049, 0.051, 0.050), "no_change"),
        ((0.050, 0.054, 0.059, 0.063), "too_early"),
        # Clear by chi-squared, yet without the last year nothing is left of it.
        ((0.050, 0.050, 0.050, 0.050, 0.090), "no_change"),
    ],
)
def test_words_for_trends(value: tuple[float, ...], expected: str) -> None:
    assert word(*value) == expected


def test_a_trend_within_chance_is_no_trend() -> None:
    rising = (0.050, 0.054, 0.059, 0.063, 0.068)
    assert word(*rising, error=0.004) == "rising"
    assert word(*rising, error=0.005) == "no_change"


def test_the_last_five_points_count_and_a_gap_is_no_point() -> None:
    assert word(0.2, 0.050, 0.054, 0.059, 0.063, 0.068) == "rising"
    assert word(0.046, 0.050, np.nan, 0.059, 0.063, 0.068) == "rising"
    assert word(np.nan, 0.050, np.nan, 0.059, 0.063, 0.068) == "too_early"


# Composition


def test_more_pupils_in_a_grade_with_much_absence_is_composition() -> None:
    rate = np.array([0.02, 0.06])
    parts = kitagawa(rate, np.array([0.25, 0.75]), rate, np.array([0.5, 0.5]))
    assert [float(part) for part in parts] == pytest.approx([0.01, 0.01, 0.0])


def test_more_absence_in_every_grade_is_rate() -> None:
    share = np.array([0.5, 0.5])
    parts = kitagawa(np.array([0.03, 0.07]), share, np.array([0.02, 0.06]), share)
    assert [float(part) for part in parts] == pytest.approx([0.01, 0.0, 0.01])


def test_the_parts_add_up_to_the_difference() -> None:
    chance = np.random.default_rng(1)
    rates, shares = chance.uniform(0, 0.2, (2, 50, 4)), chance.dirichlet(np.ones(4), (2, 50))
    difference, composition, rate = kitagawa(rates[0], shares[0], rates[1], shares[1])
    overall = (rates * shares).sum(axis=2)
    assert difference == pytest.approx(overall[0] - overall[1])
    assert composition + rate == pytest.approx(difference)


def test_a_group_that_only_one_side_has_is_composition() -> None:
    parts = kitagawa(
        np.array([0.02, 0.06]), np.array([0.5, 0.5]), np.array([0.02, np.nan]), np.array([1.0, 0.0])
    )
    assert [float(part) for part in parts] == pytest.approx([0.02, 0.02, 0.0])


# Members that are hidden together


@pytest.mark.parametrize(
    ("sizes", "first", "gone"),
    [
        ((30, 40, 50), (), ()),
        ((12, 40, 50), (0,), (0, 1)),
        ((12, 13, 50), (0, 1), (0, 1)),
        # Two groups of eight are still fewer than twenty together.
        ((8, 8, 30, 50), (0, 1), (0, 1, 2)),
        ((8, 8, 3, 50), (0, 1, 2), (0, 1, 2, 3)),
        # The one that is hidden need not be the smallest.
        ((40, 30, 50), (2,), (1, 2)),
        ((12,), (0,), (0,)),
    ],
)
def test_nobody_is_hidden_alone(
    sizes: tuple[int, ...], first: tuple[int, ...], gone: tuple[int, ...]
) -> None:
    rows = pd.DataFrame({"whole": "W", "size": [float(size) for size in sizes]})
    hidden = np.isin(np.arange(len(sizes)), first)
    found = hidden_together(rows, ["whole"], hidden, "size", 20)
    assert tuple(np.flatnonzero(found)) == gone


def test_what_is_hidden_in_one_whole_hides_nothing_in_another() -> None:
    rows = pd.DataFrame({"whole": ["A", "B", "A", "B"], "size": [10.0, 30.0, 30.0, 40.0]})
    found = hidden_together(rows, ["whole"], np.array([True, False, False, False]), "size", 20)
    assert found.tolist() == [True, False, True, False]


# Years together


def years_of(**pupils: float) -> pd.DataFrame:
    """Return shares of pupils of one school, a fifth of them, by year."""
    rows = [
        {"school_id": "S1", "school_year": year.replace("y", "20").replace("_", "-"), "pupils": many}
        for year, many in pupils.items()
    ]
    frame = pd.DataFrame(rows).assign(status="exact")
    return frame.assign(denominator=frame["pupils"], numerator=frame["pupils"] / 5, value=0.2)


def together(observed: pd.DataFrame) -> list[tuple[str, float, float]]:
    """Return year, pupils and value of the years of B2 that are told together."""
    small = too_small(INDICATORS["B2"], observed)
    rows = pool(small, comparable_years(observed["school_year"], (), FLANDERS))
    return list(rows[["years", "pupils", "value"]].itertuples(index=False, name=None))


def test_small_years_are_told_together_once_they_have_pupils_enough() -> None:
    found = together(years_of(y21_22=5, y22_23=5, y23_24=10))
    assert found == [("2021-22,2022-23,2023-24", 20.0, pytest.approx(0.2))]
    found = together(years_of(y21_22=15, y22_23=15))
    assert found == [("2021-22,2022-23", 30.0, pytest.approx(0.2))]


def test_years_told_together_never_overlap_and_a_year_that_waits_tells_the_last_ones() -> None:
    found = together(years_of(y21_22=15, y22_23=15, y23_24=10, y24_25=15, y25_26=15))
    first, second = ("2021-22,2022-23", 30.0), ("2023-24,2024-25", 25.0)
    assert [row[:2] for row in found] == [first, first, second, second]


def test_later_years_change_no_window_that_was_told() -> None:
    pupils = {"y21_22": 12, "y22_23": 6, "y23_24": 1, "y24_25": 19, "y25_26": 4}
    whole = together(years_of(**pupils))
    for until in range(1, len(pupils)):
        found = together(years_of(**dict(list(pupils.items())[:until])))
        assert found == whole[: len(found)]


def test_three_years_that_are_too_few_even_together_are_closed_and_say_so() -> None:
    observed = years_of(y21_22=3, y22_23=4, y23_24=5, y24_25=15, y25_26=15)
    found = together(observed)
    assert [row[0] for row in found] == ["2021-22,2022-23,2023-24"] * 2 + ["2024-25,2025-26"]
    small = too_small(INDICATORS["B2"], observed)
    rows = pool(small, comparable_years(small["school_year"], (), FLANDERS))
    told = pooled(with_doubt(INDICATORS["B2"], rows, 1.0), INDICATORS)
    assert told["status"].tolist()[:2] == ["too_small"] * 2


@pytest.mark.parametrize(
    "years",
    [
        {"y24_25": 15},
        {"y23_24": 5, "y24_25": 5},
        {"y22_23": 15, "y23_24": 20, "y24_25": 15},
        {"y22_23": 15, "y24_25": 15},
        # Years without school are no years to add.
        {"y20_21": 15, "y21_22": 15},
    ],
)
def test_too_few_years_or_one_with_a_figure_of_its_own_are_not_added(years: dict[str, float]) -> None:
    assert together(years_of(**years)) == []


def test_years_together_have_the_interval_of_their_sum() -> None:
    small = too_small(INDICATORS["B2"], years_of(y22_23=10, y23_24=9, y24_25=19))
    rows = pool(small, comparable_years(small["school_year"], (), FLANDERS))
    [row] = with_doubt(INDICATORS["B2"], rows, 1.0).to_dict("records")
    assert (row["low"], row["high"]) == (pytest.approx(0.103, abs=1e-3), pytest.approx(0.352, abs=1e-3))
    [told] = pooled(pd.DataFrame([row]), INDICATORS).to_dict("records")
    assert (told["status"], told["value"], told["low"], told["high"]) == ("exact", 0.25, 0.14, 0.41)


def test_comparable_years_end_at_breaks_gaps_and_new_ways_of_counting() -> None:
    years = ["2018-19", "2019-20", "2021-22", "2022-23", "2023-24", "2025-26"]
    runs = comparable_years(years, ["2023-24"], FLANDERS)
    assert runs == {
        "2018-19": ("2018-19",),
        "2019-20": (),
        "2021-22": ("2021-22",),
        "2022-23": ("2021-22", "2022-23"),
        "2023-24": ("2023-24",),
        "2025-26": ("2025-26",),
    }


# What providers count


def test_places_among_the_thresholds() -> None:
    assert [threshold_units(FLANDERS, place) for place in ("first", "city", "last")] == [5, 10, 30]


def test_every_kind_has_its_fewest_pupils() -> None:
    found = {key: fewest_pupils(INDICATORS[key]) for key in ("A1", "D1", "F1", "F2", "F4", "F16")}
    assert found == {"A1": 20, "D1": 40, "F1": 20, "F2": 20, "F4": 10, "F16": 10}


def told(
    key: str, numerator: float, denominator: float, value: float, pupils: float = 800
) -> tuple[object, ...]:
    """Return status and value of one figure as it may be shown."""
    row = {"numerator": numerator, "denominator": denominator, "pupils": pupils, "value": value}
    rows = pd.DataFrame([{**row, "low": np.nan, "high": np.nan, "status": "exact"}])
    [shown] = own_figures(INDICATORS[key], rows, fewest_pupils(INDICATORS[key])).to_dict("records")
    return shown["status"], shown["value"]


@pytest.mark.parametrize(
    ("key", "counts", "shown"),
    [
        # Two excluded pupils are two children, whoever else there is.
        ("G6", (2, 800, 2.5), ("at_most", 6.0)),
        ("G6", (0, 800, 0.0), ("at_most", 6.0)),
        ("G6", (6, 800, 7.5), ("exact", 6.0)),
        ("G4I", (3, 150, 2.0), ("at_most", 3.0)),
        ("D2", (0.7641, 1, 0.7641), ("exact", 0.76)),
        ("D1", (260, 600, 0.4333), ("exact", 0.435)),
        ("A8", (1, 900, 0.0011), ("at_most", 0.005)),
        ("E1", (2089, 121843, 1.7145), ("exact", 1.7)),
        ("C4", (0.01, 0.008, 131.4), ("exact", 131.0)),
        ("F4", (np.nan, np.nan, 6.3), ("exact", 6.5)),
    ],
)
def test_steps_and_bounds_by_kind(key: str, counts: tuple[float, ...], shown: tuple[object, ...]) -> None:
    assert told(key, *counts) == shown


@pytest.mark.parametrize(("key", "few"), [("F2", 19), ("F4", 9), ("D1", 39), ("E1", 19), ("G6", 19)])
def test_on_fewer_pupils_nothing_is_told(key: str, few: float) -> None:
    status, value = told(key, 9, few, 0.5, pupils=few)
    assert status == "too_small"
    assert np.isnan(value)


def test_decimals_fit_the_steps() -> None:
    keys = ("A1", "B2", "A5", "F2", "D1", "D2", "E1", "F4", "G6", "C4")
    found = {key: float(decimals(INDICATORS[key], np.array(200.0))) for key in keys}
    halves = {"D1": HALVES, "F4": HALVES}
    assert found == {"A1": 1, "B2": 0, "A5": 0, "F2": 0, "D2": 2, "E1": 1, "G6": 0, "C4": 0, **halves}
    assert decimals(INDICATORS["A1"], np.array([197.0, 198.0])).tolist() == [HALVES, 1]


# What may be told within a school


def months(*units: float) -> pd.DataFrame:
    """Return a profile by month of 10,000 possible half-days a month, as the benchmark hands it over."""
    rows = pd.DataFrame(
        [{**CELL, "profile": "month", "item": str(n), "units": u} for n, u in enumerate(units, 1)]
    )
    total = sum(units)
    return rows.assign(
        category="unauthorised",
        possible=10_000.0,
        total=total,
        pupils=400.0,
        contributors=60.0,
        value=rows["units"] / 10_000,
        index=100 * rows["units"] * len(units) / total,
        peers=15,
        peer_median=97.4,
    )


def test_one_small_month_hides_the_next_smallest() -> None:
    """The indices average 100: that of a single hidden month could be worked out."""
    found = profile(months(12, 47, 80, 40), QUIET)
    assert found["status"].tolist() == ["too_small", "exact", "exact", "too_small"]
    assert found["index"].tolist()[1:3] == [105.0, 179.0]
    assert found["value"].tolist()[1:3] == [0.005, 0.008]
    assert found["peer_index"].tolist() == [97.0] * 4


@pytest.mark.parametrize(("contributors", "pupils"), [(9.0, 400.0), (60.0, 19.0)])
def test_a_profile_of_few_pupils_is_not_told(contributors: float, pupils: float) -> None:
    found = profile(months(45, 80, 40).assign(contributors=contributors, pupils=pupils), QUIET)
    assert set(found["status"]) == {"too_small"}
    assert found[["value", "index"]].isna().all(axis=None)


def test_peers_of_a_profile_take_five() -> None:
    assert profile(months(45, 80, 40).assign(peers=4), QUIET)["peer_index"].isna().all()


def groups_of(*pupils: float, numerator: float = 30.0, key: str = "B2") -> pd.DataFrame:
    """Return groups by grade, as the benchmark hands them over."""
    rows = [
        {**CELL, "breakdown": "grade", "member": f"P{n}", "pupils": many, "denominator": many}
        for n, many in enumerate(pupils, start=1)
    ]
    frame = pd.DataFrame(rows).assign(indicator=key, numerator=numerator, status="exact")
    value = frame["numerator"] / frame["denominator"]
    return frame.assign(value=value, low=value / 2, high=value, peers=15, peer_median=0.1)


def test_a_small_group_hides_another_one() -> None:
    found = group(INDICATORS["B2"], groups_of(14, 60, 70, 80, numerator=10), QUIET)
    assert found["status"].tolist() == ["too_small", "too_small", "exact", "exact"]
    assert found["pupils"].isna().tolist() == [True, True, False, False]
    assert found.loc[:1, ["value", "low", "high"]].isna().all(axis=None)


def test_a_single_bound_hides_another_one() -> None:
    rows = groups_of(60, 70, 80).assign(numerator=[3.0, 30.0, 30.0])
    assert group(INDICATORS["B2"], rows, QUIET)["status"].tolist() == ["at_most", "too_small", "exact"]
    rows = rows.assign(numerator=[3.0, 2.0, 30.0])
    assert group(INDICATORS["B2"], rows, QUIET)["status"].tolist() == ["at_most", "at_most", "exact"]


def test_counts_of_groups_are_told_to_the_nearest_five() -> None:
    found = group(INDICATORS["B2"], groups_of(61, 63, 78), QUIET)
    assert found["pupils"].tolist() == [60.0, 65.0, 80.0]


def test_a_gap_is_told_beside_a_group_that_is_told() -> None:
    rows = groups_of(40, 80, numerator=8, key="A2")
    found = gaps(rows, variance=0.5)
    assert found["ratio"].tolist() == pytest.approx([2.0, 0.5])
    half = 1.959964 * np.sqrt(0.5 * (0.8**2 / 40 + 0.9**2 / 80))
    assert found["low"].iloc[0] == pytest.approx(2 * np.exp(-half))
    shown = pd.DataFrame({"member": ["P1", "P2"], "status": ["exact", "too_small"], "value": [0.2, np.nan]})
    shown = shown.assign(**CELL, breakdown="grade")
    rounded = gap(found, shown)
    assert rounded["status"].tolist() == ["exact", "too_small"]
    assert rounded["ratio"].iloc[0] == 2.0
    assert np.isnan(rounded["ratio"].iloc[1])


@pytest.mark.parametrize(
    ("absent", "rest", "status"),
    [
        # 0.74 and 0.26 per cent: both are shown as half a per cent.
        (7.4, 2.6, "alike"),
        (7.6, 2.6, "exact"),
        (2.6, 7.6, "exact"),
    ],
)
def test_a_gap_never_contradicts_the_figures_that_are_shown(absent: float, rest: float, status: str) -> None:
    rows = groups_of(100, 100, key="A2").assign(numerator=[absent, rest], denominator=1000.0)
    rows["value"] = rows["numerator"] / rows["denominator"]
    shown = group(INDICATORS["A2"], rows, QUIET)
    first = gap(gaps(rows, variance=0.5), shown).iloc[0]
    assert first["status"] == status
    assert np.isnan(first["ratio"]) == (status == "alike")
    assert (shown["value"].iloc[0] != shown["value"].iloc[1]) == (status == "exact")


def test_as_shown_the_parts_of_a_difference_add_up() -> None:
    row = {**CELL, "breakdown": "grade", "indicator": "A2", "pupils": 400.0, "peers": 15}
    parts = {"difference": 0.0346, "composition": 0.0148, "rate": 0.0198}
    [told] = decomposition(pd.DataFrame([{**row, **parts}]), QUIET).to_dict("records")
    assert (told["difference"], told["composition"], told["rate"]) == (0.03, 0.01, 0.02)
    few = decomposition(pd.DataFrame([{**row, **parts, "peers": 9}]), QUIET)
    assert few["status"].tolist() == ["too_small"]
    assert few[["difference", "composition", "rate"]].isna().all(axis=None)


def steps_of(at: float, *pupils: float) -> pd.DataFrame:
    """Return the steps after a threshold, as the benchmark hands them over."""
    names = ("notified", "contact", "plan", "returned")[: len(pupils)]
    rows = pd.DataFrame([{**CELL, "threshold": 5, "step": "threshold", "pupils": at}])
    more = [
        {**CELL, "threshold": 5, "step": name, "pupils": many}
        for name, many in zip(names, pupils, strict=True)
    ]
    frame = pd.concat([rows, pd.DataFrame(more)], ignore_index=True).assign(
        at_threshold=at, years=1, pooled=""
    )
    beside = {"days": 6.2, "peers": 15, "peer_share": 0.612, "peers_days": 4, "peer_days": 5.3}
    return frame.assign(share=frame["pupils"] / at, **beside)


def test_steps_are_told_as_bounds_where_few_are_on_one_side() -> None:
    found = step(steps_of(44, 42, 30, 3), QUIET)
    assert found["status"].tolist() == ["exact", "at_least", "exact", "at_most"]
    assert found["share"].tolist() == [1.0, 0.9, 0.67, 0.1]
    assert found["pupils"].tolist()[:3] == [45.0, 40.0, 30.0]
    assert np.isnan(found["pupils"].iloc[3])
    assert found["peer_share"].tolist()[1:] == [0.61, 0.61, 0.61]
    assert np.isnan(found["peer_share"].iloc[0])
    assert found["peer_days"].isna().all()


def test_under_twenty_pupils_at_a_threshold_there_is_no_share() -> None:
    found = step(steps_of(19, 12), QUIET)
    assert found["status"].tolist() == ["too_small", "too_small"]
    assert found[["share", "pupils"]].isna().all(axis=None)


def test_of_figures_found_wrong_nothing_is_told() -> None:
    tables = {
        "profile": (profile(months(45, 80, 40), REJECTED), ["value", "index"]),
        "group": (group(INDICATORS["B2"], groups_of(60, 70), REJECTED), ["value", "low", "high", "pupils"]),
        "step": (step(steps_of(44, 42), REJECTED), ["share", "pupils", "days"]),
    }
    for name, (table, columns) in tables.items():
        assert set(table["status"]) == {"rejected"}, name
        assert table[columns].isna().all(axis=None), name


def test_a_grade_that_is_not_told_takes_another_one_out_of_what_moved() -> None:
    rows = pd.DataFrame([{**CELL, "part": "grade", "item": f"P{n}"} for n in (1, 2, 3)])
    rows = rows.assign(points=[0.0012, -0.0031, 0.0004], units=500.0, pupils=[18.0, 40.0, 60.0])
    shown = pd.DataFrame([{**CELL, "breakdown": "grade", "member": f"P{n}"} for n in (1, 2, 3)])
    told = driver(rows, shown.assign(status=["too_small", "exact", "exact"]))
    assert told["item"].tolist() == ["P3"]
    before = shown.assign(status="exact")
    small_before = pd.concat(
        [before, before[:1].assign(school_year="2022-23", status="too_small")], ignore_index=True
    )
    assert driver(rows, small_before)["item"].tolist() == ["P3"]
    assert driver(rows, before)["points"].tolist() == [0.001, -0.003, 0.0]
