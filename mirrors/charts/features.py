"""What similar schools have in common with a school: its context beside the middle half of theirs."""

from mirrors.charts.chart import Table
from mirrors.locale import Language
from mirrors.views.mirror import FeatureMatch, Match


def features_table(match: Match, language: Language) -> Table:
    """Return one row a feature, the most telling first: the own value and the peers' middle half."""
    header = (
        language.text("Feature"),
        language.text("You"),
        language.text("Similar schools: middle half"),
    )
    return Table(header, tuple(_row(feature, language) for feature in match.features))


def _row(feature: FeatureMatch, language: Language) -> tuple[str, str, str]:
    low, high = _amount(feature, feature.low, language), _amount(feature, feature.high, language)
    return (
        language.pick(feature.title),
        _amount(feature, feature.own, language),
        language.text("{low} to {high}", low=low, high=high),
    )


def _amount(feature: FeatureMatch, value: float, language: Language) -> str:
    if feature.percent:
        return language.percent(value, 0)
    return language.number(value, 0 if max(feature.own, feature.high) >= 10 else 1)
