"""Why a school differs from similar schools: which pupils attend, or how often the same groups are absent."""

import plotly.graph_objects as go

from mirrors.charts.chart import Chart, Table
from mirrors.charts.letters import lower_first
from mirrors.charts.members import breakdown_name
from mirrors.charts.rows import Row, baseline, marks_at, ruled
from mirrors.charts.style import LIGHT, Palette, below
from mirrors.locale import Language
from mirrors.views.groups import Decomposition

_NONE = 0.005
"""Half a point: parts are told in whole points, and what is less is nought."""
_HALF_BAR = 0.17
_MOSTLY = 2.0
_NARROWEST = 0.02
"""Two points of possible time: a trifle should look like one."""


def composition(shown: Decomposition, language: Language, palette: Palette = LIGHT) -> Chart:
    """Return the two parts of a difference as bars from one zero line: to the right is higher."""
    parts = (
        (who_attends(shown.breakdown, language), shown.composition),
        (language.text("Absence within the same groups"), shown.rate),
    )
    rows = [Row(name, whole_points(value, language)) for name, value in parts]
    figure = ruled(rows, palette, palette.own)
    ends = [0.0, shown.composition, shown.rate]
    start, width = min(ends), max(max(ends) - min(ends), _NARROWEST)
    zero = -start / width
    for place, (_, value) in enumerate(parts):
        baseline(figure, place, palette)
        _bar(figure, place, zero, (value - start) / width, palette)
    return Chart(figure, _title(shown, language), _reading(shown, language), _table(rows, shown, language))


def _bar(figure: go.Figure, place: int, zero: float, end: float, palette: Palette) -> None:
    middle = marks_at(place)
    low, high = min(zero, end), max(zero, end)
    below(
        figure, "rect", low, high, middle - _HALF_BAR, middle + _HALF_BAR,
        fillcolor=palette.own_ribbon, line={"width": 0},
    )  # fmt: skip
    below(figure, "line", zero, zero, middle - 0.24, middle + 0.24, line={"color": palette.ink, "width": 1})


def whole_points(share: float, language: Language) -> str:
    """Return a difference of shares with its sign, in whole points as it is told: "+2 points"."""
    if abs(share) < _NONE:
        return language.text("under half a point")
    size = round(abs(100 * share))
    sign = "+" if share > 0 else "−"
    return language.plural("{sign}{count} point", "{sign}{count} points", size, sign=sign)


def who_attends(breakdown: str, language: Language) -> str:
    """Return the part of a difference that comes from which pupils attend."""
    return language.text("Which pupils attend, by {breakdown}", breakdown=breakdown_name(breakdown, language))


def _title(shown: Decomposition, language: Language) -> str:
    who, rate = abs(shown.composition), abs(shown.rate)
    if not divides(shown):
        return language.text("The difference from similar schools together is too small to divide.")
    if abs(shown.difference) < _NONE:
        return language.text("Who attends and absence within the same groups outweigh each other.")
    if who >= _MOSTLY * rate:
        return language.text("The difference lies mostly in which pupils attend.")
    if rate >= _MOSTLY * who:
        return language.text("The difference lies mostly in absence within the same groups.")
    return language.text("Both who attends and absence within the same groups play a part.")


def divides(shown: Decomposition) -> bool:
    """Return whether a part of the difference is large enough to be drawn."""
    return max(abs(shown.composition), abs(shown.rate)) >= _NONE


def _reading(shown: Decomposition, language: Language) -> str:
    return language.text(
        "Compared with similar schools together, {name} differs by {difference}: {composition} from which "
        "pupils attend (by {breakdown}), {rate} from absence within the same groups.",
        name=lower_first(language.pick(shown.indicator.title)),
        difference=whole_points(shown.difference, language),
        composition=whole_points(shown.composition, language),
        rate=whole_points(shown.rate, language),
        breakdown=breakdown_name(shown.breakdown, language),
    )


def _table(rows: list[Row], shown: Decomposition, language: Language) -> Table:
    header = (language.text("Part"), language.text("Difference from similar schools"))
    whole = (language.text("Together"), whole_points(shown.difference, language))
    return Table(header, (*((row.name, row.value) for row in rows), whole))
