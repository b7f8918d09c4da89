"""Rows of a picture: a name and a value on one line, its marks on the line below, as wide as the page.

Names stand above the marks, never beside them, so that a phone shows them as well as a desk does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from mirrors.charts.style import BODY, CAPTION, Palette, below, frame, words

ROW = 62
_HALF_BAND = 0.17
_MARKS = 0.62


@dataclass(frozen=True)
class Row:
    """The words of one row: its name, its value in bold, and a quiet word beside its marks.

    A row with nothing to show for a value is not `bold`: why there is none is no figure.
    """

    name: str
    value: str
    beside: str = ""
    bold: bool = True


def ruled(rows: Sequence[Row], palette: Palette, colour: str, right: int = 4) -> go.Figure:
    """Return a figure with the words of every row; marks go at x 0..1 and y `marks_at(row)`.

    `colour` is that of the values; `right` the pixels kept free for the words beside the marks.
    """
    figure = frame(ROW * len(rows) + 6, palette, right=right)
    figure.update_xaxes(range=[0, 1])
    figure.update_yaxes(range=[len(rows), 0])
    beyond: dict[str, Any] = {"xanchor": "right", "xshift": right - 4}
    for place, row in enumerate(rows):
        line = place + 0.22
        words(figure, row.name, 0, line, palette.ink, BODY, xanchor="left", yanchor="middle")
        value, ink = (f"<b>{row.value}</b>", colour) if row.bold else (row.value, palette.quiet)
        words(figure, value, 1, line, ink, BODY if row.bold else CAPTION, yanchor="middle", **beyond)
        words(figure, row.beside, 1, marks_at(place), palette.quiet, yanchor="middle", **beyond)
    return figure


def marks_at(place: int) -> float:
    """Return the height at which the marks of row `place` (0 = top) are drawn."""
    return place + _MARKS


def baseline(figure: go.Figure, place: int, palette: Palette) -> None:
    """Draw the hairline that the marks of a row stand on."""
    below(
        figure, "line", 0, 1, marks_at(place), marks_at(place), line={"color": palette.hairline, "width": 1}
    )


def band(figure: go.Figure, place: int, low: float, high: float, colour: str) -> None:
    """Draw a band from `low` to `high` (0..1) under the marks of a row."""
    middle = marks_at(place)
    below(
        figure, "rect", low, high, middle - _HALF_BAND, middle + _HALF_BAND,
        fillcolor=colour, line={"width": 0},
    )  # fmt: skip


def tick(figure: go.Figure, place: int, at: float, colour: str) -> None:
    """Draw an upright thin line at `at` (0..1) across a row."""
    middle = marks_at(place)
    below(
        figure, "line", at, at, middle - 1.35 * _HALF_BAND, middle + 1.35 * _HALF_BAND,
        line={"color": colour, "width": 2},
    )  # fmt: skip
