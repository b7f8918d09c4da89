"""The jobs of an administrator, the same from the command line and from a page.

A store folder and what to do enter; the store is changed, or told to be as it was. Every job that writes
waits for its turn, or raises StoreBusy at once when it may not `wait`. A job stops when its `progress` raises
Cancelled; like one that fails, it leaves the store as it was. `by` says who asked.
"""

from mirrors.jobs.deciding import (
    LEVEL_B,
    alarms,
    allow_level_b,
    confirm_all,
    decide,
    events,
    forbid_level_b,
    level_b,
    reinstate,
    uploads,
    withdraw,
)
from mirrors.jobs.job import NothingToPublish
from mirrors.jobs.publishing import (
    NoFigures,
    NotProtected,
    RulesLoosened,
    changed_settings,
    prepare_publish,
    publish,
    restore,
    restore_facts,
    snapshots,
    state,
)
from mirrors.jobs.sample import build_sample
from mirrors.jobs.uploading import Ingested, ingest, read, take_in
from mirrors.store import WrongDecision

__all__ = [
    "LEVEL_B",
    "Ingested",
    "NoFigures",
    "NotProtected",
    "NothingToPublish",
    "RulesLoosened",
    "WrongDecision",
    "alarms",
    "allow_level_b",
    "build_sample",
    "changed_settings",
    "confirm_all",
    "decide",
    "events",
    "forbid_level_b",
    "ingest",
    "level_b",
    "prepare_publish",
    "publish",
    "read",
    "reinstate",
    "restore",
    "restore_facts",
    "snapshots",
    "state",
    "take_in",
    "uploads",
    "withdraw",
]
