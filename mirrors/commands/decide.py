"""Commands about alarms and settings: list the alarms, answer one, and allow files about single pupils."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from mirrors.commands.terminal import (
    by_option,
    console,
    note_option,
    see_store,
    store_option,
    told_plainly,
    wait_option,
)

EVIDENCE = ("before", "after", "low", "high", "against", "detail")


@click.command()
@store_option
@click.option("--all", "every", is_flag=True, help="Also list the alarms that were answered.")
def alarms(folder: Path, every: bool) -> None:
    """List the alarms: figures that somebody should look at."""
    from mirrors import jobs
    from mirrors.access import names_known

    with told_plainly():
        see_store(folder)
        rows, names = jobs.alarms(folder).to_dict("records"), names_known(folder)
    shown = [row for row in rows if every or row["state"] == "open"]
    for row in shown:
        click.echo(f"{row['school_id']} {row['school_year']} {row['alarm']}: {row['state']}")
        evidence = [f"{name} {row[name]:g}" for name in EVIDENCE[:4] if row[name] == row[name]]
        evidence += [f"{name} {row[name]}" for name in EVIDENCE[4:] if row[name]]
        click.echo(f"  {', '.join(evidence)}")
        if row["state"] != "open":
            click.echo(f"  {names.of(row['decided_by'])}, {row['decided_at']:%Y-%m-%d}: {row['note']}")
    click.echo(f"{len(shown)} alarm(s).")


def _about_an_alarm(command: Callable[..., None]) -> Callable[..., None]:
    options: list[Callable[[Any], Any]] = [
        store_option,
        click.option("--school", required=True, metavar="ID", help="The school's id."),
        click.option("--year", required=True, metavar="2024-25", help="School year."),
        click.option(
            "--alarm", required=True, metavar="KIND", help="The alarm, as the command alarms names it."
        ),
        note_option,
        by_option,
        wait_option,
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@_about_an_alarm
def confirm(folder: Path, school: str, year: str, alarm: str, note: str, by: str, wait: bool) -> None:
    """Answer an alarm: the data are right."""
    _decide(folder, school, year, alarm, "confirmed", note, by, wait)
    click.echo("The data are taken as right: the school year takes part again at the next publish.")


@click.command("confirm-all")
@store_option
@click.option("--alarm", required=True, metavar="KIND", help="The alarms, as the command alarms names them.")
@click.option("--year", metavar="2024-25", help="School year; all years without it.")
@note_option
@by_option
@wait_option
def confirm_all(folder: Path, alarm: str, year: str | None, note: str, by: str, wait: bool) -> None:
    """Confirm every open alarm of a kind.

    For a history of years that was looked at elsewhere.
    """
    from mirrors import jobs
    from mirrors.access import Event
    from mirrors.access.recording import record

    with told_plainly():
        answered = jobs.confirm_all(folder, [alarm], year, note, by=by, wait=wait)
        told = f"{year or 'all years'} {alarm}: {answered} alarms confirmed"
        record(folder, Event.OVERRIDDEN, console(by), detail=told)
    click.echo(f"{answered} alarm(s) confirmed.")


@click.command()
@_about_an_alarm
def reject(folder: Path, school: str, year: str, alarm: str, note: str, by: str, wait: bool) -> None:
    """Answer an alarm: the data are wrong."""
    _decide(folder, school, year, alarm, "rejected", note, by, wait)
    click.echo("The data are taken as wrong: from the next publish they are shown nowhere, until corrected.")


def _decide(
    folder: Path, school: str, year: str, alarm: str, decision: str, note: str, by: str, wait: bool
) -> None:
    from mirrors import jobs
    from mirrors.access import Event
    from mirrors.access.recording import record

    with told_plainly():
        jobs.decide(folder, school, year, alarm, decision, note, by=by, wait=wait)
        record(folder, Event.OVERRIDDEN, console(by), school, f"{year} {alarm} {decision}")


@click.command("allow-level-b")
@store_option
@click.option("--confirmed-by", required=True, metavar="NAME", help="Who confirmed the impact assessment.")
@click.option("--reference", required=True, metavar="TEXT", help="Where the impact assessment is kept.")
@by_option
@wait_option
def allow_level_b(folder: Path, confirmed_by: str, reference: str, by: str, wait: bool) -> None:
    """Take files about single pupils from now on."""
    from mirrors import jobs
    from mirrors.access import Event
    from mirrors.access.recording import record

    with told_plainly():
        jobs.allow_level_b(folder, confirmed_by, reference, by=by, wait=wait)
        record(folder, Event.SETTING_CHANGED, console(by), detail="files about single pupils allowed")
    click.echo("Files about single pupils under tokens are taken from now on, and reduced on arrival.")


@click.command("forbid-level-b")
@store_option
@by_option
@wait_option
def forbid_level_b(folder: Path, by: str, wait: bool) -> None:
    """Take no files about single pupils from now on."""
    from mirrors import jobs
    from mirrors.access import Event
    from mirrors.access.recording import record

    with told_plainly():
        jobs.forbid_level_b(folder, by=by, wait=wait)
        record(folder, Event.SETTING_CHANGED, console(by), detail="files about single pupils forbidden")
    click.echo("Files about single pupils are refused from now on.")
