"""The jobs of an administrator, the same from the command line and from a page: ingest and publish."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mirrors.benchmark.benchmark import run_benchmark
from mirrors.definitions import load_indicators, load_jurisdiction, load_profile
from mirrors.disclosure import protect
from mirrors.intake import FileReport, Finding, Refused, read_upload
from mirrors.intake.finding import Problem
from mirrors.progress import Progress, silent
from mirrors.store import Facts, Register, holds_facts, open_facts, publish_tables


@dataclass(frozen=True)
class Ingested:
    """An upload that is in: its number, and what became of each file."""

    upload_id: int
    files: tuple[FileReport, ...]


class NothingToPublish(LookupError):
    """The store holds no facts yet."""


class NoFigures(LookupError):
    """The facts of the store give no figure yet."""


def ingest(folder: Path, profile_name: str, paths: Sequence[Path], progress: Progress = silent) -> Ingested:
    """Take `paths` into the store in `folder` as one upload, wholly or not at all.

    Raises Refused when a file is not taken (the store is then untouched), DefinitionError for an unknown
    profile and StoreBusy when another process is writing.
    """
    profile = load_profile(profile_name)
    upload = read_upload(paths, profile, progress)
    progress("store", 0.9)
    with open_facts(folder) as facts:
        _refuse_if_unfit(facts, profile.jurisdiction, upload.files)
        # Names first: a name without facts shows nowhere, facts without a name would.
        Register(folder).remember(upload.names)
        files = [(report.file, report.sha256, report.rows_read, report.rows_kept) for report in upload.files]
        upload_id = facts.add_upload(
            profile_name, datetime.now(UTC).replace(tzinfo=None), files, upload.facts
        )
    return Ingested(upload_id, upload.files)


def _refuse_if_unfit(facts: Facts, jurisdiction: str, files: Sequence[FileReport]) -> None:
    digests = {report.sha256 for report in files}
    names = ", ".join(report.file for report in files)
    for latest in facts.uploads()[-1:]:
        rules = load_profile(latest.profile).jurisdiction
        if rules != jurisdiction:
            raise Refused([Finding(Problem.OTHER_JURISDICTION, names, detail=rules)])
        # Files of an older upload may come again: that is how a wrong correction is taken back.
        if latest.digests == digests:
            raise Refused([Finding(Problem.SAME_FILES, names, detail=str(latest.upload_id))])


def publish(folder: Path, progress: Progress = silent) -> str:
    """Compute everything from the facts in force, put it in use as a new snapshot, return its name.

    Raises NothingToPublish, NoFigures and StoreBusy.
    """
    nothing = NothingToPublish(f"there is nothing to publish in {folder}: ingest files first")
    if not holds_facts(folder):
        raise nothing
    with open_facts(folder) as facts:
        uploads = facts.uploads()
        if not uploads:
            raise nothing
        profile = load_profile(uploads[-1].profile)
        indicators = load_indicators()
        benchmark = run_benchmark(facts, indicators, load_jurisdiction(profile.jurisdiction), progress)
        if not any(indicators[key].is_share for key in benchmark.compared):
            raise NoFigures(
                f"the facts in {folder} give no figure yet: ingest enrolment, with absence or pupils by band"
            )
        progress("write snapshot", 0.95)
        return publish_tables(
            folder, protect(benchmark, indicators, profile, datetime.now(UTC).replace(tzinfo=None))
        )
