"""When absence falls: by half-day, weekday and month, around holidays and in exam weeks."""

from dataclasses import dataclass
from math import sqrt

from mirrors.store import Snapshot
from mirrors.views.figure import Status

_CHANCE = 2.5
_PARTS = {"edge": 10, "exam": 10}
"""Days next to holidays and exam weeks are about a tenth of a school year each."""

_TOGETHER = 2.0
"""Half-days of one pupil come together, so that chance is about twice as large as for single half-days."""


@dataclass(frozen=True)
class Moment:
    """Absence at one moment: its rate, and its index beside the index of similar schools.

    100 is the average over all moments of the profile.
    """

    item: str
    rate: float | None
    index: float | None
    status: Status
    peer_index: float | None


@dataclass(frozen=True)
class Profile:
    """Unauthorised absence over moments of one sort; `stands_out` is above the average beyond chance."""

    moments: tuple[Moment, ...]
    stands_out: str | None = None

    @property
    def shown(self) -> bool:
        """Whether there is an own index to show at all."""
        return any(moment.index is not None for moment in self.moments)

    @property
    def highest_at_peers(self) -> str | None:
        """The moment at which absence is highest at similar schools, or None when they are not known."""
        known = [moment for moment in self.moments if moment.peer_index is not None]
        return max(known, key=lambda moment: moment.peer_index or 0.0).item if known else None


@dataclass(frozen=True)
class Pattern:
    """Every profile of one school year; None where the figures do not hold it."""

    half_days: Profile | None = None
    weekdays: Profile | None = None
    months: Profile | None = None
    edges: Profile | None = None
    exams: Profile | None = None


def read_pattern(
    snapshot: Snapshot, school_id: str, school_year: str, units: float | None, months: tuple[int, ...]
) -> Pattern:
    """Return the profiles of one school and year.

    `units` is about how many unauthorised half-days there were, None when nobody knows; `months` is the
    order of the school year.
    """
    rows = snapshot.rows("profile", school_id=school_id, school_year=school_year, category="unauthorised")
    found: dict[str, dict[str, Moment]] = {}
    for row in rows:
        moment = Moment(row["item"], row["value"], row["index"], Status(row["status"]), row["peer_index"])
        found.setdefault(row["profile"], {})[moment.item] = moment
    orders = {
        "half_day": tuple(
            f"{day}_{half}" for day in ("mon", "tue", "wed", "thu", "fri") for half in ("am", "pm")
        ),
        "weekday": ("1", "2", "3", "4", "5"),
        "month": tuple(map(str, months)),
        "edge": ("edge", "off_edge"),
        "exam": ("exam", "off_exam"),
    }
    names = ("half_days", "weekdays", "months", "edges", "exams")
    return Pattern(
        **{
            name: _profile(found[kind], order, units, _PARTS.get(kind, len(found[kind])))
            for name, (kind, order) in zip(names, orders.items(), strict=True)
            if kind in found
        }
    )


def _profile(found: dict[str, Moment], order: tuple[str, ...], units: float | None, parts: int) -> Profile:
    moments = tuple(found[item] for item in order if item in found)
    return Profile(moments, stands_out(moments, units, parts))


def stands_out(moments: tuple[Moment, ...], units: float | None, parts: int) -> str | None:
    """Return the moment that is higher than the own average by more than chance explains, or None.

    With n units of which a moment holds one part in `parts`, its index moves by about 100 / sqrt(n / parts),
    twice that because a pupil's half-days come together; the highest must lie 2.5 times as far above 100 and
    above the peers. Without knowing `units` nothing stands out.
    """
    known = [moment for moment in moments if moment.index is not None]
    if not known or not units:
        return None
    chance = _CHANCE * _TOGETHER * 100 / sqrt(units / parts)
    highest = max(known, key=lambda moment: moment.index or 0.0)
    above = (highest.index or 0.0) - 100 > chance
    return highest.item if above and (highest.index or 0.0) > (highest.peer_index or 0.0) else None
