"""The funnel, for the adviser only: every school by its size, around what is expected of it."""

from collections.abc import Mapping

import plotly.graph_objects as go

from mirrors.charts.amounts import amount, amount_or_nothing, written
from mirrors.charts.chart import Chart, Table
from mirrors.charts.letters import upper_first
from mirrors.charts.style import CAPTION, LIGHT, Palette, frame, ticks, words
from mirrors.locale import Language
from mirrors.views.funnel import FunnelSchool, FunnelView

_HEIGHT = 420
_LEFT, _RIGHT, _BOTTOM = 48, 56, 44
_AIR = 1.06


def funnel_plot(
    view: FunnelView, school_types: Mapping[str, str], language: Language, palette: Palette = LIGHT
) -> Chart:
    """Return the funnel; names show on hover, and the table names only schools outside the outer limits.

    `school_types` are their names.
    """
    figure = frame(_HEIGHT, palette, right=_RIGHT, left=_LEFT, bottom=_BOTTOM)
    top = _AIR * max([each.value for each in view.schools] + [each.high998 for each in view.limits[:1]])
    _axes(figure, view, top, language, palette)
    _limits(figure, view, language, palette)
    _schools(figure, view, language, palette)
    return Chart(
        figure, _title(view, language), _reading(view, language), _table(view, school_types, language)
    )


def _axes(figure: go.Figure, view: FunnelView, top: float, language: Language, palette: Palette) -> None:
    most = max(each.pupils for each in view.limits)
    for step in ticks(top, 4):
        figure.add_hline(step, line={"color": palette.hairline, "width": 1}, layer="below")
        label = amount(view.indicator, step, 0 if step >= 0.01 or step == 0 else 1, language)
        words(figure, label, 0, step, palette.quiet, xref="paper", xanchor="right", xshift=-6)
    for step in ticks(most, 4):
        label = language.number(step)
        words(figure, label, step, 0, palette.quiet, yref="paper", yanchor="top", yshift=-6)
    label = language.text("number of pupils")
    words(
        figure,
        label,
        1,
        0,
        palette.quiet,
        xref="paper",
        yref="paper",
        xanchor="right",
        yanchor="top",
        yshift=-26,
    )
    figure.update_xaxes(range=[0, most * 1.02])
    figure.update_yaxes(range=[0, top])


def _limits(figure: go.Figure, view: FunnelView, language: Language, palette: Palette) -> None:
    sizes = [each.pupils for each in view.limits]
    lines = (
        ("low998", palette.median, "dot"),
        ("high998", palette.median, "dot"),
        ("low95", palette.median, "solid"),
        ("high95", palette.median, "solid"),
    )
    for name, colour, dash in lines:
        figure.add_scatter(
            x=sizes,
            y=[getattr(each, name) for each in view.limits],
            mode="lines",
            line={"color": colour, "width": 1.25, "dash": dash},
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=[sizes[0], sizes[-1]],
        y=[view.centre] * 2,
        mode="lines",
        line={"color": palette.ink, "width": 1.25},
        hoverinfo="skip",
    )
    last = view.limits[-1]
    beside = ((view.centre, language.text("expected")), (last.high95, "95 %"), (last.high998, "99.8 %"))
    for height, label in beside:
        words(figure, label, sizes[-1], height, palette.quiet, CAPTION - 1, xanchor="left", xshift=6)


def _schools(figure: go.Figure, view: FunnelView, language: Language, palette: Palette) -> None:
    for is_outside in (False, True):
        shown = [each for each in view.schools if each.is_outside is is_outside]
        figure.add_scatter(
            x=[each.pupils for each in shown],
            y=[each.value for each in shown],
            mode="markers",
            text=[_hover(each, view, language) for each in shown],
            hovertemplate="%{text}<extra></extra>",
            cliponaxis=False,
            marker={
                "size": 10 if is_outside else 7,
                "symbol": "circle" if is_outside else "circle-open",
                "color": palette.own,
                "opacity": 1 if is_outside else 0.7,
            },
        )


def _hover(each: FunnelSchool, view: FunnelView, language: Language) -> str:
    # What stands in a name is no markup.
    name = each.school.name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    lines = [
        f"<b>{name}</b>",
        language.plural("{count} pupil", "{count} pupils", each.pupils),
        language.text("registered this year: {value}", value=written(view.indicator, each.own, language)),
    ]
    if each.expected is not None:
        expected = amount_or_nothing(view.indicator, each.expected, 1, language)
        lines.append(language.text("expected of such a school: {value}", value=expected))
    return "<br>".join(lines)


def _title(view: FunnelView, language: Language) -> str:
    outside = sum(each.is_outside for each in view.schools)
    if not outside:
        return language.text("No school lies outside the outer limits.")
    return language.plural(
        "{count} school lies outside the outer limits.",
        "{count} schools lie outside the outer limits.",
        outside,
    )


def _reading(view: FunnelView, language: Language) -> str:
    above = sum(each.place == "above_998" for each in view.schools)
    below = sum(each.place == "below_998" for each in view.schools)
    return language.plural(
        "{name}: of {count} school, {above} above and {below} below the limits that chance and everyday "
        "differences between schools cross about twice in a thousand times.",
        "{name}: of {count} schools, {above} above and {below} below the limits that chance and everyday "
        "differences between schools cross about twice in a thousand times.",
        len(view.schools),
        name=language.pick(view.indicator.title),
        above=language.number(above),
        below=language.number(below),
    )


def _table(view: FunnelView, school_types: Mapping[str, str], language: Language) -> Table:
    """Return the schools outside the outer limits in alphabetical order, without a value to sort by."""
    words_of = {
        "above_998": language.text("above the outer limits"),
        "below_998": language.text("below the outer limits"),
    }
    header = (language.text("School"), language.text("School type"), language.text("Where"))
    rows = (
        (each.school.name, upper_first(school_types[each.school.school_type]), words_of[each.place])
        for each in view.schools
        if each.is_outside
    )
    return Table(header, tuple(rows))


def explained(language: Language) -> str:
    """Return what the dots and the lines are."""
    return language.text(
        "Each dot is a school, at the height it would have if no more were expected of it than of all "
        "schools together. Inside the lines a school differs no more than chance and the everyday "
        "differences between schools allow; outside the dotted ones it is worth a look, first at its "
        "registers."
    )
