"""Scores of themes on answers that can be counted by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from mirrors.survey.key import scoring_key, shared, without
from mirrors.survey.questionnaire import load_questionnaires
from mirrors.survey.response import comparable, response_class
from mirrors.survey.scores import item_scores, monthly, of_all_invited, respondent_themes, theme_scores

KEY = pd.DataFrame(
    [
        ("teachers", "T1.1", "T1", False, False),
        ("teachers", "T1.2", "T1", False, False),
        ("teachers", "T1.3", "T1", True, False),
        ("teachers", "T3.1", "T3", True, True),
        ("other_staff", "T1.1", "T1", False, False),
        ("other_staff", "T1.2", "T1", False, False),
    ],
    columns=["group", "item", "theme", "frequency", "reversed"],
)
PLACE = {"wave": 1, "school_id": "S1", "school_year": "2024-25"}


def sheets(*told: dict[str, int | None], group: str = "teachers") -> pd.DataFrame:
    """Return the answers of respondents numbered from 0, each item -> option."""
    rows = [
        {**PLACE, "group": group, "respondent": number, "item": item, "option": option}
        for number, one in enumerate(told)
        for item, option in one.items()
    ]
    return pd.DataFrame(rows).astype({"option": float})


def asked(**invited: float) -> pd.DataFrame:
    return pd.DataFrame([{**PLACE, "group": group, "invited": number} for group, number in invited.items()])


class TestItems:
    @pytest.mark.parametrize("option", range(5))
    def test_the_last_option_is_the_favourable_one_unless_it_is_turned(self, option: int) -> None:
        scored = item_scores(sheets({"T1.1": option, "T1.3": option, "T3.1": option}), KEY)
        points = scored.set_index("item")["score"]
        assert points.to_dict() == {"T1.1": 25 * option, "T1.3": 25 * option, "T3.1": 100 - 25 * option}

    def test_what_was_not_said_does_not_count(self) -> None:
        assert item_scores(sheets({"T1.1": None, "T1.2": 3}), KEY)["item"].tolist() == ["T1.2"]

    @pytest.mark.parametrize("option", [-1, 5, 2.5])
    def test_another_option_is_refused(self, option: float) -> None:
        with pytest.raises(ValueError, match="5 options"):
            item_scores(sheets({"T1.1": option}), KEY)

    def test_two_answers_of_one_respondent_are_refused(self) -> None:
        twice = pd.concat([sheets({"T1.1": 1}), sheets({"T1.1": 2})])
        with pytest.raises(ValueError, match="twice"):
            item_scores(twice, KEY)

    def test_points_are_those_of_the_questionnaire(self) -> None:
        questionnaires = load_questionnaires()
        key = scoring_key(questionnaires.values(), "full")
        for one in questionnaires.values():
            for item in one.items:
                answers = sheets({item.id: 3}, group=one.group)
                assert item_scores(answers, key)["score"].tolist() == [item.points(3)]

    def test_the_short_form_has_two_items_a_theme(self) -> None:
        key = scoring_key(load_questionnaires().values(), "short")
        assert set(key[key["group"] != "parents"].groupby(["group", "theme"]).size()) == {2}


class TestThemes:
    def test_half_of_the_items_is_enough(self) -> None:
        found = respondent_themes(sheets({"T1.1": 4, "T1.2": 2}, {"T1.1": 4}), KEY)
        assert found[["respondent", "theme", "score", "answered"]].to_numpy().tolist() == [[0, "T1", 75.0, 2]]

    @pytest.mark.parametrize(
        ("asked_items", "answered", "counts"),
        [(1, 1, True), (2, 1, True), (3, 1, False), (4, 2, True), (5, 2, False), (5, 3, True), (7, 3, False)],
    )
    def test_fewer_than_half_is_not(self, asked_items: int, answered: int, counts: bool) -> None:
        items = [f"T1.{place}" for place in range(asked_items)]
        key = pd.DataFrame({"group": "teachers", "item": items, "theme": "T1", "reversed": False})
        found = respondent_themes(sheets(dict.fromkeys(items[:answered], 3)), key)
        assert len(found) == counts

    def test_every_respondent_counts_alike_however_much_was_answered(self) -> None:
        answers = sheets({"T1.1": 4, "T1.2": 4}, {"T1.1": 0, "T1.2": 0, "T1.3": 0})
        [row] = theme_scores(answers, KEY, asked(teachers=4)).query("group == 'teachers'").to_dict("records")
        assert (row["mean"], row["respondents"], row["response_rate"]) == (50.0, 2, 0.5)
        assert (row["favourable"], row["unfavourable"]) == (2 / 5, 3 / 5)
        assert math.isclose(row["sd"], 70.710678, rel_tol=1e-6)

    def test_no_score_of_one_theme_depends_on_another_and_none_is_of_all(self) -> None:
        answers = sheets({"T1.1": 4, "T1.2": 4, "T3.1": 4}, {"T1.1": 4, "T1.2": 4, "T3.1": 0})
        found = theme_scores(answers, KEY, asked(teachers=2)).query("group == 'teachers'")
        assert found.set_index("theme")["mean"].to_dict() == {"T1": 100.0, "T3": 50.0}

    def test_all_staff_together_is_made_of_people_not_of_means(self) -> None:
        answers = pd.concat(
            [
                sheets(*[{"T1.1": 4, "T1.2": 4}] * 3),
                sheets({"T1.1": 0, "T1.2": 0}, group="other_staff"),
            ]
        )
        found = theme_scores(answers, KEY, asked(teachers=3, other_staff=2)).set_index("group")
        assert found["mean"].to_dict() == {"other_staff": 0.0, "teachers": 100.0, "staff": 75.0}
        assert found["invited"].to_dict() == {"other_staff": 2.0, "teachers": 3.0, "staff": 5.0}

    def test_a_whole_with_a_part_of_unknown_size_has_no_response_rate(self) -> None:
        answers = pd.concat(
            [sheets({"T1.1": 4, "T1.2": 4}), sheets({"T1.1": 0, "T1.2": 0}, group="other_staff")]
        )
        found = theme_scores(answers, KEY, asked(teachers=3)).set_index("group")
        assert found["response_rate"].isna().to_dict() == {
            "other_staff": True,
            "teachers": False,
            "staff": True,
        }

    def test_one_respondent_has_no_interval(self) -> None:
        [row] = (
            theme_scores(sheets({"T1.1": 4, "T1.2": 1}), KEY, asked(teachers=1))
            .query("group == 'teachers'")
            .to_dict("records")
        )
        assert [math.isnan(row[name]) for name in ("sd", "low", "high")] == [True] * 3

    def test_everybody_who_was_invited_leaves_nothing_to_chance(self) -> None:
        answers = sheets(*[{"T1.1": n % 5, "T1.2": n % 4} for n in range(20)])
        for invited, narrower in ((20, 0.0), (40, math.sqrt(20 / 39))):
            scores = theme_scores(answers, KEY, asked(teachers=invited)).query("group == 'teachers'")
            low, high = of_all_invited(scores)
            whole = (scores["high"] - scores["low"]).to_numpy()
            assert np.allclose(high - low, narrower * whole)

    def test_monthly_counts_from_about_once_a_month(self) -> None:
        answers = sheets(*[{"T3.1": option} for option in (0, 1, 2, 3, 4)])
        found = monthly(answers, KEY).query("group == 'teachers'")
        assert found[["item", "respondents", "value"]].to_numpy().tolist() == [["T3.1", 5, 0.6]]


class TestKey:
    def test_items_can_be_left_out(self) -> None:
        blocked = pd.DataFrame([("teachers", "T1.1")], columns=["group", "item"])
        left = without(KEY, blocked)
        assert list(zip(left["group"], left["item"], strict=True))[:2] == [
            ("teachers", "T1.2"),
            ("teachers", "T1.3"),
        ]
        assert ("other_staff", "T1.1") in set(zip(left["group"], left["item"], strict=True))

    def test_shared_items_are_those_of_all_groups(self) -> None:
        assert set(shared(KEY, ("teachers", "other_staff"))["item"]) == {"T1.1", "T1.2"}
        assert set(shared(KEY, ("staff",))["item"]) == {"T1.1", "T1.2"}
        assert set(shared(KEY, ("teachers", "pupils"))["item"]) == {"T1.1", "T1.2", "T1.3", "T3.1"}


class TestResponse:
    @pytest.mark.parametrize(
        ("participants", "invited", "word"),
        [
            (29, 100, "very_low"),
            (30, 100, "low"),
            (49, 100, "low"),
            (50, 100, "caution"),
            (69, 100, "caution"),
            (70, 100, "good"),
            (100, 100, "good"),
            (101, 100, "wrong"),
            (3, 0, "wrong"),
            (0, 0, "unknown"),
            (50, None, "unknown"),
            (None, 50, "unknown"),
        ],
    )
    def test_word(self, participants: float | None, invited: float | None, word: str) -> None:
        one, other = (pd.Series([each], dtype=float) for each in (participants, invited))
        assert response_class(one, other).tolist() == [word]

    @pytest.mark.parametrize(
        ("respondents", "invited", "is_compared"),
        [
            (29, 40, False),
            (30, 40, True),
            (30, 60, True),
            (30, 61, False),
            (30, 29, False),
            (30, None, False),
        ],
    )
    def test_what_is_compared(self, respondents: int, invited: float | None, is_compared: bool) -> None:
        row = pd.DataFrame([{"respondents": respondents, "participants": respondents, "invited": invited}])
        assert comparable(row.astype(float)).tolist() == [is_compared]
