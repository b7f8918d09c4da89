"""The city as a whole: what changed this year, and how absence is spread, never a school."""

from itertools import groupby

import streamlit as st

from mirrors.access import Viewer
from mirrors.charts.chart import Table
from mirrors.charts.city_kinds import city_kinds
from mirrors.charts.city_readings import (
    city_sentences,
    completeness_sentences,
    completeness_table,
    listed_sentence,
)
from mirrors.charts.city_trend import city_trend
from mirrors.charts.doubts import broken_years
from mirrors.charts.spread import spread
from mirrors.definitions import Jurisdiction
from mirrors.locale import Language
from mirrors.views import Snapshot
from mirrors.views.city import CityView, city_view
from pages import page, ten_and_ten


@st.cache_data(show_spinner=False, max_entries=50)
def _view(snapshot_name: str, viewer: Viewer, school_year: str, _snapshot: Snapshot) -> CityView:
    return city_view(_snapshot, viewer, school_year)


def show() -> None:
    """Draw the city in the school year that the link asks for."""
    say, snapshot = page.language(), page.snapshot()
    about = page.about(snapshot)
    above = page.top(wide=True)
    st.title(say.text("The city"), anchor=False)
    with st.columns([1, 2])[0]:
        school_year = page.choose_year(about)
    with above:
        page.header(about, school_year)
    if school_year is None:
        page.no_such_figures(about)
        return
    view = _view(snapshot.name, page.viewer(), school_year, snapshot)
    with st.container(key="verdict"):
        st.markdown(city_sentences(view, say))
    _over_the_years(view, say)
    _what_kind(view, say)
    _how_schools_differ(view, about.jurisdiction, say)
    _how_complete(view, say)
    _ten_and_ten(view, say)
    page.unavailable(view.unavailable)


def _over_the_years(view: CityView, say: Language) -> None:
    page.part(1, say.text("Over the years"))
    page.side_by_side(
        [city_trend(series, say, page.palette()) for series in view.trends if series.has_comparable_year]
    )
    st.caption(broken_years(view.trends, say))


def _what_kind(view: CityView, say: Language) -> None:
    page.part(2, say.text("What kind"))
    if view.kinds is None:
        st.markdown(say.text("The figures do not tell kinds of absence apart."))
    else:
        with st.columns([2, 1])[0]:
            page.draw(city_kinds(view.kinds, say, page.palette()))


def _how_schools_differ(view: CityView, jurisdiction: Jurisdiction, say: Language) -> None:
    page.part(3, say.text("How schools differ"))
    if not view.spreads:
        st.markdown(say.text("There are too few schools to show how they are spread."))
        return
    names = {each.school_type: say.pick(jurisdiction.school_type(each.school_type)) for each in view.spreads}
    by_indicator = groupby(view.spreads, key=lambda shown: shown.indicator.id)
    page.side_by_side(
        [spread(list(shown), names, say, page.palette()) for _, shown in by_indicator], columns=2
    )
    st.caption(
        say.text(
            "Each shade holds a fifth of the schools more than the darker one inside it; the line is the "
            "school in the middle. In brackets the number of schools; none can be told apart."
        )
    )


def _how_complete(view: CityView, say: Language) -> None:
    page.part(4, say.text("How complete the figures are"))
    this_year = next((each for each in view.completeness if each.school_year == view.school_year), None)
    if this_year is not None:
        st.markdown(completeness_sentences(this_year, say))
    table: Table = completeness_table(view.completeness, say)
    page.as_table(say.text("The figures as a table"), table, say.text("How complete the figures are"))


def _ten_and_ten(view: CityView, say: Language) -> None:
    page.part(5, say.text("Ten and ten"))
    st.markdown(listed_sentence(view.listed, say))
    label = say.text("Open the three short lists")
    page.link(ten_and_ten.show, "ten-and-ten", label, year=view.school_year)
