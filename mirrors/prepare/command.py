"""`python -m mirrors prepare`: the provider's own tool, without a store and without a network."""

import sys
from pathlib import Path

import click

from mirrors.definitions import load_profile
from mirrors.definitions.reading import DefinitionError
from mirrors.locale import LANGUAGES, Language

REFUSED, FILE_TROUBLE = 1, 5


@click.command("prepare", context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--profile", "profile_name", default="templates", show_default=True, help="How to read FILES.")
@click.option("--to", type=click.Path(path_type=Path), help="Folder to write: empty, or not there yet.")
@click.option("--key", type=click.Path(path_type=Path, dir_okay=False), help="The provider's key.")
@click.option("--keep-events", is_flag=True, help="Write the events under tokens instead of totals.")
@click.option(
    "--language", type=click.Choice(list(LANGUAGES)), default="en", show_default=True, help="Of the receipt."
)
@click.option(
    "--new-key",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Make a key in this file, and stop.",
)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
def prepare_command(
    profile_name: str,
    to: Path | None,
    key: Path | None,
    keep_events: bool,
    language: str,
    new_key: Path | None,
    files: tuple[Path, ...],
) -> None:
    """Make totals of pupils' events, at their provider's desk.

    Totals are CSV files that a city can take in. With --keep-events each pupil's id becomes a token
    (HMAC-SHA256 with the provider's key) and the events are kept; a city takes these only after its impact
    assessment.

    The checks for personal data make a mistake less likely; they prove nothing. Tokens remain personal data,
    at the least for whoever has the key: keep the key with the provider. The same key gives a pupil the same
    token, so that a pupil is recognised between files and years.
    """
    if new_key is not None:
        _make_key(new_key, to, bool(files))
    elif to is None or not files:
        raise click.UsageError("name the files to prepare, and with --to the folder to write")
    else:
        _prepare(files, profile_name, to, key, keep_events, Language(language))


def _make_key(path: Path, to: Path | None, with_files: bool) -> None:
    from mirrors.prepare.tokens import KeyTrouble, make_key

    if with_files:
        raise click.UsageError("--new-key makes a key and nothing else: leave out the files")
    try:
        make_key(path, to)
    except (KeyTrouble, OSError) as error:
        _stop(str(error), FILE_TROUBLE)
    click.echo(f"The key is in {path}. Keep it with the provider and a copy in a safe; never send it along.")


def _prepare(
    files: tuple[Path, ...],
    profile_name: str,
    to: Path,
    key: Path | None,
    keep_events: bool,
    language: Language,
) -> None:
    from mirrors.intake.finding import Refused
    from mirrors.prepare.job import RECEIPT, CannotPrepare, prepare
    from mirrors.prepare.tokens import KeyTrouble

    try:
        prepare(files, load_profile(profile_name), to, key, keep_events, language=language)
    except DefinitionError as error:
        raise click.UsageError(str(error)) from error
    except Refused as refusal:
        lines = ["Refused; nothing was written.", *(f"  {found.say(language)}" for found in refusal.findings)]
        _stop("\n".join(lines), REFUSED)
    except (CannotPrepare, KeyTrouble) as error:
        _stop(str(error), REFUSED)
    except OSError as error:
        _stop(str(error), FILE_TROUBLE)
    click.echo((to / RECEIPT).read_text(encoding="utf-8"), nl=False)


def _stop(message: str, code: int) -> None:
    click.echo(message, err=True)
    sys.exit(code)
