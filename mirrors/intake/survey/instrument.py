"""What was asked, as far as an import has to know it: ids, codes and the words in every language."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from mirrors.intake.likeness import compact

Words = tuple[str, ...]
"""The same text in every language."""


_BETWEEN = re.compile(r"[;,|\n]+")


@dataclass(frozen=True)
class Asked:
    """One question of a theme: its id ("T3.2"), its name in other tools ("T3Q2") and its words."""

    id: str
    code: str
    words: Words


@dataclass(frozen=True)
class Choice:
    """A place, or a question about the respondent: its id and its words."""

    id: str
    words: Words


@dataclass(frozen=True)
class Instrument:
    """The questionnaire of one group.

    `options` are the five options of each scale, from the least to the most; `option_codes` are their names
    in other tools, in that order. `unsaid` are words and codes for not to say.
    """

    group: str
    items: tuple[Asked, ...]
    options: tuple[tuple[Words, ...], ...]
    option_codes: tuple[str, ...]
    unsaid: Words
    hotspot: Words
    hotspot_code: str
    places: tuple[Choice, ...]
    nowhere: Choice
    background: tuple[Choice, ...]
    background_prefix: str

    @cached_property
    def item_of_code(self) -> Mapping[str, str]:
        """Names of items in small letters, ours and those of other tools -> item id."""
        return {name.casefold(): item.id for item in self.items for name in (item.id, item.code)}

    @cached_property
    def worded(self) -> tuple[tuple[str, str], ...]:
        """The compact words of every item with its id, in the order of the questionnaire."""
        return tuple((compact(words), item.id) for item in self.items for words in item.words)

    @cached_property
    def hotspot_worded(self) -> frozenset[str]:
        """The compact words of the question of places."""
        return frozenset(map(compact, self.hotspot))

    @cached_property
    def background_worded(self) -> frozenset[str]:
        """The compact words of the questions about the respondent."""
        return frozenset(compact(words) for one in self.background for words in one.words)

    @cached_property
    def option_of(self) -> Mapping[str, int]:
        """Compact words and codes of options -> 0..4, without those that two options share."""
        found: dict[str, set[int]] = {}
        for name, option in self._named_options():
            found.setdefault(compact(name), set()).add(option)
        return {name: next(iter(options)) for name, options in found.items() if len(options) == 1}

    @cached_property
    def place_of(self) -> Mapping[str, str]:
        """Compact ids and words of places -> place id; of "nowhere" too."""
        named = (*self.places, self.nowhere)
        return {compact(name): place.id for place in named for name in (place.id, *place.words)}

    @cached_property
    def is_unsaid(self) -> frozenset[str]:
        """Compact words for not to say."""
        return frozenset(map(compact, self.unsaid))

    def knows(self, text: str) -> bool:
        """Return whether a text is an answer to one of the questions."""
        told = compact(text)
        return told in self.option_of or told in self.is_unsaid or self.places_in(text) is not None

    def places_in(self, text: str) -> frozenset[str] | None:
        """Return the places in a text that holds all that were chosen; None when one of them is not known."""
        for parts in (_BETWEEN.split(text), text.split()):
            told = [compact(part) for part in parts if part.strip()]
            if all(part in self.place_of for part in told):
                return frozenset(self.place_of[part] for part in told)
        return None

    def _named_options(self) -> Iterator[tuple[str, int]]:
        yield from ((code, option) for option, code in enumerate(self.option_codes))
        for scale in self.options:
            yield from ((word, option) for option, words in enumerate(scale) for word in words)
