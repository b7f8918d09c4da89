"""What was masked in a snapshot and why, in words and tables: how many figures, never what they are."""

from collections import Counter
from collections.abc import Sequence

from mirrors.charts.chart import Table
from mirrors.charts.members import breakdown_name
from mirrors.charts.safety_words import group_name
from mirrors.locale import Language
from mirrors.views.masking import SURVEY, Masked

_KINDS = ("primary", "secondary", "coarser", "dropped")


def masking_sentence(masked: Sequence[Masked], language: Language) -> str:
    """Return what was done, in one or two sentences."""
    care = {(each.school_id, each.school_year) for each in masked if each.reason == "audit"}
    every = {(each.school_id, each.school_year) for each in masked}
    opening = language.text(
        "Numbers of fewer than five pupils are never told. Before publishing, the figures of every school "
        "are searched for small numbers that could be worked out all the same."
    )
    if not every:
        return opening
    found = language.plural(
        "In {count} of {all} school years something was then told more coarsely, or not at all.",
        "In {count} of {all} school years something was then told more coarsely, or not at all.",
        len(care),
        all=len(every),
    )
    return f"{opening} {found}"


def masking_table(masked: Sequence[Masked], language: Language) -> Table:
    """Return one row a breakdown and reason: how many school years, and how many figures."""
    years: Counter[tuple[str, str]] = Counter()
    cells: Counter[tuple[str, str]] = Counter()
    for each in masked:
        years[each.breakdown, each.kind] += 1
        cells[each.breakdown, each.kind] += each.cells
    header = (
        language.text("Counted in"),
        language.text("Why"),
        language.text("School years"),
        language.text("Figures"),
    )
    rows = [
        (
            counted_in(breakdown, language),
            why(kind, breakdown, language),
            language.number(years[breakdown, kind]),
            language.number(cells[breakdown, kind]),
        )
        for breakdown, kind in sorted(years, key=lambda key: (key[0], _KINDS.index(key[1])))
    ]
    return Table(header, tuple(rows))


def masked_schools_table(masked: Sequence[Masked], language: Language) -> Table:
    """Return one row a school, year and breakdown: what was done. Schools are told by their id."""
    header = (
        language.text("School"),
        language.text("School year"),
        language.text("Counted in"),
        language.text("Why"),
    )
    rows = [
        (
            each.school_id,
            each.school_year,
            counted_in(each.breakdown, language),
            why(each.kind, each.breakdown, language),
        )
        for each in masked
    ]
    return Table(header, tuple(rows))


def counted_in(breakdown: str, language: Language) -> str:
    """Return what pupils are counted in, as a reader calls it."""
    if breakdown.startswith(SURVEY):
        group = group_name(breakdown.removeprefix(SURVEY), language)
        return language.text("the safety survey: {group}", group=group)
    return {
        "counted": language.text("measures and outcomes"),
        "whole": language.text("the whole school"),
        "band": language.text("bands of absence"),
        "step": language.text("steps of the follow-up"),
    }.get(breakdown, breakdown_name(breakdown, language))


def why(kind: str, breakdown: str, language: Language) -> str:
    """Return why figures were masked, and how."""
    if breakdown.startswith(SURVEY) and kind in ("primary", "secondary"):
        return {
            "primary": language.text("too few people answered"),
            "secondary": language.text("told only together with a group of which too few answered"),
        }[kind]
    return {
        "primary": language.text("too few pupils"),
        "secondary": language.text("beside a group with too few pupils, which the whole would tell"),
        "coarser": language.text("a small number could be worked out: told more coarsely"),
        "dropped": language.text("a small number could be worked out: not told"),
    }[kind]
