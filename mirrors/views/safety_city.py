"""The safety of all schools together: themes, participation, and where an offer would reach many."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from mirrors.access import Viewer
from mirrors.definitions.reading import Texts
from mirrors.store import Snapshot
from mirrors.survey.groups import WHOLES
from mirrors.survey.vocabulary import Vocabulary, vocabulary
from mirrors.views.figure import Status
from mirrors.views.safety_scores import ORDER, ThemeName, Told, parts_of, place_of_waves

MOST = 100.0
"""Points that a score can have."""

MANY = 0.2
FEWEST_LOW = 3
"""Share of the schools, and number of them, from which a theme is low, or stands out, in many schools."""


@dataclass(frozen=True)
class CityTheme:
    """A theme as one group of all schools sees it: the median school and the middle half, 0..100."""

    theme: ThemeName
    group: str
    schools: int
    median: float
    low: float
    high: float


@dataclass(frozen=True)
class CityParticipation:
    """How many schools asked a group, and how many took part; `invited` None where nobody knows."""

    group: str
    schools: int
    participants: int
    invited: int | None


@dataclass(frozen=True)
class Offer:
    """A theme that an offer to many schools would fit, the groups it shows in, and the kinds that fit.

    `low` of `schools` schools score below the limit of the rules of support; `is_low` says that the median
    school does. In `behind` schools the theme stands out as less good than expected. `kinds` are titles of
    kinds of support.
    """

    theme: ThemeName
    group: str
    is_low: bool
    low: int
    schools: int
    behind: int
    kinds: tuple[Texts, ...]


@dataclass(frozen=True)
class Reliability:
    """How well the questions of a theme hang together in the city, and tell schools apart.

    `verdict` is fine, caution, unreliable or unknown; numbers are None where too few answered.
    """

    theme: ThemeName
    group: str
    items: int
    alpha: float | None
    omega: float | None
    icc: float | None
    verdict: str


@dataclass(frozen=True)
class SafetyCityView:
    """Everything the city page of the safety mirror shows for one school year; `limit` is that of low."""

    school_year: str
    themes: tuple[CityTheme, ...]
    participation: tuple[CityParticipation, ...]
    offers: tuple[Offer, ...]
    reliability: tuple[Reliability, ...]
    limit: float
    school_years: tuple[str, ...] = ()

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of which themes are told, in the order in which they are shown."""
        told = {each.group for each in self.themes}
        return tuple(group for group in ORDER if group in told)


def safety_city_view(
    snapshot: Snapshot, viewer: Viewer, school_year: str, words: Vocabulary | None = None
) -> SafetyCityView:
    """Return the city in `school_year`; raises NotAllowed unless the viewer may see the city."""
    viewer.require_city()
    words = words or vocabulary()
    themes = _themes(snapshot, words, school_year)
    return SafetyCityView(
        school_year=school_year,
        themes=themes,
        participation=_participation(snapshot, school_year),
        offers=_offers(snapshot, words, school_year, themes),
        reliability=_reliability(snapshot, words),
        limit=words.support.limit("low"),
        school_years=safety_city_years(snapshot, viewer),
    )


def safety_city_years(snapshot: Snapshot, viewer: Viewer) -> tuple[str, ...]:
    """Return the school years of which the safety of the city is told, the earliest first.

    Raises NotAllowed unless the viewer may see the city.
    """
    viewer.require_city()
    tables = ("survey_city", "survey_participation")
    return tuple(sorted({row["school_year"] for name in tables for row in snapshot.rows(name)}))


def _in_order(rows: list[dict[str, Any]], words: Vocabulary) -> list[dict[str, Any]]:
    themes = list(words.themes)
    return sorted(
        (row for row in rows if row["group"] in ORDER),
        key=lambda row: (
            themes.index(row["theme"]) if row["theme"] in themes else len(themes),
            row["theme"],
            ORDER.index(row["group"]),
        ),
    )


def _named(theme: str, words: Vocabulary) -> ThemeName:
    return ThemeName(theme, words.theme(theme))


def _themes(snapshot: Snapshot, words: Vocabulary, school_year: str) -> tuple[CityTheme, ...]:
    rows = _in_order(snapshot.rows("survey_city", school_year=school_year), words)
    groups = {row["group"] for row in rows}
    return tuple(
        CityTheme(
            _named(row["theme"], words),
            row["group"],
            int(row["schools"]),
            row["median"],
            row["low"],
            row["high"],
        )
        for row in rows
        if not groups & set(WHOLES.get(row["group"], ()))
    )


def _participation(snapshot: Snapshot, school_year: str) -> tuple[CityParticipation, ...]:
    rows = snapshot.rows("survey_participation", school_year=school_year)
    known = [row for row in rows if row["group"] in ORDER and row["participants"] is not None]
    return tuple(
        CityParticipation(
            row["group"],
            int(row["schools"]),
            int(row["participants"]),
            None if row["invited"] is None else int(row["invited"]),
        )
        for row in sorted(known, key=lambda row: ORDER.index(row["group"]))
    )


def _offers(
    snapshot: Snapshot, words: Vocabulary, school_year: str, themes: tuple[CityTheme, ...]
) -> tuple[Offer, ...]:
    limit = words.support.limit("low")
    scores, behind = _last_scores(snapshot, school_year), _behind(snapshot, school_year)
    found = []
    for each in themes:
        told = scores[each.theme.id, each.group]
        low = sum(score < limit for score in told)
        is_low, late = each.median < limit, len(behind[each.theme.id, each.group])
        if is_low or low >= max(FEWEST_LOW, MANY * len(told)) or late >= FEWEST_LOW:
            kinds = _kinds(words, each.theme.id, each.group)
            found.append(Offer(each.theme, each.group, is_low, low, len(told), late, kinds))
    return tuple(found)


def _behind(snapshot: Snapshot, school_year: str) -> dict[tuple[str, str], set[str]]:
    """Return the schools in which a theme stands out as less good than expected, by theme and group."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in snapshot.rows("survey_stands_out", school_year=school_year, direction="below"):
        found[row["theme"], row["group"]].add(row["school_id"])
    return found


def _last_scores(snapshot: Snapshot, school_year: str) -> dict[tuple[str, str], list[float]]:
    """Return the scores that are told of each theme and group, of the last survey of a school in the year."""
    found: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    place = place_of_waves(snapshot, school_year)
    rows = snapshot.rows("survey_theme", school_year=school_year, status=Told.TOLD.value)
    for row in sorted(rows, key=lambda row: place.get((row["school_id"], str(row["wave"])), -1)):
        if row["mean"] is not None:
            # Of "at least" nobody can say that it is low.
            value = MOST if row["mean_status"] == Status.AT_LEAST else row["mean"]
            found[row["theme"], row["group"]][row["school_id"]] = value
    return defaultdict(list, {key: list(of_schools.values()) for key, of_schools in found.items()})


def _kinds(words: Vocabulary, theme: str, group: str) -> tuple[Texts, ...]:
    """Return the kinds of support that the rules name for a low score on a theme."""
    parts = set(parts_of(group))
    fitting = [
        rule
        for rule in words.support.rules
        if rule.theme == theme and "low" in rule.triggers and (not rule.groups or parts & set(rule.groups))
    ]
    names = dict.fromkeys(kind for rule in fitting for kind in rule.kinds)
    titles = {kind.id: kind.title for kind in words.support.kinds}
    return tuple(titles[name] for name in names)


def _reliability(snapshot: Snapshot, words: Vocabulary) -> tuple[Reliability, ...]:
    rows = _in_order(snapshot.rows("survey_reliability"), words)
    return tuple(
        Reliability(
            _named(row["theme"], words),
            row["group"],
            int(row["items"]),
            row["alpha"],
            row["omega"],
            row["icc"],
            row["verdict"],
        )
        for row in rows
    )
