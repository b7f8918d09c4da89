"""How schools are compared, drawn from the same definitions that compute the figures."""

from dataclasses import dataclass

from mirrors.definitions import Indicator, Jurisdiction


@dataclass(frozen=True)
class IndicatorState:
    """An indicator with the years it is available in, or the reason it is not."""

    indicator: Indicator
    school_years: tuple[str, ...]
    reason: str | None


@dataclass(frozen=True)
class MethodView:
    """Definitions and settings as used in the snapshot on screen."""

    jurisdiction: Jurisdiction
    indicators: tuple[IndicatorState, ...]
    peers_wanted: int
    peers_fewest: int
    peers_most: int
    gate: float
    gate_three_years: float
    minimum_pupils: int
