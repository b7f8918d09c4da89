"""What somebody sees who is not signed in here: the way to the door, and nothing else."""

import streamlit as st

from mirrors.doors import house
from mirrors.doors.address import SIGN_IN
from pages import page, reader


def show() -> None:
    """Say that nobody is signed in here any more, and where to sign in."""
    say = page.language()
    if reader.claims() is None:
        st.title(say.text("You are signed out"), anchor=False)
        st.markdown(say.text("Your session has ended. What stood here is not shown any more."))
    else:
        st.title(say.text("You cannot go on yet"), anchor=False)
        st.markdown(
            say.text(
                "Your organisation knows you, but this sign-in has ended, or nobody has said what you may "
                "see here. Sign in again; if that does not help, ask your administrator."
            )
        )
        if st.button(say.text("Sign out"), key="sign out"):
            reader.sign_out()
    st.html(f'<a href="{SIGN_IN}" target="_self">{say.text("Sign in")}</a>')


def sign_in_with_the_city() -> None:
    """Send the reader to the city's own provider, which sends them back signed in."""
    say = page.language()
    provider = house.provider()
    if provider is None:
        show()
        return
    st.title(say.text("Sign in"), anchor=False)
    st.markdown(
        say.text(
            "One moment: you go on to {provider}.",
            provider=page.plain(provider.title or say.text("your organisation")),
        )
    )
    # A section of its own lets a city ask its provider for more, such as a way to sign in (acr_values).
    if "city" in st.secrets["auth"]:
        st.login("city")
    else:
        st.login()
