"""A form is taken only from a page of ours that this browser was given."""

import secrets
from hmac import compare_digest

from starlette.datastructures import FormData
from starlette.requests import Request

from mirrors.doors.address import PublicAddress
from mirrors.doors.cookies import form_name

FIELD = "form_token"
_MOST_FIELDS, _LARGEST = 12, 16_384
_SHORTEST = 32


class ForeignForm(Exception):
    """The form does not come from a page of ours, or from one that was given to another browser."""


def form_token(request: Request, address: PublicAddress) -> str:
    """Return the token that this browser's forms carry: the one it has, or a new one."""
    known = request.cookies.get(form_name(address), "")
    return known if len(known) >= _SHORTEST else secrets.token_urlsafe(32)


async def received(request: Request, address: PublicAddress) -> dict[str, str]:
    """Return the fields of a form that was sent to us; raises ForeignForm."""
    if not (_is_ours(request, address) and _is_small(request)):
        raise ForeignForm
    form: FormData = await request.form(max_files=0, max_fields=_MOST_FIELDS)
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    known = request.cookies.get(form_name(address), "")
    if len(known) < _SHORTEST or not compare_digest(known.encode(), fields.get(FIELD, "").encode()):
        raise ForeignForm
    return fields


def _is_ours(request: Request, address: PublicAddress) -> bool:
    """Return whether the browser says that the form stands on a page of ours; silence counts as no."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    return address.is_origin(request.headers.get("origin"), request.headers.get("host", ""))


def _is_small(request: Request) -> bool:
    """Return whether the form says its size (bytes), and is no larger than ours can be."""
    length = request.headers.get("content-length", "")
    kind = request.headers.get("content-type", "").split(";")[0]
    return kind == "application/x-www-form-urlencoded" and length.isdecimal() and int(length) <= _LARGEST
