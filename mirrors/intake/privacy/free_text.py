"""Free text: sentences, in which anything may stand."""

from collections.abc import Iterator

import numpy as np

from mirrors.intake.privacy.column import Positions, PrivateColumn
from mirrors.intake.privacy.identifiers import Judged
from mirrors.intake.privacy.uses import ColumnUse
from mirrors.intake.rules import Problem

LONG_ON_AVERAGE = 40
MOSTLY_DIFFERENT = 0.5
FEWEST_ROWS = 10
"""A text column in no profile is free when its texts are so long on average, or hardly ever repeated."""

PHRASE_WORDS = 5
"""So many words in a single row are no label, where labels come back row after row."""

SENTENCE_WORDS = 7
"""So many words make a sentence, which stands in no column of codes or numbers."""

FEWEST_OF_A_LABEL = 5

TEXT = r"\pL{2,}\S*\s+\S*\pL{2,}"
_SENTENCE = rf"(?:\S*\pL\S*\s+){{{SENTENCE_WORDS - 1},}}\S*\pL"
_NOT_FREE = (ColumnUse.SCHOOL_NAME, ColumnUse.IGNORED)


def free_text(column: PrivateColumn, is_of_schools: bool) -> Iterator[Judged]:
    """Yield the free texts of a column."""
    if is_of_schools or column.use in _NOT_FREE:
        return
    texts = column.matching(TEXT)
    if column.use in (None, ColumnUse.UNKNOWN) and _is_free(column, texts):
        yield Problem.FREE_TEXT, texts, ""
        return
    hits = [place for place in column.matching(_SENTENCE) if not _is_label(column, place)]
    phrases = [place for place in texts if len(column.text(place).split()) >= PHRASE_WORDS]
    hits += list(column.once(np.array(phrases, np.intp)))
    if hits:
        yield Problem.FREE_TEXT, np.unique(np.array(hits, np.intp)), ""


def _is_free(column: PrivateColumn, texts: Positions) -> bool:
    if len(texts) < 0.5 * len(column.texts) or column.filled < FEWEST_ROWS:
        return False
    lengths = np.array([len(column.text(place)) for place in texts])
    mean = float(np.average(lengths, weights=np.maximum(column.counts[texts], 1)))
    return mean > LONG_ON_AVERAGE or len(texts) > MOSTLY_DIFFERENT * column.filled


def _is_label(column: PrivateColumn, place: int) -> bool:
    """Return whether a sentence is the name of something: it comes back, row after row."""
    return len(column.text(place)) <= LONG_ON_AVERAGE or int(column.counts[place]) >= FEWEST_OF_A_LABEL
