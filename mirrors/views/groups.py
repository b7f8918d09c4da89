"""Who is absent: groups of pupils beside the same groups elsewhere, gaps, and composition against rate."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mirrors.definitions import HALVES, Indicator, Jurisdiction, load_indicators
from mirrors.store import Snapshot
from mirrors.views.beside import year_before
from mirrors.views.figure import Against, Figure, Status

BREAKDOWNS = ("grade", "track", "sex", "district")
"""The breakdowns a reader may choose among; nothing is ever crossed."""


_TOLD_BY = "A2"
"""The indicator that gaps are told by."""

_ALIKE = "alike"
"""The status of a gap between rates that are shown as about equal."""


@dataclass(frozen=True)
class Group:
    """One group of pupils: its figure beside the median of the same group at similar schools.

    `pupils` is rounded to five, None where withheld. `city` is the same group in all schools together, `past`
    the same group here in the year before.
    """

    member: str
    pupils: int | None
    own: Figure
    peer_median: float | None
    city: float | None = None
    past: Figure | None = None

    def beside(self, against: Against) -> float | None:
        """Return what the group is set beside; None where nobody knows."""
        past = None if self.past is None else self.past.value
        return {Against.PEERS: self.peer_median, Against.CITY: self.city, Against.PAST: past}.get(against)


@dataclass(frozen=True)
class Gap:
    """How many times as high a group's rate is as that of all other pupils, with its 95 % interval."""

    member: str
    ratio: float
    low: float
    high: float


@dataclass(frozen=True)
class Breakdown:
    """The groups of one breakdown by one indicator; only unauthorised absence is told with its `gaps`.

    It is `compared` where groups were set beside all other pupils, also when none differs by enough to have a
    gap. `past_year` is the year before, where the two can be compared.
    """

    name: str
    indicator: Indicator
    groups: tuple[Group, ...]
    gaps: tuple[Gap, ...]
    past_year: str | None = None
    compared: bool = False

    @property
    def shown(self) -> bool:
        """Whether any group has a figure of its own."""
        return any(group.own.value is not None for group in self.groups)

    def knows(self, against: Against) -> bool:
        """Whether any group has something of this kind to be set beside."""
        return any(group.beside(against) is not None for group in self.groups)


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
    snapshot: Snapshot, school_id: str, school_year: str, jurisdiction: Jurisdiction, judged: bool = True
) -> tuple[Breakdown, ...]:
    """Return every breakdown that was published of one school and year, by every indicator.

    Without `judged` (figures that are being checked) no gap between groups is told.
    """
    rows = snapshot.rows("group", school_id=school_id, school_year=school_year)
    gaps = snapshot.rows("gap", school_id=school_id, school_year=school_year) if judged else []
    city = {_key(row): row["value"] for row in snapshot.rows("city_group", school_year=school_year)}
    indicators = dict.fromkeys(row["indicator"] for row in rows)
    before = {key: year_before(snapshot, school_year, jurisdiction, key) for key in indicators}
    earlier = {
        year: {_key(row): row for row in snapshot.rows("group", school_id=school_id, school_year=year)}
        for year in set(before.values())
        if year is not None
    }
    return tuple(
        Breakdown(
            name,
            load_indicators()[indicator],
            groups,
            tuple(_gaps(gaps, name)) if indicator == _TOLD_BY else (),
            before[indicator],
            indicator == _TOLD_BY and any(row["breakdown"] == name and _set_beside(row) for row in gaps),
        )
        for name in BREAKDOWNS
        for indicator in indicators
        if (groups := tuple(_groups(rows, name, indicator, city, earlier.get(before[indicator] or "", {}))))
    )


def _key(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["indicator"], row["breakdown"], row["member"]


def _groups(
    rows: list[dict[str, Any]],
    name: str,
    indicator: str,
    city: dict[tuple[str, str, str], float],
    earlier: dict[tuple[str, str, str], dict[str, Any]],
) -> Iterator[Group]:
    chosen = [row for row in rows if row["breakdown"] == name and row["indicator"] == indicator]
    decimals = 0 if load_indicators()[indicator].counts_pupils else HALVES
    for row in sorted(chosen, key=lambda row: _in_order(row["member"])):
        pupils = None if row["pupils"] is None else int(row["pupils"])
        own, before = _figure(row, decimals), earlier.get(_key(row))
        both = before is not None and {own.status, before["status"]} == {Status.EXACT}
        past = _figure(before, decimals) if before is not None and both else None
        yield Group(row["member"], pupils, own, row["peer_median"], city.get(_key(row)), past)


def _figure(row: dict[str, Any], decimals: float) -> Figure:
    return Figure(row["value"], row["low"], row["high"], Status(row["status"]), decimals)


_TRACKS = ("general", "dual", "labour")


def _in_order(member: str) -> tuple[object, ...]:
    """Sort P1..P6 before S1, S10 after S9, and tracks as schools list them."""
    track = _TRACKS.index(member) if member in _TRACKS else len(_TRACKS)
    return (track, *((not part.isdigit(), part.zfill(4)) for part in re.findall(r"\d+|\D+", member)))


def _set_beside(gap: dict[str, Any]) -> bool:
    return gap["status"] in (Status.EXACT, _ALIKE)


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
