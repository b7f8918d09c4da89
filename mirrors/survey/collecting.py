"""All of the collecting for one store, opened once."""

from dataclasses import dataclass
from pathlib import Path

from mirrors.access import AuditLog
from mirrors.access.clock import Clock, now
from mirrors.desk import open_desk
from mirrors.survey.answers import Answers
from mirrors.survey.keys import has_lasting_key
from mirrors.survey.waves import Waves


@dataclass(frozen=True)
class Collecting:
    """The waves of one store, and their answers; any number of threads may share it."""

    folder: Path
    waves: Waves
    answers: Answers


def open_collecting(folder: Path, clock: Clock = now) -> Collecting:
    """Return the collecting of the store in `folder`, its desk brought up to date; raises StoreTrouble."""
    engine = open_desk(folder)
    answers = Answers(engine, folder, clock)
    return Collecting(folder, Waves(engine, AuditLog(engine, clock), answers, folder, clock), answers)


def was_collecting(folder: Path) -> bool:
    """Return whether a wave was ever prepared in this store; nothing is made."""
    return has_lasting_key(folder)
