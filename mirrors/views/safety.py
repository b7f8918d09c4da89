"""The safety mirror of one school: what pupils and staff said in one wave, beside similar schools."""

from collections.abc import Mapping
from dataclasses import dataclass

from mirrors.access import Viewer
from mirrors.store import Snapshot
from mirrors.survey.vocabulary import Vocabulary, vocabulary
from mirrors.views.comparisons import read_comparisons
from mirrors.views.figure import Comparison
from mirrors.views.safety_scores import (
    ORDER,
    Answers,
    Change,
    Gap,
    Participation,
    Share,
    StandsOut,
    ThemeName,
    ThemeScore,
    Told,
    Wave,
    waves,
)
from mirrors.views.safety_support import Crossing, Support, crossings, felt_weak, supports
from mirrors.views.school import SchoolName, school_name
from mirrors.views.snapshot import jurisdiction_of

OBSTACLES = "T11"
"""The theme of coming to school and what stands in the way, which is laid beside absence."""

_ABSENCE = ("A1", "A2")


@dataclass(frozen=True)
class SafetyView:
    """Everything the safety mirror of one school and wave shows.

    `wave` is None where the school asked nobody in the school year that is meant; `waves` are all of them,
    the latest first. `changes` are those since the wave before, `doubted` the themes that would move without
    answers that look not meant, `with_care` those that hang together loosely in this city. `crossings` are
    empty where the survey has other themes than the checklist knows. `obstacles_are_felt` says that a group
    scores low on coming to school, or lower than at similar schools; `limit` is that of low, in points.
    """

    school: SchoolName
    school_year: str
    waves: tuple[Wave, ...]
    wave: Wave | None
    participation: tuple[Participation, ...] = ()
    scores: tuple[ThemeScore, ...] = ()
    standing_out: tuple[StandsOut, ...] = ()
    gaps: tuple[Gap, ...] = ()
    changes: tuple[Change, ...] = ()
    often: tuple[Share, ...] = ()
    hotspots: tuple[Share, ...] = ()
    doubted: tuple[tuple[ThemeName, str], ...] = ()
    with_care: tuple[tuple[ThemeName, str], ...] = ()
    crossings: tuple[Crossing, ...] = ()
    absence: tuple[Comparison, ...] = ()
    supports: tuple[Support, ...] = ()
    obstacles_are_felt: bool = False
    limit: float = 0.0

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of which any theme is told, in the order in which they are shown."""
        told = {each.group for each in self.scores if each.is_told}
        return tuple(group for group in ORDER if group in told)

    def of_group(self, group: str) -> tuple[ThemeScore, ...]:
        """Return the themes that one group was asked about, as it sees them."""
        return tuple(each for each in self._asked(group) if not each.theme.is_question)

    def questions_of_group(self, group: str) -> tuple[ThemeScore, ...]:
        """Return the single questions of a provider, as one group answered them."""
        return tuple(each for each in self._asked(group) if each.theme.is_question)

    def _asked(self, group: str) -> tuple[ThemeScore, ...]:
        of_group = (each for each in self.scores if each.group == group)
        return tuple(each for each in of_group if each.told is not Told.NOT_ASKED)

    @property
    def is_compared(self) -> bool:
        """Whether anything is set beside other schools."""
        return any(each.peers.median is not None or each.expected is not None for each in self.scores)

    @property
    def obstacles(self) -> tuple[ThemeScore, ...]:
        """What is told of coming to school, by group."""
        return tuple(
            each for each in self.scores if each.theme.id == OBSTACLES and each.own.value is not None
        )


def safety_waves(snapshot: Snapshot, viewer: Viewer, school_id: str) -> tuple[Wave, ...]:
    """Return every published wave of a school, the latest first; raises NotAllowed."""
    viewer.require_school(school_id)
    return waves(snapshot, school_id)


def safety_view(
    snapshot: Snapshot,
    viewer: Viewer,
    school_id: str,
    school_year: str,
    wave: str | None = None,
    in_place: Mapping[str, float] | None = None,
    words: Vocabulary | None = None,
) -> SafetyView:
    """Return the safety mirror of one school; of the last wave of the school year unless `wave` names one.

    `in_place` is section -> mean 0..4 of the school's own checklist, `words` how the city names things.
    Raises NotAllowed when it is not the viewer's to see.
    """
    viewer.require_school(school_id)
    words = words or vocabulary()
    known = waves(snapshot, school_id)
    of_year = [each for each in known if each.school_year == school_year]
    chosen = next((each for each in of_year if wave in (None, each.wave)), None)
    school = school_name(snapshot, school_id, school_year)
    if chosen is None:
        return SafetyView(school, school_year, known, None)
    answers = Answers(snapshot, school_id, chosen, words)
    scores, changes, standing_out = answers.scores(), answers.changes(), answers.standing_out()
    often, hotspots = answers.often(), answers.hotspots()
    crossed = any(each.theme.title is not None for each in scores)
    return SafetyView(
        school=school,
        school_year=school_year,
        waves=known,
        wave=chosen,
        participation=answers.participation(),
        scores=scores,
        standing_out=standing_out,
        gaps=answers.gaps(),
        changes=changes,
        often=often,
        hotspots=hotspots,
        doubted=answers.moved_by_doubt(),
        with_care=_with_care(snapshot, scores),
        crossings=crossings(words, scores, in_place or {}) if crossed else (),
        absence=_absence(snapshot, school_id, school_year),
        supports=supports(words, scores, changes, often, hotspots, standing_out),
        obstacles_are_felt=felt_weak([each for each in scores if each.theme.id == OBSTACLES], words),
        limit=words.support.limit("low"),
    )


def _with_care(snapshot: Snapshot, scores: tuple[ThemeScore, ...]) -> tuple[tuple[ThemeName, str], ...]:
    """Return the themes and groups told here whose questions hang together loosely in the whole city."""
    rows = snapshot.rows("survey_reliability", verdict="caution")
    loose = {(row["group"], row["theme"]) for row in rows}
    told = [each for each in scores if each.is_told and (each.group, each.theme.id) in loose]
    return tuple((each.theme, each.group) for each in told)


def _absence(snapshot: Snapshot, school_id: str, school_year: str) -> tuple[Comparison, ...]:
    """Return the school's absence of the same school year: in all, unauthorised, and a threshold."""
    jurisdiction = jurisdiction_of(snapshot)
    rows = snapshot.rows("figure", order_by="school_year", school_id=school_id)
    alarms = snapshot.rows("registration", school_id=school_id, school_year=school_year)
    judged = not any(row["alarms"] or row["rejected"] for row in alarms)
    found = read_comparisons(snapshot, rows, school_id, school_year, jurisdiction, judged)
    threshold = [key for key in jurisdiction.headline if key.startswith("B")]
    return tuple(found[key] for key in (*_ABSENCE, *threshold[:1]) if key in found)
