"""The absenteeism mirror of one school in one school year."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mirrors.access import Viewer
from mirrors.benchmark.features import SIZE
from mirrors.definitions import Indicator, Jurisdiction, load_indicators
from mirrors.definitions.reading import Texts
from mirrors.store import Snapshot
from mirrors.views.figure import Comparison, Figure, PeerFigures, Status, Verdict, read_figure, read_peers
from mirrors.views.school import SchoolName, school_name
from mirrors.views.snapshot import jurisdiction_of, restarts_within


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

    `direction` is "rose", "fell", "similar", or, where the own rate hardly moved,
    "stayed_as_others_fell" or "stayed_as_others_rose"; `certainty` is "clear", "weak" or "none".
    `before` is the own level in the years before, `now` this year (shares), both de-noised.
    """

    direction: str
    certainty: str
    before: float
    now: float
    decimals: int


@dataclass(frozen=True)
class Trend:
    """A series over the years with the latest change.

    `change` is None when the change of this year is not judged; `not_judged` then says why: "break_year",
    "no_year_before", "open_alarm", "rejected", "missing_year", "too_small", "implausible" or "roll_changed".
    """

    indicator: Indicator
    points: tuple[TrendPoint, ...]
    change: ChangeWords | None
    series_restarts: tuple[str, ...]
    not_judged: str | None = None

    @property
    def has_comparable_year(self) -> bool:
        """Whether any year can be compared, so that there is a series to draw."""
        return any(point.break_reason is None for point in self.points)


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

    `close` of `peers` schools are close on every feature that matters. `reason` is "small_type" where
    there is no peer group, "no_context" where nothing but size is known of the schools.
    """

    quality: str
    peers: int
    close: int
    reason: str | None
    features: tuple[FeatureMatch, ...]


@dataclass(frozen=True)
class Completeness:
    """How complete a school year's registers are, and what is to be checked before they are believed.

    `share` is 0..1 of the months expected, None for a year that was delivered as a whole. `alarms` are kinds
    of alarm nobody decided on yet, for which nothing is compared; `rejected` are those for which the figures
    were found wrong and are withheld.
    """

    share: float | None
    missing_months: tuple[int, ...]
    alarms: tuple[str, ...]
    rejected: tuple[str, ...] = ()


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


class UnknownSchool(LookupError):
    """The snapshot has no figures for this school and school year."""


_SIZE_TITLE = {"en": "number of pupils", "nl": "aantal leerlingen", "fr": "nombre d'élèves"}
_ORDER_OF_CATEGORIES = ("unauthorised", "illness", "legal", "permitted")


def mirror_view(snapshot: Snapshot, viewer: Viewer, school_id: str, school_year: str) -> MirrorView:
    """Return the mirror of one school and year.

    Raises NotAllowed when it is not the viewer's to see, UnknownSchool when there is none.
    """
    viewer.require_school(school_id)
    found = snapshot.rows("school", school_id=school_id, school_year=school_year)
    if not found:
        raise UnknownSchool(f"no figures for school {school_id} in {school_year}")
    jurisdiction = jurisdiction_of(snapshot)
    rows = snapshot.rows("figure", order_by="school_year", school_id=school_id)
    unavailable = dict(_unavailable(snapshot))
    return MirrorView(
        school=school_name(snapshot, school_id, school_year),
        school_year=school_year,
        pupils=int(found[0]["pupils"]),
        unit=jurisdiction.unit,
        comparisons=_comparisons(rows, school_year, jurisdiction),
        match=_match(snapshot, school_id, school_year, jurisdiction),
        completeness=_completeness(snapshot, school_id, school_year),
        break_reason=jurisdiction.break_reason(school_year),
        trends=tuple(_trends(snapshot, rows, school_id, school_year, jurisdiction)),
        kinds=_kinds(snapshot, school_id, school_year),
        bands=_bands(snapshot, school_id, school_year),
        unavailable=tuple(
            (load_indicators()[key], reason)
            for key, reason in unavailable.items()
            if key in jurisdiction.headline
        ),
    )


def _comparisons(
    rows: list[dict[str, Any]], school_year: str, jurisdiction: Jurisdiction
) -> tuple[Comparison, ...]:
    this_year = {row["indicator"]: row for row in rows if row["school_year"] == school_year}
    return tuple(
        Comparison(
            load_indicators()[key],
            read_figure(row),
            row["expected"],
            read_peers(row),
            Verdict(row["verdict"]),
        )
        for key in jurisdiction.headline
        if (row := this_year.get(key))
    )


def _match(snapshot: Snapshot, school_id: str, school_year: str, jurisdiction: Jurisdiction) -> Match:
    [row] = snapshot.rows("match", school_id=school_id, school_year=school_year)
    known = {feature.name: feature for feature in jurisdiction.features}
    features = tuple(
        FeatureMatch(
            feature=found["feature"],
            title=_SIZE_TITLE if found["feature"] == SIZE else known[found["feature"]].title,
            percent=found["feature"] != SIZE and known[found["feature"]].percent,
            own=found["own"],
            low=found["low"],
            high=found["high"],
        )
        for found in snapshot.rows(
            "peer_feature", order_by="weight DESC", school_id=school_id, school_year=school_year
        )
        if found["own"] or found["high"]
    )
    return Match(row["quality"], int(row["peers"]), int(row["close"]), row["reason"] or None, features)


def _completeness(snapshot: Snapshot, school_id: str, school_year: str) -> Completeness:
    [row] = snapshot.rows("registration", school_id=school_id, school_year=school_year)
    months = tuple(int(month) for month in row["missing_months"].split(",") if month)
    return Completeness(row["complete"], months, _kinds_of(row["alarms"]), _kinds_of(row["rejected"]))


def _kinds_of(alarms: str) -> tuple[str, ...]:
    return tuple(kind for kind in alarms.split(",") if kind)


def _trends(
    snapshot: Snapshot,
    rows: list[dict[str, Any]],
    school_id: str,
    school_year: str,
    jurisdiction: Jurisdiction,
) -> Iterator[Trend]:
    this_year = {"school_id": school_id, "school_year": school_year}
    changes = {row["indicator"]: row for row in snapshot.rows("change", **this_year)}
    for key in jurisdiction.lists:
        points = tuple(
            TrendPoint(
                row["school_year"],
                read_figure(row),
                read_peers(row),
                row["expected"],
                jurisdiction.break_reason(row["school_year"]),
            )
            for row in rows
            if row["indicator"] == key and row["school_year"] <= school_year
        )
        if points:
            restarts = restarts_within(snapshot, key, points[0].school_year, school_year)
            row = changes.get(key)
            reason = row["reason"] if row else _unjudged(snapshot, key, points[-1], school_year, jurisdiction)
            change = (
                ChangeWords(row["direction"], row["certainty"], row["before"], row["now"], 1)
                if row and not reason
                else None
            )
            yield Trend(load_indicators()[key], points, change, restarts, reason or None)


def _unjudged(
    snapshot: Snapshot, indicator: str, latest: TrendPoint, school_year: str, jurisdiction: Jurisdiction
) -> str:
    """Return why a school without a row of change is not judged."""
    if jurisdiction.break_reason(school_year):
        return "break_year"
    if latest.school_year == school_year and latest.own.status is Status.REJECTED:
        return "rejected"
    judged = snapshot.rows("list_state", indicator=indicator, school_year=school_year)
    return "missing_year" if judged else "no_year_before"


def _kinds(snapshot: Snapshot, school_id: str, school_year: str) -> tuple[KindOfAbsence, ...]:
    rows = {
        row["category"]: row for row in snapshot.rows("kind", school_id=school_id, school_year=school_year)
    }
    return tuple(
        KindOfAbsence(category, Figure(row["value"], status=Status(row["status"])), row["peer_median"])
        for category in _ORDER_OF_CATEGORIES
        if (row := rows.get(category))
    )


def _bands(snapshot: Snapshot, school_id: str, school_year: str) -> Bands | None:
    rows = snapshot.rows("band", order_by="at_least", school_id=school_id, school_year=school_year)
    for category, scale in (("unauthorised", "units"), ("any", "share")):
        chosen = [row for row in rows if row["category"] == category and row["scale"] == scale]
        if chosen:
            bands = tuple(Band(row["at_least"], row["below"], row["own"], row["peers"]) for row in chosen)
            return Bands(category, scale, bands)
    return None


def _unavailable(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    for row in snapshot.rows("availability"):
        if row["reason"]:
            yield row["indicator"], row["reason"]
