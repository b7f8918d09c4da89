"""The front door: who is here, in which language, and the pages they get."""

import streamlit as st

from mirrors.access import NotAllowed
from mirrors.views import NoSnapshot, StoreTrouble
from pages import administration, city, funnel, how_we_compare, mirror, page, schools, talk, ten_and_ten


def open_door() -> None:
    """Draw what stands above every page, then the page that the address asks for."""
    st.set_page_config(page_title="School Mirrors", initial_sidebar_state="collapsed")
    page.style_sheet()
    top = st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="top"
    )
    menu = top.container(horizontal=True, width="content", key="menu")
    with top:
        say = page.choose_language()
    pages = [
        st.Page(city.show, title=say.text("City"), default=True),
        st.Page(mirror.show, title=say.text("Mirror"), url_path="mirror"),
        st.Page(ten_and_ten.show, title=say.text("Ten and ten"), url_path="ten-and-ten"),
        st.Page(how_we_compare.show, title=say.text("How we compare"), url_path="how-we-compare"),
        st.Page(schools.show, title=say.text("Schools"), url_path="schools"),
    ]
    # Reached from other pages, with the school or the year in the link.
    within = [
        st.Page(talk.show, title=say.text("Notes for the talk"), url_path="talk"),
        st.Page(funnel.show, title=say.text("Around what is expected"), url_path="funnel"),
    ]
    desk = [
        st.Page(opens, title=name, url_path=address) for opens, address, name in administration.pages(say)
    ]
    # Streamlit gives its default page no address but "/"; a link to /city should work too.
    also = st.Page(city.show, title=say.text("City"), url_path="city", visibility="hidden")
    here = st.navigation([*pages, *within, *desk, also], position="hidden")
    for one in pages:
        menu.page_link(one, query_params=page.kept_in_links())
    menu.page_link(desk[0], label=say.text("Administration"))
    try:
        here.run()
    except NoSnapshot:
        if page.SNAPSHOT in st.query_params:
            page.unknown_snapshot()
        else:
            page.nothing_published()
            page.link(administration.open_files, "files", say.text("Bring files"))
    except NotAllowed:
        st.info(say.text("This page is for city advisers."))
    except StoreTrouble as trouble:
        # What to do about it stands in its own words, for whoever keeps the store.
        st.error(say.text("The figures cannot be shown now. Tell whoever keeps the store:"))
        st.code(str(trouble), language=None, wrap_lines=True)
    page.settle()


if __name__ == "__main__":
    open_door()
