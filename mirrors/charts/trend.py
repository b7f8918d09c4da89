"""A trend: the school's own line with its ribbon over the ribbon of similar schools, year by year."""

import plotly.graph_objects as go

from mirrors.charts.amounts import amount_or_nothing, between, peer_decimals, written
from mirrors.charts.chart import Chart, Table
from mirrors.charts.readings import change_title, trend_reading
from mirrors.charts.style import LIGHT, Palette
from mirrors.charts.where_we_stand import reach
from mirrors.charts.years import Years, label, line, ribbon, yearly
from mirrors.locale import Language
from mirrors.views.figure import Status
from mirrors.views.mirror import Trend, TrendPoint

HEIGHT = 230


def trend(series: Trend, language: Language, palette: Palette = LIGHT) -> Chart:
    """Return the ribbon picture of `series`; years that cannot be compared are blocks with words."""
    years = Years(
        tuple(point.school_year for point in series.points),
        frozenset(point.school_year for point in series.points if point.break_reason is not None),
        frozenset(series.series_restarts),
    )
    figure = yearly(years, _highest(series), series.indicator, HEIGHT, language, palette)
    _draw_peers(figure, years, series.points, palette)
    _draw_own(figure, years, series, language, palette)
    return Chart(
        figure, change_title(series, language), trend_reading(series, language), _table(series, language)
    )


def _highest(series: Trend) -> float:
    shown = [point for point in series.points if point.break_reason is None]
    ends = [
        end
        for point in shown
        for end in (point.own.value, point.own.high, point.peers.high)
        if end is not None
    ]
    return max(ends, default=1.0)


def _draw_peers(figure: go.Figure, years: Years, points: tuple[TrendPoint, ...], palette: Palette) -> None:
    peers = [point.peers for point in points]
    for run in years.runs([each.low is not None and each.high is not None for each in peers]):
        low, high = [peers[at].low or 0.0 for at in run], [peers[at].high or 0.0 for at in run]
        ribbon(figure, run, low, high, palette.band)
    for run in years.runs([each.median is not None for each in peers]):
        medians = [peers[at].median for at in run]
        figure.add_scatter(
            x=list(run), y=medians, mode="lines", hoverinfo="skip",
            line={"color": palette.median, "width": 1.5},
        )  # fmt: skip


def _draw_own(figure: go.Figure, years: Years, series: Trend, language: Language, palette: Palette) -> None:
    own = [point.own for point in series.points]
    hover = [
        f"{point.school_year}: {written(series.indicator, point.own, language)}" for point in series.points
    ]
    for run in years.runs([figure_.low is not None and figure_.high is not None for figure_ in own]):
        low, high = [own[at].low or 0.0 for at in run], [own[at].high or 0.0 for at in run]
        ribbon(figure, run, low, high, palette.own_ribbon)
    exact = [each.status is Status.EXACT and each.value is not None for each in own]
    runs = years.runs(exact)
    for run in runs:
        line(figure, run, [own[at].value or 0.0 for at in run], [hover[at] for at in run], palette.own)
    if runs:
        last = runs[-1].stop - 1
        text = written(series.indicator, own[last], language)
        label(figure, last, own[last].value or 0.0, text, palette.own)
    _draw_bounds(figure, years, series, palette)


def _draw_bounds(figure: go.Figure, years: Years, series: Trend, palette: Palette) -> None:
    """Draw years of which only a bound is known: a thin line as far as the figure may reach."""
    top = figure.layout.yaxis.range[1]
    for place, point in enumerate(series.points):
        bound = point.own.status in (Status.AT_MOST, Status.AT_LEAST)
        ends = reach(point.own, top)
        if bound and ends is not None and point.school_year not in years.broken:
            figure.add_scatter(
                x=[place, place], y=list(ends), mode="lines", hoverinfo="skip",
                line={"color": palette.own, "width": 2.5},
            )  # fmt: skip


def _table(series: Trend, language: Language) -> Table:
    header = (
        language.text("School year"),
        language.text("You"),
        language.text("Margin of chance"),
        language.text("Expected"),
        language.text("Similar schools: median"),
        language.text("Similar schools: middle half"),
        language.text("Remark"),
    )
    return Table(header, tuple(_table_row(series, point, language) for point in series.points))


def _table_row(series: Trend, point: TrendPoint, language: Language) -> tuple[str, ...]:
    indicator, own, peers = series.indicator, point.own, point.peers
    return (
        point.school_year,
        written(indicator, own, language),
        between(indicator, own.low, own.high, own.decimals, language),
        amount_or_nothing(indicator, point.expected, peer_decimals(own), language),
        amount_or_nothing(indicator, peers.median, peer_decimals(own), language),
        between(indicator, peers.low, peers.high, peer_decimals(own), language),
        remark(point.break_reason, point.school_year in series.series_restarts, language),
    )


def remark(break_reason: dict[str, str] | None, restarts: bool, language: Language) -> str:
    """Return what sets a school year apart: why it cannot be compared, or that counting changed."""
    parts = [language.pick(break_reason)] if break_reason is not None else []
    if restarts:
        parts.append(language.text("counted differently from here"))
    return "; ".join(parts)
