"""Versions of what is asked: other words are another version, so that answers to both stay apart."""

import hashlib
import json
from typing import Protocol

from mirrors.definitions.reading import Definition, DefinitionError


class StaleVersion(DefinitionError):
    """A definition has other content under a version that was used before."""


class Versioned(Protocol):
    """What has a version and a digest of its content."""

    @property
    def version(self) -> int:
        """The number that grows with every change."""

    @property
    def digest(self) -> str:
        """The same for the same content only."""


def content_digest(definition: Definition, without: set[str]) -> str:
    """Return the content of a definition, without some of its fields, as 64 hex characters."""
    content = definition.model_dump(mode="json", exclude=without)
    written = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def changed(old: Versioned, new: Versioned) -> bool:
    """Return whether `new` has other content than `old`.

    Raises StaleVersion when it does without a higher version.
    """
    if old.digest == new.digest:
        return False
    if new.version <= old.version:
        raise StaleVersion(
            f"the content changed; raise version above {old.version} so that answers stay apart"
        )
    return True
