"""Answers that look not meant, items that run backwards, changes of like with like, and what stands out."""

import numpy as np
import pandas as pd
import pytest

from mirrors.benchmark.features import SIZE, FeatureMatrix
from mirrors.survey.change import changes
from mirrors.survey.key import without
from mirrors.survey.quality import Combination, marks, shares, with_and_without
from mirrors.survey.reliability import (
    cronbach_alpha,
    item_checks,
    mcdonald_omega,
    reliability,
    school_reliability,
)
from mirrors.survey.shrinkage import between_variance, compared
from mirrors.survey.stands_out import stands_out
from mirrors.survey.surveyed import from_summary

YEAR = "2024-25"
PUPILS = "pupils_12_18"
ITEMS = [*(f"T1.{n}" for n in range(1, 8)), *(f"T3.{n}" for n in range(1, 6))]
KEY = pd.DataFrame(
    [(PUPILS, item, item[:2], item[:2] == "T3", item[:2] == "T3") for item in ITEMS],
    columns=["group", "item", "theme", "frequency", "reversed"],
)


def answers(*told: list[float | None], school: str = "S1") -> pd.DataFrame:
    """Return sheets of options in the order of ITEMS."""
    place = {"wave": 1, "school_id": school, "school_year": YEAR, "group": PUPILS}
    rows = [
        {**place, "respondent": number, "item": item, "option": option}
        for number, sheet in enumerate(told)
        for item, option in zip(ITEMS, sheet, strict=True)
    ]
    return pd.DataFrame(rows).astype({"option": float})


class TestMarks:
    def test_the_same_option_all_along_is_straight(self) -> None:
        found = marks(answers([3] * 12, [3] * 11 + [2], [3] * 9 + [None] * 3), KEY)
        assert found["straight"].tolist() == [True, False, False]

    def test_it_is_an_opinion_where_all_items_run_the_same_way(self) -> None:
        one_way = KEY.assign(reversed=False)
        assert marks(answers([3] * 12), one_way)["straight"].tolist() == [False]

    def test_more_than_half_skipped(self) -> None:
        half, more = [3, 2] * 3 + [None] * 6, [3, 2] * 2 + [None] * 8
        found = marks(answers(half, more, [None] * 12), KEY)
        assert found["skipped"].tolist() == [False, True, True]

    def test_everything_bad_every_day_is_impossible(self) -> None:
        found = marks(answers([1] * 7 + [4] * 5, [1] * 7 + [4] * 4 + [3]), KEY)
        assert found["impossible"].tolist() == [True, False]

    def test_a_combination_that_a_city_names_is_impossible(self) -> None:
        never = Combination("T3.1", 3, "T1.1", 0)
        found = marks(answers([0] + [2] * 6 + [3] * 5, [1] + [2] * 6 + [3] * 5), KEY, [never])
        assert found["impossible"].tolist() == [True, False]
        assert found["marked"].tolist() == [True, False]

    def test_with_and_without(self) -> None:
        told = answers(*[[2, 3] * 6] * 3, [4] * 12)
        found = with_and_without(told, KEY, marks(told, KEY)).set_index("theme")
        assert (found.loc["T1", "respondents"], found.loc["T1", "kept"]) == (4, 3)
        assert found.loc["T1", "mean_without"] < found.loc["T1", "mean"]
        assert found["of_note"].to_dict() == {"T1": True, "T3": True}
        assert shares(marks(told, KEY))["straight"].tolist() == [0.25]


class TestReliability:
    @pytest.fixture
    def told(self) -> pd.DataFrame:
        rng = np.random.default_rng(1)
        feeling = rng.normal(2, 1, (300, 2))
        sheets = np.clip(np.round(feeling[:, [0] * 7 + [1] * 5] + rng.normal(0, 0.9, (300, 12))), 0, 4)
        sheets[:, 7:] = 4 - sheets[:, 7:]
        return answers(*sheets.tolist())

    def test_items_of_one_thing_pass(self, told: pd.DataFrame) -> None:
        assert not item_checks(told, KEY)["blocked"].any()
        assert reliability(told, KEY)["verdict"].tolist() == ["fine", "fine"]

    def test_an_item_that_runs_backwards_is_blocked_and_no_other(self, told: pd.DataFrame) -> None:
        turned = told.assign(option=told["option"].mask(told["item"] == "T1.3", 4 - told["option"]))
        checks = item_checks(turned, KEY)
        assert checks.loc[checks["blocked"], "item"].tolist() == ["T1.3"]
        spoilt = reliability(turned, KEY).set_index("theme")["alpha"]
        mended = reliability(turned, without(KEY, checks[checks["blocked"]])).set_index("theme")["alpha"]
        assert spoilt["T1"] < mended["T1"] - 0.1

    def test_few_respondents_prove_nothing(self, told: pd.DataFrame) -> None:
        few = told[told["respondent"] < 99]
        assert set(reliability(few, KEY)["verdict"]) == {"unknown"}
        assert not item_checks(few.assign(option=4 - few["option"]), KEY)["blocked"].any()

    def test_noise_forms_no_theme(self) -> None:
        sheets = np.random.default_rng(2).integers(0, 5, (400, 12))
        assert set(reliability(answers(*sheets.tolist()), KEY)["verdict"]) == {"unreliable"}

    def test_known_values(self) -> None:
        alike = np.full((3, 3), 0.5) + 0.5 * np.eye(3)
        assert cronbach_alpha(alike) == pytest.approx(0.75)
        assert mcdonald_omega(alike) == pytest.approx(0.75)
        loadings = np.array([0.9, 0.6, 0.4, 0.7])
        one_factor = np.outer(loadings, loadings) + np.diag(1 - loadings**2)
        wanted = loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum())
        assert mcdonald_omega(one_factor) == pytest.approx(wanted)
        assert np.isnan(mcdonald_omega(alike[:2, :2]))

    @pytest.mark.parametrize(("icc", "needed"), [(0.02, 115), (0.03, 76), (0.05, 45), (0.10, 21)])
    def test_respondents_that_tell_schools_apart(self, icc: float, needed: int) -> None:
        assert school_reliability(np.array([needed]), icc) >= 0.7 - 0.003
        assert school_reliability(np.array([needed - 3]), icc) < 0.7


def scores(rng: np.random.Generator, schools: int, number: int = 60, spread: float = 5.0) -> pd.DataFrame:
    """Return one theme of every school, which lie `spread` points apart."""
    mean = 60 + spread * rng.standard_normal(schools) + 18 / np.sqrt(number) * rng.standard_normal(schools)
    frame = pd.DataFrame({"school_id": [f"S{n:03d}" for n in range(schools)], "mean": mean})
    told = {"wave": 1, "school_year": YEAR, "group": PUPILS, "theme": "T1", "sd": 18.0, "respondents": number}
    return frame.assign(**told, participants=number, invited=number + 10)


class TestShrinkage:
    def test_schools_that_differ_by_chance_only_are_drawn_together(self) -> None:
        found = compared(scores(np.random.default_rng(3), 60, spread=0.0), {})
        assert found["shrunk"].std() < 0.5 * found["mean"].std()

    def test_intervals_hold_the_truth(self) -> None:
        held = []
        for seed in range(30):
            rng = np.random.default_rng(seed)
            truth = 60 + 5 * rng.standard_normal(80)
            rows = scores(rng, 80).assign(mean=truth + 18 / np.sqrt(60) * rng.standard_normal(80))
            found = compared(rows, {})
            held += ((found["shrunk_low"] <= truth) & (truth <= found["shrunk_high"])).tolist()
        assert 0.93 <= np.mean(held) <= 0.97

    def test_context_moves_what_is_expected(self) -> None:
        rng = np.random.default_rng(4)
        context = rng.standard_normal(80)
        rows = scores(rng, 80, spread=1.0)
        rows["mean"] += 8 * context
        ids = tuple(rows["school_id"])
        values = np.column_stack([np.zeros(80), context])
        matrix = FeatureMatrix(ids, YEAR, np.array(["x"] * 80), np.full(80, 300.0), (SIZE, "c"), values)
        found = compared(rows, {YEAR: matrix})
        assert np.corrcoef(found["expected"], context)[0, 1] > 0.95
        assert (found["mean"] - found["expected"]).std() < 0.5 * rows["mean"].std()

    def test_only_the_last_wave_of_a_year_is_compared(self) -> None:
        rows = scores(np.random.default_rng(5), 12)
        found = compared(pd.concat([rows, rows.assign(wave=2)]), {})
        assert (len(found), set(found["wave"])) == (12, {2})

    def test_one_estimate_says_nothing_of_the_spread(self) -> None:
        assert between_variance(np.array([3.0]), np.array([1.0])) == 0.0


class TestStandsOut:
    def rows(self, **p_values: float) -> pd.DataFrame:
        place = {"school_id": "S1", "school_year": YEAR, "wave": 1, "group": PUPILS, "expected": 60.0}
        values = {"mean": 70.0, "shrunk_low": 62.0, "shrunk_high": 74.0}
        return pd.DataFrame([{**place, **values, "theme": t, "p_value": p} for t, p in p_values.items()])

    def test_at_most_three_the_clearest_first(self) -> None:
        found = stands_out(self.rows(T1=1e-3, T2=1e-5, T3=1e-4, T4=1e-6, T5=0.9))
        assert found[["theme", "place"]].to_numpy().tolist() == [["T4", 1], ["T2", 2], ["T3", 3]]
        assert set(found["direction"]) == {"above"}

    def test_one_theme_of_many_needs_more_than_one_in_twenty(self) -> None:
        alone = stands_out(self.rows(T1=0.03))
        among = stands_out(self.rows(T1=0.03, **{f"T{n}": 0.5 for n in range(2, 13)}))
        assert (len(alone), len(among)) == (1, 0)

    def test_an_interval_that_holds_the_expected_score_does_not_stand_out(self) -> None:
        assert stands_out(self.rows(T1=1e-6).assign(shrunk_low=59.0)).empty

    def test_a_theme_counts_once_and_a_whole_not_beside_its_part(self) -> None:
        rows = self.rows(T1=1e-6)
        both = pd.concat(
            [rows, rows.assign(group="pupils", p_value=1e-9), rows.assign(group="parents", p_value=1e-3)]
        )
        assert stands_out(both)["group"].tolist() == [PUPILS]
        assert stands_out(rows.assign(group="pupils"))["group"].tolist() == ["pupils"]


class TestChange:
    def waves(self, **second: object) -> pd.DataFrame:
        asked = {"school_id": "S1", "group": PUPILS, "questionnaire": "q", "version": 2, "form": "short"}
        first = {**asked, "wave": 1, "school_year": "2023-24", "opened": "2023-11-01"}
        later = {**asked, "wave": 1, "school_year": YEAR, "opened": "2024-11-01", **second}
        return pd.DataFrame([later, first])

    def scores(self, now: float, number: int = 60, invited: int = 80) -> pd.DataFrame:
        place = {"wave": 1, "school_id": "S1", "group": PUPILS, "theme": "T1", "sd": 18.0}
        counts = {"respondents": number, "participants": number, "invited": invited}
        return pd.DataFrame(
            [
                {**place, **counts, "school_year": YEAR, "mean": now},
                {**place, "school_year": "2023-24", "mean": 60.0, **dict.fromkeys(counts, 70), "invited": 90},
            ]
        )

    @pytest.mark.parametrize(
        ("now", "verdict"), [(70.0, "higher"), (50.0, "lower"), (64.0, "no_clear_change")]
    )
    def test_more_than_chance(self, now: float, verdict: str) -> None:
        [row] = changes(self.scores(now), self.waves()).to_dict("records")
        assert (row["verdict"], row["change"], row["before_year"]) == (verdict, now - 60, "2023-24")
        assert row["low"] < row["change"] < row["high"]

    @pytest.mark.parametrize(
        ("second", "reason"),
        [
            ({"questionnaire": "other"}, "other_questionnaire"),
            ({"version": 3}, "other_version"),
            ({"form": "full"}, "other_form"),
        ],
    )
    def test_unlike_waves_are_not_compared(self, second: dict[str, object], reason: str) -> None:
        [row] = changes(self.scores(70.0), self.waves(**second)).to_dict("records")
        assert (row["verdict"], row["reason"]) == ("not_compared", reason)
        assert np.isnan([row["change"], row["low"], row["high"]]).all()

    @pytest.mark.parametrize(("number", "invited"), [(29, 30), (49, 100)])
    def test_few_respondents_or_a_low_response_are_not_compared(self, number: int, invited: int) -> None:
        [row] = changes(self.scores(70.0, number, invited), self.waves()).to_dict("records")
        assert (row["verdict"], row["reason"]) == ("not_compared", "not_comparable")

    def test_a_first_wave_has_no_change(self) -> None:
        assert changes(self.scores(70.0), self.waves().iloc[1:]).empty


def test_a_summary_is_scores_without_a_spread() -> None:
    place = {"school_id": "S1", "school_year": YEAR, "respondent_group": "staff", "measure": "safety"}
    counts = {"invited": 40.0, "responses": 30.0, "mean": np.nan, "unfavourable": np.nan}
    facts = pd.DataFrame(
        [
            {**place, **counts, "favourable": 0.75, "status": "exact"},
            {**place, **counts, "measure": "hidden", "favourable": np.nan, "status": "missing"},
        ]
    )
    found = from_summary(facts)
    assert found[["group", "theme", "favourable", "status"]].iloc[0].tolist() == [
        "staff",
        "safety",
        0.75,
        "exact",
    ]
    assert found["response_rate"].tolist() == [0.75, 0.75]
    assert np.isnan(found.loc[1, "favourable"])
    assert compared(found, {})["shrunk"].isna().all()
