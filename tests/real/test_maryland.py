"""Maryland's report card: bounds stay bounds, totals are no schools, and what was not asked is not zero."""

import re

import pytest

from mirrors.access import Role, Viewer
from mirrors.store import Register
from mirrors.views.figure import Status
from mirrors.views.mirror import mirror_view
from tests.real_data import RealStore

pytestmark = pytest.mark.real

VIEWER = Viewer(Role.ADVISER, name="adviser")


class TestRows:
    def test_totals_are_left_out_with_their_reason(self, maryland: RealStore) -> None:
        reports = maryland.ingested.files
        assert len(reports) == 21
        assert sum(report.rows_read for report in reports) == 35_182
        assert sum(report.rows_kept for report in reports) == 33_414
        dropped = {why for report in reports for why in report.dropped}
        assert dropped == {"total of several schools"}
        assert sum(sum(report.dropped.values()) for report in reports) == 1_768

    def test_no_total_became_a_school(self, maryland: RealStore) -> None:
        ids = maryland.facts("SELECT DISTINCT school_id FROM schools")["school_id"]
        assert not [school_id for school_id in ids if re.match(r"\d+-0*A-", school_id, re.IGNORECASE)]
        names = Register(maryland.folder).names()
        assert set(names) == set(ids)
        assert not [name for name in names.values() if re.match(r"All\b.*Schools", name)]

    def test_a_school_is_a_district_a_number_and_a_band(self, maryland: RealStore) -> None:
        [rows] = maryland.facts(
            "SELECT count(*) AS n, count(DISTINCT (school_id, school_year)) AS keys FROM schools"
        ).to_dict("records")
        assert rows == {"n": 33_414, "keys": 33_414}
        ids = maryland.facts("SELECT DISTINCT school_id FROM schools")["school_id"]
        # All bands together are called "All Students" to 2019 and "All" from 2020.
        bands = "elementary|middle|high|all|all students"
        odd = [school_id for school_id in ids if not re.fullmatch(rf"\d{{2}}-\d{{4}}-({bands})", school_id)]
        assert not odd

    def test_numbers_that_repeat_across_districts_are_different_schools(self, maryland: RealStore) -> None:
        ids = maryland.facts("SELECT DISTINCT school_id FROM schools")["school_id"]
        without_district = {school_id.split("-", 1)[1] for school_id in ids}
        assert len(without_district) < len(ids)

    def test_the_years_are_those_of_the_labels(self, maryland: RealStore) -> None:
        years = maryland.facts("SELECT DISTINCT school_year FROM schools ORDER BY 1")["school_year"]
        assert (len(years), years.iloc[0], years.iloc[-1]) == (21, "2002-03", "2022-23")

    def test_rows_of_all_bands_together_are_kept_apart(self, maryland: RealStore) -> None:
        both = maryland.facts(
            "SELECT e.breakdown, s.school_type = 'all levels' AS together, count(*) AS n"
            " FROM enrolment AS e INNER JOIN schools AS s USING (school_id, school_year)"
            " GROUP BY ALL ORDER BY n"
        )
        assert both.to_numpy().tolist() == [["together", True, 932], ["all", False, 32_482]]


class TestStatuses:
    def test_a_bound_of_the_attendance_rate_is_a_bound_of_absence(self, maryland: RealStore) -> None:
        statuses = maryland.facts(
            "SELECT status, count(*) AS n, min(share) AS low, max(share) AS high FROM absence"
            " GROUP BY status ORDER BY status"
        ).set_index("status")
        assert statuses["n"].to_dict() == {"at_most": 15_589, "exact": 17_391, "missing": 434}
        assert (statuses.loc["at_most", "low"], statuses.loc["at_most", "high"]) == (0.05, 0.05)
        assert statuses.loc["exact", "low"] > 0.05
        assert statuses.loc[["missing"], ["low", "high"]].isna().all(axis=None)

    def test_chronic_absence_was_not_asked_before_2018(self, maryland: RealStore) -> None:
        statuses = maryland.facts(
            "SELECT school_year < '2017-18' AS before, status = 'not_asked' AS not_asked, count(*) AS n"
            " FROM pupil_band WHERE scale = 'share' GROUP BY ALL ORDER BY before"
        )
        assert statuses[["before", "not_asked"]].to_numpy().tolist() == [[False, False], [True, True]]
        assert statuses["n"].sum() == 33_414

    def test_days_absent_are_those_of_the_rate(self, maryland: RealStore) -> None:
        [found] = maryland.facts(
            "SELECT count(*) AS n, max(abs(a.units / e.possible - a.share)) AS gap, min(a.units) AS fewest"
            " FROM absence AS a INNER JOIN enrolment AS e USING (school_id, school_year, breakdown)"
            " WHERE a.status = 'exact' AND e.possible > 0 AND a.units IS NOT NULL"
        ).to_dict("records")
        assert found["n"] > 17_000
        assert found["fewest"] >= 0
        assert found["gap"] < 0.001


class TestPublished:
    def test_a_mirror_of_a_school_opens(self, recent_maryland: RealStore) -> None:
        snapshot = recent_maryland.snapshot()
        school_id = "30-0004-elementary"
        view = mirror_view(snapshot, VIEWER, school_id, "2022-23")
        assert view.school.school_type == "elementary"
        assert view.school.name != school_id
        assert [one.indicator.id for one in view.comparisons] == ["A1", "B5", "B13"]
        assert all(one.own.value is not None for one in view.comparisons)
        assert view.match.quality == "poor"
        assert view.match.reason == "no_context"

    def test_a_bound_is_shown_as_a_bound_and_judged_by_nobody(self, recent_maryland: RealStore) -> None:
        snapshot = recent_maryland.snapshot()
        bounds = snapshot.rows("figure", indicator="A1", status="at_most")
        assert len(bounds) > 500
        assert {row["value"] for row in bounds} == {0.05}
        assert {(row["low"], row["high"], row["verdict"]) for row in bounds} == {(None, None, "unknown")}
        row = bounds[0]
        view = mirror_view(snapshot, VIEWER, row["school_id"], row["school_year"])
        assert view.comparisons[0].own.status is Status.AT_MOST

    def test_no_total_takes_part_in_the_city(self, recent_maryland: RealStore) -> None:
        snapshot = recent_maryland.snapshot()
        for table in ("school", "spread"):
            kinds = {row["school_type"] for row in snapshot.rows(table)}
            assert kinds == {"elementary", "middle", "high"}

    def test_a_year_without_the_year_before_has_no_lists(self, recent_maryland: RealStore) -> None:
        years = {row["school_year"] for row in recent_maryland.snapshot().rows("list_state")}
        assert years == {"2018-19", "2022-23"}
