"""The sample city: files that agree with each other, plausible levels, and the truth planted in them."""

import hashlib
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mirrors.definitions import load_contracts
from mirrors.sample import write_sample
from mirrors.sample.files import FORMATS
from mirrors.sample.measures.further import kaplan_meier_median
from mirrors.sample.schools import CitySize
from mirrors.sample.timetable import HALF_DAYS, SCHOOL_YEARS, half_days, school_days
from mirrors.survey.questionnaire import load_questionnaire

ROOT = Path(__file__).resolve().parents[2]
COMMITTED = ROOT / "data" / "sample"
TRUTH = ROOT / "tests" / "planted_truth.json"
SMALL_CITY = CitySize(primary=9, secondary=9, very_small=2, last_year_steps=1, earlier_steps=1, excellent=1)
YEARS = [year.label for year in SCHOOL_YEARS]
LAST, BEFORE = YEARS[-1], YEARS[-2]
SCHOOL_YEAR = ["school_id", "school_year"]
COLUMNS = {
    "schools": ["name", "school_type", "network", "district"],
    "context": ["feature", "value"],
    "enrolment": ["breakdown", "member", "month", "pupils", "possible"],
    "absence": ["breakdown", "member", "month", "code", "units"],
    "absence_pattern": ["weekday", "half_day", "code", "units", "possible"],
    "pupil_band": ["breakdown", "member", "code", "scale", "at_least", "below", "pupils", "base"],
    "absence_quantile": ["code", "quantile", "units", "pupils"],
    "follow_up": ["threshold", "step", "pupils", "median_days"],
    "trajectory": ["outcome", "pupils", "base"],
    "lateness": ["kind", "events", "pupil_days"],
    "measure": ["measure", "member", "numerator", "denominator", "pupils"],
    "survey_responses": [
        *("wave", "respondent_group", "respondent", "background", "item", "answer", "invited"),
    ],
}
CHAIN = ["threshold", "notified", "contact", "plan", "returned"]
Tables = dict[str, pd.DataFrame]


def read_city(folder: Path) -> Tables:
    readers = {
        "csv": lambda path: pd.read_csv(path, dtype={"school_id": "str"}),
        "xlsx": lambda path: pd.read_excel(path, sheet_name="context", engine="calamine"),
        "parquet": pd.read_parquet,
    }
    return {name: readers[kind](folder / f"{name}.{kind}") for name, kind in FORMATS.items()}


@pytest.fixture(scope="module")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small_city")
    write_sample(folder, folder / "truth.json", seed=7, size=SMALL_CITY)
    return folder


@pytest.fixture(scope="module")
def whole_city() -> Tables:
    return read_city(COMMITTED)


@pytest.fixture(scope="module", params=["whole", "small"])
def city(request: pytest.FixtureRequest, small_folder: Path) -> Tables:
    return read_city(COMMITTED if request.param == "whole" else small_folder)


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    entries: dict[str, Any] = json.loads(TRUTH.read_text(encoding="utf-8"))
    return entries


def level_of(city: Tables) -> pd.Series:
    return city["schools"].drop_duplicates("school_id").set_index("school_id")["school_type"]


def yearly_units(city: Tables) -> pd.DataFrame:
    """Half-days by code, possible half-days and total per school and year."""
    absence, enrolment = city["absence"], city["enrolment"]
    whole = absence[absence["breakdown"] == "all"]
    units = whole.pivot_table(index=SCHOOL_YEAR, columns="code", values="units", aggfunc="sum")
    possible = enrolment[enrolment["breakdown"] == "all"].groupby(SCHOOL_YEAR)["possible"].sum()
    return units.assign(total=units.sum(axis=1), possible=possible)


def logit_by_year(city: Tables, column: str) -> pd.DataFrame:
    """Logit of a rate, schools x years, as distance from the median of the schools of the same level."""
    yearly = yearly_units(city)
    rate = (yearly[column] / yearly["possible"]).unstack("school_year")
    logit = np.log(rate / (1 - rate))
    return logit - logit.groupby(level_of(city)).transform("median")


def ids(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["school_id"] for entry in entries]


# --- files and calendar


def test_calendar_has_nine_half_days_a_week_and_a_flemish_length() -> None:
    assert len(HALF_DAYS) == 9
    assert (3, "pm") not in HALF_DAYS
    for year in SCHOOL_YEARS:
        counts = half_days(year)
        assert 310 <= counts.sum() <= 330
        assert 170 <= school_days(counts).sum() <= 185


def test_files_have_the_columns_of_their_contract(city: Tables) -> None:
    assert {name: list(table.columns) for name, table in city.items()} == {
        name: SCHOOL_YEAR + columns for name, columns in COLUMNS.items()
    }


def test_every_school_and_year_is_there_once(whole_city: Tables) -> None:
    schools = whole_city["schools"]
    assert not schools.duplicated(SCHOOL_YEAR).any()
    assert schools.groupby("school_year").size().to_dict() == dict.fromkeys(YEARS, 156)
    assert level_of(whole_city).value_counts().to_dict() == {"primary": 90, "secondary": 66}
    assert schools.groupby("school_id")["name"].nunique().max() == 1
    assert schools["name"].nunique() == 156


def test_no_cell_is_given_twice(city: Tables) -> None:
    values = {"value", "pupils", "possible", "units", "base", "median_days", "events", "pupil_days"}
    values |= {"numerator", "denominator"}
    for name, table in city.items():
        keys = [column for column in table.columns if column not in values]
        assert not table.duplicated(keys).any(), name


def test_sample_is_small_enough_to_keep_in_the_repository() -> None:
    assert sum(path.stat().st_size for path in COMMITTED.iterdir()) <= 4_500_000


def test_school_ids_tell_nothing_about_size_or_level(whole_city: Tables) -> None:
    february = whole_city["enrolment"].query("month == 2").groupby("school_id")["pupils"].mean()
    order = pd.Series(np.arange(len(february)), index=february.sort_index().index)
    is_secondary = (level_of(whole_city) == "secondary").astype(float)
    assert abs(order.corr(february.rank())) < 0.2
    assert abs(order.corr(is_secondary)) < 0.2


# --- the files agree with each other


def test_months_grades_sexes_and_districts_add_up_to_the_same_half_days(city: Tables) -> None:
    absence, enrolment = city["absence"], city["enrolment"]
    units = absence.pivot_table(
        index=[*SCHOOL_YEAR, "code"], columns="breakdown", values="units", aggfunc="sum"
    )
    possible = enrolment.pivot_table(index=SCHOOL_YEAR, columns="breakdown", values="possible", aggfunc="sum")
    for table in (units, possible):
        assert (table["all"] == table["grade"]).all()
        assert (table["all"] == table["sex"]).all()
        assert (table["all"] == table["district"]).all()
        in_secondary = table.index.get_level_values("school_id").map(level_of(city)) == "secondary"
        assert (table["all"] == table["track"])[in_secondary].all()
        assert table["track"][~in_secondary].isna().all()


def test_only_the_whole_school_is_given_by_month(city: Tables) -> None:
    for name in ("enrolment", "absence"):
        table = city[name]
        assert (table["month"].notna() == (table["breakdown"] == "all")).all()
        assert ((table["member"] == "") == (table["breakdown"] == "all")).all()


def test_members_belong_to_their_level(city: Tables) -> None:
    level = level_of(city)
    expected = {
        ("grade", "primary"): {f"P{grade}" for grade in range(1, 7)},
        ("grade", "secondary"): {f"S{grade}" for grade in range(1, 7)},
        ("sex", "primary"): {"F", "M"},
        ("sex", "secondary"): {"F", "M"},
        ("track", "secondary"): {"general", "dual", "labour"},
    }
    for name in ("enrolment", "absence", "pupil_band"):
        table = city[name].query("breakdown not in ('all', 'district')")
        found = table.groupby(["breakdown", table["school_id"].map(level)])["member"].agg(set)
        assert found.to_dict() == expected, name


def test_pupils_come_from_several_districts_and_mostly_from_the_schools_own(city: Tables) -> None:
    february = (
        city["enrolment"].query("breakdown == 'district'").set_index([*SCHOOL_YEAR, "member"])["pupils"]
    )
    own = city["schools"].set_index(SCHOOL_YEAR)["district"]
    largest = february.unstack("member").idxmax(axis=1)
    assert set(february.index.get_level_values("member")) == set(own) or len(set(own)) < 9
    assert (largest == own.reindex(largest.index)).mean() > 0.9
    assert february[february > 0].groupby(SCHOOL_YEAR).size().median() >= 3


def test_the_week_adds_up_to_the_year(city: Tables) -> None:
    pattern, yearly = city["absence_pattern"], yearly_units(city)
    by_code = pattern.pivot_table(index=SCHOOL_YEAR, columns="code", values="units", aggfunc="sum")
    codes = list(by_code.columns)
    assert codes == ["B", "H", "P", "R", "Z"]
    assert (by_code == yearly[codes]).all(axis=None)
    possible = pattern.query("code == 'B'").groupby(SCHOOL_YEAR)["possible"].sum()
    assert (possible == yearly["possible"]).all()
    assert not ((pattern["weekday"] == 3) & (pattern["half_day"] == "pm")).any()


def test_nobody_is_absent_more_than_possible(city: Tables) -> None:
    cell = [*SCHOOL_YEAR, "breakdown", "member", "month"]
    # 0 stands for the whole year: a missing month does not match itself in an index.
    absent = city["absence"].fillna({"month": 0}).groupby(cell)["units"].sum()
    possible = city["enrolment"].fillna({"month": 0}).set_index(cell)["possible"]
    assert len(absent) == len(possible)
    assert (absent <= possible.reindex(absent.index)).all()
    slot = city["absence_pattern"].groupby([*SCHOOL_YEAR, "weekday", "half_day"])
    assert (slot["units"].sum() <= slot["possible"].first()).all()
    assert min(city[name]["units"].min() for name in ("absence", "absence_pattern")) == 0


def test_bands_add_up_to_the_pupils_of_february(city: Tables) -> None:
    bands, enrolment = city["pupil_band"], city["enrolment"]
    cell = [*SCHOOL_YEAR, "breakdown", "member"]
    grouped = bands.groupby([*cell, "code", "scale"])
    assert (grouped["pupils"].sum() == grouped["base"].first()).all()
    assert grouped["base"].nunique().max() == 1
    pupils = enrolment[enrolment["month"].isna() | (enrolment["month"] == 2)].set_index(cell)["pupils"]
    base = bands.groupby(cell)["base"].first()
    assert (base == pupils[pupils > 0].reindex(base.index)).all()
    assert len(base) == (pupils > 0).sum()


def test_bands_are_those_of_the_contract(city: Tables) -> None:
    bands = city["pupil_band"]
    edges = bands.groupby(["code", "scale"])["at_least"].agg(lambda found: sorted(set(found)))
    assert edges.to_dict() == {
        ("B", "units"): [0, 1, 5, 10, 15, 30],
        ("any", "share"): [0, 0.05, 0.10, 0.20, 0.50],
    }
    assert (bands["below"].isna() == bands["at_least"].isin([30, 0.5])).all()


def test_bands_leave_room_for_the_half_days_counted(city: Tables) -> None:
    """Pupils of February alone must have missed at least the lower edges of their bands."""
    bands = city["pupil_band"].query("breakdown == 'all' and code == 'B'")
    least = (bands["pupils"] * bands["at_least"]).groupby([bands[key] for key in SCHOOL_YEAR]).sum()
    assert (least <= yearly_units(city)["B"].reindex(least.index)).all()


def pupils_at_steps(city: Tables, threshold: int) -> pd.DataFrame:
    """Pupils by school, year and step of the follow-up."""
    found = city["follow_up"].query("threshold == @threshold")
    return found.pivot(index=SCHOOL_YEAR, columns="step", values="pupils")


@pytest.mark.parametrize("threshold", [5, 10, 15, 30])
def test_follow_up_starts_from_the_pupils_over_the_threshold(city: Tables, threshold: int) -> None:
    bands = city["pupil_band"].query("breakdown == 'all' and code == 'B' and at_least >= @threshold")
    steps = pupils_at_steps(city, threshold)
    over = bands.groupby(SCHOOL_YEAR)["pupils"].sum()
    assert (steps["threshold"] == over.reindex(steps.index)).all()
    for earlier, later in pairwise(CHAIN):
        assert (steps[later] <= steps[earlier]).all()


@pytest.mark.parametrize(("lower", "higher"), [(5, 10), (10, 15), (15, 30)])
def test_who_is_over_a_threshold_was_over_the_one_below(city: Tables, lower: int, higher: int) -> None:
    many, few = pupils_at_steps(city, lower), pupils_at_steps(city, higher)
    assert (few <= many).all(axis=None)
    for earlier, later in pairwise(CHAIN):
        # Those who fell out at a step are also fewer.
        assert (few[earlier] - few[later] <= many[earlier] - many[later]).all()


def test_follow_up_days_are_known_exactly_for_steps_that_were_taken(city: Tables) -> None:
    steps = city["follow_up"]
    taken = (steps["step"] != "threshold") & (steps["pupils"] > 0)
    assert (steps["median_days"].notna() == taken).all()
    assert steps.query("threshold == 5")["median_days"].min() >= 1
    assert steps["median_days"].min() >= 0
    assert set(steps["threshold"]) == {5, 10, 15, 30}


def test_quantiles_count_the_pupils_with_at_least_one(city: Tables) -> None:
    quantiles = city["absence_quantile"].set_index([*SCHOOL_YEAR, "code", "quantile"])
    bands = city["pupil_band"].query("breakdown == 'all' and code == 'B' and at_least >= 1")
    some = bands.groupby(SCHOOL_YEAR)["pupils"].sum()
    counted = quantiles.xs(("B", 0.5), level=("code", "quantile"))["pupils"]
    assert (counted == some[some > 0].reindex(counted.index)).all()
    wide = quantiles["units"].unstack("quantile")
    assert (wide[0.5] >= 1).all()
    assert (wide[0.9] >= wide[0.5]).all()


def test_trajectories_add_up_to_the_pupils_of_february(city: Tables) -> None:
    grouped = city["trajectory"].groupby(SCHOOL_YEAR)
    february = city["enrolment"].query("month == 2").set_index(SCHOOL_YEAR)["pupils"]
    base = grouped["base"].first()
    assert (grouped["pupils"].sum() == base).all()
    assert (base == february.reindex(base.index)).all()


def test_context_is_complete_and_within_its_scale(city: Tables) -> None:
    wide = city["context"].pivot(index=SCHOOL_YEAR, columns="feature", values="value")
    everyone = ["deprivation", "mobility", "special_needs", "newcomers"]
    assert wide[everyone].notna().all(axis=None)
    assert wide["deprivation"].between(0, 4).all()
    tracks = wide[["track_general", "track_dual", "track_labour"]]
    assert tracks.dropna().sum(axis=1).sub(1).abs().max() < 1e-9
    assert ((tracks >= 0) & (tracks <= 1) | tracks.isna()).all(axis=None)
    in_secondary = wide.index.get_level_values("school_id").map(level_of(city)) == "secondary"
    assert (tracks.notna().all(axis=1) == in_secondary).all()


def test_lateness_is_counted_over_school_days(city: Tables) -> None:
    lateness, yearly = city["lateness"], yearly_units(city)
    days = lateness.query("kind == 'late'").set_index(SCHOOL_YEAR)["pupil_days"]
    assert (yearly["possible"] / days).between(1.7, 1.9).all()
    assert (lateness["events"] <= lateness["pupil_days"]).all()


# --- what only providers count


def measured(city: Tables, value: str = "numerator") -> pd.DataFrame:
    """One column of the measures, schools and years x measures."""
    return city["measure"].pivot(index=SCHOOL_YEAR, columns="measure", values=value)


def february(city: Tables) -> pd.Series:
    return city["enrolment"].query("month == 2").set_index(SCHOOL_YEAR)["pupils"]


ONLY_SECONDARY = {
    *("exam", "off_exam", "attest_a", "attest_b", "attest_c", "to_lower_finality", "to_higher_finality"),
    *("excluded", "unknown_destination", "first_lesson", "last_lesson", "other_lessons"),
    *("lesson_hours", "rolling_absentee", "first_weeks"),
}
NOT_IN_THE_FIRST_YEAR = {"severe_again", "repeater"}


def test_measures_are_those_of_the_contract_that_a_city_of_three_providers_has(whole_city: Tables) -> None:
    contract = load_contracts()["measure"].fields[2]
    table = whole_city["measure"]
    assert set(table["measure"]) == set(contract.constraints.enum or ())
    level = table["school_id"].map(level_of(whole_city))
    assert set(table["measure"]) - set(table["measure"][level == "primary"]) == ONLY_SECONDARY
    by_year = table.groupby("school_year")["measure"].agg(set)
    assert by_year[YEARS[1]] - by_year[YEARS[0]] == NOT_IN_THE_FIRST_YEAR
    assert (by_year[YEARS[1:]] == by_year[YEARS[1]]).all()
    assert set(table["member"]) == {""}


def test_a_part_is_no_larger_than_its_whole(city: Tables) -> None:
    parts = city["measure"].query("measure not in ('gini', 'late_minutes', 'first_absence')")
    assert (parts["numerator"] <= parts["denominator"]).all()
    assert (parts["numerator"] >= 0).all()
    assert (parts["denominator"] > 0).all()
    assert city["measure"].query("measure == 'gini'")["numerator"].between(0.2, 1).all()


def test_the_first_absence_comes_by_the_middle_of_the_pupils_or_never(city: Tables) -> None:
    days = measured(city)["first_absence"]
    assert days.between(1, 190).sum() == days.notna().sum() > 5
    bands = city["pupil_band"].query("breakdown == 'all' and code == 'B' and scale == 'units'")
    none = bands[bands["at_least"] == 0].set_index(SCHOOL_YEAR)
    absent = (1 - none["pupils"] / none["base"]).reindex(days.index)
    assert days[absent > 0.6].notna().all()
    assert days[absent < 0.4].isna().all()


@pytest.mark.parametrize(
    ("days", "ended", "median"),
    [
        ([3, 5, 9, 9], [True, True, True, True], 7.0),
        ([3, 5, 9, 9], [True, True, False, False], 5.0),
        ([3, 5, 9, 9, 9], [True, True, False, False, False], None),
        # Who left on day 4 counts no more among those who still wait: of two left one has it on day 5.
        ([3, 4, 4, 5, 9], [True, False, False, True, False], 5.0),
        ([9, 9], [False, False], None),
    ],
)
def test_the_median_wait_knows_of_those_who_still_wait(
    days: list[int], ended: list[bool], median: float | None
) -> None:
    found = kaplan_meier_median(np.array(days), np.array(ended))
    assert found == median if median is not None else np.isnan(found)


def test_two_halves_of_a_pattern_are_the_whole_year(city: Tables) -> None:
    parts, wholes, yearly = measured(city), measured(city, "denominator"), yearly_units(city)
    for special in ("edge", "exam"):
        there = parts[special].notna()
        assert (parts[special] + parts[f"off_{special}"] == yearly["B"])[there].all()
        assert (wholes[special] + wholes[f"off_{special}"] == yearly["possible"])[there].all()
        assert (wholes[special] < 0.2 * yearly["possible"])[there].all()
    spells = parts[["long_spell", "single_half_day"]].sum(axis=1)
    some = wholes["long_spell"].dropna()
    assert (spells.reindex(some.index) <= some).all()
    assert (some == yearly["B"][yearly["B"] > 0]).all()
    assert (
        (parts["attest_a"] + parts["attest_b"] + parts["attest_c"])
        .dropna()
        .equals(wholes["attest_a"].dropna())
    )


def test_hours_come_from_the_schools_whose_software_tells_lessons(whole_city: Tables) -> None:
    parts, wholes = measured(whole_city), measured(whole_city, "denominator")
    secondary = parts["first_lesson"].notna()
    told = wholes["lesson_hours"].notna()
    assert (told == wholes["rolling_absentee"].notna()).all()
    schools = told[secondary].groupby("school_id").agg(["any", "all"])
    assert (schools["any"] == schools["all"]).all()
    assert 0.4 < schools["all"].mean() < 0.8
    lessons = ["first_lesson", "last_lesson", "other_lessons"]
    for counts in (parts, wholes):
        assert (counts.loc[told, "lesson_hours"] == counts.loc[told, lessons].sum(axis=1)).all()
    assert (wholes["rolling_absentee"] == february(whole_city).reindex(wholes.index))[told].all()
    # Sixteen hours are about four and a half half-days, all of them in one part of the year.
    bands = whole_city["pupil_band"].query("breakdown == 'all' and code == 'B' and scale == 'units'")
    some = bands[bands["at_least"] >= 1].groupby(SCHOOL_YEAR)["pupils"].sum().reindex(parts.index)
    assert (parts["rolling_absentee"] <= some)[told].all()
    assert (
        parts["rolling_absentee"].corr(bands[bands["at_least"] >= 5].groupby(SCHOOL_YEAR)["pupils"].sum())
        > 0.9
    )


def test_the_first_weeks_are_those_of_the_first_grade_of_secondary_schools(city: Tables) -> None:
    parts, wholes = measured(city)["first_weeks"], measured(city, "denominator")["first_weeks"]
    pupils = measured(city, "pupils")["first_weeks"]
    told = parts.notna()
    grade = city["enrolment"].query("breakdown == 'grade' and member == 'S1'").set_index(SCHOOL_YEAR)
    assert set(parts[told].index) == set(grade.index)
    # Some come after the first weeks and some leave in them, but six weeks are 51 to 54 half-days of each.
    assert (wholes[told] <= 54 * pupils[told]).all()
    assert (wholes[told] >= 0.9 * 51 * pupils[told]).mean() > 0.95
    absent = city["absence"].query("breakdown == 'grade' and member == 'S1' and code == 'B'")
    assert (parts[told] <= absent.set_index(SCHOOL_YEAR)["units"].reindex(parts[told].index)).all()
    assert parts.sum() > 0.05 * absent["units"].sum()


def test_measures_of_pupils_rest_on_the_pupils_of_february(city: Tables) -> None:
    base, wholes = february(city), measured(city, "denominator")
    for name in ("sick_notes", "late_5", "late_10", "delayed", "moved_out", "time_out"):
        assert (wholes[name] == base.reindex(wholes.index)).all(), name
    bands = city["pupil_band"].query("breakdown == 'all' and code == 'B'")
    for name, least in (("repeater", 5), ("parents_contacted", 1), ("unreferred_severe", 30)):
        over = bands[bands["at_least"] >= least].groupby(SCHOOL_YEAR)["pupils"].sum()
        told = wholes[name].dropna()
        assert (told == over.reindex(told.index)).all(), name
    # The most absent twentieth has at least the lower edge of the bands it reaches into.
    assert (measured(city)["top_5"] >= 0.05 * wholes["top_5"]).all()


def test_measures_of_follow_up_agree_with_its_steps(city: Tables) -> None:
    parts, wholes = measured(city), measured(city, "denominator")
    first, severe = pupils_at_steps(city, 5), pupils_at_steps(city, 30)
    assert (wholes["timely_referral"].fillna(0) <= first["threshold"]).all()
    assert (parts["timely_referral"].fillna(0) <= first["notified"]).all()
    told = wholes["followed_in_time"].dropna()
    assert (told == first["notified"].reindex(told.index)).all()
    assert (parts["followed_in_time"] <= first["contact"])[told.index].all()
    assert (wholes["early_referral"].dropna() >= first["notified"].reindex(told.index)).all()
    unreferred = parts["unreferred_severe"].dropna()
    assert (unreferred == (severe["threshold"] - severe["notified"]).reindex(unreferred.index)).all()
    closed = wholes["relapse"].fillna(0) + wholes["overdue"].fillna(0)
    assert (closed == first["notified"]).all()


def test_measures_of_lateness_agree_with_the_late_arrivals(city: Tables) -> None:
    parts, wholes = measured(city), measured(city, "denominator")
    lates = city["lateness"].query("kind == 'late'").set_index(SCHOOL_YEAR)["events"]
    told = wholes["late_unexcused"].dropna()
    assert (told == lates.reindex(told.index)).all()
    assert (wholes["late_long"].dropna() <= told.reindex(wholes["late_long"].dropna().index)).all()
    assert (parts["late_10"] <= parts["late_5"]).all()
    assert (parts["late_5"] <= wholes["late_then_absent"].fillna(0)).all()
    assert (5 * wholes["late_then_absent"].fillna(0) <= lates).all()


def test_moves_in_finality_are_among_the_changes_of_track(city: Tables) -> None:
    parts = measured(city)[["to_lower_finality", "to_higher_finality"]].dropna().sum(axis=1)
    changed = city["trajectory"].query("outcome == 'changed_track'").set_index(SCHOOL_YEAR)["pupils"]
    assert (parts <= changed.reindex(parts.index)).all()


# --- plausible levels


@pytest.mark.parametrize(
    ("level", "column", "low", "high"),
    [
        ("primary", "total", 0.050, 0.060),
        ("primary", "B", 0.005, 0.007),
        ("secondary", "total", 0.074, 0.082),
        ("secondary", "B", 0.019, 0.025),
    ],
)
def test_levels_are_plausible(whole_city: Tables, level: str, column: str, low: float, high: float) -> None:
    yearly = yearly_units(whole_city).loc[(slice(None), [BEFORE, LAST]), :]
    chosen = yearly[yearly.index.get_level_values("school_id").map(level_of(whole_city)) == level]
    assert low <= chosen[column].sum() / chosen["possible"].sum() <= high


def test_illness_is_the_largest_category_and_peaks_in_winter(whole_city: Tables) -> None:
    yearly = yearly_units(whole_city)[["B", "Z", "R", "P", "H"]].sum()
    assert yearly.idxmax() == "Z"
    monthly = whole_city["absence"].query("code == 'Z' and breakdown == 'all'").groupby("month")["units"]
    possible = whole_city["enrolment"].query("breakdown == 'all'").groupby("month")["possible"].sum()
    rate = monthly.sum() / possible
    assert set(rate.nlargest(2).index) == {1, 2}


def test_unauthorised_absence_hugs_the_weekend_and_rises_through_the_year(whole_city: Tables) -> None:
    pattern = whole_city["absence_pattern"].query("code == 'B'").groupby(["weekday", "half_day"])
    rate = pattern["units"].sum() / pattern["possible"].sum()
    assert rate.idxmax() == (5, "pm")
    assert rate[1].min() > rate[[2, 4]].max()
    enrolment = whole_city["enrolment"].query("breakdown == 'all'").groupby("month")["possible"].sum()
    absence = whole_city["absence"].query("code == 'B' and breakdown == 'all'").groupby("month")["units"]
    monthly = absence.sum() / enrolment
    assert monthly[[9, 10]].max() < monthly[[5, 6]].min()


def test_unauthorised_absence_goes_with_deprivation(whole_city: Tables) -> None:
    context = whole_city["context"].query("feature == 'deprivation'").set_index(SCHOOL_YEAR)["value"]
    own = logit_by_year(whole_city, "B").stack()
    assert own.corr(context.reindex(own.index)) > 0.4


def test_few_pupils_hold_most_unauthorised_half_days(whole_city: Tables) -> None:
    bands = whole_city["pupil_band"].query("breakdown == 'all' and code == 'B'")
    level = bands["school_id"].map(level_of(whole_city))
    share = bands.groupby([level, "at_least"])["pupils"].sum().unstack()
    share = share.div(share.sum(axis=1), axis=0)
    assert share.loc["primary", 0] > 0.45
    assert 0.10 < share.loc["secondary", [10, 15, 30]].sum() < 0.22
    assert 0.02 < share.loc["secondary", 30] < 0.07


def test_the_covid_year_looks_different(whole_city: Tables) -> None:
    city_wide = yearly_units(whole_city).groupby("school_year").sum()
    rate = city_wide.div(city_wide["possible"], axis=0)
    covid, later = rate.loc[YEARS[0]], rate.loc[YEARS[2:]]
    assert covid["R"] > 2 * later["R"].max()
    assert covid["Z"] > later["Z"].max()
    assert covid["B"] < later["B"].min()


def test_sizes_are_those_of_a_city(whole_city: Tables, truth: dict[str, Any]) -> None:
    february = whole_city["enrolment"].query("month == 2").set_index(SCHOOL_YEAR)["pupils"]
    mean = february.groupby("school_id").mean().drop(truth["very_small"])
    median = mean.groupby(level_of(whole_city)).median()
    assert 220 < median["primary"] < 310
    assert 360 < median["secondary"] < 520
    assert mean.min() > 50


# --- the planted truth is in the data


def test_planted_schools_are_all_different(truth: dict[str, Any]) -> None:
    steps = [
        entry for kind in ("improvers", "decliners") for found in truth[kind].values() for entry in found
    ]
    single = [truth["registration_change"]["school_id"], truth["missing_months"]["school_id"]]
    planted = ids(steps) + ids(truth["excellent"]) + single + truth["very_small"]
    assert len(planted) == len(set(planted)) == 16 + 6 + 5 + 2 + 3
    for kind in ("improvers", "decliners"):
        for year, wanted in ((LAST, 8), (BEFORE, 3)):
            assert len(truth[kind][year]) == wanted
            assert {entry["school_type"] for entry in truth[kind][year]} == {"primary", "secondary"}


@pytest.mark.parametrize(("kind", "direction"), [("improvers", -1), ("decliners", 1)])
@pytest.mark.parametrize("year", [LAST, BEFORE])
def test_planted_steps_show_in_both_rates(
    whole_city: Tables, truth: dict[str, Any], kind: str, direction: int, year: str
) -> None:
    entries = truth[kind][year]
    for column, step in (("B", "unauthorised_step"), ("total", "total_step")):
        logit = logit_by_year(whole_city, column).loc[ids(entries)]
        change = logit[year] - logit[YEARS[YEARS.index(year) - 1]]
        planted = np.array([entry[step] for entry in entries])
        assert (np.sign(planted) == direction).all()
        assert (np.sign(change) == direction).all()
        assert 0.5 < change.mean() / planted.mean() < 1.5


@pytest.mark.parametrize(("kind", "direction"), [("improvers", -1), ("decliners", 1)])
def test_earlier_steps_last(whole_city: Tables, truth: dict[str, Any], kind: str, direction: int) -> None:
    logit = logit_by_year(whole_city, "B").loc[ids(truth[kind][BEFORE])]
    kept = logit[LAST] - logit[YEARS[-3]]
    assert (direction * kept).mean() > 0.2


def test_steps_are_exact_in_the_true_effects(truth: dict[str, Any]) -> None:
    for kind in ("improvers", "decliners"):
        for year, entries in truth[kind].items():
            position = truth["school_years"].index(year)
            for entry in entries:
                path = truth["effects"][entry["school_id"]]["unauthorised"]
                assert path[position] - path[position - 1] == pytest.approx(
                    entry["unauthorised_step"], abs=0.002
                )


def test_excellent_schools_stay_a_third_below_their_context(truth: dict[str, Any]) -> None:
    for entry in truth["excellent"]:
        for path in truth["effects"][entry["school_id"]].values():
            assert -0.55 < np.mean(path) < -0.35


def test_excellent_schools_are_low_for_their_deprivation(whole_city: Tables, truth: dict[str, Any]) -> None:
    context = whole_city["context"].query("feature == 'deprivation'").groupby("school_id")["value"].mean()
    own = logit_by_year(whole_city, "total")[YEARS[-3:]].mean(axis=1)
    slope, intercept = np.polyfit(context, own.reindex(context.index), 1)
    residual = own - (intercept + slope * context)
    assert residual[ids(truth["excellent"])].max() < residual.quantile(0.35)
    assert residual[ids(truth["excellent"])].mean() < residual.quantile(0.15)


def test_registration_change_moves_half_days_but_loses_none(
    whole_city: Tables, truth: dict[str, Any]
) -> None:
    school = truth["registration_change"]
    yearly = yearly_units(whole_city).loc[school["school_id"]]
    rate = yearly.div(yearly["possible"], axis=0)
    assert rate.loc[LAST, "B"] < 0.4 * rate.loc[BEFORE, "B"]
    assert rate.loc[LAST, "Z"] > 1.15 * rate.loc[BEFORE, "Z"]
    assert rate.loc[LAST, "total"] == pytest.approx(rate.loc[BEFORE, "total"], rel=0.1)
    moved = school["moved_half_days"]
    before = (yearly.loc[LAST, "B"] + moved) / yearly.loc[LAST, "possible"]
    assert before == pytest.approx(rate.loc[BEFORE, "B"], rel=0.35)


def test_missing_months_have_no_rows(whole_city: Tables, truth: dict[str, Any]) -> None:
    missing = truth["missing_months"]
    for name in ("enrolment", "absence"):
        table = whole_city[name].query("breakdown == 'all'")
        months = table.groupby(SCHOOL_YEAR)["month"].agg(set)
        here = (missing["school_id"], missing["school_year"])
        assert months[here] == {9, 10, 11, 12, 1, 2, 6}
        assert set(missing["months"]) == {3, 4, 5}
        assert months.drop(here).map(len).eq(10).all()


def test_very_small_schools_are_very_small(whole_city: Tables, truth: dict[str, Any]) -> None:
    february = whole_city["enrolment"].query("month == 2").set_index("school_id")["pupils"]
    assert february[truth["very_small"]].between(12, 28).all()
    assert set(level_of(whole_city)[truth["very_small"]]) == {"primary", "secondary"}


def pooled_shares(city: Tables, years: list[str]) -> pd.DataFrame:
    """Measures over some years, secondary schools x measures."""
    table = city["measure"][city["measure"]["school_year"].isin(years)]
    table = table[table["school_id"].map(level_of(city)) == "secondary"]
    sums = table.groupby(["school_id", "measure"])[["numerator", "denominator"]].sum()
    return (sums["numerator"] / sums["denominator"]).unstack("measure")


def test_the_school_with_holiday_edges_shows_them(whole_city: Tables, truth: dict[str, Any]) -> None:
    shares = pooled_shares(whole_city, YEARS)
    index = shares["edge"] / shares["off_edge"]
    story = truth["stories"]["holiday_edges"]
    assert np.log(index[story["school_id"]]) == pytest.approx(story["log_odds"], abs=0.15)
    assert index.idxmax() == story["school_id"]
    assert 1.2 < index.median() < 1.7


def test_the_school_with_a_strong_friday_afternoon_shows_it(
    whole_city: Tables, truth: dict[str, Any]
) -> None:
    pattern = whole_city["absence_pattern"].query("code == 'B'")
    slots = pattern.groupby(["school_id", "weekday", "half_day"])[["units", "possible"]].sum()
    rate = (slots["units"] / slots["possible"]).unstack(["weekday", "half_day"])
    whole = slots.groupby("school_id").sum()
    index = rate[5, "pm"] / (whole["units"] / whole["possible"])
    assert index[whole["units"] >= 1000].idxmax() == truth["stories"]["friday_afternoon"]["school_id"]
    assert index.max() > 2


def test_the_school_with_slow_referral_shows_it(whole_city: Tables, truth: dict[str, Any]) -> None:
    school = truth["stories"]["slow_referral"]["school_id"]
    rank = pooled_shares(whole_city, YEARS[-3:]).rank(pct=True).loc[school]
    assert rank["parents_contacted"] < 0.1
    assert rank["timely_referral"] < 0.25
    assert rank["overdue"] > 0.9
    first = whole_city["follow_up"].query("threshold == 5 and step == 'notified'")
    secondary = first[first["school_id"].map(level_of(whole_city)) == "secondary"]
    assert secondary.groupby("school_id")["median_days"].mean().rank(pct=True)[school] > 0.9


def test_schools_with_a_story_carry_no_planted_truth(truth: dict[str, Any]) -> None:
    steps = [
        entry for kind in ("improvers", "decliners") for entries in truth[kind].values() for entry in entries
    ]
    planted = {*ids(steps), *ids(truth["excellent"]), *truth["very_small"]}
    planted |= {truth[name]["school_id"] for name in ("registration_change", "missing_months")}
    told = [story["school_id"] for story in truth["stories"].values()]
    assert len(set(told)) == 3
    assert not planted & set(told)


# --- writing it again


def _fingerprints(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_same_seed_writes_the_same_files(small_folder: Path, tmp_path: Path) -> None:
    write_sample(tmp_path, tmp_path / "truth.json", seed=7, size=SMALL_CITY)
    assert _fingerprints(tmp_path) == _fingerprints(small_folder)


def test_another_seed_writes_another_city(small_folder: Path, tmp_path: Path) -> None:
    write_sample(tmp_path, tmp_path / "truth.json", seed=8, size=SMALL_CITY)
    same = [
        name for name, found in _fingerprints(tmp_path).items() if found == _fingerprints(small_folder)[name]
    ]
    assert same == []


def test_committed_files_are_what_the_generator_writes(whole_city: Tables, tmp_path: Path) -> None:
    write_sample(tmp_path, tmp_path / "truth.json")
    for name, table in read_city(tmp_path).items():
        pd.testing.assert_frame_equal(table, whole_city[name])
    assert (tmp_path / "truth.json").read_text(encoding="utf-8") == TRUTH.read_text(encoding="utf-8")


class TestSurvey:
    def test_half_of_the_schools_asked_in_the_last_two_years(self, whole_city: Tables) -> None:
        answers, schools = whole_city["survey_responses"], whole_city["schools"]["school_id"].nunique()
        asked = answers.groupby("school_year")["school_id"].nunique()
        assert list(asked.index) == [BEFORE, LAST]
        assert 0.35 * schools < asked[BEFORE] < asked[LAST] <= 0.5 * schools
        assert set(answers["respondent_group"]) == {"pupils_9_12", "pupils_12_18", "teachers", "other_staff"}
        assert (COMMITTED / "survey_responses.parquet").stat().st_size < 600_000

    def test_there_are_schools_at_every_threshold(self, whole_city: Tables) -> None:
        place = ["school_id", "school_year", "respondent_group"]
        people = whole_city["survey_responses"].groupby(place)["respondent"].nunique()
        assert (people < 10).any()
        assert people.between(10, 29).any()
        assert (people >= 30).any()

    def test_what_was_planted_shows(self, whole_city: Tables, truth: dict[str, Any]) -> None:
        answers, told = whole_city["survey_responses"], truth["survey"]
        pupils = answers[answers["respondent_group"].str.startswith("pupils")]
        sheets = [load_questionnaire(group) for group in ("pupils_9_12", "pupils_12_18")]
        bad = {
            item.id for one in sheets for item in one.items if item.reversed and item.theme in told["themes"]
        }
        met = pupils[pupils["item"].isin(bad)]
        level = met.groupby(["school_year", "school_id"])["answer"].mean().astype(float)
        rank = level.groupby("school_year").rank(ascending=False)
        assert rank[BEFORE, told["worse"]] <= 3
        assert rank[LAST, told["worse"]] <= 3
        assert rank[BEFORE, told["better"]] <= 3
        assert level[BEFORE, told["better"]] - level[LAST, told["better"]] > 0.4
        assert abs(level[BEFORE, told["worse"]] - level[LAST, told["worse"]]) < 0.4
        place = ["school_id", "school_year", "respondent_group"]
        groups = pupils.groupby(place).agg(there=("respondent", "nunique"), invited=("invited", "first"))
        assert (
            groups.loc[told["low_response"], "there"] < 0.5 * groups.loc[told["low_response"], "invited"]
        ).all()
