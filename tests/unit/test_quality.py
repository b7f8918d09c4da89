"""Alarms by hand: what rings, what stays quiet, and what a decision does."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mirrors.benchmark.alarm import ALARM_COLUMNS, Kind, alarms_of, standing, with_digest, with_state
from mirrors.benchmark.quality import missing_schools, quality_alarms
from mirrors.benchmark.reduction import Reduced
from mirrors.definitions import load_jurisdiction

FLANDERS = load_jurisdiction("flanders")
YEARS = ("2022-23", "2023-24", "2024-25")
YEAR, BEFORE = YEARS[-1], YEARS[-2]
SCHOOLS = tuple(f"S{number:02d}" for number in range(40))
MONTHS = FLANDERS.months
KEY = ["school_id", "school_year"]


def city(years: tuple[str, ...] = YEARS) -> Reduced:
    """Return 40 quiet schools of 300 pupils with chance absence, delivered by month."""
    chance = np.random.default_rng(3)
    cells = [(school, year) for school in SCHOOLS for year in years]
    enrolment = pd.DataFrame(cells, columns=KEY).assign(pupils=300.0, possible=96_000.0, status=None)
    both = pd.concat([enrolment[KEY].assign(category=name) for name in ("illness", "unauthorised")])
    level = np.where(both["category"] == "illness", 4800, 1200)
    units = both.assign(units=np.round(level * np.exp(chance.normal(0, 0.03, len(both)))))
    months = pd.DataFrame([(*cell, month) for cell in cells for month in MONTHS], columns=[*KEY, "month"])
    weekdays = pd.DataFrame([(*cell, day, "am") for cell in cells for day in range(1, 6)])
    weekdays.columns = pd.Index([*KEY, "weekday", "half_day"])
    return Reduced(
        enrolment=enrolment,
        units_absent=units.assign(share=np.nan, status=None),
        pupils_in_band=pd.DataFrame(
            columns=[
                *KEY,
                "category",
                "scale",
                "at_least",
                "below",
                "pupils",
                "base",
                "share",
                "status",
                "basis",
            ]
        ),
        units_quantile=pd.DataFrame(columns=[*KEY, "category", "quantile", "units", "pupils"]),
        school_type=enrolment[KEY].assign(school_type="primary", network="", district=""),
        context_feature=pd.DataFrame(columns=[*KEY, "feature", "value"]),
        registered_month=months,
        enrolled_month=months.assign(possible=9_600.0),
        absence_by_weekday=weekdays.assign(units=1000.0, possible=10_000.0),
        absence_cells=(cells_of_month := registers(units)),
        replaced_cells=cells_of_month[:0].assign(upload_id=0, file_rank=0),
    )


def registers(units: pd.DataFrame) -> pd.DataFrame:
    """Return the sums of registers with ten counts in each category."""
    return units.assign(cells=10, squares=units["units"] ** 2, by_month=units["units"] * 6.5)


def changed(reduced: Reduced, table: str, column: str, value: object, **where: object) -> Reduced:
    """Return `reduced` with another value in the rows of a table that match; a function changes the old."""
    frame = getattr(reduced, table).copy()
    rows = np.logical_and.reduce([frame[name] == wanted for name, wanted in where.items()])
    frame.loc[rows, column] = value(frame.loc[rows, column]) if callable(value) else value
    return replace(reduced, **{table: frame})


def without(reduced: Reduced, table: str, **where: object) -> Reduced:
    """Return `reduced` without the rows of a table that match."""
    frame = getattr(reduced, table)
    rows = np.logical_and.reduce([frame[name] == wanted for name, wanted in where.items()])
    return replace(reduced, **{table: frame[~rows]})


def rang(reduced: Reduced) -> set[tuple[str, str, str]]:
    """Return school, year and kind of every alarm."""
    alarms = quality_alarms(reduced, FLANDERS)
    assert list(alarms.columns) == ALARM_COLUMNS
    return set(alarms[[*KEY, "alarm"]].itertuples(index=False, name=None))


def absence_times(reduced: Reduced, factor: float, school: str = "S05", year: str = YEAR) -> Reduced:
    """Return `reduced` with all absence of a school-year multiplied."""
    return changed(
        reduced, "units_absent", "units", lambda units: factor * units, school_id=school, school_year=year
    )


def test_a_quiet_city_has_no_alarms() -> None:
    assert rang(city()) == set()


@pytest.mark.parametrize("factor", [2.0, 0.5, 1.35, 0.74])
def test_a_change_that_chance_cannot_explain_rings(factor: float) -> None:
    assert ("S05", YEAR, "absence_change") in rang(absence_times(city(), factor))


def test_a_small_school_may_move_more() -> None:
    small = changed(absence_times(city(), 1.35), "enrolment", "pupils", 31.0, school_id="S05")
    small = changed(small, "enrolment", "possible", 9_920.0, school_id="S05")
    small = changed(small, "units_absent", "units", lambda units: units * 31 / 300, school_id="S05")
    assert not [key for key in rang(small) if key[2] == "absence_change"]


def test_a_wave_over_the_whole_city_is_no_change_of_a_school() -> None:
    waved = city()
    for school in SCHOOLS:
        waved = absence_times(waved, 1.6, school)
    assert rang(waved) == set()


def test_coming_back_does_not_ring_again() -> None:
    found = rang(absence_times(city(), 2.0, year=BEFORE))
    assert ("S05", BEFORE, "absence_change") in found
    assert ("S05", YEAR, "absence_change") not in found


@pytest.mark.parametrize("years", [("2018-19", "2019-20"), ("2019-20", "2020-21"), ("2020-21", "2021-22")])
def test_no_change_rings_in_or_against_a_break_year(years: tuple[str, str]) -> None:
    assert rang(absence_times(city(years), 3.0, year=years[1])) == set()


def roll_times(reduced: Reduced, factor: float, possible: bool = True) -> Reduced:
    """Return `reduced` with the roll of a school multiplied this year."""
    for column in ("pupils", "possible")[: 1 + possible]:
        reduced = changed(
            reduced, "enrolment", column, lambda old: factor * old, school_id="S05", school_year=YEAR
        )
    return reduced


@pytest.mark.parametrize("factor", [1.25, 0.75])
def test_a_roll_that_absence_did_not_follow_rings(factor: float) -> None:
    assert ("S05", YEAR, "roll_change") in rang(roll_times(city(), factor))


@pytest.mark.parametrize("factor", [1.3, 2.0])
def test_a_school_that_grew_with_its_absence_rings_for_its_roll_only(factor: float) -> None:
    assert rang(absence_times(roll_times(city(), factor), factor)) == {("S05", YEAR, "roll_change")}


@pytest.mark.parametrize("factor", [1.19, 0.81])
def test_a_fifth_more_or_less_pupils_is_usual(factor: float) -> None:
    assert not [
        key for key in rang(absence_times(roll_times(city(), factor), factor)) if key[2] == "roll_change"
    ]


def copied(reduced: Reduced, cells: int) -> Reduced:
    """Return `reduced` with last year's absence of a school sent again; `cells` counts in each category."""
    frame = reduced.absence_cells.assign(cells=cells)
    older = frame[(frame["school_id"] == "S05") & (frame["school_year"] == BEFORE)]
    rest = frame[(frame["school_id"] != "S05") | (frame["school_year"] != YEAR)]
    return replace(reduced, absence_cells=pd.concat([rest, older.assign(school_year=YEAR)]))


def test_an_old_file_sent_again_rings() -> None:
    assert rang(copied(city(), cells=10)) == {("S05", YEAR, "repeated_figures")}


def test_few_counts_repeat_only_with_the_roll() -> None:
    assert rang(copied(city(), cells=2)) == {("S05", YEAR, "repeated_figures")}
    assert rang(roll_times(copied(city(), cells=2), 1.01)) == set()


@pytest.mark.parametrize(("replaced", "rings"), [(BEFORE, True), (YEAR, False)])
def test_an_old_file_that_was_replaced_since_rings_for_another_year_only(replaced: str, rings: bool) -> None:
    quiet = city()
    now = quiet.absence_cells[
        (quiet.absence_cells["school_id"] == "S05") & (quiet.absence_cells["school_year"] == YEAR)
    ]
    again = replace(quiet, replaced_cells=now.assign(school_year=replaced, upload_id=1, file_rank=0))
    alarms = quality_alarms(again, FLANDERS)[[*KEY, "alarm", "against", "detail"]]
    told = [["S05", YEAR, "repeated_figures", BEFORE, "replaced"]]
    assert alarms.to_numpy().tolist() == (told if rings else [])


@pytest.mark.parametrize(("factor", "detail"), [(14.0, "absence"), (0.02, "absence")])
def test_what_cannot_be_is_asked_even_without_a_year_before(factor: float, detail: str) -> None:
    alarms = quality_alarms(absence_times(city((YEAR,)), factor), FLANDERS)
    assert alarms[["school_id", "alarm", "detail"]].to_numpy().tolist() == [["S05", "implausible", detail]]


def test_another_unit_shows_in_the_possible_units_a_pupil() -> None:
    days = changed(absence_times(city((YEAR,)), 0.4), "enrolment", "possible", 0.45 * 96_000, school_id="S05")
    alarms = quality_alarms(days, FLANDERS)
    assert alarms[["school_id", "alarm", "detail"]].to_numpy().tolist() == [
        ["S05", "implausible", "possible"]
    ]


def test_a_month_with_pupils_and_no_absence_rings() -> None:
    silent = without(city(), "registered_month", school_id="S05", school_year=YEAR, month=11)
    assert rang(silent) == {("S05", YEAR, "silent_registers")}
    few = changed(silent, "enrolled_month", "possible", 200.0, school_id="S05", month=11)
    assert rang(few) == set(), "a dozen half-days may all be attended"


def test_a_half_day_of_the_week_without_absence_rings() -> None:
    silent = changed(city(), "absence_by_weekday", "units", 0.0, school_id="S05", school_year=YEAR, weekday=3)
    [row] = quality_alarms(silent, FLANDERS).to_dict("records")
    assert (row["alarm"], row["detail"]) == ("silent_registers", "3am")


def test_a_school_that_is_gone_is_listed_while_most_have_delivered() -> None:
    rows = city().enrolment
    gone = rows[(rows["school_id"] != "S05") | (rows["school_year"] != YEAR)]
    [alarm] = missing_schools(gone).to_dict("records")
    assert (alarm["school_id"], alarm["school_year"], alarm["before"]) == ("S05", YEAR, 300.0)
    few = rows[(rows["school_year"] != YEAR) | rows["school_id"].isin(SCHOOLS[:10])]
    assert missing_schools(few).empty


# --- decisions


def one_alarm(after: float = 240.0) -> pd.DataFrame:
    """Return one alarm."""
    row = pd.DataFrame([{"school_id": "S05", "school_year": YEAR, "before": 200.0, "after": after}])
    return with_digest(alarms_of(Kind.ROLL_CHANGE, row, against=BEFORE, low=160.0, high=240.0))


def decisions(*taken: str, digest: str | None = None) -> pd.DataFrame:
    """Return decisions about that alarm, one a day."""
    [known] = one_alarm()["digest"]
    rows = [
        {"school_id": "S05", "school_year": YEAR, "alarm": "roll_change", "digest": digest or known,
         "decision": decision, "note": f"note {day}", "decided_by": "An",
         "decided_at": pd.Timestamp(2026, 1, day)}
        for day, decision in enumerate(taken, start=1)
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("taken", "state"),
    [(("confirmed",), "confirmed"), (("rejected",), "rejected"), (("confirmed", "rejected"), "rejected")],
)
def test_the_newest_decision_counts(taken: tuple[str, ...], state: str) -> None:
    found = decisions(*taken)
    [row] = with_state(one_alarm(), found.iloc[::-1]).to_dict("records")
    assert (row["state"], row["note"], row["decided_by"]) == (state, f"note {len(taken)}", "An")


def test_a_decision_lapses_when_the_evidence_changes() -> None:
    [row] = with_state(one_alarm(after=250.0), decisions("confirmed")).to_dict("records")
    assert row["state"] == "open"
    assert pd.isna(row["note"])


def test_a_decision_stays_when_only_limits_move() -> None:
    moved = with_digest(one_alarm().assign(low=150.0, high=250.0))
    assert with_state(moved, decisions("confirmed"))["state"].tolist() == ["confirmed"]


@pytest.mark.parametrize(
    ("taken", "open_ones", "rejected"), [((), 1, 0), (("confirmed",), 0, 0), (("rejected",), 0, 1)]
)
def test_standing_follows_the_state(taken: tuple[str, ...], open_ones: int, rejected: int) -> None:
    known = decisions(*taken) if taken else decisions("confirmed")[:0]
    found = standing(with_state(one_alarm(), known))
    assert (len(found.open), len(found.rejected)) == (open_ones, rejected)
    assert len(found.set_aside) == open_ones + rejected


def test_far_more_pupils_without_absence_ring() -> None:
    chance = np.random.default_rng(8)
    bands = (
        city()
        .enrolment[KEY]
        .assign(
            category="unauthorised",
            scale="units",
            at_least=0.0,
            below=1.0,
            base=300.0,
            share=np.nan,
            basis="",
        )
    )
    bands = bands.assign(pupils=np.round(chance.normal(150, 4, len(bands))), status=None)
    quiet = replace(city(), pupils_in_band=bands)
    assert rang(quiet) == set()
    more = changed(quiet, "pupils_in_band", "pupils", 240.0, school_id="S05", school_year=YEAR)
    assert rang(more) == {("S05", YEAR, "fewer_absentees")}
    fewer = changed(quiet, "pupils_in_band", "pupils", 60.0, school_id="S05", school_year=YEAR)
    assert rang(fewer) == set()
