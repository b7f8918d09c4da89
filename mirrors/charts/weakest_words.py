"""The weakest points in words, and what will be shown for them."""

from collections.abc import Sequence

from mirrors.charts.amounts import beside_own, written
from mirrors.charts.letters import lower_first
from mirrors.locale import Language
from mirrors.views.figure import Comparison
from mirrors.views.mirror import MirrorView


def weakest_opening(view: MirrorView, language: Language) -> str:
    """Return the points at which a school lies furthest on the unfavourable side, or that there are none."""
    if not view.weakest:
        return _none(view, language)
    points = language.join([_point(each, language) for each in view.weakest])
    if view.match.quality == "poor":
        return language.text(
            "Perhaps less favourable than at similar schools, which are not very alike: {points}.",
            points=points,
        )
    return language.text("Least favourable beside similar schools: {points}.", points=points)


def _none(view: MirrorView, language: Language) -> str:
    if view.completeness.alarms or view.completeness.rejected:
        return language.text(
            "This year's figures are being checked, so no practices are chosen for this school yet."
        )
    if not any(each.verdict != "unknown" for each in (*view.comparisons, *view.more)):
        return language.text("Nothing could be compared this year, so no practices are chosen.")
    return language.text(
        "No figure is clearly less favourable than at similar schools, so no practices are chosen."
    )


def _point(comparison: Comparison, language: Language) -> str:
    indicator, own = comparison.indicator, comparison.own
    return language.text(
        "{name} ({own}; median of similar schools {median})",
        name=lower_first(language.pick(indicator.title)),
        own=written(indicator, own, language),
        median=beside_own(indicator, comparison.peers.median, own, language),
    )


def room_for_practices(points: Sequence[Comparison], language: Language) -> str:
    """Return what will stand here once the city has collected practices and offers of support."""
    if not points:
        return language.text(
            "What other schools do about absence, and what the city offers, will be shown here once the city "
            "has collected it."
        )
    return language.text(
        "What other schools did about this, and what the city offers, will be shown here once the city has "
        "collected it."
    )
