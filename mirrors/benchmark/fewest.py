"""The numbers below which a figure says nothing, each decided here and nowhere else."""

from mirrors.definitions import Indicator

SMALLEST_GROUP = 20
"""Pupils from which anything at all is said of a school, of a group in it, or of a step of pupils."""

CONTRIBUTORS = 10
"""Pupils with absence on which a pattern, a median of days or a share of an amount must rest."""

PUPILS_PER_CONTRIBUTOR = 20
"""Pupils enrolled for each one who was absent without leave, where nobody counted these."""

UNITS_OF_INDEX = 30.0
"""Units absent, in both places together, from which the rate in one is set against that in the other."""

UNITS_OF_PROFILE = {"half_day": 100.0, "weekday": 50.0, "edge": UNITS_OF_INDEX, "exam": UNITS_OF_INDEX}
"""Units absent in a school year from which they show a profile of this name."""

UNITS_OF_MONTH = 20.0
"""Units absent in a month from which its rate is one of a profile."""

UNITS_OF_MOMENT = 5.0
"""Units absent at any other moment of a profile from which its rate is one."""

UNITS_OF_CONCENTRATION = 50.0
"""Units absent without leave from which it can be said that few pupils make up most of them."""

UNITS_OF_MEASURE = {
    "top_5": UNITS_OF_CONCENTRATION,
    "long_spell": 30.0,
    "single_half_day": 30.0,
    "unknown_code": 20.0,
}
"""Units absent on which a share of them must rest, by measure."""


def fewest_pupils(indicator: Indicator) -> int:
    """Return the pupils on which a figure of `indicator` must rest: its own minimum, or that of its kind."""
    of_kind = SMALLEST_GROUP if indicator.counts_pupils else 0
    if indicator.kind in ("days", "share_of_amount"):
        of_kind = CONTRIBUTORS
    return max(indicator.minimum_pupils, of_kind)
