"""The city as a whole: what changed, how absence is spread, and how complete the data are."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from mirrors.access import Viewer
from mirrors.definitions import Indicator, Jurisdiction, load_indicators
from mirrors.definitions.reading import Texts
from mirrors.store import Snapshot
from mirrors.views.figure import Figure
from mirrors.views.snapshot import jurisdiction_of, restarts_within


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

    @property
    def has_comparable_year(self) -> bool:
        """Whether any year can be compared, so that there is a series to draw."""
        return any(point.break_reason is None for point in self.points)


@dataclass(frozen=True)
class CityKinds:
    """Absence by category, pooled, one year: category -> share of possible time, with its decimals."""

    school_year: str
    decimals: int
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
    """How many schools delivered, and how many of them completely, in one year.

    `complete` is None for a year that was delivered as a whole, not by month.
    """

    school_year: str
    schools: int
    complete: int | None
    incomplete: int
    missing_since_last_year: int
    alarms: int


@dataclass(frozen=True)
class CityView:
    """Everything the City page shows for one school year.

    `listed` counts the schools on each short list that could be made this year.
    """

    school_year: str
    break_reason: Texts | None
    trends: tuple[CityTrend, ...]
    kinds: CityKinds | None
    spreads: tuple[Spread, ...]
    completeness: tuple[CityCompleteness, ...]
    listed: tuple[tuple[str, int], ...]
    unavailable: tuple[tuple[Indicator, str], ...]


def city_view(snapshot: Snapshot, viewer: Viewer, school_year: str) -> CityView:
    """Return the city in `school_year`; raises NotAllowed unless the viewer may see the city."""
    viewer.require_city()
    jurisdiction = jurisdiction_of(snapshot)
    key = {"school_year": school_year, "indicator": jurisdiction.lists[0]}
    counts = Counter(row["list"] for row in snapshot.rows("listed", certainty="clear", **key))
    states = {row["list"]: row["why_fewer"] for row in snapshot.rows("list_state", **key)}
    judged = [kind for kind in ("excellent", "improved", "rose") if states.get(kind) in ("", "few_clear")]
    return CityView(
        school_year=school_year,
        break_reason=jurisdiction.break_reason(school_year),
        trends=tuple(_trends(snapshot, jurisdiction, school_year)),
        kinds=_kinds(snapshot, school_year),
        spreads=tuple(_spreads(snapshot, jurisdiction, school_year)),
        completeness=tuple(
            CityCompleteness(
                row["school_year"],
                int(row["schools"]),
                None if row["complete"] is None else int(row["complete"]),
                int(row["incomplete"]),
                int(row["missing_since_last_year"]),
                int(row["alarms"]),
            )
            for row in snapshot.rows("city_registration", order_by="school_year")
        ),
        listed=tuple((kind, counts[kind]) for kind in judged),
        unavailable=tuple(
            (load_indicators()[row["indicator"]], row["reason"])
            for row in snapshot.rows("availability")
            if row["reason"] and row["indicator"] in jurisdiction.headline
        ),
    )


def _trends(snapshot: Snapshot, jurisdiction: Jurisdiction, school_year: str) -> Iterator[CityTrend]:
    for key in jurisdiction.headline:
        points = tuple(
            CityPoint(
                school_year=row["school_year"],
                figure=Figure(row["value"], decimals=int(row["decimals"])),
                numerator=row["numerator"],
                denominator=row["denominator"],
                schools=int(row["schools"]),
                break_reason=jurisdiction.break_reason(row["school_year"]),
            )
            for row in snapshot.rows("city_figure", order_by="school_year", indicator=key)
            if row["school_year"] <= school_year
        )
        if points:
            restarts = restarts_within(snapshot, key, points[0].school_year, school_year)
            yield CityTrend(load_indicators()[key], points, restarts)


def _kinds(snapshot: Snapshot, school_year: str) -> CityKinds | None:
    rows = snapshot.rows("city_kind", order_by="value DESC", school_year=school_year)
    if not rows:
        return None
    shares = tuple((row["category"], row["value"]) for row in rows)
    return CityKinds(school_year, int(rows[0]["decimals"]), shares)


def _spreads(snapshot: Snapshot, jurisdiction: Jurisdiction, school_year: str) -> Iterator[Spread]:
    for key in jurisdiction.lists:
        rows = snapshot.rows("spread", order_by="school_type, decile", indicator=key, school_year=school_year)
        for kind in dict.fromkeys(row["school_type"] for row in rows):
            of_kind = [row for row in rows if row["school_type"] == kind]
            deciles = tuple(row["value"] for row in of_kind)
            yield Spread(load_indicators()[key], kind, int(of_kind[0]["schools"]), deciles)
