"""Addresses: the one the product is known by, and where a reader may be sent on."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

PUBLIC = "MIRRORS_PUBLIC_URL"
SIGN_IN, SIGN_OUT, DEMO_DOOR = "/sign-in", "/sign-out", "/demo-door"
INVITATION, MY_ACCOUNT, CITY_SIGN_IN = "/invitation", "/my-account", "/city-sign-in"
_HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})
_DEFAULT_PORTS = {"http": 80, "https": 443}
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
        """Return the address that links of ours begin with; None when only the host is known."""
        return None if self.parts is None else f"{self.parts.scheme}://{self.parts.netloc}"

    def is_origin(self, origin: str | None, host: str) -> bool:
        """Return whether a browser that names this `origin` asks from a page of ours; silence counts as no.

        Without a public address only the `host` (with its port) that was asked for is known.
        """
        try:
            asking = urlsplit(origin or "")
            if asking.scheme not in _DEFAULT_PORTS or not asking.hostname:
                return False
            if self.parts is None:
                return asking.netloc.lower() == host.lower()
            return _place(asking) == _place(self.parts)
        except ValueError:
            return False

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
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"{PUBLIC} must be an address such as https://mirrors.city.example, not {named!r}")
    return PublicAddress(parts)


def _place(parts: SplitResult) -> tuple[str, str | None, int | None]:
    """Return scheme, host and port, as a browser compares them; raises ValueError."""
    return parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme)


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
