"""Answers as tables, for whoever makes scores of them: only when a wave has ended, and never for a school."""

from pathlib import Path

from mirrors.access import AuditLog, Event, Viewer
from mirrors.access.clock import Clock, now
from mirrors.desk import open_desk
from mirrors.survey.collected import WHO, Collected, collected_of

__all__ = ["WHO", "Collected", "answers_of"]


def answers_of(folder: Path, viewer: Viewer, wave_id: str, clock: Clock = now) -> Collected:
    """Return what a wave of the store in `folder` brought.

    Raises NotAllowed for all but who publishes, WaveRuns before the wave has ended, WrongWave, StoreTrouble.
    """
    viewer.require_administrator()
    found = collected_of(folder, wave_id, clock)
    told = f"answers of {wave_id}"
    AuditLog(open_desk(folder), clock).record(Event.EXPORTED, viewer, found.wave.school_id, told)
    return found
