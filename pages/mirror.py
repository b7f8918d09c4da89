"""The absenteeism mirror of one school: a sentence first, then the evidence for it."""

import streamlit as st

from mirrors.access import Viewer
from mirrors.charts.bands import bands
from mirrors.charts.doubts import broken_years, completeness_sentence, match_sentence
from mirrors.charts.features import features_table
from mirrors.charts.kinds import kinds
from mirrors.charts.readings import verdict_sentences
from mirrors.charts.trend import trend
from mirrors.charts.where_we_stand import where_we_stand
from mirrors.locale import Language
from mirrors.views import Snapshot
from mirrors.views.mirror import MirrorView, UnknownSchool, mirror_view
from pages import how_we_compare, page


@st.cache_data(show_spinner=False, max_entries=500)
def _view(
    snapshot_name: str, viewer: Viewer, school_id: str, school_year: str, _snapshot: Snapshot
) -> MirrorView:
    return mirror_view(_snapshot, viewer, school_id, school_year)


def show() -> None:
    """Draw the mirror that the link asks for."""
    say, snapshot = page.language(), page.snapshot()
    about = page.about(snapshot)
    above = page.top()
    st.title(say.text("Your absenteeism mirror"), anchor=False)
    school, year = st.columns([2, 1])
    with school:
        school_id = page.choose_school(about)
    with year:
        school_year = page.choose_year(about)
    with above:
        page.header(about, school_year)
    if school_id is None or school_year is None:
        page.unknown_link()
        return
    try:
        view = _view(snapshot.name, page.viewer(), school_id, school_year, snapshot)
    except UnknownSchool:
        st.info(say.text("This school has no figures in this school year. Please choose another year."))
        return
    _draw(view, say)
    page.link(how_we_compare.show, "how-we-compare", say.text("How we compare"), year=school_year)


def _draw(view: MirrorView, say: Language) -> None:
    with st.container(key="verdict"):
        st.markdown(verdict_sentences(view, say))
    parts = [
        (say.text("Where we stand"), _where_we_stand, view.comparisons),
        (say.text("What kind"), _what_kind, view.kinds or view.bands),
        (say.text("Where it is going"), _where_it_is_going, view.trends),
    ]
    filled = [(title, draw) for title, draw, evidence in parts if evidence]
    for number, (title, draw) in enumerate(filled, start=1):
        page.part(number, title)
        draw(view, say)
    page.unavailable(view.unavailable)


def _where_we_stand(view: MirrorView, say: Language) -> None:
    chart = where_we_stand(view.comparisons, say, page.palette())
    page.picture(chart)
    page.key(view.comparisons)
    st.caption(chart.reading)
    st.caption(f"{match_sentence(view.match, say)} {completeness_sentence(view.completeness, say)}")
    page.as_table(say.text("The figures as a table"), chart.table, chart.title)
    if view.match.features:
        label = say.text("What your similar schools have in common with you")
        page.as_table(label, features_table(view.match, say), label)


def _what_kind(view: MirrorView, say: Language) -> None:
    if view.kinds:
        page.draw(kinds(view.kinds, say, page.palette()))
    if view.bands:
        page.draw(bands(view.bands, view.unit, say, page.palette()))


def _where_it_is_going(view: MirrorView, say: Language) -> None:
    for series in view.trends:
        if series.has_comparable_year:
            page.draw(trend(series, say, page.palette()))
    st.caption(broken_years(view.trends, say))
