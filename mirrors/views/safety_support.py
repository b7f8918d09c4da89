"""From what a survey tells to what could be talked about: kinds of support, and the checklist beside it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mirrors.definitions.reading import Texts
from mirrors.survey.support import Finding, SupportRules, TriggerName, proposals
from mirrors.survey.vocabulary import Vocabulary
from mirrors.views.figure import Figure, Status, Verdict
from mirrors.views.safety_scores import Change, Share, StandsOut, ThemeName, ThemeScore, parts_of

IN_PLACE = 2.5
"""Mean points 0..4 of a section of the checklist from which most of it is in place."""


@dataclass(frozen=True)
class Reason:
    """Why a kind of support is proposed: what was found, in which group and place, and what speaks for it.

    `is_indicative` says that fewer than thirty of the group answered.
    """

    theme: ThemeName
    group: str
    place: Texts | None
    found: Texts
    why: Texts
    is_indicative: bool = False


@dataclass(frozen=True)
class Support:
    """A kind of support that could be talked about, with every reason for it."""

    title: Texts
    text: Texts
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Crossing:
    """A section of the checklist beside the themes that tell how it is felt.

    `in_place` is the mean of the section, 0..4, None where it is not filled in; `lowest` is the theme and
    group with the lowest score, None where nothing is told; `felt_weak` says that a theme scores below the
    limit of the rules of support, or lower than at similar schools.
    """

    section: str
    title: Texts
    in_place: float | None
    lowest: ThemeScore | None
    felt_weak: bool

    @property
    def is_in_place(self) -> bool:
        """Whether most of the section is in place."""
        return self.in_place is not None and self.in_place >= IN_PLACE


def crossings(
    words: Vocabulary, scores: Sequence[ThemeScore], in_place: Mapping[str, float]
) -> tuple[Crossing, ...]:
    """Return every section of the checklist beside what is felt of it."""
    found = []
    for section in words.checklist.sections:
        felt = [each for each in scores if each.theme.id in section.themes and each.own.value is not None]
        lowest = min(felt, key=lambda each: each.own.value or 0.0, default=None)
        weak = felt_weak(felt, words)
        found.append(Crossing(section.id, section.title, in_place.get(section.id), lowest, weak))
    return tuple(found)


def felt_weak(scores: Sequence[ThemeScore], words: Vocabulary) -> bool:
    """Return whether any score lies below the limit of the rules of support, or below similar schools."""
    limit = words.support.limit("low")
    return any(_is_low(each.own, limit) or each.verdict is Verdict.LOWER for each in scores)


def supports(
    words: Vocabulary,
    scores: Sequence[ThemeScore],
    changes: Sequence[Change],
    often: Sequence[Share],
    hotspots: Sequence[Share],
    standing_out: Sequence[StandsOut],
) -> tuple[Support, ...]:
    """Return what could be talked about; what speaks from a theme that stands out comes first."""
    rules = words.support
    found = [
        *_of_scores(rules, scores),
        *_of_changes(rules, changes),
        *_of_shares(rules, often),
        *_of_places(rules, hotspots),
    ]
    first = [each.theme.id for each in standing_out if not each.is_better]
    found.sort(key=lambda pair: first.index(pair[0].theme) if pair[0].theme in first else len(first))
    groups: dict[Finding, str] = {}
    for finding, group in found:
        groups.setdefault(finding, group)
    triggers = {trigger.id: trigger.text for trigger in rules.triggers}
    few = {each.group for each in scores if each.indicative}
    return tuple(
        Support(
            proposal.kind.title,
            proposal.kind.text,
            _once(
                _reason(words, finding, groups[finding], triggers[finding.trigger], rule.reason, few)
                for rule, finding in proposal.because
            ),
        )
        for proposal in proposals(rules, groups)
    )


def together(supports: Sequence[Support]) -> tuple[tuple[Support, ...], ...]:
    """Return the kinds of support that rest on the same reasons together, in the order they came."""
    found: list[list[Support]] = []
    for each in supports:
        same = next((group for group in found if group[0].reasons == each.reasons), None)
        if same is None:
            found.append([each])
        else:
            same.append(each)
    return tuple(tuple(group) for group in found)


def _findings(
    theme: str, trigger: TriggerName, group: str, place: str | None = None
) -> Iterator[tuple[Finding, str]]:
    """Yield a finding of each group that rules may name; of a whole there is one for each of its parts."""
    for part in parts_of(group):
        yield Finding(theme, trigger, part, place), group  # type: ignore[arg-type]


def _of_scores(rules: SupportRules, scores: Sequence[ThemeScore]) -> Iterator[tuple[Finding, str]]:
    for each in scores:
        if _is_low(each.own, rules.limit("low")):
            yield from _findings(each.theme.id, "low", each.group)
        if _is_below(each, rules.limit("below_similar")):
            yield from _findings(each.theme.id, "below_similar", each.group)


def _is_low(own: Figure, limit: float) -> bool:
    return own.value is not None and own.value < limit and own.status is not Status.AT_LEAST


def _is_below(score: ThemeScore, limit: float) -> bool:
    """Return whether a score lies `limit` points below similar schools, and by more than chance."""
    own, median = score.own.value, score.peers.median
    if score.verdict is not Verdict.LOWER or own is None or median is None:
        return False
    return own <= median - limit


def _of_changes(rules: SupportRules, changes: Sequence[Change]) -> Iterator[tuple[Finding, str]]:
    for each in changes:
        if each.verdict == "lower" and each.points is not None and each.points <= -rules.limit("fell"):
            yield from _findings(each.theme.id, "fell", each.group)


def _of_shares(rules: SupportRules, often: Sequence[Share]) -> Iterator[tuple[Finding, str]]:
    for each in often:
        if each.theme is not None and reaches(each.value, rules.limit("often")):
            yield from _findings(each.theme.id, "often", each.group)


def _of_places(rules: SupportRules, hotspots: Sequence[Share]) -> Iterator[tuple[Finding, str]]:
    for each in hotspots:
        if not reaches(each.value, rules.limit("hotspot")):
            continue
        for theme in dict.fromkeys(rule.theme for rule in rules.rules if each.id in rule.places):
            yield from _findings(theme, "hotspot", each.group, each.id)


def reaches(share: Figure, limit: float) -> bool:
    """Return whether a share is at least `limit`; of "at most" nobody can say so."""
    return share.value is not None and share.status is not Status.AT_MOST and share.value >= limit


def _once(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Return every reason once: of a whole it is found for each of its parts."""
    found: list[Reason] = []
    for each in reasons:
        if each not in found:
            found.append(each)
    return tuple(found)


def _reason(
    words: Vocabulary, finding: Finding, group: str, found: Texts, why: Texts, few: Collection[str]
) -> Reason:
    theme = ThemeName(finding.theme, words.theme(finding.theme))
    place = words.places.get(finding.place) if finding.place else None
    return Reason(theme, group, place, found, why, group in few)
