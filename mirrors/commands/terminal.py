"""What every command shares: its options, its progress bar, and how it tells what went wrong."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mirrors.definitions.reading import DefinitionError
from mirrors.progress import Progress

if TYPE_CHECKING:
    from mirrors.access import Viewer

REFUSED, BUSY, NOTHING, UNREADABLE = 1, 3, 4, 5
EXIT_CODES = "Exit codes: 0 done, 1 refused, 2 wrong use, 3 store busy, 4 nothing published, 5 file trouble."


def machine_account() -> str:
    """Return the machine's account that works at the console."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def console(name: str = "") -> "Viewer":
    """Return who works at the console of the server: an administrator, known by the machine's account.

    `name` is what the ledger is told; the audit log keeps the account.
    """
    from mirrors.access import console_viewer

    return console_viewer(machine_account(), name)


store_option = click.option(
    "--store",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder of the store.",
)
by_option = click.option(
    "--by", default=machine_account, metavar="NAME", help="Who asks, for the ledger; your account by default."
)
wait_option = click.option(
    "--no-wait", "wait", flag_value=False, default=True, help="Do not wait while another job writes."
)
note_option = click.option("--note", required=True, help="Why, in a few words; it goes into the ledger.")


def see_store(folder: Path) -> None:
    """Raise NothingToPublish unless there is a store in `folder`, for who only looks."""
    from mirrors.jobs import NothingToPublish
    from mirrors.store import holds_facts

    if not holds_facts(folder) and not (folder / "published").is_dir():
        raise NothingToPublish(f"there is no store in {folder}: ingest files first")


@contextmanager
def bar(label: str) -> Iterator[Progress]:
    """Show a progress bar on the terminal; a job tells it its step and the share of work done."""
    with click.progressbar(
        length=100, label=label, file=sys.stderr, item_show_func=lambda step: step
    ) as shown:

        def told(step: str, share: float) -> None:
            shown.update(round(100 * share) - shown.pos, step)

        yield told
        shown.update(100 - shown.pos, "done")


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn what can go wrong into a sentence and an exit code."""
    from mirrors.access import WrongAccount
    from mirrors.intake import Refused
    from mirrors.jobs import NoFigures, NothingToPublish, NotProtected, RulesLoosened, WrongDecision
    from mirrors.locale import Language
    from mirrors.store import NoSnapshot, StoreBusy, StoreTrouble

    try:
        yield
    except Refused as refusal:
        click.echo("Refused; the facts are unchanged.", err=True)
        for finding in refusal.findings:
            click.echo(f"  {finding.say(Language('en'))}", err=True)
        sys.exit(REFUSED)
    except (DefinitionError, RulesLoosened, WrongDecision, WrongAccount) as error:
        raise click.UsageError(str(error)) from error
    except StoreBusy as error:
        click.echo(str(error), err=True)
        sys.exit(BUSY)
    except (NoSnapshot, NothingToPublish, NoFigures, NotProtected) as error:
        click.echo(str(error), err=True)
        sys.exit(NOTHING)
    except (StoreTrouble, OSError) as error:
        click.echo(str(error), err=True)
        sys.exit(UNREADABLE)
