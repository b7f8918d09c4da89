"""What `streamlit run` starts: the server around the front door, with the doors to sign in by beside it.

The script of the app lies in `pages/`, not here: with a `pages/` folder beside it, a fresh process would
answer a link such as /mirror by running that file alone, past the front door
(test_walks.test_the_first_reader_after_a_restart_may_come_by_a_deep_link).
"""

import os
import re
import tomllib
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from mirrors.answering import Answering
from mirrors.doors import Gate, Headers, public_address, routes

SECRETS = "MIRRORS_SECRETS"


def secrets() -> dict[str, object]:
    """Return the secrets of the file that MIRRORS_SECRETS names; without it, Streamlit reads its own."""
    named = os.environ.get(SECRETS)
    return tomllib.loads(Path(named).read_text(encoding="utf-8")) if named else {}


def script_hashes() -> list[str]:
    """Return the hashes of the scripts that Streamlit writes into its page, for the content policy."""
    page = (Path(st.__file__).with_name("static") / "index.html").read_text(encoding="utf-8")
    inline = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    return [b64encode(sha256(script.encode()).digest()).decode() for script in inline]


address = public_address()
app = st.App(
    "pages/front_door.py",
    routes=routes(address),
    middleware=[
        Middleware(Answering, address=address),
        Middleware(Headers, address=address, script_hashes=script_hashes()),
        Middleware(Gate, address=address),
    ],
    secrets=secrets(),
)
