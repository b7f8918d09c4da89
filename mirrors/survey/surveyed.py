"""Everything that answers tell, before anybody decides what of it may be shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from mirrors.benchmark.features import FeatureMatrix
from mirrors.survey.change import changes
from mirrors.survey.gap import pairs_of_groups, perception_gaps
from mirrors.survey.hotspots import hotspot_shares
from mirrors.survey.key import without
from mirrors.survey.quality import marks, with_and_without
from mirrors.survey.reliability import item_checks, reliability
from mirrors.survey.scores import WHO, monthly, theme_scores
from mirrors.survey.shrinkage import compared
from mirrors.survey.sources import Answered, editions
from mirrors.survey.stands_out import stands_out

SUMMARY = "summary"
"""The wave of figures that a provider made from answers it keeps."""

_WAVE = ["school_id", "school_year", "wave"]


@dataclass(frozen=True, eq=False)
class Surveyed:
    """The frames of `scores`, `hotspots`, `shrinkage`, `gap`, `stands_out`, `change`, `quality` and
    `reliability`.

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
    hotspots: pd.DataFrame = field(default_factory=pd.DataFrame)


def surveyed(
    answers: pd.DataFrame,
    key: pd.DataFrame,
    invited: pd.DataFrame,
    waves: pd.DataFrame,
    features: Mapping[str, FeatureMatrix],
    places: pd.DataFrame | None = None,
) -> Surveyed:
    """Return what the answers to one form tell; see `scores`, `change` and `shrinkage` for the frames.

    Items that measure something else than their theme, or run backwards, are left out of the scores.
    `places` are counts as `hotspots` wants them.
    """
    checks = item_checks(answers, key)
    used = without(key, checks[checks["blocked"]])
    scores = theme_scores(answers, used, invited)
    drawn = compared(_oldest_first(scores, waves), features)
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
        hotspots=pd.DataFrame() if places is None else hotspot_shares(places),
    )


def _oldest_first(scores: pd.DataFrame, waves: pd.DataFrame) -> pd.DataFrame:
    opened = waves.drop_duplicates(_WAVE).set_index(_WAVE)["opened"]
    when = opened.reindex(pd.MultiIndex.from_frame(scores[_WAVE])).to_numpy()
    order = scores.assign(opened=when).sort_values(["opened", "wave"], kind="stable").index
    return scores.loc[order].reset_index(drop=True)


def of_answers(answered: Answered, features: Mapping[str, FeatureMatrix]) -> tuple[Surveyed, ...]:
    """Return what the answers of every edition tell; the changes between waves are all in the first.

    A wave of another edition than the one before has the reason why the two are not compared.
    """
    found = [
        surveyed(one.answers, edition.key, one.invited, one.waves, features, one.hotspots)
        for edition in editions(answered)
        if len((one := edition.answered).answers)
    ]
    if len(found) > 1:
        scores = pd.concat([one.scores for one in found], ignore_index=True)
        found = [replace(one, changes=pd.DataFrame()) for one in found]
        found[0] = replace(found[0], changes=changes(scores, answered.waves))
    return tuple(found)


def from_summary(facts: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the contract `survey_summary` as scores; what was suppressed has none.

    A measure stands where a theme does. Nobody knows how far answers lie apart, so that there is no standard
    deviation, no interval of a mean, and nothing that needs them: no comparison, no gap, nothing stands out.
    """
    rows = facts.rename(columns={"measure": "theme", "responses": "respondents"})
    rows = rows.assign(group=rows["respondent_group"], wave=SUMMARY)
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
