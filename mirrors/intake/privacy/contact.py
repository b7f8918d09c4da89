"""E-mail, web and computer addresses, and telephone numbers."""

import re

import phonenumbers
from stdnum.be import vat

_ENDINGS = "be|nl|fr|de|eu|com|org|net|uk|lu"
_EMAIL = re.compile(
    r"[\w.+'-]+ ?(?:@|\[at\]|\(at\)) ?[\w-]+(?: ?\. ?[\w-]+)*\.[a-z]{2,}"
    rf"|[\w+-]+\.[\w.+-]+ at [\w-]+\.(?:{_ENDINGS})\b",
    re.IGNORECASE,
)
_WEB = re.compile(
    r"https?://|ftp://|\bwww\.[\w-]+\.|\b[\w-]+\.(?:be|nl|fr|de|eu|com|org|net|uk|lu)/", re.IGNORECASE
)
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_IPV4 = re.compile(
    rf"(?<![\d.v])(?<!versie )(?<!version )(?:{_OCTET}\.){{3}}{_OCTET}(?![\d.])", re.IGNORECASE
)
_IPV6 = re.compile(
    r"(?<![\w:])(?:[0-9a-f]{1,4}:){2,7}(?::|[0-9a-f]{1,4})(?:[0-9a-f:]*)(?![\w:])", re.IGNORECASE
)
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_MAC = re.compile(r"(?<![\w:])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![\w:])", re.IGNORECASE)

EMAIL_PATTERN = r"(?i)@|[\[(]at[\])]| at \S+\.[a-z]"
WEB_PATTERN = r"(?i)://|www\.|\.(?:be|nl|fr|de|eu|com|org|net|uk|lu)/"
IP_PATTERN = r"(?i)\d\.\d+\.\d+\.\d|[0-9a-f:]:[0-9a-f]*:|[0-9a-f]{2}-[0-9a-f]{2}-[0-9a-f]{2}-"
BARE_PHONE_PATTERN = r"^0[1-9]\d{7,8}$"

PHONE_PATTERN = r"\+ ?\d|\b\(?0\d|\b00\d"

_NATIONAL = ("BE", "NL", "FR")
_ENTERPRISE = re.compile(r"[01]\d{3}\.\d{3}\.\d{3}")
"""How a Belgian company, such as a school board, writes its number; it has check digits of its own."""

_STARTS = re.compile(r"(?<![\w.,/-])(\+|\(?0)")
_NUMBER_LIKE = re.compile(
    r"-?(?:0|[1-9]\d*)(?:[.,]\d+)?|-?[1-9]\d{0,2}(?:[ .,]\d{3})+(?:[.,]\d+)?"
    r"|\d{1,4}[-./ ]\d{1,2}[-./ ]\d{1,4}(?:[ T]\d{1,2}:.*)?|0\d*"
)


def holds_email(text: str) -> bool:
    """Return whether a text holds an e-mail address, also with (at)."""
    return bool(_EMAIL.search(text))


def holds_web_address(text: str) -> bool:
    """Return whether a text holds the address of a page."""
    return bool(_WEB.search(text))


def holds_ip_address(text: str) -> bool:
    """Return whether a text holds the address of a computer (IPv4, IPv6 or MAC)."""
    if _IPV4.search(text) or _MAC.search(text):
        return True
    found = (one[0] for one in _IPV6.finditer(text))
    return any("::" in one or one.count(":") == 7 for one in found if not _CLOCK.fullmatch(one))


def holds_phone(text: str) -> bool:
    """Return whether a text holds a telephone number written as one: with +, or with 0 and in groups.

    A bare integer never counts: six of ten random integers of eight digits are valid Belgian numbers.
    """
    if _NUMBER_LIKE.fullmatch(text) or not _STARTS.search(text):
        return False
    if _ENTERPRISE.fullmatch(text) and vat.is_valid(text):
        return False
    # A file's name joins its words with signs that no number holds.
    return any(
        _is_written(match.raw_string)
        for region in (_NATIONAL if re.search(r"(?<!\d)\(?0", text) else (None,))
        for match in phonenumbers.PhoneNumberMatcher(text, region, phonenumbers.Leniency.VALID, 20)
    )


def _is_written(found: str) -> bool:
    return found.startswith(("+", "0", "(0", "(+")) and (
        found[0] in "+(" or bool(re.search(r"\d[ ./()-]", found))
    )


def is_bare_phone(text: str) -> bool:
    """Return whether digits that start with a zero, as no count does, are a valid telephone number."""
    found = (phonenumbers.parse(text, region) for region in _NATIONAL)
    return any(map(phonenumbers.is_valid_number, found))
