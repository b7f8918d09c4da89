"""Commands about accounts: the first administrator, invitations, and letting people in again or out."""

import os
import shlex
from pathlib import Path

import click

from mirrors.commands.terminal import console, store_option, told_plainly

PUBLIC_URL = "MIRRORS_PUBLIC_URL"
"""The variable with the address at which people reach the app, for links."""

_GOOD_FOR = "It works once, within 7 days, and is shown only here."

sign_in_option = click.option(
    "--sign-in", "sign_in", required=True, metavar="NAME", help="E-mail address or user name."
)
name_option = click.option("--name", required=True, metavar="NAME", help="The person's name.")


def invitation_link(token: str, port: int = 8501) -> str:
    """Return the address at which an invitation is taken up."""
    public = os.environ.get(PUBLIC_URL, f"http://localhost:{port}").rstrip("/")
    return f"{public}/invitation?token={token}"


@click.group()
def accounts() -> None:
    """Make and manage accounts.

    Whoever may run this on the server is its administrator.
    """


@accounts.command()
@store_option
@click.option(
    "--sign-in", "sign_in", default="administrator", show_default=True, help="E-mail address or user name."
)
@click.option("--name", default="Administrator", show_default=True, help="The person's name.")
def first(folder: Path, sign_in: str, name: str) -> None:
    """Print the link of the first administrator, while there is none."""
    from mirrors.access import open_access

    with told_plainly():
        token = open_access(folder).accounts.first_administrator(sign_in, name)
    click.echo(f"{invitation_link(token)}\n{_GOOD_FOR}")


@accounts.command()
@store_option
@name_option
@sign_in_option
@click.option(
    "--role", required=True, type=click.Choice(["adviser", "school_team", "administrator"]), help="One role."
)
@click.option(
    "--school", "schools", multiple=True, metavar="ID", help="A school of the team; may be repeated."
)
def invite(folder: Path, name: str, sign_in: str, role: str, schools: tuple[str, ...]) -> None:
    """Open an account and print its invitation link."""
    from mirrors.access import open_access

    with told_plainly():
        there = open_access(folder).accounts
        token = there.invite(console(), name, sign_in, role, frozenset(schools))
    click.echo(f"{invitation_link(token)}\n{_GOOD_FOR}")


@accounts.command("list")
@store_option
def list_accounts(folder: Path) -> None:
    """List every account."""
    from mirrors.access import open_access

    with told_plainly():
        found = open_access(folder).accounts.all(console())
    for account in found:
        schools = f" of {' '.join(sorted(account.school_ids))}" if account.school_ids else ""
        code = ", with a code" if account.totp else ""
        click.echo(f"{account.sign_in}: {account.name}, {account.role}{schools}, {account.state}{code}")
    click.echo(f"{len(found)} account(s).")


@accounts.command()
@store_option
@sign_in_option
def unlock(folder: Path, sign_in: str) -> None:
    """Let an account try again after too many failures."""
    from mirrors.access import open_access

    with told_plainly():
        there = open_access(folder).accounts
        there.unlock(console(), there.named(console(), sign_in).id)
    click.echo("The account may try again.")


@accounts.command()
@store_option
@sign_in_option
def close(folder: Path, sign_in: str) -> None:
    """Close an account for good; its sessions end."""
    from mirrors.access import open_access

    with told_plainly():
        there = open_access(folder).accounts
        there.close(console(), there.named(console(), sign_in).id)
    click.echo("The account is closed.")


@accounts.command("end-sessions")
@store_option
@click.option("--sign-in", "sign_in", metavar="NAME", help="E-mail address or user name of an account.")
@click.option(
    "--account", metavar="ID", help="Id of an account, as in the log; of the city's own sign-in too."
)
@click.option("--all", "everybody", is_flag=True, help="Everybody, by whatever door they came.")
def end_sessions(folder: Path, sign_in: str | None, account: str | None, everybody: bool) -> None:
    """Sign an account out everywhere, or everybody.

    Who came by the city's own sign-in may sign in anew as long as its provider lets them.
    """
    from mirrors.access import open_access

    if (sign_in is not None) + (account is not None) + everybody != 1:
        raise click.UsageError("say one of --sign-in, --account and --all")
    with told_plainly():
        access = open_access(folder)
        if everybody:
            access.sessions.end_everybody(console())
        else:
            known = account or access.accounts.named(console(), sign_in or "").id
            access.sessions.end_all(console(), known)
    who = "Everybody" if everybody else "The account"
    click.echo(f"{who} is signed out everywhere.")


def welcome_first(folder: Path, port: int, on_terminal: bool) -> None:
    """Print the link of the first administrator, where there is none and no demo door either.

    Only somebody who looks at a terminal is shown the link: what else is printed may be kept in a log.
    """
    from mirrors.access import open_access

    with told_plainly():
        access = open_access(folder)
        if not access.accounts.no_administrator_yet() or access.doors():
            return
        if not on_terminal:
            first_one = f"python -m mirrors accounts first --store {shlex.quote(str(folder))}"
            click.echo(f"There is no administrator yet. This prints a link to become it: {first_one}")
            return
        token = access.accounts.first_administrator()
    click.echo(f"There is no administrator yet. Become it here:\n{invitation_link(token, port)}\n{_GOOD_FOR}")
