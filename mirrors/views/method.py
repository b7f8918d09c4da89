"""How schools are compared, drawn from the same definitions that compute the figures."""

from dataclasses import dataclass
from typing import Any

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
class CheckOfExpected:
    """How one check of expected values came out for one indicator in the latest school year.

    `check` is "slope", "oe_context", "oe_size", "oe_type" or "coverage". `lowest` and `highest` are those of
    the groups checked; the goal is from `goal_low` to `goal_high`; `holds` says whether all groups reach it.
    """

    indicator: Indicator
    check: str
    lowest: float
    highest: float
    goal_low: float
    goal_high: float
    holds: bool


@dataclass(frozen=True)
class MethodView:
    """Definitions and settings as used in the snapshot on screen; `checks` are of `checked_year`."""

    jurisdiction: Jurisdiction
    indicators: tuple[IndicatorState, ...]
    peers_wanted: int
    peers_fewest: int
    peers_most: int
    gate: float
    gate_three_years: float
    fewest_pupils: int
    checked_year: str | None
    checks: tuple[CheckOfExpected, ...]


_SETTINGS = ("peers_wanted", "peers_fewest", "peers_most", "gate", "gate_three_years", "fewest_pupils")


def method_view(snapshot: Snapshot, viewer: Viewer) -> MethodView:
    """Return the method as used in the snapshot; raises NotAllowed for who belongs to no school."""
    viewer.require_reader()
    [setting] = snapshot.rows("setting")
    year, checks = _checks(snapshot, jurisdiction_of(snapshot))
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
        checked_year=year,
        checks=checks,
        **{name: setting[name] for name in _SETTINGS},
    )


def _checks(snapshot: Snapshot, jurisdiction: Jurisdiction) -> tuple[str | None, tuple[CheckOfExpected, ...]]:
    """Return the checks of the headline figures in the latest comparable school year that has any."""
    rows = [row for row in snapshot.rows("calibration") if not jurisdiction.break_reason(row["school_year"])]
    year = max((row["school_year"] for row in rows), default=None)
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        if row["school_year"] == year and row["indicator"] in jurisdiction.headline:
            found.setdefault((row["indicator"], row["check"]), []).append(row)
    order = {key: place for place, key in enumerate(jurisdiction.headline)}
    return year, tuple(
        CheckOfExpected(
            load_indicators()[key],
            check,
            min(row["value"] for row in of_check),
            max(row["value"] for row in of_check),
            of_check[0]["low"],
            of_check[0]["high"],
            all(row["ok"] for row in of_check),
        )
        for (key, check), of_check in sorted(found.items(), key=lambda item: order[item[0][0]])
    )
