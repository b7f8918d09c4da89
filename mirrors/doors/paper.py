"""The sheets of paper at the door: plain HTML in the reader's language, which works without a script."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from mirrors.doors.address import PublicAddress
from mirrors.doors.cookies import form_name, keep
from mirrors.doors.forms import FIELD, form_token
from mirrors.doors.headers import FORM_POLICY
from mirrors.locale import LANGUAGES, Language, best_language

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Field:
    """One box of a form; `kind` is the type of an HTML input, `fill` what a browser may fill in."""

    name: str
    label: str
    kind: str = "text"
    fill: str = "off"
    help: str = ""
    value: str = ""
    focus: bool = False


@dataclass(frozen=True)
class Form:
    """One form: where it goes, its boxes and its button; `hidden` travels along."""

    action: str
    button: str
    fields: tuple[Field, ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    quiet: bool = False


def language(request: Request) -> Language:
    """Return the language of this reader: that of the link, or the first one of the browser that we speak."""
    if asked := request.query_params.get("lang"):
        return best_language(asked)
    wishes = request.headers.get("accept-language", "").split(",")
    codes = [wish.split(";")[0].strip().replace("_", "-").split("-")[0].lower() for wish in wishes]
    return best_language(next((code for code in codes if code in LANGUAGES), None))


def sheet(
    request: Request,
    address: PublicAddress,
    template: str,
    *,
    title: str,
    status: int = 200,
    **words: Any,
) -> HTMLResponse:
    """Return a filled-in template; the browser keeps the token that the forms on it carry."""
    say, token = language(request), form_token(request, address)
    text = _TEMPLATES.get_template(template).render(
        title=title,
        language=say.code,
        languages=[(code, name, _in_language(request, code)) for code, name in LANGUAGES.items()],
        field_name=FIELD,
        form_token=token,
        keep_language=_kept(request),
        **words,
    )
    response = HTMLResponse(text, status, headers={"Content-Security-Policy": FORM_POLICY})
    keep(response, form_name(address), token, address)
    return response


def _in_language(request: Request, code: str) -> str:
    asked = {name: value for name, value in request.query_params.items() if name != "lang"}
    return f"{request.url.path}?{urlencode({**asked, 'lang': code})}"


def _kept(request: Request) -> str:
    """Return what the address of every form ends with, so that the answer speaks the same language."""
    return f"?{urlencode({'lang': request.query_params['lang']})}" if "lang" in request.query_params else ""
