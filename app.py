"""What `streamlit run` starts: the server around the front door, with the doors to sign in by beside it.

The script of the app lies in `pages/`, not here: with a `pages/` folder beside it, a fresh process would
answer a link such as /mirror by running that file alone, past the front door
(test_walks.test_the_first_reader_after_a_restart_may_come_by_a_deep_link).
"""

import json
import os
import re
import tomllib
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from mirrors.answering import Answering
from mirrors.doors import Gate, Headers, public_address, routes, shell_routes

SECRETS = "MIRRORS_SECRETS"


def secrets() -> dict[str, object]:
    """Return the secrets of the file that MIRRORS_SECRETS names; without it, Streamlit reads its own."""
    named = os.environ.get(SECRETS)
    return tomllib.loads(Path(named).read_text(encoding="utf-8")) if named else {}


def script_hashes(page: str) -> list[str]:
    """Return the hashes of the scripts that Streamlit writes into its page, for the content policy."""
    inline = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    return [b64encode(sha256(script.encode()).digest()).decode() for script in inline]


def city_claims(cookies: Mapping[str, str]) -> dict[str, Any] | None:
    """Return what the city's provider said of whoever has these cookies; None unless signed by us."""
    secret = get_cookie_secret()
    told = get_cookie_with_chunks(
        lambda name: decode_signed_value(secret, name, cookies.get(name, "")), USER_COOKIE_NAME
    )
    claims = json.loads(told) if told else {}
    return claims if claims.get("is_logged_in") else None


address = public_address()
page = (Path(st.__file__).with_name("static") / "index.html").read_text(encoding="utf-8")
app = st.App(
    "pages/front_door.py",
    routes=[*routes(address, city_claims), *shell_routes(page)],
    middleware=[
        Middleware(Answering, address=address),
        Middleware(Headers, address=address, script_hashes=script_hashes(page)),
        Middleware(Gate, address=address, claims=city_claims),
    ],
    secrets=secrets(),
)
