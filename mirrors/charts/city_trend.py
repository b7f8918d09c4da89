"""A headline of the city over the years: all schools pooled, drawn small."""

import plotly.graph_objects as go

from mirrors.charts.amounts import between, written
from mirrors.charts.chart import Chart, Table
from mirrors.charts.style import LIGHT, Palette
from mirrors.charts.trend import remark
from mirrors.charts.years import Years, label, line, ribbon, yearly
from mirrors.locale import Language
from mirrors.views.city import CityPoint, CityTrend
from mirrors.views.figure import Status

HEIGHT = 200


def city_trend(series: CityTrend, language: Language, palette: Palette = LIGHT) -> Chart:
    """Return the pooled figures of `series` as a line; the last one is labelled."""
    years = Years(
        tuple(point.school_year for point in series.points),
        frozenset(point.school_year for point in series.points if point.break_reason is not None),
        frozenset(series.series_restarts),
        labels=4,
    )
    figure = yearly(years, _highest(series), series.indicator, HEIGHT, language, palette)
    _draw(figure, years, series, language, palette)
    return Chart(figure, _title(series, language), _reading(series, language), _table(series, language))


def _highest(series: CityTrend) -> float:
    shown = [point.figure for point in series.points if point.break_reason is None]
    return max((end for each in shown for end in (each.value, each.high) if end is not None), default=1.0)


def _draw(figure: go.Figure, years: Years, series: CityTrend, language: Language, palette: Palette) -> None:
    figures = [point.figure for point in series.points]
    for run in years.runs([each.low is not None and each.high is not None for each in figures]):
        low, high = [figures[at].low or 0.0 for at in run], [figures[at].high or 0.0 for at in run]
        ribbon(figure, run, low, high, palette.band)
    runs = years.runs([each.status is Status.EXACT and each.value is not None for each in figures])
    for run in runs:
        hover = [_point_words(series, series.points[at], language) for at in run]
        line(figure, run, [figures[at].value or 0.0 for at in run], hover, palette.ink, width=2.5)
    if runs:
        last = runs[-1].stop - 1
        text = written(series.indicator, figures[last], language)
        label(figure, last, figures[last].value or 0.0, text, palette.ink)


def _point_words(series: CityTrend, point: CityPoint, language: Language) -> str:
    return language.plural(
        "{year}: {value}, {count} school",
        "{year}: {value}, {count} schools",
        point.schools,
        year=point.school_year,
        value=written(series.indicator, point.figure, language),
    )


def _title(series: CityTrend, language: Language) -> str:
    name = language.pick(series.indicator.short)
    if not series.points:
        return name
    return language.text(
        "{name}: {value}", name=name, value=written(series.indicator, series.points[-1].figure, language)
    )


def _reading(series: CityTrend, language: Language) -> str:
    if not series.points:
        return language.text("There are no figures for this indicator.")
    parts = [_point_words(series, series.points[-1], language) + "."]
    parts += [
        language.text("From {year} on it is counted differently.", year=year)
        for year in series.series_restarts
    ]
    return " ".join(parts)


def _table(series: CityTrend, language: Language) -> Table:
    header = (
        language.text("School year"),
        language.text("All schools together"),
        language.text("Margin of chance"),
        language.text("Counted"),
        language.text("Out of"),
        language.text("Schools"),
        language.text("Remark"),
    )
    return Table(header, tuple(_table_row(series, point, language) for point in series.points))


def _table_row(series: CityTrend, point: CityPoint, language: Language) -> tuple[str, ...]:
    figure = point.figure
    return (
        point.school_year,
        written(series.indicator, figure, language),
        between(series.indicator, figure.low, figure.high, figure.decimals, language),
        "–" if point.numerator is None else language.number(point.numerator),
        "–" if point.denominator is None else language.number(point.denominator),
        language.number(point.schools),
        remark(point.break_reason, point.school_year in series.series_restarts, language),
    )
