"""What an adviser takes along to a talk with a school: what to ask about, and the school beside its past."""

from collections.abc import Iterator
from dataclasses import dataclass

from mirrors.access import Viewer
from mirrors.definitions import Indicator
from mirrors.definitions.reading import Texts
from mirrors.store import Snapshot
from mirrors.views.beside import against_interval
from mirrors.views.figure import Comparison, Figure, Verdict
from mirrors.views.mirror import MirrorView, mirror_view
from mirrors.views.ten_and_ten import Listed, lists_of_school
from mirrors.views.trend import Trend
from mirrors.views.weakest import weakest_points

MOST_TO_ASK = 3
YEARS_BEFORE = 3


@dataclass(frozen=True)
class ToAsk:
    """One thing to ask about: what must be checked first, a list the school stands on, or a figure.

    Exactly one of `alarms`, `listed` (with `kind`, the list, and `indicator`) and `figure` is there.
    """

    alarms: tuple[str, ...] = ()
    indicator: Indicator | None = None
    kind: str = ""
    listed: Listed | None = None
    figure: Comparison | None = None


@dataclass(frozen=True)
class YearBefore:
    """An earlier school year; `figure` is None without one, `break_reason` says why it cannot be compared.

    `otherwise` says that it was counted otherwise.
    """

    school_year: str
    figure: Figure | None
    break_reason: Texts | None
    otherwise: bool


@dataclass(frozen=True)
class OwnPast:
    """A figure of this year beside the same of the years before, oldest first.

    `higher_than` and `lower_than` are the years whose 95 % interval lies apart from this year's; `compared`
    says whether any year could be compared at all.
    """

    indicator: Indicator
    now: Figure
    before: tuple[YearBefore, ...]
    higher_than: tuple[str, ...]
    lower_than: tuple[str, ...]
    compared: bool


@dataclass(frozen=True)
class TalkView:
    """Everything on the page of notes for a talk."""

    mirror: MirrorView
    to_ask: tuple[ToAsk, ...]
    years_before: tuple[str, ...]
    past: tuple[OwnPast, ...]


def talk_view(snapshot: Snapshot, viewer: Viewer, school_id: str, school_year: str) -> TalkView:
    """Return the notes for a talk with one school about one year.

    Raises NotAllowed unless the viewer is an adviser, UnknownSchool when there are no figures.
    """
    viewer.require_adviser()
    mirror = mirror_view(snapshot, viewer, school_id, school_year)
    lists = lists_of_school(snapshot, viewer, school_id, school_year)
    years = sorted({row["school_year"] for row in snapshot.rows("school")})
    before = tuple(year for year in years if year < school_year)[-YEARS_BEFORE:]
    trends = {trend.indicator.id: trend for trend in (*mirror.trends, *mirror.more_trends)}
    judged = not (mirror.completeness.alarms or mirror.completeness.rejected or mirror.break_reason)
    past = tuple(
        own_past(each.indicator, each.own, trend, before, judged)
        for each in mirror.comparisons
        if (trend := trends.get(each.indicator.id)) is not None
    )
    return TalkView(mirror, tuple(_to_ask(mirror, lists))[:MOST_TO_ASK], before, past)


def own_past(
    indicator: Indicator, now: Figure, trend: Trend, before: tuple[str, ...], judged: bool
) -> OwnPast:
    """Return a figure beside those of the years `before`; without `judged` nothing is compared."""
    points = {point.school_year: point for point in trend.points}
    counted_since = max(trend.series_restarts, default="")
    years = tuple(
        YearBefore(
            year,
            points[year].own if year in points else None,
            points[year].break_reason if year in points else None,
            year < counted_since,
        )
        for year in before
    )
    found = {
        year.school_year: against_interval(now, year.figure)
        for year in years
        if judged and year.figure is not None and year.break_reason is None and not year.otherwise
    }
    return OwnPast(
        indicator,
        now,
        years,
        tuple(year for year, verdict in found.items() if verdict is Verdict.HIGHER),
        tuple(year for year, verdict in found.items() if verdict is Verdict.LOWER),
        any(verdict is not Verdict.UNKNOWN for verdict in found.values()),
    )


def _to_ask(mirror: MirrorView, lists: tuple[tuple[Indicator, str, Listed], ...]) -> Iterator[ToAsk]:
    if mirror.completeness.alarms:
        yield ToAsk(alarms=mirror.completeness.alarms)
    for indicator, kind, listed in lists:
        yield ToAsk(indicator=indicator, kind=kind, listed=listed)
    for figure in weakest_points((*mirror.comparisons, *mirror.more), MOST_TO_ASK):
        yield ToAsk(figure=figure)
