"""Groups of pupils: one row a group, its dot beside the median of the same group at similar schools."""

from collections.abc import Sequence

from mirrors.charts.amounts import amount_or_nothing, between, peer_decimals, written
from mirrors.charts.chart import Chart, Table
from mirrors.charts.letters import lower_first
from mirrors.charts.members import breakdown_name, member_name
from mirrors.charts.rows import Row, baseline, marks_at, ruled, tick
from mirrors.charts.style import LIGHT, Palette
from mirrors.locale import Language
from mirrors.views.figure import Status
from mirrors.views.groups import Breakdown, Gap, Group

_BESIDE = 116
_ROOM = 1.06


def groups(shown: Breakdown, language: Language, palette: Palette = LIGHT) -> Chart:
    """Return the groups of one breakdown on one common scale from zero."""
    figure = ruled(
        [_row(group, shown, language) for group in shown.groups], palette, palette.own, right=_BESIDE
    )
    ends = [
        end
        for group in shown.groups
        for end in (group.own.value, group.own.high, group.peer_median)
        if end is not None
    ]
    widest = max(ends, default=1.0) * _ROOM or 1.0
    for place, group in enumerate(shown.groups):
        baseline(figure, place, palette)
        if group.peer_median is not None:
            tick(figure, place, group.peer_median / widest, palette.median)
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
    return Chart(figure, _title(shown, language), _reading(shown, language), _table(shown, language))


def _row(group: Group, shown: Breakdown, language: Language) -> Row:
    beside = ""
    if group.peer_median is not None:
        median = amount_or_nothing(shown.indicator, group.peer_median, peer_decimals(group.own), language)
        beside = language.text("median {value}", value=median)
    name = member_name(shown.name, group.member, language)
    value = written(shown.indicator, group.own, language)
    return Row(name, value, beside, bold=group.own.value is not None)


def _title(shown: Breakdown, language: Language) -> str:
    found = clear_gaps(shown.gaps)
    if found:
        return gap_sentence(shown.name, found[0], language)
    if not shown.shown:
        return language.text("The groups are too small to be shown one by one.")
    if shown.gaps:
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


def groups_caption(shown: Breakdown, language: Language) -> str:
    """Return what the dots and lines are."""
    return language.text(
        "{name} by group; the line across is the median of the same group at similar schools.",
        name=language.pick(shown.indicator.title),
    )


def _reading(shown: Breakdown, language: Language) -> str:
    return language.text(
        "{name} by group, with the median of the same group at similar schools in brackets: {groups}.",
        name=language.pick(shown.indicator.title),
        groups=language.join([_words(group, shown, language) for group in shown.groups]),
    )


def _words(group: Group, shown: Breakdown, language: Language) -> str:
    name = lower_first(member_name(shown.name, group.member, language))
    own = written(shown.indicator, group.own, language)
    if group.peer_median is None:
        return f"{name} {own}"
    median = amount_or_nothing(shown.indicator, group.peer_median, peer_decimals(group.own), language)
    return f"{name} {own} ({median})"


def _table(shown: Breakdown, language: Language) -> Table:
    indicator = shown.indicator
    header = (
        language.text("Group"),
        language.text("Pupils, about"),
        language.text("You"),
        language.text("Margin of chance"),
        language.text("Similar schools: median"),
    )
    rows = (
        (
            member_name(shown.name, group.member, language),
            "–" if group.pupils is None else language.number(group.pupils),
            written(indicator, group.own, language),
            between(indicator, group.own.low, group.own.high, group.own.decimals, language),
            amount_or_nothing(indicator, group.peer_median, peer_decimals(group.own), language),
        )
        for group in shown.groups
    )
    return Table(header, tuple(rows))
