"""Unknown whole numbers, what is told of their sums, and what each of them may be for whoever adds it up.

Bounds by integer programming (HiGHS): the smallest and the largest value of a cell over all tables that
agree with everything told. A sum of which the truth is not what a reader would take for granted is left out,
so that the true table always agrees.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from mirrors.benchmark.panel import Floats
from mirrors.disclosure.program import Program
from mirrors.disclosure.symbols import Span, both

Name = Hashable
Terms = Mapping[Name, float]

MOST = 20_000.0
"""More than any school has pupils."""

EVERY: Span = (float("-inf"), float("inf"))
"""What a sum may be that nothing is told of, differences of numbers included."""

_DUST = 1e-6
_SLACK = 1e-4
"""More than the solver is off in the cost of a table, and less than any fraction that it finds."""

_TURNS = 6
_ROUNDED = 8


def less(one: Terms, other: Terms, times: float = 1.0) -> Terms:
    """Return the sum `one` less `times` the other."""
    return {**one, **{name: one.get(name, 0.0) - times * factor for name, factor in other.items()}}


@dataclass
class System:
    """Unknown numbers with their true values, and the sums that are told of them."""

    truth: dict[Name, float] = field(default_factory=dict)
    amounts: set[Name] = field(default_factory=set)
    sums: list[tuple[Terms, Span]] = field(default_factory=list)

    def unknown(self, name: Name, truth: float) -> None:
        """Add a whole number of which nothing is known but that it is not negative."""
        self.truth[name] = truth

    def amount(self, name: Name, truth: float) -> None:
        """Add a number that need not be whole, and of which nothing is known but that it is not negative."""
        self.truth[name] = truth
        self.amounts.add(name)

    def told(self, terms: Terms, span: Span) -> None:
        """Add what is told of a sum of unknowns, unless it is not so."""
        if span[0] - _DUST <= self.value(terms) <= span[1] + _DUST:
            self.sums.append((terms, span))

    def value(self, terms: Terms) -> float:
        """Return what a sum truly is."""
        total = 0.0
        for name, factor in terms.items():
            total += factor * self.truth[name]
        return total

    def spans(self, cells: Iterable[Terms], enough: float = float("inf")) -> list[Span]:
        """Return the smallest and the largest value that each of `cells` may have.

        The search for a cell stops once `enough` different values are known to be possible.
        """
        wanted = list(cells)
        spans: list[Span] = [(0.0, 0.0)] * len(wanted)
        for part, chosen in self._parts(wanted):
            for place, span in zip(chosen, part.search([wanted[i] for i in chosen], enough), strict=True):
                spans[place] = span
        return spans

    def _parts(self, cells: list[Terms]) -> list[tuple["_Part", list[int]]]:
        """Return the systems that share no unknown, each with the places of the cells in it."""
        place = {name: number for number, name in enumerate(self.truth)}
        groups = [[place[name] for name in terms] for terms, _ in self.sums] + [
            [place[name] for name in terms] for terms in cells
        ]
        rows = np.repeat([group[0] for group in groups], [len(group) for group in groups]).astype(int)
        columns = np.array([at for group in groups for at in group], dtype=int)
        links = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(place), len(place)))
        _, label = connected_components(links, directed=False)
        of_sums = [int(number) for number in label[[group[0] for group in groups]]]
        chosen, sums = defaultdict[int, list[int]](list), defaultdict[int, list[tuple[Terms, Span]]](list)
        for number, each in zip(of_sums, self.sums, strict=False):
            sums[number].append(each)
        for at, number in enumerate(of_sums[len(self.sums) :]):
            chosen[number].append(at)
        truth: dict[int, dict[Name, float]] = {number: {} for number in chosen}
        for number, (name, value) in zip(label.tolist(), self.truth.items(), strict=True):
            if number in truth:
                truth[number][name] = value
        return [(_Part(truth[at], self.amounts, sums[at]), places) for at, places in chosen.items()]


class _Part:
    """Unknowns that hang together, as a program to be solved for one cell after the other."""

    def __init__(self, truth: dict[Name, float], amounts: set[Name], sums: list[tuple[Terms, Span]]) -> None:
        self._place = {name: number for number, name in enumerate(truth)}
        self._truth = np.array(list(truth.values()))
        amount = np.array([name in amounts for name in truth])
        self._most = np.where(amount, np.inf, MOST)
        self._whole = ~amount & (self._truth % 1.0 == 0)
        self._program: Program | None = None
        # What is told of the same sum more than once is one row for the solver.
        spans: dict[frozenset[tuple[Name, float]], Span] = {}
        for terms, span in sums:
            same = frozenset(terms.items())
            spans[same] = both(spans.get(same, EVERY), span)
        self._matrix = np.array([self._row(dict(terms)) for terms in spans]).reshape(len(spans), len(truth))
        self._low, self._high = np.array(list(spans.values()), dtype=float).reshape(-1, 2).T

    def _row(self, terms: Terms) -> Floats:
        row = np.zeros(len(self._place))
        for name, factor in terms.items():
            row[self._place[name]] += factor
        return row

    def search(self, cells: list[Terms], enough: float) -> list[Span]:
        """Return what each cell may be: by small moves, all together, then one by one what is not clear."""
        rows = np.array([self._row(terms) for terms in cells])
        least = most = rows @ self._truth
        if enough < float("inf"):
            least, most = self._moved(rows)
            for turn in range(_TURNS):
                narrow = most - least + 1 < enough - _DUST
                if narrow.sum() < 2:
                    break
                # Every other cell up and the rest down, then the reverse: what is fixed is often their sum.
                ups = np.where(np.cumsum(narrow) // (turn // 2 + 1) % 2 == turn % 2, 1.0, -1.0)
                seen = rows @ self._solve((ups * narrow) @ rows)
                least, most = np.minimum(least, seen), np.maximum(most, seen)
        for place, row in enumerate(rows):
            for side in (1.0, -1.0):
                if most[place] - least[place] + 1 < enough - _DUST:
                    known = least[place] if side > 0 else -most[place]
                    seen = rows @ self._solve(side * row, known)
                    least, most = np.minimum(least, seen), np.maximum(most, seen)
        return [(float(one), float(other)) for one, other in zip(least, most, strict=True)]

    def _moved(self, rows: Floats) -> tuple[Floats, Floats]:
        """Return what cells may be when some pupils more or fewer are in one unknown alone.

        All such tables agree with what is told, so that many cells need no search.
        """
        there = rows @ self._truth
        change = self._matrix.T
        now = self._matrix @ self._truth
        above, below = self._high - now, now - self._low
        reached = []
        for sign in (1.0, -1.0):
            grows, shrinks = sign * change > _DUST, sign * change < -_DUST
            room = np.full(change.shape, np.inf)
            np.divide(above, np.abs(change), out=room, where=grows)
            np.divide(below, np.abs(change), out=room, where=shrinks)
            room = room.min(axis=1, initial=np.inf)
            left = self._truth if sign < 0 else np.full(len(self._truth), np.inf)
            far = np.floor(np.clip(np.minimum(room, left), 0.0, MOST) + _DUST)
            reached.append(sign * rows.T * far[:, None])
        seen = np.concatenate(reached)
        return there + np.minimum(seen.min(axis=0), 0.0), there + np.maximum(seen.max(axis=0), 0.0)

    def _solve(self, cost: Floats, known: float | None = None) -> Floats:
        """Return a cheap table that agrees with what is told, or the cheapest if there is one below `known`.

        Without asking for whole numbers the solver is many times as fast, and finds them more often than not;
        where it does not, whole ones beside those that it found are often as good.
        """
        if self._program is None:
            self._program = Program(self._matrix, self._low, self._high, self._most)
        found = self._program.least(cost)
        if found is not None:
            found = np.round(found, 6)
            # Costs are whole numbers, so that no table of whole ones costs less than the next one up.
            least = np.ceil(cost @ found - _SLACK) + _DUST
            if known is not None and known <= least:
                return self._truth
            beside = self._whole_beside(found, cost)
            if beside is not None and (known is None or cost @ beside <= least):
                return beside
            found = None if known is None else self._program.least(cost, self._whole)
        # The true table agrees, so there is one; what the solver gave up on stays what it truly is.
        return self._truth if found is None else np.round(found, 6)

    def _whole_beside(self, table: Floats, cost: Floats) -> Floats | None:
        """Return the cheapest table that has each number rounded up or down and agrees; None for none."""
        broken = np.flatnonzero(self._whole & (table % 1.0 != 0))
        if not len(broken) or len(broken) > _ROUNDED:
            return None if len(broken) else table
        ends = np.floor(table[broken]) + np.array(list(product((0, 1), repeat=len(broken))))
        sums = self._matrix @ table + (ends - table[broken]) @ self._matrix[:, broken].T
        agree = ((sums >= self._low - _DUST) & (sums <= self._high + _DUST)).all(axis=1)
        if not agree.any():
            return None
        ends = ends[agree]
        beside = table.copy()
        beside[broken] = ends[np.argmin(ends @ cost[broken])]
        return beside
