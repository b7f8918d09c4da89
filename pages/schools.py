"""Find a school: by name, type, district or what is known of it; always in alphabetical order."""

from collections.abc import Sequence

import streamlit as st

from mirrors import casework
from mirrors.access import Viewer
from mirrors.charts.letters import upper_first
from mirrors.charts.school_flags import entry_words, flag_words, flags_sentence
from mirrors.definitions import Jurisdiction
from mirrors.locale import Language
from mirrors.views import Snapshot
from mirrors.views.schools import ON_A_LIST, Flag, SchoolEntry, SchoolsView, found, schools_view
from pages import funnel, mirror, page, talk

_AT_ONCE = 20
_ANY = "any"
_LISTED = "listed"
_LONGEST_SEARCH = 80


@st.cache_data(show_spinner=False, max_entries=50)
def _view(
    snapshot_name: str, viewer: Viewer, school_year: str, aside: frozenset[str], _snapshot: Snapshot
) -> SchoolsView:
    return schools_view(_snapshot, viewer, school_year, aside)


def show() -> None:
    """Draw the schools that the link asks for."""
    say, snapshot = page.language(), page.snapshot()
    page.viewer().require_city()
    about = page.about(snapshot)
    above = page.top(wide=True)
    st.title(say.text("Find a school"), anchor=False)
    name, year = st.columns([2, 1])
    with name:
        words = page.words("name", say.text("Part of the name"), _LONGEST_SEARCH)
    with year:
        school_year = page.choose_year(about)
    with above:
        page.header(about, school_year)
    if school_year is None:
        page.no_such_figures(about)
        return
    aside = casework.aside_in(page.store_folder(), page.viewer(), school_year)
    view = _view(snapshot.name, page.viewer(), school_year, aside, snapshot)
    page.saw_list("schools", snapshot)
    school_type, district, flag = _choose(view, about.jurisdiction, say)
    if None in (school_type, district, flag):
        page.unknown_link()
        return
    shown = found(
        view,
        words,
        None if school_type == _ANY else school_type,
        None if district == _ANY else district,
        _flags(flag or _ANY),
    )
    _draw(shown, view.school_year, about.jurisdiction, say)
    label = say.text("Which schools differ from what is expected of them")
    page.link(funnel.show, "funnel", label, year=view.school_year)


def _choose(
    view: SchoolsView, jurisdiction: Jurisdiction, say: Language
) -> tuple[str | None, str | None, str | None]:
    every = {_ANY: say.text("All")}
    types = {key: upper_first(say.pick(jurisdiction.school_type(key))) for key in view.school_types}
    listed = {_LISTED: upper_first(say.text("on a list this year"))}
    flags = {flag.value: upper_first(flag_words(flag, say)) for flag in Flag}
    first, second, third = st.columns(3)
    with first:
        school_type = page.choice("type", say.text("School type"), {**every, **types}, _ANY)
    with second:
        flag = page.choice("flag", say.text("What is known"), {**every, **listed, **flags}, _ANY)
    with third:
        districts = {district: district for district in view.districts}
        label, options = say.text("District"), {**every, **districts}
        district = page.choice("district", label, options, _ANY) if districts else _ANY
    return school_type, district, flag


def _flags(chosen: str) -> frozenset[Flag]:
    if chosen == _ANY:
        return frozenset()
    return ON_A_LIST if chosen == _LISTED else frozenset({Flag(chosen)})


def _draw(shown: Sequence[SchoolEntry], school_year: str, jurisdiction: Jurisdiction, say: Language) -> None:
    st.markdown(say.plural("**{count} school** fits.", "**{count} schools** fit.", len(shown)))
    pages = max(1, -(-len(shown) // _AT_ONCE))
    here = page.place_in_pages(pages)
    with st.container(key="schools", gap="small"):
        for entry in shown[(here - 1) * _AT_ONCE : here * _AT_ONCE]:
            _row(entry, school_year, jurisdiction, say)
    if pages > 1:
        page.turn_pages(here, pages)


def _row(entry: SchoolEntry, school_year: str, jurisdiction: Jurisdiction, say: Language) -> None:
    school, link = entry.school, {"school": entry.school.school_id, "year": school_year}
    facts, notes = st.columns([5, 1], vertical_alignment="center")
    words = [entry_words(entry, say.pick(jurisdiction.school_type(school.school_type)), say)]
    words.append(flags_sentence(entry.flags, say))
    with facts, st.container(gap="xxsmall"):
        page.link(mirror.show, "mirror", school.name, **link)
        st.caption("  \n".join(page.plain(line) for line in words if line))
    with notes, st.container(key=f"notes {school.school_id}"):
        page.link(talk.show, "talk", say.text("Notes for the talk"), **link)
