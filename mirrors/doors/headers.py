"""What every answer tells the browser: where its parts may come from, and that nobody may frame it."""

from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mirrors.doors.address import PublicAddress

STATIC = ("/static/", "/app/static/", "/doors/", "/favicon.png")
"""Files that are the same for everybody and may be kept; all else is not."""

_PERMISSIONS = (
    *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "microphone", "midi"),
    *("payment", "screen-wake-lock", "usb", "xr-spatial-tracking"),
)
_A_YEAR = 31_536_000
_FAILED = PlainTextResponse("Please try again in a minute.", 503)


def page_policy(script_hashes: Sequence[str]) -> str:
    """Return what a page of figures may load: all from here.

    Streamlit writes its styles into the page, keeps pictures and downloads as blobs, and starts its page
    with a script of one line, which is let in by its hash. Nothing may be evaluated from text.
    """
    inline = " ".join(f"'sha256-{each}'" for each in script_hashes)
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {inline}".strip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "media-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


FORM_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""What a form at the door may load: no script at all."""


class Headers:
    """Put the headers on every answer; answer nobody who asks for another host or from another site."""

    def __init__(self, app: ASGIApp, address: PublicAddress, script_hashes: Sequence[str] = ()) -> None:
        self._app, self._address = app, address
        self._fixed = {
            "Content-Security-Policy": page_policy(script_hashes),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": ", ".join(f"{name}=()" for name in _PERMISSIONS),
        }
        if address.is_https:
            self._fixed["Strict-Transport-Security"] = f"max-age={_A_YEAR}; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; the answer gets the headers that it has not set itself."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if not self._is_for_us(scope):
            await _refuse(scope, receive, send)
            return
        began = False

        async def send_with_headers(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                self._write(MutableHeaders(scope=message), scope["path"])
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:
            if scope["type"] == "http" and not began:
                await _FAILED(scope, receive, send_with_headers)
            # The server writes it in its log.
            raise

    def _is_for_us(self, scope: Scope) -> bool:
        """Return whether our own host is asked and, where a connection stays open, by a page of ours."""
        asked = HTTPConnection(scope).headers
        host = asked.get("host", "")
        if not self._address.answers_to(host):
            return False
        return scope["type"] == "http" or self._address.is_origin(asked.get("origin"), host)

    def _write(self, headers: MutableHeaders, path: str) -> None:
        for name, value in self._fixed.items():
            headers.setdefault(name, value)
        if not path.startswith(STATIC):
            headers["Cache-Control"] = "no-store"


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    plain = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 421, "headers": plain})
    await send({"type": "http.response.body", "body": b"This server does not answer to that name."})
