"""The absenteeism mirror of one school in one school year."""

from dataclasses import dataclass, field

from mirrors.access import Viewer
from mirrors.benchmark.features import SIZE
from mirrors.benchmark.registration import COMPLETE
from mirrors.definitions import HALVES, Indicator, Jurisdiction, load_indicators
from mirrors.definitions.reading import Texts
from mirrors.store import Snapshot
from mirrors.views.comparisons import read_comparisons
from mirrors.views.figure import Comparison, Figure, Status
from mirrors.views.groups import Breakdown, Decomposition, read_breakdowns, read_decompositions
from mirrors.views.outlook import Driver, read_drivers
from mirrors.views.pattern import Pattern, read_pattern
from mirrors.views.response import Chain, read_chains
from mirrors.views.school import SchoolName, school_name
from mirrors.views.snapshot import jurisdiction_of
from mirrors.views.trend import Trend, read_trends
from mirrors.views.weakest import weakest_points

_OF_ALL_KINDS = "A1"
"""The rate whose decimals are those of its kinds: they rest on the same pupils."""


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
    """A context feature: the own value, or its bound, beside the peers' middle half."""

    feature: str
    title: Texts
    percent: bool
    own: float
    low: float
    high: float
    status: Status = Status.EXACT


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

    @property
    def is_lacking(self) -> bool:
        """Whether so many months are missing that the figures should be read with care."""
        return self.share is not None and self.share < COMPLETE


@dataclass(frozen=True)
class MirrorView:
    """Everything the mirror page of one school and year shows.

    `comparisons` and `trends` are those the page opens with, `more` and `more_trends` all others.
    """

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
    more: tuple[Comparison, ...] = ()
    more_trends: tuple[Trend, ...] = ()
    pattern: Pattern = field(default_factory=Pattern)
    breakdowns: tuple[Breakdown, ...] = ()
    decompositions: tuple[Decomposition, ...] = ()
    chains: tuple[Chain, ...] = ()
    drivers: tuple[Driver, ...] = ()
    weakest: tuple[Comparison, ...] = ()

    def of_family(self, family: str) -> tuple[Comparison, ...]:
        """Return the further figures of one family that anything is known of."""
        return tuple(each for each in self.more if each.indicator.family == family and each.is_known)

    @property
    def process(self) -> tuple[Comparison, ...]:
        """The figures of the follow-up, without those that the chain of steps already tells."""
        further = self.of_family("process")
        return tuple(each for each in further if not (self.chains and each.indicator.counted.step))


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
    pupils = int(found[0]["pupils"])
    rows = snapshot.rows("figure", order_by="school_year", school_id=school_id)
    completeness = _completeness(snapshot, school_id, school_year)
    judged = not (completeness.alarms or completeness.rejected)
    compared = read_comparisons(snapshot, rows, school_id, school_year, jurisdiction, judged)
    headline = tuple(compared[key] for key in jurisdiction.headline if key in compared)
    trends = tuple(read_trends(snapshot, rows, school_id, school_year, jurisdiction))
    chosen = jurisdiction.lists
    return MirrorView(
        school=school_name(snapshot, school_id, school_year),
        school_year=school_year,
        pupils=pupils,
        unit=jurisdiction.unit,
        comparisons=headline,
        match=_match(snapshot, school_id, school_year, jurisdiction),
        completeness=completeness,
        break_reason=jurisdiction.break_reason(school_year),
        trends=tuple(trend for trend in trends if trend.indicator.id in chosen),
        kinds=_kinds(snapshot, school_id, school_year),
        bands=_bands(snapshot, school_id, school_year),
        unavailable=_unavailable(snapshot, jurisdiction),
        more=tuple(each for key, each in compared.items() if key not in jurisdiction.headline),
        more_trends=tuple(trend for trend in trends if trend.indicator.id not in chosen),
        pattern=read_pattern(
            snapshot, school_id, school_year, _unauthorised_units(compared, pupils), jurisdiction.months
        ),
        breakdowns=read_breakdowns(snapshot, school_id, school_year, jurisdiction, judged),
        decompositions=read_decompositions(snapshot, school_id, school_year) if judged else (),
        chains=read_chains(snapshot, school_id, school_year, jurisdiction, judged),
        drivers=read_drivers(snapshot, school_id, school_year),
        weakest=weakest_points(tuple(compared.values())),
    )


def _unauthorised_units(compared: dict[str, Comparison], pupils: int) -> float | None:
    """Return about how many units were unauthorised, from what is published per 100 pupils."""
    per_100 = compared.get("A5")
    return None if per_100 is None or per_100.own.value is None else per_100.own.value * pupils / 100


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
            # Snapshots made before a share could be a bound tell none.
            status=Status(found.get("status", "exact")),
        )
        for found in snapshot.rows(
            "peer_feature", order_by="weight DESC", school_id=school_id, school_year=school_year
        )
        if found["high"] or (found["own"] and found.get("status") != Status.AT_MOST)
    )
    return Match(row["quality"], int(row["peers"]), int(row["close"]), row["reason"] or None, features)


def _completeness(snapshot: Snapshot, school_id: str, school_year: str) -> Completeness:
    [row] = snapshot.rows("registration", school_id=school_id, school_year=school_year)
    months = tuple(int(month) for month in row["missing_months"].split(",") if month)
    return Completeness(row["complete"], months, _kinds_of(row["alarms"]), _kinds_of(row["rejected"]))


def _kinds_of(alarms: str) -> tuple[str, ...]:
    return tuple(kind for kind in alarms.split(",") if kind)


def _kinds(snapshot: Snapshot, school_id: str, school_year: str) -> tuple[KindOfAbsence, ...]:
    rows = {
        row["category"]: row for row in snapshot.rows("kind", school_id=school_id, school_year=school_year)
    }
    rates = snapshot.rows("figure", school_id=school_id, school_year=school_year, indicator=_OF_ALL_KINDS)
    decimals = max((row["decimals"] for row in rates), default=HALVES)
    return tuple(
        KindOfAbsence(
            category,
            Figure(row["value"], status=Status(row["status"]), decimals=decimals),
            row["peer_median"],
        )
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


def _unavailable(snapshot: Snapshot, jurisdiction: Jurisdiction) -> tuple[tuple[Indicator, str], ...]:
    reasons = {row["indicator"]: row["reason"] for row in snapshot.rows("availability") if row["reason"]}
    return tuple(
        (load_indicators()[key], reason) for key, reason in reasons.items() if key in jurisdiction.headline
    )
