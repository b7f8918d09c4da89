"""What a school sees of a survey at the thresholds: 9, 10, 29, 30 respondents, 49 % response, small parts."""

import numpy as np
import pandas as pd
import pytest

from mirrors.benchmark.features import SIZE, FeatureMatrix
from mirrors.benchmark.peer_group import PeerGroups
from mirrors.disclosure.survey import coded_shares, responses, tables, themes
from mirrors.survey.gap import pairs, perception_gaps
from mirrors.survey.shrinkage import compared
from mirrors.survey.stands_out import stands_out
from mirrors.survey.surveyed import Surveyed, from_summary, of_summary

YEAR = "2024-25"
SCHOOLS = 24
NUMBERS = ("mean", "low", "high", "favourable", "unfavourable", "respondents", "peer_median", "expected")


def row(school: str, group: str, number: int, **more: object) -> dict[str, object]:
    """Return the score of a group; nine in ten of those invited took part, unless `more` says else."""
    place = {"wave": 1, "school_id": school, "school_year": YEAR, "group": group, "theme": "T1"}
    scores = {"respondents": number, "participants": number, "mean": 63.7, "sd": 18.0}
    shares = {"favourable": 0.614, "unfavourable": 0.19, "invited": np.ceil(number / 0.9), "status": "exact"}
    return {**place, **scores, **shares, **more}


def city(**own: object) -> pd.DataFrame:
    """Return pupils and teachers of the city's schools; `own` changes the pupils of the first one."""
    rng = np.random.default_rng(7)
    rows = []
    for school in range(SCHOOLS):
        name = f"S{school:02d}"
        more = own if school == 0 else {}
        number = int(more.pop("number", 90)) if more else 90
        pupils = {"mean": 60.0 + 4 * rng.standard_normal(), **more}
        rows.append(row(name, "pupils_12_18", number, **pupils))
        rows.append(row(name, "teachers", 24, mean=68.0 + 3 * rng.standard_normal()))
    return pd.DataFrame(rows)


def peers() -> dict[str, PeerGroups]:
    """Return for every school the twelve after it."""
    ids = tuple(f"S{school:02d}" for school in range(SCHOOLS))
    kind, pupils = np.array(["x"] * SCHOOLS), np.full(SCHOOLS, 300.0)
    matrix = FeatureMatrix(ids, YEAR, kind, pupils, (SIZE,), np.zeros((SCHOOLS, 1)))
    near = (np.arange(SCHOOLS)[:, None] + np.arange(1, 13)) % SCHOOLS
    flat = np.zeros(near.shape)
    return {YEAR: PeerGroups(matrix, np.ones(1), near, flat, np.full(SCHOOLS, 12))}


def everything(scores: pd.DataFrame) -> Surveyed:
    drawn = compared(scores, {})
    none = pd.DataFrame()
    return Surveyed(
        scores=scores,
        monthly=none,
        compared=drawn,
        gaps=perception_gaps(pairs(scores)),
        stands_out=stands_out(drawn),
        changes=none,
        quality=none,
        reliability=none,
        item_checks=none,
    )


def told(scores: pd.DataFrame, school: str = "S00") -> dict[str, dict[str, object]]:
    """Return the rows of survey_theme of one school by group."""
    found = tables(everything(scores), peers())["survey_theme"]
    return {each["group"]: each for each in found[found["school_id"] == school].to_dict("records")}


class TestThresholds:
    @pytest.mark.parametrize(
        ("number", "status", "indicative", "is_compared"),
        [
            (9, "too_small", False, False),
            (10, "exact", True, False),
            (29, "exact", True, False),
            (30, "exact", False, True),
        ],
    )
    def test_respondents(self, number: int, status: str, indicative: bool, is_compared: bool) -> None:
        found = told(city(number=number))["pupils_12_18"]
        assert (found["status"], found["indicative"]) == (status, indicative)
        assert np.isnan(found["mean"]) == (status == "too_small")
        assert np.isnan(found["peer_median"]) != is_compared
        assert (found["verdict"] != "unknown") == is_compared
        if status == "too_small":
            assert np.isnan([found[name] for name in NUMBERS]).all()

    @pytest.mark.parametrize(
        ("invited", "word", "is_compared"), [(100, "low", False), (98, "caution", True), (40, "wrong", False)]
    )
    def test_response(self, invited: int, word: str, is_compared: bool) -> None:
        found = told(city(number=49, invited=invited))["pupils_12_18"]
        assert (found["status"], found["response"]) == ("exact", word)
        assert (found["verdict"] != "unknown") == is_compared

    @pytest.mark.parametrize(
        ("participants", "invited", "rate"),
        [(49, 100, 0.49), (50, 100, 0.5), (48, 100, 0.49), (99, 100, 1.0), (68, 100, 0.69), (9, 10, np.nan)],
    )
    def test_the_rate_never_contradicts_its_word(self, participants: int, invited: int, rate: float) -> None:
        frame = pd.DataFrame([row("S1", "parents", participants, invited=invited)])
        [found] = responses(frame).to_dict("records")
        assert found["response_rate"] == pytest.approx(rate, nan_ok=True)
        assert found["participants"] % 5 == 0 or np.isnan(found["participants"])


class TestParts:
    def school(self, teachers: int, others: int) -> dict[str, dict[str, object]]:
        rows = [
            row("S1", group, number) for group, number in (("teachers", teachers), ("other_staff", others))
        ]
        rows = [each for each in rows if each["respondents"]]
        rows.append(row("S1", "staff", teachers + others))
        return told(pd.DataFrame(rows), "S1")

    @pytest.mark.parametrize(
        ("teachers", "others", "words"),
        [
            (12, 10, ("exact", "exact", "told_in_parts")),
            (12, 9, ("told_together", "told_together", "exact")),
            (9, 9, ("told_together", "told_together", "exact")),
            (4, 5, ("too_small", "too_small", "too_small")),
            (9, 10, ("told_together", "told_together", "exact")),
        ],
    )
    def test_a_small_part_is_told_with_the_other(
        self, teachers: int, others: int, words: tuple[str, str, str]
    ) -> None:
        found = self.school(teachers, others)
        assert tuple(found[group]["status"] for group in ("teachers", "other_staff", "staff")) == words

    def test_without_other_staff_teachers_are_told(self) -> None:
        found = self.school(12, 0)
        assert (found["teachers"]["status"], found["staff"]["status"]) == ("exact", "told_in_parts")

    def test_a_theme_whose_items_do_not_belong_together_is_not_told(self) -> None:
        scores = pd.DataFrame([row("S1", "teachers", 20), row("S1", "staff", 20), row("S1", "parents", 20)])
        unfit = pd.DataFrame([{"group": "teachers", "theme": "T1", "verdict": "unreliable"}])
        surveyed = everything(scores)
        object.__setattr__(surveyed, "reliability", unfit)
        found = themes(surveyed, {}, tables.__globals__["Rules"]()).set_index("group")
        assert found["status"].to_dict() == {
            "teachers": "unreliable",
            "staff": "told_in_parts",
            "parents": "exact",
        }
        assert np.isnan(found.loc["teachers", "mean"])


class TestCoding:
    @pytest.mark.parametrize(
        ("number", "mean", "shown"),
        [
            (12, 63.7, (65.0, "exact")),
            (30, 63.7, (64.0, "exact")),
            (60, 63.7, (64.0, "exact")),
            (12, 91.0, (90.0, "at_least")),
            (12, 89.0, (90.0, "exact")),
            (30, 94.9, (94.0, "exact")),
            (30, 95.0, (95.0, "at_least")),
            (60, 98.5, (98.0, "at_least")),
            (400, 99.7, (99.0, "at_least")),
            (12, 4.0, (10.0, "at_most")),
        ],
    )
    def test_means(self, number: int, mean: float, shown: tuple[float, str]) -> None:
        found = told(pd.DataFrame([row("S1", "parents", number, mean=mean)]), "S1")["parents"]
        assert (found["mean"], found["mean_status"]) == shown
        assert np.isnan(found["low"]) == (shown[1] != "exact")

    @pytest.mark.parametrize(
        ("number", "share", "shown"),
        [
            (10, 0.0, (0.2, "at_most")),
            (19, 0.62, (0.6, "exact")),
            (19, 0.85, (0.8, "at_least")),
            (20, 0.85, (0.8, "exact")),
            (49, 0.97, (0.9, "at_least")),
            (50, 0.92, (0.9, "exact")),
            (50, 0.96, (0.95, "at_least")),
            (100, 0.964, (0.96, "exact")),
            (100, 1.0, (0.99, "at_least")),
            (1000, 0.0, (0.01, "at_most")),
        ],
    )
    def test_shares(self, number: int, share: float, shown: tuple[float, str]) -> None:
        rows = pd.DataFrame({"respondents": [number], "value": [share]})
        found = coded_shares(rows, "value", np.array([True]))
        assert (found["value"][0], found["value_status"][0]) == pytest.approx(shown)

    def test_an_interval_tells_nothing_of_a_schools_own_spread(self) -> None:
        found = [told(city(sd=sd))["pupils_12_18"] for sd in (0.0, 18.0)]
        assert (found[0]["low"], found[0]["high"]) == (found[1]["low"], found[1]["high"])
        alone = told(pd.DataFrame([row("S1", "parents", 12, sd=0.0)]), "S1")["parents"]
        assert alone["low"] < alone["mean"] < alone["high"]

    def test_steps_cost_little_beside_chance(self) -> None:
        rng = np.random.default_rng(9)
        for number in (10, 19, 20, 49, 50, 99, 100, 400):
            true = rng.uniform(40, 70, 4000)
            means = true + 19 / np.sqrt(number) * rng.standard_normal(4000)
            rows = pd.DataFrame([row("S1", "parents", number)] * 4000).assign(
                mean=means, school_id=range(4000)
            )
            shown = themes(Surveyed(rows, *[pd.DataFrame()] * 8), {}, tables.__globals__["Rules"]())["mean"]
            assert np.std(shown - true) < 1.07 * np.std(means - true)


class TestOtherTables:
    def test_gaps_are_those_of_the_means_beside_them(self) -> None:
        found = tables(everything(city()), peers())["survey_gap"]
        assert len(found) == SCHOOLS
        assert (found["gap"] == found["mean"] - found["mean_pupils"]).all()
        assert found["city"].nunique() == 1

    def test_a_large_gap_is_called_and_not_below_the_thresholds(self) -> None:
        words = {}
        for number in (29, 30, 90):
            found = tables(everything(city(number=number, mean=30.0)), peers())["survey_gap"]
            words[number] = found.set_index("school_id")["verdict"].to_dict().get("S00")
        assert words == {29: None, 30: "larger", 90: "larger"}

    def test_what_stands_out_is_told_only_of_groups_that_are(self) -> None:
        found = tables(everything(city(mean=30.0)), peers())["survey_stands_out"]
        [own] = found[found["school_id"] == "S00"].to_dict("records")
        assert (own["theme"], own["direction"]) == ("T1", "below")
        small = pd.concat(
            [city(mean=30.0), pd.DataFrame([row("S00", "pupils_9_12", 9), row("S00", "pupils", 99)])]
        )
        hidden = tables(everything(small), peers())["survey_stands_out"]
        assert "pupils_12_18" not in set(hidden.loc[hidden["school_id"] == "S00", "group"])

    def test_the_city_is_told_from_ten_schools(self) -> None:
        scores = city()
        assert set(tables(everything(scores), peers())["survey_city"]["schools"]) == {SCHOOLS}
        nine = scores[scores["school_id"] < "S09"]
        assert tables(everything(nine), peers())["survey_city"].empty
        assert set(tables(everything(nine), peers())["survey_gap"]["verdict"]) == {"unknown"}

    def test_hidden_by_the_provider_stays_hidden(self) -> None:
        place = {"school_id": "S1", "school_year": YEAR, "respondent_group": "parent", "mean": np.nan}
        counts = {"invited": np.nan, "responses": np.nan, "unfavourable": np.nan, "favourable": np.nan}
        facts = pd.DataFrame([{**place, **counts, "measure": "safety", "status": "missing"}])
        assert from_summary(facts)["favourable"].isna().all()
        [found] = tables(of_summary(facts), {})["survey_theme"].to_dict("records")
        assert (found["status"], found["response"]) == ("missing", "unknown")
        assert np.isnan([found[name] for name in NUMBERS]).all()
