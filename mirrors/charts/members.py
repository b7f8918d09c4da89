"""Breakdowns and groups of pupils, as a reader calls them."""

import re

from mirrors.locale import Language


def breakdown_name(breakdown: str, language: Language) -> str:
    """Return what pupils are told apart by."""
    return {
        "grade": language.text("grade"),
        "track": language.text("track"),
        "sex": language.text("girls and boys"),
        "district": language.text("district where pupils live"),
    }.get(breakdown, breakdown)


def member_name(breakdown: str, member: str, language: Language) -> str:
    """Return the name of a group; what providers call otherwise keeps its name."""
    if breakdown == "grade" and (found := re.fullmatch(r"([PS]?)(\d+)", member)):
        level, year = found.groups()
        return {
            "P": language.text("Primary, grade {year}", year=year),
            "S": language.text("Secondary, grade {year}", year=year),
        }.get(level, language.text("Grade {year}", year=year))
    return {
        ("sex", "F"): language.text("Girls"),
        ("sex", "M"): language.text("Boys"),
        ("track", "general"): language.text("General track"),
        ("track", "dual"): language.text("Dual-purpose track"),
        ("track", "labour"): language.text("Labour-market track"),
    }.get((breakdown, member), member)
