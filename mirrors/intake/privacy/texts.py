"""What may be personal in any text, wherever it stands."""

from mirrors.intake.privacy.addresses import ADDRESS_PATTERN, holds_address
from mirrors.intake.privacy.births import holds_birth
from mirrors.intake.privacy.contact import (
    EMAIL_PATTERN,
    IP_PATTERN,
    PHONE_PATTERN,
    WEB_PATTERN,
    holds_email,
    holds_ip_address,
    holds_phone,
    holds_web_address,
)
from mirrors.intake.privacy.identifiers import IDENTIFIERS, Identifier, bare_in_text
from mirrors.intake.privacy.names import NAME_PATTERN, holds_name
from mirrors.intake.rules import Problem

ADDRESS = Identifier(Problem.STREET_ADDRESS, ADDRESS_PATTERN, holds_address)
NAME = Identifier(Problem.PERSON_NAME, NAME_PATTERN, holds_name)

IN_CELLS = (
    *IDENTIFIERS,
    Identifier(Problem.EMAIL, EMAIL_PATTERN, holds_email),
    Identifier(Problem.WEB_ADDRESS, WEB_PATTERN, holds_web_address),
    Identifier(Problem.IP_ADDRESS, IP_PATTERN, holds_ip_address),
    Identifier(Problem.PHONE, PHONE_PATTERN, holds_phone),
    ADDRESS,
)
"""Looked for in every cell; names and dates of birth are judged by the column."""

IN_MARGINS = (
    *IN_CELLS,
    Identifier(Problem.NATIONAL_NUMBER, r"\d{11}", bare_in_text),
    Identifier(Problem.BIRTH_DATE, r"\d", holds_birth),
    NAME,
)
"""Looked for in texts outside the tables, and in the names of columns."""


def looks_personal(text: str) -> bool:
    """Return whether a single text, such as the name of a file, holds something personal."""
    spaced = text.replace("_", " ")
    return any(one.holds(spaced) for one in IN_MARGINS)
