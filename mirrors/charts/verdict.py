"""The mirror in two or three sentences, in calm words that are as strong as the comparison behind them."""

from collections.abc import Sequence

from mirrors.charts.amounts import beside_own, written, years_together
from mirrors.charts.doubts import being_checked, break_sentence, no_match_sentence, rejected_sentence
from mirrors.charts.readings import latest_change
from mirrors.definitions import Indicator
from mirrors.locale import Language
from mirrors.views.figure import Against, Comparison, Pooled, Status, Verdict
from mirrors.views.mirror import MirrorView


def verdict_sentences(view: MirrorView, language: Language, against: Against = Against.PEERS) -> str:
    """Return the mirror in two or three sentences of Markdown, the words that matter in bold."""
    sentences = [_level(view.comparisons, language), _compared(view, against, language)]
    if view.break_reason is not None:
        sentences.append(break_sentence(view.school_year, language.pick(view.break_reason), language))
    elif not (view.completeness.alarms or view.completeness.rejected):
        sentences.append(latest_change(view.trends, language))
    return " ".join(sentence for sentence in sentences if sentence)


def _level(comparisons: Sequence[Comparison], language: Language) -> str:
    if not comparisons:
        return language.text("There are no figures for this school year.")
    opening = comparisons[0]
    if opening.pooled is not None:
        return _pooled_level(opening, opening.pooled, language)
    value = written(opening.indicator, opening.own, language)
    if opening.own.value is not None and _is_all_absence(opening.indicator):
        return language.text("Pupils were absent **{value}** of the time.", value=value)
    return language.text("{name}: **{value}**.", name=language.pick(opening.indicator.title), value=value)


def _pooled_level(opening: Comparison, pooled: Pooled, language: Language) -> str:
    values = {
        "value": written(opening.indicator, pooled.own, language),
        "years": years_together(pooled.school_years, language),
    }
    if _is_all_absence(opening.indicator):
        return language.text(
            "Pupils were absent **{value}** of the time in {years}: one year alone has too few pupils.",
            **values,
        )
    return language.text(
        "{name}: **{value}** in {years}; one year alone has too few pupils.",
        name=language.pick(opening.indicator.title),
        **values,
    )


def _is_all_absence(indicator: Indicator) -> bool:
    return indicator.kind == "rate" and indicator.counted.categories == ("any",)


def _compared(view: MirrorView, against: Against, language: Language) -> str:
    if view.comparisons and view.completeness.rejected:
        return rejected_sentence(language)
    if view.comparisons and view.completeness.alarms:
        return being_checked(language)
    if view.comparisons and view.comparisons[0].own.status is Status.TOO_SMALL:
        return _instead(view.comparisons[0], language)
    if view.comparisons and against is not Against.PEERS:
        return _against_other(view.comparisons[0], against, language)
    if not view.comparisons or view.match.quality == "none":
        return no_match_sentence(view.match, language)
    verdict, quality = view.comparisons[0].verdict, view.match.quality
    sentences = _poor if quality == "poor" else _fair if quality == "fair" else _good
    return sentences(verdict, language)


def _instead(comparison: Comparison, language: Language) -> str:
    """Return what may be said of a school with too few pupils: its peers' figure, else the city's."""
    indicator, peers = comparison.indicator, comparison.peers
    if peers.median is not None:
        median = beside_own(indicator, peers.median, comparison.own, language)
        return language.text("At schools like yours it is about {value}.", value=median)
    city = comparison.beside.get(Against.CITY)
    if city is not None:
        value = beside_own(indicator, city.value, comparison.own, language)
        return language.text("In the whole city it is {value}.", value=value)
    return language.text("The school is too small to be compared with others.")


def _against_other(comparison: Comparison, against: Against, language: Language) -> str:
    verdict, reference = comparison.verdict_against(against), comparison.beside.get(against)
    if against is Against.EXPECTED:
        return {
            Verdict.LOWER: language.text("That is **lower** than expected for a school with such pupils."),
            Verdict.SIMILAR: language.text(
                "That is **similar** to what is expected for a school with such pupils."
            ),
            Verdict.HIGHER: language.text("That is **higher** than expected for a school with such pupils."),
        }.get(verdict, language.text("Nobody can say what would be expected for this school."))
    if against is Against.CITY:
        return {
            Verdict.LOWER: language.text("That is **lower** than in the whole city."),
            Verdict.SIMILAR: language.text("That is **similar** to the whole city."),
            Verdict.HIGHER: language.text("That is **higher** than in the whole city."),
        }.get(verdict, language.text("That cannot be compared with the whole city."))
    year = reference.school_year if reference is not None else ""
    return {
        Verdict.LOWER: language.text("That is **lower** than in {year}.", year=year),
        Verdict.SIMILAR: language.text("That is **similar** to {year}.", year=year),
        Verdict.HIGHER: language.text("That is **higher** than in {year}.", year=year),
    }.get(verdict, language.text("There is no earlier year to compare with."))


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
