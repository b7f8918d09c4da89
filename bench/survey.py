"""How often a perception gap, and a theme that stands out, is called where there is none.

Cities of 120 schools and twelve themes are simulated, person by person. Scores of one person vary by 18.75
points (.75 on a scale of five), 2 to 5 % of the variance of pupils' scores and 10 % of teachers' lies
between schools, a third of that follows from context that is known, themes go together in persons and in
schools, and teachers see every theme better than pupils, by 4 to 12 points. Two truths: every school differs
a little (`all`), or seven in ten do not differ at all, and the others by more (`few`).

A call is wrong when the truth does not lie on the side that was called: of the city's gap, or of what a
school with that context has. Beside them the rules that come to mind first: a gap of more than 10 points,
and a mean more than 5 points from the city's. The figures are those of `few`, in which it is easiest to be
wrong; those of `all` end so. Run: .venv/bin/python bench/survey.py [--quick]
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mirrors.benchmark.features import SIZE, FeatureMatrix
from mirrors.survey.gap import pairs, perception_gaps
from mirrors.survey.groups import PUPILS_12_18, TEACHERS
from mirrors.survey.shrinkage import compared
from mirrors.survey.stands_out import stands_out

SCHOOLS, THEMES = 120, 12
PERSON_SD = 18.75
PUPIL_ICC, TEACHER_ICC = (0.02, 0.03, 0.05), 0.10
ALIKE_IN_PERSONS, ALIKE_IN_SCHOOLS = 0.4, 0.5
FROM_CONTEXT = 1 / 3
SHARE_THAT_DIFFERS = {"all": 1.0, "few": 0.3}
USUAL_GAP = (4.0, 12.0)
PUPILS_PER_TEACHER = 9
LARGE_GAP, LARGE_DIFFERENCE = 10.0, 5.0
YEAR = "2024-25"
CITIES, QUICK_CITIES = 40, 4
RULES = ("gap", "gap_bound_alone", "gap_naive", "stands_out", "stands_out_naive")
GOALS = {"gap_false": "at most 0.1", "stands_out_false": "at most 0.1"}


@dataclass(frozen=True, eq=False)
class City:
    """The scores of a simulated city, its context, and the truth: (schools, themes) in points.

    `gap` is how far a school's gap lies from the city's, `deviation` how far each group's mean lies from
    what its context explains.
    """

    scores: pd.DataFrame
    features: FeatureMatrix
    gap: np.ndarray
    deviation: dict[str, np.ndarray]


@dataclass
class Tally:
    """Calls of one rule, how many were wrong, and how many there were to make."""

    calls: int = 0
    wrong: int = 0
    chances: int = 0

    def add(self, true_side: np.ndarray, chances: int) -> None:
        """Count calls, by the truth in the direction that was called, (calls,)."""
        self.calls += len(true_side)
        self.wrong += int((true_side <= 0).sum())
        self.chances += chances

    @property
    def false(self) -> float:
        """The share of calls that was wrong."""
        return self.wrong / self.calls if self.calls else float("nan")


def together(rng: np.random.Generator, rows: int, alike: float) -> np.ndarray:
    """Return standard normal numbers, (rows, themes), the themes of a row correlated by `alike`."""
    common = rng.standard_normal((rows, 1))
    return np.sqrt(alike) * common + np.sqrt(1 - alike) * rng.standard_normal((rows, THEMES))


def true_deviation(rng: np.random.Generator, sd: np.ndarray | float, truth: str) -> np.ndarray:
    """Return how far schools lie from what their context explains, (schools, themes)."""
    share = SHARE_THAT_DIFFERS[truth]
    differs = rng.random((SCHOOLS, THEMES)) < share
    return together(rng, SCHOOLS, ALIKE_IN_SCHOOLS) * sd / np.sqrt(share) * differs


def simulate(rng: np.random.Generator, truth: str) -> City:
    """Return one city."""
    kinds = rng.choice(["a", "b"], SCHOOLS)
    pupils = np.clip(np.exp(rng.normal(np.log(320), 0.7, SCHOOLS)), 60, 1500)
    context = rng.standard_normal(SCHOOLS)
    ids = tuple(f"S{number:03d}" for number in range(SCHOOLS))
    features = FeatureMatrix(
        ids, YEAR, kinds, pupils, (SIZE, "context"), np.column_stack([np.log(pupils), context])
    )
    level = rng.uniform(50, 70, THEMES)
    icc = rng.choice(PUPIL_ICC, THEMES)
    spread = {PUPILS_12_18: PERSON_SD * np.sqrt(icc / (1 - icc))}
    spread[TEACHERS] = np.full(THEMES, PERSON_SD * np.sqrt(TEACHER_ICC / (1 - TEACHER_ICC)))
    usual = {PUPILS_12_18: np.zeros(THEMES), TEACHERS: rng.uniform(*USUAL_GAP, THEMES)}
    invited = {PUPILS_12_18: pupils.astype(int), TEACHERS: (pupils / PUPILS_PER_TEACHER).astype(int)}
    sides = rng.choice([-1.0, 1.0], THEMES)
    explained = np.sqrt(FROM_CONTEXT) * context[:, None] * sides * spread[PUPILS_12_18]
    frames, deviation = [], {}
    for group, sd in spread.items():
        deviation[group] = true_deviation(rng, np.sqrt(1 - FROM_CONTEXT) * sd, truth)
        mean = level + usual[group] + explained + deviation[group]
        frames.append(answered(rng, group, mean, invited[group], ids))
    gap = deviation[TEACHERS] - deviation[PUPILS_12_18]
    return City(pd.concat(frames, ignore_index=True), features, gap, deviation)


def answered(
    rng: np.random.Generator, group: str, mean: np.ndarray, invited: np.ndarray, ids: tuple[str, ...]
) -> pd.DataFrame:
    """Return the scores of one group from persons who answered, half to nearly all of those invited."""
    rows = []
    for school, name in enumerate(ids):
        number = int(np.ceil(invited[school] * rng.uniform(0.5, 0.95)))
        if number < 2:
            continue
        persons = mean[school] + PERSON_SD * together(rng, number, ALIKE_IN_PERSONS)
        for theme in range(THEMES):
            score = persons[:, theme]
            rows.append((name, f"T{theme + 1}", number, score.mean(), score.std(ddof=1), invited[school]))
    found = pd.DataFrame(rows, columns=["school_id", "theme", "respondents", "mean", "sd", "invited"])
    return found.assign(wave=1, school_year=YEAR, group=group, participants=found["respondents"])


def truth_at(city: City, rows: pd.DataFrame, truth: np.ndarray) -> np.ndarray:
    """Return the truth about every row, (rows,)."""
    school = pd.Index(city.features.school_ids).get_indexer(pd.Index(rows["school_id"]))
    return truth[school, rows["theme"].str[1:].astype(int).to_numpy() - 1]


def deviation_at(city: City, rows: pd.DataFrame) -> np.ndarray:
    """Return how far the truth of every row lies from what its context explains, (rows,)."""
    groups = [rows["group"] == group for group in city.deviation]
    return np.select(groups, [truth_at(city, rows, each) for each in city.deviation.values()])


def call_gaps(city: City, ours: Tally, bound: Tally, naive: Tally) -> None:
    """Add the gaps that are called: by the rule, by its interval alone, and by their size."""
    gaps = perception_gaps(pairs(city.scores))
    truth = truth_at(city, gaps, city.gap)
    side = gaps["verdict"].map({"larger": 1.0, "smaller": -1.0}).fillna(0.0).to_numpy()
    ours.add((side * truth)[side != 0], len(gaps))
    side = np.sign((gaps["low"] > gaps["city"]).to_numpy(float) - (gaps["high"] < gaps["city"]))
    bound.add((side * truth)[side != 0], len(gaps))
    naive.add(truth[(gaps["gap"] > LARGE_GAP).to_numpy()], len(gaps))


def call_themes(city: City, ours: Tally, naive: Tally) -> None:
    """Add the themes that stand out."""
    rows = compared(city.scores, {YEAR: city.features})
    found = stands_out(rows)
    truth = deviation_at(city, found)
    ours.add(np.where(found["direction"] == "above", 1.0, -1.0) * truth, len(rows))
    apart = rows["mean"] - rows.groupby(["group", "theme"])["mean"].transform("mean")
    called = rows[apart.abs() > LARGE_DIFFERENCE]
    truth = deviation_at(city, called)
    naive.add(np.sign(apart[called.index]).to_numpy() * truth, len(rows))


def measure(truth: str, cities: int) -> dict[str, Tally]:
    """Return the tallies of all rules over `cities` cities."""
    tallies = {rule: Tally() for rule in RULES}
    for seed in range(cities):
        city = simulate(np.random.default_rng([seed, len(truth)]), truth)
        call_gaps(city, *(tallies[rule] for rule in RULES[:3]))
        call_themes(city, tallies["stands_out"], tallies["stands_out_naive"])
    return tallies


def figures(tallies: dict[str, Tally]) -> dict[str, float]:
    """Return the share of wrong calls of every rule, how often it calls, and how far naive ones are worse."""
    found = {f"{rule}_false": tally.false for rule, tally in tallies.items()}
    found |= {f"{rule}_called": tally.calls / tally.chances for rule, tally in tallies.items()}
    for rule in ("gap", "stands_out"):
        wrong = tallies[rule].false
        found[f"{rule}_naive_over_ours"] = tallies[f"{rule}_naive"].false / wrong if wrong else float("inf")
    return found


def main() -> None:
    """Measure, print a table, and the figures as one JSON line."""
    cities = QUICK_CITIES if "--quick" in sys.argv else CITIES
    found = figures(measure("few", cities))
    found |= {f"{name}_all": value for name, value in figures(measure("all", cities)).items()}
    for name, value in found.items():
        print(f"{name:34} {value:10.3f}")
    told = {name: round(value, 3) for name, value in found.items() if np.isfinite(value)}
    print(json.dumps({"bench": "survey", "figures": told, "goals": GOALS}))


if __name__ == "__main__":
    main()
