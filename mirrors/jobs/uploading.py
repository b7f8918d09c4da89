"""Uploads: files are read and checked, then stored as one upload, or refused and only noted."""

import contextlib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mirrors.definitions import Profile, load_profile
from mirrors.intake import FileContent, FileReport, Finding, Refused, Upload, open_file, read_upload
from mirrors.intake.privacy import safe_name
from mirrors.intake.rules import Problem, Stage
from mirrors.jobs.deciding import LEVEL_B
from mirrors.jobs.job import UNKNOWN, now
from mirrors.prepare.arrival import as_totals, holds_events
from mirrors.progress import Progress, silent
from mirrors.store import (
    Attempt,
    Confirmation,
    Content,
    Facts,
    FileEntry,
    FindingEntry,
    Register,
    StoreTrouble,
    open_facts,
    write_facts,
)

_KNOWN = ("schools", "enrolment")
"""Facts in force that rules between files look at, where an upload does not bring its own."""


@dataclass(frozen=True)
class Ingested:
    """An upload that is in: its number, what became of each file, and what it was taken with.

    `findings` are warnings; `repeated` names files that were loaded before, with the upload they came in.
    """

    upload_id: int
    files: tuple[FileReport, ...]
    findings: tuple[Finding, ...] = ()
    repeated: tuple[tuple[str, int], ...] = ()


def ingest(
    folder: Path,
    profile_name: str,
    paths: Sequence[Path],
    progress: Progress = silent,
    *,
    by: str = UNKNOWN,
    wait: bool = True,
    confirmed: frozenset[str] = frozenset(),
) -> Ingested:
    """Take `paths` into the store in `folder` as one upload, wholly or not at all.

    Raises Refused when a file is not taken (the ledger then says so, and nothing else changes) and
    DefinitionError for an unknown profile.
    """
    profile = load_profile(profile_name, folder)
    upload = read(folder, _opened(paths, profile), profile, progress, by=by, wait=wait, confirmed=confirmed)
    return take_in(folder, upload, progress, by=by, wait=wait, confirmed=confirmed)


def read(
    folder: Path,
    files: Sequence[FileContent],
    profile: Profile,
    progress: Progress = silent,
    *,
    by: str = UNKNOWN,
    wait: bool = True,
    confirmed: frozenset[str] = frozenset(),
) -> Upload:
    """Return what `files` hold, read and checked but not stored.

    Raises Refused, once the ledger says so, or at once where the ledger cannot be written.

    Events of single pupils become totals here; without the setting for them they are refused.
    `confirmed` are columns that `by` declares to hold no national numbers.
    """
    try:
        with open_facts(folder) as facts:
            there = {name: facts.table(f"SELECT * FROM {name}") for name in _KNOWN}
            may_hold_events = facts.setting(LEVEL_B) is not None
        known = {name: table for name, table in there.items() if table.num_rows}
        upload = read_upload(files, profile, progress, confirmed=confirmed, known=known)
        if not holds_events(upload):
            return upload
        if not may_hold_events:
            names = ", ".join(dict.fromkeys(report.file for report in upload.files))
            raise Refused([Finding(Problem.LEVEL_B_OFF, names)])
        progress("add up the events", 0.82)
        return as_totals(upload)
    except Refused as refusal:
        note_refusal(folder, refusal, files, profile, progress, by=by, wait=wait, confirmed=confirmed)
        raise


def note_refusal(
    folder: Path,
    refusal: Refused,
    files: Sequence[FileContent],
    profile: Profile,
    progress: Progress = silent,
    *,
    by: str = UNKNOWN,
    wait: bool = True,
    confirmed: frozenset[str] = frozenset(),
) -> None:
    """Write in the ledger that `files` were refused; without their names where these may be personal."""
    attempt = _attempt(profile, by, confirmed)
    entries = tuple(_nameless(file) for file in files)
    if all(finding.stage is not Stage.PRIVACY for finding in refusal.findings if finding.refuses):
        entries = tuple(
            replace(entry, name=safe_name(file.name)) for entry, file in zip(entries, files, strict=True)
        )
    found = _entries(refusal.findings, [file.name for file in files], [entry.name for entry in entries])
    # What is wrong with the files matters more than the ledger.
    with contextlib.suppress(StoreTrouble), write_facts(folder, progress, wait) as facts:
        facts.refuse(replace(attempt, files=entries, findings=found))


def take_in(
    folder: Path,
    upload: Upload,
    progress: Progress = silent,
    *,
    by: str = UNKNOWN,
    wait: bool = True,
    confirmed: frozenset[str] = frozenset(),
) -> Ingested:
    """Store an upload that was read, wholly or not at all.

    Raises Refused for other rules than the store's, and for what was loaded before.
    """
    names = list(dict.fromkeys(report.file for report in upload.files))
    attempt = replace(
        _attempt(upload.profile, by, confirmed),
        files=tuple(map(_entry, upload.files)),
        findings=_entries(upload.findings, names, names),
    )
    with write_facts(folder, progress, wait) as facts:
        progress("compare with earlier uploads", 0.85)
        known_by = facts.contents(upload.facts)
        unfit = _unfit(folder, facts, upload, known_by)
        if unfit:
            found = _entries(unfit, names, names)
            facts.refuse(replace(attempt, findings=(*attempt.findings, *found)))
            raise Refused(unfit)
        before = _loaded_before(facts)
        progress("store", 0.9)
        # Names first: without facts they show nowhere, facts without names would.
        Register(folder).remember(facts.next_upload(), upload.names)
        upload_id = facts.add_upload(attempt, upload.facts)
    repeated = {report.file: before[report.sha256] for report in upload.files if report.sha256 in before}
    return Ingested(upload_id, upload.files, upload.findings, tuple(repeated.items()))


def _unfit(folder: Path, facts: Facts, upload: Upload, known_by: Sequence[Content]) -> list[Finding]:
    """Return why an upload does not fit what is in force: other rules, or nothing new."""
    names = ", ".join(dict.fromkeys(report.file for report in upload.files))
    in_force = facts.in_force()
    rules = in_force[-1].mapped_by.jurisdiction if in_force else upload.profile.jurisdiction
    if rules != upload.profile.jurisdiction:
        return [Finding(Problem.OTHER_JURISDICTION, names, detail=rules)]
    before = _loaded_before(facts)
    earlier = facts.contents_in_force({content.contract for content in known_by if content.fingerprint})
    rows = {content: number for number, content in reversed(earlier)}
    files = {report.sha256 for report in upload.files}
    if files <= set(before):
        numbers = {before[digest] for digest in files}
    elif known_by and set(known_by) <= set(rows) and not _renames(folder, facts, upload):
        numbers = {rows[content] for content in known_by}
    else:
        return [
            Finding(Problem.SAME_CONTENT, names, detail=str(number))
            for number in _of_another_year(known_by, earlier)
        ]
    return [Finding(Problem.SAME_FILES, names, detail=", ".join(map(str, sorted(numbers))))]


def _renames(folder: Path, facts: Facts, upload: Upload) -> bool:
    known = Register(folder).names(one.upload_id for one in facts.in_force())
    return any(known.get(school_id) != found.name for school_id, found in upload.names.items())


def _of_another_year(known_by: Sequence[Content], earlier: Sequence[tuple[int, Content]]) -> list[int]:
    """Return the uploads in force that `known_by` repeats in full under other school years.

    Where only a part is repeated, it may be true; each school's own repeats are told by an alarm.
    """
    told = {(c.contract, c.fingerprint): c.school_year for c in known_by if c.tells_a_year}
    found = {
        (c.contract, c.fingerprint): number
        for number, c in earlier
        if told.get((c.contract, c.fingerprint), c.school_year) != c.school_year
    }
    return sorted(set(found.values())) if len(found) == len(told) else []


def _loaded_before(facts: Facts) -> dict[str, int]:
    """Return the newest upload in force that each file came with, by the file's SHA-256."""
    return {digest: upload.upload_id for upload in facts.in_force() for digest in upload.digests}


def _opened(paths: Sequence[Path], profile: Profile) -> list[FileContent]:
    """Return the files at `paths`; where one leads to none, raises Refused with all that is wrong."""
    opened: list[FileContent] = []
    missing: list[Finding] = []
    for path in paths:
        try:
            opened.append(open_file(path))
        except Refused as refusal:
            missing += [replace(found, file=safe_name(found.file)) for found in refusal.findings]
    if missing:
        try:
            read_upload(opened, profile)
        except Refused as refusal:
            missing = [*refusal.findings, *missing]
        raise Refused(missing)
    return opened


def _attempt(profile: Profile, by: str, confirmed: frozenset[str]) -> Attempt:
    return Attempt(
        at=now(),
        by=by,
        profile=profile.id,
        mapping=profile.model_dump_json(),
        confirmations=tuple(Confirmation(column, by) for column in sorted(confirmed)),
    )


def _nameless(file: FileContent) -> FileEntry:
    """Return what is kept of a file that may be personal even in its name."""
    return FileEntry("", file.suffix, file.content.size, hashlib.sha256(file.content).hexdigest())


def _entry(report: FileReport) -> FileEntry:
    return FileEntry(
        safe_name(report.file),
        Path(report.file).suffix.lower(),
        report.size,
        report.sha256,
        report.sheet,
        report.layout,
        report.rows_read,
        report.rows_kept,
        report.dropped,
        report.facts,
        report.statuses,
    )


def _entries(
    findings: Sequence[Finding], files: Sequence[str], told: Sequence[str]
) -> tuple[FindingEntry, ...]:
    """Return findings for the ledger; a file whose name is not told is called by its place."""
    names = {
        file: name or f"file {place}" for place, (file, name) in enumerate(zip(files, told, strict=True), 1)
    }
    may_name = all(told)
    other = "file 1" if len(files) == 1 else "file"
    return tuple(
        FindingEntry(
            str(finding.problem),
            str(finding.stage),
            str(finding.severity),
            names.get(finding.file, finding.file if may_name else other),
            finding.sheet if may_name else None,
            finding.column,
            finding.row,
            finding.rows,
            finding.detail,
        )
        for finding in findings
    )
