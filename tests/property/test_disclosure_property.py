"""Disclosure rules that hold whatever the data: rounding, small schools, and what peers may show."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirrors.benchmark.features import FeatureMatrix
from mirrors.benchmark.peer_group import peer_groups, peer_statistics
from mirrors.definitions import Indicator, load_indicators
from mirrors.disclosure.publication import figures
from mirrors.disclosure.rules import HALF, rate_step, round_down, round_to, round_up

TABLES = ("distribution", "profile", "programme")
COMPARED = [indicator for indicator in load_indicators().values() if indicator.kind not in TABLES]
FINEST = {"rate": 0.001, "per_100_pupils": 1.0, "quantile": 0.5, "days": 0.5, "events": 0.1}
FINEST_AMOUNT = {"number": 0.01}
STEPS = {"share": (0.001, 0.005, 0.01), "amount": (0.5, 1.0)}
DUST = 2e-6

shares = st.floats(0, 1, allow_subnormal=False)
perhaps = st.one_of(st.just(float("nan")), shares)
statuses = st.sampled_from(["exact", "at_most", "at_least", "missing", "not_asked"])
registers = st.sampled_from(["", "missing_months", "registration_change"]).map(
    lambda alarms: pd.DataFrame([{"school_id": "S1", "school_year": "2024-25", "alarms": alarms}])
)


@st.composite
def comparisons(draw: st.DrawFn) -> pd.DataFrame:
    """Return up to five rows as the benchmark hands them over, sound or not."""
    row = st.fixed_dictionaries(
        {
            "school_id": st.just("S1"),
            "school_year": st.just("2024-25"),
            "status": statuses,
            "numerator": st.one_of(st.just(float("nan")), st.integers(0, 400).map(float)),
            "denominator": st.one_of(st.just(float("nan")), st.integers(1, 400).map(float)),
            "pupils": st.one_of(st.just(float("nan")), st.floats(0, 400)),
            **dict.fromkeys(("value", "low", "high", "expected"), perhaps),
            "peers": st.one_of(st.just(float("nan")), st.integers(0, 20).map(float)),
            **dict.fromkeys(("peer_median", "peer_low", "peer_high"), perhaps),
        }
    )
    return pd.DataFrame(draw(st.lists(row, min_size=1, max_size=5)))


def is_multiple(value: float, step: float) -> bool:
    """Return whether a published number is a multiple of its step."""
    return abs(value / step - round(value / step)) * step < DUST


@pytest.mark.parametrize("kind", STEPS)
@given(data=st.data())
def test_rounding_again_changes_nothing(kind: str, data: st.DataObject) -> None:
    step = data.draw(st.sampled_from(STEPS[kind]))
    value = data.draw(st.floats(0, 1 if kind == "share" else 5000, allow_subnormal=False))
    once = round_to(np.array([value]), step)
    assert (round_to(once, step) == once).all()
    assert is_multiple(float(once[0]), step)
    assert abs(float(once[0]) - value) <= step / 2 + DUST


@given(shares, shares, st.sampled_from(STEPS["share"]))
def test_rounding_keeps_the_order(one: float, other: float, step: float) -> None:
    low, high = round_to(np.sort([one, other]), step)
    assert low <= high


@given(comparisons(), registers, st.sampled_from(COMPARED))
def test_nothing_of_a_small_school_is_shown(
    rows: pd.DataFrame, registered: pd.DataFrame, indicator: Indicator
) -> None:
    shown = figures(indicator, rows, registered)
    fewest = max(indicator.minimum_pupils, 20 if indicator.counts_pupils else 10)
    small = ~(rows["pupils"] >= fewest)
    assert shown.loc[small, ["value", "low", "high"]].isna().all(axis=None)
    assert (shown.loc[small, "verdict"] == "unknown").all()
    assert set(shown.loc[small, "status"]) <= {"too_small", "missing", "not_asked"}


@given(comparisons(), registers, st.sampled_from(COMPARED))
def test_what_is_shown_of_peers_takes_five_and_ten(
    rows: pd.DataFrame, registered: pd.DataFrame, indicator: Indicator
) -> None:
    shown = figures(indicator, rows, registered)
    few, fewer = ~(rows["peers"] >= 10), ~(rows["peers"] >= 5)
    assert shown.loc[few, ["peer_low", "peer_high"]].isna().all(axis=None)
    assert shown.loc[fewer, "peer_median"].isna().all()


@given(comparisons(), registers, st.sampled_from(COMPARED))
def test_every_published_number_is_rounded(
    rows: pd.DataFrame, registered: pd.DataFrame, indicator: Indicator
) -> None:
    shown = figures(indicator, rows, registered)
    # Peers of a rare share are shown to a tenth of a point.
    finest = (
        0.001 if indicator.is_share else FINEST.get(indicator.kind, FINEST_AMOUNT.get(indicator.unit, 1.0))
    )
    numbers = ["value", "low", "high", "peer_median", "peer_low", "peer_high"]
    if indicator.counts_pupils:
        assert all(is_multiple(value, 0.01) for value in shown["value"].dropna())
    for value in shown[numbers].to_numpy().ravel():
        assert np.isnan(value) or is_multiple(value, finest)


@given(comparisons(), registers, st.sampled_from(COMPARED))
def test_a_verdict_is_never_given_inside_the_interval(
    rows: pd.DataFrame, registered: pd.DataFrame, indicator: Indicator
) -> None:
    shown = figures(indicator, rows, registered)
    reference = shown["peer_median"].fillna(shown["expected"])
    higher, lower = shown["verdict"] == "higher", shown["verdict"] == "lower"
    assert (shown.loc[higher, "low"] > reference[higher]).all()
    assert (shown.loc[lower, "high"] < reference[lower]).all()
    inside = (shown["peer_low"] <= shown["value"]) & (shown["value"] <= shown["peer_high"])
    assert not (inside & (higher | lower)).any()


@given(comparisons(), registers, st.sampled_from(COMPARED))
def test_a_doubted_register_has_the_same_figures_but_no_verdict(
    rows: pd.DataFrame, registered: pd.DataFrame, indicator: Indicator
) -> None:
    shown, quiet = (figures(indicator, rows, each) for each in (registered, registered.assign(alarms="")))
    pd.testing.assert_frame_equal(shown.drop(columns="verdict"), quiet.drop(columns="verdict"))
    if registered["alarms"].iloc[0]:
        assert (shown["verdict"] == "unknown").all()


@given(comparisons(), registers, st.sampled_from(COMPARED))
def test_a_bound_has_no_interval_and_no_verdict(
    rows: pd.DataFrame, registered: pd.DataFrame, indicator: Indicator
) -> None:
    shown = figures(indicator, rows, registered)
    newly = (rows["status"] == "exact") & shown["status"].isin(("at_most", "at_least"))
    assert shown.loc[newly, ["low", "high"]].isna().all(axis=None)
    assert (shown.loc[newly, "verdict"] == "unknown").all()
    exact = shown["status"] == "exact"
    if indicator.counts_pupils:
        others = rows["denominator"] - rows["numerator"]
        assert not (exact & ((rows["numerator"] <= 4) | (others <= 4))).any()
    if indicator.kind == "rate":
        assert not (exact & (shown["value"] == 0)).any()


@given(st.lists(shares, min_size=3, max_size=3), st.sampled_from(STEPS["share"]))
def test_rounding_outward_never_narrows_an_interval(three: list[float], step: float) -> None:
    """The own value stays inside, strictly where it lay more than half a step from the end."""
    low, value, high = sorted(three)
    shown_low, shown_high = round_down(np.array(low), step), round_up(np.array(high), step)
    shown_value = round_to(np.array(value), step)
    assert -DUST <= low - shown_low < step
    assert -DUST <= shown_high - high < step
    assert shown_low <= shown_value <= shown_high
    if value - low > step / 2 + DUST:
        assert shown_low < shown_value
    if high - value > step / 2 + DUST:
        assert shown_value < shown_high


@given(
    st.floats(0, 1, allow_subnormal=False),
    st.tuples(st.floats(1e-4, 0.2), st.floats(1e-4, 0.2)),
    st.integers(20, 2000),
)
def test_a_margin_is_never_rounded_away(value: float, margins: tuple[float, float], pupils: int) -> None:
    step = float(rate_step(np.array(float(pupils))))
    low, high = max(value - margins[0], 0.0), min(value + margins[1], 1.0)
    assert round_down(np.array(low), step) < round_up(np.array(high), step)


@st.composite
def cities(draw: st.DrawFn) -> tuple[FeatureMatrix, np.ndarray]:
    """Return schools of one or two types with any figures, some of them unknown."""
    sizes = draw(st.lists(st.integers(20, 70), min_size=1, max_size=2))
    schools = sum(sizes)
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    known = draw(st.lists(perhaps, min_size=schools, max_size=schools))
    matrix = FeatureMatrix(
        tuple(f"S{number:03d}" for number in range(schools)),
        "2024-25",
        np.repeat(["primary", "secondary"][: len(sizes)], sizes),
        np.full(schools, 300.0),
        ("size", "deprivation"),
        rng.normal(size=(schools, 2)),
    )
    return matrix, np.array(known)


@given(cities())
def test_statistics_of_peers_lie_within_their_values(city: tuple[FeatureMatrix, np.ndarray]) -> None:
    matrix, value = city
    groups = peer_groups(matrix, np.ones(2), np.ones(len(value), dtype=bool))
    found = peer_statistics(groups, value)
    step = HALF
    for school, peers in enumerate(groups.peers):
        known = value[peers[peers >= 0]]
        known = known[~np.isnan(known)]
        assert found.count[school] == len(known)
        if len(known) < 2:
            # One of one has more than half of the pupils.
            assert np.isnan([found.low[school], found.median[school], found.high[school]]).all()
            continue
        ordered = [known.min(), found.low[school], found.median[school], found.high[school], known.max()]
        assert (np.diff(ordered) >= -1e-12).all()
        shown = round_to(np.array(ordered[1:4]), step)
        assert (shown >= known.min() - step / 2 - DUST).all()
        assert (shown <= known.max() + step / 2 + DUST).all()
        assert all(is_multiple(each, step) for each in shown)
