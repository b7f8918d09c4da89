"""What the mirror's views add to published figures: verdicts, what stands out, weakest points, fallbacks."""

import math
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from mirrors.access import Role, Viewer
from mirrors.definitions import load_jurisdiction
from mirrors.store import Snapshot, publish_tables
from mirrors.views import open_published
from mirrors.views.beside import against_interval, against_value, set_beside
from mirrors.views.figure import Against, Comparison, Figure, PeerFigures, Status, Verdict
from mirrors.views.groups import BREAKDOWNS
from mirrors.views.mirror import MirrorView, mirror_view
from mirrors.views.pattern import stands_out
from mirrors.views.response import STEPS, beside_past, beside_share
from mirrors.views.telling import first_and_others
from mirrors.views.weakest import weakest_points
from tests.spec.cities import City, sample_city
from tests.unit import examples as example

ADVISER = Viewer(Role.ADVISER, name="adviser")
YEAR = "2025-26"
LARGE, SMALL, GAPS, RECODED = "S0001", "S0085", "S0014", "S0103"
NEW_TABLES = {
    "profile", "group", "gap", "decomposition", "step", "pooled", "trend_word", "driver", "calibration",
    "city_group", "city_step",
}  # fmt: skip


@pytest.fixture(scope="module")
def city() -> City:
    """Return the sample city."""
    return sample_city()


@pytest.fixture(scope="module")
def snapshot(city: City) -> Snapshot:
    """Return the published sample city."""
    return city.snapshot


def rows(city: City, table: str, school: str, **equal: object) -> pd.DataFrame:
    """Return the published rows of a school in the last year."""
    frame = city.tables[table]
    frame = frame[(frame["school_id"] == school) & (frame["school_year"] == YEAR)]
    for column, value in equal.items():
        frame = frame[frame[column] == value]
    return frame


def same(shown: float | None, published: float) -> bool:
    """Whether a figure of a view is the published one; missing is None."""
    return (shown is None and math.isnan(published)) or shown == published


# Set beside something else


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.07, 0.08, Verdict.HIGHER), (0.05, 0.06, Verdict.LOWER), (0.06, 0.07, Verdict.SIMILAR)],
)
def test_a_value_is_excluded_only_by_the_whole_interval(low: float, high: float, verdict: Verdict) -> None:
    assert against_value(Figure((low + high) / 2, low, high), 0.065) is verdict


@pytest.mark.parametrize("own", [Figure(None, status=Status.MISSING), Figure(0.05, status=Status.AT_MOST)])
def test_without_an_interval_there_is_no_verdict(own: Figure) -> None:
    assert against_value(own, 0.01) is Verdict.UNKNOWN
    assert against_interval(own, Figure(0.01, 0.0, 0.02)) is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.08, 0.09, Verdict.HIGHER), (0.065, 0.08, Verdict.SIMILAR), (0.03, 0.04, Verdict.LOWER)],
)
def test_two_years_differ_only_where_their_intervals_lie_apart(
    low: float, high: float, verdict: Verdict
) -> None:
    assert against_interval(Figure(0.07, low, high), Figure(0.06, 0.05, 0.07)) is verdict


def test_what_is_being_checked_gets_no_verdict_against_anything() -> None:
    past = ("2023-24", Figure(0.01, 0.009, 0.011))
    judged = set_beside(example.COMPARISONS[0], 0.01, past)
    unjudged = set_beside(example.COMPARISONS[0], 0.01, past, judged=False)
    others = (Against.EXPECTED, Against.CITY, Against.PAST)
    assert Verdict.UNKNOWN not in {judged.verdict_against(other) for other in others}
    assert {unjudged.verdict_against(other) for other in others} == {Verdict.UNKNOWN}


# What stands out


def week(highest: float, peers: float = 110.0) -> tuple[object, ...]:
    """Return nine half-days of which Friday afternoon is highest."""
    indexes = dict.fromkeys((f"{day}_am" for day in ("mon", "tue", "wed", "thu", "fri")), 95.0)
    return example.moments({**indexes, "fri_pm": highest}, {"fri_pm": peers})


def test_a_half_day_stands_out_only_beyond_chance() -> None:
    assert stands_out(week(140.0), 9000.0, 9) == "fri_pm"
    assert stands_out(week(140.0), 200.0, 9) is None, "few half-days: it may be chance"
    assert stands_out(week(110.0), 9000.0, 9) is None
    assert stands_out(week(140.0, peers=145.0), 9000.0, 9) is None, "it is so at every school"
    assert stands_out(week(140.0), None, 9) is None, "nobody knows how many there were"
    assert stands_out((), 9000.0, 9) is None


@pytest.mark.parametrize(
    ("share", "pupils", "peers", "verdict"),
    [
        (0.6, 200, 0.8, Verdict.LOWER),
        (0.6, 10, 0.8, Verdict.SIMILAR),
        (0.72, 2000, 0.8, Verdict.SIMILAR),
        (0.95, 200, 0.8, Verdict.HIGHER),
        (None, 200, 0.8, Verdict.UNKNOWN),
        (0.6, None, 0.8, Verdict.UNKNOWN),
        (0.6, 200, None, Verdict.UNKNOWN),
    ],
)
def test_a_step_lags_behind_only_beyond_chance_and_by_ten_points(
    share: float | None, pupils: int | None, peers: float | None, verdict: Verdict
) -> None:
    assert beside_share(share, pupils, peers) is verdict


# Weakest points


def compared(
    indicator: str, value: float, low: float, high: float, verdict: Verdict, peers: tuple[float, float, float]
) -> Comparison:
    """Return a comparison; `peers` are low, median and high."""
    group = PeerFigures(15, peers[1], peers[0], peers[2])
    return example.comparison(indicator, Figure(value, low, high), group, None, verdict)


A1 = compared("A1", 0.08, 0.075, 0.085, Verdict.HIGHER, (0.05, 0.06, 0.07))
A2 = compared("A2", 0.03, 0.025, 0.035, Verdict.HIGHER, (0.009, 0.01, 0.013))
B2 = compared("B2", 0.09, 0.06, 0.12, Verdict.HIGHER, (0.03, 0.04, 0.05))
B7 = compared("B7", 0.5, 0.45, 0.55, Verdict.HIGHER, (0.3, 0.35, 0.4))
F3 = compared("F3", 0.4, 0.35, 0.45, Verdict.LOWER, (0.6, 0.7, 0.8))
A3 = compared("A3", 0.09, 0.08, 0.1, Verdict.HIGHER, (0.03, 0.04, 0.05))


def test_the_weakest_points_are_the_furthest_by_what_is_certain() -> None:
    # Certain distances in widths of the middle half: A1 .75, A2 3.75, B2 1.0, F3 1.25.
    assert weakest_points([A1, B2, F3]) == (F3, B2)
    assert weakest_points([A1, A2, F3], most=3) == (A2, F3, A1)


def test_the_same_absence_is_named_once() -> None:
    assert weakest_points([A2, B2, A1]) == (A2, A1)


def test_what_is_favourable_or_neutral_or_similar_is_no_weak_point() -> None:
    assert weakest_points([B7, A3, replace(A1, verdict=Verdict.SIMILAR)]) == ()
    assert weakest_points([replace(A1, verdict=Verdict.LOWER)]) == ()
    assert weakest_points([replace(A1, own=Figure(0.08))]) == (), "without a margin of chance nobody can say"
    assert weakest_points([replace(A1, peers=PeerFigures(7, 0.06))]) == ()


def test_figures_that_stand_out_are_shown_first_in_the_order_of_the_catalogue() -> None:
    similar = replace(A1, verdict=Verdict.SIMILAR)
    nothing = replace(A2, own=Figure(None, status=Status.TOO_SMALL), verdict=Verdict.UNKNOWN)
    shown, others = first_and_others([nothing, similar, B2, F3])
    assert shown == (similar, B2, F3)
    assert others == (nothing,)
    assert first_and_others([]) == ((), ())


# The published city


@pytest.fixture(scope="module")
def large(snapshot: Snapshot) -> MirrorView:
    """Return the mirror of a large school."""
    return mirror_view(snapshot, ADVISER, LARGE, YEAR)


def test_a_mirror_holds_every_published_figure_of_the_year(city: City, large: MirrorView) -> None:
    shown = {each.indicator.id: each for each in (*large.comparisons, *large.more)}
    published = rows(city, "figure", LARGE)
    assert set(shown) == set(published["indicator"])
    for row in published.to_dict("records"):
        assert same(shown[row["indicator"]].own.value, row["value"])


def test_when_absence_falls_is_as_published(city: City, large: MirrorView) -> None:
    week, year = large.pattern.half_days, large.pattern.months
    assert week is not None
    assert year is not None
    assert "wed_pm" not in {moment.item for moment in week.moments}
    assert [int(moment.item) for moment in year.moments] == list(load_jurisdiction("flanders").months)
    for name, profile in (("half_day", week), ("month", year), ("edge", large.pattern.edges)):
        assert profile is not None
        published = rows(city, "profile", LARGE, profile=name).set_index("item")
        assert len(published) == len(profile.moments)
        for moment in profile.moments:
            assert same(moment.index, published.loc[moment.item, "index"])
            assert same(moment.peer_index, published.loc[moment.item, "peer_index"])


def test_groups_are_as_published_and_in_the_order_of_school(city: City, large: MirrorView) -> None:
    assert {each.name for each in large.breakdowns} <= set(BREAKDOWNS)
    for each in large.breakdowns:
        published = rows(city, "group", LARGE, breakdown=each.name, indicator=each.indicator.id)
        by_member = published.set_index("member")
        assert {group.member for group in each.groups} == set(by_member.index)
        for group in each.groups:
            assert same(group.own.value, by_member.loc[group.member, "value"])
            assert same(group.peer_median, by_member.loc[group.member, "peer_median"])
    grades = next(each for each in large.breakdowns if each.name == "grade")
    assert [group.member for group in grades.groups] == sorted(group.member for group in grades.groups)
    tracks = next(each for each in large.breakdowns if each.name == "track")
    assert [group.member for group in tracks.groups] == ["general", "dual", "labour"]


def test_the_follow_up_is_as_published(city: City, large: MirrorView) -> None:
    assert [chain.threshold for chain in large.chains] == sorted(set(rows(city, "step", LARGE)["threshold"]))
    for chain in large.chains:
        published = rows(city, "step", LARGE, threshold=chain.threshold).set_index("step")
        assert [step.step for step in chain.steps] == [name for name in STEPS if name in published.index]
        for step in chain.steps:
            assert same(step.share, published.loc[step.step, "share"])
            assert same(step.days, published.loc[step.step, "days"])
            assert same(step.peer_share, published.loc[step.step, "peer_share"])


def of_last_year(city: City, table: str, school: str) -> pd.DataFrame:
    """Return the published rows of a school in the year before the last one."""
    frame = city.tables[table]
    return frame[(frame["school_id"] == school) & (frame["school_year"] == "2024-25")]


def test_groups_stand_beside_the_city_and_the_year_before(city: City, large: MirrorView) -> None:
    together = city.tables["city_group"]
    place = ["indicator", "breakdown", "member"]
    together = together[together["school_year"] == YEAR].set_index(place)["value"]
    before = of_last_year(city, "group", LARGE).set_index(place)
    seen = 0
    for each in large.breakdowns:
        assert each.past_year == "2024-25"
        for group in each.groups:
            key = (each.indicator.id, each.name, group.member)
            assert group.beside(Against.CITY) == together.get(key)
            told = key in before.index and before.loc[key, "status"] == "exact"
            both = told and group.own.status is Status.EXACT
            assert group.beside(Against.PAST) == (before.loc[key, "value"] if both else None)
            assert group.beside(Against.EXPECTED) is None
            seen += both
    assert seen > 10


def test_steps_stand_beside_the_city_and_the_year_before(city: City, large: MirrorView) -> None:
    together = city.tables["city_step"]
    together = together[together["school_year"] == YEAR].set_index(["threshold", "step"])["share"]
    before = of_last_year(city, "step", LARGE).set_index(["threshold", "step"])
    seen = 0
    for chain in large.chains:
        for step in chain.steps[1:]:
            key = (chain.threshold, step.step)
            assert step.beside(Against.CITY).share == together.get(key)
            both = step.status is Status.EXACT and before.loc[key, "status"] == "exact"
            past = step.beside(Against.PAST)
            if not chain.school_years and not before.loc[key, "pooled"]:
                assert past.share == (before.loc[key, "share"] if both else None)
                seen += both
            assert step.beside(Against.EXPECTED).share is None
        assert not set(chain.past_years) & {*chain.school_years, YEAR}
    assert seen > 0


def test_nothing_of_the_past_stands_beside_the_first_year_after_a_break(snapshot: Snapshot) -> None:
    view = mirror_view(snapshot, ADVISER, LARGE, "2021-22")
    assert view.breakdowns
    assert view.chains
    assert not any(each.knows(Against.PAST) for each in (*view.breakdowns, *view.chains))
    assert all(each.knows(Against.CITY) for each in view.breakdowns)


@pytest.mark.parametrize(
    ("share", "before", "verdict"),
    [
        (0.5, 0.8, Verdict.LOWER),
        (0.8, 0.5, Verdict.HIGHER),
        (0.5, 0.6, Verdict.SIMILAR),
        # An interval that excludes the other share is not enough: that one holds chance too.
        (0.5, 0.68, Verdict.SIMILAR),
        (None, 0.5, Verdict.UNKNOWN),
        (0.5, None, Verdict.UNKNOWN),
    ],
)
def test_an_own_past_share_differs_only_where_both_intervals_lie_apart(
    share: float | None, before: float | None, verdict: Verdict
) -> None:
    assert beside_past(share, 60, before, 60) is verdict
    assert beside_share(0.5, 60, 0.68) is Verdict.LOWER


def test_the_windows_of_a_small_school_follow_one_another(city: City, snapshot: Snapshot) -> None:
    published = city.tables["pooled"]
    published = published[published["school_id"] == SMALL]
    view = mirror_view(snapshot, ADVISER, SMALL, YEAR)
    for trend in (*view.trends, *view.more_trends):
        rows_of = published[published["indicator"] == trend.indicator.id]
        told = rows_of[rows_of["value"].notna()].drop_duplicates("years")
        assert [",".join(each.school_years) for each in trend.windows] == told["years"].tolist()
        assert [each.own.value for each in trend.windows] == told["value"].tolist()
        years = [year for each in trend.windows for year in each.school_years]
        assert len(years) == len(set(years))
    assert view.trends[0].windows
    earlier = mirror_view(snapshot, ADVISER, SMALL, "2023-24").trends[0]
    assert earlier.windows == view.trends[0].windows[: len(earlier.windows)]


def test_trends_carry_their_word_and_what_moved(city: City, large: MirrorView) -> None:
    words = rows(city, "trend_word", LARGE).set_index("indicator")["word"]
    for trend in (*large.trends, *large.more_trends):
        assert trend.word == words.get(trend.indicator.id)
    assert {trend.not_judged for trend in large.more_trends} == {"not_chosen"}
    moved = rows(city, "driver", LARGE)
    assert sum(driver.points for driver in large.drivers) == pytest.approx(moved["points"].sum())
    assert list(map(abs, [driver.points for driver in large.drivers])) == sorted(
        (abs(driver.points) for driver in large.drivers), reverse=True
    )


def test_the_city_and_the_year_before_stand_beside_each_headline_figure(
    city: City, large: MirrorView
) -> None:
    pooled = city.tables["city_figure"]
    pooled = pooled[pooled["school_year"] == YEAR].set_index("indicator")["value"]
    for each in large.comparisons:
        assert each.beside[Against.CITY].value == pooled[each.indicator.id]
        assert each.beside[Against.PAST].school_year == "2024-25"
        assert each.beside[Against.EXPECTED].value == each.expected


def test_the_past_ends_at_a_year_that_cannot_be_compared(snapshot: Snapshot) -> None:
    for year in ("2020-21", "2021-22"):
        for each in mirror_view(snapshot, ADVISER, LARGE, year).comparisons:
            assert Against.PAST not in each.beside


def test_a_small_school_gets_years_together_as_published(city: City, snapshot: Snapshot) -> None:
    view = mirror_view(snapshot, ADVISER, SMALL, YEAR)
    published = rows(city, "pooled", SMALL).set_index("indicator")
    assert len(published)
    for each in view.comparisons:
        assert each.pooled is not None
        assert same(each.pooled.own.value, published.loc[each.indicator.id, "value"])
        assert ",".join(each.pooled.school_years) == published.loc[each.indicator.id, "years"]
        assert each.shown is each.pooled.own
    assert view.weakest == ()


@pytest.mark.parametrize("school", [GAPS, RECODED])
def test_a_school_that_is_being_checked_gets_no_verdict_of_any_sort(snapshot: Snapshot, school: str) -> None:
    view = mirror_view(snapshot, ADVISER, school, YEAR)
    compared = (*view.comparisons, *view.more)
    assert {each.verdict_against(other) for each in compared for other in Against} == {Verdict.UNKNOWN}
    assert {step.verdict for chain in view.chains for step in chain.steps} == {Verdict.UNKNOWN}
    assert view.decompositions == ()
    assert not any(each.gaps for each in view.breakdowns)
    assert not any(each.lies_outside for each in compared)
    assert view.weakest == ()


def test_an_older_snapshot_without_the_new_tables_still_has_a_mirror(city: City, tmp_path: Path) -> None:
    publish_tables(tmp_path, {name: frame for name, frame in city.tables.items() if name not in NEW_TABLES})
    view = mirror_view(open_published(tmp_path).current(), ADVISER, LARGE, YEAR)
    assert view.comparisons
    assert view.pattern.half_days is None
    assert (view.breakdowns, view.chains, view.drivers, view.decompositions) == ((), (), (), ())
    assert {trend.word for trend in view.trends} == {None}


def test_only_unauthorised_absence_is_told_with_its_gaps(large: MirrorView) -> None:
    with_gaps = [each for each in large.breakdowns if each.gaps]
    assert {each.indicator.id for each in with_gaps} == {"A2"}
    assert len({each.indicator.id for each in large.breakdowns}) > 1
