"""The names that items, options and places have in other tools, and the way back to ours."""

import re

RATHER_NOT = "NA"
NOWHERE = "nowhere"

_ITEM_CODE = re.compile(r"T([1-9]\d*)Q([1-9]\d*)")


def item_code(item_id: str) -> str:
    """Return the name of an item in tools that allow letters and digits only: "T3.2" is "T3Q2"."""
    return item_id.replace(".", "Q")


def item_of(code: str) -> str | None:
    """Return the item that a column name ends in ("T3P[T3Q2]" is "T3.2"), or None when it is no item."""
    found = _ITEM_CODE.findall(code)
    return "T{}.{}".format(*found[-1]) if found else None


def option_code(option: int) -> str:
    """Return the code of option 0..4 in other tools. A letter stands first: they take "0" for empty."""
    return f"A{option}"


def place_code(place_id: str) -> str:
    """Return the name of a place in tools that allow letters and digits only."""
    return place_id.replace("_", "")
