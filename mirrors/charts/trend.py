"""A trend: the school's own line with its ribbon over the ribbon of similar schools, year by year."""

import plotly.graph_objects as go

from mirrors.charts.amounts import (
    NOTHING,
    amount_or_nothing,
    between,
    peer_decimals,
    written,
    years_together,
)
from mirrors.charts.chart import Chart, Table
from mirrors.charts.readings import change_title, drawn_beside, reference_of, trend_reading
from mirrors.charts.style import BODY, LIGHT, Palette, words
from mirrors.charts.where_we_stand import reach
from mirrors.charts.years import Years, label, line, ribbon, yearly
from mirrors.locale import Language
from mirrors.views.figure import Against, Pooled, Status
from mirrors.views.trend import Trend, TrendPoint

HEIGHT = 230
_REACH = 0.35


def trend(
    series: Trend, language: Language, palette: Palette = LIGHT, against: Against = Against.PEERS
) -> Chart:
    """Return the ribbon picture of `series`; years that cannot be compared are blocks with words.

    `against` chooses what lies under the own line: the ribbon of similar schools, what was expected, the
    city's line, or nothing for the own past. Years together are one level line over all of them.
    """
    against = drawn_beside(series, against)
    years = Years(
        tuple(point.school_year for point in series.points),
        frozenset(point.school_year for point in series.points if point.break_reason is not None),
        frozenset(series.series_restarts),
    )
    figure = yearly(years, _highest(series, against), series.indicator, HEIGHT, language, palette)
    if against is Against.PEERS:
        _draw_peers(figure, years, series.points, palette)
    else:
        _draw_reference(figure, years, series.points, against, palette)
    _draw_windows(figure, years, series, language, palette)
    _draw_own(figure, years, series, language, palette)
    return Chart(
        figure,
        change_title(series, language),
        trend_reading(series, language, against),
        _table(series, against, language),
    )


def _highest(series: Trend, against: Against) -> float:
    shown = [point for point in series.points if point.break_reason is None]
    ends = [
        end
        for point in shown
        for end in (
            point.own.value,
            point.own.high,
            point.peers.high if against is Against.PEERS else reference_of(point, against),
        )
        if end is not None
    ]
    together = [end for window in series.windows for end in (window.own.value, window.own.high) if end]
    return max([*ends, *together], default=1.0)


def _draw_reference(
    figure: go.Figure, years: Years, points: tuple[TrendPoint, ...], against: Against, palette: Palette
) -> None:
    values = [reference_of(point, against) for point in points]
    for run in years.runs([value is not None for value in values]):
        figure.add_scatter(
            x=list(run), y=[values[at] for at in run], mode="lines", hoverinfo="skip",
            line={"color": palette.median, "width": 1.5},
        )  # fmt: skip
        if against is Against.EXPECTED:
            figure.add_scatter(
                x=list(run), y=[values[at] for at in run], mode="markers", hoverinfo="skip",
                marker={"symbol": "diamond-open", "size": 10, "color": palette.ink, "line": {"width": 1.5}},
            )  # fmt: skip


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


def _draw_windows(
    figure: go.Figure, years: Years, series: Trend, language: Language, palette: Palette
) -> None:
    """Draw years together: their margin of chance and their value, as wide as the years they are of."""
    top = figure.layout.yaxis.range[1]
    for window in series.windows:
        places = [years.school_years.index(year) for year in window.school_years]
        ends = reach(window.own, top)
        across = [places[0] - _REACH, places[-1] + _REACH]
        if ends is not None:
            figure.add_scatter(
                x=across + across[::-1], y=[ends[1]] * 2 + [ends[0]] * 2, mode="lines", line_width=0,
                fill="toself", fillcolor=palette.own_ribbon, hoverinfo="skip",
            )  # fmt: skip
        if window.own.status is Status.EXACT and window.own.value is not None:
            text = written(series.indicator, window.own, language)
            hover = f"{years_together(window.school_years, language)}: {text}"
            figure.add_scatter(
                x=across, y=[window.own.value] * 2, mode="lines", line={"color": palette.own, "width": 3},
                text=[hover] * 2, hovertemplate="%{text}<extra></extra>",
            )  # fmt: skip
            words(
                figure, f"<b>{text}</b>", sum(across) / 2, window.own.value, palette.own, BODY,
                yanchor="bottom", yshift=3,
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


def _table(series: Trend, against: Against, language: Language) -> Table:
    beside = {
        Against.EXPECTED: (language.text("Expected"),),
        Against.CITY: (language.text("The whole city"),),
        Against.PAST: (),
    }.get(
        against,
        (
            language.text("Expected"),
            language.text("Similar schools: median"),
            language.text("Similar schools: middle half"),
        ),
    )
    header = (
        language.text("School year"),
        language.text("You"),
        language.text("Margin of chance"),
        *beside,
        language.text("Remark"),
    )
    rows = []
    for point in series.points:
        rows.append(_table_row(series, point, against, language))
        rows += [
            _window_row(series, window, len(beside), language)
            for window in series.windows
            if window.school_years[-1] == point.school_year
        ]
    return Table(header, tuple(rows))


def _window_row(series: Trend, window: Pooled, beside: int, language: Language) -> tuple[str, ...]:
    own = window.own
    return (
        years_together(window.school_years, language),
        written(series.indicator, own, language),
        between(series.indicator, own.low, own.high, own.decimals, language),
        *(NOTHING for _ in range(beside)),
        "",
    )


def _table_row(series: Trend, point: TrendPoint, against: Against, language: Language) -> tuple[str, ...]:
    indicator, own = series.indicator, point.own
    return (
        point.school_year,
        written(indicator, own, language),
        between(indicator, own.low, own.high, own.decimals, language),
        *_beside(series, point, against, language),
        remark(point.break_reason, point.school_year in series.series_restarts, language),
    )


def _beside(series: Trend, point: TrendPoint, against: Against, language: Language) -> tuple[str, ...]:
    indicator, peers, decimals = series.indicator, point.peers, peer_decimals(series.indicator, point.own)
    if against is Against.PAST:
        return ()
    if against is not Against.PEERS:
        return (amount_or_nothing(indicator, reference_of(point, against), decimals, language),)
    return (
        amount_or_nothing(indicator, point.expected, decimals, language),
        amount_or_nothing(indicator, peers.median, decimals, language),
        between(indicator, peers.low, peers.high, decimals, language),
    )


def remark(break_reason: dict[str, str] | None, restarts: bool, language: Language) -> str:
    """Return what sets a school year apart: why it cannot be compared, or that counting changed."""
    parts = [language.pick(break_reason)] if break_reason is not None else []
    if restarts:
        parts.append(language.text("counted differently from here"))
    return "; ".join(parts)
