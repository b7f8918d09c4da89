"""What an adviser writes at the desk: short, and about a school, never about a person."""

import re
import unicodedata
from datetime import date
from enum import StrEnum

LONGEST_REASON = 200


class Unfit(StrEnum):
    """Why something is not kept."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    PERSONAL = "personal"
    NOT_YET = "not_yet"


class UnfitWords(ValueError):
    """What was written cannot be kept; nothing of it was. `why` tells the kind, never the words."""

    def __init__(self, why: Unfit) -> None:
        super().__init__(f"not kept: {why}")
        self.why = why


def checked_reason(words: str, required: bool = True) -> str:
    """Return `words` on one line, without the space around them; raises UnfitWords."""
    plain = " ".join(unicodedata.normalize("NFKC", words).split())
    if required and not plain:
        raise UnfitWords(Unfit.EMPTY)
    if len(plain) > LONGEST_REASON:
        raise UnfitWords(Unfit.TOO_LONG)
    if plain and _is_personal(plain):
        raise UnfitWords(Unfit.PERSONAL)
    return plain


def checked_contact(on: date | None, today: date) -> date | None:
    """Return the date of a contact; raises UnfitWords for one that is still to come."""
    if on is not None and on > today:
        raise UnfitWords(Unfit.NOT_YET)
    return on


def _is_personal(words: str) -> bool:
    # The gate brings long lists of names, which a page that only reads the desk has no use for.
    from mirrors.intake.privacy.contact import BARE_PHONE_PATTERN, is_bare_phone
    from mirrors.intake.privacy.texts import looks_personal

    numbers = (word for word in re.findall(r"\w+", words) if re.match(BARE_PHONE_PATTERN, word))
    return looks_personal(words) or any(map(is_bare_phone, numbers))
