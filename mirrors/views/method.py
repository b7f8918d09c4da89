"""How schools are compared, drawn from the same definitions that compute the figures."""

from dataclasses import dataclass

from mirrors.access import Viewer
from mirrors.definitions import Indicator, Jurisdiction, load_indicators
from mirrors.store import Snapshot
from mirrors.views.snapshot import jurisdiction_of


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
    fewest_pupils: int


def method_view(snapshot: Snapshot, viewer: Viewer) -> MethodView:
    """Return the method as used in the snapshot; every viewer may read it."""
    [setting] = snapshot.rows("setting")
    return MethodView(
        jurisdiction=jurisdiction_of(snapshot),
        indicators=tuple(
            IndicatorState(
                load_indicators()[row["indicator"]],
                tuple(year for year in row["school_years"].split(",") if year),
                row["reason"] or None,
            )
            for row in snapshot.rows("availability")
        ),
        **setting,
    )
