"""Where we stand: one row an indicator, the school's dot upon the band of similar schools."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from mirrors.charts.amounts import amount_or_nothing, between, peer_decimals, written
from mirrors.charts.chart import Chart, Table
from mirrors.charts.readings import standing_reading, standing_title, verdict_word
from mirrors.charts.rows import Row, band, baseline, marks_at, ruled, tick
from mirrors.charts.style import LIGHT, Palette
from mirrors.locale import Language
from mirrors.views.figure import Comparison, Figure, Status

_BESIDE = 100
_NARROWEST = 0.4
_AIR = 0.06


def where_we_stand(comparisons: Sequence[Comparison], language: Language, palette: Palette = LIGHT) -> Chart:
    """Return the dot-and-band picture of `comparisons`; every row has its own scale."""
    figure = ruled(
        [
            Row(
                language.pick(each.indicator.short),
                written(each.indicator, each.own, language),
                verdict_word(each.verdict, language),
            )
            for each in comparisons
        ],
        palette,
        palette.own,
        right=_BESIDE,
    )
    for place, each in enumerate(comparisons):
        _draw_row(figure, place, each, language, palette)
    return Chart(
        figure,
        standing_title(comparisons, language),
        standing_reading(comparisons, language),
        _table(comparisons, language),
    )


@dataclass(frozen=True)
class _Scale:
    """Maps a row's own values onto 0..1."""

    start: float
    width: float

    def at(self, value: float) -> float:
        return (value - self.start) / self.width


def _scale(comparison: Comparison) -> _Scale:
    """Return a scale that holds every mark, never so narrow that a trifle looks large."""
    own, peers = comparison.own, comparison.peers
    marks = [own.value, own.low, own.high, comparison.expected, peers.low, peers.median, peers.high]
    known = [mark for mark in marks if mark is not None] or [0.0, 1.0]
    low, high = min(known), max(known)
    width = max(high - low, _NARROWEST * high, 1e-9) * (1 + 2 * _AIR)
    start = max(0.0, (low + high - width) / 2)
    return _Scale(start, max(width, (high - start) * (1 + _AIR)))


def _draw_row(
    figure: go.Figure, place: int, comparison: Comparison, language: Language, palette: Palette
) -> None:
    scale, peers = _scale(comparison), comparison.peers
    baseline(figure, place, palette)
    if peers.low is not None and peers.high is not None:
        band(figure, place, scale.at(peers.low), scale.at(peers.high), palette.band)
    if peers.median is not None:
        tick(figure, place, scale.at(peers.median), palette.median)
    _draw_own(figure, place, comparison, scale, language, palette)
    if comparison.expected is not None:
        figure.add_scatter(
            x=[scale.at(comparison.expected)],
            y=[marks_at(place)],
            mode="markers",
            marker={"symbol": "diamond-open", "size": 12, "color": palette.ink, "line": {"width": 1.75}},
            hovertemplate=_hover(
                language.text("expected for a school with such pupils"),
                amount_or_nothing(
                    comparison.indicator, comparison.expected, peer_decimals(comparison.own), language
                ),
            ),
        )


def _draw_own(
    figure: go.Figure, place: int, comparison: Comparison, scale: _Scale, language: Language, palette: Palette
) -> None:
    own = comparison.own
    ends = reach(own, scale.start + scale.width)
    if ends is not None:
        figure.add_scatter(
            x=[scale.at(max(end, scale.start)) for end in ends],
            y=[marks_at(place)] * 2,
            mode="lines",
            line={"color": palette.own, "width": 2.5},
            hoverinfo="skip",
        )
    if own.status is Status.EXACT and own.value is not None:
        figure.add_scatter(
            x=[scale.at(own.value)],
            y=[marks_at(place)],
            mode="markers",
            marker={"size": 14, "color": palette.own},
            hovertemplate=_hover(
                language.text("you, with its margin of chance"),
                between(comparison.indicator, own.low, own.high, own.decimals, language),
            ),
        )


def reach(figure: Figure, top: float) -> tuple[float, float] | None:
    """Return how far a figure reaches: its interval, or from a bound to the end it is open to."""
    if figure.value is None:
        return None
    if figure.status is Status.AT_MOST:
        return (0.0, figure.value)
    if figure.status is Status.AT_LEAST:
        return (figure.value, top)
    if figure.low is None or figure.high is None:
        return None
    return (figure.low, figure.high)


def _hover(what: str, value: str) -> str:
    return f"{what}: {value}<extra></extra>"


def _table(comparisons: Sequence[Comparison], language: Language) -> Table:
    header = (
        language.text("Indicator"),
        language.text("You"),
        language.text("Margin of chance"),
        language.text("Expected"),
        language.text("Similar schools: median"),
        language.text("Similar schools: middle half"),
        language.text("Similar schools: how many"),
        language.text("Compared with them"),
    )
    return Table(header, tuple(_table_row(each, language) for each in comparisons))


def _table_row(comparison: Comparison, language: Language) -> tuple[str, ...]:
    indicator, own, peers = comparison.indicator, comparison.own, comparison.peers
    return (
        language.pick(indicator.title),
        written(indicator, own, language),
        between(indicator, own.low, own.high, own.decimals, language),
        amount_or_nothing(indicator, comparison.expected, peer_decimals(own), language),
        amount_or_nothing(indicator, peers.median, peer_decimals(own), language),
        between(indicator, peers.low, peers.high, peer_decimals(own), language),
        language.number(peers.count),
        verdict_word(comparison.verdict, language),
    )
