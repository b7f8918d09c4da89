"""Shares of pupils beyond a threshold change by chance: their change is steadied by that of the rate.

One pupil more or less beyond ten per cent of absence moves the share of a small school by a point, while the
rate, to which every half-day counts, hardly stirs. Both are about the same pupils and the same absences, so
that the steadier figure tells something of the other.
"""

import numpy as np
from scipy.special import expit, logit

from mirrors.benchmark.change import Change
from mirrors.benchmark.panel import Floats

FEWEST_SCHOOLS_IN_BOTH = 30


def steadied_points(change: Change, rate: Change) -> Floats:
    """Return expected points of lasting change, (schools,), with what the rate of the same absences tells.

    Both changes are blended on log-odds. A school whose rate is not judged keeps its own points. Raises
    ValueError when the two are not about the same school year.
    """
    if change.years[-1] != rate.years[-1]:
        raise ValueError("both changes must be about the same school year")
    position = {school: row for row, school in enumerate(rate.school_ids)}
    rows = np.array([position.get(school, -1) for school in change.school_ids])
    of_rate = np.where(rows >= 0, rate.log_odds[rows], np.nan)
    blended = blend(change.log_odds, of_rate)
    points = change.level - expit(logit(change.level) - blended)
    return np.asarray(np.where(np.isnan(of_rate), change.points, points))


def blend(own: Floats, other: Floats) -> Floats:
    """Return own values drawn towards others about the same schools, (schools,); NaN stays NaN.

    With r the correlation over the schools that have both, the other value, brought to the spread and sign
    of the own ones, counts for r squared: the part of their variance that both have in common. A school
    without the other value keeps its own, as do all when fewer than thirty schools have both.
    """
    both = ~np.isnan(own) & ~np.isnan(other)
    if both.sum() < FEWEST_SCHOOLS_IN_BOTH or not own[both].std() or not other[both].std():
        return own
    r = np.corrcoef(own[both], other[both])[0, 1]
    same_spread = np.sign(r) * own[both].std() / other[both].std()
    return np.asarray(np.where(both, (1 - r**2) * own + r**2 * same_spread * other, own))
