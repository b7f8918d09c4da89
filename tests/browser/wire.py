"""A reader without a browser, who may send what no browser would: Streamlit's own messages by websocket."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

_PATIENCE = 60.0


@dataclass(frozen=True)
class Answer:
    """Everything that came back from one run."""

    frames: tuple[ForwardMsg, ...]

    @property
    def elements(self) -> list[Element]:
        """The elements that were drawn."""
        return [frame.delta.new_element for frame in self.frames if frame.delta.HasField("new_element")]

    @property
    def title(self) -> str:
        """The first heading of the page, or ""."""
        return next((each.heading.body for each in self.elements if each.HasField("heading")), "")

    @property
    def pages(self) -> dict[str, str]:
        """The pages that the browser was told of: the hash of each, by its address."""
        told = [page for frame in self.frames for page in frame.navigation.app_pages]
        return {f"/{page.url_pathname}": page.page_script_hash for page in told}

    def holds(self, text: str) -> bool:
        """Return whether `text` stands anywhere in what came back, as it is or with its marks escaped."""
        forms = {text, text.replace("-", "\\-"), text.replace(".", "\\."), text.replace(" ", "\u00a0")}
        return any(form.encode() in frame for form in forms for frame in self._raw)

    @property
    def _raw(self) -> list[bytes]:
        return [frame.SerializeToString() for frame in self.frames]


@dataclass
class Wire:
    """One connection; `run` sends a request and reads on until the run has ended."""

    socket: ClientConnection
    widgets: dict[str, WidgetState] = field(default_factory=dict)

    def run(
        self,
        page: str = "",
        query: str = "",
        *,
        page_hash: str = "",
        widgets: tuple[WidgetState, ...] = (),
    ) -> Answer:
        """Ask for a page by its address, or by its hash, with a query and the values of widgets."""
        asked = BackMsg()
        asked.rerun_script.page_name = page.strip("/")
        asked.rerun_script.page_script_hash = page_hash
        asked.rerun_script.query_string = f"lang=en&{query}".rstrip("&")
        asked.rerun_script.widget_states.widgets.extend(widgets)
        self.socket.send(asked.SerializeToString())
        return Answer(tuple(self._frames()))

    def _frames(self) -> Iterator[ForwardMsg]:
        while True:
            frame = ForwardMsg()
            received = self.socket.recv(timeout=_PATIENCE)
            assert isinstance(received, bytes)
            frame.ParseFromString(received)
            yield frame
            if frame.WhichOneof("type") == "script_finished" and (
                frame.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
            ):
                return


@contextmanager
def wire(address: str, token: str | None = None) -> Iterator[Wire]:
    """Yield a connection to the product at `address` with a session's token, or without one."""
    host = address.removeprefix("http://")
    headers = {"Origin": address}
    if token is not None:
        headers["Cookie"] = f"mirrors_session={token}"
    with connect(
        f"ws://{host}/_stcore/stream",
        subprotocols=[Subprotocol("streamlit")],
        additional_headers=headers,
        max_size=None,
        compression=None,
    ) as socket:
        yield Wire(socket)


def selected(widget: str, value: str) -> WidgetState:
    """Return what a browser sends when somebody chose `value` in a box; it need not be one of its options."""
    return WidgetState(id=widget, string_value=value)
