"""A chart: a picture together with its finding, its reading and the same figures as a table."""

from dataclasses import dataclass

import plotly.graph_objects as go


@dataclass(frozen=True)
class Table:
    """The figures of a chart in words and printed numbers: one header, rows of equal length."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Chart:
    """What one chart says, four times: `title` is its finding, `reading` one sentence (also its alt text).

    `table` holds every figure of `figure`, written as the reader's language writes it.
    """

    figure: go.Figure
    title: str
    reading: str
    table: Table

    @property
    def height(self) -> int:
        """The height of the picture in pixels."""
        return int(self.figure.layout.height)
