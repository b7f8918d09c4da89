"""The sentence each part of the mirror opens with: its finding, as sure as the figures behind it."""

from collections.abc import Iterator, Sequence

from mirrors.charts.amounts import years_together
from mirrors.charts.doubts import (
    being_checked,
    incomplete_sentence,
    no_match_sentence,
    rejected_sentence,
)
from mirrors.charts.follow_up import chain_finding
from mirrors.charts.groups import gap_sentence, widest_gap
from mirrors.charts.kinds import largest_part
from mirrors.charts.letters import upper_first
from mirrors.charts.moments import full_month, half_day_name
from mirrors.charts.readings import change_sentence, going_sentence
from mirrors.charts.standing import standing_title
from mirrors.locale import Language
from mirrors.views.figure import Against, Comparison, Status
from mirrors.views.mirror import MirrorView
from mirrors.views.trend import Trend


def standing_opening(view: MirrorView, language: Language, against: Against = Against.PEERS) -> str:
    """Return where a school stands, softened by a poor match and by incomplete registers."""
    if not view.comparisons:
        return language.text("There are no figures for this school year.")
    if view.completeness.rejected:
        return rejected_sentence(language)
    if view.completeness.alarms:
        return being_checked(language)
    if all(each.own.status is Status.TOO_SMALL for each in view.comparisons):
        return _too_small(view.comparisons, language)
    if against is not Against.PEERS:
        return standing_title(view.comparisons, language, against)
    if view.match.quality == "none":
        return no_match_sentence(view.match, language)
    sentences = [standing_title(view.comparisons, language)]
    if view.match.quality == "poor":
        sentences.append(language.text("The schools compared with are not very alike: take it as a hint."))
    return " ".join([*sentences, incomplete_sentence(view.completeness, language)]).strip()


def _too_small(comparisons: Sequence[Comparison], language: Language) -> str:
    pooled = [each.pooled for each in comparisons if each.pooled is not None]
    if pooled:
        return language.text(
            "One year alone has too few pupils, so these are figures of {years}.",
            years=years_together(pooled[0].school_years, language),
        )
    if any(each.peers.median is not None for each in comparisons):
        return language.text(
            "There are too few pupils to show figures of this school: similar schools are shown instead."
        )
    return language.text("There are too few pupils to show figures of this school.")


def what_kind_opening(view: MirrorView, language: Language) -> str:
    """Return what stands out in kind, moment and group."""
    found = " ".join(_what_kind(view, language))
    if found:
        return found
    if view.kinds or view.breakdowns or view.pattern.months:
        return language.text(
            "Too few pupils to tell kinds, moments and groups apart: similar schools are shown instead."
        )
    return language.text("The figures do not tell kinds, moments or groups of pupils apart.")


def _what_kind(view: MirrorView, language: Language) -> Iterator[str]:
    exact = [kind for kind in view.kinds if kind.own.status is Status.EXACT and kind.own.value]
    if exact:
        largest = max(exact, key=lambda kind: kind.own.value or 0.0)
        yield largest_part(largest.category, largest.own, language)
    pattern = view.pattern
    week = pattern.half_days or pattern.weekdays
    if week is not None and week.stands_out is not None:
        moment = half_day_name(week.stands_out, language)
        yield language.text("{moment} stands out.", moment=upper_first(moment))
    elif pattern.months is not None and pattern.months.stands_out is not None:
        month = full_month(pattern.months.stands_out, language)
        yield language.text("{month} stands out.", month=upper_first(month))
    widest = widest_gap(view.breakdowns)
    if widest is not None:
        yield gap_sentence(*widest, language)


def response_opening(view: MirrorView, language: Language, against: Against = Against.PEERS) -> str:
    """Return how far the follow-up gets, or why nobody can say."""
    chain = next((chain for chain in view.chains if chain.shown), None)
    if chain is not None:
        return chain_finding(chain, language, against)
    if view.chains:
        return language.text("Too few pupils reached a threshold to follow them step by step.")
    if view.of_family("process"):
        return language.text("The steps of the follow-up were not delivered; other figures of it are below.")
    return language.text("Nobody delivered how absence was followed up, so nothing can be said of it.")


def outlook_opening(trend: Trend | None, language: Language) -> str:
    """Return how the chosen figure changed and where it has been going, as Markdown."""
    if trend is None:
        return language.text("There are no figures of earlier years.")
    if trend.not_judged == "not_chosen":
        opening = language.text("{name}, year by year.", name=language.pick(trend.indicator.title))
    else:
        opening = change_sentence(trend, language)
    return f"{opening} {going_sentence(trend, language)}".strip()
