"""The look of every chart: colours by role, one typeface, and the frame all figures start from."""

from dataclasses import dataclass
from math import floor, log10
from typing import Any

import plotly.graph_objects as go

FONT = "Atkinson Hyperlegible Next, sans-serif"
BODY = 15
CAPTION = 13


@dataclass(frozen=True)
class Palette:
    """Colours by role. `sequence` runs from little to much; `on_sequence` is the text upon it."""

    paper: str
    surface: str
    hairline: str
    ink: str
    quiet: str
    own: str
    own_ribbon: str
    band: str
    median: str
    sequence: tuple[str, ...]
    on_sequence: tuple[str, ...]


LIGHT = Palette(
    paper="#FCFBF8",
    surface="#F2F0E9",
    hairline="#DEDACF",
    ink="#1F2A30",
    quiet="#66645C",
    own="#0B5F66",
    own_ribbon="rgba(11, 95, 102, 0.20)",
    band="#D5D2C8",
    median="#77756C",
    sequence=("#EDEBE3", "#CFE0DF", "#9CC3C2", "#5E9FA0", "#2C7C82", "#0B4A50"),
    on_sequence=("#1F2A30", "#1F2A30", "#1F2A30", "#1F2A30", "#FFFFFF", "#FFFFFF"),
)

DARK = Palette(
    paper="#15191B",
    surface="#202629",
    hairline="#3A4246",
    ink="#E9E6DE",
    quiet="#ABAAA2",
    own="#7CCBCE",
    own_ribbon="rgba(124, 203, 206, 0.26)",
    band="#434B4F",
    median="#A3A198",
    sequence=("#2B3235", "#29494C", "#2E686C", "#4A8F93", "#7DBBBD", "#BFE3E2"),
    on_sequence=("#E9E6DE", "#E9E6DE", "#E9E6DE", "#15191B", "#15191B", "#15191B"),
)


def frame(height: int, palette: Palette, right: int = 4, left: int = 2, bottom: int = 2) -> go.Figure:
    """Return an empty figure of `height` pixels: no legend, no zoom, no paper of its own.

    Margins are pixels. Both axes start bare; a chart adds only what its reader needs.
    """
    bare = {"visible": False, "fixedrange": True, "zeroline": False, "automargin": True}
    return go.Figure(
        layout={
            "template": go.layout.Template(),
            "height": height,
            "margin": {"l": left, "r": right, "t": 6, "b": bottom, "pad": 0},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": FONT, "size": CAPTION, "color": palette.ink},
            "showlegend": False,
            "dragmode": False,
            "hovermode": "closest",
            "hoverlabel": {
                "bgcolor": palette.surface,
                "bordercolor": palette.hairline,
                "font": {"family": FONT, "size": CAPTION, "color": palette.ink},
            },
            "xaxis": bare,
            "yaxis": bare,
        }
    )


def words(
    figure: go.Figure, text: str, x: float, y: float, colour: str, size: int = CAPTION, **place: Any
) -> None:
    """Write `text` into `figure` at (x, y); `place` are plotly's own annotation settings."""
    font = {"size": size, "color": colour}
    figure.add_annotation(text=text, x=x, y=y, showarrow=False, borderpad=0, font=font, **place)


def below(figure: go.Figure, kind: str, x0: float, x1: float, y0: float, y1: float, **style: Any) -> None:
    """Draw a shape under all marks."""
    # Shapes lie above traces unless told otherwise, and would hide the reader's own dot.
    figure.add_shape(type=kind, x0=x0, x1=x1, y0=y0, y1=y1, layer="below", **style)


def ticks(top: float, most: int = 3) -> tuple[float, ...]:
    """Return at most `most` round steps from 0 that stay below `top` (> 0), 0 included.

    Steps of 1, 2 and 5 alone: quarters would print a decimal more than the figures have.
    """
    scale = 10.0 ** floor(log10(top / most))
    step = next(scale * factor for factor in (1, 2, 5, 10) if top / (scale * factor) <= most)
    return tuple(step * count for count in range(int(top / step) + 1))


def short_year(school_year: str) -> str:
    """Return "24-25" for "2024-25": a label narrow enough for a phone."""
    return school_year[2:]
