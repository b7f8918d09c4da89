"""How a school responds: from the threshold to notification, contact, plan and return."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Any

from mirrors.store import Snapshot
from mirrors.views.figure import Status, Verdict

STEPS = ("threshold", "notified", "contact", "plan", "returned")
_Z = 1.959964
_MATTERS = 0.10
"""A difference of fewer than ten points in a hundred pupils is not worth a word."""


@dataclass(frozen=True)
class Step:
    """One step of the follow-up: the share (0..1) of the pupils at the threshold who reached it.

    `pupils` is rounded to five; `days` the median of school days since the step before. `verdict` sets the
    share beside the median of similar schools.
    """

    step: str
    pupils: int | None
    share: float | None
    status: Status
    days: float | None
    peer_share: float | None
    peer_days: float | None
    verdict: Verdict = Verdict.UNKNOWN


@dataclass(frozen=True)
class Chain:
    """The follow-up of pupils who reached one threshold (units); of several years where one is too few."""

    threshold: int
    steps: tuple[Step, ...]
    school_years: tuple[str, ...]

    @property
    def breaks_at(self) -> Step | None:
        """The first step that clearly fewer pupils reach than at similar schools."""
        return next((step for step in self.steps if step.verdict is Verdict.LOWER), None)

    @property
    def shown(self) -> bool:
        """Whether any step after the threshold has a figure."""
        return any(step.share is not None for step in self.steps[1:])


def read_chains(
    snapshot: Snapshot, school_id: str, school_year: str, judged: bool = True
) -> tuple[Chain, ...]:
    """Return the follow-up of one school and year, a chain a threshold, the lowest threshold first.

    Without `judged` (figures that are being checked) no step gets a verdict.
    """
    rows = snapshot.rows("step", school_id=school_id, school_year=school_year)
    return tuple(
        Chain(int(threshold), tuple(_steps(chosen, judged)), _years(chosen))
        for threshold in sorted({row["threshold"] for row in rows})
        if (chosen := [row for row in rows if row["threshold"] == threshold])
    )


def _years(rows: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(year for year in (rows[0]["pooled"] or "").split(",") if year)


def _steps(rows: list[dict[str, Any]], judged: bool) -> Iterator[Step]:
    by_step = {row["step"]: row for row in rows}
    start = by_step.get("threshold", {}).get("pupils")
    for name in STEPS:
        if row := by_step.get(name):
            yield Step(
                name,
                None if row["pupils"] is None else int(row["pupils"]),
                row["share"],
                Status(row["status"]),
                row["days"],
                row["peer_share"],
                row["peer_days"],
                beside_peers(row["share"], start, row["peer_share"]) if judged else Verdict.UNKNOWN,
            )


def beside_peers(share: float | None, pupils: float | None, peer_share: float | None) -> Verdict:
    """Return lower or higher only where the Wilson (1927) 95 % interval excludes the peers' median.

    The difference must also be ten points or more. `pupils` are those at the threshold.
    """
    if share is None or not pupils or peer_share is None:
        return Verdict.UNKNOWN
    centre = (share + _Z**2 / (2 * pupils)) / (1 + _Z**2 / pupils)
    half = _Z * sqrt(share * (1 - share) / pupils + _Z**2 / (4 * pupils**2)) / (1 + _Z**2 / pupils)
    if abs(share - peer_share) < _MATTERS - 1e-9:
        return Verdict.SIMILAR
    if centre + half < peer_share:
        return Verdict.LOWER
    return Verdict.HIGHER if centre - half > peer_share else Verdict.SIMILAR
