"""The scoring key: what every item of a form asks about, and which way its answers run."""

from collections.abc import Iterable, Sequence

import pandas as pd

from mirrors.survey.groups import WHOLES
from mirrors.survey.questionnaire import FormName, Questionnaire

COLUMNS = ["group", "item", "theme", "frequency", "reversed"]


def scoring_key(questionnaires: Iterable[Questionnaire], form: FormName) -> pd.DataFrame:
    """Return one row an item and group that a form asks: group, item, theme, frequency, reversed."""
    rows = [
        (one.group, item.id, item.theme, item.scale == "frequency", item.reversed)
        for one in questionnaires
        for item in one.asked(form)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def without(key: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Return the key without some items (group, item), such as those that measure something else."""
    gone = pd.MultiIndex.from_frame(items[["group", "item"]])
    return key[~pd.MultiIndex.from_frame(key[["group", "item"]]).isin(gone)].reset_index(drop=True)


def shared(key: pd.DataFrame, groups: Sequence[str]) -> pd.DataFrame:
    """Return the key of `groups` (parts, or wholes of them), with the items that all of them are asked."""
    parts = {part for group in groups for part in WHOLES.get(group, (group,))}
    asked = key[key["group"].isin(parts)]
    everywhere = asked.groupby("item")["group"].nunique() == asked["group"].nunique()
    return asked[asked["item"].map(everywhere).astype(bool)].reset_index(drop=True)
