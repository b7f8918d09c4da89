"""Every sentence a reader can see exists in Dutch and in French, with the same places to fill in."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from mirrors.locale import LANGUAGES, SOURCE_LANGUAGE, Language, best_language

ROOT = Path(__file__).resolve().parents[2]
CATALOGUES = [code for code in LANGUAGES if code != SOURCE_LANGUAGE]
Message = str | tuple[str, str]

HOW_TO_ADD = (
    "\nAdd each message to mirrors/locale/nl.po and mirrors/locale/fr.po, as\n"
    '    msgid "Hello {{name}}"\n    msgstr "Dag {{name}}"\n'
    "and for .plural(one, many, ...) as\n"
    '    msgid "{{count}} school"\n    msgid_plural "{{count}} schools"\n'
    '    msgstr[0] "{{count}} school"\n    msgstr[1] "{{count}} scholen"\n'
    "Wording follows the glossary of the handbook: unauthorised is problematisch / injustifiée, "
    "similar schools are gelijkaardige scholen / établissements similaires.\n"
)


def spoken(source: str) -> Iterator[Message]:
    """Yield the literal messages of `.text(...)`, `.plural(...)` and `message(...)` in `source`."""
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        named = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        wanted = {"text": 1, "message": 1, "plural": 2}.get(named)
        if wanted is None or len(call.args) < wanted:
            continue
        found = [arg.value for arg in call.args[:wanted] if isinstance(arg, ast.Constant)]
        literal = [message for message in found if isinstance(message, str)]
        if len(literal) == wanted:
            yield literal[0] if wanted == 1 else (literal[0], literal[1])


def messages() -> set[Message]:
    """Return every message of the product."""
    files = [*(ROOT / "pages").glob("*.py"), *(ROOT / "mirrors").rglob("*.py")]
    return {message for file in files for message in spoken(file.read_text(encoding="utf-8"))}


def catalogue(code: str) -> dict[Message, tuple[str, ...]]:
    """Return the translations in one catalogue: one text, or one text a plural form."""
    with (ROOT / "mirrors" / "locale" / f"{code}.po").open("rb") as source:
        entries = [entry for entry in read_po(source, locale=code) if entry.id]
    return {
        entry.id if isinstance(entry.id, str) else (entry.id[0], entry.id[1]): (
            (entry.string,) if isinstance(entry.string, str) else tuple(entry.string)
        )
        for entry in entries
    }


def places(text: str) -> set[str]:
    """Return the `{places}` of a message."""
    return set(re.findall(r"{(\w+)}", text))


def test_messages_are_found_where_they_are_spoken() -> None:
    found = list(spoken('say.text("a {b}", b=1); language.plural("one", "many", 2); other("c"); say.text(x)'))
    assert found == ["a {b}", ("one", "many")]
    assert "Where we stand" in messages()


@pytest.mark.parametrize("code", CATALOGUES)
def test_no_message_is_missing_or_empty(code: str) -> None:
    known = catalogue(code)
    missing = [message for message in messages() if not known.get(message) or not all(known[message])]
    listed = "\n".join(sorted(map(str, missing)))
    assert not missing, f"{code}.po lacks:\n{listed}{HOW_TO_ADD.format()}"


@pytest.mark.parametrize("code", CATALOGUES)
def test_no_translation_is_left_over(code: str) -> None:
    assert set(catalogue(code)) - messages() == set(), f"{code}.po holds texts nobody speaks any more"


@pytest.mark.parametrize("code", CATALOGUES)
def test_translations_fill_in_the_same_places(code: str) -> None:
    for message, translated in catalogue(code).items():
        wanted = places(message if isinstance(message, str) else message[1])
        assert all(places(text) == wanted for text in translated), f"{code}.po: {message}"


@pytest.mark.parametrize("code", CATALOGUES)
def test_plurals_have_both_forms(code: str) -> None:
    plurals = [text for message, text in catalogue(code).items() if not isinstance(message, str)]
    assert plurals
    assert all(len(forms) == 2 for forms in plurals)


@pytest.mark.parametrize("code", CATALOGUES)
def test_emphasis_survives_translation(code: str) -> None:
    for message, translated in catalogue(code).items():
        original = message if isinstance(message, str) else message[1]
        assert all(text.count("**") == original.count("**") for text in translated), f"{code}.po: {message}"


@pytest.mark.parametrize(
    ("wish", "code"),
    [("nl-BE", "nl"), ("fr", "fr"), ("FR_be", "fr"), ("de-DE", "en"), ("", "en"), (None, "en")],
)
def test_the_best_language_for_a_wish(wish: str | None, code: str) -> None:
    assert best_language(wish) == Language(code)


def test_numbers_are_written_as_the_language_does() -> None:
    assert Language("en").percent(0.0643, 1) == "6.4\u00a0%"
    assert Language("nl").percent(0.0643, 1) == "6,4\u00a0%"
    assert Language("nl").number(1250) == "1.250"
    assert Language("fr").plural("{count} pupil", "{count} pupils", 1) == "1 élève"
    assert Language("nl").plural("{count} pupil", "{count} pupils", 2) == "2 leerlingen"
