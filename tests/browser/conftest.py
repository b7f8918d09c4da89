"""A served sample city and a browser to read it with."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from mirrors.access import Role
from tests.people import demo_session

ROOT = Path(__file__).resolve().parents[2]
QUIET = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_PATIENCE = 60

# A page may be slow on a busy machine; how fast it is, is measured in bench/.
expect.set_options(timeout=30_000)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_healthy(address: str, server: subprocess.Popen[bytes]) -> None:
    """Return when the server at `address` answers; raises when it stopped or took too long."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError(f"the server stopped with exit code {server.returncode}")
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise TimeoutError(f"no answer from {address} in {_PATIENCE} s")


@contextmanager
def serving(store: Path, port: int | None = None, **settings: str) -> Iterator[str]:
    """Serve `store` in a fresh process as a reader gets it, with these environment variables too.

    Yields the address.
    """
    port = port or free_port()
    command = [sys.executable, "-m", "mirrors", "serve", "--store", str(store), "--port", str(port)]
    server = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://localhost:{port}"
        wait_until_healthy(address, server)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=10)


@pytest.fixture(scope="session")
def served(sample_store: Path) -> Iterator[str]:
    """Return the address of the sample city, served for all walks."""
    with serving(sample_store) as address:
        yield address


@pytest.fixture
def served_afresh(sample_store: Path) -> Iterator[str]:
    """Return the address of the sample city in a process that nobody has visited yet."""
    with serving(sample_store) as address:
        yield address


def signed_in(token: str) -> dict[str, Any]:
    """Return what a browser keeps of a session: its cookie."""
    cookie = {"name": "mirrors_session", "value": token, "domain": "localhost", "path": "/"}
    flags = {"expires": -1, "httpOnly": True, "secure": False, "sameSite": "Lax"}
    return {"cookies": [{**cookie, **flags}], "origins": []}


@pytest.fixture(scope="session")
def browser_context_args(
    browser_context_args: dict[str, Any], served: str, sample_store: Path
) -> dict[str, Any]:
    """Return what pages are opened with: the sample city, read by its demo adviser."""
    adviser = signed_in(demo_session(sample_store, Role.ADVISER))
    return {**browser_context_args, "storage_state": adviser}


@pytest.fixture(scope="session")
def base_url(served: str) -> str:
    """Return the address that pages are opened under."""
    return served


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Launch the Chromium of this machine, without calls of its own."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.fail("the browser tests need Chromium: apt-get install chromium, or set CHROMIUM=/path/to/it")
    return {**browser_type_launch_args, "executable_path": found, "args": QUIET}


@pytest.fixture
def asked(page: Page) -> list[str]:
    """Return the addresses the page asks for, as they are asked."""
    addresses: list[str] = []

    def note(request: Request) -> None:
        addresses.append(request.url)

    page.on("request", note)
    return addresses
