"""What is told of a survey, whatever the answers: nobody is left over, and never what all of them said."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirrors.disclosure.survey import (
    MEAN_BOUND,
    MEAN_STEP,
    SHARE_BOUND,
    SHARE_STEP,
    coded,
    coded_people,
    tables,
    what_is_told,
)
from mirrors.disclosure.survey_remedy import made_safe
from mirrors.survey.groups import GROUPS, WHOLES
from mirrors.survey.surveyed import surveyed

pytestmark = pytest.mark.long

YEAR = "2024-25"
KEY = pd.DataFrame(
    [
        (group, f"{theme}.{item}", theme, theme == "T3", theme == "T3")
        for group in GROUPS
        for theme in ("T1", "T3")
        for item in (1, 2)
    ],
    columns=["group", "item", "theme", "frequency", "reversed"],
)
PLACE = ["school_id", "school_year", "wave"]
UNTOLD = ("mean", "low", "high", "favourable", "unfavourable", "respondents", "peer_median", "expected")


@st.composite
def schools(draw: st.DrawFn) -> pd.DataFrame:
    """Return the answers of one to three schools, with groups of any size around the threshold."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    skipped = draw(st.sampled_from([0.0, 0.2, 0.5]))
    rows = []
    for school in range(draw(st.integers(1, 3))):
        for group in GROUPS:
            for respondent in range(draw(st.sampled_from([0, 1, 5, 9, 10, 11, 19, 20, 35]))):
                for item in KEY.loc[KEY["group"] == group, "item"]:
                    option = np.nan if rng.random() < skipped else rng.integers(0, 5)
                    rows.append((1, f"S{school}", YEAR, group, respondent, item, option))
    columns = ["wave", "school_id", "school_year", "group", "respondent", "item", "option"]
    return pd.DataFrame(rows, columns=columns).astype({"option": float})


PLACES = ("gate", "toilets")


def places(answers: pd.DataFrame) -> pd.DataFrame:
    """Return counts of who chose each place: as often as an option of the first two items is a four."""
    who = ["wave", "school_id", "school_year", "group"]
    found = []
    for place, item in zip(PLACES, ("T1.1", "T1.2"), strict=True):
        rows = answers[(answers["item"] == item) & answers["option"].notna()]
        counts = rows.groupby(who)["option"].agg(chosen=lambda option: (option == 4).sum(), answered="size")
        found.append(counts.reset_index().assign(place=place))
    return pd.concat(found, ignore_index=True)


def shown(answers: pd.DataFrame) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Return the tables and the scores they were made of."""
    place = answers[["wave", "school_id", "school_year", "group"]].drop_duplicates()
    asked = {"questionnaire": "q", "version": 1, "form": "full", "opened": "2024-11-01"}
    found = surveyed(answers, KEY, place.assign(invited=40.0), place.assign(**asked), {}, places(answers))
    return made_safe([found], tables(found, {}))[0], found.scores


@given(schools())
def test_nothing_rests_on_fewer_than_ten(answers: pd.DataFrame) -> None:
    if answers["option"].isna().all():
        return
    found, scores = shown(answers)
    theme = found["survey_theme"].merge(
        scores[["school_id", "group", "theme", "respondents"]].rename(columns={"respondents": "true"}),
        on=["school_id", "group", "theme"],
    )
    told = theme["status"] == "exact"
    assert (theme.loc[told, "true"] >= 10).all()
    assert (theme.loc[told, "respondents"] % 5 == 0).all()
    assert theme.loc[~told, list(UNTOLD)].isna().all(axis=None)
    items = found["survey_item"]
    if len(items):
        answered = answers.dropna(subset=["option"]).groupby(["school_id", "group", "item"]).size()
        for row in items[items["status"] == "exact"].to_dict("records"):
            parts = WHOLES.get(row["group"], (row["group"],))
            assert sum(answered.get((row["school_id"], part, row["item"]), 0) for part in parts) >= 10
        assert items.loc[items["status"] != "exact", ["value", "respondents"]].isna().all(axis=None)
    response = found["survey_response"]
    assert not (response["participants"] < 10).any()


@given(st.lists(st.integers(0, 14), min_size=5, max_size=5))
def test_no_group_under_ten_is_left_over(sizes: list[int]) -> None:
    number = dict(zip(GROUPS, sizes, strict=True))
    number |= {whole: sum(number[part] for part in parts) for whole, parts in WHOLES.items()}
    groups = [group for group in number if number[group]]
    rows = pd.DataFrame({"group": groups, "place": 1, "respondents": [number[group] for group in groups]})
    word = dict(zip(groups, what_is_told(rows, ["place"]), strict=True))
    told = {group for group, each in word.items() if each == "exact"}
    assert all(number[group] >= 10 for group in told)
    for whole, parts in WHOLES.items():
        if whole in told:
            for mask in range(1, 2 ** len(parts)):
                taken = [part for place, part in enumerate(parts) if mask >> place & 1]
                if set(taken) <= told:
                    left = number[whole] - sum(number[part] for part in taken)
                    assert left == 0 or left >= 10
        # Whoever can be told without giving away another is told, alone or with the others.
        if number[whole] >= 10:
            assert whole in told or {part for part in parts if number[part]} <= told


def symbols(scores: np.ndarray) -> tuple[object, ...]:
    """Return all that is told of a group with these scores (one item a person)."""
    number = np.array([float(len(scores))])
    told = [coded(np.array([scores.mean()]), number, MEAN_STEP, MEAN_BOUND, 100.0)]
    for share in ((scores >= 75).mean(), (scores <= 25).mean()):
        told.append(coded(np.array([share]), number, SHARE_STEP, SHARE_BOUND, 1.0))
    return tuple((float(value[0]), str(status[0])) for value, status in told)


@given(st.integers(10, 300), st.integers(0, 4))
def test_an_answer_that_all_gave_is_not_told(number: int, option: int) -> None:
    """One or two could have answered otherwise, and the same would stand there."""
    alike = np.full(number, 25.0 * option)
    others = []
    for one in range(5):
        for two in range(5):
            changed = alike.copy()
            changed[:2] = 25.0 * one, 25.0 * two
            others.append(changed)
    same = [each for each in others if symbols(each) == symbols(alike) and not (each == each[0]).all()]
    assert same
    if option != 2:
        favourable = option > 2
        sides = [each >= 75 if favourable else each <= 25 for each in same]
        assert any(not side.all() for side in sides)


@given(st.integers(10, 400), st.floats(0, 1))
def test_no_share_is_nought_or_one_and_bounds_hold(number: int, share: float) -> None:
    [value], [status] = coded(np.array([share]), np.array([float(number)]), SHARE_STEP, SHARE_BOUND, 1.0)
    assert 0 < value < 1
    if status == "at_most":
        assert share <= value
    elif status == "at_least":
        assert share >= value - 1e-9
    else:
        assert abs(share - value) <= 0.05 + 1e-9


@given(st.integers(10, 400), st.floats(0, 100))
def test_no_mean_tells_what_one_person_answered(number: int, mean: float) -> None:
    """Whatever the others said, the mean shown leaves any one person every answer from 0 to 100."""
    [value], [status] = coded(np.array([mean]), np.array([float(number)]), MEAN_STEP, MEAN_BOUND, 100.0)
    step = MEAN_STEP[np.searchsorted([20, 50, 100], number, side="right")]
    least = {"exact": value - step / 2, "at_least": value, "at_most": 0.0}[status]
    most = {"exact": value + step / 2, "at_least": 100.0, "at_most": value}[status]
    assert least <= 100 * (1 - 1 / number) + 1e-9
    assert most >= 100 / number - 1e-9


@given(st.integers(10, 400), st.data())
def test_no_share_of_people_tells_of_one_to_four(number: int, data: st.DataObject) -> None:
    """One to four people, and all but so many, could be any other number of them, none included."""
    chosen = data.draw(st.integers(0, number))
    told = [coded_people(np.array([k / number]), np.array([float(number)])) for k in range(number + 1)]
    symbol = [(float(value[0]), str(status[0])) for value, status in told]
    same = {k for k in range(number + 1) if symbol[k] == symbol[chosen]}
    value, status = symbol[chosen]
    assert 0 < value < 1
    if min(chosen, number - chosen) < 5:
        assert status != "exact"
        assert set(range(5)) <= same or set(range(number - 4, number + 1)) <= same
    if status == "at_most":
        assert chosen / number <= value
    elif status == "at_least":
        assert chosen / number >= value - 1e-9
    else:
        assert abs(chosen / number - value) <= 0.05 + 1e-9


@given(schools())
def test_places_are_told_of_ten_or_more_and_nothing_small_is_left(answers: pd.DataFrame) -> None:
    if answers["option"].isna().all():
        return
    found, _ = shown(answers)
    spots = found["survey_hotspot"]
    counted = places(answers).set_index(["school_id", "group", "place"])
    for row in spots[spots["status"] == "exact"].to_dict("records"):
        parts = WHOLES.get(row["group"], (row["group"],))
        at = [(row["school_id"], part, row["place"]) for part in parts]
        here = counted.loc[[key for key in at if key in counted.index]]
        chosen, answered = here["chosen"].sum(), here["answered"].sum()
        assert answered >= 10
        if min(chosen, answered - chosen) < 5:
            assert row["value_status"] != "exact"
    untold = spots["status"] != "exact"
    assert spots.loc[untold, ["value", "respondents"]].isna().all(axis=None)


@given(st.lists(st.integers(1, 14), min_size=2, max_size=2))
def test_what_is_told_of_two_parts_never_says_which_is_small(sizes: list[int]) -> None:
    rows = pd.DataFrame(
        {"group": ["teachers", "other_staff", "staff"], "place": 1, "respondents": [*sizes, sum(sizes)]}
    )
    word = tuple(what_is_told(rows, ["place"]))
    likewise = {
        tuple(what_is_told(rows.assign(respondents=[one, sum(sizes) - one, sum(sizes)]), ["place"]))
        for one in range(1, sum(sizes))
        if min(one, sum(sizes) - one) < 10
    }
    if min(sizes) < 10 <= sum(sizes):
        assert likewise == {word}
    # Of the smallest whole that is told, a part of one to four could be any part.
    assert all(each != "exact" for each in word[:2]) or min(sizes) >= 10
