"""Where figures stand beside what they are compared with, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from mirrors.charts.amounts import beside_own, written
from mirrors.charts.letters import lower_first
from mirrors.locale import Language
from mirrors.views.figure import Against, Comparison, Verdict


def verdict_word(verdict: Verdict, language: Language) -> str:
    """Return "lower", "similar", "higher" or "not compared"."""
    return {
        Verdict.LOWER: language.text("lower"),
        Verdict.SIMILAR: language.text("similar"),
        Verdict.HIGHER: language.text("higher"),
        Verdict.UNKNOWN: language.text("not compared"),
    }[verdict]


def standing_title(
    comparisons: Sequence[Comparison], language: Language, against: Against = Against.PEERS
) -> str:
    """Return which figures stand out from what they are compared with, or that none does."""
    verdicts = [each.verdict_against(against) for each in comparisons]
    words = _WORDS[against](language)
    if set(verdicts) == {Verdict.HIGHER}:
        return words.all_higher
    if set(verdicts) == {Verdict.LOWER}:
        return words.all_lower
    higher = _names(comparisons, verdicts, Verdict.HIGHER, language)
    lower = _names(comparisons, verdicts, Verdict.LOWER, language)
    parts = [words.higher.format(names=higher)] if higher else []
    parts += [words.lower.format(names=lower)] if lower else []
    if against is Against.PEERS and (outside := _outside(comparisons, language)):
        parts.append(outside)
    if parts:
        return " ".join(parts)
    return words.none if Verdict.SIMILAR in verdicts else words.unknown


@dataclass(frozen=True)
class _Words:
    """The sentences of a finding; `higher` and `lower` have a place for names."""

    all_higher: str
    all_lower: str
    higher: str
    lower: str
    none: str
    unknown: str


def _peers(language: Language) -> _Words:
    return _Words(
        language.text("Every figure is higher than at similar schools."),
        language.text("Every figure is lower than at similar schools."),
        language.text("Higher than at similar schools: {names}."),
        language.text("Lower than at similar schools: {names}."),
        language.text("No figure stands out from similar schools."),
        language.text("These figures cannot be compared with similar schools."),
    )


def _expected(language: Language) -> _Words:
    return _Words(
        language.text("Every figure is higher than expected."),
        language.text("Every figure is lower than expected."),
        language.text("Higher than expected: {names}."),
        language.text("Lower than expected: {names}."),
        language.text("No figure stands out from what is expected."),
        language.text("Nobody can say what would be expected of these figures."),
    )


def _city(language: Language) -> _Words:
    return _Words(
        language.text("Every figure is higher than in the whole city."),
        language.text("Every figure is lower than in the whole city."),
        language.text("Higher than in the whole city: {names}."),
        language.text("Lower than in the whole city: {names}."),
        language.text("No figure stands out from the whole city."),
        language.text("These figures cannot be compared with the whole city."),
    )


def _past(language: Language) -> _Words:
    return _Words(
        language.text("Every figure is higher than in the last comparable year."),
        language.text("Every figure is lower than in the last comparable year."),
        language.text("Higher than in the last comparable year: {names}."),
        language.text("Lower than in the last comparable year: {names}."),
        language.text("No figure differs from the last comparable year by more than chance."),
        language.text("These figures cannot be compared with an earlier year."),
    )


_WORDS = {Against.PEERS: _peers, Against.EXPECTED: _expected, Against.CITY: _city, Against.PAST: _past}


def _outside(comparisons: Sequence[Comparison], language: Language) -> str:
    names = [lower_first(language.pick(each.indicator.title)) for each in comparisons if each.lies_outside]
    if not names:
        return ""
    return language.text("Outside the middle half of similar schools: {names}.", names=language.join(names))


def _names(
    comparisons: Sequence[Comparison], verdicts: Sequence[Verdict], wanted: Verdict, language: Language
) -> str:
    names = [
        lower_first(language.pick(each.indicator.title))
        for each, verdict in zip(comparisons, verdicts, strict=True)
        if verdict is wanted
    ]
    return language.join(names) if names else ""


def standing_reading(
    comparisons: Sequence[Comparison], language: Language, against: Against = Against.PEERS
) -> str:
    """Return every figure in one sentence, with what it is set beside in brackets."""
    figures = language.join([_beside(each, against, language) for each in comparisons])
    return {
        Against.EXPECTED: language.text(
            "Your figures, with what is expected in brackets: {figures}.", figures=figures
        ),
        Against.CITY: language.text(
            "Your figures, with the whole city in brackets: {figures}.", figures=figures
        ),
        Against.PAST: language.text(
            "Your figures, with those of the last comparable year in brackets: {figures}.", figures=figures
        ),
    }.get(
        against,
        language.text(
            "Your figures, with the median of similar schools in brackets: {figures}.", figures=figures
        ),
    )


def _beside(comparison: Comparison, against: Against, language: Language) -> str:
    indicator, own, reference = comparison.indicator, comparison.shown, comparison.beside.get(against)
    value = comparison.peers.median if against is Against.PEERS else reference.value if reference else None
    figure = f"{lower_first(language.pick(indicator.short))} {written(indicator, own, language)}"
    if value is None:
        return figure
    return f"{figure} ({beside_own(indicator, value, own, language)})"
