"""The sheets of paper of the questionnaire, in the respondent's language, and their cookies."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from mirrors.answering import house
from mirrors.answering.sitting import Sitting, opened_done, opened_sitting, sealed_done, sealed_sitting
from mirrors.doors.address import PublicAddress
from mirrors.doors.paper import language
from mirrors.locale import LANGUAGES, Language

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PATH = "/answer"
_SITTING, _DONE = "mirrors_sitting", "mirrors_answered"
_A_WAVE = 100 * 24 * 3600
"""Seconds that a device remembers that it was answered on; longer than any wave."""


def sheet(request: Request, template: str, *, title: str, status: int = 200, **words: Any) -> HTMLResponse:
    """Return a filled-in template."""
    say = language(request)
    text = _TEMPLATES.get_template(template).render(
        title=title,
        language=say.code,
        languages=[(code, name, f"{request.url.path}?lang={code}") for code, name in LANGUAGES.items()],
        kept=kept(request),
        aloud=say.text("Read aloud"),
        quiet=say.text("Stop reading"),
        help_words=say.text("Somebody to talk to"),
        **words,
    )
    return HTMLResponse(text, status, headers={"Content-Security-Policy": _POLICY})


def printed(template: str, **words: Any) -> str:
    """Return a filled-in template for paper."""
    return _TEMPLATES.get_template(template).render(**words)


def kept(request: Request) -> str:
    """Return what every address ends with, so that the next page speaks the same language."""
    return f"?{urlencode({'lang': request.query_params['lang']})}" if "lang" in request.query_params else ""


def onward(request: Request, path: str) -> Response:
    """Send the browser on to another page of the questionnaire, which a reload then shows again."""
    return RedirectResponse(f"{_PATH}{path}{kept(request)}", 303)


def told(texts: dict[str, str], say: Language) -> str:
    """Return a text of a questionnaire in the reader's language, or in its first one."""
    return texts.get(say.code) or next(iter(texts.values()))


def sitting_of(request: Request) -> Sitting | None:
    """Return the sitting that this browser is in the middle of."""
    return opened_sitting(request.cookies.get(_SITTING, ""), house.key())


def keep_sitting(response: Response, sitting: Sitting, address: PublicAddress) -> None:
    """Have the browser keep a sitting, until it is closed at the latest."""
    _keep(response, _SITTING, sealed_sitting(sitting, house.key()), address)


def drop_sitting(response: Response) -> None:
    """Have the browser forget the sitting."""
    response.delete_cookie(_SITTING, path=_PATH, httponly=True, samesite="lax")


def done_here(request: Request) -> list[str]:
    """Return what was answered on this device: wave and group, the newest last."""
    return opened_done(request.cookies.get(_DONE, ""), house.key())


def keep_done(request: Request, response: Response, sitting: Sitting, address: PublicAddress) -> None:
    """Have the device remember that this was answered on it; nothing of that is kept here."""
    here = mark(sitting.wave, sitting.group)
    done = [*(one for one in done_here(request) if one != here), here]
    _keep(response, _DONE, sealed_done(done, house.key()), address, _A_WAVE)


def mark(wave_id: str, group: str) -> str:
    """Return the word for a group of a wave."""
    return f"{wave_id}/{group}"


def _keep(
    response: Response, name: str, value: str, address: PublicAddress, seconds: int | None = None
) -> None:
    response.set_cookie(
        name, value, seconds, path=_PATH, httponly=True, samesite="lax", secure=address.is_https
    )
