"""Complete registers and changes of registration: what rings, and what must stay quiet."""

import numpy as np
import pandas as pd
import pytest

from mirrors.benchmark.registration import completeness, month_alarms, registration_alarms, shifts
from mirrors.definitions import load_jurisdiction

FLANDERS = load_jurisdiction("flanders")
YEAR, BEFORE = "2024-25", "2023-24"
SCHOOLS = tuple(f"S{number:02d}" for number in range(40))


def enrolment(schools: tuple[str, ...] = SCHOOLS, year: str = YEAR) -> pd.DataFrame:
    """Return schools that have pupils in a year."""
    return pd.DataFrame({"school_id": schools, "school_year": year, "pupils": 200.0, "possible": 64000.0})


def months(sent: dict[str, list[int]], year: str = YEAR) -> pd.DataFrame:
    """Return registered months, all ten but for the schools in `sent`."""
    rows = [(school, year, month) for school in SCHOOLS for month in sent.get(school, list(FLANDERS.months))]
    return pd.DataFrame(rows, columns=["school_id", "school_year", "month"])


def without(*gone: int) -> list[int]:
    """Return the months of a school year in Flanders but for some."""
    return [month for month in FLANDERS.months if month not in gone]


def of_school(found: pd.DataFrame, school: str) -> dict[str, object]:
    """Return the row of one school."""
    [row] = found[found["school_id"] == school].to_dict("records")
    return row


def test_missing_months_are_named_and_ring() -> None:
    found = completeness(enrolment(), months({"S07": without(3, 4, 5)}), FLANDERS)
    assert of_school(found, "S07") == {
        "school_id": "S07",
        "school_year": YEAR,
        "expected": 10,
        "complete": pytest.approx(0.7),
        "missing_months": "3,4,5",
        "stops_after": "",
    }
    assert (found.loc[found["school_id"] != "S07", "complete"] == 1.0).all()
    [alarm] = month_alarms(found).to_dict("records")
    assert (alarm["school_id"], alarm["alarm"], alarm["detail"]) == ("S07", "missing_months", "3,4,5")
    assert (alarm["before"], alarm["after"]) == (10, 7)


def test_one_month_of_ten_is_shown_and_does_not_ring() -> None:
    row = of_school(completeness(enrolment(), months({"S07": without(11)}), FLANDERS), "S07")
    assert (row["complete"], row["missing_months"]) == (pytest.approx(0.9), "11")
    assert month_alarms(completeness(enrolment(), months({"S07": without(11)}), FLANDERS)).empty


def test_registers_that_stop_before_the_city_s_ring() -> None:
    found = completeness(enrolment(), months({"S07": without(6), "S08": without(5, 6)}), FLANDERS)
    rang = month_alarms(found).set_index("school_id")
    assert rang[["alarm", "detail"]].T.to_dict("list") == {
        "S07": ["registers_stop", "5"],
        "S08": ["missing_months", "5,6"],
    }


def test_a_month_that_the_whole_city_lacks_is_not_missing() -> None:
    found = completeness(enrolment(), months(dict.fromkeys(SCHOOLS, without(4))), FLANDERS)
    assert (found["complete"] == 1.0).all()
    assert (found["missing_months"] == "").all()


@pytest.mark.parametrize(("lacking", "missing"), [(20, "4"), (21, "")])
def test_a_month_is_expected_when_half_of_the_schools_sent_it(lacking: int, missing: str) -> None:
    sent = dict.fromkeys(SCHOOLS[:lacking], without(4))
    found = completeness(enrolment(), months(sent), FLANDERS)
    assert of_school(found, SCHOOLS[0])["missing_months"] == missing


def test_a_school_that_sent_nothing_misses_everything() -> None:
    row = of_school(completeness(enrolment(), months({"S03": []}), FLANDERS), "S03")
    assert (row["complete"], row["stops_after"]) == (0.0, "")


def test_months_outside_the_school_year_do_not_count() -> None:
    found = completeness(enrolment(), months({school: [*FLANDERS.months, 7] for school in SCHOOLS}), FLANDERS)
    assert (found["complete"] == 1.0).all()


def test_a_city_without_months_cannot_miss_any_and_cannot_know() -> None:
    yearly = months({})[:0]
    assert completeness(enrolment(), yearly, FLANDERS)["complete"].isna().all()
    new_york = load_jurisdiction("new-york")
    found = completeness(enrolment(), months({}), new_york)
    assert found["complete"].isna().all()
    assert month_alarms(found).empty


def test_each_year_has_its_own_expectation() -> None:
    both = pd.concat([enrolment(year=BEFORE), enrolment()])
    sent = pd.concat([months(dict.fromkeys(SCHOOLS, without(6)), BEFORE), months({"S01": without(5, 6)})])
    found = completeness(both, sent, FLANDERS).set_index(["school_id", "school_year"])
    assert found.loc[("S01", BEFORE), "complete"] == 1.0
    assert found.loc[("S01", YEAR), "missing_months"] == "5,6"


def rates(
    unauthorised: dict[str, float] | None = None,
    illness: dict[str, float] | None = None,
    wave: float = 0.0,
    year: str = YEAR,
    before: str = BEFORE,
) -> dict[str, pd.DataFrame]:
    """Return both rates in two years: small moves, a wave of illness, and moves of some schools."""
    rng = np.random.default_rng(4)
    frames = {}
    for name, level, moved in (("unauthorised", 0.02, unauthorised), ("illness", 0.05, illness)):
        rows = []
        for school in SCHOOLS:
            was = level + rng.normal(0, 0.004)
            now = was + rng.normal(0, 0.001) + (wave if name == "illness" else 0.0)
            now += (moved or {}).get(school, 0.0)
            rows += [(school, before, was), (school, year, now)]
        frame = pd.DataFrame(rows, columns=["school_id", "school_year", "value"])
        frames[name] = frame.assign(pupils=200.0, status="exact")
    return frames


def changed(observed: dict[str, pd.DataFrame]) -> set[tuple[str, str]]:
    """Return the school-years in which absence moved between the two."""
    found = shifts(observed["unauthorised"], observed["illness"], FLANDERS)
    return set(zip(found["school_id"], found["school_year"], strict=True))


@pytest.mark.parametrize("moved", [-0.015, 0.015])
def test_absence_that_changed_its_name_is_found(moved: float) -> None:
    assert changed(rates({"S05": moved}, {"S05": -moved})) == {("S05", YEAR)}


def test_the_evidence_is_unauthorised_as_a_share_of_both() -> None:
    moved = rates({"S05": -0.015}, {"S05": 0.015})
    [alarm] = registration_alarms(moved, FLANDERS).to_dict("records")
    values = {name: frame.set_index(["school_id", "school_year"])["value"] for name, frame in moved.items()}
    for name, year in (("before", BEFORE), ("after", YEAR)):
        one, two = (values[kind]["S05", year] for kind in ("unauthorised", "illness"))
        assert alarm[name] == pytest.approx(one / (one + two))
    assert (alarm["alarm"], alarm["against"]) == ("registration_change", BEFORE)


def unknown(now: dict[str, float]) -> pd.DataFrame:
    """Return the rate of unknown codes: three schools use them, every year alike but for `now`."""
    rows = [
        (school, year, now.get(school, 0.01) if year == YEAR else 0.01)
        for school in ("S01", "S02", "S03")
        for year in (BEFORE, YEAR)
    ]
    frame = pd.DataFrame(rows, columns=["school_id", "school_year", "value"])
    return frame.assign(pupils=200.0, status="exact")


def test_unknown_codes_that_became_unauthorised_are_found() -> None:
    moved = {**rates({"S02": 0.01}), "unknown": unknown({"S02": 0.0})}
    [alarm] = registration_alarms(moved, FLANDERS).to_dict("records")
    assert (alarm["school_id"], alarm["alarm"]) == ("S02", "unknown_codes")
    assert alarm["before"] < alarm["after"] == pytest.approx(1.0)


@pytest.mark.parametrize(("unauthorised", "left"), [(0.0, 0.01), (0.01, 0.01), (-0.008, 0.018)])
def test_other_moves_of_unknown_codes_are_quiet(unauthorised: float, left: float) -> None:
    moved = {**rates({"S02": unauthorised}), "unknown": unknown({"S02": left})}
    assert registration_alarms(moved, FLANDERS).empty


@pytest.mark.parametrize("fall", [-0.012, -0.019])
def test_a_real_fall_without_more_illness_is_no_change_of_registration(fall: float) -> None:
    assert changed(rates({"S05": fall})) == set()


def test_a_rise_in_both_is_no_change_of_registration() -> None:
    assert changed(rates({"S05": 0.015}, {"S05": 0.015})) == set()


def test_an_illness_wave_across_the_city_is_no_change_of_registration() -> None:
    assert changed(rates(wave=0.03)) == set()


def test_a_real_fall_during_an_illness_wave_is_no_change_of_registration() -> None:
    assert changed(rates({"S05": -0.015}, wave=0.02)) == set()


def test_a_change_of_registration_is_found_during_a_wave() -> None:
    assert changed(rates({"S05": -0.015}, {"S05": 0.015}, wave=0.03)) == {("S05", YEAR)}


def test_a_shift_within_what_schools_usually_show_is_quiet() -> None:
    assert changed(rates({"S05": -0.002}, {"S05": 0.002})) == set()


def test_a_very_small_school_is_never_accused() -> None:
    moved = rates({"S05": -0.015}, {"S05": 0.015})
    for frame in moved.values():
        frame.loc[frame["school_id"] == "S05", "pupils"] = 29.0
    assert changed(moved) == set()


def test_bounds_are_not_compared() -> None:
    moved = rates({"S05": -0.015}, {"S05": 0.015})
    moved["illness"].loc[moved["illness"]["school_id"] == "S05", "status"] = "at_most"
    assert changed(moved) == set()


def test_only_the_year_before_is_compared() -> None:
    moved = rates({"S05": -0.015}, {"S05": 0.015}, before="2022-23")
    assert changed(moved) == set()


@pytest.mark.parametrize("before", ["2019-20", "2020-21"])
def test_a_break_year_is_compared_with_nothing(before: str) -> None:
    year = {"2019-20": "2020-21", "2020-21": "2021-22"}[before]
    assert changed(rates({"S05": -0.015}, {"S05": 0.015}, before=before, year=year)) == set()


def test_without_categories_there_is_nothing_to_compare() -> None:
    assert changed({**rates(), "illness": pd.DataFrame()}) == set()
