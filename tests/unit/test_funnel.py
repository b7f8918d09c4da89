"""The funnel: limits that hold what they promise, and what an adviser may read from it."""

import numpy as np
import pytest
from scipy.special import expit, logit

from mirrors.access import NotAllowed, Role, Viewer
from mirrors.benchmark.funnel import (
    Z_95,
    Z_998,
    PupilShares,
    UnitRates,
    between_variance,
    fit_funnel,
    pupil_variance,
)
from mirrors.benchmark.interval import rate_interval
from mirrors.charts.funnel_plot import explained, funnel_plot
from mirrors.definitions import load_indicators
from mirrors.locale import Language
from mirrors.store import Snapshot
from mirrors.views.figure import Figure, Status
from mirrors.views.funnel import FunnelSchool, FunnelView, Limits, funnel_indicators, funnel_view
from mirrors.views.school import SchoolName
from tests.spec.cities import sample_city

ADVISER = Viewer(Role.ADVISER, name="adviser")
TEAM = Viewer(Role.SCHOOL_TEAM, frozenset({"S0001"}))
ENGLISH = Language("en")
YEAR = "2025-26"
CITIES, SCHOOLS = 40, 200


def cities(between: float) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return values, expected values and pupils of cities whose schools differ by `between` beyond chance."""
    made = []
    for seed in range(CITIES):
        rng = np.random.default_rng(seed)
        pupils = np.exp(rng.normal(5.7, 0.6, SCHOOLS)).clip(30)
        expected = expit(rng.normal(-2.7, 0.4, SCHOOLS))
        noise = np.sqrt(1.8 / pupils) * rng.normal(size=SCHOOLS)
        made.append(
            (expit(logit(expected) + np.sqrt(between) * rng.normal(size=SCHOOLS) + noise), expected, pupils)
        )
    return made


@pytest.mark.parametrize("between", [0.0, 0.04, 0.16])
def test_about_one_in_twenty_and_two_in_a_thousand_lie_outside(between: float) -> None:
    z = []
    for value, expected, pupils in cities(between):
        funnel = fit_funnel(value, expected, pupils, 0.06, UnitRates(1.8))
        assert funnel is not None
        z.append(funnel.z)
    outside = np.abs(np.concatenate(z))
    assert 0.03 < (outside > Z_95).mean() < 0.075
    assert (outside > Z_998).mean() < 0.006


@pytest.mark.parametrize("between", [0.04, 0.16])
def test_the_differences_between_schools_are_found_again(between: float) -> None:
    found = [
        between_variance(logit(value) - logit(expected), 1.8 / pupils)
        for value, expected, pupils in cities(between)
    ]
    assert np.mean(found) == pytest.approx(between, rel=0.15)


def test_without_differences_only_chance_is_left() -> None:
    found = [between_variance(logit(v) - logit(e), 1.8 / n) for v, e, n in cities(0.0)]
    assert min(found) == 0.0
    assert np.mean(found) < 0.002


def test_a_few_unusual_schools_hardly_widen_the_limits() -> None:
    value, expected, pupils = cities(0.04)[0]
    usual = between_variance(logit(value) - logit(expected), 1.8 / pupils)
    value[:6] = expit(logit(expected[:6]) + 4)
    unusual = fit_funnel(value, expected, pupils, 0.06, UnitRates(1.8))
    assert unusual is not None
    assert unusual.between < 1.6 * usual
    assert (unusual.z[:6] > Z_998).all()


def test_a_school_as_expected_stands_at_the_centre_and_limits_narrow_with_size() -> None:
    value = np.full(30, 0.1)
    value[:15] = 0.2
    pupils = np.linspace(50, 800, 30)
    funnel = fit_funnel(value, value, pupils, 0.15, PupilShares())
    assert funnel is not None
    assert funnel.value == pytest.approx(0.15)
    assert funnel.z == pytest.approx(0.0)
    low, high = funnel.limits(np.array([50.0, 100.0, 400.0]), Z_95)
    assert (np.diff(low) > 0).all()
    assert (np.diff(high) < 0).all()
    # Spiegelhalter's limits on the arcsine of the root, without everyday differences.
    assert high[1] == pytest.approx(np.sin(np.arcsin(np.sqrt(0.15)) + 1.959964 / 20) ** 2)


def test_no_limit_leaves_what_a_share_can_be() -> None:
    share = np.full(20, 0.01)
    funnel = fit_funnel(share, share, np.full(20, 30.0), 0.01, PupilShares())
    assert funnel is not None
    low, high = funnel.limits(np.array([5.0]), Z_998)
    assert low[0] == 0.0
    assert 0.01 < high[0] < 1
    assert np.isfinite(UnitRates(1.8).onto(np.array([0.0, 1.0]))).all()


def test_too_few_schools_have_no_funnel() -> None:
    nineteen = np.full(19, 0.1)
    assert fit_funnel(nineteen, nineteen, np.full(19, 100.0), 0.1, PupilShares()) is None


def test_the_variance_of_a_pupil_is_read_back_from_the_intervals() -> None:
    pupils = np.array([60.0, 300.0, 900.0, 40.0])
    low, high = rate_interval(np.array([0.02, 0.05, 0.2, 0.0]), pupils, 1.37)
    assert pupil_variance(low, high, pupils) == pytest.approx(1.37)


# What an adviser reads


def school(number: int, place: str, name: str = "") -> FunnelSchool:
    """Return a school of the example funnel."""
    named = SchoolName(f"s-{number}", name or f"School {number}", "primary")
    return FunnelSchool(named, 100 * number, 0.02 * number, place, Figure(0.02 * number), 0.05)


VIEW = FunnelView(
    "2024-25",
    load_indicators()["A2"],
    0.04,
    tuple(Limits(size, 0.02, 0.06, 0.01, 0.08) for size in (100, 200, 400)),
    (
        school(1, "within"),
        school(2, "above_95"),
        school(4, "above_998", "De <b>Els</b> & %{x}"),
        school(3, "below_998", "Zonnebloem"),
    ),
)
TYPES = {"primary": "primary school"}


def test_the_table_holds_names_outside_the_outer_limits_and_no_value() -> None:
    chart = funnel_plot(VIEW, TYPES, ENGLISH)
    assert chart.table.rows == (
        ("De <b>Els</b> & %{x}", "Primary school", "above the outer limits"),
        ("Zonnebloem", "Primary school", "below the outer limits"),
    )
    assert chart.title == "2 schools lie outside the outer limits."
    assert "of 4 schools, 1 above and 1 below" in chart.reading


def test_names_show_on_hover_only_and_are_no_markup() -> None:
    chart = funnel_plot(VIEW, TYPES, ENGLISH)
    said = " ".join([chart.title, chart.reading, explained(ENGLISH)])
    assert "Zonnebloem" not in said
    assert not [note for note in chart.figure.layout.annotations if "Zonnebloem" in note.text]
    hovers = [text for trace in chart.figure.data if trace.mode == "markers" for text in trace.text]
    assert any("De &lt;b&gt;Els&lt;/b&gt; &amp; %{x}" in hover for hover in hovers)
    assert {trace.hovertemplate for trace in chart.figure.data if trace.mode == "markers"} == {
        "%{text}<extra></extra>"
    }


def test_a_funnel_without_anybody_outside_says_so() -> None:
    quiet = FunnelView(VIEW.school_year, VIEW.indicator, VIEW.centre, VIEW.limits, VIEW.schools[:2])
    chart = funnel_plot(quiet, TYPES, ENGLISH)
    assert chart.title == "No school lies outside the outer limits."
    assert chart.table.rows == ()


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    """Return the published sample city."""
    return sample_city().snapshot


def test_only_an_adviser_sees_the_funnel(snapshot: Snapshot) -> None:
    for viewer in (TEAM, Viewer(Role.ADMINISTRATOR)):
        with pytest.raises(NotAllowed):
            funnel_indicators(snapshot, viewer, YEAR)
        with pytest.raises(NotAllowed):
            funnel_view(snapshot, viewer, YEAR, "A2")


def test_the_funnel_shows_what_was_published_in_order_of_name(snapshot: Snapshot) -> None:
    assert {"A1", "A2"} <= {each.id for each in funnel_indicators(snapshot, ADVISER, YEAR)}
    view = funnel_view(snapshot, ADVISER, YEAR, "A2")
    names = [each.school.name.casefold() for each in view.schools]
    assert names == sorted(names)
    figures = {row["school_id"]: row for row in snapshot.rows("figure", indicator="A2", school_year=YEAR)}
    assert [each.own.value for each in view.schools] == [
        figures[each.school.school_id]["value"] for each in view.schools
    ]
    with pytest.raises(LookupError):
        funnel_view(snapshot, ADVISER, "1999-00", "A2")


def test_no_school_under_an_alarm_and_no_share_of_one_child_is_in_the_funnel(snapshot: Snapshot) -> None:
    alarmed = {row["school_id"] for row in snapshot.rows("registration", school_year=YEAR) if row["alarms"]}
    assert alarmed
    for indicator in funnel_indicators(snapshot, ADVISER, YEAR):
        view = funnel_view(snapshot, ADVISER, YEAR, indicator.id)
        assert not alarmed & {each.school.school_id for each in view.schools}
        if indicator.counts_pupils:
            assert {each.own.status for each in view.schools} == {Status.EXACT}
