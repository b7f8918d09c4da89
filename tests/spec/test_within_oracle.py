"""What is found within schools and what providers counted: product against a slow second reading.

Every figure is made once more from the sample files, with dictionaries and loops.
"""

import csv
import math
from collections import defaultdict
from functools import cache

import pyarrow.parquet as pq
import pytest

from mirrors.definitions import load_indicators
from tests.spec import oracle
from tests.spec.cities import SAMPLE, City
from tests.spec.oracle import CATEGORY, Cell, Files, median
from tests.spec.test_indicators_oracle import is_rounded, is_rounded_outward

MEASURED = {
    **{"A8": "unknown_code", "B8": "month_absentee", "B10": "severe_again", "B11": "sick_notes"},
    **{
        "C5L": "long_spell",
        "C5S": "single_half_day",
        "C7": "september",
        "C7D": "first_absence",
        "C9": "disruption_days",
    },
    **{"D1": "top_5", "D2": "gini", "E2F": "late_5", "E2T": "late_10", "E3L": "late_long"},
    **{"E3M": "late_minutes", "E4": "late_unexcused", "E6": "late_then_absent", "F1": "registered"},
    **{"F3": "timely_referral", "F6": "followed_in_time", "F7": "parents_contacted"},
    **{"F9": "early_referral", "F10": "overdue", "F11": "unreferred_severe", "F12": "returned_lasting"},
    **{"F13": "relapse", "F14": "repeater", "F15O": "time_out_back", "F15U": "time_out"},
    **{"G2": "delayed", "G3A": "attest_a", "G3B": "attest_b", "G3C": "attest_c", "G4I": "moved_in"},
    **{"G4O": "moved_out", "G5D": "to_lower_finality", "G5U": "to_higher_finality", "G6": "excluded"},
    **{"A7": "lesson_hours", "B9": "rolling_absentee", "G9": "first_weeks"},
    **{"G8": "unknown_destination", "F16": "helpdesk_in_time", "F16N": "helpdesk_requests"},
}
INDEXED = {
    **{"C4": ("edge", "off_edge"), "C8": ("exam", "off_exam")},
    **{name: (lesson, "other_lessons") for name, lesson in (("C6F", "first_lesson"), ("C6L", "last_lesson"))},
}
STEPPED = {"F2": (5, "notified"), "F8C": (10, "plan"), "F8L": (30, "plan")}
DAYS = {"F4": (5, "notified"), "F5": (5, "contact")}
OUTCOMES = {"G1": "repeated", "G7": "left_without_qualification"}
EVENTS = {"E1": "late", "E5": "early_departure"}
AMOUNTS = {"F15U": 100, "G4I": 100, "G4O": 100, "G6": 1000, "D2": 1, "E3M": 1, "C7D": 1, "F16N": 100}
STEP_OF_AMOUNT = {
    "F15U": 1,
    "G4I": 1,
    "G4O": 1,
    "G6": 1,
    "D2": 0.01,
    "E3M": 1,
    "C4": 1,
    "C8": 1,
    "C6F": 1,
    "C6L": 1,
    "C7D": 1,
    "F16N": 1,
}
LEAST_UNITS = {"A8": 20, "C5L": 30, "C5S": 30, "D1": 50}
OF_AMOUNT = {"A7", "G9", "A8", "B8", "C5L", "C5S", "C9", "D1", "E3L", "E4", "F1", "F16"}
COUNTED = [*MEASURED, *INDEXED, *STEPPED, *DAYS, *OUTCOMES, *EVENTS]
YEARS = ("2020-21", "2021-22", "2022-23", "2023-24", "2024-25", "2025-26")

Known = tuple[float, float, float, float]
"""Value, pupils, numerator and denominator of one figure."""


def rows_of(name: str) -> list[dict[str, str]]:
    with (SAMPLE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def measures() -> dict[tuple[str, Cell], tuple[float, float, float]]:
    """Return numerator, denominator and pupils of every measure, groups added up."""
    found: dict[tuple[str, Cell], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for row in pq.read_table(SAMPLE / "measure.parquet").to_pylist():
        cell = found[row["measure"], (row["school_id"], row["school_year"])]
        for place, name in enumerate(("numerator", "denominator", "pupils")):
            cell[place] += row[name]
    return {key: (value[0], value[1], value[2]) for key, value in found.items()}


@cache
def follow_up() -> dict[tuple[str, str, int], dict[str, tuple[int, float | None]]]:
    """Return pupils and days of every step, by school, year and threshold."""
    found: dict[tuple[str, str, int], dict[str, tuple[int, float | None]]] = defaultdict(dict)
    for row in rows_of("follow_up.csv"):
        days = float(row["median_days"]) if row["median_days"] else None
        key = (row["school_id"], row["school_year"], int(row["threshold"]))
        found[key][row["step"]] = (int(row["pupils"]), days)
    return found


def expected_of(key: str, files: Files) -> dict[Cell, Known]:
    """Return every figure of one indicator that can be formed."""
    sizes, units = oracle.possible_and_pupils(files), oracle.units_by_category(files)
    of_pupils = load_indicators()[key].kind == "share_of_pupils"
    found: dict[Cell, Known] = {}
    for (name, cell), (numerator, denominator, pupils) in measures().items():
        if name == MEASURED.get(key) and denominator > 0:
            rests = denominator if of_pupils else pupils
            if key in LEAST_UNITS and denominator < LEAST_UNITS[key]:
                rests = 0.0
            if key == "D2" and units[cell].get("unauthorised", 0) < 50:
                rests = 0.0
            value = AMOUNTS.get(key, 1) * numerator / denominator
            found[cell] = (value, rests, numerator, denominator)
    if key in INDEXED:
        for (name, cell), (absent, possible, pupils) in measures().items():
            if name == INDEXED[key][0]:
                others, elsewhere, _ = measures()[INDEXED[key][1], cell]
                enough = absent + others >= 30 and min(absent, others) >= 5
                if others:
                    value = 100 * (absent / possible) / (others / elsewhere)
                    found[cell] = (value, pupils if enough else 0.0, math.nan, math.nan)
    for (school, year, threshold), steps in follow_up().items():
        if (threshold, "plan") == STEPPED.get(key) or (threshold, "notified") == STEPPED.get(key):
            pupils, of = steps[STEPPED[key][1]][0], steps["threshold"][0]
            if of:
                found[school, year] = (pupils / of, of, pupils, of)
        if key in DAYS and threshold == DAYS[key][0]:
            pupils, days = steps[DAYS[key][1]]
            if days is not None:
                found[school, year] = (days, pupils, math.nan, math.nan)
    for row in rows_of("trajectory.csv") if key in OUTCOMES else []:
        if row["outcome"] == OUTCOMES[key] and int(row["base"]):
            pupils, base = int(row["pupils"]), int(row["base"])
            found[row["school_id"], row["school_year"]] = (pupils / base, base, pupils, base)
    for row in rows_of("lateness.csv") if key in EVENTS else []:
        if row["kind"] == EVENTS[key]:
            cell = (row["school_id"], row["school_year"])
            many, days = int(row["events"]), int(row["pupil_days"])
            found[cell] = (100 * many / days, sizes[cell][1], many, days)
    return found


def by_cell(frame: object) -> dict[Cell, dict[str, object]]:
    return {(row["school_id"], row["school_year"]): row for row in frame.to_dict("records")}


def keyed(frame: object, *names: str) -> dict[tuple[str, ...], dict[str, object]]:
    return {tuple(row[name] for name in names): row for row in frame.to_dict("records")}


def test_every_source_of_the_sample_is_looked_at(city: City) -> None:
    old = {*oracle.RATES, "A5", *oracle.QUANTILES, *oracle.AT_LEAST, "B7"}
    assert set(city.benchmark.observed) - old == set(COUNTED)


@pytest.mark.parametrize("key", COUNTED)
def test_every_counted_figure(city: City, files: Files, key: str) -> None:
    mine = expected_of(key, files)
    rows = by_cell(city.benchmark.observed[key])
    assert len(mine) > 100
    assert {cell for cell, row in rows.items() if row["status"] == "exact"} == mine.keys()
    for cell, (value, pupils, *_) in mine.items():
        assert rows[cell]["value"] == pytest.approx(value, rel=1e-12), cell
        assert rows[cell]["pupils"] == pytest.approx(pupils, rel=1e-12), cell


def told_of(key: str, known: Known) -> tuple[str, float, float]:
    """Return status, value (NaN where nothing is told) and step of a counted figure."""
    value, pupils, numerator, denominator = known
    indicator = load_indicators()[key]
    of_pupils = indicator.kind == "share_of_pupils"
    if pupils < max(indicator.minimum_pupils, 20 if of_pupils else 10):
        return "too_small", math.nan, 1.0
    if of_pupils:
        four = oracle.share_of_four(denominator)
        if numerator <= 4:
            return "at_most", four, 0.01
        share = oracle.share_of_shown(numerator, denominator)
        return ("at_least", 1 - four, 0.01) if denominator - numerator <= 4 else ("exact", share, 0.01)
    if key in ("F15U", "F16N", "G4I", "G4O", "G6"):
        if numerator <= 4:
            return "at_most", math.ceil(max(4 * AMOUNTS[key] / (oracle.to_five(denominator) - 2), 1)), 1.0
        return "exact", AMOUNTS[key] * oracle.to_five(numerator) / oracle.to_five(denominator), 1.0
    if key in OF_AMOUNT:
        if value <= 0.0025:
            return "at_most", 0.005, 0.005
        return ("at_least", 0.995, 0.005) if value >= 0.9975 else ("exact", value, 0.005)
    return "exact", value, 0.5 if key in DAYS else 0.1 if key in EVENTS else STEP_OF_AMOUNT[key]


@pytest.mark.parametrize("key", COUNTED)
def test_what_is_published_of_a_counted_figure(city: City, files: Files, key: str) -> None:
    figure = city.tables["figure"]
    rows = by_cell(figure[figure["indicator"] == key])
    for cell, known in expected_of(key, files).items():
        status, value, step = told_of(key, known)
        assert rows[cell]["status"] == status, cell
        if status == "too_small":
            assert math.isnan(rows[cell]["value"]), cell
        else:
            assert is_rounded(rows[cell]["value"], value, step), cell
        assert math.isnan(rows[cell]["expected"]), cell
        if load_indicators()[key].kind != "share_of_pupils":
            assert rows[cell]["verdict"] == "unknown", cell


@pytest.mark.parametrize("key", ["F2", "B10", "G2", "G1"])
def test_shares_of_pupils_have_the_interval_of_wilson(city: City, files: Files, key: str) -> None:
    rows = by_cell(city.benchmark.compared[key])
    for cell, (_, _, numerator, denominator) in expected_of(key, files).items():
        low, high = oracle.wilson(numerator, denominator)
        assert rows[cell]["low"] == pytest.approx(low, abs=1e-9), cell
        assert rows[cell]["high"] == pytest.approx(high, abs=1e-9), cell


@pytest.fixture(scope="module")
def peers(city: City) -> dict[Cell, list[str]]:
    """Return the ids of the peers of every school-year."""
    found: dict[Cell, list[str]] = defaultdict(list)
    for row in city.tables["peer"].to_dict("records"):
        found[row["school_id"], row["school_year"]].append(row["peer_id"])
    return found


@pytest.fixture(scope="module")
def aside(city: City) -> set[Cell]:
    """Return the school-years under an open alarm: they teach nothing."""
    return {cell for cell, row in by_cell(city.tables["registration"]).items() if row["alarms"]}


def of_peers(
    cell: Cell, values: dict[Cell, float], peers: dict[Cell, list[str]], fewest: int = 5
) -> float | None:
    """Return the median of the values of `fewest` peers or more, of which none has most of the pupils."""
    known = [(peer, cell[1]) for peer in peers.get(cell, []) if (peer, cell[1]) in values]
    if len(known) < fewest or oracle.one_has_most([on_roll()[one] for one in known]):
        return None
    return median([values[one] for one in known])


@cache
def on_roll() -> dict[Cell, float]:
    """Return the pupils of every school-year."""
    sizes = oracle.possible_and_pupils(oracle.read_files(SAMPLE))
    return {cell: pupils for cell, (_, pupils) in sizes.items()}


def is_peer_figure(shown: float, exact: float | None, step: float) -> bool:
    return math.isnan(shown) if exact is None else is_rounded(shown, exact, step)


@pytest.mark.parametrize("key", ["C4", "D1", "E1", "F2", "F5", "G6"])
def test_the_median_of_peers_of_a_counted_figure(
    city: City, files: Files, peers: dict[Cell, list[str]], aside: set[Cell], key: str
) -> None:
    mine = expected_of(key, files)
    least = load_indicators()[key].minimum_pupils
    values = {cell: known[0] for cell, known in mine.items() if known[1] >= least and cell not in aside}
    rows = by_cell(city.benchmark.compared[key])
    for cell, row in rows.items():
        exact = of_peers(cell, values, peers)
        if exact is not None:
            assert row["peer_median"] == pytest.approx(exact, rel=1e-9), cell
        else:
            assert row["peers"] < 5 or math.isnan(row["peer_median"]), cell


def test_the_sample_city_is_mostly_told(city: City) -> None:
    """Otherwise the tests of what is told would say little."""
    for table, least in {"profile": 20000, "group": 15000, "gap": 4000, "step": 2000}.items():
        assert (city.tables[table]["status"] == "exact").sum() > least, table


# Profiles


def profiles_of(files: Files) -> dict[tuple[str, str, str], dict[str, tuple[float, float]]]:
    """Return units absent without leave and possible of every moment, by school, year and profile."""
    found: dict[tuple[str, str, str], dict[str, list[float]]] = defaultdict(
        lambda: defaultdict(lambda: [0, 0])
    )
    for row in pq.read_table(SAMPLE / "absence_pattern.parquet").to_pylist():
        if row["code"] == "B" and row["possible"]:
            day = ("mon", "tue", "wed", "thu", "fri")[row["weekday"] - 1]
            for profile, item in (("half_day", f"{day}_{row['half_day']}"), ("weekday", str(row["weekday"]))):
                moment = found[row["school_id"], row["school_year"], profile][item]
                moment[0] += row["units"]
                moment[1] += row["possible"]
    possible = {}
    for row in files.enrolment:
        if row["breakdown"] == "all" and row["possible"]:
            possible[row["school_id"], row["school_year"], row["month"]] = row["possible"]
    registered = defaultdict(float)
    unauthorised = defaultdict(float)
    for row in files.absence:
        if row["breakdown"] == "all":
            key = (row["school_id"], row["school_year"], row["month"])
            registered[key] += row["units"]
            unauthorised[key] += row["units"] if row["code"] == "B" else 0
    for key, whole in possible.items():
        if registered[key] > 0:
            found[(*key[:2], "month")][str(key[2])] = [unauthorised[key], whole]
    for profile, names in {"edge": ("edge", "off_edge"), "exam": ("exam", "off_exam")}.items():
        for (name, cell), (units, whole, _) in measures().items():
            if name in names:
                found[(*cell, profile)][name] = [units, whole]
    return {key: {item: tuple(pair) for item, pair in moments.items()} for key, moments in found.items()}


LEAST_OF_PROFILE = {"half_day": 100, "weekday": 50, "month": 0, "edge": 30, "exam": 30}


@cache
def contributors(files: Files) -> dict[Cell, int]:
    """Return how many pupils were absent without leave at all."""
    found: dict[Cell, int] = defaultdict(int)
    for row in files.pupil_band:
        if (
            row["breakdown"] == "all"
            and row["code"] == "B"
            and row["scale"] == "units"
            and row["at_least"] >= 1
        ):
            found[row["school_id"], row["school_year"]] += row["pupils"]
    return found


def says_something(files: Files, key: tuple[str, str, str], moments: dict[str, tuple[float, float]]) -> bool:
    units = sum(pair[0] for pair in moments.values())
    return units >= LEAST_OF_PROFILE[key[2]] and contributors(files)[key[:2]] >= 10


def hidden(sizes: dict[str, float], first: set[str], least: float) -> set[str]:
    """Return what is withheld: with any, at least two, that together have `least`; ties in their order."""
    gone = set(first)
    for item in sorted(sizes, key=lambda item: (sizes[item], int(item) if item.isdigit() else 0)):
        if gone and (len(gone) < 2 or sum(sizes[other] for other in gone) < least):
            gone.add(item)
    return gone


def indices(moments: dict[str, tuple[float, float]]) -> dict[str, float]:
    absent, possible = (sum(pair[place] for pair in moments.values()) for place in (0, 1))
    return {item: 100 * (pair[0] / pair[1]) / (absent / possible) for item, pair in moments.items()}


def test_profiles(city: City, files: Files, peers: dict[Cell, list[str]], aside: set[Cell]) -> None:
    mine = profiles_of(files)
    sizes = oracle.possible_and_pupils(files)
    rows = keyed(city.tables["profile"], "school_id", "school_year", "profile", "item")
    assert rows.keys() == {(*key, item) for key, moments in mine.items() for item in moments}
    teaching: dict[tuple[str, str], dict[Cell, float]] = defaultdict(dict)
    for key, moments in mine.items():
        if says_something(files, key, moments) and key[:2] not in aside and sizes[key[:2]][1] >= 30:
            for item, index in indices(moments).items():
                teaching[key[2], item][key[:2]] = index
    for key, moments in mine.items():
        pupils = sizes[key[:2]][1]
        least = 20 if key[2] == "month" else 5
        units = {item: pair[0] for item, pair in moments.items()}
        gone = hidden(units, {item for item in units if units[item] < least}, least)
        nothing = not says_something(files, key, moments) or pupils < 20
        for item, (absent, possible) in moments.items():
            row = rows[(*key, item)]
            if nothing or item in gone:
                assert row["status"] == "too_small", (key, item)
                assert math.isnan(row["value"]), (key, item)
                assert math.isnan(row["index"]), (key, item)
            else:
                step = oracle.rate_step(pupils)
                bound = absent / possible <= step / 2
                assert row["status"] == ("at_most" if bound else "exact"), (key, item)
                assert is_rounded(row["value"], step if bound else absent / possible, step), (key, item)
                assert is_rounded(row["index"], indices(moments)[item], 1), (key, item)
            exact = of_peers(key[:2], teaching[key[2], item], peers)
            assert is_peer_figure(row["peer_index"], exact, 1), (key, item)


# Groups


@cache
def groups_of(files: Files) -> dict[str, dict[tuple[str, ...], tuple[float, float, float]]]:
    """Return numerator, denominator and pupils by indicator and school, year, breakdown and member."""
    absent: dict[tuple[str, ...], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in files.absence:
        if row["breakdown"] not in ("all", "together") and row["code"] in CATEGORY:
            absent[member_of(row)][CATEGORY[row["code"]]] += row["units"]
    possible: dict[tuple[str, ...], float] = defaultdict(float)
    pupils: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for row in files.enrolment:
        if row["breakdown"] not in ("all", "together"):
            possible[member_of(row)] += row["possible"]
            pupils[member_of(row)].append(row["pupils"])
    ten: dict[tuple[str, ...], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in files.pupil_band:
        if row["breakdown"] not in ("all", "together") and row["code"] == "B" and row["scale"] == "units":
            ten[member_of(row)][0] += row["pupils"] if row["at_least"] >= 10 else 0
            ten[member_of(row)][1] = row["base"]
    mean = {member: sum(many) / len(many) for member, many in pupils.items()}
    return {
        "A2": {m: (absent[m]["unauthorised"], possible[m], mean[m]) for m in possible},
        "A1": {m: (sum(absent[m].values()), possible[m], mean[m]) for m in possible},
        "B2": {m: (many, base, base) for m, (many, base) in ten.items()},
    }


def member_of(row: dict[str, object]) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in ("school_id", "school_year", "breakdown", "member"))


def group_status(key: str, known: tuple[float, float, float]) -> str:
    """Return how a group would be told if it were the only one."""
    numerator, denominator, pupils = known
    if not denominator or pupils < 20:
        return "missing" if not denominator else "too_small"
    if key == "B2":
        return "at_most" if numerator <= 4 else "at_least" if denominator - numerator <= 4 else "exact"
    return "at_most" if numerator / denominator <= oracle.rate_step(pupils) / 2 else "exact"


@pytest.mark.parametrize("key", ["A2", "A1", "B2"])
def test_groups(city: City, files: Files, peers: dict[Cell, list[str]], aside: set[Cell], key: str) -> None:
    mine = groups_of(files)[key]
    table = city.tables["group"]
    rows = keyed(table[table["indicator"] == key], "school_id", "school_year", "breakdown", "member")
    assert rows.keys() == mine.keys()
    whole: dict[tuple[str, ...], dict[str, tuple[float, float, float]]] = defaultdict(dict)
    teaching: dict[tuple[str, ...], dict[Cell, float]] = defaultdict(dict)
    for member, known in mine.items():
        whole[member[:3]][member[3]] = known
        if known[1] and known[2] >= 20 and member[:2] not in aside:
            teaching[member[2:]][member[:2]] = known[0] / known[1]
    for place, members in whole.items():
        alone = {name: group_status(key, known) for name, known in members.items()}
        silent = ("too_small", "missing") if key != "B2" else ("too_small", "missing", "at_most", "at_least")
        gone = hidden(
            {name: known[2] for name, known in sorted(members.items())},
            {name for name, status in alone.items() if status in silent},
            20,
        )
        for name, (numerator, denominator, pupils) in members.items():
            row = rows[(*place, name)]
            status = (
                "too_small" if name in gone and alone[name] in ("exact", *_RATE_BOUND[key]) else alone[name]
            )
            assert row["status"] == status, (place, name)
            if status in ("too_small", "missing"):
                assert all(math.isnan(row[column]) for column in ("value", "low", "high", "pupils"))
            else:
                assert is_rounded(row["pupils"], pupils, 5), (place, name)
            if status == "exact":
                share = (
                    oracle.share_of_shown(numerator, denominator) if key == "B2" else numerator / denominator
                )
                step = 0.01 if key == "B2" else oracle.rate_step(pupils)
                assert is_rounded(row["value"], share, step), (place, name)
            exact = of_peers(place[:2], teaching[(place[2], name)], peers, fewest=10)
            assert is_peer_figure(row["peer_median"], exact, 0.005)


_RATE_BOUND = {"A2": ("at_most",), "A1": ("at_most",), "B2": ()}


def test_gaps(city: City, files: Files) -> None:
    mine = groups_of(files)["A2"]
    group = city.tables["group"]
    told = keyed(group[group["indicator"] == "A2"], "school_id", "school_year", "breakdown", "member")
    within = keyed(
        city.benchmark.within.groups, "indicator", "school_id", "school_year", "breakdown", "member"
    )
    whole: dict[tuple[str, ...], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for member, known in mine.items():
        whole[member[:3]] = [a + b for a, b in zip(whole[member[:3]], known, strict=True)]
    some = next(row for key, row in within.items() if key[0] == "A2" and 0 < row["low"] < row["high"] < 1)
    odds = some["high"] / (1 - some["high"]) * (1 - some["low"]) / some["low"]
    variance = (math.log(odds) / (2 * oracle.Z)) ** 2 * some["pupils"]
    alike = 0
    for member, row in keyed(city.tables["gap"], "school_id", "school_year", "breakdown", "member").items():
        numerator, denominator, pupils = mine[member]
        absent, possible, many = (a - b for a, b in zip(whole[member[:3]], mine[member], strict=True))
        if told[member]["status"] != "exact" or many < 20 or not numerator or not absent:
            assert row["status"] == "too_small", member
            assert all(math.isnan(row[name]) for name in ("ratio", "low", "high")), member
            continue
        one, other = numerator / denominator, absent / possible
        step = max(grain := [oracle.rate_step(pupils), oracle.rate_step(many)])
        if abs(told[member]["value"] - round(other / grain[1]) * grain[1]) < step - 1e-9:
            assert row["status"] == "alike", member
            assert all(math.isnan(row[name]) for name in ("ratio", "low", "high")), member
            alike += 1
            continue
        half = oracle.Z * math.sqrt(variance * ((1 - one) ** 2 / pupils + (1 - other) ** 2 / many))
        assert row["status"] == "exact", member
        assert is_rounded(row["ratio"], one / other, 0.1), member
        assert is_rounded_outward(row["low"], one / other * math.exp(-half), 0.1, -1), member
        assert is_rounded_outward(row["high"], one / other * math.exp(half), 0.1, 1), member
    assert alike > 50


def test_groups_of_the_whole_city(city: City, files: Files, aside: set[Cell]) -> None:
    rows = keyed(city.tables["city_group"], "indicator", "school_year", "breakdown", "member")
    mine: dict[tuple[str, ...], list[tuple[float, float, float]]] = defaultdict(list)
    for key in ("A2", "A1", "B2"):
        for (school, year, breakdown, member), known in groups_of(files)[key].items():
            if (school, year) not in aside and known[2] >= 20:
                mine[key, year, breakdown, member].append(known)
    assert rows.keys() <= mine.keys()
    assert len(rows) > 300
    for place, known in mine.items():
        numerator, denominator, pupils = map(sum, zip(*known, strict=True))
        few = place[0] == "B2" and min(numerator, denominator - numerator) < 5
        if few or len(known) < 6 or 2 * max(one[2] for one in known) > pupils:
            assert place not in rows
            continue
        assert rows[place]["schools"] == len(known), place
        step = 0.01 if place[0] == "B2" else 0.001
        assert is_rounded(rows[place]["value"], numerator / denominator, step), place


def test_decomposition(city: City, files: Files, peers: dict[Cell, list[str]], aside: set[Cell]) -> None:
    shown = keyed(city.tables["decomposition"], "indicator", "breakdown", "school_id", "school_year")
    seen = 0
    for key in ("A2", "A1"):
        parts: dict[tuple[str, ...], dict[str, tuple[float, float, float]]] = defaultdict(dict)
        for member, known in groups_of(files)[key].items():
            if member[2] in ("grade", "track") and known[1]:
                parts[member[2], *member[:2]][member[3]] = known
        for (breakdown, school, year), own in parts.items():
            beside = [
                parts[breakdown, peer, year]
                for peer in peers.get((school, year), [])
                if (breakdown, peer, year) in parts
                and (peer, year) not in aside
                and sum(known[2] for known in parts[breakdown, peer, year].values()) >= 30
            ]
            row = shown[key, breakdown, school, year]
            pupils = sum(known[2] for known in own.values())
            if len(beside) < 10 or pupils < 20:
                assert row["status"] == "too_small", (key, breakdown, school, year)
                continue
            members = set(own) | {member for other in beside for member in other}
            mine = {m: own.get(m, (0, 0, 0)) for m in members}
            theirs = {m: [sum(o[m][p] for o in beside if m in o) for p in (0, 1)] for m in members}
            possible, others = sum(v[1] for v in mine.values()), sum(v[1] for v in theirs.values())
            composition = rate = 0.0
            for m in members:
                share, other = mine[m][1] / possible, theirs[m][1] / others
                one = mine[m][0] / mine[m][1] if mine[m][1] else theirs[m][0] / theirs[m][1]
                two = theirs[m][0] / theirs[m][1] if theirs[m][1] else one
                composition += (share - other) * (one + two) / 2
                rate += (one - two) * (share + other) / 2
            difference = (
                sum(v[0] for v in mine.values()) / possible - sum(v[0] for v in theirs.values()) / others
            )
            assert composition + rate == pytest.approx(difference, abs=1e-12)
            step = 0.01
            assert is_rounded(row["difference"], difference, step), (key, breakdown, school, year)
            assert is_rounded(row["composition"], composition, step), (key, breakdown, school, year)
            assert row["rate"] == pytest.approx(row["difference"] - row["composition"], abs=1e-9)
            assert abs(row["rate"] - rate) <= step + 1e-9
            seen += 1
    assert seen > 1000


# Follow-up


def last_full_window(small: dict[str, float], year: str) -> list[str]:
    """Return the last years up to this one that were added up to twenty pupils, or to three years.

    `small` are the pupils of years with fewer than twenty; counting starts anew after every full window.
    """
    follows = []
    for before in reversed(run_until(year)):
        if before not in small:
            break
        follows.insert(0, before)
    window: list[str] = []
    full: list[str] = []
    for each in follows:
        window.append(each)
        if len(window) == 3 or sum(small[y] for y in window) >= 20:
            full, window = window, []
    return full


def years_added(school: str, year: str, threshold: int) -> list[str]:
    """Return the years that are told together, oldest first."""
    reached = {y: follow_up().get((school, y, threshold), {}).get("threshold", (None,))[0] for y in YEARS}
    small = {y: pupils for y, pupils in reached.items() if pupils is not None and pupils < 20}
    return last_full_window(small, year) or [year]


def test_steps(city: City, peers: dict[Cell, list[str]], aside: set[Cell]) -> None:
    rows = keyed(city.tables["step"], "school_id", "school_year", "threshold", "step")
    assert len(rows) == sum(len(steps) for steps in follow_up().values())
    shares: dict[tuple[int, str], dict[Cell, float]] = defaultdict(dict)
    lengths: dict[tuple[int, str], dict[Cell, float]] = defaultdict(dict)
    for (school, year, threshold), steps in follow_up().items():
        for step, (pupils, days) in steps.items():
            if (school, year) not in aside and steps["threshold"][0] >= 20:
                shares[threshold, step][school, year] = pupils / steps["threshold"][0]
            if (school, year) not in aside and pupils >= 10 and days is not None:
                lengths[threshold, step][school, year] = days
    added = 0
    for (school, year, threshold), steps in follow_up().items():
        together = years_added(school, year, threshold)
        added += len(together) > 1
        at = sum(follow_up()[school, y, threshold]["threshold"][0] for y in together)
        for step in steps:
            row = rows[school, year, threshold, step]
            pupils = sum(follow_up()[school, y, threshold][step][0] for y in together)
            assert (row["years"], row["pooled"]) == (
                len(together),
                ",".join(together) if added and len(together) > 1 else "",
            )
            four = oracle.share_of_four(at) if at >= 5 else 1.0
            if pupils < 5 or at < 20:
                assert math.isnan(row["pupils"])
            else:
                assert is_rounded(row["pupils"], pupils, 5)
            if at < 20:
                told = ("too_small", math.nan)
            elif step != "threshold" and (pupils < 5 or at - pupils < 5):
                told = ("at_most", four) if pupils < 5 else ("at_least", 1 - four)
            else:
                told = ("exact", oracle.share_of_shown(pupils, at))
            assert row["status"] == told[0], (school, year, threshold, step)
            assert is_peer_figure(row["share"], None if at < 20 else told[1], 0.01)
            days = steps[step][1] if len(together) == 1 and steps[step][0] >= 10 else None
            assert is_peer_figure(row["days"], days, 0.5)
            share = None if step == "threshold" else of_peers((school, year), shares[threshold, step], peers)
            assert is_peer_figure(row["peer_share"], share, 0.005)
            assert is_peer_figure(
                row["peer_days"], of_peers((school, year), lengths[threshold, step], peers), 0.5
            )
    assert added > 50


def test_steps_of_the_whole_city(city: City, aside: set[Cell]) -> None:
    rows = keyed(city.tables["city_step"], "school_year", "threshold", "step")
    mine: dict[tuple[str, int, str], list[tuple[int, int]]] = defaultdict(list)
    for (school, year, threshold), steps in follow_up().items():
        for step, (pupils, _) in steps.items():
            if (school, year) not in aside:
                mine[year, threshold, step].append((pupils, steps["threshold"][0]))
    assert len(rows) > 80
    for place, known in mine.items():
        pupils, at = map(sum, zip(*known, strict=True))
        if min(pupils, at - pupils) < 5 or len(known) < 6 or 2 * max(one[1] for one in known) > at:
            assert place not in rows, place
        else:
            assert rows[place]["schools"] == len(known), place
            assert is_rounded(rows[place]["share"], pupils / at, 0.01), place


# Over years


def run_until(year: str) -> list[str]:
    """Return the comparable years that end in this one, oldest first."""
    return (
        [] if year in oracle.BREAK_YEARS else [y for y in YEARS if y <= year and y not in oracle.BREAK_YEARS]
    )


def test_years_together(city: City, files: Files, observed: dict[str, dict[Cell, oracle.Observed]]) -> None:
    mine: dict[tuple[str, ...], tuple[list[str], list[float]]] = {}
    for key, cells in observed.items():
        if key in (*oracle.RATES, *oracle.AT_LEAST, "B7"):
            for school, year in cells:
                small = {y: one.pupils for (s, y), one in cells.items() if s == school and one.pupils < 20}
                together = last_full_window(small, year)
                sums = [
                    sum(getattr(cells[school, y], n) for y in together)
                    for n in ("numerator", "denominator", "pupils")
                ]
                if together:
                    mine[key, school, year] = (together, sums)
    table = city.tables["pooled"]
    rows = keyed(table[table["indicator"].isin(list(observed))], "indicator", "school_id", "school_year")
    assert rows.keys() == mine.keys()
    assert len(mine) > 10
    for (key, school, year), (together, (numerator, denominator, pupils)) in mine.items():
        row = rows[key, school, year]
        assert row["years"] == ",".join(together)
        bound = oracle.shown_as_bound(
            key, oracle.Observed(numerator / denominator, pupils, numerator, denominator)
        )
        step = 0.005 if key in oracle.RATES else 0.01
        assert (row["status"], pupils >= 20) == (bound[0] if bound else "exact", True)
        share = (
            numerator / denominator if key in oracle.RATES else oracle.share_of_shown(numerator, denominator)
        )
        assert is_rounded(row["value"], bound[1] if bound else share, step)


def test_no_year_is_told_in_two_windows(city: City) -> None:
    """Otherwise one window less another would tell of the years they do not share."""
    pooled, steps = city.tables["pooled"], city.tables["step"]
    steps = steps[steps["years"] > 1].rename(columns={"pooled": "years", "years": "number"})
    for table, place in ((pooled, ["indicator", "school_id"]), (steps, ["school_id", "threshold"])):
        assert len(table) > 50
        for key, found in table.groupby(place):
            told = [year for label in set(found["years"]) for year in label.split(",")]
            assert len(told) == len(set(told)), key


def test_years_together_of_a_step_are_those_of_the_table_of_steps(city: City) -> None:
    table, steps = city.tables["pooled"], city.tables["step"]
    rows = by_cell(table[table["indicator"] == "F2"])
    chosen = steps[(steps["threshold"] == 5) & (steps["step"] == "notified") & (steps["years"] > 1)]
    told = by_cell(chosen)
    assert rows.keys() == told.keys()
    assert len(rows) > 50
    for cell, row in rows.items():
        assert (row["status"], row["years"]) == (told[cell]["status"], told[cell]["pooled"]), cell
        assert row["value"] == told[cell]["share"] or row["status"] == "too_small", cell


def line(points: list[tuple[int, float, float]]) -> tuple[float, float]:
    """Return slope of the weighted straight line and its variance, from (time, value, standard error)."""
    weights = [1 / error**2 for *_, error in points]
    whole = sum(weights)
    time = sum(w * t for w, (t, *_) in zip(weights, points, strict=True)) / whole
    level = sum(w * v for w, (_, v, _) in zip(weights, points, strict=True)) / whole
    spread = sum(w * (t - time) ** 2 for w, (t, *_) in zip(weights, points, strict=True))
    slope = sum(w * (t - time) * (v - level) for w, (t, v, _) in zip(weights, points, strict=True)) / spread
    return slope, 1 / spread


@pytest.mark.parametrize("key", ["A1", "A2", "B2", "B7", "F2", "G1"])
def test_words_for_trends(city: City, aside: set[Cell], key: str) -> None:
    least = max(load_indicators()[key].minimum_pupils, 20)
    compared = by_cell(city.benchmark.compared[key])
    table = city.tables["trend_word"]
    rows = by_cell(table[table["indicator"] == key])
    words = defaultdict(int)
    for school, year in compared:
        valid = [
            (YEARS.index(y), one["value"], (one["high"] - one["low"]) / 3.919928)
            for y in run_until(year)
            if (one := compared.get((school, y))) is not None
            and (school, y) not in aside
            and one["status"] == "exact"
            and one["pupils"] >= least
        ][-5:]
        if not valid or valid[-1][0] != YEARS.index(year):
            assert (school, year) not in rows
            continue
        word = "too_early"
        if len(valid) == 5:
            slope, variance = line(valid)
            steady = all(line(valid[:n] + valid[n + 1 :])[0] * slope > 0 for n in range(5))
            clear = slope**2 / variance > 9.5495 and steady
            word = ("rising" if slope > 0 else "falling") if clear else "no_change"
        assert rows[school, year]["word"] == word, (school, year)
        words[word] += 1
    assert words["too_early"] > 100
    assert words["no_change"] > 50


def test_what_moved(city: City, files: Files) -> None:
    units: dict[tuple[str, ...], float] = defaultdict(float)
    for row in files.absence:
        if row["code"] in CATEGORY:
            cell = (row["school_id"], row["school_year"])
            if row["breakdown"] == "all":
                units[*cell, "category", CATEGORY[row["code"]]] += row["units"]
                units[*cell, "month", str(row["month"])] += row["units"]
            elif row["breakdown"] == "grade":
                units[*cell, "grade", row["member"]] += row["units"]
    possible = {cell: sizes[0] for cell, sizes in oracle.possible_and_pupils(files).items()}
    table = city.tables["driver"]
    assert set(table["part"]) == {"category", "grade", "month"}
    for row in table.to_dict("records"):
        school, year = row["school_id"], row["school_year"]
        before = run_until(year)[:-1][-2:]
        share = {y: units[school, y, row["part"], row["item"]] / possible[school, y] for y in [*before, year]}
        points = share[year] - sum(share[y] for y in before) / len(before)
        assert is_rounded(row["points"], points, 0.001), row
    judged = city.tables["change"]
    judged = judged[(judged["indicator"] == "A1") & (judged["reason"] == "")]
    assert {*by_cell(table)} == {*by_cell(judged)}
    kinds = table[table["part"] == "category"].groupby(["school_id", "school_year"]).size()
    assert set(kinds) == {4}


def test_no_part_of_what_moved_is_of_few_pupils_or_alone_untold(city: City) -> None:
    group = city.tables["group"]
    group = group[(group["indicator"] == "A1") & (group["breakdown"] == "grade")]
    told = {
        key
        for key, row in keyed(group, "school_id", "school_year", "member").items()
        if row["status"] == "exact"
    }
    of_school: dict[Cell, set[str]] = defaultdict(set)
    for school, year, member in keyed(group, "school_id", "school_year", "member"):
        of_school[school, year].add(member)
    moved = city.tables["driver"]
    for cell, rows in moved[moved["part"] == "grade"].groupby(["school_id", "school_year"]):
        assert {(*cell, member) for member in rows["item"]} <= told
        assert len(of_school[cell] - set(rows["item"])) != 1, cell
