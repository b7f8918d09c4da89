"""The server of the questionnaire, around the rest of the product: its addresses never reach Streamlit."""

import logging
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mirrors.answering import house
from mirrors.answering.entrance import Entrance
from mirrors.answering.questions import Questions
from mirrors.doors.address import PublicAddress
from mirrors.doors.headers import Headers

ANSWER = "/answer"
_LOOK = f"{ANSWER}/look"
_FOLDER = Path(__file__).with_name("look")
_LOG = logging.getLogger(__name__)


class Answering:
    """Answer requests for the questionnaire, and pass on all others."""

    def __init__(self, app: ASGIApp, address: PublicAddress) -> None:
        self._app = app
        self._pages = Headers(_router(address), address)
        self._files = StaticFiles(directory=_FOLDER)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; when the server starts and stops, look after what waits."""
        if scope["type"] == "lifespan":
            await self._app(scope, _looking_after(receive), send)
            return
        path = scope.get("path", "")
        if scope["type"] != "http" or not (path == ANSWER or path.startswith(f"{ANSWER}/")):
            await self._app(scope, receive, send)
        elif path.startswith(f"{_LOOK}/"):
            await self._file(path.removeprefix(f"{_LOOK}/"), scope, receive, send)
        else:
            await self._page(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = False

        async def noticed(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            # Without the app around it, the router answers what it does not know instead of raising it.
            await self._pages({name: scope[name] for name in scope if name != "app"}, receive, noticed)
        except Exception as error:
            # The words of an error may quote what was answered: the log gets its kind only.
            _LOG.error("a page of the questionnaire failed: %s", type(error).__name__)
            if not began:
                answer = PlainTextResponse("Please try again in a minute.", 503)
                await answer(scope, receive, send)

    async def _file(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        answer: Response
        if name in {path.name for path in _FOLDER.iterdir()} and scope["method"] in ("GET", "HEAD"):
            answer = await self._files.get_response(name, scope)
            answer.headers["Cache-Control"] = "max-age=3600"
        else:
            answer = PlainTextResponse("Not found", 404)
        answer.headers["X-Content-Type-Options"] = "nosniff"
        await answer(scope, receive, send)


def _looking_after(receive: Receive) -> Receive:
    async def received() -> Message:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await run_in_threadpool(house.start)
        elif message["type"] == "lifespan.shutdown":
            await run_in_threadpool(house.stop)
        return message

    return received


def _router(address: PublicAddress) -> Router:
    entrance, questions = Entrance(address), Questions(address)
    return Router(
        [
            Route(ANSWER, entrance.show, methods=["GET"]),
            Route(ANSWER, entrance.enter, methods=["POST"]),
            Route(f"{ANSWER}/opening", entrance.opening, methods=["GET"]),
            Route(f"{ANSWER}/stop", entrance.stop, methods=["POST"]),
            Route(f"{ANSWER}/thanks", entrance.thanks, methods=["GET"]),
            Route(f"{ANSWER}/help", entrance.help, methods=["GET"]),
            Route(f"{ANSWER}/page/{{page:int}}", questions.show, methods=["GET"]),
            Route(f"{ANSWER}/page/{{page:int}}", questions.take, methods=["POST"]),
        ]
    )
