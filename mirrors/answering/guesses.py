"""What slows down whoever guesses codes: codes that do not exist are counted, in memory only.

A school, or a whole city, may come from one address, so that one address is forgiven many. When many wrong
codes come from everywhere together, each address is forgiven few. A code that exists is never counted, and
what is no code at all (signs or length do not fit) is no guess. Nothing is written anywhere: an address is
held as a digest under a key that ends with the process, and forgotten after ten minutes.
"""

import hashlib
import ipaddress
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable

WITHIN = 600.0
"""Seconds for which a wrong code counts."""

FROM_ONE, FROM_ALL = 60, 600
"""Wrong codes after which an address is not heard, and after which all together are under pressure."""

UNDER_PRESSURE = 5
"""Wrong codes after which an address is not heard while all together are under pressure."""

_NETWORK = 64
"""Bits of an IPv6 address that one household or school has to itself."""


class Guesses:
    """The wrong codes of this process; any number of threads may share it. `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._turn = threading.Lock()
        self._wrong: deque[tuple[float, bytes]] = deque()
        self._by_address: dict[bytes, int] = {}

    def is_heard(self, address: str) -> bool:
        """Return whether a code from this address is looked up now."""
        with self._turn:
            self._forget()
            most = UNDER_PRESSURE if len(self._wrong) >= FROM_ALL else FROM_ONE
            return self._by_address.get(self._digest(address), 0) < most

    def count(self, address: str) -> None:
        """Count a code that does not exist."""
        with self._turn:
            digest = self._digest(address)
            self._wrong.append((self._clock(), digest))
            self._by_address[digest] = self._by_address.get(digest, 0) + 1

    def _forget(self) -> None:
        while self._wrong and self._wrong[0][0] <= self._clock() - WITHIN:
            _, digest = self._wrong.popleft()
            self._by_address[digest] -= 1
            if not self._by_address[digest]:
                del self._by_address[digest]

    def _digest(self, address: str) -> bytes:
        return hashlib.blake2b(_place(address).encode(), key=self._key, digest_size=16).digest()


def _place(address: str) -> str:
    """Return the address, or the network of one that has so many that it never runs out."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    return str(ipaddress.IPv6Network((int(found), _NETWORK), strict=False))
