"""Notes for the talk: one page about one school that an adviser prints and takes along."""

import streamlit as st

from mirrors import casework
from mirrors.access import Viewer
from mirrors.charts.doubts import completeness_sentence, match_sentence
from mirrors.charts.drivers import drivers_sentence
from mirrors.charts.letters import upper_first
from mirrors.charts.short_lists import contact_sentence
from mirrors.charts.talk_words import (
    brackets_sentence,
    figures_table,
    past_sentence,
    past_table,
    to_ask_sentences,
)
from mirrors.charts.verdict import verdict_sentences
from mirrors.definitions import Jurisdiction
from mirrors.locale import Language
from mirrors.views import Snapshot
from mirrors.views.mirror import UnknownSchool
from mirrors.views.talk import TalkView, talk_view
from pages import desk, mirror, page

_LINES = 7


@st.cache_data(show_spinner=False, max_entries=200)
def _view(
    snapshot_name: str, viewer: Viewer, school_id: str, school_year: str, _snapshot: Snapshot
) -> TalkView:
    return talk_view(_snapshot, viewer, school_id, school_year)


def show() -> None:
    """Draw the notes for the school and year that the link asks for."""
    say, snapshot = page.language(), page.snapshot()
    page.viewer().require_adviser()
    about = page.about(snapshot)
    above = page.top()
    st.title(say.text("Notes for the talk"), anchor=False)
    with st.container(key="screen-only-choices"):
        school, year = st.columns([2, 1])
        with school:
            school_id = page.choose_school(about)
        with year:
            school_year = page.choose_year(about)
    with above:
        page.header(about, school_year)
    if school_id is None or school_year is None:
        page.no_such_figures(about)
        return
    try:
        view = _view(snapshot.name, page.viewer(), school_id, school_year, snapshot)
    except UnknownSchool:
        st.info(say.text("This school has no figures in this school year. Please choose another year."))
        return
    page.saw(school_id, school_year, "talk")
    _draw(view, about.jurisdiction, say)
    _on_screen_only(view, say)


def _draw(view: TalkView, jurisdiction: Jurisdiction, say: Language) -> None:
    _who(view, jurisdiction, say)
    st.caption(say.text("What the school reads first:"))
    with st.container(key="verdict"):
        st.markdown(verdict_sentences(view.mirror, say))
    page.part(1, say.text("To ask about"))
    _to_ask(view, say)
    page.part(2, say.text("Beside similar schools"))
    page.flat_table(figures_table(view, say), say.text("Beside similar schools"))
    match, complete = view.mirror.match, view.mirror.completeness
    st.caption(f"{match_sentence(match, say)} {completeness_sentence(complete, say)}")
    with st.container(key="whole-past"):
        page.part(3, say.text("Beside its own past"))
        st.markdown(past_sentence(view, say))
        page.flat_table(past_table(view, say), say.text("Beside its own past"))
        if brackets := brackets_sentence(view, say):
            st.caption(brackets)
    page.part(4, say.text("Notes"))
    st.html(f'<div class="lines" aria-hidden="true">{"<hr>" * _LINES}</div>')
    st.caption(
        say.text(
            "Confidential: for the talk with this school only. Not for ranking, not to be handed on, and "
            "without names of pupils."
        )
    )


def _who(view: TalkView, jurisdiction: Jurisdiction, say: Language) -> None:
    school = view.mirror.school
    contacts = casework.last_contacts(page.store_folder(), page.viewer())
    facts = [
        upper_first(say.pick(jurisdiction.school_type(school.school_type))),
        say.plural("{count} pupil", "{count} pupils", view.mirror.pupils),
        say.text("school year {year}", year=view.mirror.school_year),
    ]
    st.markdown(f"**{page.plain(school.name)}**  \n{' · '.join(facts)}")
    st.caption(contact_sentence(contacts.get(school.school_id), say))


def _to_ask(view: TalkView, say: Language) -> None:
    for number, asked in enumerate(view.to_ask, start=1):
        st.markdown(f"{number}. {to_ask_sentences(asked, say)}")
    if not view.to_ask:
        st.markdown(say.text("Nothing stands out. Ask what goes well, and what the school sees itself."))
    if moved := drivers_sentence(view.mirror.drivers, say):
        st.caption(moved)


def _on_screen_only(view: TalkView, say: Language) -> None:
    school = view.mirror.school
    with st.container(key="screen-only-desk"):
        st.caption(say.text("To print this page, press Ctrl and P. What stands below is not printed."))
        desk.tell_notice()
        desk.offer_to_note_contact(school.school_id, say)
        link = {"school": school.school_id, "year": view.mirror.school_year}
        page.link(mirror.show, "mirror", say.text("The mirror of this school"), **link)
