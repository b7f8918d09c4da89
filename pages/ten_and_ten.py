"""The adviser's three short lists: whom to talk with this year, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import streamlit as st

from mirrors import casework
from mirrors.access import Viewer
from mirrors.casework import ListName
from mirrors.charts.doubts import break_sentence
from mirrors.charts.reasons import why_fewer_sentence
from mirrors.charts.short_lists import (
    card_facts,
    certainty_sentence,
    judged_sentences,
    reach_sentence,
    talks_sentence,
)
from mirrors.definitions import load_indicators
from mirrors.locale import Language
from mirrors.views import Snapshot
from mirrors.views.programme import Reach, reach_of_mirrors
from mirrors.views.snapshot import SnapshotView
from mirrors.views.ten_and_ten import Listed, ShortList, TenAndTenView, evidence, ten_and_ten_view
from pages import desk, mirror, page, talk

_COLUMNS = 2


@st.cache_data(show_spinner=False, max_entries=50)
def _view(
    snapshot_name: str, viewer: Viewer, school_year: str, indicator_id: str, _snapshot: Snapshot
) -> TenAndTenView:
    return ten_and_ten_view(_snapshot, viewer, school_year, indicator_id)


@st.cache_data(show_spinner=False, max_entries=50)
def _reach(snapshot_name: str, viewer: Viewer, school_year: str, _snapshot: Snapshot) -> Reach:
    return reach_of_mirrors(_snapshot, viewer, school_year)


def show() -> None:
    """Draw the lists of the school year, indicator and snapshot that the link asks for."""
    say, snapshot = page.language(), page.snapshot()
    about = page.about(snapshot)
    above = page.top(wide=True)
    st.title(say.text("Ten and ten"), anchor=False)
    year, indicator, published = st.columns(3)
    with year:
        school_year = page.choose_year(about)
    with indicator:
        indicator_id = _choose_indicator(about, say)
    with published:
        page.choose_snapshot(snapshot)
    with above:
        page.header(about, school_year)
    if school_year is None or indicator_id is None:
        page.no_such_figures(about)
        return
    view = _view(snapshot.name, page.viewer(), school_year, indicator_id, snapshot)
    page.saw_list("ten-and-ten", snapshot)
    _introduce(view, say)
    contacts = casework.last_contacts(page.store_folder(), page.viewer())
    told = (
        reach_sentence(_reach(snapshot.name, page.viewer(), school_year, snapshot), say),
        talks_sentence(view, contacts, about.published_at.date(), say),
    )
    if any(told):
        st.caption(" ".join(filter(None, told)))
    desk.tell_notice()
    names = {school.school_id: school.name for school in about.schools}
    for number, short_list in enumerate(reversed(view.lists), start=1):
        page.part(number, _title(short_list.kind, say))
        _short_list(short_list, _Shown(view, about, names, contacts), say)
    log = casework.log_of(page.store_folder(), page.viewer(), school_year, indicator_id)
    desk.draw_log(log, names, {each.kind: _title(each.kind, say) for each in view.lists})


@dataclass(frozen=True)
class _Shown:
    """What all lists of the page share: the view, the snapshot, names and last contacts by school."""

    view: TenAndTenView
    about: SnapshotView
    names: Mapping[str, str]
    contacts: Mapping[str, date]


def _choose_indicator(about: SnapshotView, say: Language) -> str | None:
    known = load_indicators()
    titles = {key: say.pick(known[key].title) for key in about.jurisdiction.lists}
    return page.choice("indicator", say.text("Indicator"), titles, about.jurisdiction.lists[0])


def _introduce(view: TenAndTenView, say: Language) -> None:
    with st.container(key="verdict"):
        st.markdown(
            say.text("Schools to talk with, in alphabetical order. Not a ranking, and not a judgement.")
        )
    if view.break_reason is not None:
        st.info(break_sentence(view.school_year, say.pick(view.break_reason), say))
    if view.schools_judged:
        st.caption(f"{judged_sentences(view, say)} {certainty_sentence(say)}")


def _title(kind: str, say: Language) -> str:
    return {
        "rose": say.text("Where it rose"),
        "improved": say.text("Where it improved"),
        "excellent": say.text("Where results are excellent"),
    }[kind]


def _short_list(short_list: ShortList, shown: _Shown, say: Language) -> None:
    if short_list.kind == "improved":
        st.caption(
            say.text(
                "Improvements last less well than rises: look again next year before drawing lessons from "
                "one."
            )
        )
    name = ListName(shown.view.school_year, shown.view.indicator.id, short_list.kind)
    aside = casework.aside_from(page.store_folder(), page.viewer(), name)
    clear, weak = (
        [listed for listed in schools if listed.school.school_id not in aside]
        for schools in (short_list.schools, short_list.weak)
    )
    _cards(short_list.kind, clear, shown, say)
    if short_list.why_fewer is not None:
        st.caption(why_fewer_sentence(short_list.why_fewer, say))
    if weak:
        st.markdown(f"**{say.text('Weak signal, check first')}**")
        _cards(short_list.kind, weak, shown, say)
    listed = frozenset(each.school.school_id for each in (*short_list.schools, *short_list.weak))
    desk.draw_aside(aside, shown.names, listed, shown.contacts, say)
    here = {each.school.school_id: each.school.name for each in (*clear, *weak)}
    desk.offer_to_set_aside(name, dict(sorted(here.items(), key=lambda one: one[1].casefold())), say)


def _cards(kind: str, schools: Sequence[Listed], shown: _Shown, say: Language) -> None:
    for start in range(0, len(schools), _COLUMNS):
        for place, listed in zip(st.columns(_COLUMNS), schools[start : start + _COLUMNS], strict=False):
            clear, name = listed.certainty == "clear", f"card {kind} {listed.school.school_id}"
            with place, st.container(key=name, border=clear, height="stretch", gap="xxsmall"):
                _card(kind, listed, shown, say)


def _card(kind: str, listed: Listed, shown: _Shown, say: Language) -> None:
    school, year = listed.school, shown.view.school_year
    page.link(mirror.show, "mirror", school.name, school=school.school_id, year=year)
    why = evidence(listed, say)
    facts = card_facts(
        shown.view.indicator,
        listed,
        say.pick(shown.about.jurisdiction.school_type(school.school_type)),
        shown.contacts.get(school.school_id),
        say,
    )
    if listed.certainty == "clear":
        st.markdown(why)
        st.caption(facts)
    else:
        st.caption(f"{why}  \n{facts}")
    with st.container(key=f"notes {listed.school.school_id} {kind}"):
        page.link(talk.show, "talk", say.text("Notes for the talk"), school=school.school_id, year=year)
