"""The desk of the city's advisers: schools they set aside from a list, and when they last spoke to one.

What an adviser decides or notes enters, searched for personal data and signed; what stands now leaves, and
the log of how it came about. All of it lies at the desk (`mirrors.desk`), apart from facts and
snapshots: no figure and no list depends on it, so that setting a school aside never brings another forward.
"""

from mirrors.casework.desk import (
    AlreadyDecided,
    Entry,
    ListName,
    SetAside,
    aside_from,
    aside_in,
    last_contacts,
    log_of,
    note_contact,
    set_aside,
    take_back,
)
from mirrors.casework.words import LONGEST_REASON, Unfit, UnfitWords

__all__ = [
    "LONGEST_REASON",
    "AlreadyDecided",
    "Entry",
    "ListName",
    "SetAside",
    "Unfit",
    "UnfitWords",
    "aside_from",
    "aside_in",
    "last_contacts",
    "log_of",
    "note_contact",
    "set_aside",
    "take_back",
]
