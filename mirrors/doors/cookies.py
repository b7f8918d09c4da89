"""The cookies: who is signed in, which forms this browser was given, and what a city's sign-in left."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import HTTPConnection
from starlette.responses import Response

from mirrors.doors.address import PublicAddress

_SESSION, _FORM = "mirrors_session", "mirrors_form"
_HOST_ONLY = "__Host-"
OF_THE_CITY = "_streamlit_user"
"""How the names of the cookies begin that a city's own sign-in leaves."""

Claims = Callable[[Mapping[str, str]], Mapping[str, Any] | None]
"""What reads from cookies what a city's provider said of somebody: None unless its signature is ours."""


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


def from_the_city(request: HTTPConnection) -> tuple[str, ...]:
    """Return the names of the cookies by which a city's own sign-in is kept; a name proves nothing."""
    return tuple(name for name in request.cookies if name.startswith(OF_THE_CITY))


def forget_city(request: HTTPConnection, response: Response, address: PublicAddress) -> None:
    """Take back what a city's own sign-in left in the browser."""
    for name in from_the_city(request):
        response.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=address.is_https)


def forget_session(response: Response, address: PublicAddress) -> None:
    """Take the session's cookie back."""
    name = session_name(address)
    response.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=address.is_https)
