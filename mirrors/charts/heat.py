"""The week as cells: unauthorised absence by half-day, 100 = the school's own average."""

import plotly.graph_objects as go

from mirrors.charts.chart import Chart
from mirrors.charts.indexes import index_table
from mirrors.charts.letters import upper_first
from mirrors.charts.moments import half_day_name, weekday_short
from mirrors.charts.style import BODY, LIGHT, Palette, below, frame, words
from mirrors.locale import Language
from mirrors.views.pattern import Moment, Profile

_ROW = 52
_ROOM_FOR_HALVES = 84
_STEPS = (90, 105, 115, 125, 140)
"""Index from which a cell takes the next shade; around 100 the first two hardly differ."""
_DAYS = ("mon", "tue", "wed", "thu", "fri")


def heat(profile: Profile, language: Language, palette: Palette = LIGHT) -> Chart:
    """Return the half-days of a week as cells with their index; half-days without school stay empty.

    A profile of whole days ("1" to "5") is drawn as one row.
    """
    cells = {moment.item: moment for moment in profile.moments}
    halves = ("am", "pm") if any("_" in item for item in cells) else ("",)
    figure = frame(_ROW * len(halves) + 26, palette, left=_ROOM_FOR_HALVES if len(halves) > 1 else 2)
    figure.update_xaxes(range=[-0.5, 4.5])
    figure.update_yaxes(range=[len(halves) - 0.5, -0.98])
    for column in range(len(_DAYS)):
        name = upper_first(weekday_short(column + 1, language))
        words(figure, name, column, -0.6, palette.quiet, yanchor="bottom", yshift=-6)
        for row, half in enumerate(halves):
            if moment := cells.get(_item(column, half)):
                _draw_cell(figure, column, row, moment, profile.shown, palette, language)
    for row, half in enumerate(halves):
        if half:
            words(figure, half_of_day(half, language), -0.5, row, palette.quiet, xanchor="right", xshift=-6)
    table = index_table(profile.moments, half_day_name, language.text("Moment"), language)
    return Chart(figure, _title(profile, language), _reading(profile, language), table)


def half_of_day(half: str, language: Language) -> str:
    """Return "am" or "pm" as it is written beside a row."""
    return language.text("morning") if half == "am" else language.text("afternoon")


def _item(column: int, half: str) -> str:
    return f"{_DAYS[column]}_{half}" if half else str(column + 1)


def _draw_cell(
    figure: go.Figure,
    column: int,
    row: int,
    moment: Moment,
    own: bool,
    palette: Palette,
    language: Language,
) -> None:
    """Draw a cell in its shade; without own figures those of similar schools, on plain cells."""
    index = moment.index if own else moment.peer_index
    if index is None:
        return
    shade = sum(index >= step for step in _STEPS)
    shaded = (palette.sequence[shade], palette.on_sequence[shade])
    fill, ink = shaded if own else (palette.surface, palette.quiet)
    below(
        figure, "rect", column - 0.47, column + 0.47, row - 0.46, row + 0.46,
        fillcolor=fill, line={"width": 0},
    )  # fmt: skip
    words(figure, language.number(index), column, row, ink, BODY)


def _title(profile: Profile, language: Language) -> str:
    if not profile.shown:
        return language.text("There is too little unauthorised absence to show a pattern over the week.")
    if profile.stands_out is not None:
        moment = upper_first(half_day_name(profile.stands_out, language))
        return language.text("{moment} stands out.", moment=moment)
    return language.text("No moment of the week clearly stands out.")


def _reading(profile: Profile, language: Language) -> str:
    known = [moment for moment in profile.moments if moment.index is not None]
    if not known and profile.highest_at_peers is not None:
        figures = language.text("The cells are those of similar schools; 100 is their own average.")
        return f"{figures} {peers_highest(profile, language)}"
    if not known:
        return language.text("Nor are there figures of similar schools.")
    ordered = sorted(known, key=lambda moment: moment.index or 0.0)
    text = language.text(
        "Unauthorised absence over the week; 100 is your own average. Highest: {most}; lowest: {least}.",
        most=_indexed(ordered[-1], language),
        least=_indexed(ordered[0], language),
    )
    return f"{text} {peers_highest(profile, language)}".strip()


def peers_highest(profile: Profile, language: Language) -> str:
    """Return when absence is highest at similar schools; empty where that is not known."""
    item = profile.highest_at_peers
    if item is None:
        return ""
    return language.text("Highest at similar schools: {moment}.", moment=half_day_name(item, language))


def _indexed(moment: Moment, language: Language) -> str:
    return f"{half_day_name(moment.item, language)} ({language.number(moment.index or 0.0)})"
