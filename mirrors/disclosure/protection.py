"""Under which rules a snapshot is made, and what of which school is told more coarsely or not at all."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from mirrors.benchmark.alarm import SchoolYears, among
from mirrors.benchmark.panel import Bools, Floats
from mirrors.definitions import Indicator
from mirrors.disclosure.own import counts_heads
from mirrors.disclosure.rules import COARSER, Rules

WHOLE_SCHOOL, BANDS, STEPS = "whole", "band", "step"
"""The counts of pupils of the whole school over a threshold, its bands of absence, and its follow-up."""

RATES = "rate"
"""How much unauthorised absence there was: few half-days are those of few pupils."""

COUNTED = "counted"
"""Measures and outcomes that count pupils."""

OF_UNITS = ("rate", "per_100_pupils")
"""Kinds of indicators that tell how many units were missed."""


@dataclass(frozen=True)
class Protection:
    """The rules, and the breakdowns that one school and year needs more care with.

    `coarser` and `dropped` hold school-years by breakdown: a breakdown of groups by its own name, the others
    as `WHOLE_SCHOOL`, `BANDS`, `STEPS`, `RATES` and `COUNTED`.
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
    """Return what a figure of the whole school is of, by the names that care is taken under, or ""."""
    if indicator.kind == "prevalence":
        return WHOLE_SCHOOL
    if is_rate_of_a_kind(indicator):
        return RATES
    if indicator.counted.step and indicator.counts_pupils:
        return STEPS
    return COUNTED if counts_single_pupils(indicator) else ""


def counts_single_pupils(indicator: Indicator) -> bool:
    """Return whether providers counted pupils for an indicator, or what happens to few of them."""
    return indicator.kind == "share_of_pupils" or counts_heads(indicator)


def is_rate_of_a_kind(indicator: Indicator) -> bool:
    """Return whether an indicator tells how many units of some kinds of absence were missed, not of all.

    From those of all kinds but one, and those of all, the last one follows.
    """
    return indicator.kind in OF_UNITS and "any" not in indicator.counted.categories


def tells_pupils(indicator: Indicator) -> bool:
    """Return whether figures of the whole school tell of numbers of pupils, or of the units they missed."""
    return indicator.kind in (*OF_UNITS, "prevalence") or counts_single_pupils(indicator)


def _joined(one: dict[str, SchoolYears], other: dict[str, SchoolYears]) -> dict[str, SchoolYears]:
    return {name: one.get(name, set()) | other.get(name, set()) for name in {*one, *other}}


STANDARD = Protection()
