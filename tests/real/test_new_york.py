"""New York City's open data: what is true of them is true of the store and of the mirrors."""

import pytest

from mirrors.access import Role, Viewer
from mirrors.benchmark.change import fit_change
from mirrors.benchmark.features import feature_matrix
from mirrors.benchmark.observation import observe
from mirrors.benchmark.reduction import reduce_facts
from mirrors.benchmark.series import build_panel, comparable_run, restarts
from mirrors.benchmark.ten_and_ten import choose
from mirrors.definitions import load_indicators, load_jurisdiction
from mirrors.store import open_facts
from mirrors.views.city import city_view
from mirrors.views.mirror import mirror_view
from mirrors.views.ten_and_ten import ten_and_ten_view
from tests.real_data import RealStore

pytestmark = pytest.mark.real

A_SCHOOL = "01M015"
BREAK_YEARS = ("2019-20", "2020-21")
VIEWER = Viewer(Role.ADVISER, name="adviser")


class TestIntake:
    def test_every_row_is_kept_and_every_school_year_is_there(self, new_york: RealStore) -> None:
        assert [
            (report.layout, report.rows_read, report.rows_kept) for report in new_york.ingested.files
        ] == [
            ("attendance", 6_122, 6_122),
            ("demographics", 9_251, 9_251),
            ("housing", 6_802, 6_802),
        ]
        found = new_york.facts(
            "SELECT count(*) AS school_years, count(DISTINCT school_id) AS schools FROM absence"
        )
        assert found.to_dict("records") == [{"school_years": 6_122, "schools": 1_558}]

    def test_bounds_and_suppressed_values_of_the_context_are_kept(self, new_york: RealStore) -> None:
        marked = new_york.facts(
            "SELECT feature, status, count(*) AS n, min(value) AS low, max(value) AS high FROM context"
            " WHERE status <> 'exact' GROUP BY ALL ORDER BY feature"
        )
        assert marked.astype(object).where(marked.notna(), None).to_numpy().tolist() == [
            ["economic_need", "at_least", 634, 0.95, 0.95],
            ["poverty", "at_least", 879, 0.95, 0.95],
            ["temporary_housing", "missing", 392, None, None],
        ]

    def test_nearly_every_school_year_has_its_context(self, new_york: RealStore) -> None:
        counts = new_york.facts(
            "SELECT feature, count(*) AS n FROM context SEMI JOIN absence USING (school_id, school_year)"
            " WHERE feature IN ('poverty', 'temporary_housing') GROUP BY feature ORDER BY feature"
        )
        assert counts["n"].tolist() == [6_070, 6_121]

    def test_shares_lie_between_nought_and_one(self, new_york: RealStore) -> None:
        [wrong] = new_york.facts("SELECT count(*) AS n FROM context WHERE value < 0 OR value > 1")["n"]
        assert wrong == 0

    def test_names_are_in_the_register(self, new_york: RealStore) -> None:
        assert new_york.snapshot().school_name(A_SCHOOL).startswith("P.S. 015")


class TestCity:
    def test_chronic_absence_is_pooled_over_all_schools(self, new_york: RealStore) -> None:
        [row] = new_york.snapshot().rows("city_figure", indicator="B5", school_year="2018-19")
        assert (row["value"], row["schools"]) == (0.2643, 1_526)

    def test_the_years_of_closed_schools_are_shown_with_their_reason(self, new_york: RealStore) -> None:
        [trend] = [
            trend
            for trend in city_view(new_york.snapshot(), VIEWER, "2020-21").trends
            if trend.indicator.id == "B5"
        ]
        assert [(point.school_year, point.break_reason is not None) for point in trend.points] == [
            ("2017-18", False),
            ("2018-19", False),
            ("2019-20", True),
            ("2020-21", True),
        ]


class TestLists:
    @pytest.mark.parametrize("school_year", BREAK_YEARS)
    def test_take_no_part_of_a_year_of_closed_schools(self, new_york: RealStore, school_year: str) -> None:
        snapshot = new_york.snapshot()
        for table in ("change", "listed", "list_state"):
            assert snapshot.rows(table, school_year=school_year) == []
        view = ten_and_ten_view(snapshot, VIEWER, school_year)
        assert {short.why_fewer for short in view.lists} == {"break_year"}

    @pytest.mark.parametrize("indicator", ["B5", "A1"])
    def test_of_two_comparable_years_hold_ten_excellent_and_only_weak_changes(
        self, new_york: RealStore, indicator: str
    ) -> None:
        view = ten_and_ten_view(new_york.snapshot(), VIEWER, "2018-19", indicator)
        excellent, improved, rose = view.lists
        assert (excellent.kind, len(excellent.schools), excellent.why_fewer) == ("excellent", 10, None)
        for short, kind in ((improved, "improved"), (rose, "rose")):
            assert (short.kind, short.schools, short.why_fewer) == (kind, (), "two_years_only")
            assert 0 < len(short.weak) <= 10

    def test_judge_no_change_as_clear_on_two_years(self, new_york: RealStore) -> None:
        rows = new_york.snapshot().rows("change")
        assert {row["school_year"] for row in rows} == {"2018-19"}
        assert {row["certainty"] for row in rows} == {"weak", "none"}


class TestMirror:
    def test_of_a_school_opens(self, new_york: RealStore) -> None:
        view = mirror_view(new_york.snapshot(), VIEWER, A_SCHOOL, "2018-19")
        assert view.school.name.startswith("P.S. 015")
        assert view.school.school_type == "elementary"
        assert view.unit == "day"
        assert [one.indicator.id for one in view.comparisons] == ["B5", "A1"]
        for one in view.comparisons:
            own, peers = one.own, one.peers
            assert own.value is not None
            assert own.low is not None
            assert own.high is not None
            assert own.low <= own.value <= own.high
            assert peers.count >= 10
            assert peers.median is not None
            assert one.expected is not None
        assert [trend.change is not None for trend in view.trends] == [True, True]

    def test_of_a_year_of_closed_schools_says_so(self, new_york: RealStore) -> None:
        view = mirror_view(new_york.snapshot(), VIEWER, A_SCHOOL, "2019-20")
        assert view.break_reason is not None
        assert {trend.not_judged for trend in view.trends} == {"break_year"}

    def test_shows_figures_of_every_school_and_year(self, new_york: RealStore) -> None:
        snapshot = new_york.snapshot()
        shown = {(row["school_id"], row["school_year"]) for row in snapshot.rows("figure", indicator="B5")}
        assert len(shown) == 6_122


class TestEarlierYears:
    """The file of the earlier years counts chronic absence over other pupils, and days over the same."""

    def test_the_newer_file_is_believed_where_both_speak(self, long_new_york: RealStore) -> None:
        bases = long_new_york.facts(
            "SELECT school_year, basis, count(*) AS n FROM pupil_band GROUP BY ALL ORDER BY school_year, n"
        )
        earlier = bases[bases["basis"] == "pupils enrolled 20 days or more"]
        assert set(earlier["school_year"]) >= {"2013-14", "2014-15", "2015-16", "2016-17"}
        overlap = bases[bases["school_year"] == "2017-18"].set_index("basis")["n"]
        assert overlap["pupils enrolled 10 days or more"] == 1_539
        assert overlap.sum() == 1_539

    def test_days_make_one_series_and_chronic_absence_restarts(self, long_new_york: RealStore) -> None:
        rules = load_jurisdiction("new-york")
        indicators = load_indicators()
        with open_facts(long_new_york.folder) as facts:
            reduced = reduce_facts(facts)
        days, chronic = (observe(indicators[key], reduced, rules) for key in ("A1", "B5"))
        assert restarts(days) == ()
        assert restarts(chronic) == ("2017-18",)
        assert comparable_run(days, "2018-19", rules) == (
            "2013-14",
            "2014-15",
            "2015-16",
            "2016-17",
            "2017-18",
            "2018-19",
        )
        assert comparable_run(chronic, "2018-19", rules) == ("2017-18", "2018-19")
        assert comparable_run(chronic, "2016-17", rules) == ("2013-14", "2014-15", "2015-16", "2016-17")

    def test_the_change_of_days_in_2018_19_rests_on_the_long_run(self, long_new_york: RealStore) -> None:
        rules = load_jurisdiction("new-york")
        with open_facts(long_new_york.folder) as facts:
            reduced = reduce_facts(facts)
        days = observe(load_indicators()["A1"], reduced, rules)
        run = comparable_run(days, "2018-19", rules)
        features = {year: feature_matrix(reduced, rules, year) for year in run}
        change = fit_change(build_panel(load_indicators()["A1"], days, run, features, set()), "type")
        assert change.years == run
        assert change.years_used[change.eligible].max() == 6
        lists = choose(change, None)
        assert (len(lists.improved.clear), len(lists.rose.clear)) == (10, 10)
