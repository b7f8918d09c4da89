"""Who is looking at this page, asked anew at every run, and how they leave."""

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import streamlit as st

from mirrors.access import Event, Viewer
from mirrors.doors import house
from mirrors.doors.address import public_address
from mirrors.doors.cookies import session_name
from mirrors.locale import Language
from mirrors.views import StoreTrouble

_WHOSE, _SEEN = "whose page", "what was seen"
_LOOK_AGAIN = 20.0
"""Seconds after which an open page looks whether its reader is still signed in."""


class NotSignedIn(Exception):
    """Nobody is signed in here, or not any more."""


def session_token() -> str:
    """Return the token of the session that this page was opened in, or ""."""
    return st.context.cookies.get(session_name(public_address()), "")


def claims() -> Mapping[str, Any] | None:
    """Return what the city's own provider says of this reader; None when nobody came that way."""
    told = st.user.to_dict()
    return told if told.get("is_logged_in") else None


def somebody() -> Viewer | None:
    """Return who is looking, or None: whoever signed out elsewhere is nobody here too."""
    return house.viewer_of_both(session_token(), claims())


def viewer() -> Viewer:
    """Return who is looking; raises NotSignedIn."""
    found = somebody()
    if found is None:
        raise NotSignedIn
    return found


@st.fragment(run_every=_LOOK_AGAIN)
def watch(account: str) -> None:
    """Look by itself whether `account` is still signed in here; once it is not, the page is drawn anew.

    Without it a page would keep its figures on screen until the next click, long after its reader signed out
    in another window.
    """
    with suppress(StoreTrouble):
        found = house.viewer_of_both(session_token(), claims(), is_click=False)
        if found is None or found.account != account:
            st.rerun()


def administrator() -> Viewer:
    """Return who acts on the administrator's pages; raises NotSignedIn and NotAllowed."""
    found = viewer()
    found.require_administrator()
    return found


def role_words(role: str, say: Language) -> str:
    """Return a role in words."""
    return {
        "adviser": say.text("City adviser"),
        "school_team": say.text("School team"),
        "administrator": say.text("Administrator"),
    }[role]


def start_clean() -> None:
    """Forget what a page remembers when it is somebody else's now.

    A browser may come back to a page that it had left; it must not bring another reader to it.
    """
    told, here = claims() or {}, somebody()
    # One browser may hold a session that ended beside the sign-in of a city: who counts may change.
    account = here.account if here is not None else ""
    key = f"{session_token()} {told.get('iss')} {told.get('sub')} {account}"
    whose = hashlib.sha256(key.encode()).hexdigest()
    if st.session_state.get(_WHOSE, whose) != whose:
        st.session_state.clear()
    st.session_state[_WHOSE] = whose


def handed_over(
    name: str, require: Callable[[Viewer], None], make: Callable[[], bytes]
) -> Callable[[], bytes]:
    """Return what makes a file when its button is pressed, for whoever is signed in then.

    Streamlit calls it beside the page, where nothing is known of the reader any more.
    """
    return partial(house.handed_over, session_token(), claims(), name, require, make)


def sign_out() -> None:
    """End this session, in every window that it is open in."""
    told = claims()
    if token := session_token():
        house.here().sessions.end(token)
    if told is not None:
        house.here().sessions.end_provider(told, house.city_viewer(told))
        st.logout()


def saw(school_id: str, school_year: str, where: str, snapshot: str) -> None:
    """Write in the audit log that this reader saw a school, once a session, school, year and page."""
    _write_once(Event.SCHOOL_SEEN, school_id, where, school_year, snapshot)


def saw_list(where: str, snapshot: str) -> None:
    """Write in the audit log that this reader saw a list of schools, once a session, page and snapshot."""
    _write_once(Event.LIST_SEEN, "", where, snapshot)


def _write_once(event: Event, school_id: str, *about: str) -> None:
    seen: set[tuple[str, ...]] = st.session_state.setdefault(_SEEN, set())
    sight = (event.value, school_id, *about)
    if sight not in seen:
        house.here().audit.record(event, viewer(), school_id, " ".join(about).strip())
        seen.add(sight)
