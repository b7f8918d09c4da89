"""Everything that answers tell, before anybody decides what of it may be shown."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mirrors.benchmark.features import FeatureMatrix
from mirrors.survey.change import changes
from mirrors.survey.gap import pairs_of_groups, perception_gaps
from mirrors.survey.groups import OTHER_STAFF, PARENTS, PUPILS, PUPILS_9_12, PUPILS_12_18, STAFF, TEACHERS
from mirrors.survey.key import without
from mirrors.survey.quality import marks, with_and_without
from mirrors.survey.reliability import item_checks, reliability
from mirrors.survey.scores import WHO, monthly, theme_scores
from mirrors.survey.shrinkage import compared
from mirrors.survey.stands_out import stands_out

SUMMARY = "summary"
"""The wave of figures that a provider made from answers it keeps."""

_GROUPS = {
    "pupil_young": PUPILS_9_12,
    "pupil": PUPILS_12_18,
    "all_pupils": PUPILS,
    "teacher": TEACHERS,
    "staff": OTHER_STAFF,
    "all_staff": STAFF,
    "parent": PARENTS,
}


@dataclass(frozen=True, eq=False)
class Surveyed:
    """The frames of `scores`, `shrinkage`, `gap`, `stands_out`, `change`, `quality` and `reliability`.

    Those that need single answers are empty where only a summary came in.
    """

    scores: pd.DataFrame
    monthly: pd.DataFrame
    compared: pd.DataFrame
    gaps: pd.DataFrame
    stands_out: pd.DataFrame
    changes: pd.DataFrame
    quality: pd.DataFrame
    reliability: pd.DataFrame
    item_checks: pd.DataFrame


def surveyed(
    answers: pd.DataFrame,
    key: pd.DataFrame,
    invited: pd.DataFrame,
    waves: pd.DataFrame,
    features: Mapping[str, FeatureMatrix],
) -> Surveyed:
    """Return what the answers to one form tell; see `scores`, `change` and `shrinkage` for the frames.

    Items that measure something else than their theme, or run backwards, are left out of the scores.
    """
    checks = item_checks(answers, key)
    used = without(key, checks[checks["blocked"]])
    scores = theme_scores(answers, used, invited)
    drawn = compared(scores, features)
    return Surveyed(
        scores=scores,
        monthly=monthly(answers, used),
        compared=drawn,
        gaps=perception_gaps(pairs_of_groups(answers, used, invited)),
        stands_out=stands_out(drawn),
        changes=changes(scores, waves),
        quality=with_and_without(answers, used, marks(answers, key)),
        reliability=reliability(answers, used),
        item_checks=checks,
    )


def from_summary(facts: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the contract `survey_summary` as scores; what was suppressed has none.

    A measure stands where a theme does. Nobody knows how far answers lie apart, so that there is no standard
    deviation, no interval of a mean, and nothing that needs them: no comparison, no gap, nothing stands out.
    """
    rows = facts.rename(columns={"measure": "theme", "responses": "respondents"})
    rows = rows.assign(group=rows["respondent_group"].map(_GROUPS), wave=SUMMARY)
    told = rows["status"] == "exact"
    unknown = dict.fromkeys(("sd", "low", "high"), np.nan)
    for name in ("mean", "favourable", "unfavourable"):
        rows[name] = rows[name].astype(float).where(told)
    rate = rows["respondents"] / rows["invited"].where(rows["invited"] > 0)
    rows = rows.assign(participants=rows["respondents"], response_rate=rate, **unknown)
    numbers = ["respondents", "mean", "sd", "low", "high", "favourable", "unfavourable", "participants"]
    return rows[[*WHO, "theme", *numbers, "invited", "response_rate", "status"]].reset_index(drop=True)


def of_summary(facts: pd.DataFrame) -> Surveyed:
    """Return what a summary tells, as far as it can."""
    scores = from_summary(facts)
    nothing = {name: pd.DataFrame() for name in Surveyed.__dataclass_fields__}
    return Surveyed(**{**nothing, "scores": scores, "compared": compared(scores, {})})
