"""The figures every page is made of: one value with its doubt, and one comparison with its verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mirrors.definitions import Indicator


class Status(StrEnum):
    """Why a figure can be read as it stands, or why there is none."""

    EXACT = "exact"
    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    MISSING = "missing"
    NOT_ASKED = "not_asked"
    TOO_SMALL = "too_small"
    REJECTED = "rejected"


class Verdict(StrEnum):
    """Own value against similar schools; higher and lower only when the interval excludes them."""

    LOWER = "lower"
    SIMILAR = "similar"
    HIGHER = "higher"
    UNKNOWN = "unknown"


class Against(StrEnum):
    """What a school's figures are set beside."""

    PEERS = "peers"
    EXPECTED = "expected"
    CITY = "city"
    PAST = "past"


@dataclass(frozen=True)
class Figure:
    """A value as it may be shown.

    Shares are 0..1 and already rounded; `decimals` is what to print (of the percentage, for shares), and
    HALVES for what is known to halves.
    `low` and `high` bound the 95 % interval. `value` is None unless the status is a bound or exact.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    status: Status = Status.EXACT
    decimals: float = 1


@dataclass(frozen=True)
class PeerFigures:
    """What a school may know of its peers: how many, their median and their middle half."""

    count: int
    median: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Reference:
    """Something other than similar schools that a figure is set beside, with the verdict against it.

    `low` and `high` bound its 95 % interval, where it has one; `school_year` is that of an own past figure.
    """

    value: float
    low: float | None = None
    high: float | None = None
    verdict: Verdict = Verdict.UNKNOWN
    school_year: str | None = None


@dataclass(frozen=True)
class Pooled:
    """The figure of several school years together, for a school that is too small for one."""

    own: Figure
    school_years: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """One indicator of one school and year beside its peers and its expected value.

    `pooled` stands in where the own year has too few pupils; `beside` holds what else it is set beside.
    Figures that are being checked are not `judged`.
    """

    indicator: Indicator
    own: Figure
    expected: float | None
    peers: PeerFigures
    verdict: Verdict
    pooled: Pooled | None = None
    beside: Mapping[Against, Reference] = field(default_factory=dict)
    judged: bool = True

    @property
    def shown(self) -> Figure:
        """The own figure, or that of several years together where there is one instead."""
        return self.pooled.own if self.pooled is not None else self.own

    @property
    def is_known(self) -> bool:
        """Whether anything is known: an own figure, one of several years, or one of similar schools."""
        return self.shown.value is not None or self.peers.median is not None

    @property
    def lies_outside(self) -> bool:
        """Whether a figure without a margin of chance lies outside the middle half of similar schools."""
        own, peers = self.own, self.peers
        if not self.judged or own.status is not Status.EXACT or own.value is None or own.low is not None:
            return False
        return peers.low is not None and peers.high is not None and not peers.low <= own.value <= peers.high

    def verdict_against(self, against: Against) -> Verdict:
        """Return the verdict against what a reader chose to compare with."""
        if against is Against.PEERS:
            return self.verdict
        reference = self.beside.get(against)
        return Verdict.UNKNOWN if reference is None else reference.verdict


def read_figure(row: dict[str, Any]) -> Figure:
    """Return the own figure in a row of the snapshot's `figure` table."""
    return Figure(row["value"], row["low"], row["high"], Status(row["status"]), row["decimals"])


def read_peers(row: dict[str, Any]) -> PeerFigures:
    """Return the peers' figures in a row of the snapshot's `figure` table."""
    return PeerFigures(int(row["peers"]), row["peer_median"], row["peer_low"], row["peer_high"])
