"""Under which rules a snapshot is made, and what of which school is told more coarsely or not at all."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from mirrors.benchmark.alarm import SchoolYears, among
from mirrors.benchmark.panel import Bools, Floats
from mirrors.definitions import Indicator
from mirrors.disclosure.rules import COARSER, Rules

WHOLE_SCHOOL, BANDS, STEPS = "whole", "band", "step"
"""The counts of pupils of the whole school over a threshold, its bands of absence, and its follow-up."""

RATE = "A2"
"""The rate that bounds how many pupils can be in the bands of the same absence."""


@dataclass(frozen=True)
class Protection:
    """The rules, and the breakdowns that one school and year needs more care with.

    `coarser` and `dropped` hold school-years by breakdown: a breakdown of groups by its own name, the others
    as `WHOLE_SCHOOL`, `BANDS` and `STEPS`.
    """

    rules: Rules = field(default_factory=Rules)
    coarser: dict[str, SchoolYears] = field(default_factory=dict)
    dropped: dict[str, SchoolYears] = field(default_factory=dict)

    def count_steps(self, rows: pd.DataFrame, breakdown: str) -> Floats:
        """Return the step, (rows,), that every row's counts of pupils are told in."""
        chosen = among(rows, self.coarser.get(breakdown, set()))
        return np.where(chosen, COARSER * self.rules.count_step, self.rules.count_step).astype(float)

    def drops(self, rows: pd.DataFrame, breakdown: str) -> Bools:
        """Return which rows, (rows,), are of a breakdown that is not told at all."""
        return np.asarray(among(rows, self.dropped.get(breakdown, set())))

    def tightened(self, coarser: dict[str, SchoolYears], dropped: dict[str, SchoolYears]) -> "Protection":
        """Return the same with more school-years told more coarsely, and not at all."""
        return replace(self, coarser=_joined(self.coarser, coarser), dropped=_joined(self.dropped, dropped))


def breakdown_of(indicator: Indicator) -> str:
    """Return the breakdown that the pupils of a figure of the whole school are counted in, or ""."""
    if indicator.kind == "prevalence":
        return WHOLE_SCHOOL
    return STEPS if indicator.counted.step and indicator.counts_pupils else ""


def tells_pupils(indicator: Indicator) -> bool:
    """Return whether figures of the whole school tell how many pupils were absent, and not only how much."""
    return indicator.id == RATE or indicator.kind == "prevalence"


def _joined(one: dict[str, SchoolYears], other: dict[str, SchoolYears]) -> dict[str, SchoolYears]:
    return {name: one.get(name, set()) | other.get(name, set()) for name in {*one, *other}}


STANDARD = Protection()
