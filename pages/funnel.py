"""The funnel: which schools differ more from what is expected of them than chance and everyday life allow."""

import streamlit as st

from mirrors.access import Viewer
from mirrors.charts.funnel_plot import explained, funnel_plot
from mirrors.definitions import Jurisdiction
from mirrors.locale import Language
from mirrors.views import Snapshot
from mirrors.views.funnel import FunnelView, funnel_indicators, funnel_view
from pages import page


@st.cache_data(show_spinner=False, max_entries=50)
def _view(
    snapshot_name: str, viewer: Viewer, school_year: str, indicator_id: str, _snapshot: Snapshot
) -> FunnelView:
    return funnel_view(_snapshot, viewer, school_year, indicator_id)


def show() -> None:
    """Draw the funnel of the school year and indicator that the link asks for."""
    say, snapshot = page.language(), page.snapshot()
    page.viewer().require_city()
    about = page.about(snapshot)
    above = page.top(wide=True)
    st.title(say.text("Around what is expected"), anchor=False)
    year, indicator = st.columns(2)
    with year:
        school_year = page.choose_year(about)
    there = funnel_indicators(snapshot, page.viewer(), school_year) if school_year else ()
    titles = {each.id: say.pick(each.title) for each in there}
    first = next((key for key in about.jurisdiction.lists if key in titles), next(iter(titles), None))
    with indicator:
        indicator_id = page.choice("indicator", say.text("Indicator"), titles, first) if titles else None
    with above:
        page.header(about, school_year)
    if school_year is not None and not titles:
        st.info(say.text("There are too few schools with figures in this school year for a funnel."))
        return
    if school_year is None or indicator_id is None:
        page.no_such_figures(about)
        return
    view = _view(snapshot.name, page.viewer(), school_year, indicator_id, snapshot)
    page.saw_list("funnel", snapshot)
    _draw(view, about.jurisdiction, say)


def _draw(view: FunnelView, jurisdiction: Jurisdiction, say: Language) -> None:
    names = {each.school.school_type for each in view.schools}
    types = {name: say.pick(jurisdiction.school_type(name)) for name in names}
    chart = funnel_plot(view, types, say, page.palette())
    with st.container(key="verdict"):
        st.markdown(chart.title)
    page.picture(chart, titled=False)
    st.caption(chart.reading)
    st.caption(explained(say))
    if chart.table.rows:
        label = say.text("The schools outside the outer limits, in alphabetical order")
        with st.expander(label):
            page.table(chart.table, label)
