"""Three hundred pupils answer at the same time: the light form, and the same questions as a Streamlit page.

Each pupil has a browser's worth of HTTP: the code, the opening, thirteen pages of the short form and the
thanks, with a pause to read and think before every page (exponential, 5 s on average: hard use, a real pupil
takes about 20 s). The light form is served as it is in use, by the same process as the rest of the product.
Beside it a Streamlit page with the same questions, one form a page so that a page costs one run, its pupils
connected by real websockets; the garbage collector is frozen as in the product. Server and pupils share the
machine's two cores.

The time of a page runs from the tap on "Next" until the next page is there; what a browser needs to draw it
is left out, for Streamlit also the 2.7 MB that its pages begin with. A sheet is lost when its pupil was
thanked and it is not among the answers of the wave. Run: .venv/bin/python bench/answering.py [--quick]
"""

import asyncio
import json
import os
import random
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import httpx
import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from mirrors.access import Role, Viewer
from mirrors.survey.collecting import open_collecting
from mirrors.survey.handing_over import answers_of
from mirrors.survey.questionnaire import load_questionnaire
from mirrors.survey.wave import Invited

ROOT = Path(__file__).resolve().parents[1]
GROUP = "pupils_12_18"
TEAM = Viewer(Role.SCHOOL_TEAM, frozenset({"S1"}), "bench", "bench:team")
PUBLISHER = Viewer(Role.ADMINISTRATOR, name="bench", account="bench:publisher")
PUPILS, QUICK_PUPILS = 300, 40
THINKING, ARRIVING = 5.0, 20.0
"""Seconds: the mean pause before a page, and the time over which a school's classes begin."""

PATIENCE = 120.0
NO_SECRETS = ssl.create_default_context()
"""Made once: each pupil would else spend the processor on making one."""

PAGES = 13
GOALS = {
    "lost": "0 with 300 pupils on two cores",
    "errors": "0",
    "p95_ms": "under 500, so that nobody taps twice",
}

STREAMLIT_PAGE = """
import gc, json, sys
import streamlit as st
sys.path.insert(0, {root!r})
from mirrors.survey.questionnaire import load_questionnaire

@st.cache_resource
def asked():
    questionnaire = load_questionnaire({group!r})
    gc.collect(); gc.freeze()
    return questionnaire

questionnaire = asked()
pages = questionnaire.by_theme("short")
page = st.session_state.setdefault("page", 0)
answers = st.session_state.setdefault("answers", {{}})
if page < len(pages):
    theme, items = pages[page]
    scale = questionnaire.scales
    with st.form(f"page{{page}}"):
        st.title(theme.title["en"])
        st.progress((page + 1) / (len(pages) + 1), f"Page {{page + 1}} of {{len(pages) + 1}}")
        chosen = {{}}
        for item in items:
            options = [option["en"] for option in scale[item.scale].options]
            options.append(questionnaire.rather_not["en"])
            chosen[item.id] = st.radio(item.text["en"], options, index=None, key=item.id)
        if st.form_submit_button("Next"):
            answers.update(chosen)
            st.session_state["page"] += 1
            st.rerun()
elif page == len(pages):
    with st.form("places"):
        st.title("To finish")
        chosen = [place.id for place in questionnaire.places if st.checkbox(place.text["en"], key=place.id)]
        if st.form_submit_button("Send"):
            with open({out!r}, "a") as out:
                out.write(json.dumps({{**answers, "places": chosen}}) + "\\n")
            st.session_state["page"] += 1
            st.rerun()
else:
    st.title(questionnaire.closing.thanks["en"])
"""


@dataclass
class Walked:
    """What the pupils met: seconds a page, how many were thanked, and what went wrong."""

    pages: list[float] = field(default_factory=list)
    thanked: int = 0
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Measured:
    """The figures of one technique."""

    p50_ms: float
    p95_ms: float
    pages: int
    errors: int
    lost: int
    cpu_ms_a_page: float
    seconds: float


async def all_pupils(number: int, one: Callable[[Walked, random.Random], Awaitable[None]]) -> Walked:
    """Let so many pupils answer, beginning one after another within a short time."""
    walked = Walked()

    async def pupil(seed: int) -> None:
        dice = random.Random(seed)
        await asyncio.sleep(dice.uniform(0, ARRIVING))
        try:
            await asyncio.wait_for(one(walked, dice), 20 * PATIENCE)
            walked.thanked += 1
        except Exception as error:
            walked.errors.append(f"{type(error).__name__}: {error}")

    await asyncio.gather(*(pupil(seed) for seed in range(number)))
    return walked


async def think(dice: random.Random) -> None:
    """Read and think."""
    await asyncio.sleep(dice.expovariate(1 / THINKING))


def light_pupil(address: str, code: str) -> Callable[[Walked, random.Random], Awaitable[None]]:
    """Return a pupil of the light form."""

    async def walk(walked: Walked, dice: random.Random) -> None:
        # The server closes what is idle for five seconds; like a browser, a pupil then connects anew.
        kept = httpx.Limits(keepalive_expiry=2.0)
        async with httpx.AsyncClient(
            base_url=address, timeout=PATIENCE, limits=kept, verify=NO_SECRETS
        ) as client:
            for path in ("/answer", "/doors/paper.css", "/answer/look/answer.css", "/answer/look/answer.js"):
                (await client.get(path)).raise_for_status()
            page = await _sent(walked, client, "/answer", {"code": code})
            page = await client.get("/answer/page/1")
            for _ in range(PAGES):
                await think(dice)
                names = set(re.findall(r'type="radio" name="([^"]+)"', page.text))
                chosen = {name: str(dice.randrange(5)) for name in names} or {"place": "gate"}
                page = await _sent(walked, client, page.url, {**chosen, "to": "next"})
            if "/thanks" not in str(page.url):
                raise RuntimeError(f"ended at {page.url}")

    return walk


async def _sent(
    walked: Walked, client: httpx.AsyncClient, to: httpx.URL | str, fields: dict[str, str]
) -> httpx.Response:
    start = time.perf_counter()
    page = await client.post(to, data=fields, follow_redirects=True)
    page.raise_for_status()
    walked.pages.append(time.perf_counter() - start)
    return page


def streamlit_pupil(address: str) -> Callable[[Walked, random.Random], Awaitable[None]]:
    """Return a pupil of the Streamlit page."""

    async def walk(walked: Walked, dice: random.Random) -> None:
        async with connect(
            address.replace("http", "ws") + "/_stcore/stream",
            origin=address,
            subprotocols=[Subprotocol("streamlit")],
            max_size=None,
            compression=None,
            open_timeout=PATIENCE,
        ) as wire:
            widgets, title = await _run(wire, [])
            for _ in range(PAGES):
                await think(dice)
                start = time.perf_counter()
                widgets, title = await _run(wire, [_filled(each, dice) for each in widgets])
                walked.pages.append(time.perf_counter() - start)
            if widgets or not title:
                raise RuntimeError(f"ended at {title!r}")

    return walk


def _filled(widget: tuple[str, str, list[str]], dice: random.Random) -> WidgetState:
    kind, name, options = widget
    if kind == "radio":
        return WidgetState(id=name, string_value=dice.choice(options))
    if kind == "checkbox":
        return WidgetState(id=name, bool_value=options == ["The school gate"])
    return WidgetState(id=name, trigger_value=True)


async def _run(
    wire: ClientConnection, states: list[WidgetState]
) -> tuple[list[tuple[str, str, list[str]]], str]:
    """Send the widgets, and return those of the page that comes, with its title."""
    asked = BackMsg()
    asked.rerun_script.widget_states.widgets.extend(states)
    await wire.send(asked.SerializeToString())
    widgets: list[tuple[str, str, list[str]]] = []
    title = ""
    while True:
        frame = ForwardMsg()
        frame.ParseFromString(await asyncio.wait_for(wire.recv(decode=False), PATIENCE))
        kind = frame.WhichOneof("type")
        if kind == "new_session":
            widgets, title = [], ""
        if kind == "delta":
            element = frame.delta.new_element
            match element.WhichOneof("type"):
                case "radio":
                    widgets.append(("radio", element.radio.id, list(element.radio.options)))
                case "checkbox":
                    widgets.append(("checkbox", element.checkbox.id, [element.checkbox.label]))
                case "button":
                    widgets.append(("button", element.button.id, []))
                case "heading":
                    title = element.heading.body
        if kind == "script_finished" and frame.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            return widgets, title


@asynccontextmanager
async def serving(command: list[str], port: int) -> AsyncIterator[tuple[str, int]]:
    """Serve in a process of its own; yield its address and process id."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, cwd=ROOT, **quiet)
    try:
        address = f"http://localhost:{port}"
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
                break
            except OSError:
                await asyncio.sleep(0.1)
        yield address, server.pid
    finally:
        server.terminate()
        server.wait(timeout=30)


def processor_seconds(process: int) -> float:
    """Return the time that a process has had of the processors."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


async def measure_light(number: int, folder: Path) -> Measured:
    """Return the figures of the light form."""
    here, today = open_collecting(folder), date.today()
    opened = here.waves.open(
        TEAM, "S1", "2025-26", "short", (today, today + timedelta(days=3)), [Invited(GROUP, number)]
    )
    port = free_port()
    command = [sys.executable, "-m", "mirrors", "serve", "--store", str(folder), "--port", str(port)]
    async with serving(command, port) as (address, process):
        before, start = processor_seconds(process), time.perf_counter()
        walked = await all_pupils(number, light_pupil(address, opened.codes[0].code))
        spent, took = processor_seconds(process) - before, time.perf_counter() - start
    here.waves.close(TEAM, opened.wave.id)
    arrived = int(answers_of(folder, PUBLISHER, opened.wave.id).invited["answered"].sum())
    return _measured(walked, arrived, spent, took)


async def measure_streamlit(number: int, folder: Path) -> Measured:
    """Return the figures of the Streamlit page."""
    script, out, port = folder / "page.py", folder / "out.jsonl", free_port()
    script.write_text(STREAMLIT_PAGE.format(root=str(ROOT), group=GROUP, out=str(out)), encoding="utf-8")
    options = ["--server.port", str(port), "--server.headless", "true"]
    command = [sys.executable, "-m", "streamlit", "run", str(script), *options]
    async with serving(command, port) as (address, process):
        before, start = processor_seconds(process), time.perf_counter()
        walked = await all_pupils(number, streamlit_pupil(address))
        spent, took = processor_seconds(process) - before, time.perf_counter() - start
    arrived = len(out.read_text().splitlines()) if out.exists() else 0
    return _measured(walked, arrived, spent, took)


def _measured(walked: Walked, arrived: int, spent: float, took: float) -> Measured:
    milliseconds = 1000 * np.array(walked.pages or [np.nan])
    p50, p95 = np.nanpercentile(milliseconds, [50, 95])
    for error, times in sorted({each: walked.errors.count(each) for each in walked.errors}.items())[:5]:
        print(f"  {times} x {error}")
    number = len(walked.pages)
    lost = max(walked.thanked - arrived, 0)
    cpu = 1000 * spent / max(number, 1)
    return Measured(float(p50), float(p95), number, len(walked.errors), lost, cpu, took)


def main() -> None:
    """Measure both, print a table, and the figures as one JSON line."""
    number = QUICK_PUPILS if "--quick" in sys.argv else PUPILS
    if len(load_questionnaire(GROUP).by_theme("short")) + 1 != PAGES:
        raise SystemExit(f"the short form has not {PAGES} pages any more")
    with tempfile.TemporaryDirectory() as folder:
        light = asyncio.run(measure_light(number, Path(folder) / "store"))
    with tempfile.TemporaryDirectory() as folder:
        streamlit = asyncio.run(measure_streamlit(number, Path(folder)))
    print(f"{number} pupils{'':18} {'light form':>12} {'Streamlit':>12}")
    for name in ("p50_ms", "p95_ms", "cpu_ms_a_page", "pages", "errors", "lost", "seconds"):
        print(f"{name:28} {getattr(light, name):12.1f} {getattr(streamlit, name):12.1f}")
    figures = {
        "pupils": number,
        "p50_ms": light.p50_ms,
        "p95_ms": light.p95_ms,
        "errors": light.errors,
        "lost": light.lost,
        "streamlit_errors": streamlit.errors,
        "streamlit_lost": streamlit.lost,
        "streamlit_p50_over_light": streamlit.p50_ms / light.p50_ms,
        "streamlit_p95_over_light": streamlit.p95_ms / light.p95_ms,
        "streamlit_cpu_over_light": streamlit.cpu_ms_a_page / light.cpu_ms_a_page,
    }
    rounded = {name: round(value, 2) for name, value in figures.items()}
    print(json.dumps({"bench": "answering", "figures": rounded, "goals": GOALS}))


if __name__ == "__main__":
    main()
