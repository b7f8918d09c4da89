"""Scores of a survey against a slow implementation of its own: one person after the other, plain Python."""

import math
import random
from collections import defaultdict
from statistics import mean, stdev, variance

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, optimize

from mirrors.survey.gap import pairs, perception_gaps
from mirrors.survey.reliability import item_checks, reliability, school_shares
from mirrors.survey.scores import monthly, respondent_themes, theme_scores
from mirrors.survey.shrinkage import compared
from mirrors.survey.stands_out import discoveries
from tests.survey_answers import YEAR, answers, invited, key

SIZES = {"pupils_9_12": 30, "pupils_12_18": 45, "teachers": 25, "other_staff": 14}
WHOLES = {"pupils": ("pupils_9_12", "pupils_12_18"), "staff": ("teachers", "other_staff")}
SEEDS = range(4)


def t_density(x: float, freedom: float) -> float:
    top = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)
    return math.exp(top) / math.sqrt(freedom * math.pi) * (1 + x * x / freedom) ** (-(freedom + 1) / 2)


def t_tail(x: float, freedom: float) -> float:
    """Return the probability beyond x > 0, by adding up the density."""
    return 0.5 - integrate.quad(t_density, 0, x, args=(freedom,), epsabs=1e-12)[0]


def t_975(freedom: float) -> float:
    return optimize.brentq(lambda x: t_tail(x, freedom) - 0.025, 0.1, 50)


def wilson(part: float, whole: float) -> tuple[float, float]:
    """Return the two shares from which `part` of `whole` lies 1.96 standard errors away, by bisection."""
    share = part / whole

    def edge(inside: float, outside: float) -> float:
        for _ in range(200):
            middle = (inside + outside) / 2
            far = abs(share - middle) > 1.959964 * math.sqrt(middle * (1 - middle) / whole)
            inside, outside = (inside, middle) if far else (middle, outside)
        return inside

    return edge(share, 0.0), edge(share, 1.0)


class City:
    """The answers of a city, and what is made of them."""

    def __init__(self, seed: int) -> None:
        rng = random.Random(seed)
        self.frame, self.key, self.invited = answers(rng, SIZES), key(), invited(SIZES)
        self.items = {(row["group"], row["item"]): row for row in self.key.to_dict("records")}
        self.people: dict[tuple, dict[str, float]] = defaultdict(dict)
        for row in self.frame.to_dict("records"):
            if not math.isnan(row["option"]):
                asked = self.items[row["group"], row["item"]]
                points = 25 * row["option"]
                who = (row["school_id"], row["group"], row["respondent"])
                self.people[who][row["item"]] = 100 - points if asked["reversed"] else points

    def members(self, school: str, group: str) -> list[tuple[str, dict[str, float]]]:
        parts = WHOLES.get(group, (group,))
        return [(who[1], told) for who, told in self.people.items() if who[0] == school and who[1] in parts]

    def of_theme(self, group: str, told: dict[str, float], theme: str) -> list[float] | None:
        asked = [item for (of, item), row in self.items.items() if of == group and row["theme"] == theme]
        given = [told[item] for item in asked if item in told]
        return given if given and 2 * len(given) >= len(asked) else None

    def sheets(self, school: str, group: str, theme: str) -> list[list[float]]:
        found = (self.of_theme(of, told, theme) for of, told in self.members(school, group))
        return [given for given in found if given]

    def invited_of(self, school: str, group: str) -> float:
        asked = {(row["school_id"], row["group"]): row["invited"] for row in self.invited.to_dict("records")}
        there = [
            part
            for part in WHOLES.get(group, (group,))
            if (school, part) in asked
            or any(self.sheets(school, part, theme) for theme in ("T1", "T2", "T3"))
        ]
        numbers = [asked.get((school, part), math.nan) for part in there]
        return sum(numbers) if numbers else math.nan


@pytest.fixture(params=SEEDS)
def city(request: pytest.FixtureRequest) -> City:
    return City(request.param)


def close(found: float, wanted: float, tolerance: float = 1e-6) -> bool:
    return (math.isnan(found) and math.isnan(wanted)) or abs(found - wanted) < tolerance


def test_scores_of_themes(city: City) -> None:
    found = theme_scores(city.frame, city.key, city.invited)
    told = {(row["school_id"], row["group"], row["theme"]): row for row in found.to_dict("records")}
    places = {
        (school, group, theme)
        for school in ("S1", "S2", "S3", "S4")
        for group in (*SIZES, *WHOLES)
        for theme in ("T1", "T2", "T3")
        if city.sheets(school, group, theme)
    }
    assert set(told) == places
    for (school, group, theme), row in told.items():
        sheets = city.sheets(school, group, theme)
        scores = [mean(sheet) for sheet in sheets]
        every = [score for sheet in sheets for score in sheet]
        number = len(scores)
        assert row["respondents"] == number
        assert close(row["mean"], mean(scores))
        spread = stdev(scores) if number > 1 else math.nan
        assert close(row["sd"], spread)
        half = t_975(number - 1) * spread / math.sqrt(number) if number > 1 else math.nan
        assert close(row["low"], max(mean(scores) - half, 0) if number > 1 else math.nan, 1e-5)
        assert close(row["high"], min(mean(scores) + half, 100) if number > 1 else math.nan, 1e-5)
        for name, counted in (("favourable", lambda s: s >= 75), ("unfavourable", lambda s: s <= 25)):
            share = sum(map(counted, every)) / len(every)
            assert close(row[name], share)
            low, high = wilson(share * number, number)
            assert close(row[f"{name}_low"], low)
            assert close(row[f"{name}_high"], high)
        anything = sum(
            any(city.of_theme(of, answered, each) for each in ("T1", "T2", "T3"))
            for of, answered in city.members(school, group)
        )
        assert row["participants"] == anything
        assert close(row["invited"], city.invited_of(school, group))
        assert close(row["response_rate"], anything / city.invited_of(school, group))


def test_what_happens_monthly(city: City) -> None:
    found = monthly(city.frame, city.key)
    assert set(found["theme"]) == {"T3"}
    rows = 0
    for row in found.to_dict("records"):
        given = [
            told[row["item"]]
            for _, told in city.members(row["school_id"], row["group"])
            if row["item"] in told
        ]
        often = sum(points <= 50 for points in given)
        assert (row["respondents"], close(row["value"], often / len(given))) == (len(given), True)
        low, high = wilson(often, len(given))
        assert close(row["low"], low)
        assert close(row["high"], high)
        rows += 1
    assert rows > 40


def covariance(one: list[float], other: list[float]) -> float:
    both = [(a, b) for a, b in zip(one, other, strict=True) if not (math.isnan(a) or math.isnan(b))]
    middle = mean(a for a, _ in both), mean(b for _, b in both)
    return sum((a - middle[0]) * (b - middle[1]) for a, b in both) / (len(both) - 1)


def columns(city: City, group: str, theme: str) -> list[list[float]]:
    items = [item for (of, item), row in sorted(city.items.items()) if of == group and row["theme"] == theme]
    people = [told for who, told in city.people.items() if who[1] == group]
    some = [told for told in people if any(item in told for item in items)]
    return [[told.get(item, math.nan) for told in some] for item in items]


def test_reliability_and_item_rest(city: City) -> None:
    found = reliability(city.frame, city.key)
    for row in found.to_dict("records"):
        sheets = columns(city, row["group"], row["theme"])
        matrix = [[covariance(one, other) for other in sheets] for one in sheets]
        items, total = len(sheets), sum(map(sum, matrix))
        alpha = items / (items - 1) * (1 - sum(matrix[place][place] for place in range(items)) / total)
        assert close(row["alpha"], alpha)
        assert (row["items"], row["respondents"]) == (items, len(sheets[0]))
        assert close(row["omega"], omega_by_search(np.array(matrix)) if items > 2 else math.nan, 1e-3)
    for row in item_checks(city.frame, city.key).to_dict("records"):
        names = sorted(item for of, item in city.items if of == row["group"] and item[:2] == row["theme"])
        sheets = columns(city, row["group"], row["theme"])
        own = sheets[names.index(row["item"])]
        others = [sheet for place, sheet in enumerate(sheets) if names[place] != row["item"]]
        rest = [
            mean(told)
            if (told := [sheet[person] for sheet in others if not math.isnan(sheet[person])])
            else math.nan
            for person in range(len(own))
        ]
        both = [(a, b) for a, b in zip(own, rest, strict=True) if not (math.isnan(a) or math.isnan(b))]
        one, other = [a for a, _ in both], [b for _, b in both]
        wanted = covariance(one, other) / math.sqrt(variance(one) * variance(other))
        assert close(row["item_rest"], wanted)


def omega_by_search(matrix: np.ndarray) -> float:
    """Return omega of the one factor that leaves the least unexplained, found by a general search."""
    scale = np.sqrt(np.diag(matrix))
    correlation = matrix / np.outer(scale, scale)
    off = ~np.eye(len(matrix), dtype=bool)

    def left(loadings: np.ndarray) -> float:
        return float(((correlation - np.outer(loadings, loadings))[off] ** 2).sum())

    start = np.full(len(matrix), 0.6)
    loadings = optimize.minimize(left, start, method="L-BFGS-B", bounds=[(-1, 1)] * len(matrix), tol=1e-14).x
    if len(set(np.sign(loadings))) > 1:
        return math.nan
    common = (loadings * scale).sum() ** 2
    return common / (common + (scale**2 * (1 - loadings**2)).sum())


def test_share_between_schools(city: City) -> None:
    # Ten places or more: every school is asked in three waves.
    waves = [City(seed).frame.assign(wave=seed) for seed in (11, 12, 13, 14)]
    themes = respondent_themes(pd.concat(waves), city.key)
    for row in school_shares(themes).to_dict("records"):
        chosen = themes[(themes["group"] == row["group"]) & (themes["theme"] == row["theme"])]
        groups = [list(part["score"]) for _, part in chosen.groupby(["wave", "school_id"])]
        if len(groups) < 10:
            assert math.isnan(row["icc"])
            continue
        every = [score for group in groups for score in group]
        between = sum(len(g) * (mean(g) - mean(every)) ** 2 for g in groups) / (len(groups) - 1)
        within = sum((s - mean(g)) ** 2 for g in groups for s in g) / (len(every) - len(groups))
        usual = (len(every) - sum(len(g) ** 2 for g in groups) / len(every)) / (len(groups) - 1)
        assert close(row["icc"], max((between - within) / (between + (usual - 1) * within), 0.0))


def many_schools(
    seed: int, themes: tuple[str, ...] = ("T1", "T2"), schools: int = 14, spread: float = 7
) -> pd.DataFrame:
    """Return scores of pupils and teachers of many schools."""
    rng = random.Random(seed)
    rows = []
    for school in range(schools):
        for group, least, most in (("pupils_12_18", 20, 200), ("teachers", 8, 60)):
            number = rng.randint(least, most)
            for theme in themes:
                row = {
                    "wave": 1,
                    "school_id": f"S{school}",
                    "school_year": YEAR,
                    "group": group,
                    "theme": theme,
                }
                scores = {"mean": rng.gauss(60, spread), "sd": rng.uniform(12, 24), "respondents": number}
                rows.append(
                    {**row, **scores, "participants": number, "invited": number * rng.uniform(1, 2.4)}
                )
    return pd.DataFrame(rows)


def taking_part(rows: list[dict], group: str, theme: str, fewest: int) -> list[dict]:
    return [
        row
        for row in rows
        if (row["group"], row["theme"]) == (group, theme)
        and row["respondents"] >= fewest
        and row["participants"] / row["invited"] >= 0.5
    ]


def laird(estimates: list[float], own: list[float]) -> float:
    weights = [1 / each for each in own]
    centre = sum(w * e for w, e in zip(weights, estimates, strict=True)) / sum(weights)
    spread = sum(w * (e - centre) ** 2 for w, e in zip(weights, estimates, strict=True))
    return max((spread - len(own) + 1) / (sum(weights) - sum(w * w for w in weights) / sum(weights)), 0.0)


@pytest.mark.parametrize("seed", SEEDS)
def test_scores_drawn_towards_the_expected_one(seed: int) -> None:
    scores = many_schools(seed)
    found = compared(scores, {})
    told = {(row["school_id"], row["group"], row["theme"]): row for row in found.to_dict("records")}
    wanted = 0
    for group in ("pupils_12_18", "teachers"):
        for theme in ("T1", "T2"):
            rows = taking_part(scores.to_dict("records"), group, theme, 30)
            if len(rows) < 5:
                assert all(math.isnan(told[row["school_id"], group, theme]["shrunk"]) for row in rows)
                wanted += len(rows)
                continue
            freedom = sum(row["respondents"] - 1 for row in rows)
            pooled = sum((row["respondents"] - 1) * row["sd"] ** 2 for row in rows) / freedom
            own = [pooled / row["respondents"] for row in rows]
            first = laird([row["mean"] for row in rows], own)
            weights = [1 / (first + each) for each in own]
            expected = []
            for row in rows:
                others = [(w, o["mean"]) for w, o in zip(weights, rows, strict=True) if o is not row]
                expected.append(sum(w * m for w, m in others) / sum(w for w, _ in others))
            between = laird([row["mean"] - e for row, e in zip(rows, expected, strict=True)], own)
            doubt = 1 / sum(1 / (between + each) for each in own)
            for row, e, v in zip(rows, expected, own, strict=True):
                kept = between / (between + v)
                got = told[row["school_id"], group, theme]
                assert close(got["expected"], e)
                assert close(got["shrunk"], e + kept * (row["mean"] - e))
                half = 1.959964 * math.sqrt(kept * v + (1 - kept) ** 2 * doubt)
                assert close(got["shrunk_high"] - got["shrunk_low"], 2 * half)
                z = abs(row["mean"] - e) / math.sqrt(v + doubt)
                assert close(got["p_value"], math.erfc(z / math.sqrt(2)))
                wanted += 1
    assert len(found) == wanted > 20


@pytest.mark.parametrize("seed", SEEDS)
def test_perception_gaps(seed: int) -> None:
    themes = tuple(f"T{theme}" for theme in range(1, 9))
    scores = many_schools(seed, themes, schools=45, spread=5)
    rows = scores.to_dict("records")
    cities: dict[str, tuple[float, int]] = {}
    gaps: dict[tuple[str, str], tuple[float, float, float]] = {}
    for theme in themes:
        children = {row["school_id"]: row for row in taking_part(rows, "pupils_12_18", theme, 30)}
        adults = {row["school_id"]: row for row in taking_part(rows, "teachers", theme, 10)}
        both = sorted(set(children) & set(adults))
        for school in both:
            one, other = adults[school], children[school]
            a, b = one["sd"] ** 2 / one["respondents"], other["sd"] ** 2 / other["respondents"]
            freedom = (a + b) ** 2 / (a**2 / (one["respondents"] - 1) + b**2 / (other["respondents"] - 1))
            gaps[school, theme] = (one["mean"] - other["mean"], a + b, freedom)
        estimates = [gaps[school, theme][0] for school in both]
        own = [gaps[school, theme][1] for school in both]
        between = laird(estimates, own)
        weights = [1 / (between + each) for each in own]
        usual = sum(w * e for w, e in zip(weights, estimates, strict=True)) / sum(weights)
        cities[theme] = (usual if len(both) >= 10 else math.nan, len(both))
    found = perception_gaps(pairs(scores))
    assert set(found["verdict"]) == {"usual", "larger", "smaller"}
    beyond = (found["low"] > found["city"]) | (found["high"] < found["city"])
    assert (beyond & (found["verdict"] == "usual")).any()
    assert {(row["school_id"], row["theme"]) for row in found.to_dict("records")} == set(gaps)
    p_values = {
        place: 2 * t_tail(abs(gap - cities[place[1]][0]) / math.sqrt(own), freedom)
        if cities[place[1]][1] >= 10
        else 1.0
        for place, (gap, own, freedom) in gaps.items()
    }
    for row in found.to_dict("records"):
        gap, own, freedom = gaps[row["school_id"], row["theme"]]
        usual, schools = cities[row["theme"]]
        half = t_975(freedom) * math.sqrt(own)
        assert close(row["gap"], gap)
        assert close(row["low"], gap - half, 1e-5)
        assert close(row["high"], gap + half, 1e-5)
        assert close(row["city"], usual)
        assert row["schools"] == schools
        family = sorted(p_values.values())
        largest = max((p for at, p in enumerate(family, 1) if p <= 0.1 * at / len(family)), default=-1.0)
        clear = p_values[row["school_id"], row["theme"]] <= largest
        side = "larger" if gap - half > usual else "smaller" if gap + half < usual else "usual"
        assert row["verdict"] == ("unknown" if math.isnan(usual) else side if clear else "usual")


@pytest.mark.parametrize("seed", range(20))
def test_discoveries(seed: int) -> None:
    rng = random.Random(seed)
    p_values = [rng.random() ** 3 for _ in range(rng.randint(0, 15))]
    largest = max(
        (p for at, p in enumerate(sorted(p_values), 1) if p <= 0.1 * at / len(p_values)), default=-1.0
    )
    assert discoveries(np.array(p_values)).tolist() == [p <= largest for p in p_values]
