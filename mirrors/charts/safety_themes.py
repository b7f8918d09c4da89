"""Themes of one group: the school's dot upon the band of similar schools, all on one scale of points."""

from collections.abc import Sequence

import plotly.graph_objects as go

from mirrors.charts.amounts import NOTHING
from mirrors.charts.chart import Chart, Table
from mirrors.charts.rows import Row, band, baseline, marks_at, tick
from mirrors.charts.safety_scale import Scale, dot, line, ruled_points, scale_of
from mirrors.charts.safety_words import (
    between_points,
    points,
    standing_word,
    theme_inside,
    theme_title,
    told_words,
    written_part,
    written_points,
)
from mirrors.charts.style import LIGHT, Palette
from mirrors.charts.where_we_stand import reach
from mirrors.locale import Language
from mirrors.views.figure import Status, Verdict
from mirrors.views.safety_scores import ThemeScore

_BESIDE = 96
_MOST_NAMES = 5


def themes(scores: Sequence[ThemeScore], language: Language, palette: Palette = LIGHT) -> Chart:
    """Return the themes of one group; a summary without points by its favourable answers."""
    rows = [_row(each, language) for each in scores]
    scale = scale_of([mark for each in scores for mark in _marks(each)])
    figure = ruled_points(rows, scale, palette, language, _BESIDE)
    for place, each in enumerate(scores):
        _draw(figure, place, each, scale, language, palette)
    return Chart(figure, themes_title(scores, language), _reading(scores, language), _table(scores, language))


def _marks(score: ThemeScore) -> list[float | None]:
    own, peers = score.own, score.peers
    if own.value is None and score.favourable.value is not None:
        return [0.0, 100.0]
    return [own.value, own.low, own.high, peers.low, peers.median, peers.high, score.expected]


def _row(score: ThemeScore, language: Language) -> Row:
    is_share = score.own.value is None and score.favourable.value is not None
    value = (
        written_part(score.favourable, language)
        if is_share
        else written_points(score.own, score.told, language)
    )
    beside = "" if score.verdict is Verdict.UNKNOWN else standing_word(score.verdict, language)
    return Row(theme_title(score.theme, language), value, beside, bold=score.is_told)


def _draw(
    figure: go.Figure, place: int, score: ThemeScore, scale: Scale, language: Language, palette: Palette
) -> None:
    baseline(figure, place, palette)
    own, peers = score.own, score.peers
    if peers.low is not None and peers.high is not None:
        band(figure, place, scale.at(peers.low), scale.at(peers.high), palette.band)
    if peers.median is not None:
        tick(figure, place, scale.at(peers.median), palette.median)
    if score.expected is not None:
        figure.add_scatter(
            x=[scale.at(score.expected)],
            y=[marks_at(place)],
            mode="markers",
            marker={"symbol": "diamond-open", "size": 12, "color": palette.ink, "line": {"width": 1.75}},
            hovertemplate=f"{language.text('Expected')}: {points(score.expected, language)}<extra></extra>",
        )
    if (ends := reach(own, 100.0)) is not None:
        line(figure, place, scale.at(ends[0]), scale.at(ends[1]), palette.own)
    if own.value is not None and own.status is Status.EXACT:
        hover = f"{language.text('you, with its margin of chance')}: {between_points(own, language)}"
        dot(figure, place, scale.at(own.value), palette.own, hover)
    elif own.value is None and score.favourable.value is not None:
        share = 100 * score.favourable.value
        band(figure, place, 0, scale.at(share), palette.own_ribbon)
        if score.favourable.status is Status.EXACT:
            dot(figure, place, scale.at(share), palette.own, written_part(score.favourable, language))


def themes_title(scores: Sequence[ThemeScore], language: Language) -> str:
    """Return which themes are higher or lower than at similar schools, or that none is."""
    higher, lower = (
        [each for each in scores if each.verdict is verdict] for verdict in (Verdict.HIGHER, Verdict.LOWER)
    )
    parts = []
    if higher:
        parts.append(
            language.text("Better than at similar schools: {names}.", names=_names(higher, scores, language))
        )
    if lower:
        parts.append(
            language.text(
                "Less good than at similar schools: {names}.", names=_names(lower, scores, language)
            )
        )
    if parts:
        return " ".join(parts)
    if any(each.verdict is Verdict.SIMILAR for each in scores):
        return language.text("Every theme is much like at similar schools.")
    if any(each.is_told for each in scores):
        return language.text("These are your own results; they are not compared with other schools.")
    return language.text("There are too few answers to tell.")


def _names(some: Sequence[ThemeScore], scores: Sequence[ThemeScore], language: Language) -> str:
    """Return themes by name; of many only how many they are, for a list of most of them tells nothing."""
    if len(some) <= _MOST_NAMES:
        return language.join([theme_inside(each.theme, language) for each in some])
    told = [each for each in scores if each.is_told]
    return language.text(
        "{count} of {all} themes", count=language.number(len(some)), all=language.number(len(told))
    )


def _reading(scores: Sequence[ThemeScore], language: Language) -> str:
    told = [_words(each, language) for each in scores if each.is_told]
    if not told:
        return language.text("There are too few answers to tell.")
    if all(each.own.value is None for each in scores):
        return language.text("Share of favourable answers: {themes}.", themes=language.join(told))
    if any(each.peers.median is not None for each in scores):
        return language.text(
            "Points out of 100, of which 100 is best, with the median of similar schools in brackets: "
            "{themes}.",
            themes=language.join(told),
        )
    return language.text("Points out of 100, of which 100 is best: {themes}.", themes=language.join(told))


def _words(score: ThemeScore, language: Language) -> str:
    value = (
        written_part(score.favourable, language)
        if score.own.value is None
        else written_points(score.own, score.told, language)
    )
    told = f"{theme_inside(score.theme, language)} {value}"
    return told if score.peers.median is None else f"{told} ({points(score.peers.median, language)})"


def _table(scores: Sequence[ThemeScore], language: Language) -> Table:
    header = (
        language.text("Theme"),
        language.text("You, 0 to 100"),
        language.text("Margin of chance"),
        language.text("Favourable answers"),
        language.text("Similar schools: median"),
        language.text("Similar schools: middle half"),
        language.text("Expected"),
        language.text("Answered, about"),
        language.text("Compared with them"),
    )
    return Table(header, tuple(_table_row(each, language) for each in scores))


def _table_row(score: ThemeScore, language: Language) -> tuple[str, ...]:
    peers, number = score.peers, score.respondents
    band = NOTHING
    if peers.low is not None and peers.high is not None:
        band = language.text(
            "{low} to {high}", low=points(peers.low, language), high=points(peers.high, language)
        )
    return (
        theme_title(score.theme, language),
        written_points(score.own, score.told, language),
        between_points(score.own, language),
        written_part(score.favourable, language),
        points(peers.median, language),
        band,
        points(score.expected, language),
        NOTHING if number is None else language.number(number),
        standing_word(score.verdict, language) if score.is_told else told_words(score.told, language),
    )
