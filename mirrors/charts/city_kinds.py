"""Absence of the city by category, all schools pooled, in one year."""

from mirrors.charts.categories import category_name
from mirrors.charts.chart import Chart, Table
from mirrors.charts.kinds import largest_part, measure
from mirrors.charts.letters import lower_first
from mirrors.charts.rows import Row, baseline, ruled
from mirrors.charts.style import LIGHT, Palette
from mirrors.locale import Language
from mirrors.views.city import CityKinds
from mirrors.views.figure import Figure


def city_kinds(shown: CityKinds, language: Language, palette: Palette = LIGHT) -> Chart:
    """Return one row a category, as shares of possible time on one scale from zero."""
    figures = {category: Figure(share, decimals=shown.decimals) for category, share in shown.shares}
    named = [
        (category_name(category, language), language.percent(share, shown.decimals))
        for category, share in shown.shares
    ]
    picture = ruled([Row(name, value) for name, value in named], palette, palette.ink)
    widest = max((share for _, share in shown.shares), default=1.0) * 1.05 or 1.0
    for place, figure in enumerate(figures.values()):
        baseline(picture, place, palette)
        measure(picture, place, figure, widest, palette.ink, palette.band)
    largest = max(figures, key=lambda category: figures[category].value or 0.0)
    reading = language.text(
        "Share of the time pupils should have been at school, {year}: {kinds}.",
        year=shown.school_year,
        kinds=language.join([f"{lower_first(name)} {value}" for name, value in named]),
    )
    table = Table((language.text("Kind of absence"), language.text("All schools together")), tuple(named))
    return Chart(picture, largest_part(largest, figures[largest], language), reading, table)
