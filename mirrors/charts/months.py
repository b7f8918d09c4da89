"""The school year month by month: unauthorised absence, 100 = the school's own average."""

import plotly.graph_objects as go

from mirrors.charts.chart import Chart
from mirrors.charts.indexes import index_table
from mirrors.charts.letters import upper_first
from mirrors.charts.moments import full_month
from mirrors.charts.style import LIGHT, Palette, below, frame, words
from mirrors.locale import Language
from mirrors.views.pattern import Moment, Profile

_HEIGHT = 130
_BAR = 0.34


def months(profile: Profile, language: Language, palette: Palette = LIGHT) -> Chart:
    """Return a bar a month from zero, with the peers' median as a tick and a hairline at 100."""
    moments = profile.moments
    figure = frame(_HEIGHT, palette, bottom=26)
    ends = [end for moment in moments for end in (moment.index, moment.peer_index) if end is not None]
    top = max([*ends, 100.0]) * 1.22
    figure.update_xaxes(range=[-0.5, max(len(moments), 1) - 0.5])
    figure.update_yaxes(range=[0, top])
    below(figure, "line", -0.5, len(moments) - 0.5, 100, 100, line={"color": palette.hairline, "width": 1})
    for place, moment in enumerate(moments):
        _draw_month(figure, place, moment, language, palette)
    table = index_table(moments, full_month, language.text("Month"), language)
    return Chart(figure, _title(profile, language), _reading(profile, language), table)


def month_name(item: str, language: Language) -> str:
    """Return the short name of a month given as text."""
    return language.month(int(item)).rstrip(".")


def _draw_month(figure: go.Figure, place: int, moment: Moment, language: Language, palette: Palette) -> None:
    name = upper_first(month_name(moment.item, language))
    words(figure, name[:3], place, 0, palette.quiet, yanchor="top", yshift=-5)
    if moment.index is not None:
        below(
            figure, "rect", place - _BAR, place + _BAR, 0, moment.index,
            fillcolor=palette.sequence[2], line={"width": 0},
        )  # fmt: skip
        index = language.number(moment.index)
        above = max(moment.index, moment.peer_index or 0.0)
        words(figure, index, place, above, palette.ink, yanchor="bottom", yshift=2)
    if moment.peer_index is not None:
        ends = (place - _BAR - 0.08, place + _BAR + 0.08)
        style = {"color": palette.median, "width": 2}
        below(figure, "line", *ends, moment.peer_index, moment.peer_index, line=style)


def _title(profile: Profile, language: Language) -> str:
    if not profile.shown:
        return language.text("There is too little unauthorised absence to show it by month.")
    if profile.stands_out is not None:
        month = upper_first(full_month(profile.stands_out, language))
        return language.text("{month} stands out.", month=month)
    return language.text("No month clearly stands out.")


def _reading(profile: Profile, language: Language) -> str:
    known = [moment for moment in profile.moments if moment.index is not None]
    parts = []
    if not known and profile.highest_at_peers is not None:
        parts.append(language.text("The lines are those of similar schools; 100 is their own average."))
    if known:
        most = max(known, key=lambda moment: moment.index or 0.0)
        parts.append(
            language.text(
                "Unauthorised absence by month; 100 is your own average. Highest: {most} ({index}).",
                most=full_month(most.item, language),
                index=language.number(most.index or 0.0),
            )
        )
    if profile.highest_at_peers is not None:
        highest = full_month(profile.highest_at_peers, language)
        parts.append(language.text("Highest at similar schools: {moment}.", moment=highest))
    return " ".join(parts)
