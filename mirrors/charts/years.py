"""Figures over school years: the axis of years, blocks for years that cannot be compared, and runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import plotly.graph_objects as go

from mirrors.charts.style import BODY, Palette, frame, short_year, ticks, words
from mirrors.definitions import Indicator
from mirrors.locale import Language

_HEADROOM, _HEADROOM_FOR_WORDS = 1.15, 1.4
_ROOM_FOR_LABEL = 62


@dataclass(frozen=True)
class Years:
    """The school years of a picture and what interrupts them: breaks, and series that start again.

    At most `labels` of them are named on the axis, the last one always.
    """

    school_years: tuple[str, ...]
    broken: frozenset[str]
    restarts: frozenset[str]
    labels: int = 6

    def runs(self, present: Sequence[bool]) -> list[range]:
        """Return stretches of years that one line may join: present, unbroken, counted the same way."""
        runs: list[range] = []
        for place, year in enumerate(self.school_years):
            if year in self.broken or not present[place]:
                continue
            joins = runs and runs[-1].stop == place and year not in self.restarts
            if joins:
                runs[-1] = range(runs[-1].start, place + 1)
            else:
                runs.append(range(place, place + 1))
        return runs

    def blocks(self) -> list[range]:
        """Return stretches of years that cannot be compared."""
        broken = [year in self.broken for year in self.school_years]
        starts = [at for at, now in enumerate(broken) if now and not (at and broken[at - 1])]
        return [
            range(at, next((end for end in range(at, len(broken)) if not broken[end]), len(broken)))
            for at in starts
        ]


def yearly(
    years: Years, highest: float, indicator: Indicator, height: int, language: Language, palette: Palette
) -> go.Figure:
    """Return a figure with an axis of years and one of amounts from 0 to above `highest`.

    Places on the x axis count school years from 0. Breaks and restarts are drawn, in words.
    """
    in_words = years.broken or years.restarts
    top = max(highest, 1e-9) * (_HEADROOM_FOR_WORDS if in_words else _HEADROOM)
    figure = frame(height, palette, right=_ROOM_FOR_LABEL, bottom=24)
    _year_axis(figure, years, palette)
    marks = ticks(max(highest, 1e-9), most=4)
    figure.update_yaxes(
        visible=True, range=[0, top], tickvals=marks, ticktext=_amounts(marks, indicator, language),
        gridcolor=palette.hairline, gridwidth=1, tickfont_color=palette.quiet, ticks="", ticklabelstandoff=6,
    )  # fmt: skip
    for block in years.blocks():
        _draw_block(figure, block, top, language, palette)
    for place, year in enumerate(years.school_years):
        if year in years.restarts:
            _draw_restart(figure, place, top, language, palette)
    return figure


def _year_axis(figure: go.Figure, years: Years, palette: Palette) -> None:
    count = len(years.school_years)
    every = ceil(count / years.labels)
    labelled = [place for place in range(count) if (count - 1 - place) % every == 0]
    figure.update_xaxes(
        visible=True, range=[-0.55, count - 0.45], tickvals=labelled, tickangle=0, showgrid=False, ticks="",
        ticktext=[short_year(years.school_years[place]) for place in labelled], tickfont_color=palette.quiet,
    )  # fmt: skip


def _amounts(marks: Sequence[float], indicator: Indicator, language: Language) -> list[str]:
    shown = [100 * mark if indicator.is_share else mark for mark in marks]
    decimals = next((count for count in range(3) if all(_round(mark, count) for mark in shown)), 3)
    sign = "\u00a0%" if indicator.is_share else ""
    return [language.number(mark, decimals) + sign for mark in shown]


def _round(mark: float, decimals: int) -> bool:
    return abs(round(mark, decimals) - mark) < 1e-9


def _draw_block(figure: go.Figure, block: range, top: float, language: Language, palette: Palette) -> None:
    first, last = block.start - 0.45, block.stop - 0.55
    figure.add_shape(
        type="rect", x0=first, x1=last, y0=0, y1=top, layer="below", fillcolor=palette.surface, line_width=0
    )
    text = language.text("not<br>comparable")
    words(figure, text, (first + last) / 2, top, palette.quiet, yanchor="top", yshift=-6)


def _draw_restart(figure: go.Figure, place: int, top: float, language: Language, palette: Palette) -> None:
    at = place - 0.5
    line = {"color": palette.median, "width": 1, "dash": "dot"}
    figure.add_shape(type="line", x0=at, x1=at, y0=0, y1=top, layer="below", line=line)
    text = language.text("new<br>series")
    words(
        figure, text, at, top, palette.quiet, xanchor="left", yanchor="top", align="left", xshift=4, yshift=-6
    )


def ribbon(figure: go.Figure, run: range, low: Sequence[float], high: Sequence[float], colour: str) -> None:
    """Fill between `low` and `high` over the years of `run`; one year alone becomes a short block."""
    places = list(run) if len(run) > 1 else [run.start - 0.12, run.start + 0.12]
    lows, highs = (list(low), list(high)) if len(run) > 1 else ([low[0]] * 2, [high[0]] * 2)
    figure.add_scatter(
        x=places + places[::-1], y=highs + lows[::-1], mode="lines", line_width=0, fill="toself",
        fillcolor=colour, hoverinfo="skip",
    )  # fmt: skip


def line(
    figure: go.Figure,
    run: range,
    values: Sequence[float],
    hover: Sequence[str],
    colour: str,
    width: float = 3,
) -> None:
    """Draw a line with a dot a year over `run`; `hover` is the text of each dot."""
    figure.add_scatter(
        x=list(run), y=list(values), mode="lines+markers", line={"color": colour, "width": width},
        marker={"size": 9, "color": colour}, text=list(hover), hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip


def label(figure: go.Figure, place: int, value: float, text: str, colour: str) -> None:
    """Write `text` beside the last dot of a line, where no ribbon can run through it."""
    words(figure, f"<b>{text}</b>", place, value, colour, BODY, xanchor="left", yanchor="middle", xshift=9)
