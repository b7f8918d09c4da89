"""Which of many figures to show first: those that stand out, then the catalogue's own order."""

from collections.abc import Sequence

from mirrors.views.figure import Comparison, Verdict

FIRST = 3


def first_and_others(
    comparisons: Sequence[Comparison], first: int = FIRST
) -> tuple[tuple[Comparison, ...], tuple[Comparison, ...]]:
    """Return the figures to show open and the others; a figure of the school's own comes before none."""
    chosen = sorted(comparisons, key=_order)[:first]
    shown = tuple(each for each in comparisons if each in chosen)
    return shown, tuple(each for each in comparisons if each not in chosen)


def _order(comparison: Comparison) -> tuple[bool, bool]:
    stands_out = comparison.verdict in (Verdict.HIGHER, Verdict.LOWER)
    return (not stands_out, comparison.shown.value is None)
