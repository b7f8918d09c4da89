"""Scores of themes: answers enter, one row a school, wave, group and theme leaves; there is no overall index.

An answer counts 0 to 100, 100 is favourable. A respondent's theme is the mean of what was answered of it,
where that is at least half of what was asked; a group's theme is the mean of its respondents. Answers of one
person are no independent ones: every interval counts people, not answers.
"""

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from mirrors.benchmark.interval import wilson_interval
from mirrors.benchmark.panel import Floats
from mirrors.survey.groups import WHOLES

OPTIONS = 5
STEP = 25.0
FAVOURABLE, UNFAVOURABLE = 75.0, 25.0
LEAST_ANSWERED = 0.5
"""Share of a theme's items that a respondent must have answered to have a score on it."""

MONTHLY = 2
"""The option from which something happens at least monthly."""

PREVALENCE_THEMES = ("T3", "T4")
"""The themes of which it is told how many meet something at least monthly: bullying, and violence."""

WHO = ["wave", "school_id", "school_year", "group"]
_RESPONDENT = [*WHO, "respondent"]
CONFIDENCE = 0.95


def item_scores(answers: pd.DataFrame, key: pd.DataFrame) -> pd.DataFrame:
    """Return the answers that count, with their theme and score 0..100.

    `answers` (wave, school_id, school_year, group, respondent, item, option 0..4 or none); what is not in
    `key`, or was not answered, is left out. Raises ValueError for another option, or for two answers of one
    respondent to the same item.
    """
    known = answers[answers["option"].notna()]
    if not known["option"].isin(range(OPTIONS)).all():
        raise ValueError(f"an answer is one of {OPTIONS} options, counted from 0")
    if known.duplicated([*_RESPONDENT, "item"]).any():
        raise ValueError("a respondent answered the same item twice")
    scored = known.merge(key, on=["group", "item"])
    forward = STEP * scored["option"].astype(float)
    return scored.assign(score=forward.where(~scored["reversed"].astype(bool), 100.0 - forward))


def respondent_themes(answers: pd.DataFrame, key: pd.DataFrame) -> pd.DataFrame:
    """Return every respondent's score on every theme that enough was answered of.

    Columns: those of WHO, respondent, theme, score, answered, favourable and unfavourable (numbers of
    answers).
    """
    scored = item_scores(answers, key)
    scored["favourable"] = scored["score"] >= FAVOURABLE
    scored["unfavourable"] = scored["score"] <= UNFAVOURABLE
    themes = scored.groupby([*_RESPONDENT, "theme"], as_index=False, sort=True).agg(
        score=("score", "mean"),
        answered=("score", "size"),
        favourable=("favourable", "sum"),
        unfavourable=("unfavourable", "sum"),
    )
    asked = key.groupby(["group", "theme"], as_index=False).agg(asked=("item", "size"))
    themes = themes.merge(asked, on=["group", "theme"])
    enough = themes["answered"] >= LEAST_ANSWERED * themes["asked"]
    return themes[enough].drop(columns="asked").reset_index(drop=True)


def with_wholes(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of respondents, and those of each group that belongs to a whole once more as the whole."""
    wholes = [
        rows[rows["group"].isin(parts)].assign(
            # The numbers of respondents are their group's own: two people may have the same one.
            respondent=lambda part: part["group"] + " " + part["respondent"].astype(str),
            group=whole,
        )
        for whole, parts in WHOLES.items()
    ]
    return pd.concat([rows, *wholes], ignore_index=True)


def theme_scores(answers: pd.DataFrame, key: pd.DataFrame, invited: pd.DataFrame) -> pd.DataFrame:
    """Return the scores of every school, wave, group (and whole of groups) and theme.

    `invited` has the columns of WHO and invited. Columns of the result: those of WHO, theme, respondents,
    mean, sd (NaN for one respondent), low and high (95 % t-interval of the mean), favourable and
    unfavourable (shares of the answers of these respondents) with favourable_low and so on (Wilson 1927, as
    if each respondent had given one answer), participants (those with a score on any theme), invited,
    response_rate and status.
    """
    themes = with_wholes(respondent_themes(answers, key))
    found = themes.groupby([*WHO, "theme"], as_index=False).agg(
        respondents=("score", "size"),
        mean=("score", "mean"),
        sd=("score", "std"),
        answered=("answered", "sum"),
        favourable=("favourable", "sum"),
        unfavourable=("unfavourable", "sum"),
    )
    number = found["respondents"].to_numpy(float)
    low, high = t_interval(found["mean"].to_numpy(float), found["sd"].to_numpy(float), number)
    found = found.assign(low=low, high=high)
    for name in ("favourable", "unfavourable"):
        share = (found[name] / found["answered"]).to_numpy(float)
        least, most = wilson_interval(share * number, number)
        found = found.assign(**{name: share, f"{name}_low": least, f"{name}_high": most})
    taking_part = themes.groupby(WHO, as_index=False).agg(participants=("respondent", "nunique"))
    found = found.drop(columns="answered").merge(taking_part, on=WHO)
    found = found.merge(invited_with_wholes(invited, taking_part), on=WHO, how="left")
    rate = found["participants"] / found["invited"].where(found["invited"] > 0)
    return found.assign(response_rate=rate, status="exact")


def invited_with_wholes(invited: pd.DataFrame, taking_part: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers invited, also of wholes; not where a group takes part of which none is known."""
    known = invited[[*WHO, "invited"]].dropna()
    apart = taking_part[WHO].merge(known, on=WHO, how="outer")
    wholes = []
    for whole, parts in WHOLES.items():
        of_parts = apart[apart["group"].isin(parts)].assign(group=whole).groupby(WHO)["invited"]
        wholes.append(of_parts.agg(lambda numbers: numbers.sum(skipna=False)).reset_index())
    return pd.concat([known, *wholes], ignore_index=True).drop_duplicates(WHO)


def monthly(answers: pd.DataFrame, key: pd.DataFrame) -> pd.DataFrame:
    """Return the share of respondents who meet something at least monthly, for what is asked about that.

    Columns: those of WHO, theme, item, respondents (who answered it), value 0..1, low, high (Wilson 1927).
    """
    chosen = key[key["frequency"] & key["reversed"] & key["theme"].isin(PREVALENCE_THEMES)]
    scored = with_wholes(item_scores(answers, chosen))
    scored["often"] = scored["option"] >= MONTHLY
    found = scored.groupby([*WHO, "theme", "item"], as_index=False).agg(
        respondents=("often", "size"), often=("often", "sum")
    )
    number, often = found["respondents"].to_numpy(float), found["often"].to_numpy(float)
    low, high = wilson_interval(often, number)
    return found.drop(columns="often").assign(value=often / number, low=low, high=high)


def t_interval(mean: Floats, sd: Floats, number: Floats) -> tuple[Floats, Floats]:
    """Return the 95 % interval of means of scores 0..100, arrays of one shape; NaN below two respondents."""
    with np.errstate(invalid="ignore", divide="ignore"):
        half = t_quantile(number - 1) * sd / np.sqrt(number)
    return np.maximum(mean - half, 0.0), np.minimum(mean + half, 100.0)


def t_quantile(freedom: Floats) -> Floats:
    """Return the 97.5 % quantile of Student's t, NaN without a degree of freedom."""
    known = np.where(freedom > 0, freedom, np.nan)
    return np.asarray(stdtrit(known, (1 + CONFIDENCE) / 2))


def of_all_invited(scores: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return the 95 % interval of what the mean would be had all who were invited answered.

    Narrower by sqrt((N - n) / (N - 1)) of N invited (Cochran 1977): it says nothing of other years, and
    holds only when those who stayed away think like the others.
    """
    mean, number, invited = (scores[name].to_numpy(float) for name in ("mean", "respondents", "invited"))
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.sqrt(np.clip((invited - number) / (invited - 1), 0.0, 1.0))
    return t_interval(mean, scores["sd"].to_numpy(float) * factor, number)
