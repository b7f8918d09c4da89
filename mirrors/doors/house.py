"""The house behind the doors: who may come into the store that is served, opened once a process."""

import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from mirrors.access import (
    Access,
    Door,
    Event,
    NotAllowed,
    ProviderSettings,
    Viewer,
    open_access,
    provider_settings,
    viewer_of,
)
from mirrors.access.clock import now
from mirrors.definitions.reading import DefinitionError
from mirrors.store import StoreTrouble

STORE = "MIRRORS_STORE"
_DEFAULT_STORE = "store"


def store_folder() -> Path:
    """Return the folder of the store that is served."""
    return Path(os.environ.get(STORE, _DEFAULT_STORE))


def here() -> Access:
    """Return the access of the store that is served; raises StoreTrouble."""
    return _access(store_folder().resolve())


def somebody(token: str, is_click: bool = True) -> Viewer | None:
    """Return who is signed in with `token`; None when nobody is, or not any more. Raises StoreTrouble."""
    return here().sessions.viewer(token, is_click) if token else None


def provider() -> ProviderSettings | None:
    """Return the city's own sign-in, where it has one; raises DefinitionError."""
    return provider_settings(store_folder())


def open_provider() -> ProviderSettings | None:
    """Return the city's own sign-in; settings that cannot be understood open nothing."""
    try:
        return provider()
    except DefinitionError:
        return None


def open_doors() -> tuple[Door, ...]:
    """Return the demo doors; a store that cannot be read has none."""
    try:
        return here().doors()
    except StoreTrouble:
        return ()


def at_the_door(token: str, claims: Mapping[str, Any] | None = None) -> Viewer | None:
    """Return who asks to be let in; where that cannot be looked up, nobody."""
    try:
        return viewer_of_both(token, claims)
    except (StoreTrouble, DefinitionError):
        return None


def city_viewer(claims: Mapping[str, Any], is_click: bool = True) -> Viewer | None:
    """Return who the claims of the city's own provider tell of; None when expired, ended or unknown."""
    settings = provider()
    viewer = viewer_of(claims, settings, now()) if settings is not None else None
    if viewer is None or here().sessions.ended(claims):
        return None
    if is_click:
        here().sessions.remember_provider(claims, viewer)
    return viewer


def viewer_of_both(token: str, claims: Mapping[str, Any] | None, is_click: bool = True) -> Viewer | None:
    """Return who is signed in, with a session here or by the city's own provider; None when nobody is.

    A browser may hold a cookie of an older session beside what the city's provider said. What is no click of
    the reader puts off no end of a session.
    """
    found = somebody(token, is_click)
    if found is not None:
        return found
    return city_viewer(claims, is_click) if claims is not None else None


def handed_over(
    token: str,
    claims: Mapping[str, Any] | None,
    name: str,
    require: Callable[[Viewer], None],
    make: Callable[[], bytes],
) -> bytes:
    """Return a file that a reader takes along, and write that in the audit log.

    A file may be asked for long after its button was drawn: who asks is looked up anew, and `require` raises
    NotAllowed for who may not have it. Raises NotAllowed for nobody too.
    """
    viewer = viewer_of_both(token, claims)
    if viewer is None:
        raise NotAllowed("nobody is signed in")
    require(viewer)
    content = make()
    here().audit.record(Event.EXPORTED, viewer, detail=f"{name} {len(content)} bytes")
    return content


@lru_cache(maxsize=16)
def _access(folder: Path) -> Access:
    return open_access(folder)
