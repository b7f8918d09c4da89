"""What is told within schools, whatever the data: no small group, and nobody hidden alone."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirrors.benchmark.composition import kitagawa
from mirrors.definitions import load_indicators
from mirrors.disclosure.complement import hidden_together
from mirrors.disclosure.groups import group
from mirrors.disclosure.responses import step
from tests.spec.cities import sample_city

pytestmark = pytest.mark.long

B2, A2 = load_indicators()["B2"], load_indicators()["A2"]
CELL = {"school_id": "S1", "school_year": "2024-25"}
QUIET = pd.DataFrame([{**CELL, "alarms": "", "rejected": ""}])


@st.composite
def breakdowns(draw: st.DrawFn) -> pd.DataFrame:
    """Return the groups of up to three breakdowns of one school, some of unknown figures."""
    rows = []
    for breakdown in draw(st.sets(st.sampled_from(["grade", "sex", "track"]), min_size=1)):
        for number in range(draw(st.integers(1, 7))):
            pupils = draw(st.integers(0, 120))
            known = pupils > 0 and draw(st.integers(0, 9)) > 0
            numerator = draw(st.integers(0, pupils)) if known else np.nan
            row = {**CELL, "breakdown": breakdown, "member": f"M{number}", "pupils": float(pupils)}
            counts = {"numerator": float(numerator), "denominator": float(pupils)}
            value = numerator / pupils if known else np.nan
            rows.append({**row, **counts, "value": value, "status": "exact" if known else "missing"})
    frame = pd.DataFrame(rows)
    return frame.assign(
        low=frame["value"] / 2, high=frame["value"], peers=draw(st.integers(0, 15)), peer_median=0.1
    )


@given(breakdowns(), st.sampled_from([A2, B2]))
def test_no_small_group_is_told_and_nobody_is_hidden_alone(rows: pd.DataFrame, indicator: object) -> None:
    found = group(indicator, rows.assign(indicator=indicator.id), QUIET)
    told = found["status"].isin(["exact", "at_most", "at_least"]).to_numpy()
    assert (rows.loc[told, "pupils"] >= 20).all()
    assert found.loc[~told, ["value", "low", "high", "pupils"]].isna().all(axis=None)
    untold = ~told if indicator is A2 else (found["status"] != "exact").to_numpy()
    for _, place in rows.groupby("breakdown").indices.items():
        gone = untold[place]
        pupils = rows["pupils"].to_numpy()[place]
        assert gone.sum() != 1 or len(place) == 1
        assert not gone.any() or gone.all() or pupils[gone].sum() >= 20


@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.floats(0, 100), st.booleans()), min_size=1, max_size=12),
    st.floats(1, 60),
)
def test_hiding_keeps_what_was_hidden_and_no_more_than_needed(
    members: list[tuple[str, float, bool]], least: float
) -> None:
    rows = pd.DataFrame(members, columns=["whole", "size", "hidden"])
    first = rows["hidden"].to_numpy()
    found = hidden_together(rows, ["whole"], first, "size", least)
    assert (found | ~first).all()
    for whole, place in rows.groupby("whole").indices.items():
        gone, sizes = found[place], rows["size"].to_numpy()[place]
        if not first[place].any():
            assert not gone.any(), whole
        elif not gone.all():
            assert gone.sum() >= 2
            assert sizes[gone].sum() >= least - 1e-9
            added = gone & ~first[place]
            # Without the largest that was added, it would not have been enough.
            if added.any():
                fewer = sizes[gone].sum() - sizes[added].max()
                assert gone.sum() == 2 or fewer < least + 1e-9


@given(st.integers(0, 60), st.lists(st.integers(0, 60), min_size=1, max_size=4))
def test_a_share_of_a_step_never_tells_of_few_pupils(at: int, pupils: list[int]) -> None:
    rows = pd.DataFrame(
        [{**CELL, "threshold": 5, "step": f"s{n}", "pupils": min(p, at)} for n, p in enumerate(pupils)]
    )
    beside = {
        "days": 6.0,
        "peers": 4,
        "peer_share": 0.5,
        "peers_days": 4,
        "peer_days": 5.0,
        "years": 1,
        "pooled": "",
    }
    rows = rows.assign(at_threshold=float(at), share=rows["pupils"] / max(at, 1), **beside)
    found = step(rows, QUIET)
    exact = (found["status"] == "exact").to_numpy()
    assert not (exact & ((rows["pupils"] < 5) | (at - rows["pupils"] < 5) | (at < 20))).any()
    assert found["share"].notna().to_numpy().tolist() == [at >= 20] * len(rows)
    assert found.loc[rows["pupils"] < 5, "pupils"].isna().all()
    assert found[["peer_share", "peer_days"]].isna().all(axis=None)


@given(
    st.integers(1, 6).flatmap(
        lambda many: st.lists(
            st.lists(st.tuples(st.floats(0, 1), st.integers(0, 50)), min_size=many, max_size=many),
            min_size=2,
            max_size=2,
        )
    )
)
def test_the_parts_of_a_difference_always_add_up(sides: list[list[tuple[float, int]]]) -> None:
    rates = np.array([[rate for rate, _ in side] for side in sides])
    counts = np.array([[many for _, many in side] for side in sides], dtype=float)
    if (counts.sum(axis=1) == 0).any():
        return
    shares = counts / counts.sum(axis=1, keepdims=True)
    difference, composition, rate = kitagawa(rates[0], shares[0], rates[1], shares[1])
    overall = (rates * shares).sum(axis=1)
    assert float(difference) == pytest.approx(overall[0] - overall[1], abs=1e-12)
    assert float(composition + rate) == pytest.approx(float(difference), abs=1e-12)


def test_in_the_sample_city_no_small_group_is_told_and_nobody_is_hidden_alone() -> None:
    city = sample_city()
    place = ["school_id", "school_year", "breakdown", "member"]
    for key, found in city.tables["group"].groupby("indicator"):
        raw = city.benchmark.within.groups
        both = found.merge(
            raw.loc[raw["indicator"] == key, [*place, "pupils"]], on=place, suffixes=("", "_raw")
        )
        told = both["value"].notna()
        assert (both.loc[told, "pupils_raw"] >= 20).all()
        hidden = both["status"].isin(["too_small", "missing"]) | (key == "B2") & (both["status"] != "exact")
        counts = both.assign(hidden=hidden).groupby(place[:-1])["hidden"].agg(["sum", "size"])
        assert not ((counts["sum"] == 1) & (counts["size"] > 1)).any()
        assert (counts["sum"] > 0).any()
    moments = city.tables["profile"]
    hidden = (moments["status"] == "too_small").groupby(
        [moments[n] for n in ("school_id", "school_year", "profile")]
    )
    assert not (hidden.sum() == 1).any()
