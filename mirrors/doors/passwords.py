"""Choosing a password: by an invitation, or because it has to be changed."""

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from mirrors.access import Weak, WeakPassword, WrongLink
from mirrors.access.passwords import SHORTEST
from mirrors.doors import house
from mirrors.doors.address import INVITATION, SIGN_IN, PublicAddress
from mirrors.doors.forms import ForeignForm, received
from mirrors.doors.paper import Field, Form, language, sheet
from mirrors.locale import Language


@dataclass(frozen=True)
class PasswordDoor:
    """The page that a one-time link opens."""

    address: PublicAddress

    async def show(self, request: Request) -> Response:
        """Ask for a password; looking at a link does not use it up."""
        token = request.query_params.get("token", "")
        return await run_in_threadpool(ask_password, request, self.address, token)

    async def choose(self, request: Request) -> Response:
        """Take the password, and the link is used up."""
        try:
            fields = await received(request, self.address)
        except ForeignForm:
            token = request.query_params.get("token", "")
            return await run_in_threadpool(ask_password, request, self.address, token)
        return await run_in_threadpool(self._accept, request, fields)

    def _accept(self, request: Request, fields: dict[str, str]) -> Response:
        say, token = language(request), fields.get("token", "")
        if fields.get("password") != fields.get("again"):
            return ask_password(request, self.address, token, say.text("The two are not the same."))
        try:
            house.here().accounts.accept(token, fields.get("password", ""))
        except WrongLink:
            return _worthless(request, self.address)
        except WeakPassword as refusal:
            return ask_password(request, self.address, token, weakness(refusal.why, say))
        return sheet(
            request,
            self.address,
            "form.html",
            title=say.text("Your password is set"),
            opening=say.text("Sign in with it now. The link that brought you here is used up."),
            form=None,
            told="",
            trouble="",
            links=((say.text("Sign in"), SIGN_IN),),
        )


def ask_password(request: Request, address: PublicAddress, token: str, trouble: str = "") -> Response:
    """Draw the form to choose a password by a one-time token."""
    try:
        account = house.here().accounts.invited(token)
    except WrongLink:
        return _worthless(request, address)
    say = language(request)
    return sheet(
        request,
        address,
        "form.html",
        title=say.text("Choose a password"),
        status=400 if trouble else 200,
        opening=say.text(
            "For {name}, who signs in as {sign_in}.", name=account.name, sign_in=account.sign_in
        ),
        form=Form(INVITATION, say.text("Set the password"), two_boxes(say), (("token", token),)),
        told="",
        trouble=trouble,
        links=(),
    )


def two_boxes(say: Language) -> tuple[Field, ...]:
    """Return the two boxes for a new password."""
    rule = say.text(
        "At least {count} characters; four or five words that do not belong together are easy to remember.",
        count=SHORTEST,
    )
    return (
        Field("password", say.text("New password"), "password", "new-password", rule),
        Field("again", say.text("Once more"), "password", "new-password"),
    )


def weakness(why: Weak, say: Language) -> str:
    """Return why a password is not taken, and what would do."""
    return {
        Weak.TOO_SHORT: say.text("That is too short: use {count} characters or more.", count=SHORTEST),
        Weak.TOO_LONG: say.text("That is too long."),
        Weak.COMMON: say.text("Many people use that one, so it is guessed first. Please choose another."),
        Weak.NAME: say.text("That is your name with little around it. Please choose another."),
    }[why]


def _worthless(request: Request, address: PublicAddress) -> Response:
    say = language(request)
    return sheet(
        request,
        address,
        "form.html",
        title=say.text("This link does not work any more"),
        status=410,
        opening=say.text("A link works once, and for seven days. Ask your administrator for a new one."),
        form=None,
        told="",
        trouble="",
        links=((say.text("Sign in"), SIGN_IN),),
    )
