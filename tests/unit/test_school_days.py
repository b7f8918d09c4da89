"""School days of a community, against the school holidays that were announced."""

from datetime import date, timedelta

import pytest

from mirrors.definitions import load_jurisdiction
from mirrors.definitions.jurisdiction import Jurisdiction
from mirrors.definitions.reading import DefinitionError
from mirrors.definitions.school_days import OwnDay, SchoolHalfDay, school_days

FLANDERS = load_jurisdiction("flanders")


def open_half_days(
    school_year: str, *own: OwnDay, jurisdiction: Jurisdiction = FLANDERS
) -> set[SchoolHalfDay]:
    found = school_days(school_year, jurisdiction, own)
    assert found is not None
    return set(found)


def open_dates(school_year: str, jurisdiction: Jurisdiction = FLANDERS) -> set[date]:
    return {half_day.date for half_day in open_half_days(school_year, jurisdiction=jurisdiction)}


def of_community(subdivision: str) -> Jurisdiction:
    calendar = FLANDERS.calendar
    assert calendar
    return FLANDERS.model_copy(update={"calendar": calendar.model_copy(update={"subdivision": subdivision})})


class TestFlemishHolidays:
    @pytest.mark.parametrize(
        ("school_year", "last_before", "first_after"),
        [
            pytest.param("2024-25", "2024-10-25", "2024-11-04", id="autumn 2024"),
            pytest.param("2024-25", "2024-12-20", "2025-01-06", id="Christmas 2024"),
            pytest.param("2024-25", "2025-02-28", "2025-03-10", id="carnival 2025"),
            pytest.param("2024-25", "2025-04-04", "2025-04-22", id="Easter 2025"),
            pytest.param("2025-26", "2025-10-24", "2025-11-03", id="autumn 2025"),
            pytest.param("2025-26", "2025-12-19", "2026-01-05", id="Christmas 2025"),
            pytest.param("2025-26", "2026-02-13", "2026-02-23", id="carnival 2026"),
            pytest.param("2025-26", "2026-04-03", "2026-04-20", id="Easter 2026"),
        ],
    )
    def test_lie_between_two_school_days(self, school_year: str, last_before: str, first_after: str) -> None:
        dates = open_dates(school_year)
        last, first = date.fromisoformat(last_before), date.fromisoformat(first_after)
        assert {last, first} <= dates
        assert not [day for day in dates if last < day < first]

    @pytest.mark.parametrize(
        "free",
        [
            "2024-11-11",
            "2025-05-01",
            "2025-05-29",
            "2025-05-30",
            "2025-06-09",
            "2025-11-11",
            "2026-05-14",
            "2026-05-25",
        ],
    )
    def test_single_days(self, free: str) -> None:
        day = date.fromisoformat(free)
        school_year = "2024-25" if day < date(2025, 8, 1) else "2025-26"
        assert day not in open_dates(school_year)
        assert open_dates(school_year) & {
            day - timedelta(days=1),
            day - timedelta(days=3),
            day - timedelta(days=4),
        }

    @pytest.mark.parametrize(
        ("school_year", "first", "last"),
        [("2024-25", (2024, 9, 2), (2025, 6, 30)), ("2025-26", (2025, 9, 1), (2026, 6, 30))],
    )
    def test_the_year_runs_from_september_to_june(
        self, school_year: str, first: tuple[int, int, int], last: tuple[int, int, int]
    ) -> None:
        dates = open_dates(school_year)
        assert (min(dates), max(dates)) == (date(*first), date(*last))


class TestTheWeek:
    def test_has_nine_half_days(self) -> None:
        monday = date(2024, 9, 9)
        week = [half for half in school_days("2024-25", FLANDERS) or () if 0 <= (half.date - monday).days < 7]
        assert len(week) == 9
        assert [half.half_day for half in week if half.date == date(2024, 9, 11)] == ["am"]

    def test_a_year_has_nine_half_days_for_five_days(self) -> None:
        dates = open_dates("2024-25")
        wednesdays = sum(day.weekday() == 2 for day in dates)
        assert len(open_half_days("2024-25")) == 2 * len(dates) - wednesdays
        assert all(day.weekday() < 5 for day in dates)

    def test_half_days_come_in_order(self) -> None:
        found = school_days("2025-26", FLANDERS)
        assert found == tuple(sorted(found or ()))


class TestOwnDays:
    monday = date(2024, 10, 7)

    def test_a_free_day_is_no_school_day(self) -> None:
        gone = open_half_days("2024-25") - open_half_days("2024-25", OwnDay(self.monday, "day", "free"))
        assert gone == {SchoolHalfDay(self.monday, "am"), SchoolHalfDay(self.monday, "pm")}

    def test_a_free_half_day_leaves_the_other(self) -> None:
        gone = open_half_days("2024-25") - open_half_days("2024-25", OwnDay(self.monday, "pm", "free"))
        assert gone == {SchoolHalfDay(self.monday, "pm")}

    def test_an_open_day_in_a_holiday_is_a_school_day(self) -> None:
        holiday = date(2024, 10, 30)
        added = open_half_days("2024-25", OwnDay(holiday, "am", "open")) - open_half_days("2024-25")
        assert added == {SchoolHalfDay(holiday, "am")}

    def test_an_exam_changes_nothing(self) -> None:
        assert open_half_days("2024-25", OwnDay(self.monday, "day", "exam")) == open_half_days("2024-25")


class TestOtherCommunities:
    def test_the_french_community_starts_in_august(self) -> None:
        dates = open_dates("2024-25", of_community("French"))
        assert (min(dates), max(dates)) == (date(2024, 8, 26), date(2025, 7, 4))
        assert not [day for day in dates if date(2024, 10, 21) <= day <= date(2024, 11, 3)]

    def test_the_german_community_has_its_own_day(self) -> None:
        assert date(2024, 11, 15) in open_dates("2024-25")
        assert date(2024, 11, 15) not in open_dates("2024-25", of_community("German"))


class TestUnknown:
    @pytest.mark.parametrize("name", ["new-york", "maryland"])
    def test_without_a_calendar_there_are_no_known_school_days(self, name: str) -> None:
        assert school_days("2024-25", load_jurisdiction(name)) is None

    @pytest.mark.parametrize("label", ["2024-26", "2024", "2024-2025", "", "x"])
    def test_a_text_that_is_no_school_year_is_an_error(self, label: str) -> None:
        with pytest.raises(DefinitionError, match="not a school year"):
            school_days(label, FLANDERS)

    def test_years_before_the_holidays_are_known_are_an_error(self) -> None:
        assert open_dates("2010-11")
        with pytest.raises(DefinitionError, match="2010-11"):
            school_days("2009-10", FLANDERS)
