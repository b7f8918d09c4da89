"""What answers carry, what forms are taken, and what a cookie may do: asked without a browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from mirrors.access import Role
from tests.browser.conftest import serving
from tests.people import PASSWORD, demo_session, form_token, person, send

pytestmark = pytest.mark.browser

FONT = "/app/static/atkinson-hyperlegible-next-latin-wght-normal.woff2"
EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


@pytest.fixture
def stranger(served: str) -> Iterator[httpx.Client]:
    """Return somebody who is not signed in."""
    with httpx.Client(base_url=served) as client:
        yield client


@pytest.fixture
def adviser(served: str, sample_store: Path) -> Iterator[httpx.Client]:
    """Return the demo adviser."""
    cookies = {"mirrors_session": demo_session(sample_store, Role.ADVISER)}
    with httpx.Client(base_url=served, cookies=cookies) as client:
        yield client


def policy(answer: httpx.Response) -> dict[str, set[str]]:
    """Return the content policy of an answer: what each kind of part may come from."""
    parts = [part.split() for part in answer.headers["content-security-policy"].split(";")]
    return {part[0]: set(part[1:]) for part in parts if part}


@pytest.mark.parametrize("path", ["/", "/sign-in", "/mirror", FONT, "/doors/paper.css", "/_stcore/health"])
def test_every_answer_carries_the_headers(adviser: httpx.Client, path: str) -> None:
    answer = adviser.get(path)
    assert {name: answer.headers[name] for name in EVERYWHERE} == EVERYWHERE
    assert "camera=()" in answer.headers["permissions-policy"]
    assert policy(answer)["frame-ancestors"] == {"'none'"}
    assert policy(answer)["default-src"] == {"'none'"}
    kept = path in (FONT, "/doors/paper.css")
    assert ("no-store" in answer.headers.get("cache-control", "")) != kept


def test_a_page_runs_no_script_that_is_not_ours(adviser: httpx.Client, stranger: httpx.Client) -> None:
    page = policy(adviser.get("/mirror"))
    assert page["script-src"] - {"'self'"} == {
        source for source in page["script-src"] if source.startswith("'sha256-")
    }
    assert page["connect-src"] == {"'self'"}
    assert "script-src" not in policy(stranger.get("/sign-in")), "the forms run no script at all"


@pytest.mark.parametrize(
    "path", ["/", "/mirror?school=S0001", "/files", "/sign-infoo", "/doorsteps", "/media/x.csv"]
)
def test_a_stranger_is_shown_the_door(stranger: httpx.Client, path: str) -> None:
    answer = stranger.get(path)
    if path.startswith("/media/"):
        assert answer.status_code == 403
    else:
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")
    assert "stApp" not in answer.text


@pytest.mark.parametrize(
    "path", ["/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/script-health-check"]
)
def test_what_watches_the_server_is_nobody_s_business(adviser: httpx.Client, path: str) -> None:
    assert adviser.get(path).status_code == 404


def test_the_cookie_of_a_session_is_out_of_reach(stranger: httpx.Client) -> None:
    answer = send(stranger, "/sign-in", "/demo-door", door="adviser")
    [cookie] = [each for each in answer.headers.get_list("set-cookie") if each.startswith("mirrors_session=")]
    flags = {flag.strip().lower() for flag in cookie.split(";")[1:]}
    assert flags == {"httponly", "path=/", "samesite=lax"}


def test_by_https_the_cookies_are_bound_to_this_host(sample_store: Path) -> None:
    settings = {"MIRRORS_PUBLIC_URL": "https://mirrors.city.example"}
    with serving(sample_store, **settings) as address, httpx.Client(base_url=address) as client:
        client.headers["host"] = "mirrors.city.example"
        page = client.get("/sign-in")
        assert page.headers["strict-transport-security"].startswith("max-age=")
        [form] = page.headers.get_list("set-cookie")
        assert form.startswith("__Host-mirrors_form=")
        headers = {"origin": "https://mirrors.city.example", "cookie": form.split(";")[0]}
        fields = {"door": "adviser", "form_token": form_token(page.text)}
        answer = client.post("/demo-door", data=fields, headers=headers)
        [cookie] = answer.headers.get_list("set-cookie")
        flags = {flag.strip().lower() for flag in cookie.split(";")[1:]}
        assert cookie.startswith("__Host-mirrors_session=")
        assert flags == {"httponly", "path=/", "samesite=lax", "secure"}
        foreign = {**headers, "origin": address}
        assert client.post("/demo-door", data=fields, headers=foreign).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"origin": "http://["},
        {"origin": "OURS", "sec-fetch-site": "cross-site"},
        {"origin": "OURS", "sec-fetch-site": "same-site"},
    ],
)
@pytest.mark.parametrize("to", ["/sign-in", "/demo-door", "/sign-out", "/my-account"])
def test_a_form_from_elsewhere_is_refused(
    adviser: httpx.Client, served: str, to: str, headers: dict[str, str]
) -> None:
    before = dict(adviser.cookies)
    fields = {"door": "administrator", "form_token": form_token(adviser.get("/my-account").text)}
    told = {name: value.replace("OURS", served) for name, value in headers.items()}
    answer = adviser.post(to, data=fields, headers=told)
    assert answer.status_code == 403
    assert adviser.cookies["mirrors_session"] == before["mirrors_session"]
    assert adviser.get("/my-account").status_code == 200, "the session lives on"


@pytest.mark.parametrize("token", ["", "x" * 43, None])
def test_a_form_without_the_token_of_its_browser_is_refused(
    stranger: httpx.Client, served: str, token: str | None
) -> None:
    stranger.get("/sign-in")
    fields = {"door": "adviser"} if token is None else {"door": "adviser", "form_token": token}
    assert stranger.post("/demo-door", data=fields, headers={"origin": served}).status_code == 403
    assert "mirrors_session" not in stranger.cookies


def test_a_form_that_is_too_large_is_refused(stranger: httpx.Client, served: str) -> None:
    token = form_token(stranger.get("/sign-in").text)
    fields = {"form_token": token, "name": "x" * 100_000, "password": "y"}
    assert stranger.post("/sign-in", data=fields, headers={"origin": served}).status_code == 403


@pytest.mark.parametrize(
    "onward",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "/\\elsewhere.example",
        "\\\\elsewhere.example",
        "javascript:alert(1)",
        "/%0d%0aSet-Cookie:x=1\r\nSet-Cookie: x=1",
        "http:elsewhere.example",
    ],
)
def test_nobody_is_sent_on_to_another_site(stranger: httpx.Client, onward: str) -> None:
    answer = send(stranger, "/sign-in", "/demo-door", door="adviser", next=onward)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    assert "x" not in stranger.cookies


def test_who_came_for_a_page_is_sent_back_to_it(stranger: httpx.Client) -> None:
    asked = stranger.get("/mirror?school=S0001&year=2025-26").headers["location"]
    fields = {"door": "adviser", "next": "/mirror?school=S0001&year=2025-26"}
    assert 'value="/mirror?school=S0001&amp;year=2025-26"' in stranger.get(asked).text
    answer = send(stranger, asked, "/demo-door", **fields)
    assert answer.headers["location"] == "/mirror?school=S0001&year=2025-26"


def test_what_is_typed_comes_back_as_text(stranger: httpx.Client) -> None:
    answer = send(stranger, "/sign-in", "/sign-in", name='"><script>1</script>', password="nothing like it")
    assert answer.status_code == 401
    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_another_name_for_this_machine_is_not_answered(stranger: httpx.Client, served: str) -> None:
    assert stranger.get("/sign-in", headers={"host": "elsewhere.example"}).status_code == 421
    port = served.rsplit(":", 1)[1]
    with (
        pytest.raises(InvalidStatus),
        connect(
            f"ws://localhost:{port}/_stcore/stream",
            additional_headers={"Host": "elsewhere.example", "Origin": "http://elsewhere.example"},
        ),
    ):
        pass


def test_a_page_of_ours_may_connect_for_whoever_is_signed_in(served: str, adviser: httpx.Client) -> None:
    with connection(served, served, adviser.cookies["mirrors_session"]):
        pass


@pytest.mark.parametrize(
    "origin", [None, "null", "https://elsewhere.example", "http://localhost:1", "http://["]
)
def test_a_websocket_from_another_site_is_refused(
    served: str, adviser: httpx.Client, origin: str | None
) -> None:
    with (
        pytest.raises(InvalidStatus) as refused,
        connection(served, origin, adviser.cookies["mirrors_session"]),
    ):
        pass
    assert refused.value.response.status_code == 403


def connection(served: str, origin: str | None, token: str) -> ClientConnection:
    """Open a websocket with a session, as a page of `origin` would."""
    headers = {"Cookie": f"mirrors_session={token}"} | ({"Origin": origin} if origin else {})
    return connect(f"{served.replace('http', 'ws', 1)}/_stcore/stream", additional_headers=headers)


def test_the_name_of_a_city_s_cookie_opens_nothing(served: str) -> None:
    with httpx.Client(base_url=served, cookies={"_streamlit_user": "made-up"}) as client:
        files = {"file": ("a.csv", b"a,b\n1,2\n", "text/csv")}
        answer = client.put("/_stcore/upload_file/session/file", files=files)
        assert (answer.status_code, answer.text) == (403, "Sign in first")
        assert client.get("/media/x.csv").text == "Sign in first"
        assert client.get("/mirror").headers["location"] == "/sign-in?next=%2Fmirror"


def test_who_is_no_administrator_brings_no_file(adviser: httpx.Client) -> None:
    files = {"file": ("a.csv", b"a,b\n1,2\n", "text/csv")}
    answer = adviser.put("/_stcore/upload_file/session/file", files=files)
    assert (answer.status_code, answer.text) == (403, "Not for this account")


def test_a_file_without_streamlit_s_own_token_is_refused(served: str, sample_store: Path) -> None:
    files = {"file": ("a.csv", b"a,b\n1,2\n", "text/csv")}
    token = demo_session(sample_store, Role.ADMINISTRATOR)
    with httpx.Client(base_url=served, cookies={"mirrors_session": token}) as administrator:
        answer = administrator.put("/_stcore/upload_file/session/file", files=files)
    assert answer.status_code == 403
    assert "xsrf" in answer.text.lower()


def test_a_stranger_may_bring_no_file(stranger: httpx.Client) -> None:
    files = {"file": ("a.csv", b"a,b\n1,2\n", "text/csv")}
    assert stranger.put("/_stcore/upload_file/session/file", files=files).status_code == 403


def test_an_invitation_leads_to_a_session_and_works_once(tmp_path: Path) -> None:
    from tests.people import CONSOLE, access

    store = tmp_path / "store"
    person(store, Role.ADMINISTRATOR)
    token = access(store).accounts.invite(CONSOLE, "Vera", "vera@school.example", Role.ADVISER)
    link = f"/invitation?token={token}"
    with serving(store) as address, httpx.Client(base_url=address) as client:
        assert "Vera" in client.get(link).text
        assert "Vera" in client.get(link).text, "looking does not use it up"
        short = send(client, link, "/invitation", token=token, password="short", again="short")
        assert short.status_code == 400
        unlike = send(client, link, "/invitation", token=token, password=PASSWORD, again=PASSWORD[::-1])
        assert unlike.status_code == 400
        done = send(client, link, "/invitation", token=token, password=PASSWORD, again=PASSWORD)
        assert done.status_code == 200
        assert client.get(link).status_code == 410
        wrong = send(client, "/sign-in", "/sign-in", name="vera@school.example", password=PASSWORD[::-1])
        nobody = send(client, "/sign-in", "/sign-in", name="nobody@school.example", password=PASSWORD)
        assert (wrong.status_code, nobody.status_code) == (401, 401)
        assert _said(wrong) == _said(nobody), "nobody learns who has an account"
        into = send(client, "/sign-in", "/sign-in", name="Vera@School.example", password=PASSWORD)
        assert into.status_code == 303
        assert client.get("/").status_code == 200
        assert "Vera" in client.get("/my-account").text


def _said(answer: httpx.Response) -> str:
    found = re.search(r'role="alert">([^<]+)<', answer.text)
    assert found is not None
    return found[1]
