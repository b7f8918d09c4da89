"""The gate before every page: who is not signed in is shown the door, not the page.

The gate spares a stranger an empty page; it guards nothing by itself. Every run of a page asks again who is
looking, and every view refuses whoever may not see it.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

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
from mirrors.doors.cookies import forget_session, session_token

_OF_THE_CITY = "_streamlit_user"
_OPEN = ("/_stcore/", "/static/", "/app/static/", "/doors/", "/auth/", "/favicon.png", "/oauth2callback")
_DOORS = (SIGN_IN, SIGN_OUT, DEMO_DOOR, INVITATION, MY_ACCOUNT, CITY_SIGN_IN)
_FILES = ("/media/", "/_stcore/upload_file")
_NOBODY = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check")


class Gate:
    """Send a stranger who asks for a page to the sign-in page; give files to nobody who is not signed in."""

    def __init__(self, app: ASGIApp, address: PublicAddress) -> None:
        self._app, self._address = app, address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what anybody may ask for, or somebody who is signed in asks for."""
        answer = await self._answer(scope) if scope["type"] == "http" else None
        await (answer or self._app)(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response | None:
        path = scope["path"]
        if path.startswith(_NOBODY):
            return PlainTextResponse("Not found", 404)
        is_file = path.startswith(_FILES)
        if not is_file and path.startswith(_OPEN + _DOORS):
            return None
        request = HTTPConnection(scope)
        token = session_token(request, self._address)
        if _OF_THE_CITY in request.cookies:
            return None
        if await run_in_threadpool(house.somebody, token) is not None:
            return None
        if is_file:
            return PlainTextResponse("Sign in first", 403)
        answer = RedirectResponse(to_sign_in(path, scope["query_string"].decode("latin-1")), 303)
        if token:
            forget_session(answer, self._address)
        return answer
