"""The empty page that Streamlit's own script fills: given out in the language that the reader will read."""

from starlette.convertors import StringConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute, Route

from mirrors.doors.paper import language

_ROOT, _END = '<html lang="en">', "</head>"
_SCRIPTS = "".join(f'<script defer src="/doors/{name}.js"></script>' for name in ("language", "tables"))


class _PageAddress(StringConvertor):
    """The address of a page, such as ten-and-ten: never a file, nor an address of Streamlit's own."""

    regex = "[a-z]+(?:-[a-z]+)*"


register_url_convertor("page", _PageAddress())


class Shell:
    """Streamlit's page with the language of the reader at its root, where it always says English.

    One script of ours follows a language that is chosen later, one puts wide tables in reach of the keyboard.
    """

    def __init__(self, page: str) -> None:
        if page.count(_ROOT) != 1 or page.count(_END) != 1:
            raise ValueError("Streamlit's page is not as it was: nobody would be told its language")
        self._before, after = page.split(_ROOT)
        self._after = after.replace(_END, _SCRIPTS + _END)

    async def show(self, request: Request) -> HTMLResponse:
        """Answer with the page."""
        return HTMLResponse(f'{self._before}<html lang="{language(request).code}">{self._after}')


def shell_routes(page: str) -> list[BaseRoute]:
    """Return the addresses of all pages; raises ValueError when `page` is not as Streamlit's was."""
    shell = Shell(page)
    return [Route(path, shell.show, methods=["GET"]) for path in ("/", "/{name:page}")]
