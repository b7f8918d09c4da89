"""What a page of the questionnaire sends: small, and from a page of ours."""

from urllib.parse import parse_qs

from starlette.requests import Request

from mirrors.doors.address import PublicAddress

_LARGEST, _MOST_FIELDS = 8_192, 60

Fields = dict[str, list[str]]


class ForeignForm(Exception):
    """The form is none of ours, or stands on a page elsewhere."""


async def received(request: Request, address: PublicAddress) -> Fields:
    """Return the fields of a form that was sent to us; raises ForeignForm."""
    length = request.headers.get("content-length", "")
    kind = request.headers.get("content-type", "").split(";")[0]
    is_small = length.isdecimal() and int(length) <= _LARGEST
    if not (is_small and kind == "application/x-www-form-urlencoded" and _is_ours(request, address)):
        raise ForeignForm
    try:
        return parse_qs((await request.body()).decode(), max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise ForeignForm from error


def first(fields: Fields, name: str) -> str:
    """Return the first value of a field, or ""."""
    return fields.get(name, [""])[0]


def _is_ours(request: Request, address: PublicAddress) -> bool:
    """Return whether nothing says that the form stands elsewhere.

    Old telephones say nothing; from elsewhere the browser would not send the cookie of a sitting either.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True
    return address.is_origin(origin, request.headers.get("host", ""))
