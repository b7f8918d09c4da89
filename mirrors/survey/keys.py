"""The two keys of the collecting: one that lasts as long as the store, and one that no disk holds.

The lasting key turns codes into digests and closes cookies; it lies beside the desk, never in it, and no copy
of the desk has it. The fleeting key seals the answer sheets that still wait for others. It lies in memory
(on Linux in /dev/shm, so that a process that dies does not take it along), is different after every stop, and
is put on the disk only while nothing runs. Pages of the questionnaire are therefore answered by one machine,
by as many processes as it likes.
"""

import contextlib
import hashlib
import os
import secrets
from pathlib import Path

RUNTIME = "MIRRORS_RUNTIME"
"""Names another folder in memory for the fleeting key."""

_IN_MEMORY = Path("/dev/shm")
_LASTING, _PARKED = "answering.key", "answering.parked.key"
_BYTES = 32
_HELD: dict[Path, bytes] = {}
"""The fleeting keys of this process, in case their files go."""


def lasting_key(folder: Path) -> bytes:
    """Return the lasting key of the store in `folder`, made when it is first asked for."""
    path = folder / _LASTING
    with contextlib.suppress(FileExistsError):
        folder.mkdir(parents=True, exist_ok=True)
        _write_new(path, secrets.token_bytes(_BYTES))
    return _read(path)


def has_lasting_key(folder: Path) -> bool:
    """Return whether the store in `folder` has its lasting key yet."""
    return (folder / _LASTING).exists()


class FleetingKey:
    """The key of what waits. It changes only in a transaction that alone may write."""

    def __init__(self, folder: Path) -> None:
        place = Path(os.environ.get(RUNTIME) or (_IN_MEMORY if _IN_MEMORY.is_dir() else folder))
        name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:24]
        self._here = place / f"school-mirrors-{name}.key"
        self._parked = folder / _PARKED

    @property
    def in_use(self) -> bool:
        """Whether there is a key that something may be sealed with."""
        return self._here.exists() or self._is_held

    @property
    def is_parked(self) -> bool:
        """Whether a key lies on the disk, as it does while nothing runs."""
        return self._parked.exists()

    def now(self) -> bytes:
        """Return the key to seal with, made when it is first asked for.

        Raises PermissionError when somebody else put one there.
        """
        # When somebody logs out, systemd may clear what that account has in /dev/shm, also of a service.
        with contextlib.suppress(FileExistsError):
            _write_new(self._here, _HELD[self._here] if self._is_held else self.new())
        if self._here.stat().st_uid != os.geteuid():
            raise PermissionError(f"{self._here} belongs to another account of this machine")
        _HELD[self._here] = _read(self._here)
        return _HELD[self._here]

    def all(self) -> list[bytes]:
        """Return the keys that something may have been sealed with: the one in use, and a parked one."""
        here = [self.now()] if self.in_use else []
        return here + ([_read(self._parked)] if self.is_parked else [])

    def unpark(self) -> None:
        """Take the parked key off the disk; nothing is sealed with it any more."""
        _wipe(self._parked)

    def park(self, key: bytes) -> None:
        """Put a key on the disk for the time that nothing runs, and leave the one in use."""
        _wipe(self._parked)
        _write_new(self._parked, key)
        self._here.unlink(missing_ok=True)
        _HELD.pop(self._here, None)

    def take_up(self, key: bytes) -> None:
        """Put a key in use that was left before."""
        with contextlib.suppress(FileExistsError):
            _write_new(self._here, key)

    @property
    def _is_held(self) -> bool:
        # Where a key is parked, another process put ours away.
        return self._here in _HELD and not self.is_parked

    @staticmethod
    def new() -> bytes:
        """Return a key that nothing was sealed with yet."""
        return secrets.token_bytes(_BYTES)


def _write_new(path: Path, key: bytes) -> None:
    """Write a file that only we may read; raises FileExistsError."""
    if path.exists():
        raise FileExistsError(path)
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, key)
        os.fsync(descriptor)
        # A link, unlike a rename, never takes the place of a key that somebody else wrote just now.
        os.link(unfinished, path)
    finally:
        os.close(descriptor)
        unfinished.unlink()


def _read(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) != _BYTES:
        raise ValueError(f"{path} is no key of {_BYTES} bytes")
    return key


def _wipe(path: Path) -> None:
    if path.exists():
        path.write_bytes(bytes(_BYTES))
        path.unlink()
