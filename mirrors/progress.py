"""How long work tells how far it is."""

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[str, float], None]
"""Called with the name of the step that starts and the share (0..1) of the work done before it."""


def silent(step: str, share: float) -> None:
    """Tell nobody."""
