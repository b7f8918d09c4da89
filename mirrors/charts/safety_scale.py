"""The scale that all themes of a picture share, in points 0 to 100, with its ends written below it."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor

import plotly.graph_objects as go

from mirrors.charts.rows import ROW, Row, marks_at, ruled
from mirrors.charts.style import Palette, words
from mirrors.locale import Language

_STEP = 10.0
_NARROWEST = 40.0
_FOOT = 22
_AIR = 1.5


@dataclass(frozen=True)
class Scale:
    """Maps points from `low` to `high` onto 0..1."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Return where a value lies, held within the scale."""
        return (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)


def scale_of(values: Iterable[float | None]) -> Scale:
    """Return a scale in whole tens that holds every value, never so narrow that a trifle looks large."""
    known = [value for value in values if value is not None] or [0.0, 100.0]
    low = max(0.0, floor((min(known) - _AIR) / _STEP) * _STEP)
    high = min(100.0, ceil((max(known) + _AIR) / _STEP) * _STEP)
    while high - low < _NARROWEST:
        low, high = max(0.0, low - _STEP), min(100.0, high + _STEP)
    return Scale(low, high)


def ruled_points(
    rows: list[Row], scale: Scale, palette: Palette, language: Language, right: int, colour: str = ""
) -> go.Figure:
    """Return a figure with the words of every row and the ends of the scale below the last one.

    Values have the colour of the own school unless they are given another one.
    """
    figure = ruled(rows, palette, colour or palette.own, right=right)
    figure.update_layout(height=ROW * len(rows) + _FOOT)
    figure.update_yaxes(range=[len(rows) + (_FOOT - 6) / ROW, 0])
    foot = len(rows) + 0.08
    for place, value, anchor in ((0.0, scale.low, "left"), (1.0, scale.high, "right")):
        words(figure, language.number(value), place, foot, palette.quiet, xanchor=anchor, yanchor="middle")
    return figure


def dot(figure: go.Figure, place: int, at: float, colour: str, hover: str, is_open: bool = False) -> None:
    """Draw the dot of a row at `at` (0..1), filled for now and own, open for before and others."""
    marker = {"size": 14, "color": colour, "symbol": "circle-open" if is_open else "circle"}
    if is_open:
        marker["line"] = {"width": 1.75}
    figure.add_scatter(
        x=[at], y=[marks_at(place)], mode="markers", marker=marker, hovertemplate=f"{hover}<extra></extra>"
    )


def line(figure: go.Figure, place: int, low: float, high: float, colour: str, width: float = 2.5) -> None:
    """Draw a thin line from `low` to `high` (0..1) through the marks of a row."""
    figure.add_scatter(
        x=[low, high],
        y=[marks_at(place)] * 2,
        mode="lines",
        line={"color": colour, "width": width},
        hoverinfo="skip",
    )
