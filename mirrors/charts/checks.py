"""Whether expected values hold, in words: what every publish checks of them."""

from collections.abc import Sequence

from mirrors.charts.chart import Table
from mirrors.locale import Language
from mirrors.views.method import CheckOfExpected, MethodView


def checks_sentence(view: MethodView, language: Language) -> str:
    """Return how the checks of expected values came out in the latest school year."""
    off = [check for check in view.checks if not check.holds]
    opening = language.text(
        "Every publish checks the expected values against what was observed; the figures below are those of "
        "{year}.",
        year=view.checked_year,
    )
    if not off:
        return f"{opening} {language.text('All checks reach their goal.')}"
    told = language.plural(
        "{count} of {all} checks misses its goal: read that expected value with more care.",
        "{count} of {all} checks miss their goal: read those expected values with more care.",
        len(off),
        all=language.number(len(view.checks)),
    )
    return f"{opening} {told}"


def checks_table(checks: Sequence[CheckOfExpected], language: Language) -> Table:
    """Return one row a check: indicator, what is checked, what was found, the goal, and whether it is met."""
    header = (
        language.text("Indicator"),
        language.text("What is checked"),
        language.text("Found"),
        language.text("Goal"),
        language.text("Reached"),
    )
    return Table(header, tuple(_row(check, language) for check in checks))


def _row(check: CheckOfExpected, language: Language) -> tuple[str, ...]:
    return (
        language.pick(check.indicator.short),
        _what(check.check, language),
        _span(check.lowest, check.highest, language),
        _span(check.goal_low, check.goal_high, language),
        language.text("yes") if check.holds else language.text("no"),
    )


def _what(check: str, language: Language) -> str:
    return {
        "slope": language.text("Expected values are neither too far apart nor too close (1 is exact)"),
        "oe_context": language.text("Observed over expected, by five groups of context"),
        "oe_size": language.text("Observed over expected, by four groups of size"),
        "oe_type": language.text("Observed over expected, by type of school"),
        "coverage": language.text("Share of schools within natural variation"),
    }[check]


def _span(low: float, high: float, language: Language) -> str:
    if low == high:
        return language.number(low, 2)
    return language.text("{low} to {high}", low=language.number(low, 2), high=language.number(high, 2))
