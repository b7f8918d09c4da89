"""Commands about uploads: take files in, list what was tried, withdraw and take back."""

from pathlib import Path

import click

from mirrors.commands.terminal import (
    bar,
    by_option,
    console,
    note_option,
    see_store,
    store_option,
    told_plainly,
    wait_option,
)
from mirrors.definitions import profile_names

upload_option = click.option("--upload", "upload_id", type=int, required=True, help="Number of the upload.")


@click.command()
@store_option
@click.option(
    "--profile", required=True, metavar="NAME", help=f"How to read the files: {', '.join(profile_names())}."
)
@click.option(
    "--confirm",
    "confirmed",
    multiple=True,
    metavar="COLUMN",
    help="A column that may look like national numbers and, you confirm, holds none; may be repeated.",
)
@by_option
@wait_option
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def ingest(
    folder: Path, profile: str, confirmed: tuple[str, ...], by: str, wait: bool, files: tuple[Path, ...]
) -> None:
    """Take FILES in as one upload, or none of them."""
    from mirrors import jobs
    from mirrors.access import Event
    from mirrors.access.recording import record
    from mirrors.locale import Language

    with told_plainly():
        with bar(f"Reading {len(files)} file(s)") as told:
            done = jobs.ingest(folder, profile, files, told, by=by, wait=wait, confirmed=frozenset(confirmed))
        record(folder, Event.UPLOADED, console(by), detail=f"upload {done.upload_id}")
    click.echo(f"Upload {done.upload_id} is in.")
    for report in done.files:
        click.echo(f"  {report.file}: {report.rows_read:,} rows read, {report.rows_kept:,} kept")
        for why, rows in report.dropped.items():
            click.echo(f"    dropped {rows:,}: {why}")
        for column, statuses in report.statuses.items():
            marked = ", ".join(f"{rows:,} {status}" for status, rows in statuses.items() if status != "exact")
            if marked:
                click.echo(f"    {column}: {marked}")
    for finding in done.findings:
        click.echo(f"  warning: {finding.say(Language('en'))}")
    for file, upload_id in done.repeated:
        click.echo(f"  {file} was loaded before, with upload {upload_id}")


@click.command()
@store_option
def uploads(folder: Path) -> None:
    """List every upload that was tried."""
    from mirrors import jobs
    from mirrors.access import names_known

    with told_plainly():
        see_store(folder)
        tried, people = jobs.uploads(folder), names_known(folder)
    for upload in tried:
        by, decided_by = people.of(upload.by), people.of(upload.decided_by)
        names = ", ".join(dict.fromkeys(f.name or f"a {f.extension} file" for f in upload.files))
        click.echo(f"{upload.upload_id}: {upload.decision}, {upload.at:%Y-%m-%d %H:%M} UTC by {by}")
        click.echo(f"  read by {upload.profile}: {names}")
        problems = {finding.problem for finding in upload.findings}
        if problems:
            click.echo(f"  found: {', '.join(sorted(problems))}")
        if upload.note:
            click.echo(f"  {decided_by}, {upload.decided_at:%Y-%m-%d}: {upload.note}")


@click.command()
@store_option
@upload_option
@note_option
@by_option
@wait_option
def withdraw(folder: Path, upload_id: int, note: str, by: str, wait: bool) -> None:
    """Let an upload count no more, as if it had never been."""
    from mirrors import jobs
    from mirrors.access import Event
    from mirrors.access.recording import record

    with told_plainly():
        jobs.withdraw(folder, upload_id, note, by=by, wait=wait)
        record(folder, Event.WITHDRAWN, console(by), detail=f"upload {upload_id}")
    click.echo(f"Upload {upload_id} counts no more. Publish to see it on the pages.")


@click.command()
@store_option
@upload_option
@note_option
@by_option
@wait_option
def reinstate(folder: Path, upload_id: int, note: str, by: str, wait: bool) -> None:
    """Let a withdrawn upload count again."""
    from mirrors import jobs
    from mirrors.access import Event
    from mirrors.access.recording import record

    with told_plainly():
        jobs.reinstate(folder, upload_id, note, by=by, wait=wait)
        record(folder, Event.REINSTATED, console(by), detail=f"upload {upload_id}")
    click.echo(f"Upload {upload_id} counts again. Publish to see it on the pages.")
