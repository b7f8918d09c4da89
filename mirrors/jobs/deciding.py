"""Decisions of the administrator: uploads withdrawn, alarms answered, files about single pupils allowed."""

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from mirrors.benchmark.quality import open_alarms
from mirrors.definitions import load_jurisdiction
from mirrors.jobs.job import UNKNOWN, newest_profile, now, writing
from mirrors.progress import silent
from mirrors.store import (
    AlarmDecision,
    Event,
    Facts,
    Setting,
    UploadRecord,
    WrongDecision,
    open_facts,
    write_facts,
)

LEVEL_B = "level_b"


def withdraw(folder: Path, upload_id: int, note: str, *, by: str = UNKNOWN, wait: bool = True) -> None:
    """Let an upload count no more; what it replaced counts again. Raises WrongDecision."""
    with writing(folder, silent, wait) as facts:
        facts.withdraw(upload_id, note, by, now())


def reinstate(folder: Path, upload_id: int, note: str, *, by: str = UNKNOWN, wait: bool = True) -> None:
    """Let a withdrawn upload count again. Raises WrongDecision."""
    with writing(folder, silent, wait) as facts:
        facts.reinstate(upload_id, note, by, now())


def uploads(folder: Path) -> list[UploadRecord]:
    """Return every upload that was tried, oldest first."""
    with open_facts(folder) as facts:
        return facts.uploads()


def events(folder: Path) -> list[Event]:
    """Return everything else that was done to the store, oldest first."""
    with open_facts(folder) as facts:
        return facts.events()


def alarms(folder: Path) -> pd.DataFrame:
    """Return every alarm of the facts in force with its evidence and state, as `open_alarms` gives them.

    Raises NothingToPublish for a store without facts.
    """
    with open_facts(folder) as facts:
        return _alarms(folder, facts)


def decide(
    folder: Path,
    school_id: str,
    school_year: str,
    alarm: str,
    decision: str,
    note: str,
    *,
    by: str = UNKNOWN,
    wait: bool = True,
) -> None:
    """Confirm ("confirmed": the data are right) or reject ("rejected": they are wrong) an alarm.

    Raises WrongDecision when there is no such alarm, or without a note.
    """
    with writing(folder, silent, wait) as facts:
        there = _alarms(folder, facts)
        about = (
            (there["school_id"] == school_id)
            & (there["school_year"] == school_year)
            & (there["alarm"] == alarm)
        )
        digests = there.loc[about, "digest"].tolist()
        if not digests:
            raise WrongDecision(f"there is no alarm {alarm!r} about {school_id} in {school_year}")
        facts.decide(AlarmDecision(school_id, school_year, alarm, digests[0], decision, note, by, now()))


def confirm_all(
    folder: Path,
    kinds: Collection[str] | None,
    school_year: str | None,
    note: str,
    *,
    by: str = UNKNOWN,
    wait: bool = True,
) -> int:
    """Confirm every open alarm, of these kinds or of all, of one school year or of all; return how many.

    For a history that was looked at elsewhere. Raises WrongDecision without a note.
    """
    with writing(folder, silent, wait) as facts:
        there = _alarms(folder, facts)
        meant = there[there["state"] == "open"]
        if kinds is not None:
            meant = meant[meant["alarm"].isin(kinds)]
        if school_year is not None:
            meant = meant[meant["school_year"] == school_year]
        keys = meant[["school_id", "school_year", "alarm", "digest"]]
        for school_id, year, alarm, digest in keys.itertuples(index=False):
            facts.decide(AlarmDecision(school_id, year, alarm, digest, "confirmed", note, by, now()))
    return len(meant)


def level_b(folder: Path) -> Setting | None:
    """Return who allowed files about single pupils, when and on what grounds, or None."""
    with open_facts(folder) as facts:
        return facts.setting(LEVEL_B)


def allow_level_b(
    folder: Path, confirmed_by: str, reference: str, *, by: str = UNKNOWN, wait: bool = True
) -> None:
    """Take files about single pupils from now on; somebody confirmed the impact assessment in `reference`."""
    who, where = confirmed_by.strip(), reference.strip()
    if not who or not where:
        raise WrongDecision("name who confirmed the impact assessment, and where it is kept")
    with write_facts(folder, silent, wait) as facts:
        facts.set_setting(Setting(LEVEL_B, "allowed", who, where, by, now()))


def forbid_level_b(folder: Path, *, by: str = UNKNOWN, wait: bool = True) -> None:
    """Take no files about single pupils from now on."""
    with write_facts(folder, silent, wait) as facts:
        facts.set_setting(Setting(LEVEL_B, "", "", "", by, now()))


def _alarms(folder: Path, facts: Facts) -> pd.DataFrame:
    jurisdiction = load_jurisdiction(newest_profile(folder, facts).jurisdiction)
    return open_alarms(facts, jurisdiction, facts.decisions())
