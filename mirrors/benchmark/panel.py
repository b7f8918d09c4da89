"""One indicator's counts for all schools over consecutive comparable school years."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FEWEST_PUPILS = 30
LARGEST_ROLL_CHANGE = 0.5
LARGEST_ABSENCE_SHARE = 0.8


class Exclusion(StrEnum):
    """Why a school takes no part in the comparison of the target year with the year before."""

    OPEN_ALARM = "open_alarm"
    MISSING_YEAR = "missing_year"
    TOO_SMALL = "too_small"
    IMPLAUSIBLE = "implausible"
    ROLL_CHANGED = "roll_changed"


@dataclass(frozen=True, eq=False)
class Panel:
    """Counts of one indicator, one row per school and one column per school year, oldest first.

    `absent` out of `possible` is the indicator's share: half-days absent out of possible half-days, or
    pupils over a threshold out of pupils counted. NaN means missing. The last year is the target year T.
    `context` has no missing values. A `blocked` school has an open data alarm and takes no part anywhere.
    `most` is the largest plausible share (1.0 for shares of pupils). Raises ValueError when shapes disagree.
    """

    school_ids: tuple[str, ...]
    years: tuple[str, ...]
    absent: Floats
    possible: Floats
    pupils: Floats
    school_type: NDArray[np.str_]
    context: Floats | None
    blocked: Bools
    most: float = LARGEST_ABSENCE_SHARE

    def __post_init__(self) -> None:
        """Refuse arrays that do not describe the same schools and years."""
        shape = (len(self.school_ids), len(self.years))
        if len(self.years) < 2:
            raise ValueError("a panel needs at least two school years")
        if any(counts.shape != shape for counts in (self.absent, self.possible, self.pupils)):
            raise ValueError(f"counts must have the shape (schools, years) = {shape}")
        if self.school_type.shape != shape[:1] or self.blocked.shape != shape[:1]:
            raise ValueError(f"school_type and blocked must have the shape {shape[:1]}")
        if self.context is not None and self.context.shape[:2] != shape:
            raise ValueError(f"context must have the shape (schools, years, features), starting with {shape}")
        if self.context is not None and np.isnan(self.context).any():
            raise ValueError("context must have no missing values")

    @cached_property
    def present(self) -> Bools:
        """School-years for which all three counts exist, (schools, years)."""
        return ~(np.isnan(self.absent) | np.isnan(self.possible) | np.isnan(self.pupils))

    @cached_property
    def large(self) -> Bools:
        """School-years with enough pupils to say anything, (schools, years)."""
        return self.pupils >= FEWEST_PUPILS

    @cached_property
    def plausible(self) -> Bools:
        """School-years whose share is possible, (schools, years)."""
        return (self.possible > 0) & (self.absent >= 0) & (self.absent <= self.most * self.possible)

    @cached_property
    def usable(self) -> Bools:
        """School-years that may enter a model: present, large, plausible and without an open alarm."""
        return self.present & self.large & self.plausible & ~self.blocked[:, None]

    @cached_property
    def y(self) -> Floats:
        """Log-odds of the share with half a unit added to both sides, NaN where not usable."""
        odds = np.full(self.absent.shape, np.nan)
        absent, possible = self.absent[self.usable], self.possible[self.usable]
        odds[self.usable] = np.log((absent + 0.5) / (possible - absent + 0.5))
        return odds

    @cached_property
    def usual_rate(self) -> Floats:
        """Each school's share over all its usable years together, (schools,), NaN without any."""
        absent = np.where(self.usable, self.absent, 0.0).sum(axis=1)
        possible = np.where(self.usable, self.possible, 0.0).sum(axis=1)
        return np.asarray(absent / np.where(possible > 0, possible, np.nan))

    @cached_property
    def roll_changed(self) -> Bools:
        """Schools whose roll moved by more than half between T-1 and T, (schools,)."""
        moved = np.abs(self.pupils[:, -1] - self.pupils[:, -2])
        return moved > LARGEST_ROLL_CHANGE * self.pupils[:, -2]

    @cached_property
    def eligible(self) -> Bools:
        """Schools whose target year can be compared with the year before, (schools,)."""
        return np.array([reason is None for reason in exclusions(self)], dtype=bool)


def exclusions(panel: Panel) -> tuple[Exclusion | None, ...]:
    """Return, per school, the first reason it is left out of the comparison of T with T-1, or None."""
    reasons = [
        (Exclusion.OPEN_ALARM, panel.blocked),
        (Exclusion.MISSING_YEAR, _fails(panel.present)),
        (Exclusion.TOO_SMALL, _fails(panel.large)),
        (Exclusion.IMPLAUSIBLE, _fails(panel.plausible)),
        (Exclusion.ROLL_CHANGED, panel.roll_changed),
    ]
    return tuple(
        next((reason for reason, applies in reasons if applies[school]), None)
        for school in range(len(panel.school_ids))
    )


def _fails(holds: Bools) -> Bools:
    """Return the schools for which something does not hold in both T-1 and T, (schools,)."""
    return ~(holds[:, -2] & holds[:, -1])
