"""How an indicator is spread over the schools of a city: deciles by school type, never a school."""

from collections.abc import Mapping, Sequence

from mirrors.charts.amounts import amount
from mirrors.charts.chart import Chart, Table
from mirrors.charts.letters import upper_first
from mirrors.charts.rows import Row, band, baseline, ruled, tick
from mirrors.charts.style import LIGHT, Palette
from mirrors.definitions import HALVES, Indicator
from mirrors.locale import Language
from mirrors.views.city import Spread

_BESIDE = 124
_NESTED = ((0, 8), (1, 7), (2, 6), (3, 5))


def spread(
    shown: Sequence[Spread], school_types: Mapping[str, str], language: Language, palette: Palette = LIGHT
) -> Chart:
    """Return one strip a school type, all of one indicator and on one scale from zero.

    `school_types` are their names. Each shade holds two tenths of the schools more than the one
    inside it; the line is the median. Raises ValueError without any spread.
    """
    if not shown:
        raise ValueError("a spread needs at least one school type")
    rows = [_row(each, school_types[each.school_type], language) for each in shown]
    figure = ruled(rows, palette, palette.ink, right=_BESIDE)
    widest = max((each.deciles[-1] for each in shown if each.deciles), default=1.0) * 1.05 or 1.0
    for place, each in enumerate(shown):
        baseline(figure, place, palette)
        if each.deciles:
            for shade, (low, high) in zip(palette.sequence[1:], _NESTED, strict=False):
                band(figure, place, each.deciles[low] / widest, each.deciles[high] / widest, shade)
            tick(figure, place, each.deciles[4] / widest, palette.ink)
    indicator = shown[0].indicator
    return Chart(
        figure,
        language.pick(indicator.title),
        _reading(shown, school_types, language),
        _table(shown, school_types, language),
    )


def _row(shown: Spread, school_type: str, language: Language) -> Row:
    many = f"{upper_first(school_type)} ({language.number(shown.schools)})"
    if not shown.deciles:
        return Row(many, language.text("too few schools"))
    low, median, high = (_amount(shown.indicator, shown.deciles[at], language) for at in (0, 4, 8))
    return Row(many, median, f"{low} – {high}")


def _amount(indicator: Indicator, value: float, language: Language) -> str:
    return amount(indicator, value, HALVES, language)


def _reading(shown: Sequence[Spread], school_types: Mapping[str, str], language: Language) -> str:
    return language.text(
        "The school in the middle, and in brackets what eight in ten schools lie between: {spreads}.",
        spreads=language.join([_words(each, school_types[each.school_type], language) for each in shown]),
    )


def _words(shown: Spread, school_type: str, language: Language) -> str:
    if not shown.deciles:
        return f"{school_type}: {language.text('too few schools')}"
    low, median, high = (_amount(shown.indicator, shown.deciles[at], language) for at in (0, 4, 8))
    return f"{school_type} {median} ({language.text('{low} to {high}', low=low, high=high)})"


def _table(shown: Sequence[Spread], school_types: Mapping[str, str], language: Language) -> Table:
    header = (
        language.text("School type"),
        language.text("Schools"),
        *(
            language.text("{share} of schools lie below", share=language.percent(tenth / 10, 0))
            for tenth in range(1, 10)
        ),
    )
    return Table(header, tuple(_table_row(each, school_types[each.school_type], language) for each in shown))


def _table_row(shown: Spread, school_type: str, language: Language) -> tuple[str, ...]:
    deciles = [_amount(shown.indicator, decile, language) for decile in shown.deciles] or ["–"] * 9
    return (upper_first(school_type), language.number(shown.schools), *deciles)
