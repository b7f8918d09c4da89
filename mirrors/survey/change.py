"""Change since the wave before: only like with like, and only when it is more than chance."""

import numpy as np
import pandas as pd

from mirrors.survey.response import comparable
from mirrors.survey.scores import WHO, t_quantile

LIKE = ("questionnaire", "version", "form")
_SERIES = ["school_id", "group"]


def changes(scores: pd.DataFrame, waves: pd.DataFrame) -> pd.DataFrame:
    """Return, for every score of a wave that has one before it, how it changed.

    `waves` (columns of WHO, questionnaire, version, form, opened) says what each group was asked, and when.
    Columns: those of WHO, theme, before and before_year (the earlier wave), change, low, high (95 %, Welch
    1947), reason and verdict: higher or lower where the interval excludes no change, else no_clear_change;
    `not_compared` with the reason: other_questionnaire, other_version, other_form, or not_comparable (too few
    respondents or too low a response in either wave).
    """
    told = ["mean", "sd", "respondents", "participants", "invited"]
    pairs = _pairs(waves)
    now = scores[[*WHO, "theme", *told]].merge(pairs, on=WHO)
    then = scores[[*WHO, "theme", *told]].rename(
        columns={"wave": "before", "school_year": "before_year"} | {name: f"{name}_then" for name in told}
    )
    both = now.merge(then, on=["before", "before_year", *_SERIES, "theme"])
    earlier = both[[f"{name}_then" for name in told]].set_axis(told, axis=1)
    enough = comparable(both) & comparable(earlier)
    reason = both["reason"].mask((both["reason"] == "") & ~enough, "not_comparable")
    one, other = both["sd"] ** 2 / both["respondents"], earlier["sd"] ** 2 / earlier["respondents"]
    below = one**2 / (both["respondents"] - 1) + other**2 / (earlier["respondents"] - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        half = t_quantile(((one + other) ** 2 / below).to_numpy(float)) * np.sqrt(one + other)
    change = both["mean"] - earlier["mean"]
    like = reason == ""
    found = both[[*WHO, "theme", "before", "before_year"]].assign(change=change.where(like), reason=reason)
    found = found.assign(low=(change - half).where(like), high=(change + half).where(like))
    words = [~like, found["low"] > 0, found["high"] < 0]
    return found.assign(verdict=np.select(words, ["not_compared", "higher", "lower"], "no_clear_change"))


def _pairs(waves: pd.DataFrame) -> pd.DataFrame:
    """Return every wave of a group with the one before it, and why they are unlike ("": they are not)."""
    ordered = waves.sort_values([*_SERIES, "opened", "wave"])
    earlier = ordered.groupby(_SERIES, sort=False)[["wave", "school_year", *LIKE]].shift()
    unlike = [(ordered[name] != earlier[name]).to_numpy() for name in LIKE]
    pairs = ordered[WHO].assign(
        before=earlier["wave"],
        before_year=earlier["school_year"],
        reason=np.select(unlike, [f"other_{name}" for name in LIKE], ""),
    )
    pairs = pairs[pairs["before"].notna()]
    return pairs.astype({"before": waves["wave"].dtype})
