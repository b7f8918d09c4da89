"""The gate before every page: who is not signed in is shown the door, not the page.

The gate spares a stranger an empty page; it guards nothing by itself. Every run of a page asks again who is
looking, and every view refuses whoever may not see it.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from mirrors.access import NotAllowed, Viewer
from mirrors.doors import house
from mirrors.doors.address import (
    CITY_SIGN_IN,
    DEMO_DOOR,
    INVITATION,
    MY_ACCOUNT,
    SIGN_IN,
    SIGN_OUT,
    PublicAddress,
    to_sign_in,
)
from mirrors.doors.cookies import Claims, forget_session, from_the_city, session_token

_OPEN = ("/_stcore", "/static", "/app/static", "/doors", "/auth", "/favicon.png", "/oauth2callback")
_DOORS = (SIGN_IN, SIGN_OUT, DEMO_DOOR, INVITATION, MY_ACCOUNT)
_UPLOAD = "/_stcore/upload_file"
_FILES = ("/media", "/component", "/_stcore/bidi-components", _UPLOAD)
_NOBODY = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check")


class Gate:
    """Send a stranger who asks for a page to the sign-in page; give files to nobody who is not signed in.

    `claims` reads what a city's own provider said of a reader.
    """

    def __init__(self, app: ASGIApp, address: PublicAddress, claims: Claims) -> None:
        self._app, self._address, self._claims = app, address, claims

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what anybody may ask for, or somebody who is signed in asks for."""
        if scope["type"] == "http":
            answer = await run_in_threadpool(self._answer, HTTPConnection(scope))
            await (answer or self._app)(scope, receive, send)
        elif scope["type"] == "websocket" and not await run_in_threadpool(
            self._may_connect, HTTPConnection(scope)
        ):
            await send({"type": "websocket.close", "code": 4403})
        else:
            await self._app(scope, receive, send)

    def _answer(self, request: HTTPConnection) -> Response | None:
        path = request.scope["path"]
        if path.startswith(_NOBODY):
            return PlainTextResponse("Not found", 404)
        if path.startswith(_FILES):
            return self._refused_file(request, path)
        if _is_within(path, _OPEN + _DOORS) or self._may_try_the_city(request, path):
            return None
        token = session_token(request, self._address)
        if house.at_the_door(token) is not None:
            return None
        answer = RedirectResponse(to_sign_in(path, request.scope["query_string"].decode("latin-1")), 303)
        if token:
            forget_session(answer, self._address)
        return answer

    def _refused_file(self, request: HTTPConnection, path: str) -> Response | None:
        """Return why a file is neither given nor taken; only administrators bring files."""
        viewer = self._viewer(request)
        if viewer is None:
            return PlainTextResponse("Sign in first", 403)
        try:
            if path.startswith(_UPLOAD):
                viewer.require_administrator()
        except NotAllowed:
            return PlainTextResponse("Not for this account", 403)
        return None

    def _viewer(self, request: HTTPConnection) -> Viewer | None:
        token = session_token(request, self._address)
        return house.at_the_door(token, self._claims(request.cookies))

    def _may_try_the_city(self, request: HTTPConnection, path: str) -> bool:
        """Return whether the page may say how a city's sign-in went: the page itself asks who it is."""
        if not (_is_within(path, (CITY_SIGN_IN,)) or from_the_city(request)):
            return False
        return house.open_provider() is not None

    def _may_connect(self, request: HTTPConnection) -> bool:
        """Return whether a page may run: for whoever has a session, or to sign in at the city's provider."""
        if house.open_provider() is not None:
            return True
        return house.at_the_door(session_token(request, self._address)) is not None


def _is_within(path: str, places: tuple[str, ...]) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in places)
