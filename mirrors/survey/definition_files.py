"""The files of the safety mirror: those of the product, and a city's own in their place or beside them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator

from mirrors.definitions.reading import FOLDER, Definition, read_definition

OWN = "questionnaires"
"""The folder of a store with a city's own questionnaires, checklist, support rules and help contacts."""

SHIPPED = FOLDER / "questionnaires"

_UNSAFE_START = ("=", "+", "-", "@")
_NOT_IN_TEXT = re.compile(r"[\x00-\x1f\x7f{}\\]")


def _told(text: str) -> str:
    """Return `text` when other tools take it as it is; raises ValueError when they would run it."""
    if not text.strip():
        raise ValueError("the text is empty")
    if text.startswith(_UNSAFE_START):
        raise ValueError("a text may not start with = + - @: a spreadsheet would read it as a formula")
    if _NOT_IN_TEXT.search(text):
        raise ValueError(
            "a text may not hold braces, backslashes, tabs or line breaks: survey tools run them"
        )
    return text


Told = Annotated[str, AfterValidator(_told)]
"""A text that somebody reads, on paper or in another tool."""

Translated = dict[str, Told]
"""A text in every language of its file, keyed by language code."""


def _code(code: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_]{1,30}", code):
        raise ValueError("a code is 1 to 30 letters, digits and underscores")
    return code


Code = Annotated[str, AfterValidator(_code)]
"""A short name without spaces, for files: letters, digits and underscores."""

Form = TypeVar("Form", bound=Definition)


def definition_path(name: str, folder: Path | None, shipped: Path = SHIPPED) -> Path:
    """Return the file `name`: a city's own in the store `folder` where there is one, else the product's."""
    own = folder / OWN / name if folder else None
    return own if own and own.is_file() else shipped / name


def read_own_or_shipped(name: str, form: type[Form], folder: Path | None, shipped: Path = SHIPPED) -> Form:
    """Return the definition file `name` as a `form`; raises DefinitionError that names file and place."""
    return read_definition(definition_path(name, folder, shipped), form)


def texts_of(value: Any, place: str = "") -> Iterator[tuple[str, Translated]]:
    """Yield every text in a definition with its place, such as ("items.T3.2.text", {...})."""
    if isinstance(value, Definition):
        for name in type(value).model_fields:
            yield from texts_of(getattr(value, name), f"{place}.{name}" if place else name)
    elif isinstance(value, tuple):
        for number, part in enumerate(value):
            yield from texts_of(part, f"{place}.{getattr(part, 'id', number)}")
    elif isinstance(value, dict) and all(isinstance(part, str) for part in value.values()):
        yield place, value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from texts_of(part, f"{place}.{name}")


def check_ids(what: str, ids: Iterable[str]) -> None:
    """Raise ValueError when two of `what` have the same id."""
    twice = sorted(one for one, times in Counter(ids).items() if times > 1)
    if twice:
        raise ValueError(f"two {what} have the id {twice[0]}")


def check_languages(definition: Definition, languages: tuple[str, ...]) -> None:
    """Raise ValueError, naming the place, when a text is not there in each of `languages`."""
    for place, text in texts_of(definition):
        missing = [language for language in languages if language not in text]
        if missing:
            raise ValueError(f"{place}: no text in {', '.join(missing)}")
