"""How long work tells how far it is, is stopped between two steps, and runs beside a page."""

import threading
from collections.abc import Callable
from typing import Generic, TypeAlias, TypeVar

Progress: TypeAlias = Callable[[str, float], None]
"""Called with the name of the step that starts and the share (0..1) of the work done before it.

It may raise Cancelled: the work then stops before that step and leaves nothing half done.
"""

Result = TypeVar("Result")


class Cancelled(Exception):
    """Somebody asked to stop; nothing was changed."""


def silent(step: str, share: float) -> None:
    """Tell nobody."""


class BackgroundJob(Generic[Result]):
    """Work in a thread of its own, which a page looks in on: where it is, and what came of it."""

    def __init__(self, work: Callable[[Progress], Result]) -> None:
        self.step = ""
        self.share = 0.0
        self.result: Result | None = None
        self.error: BaseException | None = None
        self._work = work
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether the work goes on."""
        return self._thread.is_alive()

    def cancel(self) -> None:
        """Ask the work to stop before its next step; `error` is then Cancelled."""
        self._stop.set()

    def wait(self, seconds: float | None = None) -> None:
        """Wait until the work ends, or for so long."""
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            self.result = self._work(self._told)
        except BaseException as error:
            self.error = error

    def _told(self, step: str, share: float) -> None:
        self.step, self.share = step, share
        if self._stop.is_set():
            raise Cancelled("stopped; nothing was changed")
