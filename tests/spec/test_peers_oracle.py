"""Peer groups and what is said of them: product against oracle."""

import math
import statistics

import numpy as np
import pytest

from mirrors.benchmark.peer_group import PeerGroups
from mirrors.definitions import load_jurisdiction
from tests.spec import oracle
from tests.spec.cities import City
from tests.spec.oracle import Cell, Observed

CHOSEN_IN = "2023-24"
YEARS = ["2020-21", "2021-22", "2022-23", "2023-24", "2024-25", "2025-26"]
KEYS = [*oracle.RATES, "A5", *oracle.QUANTILES, *oracle.AT_LEAST, "B7"]

NOT_SHARES = ("A5", *oracle.QUANTILES)

each_year = pytest.mark.parametrize("year", YEARS)
each_indicator = pytest.mark.parametrize("key", KEYS)


@pytest.fixture(scope="module")
def published(city: City) -> dict[Cell, list[tuple[str, float]]]:
    """Return the published peers of every school-year, nearest first."""
    groups: dict[Cell, list[tuple[str, float]]] = {}
    for row in city.tables["peer"].to_dict("records"):
        cell = (row["school_id"], row["school_year"])
        groups.setdefault(cell, []).append((row["peer_id"], row["distance"]))
    return groups


@each_year
def test_standardised_features(city: City, files: oracle.Files, year: str) -> None:
    matrix = city.benchmark.features[year]
    assert matrix.names == ("size", *oracle.FEATURES)
    mine = oracle.standardised_features(files, year)
    for school, scaled in zip(matrix.school_ids, matrix.standardised(), strict=True):
        assert scaled == pytest.approx(mine[school], abs=1e-9), school


@each_year
def test_weights_are_learnt_from_years_before_the_choice_only(
    city: City,
    files: oracle.Files,
    observed: dict[str, dict[Cell, Observed]],
    alarmed: set[Cell],
    year: str,
) -> None:
    learnt = [
        oracle.feature_weights(
            taking_part(observed[key], before, alarmed),
            oracle.standardised_features(files, before),
            oracle.school_types(files, before),
        )
        for key in ("A2", "A1")
        for before in YEARS[: YEARS.index(CHOSEN_IN)]
    ]
    mine = oracle.kept_weights(learnt)
    assert city.benchmark.peers[year].weights == pytest.approx(mine, abs=1e-6)


def taking_part(observed: dict[Cell, Observed], year: str, alarmed: set[Cell]) -> dict[str, Observed]:
    """Return the schools of a year whose figure is believed: thirty pupils and no alarm."""
    return {
        school: found
        for (school, which), found in observed.items()
        if which == year and found.pupils >= 30 and (school, year) not in alarmed
    }


@each_year
def test_peers_are_the_schools_of_the_type_that_were_nearest_when_groups_were_chosen(
    city: City,
    files: oracle.Files,
    alarmed: set[Cell],
    published: dict[Cell, list[tuple[str, float]]],
    year: str,
) -> None:
    weights = [float(w) for w in city.benchmark.peers[CHOSEN_IN].weights]
    chosen = oracle.chosen_peers(files, weights, YEARS, CHOSEN_IN)
    mine = oracle.peers_in(files, weights, chosen, year)
    assert {len(group) for group in mine.values()} == {15}
    quiet = {s: [(p, far) for p, far in group if (p, year) not in alarmed] for s, group in mine.items()}
    for school, group in quiet.items():
        theirs = published[school, year]
        assert [peer for peer, _ in theirs] == [peer for peer, _ in group], school
        assert [far for _, far in theirs] == pytest.approx([far for _, far in group], abs=0.0006), school


@each_indicator
def test_median_and_middle_half(
    city: City,
    files: oracle.Files,
    observed: dict[str, dict[Cell, Observed]],
    alarmed: set[Cell],
    published: dict[Cell, list[tuple[str, float]]],
    key: str,
) -> None:
    sizes = oracle.possible_and_pupils(files)
    checked = 0
    for row in city.benchmark.compared[key].to_dict("records"):
        cell = (row["school_id"], row["school_year"])
        values = believed(observed[key], alarmed, published[cell], row["school_year"])
        assert row["peers"] == len(values), cell
        pupils = [sizes[peer, row["school_year"]][1] for peer, _ in published[cell]]
        assert not oracle.one_has_most(pupils), "nothing would be told of such a group"
        for column, share in (("peer_low", 0.25), ("peer_median", 0.5), ("peer_high", 0.75)):
            assert row[column] == pytest.approx(oracle.quantile(values, share), rel=1e-9, abs=1e-12), cell
        checked += 1
    assert checked == 156 * 6


def believed(
    observed: dict[Cell, Observed], alarmed: set[Cell], peers: list[tuple[str, float]], year: str
) -> list[float]:
    """Return the peers' values that rest on thirty pupils and are under no alarm."""
    cells = [(peer, year) for peer, _ in peers]
    return [observed[cell].value for cell in cells if observed[cell].pupils >= 30 and cell not in alarmed]


@each_indicator
def test_published_statistics_of_peers(city: City, key: str) -> None:
    step = peer_step(key)
    figure = city.tables["figure"]
    shown = figure[figure["indicator"] == key].set_index(["school_id", "school_year"])
    for row in city.benchmark.compared[key].to_dict("records"):
        found = shown.loc[(row["school_id"], row["school_year"])]
        median = found["peer_median"]
        for column, fewest in (("peer_median", 5), ("peer_low", 10), ("peer_high", 10)):
            if row["peers"] < fewest:
                assert math.isnan(found[column])
                continue
            wide = column != "peer_median" and key not in NOT_SHARES and median >= 0.05
            grain = 0.01 if wide else step
            rounds = math.isclose(found[column], round(found[column] / grain) * grain, abs_tol=1e-9)
            assert rounds or found[column] == median, "the median lies within the middle half"
            assert abs(found[column] - row[column]) <= grain / 2 + 1e-9
        if row["peers"] >= 10:
            assert found["peer_low"] <= median <= found["peer_high"]


def peer_step(key: str) -> float:
    """Return the step of peers' figures: half a point, however rare absence is."""
    if key == "A5":
        return 50.0
    return 0.5 if key in oracle.QUANTILES else 0.005


@each_indicator
def test_a_verdict_needs_the_whole_interval_on_one_side(
    city: City, observed: dict[str, dict[Cell, Observed]], alarmed: set[Cell], key: str
) -> None:
    """Judged on the figures as shown, so that no reader can catch the page contradicting itself."""
    figure = city.tables["figure"]
    for row in figure[figure["indicator"] == key].to_dict("records"):
        cell = (row["school_id"], row["school_year"])
        withheld = observed[key][cell].pupils < oracle.MINIMUM[key] or math.isnan(row["low"])
        if withheld or cell in alarmed:
            assert row["verdict"] == "unknown", cell
        elif row["low"] > row["peer_median"] and row["value"] > row["peer_high"]:
            assert row["verdict"] == "higher", cell
        elif row["high"] < row["peer_median"] and row["value"] < row["peer_low"]:
            assert row["verdict"] == "lower", cell
        else:
            assert row["verdict"] == "similar", cell


def test_a_category_is_compared_in_the_same_grain_as_its_indicator(city: City) -> None:
    """Otherwise the finer of the two would undo the rounding of the coarser."""
    figure, kinds = city.tables["figure"], city.tables["kind"]
    for key, category in (("A2", "unauthorised"), ("A3", "illness")):
        one = figure[figure["indicator"] == key].set_index(["school_id", "school_year"])["peer_median"]
        other = kinds[kinds["category"] == category].set_index(["school_id", "school_year"])["peer_median"]
        assert one.sort_index().to_dict() == other.sort_index().to_dict()


def test_bands_of_absence(
    city: City,
    files: oracle.Files,
    alarmed: set[Cell],
    published: dict[Cell, list[tuple[str, float]]],
) -> None:
    share = {
        (row["school_id"], row["school_year"], row["code"], row["at_least"]): (
            row["pupils"] / row["base"],
            row["base"],
            row["pupils"],
        )
        for row in files.pupil_band
        if row["breakdown"] == "all"
    }
    shown = city.tables["band"]
    assert len(shown) == len(share)
    for row in shown.to_dict("records"):
        code = "B" if row["category"] == "unauthorised" else "any"
        _, base, pupils = share[row["school_id"], row["school_year"], code, row["at_least"]]
        if base < 20 or pupils < 5 or base - pupils < 5:
            assert math.isnan(row["own"])
        else:
            assert row["own"] == pytest.approx(oracle.share_of_shown(pupils, base))
        values = []
        for peer, _ in published[row["school_id"], row["school_year"]]:
            value, peer_base, _ = share[peer, row["school_year"], code, row["at_least"]]
            if peer_base >= 20 and (peer, row["school_year"]) not in alarmed:
                values.append(value)
        assert len(values) >= 5
        assert abs(row["peers"] - statistics.median(values)) <= 0.0025 + 1e-9
    for column, step in (("own", 0.01), ("peers", 0.005)):
        steps = shown[column].dropna() / step
        assert np.allclose(steps, steps.round())


SHARES = {feature.name for feature in load_jurisdiction("flanders").features if feature.percent}


def test_features_of_peers_are_shown_as_their_middle_half(
    city: City, published: dict[Cell, list[tuple[str, float]]]
) -> None:
    groups: PeerGroups = city.benchmark.peers["2025-26"]
    matrix = groups.features
    place = {school: row for row, school in enumerate(matrix.school_ids)}
    shown = city.tables["peer_feature"]
    shown = shown[shown["school_year"] == "2025-26"]
    assert set(shown["feature"]) == {n for n, w in zip(matrix.names, groups.weights, strict=True) if w > 0}
    for row in shown.to_dict("records"):
        column = matrix.values[:, matrix.names.index(row["feature"])]
        column, step = (np.exp(column), 10.0) if row["feature"] == "size" else (column, 0.01)
        of_peers = [float(column[place[peer]]) for peer, _ in published[row["school_id"], "2025-26"]]
        assert abs(row["low"] - oracle.quantile(of_peers, 0.25)) <= step / 2 + 1e-9
        assert abs(row["high"] - oracle.quantile(of_peers, 0.75)) <= step / 2 + 1e-9
        own = float(column[place[row["school_id"]]])
        if row["feature"] in SHARES:
            told = share_as_told(own, float(matrix.pupils[place[row["school_id"]]]))
            assert (row["status"], row["own"]) == (told[0], pytest.approx(told[1]))
        else:
            assert row["status"] == "exact"
            assert abs(row["own"] - own) <= step / 2 + 1e-9
    assert set(shown["status"]) == {"exact", "at_most"}, "the sample city has shares of both sorts"


def share_as_told(share: float, pupils: float) -> tuple[str, float]:
    """Return how a share of pupils may be told: what may be a single child is a bound of four of them."""
    part, smallest = share * pupils, 5 * round(pupils / 5) - 2
    bound = max(math.ceil(100 * 4 / smallest - 1e-9) / 100, 0.01)
    if part < 5:
        return "at_most", bound
    if pupils - part < 5:
        return "at_least", 1 - bound
    return "exact", round(100 * 5 * math.floor(part / 5 + 0.5) / (5 * math.floor(pupils / 5 + 0.5))) / 100
