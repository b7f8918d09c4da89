"""How many of those invited answered, in the words that go with it."""

import numpy as np
import pandas as pd

VERY_LOW, LOW, CAUTION = 0.3, 0.5, 0.7

FEWEST_SHOWN = 10
"""Respondents from which anything at all is told of a group."""

FEWEST_COMPARED = 30
"""Respondents from which a group is compared with other schools, with another group or with another wave."""

FEWEST_STAFF_COMPARED = FEWEST_SHOWN
"""Members of staff from which they are set against pupils: a school seldom has thirty."""

CLASSES = ("wrong", "very_low", "low", "caution", "good", "unknown")


def response_class(participants: pd.Series, invited: pd.Series) -> np.ndarray:
    """Return the word for every response rate, (rows,).

    very_low (under 30 %: own results with a warning only), low (under 50 %: nothing is compared), caution
    (under 70 %), good; wrong where more answered than were invited, unknown where nobody told how many were.
    """
    there, asked = participants.to_numpy(float), invited.to_numpy(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where(asked > 0, there / asked, np.where(there > 0, np.inf, np.nan))
    rate = np.where(np.isnan(asked), np.nan, rate)
    known = [rate > 1, rate < VERY_LOW, rate < LOW, rate < CAUTION, rate <= 1]
    return np.select(known, CLASSES[:-1], CLASSES[-1])


def comparable(scores: pd.DataFrame, fewest: int = FEWEST_COMPARED) -> np.ndarray:
    """Return which rows may be compared, (rows,): enough respondents, and half or more of those invited.

    A rate that is wrong or unknown proves nothing about who is missing, so that its row is not compared.
    """
    answered = np.isin(response_class(scores["participants"], scores["invited"]), ("caution", "good"))
    return np.asarray(answered & (scores["respondents"].to_numpy(float) >= fewest))
