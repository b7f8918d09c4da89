"""The figures every page is made of: one value with its doubt, and one comparison with its verdict."""

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Figure:
    """A value as it may be shown.

    Shares are 0..1 and already rounded; `decimals` is what to print (of the percentage, for shares).
    `low` and `high` bound the 95 % interval. `value` is None unless the status is a bound or exact.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    status: Status = Status.EXACT
    decimals: int = 1


@dataclass(frozen=True)
class PeerFigures:
    """What a school may know of its peers: how many, their median and their middle half."""

    count: int
    median: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Comparison:
    """One indicator of one school and year beside its peers and its expected value."""

    indicator: Indicator
    own: Figure
    expected: float | None
    peers: PeerFigures
    verdict: Verdict


def read_figure(row: dict[str, Any]) -> Figure:
    """Return the own figure in a row of the snapshot's `figure` table."""
    return Figure(row["value"], row["low"], row["high"], Status(row["status"]), int(row["decimals"]))


def read_peers(row: dict[str, Any]) -> PeerFigures:
    """Return the peers' figures in a row of the snapshot's `figure` table."""
    return PeerFigures(int(row["peers"]), row["peer_median"], row["peer_low"], row["peer_high"])
