"""Who is absent: groups of pupils beside the same groups elsewhere, gaps, and composition against rate."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mirrors.definitions import Indicator, load_indicators
from mirrors.store import Snapshot
from mirrors.views.figure import Figure, Status

BREAKDOWNS = ("grade", "track", "sex", "district")
"""The breakdowns a reader may choose among; nothing is ever crossed."""


_TOLD_BY = "A2"
"""The indicator that gaps are told by."""


@dataclass(frozen=True)
class Group:
    """One group of pupils: its figure beside the median of the same group at similar schools.

    `pupils` is rounded to five, None where withheld.
    """

    member: str
    pupils: int | None
    own: Figure
    peer_median: float | None


@dataclass(frozen=True)
class Gap:
    """How many times as high a group's rate is as that of all other pupils, with its 95 % interval."""

    member: str
    ratio: float
    low: float
    high: float


@dataclass(frozen=True)
class Breakdown:
    """The groups of one breakdown by one indicator; only unauthorised absence is told with its `gaps`."""

    name: str
    indicator: Indicator
    groups: tuple[Group, ...]
    gaps: tuple[Gap, ...]

    @property
    def shown(self) -> bool:
        """Whether any group has a figure of its own."""
        return any(group.own.value is not None for group in self.groups)


@dataclass(frozen=True)
class Decomposition:
    """The difference from similar schools (shares), split by Kitagawa (1955).

    `composition` comes from which pupils attend, `rate` from absence within the same groups.
    """

    breakdown: str
    indicator: Indicator
    difference: float
    composition: float
    rate: float


def read_breakdowns(
    snapshot: Snapshot, school_id: str, school_year: str, judged: bool = True
) -> tuple[Breakdown, ...]:
    """Return every breakdown that was published of one school and year, by every indicator.

    Without `judged` (figures that are being checked) no gap between groups is told.
    """
    rows = snapshot.rows("group", school_id=school_id, school_year=school_year)
    gaps = snapshot.rows("gap", school_id=school_id, school_year=school_year) if judged else []
    return tuple(
        Breakdown(
            name,
            load_indicators()[indicator],
            groups,
            tuple(_gaps(gaps, name)) if indicator == _TOLD_BY else (),
        )
        for name in BREAKDOWNS
        for indicator in dict.fromkeys(row["indicator"] for row in rows if row["breakdown"] == name)
        if (groups := tuple(_groups(rows, name, indicator)))
    )


def _groups(rows: list[dict[str, Any]], name: str, indicator: str) -> Iterator[Group]:
    chosen = [row for row in rows if row["breakdown"] == name and row["indicator"] == indicator]
    decimals = 0 if load_indicators()[indicator].counts_pupils else 1
    for row in sorted(chosen, key=lambda row: _in_order(row["member"])):
        figure = Figure(row["value"], row["low"], row["high"], Status(row["status"]), decimals)
        pupils = None if row["pupils"] is None else int(row["pupils"])
        yield Group(row["member"], pupils, figure, row["peer_median"])


_TRACKS = ("general", "dual", "labour")


def _in_order(member: str) -> tuple[object, ...]:
    """Sort P1..P6 before S1, S10 after S9, and tracks as schools list them."""
    track = _TRACKS.index(member) if member in _TRACKS else len(_TRACKS)
    return (track, *((not part.isdigit(), part.zfill(4)) for part in re.findall(r"\d+|\D+", member)))


def _gaps(rows: list[dict[str, Any]], name: str) -> Iterator[Gap]:
    for row in sorted(rows, key=lambda row: _in_order(row["member"])):
        bounds = (row["ratio"], row["low"], row["high"])
        if row["breakdown"] == name and row["status"] == Status.EXACT and None not in bounds:
            yield Gap(row["member"], *bounds)


def read_decompositions(snapshot: Snapshot, school_id: str, school_year: str) -> tuple[Decomposition, ...]:
    """Return how the differences from similar schools divide, for what was published."""
    rows = snapshot.rows("decomposition", school_id=school_id, school_year=school_year)
    return tuple(
        Decomposition(
            row["breakdown"],
            load_indicators()[row["indicator"]],
            row["difference"],
            row["composition"],
            row["rate"],
        )
        for row in sorted(rows, key=lambda row: (row["indicator"], BREAKDOWNS.index(row["breakdown"])))
        if row["status"] == Status.EXACT
    )
