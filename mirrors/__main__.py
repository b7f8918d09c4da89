"""School Mirrors from the command line: the same jobs as the app, without a browser."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from mirrors.definitions import profile_names
from mirrors.definitions.reading import DefinitionError
from mirrors.progress import Progress

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "data" / "sample"
SAMPLE_TRUTH = ROOT / "tests" / "planted_truth.json"
REFUSED, BUSY, NOTHING, UNREADABLE = 1, 3, 4, 5

store_option = click.option(
    "--store",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder of the store.",
)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 refused, 2 wrong use, 3 store busy, 4 nothing published, 5 file trouble.",
)
def main() -> None:
    """Hold up mirrors to schools: take in files, publish a snapshot, serve it, read its lists."""


@main.command()
@store_option
@click.option(
    "--profile", required=True, metavar="NAME", help=f"How to read the files: {', '.join(profile_names())}."
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def ingest(folder: Path, profile: str, files: tuple[Path, ...]) -> None:
    """Take FILES in as one upload, or none of them."""
    from mirrors import jobs

    with _told_plainly(), _bar(f"Reading {len(files)} file(s)") as told:
        done = jobs.ingest(folder, profile, files, told)
    click.echo(f"Upload {done.upload_id} is in.")
    for report in done.files:
        click.echo(f"  {report.file}: {report.rows_read:,} rows read, {report.rows_kept:,} kept")
        for why, rows in report.dropped.items():
            click.echo(f"    dropped {rows:,}: {why}")
        for column, statuses in report.statuses.items():
            marked = ", ".join(f"{rows:,} {status}" for status, rows in statuses.items() if status != "exact")
            if marked:
                click.echo(f"    {column}: {marked}")


@main.command()
@store_option
def publish(folder: Path) -> None:
    """Put a new snapshot of all facts in use.

    Computes every figure and list anew; open pages notice it at their next click.
    """
    from mirrors import jobs

    with _told_plainly(), _bar("Publishing") as told:
        name = jobs.publish(folder, told)
    click.echo(f"Snapshot {name} is in use.")


@main.command()
@store_option
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8501, show_default=True, help="Port on this machine."
)
def serve(folder: Path, port: int) -> None:
    """Serve the app on this machine."""
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
    from mirrors.store import NoSnapshot, PublishedStore

    try:
        snapshot = PublishedStore(folder).current()
        click.echo(f"The store in {folder} is used as it is, snapshot {snapshot.name}.")
        return
    except NoSnapshot:
        files = sorted(path for path in SAMPLE.iterdir() if path.suffix != ".md")
    with _told_plainly():
        try:
            name = jobs.publish(folder)
        except jobs.NothingToPublish:
            with _bar("Reading the synthetic sample city") as told:
                jobs.ingest(folder, "sample", files, told)
            with _bar("Publishing") as told:
                name = jobs.publish(folder, told)
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
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def lists(folder: Path, year: str, indicator: str | None, as_json: bool) -> None:
    """Print the three lists of a school year.

    Schools stand in alphabetical order of name, by their id; weak signals stand apart.
    """
    from mirrors.access import open_demo_viewer
    from mirrors.views import open_published
    from mirrors.views.snapshot import snapshot_view
    from mirrors.views.ten_and_ten import NoLists, lists_record

    with _told_plainly():
        snapshot, viewer = open_published(folder).current(), open_demo_viewer()
        years = snapshot_view(snapshot, viewer).school_years
        if year not in years:
            raise click.BadParameter(f"{year}; there are: {', '.join(years)}", param_hint="--year")
        try:
            record = lists_record(snapshot, viewer, year, indicator)
        except NoLists as error:
            raise click.BadParameter(str(error), param_hint="--indicator") from error
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


@contextmanager
def _bar(label: str) -> Iterator[Progress]:
    """Show a progress bar on the terminal; a job tells it its step and the share of work done."""
    with click.progressbar(length=100, label=label, file=sys.stderr, item_show_func=lambda step: step) as bar:

        def told(step: str, share: float) -> None:
            bar.update(round(100 * share) - bar.pos, step)

        yield told
        bar.update(100 - bar.pos, "done")


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Turn what can go wrong into a sentence and an exit code."""
    from mirrors.intake import Refused
    from mirrors.jobs import NoFigures, NothingToPublish
    from mirrors.locale import Language
    from mirrors.store import NoSnapshot, StoreBusy, StoreDamaged

    try:
        yield
    except Refused as refusal:
        click.echo("Refused; the store is unchanged.", err=True)
        for finding in refusal.findings:
            click.echo(f"  {finding.say(Language('en'))}", err=True)
        sys.exit(REFUSED)
    except DefinitionError as error:
        raise click.UsageError(str(error)) from error
    except StoreBusy as error:
        click.echo(str(error), err=True)
        sys.exit(BUSY)
    except (NoSnapshot, NothingToPublish, NoFigures) as error:
        click.echo(str(error), err=True)
        sys.exit(NOTHING)
    except (StoreDamaged, OSError) as error:
        click.echo(str(error), err=True)
        sys.exit(UNREADABLE)


if __name__ == "__main__":
    main(prog_name="python -m mirrors")
