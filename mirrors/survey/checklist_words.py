"""What a team writes on its checklist: about the school and its functions, never about a person."""

import re

from mirrors.casework.words import LONGEST_REASON, Unfit, UnfitWords, checked_reason

LONGEST_NOTE = LONGEST_REASON

_TITLES = frozenset(("m", "mr", "mrs", "ms", "mme", "mlle", "mevr", "mw", "dhr"))
_TITLE_AND_NAME = re.compile(r"(?:M|Mr|Mrs|Ms|Mme|Mlle|Mevr|Mw|Dhr)\.? +[A-ZÀ-Þ]")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def checked_note(words: str) -> str:
    """Return a note on one line; raises UnfitWords where it is too long or tells of a person."""
    return checked_reason(words, required=False)


def checked_owner(words: str) -> str:
    """Return who looks after an item, on one line: a function, such as "prevention adviser".

    Raises UnfitWords as `checked_note` does, and where all the words are names of persons.
    """
    owner = checked_note(words)
    if _TITLE_AND_NAME.match(owner) or _are_names(owner):
        raise UnfitWords(Unfit.PERSONAL)
    return owner


def _are_names(words: str) -> bool:
    # The lists of names are long, and of no use to who only reads.
    from mirrors.intake.privacy.names import first_names, last_names
    from mirrors.intake.privacy.words import plain

    told = [plain(word) for word in _WORD.findall(words)]
    told = [word for word in told if word not in _TITLES]
    known = first_names() | last_names()
    return bool(told) and (" ".join(told) in known or all(word in known for word in told))
