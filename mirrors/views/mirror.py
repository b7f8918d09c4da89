"""The absenteeism mirror of one school in one school year."""

from dataclasses import dataclass

from mirrors.definitions import Indicator
from mirrors.definitions.reading import Texts
from mirrors.views.figure import Comparison, Figure, PeerFigures


@dataclass(frozen=True)
class TrendPoint:
    """One school year of a series; `break_reason` is set when the year cannot be compared."""

    school_year: str
    own: Figure
    peers: PeerFigures
    expected: float | None
    break_reason: Texts | None


@dataclass(frozen=True)
class ChangeWords:
    """How the latest change is to be worded: direction, and whether it is likely to be real.

    `direction` is "rose", "fell" or "similar"; `certainty` is "clear", "weak" or "none".
    `before` is the own mean of the two years before, `now` this year (shares), both de-noised.
    """

    direction: str
    certainty: str
    before: float
    now: float
    decimals: int


@dataclass(frozen=True)
class Trend:
    """A series over the years with the latest change; `too_few_years` when no change can be judged."""

    indicator: Indicator
    points: tuple[TrendPoint, ...]
    change: ChangeWords | None
    series_restarts: tuple[str, ...]


@dataclass(frozen=True)
class KindOfAbsence:
    """Absence of one category as a share of possible time, beside the peers' median."""

    category: str
    own: Figure
    peer_median: float | None


@dataclass(frozen=True)
class Band:
    """Share of pupils whose absence lies from `at_least` up to `below` (None = open), own and peers.

    A share is None where there are too few pupils to say.
    """

    at_least: float
    below: float | None
    own: float | None
    peers: float | None


@dataclass(frozen=True)
class Bands:
    """Pupils by band of absence; `scale` is "units" or "share", `category` what is counted."""

    category: str
    scale: str
    bands: tuple[Band, ...]


@dataclass(frozen=True)
class FeatureMatch:
    """A context feature: the own value beside the peers' middle half."""

    feature: str
    title: Texts
    percent: bool
    own: float
    low: float
    high: float


@dataclass(frozen=True)
class Match:
    """How alike the peers are: `quality` is "good", "fair", "poor" or "none" with its `reason`.

    `close` of `peers` schools are close on every feature. `reason` is a code when quality is none:
    "too_small", "incomplete", "small_type", "no_context".
    """

    quality: str
    peers: int
    close: int
    reason: str | None
    features: tuple[FeatureMatch, ...]


@dataclass(frozen=True)
class Completeness:
    """How complete a school year's registers are; `alarms` are codes an adviser should check.

    `share` is 0..1 of the months expected. Alarms: "missing_months", "registration_change".
    """

    share: float
    missing_months: tuple[int, ...]
    alarms: tuple[str, ...]


@dataclass(frozen=True)
class SchoolName:
    """A school in a picker: id, name, type."""

    school_id: str
    name: str
    school_type: str


@dataclass(frozen=True)
class MirrorView:
    """Everything the mirror page of one school and year shows."""

    school: SchoolName
    school_year: str
    pupils: int
    unit: str
    comparisons: tuple[Comparison, ...]
    match: Match
    completeness: Completeness
    break_reason: Texts | None
    trends: tuple[Trend, ...]
    kinds: tuple[KindOfAbsence, ...]
    bands: Bands | None
    unavailable: tuple[tuple[Indicator, str], ...]
