"""Publishing: the next snapshot is prepared and compared, put in use, and an earlier one put back."""

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from mirrors.benchmark.benchmark import run_benchmark
from mirrors.definitions import Profile, load_indicators, load_jurisdiction, load_profile
from mirrors.disclosure import (
    TABLES,
    NotProtected,
    RulesLoosened,
    changed_rules,
    protected_cube,
    read_rules,
    survey_cube,
    with_surveys,
    without_figures,
)
from mirrors.disclosure.rules import Rules
from mirrors.jobs.job import UNKNOWN, NothingToPublish, newest_profile, now, writing
from mirrors.jobs.surveys import anything_asked, jurisdiction_asked_in, read_surveys, surveys_state
from mirrors.progress import Progress, silent
from mirrors.store import (
    Facts,
    NoSnapshot,
    Origin,
    Preview,
    PublishedStore,
    SnapshotRecord,
    StoreDamaged,
    list_snapshots,
    open_facts,
    write_facts,
)
from mirrors.store.backup import put_back
from mirrors.store.preview import compare, compare_with_nothing
from mirrors.store.published import (
    adopt_candidate,
    candidate,
    current_name,
    restore_snapshot,
    take_out_of_use,
    write_candidate,
)
from mirrors.store.queue import turn

__all__ = [
    "NoFigures",
    "NotProtected",
    "RulesLoosened",
    "changed_settings",
    "prepare_publish",
    "publish",
    "restore",
    "restore_facts",
    "snapshots",
    "state",
]

SEEN_BEFORE = 2
"""Earlier snapshots that readers are taken to remember."""


class NoFigures(LookupError):
    """The facts of the store give no figure yet, and no survey was held."""


def prepare_publish(
    folder: Path, progress: Progress = silent, *, by: str = UNKNOWN, wait: bool = True
) -> Preview:
    """Compute everything from the facts in force and return what a publish would change; changes nothing.

    `by` goes into the candidate, a published file: an account's id, never a person's name. Raises
    NothingToPublish and NoFigures.
    """
    with writing(folder, progress, wait) as facts:
        if _everything_goes(folder, facts):
            return compare_with_nothing(folder)
        _see_to_candidate(folder, facts, progress, by)
        progress("compare with the snapshot in use", 0.97)
        return compare(folder)


def publish(
    folder: Path,
    progress: Progress = silent,
    *,
    by: str = UNKNOWN,
    account: str = "",
    wait: bool = True,
    note: str = "",
) -> str:
    """Put a snapshot of all facts in force in use and return its name; `by` and `note` go into the ledger.

    The published file tells the id `account` instead, where there is one: files of a snapshot name nobody.

    What was prepared is used while nothing changed since. When every upload was withdrawn and no
    questionnaire that ended tells anything, no snapshot is in use from now on, and the name is empty. Raises
    NothingToPublish, NoFigures, and RulesLoosened or NotProtected where what would be told is more than may
    be told.
    """
    with writing(folder, progress, wait) as facts:
        if _everything_goes(folder, facts):
            take_out_of_use(folder)
            facts.add_event(now(), by, "unpublished", "")
            return ""
        _see_to_candidate(folder, facts, progress, account or by)
        progress("put the snapshot in use", 0.99)
        when = now()
        name = adopt_candidate(folder, when, account or by)
        facts.add_event(when, by, "published", name, note)
    return name


def restore(folder: Path, snapshot: str, *, by: str = UNKNOWN, wait: bool = True) -> None:
    """Put an earlier snapshot in use again; raises NoSnapshot, and StoreDamaged when it is not whole."""
    with writing(folder, silent, wait) as facts:
        restore_snapshot(folder, snapshot)
        facts.add_event(now(), by, "restored", snapshot)


def restore_facts(folder: Path, *, by: str = UNKNOWN, wait: bool = True) -> Path | None:
    """Put the copy of the facts in their place; return where the old file was moved to. Deletes nothing."""
    with turn(folder, silent, wait):
        aside = put_back(folder)
    with write_facts(folder, silent, wait) as facts:
        facts.add_event(now(), by, "facts_restored", aside.name if aside else "")
    return aside


def snapshots(folder: Path) -> list[SnapshotRecord]:
    """Return every snapshot of the store, oldest first."""
    return list_snapshots(folder)


def state(folder: Path) -> str:
    """Return a text that changes whenever what a publish tells would: with facts, decisions and waves."""
    with open_facts(folder) as facts:
        return _state(folder, facts)


def _state(folder: Path, facts: Facts) -> str:
    return facts.state_id() + surveys_state(folder)


def _everything_goes(folder: Path, facts: Facts) -> bool:
    """Return whether a snapshot is in use though no upload is in force and nobody was asked."""
    if facts.in_force() or anything_asked(folder):
        return False
    try:
        # One that is damaged is in use too.
        with contextlib.suppress(StoreDamaged):
            current_name(folder)
    except NoSnapshot as none:
        raise NothingToPublish(f"there is nothing to publish in {folder}: ingest files first") from none
    return True


def _see_to_candidate(folder: Path, facts: Facts, progress: Progress, by: str) -> None:
    """Leave a candidate that rests on the facts in force; one that already does is kept."""
    rules = read_rules(folder)
    origin = Origin(
        now(),
        by,
        tuple(upload.upload_id for upload in facts.in_force()),
        _state(folder, facts),
        _program(rules),
    )
    prepared = candidate(folder)
    if prepared is not None:
        prepared.close()
        made = prepared.origin
        if made is not None and (made.state, made.program) == (origin.state, origin.program):
            return
    tables = _tables(folder, facts, rules, origin, progress)
    progress("write snapshot", 0.95)
    write_candidate(folder, tables, origin)


def _tables(
    folder: Path, facts: Facts, rules: Rules, origin: Origin, progress: Progress
) -> dict[str, pd.DataFrame]:
    """Return everything that may be told; raises NoFigures where there is nothing."""
    profile, indicators = _profile(folder, facts), load_indicators()
    jurisdiction = load_jurisdiction(profile.jurisdiction)
    benchmark = run_benchmark(facts, indicators, jurisdiction, progress, facts.decisions())
    progress("surveys", 0.9)
    earlier = list(_seen_before(folder))
    surveyed = survey_cube(read_surveys(folder, facts, benchmark.features), benchmark.peers, rules, earlier)
    progress("protect and audit", 0.92)
    if any(indicators[key].is_share for key in benchmark.compared):
        tables = protected_cube(benchmark, indicators, profile, origin.at, rules, earlier)
        return with_surveys(tables, surveyed)
    if not surveyed:
        raise NoFigures(
            f"the facts in {folder} give no figure yet: ingest enrolment, with absence or pupils by band"
        )
    return {**without_figures(profile, origin.at, rules), **surveyed}


def _profile(folder: Path, facts: Facts) -> Profile:
    """Return whose rules hold: the newest upload's, or without one those of where people were asked."""
    if facts.in_force():
        return newest_profile(folder, facts)
    ours = load_profile("templates")
    return ours.model_copy(update={"jurisdiction": jurisdiction_asked_in(folder) or ours.jurisdiction})


def _seen_before(folder: Path) -> Iterator[dict[str, pd.DataFrame]]:
    """Yield what the audit reads of the last snapshots that are whole, the newest first."""
    store = PublishedStore(folder)
    whole = [record.name for record in list_snapshots(folder) if record.whole]
    for name in whole[: -SEEN_BEFORE - 1 : -1]:
        with contextlib.closing(store.named(name)) as snapshot:
            rows = {table: snapshot.rows(table) for table in TABLES}
        yield {table: pd.DataFrame(found) for table, found in rows.items() if found}


def changed_settings(folder: Path, name: str) -> dict[str, tuple[object, object]]:
    """Return the disclosure rules that snapshot `name` was made with otherwise than the one before it."""
    store = PublishedStore(folder)
    earlier = [record.name for record in list_snapshots(folder) if record.whole and record.name < name]
    rows = []
    for each in (*earlier[-1:], name):
        with contextlib.closing(store.named(each)) as snapshot:
            rows.append(snapshot.rows("setting")[0])
    return changed_rules(rows[0], rows[-1])


def _program(rules: Rules) -> str:
    """Return what the program, its definitions and the rules are known by: others may compute otherwise."""
    root = Path(__file__).parent.parent
    files = sorted(path for path in root.rglob("*") if path.suffix in {".py", ".sql", ".yaml", ".json"})
    told = [(str(path.relative_to(root)), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return hashlib.sha256(repr((told, rules)).encode()).hexdigest()
