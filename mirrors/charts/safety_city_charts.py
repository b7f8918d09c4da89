"""Themes over all schools of the city: the median school, the middle half, and what could be offered."""

from collections.abc import Sequence

from mirrors.charts.amounts import NOTHING
from mirrors.charts.chart import Chart, Table
from mirrors.charts.key import line_style, marks_in_words
from mirrors.charts.letters import lower_first
from mirrors.charts.rows import Row, band, baseline, tick
from mirrors.charts.safety_scale import ruled_points, scale_of
from mirrors.charts.safety_words import (
    group_name,
    group_of_all,
    group_title,
    points,
    theme_inside,
    theme_title,
    told_in,
)
from mirrors.charts.style import LIGHT, Palette
from mirrors.locale import Language
from mirrors.views.safety_city import CityParticipation, CityTheme, Offer, Reliability, SafetyCityView

_BESIDE = 100
_LOWEST = 3
_APART = 5.0
"""Points between the highest and the lowest theme from which it is worth a word which they are."""


def city_themes(shown: Sequence[CityTheme], language: Language, palette: Palette = LIGHT) -> Chart:
    """Return the themes as one group sees them, over all schools that can be compared."""
    rows = [
        Row(theme_title(each.theme, language), points(each.median, language), _half(each, language))
        for each in shown
    ]
    scale = scale_of([mark for each in shown for mark in (each.low, each.high, each.median)])
    figure = ruled_points(rows, scale, palette, language, _BESIDE, palette.ink)
    for place, each in enumerate(shown):
        baseline(figure, place, palette)
        band(figure, place, scale.at(each.low), scale.at(each.high), palette.band)
        tick(figure, place, scale.at(each.median), palette.ink)
    return Chart(figure, city_title(shown, language), _reading(shown, language), _table(shown, language))


def city_themes_key(language: Language, palette: Palette) -> str:
    """Return the key to the marks as HTML."""
    return marks_in_words(
        [
            (
                f"width:1.6em;height:.8em;background:{palette.band}",
                language.text("middle half of the schools"),
            ),
            (line_style(palette.ink), language.text("the school in the middle")),
        ]
    )


def _half(each: CityTheme, language: Language) -> str:
    low, high = points(each.low, language), points(each.high, language)
    return language.text("{low} to {high}", low=low, high=high)


def city_title(shown: Sequence[CityTheme], language: Language) -> str:
    """Return which themes score lowest and highest in the city, as one group sees them."""
    ordered = sorted(shown, key=lambda each: each.median)
    if ordered[-1].median - ordered[0].median < _APART:
        group = group_name(shown[0].group, language)
        return language.text("For {group} all themes lie close together in this city.", group=group)
    lowest = [theme_inside(each.theme, language) for each in ordered[:_LOWEST]]
    highest = theme_inside(ordered[-1].theme, language)
    return language.text(
        "Least favourable for {group}: {themes}. Most favourable: {best}.",
        group=group_name(shown[0].group, language),
        themes=language.join(lowest),
        best=highest,
    )


def _reading(shown: Sequence[CityTheme], language: Language) -> str:
    words = [f"{theme_inside(each.theme, language)} {points(each.median, language)}" for each in shown]
    return language.text(
        "Points out of 100 of the school in the middle, as {group} see it: {themes}.",
        group=group_name(shown[0].group, language),
        themes=language.join(words),
    )


def _table(shown: Sequence[CityTheme], language: Language) -> Table:
    header = (
        language.text("Theme"),
        language.text("School in the middle"),
        language.text("Middle half"),
        language.text("Schools compared"),
    )
    rows = (
        (
            theme_title(each.theme, language),
            points(each.median, language),
            _half(each, language),
            language.number(each.schools),
        )
        for each in shown
    )
    return Table(header, tuple(rows))


def city_safety_sentences(view: SafetyCityView, language: Language) -> str:
    """Return the city in one or two sentences in Markdown."""
    if not view.themes and not view.participation:
        return language.text("There are no surveys of enough schools in this school year.")
    parts = []
    if view.participation:
        schools = max(each.schools for each in view.participation)
        parts.append(
            language.plural(
                "**{count} school** asked its people.", "**{count} schools** asked their people.", schools
            )
        )
    names = list(dict.fromkeys(theme_inside(each.theme, language) for each in view.offers))
    if names:
        parts.append(
            language.text("An offer to many schools could fit: {themes}.", themes=language.join(names))
        )
    elif view.themes:
        parts.append(language.text("No theme calls for an offer to many schools."))
    return " ".join(parts)


def participation_table(shown: Sequence[CityParticipation], language: Language) -> Table:
    """Return how many schools asked each group, and how many took part."""
    header = (
        language.text("Group"),
        language.text("Schools"),
        language.text("Took part, about"),
        language.text("Of those invited"),
    )
    rows = (
        (
            group_of_all(each.group, language),
            language.number(each.schools),
            language.number(each.participants),
            language.percent(each.participants / each.invited, 0)
            if each.invited and each.participants <= each.invited
            else NOTHING,
        )
        for each in shown
    )
    return Table(header, tuple(rows))


def offer_sentence(each: Offer, limit: float, language: Language) -> str:
    """Return why an offer could fit a theme, in Markdown."""
    why = []
    if each.is_low:
        why.append(
            language.text("the school in the middle scores below {limit}", limit=language.number(limit))
        )
    if each.low:
        why.append(
            language.plural(
                "{count} of {all} schools scores below {limit}",
                "{count} of {all} schools score below {limit}",
                each.low,
                all=language.number(each.schools),
                limit=language.number(limit),
            )
        )
    if each.behind:
        why.append(
            language.plural(
                "it stands out as less good than expected in {count} school",
                "it stands out as less good than expected in {count} schools",
                each.behind,
            )
        )
    told = language.text(
        "**{theme}**, as {group} see it: {why}.",
        theme=theme_title(each.theme, language),
        group=group_name(each.group, language),
        why=language.join(why),
    )
    if not each.kinds:
        return told
    kinds = language.join([lower_first(told_in(kind, language)) for kind in each.kinds])
    return told + " " + language.text("Could be talked about: {kinds}.", kinds=kinds)


def reliability_table(shown: Sequence[Reliability], language: Language) -> Table:
    """Return how well the questions of each theme hang together."""
    header = (
        language.text("Theme"),
        language.text("Group"),
        language.text("Questions"),
        language.text("Alpha"),
        language.text("Omega"),
        language.text("Share between schools"),
        language.text("Judged"),
    )
    rows = (
        (
            theme_title(each.theme, language),
            group_title(each.group, language),
            language.number(each.items),
            NOTHING if each.alpha is None else language.number(each.alpha, 2),
            NOTHING if each.omega is None else language.number(each.omega, 2),
            NOTHING if each.icc is None else language.percent(each.icc, 0),
            reliability_word(each.verdict, language),
        )
        for each in shown
    )
    return Table(header, tuple(rows))


def reliability_word(verdict: str, language: Language) -> str:
    """Return whether the questions of a theme hang together."""
    return {
        "fine": language.text("fine"),
        "caution": language.text("with care"),
        "unreliable": language.text("not formed as a theme"),
    }.get(verdict, language.text("too few answers to say"))
