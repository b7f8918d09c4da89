"""A command that takes in the answers of a survey tool."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mirrors.commands.terminal import bar, by_option, console, store_option, told_plainly, wait_option

if TYPE_CHECKING:
    from mirrors.intake.survey import Responses


@click.command("survey-import")
@store_option
@click.option(
    "--tool",
    type=click.Choice(["auto", "limesurvey", "qualtrics", "microsoft_forms", "google_forms", "kobo"]),
    default="auto",
    show_default=True,
    help="Where the file comes from.",
)
@click.option("--group", required=True, metavar="NAME", help="Such as pupils_9_12 or teachers.")
@click.option(
    "--wave", type=click.IntRange(1, 99), default=1, show_default=True, help="Which survey of the year."
)
@click.option("--school-year", required=True, metavar="2025-26", help="School year.")
@click.option("--school", default="", metavar="ID", help="The school that all answers are about.")
@click.option("--school-column", default="", metavar="HEADING", help="The column that tells the school.")
@click.option(
    "--invited",
    "invited",
    multiple=True,
    metavar="ID=NUMBER",
    help="How many people a school asked; may be repeated.",
)
@click.option("--profile", default="", metavar="NAME", help="What was said and saved about such a file.")
@click.option(
    "--save", "save_as", default="", metavar="NAME", help="Save what is said about this file, to be edited."
)
@by_option
@wait_option
@click.argument("file", type=click.Path(path_type=Path))
def survey_import(
    folder: Path,
    tool: str,
    group: str,
    wave: int,
    school_year: str,
    school: str,
    school_column: str,
    invited: tuple[str, ...],
    profile: str,
    save_as: str,
    by: str,
    wait: bool,
    file: Path,
) -> None:
    """Take in answers to a survey made elsewhere.

    All of FILE, as a survey tool exports it, or none. What tells who answered is left out. An answer that is
    not understood refuses the file: say what it means on the page, or in a profile written with --save
    (survey-profiles/NAME.yaml in the store).
    """
    from mirrors import jobs
    from mirrors.access import Event
    from mirrors.access.recording import record
    from mirrors.intake import open_file
    from mirrors.intake.survey import (
        SCHOOL,
        WaveOf,
        guess_mapping,
        load_mapping,
        save_mapping,
        with_saved,
    )
    from mirrors.jobs import survey_import as job

    with told_plainly():
        asked = job.instruments(folder)
        if group not in asked:
            raise click.BadParameter(f"there are: {', '.join(asked)}", param_hint="--group")
        responses = job.recognise(folder, open_file(file), tool, by=by, wait=wait)
        _tell(responses)
        mapping = guess_mapping(responses, asked[group], job.known_schools(folder))
        if profile:
            saved = load_mapping(profile, folder)
            if saved.group != group:
                raise click.BadParameter(f"{profile} is about {saved.group}", param_hint="--profile")
            mapping = with_saved(saved, mapping)
        if school_column:
            mapping = mapping.model_copy(update={"columns": {**mapping.columns, school_column: SCHOOL}})
        if save_as:
            save_mapping(mapping.model_copy(update={"id": save_as}), folder)
        about = WaveOf(school_year, wave, school, dict(map(_number, invited)))
        with bar("Taking the answers in") as told:
            upload = job.as_upload(folder, responses, mapping, about, told)
            done = jobs.take_in(folder, upload, told, by=by, wait=wait)
        record(folder, Event.UPLOADED, console(by), detail=f"upload {done.upload_id}")
    click.echo(
        f"Upload {done.upload_id} is in: {upload.files[0].rows_kept:,} sheets, {len(mapping.items)} items."
    )


def _tell(responses: "Responses") -> None:
    from mirrors.intake.survey import TOOLS
    from mirrors.locale import Language

    click.echo(f"{TOOLS[responses.tool].title}: {responses.respondents:,} sheets of answers.")
    click.echo(f"  left out and not stored: {', '.join(responses.left_out) or 'nothing'}")
    for why, rows in responses.dropped.items():
        click.echo(f"  left out {rows:,} rows: {why}")
    for finding in responses.findings:
        if finding.column not in responses.left_out or finding.problem not in ("survey_metadata",):
            click.echo(f"  warning: {finding.say(Language('en'))}")


def _number(pair: str) -> tuple[str, int]:
    school, _, number = pair.rpartition("=")
    if not school or not number.isdecimal():
        raise click.BadParameter(f"{pair}: write it as S1=120", param_hint="--invited")
    return school, int(number)
