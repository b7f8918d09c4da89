"""The product's languages: texts and numbers as a reader of English, Dutch or French writes them.

English sentences enter, the reader's language leaves. Catalogues are gettext `.po` files beside this
module, compiled in memory when a language is first used, so that no built file can be out of date.
"""

import gettext
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

SOURCE_LANGUAGE = "en"
LANGUAGES = {"en": "English", "nl": "Nederlands", "fr": "Français"}
_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Language:
    """A language to speak to one reader; `code` is a key of LANGUAGES."""

    code: str

    def text(self, message: str, **values: object) -> str:
        """Return `message` in this language with `{name}` places filled from `values`."""
        translated = _catalogue(self.code).gettext(message)
        return translated.format(**values) if values else translated

    def plural(self, one: str, many: str, count: int, **values: object) -> str:
        """Return the form of the message that fits `count`; `{count}` is filled, as are `values`."""
        translated = _catalogue(self.code).ngettext(one, many, count)
        return translated.format(count=self.number(count), **values)

    def pick(self, texts: Mapping[str, str]) -> str:
        """Return the text of a definition in this language."""
        return texts[self.code]

    def number(self, value: float, decimals: int = 0) -> str:
        """Return `value` with exactly `decimals` decimals, grouped as this language does."""
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return format_decimal(value, format=pattern, locale=self.code)

    def percent(self, share: float, decimals: int = 1) -> str:
        """Return `share` (0..1) as a percentage with a no-break space before the sign."""
        return f"{self.number(100 * share, decimals)}\u00a0%"

    def join(self, items: list[str]) -> str:
        """Return `items` as one phrase: "a, b and c"."""
        return format_list(items, locale=self.code)

    def month(self, month: int) -> str:
        """Return the abbreviated name of `month` (1..12)."""
        return str(Locale.parse(self.code).months["stand-alone"]["abbreviated"][month])


def message(text: str) -> str:
    """Mark `text` as a sentence that is translated where it is told, and return it as it is."""
    return text


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    if code == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    compiled = BytesIO()
    with (_FOLDER / f"{code}.po").open("rb") as source:
        write_mo(compiled, read_po(source, locale=code))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def best_language(wanted: str | None) -> Language:
    """Return the language for a browser's or link's wish ("nl-BE", "fr", None); English otherwise."""
    code = (wanted or SOURCE_LANGUAGE).replace("_", "-").split("-")[0].lower()
    return Language(code if code in LANGUAGES else SOURCE_LANGUAGE)
