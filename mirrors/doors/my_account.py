"""My account: sign out here or everywhere, another password, and a code from an app beside it."""

from collections.abc import Callable
from dataclasses import dataclass

import segno
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mirrors.access import (
    Account,
    NotAllowed,
    TotpStart,
    Viewer,
    WeakPassword,
    WrongAccount,
    WrongSecret,
)
from mirrors.doors import house
from mirrors.doors.address import MY_ACCOUNT, SIGN_IN, SIGN_OUT, PublicAddress, to_sign_in
from mirrors.doors.cookies import Claims, forget_city, forget_session, session_token
from mirrors.doors.forms import ForeignForm, received
from mirrors.doors.paper import Field, Form, language, sheet
from mirrors.doors.passwords import two_boxes, weakness
from mirrors.doors.signing_in import foreign
from mirrors.locale import Language

Act = Callable[[Viewer, dict[str, str]], None]

_PROOF = "proof"
"""The box for the password of whoever sets up a code."""


@dataclass(frozen=True)
class Part:
    """One part of the page: what it is for, and its form; `picture` is a QR code that holds `key`."""

    title: str
    opening: str
    form: Form
    picture: str = ""
    alt: str = ""
    key: str = ""


@dataclass(frozen=True)
class MyAccountDoor:
    """The page on which people look after their own account."""

    address: PublicAddress
    claims: Claims

    async def show(self, request: Request) -> Response:
        """Draw the page of whoever is signed in."""
        return await run_in_threadpool(self._show, request)

    async def change(self, request: Request) -> Response:
        """Do what a form of the page asks for."""
        try:
            fields = await received(request, self.address)
        except ForeignForm:
            return await run_in_threadpool(self._show, request, "", foreign(language(request)), 403)
        return await run_in_threadpool(self._change, request, fields)

    async def sign_out(self, request: Request) -> Response:
        """End this session, or all sessions of the account."""
        try:
            fields = await received(request, self.address)
        except ForeignForm:
            return await run_in_threadpool(self._show, request, "", foreign(language(request)), 403)
        return await run_in_threadpool(self._sign_out, request, "everywhere" in fields)

    def _sign_out(self, request: Request, everywhere: bool) -> Response:
        token, sessions = session_token(request, self.address), house.here().sessions
        told = self.claims(request.cookies)
        viewer = house.at_the_door(token, told)
        of_the_city = house.at_the_door("", told)
        if everywhere and viewer is not None:
            sessions.end_all(viewer, viewer.account, token)
        sessions.end(token)
        if told is not None:
            sessions.end_provider(told, of_the_city)
        answer = self._out()
        forget_city(request, answer, self.address)
        return answer

    def _out(self) -> Response:
        answer = RedirectResponse(f"{SIGN_IN}?out=1", 303)
        forget_session(answer, self.address)
        return answer

    def _change(self, request: Request, fields: dict[str, str]) -> Response:
        viewer = self._viewer(request)
        if viewer is None:
            return RedirectResponse(SIGN_IN, 303)
        say, accounts, what = language(request), house.here().accounts, fields.get("what")
        try:
            if what == "password":
                if fields.get("password") != fields.get("again"):
                    return self._page(request, viewer, trouble=say.text("The two are not the same."))
                accounts.change_password(viewer, fields.get("old", ""), fields.get("password", ""))
                return self._out()
            if what == "start":
                start = accounts.start_totp(viewer, fields.get(_PROOF, ""))
                return self._page(request, viewer, start=start)
            if what == "confirm":
                accounts.confirm_totp(viewer, fields.get("code", ""))
                return self._page(request, viewer, say.text("A code is asked for from now on."))
            if what == "drop":
                accounts.drop_totp(viewer, viewer.account, fields.get("code", ""))
                return self._page(request, viewer, say.text("No code is asked for any more."))
        except WeakPassword as refusal:
            return self._page(request, viewer, trouble=weakness(refusal.why, say))
        except WrongSecret:
            return self._page(request, viewer, trouble=say.text("That is not right. Please try again."))
        except (NotAllowed, WrongAccount):
            return self._page(request, viewer, trouble=say.text("Not for this account"))
        return self._page(request, viewer)

    def _show(self, request: Request, told: str = "", trouble: str = "", status: int = 200) -> Response:
        viewer = self._viewer(request)
        if viewer is None:
            return RedirectResponse(to_sign_in(MY_ACCOUNT, ""), 303)
        return self._page(request, viewer, told, trouble, status=status)

    def _viewer(self, request: Request) -> Viewer | None:
        return house.at_the_door(session_token(request, self.address), self.claims(request.cookies))

    def _page(
        self,
        request: Request,
        viewer: Viewer,
        told: str = "",
        trouble: str = "",
        *,
        start: TotpStart | None = None,
        status: int = 200,
    ) -> Response:
        say = language(request)
        return sheet(
            request,
            self.address,
            "my_account.html",
            title=say.text("My account"),
            status=400 if trouble and status == 200 else status,
            opening=say.text("You are signed in as {name}.", name=viewer.name),
            told=told,
            trouble=trouble,
            sign_out=Form(SIGN_OUT, say.text("Sign out")),
            back=say.text("Back to the figures"),
            parts=_parts(viewer, start, say),
        )


def _parts(viewer: Viewer, start: TotpStart | None, say: Language) -> list[Part]:
    everywhere = Part(
        say.text("Sign out everywhere"),
        say.text("Ends every session of this account, on every computer and phone."),
        Form(SIGN_OUT, say.text("Sign out everywhere"), hidden=(("everywhere", "1"),), quiet=True),
    )
    try:
        account = house.here().accounts.own(viewer)
    except NotAllowed:
        # Demo doors and people of the city's own sign-in have no account here.
        return [everywhere]
    return [everywhere, _password(say), _code(account, start, say)]


def _present(name: str, say: Language) -> Field:
    return Field(name, say.text("Present password"), "password", "current-password")


def _password(say: Language) -> Part:
    return Part(
        say.text("Another password"),
        say.text("Every session of this account ends; you sign in again with the new one."),
        Form(
            MY_ACCOUNT,
            say.text("Change the password"),
            (_present("old", say), *two_boxes(say)),
            (("what", "password"),),
            quiet=True,
        ),
    )


def _code(account: Account, start: TotpStart | None, say: Language) -> Part:
    title = say.text("A code from your phone")
    code = Field("code", say.text("Code"), fill="one-time-code")
    if account.totp:
        opening = say.text("It is on: after the password, a code is asked for.")
        return Part(
            title,
            opening,
            Form(MY_ACCOUNT, say.text("Ask no more"), (code,), (("what", "drop"),), quiet=True),
        )
    if start is None:
        opening = say.text("A second lock: an app on your phone shows six digits that change all the time.")
        set_up = Form(
            MY_ACCOUNT, say.text("Set it up"), (_present(_PROOF, say),), (("what", "start"),), quiet=True
        )
        return Part(title, opening, set_up)
    return Part(
        title,
        say.text("Point the app at this picture, or type the letters below it. Then type the code it shows."),
        Form(MY_ACCOUNT, say.text("Confirm"), (code,), (("what", "confirm"),)),
        segno.make(start.address, error="m").svg_data_uri(scale=4, border=2),
        say.text("The secret for the app, as a picture"),
        start.secret,
    )
