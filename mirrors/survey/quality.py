"""Answers that were perhaps not meant: marked a respondent at a time, and what leaving them out would change.

Nothing is thrown away. Times of answering are not kept, so that haste cannot be seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mirrors.survey.scores import OPTIONS, WHO, respondent_themes

FEWEST_ANSWERS = 10
"""Answers from which the same option every time is a line, and not an opinion."""

MOST_SKIPPED = 0.5
FEWEST_EVENTS = 4
"""Bad things, all of them met (almost) daily, from which an answer sheet is hardly possible."""

DIFFERENCE_OF_NOTE = 5.0
"""Points by which the mean of a theme must change to be worth a word: a fifth of one option."""

MARKS = ("straight", "skipped", "impossible")
_RESPONDENT = [*WHO, "respondent"]


@dataclass(frozen=True)
class Combination:
    """Answers that exclude each other: option `at_least` or more of one, `at_most` or less of another."""

    item: str
    at_least: int
    other: str
    at_most: int


def marks(answers: pd.DataFrame, key: pd.DataFrame, combinations: Sequence[Combination] = ()) -> pd.DataFrame:
    """Return one row a respondent with the columns of MARKS, and `marked` where any holds.

    straight: one and the same option on ten answers or more, although some items run the other way or use
    another scale; skipped: more than half of what was asked not answered; impossible: one of `combinations`,
    or every bad thing of four or more met (almost) daily (Robinson-Cimpian 2014 on mischievous answers).
    """
    asked = key.groupby("group").agg(asked=("item", "size"))["asked"]
    sheets = answers[_RESPONDENT].drop_duplicates().sort_values(_RESPONDENT).reset_index(drop=True)
    known = answers[answers["option"].notna()].merge(key, on=["group", "item"])
    told = known.groupby(_RESPONDENT, as_index=False).agg(
        answered=("option", "size"), lowest=("option", "min"), highest=("option", "max")
    )
    sheets = sheets.merge(told, on=_RESPONDENT, how="left").fillna({"answered": 0})
    one_way = ~sheets["group"].isin(_runs_both_ways(key))
    straight = (sheets["lowest"] == sheets["highest"]) & (sheets["answered"] >= FEWEST_ANSWERS) & ~one_way
    skipped = sheets["answered"] < (1 - MOST_SKIPPED) * sheets["group"].map(asked).fillna(0)
    impossible = _among(sheets, [_everything_daily(known), *(_both(known, one) for one in combinations)])
    found = sheets[_RESPONDENT].assign(straight=straight, skipped=skipped, impossible=impossible)
    return found.assign(marked=found[list(MARKS)].any(axis=1))


def _runs_both_ways(key: pd.DataFrame) -> list[str]:
    ways = key.groupby("group")["reversed"].nunique()
    return [str(group) for group in ways.index[ways > 1]]


def _everything_daily(known: pd.DataFrame) -> pd.DataFrame:
    bad = known[known["frequency"] & known["reversed"]]
    met = bad.groupby(_RESPONDENT, as_index=False).agg(events=("option", "size"), least=("option", "min"))
    return met[(met["events"] >= FEWEST_EVENTS) & (met["least"] == OPTIONS - 1)]


def _both(known: pd.DataFrame, one: Combination) -> pd.DataFrame:
    first = known[(known["item"] == one.item) & (known["option"] >= one.at_least)]
    other = known[(known["item"] == one.other) & (known["option"] <= one.at_most)]
    return first[_RESPONDENT].merge(other[_RESPONDENT], on=_RESPONDENT)


def _among(sheets: pd.DataFrame, found: Sequence[pd.DataFrame]) -> np.ndarray:
    everybody = pd.MultiIndex.from_frame(sheets[_RESPONDENT])
    among = [everybody.isin(pd.MultiIndex.from_frame(one[_RESPONDENT])) for one in found]
    return np.asarray(np.logical_or.reduce(among))


def with_and_without(answers: pd.DataFrame, key: pd.DataFrame, marked: pd.DataFrame) -> pd.DataFrame:
    """Return the mean of every theme with all answers and without those of marked respondents.

    Columns: those of WHO, theme, respondents, mean, kept, mean_without, and `of_note` where they differ by
    `DIFFERENCE_OF_NOTE` points or more.
    """
    themes = respondent_themes(answers, key).merge(
        marked[[*_RESPONDENT, "marked"]], on=_RESPONDENT, how="left"
    )
    place = [*WHO, "theme"]
    every = themes.groupby(place, as_index=False).agg(respondents=("score", "size"), mean=("score", "mean"))
    kept = (
        themes[~themes["marked"].astype(bool)]
        .groupby(place, as_index=False)
        .agg(kept=("score", "size"), mean_without=("score", "mean"))
    )
    both = every.merge(kept, on=place, how="left").fillna({"kept": 0})
    return both.assign(of_note=(both["mean_without"] - both["mean"]).abs() >= DIFFERENCE_OF_NOTE)


def shares(marked: pd.DataFrame) -> pd.DataFrame:
    """Return, for every school, wave and group, the respondents and the share that each mark holds for."""
    named = {name: (name, "mean") for name in (*MARKS, "marked")}
    return marked.groupby(WHO, as_index=False).agg(respondents=("respondent", "size"), **named)
