"""Addresses: the one the product is known by, and where a reader may be sent on."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

PUBLIC = "MIRRORS_PUBLIC_URL"
SIGN_IN, SIGN_OUT, DEMO_DOOR = "/sign-in", "/sign-out", "/demo-door"
INVITATION, MY_ACCOUNT, CITY_SIGN_IN = "/invitation", "/my-account", "/city-sign-in"
_HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})
_LONGEST = 1000


@dataclass(frozen=True)
class PublicAddress:
    """The address readers know, when the product stands behind another server; nothing when it does not."""

    parts: SplitResult | None = None

    @property
    def is_https(self) -> bool:
        """Whether readers come by https, so that cookies may be kept to it."""
        return self.parts is not None and self.parts.scheme == "https"

    @property
    def origin(self) -> str | None:
        """Return what a browser names as the origin of our own forms; None when only the host is known."""
        return None if self.parts is None else f"{self.parts.scheme}://{self.parts.netloc}"

    def answers_to(self, host: str) -> bool:
        """Return whether a request for `host` (with or without a port) is meant for us.

        A page elsewhere whose name was made to point at this machine still says its own name here.
        """
        name = host.lower().rsplit(":", 1)[0] if not host.endswith("]") else host.lower()
        ours = {self.parts.hostname} if self.parts is not None else set()
        return name in _HERE | ours


def public_address(environment: Mapping[str, str] = os.environ) -> PublicAddress:
    """Return the public address of the settings; raises ValueError when it is not an http(s) address."""
    named = environment.get(PUBLIC, "").strip()
    if not named:
        return PublicAddress()
    parts = urlsplit(named)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{PUBLIC} must be an address such as https://mirrors.city.example, not {named!r}")
    return PublicAddress(parts)


def local_path(wanted: str | None) -> str:
    """Return `wanted` when it is a path of this product, and the first page otherwise."""
    path = wanted or "/"
    is_plain = path.isprintable() and "\\" not in path and len(path) <= _LONGEST
    if not (is_plain and path.startswith("/") and not path.startswith("//")):
        return "/"
    parts = urlsplit(path)
    return "/" if parts.scheme or parts.netloc else path


def to_sign_in(path: str, query: str) -> str:
    """Return the address of the sign-in page that comes back to this page."""
    wanted = f"{path}?{query}" if query else path
    return SIGN_IN if wanted == "/" else f"{SIGN_IN}?next={quote(wanted, safe='')}"
