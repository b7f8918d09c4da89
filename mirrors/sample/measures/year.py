"""One school year as the measures see it, and a measure of every school."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mirrors.sample.absence import B, YearRecord
from mirrors.sample.arrays import Flags, Floats, Ints, group_sums
from mirrors.sample.measures.ways import Ways
from mirrors.sample.schools import Schools


@dataclass(frozen=True)
class Count:
    """A measure of n schools: part, whole and the pupils it rests on, (n,) each; no whole, no measure."""

    part: Ints | Floats
    whole: Ints | Floats
    pupils: Ints


@dataclass(frozen=True)
class Year:
    """One school year of n schools.

    `steps` are the pupils at each threshold and step of the follow-up (n, 4, 5) and `days` how long the steps
    after the lowest threshold took (n, 5); `late` the late arrivals of each school (n,).
    """

    schools: Schools
    record: YearRecord
    ways: Ways
    steps: Ints
    days: Floats
    late: Ints

    @property
    def size(self) -> int:
        """The number of schools."""
        return len(self.schools.school_id)

    @cached_property
    def unauthorised(self) -> Ints:
        """Unauthorised half-days of each pupil in the year."""
        units: Ints = self.record.units[:, :, B].sum(axis=1)
        return units

    @cached_property
    def base(self) -> Ints:
        """Pupils of each school on 1 February, (n,)."""
        return self.pupils(self.record.reference)

    def sums(self, values: Ints) -> Ints:
        """Sum pupils' values (pupils, ...) by school, (n, ...)."""
        return group_sums(self.record.roll.school, self.size, values)

    def pupils(self, chosen: Flags) -> Ints:
        """The number of `chosen` pupils (pupils, ...) by school, (n, ...)."""
        return self.sums(chosen.astype(np.int64))


def likely(logit: Floats) -> Floats:
    """The chance that a logit stands for."""
    chance: Floats = 1 / (1 + np.exp(-logit))
    return chance
