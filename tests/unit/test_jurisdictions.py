"""The shipped jurisdictions: complete, and their thresholds reached on the right day by single pupils."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from mirrors.definitions import Jurisdiction, load_jurisdiction
from mirrors.definitions.reading import FOLDER
from mirrors.definitions.school_days import school_days
from mirrors.definitions.threshold import Absent, Threshold, reached, reached_each_time

NAMES = sorted(path.stem for path in (FOLDER / "jurisdictions").glob("*.yaml"))
PRESETS = ["england", "flanders", "france", "netherlands", "united-states", "wallonia-brussels"]
LANGUAGES = {"en", "nl", "fr"}
CATEGORIES = {
    "unauthorised",
    "illness",
    "legal",
    "permitted",
    "workplace_gap",
    "nursery",
    "not_expected",
    "present",
    "present_elsewhere",
    "late",
}
ABSENT = {"unauthorised", "illness", "legal", "permitted"}

each_jurisdiction = pytest.mark.parametrize("name", NAMES)
each_preset = pytest.mark.parametrize("name", PRESETS)


def threshold(name: str, key: str) -> Threshold:
    return next(one for one in load_jurisdiction(name).thresholds if one.id == key)


def made(**fields: object) -> Threshold:
    """Return a threshold of 5 unauthorised units in a school year, but for `fields`."""
    usual = {
        "id": "made",
        "categories": ["unauthorised"],
        "at_least": 5,
        "window": "school_year",
        "duty": dict.fromkeys(LANGUAGES, "duty"),
    }
    return Threshold.model_validate({**usual, **fields})


def absent(units: float, *days: str) -> list[Absent]:
    return [Absent(date.fromisoformat(day), units) for day in days]


def run(first: str, days: int, units: float = 1) -> list[Absent]:
    """Return absence on so many days that follow each other."""
    start = date.fromisoformat(first)
    return [Absent(start + timedelta(days=day), units) for day in range(days)]


def weeks(*mondays: str) -> set[date]:
    """Return the five days of the weeks with these Mondays."""
    return {date.fromisoformat(monday) + timedelta(days=day) for monday in mondays for day in range(5)}


class TestEveryJurisdiction:
    def test_the_six_presets_and_the_two_cities_are_there(self) -> None:
        assert set(NAMES) == {*PRESETS, "new-york", "maryland"}

    @each_jurisdiction
    def test_is_called_like_its_file_and_dated(self, name: str) -> None:
        jurisdiction = load_jurisdiction(name)
        assert jurisdiction.id == name
        assert date.fromisoformat(jurisdiction.valid_from) < date.fromisoformat(jurisdiction.checked_on)
        assert jurisdiction.source

    @each_jurisdiction
    def test_is_worded_in_every_language(self, name: str) -> None:
        jurisdiction = load_jurisdiction(name)
        texts = [
            jurisdiction.title,
            *(code.label for code in jurisdiction.codes.values()),
            *(gap.reason for gap in jurisdiction.breaks),
            *(one.duty for one in jurisdiction.thresholds),
            *(feature.title for feature in jurisdiction.features),
            *jurisdiction.school_types.values(),
        ]
        assert [text for text in texts if set(text) != LANGUAGES or not all(text.values())] == []

    @each_jurisdiction
    def test_leaves_out_the_years_of_closed_schools_with_the_reason(self, name: str) -> None:
        assert [gap.school_year for gap in load_jurisdiction(name).breaks] == ["2019-20", "2020-21"]

    @each_jurisdiction
    def test_knows_every_category_and_which_are_absence(self, name: str) -> None:
        for code, rule in load_jurisdiction(name).codes.items():
            assert rule.category in CATEGORIES, code
            assert rule.absence == (rule.category in ABSENT), code

    @each_jurisdiction
    def test_codes_fit_the_file_that_brings_them(self, name: str) -> None:
        assert [code for code in load_jurisdiction(name).codes if not 0 < len(code) <= 5] == []

    @each_jurisdiction
    def test_aliases_lead_to_codes(self, name: str) -> None:
        jurisdiction = load_jurisdiction(name)
        assert set(jurisdiction.aliases.values()) <= set(jurisdiction.codes)
        assert not set(jurisdiction.aliases) & set(jurisdiction.codes)

    @each_preset
    def test_thresholds_count_categories_that_the_codes_have(self, name: str) -> None:
        jurisdiction = load_jurisdiction(name)
        assert jurisdiction.thresholds
        known = {"any", *(code.category for code in jurisdiction.codes.values() if code.absence)}
        assert [one.id for one in jurisdiction.thresholds if not set(one.categories) <= known] == []

    @each_jurisdiction
    def test_school_days_are_known_where_it_has_a_calendar(self, name: str) -> None:
        jurisdiction = load_jurisdiction(name)
        assert (school_days("2024-25", jurisdiction) is None) == (jurisdiction.calendar is None)

    @pytest.mark.parametrize(
        ("name", "unit"),
        [
            ("flanders", "half_day"),
            ("wallonia-brussels", "half_day"),
            ("netherlands", "hour"),
            ("france", "half_day"),
            ("england", "session"),
            ("united-states", "day"),
        ],
    )
    def test_counts_in_its_own_unit(self, name: str, unit: str) -> None:
        assert load_jurisdiction(name).unit == unit


class TestTheLadder:
    @pytest.mark.parametrize(
        ("name", "units"),
        [
            ("flanders", [5, 10, 15, 30]),
            ("wallonia-brussels", [9, 21]),
            ("netherlands", []),
            ("france", []),
            ("england", []),
            ("united-states", []),
            ("new-york", []),
        ],
    )
    def test_is_the_units_of_one_school_year(self, name: str, units: list[int]) -> None:
        assert [step.at_least for step in load_jurisdiction(name).ladder] == units

    def test_starts_with_the_lowest_however_it_is_written(self) -> None:
        flanders = load_jurisdiction("flanders")
        turned = flanders.model_copy(update={"thresholds": flanders.thresholds[::-1]})
        assert turned.ladder == flanders.ladder

    @pytest.mark.parametrize(
        ("change", "problem"),
        [
            ({"id": "city"}, "the same id"),
            ({"categories": ["illness"]}, "different categories"),
            ({"at_least": 7.5}, "whole number"),
        ],
    )
    def test_cannot_mix(self, change: dict[str, object], problem: str) -> None:
        flanders = load_jurisdiction("flanders")
        with pytest.raises(ValidationError, match=problem):
            Jurisdiction.model_validate(
                {**flanders.model_dump(), "thresholds": [*flanders.thresholds, made(**change)]}
            )


class TestEnglishCodes:
    @pytest.mark.parametrize(
        ("codes", "category"),
        [
            ("/ \\", "present"),
            ("L", "late"),
            ("K V P W B D", "present_elsewhere"),
            ("C C1 C2 M J1 S", "permitted"),
            ("T R E", "legal"),
            ("I", "illness"),
            ("G N O U", "unauthorised"),
            ("X Q Y1 Y2 Y3 Y4 Y5 Y6 Y7 Z #", "not_expected"),
        ],
    )
    def test_have_their_category(self, codes: str, category: str) -> None:
        england = load_jurisdiction("england")
        assert {england.category(code) for code in codes.split()} == {category}

    def test_are_all_named_above(self) -> None:
        assert len(load_jurisdiction("england").codes) == 34


class TestFlanders:
    @pytest.mark.parametrize(("key", "limit"), [("guidance_centre", 5), ("city", 10), ("published", 15)])
    def test_the_last_half_day_of_the_limit_is_the_day(self, key: str, limit: int) -> None:
        rule = threshold("flanders", key)
        assert reached(rule, run("2024-10-01", limit - 1)) is None
        assert reached(rule, run("2024-10-01", limit)) == date(2024, 10, limit)
        assert reached(rule, run("2024-10-01", limit + 3)) == date(2024, 10, limit)

    def test_whole_days_count_twice(self) -> None:
        rule = threshold("flanders", "guidance_centre")
        assert reached(rule, run("2024-10-01", 3, units=2)) == date(2024, 10, 3)

    def test_half_days_may_lie_far_apart(self) -> None:
        days = absent(1, "2025-06-20", "2024-09-03", "2024-11-05", "2025-01-07", "2025-03-04")
        assert reached(threshold("flanders", "guidance_centre"), days) == date(2025, 6, 20)

    def test_a_new_school_year_starts_from_nothing(self) -> None:
        days = [*run("2025-06-20", 4), *run("2025-09-01", 4)]
        assert reached(threshold("flanders", "guidance_centre"), days) is None

    def test_very_problematic_from_thirty(self) -> None:
        rule = threshold("flanders", "severe")
        assert reached(rule, run("2024-10-01", 29)) is None
        assert reached(rule, run("2024-10-01", 30)) == date(2024, 10, 30)

    def test_thirty_in_two_years_that_follow_each_other(self) -> None:
        rule = threshold("flanders", "severe_again")
        first, second, third = (run(f"{year}-10-01", 30) for year in (2022, 2023, 2024))
        assert reached(rule, first) is None
        assert reached(rule, first + second) == date(2023, 10, 30)
        assert reached(rule, first + third) is None
        assert reached(rule, first + run("2023-10-01", 29)) is None
        assert reached(rule, run("2022-10-01", 29) + second) is None
        assert reached(rule, first + second + third) == date(2023, 10, 30)


class TestWalloniaBrussels:
    @pytest.mark.parametrize(("key", "limit"), [("report", 9), ("regular_status", 21)])
    def test_the_last_half_day_of_the_limit_is_the_day(self, key: str, limit: int) -> None:
        rule = threshold("wallonia-brussels", key)
        assert reached(rule, run("2025-01-01", limit - 1)) is None
        assert reached(rule, run("2025-01-01", limit)) == date(2025, 1, limit)

    def test_august_belongs_to_the_new_year(self) -> None:
        rule = threshold("wallonia-brussels", "report")
        assert reached(rule, [*run("2025-06-25", 5), *run("2025-08-25", 4)]) is None
        assert reached(rule, [*run("2025-08-25", 4), *run("2025-09-01", 5)]) == date(2025, 9, 5)


class TestNetherlands:
    RULE = threshold("netherlands", "report")
    LESSONS = weeks("2024-10-07", "2024-10-14", "2024-10-21", "2024-11-04", "2024-11-11", "2024-11-18")
    """Without the autumn holiday, the week of 28 October."""

    def after(self, *hours: tuple[str, float]) -> date | None:
        return reached(
            self.RULE, (Absent(date.fromisoformat(d), h) for d, h in hours), school_days=self.LESSONS
        )

    def test_sixteen_hours_in_a_week_count_and_fifteen_do_not(self) -> None:
        assert self.after(("2024-10-07", 8), ("2024-10-09", 7)) is None
        assert self.after(("2024-10-07", 8), ("2024-10-09", 8)) == date(2024, 10, 9)

    def each_time(self, *hours: tuple[str, float]) -> tuple[date, ...]:
        absences = [Absent(date.fromisoformat(day), units) for day, units in hours]
        return reached_each_time(self.RULE, absences, school_days=self.LESSONS)

    def test_each_further_sixteen_hours_are_reported_again(self) -> None:
        hours = [(f"2024-10-{day:02d}", 8.0) for day in (7, 8, 9, 10, 14)]
        assert self.each_time(*hours) == (date(2024, 10, 8), date(2024, 10, 10))
        assert self.each_time(*hours[:1]) == ()

    def test_hours_beyond_the_limit_count_for_the_next_report(self) -> None:
        hours = [("2024-10-07", 8), ("2024-10-08", 8), ("2024-10-09", 4), ("2024-10-10", 12)]
        assert self.each_time(*hours) == (date(2024, 10, 8), date(2024, 10, 10))
        assert self.each_time(("2024-10-07", 10), ("2024-10-08", 10), ("2024-10-09", 12)) == (
            date(2024, 10, 8),
            date(2024, 10, 9),
        )

    def test_what_was_reported_and_what_is_long_ago_does_not_count_again(self) -> None:
        again = [("2024-10-07", 16), ("2024-10-14", 8), ("2024-11-18", 8)]
        assert self.each_time(*again) == (date(2024, 10, 7),)
        assert self.each_time(*again, ("2024-11-19", 8)) == (date(2024, 10, 7), date(2024, 11, 19))

    def test_another_threshold_is_reached_once(self) -> None:
        days = run("2024-10-01", 12)
        assert reached_each_time(threshold("flanders", "guidance_centre"), days) == (date(2024, 10, 5),)

    def test_parts_of_hours_add_up_exactly(self) -> None:
        hours = run("2024-10-07", 5, units=3.2)
        assert reached(self.RULE, hours, school_days=self.LESSONS) == date(2024, 10, 11)
        assert reached(self.RULE, run("2024-10-07", 5, units=3.1), school_days=self.LESSONS) is None

    def test_the_fourth_lesson_week_still_counts(self) -> None:
        assert self.after(("2024-10-14", 8), ("2024-11-11", 8)) == date(2024, 11, 11)

    def test_the_fifth_lesson_week_does_not(self) -> None:
        assert self.after(("2024-10-07", 8), ("2024-11-11", 8)) is None

    def test_a_holiday_week_takes_no_place_among_the_four(self) -> None:
        hours = [("2024-10-07", 8.0), ("2024-11-04", 8.0)]
        assert self.after(*hours) == date(2024, 11, 4)
        dated = [Absent(date.fromisoformat(day), units) for day, units in hours]
        assert reached(self.RULE, dated) is None

    def test_hours_in_a_holiday_do_not_count(self) -> None:
        assert self.after(("2024-10-28", 8), ("2024-11-04", 8)) is None

    def test_a_summer_between_does_not_break_the_weeks(self) -> None:
        lessons = weeks("2025-06-30", "2025-07-07", "2025-08-18", "2025-08-25")
        hours = absent(8, "2025-06-30", "2025-08-25")
        assert reached(self.RULE, hours, school_days=lessons) == date(2025, 8, 25)

    def test_old_hours_fall_out_when_new_weeks_come(self) -> None:
        hours = [("2024-10-07", 8.0), ("2024-11-11", 6.0), ("2024-11-12", 1.0), ("2024-11-18", 9.0)]
        assert self.after(*hours) == date(2024, 11, 18)


class TestFrance:
    def test_four_half_days_in_one_month(self) -> None:
        rule = threshold("france", "absentee")
        assert reached(rule, run("2025-01-06", 3)) is None
        assert reached(rule, run("2025-01-06", 4)) == date(2025, 1, 9)

    def test_half_days_across_two_months_do_not_add_up(self) -> None:
        rule = threshold("france", "absentee")
        days = absent(1, "2025-01-29", "2025-01-30", "2025-01-31", "2025-02-03", "2025-02-04")
        assert reached(rule, days) is None
        assert reached(rule, [*days, *absent(2, "2025-02-28")]) == date(2025, 2, 28)

    def test_the_same_month_of_two_years_does_not_add_up(self) -> None:
        days = absent(1, "2024-01-10", "2024-01-11", "2025-01-09", "2025-01-10")
        assert reached(threshold("france", "absentee"), days) is None

    def test_ten_half_days_in_one_month_are_heavy(self) -> None:
        rule = threshold("france", "heavy")
        assert reached(rule, run("2025-01-06", 9)) is None
        assert reached(rule, run("2025-01-06", 10)) == date(2025, 1, 15)


class TestEngland:
    POSSIBLE = {"2024-25": 380.0}

    @pytest.mark.parametrize(("key", "limit"), [("persistent", 38), ("severe", 190)])
    def test_exactly_the_share_counts(self, key: str, limit: int) -> None:
        rule = threshold("england", key)
        assert reached(rule, run("2024-09-02", limit - 1), self.POSSIBLE) is None
        last = date(2024, 9, 2) + timedelta(days=limit - 1)
        assert reached(rule, run("2024-09-02", limit), self.POSSIBLE) == last

    @pytest.mark.parametrize("possible", [30, 70, 110, 130, 370])
    def test_a_tenth_is_exact_where_binary_fractions_are_not(self, possible: int) -> None:
        rule = threshold("england", "persistent")
        expected = {"2024-25": float(possible)}
        assert reached(rule, run("2024-09-02", possible // 10), expected)
        assert reached(rule, run("2024-09-02", possible // 10 - 1), expected) is None

    def test_every_year_is_judged_by_its_own_sessions(self) -> None:
        rule = threshold("england", "persistent")
        possible = {"2023-24": 380.0, "2024-25": 100.0}
        days = [*run("2023-09-04", 10), *run("2024-09-02", 10)]
        assert reached(rule, days, possible) == date(2024, 9, 11)

    def test_a_year_in_which_nothing_was_expected_has_no_share(self) -> None:
        rule = threshold("england", "severe")
        assert reached(rule, absent(0, "2024-09-02"), {}) is None


class TestUnitedStates:
    RULE = threshold("united-states", "chronic")

    def test_a_tenth_of_the_days_enrolled(self) -> None:
        assert reached(self.RULE, run("2024-09-03", 17), {"2024-25": 180.0}) is None
        assert reached(self.RULE, run("2024-09-03", 18), {"2024-25": 180.0}) == date(2024, 9, 20)

    def test_pupils_enrolled_for_less_than_ten_days_take_no_part(self) -> None:
        assert reached(self.RULE, run("2024-09-03", 5), {"2024-25": 9.0}) is None
        assert reached(self.RULE, run("2024-09-03", 1), {"2024-25": 10.0}) == date(2024, 9, 3)


class TestAThreshold:
    @pytest.mark.parametrize("absences", [[], iter(())])
    def test_is_not_reached_without_absence(self, absences: Iterable[Absent]) -> None:
        assert reached(made(), absences) is None

    def test_does_not_care_about_the_order(self) -> None:
        days = run("2024-10-01", 6)
        assert reached(made(), reversed(days)) == reached(made(), days) == date(2024, 10, 5)

    @pytest.mark.parametrize("window", ["school_year", "calendar_month", "rolling_weeks"])
    def test_asks_for_the_least_time_expected_in_every_window(self, window: str) -> None:
        rule = made(window=window, minimum_possible=20)
        days = run("2024-10-07", 5)
        assert reached(rule, days, {"2024-25": 19.5}) is None
        assert reached(rule, days, {"2024-25": 20.0}) == date(2024, 10, 11)

    @pytest.mark.parametrize(
        "fields",
        [
            {"at_least": 0},
            {"length": 0},
            {"minimum_possible": -1},
            {"length": 2},
            {"window": "calendar_month", "length": 2},
            {"scale": "share", "at_least": 10},
            {"scale": "share", "at_least": 0.1, "window": "calendar_month"},
            {"window": "fortnight"},
        ],
    )
    def test_without_a_meaning_is_refused(self, fields: dict[str, object]) -> None:
        with pytest.raises(ValidationError):
            made(**fields)
