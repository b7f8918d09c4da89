"""School Mirrors from the command line: the same jobs as the app, without a browser."""

import json
import os
import sys
from contextlib import suppress
from pathlib import Path

import click

from mirrors.commands import accounts, audit, decide, publish, questionnaire, survey_import, upload
from mirrors.commands.terminal import EXIT_CODES, bar, machine_account, store_option, told_plainly
from mirrors.prepare.command import prepare_command

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "data" / "sample"
SAMPLE_TRUTH = ROOT / "tests" / "planted_truth.json"


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EXIT_CODES,
)
def main() -> None:
    """Hold up mirrors to schools: take in files, publish a snapshot, serve it, read its lists."""


@main.command()
@store_option
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8501, show_default=True, help="Port on this machine."
)
def serve(folder: Path, port: int) -> None:
    """Serve the app on this machine.

    Without an administrator, a terminal is shown a link to become it.
    """
    accounts.welcome_first(folder, port, sys.stdout.isatty())
    click.echo(f"School Mirrors: http://localhost:{port}  (stop with Ctrl-C)")
    sys.stdout.flush()
    os.environ["MIRRORS_STORE"] = str(folder.resolve())
    os.chdir(ROOT)
    options = ["--server.port", str(port), "--server.headless", "true"]
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", "app.py", *options])


@main.command()
@store_option
def sample(folder: Path) -> None:
    """Build the sample city's store, if absent."""
    from mirrors import jobs
    from mirrors.access.demo import is_earlier_sample
    from mirrors.store import NoSnapshot, PublishedStore

    files = sorted(path for path in SAMPLE.iterdir() if path.suffix != ".md")
    with told_plainly(), suppress(NoSnapshot):
        snapshot = PublishedStore(folder).current()
        click.echo(f"The store in {folder} is used as it is, snapshot {snapshot.name}.")
        if is_earlier_sample(folder):
            click.echo("It holds the sample city of another version, and its demo doors are closed.")
            click.echo("To see the sample city of this version, remove that folder or name another one.")
        return
    with told_plainly():
        try:
            name = jobs.publish(folder)
        except jobs.NothingToPublish:
            with bar("Building the synthetic sample city") as told:
                name = jobs.build_sample(folder, files, told)
    click.echo(f"Snapshot {name} is in use in {folder}.")


@main.command("generate-sample")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path),
    default=SAMPLE,
    show_default=True,
    help="Folder to write.",
)
@click.option("--seed", default=2010, show_default=True, help="The same seed gives the same city.")
def generate_sample(folder: Path, seed: int) -> None:
    """Write the files of the sample city.

    The city is synthetic; what is planted in it goes to a file that only tests read.
    """
    from mirrors.sample import write_sample

    folder.mkdir(parents=True, exist_ok=True)
    truth = SAMPLE_TRUTH if folder.resolve() == SAMPLE else folder.parent / f"{folder.name}_truth.json"
    write_sample(folder, truth, seed)
    click.echo(f"Written to {folder}; the planted truth to {truth}.")


@main.command()
@store_option
@click.option("--year", required=True, metavar="2018-19", help="School year.")
@click.option(
    "--indicator", metavar="ID", help="Indicator the lists are about; the jurisdiction's first by default."
)
@click.option(
    "--snapshot", "name", metavar="0003", help="As published in this snapshot; by default the one in use."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def lists(folder: Path, year: str, indicator: str | None, name: str | None, as_json: bool) -> None:
    """Print the three lists of a school year.

    Schools stand in alphabetical order of name, by their id; weak signals stand apart. The lists are those of
    the snapshot: what advisers set aside since is kept beside them.
    """
    from mirrors.access import Event, console_adviser, recording
    from mirrors.views import open_published
    from mirrors.views.snapshot import snapshot_view
    from mirrors.views.ten_and_ten import NoLists, lists_record

    with told_plainly():
        published, viewer = open_published(folder), console_adviser(machine_account())
        snapshot = published.current() if name is None else published.named(name)
        years = snapshot_view(snapshot, viewer).school_years
        if year not in years:
            raise click.BadParameter(f"{year}; there are: {', '.join(years)}", param_hint="--year")
        try:
            record = lists_record(snapshot, viewer, year, indicator)
        except NoLists as error:
            raise click.BadParameter(str(error), param_hint="--indicator") from error
        recording.record(folder, Event.EXPORTED, viewer, detail=f"lists {year} {indicator or ''}")
    if as_json:
        click.echo(json.dumps(record, ensure_ascii=False, indent=2))
        return
    click.echo(f"{record['title']}, {year}")
    for name in ("excellent", "improved", "rose", "weak_improved", "weak_rose"):
        click.echo(f"\n{name.replace('_', ' ')} ({len(record[name])})")
        if record.get(f"why_fewer_{name}"):
            click.echo(f"  fewer than ten: {record[f'why_fewer_{name}'].replace('_', ' ')}")
        for school in record[name]:
            click.echo(f"  {school['school_id']}: {school['evidence']} ({school['certainty']})")


for command in (
    upload.ingest,
    upload.uploads,
    upload.withdraw,
    upload.reinstate,
    publish.publish,
    publish.snapshots,
    publish.restore,
    decide.alarms,
    decide.confirm,
    decide.confirm_all,
    decide.reject,
    decide.allow_level_b,
    decide.forbid_level_b,
    accounts.accounts,
    audit.audit,
    questionnaire.questionnaire,
    survey_import.survey_import,
    prepare_command,
):
    main.add_command(command)


if __name__ == "__main__":
    # What is written here is for nobody else on this machine.
    os.umask(0o077)
    main(prog_name="python -m mirrors")
