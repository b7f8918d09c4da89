"""Safety and well-being over all schools: themes, participation and offers; never a list of schools."""

import streamlit as st

from mirrors.access import Viewer
from mirrors.charts.safety_city_charts import (
    city_safety_sentences,
    city_themes,
    city_themes_key,
    city_title,
    offer_sentence,
    participation_table,
    reliability_table,
)
from mirrors.charts.safety_words import group_title
from mirrors.doors.house import store_folder
from mirrors.locale import Language
from mirrors.survey.vocabulary import own_files, vocabulary
from mirrors.views import Snapshot
from mirrors.views.safety_city import (
    FEWEST_LOW,
    MANY,
    SafetyCityView,
    safety_city_view,
    safety_city_years,
)
from pages import page


@st.cache_data(show_spinner=False, max_entries=50)
def _view(
    snapshot_name: str,
    viewer: Viewer,
    school_year: str,
    own: tuple[tuple[str, int, int], ...],
    _snapshot: Snapshot,
) -> SafetyCityView:
    return safety_city_view(_snapshot, viewer, school_year, vocabulary(store_folder()))


def show() -> None:
    """Draw the safety of the city in the school year that the link asks for."""
    say, snapshot = page.language(), page.snapshot()
    about = page.about(snapshot)
    above = page.top()
    st.title(say.text("Safety in the city"), anchor=False)
    of_surveys = safety_city_years(snapshot, page.viewer())
    with st.columns([1, 2])[0]:
        school_year = page.choose_year(about, *of_surveys)
    with above:
        page.header(about, school_year)
    if school_year is None and not about.school_years and not of_surveys:
        st.markdown(say.text("Fewer than ten schools took part, so the city is not told."))
        return
    if school_year is None:
        page.unknown_link()
        return
    view = _view(snapshot.name, page.viewer(), school_year, own_files(store_folder()), snapshot)
    with st.container(key="verdict"):
        st.markdown(city_safety_sentences(view, say))
    if not view.themes and not view.participation:
        _other_years(view, say)
        return
    page.part(1, say.text("How it is felt"))
    _themes(view, say)
    page.part(2, say.text("Where an offer would reach many"))
    _offers(view, say)
    page.part(3, say.text("Who took part"))
    _participation(view, say)
    page.part(4, say.text("How well the questions measure"))
    _reliability(view, say)


def _other_years(view: SafetyCityView, say: Language) -> None:
    for year in reversed(view.school_years):
        page.link(show, "safety-city", say.text("The surveys of {year}", year=year), year=year)


def _themes(view: SafetyCityView, say: Language) -> None:
    if not view.groups:
        st.markdown(say.text("Fewer than ten schools can be compared, so the city is not told."))
        return
    labels = {group: group_title(group, say) for group in view.groups}
    group = page.choice("group", say.text("As seen by"), labels, view.groups[0])
    if group is None:
        page.unknown_link()
        return
    shown = [each for each in view.themes if each.group == group]
    with st.container(key="opening-of-themes"):
        st.markdown(city_title(shown, say))
    chart = city_themes(shown, say, page.palette())
    page.picture(chart, titled=False)
    with st.container(key="key"):
        st.html(city_themes_key(say, page.palette()))
    page.chart_table(chart)


def _offers(view: SafetyCityView, say: Language) -> None:
    for each in view.offers:
        st.markdown(offer_sentence(each, view.limit, say))
    if not view.offers:
        st.markdown(say.text("No theme calls for an offer to many schools."))
    st.caption(
        say.text(
            "A theme is named here where the school in the middle scores below {limit} points, where at "
            "least {fewest} schools, and {many} of all, do, or where it stands out as less good than "
            "expected in at least {fewest} schools. It is a proposal; people decide.",
            limit=say.number(view.limit),
            fewest=say.number(FEWEST_LOW),
            many=say.percent(MANY, 0),
        )
    )


def _participation(view: SafetyCityView, say: Language) -> None:
    if not view.participation:
        st.markdown(say.text("Fewer than ten schools took part, so the city is not told."))
        return
    page.flat_table(participation_table(view.participation, say), say.text("Who took part"))


def _reliability(view: SafetyCityView, say: Language) -> None:
    st.caption(
        say.text(
            "Alpha and omega say how well the questions of a theme hang together, of all school years "
            "together: from 0.70 fine, from 0.60 with care, below that no score is formed. The share between "
            "schools says how much of the difference between people lies between schools; it is small "
            "everywhere, so a school needs many answers."
        )
    )
    if view.reliability:
        label = say.text("The figures as a table")
        page.as_table(
            label, reliability_table(view.reliability, say), say.text("How well the questions measure")
        )
