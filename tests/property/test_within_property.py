"""What is told within schools, whatever the data: no small group, and nobody hidden alone."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirrors.benchmark.composition import kitagawa
from mirrors.benchmark.pooling import comparable_years, windows
from mirrors.definitions import load_indicators, load_jurisdiction
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


YEARS = [f"{year}-{(year + 1) % 100:02d}" for year in range(2021, 2031)]
FLANDERS = load_jurisdiction("flanders")


def told_together(pupils: list[int | None]) -> dict[str, str]:
    """Return the years told together in each year of one series, by that year; None is no small year."""
    rows = [
        {"school_id": "S1", "school_year": year, "pupils": float(many), "needed": 20}
        for year, many in zip(YEARS, pupils, strict=False)
        if many is not None
    ]
    small = pd.DataFrame(rows, columns=["school_id", "school_year", "pupils", "needed"])
    found = windows(small, ["school_id"], "pupils", comparable_years(YEARS, (), FLANDERS))
    return dict(zip(found["school_year"], found["years"], strict=True))


@given(st.lists(st.none() | st.integers(0, 19), min_size=1, max_size=10), st.integers(1, 10))
def test_years_together_never_overlap_and_never_change(pupils: list[int | None], until: int) -> None:
    told = told_together(pupils)
    known = dict(zip(YEARS, pupils, strict=False))
    several = [label.split(",") for label in set(told.values())]
    all_years = [year for years in several for year in years]
    assert len(all_years) == len(set(all_years))
    for years in several:
        places = [YEARS.index(year) for year in years]
        assert places == list(range(places[0], places[0] + len(places)))
        many = [known[year] for year in years]
        assert None not in many
        assert 2 <= len(years) <= 3
        assert sum(many) >= 20 or len(years) == 3
        assert sum(many[:-1]) < 20
    assert all(label.split(",")[-1] <= year for year, label in told.items())
    assert told_together(pupils[:until]) == {y: w for y, w in told.items() if y in YEARS[:until]}


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
