"""A series over the school years, and the latest change in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mirrors.definitions import HALVES, Indicator, Jurisdiction, load_indicators
from mirrors.definitions.reading import Texts
from mirrors.store import Snapshot
from mirrors.views.figure import Figure, PeerFigures, Pooled, Status, read_figure, read_peers
from mirrors.views.outlook import trend_words
from mirrors.views.pooled import read_windows
from mirrors.views.snapshot import restarts_within


@dataclass(frozen=True)
class TrendPoint:
    """One school year of a series; `break_reason` is set when the year cannot be compared."""

    school_year: str
    own: Figure
    peers: PeerFigures
    expected: float | None
    break_reason: Texts | None
    city: float | None = None


@dataclass(frozen=True)
class ChangeWords:
    """How the latest change is to be worded: direction, and whether it is likely to be real.

    `direction` is "rose", "fell", "similar", or, where the own rate hardly moved,
    "stayed_as_others_fell" or "stayed_as_others_rose"; `certainty` is "clear", "weak" or "none".
    `before` is the own level in the years before, de-noised, `now` the own figure of this year (shares).
    """

    direction: str
    certainty: str
    before: float
    now: float
    decimals: float


@dataclass(frozen=True)
class Trend:
    """A series over the years with the latest change.

    `change` is None when the change of this year is not judged; `not_judged` then says why: "break_year",
    "no_year_before", "open_alarm", "rejected", "missing_year", "too_small", "implausible", "roll_changed", or
    "not_chosen" for an indicator that change is not judged on. `word` says where the last five comparable
    years go: "rising", "falling", "no_change" or "too_early". `windows` are years together, where one alone
    has too few pupils: they follow one another and never overlap.
    """

    indicator: Indicator
    points: tuple[TrendPoint, ...]
    change: ChangeWords | None
    series_restarts: tuple[str, ...]
    not_judged: str | None = None
    word: str | None = None
    windows: tuple[Pooled, ...] = ()

    @property
    def has_own_year(self) -> bool:
        """Whether any single year has a figure of the school itself."""
        return any(point.own.value is not None for point in self.points)

    @property
    def has_peers(self) -> bool:
        """Whether similar schools have a figure in any year."""
        return any(point.peers.median is not None for point in self.points)

    @property
    def has_comparable_year(self) -> bool:
        """Whether any year can be compared, so that there is a series to draw."""
        return any(point.break_reason is None for point in self.points)


def read_trends(
    snapshot: Snapshot,
    rows: list[dict[str, Any]],
    school_id: str,
    school_year: str,
    jurisdiction: Jurisdiction,
) -> Iterator[Trend]:
    """Yield the trend of every indicator that change is judged on, then of the others a mirror opens with.

    `rows` are the school's rows of the `figure` table in order of school year.
    """
    this_year = {"school_id": school_id, "school_year": school_year}
    changes = {row["indicator"]: row for row in snapshot.rows("change", **this_year)}
    going = trend_words(snapshot, school_id, school_year)
    decimals = {row["indicator"]: row["decimals"] for row in rows if row["school_year"] <= school_year}
    together = read_windows(snapshot, school_id, school_year, decimals)
    city = {(row["indicator"], row["school_year"]): row["value"] for row in snapshot.rows("city_figure")}
    for key in dict.fromkeys((*jurisdiction.lists, *jurisdiction.headline)):
        points = tuple(
            TrendPoint(
                row["school_year"],
                read_figure(row),
                read_peers(row),
                row["expected"],
                jurisdiction.break_reason(row["school_year"]),
                city.get((key, row["school_year"])),
            )
            for row in rows
            if row["indicator"] == key and row["school_year"] <= school_year
        )
        if points:
            restarts = restarts_within(snapshot, key, points[0].school_year, school_year)
            row = changes.get(key)
            reason = row["reason"] if row else _unjudged(snapshot, key, points[-1], school_year, jurisdiction)
            finest = max(points[-1].own.decimals, HALVES)
            change = (
                ChangeWords(row["direction"], row["certainty"], row["before"], row["now"], finest)
                if row and not reason
                else None
            )
            yield Trend(
                load_indicators()[key],
                points,
                change,
                restarts,
                reason or None,
                going.get(key),
                together.get(key, ()),
            )


def _unjudged(
    snapshot: Snapshot, indicator: str, latest: TrendPoint, school_year: str, jurisdiction: Jurisdiction
) -> str:
    """Return why a school without a row of change is not judged."""
    if indicator not in jurisdiction.lists:
        return "not_chosen"
    if jurisdiction.break_reason(school_year):
        return "break_year"
    if latest.school_year == school_year and latest.own.status is Status.REJECTED:
        return "rejected"
    judged = snapshot.rows("list_state", indicator=indicator, school_year=school_year)
    return "missing_year" if judged else "no_year_before"
