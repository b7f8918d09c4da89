"""What a survey tells of one school: who answered, scores, gaps, changes, what happens often and where."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from mirrors.definitions.reading import Texts
from mirrors.store import Snapshot
from mirrors.survey.groups import GROUPS, PARENTS, PUPILS, STAFF, WHOLES
from mirrors.survey.vocabulary import Vocabulary
from mirrors.views.figure import Figure, PeerFigures, Status, Verdict

ORDER = (*WHOLES[PUPILS], PUPILS, *WHOLES[STAFF], STAFF, PARENTS)
"""The groups in the order in which they are shown, each whole after its parts."""


class Told(StrEnum):
    """Whether a group's results are told, or why they are not."""

    TOLD = "exact"
    TOO_SMALL = "too_small"
    TOGETHER = "told_together"
    IN_PARTS = "told_in_parts"
    UNRELIABLE = "unreliable"
    MISSING = "missing"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True)
class ThemeName:
    """A theme by its id, with its title unless only its provider names it."""

    id: str
    title: Texts | None

    @property
    def is_question(self) -> bool:
        """Whether it is one question of a provider, which numbers them."""
        return self.title is None and any(character.isdigit() for character in self.id)


@dataclass(frozen=True)
class Wave:
    """One survey of a school; `kind` is collected, imported or summary, `form` short, full or ""."""

    wave: str
    school_year: str
    kind: str = "collected"
    form: str = ""
    opened: date | None = None
    closed: date | None = None

    @property
    def is_collected(self) -> bool:
        """Whether the school held it here."""
        return self.kind == "collected"

    @property
    def is_summary(self) -> bool:
        """Whether only totals are known, made by a provider that keeps the answers."""
        return self.kind == "summary"


@dataclass(frozen=True)
class Participation:
    """How many of a group took part: numbers to five, `rate` 0..1, `response` the word of the rate.

    The word is very_low, low, caution, good, wrong or unknown; without enough people numbers are None.
    """

    group: str
    told: Told
    participants: int | None
    invited: int | None
    rate: float | None
    response: str


@dataclass(frozen=True)
class ThemeScore:
    """A theme as one group sees it: points 0..100, 100 is favourable, beside similar schools.

    `favourable` is the share of favourable answers; `indicative` says that fewer than thirty answered.
    """

    theme: ThemeName
    group: str
    told: Told
    own: Figure
    favourable: Figure
    respondents: int | None
    peers: PeerFigures
    expected: float | None
    verdict: Verdict
    response: str
    indicative: bool

    @property
    def is_told(self) -> bool:
        """Whether there is a figure of the school's own: a mean, or of a summary at least a share."""
        return self.own.value is not None or self.favourable.value is not None


@dataclass(frozen=True)
class StandsOut:
    """A theme that lies clearly above or below what is expected, by its clearest group."""

    theme: ThemeName
    group: str
    is_better: bool


@dataclass(frozen=True)
class Gap:
    """How many points better staff see a theme than pupils, and how many is usual in the city.

    `verdict` is larger, smaller, usual or unknown; a mean that is told as a bound gives no gap.
    """

    theme: ThemeName
    adults: str
    pupils: str
    mean: float | None
    mean_pupils: float | None
    gap: Figure
    city: float | None
    verdict: str


@dataclass(frozen=True)
class Change:
    """How many points a theme moved since the wave before; `reason` says why the two are not compared.

    `verdict` is higher, lower, no_clear_change or not_compared.
    """

    theme: ThemeName
    group: str
    before: str
    before_year: str
    points: float | None
    verdict: str
    reason: str


@dataclass(frozen=True)
class Share:
    """The share of a group that meets something at least monthly, or names a place as less safe."""

    id: str
    text: Texts | None
    theme: ThemeName | None
    group: str
    told: Told
    value: Figure


def waves(snapshot: Snapshot, school_id: str) -> tuple[Wave, ...]:
    """Return every wave of a school, the latest first."""
    known = {
        (row["school_year"], str(row["wave"])): _wave(row)
        for row in snapshot.rows("survey_wave", school_id=school_id)
    }
    for row in snapshot.rows("survey_theme", school_id=school_id):
        known.setdefault((row["school_year"], str(row["wave"])), Wave(str(row["wave"]), row["school_year"]))
    return tuple(sorted(known.values(), key=_when, reverse=True))


def place_of_waves(snapshot: Snapshot, school_year: str) -> dict[tuple[str, str], int]:
    """Return (school, wave) -> place of every wave of a school year, the first of them lowest."""
    rows = snapshot.rows("survey_wave", school_year=school_year)
    ordered = sorted(rows, key=lambda row: _when(_wave(row)))
    return {(row["school_id"], str(row["wave"])): place for place, row in enumerate(ordered)}


def _wave(row: dict[str, Any]) -> Wave:
    return Wave(
        str(row["wave"]),
        row["school_year"],
        row["kind"],
        row["form"] or "",
        _day(row["opened"]),
        _day(row["closed"]),
    )


def _day(value: Any) -> date | None:
    return value.date() if isinstance(value, datetime) else value if isinstance(value, date) else None


def _when(wave: Wave) -> tuple[str, date, date, int, str]:
    number = int(wave.wave) if wave.wave.isdecimal() else 0
    return wave.school_year, wave.opened or date.min, wave.closed or date.min, number, wave.wave


class Answers:
    """The rows of one wave of one school, as read models."""

    def __init__(self, snapshot: Snapshot, school_id: str, wave: Wave, words: Vocabulary) -> None:
        self._snapshot, self._words = snapshot, words
        self._at = {"school_id": school_id, "school_year": wave.school_year, "wave": wave.wave}
        self._themes = list(words.themes)

    def _rows(self, table: str) -> list[dict[str, Any]]:
        rows = self._snapshot.rows(table, **self._at)
        return sorted(rows, key=lambda row: (_place(row.get("theme"), self._themes), _group(row)))

    def named(self, theme: str) -> ThemeName:
        """Return a theme with its title."""
        return ThemeName(theme, self._words.theme(theme))

    def participation(self) -> tuple[Participation, ...]:
        """Return who took part; a whole instead of its parts where one of these cannot be told."""
        rows = {row["group"]: row for row in self._rows("survey_response")}
        told = {group for group, row in rows.items() if row["status"] == Told.TOLD}
        parts = {whole: set(of_whole) & set(rows) for whole, of_whole in WHOLES.items()}
        together = {whole for whole in WHOLES if whole in told and parts[whole] - told}
        gone = {part for whole in together for part in parts[whole]}
        gone |= {whole for whole in WHOLES if parts[whole] and whole not in together}
        shown = [group for group in rows if group not in gone]
        return tuple(
            Participation(
                group,
                _told(rows[group]["status"]),
                _whole(rows[group]["participants"]),
                _whole(rows[group]["invited"]),
                rows[group]["response_rate"],
                rows[group]["response"],
            )
            for group in shown
        )

    def scores(self) -> tuple[ThemeScore, ...]:
        """Return every theme of every group, told or not, but for wholes that are told as their parts."""
        return tuple(self._score(row) for row in self._rows("survey_theme") if row["status"] != Told.IN_PARTS)

    def _score(self, row: dict[str, Any]) -> ThemeScore:
        return ThemeScore(
            theme=self.named(row["theme"]),
            group=row["group"],
            told=_told(row["status"]),
            own=_figure(row, "mean", row["low"], row["high"]),
            favourable=_figure(row, "favourable"),
            respondents=_whole(row["respondents"]),
            peers=PeerFigures(int(row["peers"] or 0), row["peer_median"], row["peer_low"], row["peer_high"]),
            expected=row["expected"],
            verdict=Verdict(row["verdict"]),
            response=row["response"],
            indicative=bool(row["indicative"]),
        )

    def standing_out(self) -> tuple[StandsOut, ...]:
        """Return what stands out, the clearest first."""
        rows = sorted(self._rows("survey_stands_out"), key=lambda row: int(row["place"]))
        return tuple(
            StandsOut(self.named(row["theme"]), row["group"], row["direction"] == "above") for row in rows
        )

    def gaps(self) -> tuple[Gap, ...]:
        """Return how staff and pupils see each theme, pair of groups by pair."""
        return tuple(
            Gap(
                self.named(row["theme"]),
                row["group"],
                row["pupils"],
                row["mean"],
                row["mean_pupils"],
                Figure(row["gap"], row["low"], row["high"], decimals=0),
                row["city"],
                row["verdict"],
            )
            for row in self._rows("survey_gap")
        )

    def changes(self) -> tuple[Change, ...]:
        """Return what changed since the wave before."""
        return tuple(
            Change(
                self.named(row["theme"]),
                row["group"],
                str(row["before"]),
                row["before_year"],
                row["change"],
                row["verdict"],
                row["reason"] or "",
            )
            for row in self._rows("survey_change")
        )

    def often(self) -> tuple[Share, ...]:
        """Return what happens at least monthly, in the order of the questionnaire."""
        rows = sorted(self._rows("survey_item"), key=lambda row: _number(row["item"]))
        return tuple(
            Share(
                row["item"],
                self._words.question(row["group"], row["item"]),
                self.named(row["theme"]),
                row["group"],
                _told(row["status"]),
                _figure(row, "value"),
            )
            for row in rows
            if row["status"] != Told.IN_PARTS
        )

    def hotspots(self) -> tuple[Share, ...]:
        """Return the places that are named as less safe, in the order of the questionnaire."""
        order = list(self._words.places)
        rows = sorted(self._rows("survey_hotspot"), key=lambda row: _place(row["place"], order))
        return tuple(
            Share(
                row["place"],
                self._words.places.get(row["place"]),
                None,
                row["group"],
                _told(row["status"]),
                _figure(row, "value"),
            )
            for row in rows
            if row["status"] != Told.IN_PARTS
        )

    def moved_by_doubt(self) -> tuple[tuple[ThemeName, str], ...]:
        """Return the themes and groups that would move without answers that look not meant."""
        rows = self._rows("survey_quality")
        return tuple((self.named(row["theme"]), row["group"]) for row in rows if row["of_note"])


def _told(status: str) -> Told:
    # A summary may hold bounds; without a number they are as good as not delivered.
    return Told(status) if status in set(Told) else Told.MISSING


def _figure(row: dict[str, Any], name: str, low: float | None = None, high: float | None = None) -> Figure:
    """Return a figure with its bound; the reason why there is none stands in the row's own status."""
    value, bound = row[name], row[f"{name}_status"]
    return Figure(value, low, high, Status(bound) if bound else Status.MISSING, decimals=0)


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)


def _place(name: Any, order: list[str]) -> tuple[int, str]:
    return (order.index(name) if name in order else len(order), str(name or ""))


def _group(row: dict[str, Any]) -> int:
    group = row.get("group", "")
    return ORDER.index(group) if group in ORDER else len(ORDER)


def _number(item: str) -> tuple[tuple[int, str], ...]:
    parts = item.removeprefix("T").split(".")
    return tuple((int(part), "") if part.isdecimal() else (0, part) for part in parts)


def parts_of(group: str) -> tuple[str, ...]:
    """Return the groups that a rule may name for `group`: itself, or of a whole its parts."""
    return WHOLES.get(group, (group,) if group in GROUPS else ())
