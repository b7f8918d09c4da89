"""The reverse proxy of the documents (docs/nginx.conf), run by a real nginx with two processes behind it."""

import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.sync_api import Browser, expect

from mirrors.access import Role
from tests.browser.city_of_neighbours import build
from tests.browser.conftest import ROOT, free_port, serving
from tests.browser.walking import expect_charts_drawn, expect_no_exception, expect_settled
from tests.people import PASSWORD, person, send

NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed here: apt-get install nginx"),
]

CONFIGURATION = ROOT / "docs" / "nginx.conf"
_PATIENCE = 20


@dataclass(frozen=True)
class Behind:
    """The product behind nginx: its address by https, that of plain http, and where nginx keeps its log."""

    address: str
    plain: str
    log: Path


def certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate of this test for localhost; returns it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, secret = folder / "mirrors.pem", folder / "mirrors.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    kept = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, *kept))
    return pem, secret


def configuration(folder: Path, ports: dict[str, int]) -> Path:
    """Write the configuration of the documents, with the places that a city changes set for this test."""
    pem, key = certificate(folder)
    text = CONFIGURATION.read_text(encoding="utf-8")
    changes = {
        r"/etc/nginx/tls/mirrors\.pem": str(pem),
        r"/etc/nginx/tls/mirrors\.key": str(key),
        r"mirrors\.city\.example": "localhost",
        r"127\.0\.0\.1:8501": f"127.0.0.1:{ports['one']}",
        r"127\.0\.0\.1:8502": f"127.0.0.1:{ports['two']}",
        r"listen 443": f"listen 127.0.0.1:{ports['https']}",
        r"listen \[::\]:443": f"listen [::1]:{ports['https']}",
        r"listen 80": f"listen 127.0.0.1:{ports['http']}",
        r"listen \[::\]:80": f"listen [::1]:{ports['http']}",
        r"include mime\.types": "include /etc/nginx/mime.types",
        r"pid /run/nginx\.pid": f"pid {folder}/nginx.pid",
        r"/var/log/nginx/": f"{folder}/",
    }
    for before, after in changes.items():
        text, changed = re.subn(before, after, text)
        assert changed, before
    path = folder / "nginx.conf"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    """Return the small city, served by two processes behind nginx."""
    assert NGINX is not None
    folder = tmp_path_factory.mktemp("nginx")
    store = build(tmp_path_factory.mktemp("behind"))
    person(store, Role.ADVISER)
    person(store, Role.ADMINISTRATOR)
    ports = {name: free_port() for name in ("one", "two", "https", "http")}
    path = configuration(folder, ports)
    run = [NGINX, "-c", str(path), "-p", str(folder), "-e", str(folder / "start.log")]
    tested = subprocess.run([*run, "-t"], capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stderr
    address = f"https://localhost:{ports['https']}"
    settings = {
        "MIRRORS_PUBLIC_URL": address,
        "STREAMLIT_SERVER_COOKIE_SECRET": "the same in both processes, in this test only",
    }
    with ExitStack() as stack:
        for name in ("one", "two"):
            stack.enter_context(serving(store, ports[name], **settings))
        nginx = subprocess.Popen([*run, "-g", "daemon off;"], stderr=subprocess.DEVNULL)
        try:
            _wait(address)
            yield Behind(address, f"http://localhost:{ports['http']}", folder / "mirrors.log")
        finally:
            nginx.terminate()
            nginx.wait(timeout=10)


def client(address: str) -> httpx.Client:
    """Return somebody who comes by https and takes this test's certificate."""
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    return httpx.Client(base_url=address, verify=unchecked)


def _wait(address: str) -> None:
    end = monotonic() + _PATIENCE
    while monotonic() < end:
        try:
            with client(address) as somebody:
                if somebody.get("/_stcore/health").status_code == 200:
                    return
        except httpx.TransportError:
            pass
        sleep(0.1)
    raise TimeoutError(address)


def test_plain_http_leads_to_https(behind: Behind) -> None:
    answer = httpx.get(f"{behind.plain}/mirror?school=S1")
    assert answer.status_code == 301
    assert answer.headers["location"].startswith("https://localhost")


def test_the_headers_pass_and_the_name_of_the_server_does_not(behind: Behind) -> None:
    with client(behind.address) as somebody:
        answer = somebody.get("/sign-in")
    assert answer.headers["server"] == "nginx"
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    cookies = answer.headers.get_list("set-cookie")
    assert {cookie.split("=")[0] for cookie in cookies} == {"__Host-mirrors_form", "mirrors_node"}
    assert all("secure" in cookie.lower() and "httponly" in cookie.lower() for cookie in cookies)


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/openapi.json"])
def test_what_watches_the_process_is_not_there(behind: Behind, path: str) -> None:
    with client(behind.address) as somebody:
        assert somebody.get(path).status_code == 404


def test_scripts_come_small_and_may_be_kept(behind: Behind) -> None:
    with client(behind.address) as somebody:
        _sign_in(somebody)
        page = somebody.get("/").text
        script = re.search(r'src="\./(static/js/index[^"]+)"', page)
        assert script is not None
        answer = somebody.get(f"/{script[1]}")
    assert answer.headers["content-encoding"] == "gzip"
    assert "max-age" in answer.headers["cache-control"]


def test_the_log_keeps_no_questions(behind: Behind) -> None:
    with client(behind.address) as somebody:
        somebody.get("/mirror?school=S5-secret")
    sleep(0.2)
    said = behind.log.read_text(encoding="utf-8")
    assert "/mirror" in said
    assert "S5-secret" not in said


def test_guesses_are_slowed_down(behind: Behind) -> None:
    with client(behind.address) as somebody:
        answers = {somebody.get("/sign-in").status_code for _ in range(60)}
    assert answers == {200, 429}


def test_a_session_works_through_the_proxy_and_stays_with_its_process(
    behind: Behind, browser: Browser
) -> None:
    sleep(5)
    with browser.new_context(base_url=behind.address, ignore_https_errors=True, locale="en-GB") as context:
        page = context.new_page()
        page.goto("/mirror?school=S1&lang=en")
        page.get_by_label("E-mail address or user name").fill("adviser")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your absenteeism mirror")
        node = _node(context.cookies())
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your absenteeism mirror")
        expect_charts_drawn(page)
        expect_no_exception(page)
        assert _node(context.cookies()) == node
        assert {cookie["name"] for cookie in context.cookies() if cookie["secure"]} >= {
            "__Host-mirrors_session",
            "__Host-mirrors_form",
            "mirrors_node",
        }


def test_a_file_is_brought_through_the_proxy(behind: Behind, browser: Browser) -> None:
    sleep(5)
    with browser.new_context(base_url=behind.address, ignore_https_errors=True, locale="en-GB") as context:
        page = context.new_page()
        page.goto("/files?lang=en")
        page.get_by_label("E-mail address or user name").fill("administrator")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Bring files")
        large = b"school_id,units\n" + b"S1,oops\n" * 400_000
        page.locator("input[type=file]").set_input_files(
            {"name": "large.csv", "mimeType": "text/csv", "buffer": large}
        )
        read = page.get_by_role("button", name="Read and check")
        expect(read).to_be_enabled()
        read.click()
        expect(page.get_by_role("heading", level=2)).to_have_count(2)
        expect_settled(page)
        expect_no_exception(page)


def _sign_in(somebody: httpx.Client) -> None:
    answer = send(somebody, "/sign-in", "/sign-in", name="adviser", password=PASSWORD)
    assert answer.status_code == 303, answer.text


def _node(cookies: list) -> str:
    return next(cookie["value"] for cookie in cookies if cookie["name"] == "mirrors_node")
