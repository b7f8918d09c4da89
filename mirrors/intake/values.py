"""How a text is read as a school year, a number or a date."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

YEAR_FORM = re.compile(r"((?:19|20)\d\d) ?[-/\u2013] ?((?:19|20)?\d\d)")
"""2024-25, 2024-2025, 2024/25, 2024/2025."""

FIRST_YEAR = 1990
"""No school year begins before this one."""

DATE_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")
"""How dates are written; the day stands before the month."""

_TIME = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?"
DATE = rf"(\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{4}})(?:[ T]{_TIME})?"
"""A date with all four digits of its year (its group), perhaps with a time, which tells nothing."""

GROUP_MARKS = "[. \u00a0\u202f]"
"""What stands before three digits where a comma is the decimal sign."""

COMMA_DECIMAL = rf"[-+]?(?:\d{{1,3}}(?:{GROUP_MARKS}\d{{3}})+|\d+)(?:,\d+)? ?%?"
COMMA_GROUPS = r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)? ?%?"
POINT_DECIMAL = r"[-+]?(?:\d+(?:\.\d+)?|\.\d+) ?%?"
REAL_NUMBER = r"-?\d+\.\d{3,}0"
"""A number that was no text in its file, as `number_text` writes it: never a group of thousands."""

_POINT_GROUPS = r"[-+]?[1-9]\d{0,2}(?:\.\d{3})+"


def school_year(label: str, form: Literal["2024-25", "end_year"]) -> str | None:
    """Return the school year that `label` names, written 2024-25, or None when it names none.

    A year before FIRST_YEAR, or after the one that begins in the next calendar year, is none.
    """
    if form == "end_year":
        first = int(label) - 1 if re.fullmatch(r"(19|20)\d\d", label, re.ASCII) else 0
    else:
        first = _first_year(label)
    if not FIRST_YEAR <= first <= date.today().year + 1:
        return None
    return f"{first}-{(first + 1) % 100:02d}"


def _first_year(label: str) -> int:
    """Return the calendar year in which a school year such as 2024-25 begins, or 0 when it is none."""
    found = YEAR_FORM.fullmatch(label)
    if not found:
        return 0
    first = int(found[1])
    return first if found[2] in (str(first + 1), f"{(first + 1) % 100:02d}") else 0


def number_text(written: str) -> str:
    """Return the text for a number that is none in its file, as Python or Arrow writes it.

    A whole number is its digits. Any other is a REAL_NUMBER: what a spreadsheet knows to be a number must
    neither be read as thousands nor tell how the texts beside it are written.
    """
    value = Decimal(written)
    if not value.is_finite():
        return written
    if value == value.to_integral_value():
        return f"{value.to_integral_value():f}"
    whole, _, decimals = f"{value:f}".partition(".")
    return f"{whole}.{decimals:0<3}0"


class NumberStyle(StrEnum):
    """How the numbers of one column are written."""

    POINT = "point"
    COMMA = "comma"
    COMMA_GROUPS = "comma_groups"
    AMBIGUOUS = "ambiguous"


def number_style(texts: Iterable[str], point_is_decimal: bool) -> NumberStyle:
    """Return how the numbers in `texts` are written.

    A column in which every comma or point could as well stand before thousands is AMBIGUOUS; where
    `point_is_decimal` is known, points are not in doubt. A REAL_NUMBER tells nothing about the others.
    """
    marked = [text for text in texts if ("," in text or "." in text) and not _fits(REAL_NUMBER, text)]
    if not any("," in text for text in marked):
        numbers = [text for text in marked if _fits(COMMA_GROUPS, text) or _fits(_POINT_GROUPS, text)]
        in_doubt = numbers and all(_fits(_POINT_GROUPS, text) for text in numbers)
        return NumberStyle.AMBIGUOUS if in_doubt and not point_is_decimal else NumberStyle.POINT
    decimal = all(_fits(COMMA_DECIMAL, text) for text in marked)
    groups = all(_fits(COMMA_GROUPS, text) for text in marked)
    if decimal and groups:
        return NumberStyle.AMBIGUOUS
    return NumberStyle.COMMA_GROUPS if groups else NumberStyle.COMMA


def _fits(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, text) is not None
