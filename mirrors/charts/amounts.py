"""How a figure is written: its number in the reader's language, its doubt, or why there is none."""

from collections.abc import Sequence

from mirrors.definitions import HALVES, Indicator
from mirrors.locale import Language
from mirrors.views.figure import Figure, Status

NOTHING = "–"


def amount(indicator: Indicator, value: float, decimals: float, language: Language) -> str:
    """Return `value` as a percentage when the indicator is a share (0..1), else as a plain number."""
    return share(value, decimals, language) if indicator.is_share else number(value, decimals, language)


def share(value: float, decimals: float, language: Language) -> str:
    """Return `value` (0..1) as a percentage that is no finer than it is known: "35 %", "35.5 %"."""
    return language.percent(value, _places(100 * value, decimals))


def number(value: float, decimals: float, language: Language) -> str:
    """Return `value` as a number that is no finer than it is known: "6", "6.5"."""
    return language.number(value, _places(value, decimals))


def _places(value: float, decimals: float) -> int:
    if decimals != HALVES:
        return int(decimals)
    return int(round(value, 1) % 1 != 0)


def amount_or_nothing(indicator: Indicator, value: float | None, decimals: float, language: Language) -> str:
    """Return `value` written out, or a dash when there is none."""
    return NOTHING if value is None else amount(indicator, value, decimals, language)


def written(indicator: Indicator, figure: Figure, language: Language) -> str:
    """Return a figure as a reader sees it: "6.4 %", "at most 5 %", or why there is none."""
    if figure.value is None:
        return status_words(figure.status, language)
    return bounded(figure.status, with_unit(indicator, figure.value, figure.decimals, language), language)


def with_unit(indicator: Indicator, value: float, decimals: float, language: Language) -> str:
    """Return `value` with the word that belongs to it: a percentage, "6 school days", "9 minutes"."""
    printed = amount(indicator, value, decimals, language)
    if indicator.unit == "days":
        return days(value, decimals, language)
    if indicator.unit == "minutes":
        return language.text("{value} minutes", value=printed)
    return printed


def days(value: float, decimals: float, language: Language) -> str:
    """Return a number of school days: "1 school day", "6.5 school days"."""
    if value == 1:
        return language.text("1 school day")
    printed = number(value, HALVES if decimals else 0, language)
    return language.text("{value} school days", value=printed)


def written_share(figure: Figure, language: Language) -> str:
    """Return a share of possible time as a reader sees it, or why there is none."""
    if figure.value is None:
        return status_words(figure.status, language)
    return bounded(figure.status, share(figure.value, figure.decimals, language), language)


def bounded(status: Status, value: str, language: Language) -> str:
    """Return a printed `value` as the bound it may be."""
    if status is Status.AT_MOST:
        return language.text("at most {value}", value=value)
    if status is Status.AT_LEAST:
        return language.text("at least {value}", value=value)
    return value


def peer_decimals(indicator: Indicator, own: Figure) -> float:
    """Return the decimals of figures beside `own`: shares of others are known to halves of a point."""
    return HALVES if indicator.is_share else own.decimals


def beside_own(indicator: Indicator, value: float | None, own: Figure, language: Language) -> str:
    """Return a value that is not the school's own, printed as finely as it is known; a dash for None."""
    if value is None:
        return NOTHING
    return amount(indicator, value, peer_decimals(indicator, own), language)


def between_beside(
    indicator: Indicator, low: float | None, high: float | None, own: Figure, language: Language
) -> str:
    """Return a range that is not the school's own, printed as finely as it is known."""
    if low is None or high is None:
        return NOTHING
    return between(indicator, low, high, peer_decimals(indicator, own), language)


def between(
    indicator: Indicator, low: float | None, high: float | None, decimals: float, language: Language
) -> str:
    """Return "5.9 % to 6.9 %", or a dash when either bound is missing."""
    if low is None or high is None:
        return NOTHING
    return language.text(
        "{low} to {high}",
        low=amount(indicator, low, decimals, language),
        high=amount(indicator, high, decimals, language),
    )


def years_together(school_years: Sequence[str], language: Language) -> str:
    """Return which school years a figure is of: "2022-23 to 2024-25 together", each if some are missing."""
    first, last = school_years[0], school_years[-1]
    if int(last[:4]) - int(first[:4]) == len(school_years) - 1:
        return language.text("{first} to {last} together", first=first, last=last)
    return language.text("{years} together", years=language.join(list(school_years)))


def status_words(status: Status, language: Language) -> str:
    """Return why a figure is not there."""
    return {
        Status.MISSING: language.text("not delivered"),
        Status.NOT_ASKED: language.text("not asked"),
        Status.TOO_SMALL: language.text("too few pupils"),
        Status.REJECTED: language.text("withheld until corrected"),
    }.get(status, language.text("not available"))
