"""Where we stand: one row an indicator, the school's dot upon the band of similar schools."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from mirrors.charts.amounts import beside_own, between, between_beside, written, years_together
from mirrors.charts.chart import Chart, Table
from mirrors.charts.rows import Row, band, baseline, marks_at, ruled, tick
from mirrors.charts.standing import standing_reading, standing_title, verdict_word
from mirrors.charts.style import LIGHT, Palette
from mirrors.locale import Language
from mirrors.views.figure import Against, Comparison, Figure, Reference, Status, Verdict

_BESIDE = 116
_NARROWEST = 0.4
_AIR = 0.06


def where_we_stand(
    comparisons: Sequence[Comparison],
    language: Language,
    palette: Palette = LIGHT,
    against: Against = Against.PEERS,
) -> Chart:
    """Return the dot-and-band picture of `comparisons`; every row has its own scale.

    `against` chooses what lies beside the own dot: the peers' band, the expected value, the city or the past.
    """
    rows = [
        Row(
            language.pick(each.indicator.short),
            written(each.indicator, each.shown, language),
            _beside(each, against, language),
            bold=each.shown.value is not None,
        )
        for each in comparisons
    ]
    figure = ruled(rows, palette, palette.own, right=_BESIDE)
    for place, each in enumerate(comparisons):
        _draw_row(figure, place, each, against, language, palette)
    return Chart(
        figure,
        standing_title(comparisons, language, against),
        standing_reading(comparisons, language, against),
        _table(comparisons, language) if against is Against.PEERS else _other(comparisons, against, language),
    )


def _beside(comparison: Comparison, against: Against, language: Language) -> str:
    if comparison.pooled is not None:
        return language.plural(
            "{count} year together", "{count} years together", len(comparison.pooled.school_years)
        )
    verdict, peers = comparison.verdict_against(against), comparison.peers
    if verdict is Verdict.UNKNOWN and against is Against.PEERS and peers.median is not None:
        return _median(comparison, peers.median, language)
    return verdict_word(verdict, language)


def _median(comparison: Comparison, median: float, language: Language) -> str:
    value = beside_own(comparison.indicator, median, comparison.own, language)
    return language.text("median {value}", value=value)


@dataclass(frozen=True)
class _Scale:
    """Maps a row's own values onto 0..1."""

    start: float
    width: float

    def at(self, value: float) -> float:
        return (value - self.start) / self.width


def _scale(comparison: Comparison, against: Against) -> _Scale:
    """Return a scale that holds every mark, never so narrow that a trifle looks large."""
    own, peers = comparison.shown, comparison.peers
    marks = [own.value, own.low, own.high]
    if against is Against.PEERS:
        marks += [comparison.expected, peers.low, peers.median, peers.high]
    elif reference := comparison.beside.get(against):
        marks += [reference.value, reference.low, reference.high]
    known = [mark for mark in marks if mark is not None] or [0.0, 1.0]
    low, high = min(known), max(known)
    width = max(high - low, _NARROWEST * high, 1e-9) * (1 + 2 * _AIR)
    start = max(0.0, (low + high - width) / 2)
    return _Scale(start, max(width, (high - start) * (1 + _AIR)))


def _draw_row(
    figure: go.Figure,
    place: int,
    comparison: Comparison,
    against: Against,
    language: Language,
    palette: Palette,
) -> None:
    scale, peers = _scale(comparison, against), comparison.peers
    baseline(figure, place, palette)
    if against is Against.PEERS:
        if peers.low is not None and peers.high is not None:
            band(figure, place, scale.at(peers.low), scale.at(peers.high), palette.band)
        if peers.median is not None:
            tick(figure, place, scale.at(peers.median), palette.median)
    _draw_reference(figure, place, comparison, against, scale, language, palette)
    _draw_own(figure, place, comparison, scale, language, palette)


def _draw_reference(
    figure: go.Figure,
    place: int,
    comparison: Comparison,
    against: Against,
    scale: _Scale,
    language: Language,
    palette: Palette,
) -> None:
    reference = comparison.beside.get(against)
    value = comparison.expected if against is Against.PEERS else reference.value if reference else None
    if value is None:
        return
    if against is Against.CITY:
        tick(figure, place, scale.at(value), palette.ink)
        return
    past = against is Against.PAST
    if reference is not None and reference.low is not None and reference.high is not None:
        _interval(figure, place, scale.at(reference.low), scale.at(reference.high), palette.median, 1)
    figure.add_scatter(
        x=[scale.at(value)],
        y=[marks_at(place)],
        mode="markers",
        marker={
            "symbol": "circle-open" if past else "diamond-open",
            "size": 14 if past else 12,
            "color": palette.own if past else palette.ink,
            "line": {"width": 1.75},
        },
        hovertemplate=_hover(
            reference_name(against if past else Against.EXPECTED, reference, language),
            beside_own(comparison.indicator, value, comparison.own, language),
        ),
    )


def reference_name(against: Against, reference: Reference | None, language: Language) -> str:
    """Return what a mark beside the own dot stands for."""
    if against is Against.PAST and reference is not None:
        return language.text("you in {year}", year=reference.school_year)
    return {
        Against.EXPECTED: language.text("expected for a school with such pupils"),
        Against.CITY: language.text("the whole city"),
        Against.PAST: language.text("you in an earlier year"),
    }.get(against, language.text("similar schools"))


def _interval(figure: go.Figure, place: int, low: float, high: float, colour: str, width: float) -> None:
    figure.add_scatter(
        x=[low, high],
        y=[marks_at(place)] * 2,
        mode="lines",
        line={"color": colour, "width": width},
        hoverinfo="skip",
    )


def _draw_own(
    figure: go.Figure, place: int, comparison: Comparison, scale: _Scale, language: Language, palette: Palette
) -> None:
    own = comparison.shown
    ends = reach(own, scale.start + scale.width)
    if ends is not None:
        low, high = (scale.at(max(end, scale.start)) for end in ends)
        _interval(figure, place, low, high, palette.own, 2.5)
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
    indicator, own, peers = comparison.indicator, comparison.shown, comparison.peers
    return (
        language.pick(indicator.title),
        written_of(comparison, language),
        between(indicator, own.low, own.high, own.decimals, language),
        beside_own(indicator, comparison.expected, own, language),
        beside_own(indicator, peers.median, own, language),
        between_beside(indicator, peers.low, peers.high, own, language),
        language.number(peers.count),
        verdict_word(comparison.verdict, language),
    )


def written_of(comparison: Comparison, language: Language) -> str:
    """Return the own figure with the years it is of, where it is not of one year alone."""
    value = written(comparison.indicator, comparison.shown, language)
    if comparison.pooled is None:
        return value
    return f"{value} ({years_together(comparison.pooled.school_years, language)})"


def _other(comparisons: Sequence[Comparison], against: Against, language: Language) -> Table:
    names = {
        Against.EXPECTED: language.text("Expected"),
        Against.CITY: language.text("The whole city"),
        Against.PAST: language.text("You, in the last comparable year"),
    }
    header = (
        language.text("Indicator"),
        language.text("You"),
        language.text("Margin of chance"),
        names[against],
        language.text("Compared with it"),
    )
    return Table(header, tuple(_other_row(each, against, language) for each in comparisons))


def _other_row(comparison: Comparison, against: Against, language: Language) -> tuple[str, ...]:
    indicator, own, reference = comparison.indicator, comparison.shown, comparison.beside.get(against)
    value = None if reference is None else reference.value
    printed = beside_own(indicator, value, own, language)
    if reference is not None and reference.school_year is not None:
        printed = f"{printed} ({reference.school_year})"
    return (
        language.pick(indicator.title),
        written_of(comparison, language),
        between(indicator, own.low, own.high, own.decimals, language),
        printed,
        verdict_word(comparison.verdict_against(against), language),
    )
