"""What the city's figures say, in one or two calm sentences, and how complete they are."""

from mirrors.charts.amounts import NOTHING, written
from mirrors.charts.chart import Table
from mirrors.charts.doubts import break_sentence
from mirrors.locale import Language
from mirrors.views.city import CityCompleteness, CityPoint, CityTrend, CityView

_IN_THE_SENTENCE = 2


def city_sentences(view: CityView, language: Language) -> str:
    """Return the year in Markdown: the first headlines beside the year before, if that may be compared."""
    found = [(series, point) for series in view.trends if (point := _of(series, view.school_year))]
    known = [(series, point) for series, point in found if point.figure.value is not None]
    if not known:
        return language.text("There are no figures for this school year.")
    sentences = [_sentence(series, point, language) for series, point in known[:_IN_THE_SENTENCE]]
    if view.break_reason is not None:
        sentences.append(break_sentence(view.school_year, language.pick(view.break_reason), language))
    return " ".join(sentences)


def _of(series: CityTrend, school_year: str) -> CityPoint | None:
    return next((point for point in series.points if point.school_year == school_year), None)


def _sentence(series: CityTrend, point: CityPoint, language: Language) -> str:
    before = _comparable_before(series, point.school_year)
    values = {
        "name": language.pick(series.indicator.title),
        "now": written(series.indicator, point.figure, language),
        "year": point.school_year,
    }
    if before is None:
        return language.plural(
            "{name}: **{now}** in {year}, {count} school.",
            "{name}: **{now}** in {year}, {count} schools.",
            point.schools,
            **values,
        )
    return language.plural(
        "{name}: **{now}** in {year}, {count} school; {before} the year before.",
        "{name}: **{now}** in {year}, {count} schools; {before} the year before.",
        point.schools,
        before=written(series.indicator, before.figure, language),
        **values,
    )


def _comparable_before(series: CityTrend, school_year: str) -> CityPoint | None:
    """Return the year before, unless it is missing, broken or counted another way."""
    years = [point.school_year for point in series.points]
    place = years.index(school_year)
    broken = series.points[place].break_reason is not None
    if place == 0 or broken or school_year in series.series_restarts:
        return None
    before = series.points[place - 1]
    return before if before.break_reason is None and before.figure.value is not None else None


def completeness_sentences(shown: CityCompleteness, language: Language) -> str:
    """Return how many schools delivered, how many of them fully, and what to check."""
    parts = [_delivered(shown, language)]
    if shown.missing_since_last_year:
        parts.append(
            language.plural(
                "{count} school of the year before is missing.",
                "{count} schools of the year before are missing.",
                shown.missing_since_last_year,
            )
        )
    if shown.alarms:
        parts.append(
            language.plural(
                "{count} school should be checked before its figures are believed.",
                "{count} schools should be checked before their figures are believed.",
                shown.alarms,
            )
        )
    return " ".join(parts)


def _delivered(shown: CityCompleteness, language: Language) -> str:
    if shown.complete is None:
        return language.plural(
            "{count} school delivered figures for the whole year: which months are complete is not known.",
            "{count} schools delivered figures for the whole year: which months are complete is not known.",
            shown.schools,
        )
    return language.plural(
        "{count} school delivered figures; {complete} of them are complete.",
        "{count} schools delivered figures; {complete} of them are complete.",
        shown.schools,
        complete=language.number(shown.complete),
    )


def completeness_table(shown: tuple[CityCompleteness, ...], language: Language) -> Table:
    """Return one row a school year: how many schools delivered, how many of them fully."""
    header = (
        language.text("School year"),
        language.text("Schools"),
        language.text("Complete"),
        language.text("Incomplete"),
        language.text("Missing since the year before"),
        language.text("To be checked"),
    )
    rows = (
        (
            each.school_year,
            each.schools,
            each.complete,
            each.incomplete,
            each.missing_since_last_year,
            each.alarms,
        )
        for each in shown
    )
    return Table(
        header,
        tuple(
            (year, *(NOTHING if count is None else language.number(count) for count in counts))
            for year, *counts in rows
        ),
    )


def listed_sentence(listed: tuple[tuple[str, int], ...], language: Language) -> str:
    """Return how many schools clearly stand on each short list that could be made this year."""
    if not listed:
        return language.text("No short list can be made of this school year.")
    counts = dict(listed)
    found = {
        "rose": language.plural(
            "it rose at {count} school", "it rose at {count} schools", counts.get("rose", 0)
        ),
        "improved": language.plural(
            "{count} school improved", "{count} schools improved", counts.get("improved", 0)
        ),
        "excellent": language.plural(
            "{count} school has excellent results",
            "{count} schools have excellent results",
            counts.get("excellent", 0),
        ),
    }
    told = [sentence for kind, sentence in found.items() if kind in counts]
    return language.text("Clear enough to say: {counts}.", counts=language.join(told))
