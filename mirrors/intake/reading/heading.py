"""Find the header of a table among the rows at the top of a file: below titles, perhaps in two rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

TOP_ROWS = 20
"""A header stands among so many rows."""

Row = Sequence[str]


@dataclass(frozen=True)
class Heading:
    """The names of the columns, and the places (0 = the first row) of the rows they were read from.

    `hits` tells how many of the names are known.
    """

    names: tuple[str, ...]
    first: int
    last: int
    hits: int = 0


def normalised(name: str) -> str:
    """Return a column name as it is compared: lower case, every run of other signs one space."""
    return " ".join("".join(sign if sign.isalnum() else " " for sign in name.casefold()).split())


def find_heading(top: Sequence[Row], known: Collection[str]) -> Heading:
    """Return the heading in the rows at the top of a file.

    It is the row, or the pair of rows (a title over several columns above their names), that holds the
    most of the `known` names (normalised). Where no row holds two, it is the first row that is as wide as
    the table, or lacks one name.
    """
    candidates = [_heading(tuple(row), place, place, known) for place, row in enumerate(top)]
    candidates += [
        _heading(_joined(upper, lower), place, place + 1, known)
        for place, (upper, lower) in enumerate(pairwise(top))
    ]
    if not candidates:
        return Heading((), 0, 0)
    best = max(candidates, key=lambda one: (one.hits, one.first == one.last, -one.first))
    if best.hits >= 2:
        return best
    width = max(_filled(row) for row in top)
    wide = max(width - 1, min(width, 2))
    place = next((place for place, row in enumerate(top) if _filled(row) >= wide), 0)
    return candidates[place]


def _heading(names: tuple[str, ...], first: int, last: int, known: Collection[str]) -> Heading:
    return Heading(names, first, last, len({normalised(name) for name in names} & set(known)))


def _filled(row: Row) -> int:
    return sum(1 for text in row if text.strip())


def _joined(upper: Row, lower: Row) -> tuple[str, ...]:
    """Return the names of two rows together; a title stands over the columns up to the next title."""
    title, names = "", []
    for place, name in enumerate(lower):
        title = (upper[place].strip() if place < len(upper) else "") or title
        names.append(f"{title} {name}".strip() if name.strip() else title)
    return tuple(names)
