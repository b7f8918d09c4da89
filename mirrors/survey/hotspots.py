"""Where it feels less safe: how many of those who answered the question where chose a place."""

import pandas as pd

from mirrors.survey.groups import WHOLES
from mirrors.survey.scores import WHO

PLACE_OF = "place."
"""What the item of a place begins with in a file of answers; 1 is chosen, 0 is not."""


def counted_places(answers: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of WHO, place, chosen and answered (numbers of respondents) of imported answers.

    `answers` (columns of WHO, respondent, item `place.<id>`, option 1, 0 or none). Who answered about any
    place answered the question where.
    """
    rows = answers[answers["option"].notna()]
    if rows.empty:
        return pd.DataFrame(columns=[*WHO, "place", "chosen", "answered"])
    answered = rows.groupby(WHO)["respondent"].nunique().rename("answered")
    rows = rows.assign(place=rows["item"].str.removeprefix(PLACE_OF), chosen=rows["option"] == 1)
    chosen = rows.groupby([*WHO, "place"], as_index=False)["chosen"].sum()
    found: pd.DataFrame = chosen.merge(answered.reset_index(), on=WHO)
    return found


def hotspot_shares(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the share of every group, and of wholes of groups, that chose each place.

    `counts` has the columns of WHO, place, chosen and answered. Columns of the result: those of WHO, place,
    respondents (who answered the question) and value 0..1.
    """
    if counts.empty:
        return pd.DataFrame(columns=[*WHO, "place", "respondents", "value"])
    parts = [
        counts,
        *(counts[counts["group"].isin(each)].assign(group=whole) for whole, each in WHOLES.items()),
    ]
    found = pd.concat(parts).groupby([*WHO, "place"], as_index=False)[["chosen", "answered"]].sum()
    found = found[found["answered"] > 0].reset_index(drop=True)
    value = found["chosen"].astype(float) / found["answered"].astype(float)
    return found[[*WHO, "place"]].assign(respondents=found["answered"].astype(float), value=value)
