"""What similar schools have in common with a school: its context beside the middle half of theirs."""

from mirrors.charts.amounts import bounded
from mirrors.charts.chart import Chart, Table
from mirrors.charts.letters import upper_first
from mirrors.charts.rows import Row, band, baseline, marks_at, ruled
from mirrors.charts.style import LIGHT, Palette
from mirrors.locale import Language
from mirrors.views.figure import Status
from mirrors.views.mirror import FeatureMatch, Match

_NARROWEST = 0.4
_AIR = 0.06


def features(match: Match, language: Language, palette: Palette = LIGHT) -> Chart:
    """Return one row a feature, the most telling first: the own dot on the peers' band, each on its scale."""
    rows = [
        Row(upper_first(language.pick(feature.title)), _own(feature, language)) for feature in match.features
    ]
    figure = ruled(rows, palette, palette.own)
    for place, feature in enumerate(match.features):
        baseline(figure, place, palette)
        low, high = min(feature.own, feature.low), max(feature.own, feature.high)
        width = max(high - low, _NARROWEST * high, 1e-9) * (1 + 2 * _AIR)
        start = max(0.0, (low + high - width) / 2)
        ends = ((feature.low - start) / width, (feature.high - start) / width)
        band(figure, place, *ends, palette.band)
        figure.add_scatter(
            x=[(feature.own - start) / width], y=[marks_at(place)], mode="markers", hoverinfo="skip",
            marker={"size": 14, "color": palette.own},
        )  # fmt: skip
    return Chart(figure, _title(match, language), _reading(match, language), features_table(match, language))


def _title(match: Match, language: Language) -> str:
    outside = [feature for feature in match.features if _is_outside(feature)]
    if not outside:
        return language.text("On every feature you lie among the middle half of similar schools.")
    names = language.join([language.pick(feature.title) for feature in outside])
    return language.text("You lie outside the middle half of similar schools on: {features}.", features=names)


def _is_outside(feature: FeatureMatch) -> bool:
    below = feature.own < feature.low and feature.status is not Status.AT_LEAST
    above = feature.own > feature.high and feature.status is not Status.AT_MOST
    return below or above


def _reading(match: Match, language: Language) -> str:
    told = [
        f"{name} {own} ({middle})"
        for name, own, middle in (_row(feature, language) for feature in match.features)
    ]
    return language.text(
        "Your pupils, with the middle half of similar schools in brackets: {features}.",
        features=language.join(told),
    )


def features_table(match: Match, language: Language) -> Table:
    """Return one row a feature, the most telling first: the own value and the peers' middle half."""
    header = (
        language.text("Feature"),
        language.text("You"),
        language.text("Similar schools: middle half"),
    )
    return Table(header, tuple(_row(feature, language) for feature in match.features))


def _row(feature: FeatureMatch, language: Language) -> tuple[str, str, str]:
    return (language.pick(feature.title), _own(feature, language), _middle(feature, language))


def _own(feature: FeatureMatch, language: Language) -> str:
    return bounded(feature.status, _amount(feature, feature.own, language), language)


def _middle(feature: FeatureMatch, language: Language) -> str:
    low, high = _amount(feature, feature.low, language), _amount(feature, feature.high, language)
    return language.text("{low} to {high}", low=low, high=high)


def _amount(feature: FeatureMatch, value: float, language: Language) -> str:
    if feature.percent:
        return language.percent(value, 0)
    return language.number(value, 0 if max(feature.own, feature.high) >= 10 else 1)
