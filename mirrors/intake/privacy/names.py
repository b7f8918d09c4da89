"""Names of persons, told by lists of first and last names and by how they are written."""

import importlib
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache

import numpy as np

from mirrors.intake.privacy.column import Positions, PrivateColumn
from mirrors.intake.privacy.identifiers import FEWEST_HITS, LEAST_SHARE, Judged
from mirrors.intake.privacy.uses import ColumnUse
from mirrors.intake.privacy.words import name_words, plain
from mirrors.intake.rules import Problem

LISTS = ("nl_BE", "fr_BE", "nl_NL", "fr_FR", "en_GB", "de_DE")
"""Lists of names in Faker, by country."""

NAME_PATTERN = r"\pL[\pL.'’-]*[ ,_.]+\pL"
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*[.]?|[,;:/|()\"\d\n]+")
_LONGEST_LAST = 4

ONE_WORD_SHARE = 0.5
FEWEST_ONE_WORD = 5
"""A column of single words is a column of names when so many different ones, and such a share, are."""

WRITTEN_SHARE, LISTED_SHARE, DISTINCT_SHARE, FEWEST_WRITTEN = 0.8, 0.2, 0.5, 8
"""A column written as names (capitals, two to five words), hardly repeated and partly listed holds names."""

REGISTER_SHARE = 0.8
"""Schools are named after persons; a register with such a share of names is one of persons."""


@cache
def first_names() -> frozenset[str]:
    """Return the first names known, without capitals and accents."""
    own = name_words()
    listed = {plain(name) for country in LISTS for name in _list(country, "first_names")}
    return frozenset((listed | {plain(name) for name in own.first}) - {plain(name) for name in own.not_names})


@cache
def last_names() -> frozenset[str]:
    """Return the last names known, their words joined by a space, without capitals and accents."""
    listed = {name for country in LISTS for name in _list(country, "last_names")}
    return frozenset(_joined(name) for name in [*listed, *name_words().last])


def _list(country: str, which: str) -> Sequence[str]:
    provider = importlib.import_module(f"faker.providers.person.{country}").Provider
    both = {"first_names": ("first_names", "first_names_female", "first_names_male")}.get(which, (which,))
    return [name for one in both for name in getattr(provider, one, ())]


def _joined(name: str) -> str:
    return " ".join(plain(name).replace("-", " ").replace("'", " ").replace("’", " ").split())


def names_of_persons(
    column: PrivateColumn, schools: PrivateColumn | None, is_of_schools: bool
) -> Iterator[Judged]:
    """Yield the names of persons in a column; `schools` is the column with the school's id.

    Names of schools (`is_of_schools`) may be those of persons; they are refused when the column has more
    names than schools, or when nearly all of it is names and nothing says school.
    """
    sure = _among(column, column.matching(NAME_PATTERN, at_least=5), holds_name)
    if is_of_schools:
        if _is_register_of_persons(column, schools, sure):
            yield Problem.PERSON_NAME, sure, ""
        return
    alone = column.once(_among(column, column.matching(r"^\pL{2}", at_least=2), _is_first_name_and_more))
    if len(sure) or len(alone):
        yield Problem.PERSON_NAME, np.union1d(sure, alone), ""
        return
    for hits in (_single_words(column), _written_as_names(column), _initials(column)):
        if len(hits):
            yield Problem.PERSON_NAME, hits, ""
            return


def holds_name(text: str) -> bool:
    """Return whether a text holds a known first name beside a known last name, or a title before a name."""
    words = _WORD.findall(text)
    for place, word in enumerate(words):
        if _is_salutation(word) and _names_somebody(words, place):
            return True
        if _is_first(word) and not _after_school(words, place) and _last_beside(words, place):
            return True
    return False


def _is_register_of_persons(column: PrivateColumn, schools: PrivateColumn | None, sure: Positions) -> bool:
    if len(sure) < len(written := _among(column, column.matching(NAME_PATTERN, 5), _starts_as_name)):
        sure = written
    share = len(sure) / len(column.texts)
    if len(sure) < FEWEST_WRITTEN:
        return False
    more_than_schools = schools is not None and len(column.texts) > 1.5 * len(schools.texts)
    return share >= REGISTER_SHARE or (more_than_schools and share >= ONE_WORD_SHARE)


def _single_words(column: PrivateColumn) -> Positions:
    """Return single words that are names, where half of the column is."""
    if column.use in (ColumnUse.TOKEN, ColumnUse.SCHOOL_ID, ColumnUse.NUMBER):
        return np.array([], np.intp)
    words = column.matching(r"^\pL[\pL'’-]+$", at_least=2)
    other = {plain(word) for word in name_words().not_names}
    names = _among(column, words, lambda text: plain(text) not in other and _is_listed(text))
    enough = len(names) >= FEWEST_ONE_WORD and len(names) >= ONE_WORD_SHARE * len(column.words)
    return names if enough else names[:0]


def _written_as_names(column: PrivateColumn) -> Positions:
    """Return texts of two to five words with capitals, where nearly all of a hardly repeated column is."""
    written = _among(column, column.matching(NAME_PATTERN), _is_written_as_name)
    enough = len(written) >= FEWEST_WRITTEN and len(written) >= WRITTEN_SHARE * len(column.texts)
    if not enough or len(column.texts) < DISTINCT_SHARE * column.filled:
        return written[:0]
    listed = _among(column, written, lambda text: any(map(_is_listed, _WORD.findall(text))))
    return written if len(listed) >= LISTED_SHARE * len(written) else written[:0]


def _initials(column: PrivateColumn) -> Positions:
    """Return names such as "L. Peeters", where a fifth of the column is."""
    pattern = re.compile(r"(?:[^\W\d_]\.[ -]?){1,3}\S.*|\S.*,? (?:[^\W\d_]\.[ -]?){1,3}")
    found = _among(
        column,
        column.matching(r"\pL\.", at_least=4),
        lambda text: (
            bool(pattern.fullmatch(text))
            and _joined(re.sub(r"\b\w\.", " ", text)).strip(", ") in last_names()
        ),
    )
    return found if len(found) >= FEWEST_HITS and column.share(found) >= LEAST_SHARE else found[:0]


def _among(column: PrivateColumn, positions: Positions, holds: Callable[[str], bool]) -> Positions:
    return np.array([place for place in positions if holds(column.text(place))], dtype=np.intp)


def _is_first_name_and_more(text: str) -> bool:
    """Return whether a text is one to four words of which the first or the last is a first name."""
    words = _WORD.findall(text.replace("_", " "))
    if not 1 <= len(words) <= 4 or any(not word[0].isalpha() and word != "," for word in words):
        return False
    return (_is_first(words[0]) or _is_first(words[-1])) and not any(
        _bare(word) in name_words().schools for word in words
    )


def _starts_as_name(text: str) -> bool:
    """Return whether a text is written as a name and one of its words is a first name."""
    return _is_written_as_name(text) and any(map(_is_first, _WORD.findall(text)))


def _is_written_as_name(text: str) -> bool:
    words = _WORD.findall(text)
    if not 2 <= len(words) <= 5 or any(not word[0].isalpha() and word != "," for word in words):
        return False
    if any(_bare(word) in name_words().schools for word in words):
        return False
    particles = name_words().particles
    return all(word == "," or word[0].isupper() or plain(word) in particles for word in words)


def _bare(word: str) -> str:
    return plain(word).rstrip(".")


def _is_first(word: str) -> bool:
    parts = re.split(r"[-'’]", _bare(word))
    return _bare(word) in first_names() or (len(parts) == 2 and all(part in first_names() for part in parts))


def _is_listed(word: str) -> bool:
    return _is_first(word) or _joined(_bare(word)) in last_names()


def _is_salutation(word: str) -> bool:
    return _bare(word) in name_words().salutations


def _names_somebody(words: Sequence[str], place: int) -> bool:
    """Return whether a name follows a title: "mevr. Peeters", "M. El Amrani"."""
    following = words[place + 1 : place + 4]
    return (
        bool(following)
        and following[0][:1].isupper()
        and (_is_first(following[0]) or any(_last_from(words, place + 1, size) for size in range(1, 4)))
    )


def _after_school(words: Sequence[str], place: int) -> bool:
    """Return whether one of the two words before says that a school (street, programme) is named."""
    schools = name_words().schools
    before = [_bare(word) for word in words[max(0, place - 2) : place]]
    after = [_bare(word) for word in words[place + 1 : place + 4]]
    return any(word in schools for word in before) or any(word in schools for word in after)


def _last_beside(words: Sequence[str], place: int) -> bool:
    """Return whether a last name follows or precedes the first name at `place`."""
    after = place + 1
    # Two first names, or one with an initial between: "Anna Maria Peeters", "Jan P. Maes".
    steps = [after]
    if after < len(words) and (_is_first(words[after]) or len(_bare(words[after])) == 1):
        steps.append(after + 1)
    if after < len(words) and words[after].strip() == ",":
        steps.append(after + 1)
    for start in steps:
        if any(_last_from(words, start, size) for size in range(1, _LONGEST_LAST + 1)):
            return True
        if _particle_and_name(words, start):
            return True
    end = place - 1 if place and words[place - 1].strip() == "," else place
    if any(_last_from(words, end - size, size) for size in range(1, _LONGEST_LAST + 1) if end >= size):
        return True
    return words[place - 1].strip() == "," and end >= 2 and _particle_and_name(words, end - 2)


def _last_from(words: Sequence[str], start: int, size: int) -> bool:
    if start < 0 or start + size > len(words):
        return False
    return _joined(" ".join(_bare(word) for word in words[start : start + size])) in last_names()


def _particle_and_name(words: Sequence[str], start: int) -> bool:
    particles = name_words().particles
    place = start
    while place < len(words) and _bare(words[place]) in particles:
        place += 1
    return start < place < len(words) and words[place][:1].isupper() and len(words[place]) > 2
