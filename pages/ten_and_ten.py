"""The adviser's three short lists: whom to talk with this year, and why."""

from collections.abc import Sequence

import streamlit as st

from mirrors.access import Viewer
from mirrors.charts.doubts import break_sentence
from mirrors.charts.reasons import why_fewer_sentence
from mirrors.charts.short_lists import card_facts, certainty_sentence, judged_sentences
from mirrors.definitions import load_indicators
from mirrors.locale import Language
from mirrors.views import Snapshot
from mirrors.views.snapshot import SnapshotView
from mirrors.views.ten_and_ten import Listed, ShortList, TenAndTenView, evidence, ten_and_ten_view
from pages import mirror, page

_COLUMNS = 2


@st.cache_data(show_spinner=False, max_entries=50)
def _view(
    snapshot_name: str, viewer: Viewer, school_year: str, indicator_id: str, _snapshot: Snapshot
) -> TenAndTenView:
    return ten_and_ten_view(_snapshot, viewer, school_year, indicator_id)


def show() -> None:
    """Draw the lists of the school year and indicator that the link asks for."""
    say, snapshot = page.language(), page.snapshot()
    about = page.about(snapshot)
    above = page.top(wide=True)
    st.title(say.text("Ten and ten"), anchor=False)
    year, indicator = st.columns(2)
    with year:
        school_year = page.choose_year(about)
    with indicator:
        indicator_id = _choose_indicator(about, say)
    with above:
        page.header(about, school_year)
    if school_year is None or indicator_id is None:
        page.unknown_link()
        return
    view = _view(snapshot.name, page.viewer(), school_year, indicator_id, snapshot)
    _introduce(view, say)
    for number, short_list in enumerate(reversed(view.lists), start=1):
        page.part(number, _title(short_list.kind, say))
        _short_list(short_list, view, about, say)


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


def _short_list(shown: ShortList, view: TenAndTenView, about: SnapshotView, say: Language) -> None:
    if shown.kind == "improved":
        st.caption(
            say.text(
                "Improvements last less well than rises: look again next year before drawing lessons from "
                "one."
            )
        )
    _cards(shown.kind, shown.schools, view, about, say)
    if shown.why_fewer is not None:
        st.caption(why_fewer_sentence(shown.why_fewer, say))
    if shown.weak:
        st.markdown(f"**{say.text('Weak signal, check first')}**")
        _cards(shown.kind, shown.weak, view, about, say)


def _cards(
    kind: str, schools: Sequence[Listed], view: TenAndTenView, about: SnapshotView, say: Language
) -> None:
    for start in range(0, len(schools), _COLUMNS):
        for place, listed in zip(st.columns(_COLUMNS), schools[start : start + _COLUMNS], strict=False):
            clear, name = listed.certainty == "clear", f"card {kind} {listed.school.school_id}"
            with place, st.container(key=name, border=clear, height="stretch", gap="xxsmall"):
                _card(kind, listed, view, about, say)


def _card(kind: str, listed: Listed, view: TenAndTenView, about: SnapshotView, say: Language) -> None:
    school = listed.school
    page.link(mirror.show, "mirror", school.name, school=school.school_id, year=view.school_year)
    why = evidence(listed, say)
    facts = card_facts(
        view.indicator, listed, say.pick(about.jurisdiction.school_type(school.school_type)), say
    )
    if listed.certainty == "clear":
        st.markdown(why)
        st.caption(facts)
    else:
        st.caption(f"{why}  \n{facts}")
