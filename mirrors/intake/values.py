"""How a text is read as a school year, a number or a date."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Literal

YEAR_FORM = re.compile(r"((?:19|20)\d\d) ?[-/\u2013] ?(?:(?:19|20)?(\d\d))")
"""2024-25, 2024-2025, 2024/25, 2024/2025."""

DATE_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d %H:%M:%S")
"""How dates are written; the day stands before the month."""

GROUP_MARKS = "[. \u00a0\u202f]"
"""What stands before three digits where a comma is the decimal sign."""

COMMA_DECIMAL = rf"[-+]?(?:\d{{1,3}}(?:{GROUP_MARKS}\d{{3}})+|\d+)(?:,\d+)? ?%?"
COMMA_GROUPS = r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)? ?%?"
_POINT_GROUPS = r"[-+]?[1-9]\d{0,2}(?:\.\d{3})+"


def school_year(label: str, form: Literal["2024-25", "end_year"]) -> str | None:
    """Return the school year that `label` names, written 2024-25, or None when it names none."""
    if form == "end_year":
        if not re.fullmatch(r"(19|20)\d\d", label):
            return None
        return f"{int(label) - 1}-{int(label) % 100:02d}"
    found = YEAR_FORM.fullmatch(label)
    if not found or (int(found[1]) + 1) % 100 != int(found[2]):
        return None
    return f"{found[1]}-{found[2]}"


class NumberStyle(StrEnum):
    """How the numbers of one column are written."""

    POINT = "point"
    COMMA = "comma"
    COMMA_GROUPS = "comma_groups"
    AMBIGUOUS = "ambiguous"


def number_style(texts: Iterable[str], point_is_decimal: bool) -> NumberStyle:
    """Return how the numbers in `texts` are written.

    A column in which every comma or point could as well stand before thousands is AMBIGUOUS; where
    `point_is_decimal` is known, points are not in doubt.
    """
    marked = [text for text in texts if "," in text or "." in text]
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
