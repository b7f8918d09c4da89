"""The doors apart from any server: addresses, and files that are handed over."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.types import Message, Receive, Scope, Send

from mirrors.access import Event, NotAllowed, Role, Viewer
from mirrors.doors import Gate, Headers, house, routes
from mirrors.doors.address import PublicAddress, local_path, public_address, to_sign_in
from tests import own_loop
from tests.people import ADMINISTRATOR, PASSWORD, access, form_token, session

HTTPS = public_address({"MIRRORS_PUBLIC_URL": "https://mirrors.city.example"})


@pytest.mark.parametrize("path", ["/", "/mirror", "/mirror?school=S1&year=2024-25", "/talk?name=%2F%2Fx"])
def test_a_path_of_ours_is_gone_on_to(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "mirror",
        "//x",
        "///x",
        "/\\x",
        "https://x",
        "javascript:1",
        "/a\nb",
        "/\tx",
        "/" + "a" * 2000,
    ],
)
def test_anything_else_leads_to_the_first_page(path: str | None) -> None:
    assert local_path(path) == "/"


def test_the_way_back_is_kept_in_the_address_of_the_door() -> None:
    assert to_sign_in("/", "") == "/sign-in"
    assert to_sign_in("/mirror", "school=S1&year=a") == "/sign-in?next=%2Fmirror%3Fschool%3DS1%26year%3Da"


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1", "[::1]:8501", "[::1]", "LOCALHOST"])
def test_this_machine_answers_to_its_own_names(host: str) -> None:
    assert PublicAddress().answers_to(host)


@pytest.mark.parametrize(
    "host", ["", "elsewhere.example", "localhost.elsewhere.example:80", "mirrors.city.example.x"]
)
def test_it_answers_to_no_other(host: str) -> None:
    assert not PublicAddress().answers_to(host)
    assert not HTTPS.answers_to(host)


def test_it_answers_to_the_name_that_readers_know() -> None:
    assert HTTPS.answers_to("mirrors.city.example")
    assert HTTPS.answers_to("Mirrors.City.Example:443")
    assert not PublicAddress().answers_to("mirrors.city.example")
    assert HTTPS.is_https
    assert not PublicAddress().is_https


@pytest.mark.parametrize("named", ["mirrors.city.example", "ftp://mirrors", "https://"])
def test_a_public_address_that_is_none_is_refused_at_the_start(named: str) -> None:
    with pytest.raises(ValueError, match="MIRRORS_PUBLIC_URL"):
        public_address({"MIRRORS_PUBLIC_URL": named})


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the store that is served."""
    monkeypatch.setenv("MIRRORS_STORE", str(tmp_path))
    return tmp_path


def handed(token: str) -> bytes:
    """Return a file for administrators, asked for with a session."""
    return house.handed_over(token, None, "findings.csv", Viewer.require_administrator, lambda: b"1,2")


def test_a_file_that_is_taken_along_is_in_the_log(store: Path) -> None:
    assert handed(session(store, Role.ADMINISTRATOR)) == b"1,2"
    [row] = access(store).audit.search(ADMINISTRATOR, event=Event.EXPORTED).rows
    assert row.detail == "findings.csv 3 bytes"


def test_who_signed_out_since_the_button_was_drawn_gets_no_file(store: Path) -> None:
    token = session(store, Role.ADMINISTRATOR)
    access(store).sessions.end(token)
    for asked in (token, "", "invented"):
        with pytest.raises(NotAllowed):
            handed(asked)
    with pytest.raises(NotAllowed):
        handed(session(store, Role.ADVISER))
    assert not access(store).audit.search(ADMINISTRATOR, event=Event.EXPORTED).rows


OURS = "http://localhost"
_AT = int(time.time())
_A_DAY = 86_400
"""A sign-in must not expire while the suite waits for its turn."""
UPLOAD, MEDIA = "/_stcore/upload_file/session/file", "/media/x.csv"
PROVIDER = (
    "issuer: https://id.city.example\nrole_claim: role\nroles: {adviser: adviser, admin: administrator}\n"
)


async def rest(scope: Scope, receive: Receive, send: Send) -> None:
    """Stand for everything behind the gate; it fails where it is asked to."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": 1000})
        return
    if scope["path"] == "/static/fails":
        raise RuntimeError("secret words")
    await PlainTextResponse("the rest")(scope, receive, send)


def signed(cookies: Mapping[str, str]) -> dict[str, Any] | None:
    """Read a city's cookie: a role that stands behind our signature."""
    name, _, role = cookies.get("_streamlit_user", "").partition(":")
    told = {"iss": "https://id.city.example", "sub": "anna", "role": role, "iat": _AT, "exp": _AT + _A_DAY}
    return told if name == "signed" else None


class Visitor:
    """A browser at the doors, with cookies."""

    def __init__(self, cookies: dict[str, str]) -> None:
        self.jar = httpx.Cookies(cookies)
        address = public_address({})
        guards = [Middleware(Headers, address=address), Middleware(Gate, address=address, claims=signed)]
        self.app = Starlette(routes=[*routes(address, signed), Mount("/", rest)], middleware=guards)

    def ask(self, method: str, path: str, **how: Any) -> httpx.Response:
        """Send one request, as a page of ours does, and keep the cookies of the answer."""

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            headers = {"Origin": OURS, **how.pop("headers", {})}
            async with httpx.AsyncClient(transport=transport, base_url=OURS, cookies=self.jar) as client:
                answer = await client.request(method, path, headers=headers, **how)
                self.jar = client.cookies
                return answer

        return own_loop.run(asked())

    def get(self, path: str) -> httpx.Response:
        """Ask for an address."""
        return self.ask("GET", path)

    def put(self, path: str) -> httpx.Response:
        """Bring a file."""
        return self.ask("PUT", path)

    def post(self, path: str, **how: Any) -> httpx.Response:
        """Send a form."""
        return self.ask("POST", path, **how)


def visitor(**cookies: str) -> Visitor:
    """Return a browser at the doors, with these cookies."""
    return Visitor(cookies)


def may_connect(client: Visitor, origin: str | None = OURS) -> bool:
    """Return whether a page of `origin` may open a connection."""
    cookies = "; ".join(f"{name}={value}" for name, value in client.jar.items())
    named = {"host": "localhost", "cookie": cookies} | ({} if origin is None else {"origin": origin})
    scope = {
        "type": "websocket",
        "path": "/_stcore/stream",
        "root_path": "",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }
    told: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        told.append(message)

    own_loop.run(client.app(scope, receive, send))
    return bool(told[0]["type"] == "websocket.accept")


@pytest.mark.parametrize("provider", ["", PROVIDER, "issuer: [", "nothing: known"])
def test_a_cookie_that_only_has_the_name_gives_no_file(store: Path, provider: str) -> None:
    (store / "access.yaml").write_text(provider, encoding="utf-8")
    client = visitor(_streamlit_user="made-up")
    assert client.put(UPLOAD).status_code == 403
    assert client.get(MEDIA).status_code == 403


@pytest.mark.parametrize("provider", ["nothing at all", "issuer: [", "nothing: known"])
def test_without_a_provider_a_city_s_cookie_counts_for_nothing(store: Path, provider: str) -> None:
    if provider != "nothing at all":
        (store / "access.yaml").write_text(provider, encoding="utf-8")
    client = visitor(_streamlit_user="signed:admin")
    assert client.put(UPLOAD).status_code == 403
    assert client.get("/mirror").headers["location"].startswith("/sign-in")
    assert client.get("/city-sign-in").headers["location"].startswith("/sign-in")
    assert not may_connect(client)


@pytest.mark.parametrize(
    ("role", "upload", "media"), [("admin", 200, 200), ("adviser", 403, 200), ("x", 403, 403)]
)
def test_a_sign_in_of_the_city_counts_by_its_signature(
    store: Path, role: str, upload: int, media: int
) -> None:
    (store / "access.yaml").write_text(PROVIDER, encoding="utf-8")
    client = visitor(_streamlit_user=f"signed:{role}")
    assert client.put(UPLOAD).status_code == upload
    assert client.get(MEDIA).status_code == media
    assert client.get("/mirror").text == "the rest", "the page says itself what is wrong"


def test_only_an_administrator_brings_files(store: Path) -> None:
    allowed = {
        role: visitor(mirrors_session=session(store, role)).put(UPLOAD).status_code
        for role in Role
        if role is not Role.SCHOOL_TEAM
    }
    assert allowed == {Role.ADVISER: 403, Role.ADMINISTRATOR: 200}
    assert visitor(mirrors_session=session(store, Role.ADVISER)).get(MEDIA).text == "the rest"


def test_a_page_connects_for_whoever_has_a_session_only(store: Path) -> None:
    token = session(store, Role.ADVISER)
    assert may_connect(visitor(mirrors_session=token))
    assert not may_connect(visitor())
    assert not may_connect(visitor(mirrors_session="x" * 43))
    access(store).sessions.end(token)
    assert not may_connect(visitor(mirrors_session=token))
    (store / "access.yaml").write_text(PROVIDER, encoding="utf-8")
    assert may_connect(visitor()), "to go on to the city's provider"


@pytest.mark.parametrize(
    "origin", [None, "", "null", "http://[", "ftp://localhost", "http://localhost:1", "http://x"]
)
def test_a_connection_from_elsewhere_is_refused(store: Path, origin: str | None) -> None:
    client = visitor(mirrors_session=session(store, Role.ADVISER))
    assert may_connect(client)
    assert not may_connect(client, origin)


@pytest.mark.parametrize(
    ("origin", "ours"),
    [
        ("https://mirrors.city.example", True),
        ("https://Mirrors.City.example:443", True),
        ("http://mirrors.city.example", False),
        ("https://mirrors.city.example:8443", False),
        ("https://mirrors.city.example:x", False),
        ("https://localhost", False),
        ("http://[", False),
        ("null", False),
        ("", False),
        (None, False),
    ],
)
def test_behind_a_public_address_only_its_own_origin_counts(origin: str | None, ours: bool) -> None:
    assert HTTPS.is_origin(origin, "mirrors.city.example") == ours


@pytest.mark.parametrize(
    "path", ["/sign-infoo", "/demo-doors", "/staticky", "/authors", "/my-account2", "/doors2"]
)
def test_what_only_begins_like_a_door_is_none(store: Path, path: str) -> None:
    assert visitor().get(path).headers["location"].startswith("/sign-in?next=")
    assert visitor().get("/doors/paper.css").status_code == 200


def test_an_origin_that_is_no_address_is_a_foreign_form(store: Path) -> None:
    client = visitor()
    fields = {"form_token": form_token(client.get("/sign-in").text), "name": "a", "password": "b"}
    assert client.post("/sign-in", data=fields, headers={"Origin": "http://["}).status_code == 403
    assert client.post("/sign-in", data=fields).status_code == 401


def test_settings_that_cannot_be_read_leave_the_rest_of_the_sign_in_page(store: Path) -> None:
    (store / "access.yaml").write_text(PROVIDER, encoding="utf-8")
    assert "city-sign-in" in visitor().get("/sign-in").text
    (store / "access.yaml").write_text("issuer: [", encoding="utf-8")
    page = visitor().get("/sign-in")
    assert page.status_code == 200
    assert "city-sign-in" not in page.text


def test_damaged_facts_open_no_door_and_leave_the_rest_of_the_sign_in_page(store: Path) -> None:
    (store / "facts.duckdb").write_bytes(b"no store at all" * 1000)
    client = visitor()
    page = client.get("/sign-in")
    assert page.status_code == 200
    assert 'value="adviser"' not in page.text
    fields = {"form_token": form_token(page.text), "door": "adviser"}
    assert client.post("/demo-door", data=fields).status_code == 403


def test_an_error_carries_the_headers_and_tells_nothing(store: Path) -> None:
    answer = visitor().get("/static/fails")
    assert answer.status_code == 503
    assert "secret" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_signing_out_ends_the_sign_in_of_the_city_too(store: Path) -> None:
    (store / "access.yaml").write_text(PROVIDER, encoding="utf-8")
    client = visitor(_streamlit_user="signed:admin", _streamlit_user_1="more", mirrors_other="x")
    assert client.put(UPLOAD).status_code == 200
    fields = {"form_token": form_token(client.get("/sign-in").text)}
    answer = client.post("/sign-out", data=fields)
    taken = {each.split("=")[0] for each in answer.headers.get_list("set-cookie") if "Max-Age=0" in each}
    assert taken == {"mirrors_session", "_streamlit_user", "_streamlit_user_1"}
    outs = access(store).audit.search(ADMINISTRATOR, event=Event.SIGN_OUT).rows
    assert len(outs) == 1
    assert visitor(_streamlit_user="signed:admin").put(UPLOAD).status_code == 403


def test_a_session_that_ended_leaves_the_sign_in_of_the_city_good(store: Path) -> None:
    (store / "access.yaml").write_text(PROVIDER, encoding="utf-8")
    token = session(store, Role.ADVISER)
    client = visitor(mirrors_session=token, _streamlit_user="signed:admin")
    assert client.put(UPLOAD).status_code == 403, "the session here counts first"
    access(store).sessions.end(token)
    assert client.put(UPLOAD).status_code == 200
    assert visitor(mirrors_session="x" * 43, _streamlit_user="signed:admin").put(UPLOAD).status_code == 200


def test_who_came_by_the_city_s_sign_in_ends_it_everywhere(store: Path) -> None:
    (store / "access.yaml").write_text(PROVIDER, encoding="utf-8")
    here, elsewhere = (visitor(_streamlit_user="signed:admin") for _ in range(2))
    page = here.get("/my-account")
    assert page.status_code == 200
    assert 'name="proof"' not in page.text, "nothing here has a password"
    assert elsewhere.put(UPLOAD).status_code == 200
    fields = {"form_token": form_token(page.text), "everywhere": "1"}
    assert here.post("/sign-out", data=fields).headers["location"].startswith("/sign-in")
    assert elsewhere.put(UPLOAD).status_code == 403
    assert elsewhere.get("/my-account").status_code == 303
    ended = access(store).audit.search(ADMINISTRATOR, event=Event.SESSIONS_ENDED).rows
    assert [row.who.partition(":")[0] for row in ended] == ["city"]


def test_a_code_is_set_up_with_the_password(store: Path) -> None:
    client = visitor(mirrors_session=session(store, Role.ADVISER))
    page = client.get("/my-account").text
    fields = {"form_token": form_token(page), "what": "start"}
    assert 'class="code"' not in client.post("/my-account", data=fields).text
    refused = client.post("/my-account", data={**fields, "proof": "a guess of somebody's"})
    assert refused.status_code == 400
    assert 'class="code"' not in refused.text
    assert 'class="code"' in client.post("/my-account", data={**fields, "proof": PASSWORD}).text


def test_an_open_page_of_the_city_s_sign_in_puts_off_no_end(store: Path) -> None:
    (store / "access.yaml").write_text(PROVIDER, encoding="utf-8")
    claims = signed({"_streamlit_user": "signed:admin"})
    assert house.viewer_of_both("", claims, is_click=False) is not None
    assert not access(store).sessions.city_people(ADMINISTRATOR)
    assert house.viewer_of_both("", claims) is not None
    assert [each.sessions for each in access(store).sessions.city_people(ADMINISTRATOR)] == [1]
