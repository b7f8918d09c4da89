"""How a school responds: from the threshold to notification, contact, plan and return."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

from mirrors.definitions import Jurisdiction
from mirrors.store import Snapshot
from mirrors.views.beside import year_before
from mirrors.views.figure import Against, Status, Verdict

STEPS = ("threshold", "notified", "contact", "plan", "returned")
_Z = 1.959964
_MATTERS = 0.10
"""A difference of fewer than ten points in a hundred pupils is not worth a word."""


@dataclass(frozen=True)
class SameStep:
    """The same step elsewhere or in an earlier year: its share, its median of days, and the verdict on it."""

    share: float | None = None
    days: float | None = None
    verdict: Verdict = Verdict.UNKNOWN


@dataclass(frozen=True)
class Step:
    """One step of the follow-up: the share (0..1) of the pupils at the threshold who reached it.

    `pupils` is rounded to five; `days` the median of school days since the step before. `verdict` sets the
    share beside the median of similar schools; `others` holds what else it is set beside.
    """

    step: str
    pupils: int | None
    share: float | None
    status: Status
    days: float | None
    peer_share: float | None
    peer_days: float | None
    verdict: Verdict = Verdict.UNKNOWN
    others: Mapping[Against, SameStep] = field(default_factory=dict)

    def beside(self, against: Against) -> SameStep:
        """Return what the step is set beside, with nothing in it where nobody knows."""
        if against is Against.PEERS:
            return SameStep(self.peer_share, self.peer_days, self.verdict)
        return self.others.get(against, SameStep())


@dataclass(frozen=True)
class Chain:
    """The follow-up of pupils who reached one threshold (units); of several years where one is too few.

    `past_years` are the years before that it is set beside, where they can be compared.
    """

    threshold: int
    steps: tuple[Step, ...]
    school_years: tuple[str, ...]
    past_years: tuple[str, ...] = ()

    def breaks_at(self, against: Against = Against.PEERS) -> Step | None:
        """Return the first step that clearly fewer pupils reach than there."""
        return next((step for step in self.steps if step.beside(against).verdict is Verdict.LOWER), None)

    def knows(self, against: Against) -> bool:
        """Whether any step after the threshold has something of this kind to be set beside."""
        return any(step.beside(against).share is not None for step in self.steps[1:])

    @property
    def shown(self) -> bool:
        """Whether any step after the threshold has a figure."""
        return any(step.share is not None for step in self.steps[1:])


Rows = dict[str, dict[str, Any]]
"""The rows of one chain by step."""


def read_chains(
    snapshot: Snapshot, school_id: str, school_year: str, jurisdiction: Jurisdiction, judged: bool = True
) -> tuple[Chain, ...]:
    """Return the follow-up of one school and year, a chain a threshold, the lowest threshold first.

    Without `judged` (figures that are being checked) no step gets a verdict.
    """
    chains = _by_threshold(snapshot.rows("step", school_id=school_id, school_year=school_year))
    city = _by_threshold(snapshot.rows("city_step", school_year=school_year))
    found = []
    for threshold, rows in sorted(chains.items()):
        years = _years(rows)
        before = year_before(snapshot, years[0] if years else school_year, jurisdiction)
        past = snapshot.rows("step", school_id=school_id, school_year=before, threshold=threshold)
        past_rows = _by_threshold(past).get(threshold, {})
        steps = tuple(_steps(rows, city.get(threshold, {}), past_rows, judged))
        past_years = (_years(past_rows) or (before,)) if before is not None and past_rows else ()
        found.append(Chain(threshold, steps, years, past_years))
    return tuple(found)


def _by_threshold(rows: list[dict[str, Any]]) -> dict[int, Rows]:
    chains: dict[int, Rows] = {}
    for row in rows:
        chains.setdefault(int(row["threshold"]), {})[row["step"]] = row
    return chains


def _years(rows: Rows) -> tuple[str, ...]:
    return tuple(year for year in (next(iter(rows.values()))["pooled"] or "").split(",") if year)


def _steps(rows: Rows, city: Rows, past: Rows, judged: bool) -> Iterator[Step]:
    start = rows.get("threshold", {}).get("pupils")
    for name in STEPS:
        if row := rows.get(name):
            yield Step(
                name,
                None if row["pupils"] is None else int(row["pupils"]),
                row["share"],
                Status(row["status"]),
                row["days"],
                row["peer_share"],
                row["peer_days"],
                beside_share(row["share"], start, row["peer_share"]) if judged else Verdict.UNKNOWN,
                dict(_others(row, start, city, past, judged)) if name != "threshold" else {},
            )


def _others(
    row: dict[str, Any], start: float | None, city: Rows, past: Rows, judged: bool
) -> Iterator[tuple[Against, SameStep]]:
    unknown, share = Verdict.UNKNOWN, row["share"]
    if there := city.get(row["step"]):
        verdict = beside_share(share, start, there["share"]) if judged else unknown
        yield Against.CITY, SameStep(there["share"], None, verdict)
    before = past.get(row["step"])
    if before is not None and {before["status"], row["status"]} == {Status.EXACT}:
        of_past = past.get("threshold", {}).get("pupils")
        verdict = beside_past(share, start, before["share"], of_past) if judged else unknown
        yield Against.PAST, SameStep(before["share"], before["days"], verdict)


def beside_share(share: float | None, pupils: float | None, other: float | None) -> Verdict:
    """Return lower or higher only where the 95 % interval of the own share excludes the other one.

    The difference must also be ten points or more. `pupils` are those at the threshold.
    """
    if share is None or not pupils or other is None:
        return Verdict.UNKNOWN
    low, high = _wilson(share, pupils)
    return _verdict(share - other, low - other, high - other)


def beside_past(
    share: float | None, pupils: float | None, before: float | None, pupils_before: float | None
) -> Verdict:
    """Return lower or higher only where the 95 % intervals of two own shares lie apart: both hold chance.

    The difference must also be ten points or more. Pupils are those at the threshold.
    """
    if share is None or not pupils or before is None or not pupils_before:
        return Verdict.UNKNOWN
    (low, high), (low_before, high_before) = _wilson(share, pupils), _wilson(before, pupils_before)
    return _verdict(share - before, low - high_before, high - low_before)


def _wilson(share: float, pupils: float) -> tuple[float, float]:
    """Return the 95 % interval of a share of so many pupils (Wilson 1927)."""
    centre = (share + _Z**2 / (2 * pupils)) / (1 + _Z**2 / pupils)
    half = _Z * sqrt(share * (1 - share) / pupils + _Z**2 / (4 * pupils**2)) / (1 + _Z**2 / pupils)
    return centre - half, centre + half


def _verdict(difference: float, low: float, high: float) -> Verdict:
    """Return the verdict on a difference that lies between `low` and `high`."""
    if abs(difference) < _MATTERS - 1e-9:
        return Verdict.SIMILAR
    if high < 0:
        return Verdict.LOWER
    return Verdict.HIGHER if low > 0 else Verdict.SIMILAR
