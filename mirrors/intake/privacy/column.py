"""One column as the privacy gate sees it: its distinct texts, how often each occurs, and in which rows."""

import re
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mirrors.intake.privacy.uses import ColumnUse

Positions = NDArray[np.intp]
"""Places of texts among the distinct texts of a column."""

# A plain number of up to nine digits, perhaps in groups, with decimals or in per cent, names nobody.
_PLAIN_NUMBER = (
    r"^-?(?:0|[1-9]\d{0,7}|[1-9]\d{0,2}(?:[ .,\x{a0}\x{202f}]\d{3}){1,2})(?:[.,]\d*)?(?:[eE]-?\d+)? ?%?$"
)


_COMES_BACK = 10
"""A column of labels: each stands in so many rows, on average."""

_FEW, _SHORT = 2000, 100
"""So many texts of such a length are searched before RE2, which is much the faster, has read a pattern with
letters. In a long text Python's own search may take minutes, where RE2 never goes back."""


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(
        pattern.replace(r"[\pL", r"[\w").replace(r"[^\pL]", r"[\W\d_]").replace(r"\pL", r"[^\W\d_]")
    )


@dataclass(frozen=True, eq=False)
class PrivateColumn:
    """A column under search. `place` counts from 1; `use` is None when nothing is known about the column."""

    place: int
    header: str
    use: ColumnUse | None
    rows: pa.DictionaryArray
    source_row: NDArray[np.int64]

    @cached_property
    def texts(self) -> pa.Array:
        """The distinct texts, with look-alike signs (wide digits, no-break spaces) made plain."""
        texts = pc.fill_null(self.rows.dictionary, "")
        if pc.all(pc.string_is_ascii(texts)).as_py() is False:
            texts = pc.utf8_normalize(texts, form="NFKC")
            texts = pc.replace_substring_regex(texts, "[\u2010-\u2015\u2212]", "-")
            texts = pc.replace_substring_regex(texts, "[\u200b-\u200d\u2060\ufeff]", "")
        return texts

    @cached_property
    def codes(self) -> NDArray[np.int32]:
        """The place of every row's text among `texts`; -1 for an empty cell."""
        return np.asarray(pc.fill_null(self.rows.indices, -1).to_numpy(zero_copy_only=False))

    @cached_property
    def counts(self) -> NDArray[np.intp]:
        """How many rows hold each text."""
        return np.bincount(self.codes + 1, minlength=len(self.texts) + 1)[1:]

    @cached_property
    def filled(self) -> int:
        """How many rows hold a text."""
        return len(self.rows) - int(self.rows.indices.null_count)

    @cached_property
    def is_number(self) -> pa.Array:
        """For each text, whether it is a plain number."""
        return pc.match_substring_regex(self.texts, _PLAIN_NUMBER)

    @cached_property
    def words(self) -> Positions:
        """The texts that are no plain number."""
        return np.flatnonzero(pc.invert(self.is_number).to_numpy(zero_copy_only=False))

    @cached_property
    def longest(self) -> int:
        """The length of the longest text that is no plain number."""
        return (
            max((len(self.text(place)) for place in self.words), default=0) if len(self.words) < 1000 else 99
        )

    @cached_property
    def _all_short(self) -> bool:
        return all(len(self.text(place)) <= _SHORT for place in self.words)

    def matching(self, pattern: str, at_least: int = 6) -> Positions:
        """Return the texts, other than plain numbers, that hold the (RE2) `pattern`.

        `at_least` is the length of the shortest text that can.
        """
        if self.longest < at_least:
            return self.words[:0]
        if len(self.words) <= _FEW and self._all_short:
            found = _compiled(pattern).search
            return np.array([place for place in self.words if found(self.text(place))], np.intp)
        some = self.texts if len(self.words) == len(self.texts) else self.texts.take(pa.array(self.words))
        matched: NDArray[np.bool_] = pc.match_substring_regex(some, pattern).to_numpy(zero_copy_only=False)
        return np.asarray(self.words[matched])

    def once(self, positions: Positions) -> Positions:
        """Return those of the texts that stand in one row only, where labels come back row after row."""
        comes_back = self.filled >= _COMES_BACK * len(self.texts)
        return positions[self.counts[positions] == 1] if comes_back and len(positions) else positions[:0]

    def text(self, position: int) -> str:
        """Return one distinct text."""
        return str(self.texts[int(position)])

    def share(self, positions: Positions) -> float:
        """Return the share of the filled rows that hold one of the texts, 0 to 1."""
        return float(self.counts[positions].sum() / self.filled) if self.filled else 0.0

    def rows_with(self, positions: Positions) -> NDArray[np.int64]:
        """Return the rows of the file that hold one of the texts."""
        wanted = np.zeros(len(self.texts) + 1, bool)
        wanted[positions] = True
        return self.source_row[wanted[self.codes]]
