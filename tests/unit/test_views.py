"""Views: who may see what, and that they show the snapshot's figures and nothing else."""

import math
from dataclasses import replace

import pytest

from mirrors.access import NotAllowed, Role, Viewer
from mirrors.definitions import load_jurisdiction
from mirrors.store import Snapshot
from mirrors.views.city import city_view
from mirrors.views.figure import Status, Verdict
from mirrors.views.method import method_view
from mirrors.views.mirror import UnknownSchool, mirror_view
from mirrors.views.snapshot import snapshot_view
from mirrors.views.ten_and_ten import NoLists, lists_record, ten_and_ten_view
from tests.spec.cities import City, sample_city

ADVISER = Viewer(Role.ADVISER, name="adviser")
TEAM = Viewer(Role.SCHOOL_TEAM, frozenset({"S0001", "S0103"}))
YEAR = "2025-26"
HEADLINE = load_jurisdiction("flanders").headline
LISTS = load_jurisdiction("flanders").lists


@pytest.fixture(scope="module")
def city() -> City:
    """Return the sample city."""
    return sample_city()


@pytest.fixture(scope="module")
def snapshot(city: City) -> Snapshot:
    """Return the published sample city."""
    return city.snapshot


def row_of(city: City, table: str, **equal: object) -> dict[str, object]:
    """Return the one row of a published table where columns equal what is given; missing values are None."""
    frame = city.tables[table]
    for column, value in equal.items():
        frame = frame[frame[column] == value]
    [row] = frame.to_dict("records")
    return {
        name: None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()
    }


def test_a_school_team_opens_its_own_mirrors(snapshot: Snapshot) -> None:
    for school in sorted(TEAM.school_ids):
        assert mirror_view(snapshot, TEAM, school, YEAR).school.school_id == school


@pytest.mark.parametrize("school", ["S0002", "S9999"])
def test_a_school_team_opens_no_other_mirror(snapshot: Snapshot, school: str) -> None:
    """Nor does it learn whether a school exists."""
    with pytest.raises(NotAllowed):
        mirror_view(snapshot, TEAM, school, YEAR)


def test_a_team_without_schools_sees_nothing(snapshot: Snapshot) -> None:
    nobody = Viewer(Role.SCHOOL_TEAM)
    with pytest.raises(NotAllowed):
        mirror_view(snapshot, nobody, "S0001", YEAR)
    with pytest.raises(NotAllowed):
        snapshot_view(snapshot, nobody)


def test_the_city_and_its_lists_are_for_advisers(snapshot: Snapshot) -> None:
    with pytest.raises(NotAllowed):
        city_view(snapshot, TEAM, YEAR)
    with pytest.raises(NotAllowed):
        ten_and_ten_view(snapshot, TEAM, YEAR)
    with pytest.raises(NotAllowed):
        lists_record(snapshot, TEAM, YEAR, "A1")


def test_everybody_may_read_the_method(snapshot: Snapshot) -> None:
    view = method_view(snapshot, TEAM)
    assert view == method_view(snapshot, ADVISER)
    states = {state.indicator.id: state for state in view.indicators}
    assert states["A1"].school_years[-1] == YEAR
    assert states["A1"].reason is None
    assert states["B13"].school_years == ()
    assert states["B13"].reason == "no_bands"


def test_schools_to_choose_from_are_those_one_may_open(snapshot: Snapshot) -> None:
    assert {school.school_id for school in snapshot_view(snapshot, TEAM).schools} == TEAM.school_ids
    assert len(snapshot_view(snapshot, ADVISER).schools) == 156


def test_the_snapshot_says_what_it_is(snapshot: Snapshot) -> None:
    view = snapshot_view(snapshot, ADVISER)
    assert view.synthetic
    assert view.city == "Waterstad"
    assert view.school_years == ("2020-21", "2021-22", "2022-23", "2023-24", "2024-25", YEAR)


def test_schools_stand_in_order_of_name(snapshot: Snapshot) -> None:
    names = [school.name for school in snapshot_view(snapshot, ADVISER).schools]
    assert names == sorted(names, key=str.casefold)
    assert not set(names) & {school.school_id for school in snapshot_view(snapshot, ADVISER).schools}


@pytest.mark.parametrize(("school", "year"), [("S9999", YEAR), ("S0001", "1999-00"), ("", YEAR)])
def test_an_unknown_school_or_year(snapshot: Snapshot, school: str, year: str) -> None:
    with pytest.raises(UnknownSchool):
        mirror_view(snapshot, ADVISER, school, year)


SCHOOLS = ("S0001", "S0014", "S0054", "S0085", "S0103")


@pytest.mark.parametrize("school", SCHOOLS)
@pytest.mark.parametrize("year", ["2020-21", YEAR])
def test_a_mirror_shows_the_figures_of_the_snapshot(
    city: City, snapshot: Snapshot, school: str, year: str
) -> None:
    view = mirror_view(snapshot, ADVISER, school, year)
    key = {"school_id": school, "school_year": year}
    assert [comparison.indicator.id for comparison in view.comparisons] == list(HEADLINE)
    for comparison in view.comparisons:
        row = row_of(city, "figure", indicator=comparison.indicator.id, **key)
        own, peers = comparison.own, comparison.peers
        assert (own.value, own.low, own.high) == (row["value"], row["low"], row["high"])
        assert (own.status, own.decimals) == (Status(row["status"]), row["decimals"])
        assert comparison.expected == row["expected"]
        assert comparison.verdict == Verdict(row["verdict"])
        assert peers.count == row["peers"]
        assert (peers.median, peers.low, peers.high) == (
            row["peer_median"],
            row["peer_low"],
            row["peer_high"],
        )
    assert view.pupils == row_of(city, "school", **key)["pupils"]
    match = row_of(city, "match", **key)
    assert (view.match.quality, view.match.peers, view.match.close) == (
        match["quality"],
        match["peers"],
        match["close"],
    )


def test_a_school_that_is_too_small_says_so(snapshot: Snapshot) -> None:
    view = mirror_view(snapshot, ADVISER, "S0085", "2020-21")
    assert {comparison.own.status for comparison in view.comparisons} == {Status.TOO_SMALL}
    assert {comparison.own.value for comparison in view.comparisons} == {None}
    assert {comparison.verdict for comparison in view.comparisons} == {Verdict.UNKNOWN}


def test_trends_end_in_the_year_on_screen(city: City, snapshot: Snapshot) -> None:
    view = mirror_view(snapshot, ADVISER, "S0001", "2023-24")
    assert [trend.indicator.id for trend in view.trends] == list(LISTS)
    for trend in view.trends:
        assert [point.school_year for point in trend.points] == ["2020-21", "2021-22", "2022-23", "2023-24"]
        for point in trend.points:
            row = row_of(
                city,
                "figure",
                indicator=trend.indicator.id,
                school_id="S0001",
                school_year=point.school_year,
            )
            assert point.own.value == row["value"]
            assert point.peers.median == row["peer_median"]
            assert (point.break_reason is not None) == (point.school_year == "2020-21")


@pytest.mark.parametrize(
    ("school", "year", "reason"),
    [
        ("S0001", "2020-21", "break_year"),
        ("S0001", "2021-22", "no_year_before"),
        ("S0014", YEAR, "open_alarm"),
        ("S0085", YEAR, "too_small"),
        ("S0001", YEAR, None),
    ],
)
def test_a_change_is_worded_or_the_reason_is_given(
    snapshot: Snapshot, school: str, year: str, reason: str | None
) -> None:
    for trend in mirror_view(snapshot, ADVISER, school, year).trends:
        assert trend.not_judged == reason
        assert (trend.change is None) == (reason is not None)


def test_registers_are_told_with_their_alarms(snapshot: Snapshot) -> None:
    gaps = mirror_view(snapshot, ADVISER, "S0014", YEAR).completeness
    assert (gaps.share, gaps.missing_months, gaps.alarms) == (0.7, (3, 4, 5), ("missing_months",))
    changed = mirror_view(snapshot, ADVISER, "S0103", YEAR).completeness
    assert (changed.share, changed.missing_months, changed.alarms) == (1.0, (), ("registration_change",))


def test_kinds_and_bands_add_up(snapshot: Snapshot) -> None:
    view = mirror_view(snapshot, ADVISER, "S0001", YEAR)
    assert [kind.category for kind in view.kinds] == ["unauthorised", "illness", "legal", "permitted"]
    total = next(comparison for comparison in view.comparisons if comparison.indicator.id == "A1")
    assert sum(kind.own.value or 0 for kind in view.kinds) == pytest.approx(total.own.value, abs=0.0025)
    assert view.bands is not None
    assert (view.bands.category, view.bands.scale) == ("unauthorised", "units")
    assert sum(band.own or 0 for band in view.bands.bands) == pytest.approx(1.0, abs=0.035)
    edges = [(band.at_least, band.below) for band in view.bands.bands]
    assert edges[0][0] == 0
    assert edges[-1][1] is None
    assert [below for _, below in edges[:-1]] == [at_least for at_least, _ in edges[1:]]


def test_a_distribution_of_too_few_pupils_is_empty(snapshot: Snapshot) -> None:
    bands = mirror_view(snapshot, ADVISER, "S0085", "2020-21").bands
    assert bands is not None
    assert {band.own for band in bands.bands} == {None}


@pytest.mark.parametrize("year", ["2022-23", "2024-25", YEAR])
@pytest.mark.parametrize("indicator", LISTS)
def test_lists_are_short_and_in_order_of_name(
    city: City, snapshot: Snapshot, year: str, indicator: str
) -> None:
    view = ten_and_ten_view(snapshot, ADVISER, year, indicator)
    assert [short_list.kind for short_list in view.lists] == ["excellent", "improved", "rose"]
    for short_list in view.lists:
        for certainty, cards in (("clear", short_list.schools), ("weak", short_list.weak)):
            names = [card.school.name for card in cards]
            assert names == sorted(names, key=str.casefold)
            assert len(cards) <= 10
            listed = city.tables["listed"]
            rows = listed[
                (listed["indicator"] == indicator)
                & (listed["school_year"] == year)
                & (listed["list"] == short_list.kind)
                & (listed["certainty"] == certainty)
            ]
            assert {card.school.school_id for card in cards} == set(rows["school_id"])
            for card in cards:
                [row] = rows[rows["school_id"] == card.school.school_id].to_dict("records")
                assert (card.before, card.now) == (row["before"], row["now"])
        assert (short_list.why_fewer is None) == (len(short_list.schools) == 10)


def test_no_school_under_an_alarm_is_listed(snapshot: Snapshot) -> None:
    for indicator in LISTS:
        for short_list in ten_and_ten_view(snapshot, ADVISER, YEAR, indicator).lists:
            listed = {card.school.school_id for card in (*short_list.schools, *short_list.weak)}
            assert not listed & {"S0014", "S0103"}


@pytest.mark.parametrize(("year", "reason"), [("2020-21", "break_year"), ("2021-22", "no_year_before")])
def test_years_without_lists_say_why(snapshot: Snapshot, year: str, reason: str) -> None:
    view = ten_and_ten_view(snapshot, ADVISER, year)
    assert {short_list.why_fewer for short_list in view.lists} == {reason}
    assert all(short_list.schools == short_list.weak == () for short_list in view.lists)
    assert (view.break_reason is not None) == (reason == "break_year")


def test_lists_are_on_the_first_indicator_unless_asked(snapshot: Snapshot) -> None:
    assert ten_and_ten_view(snapshot, ADVISER, YEAR).indicator.id == LISTS[0]
    with pytest.raises(NoLists, match="B5"):
        ten_and_ten_view(snapshot, ADVISER, YEAR, "B5")


def test_the_city_counts_what_the_lists_hold(snapshot: Snapshot) -> None:
    lists = ten_and_ten_view(snapshot, ADVISER, YEAR).lists
    counted = dict(city_view(snapshot, ADVISER, YEAR).listed)
    assert counted == {short_list.kind: len(short_list.schools) for short_list in lists}


def test_the_city_shows_the_pooled_figures_up_to_the_year(city: City, snapshot: Snapshot) -> None:
    view = city_view(snapshot, ADVISER, "2023-24")
    assert [trend.indicator.id for trend in view.trends] == list(HEADLINE)
    for trend in view.trends:
        for point in trend.points:
            row = row_of(city, "city_figure", indicator=trend.indicator.id, school_year=point.school_year)
            assert point.figure.value == row["value"]
            assert point.schools == row["schools"]
        assert trend.points[-1].school_year == "2023-24"
    assert {spread.indicator.id for spread in view.spreads} == set(LISTS)
    assert all(list(spread.deciles) == sorted(spread.deciles) for spread in view.spreads)
    assert all(len(spread.deciles) == 9 for spread in view.spreads)
    assert [year.school_year for year in view.completeness][-1] == YEAR


def test_the_city_names_no_school(snapshot: Snapshot) -> None:
    words = str(city_view(snapshot, ADVISER, YEAR))
    assert "S0" not in words


def test_a_viewer_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        TEAM.role = Role.ADVISER  # type: ignore[misc]
    assert replace(TEAM, role=Role.ADVISER).sees_school("S0002")
