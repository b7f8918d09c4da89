"""Bars with long names: what happens at least monthly, and the places that are named as less safe."""

from collections.abc import Sequence
from textwrap import wrap

import plotly.graph_objects as go

from mirrors.charts.chart import Chart, Table
from mirrors.charts.letters import lower_first
from mirrors.charts.safety_words import group_name, told_in, told_words, written_part
from mirrors.charts.style import BODY, CAPTION, LIGHT, Palette, below, frame, words
from mirrors.locale import Language
from mirrors.views.figure import Figure, Status
from mirrors.views.safety_scores import Share

_LETTERS = 40
_LINE, _BAR, _AIR = 19, 14, 14
_BESIDE = 96


def often(shown: Sequence[Share], language: Language, palette: Palette = LIGHT) -> Chart:
    """Return what one group meets at least monthly, a bar for each question."""
    figure = _bars(shown, language, palette)
    return Chart(
        figure,
        _often_title(shown, language),
        language.text(
            "Share of {group} who say that it happens about every month or more often: {shares}.",
            group=group_name(shown[0].group, language),
            shares=_listed(shown, language),
        ),
        _table(shown, language.text("Question"), language),
    )


def hotspots(shown: Sequence[Share], language: Language, palette: Palette = LIGHT) -> Chart:
    """Return the places that one group names as less safe, those named most first."""
    ordered = sorted(shown, key=lambda each: -_size(each.value))
    return Chart(
        _bars(ordered, language, palette),
        _hotspots_title(ordered, language),
        language.text(
            "Share of {group} who name the place as one where it feels less safe: {shares}.",
            group=group_name(shown[0].group, language),
            shares=_listed(ordered, language),
        ),
        _table(ordered, language.text("Place"), language),
    )


def _size(share: Figure) -> float:
    """Return what a share is ordered by: a bound from above comes after every share that is known."""
    if share.value is None:
        return -2.0
    return share.value - 1.0 if share.status is Status.AT_MOST else share.value


def _bars(shown: Sequence[Share], language: Language, palette: Palette) -> go.Figure:
    names = [wrap(_name(each, language), _LETTERS) or [each.id] for each in shown]
    heights = [_LINE * len(lines) + _BAR + _AIR for lines in names]
    figure = frame(sum(heights) + 6, palette, right=_BESIDE)
    figure.update_xaxes(range=[0, 1])
    figure.update_yaxes(range=[sum(heights), 0])
    widest = max([each.value.value or 0.0 for each in shown] + [0.25])
    top = 0
    for each, lines, height in zip(shown, names, heights, strict=True):
        bar = top + _LINE * len(lines) + 4
        words(
            figure, "<br>".join(lines), 0, top, palette.ink, BODY, xanchor="left", yanchor="top", align="left"
        )
        _bar(figure, each.value, bar, widest, palette)
        _value(figure, each, bar + _BAR / 2, language, palette)
        top += height
    return figure


def _bar(figure: go.Figure, share: Figure, top: float, widest: float, palette: Palette) -> None:
    line = {"color": palette.hairline, "width": 1}
    below(figure, "line", 0, 1, top + _BAR / 2, top + _BAR / 2, line=line)
    if share.value is None:
        return
    is_exact = share.status is Status.EXACT
    colour = palette.sequence[2] if is_exact else palette.own_ribbon
    end = 1.0 if share.status is Status.AT_LEAST else share.value / widest
    below(figure, "rect", 0, end, top, top + _BAR, fillcolor=colour, line={"width": 0})


def _value(figure: go.Figure, each: Share, middle: float, language: Language, palette: Palette) -> None:
    is_there = each.value.value is not None
    value = written_part(each.value, language) if is_there else told_words(each.told, language)
    is_exact = is_there and each.value.status is Status.EXACT
    text, ink, size = (f"<b>{value}</b>", palette.own, BODY) if is_exact else (value, palette.quiet, CAPTION)
    words(figure, text, 1, middle, ink, size, xanchor="right", xshift=_BESIDE - 4, yanchor="middle")


def _name(each: Share, language: Language) -> str:
    return each.id if each.text is None else told_in(each.text, language)


def _listed(shown: Sequence[Share], language: Language) -> str:
    told = [each for each in shown if each.value.value is not None]
    names = [
        f"{lower_first(_name(each, language)).rstrip(' ?')} {written_part(each.value, language)}"
        for each in told
    ]
    return language.join(names) if names else language.text("too few answered to tell")


def _often_title(shown: Sequence[Share], language: Language) -> str:
    exact = [each for each in shown if each.value.status is Status.EXACT and each.value.value is not None]
    most = max(exact, key=lambda each: each.value.value or 0.0, default=None)
    if most is not None:
        return language.text(
            "Mentioned most: {value} answer “every month or more often” to “{question}”",
            value=written_part(most.value, language),
            question=_name(most, language),
        )
    if any(each.value.value is not None for each in shown):
        return language.text("Nothing is mentioned so often that a figure can be told.")
    return language.text("There are too few answers to tell.")


def _hotspots_title(ordered: Sequence[Share], language: Language) -> str:
    known = [
        each for each in ordered if each.value.value is not None and each.value.status is not Status.AT_MOST
    ]
    if known:
        return language.text(
            "Named most as less safe: {places}.",
            places=language.join([lower_first(_name(each, language)) for each in known[:3]]),
        )
    if any(each.value.value is not None for each in ordered):
        return language.text("No place is named so often that a figure can be told.")
    return language.text("There are too few answers to tell.")


def _table(shown: Sequence[Share], name: str, language: Language) -> Table:
    rows = (
        (
            _name(each, language),
            written_part(each.value, language)
            if each.value.value is not None
            else told_words(each.told, language),
        )
        for each in shown
    )
    return Table((name, language.text("Share of those who answered")), tuple(rows))
