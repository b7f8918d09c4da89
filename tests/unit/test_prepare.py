"""The provider's own tool: keys and tokens, what is counted, the prepared folder and its receipt."""

import hashlib
import re
import stat
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
import pytest
from click.testing import CliRunner

from mirrors.definitions import Profile, load_contracts, load_jurisdiction
from mirrors.intake import Refused
from mirrors.intake.rules import Problem
from mirrors.jobs import allow_level_b, ingest
from mirrors.locale import LANGUAGES, Language
from mirrors.prepare import NoHalfDays, reduce_events
from mirrors.prepare.command import prepare_command
from mirrors.prepare.job import CannotPrepare, prepare
from mirrors.prepare.tokens import KeyTrouble, make_key, normal_id, read_key, token, tokens
from mirrors.store import open_facts
from tests.arch.test_sql_subset import foreign, statement, unplaced
from tests.uploads import SCHOOLS, school_row, write_csv

SQL = Path(__file__).parents[2] / "mirrors" / "prepare" / "sql"
FLANDERS = load_jurisdiction("flanders")
KEY = bytes(range(32))
AT = {"school_id": "S1", "school_year": "2024-25"}
MONDAY = date(2024, 9, 2)


def absence(token_: str, day: date, half_day: str = "am", code: str = "B", **more: Any) -> dict[str, Any]:
    """Return an absence of a pupil, by default at one school of the year 2024-25."""
    return {**AT, "token": token_, "date": day, "half_day": half_day, "code": code, **more}


def school_days(number: int) -> list[date]:
    """Return the first school days of September 2024, which has no holiday."""
    days = [MONDAY + timedelta(days=offset) for offset in range(28)]
    return [day for day in days if day.isoweekday() <= 5][:number]


def enrolled(pupils: int, possible: float = 100.0, month: int | None = None, **cell: str) -> dict[str, Any]:
    """Return the pupils of a cell, by default of the whole school and year."""
    return {
        **AT,
        "breakdown": "all",
        "member": "",
        "month": month,
        "pupils": pupils,
        "possible": possible,
    } | cell


def reduced(**rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return what rows by contract add up to, as rows."""
    result = reduce_events({name: pa.Table.from_pylist(given) for name, given in rows.items()}, FLANDERS)
    return {name: table.to_pylist() for name, table in result.items()}


class TestStatements:
    @pytest.mark.parametrize("path", sorted(SQL.rglob("*.sql")), ids=lambda path: path.stem)
    def test_keep_to_what_both_engines_know(self, path: Path) -> None:
        assert path.read_text(encoding="utf-8").startswith("-- One row: ")
        assert not foreign(statement(path))
        assert not unplaced(statement(path))
        assert ";" not in statement(path)

    @pytest.mark.parametrize("path", sorted(SQL.glob("*.sql")), ids=lambda path: path.stem)
    def test_results_have_an_order(self, path: Path) -> None:
        assert re.search(r"\nORDER BY", statement(path))


class TestReduction:
    def test_gives_the_columns_of_the_contracts(self) -> None:
        rows = [absence("a", day, code=code) for day in school_days(5) for code in "B"]
        result = reduce_events(
            {
                "absence_events": pa.Table.from_pylist([*rows, absence("a", MONDAY, "pm", "Z")]),
                "late_events": pa.Table.from_pylist([{**AT, "token": "a", "date": MONDAY, "kind": "late"}]),
                "enrolment": pa.Table.from_pylist([enrolled(20)]),
            },
            FLANDERS,
        )
        kinds = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64()}
        assert set(result) == {
            "absence",
            "absence_pattern",
            "pupil_band",
            "absence_quantile",
            "follow_up",
            "lateness",
            "measure",
        }
        for name, table in result.items():
            fields = load_contracts()[name].fields
            assert table.schema == pa.schema([(field.name, kinds[field.type]) for field in fields])

    def test_takes_dates_as_text_and_texts_as_dictionaries(self) -> None:
        rows = [absence(f"a{n}", MONDAY + timedelta(days=n)) for n in range(4)]
        plain = pa.Table.from_pylist(rows)
        texts = pa.table(
            {name: plain[name].cast(pa.string()).dictionary_encode() for name in plain.column_names}
        )
        chunked = pa.concat_tables([texts.slice(0, 1), texts.slice(1)])
        wanted = reduce_events({"absence_events": plain}, FLANDERS)
        for given in (texts, chunked):
            assert reduce_events({"absence_events": given}, FLANDERS) == wanted

    def test_without_enrolment_nobody_is_in_a_band(self) -> None:
        result = reduced(absence_events=[absence("a", MONDAY)])
        assert set(result) == {"absence", "absence_quantile", "follow_up"}

    def test_without_events_there_is_nothing(self) -> None:
        assert reduced(enrolment=[enrolled(20)]) == {}

    def test_a_school_without_events_has_no_rows(self) -> None:
        other = {**enrolled(30), "school_id": "S2"}
        result = reduced(absence_events=[absence("a", MONDAY)], enrolment=[enrolled(20), other])
        assert {row["school_id"] for rows in result.values() for row in rows} == {"S1"}

    def test_the_zero_band_takes_who_is_in_no_event(self) -> None:
        bands = reduced(absence_events=[absence("a", MONDAY)], enrolment=[enrolled(20)])["pupil_band"]
        assert [(row["code"], row["at_least"], row["pupils"]) for row in bands if row["pupils"]] == [
            ("B", 0.0, 19),
            ("B", 1.0, 1),
        ]
        assert {row["base"] for row in bands} == {20}

    def test_more_absent_pupils_than_enrolled_make_the_base(self) -> None:
        events = [absence(name, MONDAY) for name in "abcde"]
        bands = reduced(absence_events=events, enrolment=[enrolled(3)])["pupil_band"]
        assert [row["pupils"] for row in bands] == [0, 5, 0, 0, 0, 0]
        assert {row["base"] for row in bands} == {5}

    def test_pupils_of_a_year_by_month_are_those_of_february(self) -> None:
        months = [enrolled(10, 100.0, 9), enrolled(14, 140.0, 2)]
        bands = reduced(absence_events=[absence("a", MONDAY)], enrolment=months)["pupil_band"]
        assert {row["base"] for row in bands} == {14}

    def test_one_kind_of_absence_is_not_all_absence(self) -> None:
        only = reduced(absence_events=[absence("a", MONDAY)], enrolment=[enrolled(20)])
        both = reduced(
            absence_events=[absence("a", MONDAY), absence("a", MONDAY, "pm", "Z")], enrolment=[enrolled(20)]
        )
        assert "any" not in {row["code"] for row in only["pupil_band"] + only["absence_quantile"]}
        assert "any" in {row["code"] for row in both["pupil_band"]} & {
            row["code"] for row in both["absence_quantile"]
        }

    def test_codes_of_one_category_have_no_bands_of_their_own(self) -> None:
        events = [absence("a", MONDAY, code="P"), absence("a", MONDAY, "pm", "H")]
        result = reduced(absence_events=events, enrolment=[enrolled(20)])
        assert not [row for row in result.get("pupil_band", []) if row["code"] in "PH"]
        assert {row["code"] for row in result["absence"]} == {"P", "H"}

    def test_a_local_code_counts_as_the_official_one(self) -> None:
        rows = reduced(absence_events=[absence("a", MONDAY, code="D"), absence("a", MONDAY, "pm", "Z")])
        assert [(row["code"], row["units"]) for row in rows["absence"]] == [("Z", 2.0)]

    def test_a_code_that_is_no_absence_is_not_absence(self) -> None:
        events = [absence("a", MONDAY), absence("a", MONDAY, "pm", "X")]
        result = reduced(absence_events=events, enrolment=[enrolled(20)])
        assert {row["code"]: row["units"] for row in result["absence"]} == {"B": 1.0, "X": 1.0}
        assert {row["code"] for row in result["pupil_band"]} == {"B"}

    def test_a_breakdown_that_is_half_given_is_left_out(self) -> None:
        events = [absence("a", MONDAY, sex="f"), absence("b", MONDAY, sex=None)]
        result = reduced(absence_events=events, enrolment=[enrolled(9, breakdown="sex", member="F")])
        assert {row["breakdown"] for row in result["absence"]} == {"all"}

    def test_a_member_is_spelled_as_in_enrolment(self) -> None:
        cells = [enrolled(9, breakdown="sex", member="F"), enrolled(9, breakdown="sex", member="M")]
        result = reduced(absence_events=[absence("a", MONDAY, sex="f")], enrolment=cells)
        sexes = {row["member"]: row["units"] for row in result["absence"] if row["breakdown"] == "sex"}
        assert sexes == {"F": 1.0, "M": 0.0}
        bands = {(row["member"], row["at_least"]): row["pupils"] for row in result["pupil_band"]}
        assert (bands["F", 0.0], bands["F", 1.0], bands["M", 0.0]) == (8, 1, 9)

    def test_a_pupil_in_two_places_on_the_last_day_is_in_the_first(self) -> None:
        cells = [enrolled(9, breakdown="grade", member=grade) for grade in ("P1", "P2")]
        events = [absence("a", MONDAY, "am", grade="P2"), absence("a", MONDAY, "pm", grade="P1")]
        bands = reduced(absence_events=events, enrolment=cells)["pupil_band"]
        assert {row["member"]: row["pupils"] for row in bands if row["at_least"] == 1} == {"P1": 1, "P2": 0}

    def test_a_day_without_school_counts_as_absence_and_not_in_the_week(self) -> None:
        saturday = MONDAY + timedelta(days=5)
        events = [absence("a", saturday), absence("a", MONDAY)]
        result = reduced(absence_events=events, enrolment=[enrolled(20)])
        assert sum(row["units"] for row in result["absence"]) == 2
        assert sum(row["units"] for row in result["absence_pattern"]) == 1
        assert (3, "pm") not in {(row["weekday"], row["half_day"]) for row in result["absence_pattern"]}

    def test_a_free_day_of_the_school_is_not_possible(self) -> None:
        given = {"absence_events": [absence("a", MONDAY)], "enrolment": [enrolled(20)]}
        free = {**AT, "date": MONDAY + timedelta(days=7), "half_day": "day", "kind": "free"}

        def mornings(**more: list[dict[str, Any]]) -> dict[int, float]:
            pattern = reduced(**given, **more)["absence_pattern"]
            return {row["weekday"]: row["possible"] for row in pattern if row["half_day"] == "am"}

        usual, with_free = mornings(), mornings(calendar=[free])
        assert {day for day in usual if usual[day] != with_free[day]} == {1}
        assert usual[1] - with_free[1] == 20
        everywhere = mornings(calendar=[{**free, "school_id": None}])
        opened = mornings(calendar=[{**free, "school_id": None}, {**free, "kind": "open"}])
        assert (everywhere, opened) == (with_free, usual)

    def test_sessions_are_half_days_by_another_name(self) -> None:
        given = {
            "enrolment": [enrolled(20)],
            "absence_events": [absence("a", MONDAY, code="O"), absence("b", MONDAY, "pm", code="I")],
        }
        tables = {name: pa.Table.from_pylist(rows) for name, rows in given.items()}
        found = reduce_events(tables, load_jurisdiction("england"))["absence"].to_pylist()
        assert {row["code"]: row["units"] for row in found if row["breakdown"] == "all"} == {"O": 1, "I": 1}

    def test_a_jurisdiction_that_counts_days_is_refused(self) -> None:
        with pytest.raises(NoHalfDays):
            reduce_events({}, load_jurisdiction("new-york"))


class TestFollowUp:
    def steps(self, *events: tuple[str, date]) -> dict[str, tuple[int, float | None]]:
        """Return (pupils, median days) by step at five half-days, of a pupil who reached it on a Friday."""
        week = [absence("a", day) for day in school_days(5)]
        given = [{**AT, "token": "a", "date": day, "step": step} for step, day in events]
        rows = reduced(absence_events=week, followup_events=given or [{**AT, "token": "b", "step": "plan"}])
        return {
            row["step"]: (row["pupils"], row["median_days"])
            for row in rows["follow_up"]
            if row["threshold"] == 5
        }

    def test_days_are_school_days_since_the_step_before(self) -> None:
        friday = school_days(5)[-1]
        steps = self.steps(
            ("notified", friday + timedelta(days=3)),
            ("first_contact", friday + timedelta(days=10)),
            ("returned", friday + timedelta(days=11)),
        )
        assert steps == {
            "threshold": (1, None),
            "notified": (1, 1.0),
            "contact": (1, 5.0),
            "plan": (0, None),
            "returned": (1, 1.0),
        }

    def test_what_was_begun_before_counts_from_the_threshold(self) -> None:
        assert self.steps(("notified", MONDAY))["notified"] == (1, 0.0)

    def test_a_return_before_the_threshold_is_none(self) -> None:
        assert self.steps(("returned", MONDAY))["returned"] == (0, None)

    def test_a_school_without_follow_up_tells_only_the_thresholds(self) -> None:
        rows = reduced(absence_events=[absence("a", day) for day in school_days(10)])["follow_up"]
        assert {(row["threshold"], row["step"]): row["pupils"] for row in rows} == {
            (5, "threshold"): 1,
            (10, "threshold"): 1,
            (15, "threshold"): 0,
            (30, "threshold"): 0,
        }

    def test_who_still_waits_moves_the_median_up(self) -> None:
        """Five pupils at the threshold: two notified after 1 and 3 days, three never, seen for 15 days."""
        week = [absence(name, day) for name in "abcde" for day in school_days(5)]
        later = [absence("z", school_days(20)[-1], code="Z")]
        steps = [
            {**AT, "token": name, "date": school_days(20)[place], "step": "notified"}
            for name, place in (("a", 5), ("b", 7))
        ]
        rows = reduced(absence_events=week + later, followup_events=steps)["follow_up"]
        found = {(row["threshold"], row["step"]): (row["pupils"], row["median_days"]) for row in rows}
        assert found[5, "notified"] == (2, None)
        steps.append({**steps[0], "token": "c", "date": school_days(20)[12]})
        rows = reduced(absence_events=week + later, followup_events=steps)["follow_up"]
        found = {(row["threshold"], row["step"]): (row["pupils"], row["median_days"]) for row in rows}
        assert found[5, "notified"] == (3, 8.0)


class TestMeasures:
    """Counts of one school of twenty pupils, with a file of follow-up where steps are given."""

    def count(self, name: str, **rows: list[dict[str, Any]]) -> tuple[float, float, int] | None:
        """Return (numerator, denominator, pupils) of one measure."""
        found = reduced(enrolment=[enrolled(20)], **rows).get("measure", [])
        counts = {row["measure"]: (row["numerator"], row["denominator"], row["pupils"]) for row in found}
        assert all(row["member"] is None for row in found)
        return counts.get(name)

    def test_days_around_a_break_are_edges(self) -> None:
        # Autumn break of 2024: Monday 28 October to Sunday 3 November.
        days = [date(2024, 10, 23), date(2024, 10, 24), date(2024, 10, 25), date(2024, 11, 4)]
        edge = self.count("edge", absence_events=[absence("a", day) for day in days])
        assert edge is not None
        assert edge[0] == 3
        # Five runs of school days, of which one begins or ends with a Wednesday; four days each.
        assert 20 * (40 - 5) <= edge[1] <= 20 * 40
        off_edge = self.count("off_edge", absence_events=[absence("a", day) for day in days])
        assert off_edge is not None
        assert off_edge[0] == 1

    def test_a_long_weekend_is_no_break(self) -> None:
        # Ascension Day 2025 is Thursday 29 May, with a free Friday.
        edge = self.count("edge", absence_events=[absence("a", date(2025, 5, 28))])
        assert edge is not None
        assert edge[0] == 0

    def test_exams_are_known_from_the_calendar_only(self) -> None:
        given = [absence("a", MONDAY), absence("a", MONDAY, "pm")]
        assert self.count("exam", absence_events=given) is None
        exam = {**AT, "date": MONDAY, "half_day": "am", "kind": "exam"}
        assert self.count("exam", absence_events=given, calendar=[exam]) == (1, 20, 20)

    def test_a_weekend_and_a_wednesday_afternoon_do_not_part_a_spell(self) -> None:
        days = [date(2024, 9, 5) + timedelta(days=after) for after in range(7)]
        half_days = [(day, half_day) for day in days for half_day in ("am", "pm")]
        spell = [
            absence("a", day, half_day)
            for day, half_day in half_days
            if day.isoweekday() < 6 and (day.isoweekday(), half_day) != (3, "pm")
        ]
        alone = absence("b", MONDAY)
        assert len(spell) == 9
        assert self.count("long_spell", absence_events=[*spell, alone]) == (0, 10, 20)
        spell.append(absence("a", date(2024, 9, 12), "am"))
        assert self.count("long_spell", absence_events=[*spell, alone]) == (10, 11, 20)
        assert self.count("single_half_day", absence_events=[*spell, alone]) == (1, 11, 20)

    def test_a_twentieth_of_the_pupils_holds_most(self) -> None:
        many = [absence("a", day) for day in school_days(6)] + [absence("b", MONDAY), absence("c", MONDAY)]
        assert self.count("top_5", absence_events=many) == (6, 8, 20)
        # Of thirty pupils the twentieth is one and a half.
        found = reduced(enrolment=[enrolled(30)], absence_events=many)["measure"]
        assert next(row["numerator"] for row in found if row["measure"] == "top_5") == 6.5

    def test_one_pupil_with_everything_is_as_unequal_as_can_be(self) -> None:
        gini = self.count("gini", absence_events=[absence("a", MONDAY)])
        assert gini == (pytest.approx(0.95), 1, 20)

    def test_half_of_the_pupils_had_a_first_absence_by_the_median_day(self) -> None:
        days = school_days(6)
        first = [absence(f"p{place}", days[place // 2]) for place in range(10)]
        again = [absence("p0", days[5]), absence("p1", days[5], code="Z")]
        # Exactly ten of twenty by the fifth day: the median lies on it, or midway to the next first absence.
        found = self.count("first_absence", absence_events=[*first, *again])
        assert found == (5, 1, 20)
        later = absence("p10", days[5])
        found = self.count("first_absence", absence_events=[*first, *again, later])
        assert found == (5.5, 1, 20)
        assert self.count("first_absence", absence_events=first[:9]) is None

    def test_a_day_when_most_are_absent_is_a_disruption(self) -> None:
        usual = [absence("a", day, code="Z") for day in school_days(20)]
        elsewhere = [
            absence("a", date(2024, 10, 1) + timedelta(days=after), code="Z") for after in range(270)
        ]
        strike = [absence(f"p{number}", MONDAY) for number in range(15)]
        found = self.count("disruption_days", absence_events=[*usual, *elsewhere, *strike])
        assert found is not None
        assert found[0] == 1
        assert self.count("disruption_days", absence_events=strike) is None

    def test_lates_are_counted_a_term(self) -> None:
        lates = [{**AT, "token": "a", "date": day, "kind": "late"} for day in school_days(4)]
        january = {**lates[0], "date": date(2025, 1, 8)}
        assert self.count("late_5", late_events=[*lates, january]) == (0, 20, 20)
        december = {**lates[0], "date": date(2024, 12, 18)}
        assert self.count("late_5", late_events=[*lates, december]) == (1, 20, 20)

    def test_minutes_are_those_that_are_known(self) -> None:
        minutes = (5, 12, 40, None)
        lates = [
            {**AT, "token": f"p{place}", "date": MONDAY, "kind": "late", "minutes": known}
            for place, known in enumerate(minutes)
        ]
        assert self.count("late_minutes", late_events=lates) == (12, 1, 3)
        assert self.count("late_long", late_events=lates) == (1, 3, 3)

    def step(self, token_: str, day: date, step: str) -> dict[str, Any]:
        return {**AT, "token": token_, "date": day, "step": step}

    def test_referral_in_time_is_asked_of_who_was_seen_long_enough(self) -> None:
        week = [absence(name, day) for name in "ab" for day in school_days(5)]
        steps = [self.step("a", school_days(20)[8], "notified")]
        short = [*week, absence("z", school_days(14)[-1], code="Z")]
        assert self.count("timely_referral", absence_events=short, followup_events=steps) is None
        seen = [*week, absence("z", school_days(15)[-1], code="Z")]
        assert self.count("timely_referral", absence_events=seen, followup_events=steps) == (1, 2, 2)

    def test_a_pupil_who_was_never_absent_can_be_referred_early(self) -> None:
        events = [absence("a", day) for day in school_days(5)]
        steps = [
            self.step(name, day, "notified")
            for name, day in (("a", MONDAY + timedelta(days=20)), ("x", MONDAY), ("y", MONDAY))
        ]
        found = self.count("early_referral", absence_events=events, followup_events=steps)
        assert found == (2, 3, 3)

    def test_a_closed_file_is_not_overdue(self) -> None:
        events = [absence("a", MONDAY), absence("a", date(2024, 12, 2))]
        steps = [self.step(name, MONDAY, "notified") for name in ("a", "b")]
        overdue = self.count("overdue", absence_events=events, followup_events=steps)
        assert overdue == (2, 2, 2)
        steps.append(self.step("b", MONDAY + timedelta(days=1), "closed"))
        assert self.count("overdue", absence_events=events, followup_events=steps) == (1, 1, 1)

    def test_repeaters_need_tokens_that_last(self) -> None:
        before = [
            {**absence("a", date(2023, 9, 4) + timedelta(days=n)), "school_year": "2023-24"} for n in range(5)
        ]
        now = [absence(name, day) for name in "ab" for day in school_days(5)]
        assert self.count("repeater", absence_events=[*before, *now]) == (1, 2, 2)
        assert self.count("severe_again", absence_events=[*before, *now]) == (0, 1, 1)
        renamed = [{**event, "token": "other"} for event in before]
        assert self.count("repeater", absence_events=[*renamed, *now]) is None


def lessons(token_: str, day: date, number: int, code: str = "B") -> list[dict[str, Any]]:
    """Return the first `number` lessons of a day, missed by a pupil."""
    return [
        {**AT, "token": token_, "date": day, "lesson": lesson + 1, "code": code} for lesson in range(number)
    ]


class TestLessons:
    """Lessons missed at one school of twenty pupils, of whom 400 lessons are expected."""

    def counts(
        self, missed: list[dict[str, Any]], jurisdiction: str = "flanders", **more: Any
    ) -> dict[str, tuple[float, float, int]]:
        cell = {**enrolled(20), "lessons": 400.0} | more
        given = {"lesson_events": pa.Table.from_pylist(missed), "enrolment": pa.Table.from_pylist([cell])}
        found = reduce_events(given, load_jurisdiction(jurisdiction))
        assert set(found) <= {"measure"}
        rows = found["measure"].to_pylist() if found else []
        return {row["measure"]: (row["numerator"], row["denominator"], row["pupils"]) for row in rows}

    def test_lost_hours_are_those_of_any_reason(self) -> None:
        missed = [*lessons("a", MONDAY, 3), *lessons("b", MONDAY, 2, "D"), *lessons("c", MONDAY, 4, "M")]
        assert self.counts(missed)["lesson_hours"] == (5, 400, 20)

    def test_without_expected_lessons_no_share_is_lost(self) -> None:
        assert set(self.counts(lessons("a", MONDAY, 3), lessons=None)) == {"rolling_absentee"}

    def test_where_hours_are_counted_they_are_what_is_possible(self) -> None:
        found = self.counts(lessons("a", MONDAY, 3, "ONG"), "netherlands", lessons=None)
        assert found["lesson_hours"] == (3, 100, 20)

    def test_the_sixteenth_lesson_in_four_weeks_counts(self) -> None:
        days = [MONDAY + timedelta(days=7 * week) for week in range(5)]
        fifteen = [
            event
            for day, number in zip(days, (4, 4, 4, 3), strict=False)
            for event in lessons("a", day, number)
        ]
        assert self.counts(fifteen)["rolling_absentee"] == (0, 20, 20)
        ill = lessons("a", days[3] + timedelta(days=1), 5, "Z")
        assert self.counts([*fifteen, *ill])["rolling_absentee"] == (0, 20, 20)
        in_time = lessons("a", days[3] + timedelta(days=1), 1)
        assert self.counts([*fifteen, *in_time])["rolling_absentee"] == (1, 20, 20)
        # In the fifth week the first four lessons count no more.
        assert self.counts([*fifteen, *lessons("a", days[4], 4)])["rolling_absentee"] == (0, 20, 20)
        assert self.counts([*fifteen, *lessons("a", days[4], 5)])["rolling_absentee"] == (1, 20, 20)

    def test_a_week_of_holiday_does_not_count(self) -> None:
        # Autumn break of 2024: Monday 28 October to Sunday 3 November.
        days = [date(2024, 10, 14), date(2024, 10, 21), date(2024, 11, 4), date(2024, 11, 12)]
        missed = [event for day in days for event in lessons("a", day, 4)]
        assert self.counts(missed)["rolling_absentee"] == (1, 20, 20)
        # Where nobody knows the holidays, the same lessons lie in five weeks.
        dutch = [{**event, "code": "ONG"} for event in missed]
        assert self.counts(dutch, "netherlands")["rolling_absentee"] == (0, 20, 20)

    def test_half_days_beside_lessons_are_no_hours(self) -> None:
        given = {
            "lesson_events": pa.Table.from_pylist(lessons("a", MONDAY, 3, "ONG")),
            "absence_events": pa.Table.from_pylist([absence("a", MONDAY, code="ONG")]),
        }
        with pytest.raises(NoHalfDays):
            reduce_events(given, load_jurisdiction("netherlands"))


class TestFirstWeeks:
    def counts(
        self, *absences: dict[str, Any], school_type: str = "secondary"
    ) -> tuple[float, float, int] | None:
        found = reduced(
            enrolment=[enrolled(20), enrolled(8, breakdown="grade", member="1A")],
            schools=[{**AT, "school_type": school_type}],
            absence_events=list(absences),
        )["measure"]
        counts = [row for row in found if row["measure"] == "first_weeks"]
        assert len(counts) <= 1
        return next(((row["numerator"], row["denominator"], row["pupils"]) for row in counts), None)

    def test_are_the_six_weeks_from_the_first_school_day_on(self) -> None:
        # School began on Monday 2 September 2024: the last day that counts is Friday 11 October.
        last, after = date(2024, 10, 11), date(2024, 10, 14)
        absences = [absence("a", day, grade="1a") for day in (MONDAY, last, after)]
        assert self.counts(*absences) == (2, 8 * 6 * 9, 8)

    def test_are_those_of_the_first_year_of_secondary_school(self) -> None:
        one, two = absence("a", MONDAY, grade="1A"), absence("b", MONDAY, grade="2")
        assert (self.counts(one, two) or (0,))[0] == 1
        assert self.counts(one, two, school_type="primary") is None
        assert self.counts(one, {**two, "grade": None}) is None


class TestTokens:
    def test_are_the_first_130_bits_of_the_hmac_in_base_32(self) -> None:
        # Computed with `openssl dgst -sha256 -mac HMAC` and `base32` from the same key and text.
        assert token(KEY, "12345") == "zvxdeh2pq6wyz6rxpwub4vko4n"

    @pytest.mark.parametrize(
        ("one", "other"),
        [("AB 12", "ab12"), (" 7 ", "7"), ("00.01.01-123.45", "00010112345"), ("ＡＢ", "ab")],
    )
    def test_the_same_id_written_in_two_ways_is_one(self, one: str, other: str) -> None:
        assert normal_id(one) == normal_id(other)

    @pytest.mark.parametrize(("one", "other"), [("1-23", "12-3"), ("0123", "123"), ("a.b", "ab")])
    def test_other_ids_stay_apart(self, one: str, other: str) -> None:
        assert normal_id(one) != normal_id(other)

    def test_of_a_column_are_those_of_its_ids(self) -> None:
        ids = pa.chunked_array([["b", "a", "b"], ["a"]])
        wanted = [token(KEY, one) for one in ("b", "a", "b", "a")]
        assert tokens(KEY, ids).to_pylist() == wanted
        assert tokens(KEY, ids.dictionary_encode()).to_pylist() == wanted

    def test_of_two_spellings_are_one_value(self) -> None:
        assert len(tokens(KEY, pa.chunked_array([["A b", "ab", "a"]])).dictionary) == 2

    def test_a_key_is_its_owners_only(self, tmp_path: Path) -> None:
        make_key(tmp_path / "key")
        assert len(read_key(tmp_path / "key")) == 32
        assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600

    def test_a_key_is_never_overwritten(self, tmp_path: Path) -> None:
        make_key(tmp_path / "key")
        before = (tmp_path / "key").read_bytes()
        with pytest.raises(KeyTrouble, match="already"):
            make_key(tmp_path / "key")
        assert (tmp_path / "key").read_bytes() == before

    def test_what_is_no_key_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "key").write_bytes(b"secret")
        with pytest.raises(KeyTrouble, match="not a key"):
            read_key(tmp_path / "key")
        with pytest.raises(KeyTrouble, match="cannot be read"):
            read_key(tmp_path / "none")

    def test_a_key_that_others_may_read_is_refused(self, tmp_path: Path) -> None:
        make_key(tmp_path / "key")
        (tmp_path / "key").chmod(0o640)
        with pytest.raises(KeyTrouble, match="others"):
            read_key(tmp_path / "key")


PROVIDER = Profile.model_validate(
    {
        "id": "provider",
        "title": {"en": "A provider"},
        "jurisdiction": "flanders",
        "city": "Somewhere",
        "contracts": [
            *("schools", "enrolment", "context", "calendar"),
            *("absence_events", "lesson_events", "late_events", "followup_events"),
        ],
    }
)
PUPILS = [f"2024/{number}" for number in (1007, 1011, 1019, 1024, 1038, 1052, 1066)]


@pytest.fixture
def exports(tmp_path: Path) -> list[Path]:
    """Return a provider's raw files: absences with pupils' own numbers, and enrolment."""
    header = [column for column in load_contracts()["absence_events"].columns if column != "district"]
    rows = [
        absence(pupil, day, code=code, grade="P1", sex="f", track="")
        for number, pupil in enumerate(PUPILS)
        for day, code in zip(school_days(number + 1), "BZBBBBBBBB", strict=False)
    ]
    cells = load_contracts()["enrolment"].columns
    return [
        write_csv(tmp_path / "absence_events.csv", header, *[[row[name] for name in header] for row in rows]),
        write_csv(
            tmp_path / "enrolment.csv",
            cells,
            [{**enrolled(20), "month": "", "lessons": 400}[name] for name in cells],
        ),
    ]


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Return the file of a key."""
    make_key(tmp_path / "key")
    return tmp_path / "key"


def everything_in(folder: Path) -> bytes:
    """Return the bytes of all files in a folder, Parquet also as text."""
    parts = [path.read_bytes() for path in sorted(folder.iterdir())]
    parts += [
        repr(pyarrow.parquet.read_table(path).to_pylist()).encode() for path in folder.glob("*.parquet")
    ]
    return b"".join(parts)


class TestPrepare:
    def test_writes_totals_that_add_up(self, exports: list[Path], tmp_path: Path) -> None:
        done = prepare(exports, PROVIDER, tmp_path / "out")
        assert {path.name for path in (tmp_path / "out").iterdir()} == {
            "absence.csv",
            "absence_pattern.csv",
            "absence_quantile.csv",
            "enrolment.csv",
            "follow_up.csv",
            "measure.csv",
            "prepared.txt",
            "pupil_band.csv",
        }
        table = pyarrow.csv.read_csv(tmp_path / "out" / "absence.csv")
        whole = table.filter(pc.equal(table["breakdown"], "all"))
        assert pc.sum(whole["units"]).as_py() == sum(range(1, 8)) == done.counted.rows["absence_events"]
        assert table.column_names == list(load_contracts()["absence"].columns)

    def test_leaves_no_pupil_and_no_token_in_totals(
        self, exports: list[Path], tmp_path: Path, key: Path
    ) -> None:
        prepare(exports, PROVIDER, tmp_path / "out", key)
        written = everything_in(tmp_path / "out").decode()
        secret = read_key(key)
        assert not [pupil for pupil in PUPILS if pupil in written or token(secret, pupil) in written]

    def test_keeps_events_under_tokens(self, exports: list[Path], tmp_path: Path, key: Path) -> None:
        prepare(exports, PROVIDER, tmp_path / "out", key, keep_events=True)
        table = pyarrow.parquet.read_table(tmp_path / "out" / "absence_events.parquet")
        assert set(table["token"].to_pylist()) == {token(read_key(key), pupil) for pupil in PUPILS}
        assert table.num_rows == sum(range(1, 8))
        written = everything_in(tmp_path / "out").decode("utf-8", "replace")
        assert not [pupil for pupil in PUPILS if pupil in written]

    def test_kept_events_reduce_to_the_same_totals(
        self, exports: list[Path], tmp_path: Path, key: Path
    ) -> None:
        prepare(exports, PROVIDER, tmp_path / "totals")
        prepare(exports, PROVIDER, tmp_path / "events", key, keep_events=True)
        events = pyarrow.parquet.read_table(tmp_path / "events" / "absence_events.parquet")
        given = {"absence_events": events, "enrolment": pa.Table.from_pylist([enrolled(20)])}
        for name, table in reduce_events(given, FLANDERS).items():
            written = pyarrow.csv.read_csv(
                tmp_path / "totals" / f"{name}.csv",
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types=table.schema, strings_can_be_null=name == "measure"
                ),
            )
            assert written.equals(table), name

    def test_a_small_group_is_refused(self, exports: list[Path], tmp_path: Path, key: Path) -> None:
        text = (
            exports[0]
            .read_text()
            .replace(f"{PUPILS[0]},2024-09-02,am,B,P1,f", f"{PUPILS[0]},2024-09-02,am,B,P2,f")
        )
        exports[0].write_text(text)
        with pytest.raises(Refused) as refused:
            prepare(exports, PROVIDER, tmp_path / "out", key, keep_events=True)
        assert {finding.problem for finding in refused.value.findings} == {Problem.SMALL_GROUP}
        assert not (tmp_path / "out").exists()

    def test_two_spellings_do_not_hide_a_repeated_row(self, exports: list[Path], tmp_path: Path) -> None:
        lines = exports[0].read_text().splitlines()
        exports[0].write_text(
            "\n".join([*lines, lines[1].replace(PUPILS[0], f"{PUPILS[0][:4]} {PUPILS[0][4:]}")])
        )
        with pytest.raises(CannotPrepare, match="twice"):
            prepare(exports, PROVIDER, tmp_path / "out")

    def test_personal_data_are_refused_as_ever(self, exports: list[Path], tmp_path: Path) -> None:
        text = exports[0].read_text().replace(",P1,", ",an.janssens@school.be,", 1)
        exports[0].write_text(text)
        with pytest.raises(Refused) as refused:
            prepare(exports, PROVIDER, tmp_path / "out")
        assert Problem.EMAIL in {finding.problem for finding in refused.value.findings}
        assert not (tmp_path / "out").exists()

    def test_files_without_events_need_no_preparing(self, exports: list[Path], tmp_path: Path) -> None:
        with pytest.raises(CannotPrepare, match="no events"):
            prepare(exports[1:], PROVIDER, tmp_path / "out")

    def test_events_are_kept_only_with_a_key(self, exports: list[Path], tmp_path: Path) -> None:
        with pytest.raises(CannotPrepare, match="--new-key"):
            prepare(exports, PROVIDER, tmp_path / "out", keep_events=True)

    def test_a_key_in_the_folder_that_leaves_is_refused(self, exports: list[Path], tmp_path: Path) -> None:
        with pytest.raises(KeyTrouble, match="leaves the house"):
            prepare(exports, PROVIDER, tmp_path / "out", tmp_path / "out" / "sub" / ".." / "key")

    def test_a_folder_in_use_is_left_as_it_is(self, exports: list[Path], tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "mine.txt").write_text("mine")
        with pytest.raises(CannotPrepare, match="empty"):
            prepare(exports, PROVIDER, tmp_path / "out")
        assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]

    def test_an_empty_folder_is_filled(self, exports: list[Path], tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        prepare(exports, PROVIDER, tmp_path / "out")
        assert (tmp_path / "out" / "prepared.txt").is_file()

    def test_a_job_that_is_stopped_leaves_nothing(self, exports: list[Path], tmp_path: Path) -> None:
        def told(step: str, share: float) -> None:
            if step == "write":
                raise KeyboardInterrupt

        before = sorted(tmp_path.iterdir())
        with pytest.raises(KeyboardInterrupt):
            prepare(exports, PROVIDER, tmp_path / "out", progress=told)
        assert sorted(tmp_path.iterdir()) == before

    def test_a_table_that_cannot_be_written_leaves_nothing(self, exports: list[Path], tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        before = sorted(tmp_path.iterdir())
        with pytest.raises(OSError, match=r"[Nn]ot a directory|exists"):
            prepare(exports, PROVIDER, tmp_path / "file" / "out")
        assert sorted(tmp_path.iterdir()) == before


class TestArrival:
    def test_lessons_of_pupils_arrive_as_totals_and_nothing_else(self, tmp_path: Path) -> None:
        store, pupils = tmp_path / "store", [token(KEY, f"pupil {number}") for number in range(7)]
        missed = [event for pupil in pupils for event in lessons(pupil, MONDAY, 3)]
        missed += [event for day in school_days(8)[1:] for event in lessons(pupils[0], day, 2)]
        columns = load_contracts()["lesson_events"].columns
        cells = {**enrolled(20), "month": "", "lessons": 400}
        files = [
            write_csv(tmp_path / "schools.csv", SCHOOLS, school_row(**AT)),
            write_csv(tmp_path / "enrolment.csv", tuple(cells), list(cells.values())),
            write_csv(
                tmp_path / "lesson_events.csv", columns, *[[row[name] for name in columns] for row in missed]
            ),
        ]
        with pytest.raises(Refused) as refused:
            ingest(store, "templates", files)
        assert [finding.problem for finding in refused.value.findings] == [Problem.LEVEL_B_OFF]
        allow_level_b(store, "the officer", "doc 7", by="an")
        ingest(store, "templates", files)
        with open_facts(store) as facts:
            rows = facts.table("SELECT measure, numerator, denominator, pupils FROM measure ORDER BY 1")
        assert rows.to_pylist() == [
            {"measure": "lesson_hours", "numerator": 35.0, "denominator": 400.0, "pupils": 20},
            {"measure": "rolling_absentee", "numerator": 1.0, "denominator": 20.0, "pupils": 20},
        ]
        assert not [
            path for path in store.rglob("*") if path.is_file() and pupils[0].encode() in path.read_bytes()
        ]


class TestReceipt:
    @pytest.mark.parametrize("code", LANGUAGES)
    def test_tells_what_was_written(self, exports: list[Path], tmp_path: Path, code: str) -> None:
        done = prepare(exports, PROVIDER, tmp_path / "out", language=Language(code))
        text = (tmp_path / "out" / "prepared.txt").read_text(encoding="utf-8")
        for file in done.files:
            digest = hashlib.sha256((tmp_path / "out" / file.name).read_bytes()).hexdigest()
            assert f"{digest}  {file.name}" in text
        assert not [pupil for pupil in PUPILS if pupil in text]

    def test_says_what_it_cannot_promise(self, exports: list[Path], tmp_path: Path, key: Path) -> None:
        prepare(exports, PROVIDER, tmp_path / "totals")
        prepare(exports, PROVIDER, tmp_path / "events", key, keep_events=True)
        totals, events = ((tmp_path / name / "prepared.txt").read_text() for name in ("totals", "events"))
        assert all("they prove nothing" in text for text in (totals, events))
        assert "Tokens remain personal data" in events
        assert "Tokens" not in totals

    def test_does_not_number_a_handful_of_pupils(self, exports: list[Path], tmp_path: Path) -> None:
        lines = exports[0].read_text().splitlines()
        exports[0].write_text("\n".join(lines[:4]))
        prepare(exports, PROVIDER, tmp_path / "out")
        assert "fewer than 5 pupils" in (tmp_path / "out" / "prepared.txt").read_text()

    def test_names_what_needs_no_preparing(self, exports: list[Path], tmp_path: Path) -> None:
        columns = load_contracts()["context"].columns
        other = write_csv(tmp_path / "context.csv", columns, ["S1", "2024-25", "deprivation", "1.5"])
        done = prepare([*exports, other], PROVIDER, tmp_path / "out")
        assert done.left_alone == ("context",)
        assert not (tmp_path / "out" / "context.csv").exists()


class TestCommand:
    def run(self, *arguments: object) -> Any:
        return CliRunner().invoke(prepare_command, [str(argument) for argument in arguments])

    def test_makes_a_key_and_says_where_it_stays(self, tmp_path: Path) -> None:
        result = self.run("--new-key", tmp_path / "key")
        assert result.exit_code == 0
        assert "never send it along" in result.output
        assert len(read_key(tmp_path / "key")) == 32
        assert self.run("--new-key", tmp_path / "key").exit_code == 5

    def test_makes_no_key_in_the_folder_that_leaves(self, tmp_path: Path) -> None:
        result = self.run("--new-key", tmp_path / "out" / "key", "--to", tmp_path / "out")
        assert result.exit_code == 5
        assert not (tmp_path / "out").exists()

    def test_needs_files_and_a_folder(self, tmp_path: Path) -> None:
        assert self.run("--to", tmp_path / "out").exit_code == 2
        assert self.run(tmp_path / "absence.csv").exit_code == 2
        assert self.run("--new-key", tmp_path / "key", tmp_path / "absence.csv").exit_code == 2

    def test_refuses_in_words(self, tmp_path: Path) -> None:
        file = write_csv(tmp_path / "absence.csv", ["school_id", "voornaam"], ["S1", "An"])
        result = self.run("--to", tmp_path / "out", file)
        assert result.exit_code == 1
        assert "nothing was written" in result.output
        assert not (tmp_path / "out").exists()

    def test_an_unknown_profile_is_wrong_use(self, exports: list[Path], tmp_path: Path) -> None:
        assert self.run("--profile", "nobody", "--to", tmp_path / "out", *exports).exit_code == 2

    def test_says_what_it_cannot_promise(self) -> None:
        assert "they prove nothing" in " ".join(self.run("--help").output.split())
