"""Signing in with a name and a password, by a second factor where there is one, and by a demo door."""

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mirrors.access import (
    Door,
    Locked,
    MustChange,
    NeedsCode,
    NotAllowed,
    Outcome,
    Refused,
    SignedIn,
    WrongLink,
)
from mirrors.doors import house
from mirrors.doors.address import CITY_SIGN_IN, DEMO_DOOR, SIGN_IN, PublicAddress, local_path
from mirrors.doors.cookies import keep, session_name, session_token
from mirrors.doors.forms import ForeignForm, received
from mirrors.doors.paper import Field, Form, language, sheet
from mirrors.doors.passwords import ask_password
from mirrors.locale import Language
from mirrors.store import StoreTrouble


@dataclass(frozen=True)
class SignInDoor:
    """The sign-in page of a product that is known by `address`."""

    address: PublicAddress

    async def show(self, request: Request) -> Response:
        """Draw the sign-in page; who is signed in already goes on."""
        return await run_in_threadpool(self._show, request)

    async def sign_in(self, request: Request) -> Response:
        """Take the name and password, or the code that was asked for after them."""
        try:
            fields = await received(request, self.address)
        except ForeignForm:
            return await run_in_threadpool(self._page, request, foreign(language(request)), 403)
        return await run_in_threadpool(self._try, request, fields)

    async def demo(self, request: Request) -> Response:
        """Open one of the demo doors of the sample city."""
        try:
            fields = await received(request, self.address)
        except ForeignForm:
            return await run_in_threadpool(self._page, request, foreign(language(request)), 403)
        return await run_in_threadpool(self._open, request, fields)

    def _show(self, request: Request) -> Response:
        if house.at_the_door(session_token(request, self.address)) is not None:
            return RedirectResponse(local_path(request.query_params.get("next")), 303)
        return self._page(request)

    def _open(self, request: Request, fields: dict[str, str]) -> Response:
        door = next((door for door in house.open_doors() if door.id == fields.get("door")), None)
        try:
            token = house.here().sessions.open(door) if door is not None else ""
        except (NotAllowed, StoreTrouble):
            token = ""
        if not token:
            return self._page(request, language(request).text("This door is not open."), 403)
        return self._let_in(request, token, fields.get("next"))

    def _try(self, request: Request, fields: dict[str, str]) -> Response:
        say, accounts = language(request), house.here().accounts
        name, onward = fields.get("name", ""), local_path(fields.get("next"))
        host = request.client.host if request.client else ""
        if "waiting" not in fields:
            outcome = accounts.sign_in(name, fields.get("password", ""), None, host)
            return self._answer(request, outcome, name, onward)
        try:
            outcome = accounts.enter_code(fields["waiting"], fields.get("code", ""), host)
        except WrongLink:
            return self._page(request, say.text("That took too long. Please sign in again."), 401)
        if isinstance(outcome, Refused):
            wrong = _refused(outcome, say.text("That code is not right, or it was used before."), say)
            return self._ask_code(request, fields["waiting"], onward, wrong)
        return self._answer(request, outcome, name, onward)

    def _answer(self, request: Request, outcome: Outcome, name: str, onward: str) -> Response:
        match outcome:
            case SignedIn():
                return self._let_in(request, outcome.token, onward)
            case NeedsCode():
                return self._ask_code(request, outcome.token, onward)
            case MustChange():
                return ask_password(request, self.address, outcome.token)
            case _:
                say = language(request)
                wrong = say.text("The name and the password do not belong together.")
                return self._page(request, _refused(outcome, wrong, say), 401, name)

    def _let_in(self, request: Request, token: str, onward: str | None) -> Response:
        # A browser has one session at a time: the one before ends here, on a shared computer too.
        if before := session_token(request, self.address):
            house.here().sessions.end(before)
        answer = RedirectResponse(local_path(onward), 303)
        keep(answer, session_name(self.address), token, self.address)
        return answer

    def _ask_code(self, request: Request, waiting: str, onward: str, trouble: str = "") -> Response:
        say = language(request)
        code = Field("code", say.text("Code"), fill="one-time-code", focus=True)
        return sheet(
            request,
            self.address,
            "form.html",
            title=say.text("One more step"),
            status=401 if trouble else 200,
            opening=say.text("Type the six digits that the app on your phone shows now."),
            form=Form(SIGN_IN, say.text("Sign in"), (code,), (("waiting", waiting), ("next", onward))),
            told="",
            trouble=trouble,
            links=((say.text("Start again"), SIGN_IN),),
        )

    def _page(self, request: Request, trouble: str = "", status: int = 200, name: str = "") -> Response:
        say, onward = language(request), local_path(request.query_params.get("next"))
        boxes = (
            Field("name", say.text("E-mail address or user name"), fill="username", value=name),
            Field("password", say.text("Password"), "password", "current-password"),
        )
        told = say.text("You are signed out.") if "out" in request.query_params else ""
        return sheet(
            request,
            self.address,
            "sign_in.html",
            title=say.text("Sign in"),
            status=status,
            opening=say.text("A mirror is for the school it belongs to. Please say who you are."),
            form=Form(SIGN_IN, say.text("Sign in"), boxes, (("next", onward),)),
            told=told,
            trouble=trouble,
            provider=_provider(say),
            or_else=say.text("Or with an account of this product:"),
            no_account=say.text(
                "No account yet, or no password any more? Ask your administrator for a link."
            ),
            doors=[_drawn(door, onward, say) for door in house.open_doors()],
            demo_title=say.text("Demo: a synthetic city"),
            demo_opening=say.text(
                "No school here exists and no pupil was ever counted. Look around as one of three people, "
                "without a password."
            ),
        )


@dataclass(frozen=True)
class _DrawnDoor:
    form: Form
    sees: str


def _drawn(door: Door, onward: str, say: Language) -> _DrawnDoor:
    names = {
        "adviser": say.text("Demo: a city adviser"),
        "school_team": say.text("Demo: a school team"),
        "administrator": say.text("Demo: an administrator"),
    }
    sees = {
        "adviser": say.text("Sees the city, every mirror and the three short lists."),
        "school_team": say.text("Sees the mirror of one school, and no other."),
        "administrator": say.text("Brings files, publishes and looks after people; sees no mirror."),
    }
    hidden = (("door", door.id), ("next", onward))
    return _DrawnDoor(Form(DEMO_DOOR, names[door.id], hidden=hidden, quiet=True), sees[door.id])


def _provider(say: Language) -> tuple[str, str] | None:
    """Return the words and the address of the city's own sign-in, where it has one."""
    settings = house.open_provider()
    if settings is None:
        return None
    name = settings.title or say.text("your organisation")
    return say.text("Sign in with {provider}", provider=name), CITY_SIGN_IN


def _refused(outcome: Outcome, wrong: str, say: Language) -> str:
    match outcome:
        case Locked():
            return say.text("Too many attempts. Please wait a quarter of an hour.")
        case Refused(wait=wait) if wait > 0:
            return say.plural(
                "That is not right. Please wait {count} second before you try again.",
                "That is not right. Please wait {count} seconds before you try again.",
                wait,
            )
    return wrong


def foreign(say: Language) -> str:
    """Return what is said of a form that does not come from a page of ours."""
    return say.text("This form was open too long, or came from elsewhere. Please fill it in here once more.")
