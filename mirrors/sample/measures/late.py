"""Who comes late, how late, and what follows."""

import numpy as np

from mirrors.sample.absence import B
from mirrors.sample.arrays import Flags, Ints
from mirrors.sample.measures.year import Count, Year, likely
from mirrors.sample.process import THRESHOLD

TERMS = 3
OFTEN, VERY_OFTEN = 5, 10


def lateness(rng: np.random.Generator, year: Year) -> dict[str, Count]:
    """Measures of the late arrivals that `lateness` counts, dealt over the pupils of 1 February."""
    lates = _dealt(rng, year)
    most = rng.multinomial(lates, [1 / TERMS] * TERMS).max(axis=1)
    often = lates >= OFTEN
    timed = rng.binomial(year.late, 0.9)
    minutes = np.rint(2 * 9 * np.exp(year.ways.minutes + rng.normal(0, 0.05, year.size))) / 2
    pupils = year.pupils(lates > 0)
    after = often & (year.unauthorised >= THRESHOLD) & (rng.random(len(lates)) < 0.6)
    return {
        "late_5": _share(year, most >= OFTEN),
        "late_10": _share(year, most >= VERY_OFTEN),
        "late_minutes": Count(minutes, (timed > 0).astype(np.int64), pupils),
        "late_long": Count(rng.binomial(timed, likely(2.5 * year.ways.minutes - 2.3)), timed, pupils),
        "late_unexcused": Count(
            rng.binomial(year.late, likely(0.9 - 0.5 * year.ways.registers)), year.late, pupils
        ),
        "late_then_absent": Count(year.pupils(after), year.pupils(often), year.pupils(often)),
    }


def _share(year: Year, chosen: Flags) -> Count:
    return Count(year.pupils(chosen), year.base, year.base)


def _dealt(rng: np.random.Generator, year: Year) -> Ints:
    """Late arrivals of each pupil: a few have most, and those who stay away come late oftener."""
    roll, counted = year.record.roll, year.record.reference
    weight = rng.gamma(0.7, 1, len(counted)) * np.exp(0.35 * roll.frailty[:, B]) * counted
    lates = np.zeros(len(counted), dtype=np.int64)
    for school, events in enumerate(year.late):
        mine = np.flatnonzero((roll.school == school) & counted)
        if len(mine):
            lates[mine] = rng.multinomial(events, weight[mine] / weight[mine].sum())
    return lates
