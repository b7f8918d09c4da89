"""The city as a whole: what changed, how absence is spread, and how complete the data are."""

from dataclasses import dataclass

from mirrors.definitions import Indicator
from mirrors.definitions.reading import Texts
from mirrors.views.figure import Figure


@dataclass(frozen=True)
class CityPoint:
    """One indicator of all schools pooled, in one year."""

    school_year: str
    figure: Figure
    numerator: float | None
    denominator: float | None
    schools: int
    break_reason: Texts | None


@dataclass(frozen=True)
class CityTrend:
    """One headline indicator over the years, pooled over all schools."""

    indicator: Indicator
    points: tuple[CityPoint, ...]
    series_restarts: tuple[str, ...]


@dataclass(frozen=True)
class CityKinds:
    """Absence by category, pooled, one year: category -> share of possible time."""

    school_year: str
    shares: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Spread:
    """How an indicator is spread over schools: nine deciles, never a school.

    `deciles` are shares (10 % .. 90 %), rounded; empty when fewer than 20 schools have a figure.
    """

    indicator: Indicator
    school_type: str
    schools: int
    deciles: tuple[float, ...]


@dataclass(frozen=True)
class CityCompleteness:
    """How many schools delivered, and how many of them completely, in one year."""

    school_year: str
    schools: int
    complete: int
    incomplete: int
    missing_since_last_year: int
    alarms: int


@dataclass(frozen=True)
class CityView:
    """Everything the City page shows for one school year."""

    school_year: str
    break_reason: Texts | None
    trends: tuple[CityTrend, ...]
    kinds: CityKinds | None
    spreads: tuple[Spread, ...]
    completeness: tuple[CityCompleteness, ...]
    listed: tuple[tuple[str, int], ...]
    unavailable: tuple[tuple[Indicator, str], ...]
