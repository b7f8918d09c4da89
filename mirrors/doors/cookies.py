"""The two cookies: who is signed in, and which forms this browser was given."""

from starlette.requests import HTTPConnection
from starlette.responses import Response

from mirrors.doors.address import PublicAddress

_SESSION, _FORM = "mirrors_session", "mirrors_form"
_HOST_ONLY = "__Host-"


def session_name(address: PublicAddress) -> str:
    """Return the name of the cookie that holds the session; by https the browser binds it to this host."""
    return _HOST_ONLY + _SESSION if address.is_https else _SESSION


def form_name(address: PublicAddress) -> str:
    """Return the name of the cookie that forms are checked against."""
    return _HOST_ONLY + _FORM if address.is_https else _FORM


def session_token(request: HTTPConnection, address: PublicAddress) -> str:
    """Return the token of this browser's session, or ""."""
    return request.cookies.get(session_name(address), "")


def keep(response: Response, name: str, value: str, address: PublicAddress) -> None:
    """Give the browser a cookie until it is closed, out of reach of scripts and of other sites' forms."""
    response.set_cookie(name, value, path="/", httponly=True, samesite="lax", secure=address.is_https)


def forget_session(response: Response, address: PublicAddress) -> None:
    """Take the session's cookie back."""
    name = session_name(address)
    response.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=address.is_https)
