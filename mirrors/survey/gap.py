"""The perception gap: how much better staff see a theme than pupils, against what is usual in this city.

Staff nearly everywhere see more safety than pupils do (Mitchell, Bradshaw and Leaf 2010; Ramsey et al. 2016):
a gap alone says nothing of a school.
"""

from itertools import product

import numpy as np
import pandas as pd
from scipy.special import stdtr

from mirrors.benchmark.panel import Floats
from mirrors.survey.groups import OTHER_STAFF, PUPILS, PUPILS_9_12, PUPILS_12_18, STAFF, TEACHERS
from mirrors.survey.key import shared
from mirrors.survey.response import FEWEST_SHOWN, comparable
from mirrors.survey.scores import WHO, t_quantile, theme_scores
from mirrors.survey.shrinkage import between_variance
from mirrors.survey.stands_out import discovered

FEWEST_SCHOOLS = 10
"""Schools from which there is a usual gap in a city."""

ADULTS = (TEACHERS, OTHER_STAFF, STAFF)
CHILDREN = (PUPILS_9_12, PUPILS_12_18, PUPILS)
_PLACE = ["wave", "school_id", "school_year", "theme"]
_TOGETHER = ["school_year", "group", "pupils", "theme"]
_NOBODY = pd.DataFrame(columns=[*WHO, "theme", "respondents", "mean", "sd", "participants", "invited"])


def pairs_of_groups(answers: pd.DataFrame, key: pd.DataFrame, invited: pd.DataFrame) -> pd.DataFrame:
    """Return the means of every group of staff beside those of every group of pupils; see `pairs`.

    Each pair on the items that both were asked: a theme of other items would be another theme.
    """
    found = []
    for adults, children in product(ADULTS, CHILDREN):
        asked = shared(key, (adults, children))
        groups = asked["group"].unique()
        if len(groups) > 1 and len(asked):
            scores = theme_scores(answers[answers["group"].isin(groups)], asked, invited)
            found.append(pairs(scores[scores["group"].isin((adults, children))]))
    return pd.concat([pairs(_NOBODY), *found], ignore_index=True)


def pairs(scores: pd.DataFrame) -> pd.DataFrame:
    """Return a row for every group of staff and of pupils that may be compared, by school, wave and theme.

    Pupils from thirty respondents, staff from ten, both from half of those invited. Columns: wave, school_id,
    school_year, theme, group (of staff), mean, sd and respondents, pupils (their group), mean_pupils,
    sd_pupils and respondents_pupils.
    """
    adults = scores[scores["group"].isin(ADULTS) & comparable(scores, FEWEST_SHOWN)]
    children = scores[scores["group"].isin(CHILDREN) & comparable(scores)]
    told = ["group", "mean", "sd", "respondents"]
    others = children[[*_PLACE, *told]].rename(columns={"group": "pupils"})
    found = adults[[*_PLACE, *told]].merge(others, on=_PLACE, suffixes=("", "_pupils"))
    return found[(found["sd"] > 0) | (found["sd_pupils"] > 0)].reset_index(drop=True)


def perception_gaps(rows: pd.DataFrame) -> pd.DataFrame:
    """Return `pairs` with the gap of each, against what is usual in the city.

    Further columns: gap (staff minus pupils), low and high (95 %, Welch 1947), city (the usual gap, NaN below
    ten schools), schools and verdict: larger where low lies above the city's gap, smaller where high lies
    below it, and it is among the discoveries at 10 % over all gaps of the school year in the city; else
    usual, and unknown without a city's. Over the city, as most schools may have no unusual gap at all: over
    one school after the other, what is called there by chance would add up.
    """
    gap, variance, freedom = _welch(rows)
    half = t_quantile(freedom) * np.sqrt(variance)
    found = rows.assign(gap=gap, low=gap - half, high=gap + half)
    found = found.merge(_city(found, variance), on=_TOGETHER, how="left")
    known = found["city"].notna()
    apart: Floats = ((found["gap"] - found["city"]) / np.sqrt(variance)).to_numpy(float)
    clear = discovered(found, ["school_year"], np.where(known, 2 * stdtr(freedom, -np.abs(apart)), 1.0))
    above, below = found["low"] > found["city"], found["high"] < found["city"]
    words = [~known, clear & above, clear & below]
    return found.assign(verdict=np.select(words, ["unknown", "larger", "smaller"], "usual"))


def _welch(rows: pd.DataFrame) -> tuple[Floats, Floats, Floats]:
    """Return the difference of two means, its variance and its degrees of freedom, each (rows,)."""
    one = (rows["sd"] ** 2 / rows["respondents"]).to_numpy(float)
    other = (rows["sd_pupils"] ** 2 / rows["respondents_pupils"]).to_numpy(float)
    less_one = (rows["respondents"] - 1).to_numpy(float)
    less_other = (rows["respondents_pupils"] - 1).to_numpy(float)
    freedom = (one + other) ** 2 / (one**2 / less_one + other**2 / less_other)
    return (rows["mean"] - rows["mean_pupils"]).to_numpy(float), one + other, freedom


def _city(found: pd.DataFrame, variance: Floats) -> pd.DataFrame:
    """Return the usual gap by school year, groups and theme: the mean of a random-effects model."""
    rows = []
    for where in found.groupby(_TOGETHER).indices.values():
        schools = found.iloc[where]["school_id"].nunique()
        gap, own = found["gap"].to_numpy(float)[where], variance[where]
        weight = 1 / (between_variance(gap, own) + own)
        usual = (weight * gap).sum() / weight.sum() if schools >= FEWEST_SCHOOLS else np.nan
        rows.append((*found.iloc[where[0]][_TOGETHER], usual, schools))
    return pd.DataFrame(rows, columns=[*_TOGETHER, "city", "schools"])
