"""The front door: who is here, in which language, and the pages they get."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from mirrors.access import NotAllowed, Viewer
from mirrors.definitions.reading import DefinitionError
from mirrors.locale import Language
from mirrors.views import NoSnapshot, StoreTrouble
from pages import (
    administration,
    checklist,
    city,
    funnel,
    how_we_compare,
    mirror,
    page,
    reader,
    safety,
    safety_city,
    schools,
    signed_out,
    talk,
    ten_and_ten,
    waves,
)

_NAME = "School Mirrors"


@dataclass(frozen=True)
class Sheet:
    """One page of the product: its address and title, what draws it, and who may open it.

    What is `of_team` is in the menu of teams only: others come to it from the mirror of a school.
    """

    address: str
    title: str
    show: Callable[[], None]
    may_open: Callable[[Viewer], bool]
    in_menu: bool = True
    of_team: bool = False


def open_door() -> None:
    """Draw what stands above every page, then the page that the address asks for."""
    st.set_page_config(page_title=_NAME, initial_sidebar_state="collapsed")
    reader.start_clean()
    page.style_sheet()
    top = st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="top"
    )
    menu = top.container(horizontal=True, width="content", key="menu")
    with top, st.container(horizontal=True, vertical_alignment="center", width="content", key="who"):
        say = page.choose_language()
        here = reader.somebody()
        if here is not None:
            _who_is_here(here, say)
    sheets = _sheets(say)
    asked = st.navigation(_registered(sheets, here), position="hidden")
    if here is not None:
        for one in _open_to(sheets, here):
            if one.in_menu and not (one.of_team and here.sees_city()):
                link = st.Page(one.show, title=one.title, url_path=one.address)
                menu.page_link(link, label=one.title, query_params=page.kept_in_links())
        reader.watch(here.account)
    _run(asked.run, say)
    page.settle()


def _sheets(say: Language) -> tuple[Sheet, ...]:
    return (
        Sheet("city", say.text("City"), city.show, _sees_city),
        Sheet("mirror", say.text("Mirror"), mirror.show, _sees_a_school),
        Sheet("safety", say.text("Safety"), safety.show, _sees_a_school),
        Sheet("safety-city", say.text("Safety in the city"), safety_city.show, _sees_city, in_menu=False),
        Sheet("waves", say.text("Questionnaires"), waves.show, _sees_a_school, of_team=True),
        Sheet("checklist", say.text("Checklist"), checklist.show, _sees_a_school, of_team=True),
        Sheet("ten-and-ten", say.text("Ten and ten"), ten_and_ten.show, _sees_city),
        Sheet("schools", say.text("Schools"), schools.show, _sees_city),
        Sheet("talk", say.text("Notes for the talk"), talk.show, _sees_city, in_menu=False),
        Sheet("funnel", say.text("Around what is expected"), funnel.show, _sees_city, in_menu=False),
        *(Sheet(address, title, opens, _administers) for opens, address, title in administration.pages(say)),
        Sheet(
            "survey-import",
            say.text("Bring a survey made elsewhere"),
            administration.open_survey_import,
            _administers,
            in_menu=False,
        ),
        Sheet("how-we-compare", say.text("How we compare"), how_we_compare.show, _reads),
    )


def _registered(sheets: Sequence[Sheet], here: Viewer | None) -> list[st.Page]:
    """Return a page for every address: the page itself, or one that tells nothing of it.

    Streamlit sends the titles of all of them to the browser, and runs whichever the browser names.
    """
    if here is None:
        refuse, first = signed_out.show, signed_out.show
    else:
        refuse = _refuse
        first = next((each.show for each in _open_to(sheets, here)), _refuse)
    # Streamlit gives its first page no address but "/"; that page has one of its own too.
    pages = [st.Page(first, title=_NAME, default=True)]
    for each in sheets:
        if here is not None and each.may_open(here):
            pages.append(st.Page(each.show, title=each.title, url_path=each.address))
        else:
            pages.append(st.Page(refuse, title=_NAME, url_path=each.address))
    return [*pages, st.Page(signed_out.sign_in_with_the_city, title=_NAME, url_path="city-sign-in")]


def _open_to(sheets: Sequence[Sheet], here: Viewer) -> list[Sheet]:
    return [each for each in sheets if each.may_open(here)]


def _run(draw: Callable[[], None], say: Language) -> None:
    try:
        draw()
    except NoSnapshot:
        if page.SNAPSHOT in st.query_params:
            page.unknown_snapshot()
        else:
            page.nothing_published()
    except reader.NotSignedIn:
        # The session ended while the page was drawn.
        st.rerun()
    except NotAllowed:
        _refuse()
    except (StoreTrouble, DefinitionError) as trouble:
        # What to do about it stands in its own words, for whoever keeps the store.
        st.error(say.text("The figures cannot be shown now. Tell whoever keeps the store:"))
        st.code(str(trouble), language=None, wrap_lines=True)


def _who_is_here(here: Viewer, say: Language) -> None:
    role = reader.role_words(here.role, say)
    with st.popover(say.text("Demo") if here.is_demo else page.plain(here.name), type="tertiary"):
        st.caption(role)
        st.html(f'<a href="/my-account" target="_self">{say.text("My account")}</a>')
        if st.button(say.text("Sign out"), key="sign out"):
            reader.sign_out()
            st.rerun()


def _refuse() -> None:
    """Say calmly that this page is not for this reader, and nothing of what is on it."""
    say = page.language()
    st.title(say.text("Not for this account"), anchor=False)
    st.markdown(say.text("There is nothing here that this account may open. The pages above are yours."))


def _may(require: Callable[[], None]) -> bool:
    try:
        require()
    except NotAllowed:
        return False
    return True


def _sees_city(here: Viewer) -> bool:
    return _may(here.require_city)


def _sees_a_school(here: Viewer) -> bool:
    return _sees_city(here) or any(here.sees_school(each) for each in here.school_ids)


def _administers(here: Viewer) -> bool:
    return _may(here.require_administrator)


def _reads(here: Viewer) -> bool:
    return _may(here.require_reader)


if __name__ == "__main__":
    open_door()
