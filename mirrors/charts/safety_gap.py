"""The perception gap: pupils and staff on one line a theme, beside where staff usually stand in this city."""

from collections.abc import Sequence

from mirrors.charts.amounts import NOTHING
from mirrors.charts.chart import Chart, Table
from mirrors.charts.key import line_style, marks_in_words
from mirrors.charts.rows import Row, baseline, tick
from mirrors.charts.safety_scale import dot, line, ruled_points, scale_of
from mirrors.charts.safety_words import (
    between_points,
    group_name,
    points,
    signed,
    theme_inside,
    theme_title,
)
from mirrors.charts.style import LIGHT, Palette
from mirrors.locale import Language
from mirrors.views.safety_scores import Gap

_BESIDE = 104


def gaps(shown: Sequence[Gap], language: Language, palette: Palette = LIGHT) -> Chart:
    """Return the gaps between two groups, one row a theme; all of `shown` are of the same two."""
    rows = [
        Row(
            theme_title(each.theme, language),
            NOTHING if each.gap.value is None else signed(each.gap.value, language),
            gap_word(each, language),
            bold=each.gap.value is not None,
        )
        for each in shown
    ]
    scale = scale_of([mark for each in shown for mark in (each.mean, each.mean_pupils, _usual(each))])
    figure = ruled_points(rows, scale, palette, language, _BESIDE)
    for place, each in enumerate(shown):
        baseline(figure, place, palette)
        if (usual := _usual(each)) is not None:
            tick(figure, place, scale.at(usual), palette.median)
        if each.mean is not None and each.mean_pupils is not None:
            line(figure, place, scale.at(each.mean_pupils), scale.at(each.mean), palette.own, 1.5)
        for mean, group, is_open in ((each.mean_pupils, each.pupils, True), (each.mean, each.adults, False)):
            if mean is not None:
                hover = f"{group_name(group, language)}: {points(mean, language)}"
                dot(figure, place, scale.at(mean), palette.own, hover, is_open)
    return Chart(figure, gaps_title(shown, language), _reading(shown, language), _table(shown, language))


def _usual(gap: Gap) -> float | None:
    """Return where staff would stand with the gap that is usual in the city."""
    return None if gap.city is None or gap.mean_pupils is None else gap.mean_pupils + gap.city


def gap_word(gap: Gap, language: Language) -> str:
    """Return how a gap compares with what is usual in the city."""
    return {
        "larger": language.text("more than usual"),
        "smaller": language.text("less than usual"),
        "usual": language.text("usual"),
    }.get(gap.verdict, "")


def gaps_title(shown: Sequence[Gap], language: Language) -> str:
    """Return on which themes staff and pupils see things more, or less, apart than elsewhere in the city."""
    parts = []
    sentences = {
        "larger": language.text(
            "Compared with {pupils}, {adults} are more favourable than is usual in this city about: {names}."
        ),
        "smaller": language.text(
            "Compared with {pupils}, {adults} are less favourable than is usual in this city about: {names}."
        ),
    }
    for verdict, sentence in sentences.items():
        names = [theme_inside(each.theme, language) for each in shown if each.verdict == verdict]
        if names:
            adults, pupils = (group_name(each, language) for each in (shown[0].adults, shown[0].pupils))
            parts.append(sentence.format(adults=adults, pupils=pupils, names=language.join(names)))
    if parts:
        return " ".join(parts)
    if any(each.verdict == "usual" for each in shown):
        return language.text("Staff and pupils differ as much as is usual in this city.")
    return language.text(
        "There are too few schools to say which difference between staff and pupils is usual."
    )


def gaps_key(shown: Sequence[Gap], language: Language, palette: Palette) -> str:
    """Return the key to the marks as HTML."""
    round_ = "width:.7em;height:.7em;border-radius:50%"
    marks = [
        (f"{round_};border:1.75px solid {palette.own}", group_name(shown[0].pupils, language)),
        (f"{round_};background:{palette.own}", group_name(shown[0].adults, language)),
    ]
    if any(each.city is not None for each in shown):
        usual = language.text(
            "where {adults} usually stand in this city", adults=group_name(shown[0].adults, language)
        )
        marks.append((line_style(palette.median), usual))
    return marks_in_words(marks)


def _reading(shown: Sequence[Gap], language: Language) -> str:
    words = [_words(each, language) for each in shown if each.gap.value is not None]
    return language.text(
        "How many points out of 100 {adults} are above {pupils}, with the usual difference in this city in "
        "brackets: {themes}.",
        adults=group_name(shown[0].adults, language),
        pupils=group_name(shown[0].pupils, language),
        themes=language.join(words) or NOTHING,
    )


def _words(gap: Gap, language: Language) -> str:
    told = f"{theme_inside(gap.theme, language)} {signed(gap.gap.value or 0.0, language)}"
    return told if gap.city is None else f"{told} ({signed(gap.city, language)})"


def _table(shown: Sequence[Gap], language: Language) -> Table:
    header = (
        language.text("Theme"),
        language.text("Staff"),
        language.text("Pupils"),
        language.text("Difference"),
        language.text("Margin of chance"),
        language.text("Usual in this city"),
        language.text("Compared with it"),
    )
    rows = (
        (
            theme_title(each.theme, language),
            points(each.mean, language),
            points(each.mean_pupils, language),
            NOTHING if each.gap.value is None else signed(each.gap.value, language),
            between_points(each.gap, language),
            NOTHING if each.city is None else signed(each.city, language),
            gap_word(each, language) or NOTHING,
        )
        for each in shown
    )
    return Table(header, tuple(rows))
