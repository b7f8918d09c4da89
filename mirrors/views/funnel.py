"""The funnel of one indicator in one school year, by name, for the adviser only."""

from dataclasses import dataclass

from mirrors.access import Viewer
from mirrors.definitions import Indicator, load_indicators
from mirrors.store import Snapshot
from mirrors.views.figure import Figure, read_figure
from mirrors.views.school import SchoolName
from mirrors.views.snapshot import jurisdiction_of


@dataclass(frozen=True)
class Limits:
    """How far schools of one size may lie from the centre: 95 % and 99.8 % limits, shares."""

    pupils: int
    low95: float
    high95: float
    low998: float
    high998: float


@dataclass(frozen=True)
class FunnelSchool:
    """A school in the funnel.

    `value` is its share as it would be if no more were expected of it than of all schools together, `own`
    what it registered. `place` is "within", "above_95", "above_998", "below_95" or "below_998".
    """

    school: SchoolName
    pupils: int
    value: float
    place: str
    own: Figure
    expected: float | None

    @property
    def is_outside(self) -> bool:
        """Whether it lies outside the 99.8 % limits."""
        return self.place in ("above_998", "below_998")


@dataclass(frozen=True)
class FunnelView:
    """A funnel around `centre`, the share of all schools together; `schools` in alphabetical order."""

    school_year: str
    indicator: Indicator
    centre: float
    limits: tuple[Limits, ...]
    schools: tuple[FunnelSchool, ...]


def funnel_indicators(snapshot: Snapshot, viewer: Viewer, school_year: str) -> tuple[Indicator, ...]:
    """Return the headline indicators that have a funnel in `school_year`; raises NotAllowed."""
    viewer.require_city()
    there = {row["indicator"] for row in snapshot.rows("funnel", school_year=school_year)}
    return tuple(load_indicators()[key] for key in jurisdiction_of(snapshot).headline if key in there)


def funnel_view(snapshot: Snapshot, viewer: Viewer, school_year: str, indicator_id: str) -> FunnelView:
    """Return one funnel; raises NotAllowed, and LookupError when there is none."""
    viewer.require_city()
    key = {"indicator": indicator_id, "school_year": school_year}
    limits = snapshot.rows("funnel", order_by="pupils", **key)
    if not limits:
        raise LookupError(f"there is no funnel of {indicator_id} in {school_year}")
    types = {row["school_id"]: row["school_type"] for row in snapshot.rows("school", school_year=school_year)}
    figures = {row["school_id"]: row for row in snapshot.rows("figure", **key)}
    schools = [
        FunnelSchool(
            SchoolName(row["school_id"], snapshot.school_name(row["school_id"]), types[row["school_id"]]),
            int(row["pupils"]),
            row["value"],
            row["place"],
            read_figure(figures[row["school_id"]]),
            figures[row["school_id"]]["expected"],
        )
        for row in snapshot.rows("funnel_school", **key)
    ]
    return FunnelView(
        school_year,
        load_indicators()[indicator_id],
        limits[0]["centre"],
        tuple(
            Limits(int(row["pupils"]), row["low95"], row["high95"], row["low998"], row["high998"])
            for row in limits
        ),
        tuple(sorted(schools, key=lambda each: (each.school.name.casefold(), each.school.school_id))),
    )
