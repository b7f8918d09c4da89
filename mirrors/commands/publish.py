"""Commands about snapshots: look before publishing, publish, list, and put an earlier one back."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mirrors.commands.terminal import (
    bar,
    by_option,
    console,
    see_store,
    store_option,
    told_plainly,
    wait_option,
)

if TYPE_CHECKING:
    from mirrors.store import Preview


@click.command()
@store_option
@click.option("--preview", is_flag=True, help="Only print what would change; put nothing in use.")
@by_option
@wait_option
def publish(folder: Path, preview: bool, by: str, wait: bool) -> None:
    """Put a new snapshot of all facts in use.

    Computes every figure and list anew and prints what changes; open pages notice it at their next click.
    """
    from mirrors import jobs
    from mirrors.access.recording import record_publish, seal

    account = console(by).account
    with told_plainly():
        with bar("Computing") as told:
            changes = jobs.prepare_publish(folder, told, by=account, wait=wait)
        for line in told_changes(changes):
            click.echo(line)
        if preview:
            return
        with bar("Publishing") as told:
            name = jobs.publish(folder, told, by=by, account=account, wait=wait, note=seal(folder))
        record_publish(folder, console(by), name, jobs.changed_settings(folder, name) if name else {})
    click.echo(f"Snapshot {name} is in use." if name else "Nothing is published any more.")


@click.command()
@store_option
def snapshots(folder: Path) -> None:
    """List every snapshot, and which is in use."""
    from mirrors import jobs
    from mirrors.access import names_known

    with told_plainly():
        see_store(folder)
        there, names = jobs.snapshots(folder), names_known(folder)
    for snapshot in there:
        made = f", {snapshot.at:%Y-%m-%d %H:%M} UTC by {names.of(snapshot.by)}" if snapshot.at else ""
        of = f", of uploads {' '.join(map(str, snapshot.uploads))}" if snapshot.uploads else ""
        state = ("" if snapshot.whole else ", damaged") + (", in use" if snapshot.in_use else "")
        click.echo(f"{snapshot.name}{made}{of}{state}")


@click.command()
@store_option
@click.option("--snapshot", metavar="0003", help="Number of the snapshot to put in use again.")
@click.option("--facts", is_flag=True, help="Put the copy of damaged facts in their place.")
@by_option
@wait_option
def restore(folder: Path, snapshot: str | None, facts: bool, by: str, wait: bool) -> None:
    """Put an earlier snapshot in use, or damaged facts back.

    Nothing is deleted: the snapshot in use stays in the store, damaged facts are moved aside.
    """
    from mirrors import jobs
    from mirrors.access import Event
    from mirrors.access.recording import record

    if facts == (snapshot is not None):
        raise click.UsageError("say either --snapshot or --facts")
    with told_plainly():
        if snapshot is not None:
            jobs.restore(folder, snapshot, by=by, wait=wait)
            record(folder, Event.RESTORED, console(by), detail=f"snapshot {snapshot}")
            click.echo(f"Snapshot {snapshot} is in use.")
            return
        aside = jobs.restore_facts(folder, by=by, wait=wait)
        record(folder, Event.FACTS_RESTORED, console(by))
    click.echo(f"The facts are as after the last finished job. The old file is kept as {aside}.")


def told_changes(changes: "Preview") -> Iterator[str]:
    """Yield the lines that tell what a publish changes; schools by their id."""
    from mirrors.definitions import load_indicators

    if changes.nothing_changes:
        yield f"Nothing changes against snapshot {changes.against}."
        return
    against = f"Against snapshot {changes.against}" if changes.against else "The first snapshot"
    if changes.leaves_nothing:
        yield "No upload is in force: everything goes, and nothing is published any more."
    else:
        uploads = (
            f"uploads {' '.join(map(str, changes.uploads))}" if changes.uploads else "questionnaires only"
        )
        yield f"{against}, of {uploads}:"
    yield (
        f"  figures: {changes.figures_changed:,} changed, {changes.figures_new:,} new,"
        f" {changes.figures_gone:,} gone"
    )
    for what in ("schools", "years", "indicators"):
        for word, way in (("new", "come"), ("gone", "go")):
            keys = getattr(changes, f"{what}_{way}")
            if keys:
                yield f"  {what} {word}: {_some(keys)}"
    indicators = load_indicators()
    for move in changes.moves:
        is_share = move.indicator in indicators and indicators[move.indicator].is_share
        before, after = (f"{x:.1%}" if is_share else f"{x:g}" for x in (move.before, move.after))
        yield f"  {move.school_id}, {move.indicator}, {move.school_year}: {before} becomes {after}"
    for change in changes.list_changes if changes.against else ():
        way = "enters" if change.enters else "leaves"
        yield f"  {change.school_id} {way} {change.list}, {change.indicator}, {change.school_year}"
    if changes.open_alarms:
        yield f"  school-years with an open alarm: {changes.open_alarms:,} (see the command alarms)"


def _some(keys: tuple[str, ...], most: int = 10) -> str:
    more = f" and {len(keys) - most:,} more" if len(keys) > most else ""
    return ", ".join(keys[:most]) + more
