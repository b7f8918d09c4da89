"""Groups of pupils: one row a group, its dot beside the same group elsewhere or in the year before."""

from collections.abc import Sequence

import plotly.graph_objects as go

from mirrors.charts.amounts import amount_or_nothing, between, written
from mirrors.charts.chart import Chart, Table
from mirrors.charts.letters import lower_first
from mirrors.charts.members import breakdown_name, member_name
from mirrors.charts.rows import Row, baseline, marks_at, ruled, tick
from mirrors.charts.style import LIGHT, Palette, short_year
from mirrors.definitions import HALVES
from mirrors.locale import Language
from mirrors.views.figure import Against, Status
from mirrors.views.groups import Breakdown, Gap, Group

_BESIDE = 116
_ROOM = 1.06


def groups(
    shown: Breakdown, language: Language, palette: Palette = LIGHT, against: Against = Against.PEERS
) -> Chart:
    """Return the groups of one breakdown on one common scale from zero.

    `against` chooses what lies beside the own dot, where it is known of any group: else similar schools.
    """
    against = beside_groups(shown, against)
    figure = ruled(
        [_row(group, shown, against, language) for group in shown.groups],
        palette,
        palette.own,
        right=_BESIDE,
    )
    ends = [
        end
        for group in shown.groups
        for end in (group.own.value, group.own.high, group.beside(against))
        if end is not None
    ]
    widest = max(ends, default=1.0) * _ROOM or 1.0
    for place, group in enumerate(shown.groups):
        baseline(figure, place, palette)
        _draw_beside(figure, place, group, against, widest, palette)
        own = group.own
        if own.low is not None and own.high is not None:
            figure.add_scatter(
                x=[own.low / widest, own.high / widest], y=[marks_at(place)] * 2, mode="lines",
                line={"color": palette.own, "width": 2.5}, hoverinfo="skip",
            )  # fmt: skip
        if own.value is not None and own.status is Status.EXACT:
            figure.add_scatter(
                x=[own.value / widest], y=[marks_at(place)], mode="markers", hoverinfo="skip",
                marker={"size": 14, "color": palette.own},
            )  # fmt: skip
    return Chart(
        figure,
        _title(shown, language),
        _reading(shown, against, language),
        _table(shown, against, language),
    )


def beside_groups(shown: Breakdown, against: Against) -> Against:
    """Return what the groups are drawn beside: similar schools where nobody knows what was asked for."""
    return against if shown.knows(against) else Against.PEERS


def _draw_beside(
    figure: go.Figure, place: int, group: Group, against: Against, widest: float, palette: Palette
) -> None:
    value = group.beside(against)
    if value is None:
        return
    if against is not Against.PAST:
        colour = palette.ink if against is Against.CITY else palette.median
        tick(figure, place, value / widest, colour)
        return
    figure.add_scatter(
        x=[value / widest], y=[marks_at(place)], mode="markers", hoverinfo="skip",
        marker={"symbol": "circle-open", "size": 14, "color": palette.own, "line": {"width": 1.75}},
    )  # fmt: skip


def _beside(group: Group, shown: Breakdown, against: Against, language: Language) -> str:
    """Return what a group is set beside, to the grain that it is known to."""
    decimals = {Against.CITY: _of_city(shown), Against.PAST: group.own.decimals}.get(against, HALVES)
    return amount_or_nothing(shown.indicator, group.beside(against), decimals, language)


def _of_city(shown: Breakdown) -> int:
    return 0 if shown.indicator.counts_pupils else 1


def _row(group: Group, shown: Breakdown, against: Against, language: Language) -> Row:
    beside = ""
    if group.beside(against) is not None:
        value = _beside(group, shown, against, language)
        beside = {
            Against.CITY: language.text("city {value}", value=value),
            Against.PAST: f"{short_year(shown.past_year or '')}: {value}",
        }.get(against, language.text("median {value}", value=value))
    name = member_name(shown.name, group.member, language)
    value = written(shown.indicator, group.own, language)
    return Row(name, value, beside, bold=group.own.value is not None)


def _title(shown: Breakdown, language: Language) -> str:
    found = clear_gaps(shown.gaps)
    if found:
        return gap_sentence(shown.name, found[0], language)
    if not shown.shown:
        return language.text("The groups are too small to be shown one by one.")
    if shown.compared:
        return language.text("No group clearly stands out from the other pupils.")
    values = {
        "name": language.pick(shown.indicator.title),
        "breakdown": breakdown_name(shown.name, language),
    }
    return language.text("{name}, by {breakdown}", **values)


def clear_gaps(gaps: Sequence[Gap]) -> list[Gap]:
    """Return the groups whose rate is higher than that of all others beyond chance, the widest gap first."""
    return sorted((gap for gap in gaps if gap.low > 1), key=lambda gap: -gap.ratio)


def widest_gap(breakdowns: Sequence[Breakdown]) -> tuple[str, Gap] | None:
    """Return the breakdown with the surest gap and that gap; None where no group clearly stands out."""
    found = [(each.name, clear[0]) for each in breakdowns if (clear := clear_gaps(each.gaps))]
    return max(found, key=lambda pair: pair[1].low, default=None)


def gap_sentence(breakdown: str, gap: Gap, language: Language) -> str:
    """Return how many times as much a group is absent without authorisation as all other pupils."""
    return language.text(
        "{group}: {ratio} times the unauthorised absence of the other pupils.",
        group=member_name(breakdown, gap.member, language),
        ratio=language.number(gap.ratio, 1),
    )


def groups_caption(shown: Breakdown, language: Language, against: Against = Against.PEERS) -> str:
    """Return what the dots and lines are, after a word where nobody knows what was asked for."""
    beside, name = beside_groups(shown, against), language.pick(shown.indicator.title)
    caption = {
        Against.CITY: language.text(
            "{name} by group; the line across is the same group in the whole city.", name=name
        ),
        Against.PAST: language.text(
            "{name} by group; the open circle is the same group in {year}.", name=name, year=shown.past_year
        ),
    }.get(
        beside,
        language.text(
            "{name} by group; the line across is the median of the same group at similar schools.", name=name
        ),
    )
    return f"{_unknown(against, language)} {caption}" if beside is not against else caption


def _unknown(against: Against, language: Language) -> str:
    """Return that there is nothing of this kind to set groups beside."""
    return {
        Against.EXPECTED: language.text("What is expected is not worked out for groups of pupils."),
        Against.CITY: language.text("There are no figures of these groups for the whole city."),
        Against.PAST: language.text("There are no figures of these groups for the year before."),
    }.get(against, "")


def _reading(shown: Breakdown, against: Against, language: Language) -> str:
    values = {
        "name": language.pick(shown.indicator.title),
        "groups": language.join([_words(group, shown, against, language) for group in shown.groups]),
    }
    return {
        Against.CITY: language.text(
            "{name} by group, with the same group in the whole city in brackets: {groups}.", **values
        ),
        Against.PAST: language.text(
            "{name} by group, with the same group in {year} in brackets: {groups}.",
            year=shown.past_year,
            **values,
        ),
    }.get(
        against,
        language.text(
            "{name} by group, with the median of the same group at similar schools in brackets: {groups}.",
            **values,
        ),
    )


def _words(group: Group, shown: Breakdown, against: Against, language: Language) -> str:
    name = lower_first(member_name(shown.name, group.member, language))
    own = written(shown.indicator, group.own, language)
    if group.beside(against) is None:
        return f"{name} {own}"
    return f"{name} {own} ({_beside(group, shown, against, language)})"


def _table(shown: Breakdown, against: Against, language: Language) -> Table:
    indicator = shown.indicator
    header = (
        language.text("Group"),
        language.text("Pupils, about"),
        language.text("You"),
        language.text("Margin of chance"),
        {
            Against.CITY: language.text("The whole city"),
            Against.PAST: language.text("You, in {year}", year=shown.past_year),
        }.get(against, language.text("Similar schools: median")),
    )
    rows = (
        (
            member_name(shown.name, group.member, language),
            "–" if group.pupils is None else language.number(group.pupils),
            written(indicator, group.own, language),
            between(indicator, group.own.low, group.own.high, group.own.decimals, language),
            _beside(group, shown, against, language),
        )
        for group in shown.groups
    )
    return Table(header, tuple(rows))
