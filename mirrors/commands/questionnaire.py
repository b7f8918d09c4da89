"""Commands about questionnaires: give them out for other tools and on paper, and check a city's own."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from mirrors.commands.terminal import told_plainly

if TYPE_CHECKING:
    from mirrors.survey.questionnaire import Questionnaire

Format = Literal["limesurvey", "xlsform", "pdf"]

own_option = click.option(
    "--store",
    "folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A store whose folder questionnaires/ holds the city's own; without it, those of the product.",
)


@click.group()
def questionnaire() -> None:
    """Give out and check the questionnaires."""


@questionnaire.command()
@own_option
@click.option("--group", "name", required=True, metavar="NAME", help="Such as pupils_9_12 or teachers.")
@click.option("--form", type=click.Choice(["short", "full"]), default="short", show_default=True)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["limesurvey", "xlsform", "pdf"]),
    required=True,
    help="A survey structure for LimeSurvey, an XLSForm for KoboToolbox or ODK, or paper.",
)
@click.option(
    "--language", default="en", show_default=True, help="Opens in it; the paper is in this one only."
)
@click.option(
    "--jurisdiction", default="flanders", show_default=True, help="Whose help services the last page names."
)
@click.option("-o", "--to", "file", type=click.Path(path_type=Path, dir_okay=False), required=True)
def export(
    folder: Path | None,
    name: str,
    form: Literal["short", "full"],
    format_: Format,
    language: str,
    jurisdiction: str,
    file: Path,
) -> None:
    """Write one questionnaire to FILE."""
    from mirrors.survey.exports import limesurvey_tsv, paper_pdf, xlsform
    from mirrors.survey.questionnaire import load_help, load_questionnaire

    with told_plainly():
        asked = load_questionnaire(name, folder)
        if language not in asked.languages:
            raise click.BadParameter(f"there are: {', '.join(asked.languages)}", param_hint="--language")
        contacts = load_help(jurisdiction, folder, asked.group)
        write = {"limesurvey": limesurvey_tsv, "xlsform": xlsform, "pdf": paper_pdf}[format_]
        file.write_bytes(write(asked, form, language, contacts))
    click.echo(f"{name}, {form} form, version {asked.version}: {len(asked.asked(form))} items in {file}.")
    if not contacts:
        click.echo(f"  no help services are known for {jurisdiction}: add them to help.yaml", err=True)


@questionnaire.command()
@own_option
def check(folder: Path | None) -> None:
    """Check every questionnaire, the checklist and the support rules.

    A file that cannot be read is an error. What breaks a rule for good questions is listed, for somebody to
    decide about. A city's own questionnaire that asks something else under the product's version is refused.
    """
    from mirrors.survey.checklist import load_checklist
    from mirrors.survey.questionnaire import load_questionnaires
    from mirrors.survey.support import load_support_rules
    from mirrors.survey.versions import changed
    from mirrors.survey.wording import remarks

    with told_plainly():
        own, shipped = load_questionnaires(folder), load_questionnaires()
        for name, one in own.items():
            if name in shipped:
                changed(shipped[name], one)
            click.echo(_counted(one))
            for remark in remarks(one):
                click.echo(
                    f"  {remark.item} {remark.language}: {remark.rule.replace('_', ' ')}: {remark.text}"
                )
        checklist, rules = load_checklist(folder), load_support_rules(folder)
    click.echo(f"checklist: version {checklist.version}, {len(checklist.items)} items")
    click.echo(f"support: version {rules.version}, {len(rules.rules)} rules")


def _counted(one: "Questionnaire") -> str:
    return (
        f"{one.id}: version {one.version}, {len(one.asked('short'))} items in the short form,"
        f" {len(one.items)} in the full one"
    )
