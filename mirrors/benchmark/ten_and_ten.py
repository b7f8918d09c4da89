"""Up to ten schools with excellent results, ten that improved and ten that rose, each clear enough."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from mirrors.benchmark.borrowing import steadied_points
from mirrors.benchmark.change import MATERIAL_POINTS, MATERIAL_SHARE, Change
from mirrors.benchmark.jumps import rate_power
from mirrors.benchmark.level import Level
from mirrors.benchmark.panel import Bools, Floats

LONGEST_LIST = 10
FEWEST_SCHOOLS = 30
EXCELLENT_GATE = 0.90
CHANGE_GATE = 0.70
CHANGE_GATE_THREE_YEARS = 0.75
NO_GATE_PASSES = np.inf
WORTH_A_LOOK = 0.5
"""A weak signal is at least this part of a material change; smaller ones are everyday noise."""

TOWARDS_PER_CENT = 0.3
"""How far the order lies from points (0) towards per cent (1): a point weighs more where few are absent."""


class WhyFewer(StrEnum):
    """Why a list is shorter than ten."""

    TWO_YEARS_ONLY = "two_years_only"
    FEW_CLEAR = "few_clear"
    NOT_ENOUGH_SCHOOLS = "not_enough_schools"
    NO_CONTEXT = "no_context"


@dataclass(frozen=True)
class Excellent:
    """A school clearly below what is expected of it; `points` lie between its two rates."""

    school_id: str
    points: float
    level: float
    expected: float


@dataclass(frozen=True)
class Changed:
    """A school whose lasting rate changed by `points` against similar schools, from `before` to `level`."""

    school_id: str
    points: float
    before: float
    level: float


@dataclass(frozen=True)
class ExcellentList:
    """Schools in order of their identifier, and why there are fewer than ten."""

    clear: tuple[Excellent, ...]
    why_fewer: WhyFewer | None


@dataclass(frozen=True)
class ChangeList:
    """Clear changes in one direction, weak signals filling up to ten, and why fewer than ten are clear.

    Both are in order of the school's identifier, so that no order of size or certainty leaks.
    """

    clear: tuple[Changed, ...]
    weak: tuple[Changed, ...]
    why_fewer: WhyFewer | None


@dataclass(frozen=True)
class Lists:
    """The three lists of one indicator in one school year. A school may be both excellent and improved."""

    excellent: ExcellentList
    improved: ChangeList
    rose: ChangeList


def choose(change: Change, level: Level | None, rate: Change | None = None) -> Lists:
    """Return the three lists.

    Without a level against context nobody is excellent: against the type alone it would be the schools
    with the easiest intake. `rate` is the change of the rate of the same absences, for a share of pupils
    beyond a threshold. Raises ValueError when `change` and `level` are about different schools, or `change`
    and `rate` about different years.
    """
    if level is not None and change.school_ids != level.school_ids:
        raise ValueError("change and level must be about the same schools")
    return Lists(
        excellent=_excellent(level),
        improved=_changed(change, -1, change.p_fall, rate),
        rose=_changed(change, 1, change.p_rise, rate),
    )


def gates(change: Change) -> Floats:
    """Return the probability each school must reach, (schools,): higher with three years, none with two."""
    return np.select(
        [change.years_used > 3, change.years_used == 3],
        [CHANGE_GATE, CHANGE_GATE_THREE_YEARS],
        default=NO_GATE_PASSES,
    )


def importance(change: Change, rate: Change | None = None) -> Floats:
    """Return what orders the lists, (schools,): expected points, a point weighing more where the rate is low.

    Points times (p(1-p)/.07)^-0.3 with p this year's rate without noise; the sign is that of the points. Of a
    share of pupils beyond a threshold, points are steadied by the change of the rate of the same absences.
    """
    points = change.points if rate is None else steadied_points(change, rate)
    return np.asarray(points * rate_power(change.level, -TOWARDS_PER_CENT))


def _excellent(level: Level | None) -> ExcellentList:
    if level is None:
        return ExcellentList((), WhyFewer.NO_CONTEXT)
    if level.eligible.sum() < FEWEST_SCHOOLS:
        return ExcellentList((), WhyFewer.NOT_ENOUGH_SCHOOLS)
    chosen = _largest(-level.level, level.p_better >= EXCELLENT_GATE, LONGEST_LIST)
    clear = [
        Excellent(
            school_id=level.school_ids[school],
            points=float(level.rate[school] - level.expected[school]),
            level=float(level.rate[school]),
            expected=float(level.expected[school]),
        )
        for school in chosen
    ]
    why = WhyFewer.FEW_CLEAR if len(clear) < LONGEST_LIST else None
    return ExcellentList(tuple(sorted(clear, key=lambda school: school.school_id)), why)


def _changed(change: Change, sign: int, certainty: Floats, rate: Change | None) -> ChangeList:
    """Return the list of schools that rose (1) or fell (-1)."""
    if change.eligible.sum() < FEWEST_SCHOOLS:
        return ChangeList((), (), WhyFewer.NOT_ENOUGH_SCHOOLS)
    size, order = sign * change.points, sign * importance(change, rate)
    in_direction = change.eligible & (np.nan_to_num(size) > 0)
    passes = np.nan_to_num(certainty) >= gates(change)
    clear = _largest(order, in_direction & passes, LONGEST_LIST)
    worth = np.nan_to_num(size) >= WORTH_A_LOOK * np.maximum(MATERIAL_POINTS, MATERIAL_SHARE * change.before)
    weak = _largest(order, in_direction & worth & ~passes, LONGEST_LIST - len(clear))
    return ChangeList(_cards(change, clear), _cards(change, weak), _why_fewer(change, len(clear)))


def _largest(size: Floats, allowed: Bools, most: int) -> list[int]:
    """Return the positions of the largest allowed sizes, ties in the order of the schools."""
    candidates = np.flatnonzero(allowed)
    order = np.argsort(-size[candidates], kind="stable")
    return [int(school) for school in candidates[order[:most]]]


def _cards(change: Change, schools: list[int]) -> tuple[Changed, ...]:
    cards = [
        Changed(
            school_id=change.school_ids[school],
            points=float(change.points[school]),
            before=float(change.before[school]),
            level=float(change.level[school]),
        )
        for school in schools
    ]
    return tuple(sorted(cards, key=lambda card: card.school_id))


def _why_fewer(change: Change, clear: int) -> WhyFewer | None:
    if clear == LONGEST_LIST:
        return None
    only_two = change.years_used[change.eligible].max() <= 2
    return WhyFewer.TWO_YEARS_ONLY if only_two else WhyFewer.FEW_CLEAR
