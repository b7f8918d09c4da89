"""Commands about the audit log: verify its chain, and search it."""

import sys
from datetime import datetime
from pathlib import Path

import click

from mirrors.commands.terminal import REFUSED, console, store_option, told_plainly


@click.group()
def audit() -> None:
    """Read the audit log."""


@audit.command()
@store_option
def verify(folder: Path) -> None:
    """Tell whether every row is as it was written, held against every publish.

    Keep the last digest elsewhere: a log that was cut after the last publish shows only against that.
    """
    from mirrors.access import Broken, open_access
    from mirrors.access.recording import anchors

    with told_plainly():
        noted = anchors(folder)
        found = open_access(folder).audit.verify(console(), noted)
    if isinstance(found, Broken):
        click.echo(f"The audit log is broken at row {found.at}: {found.why}.", err=True)
        sys.exit(REFUSED)
    click.echo(f"{found.rows} row(s), all as written, held against {len(noted)} publish(es).")
    click.echo(f"Last digest: {found.head}")


@audit.command()
@store_option
@click.option("--event", metavar="KIND", help="Such as sign_in, school_seen, exported or published.")
@click.option("--who", default="", metavar="ID", help="The id of an account.")
@click.option("--from", "day_from", type=click.DateTime(["%Y-%m-%d"]), help="First day, in UTC.")
@click.option("--to", "day_to", type=click.DateTime(["%Y-%m-%d"]), help="Last day, in UTC.")
@click.option("--page", type=click.IntRange(1), default=1, show_default=True, help="The newest come first.")
@click.argument("words", nargs=-1)
def search(
    folder: Path,
    event: str | None,
    who: str,
    day_from: datetime | None,
    day_to: datetime | None,
    page: int,
    words: tuple[str, ...],
) -> None:
    """List rows that hold all WORDS."""
    from mirrors.access import Event, open_access

    if event is not None and event not in set(Event):
        raise click.BadParameter(f"{event}; there are: {', '.join(Event)}", param_hint="--event")
    with told_plainly():
        found = open_access(folder).audit.search(
            console(),
            " ".join(words),
            Event(event) if event else None,
            day_from.date() if day_from else None,
            day_to.date() if day_to else None,
            who,
            page,
        )
    for row in found.rows:
        what = " ".join(filter(None, (row.event, row.school_id, row.detail)))
        click.echo(f"{row.id} {row.at:%Y-%m-%d %H:%M:%S} UTC {row.who or '-'}: {what}")
    click.echo(f"{found.total} row(s).")
