"""First letters: a name is written differently at the start of a sentence and inside one."""


def lower_first(text: str) -> str:
    """Return `text` as it is written inside a sentence; codes such as "GO!" keep their capitals."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def upper_first(text: str) -> str:
    """Return `text` as it is written at the start of a sentence."""
    return text[:1].upper() + text[1:]
