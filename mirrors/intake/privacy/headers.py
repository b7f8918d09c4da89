"""The name of a column may say that it holds personal data, whatever stands in it."""

from collections.abc import Mapping, Sequence
from functools import cache

from mirrors.definitions.contract import load_contracts
from mirrors.intake.privacy.uses import ColumnUse
from mirrors.intake.privacy.words import HeaderWords, header_tokens, header_words, plain, survey_words

_OF_SCHOOLS = (ColumnUse.SCHOOL_ID, ColumnUse.SCHOOL_NAME)
_KNOWN_AS_IT_STANDS = (ColumnUse.TOKEN, ColumnUse.PUPIL, ColumnUse.RESPONDENT)
_MAPPED = frozenset(ColumnUse) - {ColumnUse.UNKNOWN, ColumnUse.IGNORED}
_ID_WORDS = frozenset(
    {"id", "nr", "nummer", "numero", "number", "num", "no", "code", "dbn", "uai", "brin", "fase"}
)
_SCHOOL_IDS = frozenset(
    {"instellingsnummer", "schoolid", "schoolnummer", "schoolcode", "vestigingsnummer", "dbn", "uai", "brin"}
)


def is_personal_header(
    header: str, use: ColumnUse | None, only_numbers: bool, beside_tokens: bool = False
) -> bool:
    """Return whether the name of a column says that it holds personal data.

    `only_numbers` tells that the column holds plain numbers only, as counts do; `beside_tokens` that the
    table is about single pupils.
    """
    if use in _KNOWN_AS_IT_STANDS or (use in _MAPPED and header in _our_columns()):
        return False
    words, tokens = header_words(), header_tokens(header)
    about = set(tokens)
    of_schools = bool(about & words.organisations)
    if use in _OF_SCHOOLS and (of_schools or not _is_about_persons(tokens, words)):
        return False
    if _names_a_person(tokens, words):
        return True
    if about & words.names and (about & words.counted or not about & (words.organisations | words.things)):
        return use is not ColumnUse.SCHOOL_NAME or bool(about & words.counted)
    if beside_tokens and use in (None, ColumnUse.UNKNOWN) and about & words.beside_tokens:
        return True
    return bool(about & words.counted) and not _counts(about, words, use, only_numbers)


def is_always_personal(header: str) -> bool:
    """Return whether the name of a column is personal whatever the column is used for."""
    return _names_a_person(header_tokens(header), header_words())


@cache
def _our_columns() -> frozenset[str]:
    return frozenset(name for contract in load_contracts().values() for name in contract.columns)


def _is_about_persons(tokens: Sequence[str], words: HeaderWords) -> bool:
    return _names_a_person(tokens, words) or bool(set(tokens) & words.counted)


def _names_a_person(tokens: Sequence[str], words: HeaderWords) -> bool:
    if set(tokens) & words.words or any(token.startswith(words.begins) for token in tokens):
        return True
    if any(_is_personal_compound(token, words) for token in tokens):
        return True
    pairs = {tuple(tokens[place : place + size]) for place in range(len(tokens)) for size in (2, 3)}
    joined = {"".join(pair) for pair in pairs if len(pair) == 2}
    return any(phrase in pairs for phrase in words.phrases) or bool(joined & words.words)


def _is_personal_compound(token: str, words: HeaderWords) -> bool:
    """Return whether a compound names something of a person: leerlingnaam, not schoolnaam."""
    for end in words.ends:
        before = token.removesuffix(end).rstrip("s")
        if token.endswith(end) and before:
            allowed = words.organisations | words.things
            return before not in allowed and f"{before}s" not in allowed
    return False


def _counts(about: set[str], words: HeaderWords, use: ColumnUse | None, only_numbers: bool) -> bool:
    """Return whether a column about persons counts them: "aantal ouders bereikt", "pupil group"."""
    if about & words.counted <= words.groups and (only_numbers or about & words.things):
        return True
    return only_numbers and (use is ColumnUse.NUMBER or bool(about & words.quantities))


def names_schools(header: str) -> bool:
    """Return whether a column is called the name of a school, a district or another body."""
    words, tokens = header_words(), header_tokens(header)
    about = set(tokens)
    if _is_about_persons(tokens, words):
        return False
    if any(token.endswith("naam") and len(token) > len("naam") for token in tokens):
        return True
    return bool(about & words.organisations) and not about & _ID_WORDS


def numbers_schools(header: str) -> bool:
    """Return whether a column is called the number of a school."""
    about = set(header_tokens(header))
    return bool(about & _SCHOOL_IDS) or bool(about & header_words().organisations and about & _ID_WORDS)


def survey_metadata(header: Sequence[str], uses: Mapping[str, ColumnUse] | None) -> frozenset[str]:
    """Return the columns that a survey tool added to the answers, to be left out of a survey file.

    Empty for a file that has no column of respondents.
    """
    if uses is None or ColumnUse.RESPONDENT not in uses.values():
        return frozenset()
    added = survey_words().personal | survey_words().technical
    spare = (ColumnUse.UNKNOWN, ColumnUse.IGNORED)
    return frozenset(
        name for name in header if uses.get(name, ColumnUse.UNKNOWN) in spare and _squeezed(name) in added
    )


def tells_respondent(header: str) -> bool:
    """Return whether a column is one that survey tools add and that points to a person or machine."""
    return _squeezed(header) in survey_words().personal


def tool_columns() -> frozenset[str]:
    """Return the names of columns that survey tools add, in small letters and digits only."""
    return survey_words().personal | survey_words().technical


def _squeezed(header: str) -> str:
    return "".join(sign for sign in plain(header) if sign.isalnum())
