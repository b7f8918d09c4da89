"""Kinds of absence: one row a category, the school's dot beside the median of similar schools."""

from collections.abc import Sequence

import plotly.graph_objects as go

from mirrors.charts.amounts import NOTHING, share, written_share
from mirrors.charts.categories import category_name
from mirrors.charts.chart import Chart, Table
from mirrors.charts.letters import lower_first
from mirrors.charts.rows import Row, band, baseline, marks_at, ruled, tick
from mirrors.charts.style import LIGHT, Palette
from mirrors.definitions import HALVES
from mirrors.locale import Language
from mirrors.views.figure import Figure, Status
from mirrors.views.mirror import KindOfAbsence

_BESIDE = 112


def kinds(shown: Sequence[KindOfAbsence], language: Language, palette: Palette = LIGHT) -> Chart:
    """Return the kinds of absence on one common scale from zero, as shares of possible time."""
    figure = ruled([_row(kind, language) for kind in shown], palette, palette.own, right=_BESIDE)
    ends = [end for kind in shown for end in (kind.own.value, kind.peer_median) if end is not None]
    widest = max(ends, default=1.0) * 1.05 or 1.0
    for place, kind in enumerate(shown):
        baseline(figure, place, palette)
        measure(figure, place, kind.own, widest, palette.own, palette.own_ribbon)
        if kind.peer_median is not None:
            tick(figure, place, kind.peer_median / widest, palette.median)

    return Chart(figure, _title(shown, language), _reading(shown, language), _table(shown, language))


def _row(kind: KindOfAbsence, language: Language) -> Row:
    beside = ""
    if kind.peer_median is not None:
        median = share(kind.peer_median, HALVES, language)
        beside = language.text("median {value}", value=median)
    name = category_name(kind.category, language)
    return Row(name, written_share(kind.own, language), beside, bold=kind.own.value is not None)


def measure(figure: go.Figure, place: int, amount: Figure, widest: float, colour: str, pale: str) -> None:
    """Draw a pale bar from zero to an amount, with a dot at its end when the amount is exact."""
    if amount.value is None:
        return
    end = amount.value / widest
    band(figure, place, 0, end, pale)
    if amount.status is Status.EXACT:
        figure.add_scatter(
            x=[end],
            y=[marks_at(place)],
            mode="markers",
            marker={"size": 14, "color": colour},
            hoverinfo="skip",
        )


def _title(shown: Sequence[KindOfAbsence], language: Language) -> str:
    exact = [kind for kind in shown if kind.own.status is Status.EXACT and kind.own.value is not None]
    if not exact:
        return language.text("There are no figures by kind of absence.")
    largest = max(exact, key=lambda kind: kind.own.value or 0.0)
    return largest_part(largest.category, largest.own, language)


def largest_part(category: str, figure: Figure, language: Language) -> str:
    """Return which kind of absence takes most of the time."""
    kind = lower_first(category_name(category, language))
    return language.text(
        "Most of it was {kind}: {value} of the time.", kind=kind, value=written_share(figure, language)
    )


def _reading(shown: Sequence[KindOfAbsence], language: Language) -> str:
    return language.text(
        "Share of the time pupils should have been at school, with the median of similar schools: {kinds}.",
        kinds=language.join([_kind_words(kind, language) for kind in shown]),
    )


def _kind_words(kind: KindOfAbsence, language: Language) -> str:
    name, own = lower_first(category_name(kind.category, language)), written_share(kind.own, language)
    if kind.peer_median is None:
        return f"{name} {own}"
    return f"{name} {own} ({share(kind.peer_median, HALVES, language)})"


def _table(shown: Sequence[KindOfAbsence], language: Language) -> Table:
    header = (
        language.text("Kind of absence"),
        language.text("You"),
        language.text("Similar schools: median"),
    )
    rows = (
        (
            category_name(kind.category, language),
            written_share(kind.own, language),
            NOTHING if kind.peer_median is None else share(kind.peer_median, HALVES, language),
        )
        for kind in shown
    )
    return Table(header, tuple(rows))
