"""What the figures say, in calm words: verdicts, changes, and the doubt that belongs to each.

Nothing here ranks, scores or praises. A word is as strong as the comparison behind it, never stronger.
"""

from collections.abc import Sequence

from mirrors.charts.amounts import amount, peer_decimals, written
from mirrors.charts.doubts import being_checked, break_sentence, no_match_sentence, rejected_sentence
from mirrors.charts.letters import lower_first
from mirrors.charts.reasons import not_judged_words
from mirrors.definitions import Indicator
from mirrors.locale import Language
from mirrors.views.figure import Comparison, Verdict
from mirrors.views.mirror import MirrorView, Trend, TrendPoint


def verdict_sentences(view: MirrorView, language: Language) -> str:
    """Return the mirror in two or three sentences of Markdown, the words that matter in bold."""
    sentences = [_level(view.comparisons, language), _against_peers(view, language)]
    if view.break_reason is not None:
        sentences.append(break_sentence(view.school_year, language.pick(view.break_reason), language))
    elif not (view.completeness.alarms or view.completeness.rejected):
        sentences.append(_latest_change(view.trends, language))
    return " ".join(sentence for sentence in sentences if sentence)


def _level(comparisons: Sequence[Comparison], language: Language) -> str:
    if not comparisons:
        return language.text("There are no figures for this school year.")
    opening = comparisons[0]
    value = written(opening.indicator, opening.own, language)
    if opening.own.value is None:
        return language.text("{name}: **{value}**.", name=language.pick(opening.indicator.title), value=value)
    if opening.indicator.kind == "rate" and opening.indicator.counted.categories == ("any",):
        return language.text("Pupils were absent **{value}** of the time.", value=value)
    return language.text("{name}: **{value}**.", name=language.pick(opening.indicator.title), value=value)


def _against_peers(view: MirrorView, language: Language) -> str:
    if view.comparisons and view.completeness.rejected:
        return rejected_sentence(language)
    if view.comparisons and view.completeness.alarms:
        return being_checked(language)
    if not view.comparisons or view.match.quality == "none":
        return no_match_sentence(view.match, language)
    verdict, quality = view.comparisons[0].verdict, view.match.quality
    sentences = _poor if quality == "poor" else _fair if quality == "fair" else _good
    return sentences(verdict, language)


def _good(verdict: Verdict, language: Language) -> str:
    return {
        Verdict.LOWER: language.text("That is **lower** than at schools like yours."),
        Verdict.SIMILAR: language.text("That is **similar** to schools like yours."),
        Verdict.HIGHER: language.text("That is **higher** than at schools like yours."),
    }.get(verdict, language.text("That cannot be compared with schools like yours."))


def _fair(verdict: Verdict, language: Language) -> str:
    return {
        Verdict.LOWER: language.text("That is **lower** than at schools fairly like yours."),
        Verdict.SIMILAR: language.text("That is **similar** to schools fairly like yours."),
        Verdict.HIGHER: language.text("That is **higher** than at schools fairly like yours."),
    }.get(verdict, language.text("That cannot be compared with schools like yours."))


def _poor(verdict: Verdict, language: Language) -> str:
    return {
        Verdict.LOWER: language.text(
            "That seems **lower**, but the schools compared with are not very alike."
        ),
        Verdict.SIMILAR: language.text(
            "That seems **similar**, but the schools compared with are not very alike."
        ),
        Verdict.HIGHER: language.text(
            "That seems **higher**, but the schools compared with are not very alike."
        ),
    }.get(verdict, language.text("That cannot be compared with schools like yours."))


def _latest_change(trends: Sequence[Trend], language: Language) -> str:
    """Return the clear changes in words; without any, the first weak one; without any, that none is."""
    clear = [trend for trend in trends if certainty(trend) == "clear"]
    weak = [trend for trend in trends if certainty(trend) == "weak"]
    judged = [trend for trend in trends if trend.change is not None]
    if clear or weak:
        return " ".join(change_sentence(trend, language) for trend in clear[:2] or weak[:1])
    if judged:
        return language.text("No figure clearly changed from the years before.")
    return change_sentence(trends[0], language) if trends else ""


def certainty(trend: Trend) -> str:
    """Return "clear", "weak" or "none": how far the latest change may be believed."""
    if trend.change is None or trend.change.direction == "similar":
        return "none"
    return trend.change.certainty


def change_sentence(trend: Trend, language: Language) -> str:
    """Return the latest change of one indicator as a sentence of Markdown, as sure as it is."""
    name, change = language.pick(trend.indicator.title), trend.change
    if change is None:
        why = not_judged_words(trend.not_judged, language)
        return language.text("{name}: **too early to say**, {why}.", name=name, why=why)
    values = {
        "name": name,
        "before": amount(trend.indicator, change.before, change.decimals, language),
        "now": amount(trend.indicator, change.now, change.decimals, language),
    }
    sentences = {
        ("rose", "clear"): language.text(
            "{name} **rose** from about {before} to about {now}, more than expected.", **values
        ),
        ("fell", "clear"): language.text(
            "{name} **fell** from about {before} to about {now}, more than expected.", **values
        ),
        ("rose", "weak"): language.text(
            "{name} may have risen, from about {before} to about {now}: **too early to say**.", **values
        ),
        ("fell", "weak"): language.text(
            "{name} may have fallen, from about {before} to about {now}: **too early to say**.", **values
        ),
        ("stayed_as_others_fell", "clear"): language.text(
            "{name} **stayed** near {now} while similar schools fell.", **values
        ),
        ("stayed_as_others_rose", "clear"): language.text(
            "{name} **stayed** near {now} while similar schools rose.", **values
        ),
        ("stayed_as_others_fell", "weak"): language.text(
            "{name} may have stayed near {now} while similar schools fell: **too early to say**.", **values
        ),
        ("stayed_as_others_rose", "weak"): language.text(
            "{name} may have stayed near {now} while similar schools rose: **too early to say**.", **values
        ),
    }
    return sentences.get(
        (change.direction, certainty(trend)),
        language.text("{name}: **similar** to the years before.", name=name),
    )


def change_title(trend: Trend, language: Language) -> str:
    """Return the finding above a trend: what changed, next to similar schools."""
    name, change = language.pick(trend.indicator.title), trend.change
    if change is None:
        return language.text("{name}: too early to say whether it changed", name=name)
    titles = {
        ("rose", "clear"): language.text("{name} rose more than at similar schools", name=name),
        ("fell", "clear"): language.text("{name} fell more than at similar schools", name=name),
        ("rose", "weak"): language.text("{name} may have risen; it is too early to say", name=name),
        ("fell", "weak"): language.text("{name} may have fallen; it is too early to say", name=name),
        ("stayed_as_others_fell", "clear"): language.text(
            "{name} stayed as it was while similar schools fell", name=name
        ),
        ("stayed_as_others_rose", "clear"): language.text(
            "{name} stayed as it was while similar schools rose", name=name
        ),
        ("stayed_as_others_fell", "weak"): language.text(
            "{name} may have stayed while similar schools fell; it is too early to say", name=name
        ),
        ("stayed_as_others_rose", "weak"): language.text(
            "{name} may have stayed while similar schools rose; it is too early to say", name=name
        ),
    }
    return titles.get(
        (change.direction, certainty(trend)),
        language.text("{name}: similar to the years before", name=name),
    )


def trend_reading(trend: Trend, language: Language) -> str:
    """Return the last year of a trend beside its peers, how certain the change is, and restarts."""
    if not trend.points:
        return language.text("There are no figures for this indicator.")
    parts = [_last_point(trend.indicator, trend.points[-1], language)]
    if trend.change is None:
        why = not_judged_words(trend.not_judged, language)
        parts.append(language.text("The change of this year is not judged: {why}.", why=why))
    else:
        parts.append(
            {
                "clear": language.text("Certainty of the change: clear."),
                "weak": language.text("Certainty of the change: weak."),
            }.get(certainty(trend), "")
        )
    parts += [
        language.text("From {year} on it is counted differently.", year=year)
        for year in trend.series_restarts
    ]
    return " ".join(part for part in parts if part)


def _last_point(indicator: Indicator, point: TrendPoint, language: Language) -> str:
    own, peers = point.own, point.peers
    value = written(indicator, own, language)
    if peers.low is None or peers.high is None:
        return language.text("{year}: {value}.", year=point.school_year, value=value)
    return language.text(
        "{year}: {value}; half of the similar schools lie between {low} and {high}.",
        year=point.school_year,
        value=value,
        low=amount(indicator, peers.low, peer_decimals(own), language),
        high=amount(indicator, peers.high, peer_decimals(own), language),
    )


def verdict_word(verdict: Verdict, language: Language) -> str:
    """Return "lower", "similar", "higher" or "not compared"."""
    return {
        Verdict.LOWER: language.text("lower"),
        Verdict.SIMILAR: language.text("similar"),
        Verdict.HIGHER: language.text("higher"),
        Verdict.UNKNOWN: language.text("not compared"),
    }[verdict]


def standing_title(comparisons: Sequence[Comparison], language: Language) -> str:
    """Return which figures stand out from similar schools, or that none does."""
    verdicts = {each.verdict for each in comparisons}
    if verdicts == {Verdict.HIGHER}:
        return language.text("Every figure is higher than at similar schools.")
    if verdicts == {Verdict.LOWER}:
        return language.text("Every figure is lower than at similar schools.")
    parts = []
    if higher := _names(comparisons, Verdict.HIGHER, language):
        parts.append(language.text("Higher than at similar schools: {names}.", names=higher))
    if lower := _names(comparisons, Verdict.LOWER, language):
        parts.append(language.text("Lower than at similar schools: {names}.", names=lower))
    if parts:
        return " ".join(parts)
    if Verdict.SIMILAR in verdicts:
        return language.text("No figure stands out from similar schools.")
    return language.text("These figures cannot be compared with similar schools.")


def _names(comparisons: Sequence[Comparison], verdict: Verdict, language: Language) -> str:
    names = [
        lower_first(language.pick(each.indicator.title)) for each in comparisons if each.verdict is verdict
    ]
    return language.join(names) if names else ""


def standing_reading(comparisons: Sequence[Comparison], language: Language) -> str:
    """Return every figure with the median of similar schools beside it, in one sentence."""
    figures = language.join([_beside_median(each, language) for each in comparisons])
    return language.text(
        "Your figures, with the median of similar schools in brackets: {figures}.", figures=figures
    )


def _beside_median(comparison: Comparison, language: Language) -> str:
    indicator, own, median = comparison.indicator, comparison.own, comparison.peers.median
    figure = f"{lower_first(language.pick(indicator.short))} {written(indicator, own, language)}"
    if median is None:
        return figure
    return f"{figure} ({amount(indicator, median, peer_decimals(own), language)})"
