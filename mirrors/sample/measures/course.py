"""The course of pupils through school: years behind, certificates, moves, exclusions."""

import numpy as np

from mirrors.sample.arrays import Flags
from mirrors.sample.measures.year import Count, Year
from mirrors.sample.pupils import CHANGED, LEFT, REPEATED
from mirrors.sample.schools import TRACKS
from mirrors.sample.timetable import MONTHS, REFERENCE_MONTH


def course(rng: np.random.Generator, year: Year) -> dict[str, Count]:
    """Measures of trajectories; primary schools know only who is behind and who came or left."""
    roll, here = year.record.roll, year.record.reference
    counts = {
        "delayed": _of_all(year, here & (roll.behind > 0)),
        "moved_in": _of_all(year, (roll.first > REFERENCE_MONTH) & year.record.enrolled.any(axis=1)),
        "moved_out": _of_all(year, here & (roll.last < len(MONTHS) - 1)),
    }
    secondary = {
        **_certificates(rng, year),
        **_finalities(rng, year),
        "excluded": _of_all(year, here & (rng.random(len(here)) < 0.004)),
        "unknown_destination": _destinations(rng, year),
    }
    return counts | {name: _only_secondary(year, count) for name, count in secondary.items()}


def _of_all(year: Year, chosen: Flags) -> Count:
    return Count(np.minimum(year.pupils(chosen), year.base), year.base, year.base)


def _only_secondary(year: Year, count: Count) -> Count:
    return Count(count.part, np.where(year.schools.secondary, count.whole, 0), count.pupils)


def _certificates(rng: np.random.Generator, year: Year) -> dict[str, Count]:
    """A for who goes on as planned, B for who must change track, C for who repeats; leavers have none."""
    outcome, there = year.record.outcome, year.record.reference & (year.record.outcome != LEFT)
    everyone = year.pupils(there)
    failed = there & (outcome == REPEATED)
    limited = there & ~failed & ((outcome == CHANGED) | (rng.random(len(there)) < 0.04))
    groups = {"attest_a": there & ~failed & ~limited, "attest_b": limited, "attest_c": failed}
    return {name: Count(year.pupils(chosen), everyone, everyone) for name, chosen in groups.items()}


def _finalities(rng: np.random.Generator, year: Year) -> dict[str, Count]:
    """Who changes track goes towards work; from the last one, some go the other way."""
    outcome, track = year.record.outcome, year.record.roll.track
    stayed = year.record.reference & (outcome != LEFT)
    changed = stayed & (outcome == CHANGED)
    lower = changed & (track < len(TRACKS) - 1)
    higher = changed & ~lower & (rng.random(len(changed)) < 0.5)
    everyone = year.pupils(stayed)
    return {
        "to_lower_finality": Count(year.pupils(lower), everyone, everyone),
        "to_higher_finality": Count(year.pupils(higher), everyone, everyone),
    }


def _destinations(rng: np.random.Generator, year: Year) -> Count:
    moved = year.record.roll.last < len(MONTHS) - 1
    leavers = year.pupils(year.record.reference & (moved | (year.record.outcome == LEFT)))
    return Count(rng.binomial(leavers, 0.12), leavers, leavers)
