"""What changed since the wave before: then an open dot, now a filled one, and why some is not compared."""

from collections.abc import Sequence

from mirrors.charts.amounts import NOTHING
from mirrors.charts.chart import Chart, Table
from mirrors.charts.rows import Row, baseline
from mirrors.charts.safety_scale import dot, line, ruled_points, scale_of
from mirrors.charts.safety_words import group_name, points, signed, theme_inside, theme_title
from mirrors.charts.style import LIGHT, Palette
from mirrors.locale import Language
from mirrors.views.figure import Status
from mirrors.views.safety_scores import Change, ThemeScore

_BESIDE = 116


def changed(
    changes: Sequence[Change], scores: Sequence[ThemeScore], language: Language, palette: Palette = LIGHT
) -> Chart:
    """Return the changes of one group that may be compared; `scores` are those of the later wave."""
    shown = [each for each in changes if each.points is not None]
    now = {
        each.theme.id: each.own.value
        for each in scores
        if each.own.value is not None and each.own.status is Status.EXACT
    }
    rows = [
        Row(
            theme_title(each.theme, language),
            signed(each.points or 0.0, language),
            change_word(each, language),
        )
        for each in shown
    ]
    marks = {
        each.theme.id: (here - (each.points or 0.0), here)
        for each in shown
        if (here := now.get(each.theme.id))
    }
    scale = scale_of([mark for pair in marks.values() for mark in pair])
    figure = ruled_points(rows, scale, palette, language, _BESIDE)
    for place, each in enumerate(shown):
        baseline(figure, place, palette)
        if each.theme.id in marks:
            then, here = marks[each.theme.id]
            line(figure, place, scale.at(then), scale.at(here), palette.own, 1.5)
            dot(
                figure,
                place,
                scale.at(then),
                palette.own,
                f"{each.before_year}: {points(then, language)}",
                True,
            )
            dot(figure, place, scale.at(here), palette.own, points(here, language))
    return Chart(
        figure, changes_title(changes, language), _reading(shown, language), _table(changes, language)
    )


def change_word(change: Change, language: Language) -> str:
    """Return whether a theme rose or fell by more than chance."""
    return {
        "higher": language.text("better"),
        "lower": language.text("less good"),
        "no_clear_change": language.text("no clear change"),
    }.get(change.verdict, language.text("not compared"))


def changes_title(changes: Sequence[Change], language: Language) -> str:
    """Return which themes changed by more than chance, or that none did."""
    better, worse = (
        [theme_inside(each.theme, language) for each in changes if each.verdict == verdict]
        for verdict in ("higher", "lower")
    )
    parts = (
        [language.text("Better than in the survey before: {names}.", names=language.join(better))]
        if better
        else []
    )
    if worse:
        parts.append(
            language.text("Less good than in the survey before: {names}.", names=language.join(worse))
        )
    if parts:
        return " ".join(parts)
    if any(each.verdict == "no_clear_change" for each in changes):
        return language.text("No theme changed by more than chance.")
    return language.text("This survey cannot be compared with the one before.")


def why_not(changes: Sequence[Change], language: Language) -> str:
    """Return why themes are not compared with the wave before, each reason once; "" where all are."""
    reasons = dict.fromkeys(each.reason for each in changes if each.verdict == "not_compared")
    return " ".join(_reason_words(reason, language) for reason in reasons)


def _reason_words(reason: str, language: Language) -> str:
    return {
        "other_questionnaire": language.text("The survey before used another questionnaire."),
        "other_version": language.text(
            "The questions changed since the survey before; other words give other answers."
        ),
        "other_form": language.text("One survey used the short form and the other the full form."),
    }.get(
        reason,
        language.text("In one of the two surveys too few answered, or too small a part of those invited."),
    )


def _reading(shown: Sequence[Change], language: Language) -> str:
    words = [f"{theme_inside(each.theme, language)} {signed(each.points or 0.0, language)}" for each in shown]
    if not words:
        return language.text("This survey cannot be compared with the one before.")
    return language.text(
        "Change in points out of 100 for {group} since the survey of {year}: {themes}.",
        group=group_name(shown[0].group, language),
        year=shown[0].before_year,
        themes=language.join(words),
    )


def _table(changes: Sequence[Change], language: Language) -> Table:
    header = (
        language.text("Theme"),
        language.text("Change in points"),
        language.text("More than chance?"),
        language.text("Survey before"),
    )
    rows = (
        (
            theme_title(each.theme, language),
            NOTHING if each.points is None else signed(each.points, language),
            change_word(each, language),
            each.before_year,
        )
        for each in changes
    )
    return Table(header, tuple(rows))
