"""How schools are compared, in plain language, and every indicator as it is defined."""

import streamlit as st

from mirrors.access import Viewer
from mirrors.charts.checks import checks_sentence, checks_table
from mirrors.charts.families import family_names
from mirrors.charts.reasons import unavailable_words
from mirrors.definitions import Indicator
from mirrors.locale import Language
from mirrors.views import Snapshot
from mirrors.views.method import IndicatorState, MethodView, method_view
from pages import page


@st.cache_data(show_spinner=False, max_entries=8)
def _view(snapshot_name: str, viewer: Viewer, _snapshot: Snapshot) -> MethodView:
    return method_view(_snapshot, viewer)


def show() -> None:
    """Draw the method and the indicators as used in the snapshot on screen."""
    say, snapshot = page.language(), page.snapshot()
    view = _view(snapshot.name, page.viewer(), snapshot)
    about = page.about(snapshot)
    with page.top():
        page.header(about, None)
    st.title(say.text("How we compare"), anchor=False)
    with st.container(key="verdict"):
        st.markdown(
            say.text(
                "A mirror shows a school its own figures next to those of schools with similar pupils. "
                "It opens a conversation; it does not judge."
            )
        )
    page.part(1, say.text("Similar schools"))
    _similar_schools(view, say)
    page.part(2, say.text("What would be expected"))
    _expected(say)
    _checked(view, say)
    page.part(3, say.text("Did it really change?"))
    _change(view, say)
    page.part(4, say.text("What is never shown"))
    _never_shown(view, say)
    page.part(5, say.text("The indicators"))
    if not view.indicators:
        page.no_such_figures(about)
        return
    _indicators(view, say)


def _similar_schools(view: MethodView, say: Language) -> None:
    features = say.join([say.pick(feature.title) for feature in view.jurisdiction.features])
    st.markdown(
        say.text(
            "Every school has a peer group of its own: {wanted} schools of the same type (never fewer than "
            "{fewest}, never more than {most}) whose pupils are most like its pupils. The group is chosen "
            "once in ten years and is the same for every year shown: groups that changed every year would "
            "give single schools away. How alike the schools still are is looked at again every year.",
            wanted=say.number(view.peers_wanted),
            fewest=say.number(view.peers_fewest),
            most=say.number(view.peers_most),
        )
    )
    if features:
        st.markdown(
            say.text(
                "Likeness is measured on the number of pupils and on: {features}. What tells most about "
                "absence weighs most; this is learned from earlier years only.",
                features=features,
            )
        )
    st.markdown(
        say.text(
            "Of a peer group only the median and the middle half are shown. When few of the schools are "
            "really alike, the mirror says so, and its words become more careful."
        )
    )


def _expected(say: Language) -> None:
    st.markdown(
        say.text(
            "The open diamond is the figure that a school with such pupils usually has, learned from all "
            "schools of the city and never from the school itself. Earlier absence does not go into "
            "it."
        )
    )
    st.markdown(
        say.text(
            "Every figure of a school moves by chance, more in a small school than in a large one. The "
            "line through the dot shows how far. The words higher and lower are used only when that line "
            "stays clear of the median of similar schools and the dot lies outside their middle half."
        )
    )


def _checked(view: MethodView, say: Language) -> None:
    if view.checked_year is None:
        return
    st.markdown(f"**{say.text('Does it hold?')}** {checks_sentence(view, say)}")
    label = say.text("Every check of {year}", year=view.checked_year)
    page.as_table(label, checks_table(view.checks, say), label)


def _change(view: MethodView, say: Language) -> None:
    st.markdown(
        say.text(
            "We set this year's figure beside the school's own years before, the last one counting most, "
            "once everything that changed for all similar schools has been taken out."
        )
    )
    st.markdown(
        say.text(
            "All schools together show how much figures jump by chance, more in small schools and "
            "sometimes for a single year; we keep only the part of a change that is expected to last."
        )
    )
    st.markdown(
        say.text(
            "A change is called clear when it is at least {gate} likely that the part that lasts is more "
            "than half a point and more than a tenth of the school's own figure ({gate_three} with only "
            "three years of figures). With two years nothing is called clear.",
            gate=say.percent(view.gate, 0),
            gate_three=say.percent(view.gate_three_years, 0),
        )
    )
    st.markdown(
        say.text(
            "At most ten schools are shown in each list: those with the largest expected change, in "
            "alphabetical order. Schools with incomplete registers, or whose way of registering seems to "
            "have changed, are left out until somebody has looked."
        )
    )
    st.markdown(
        say.text(
            "A share of pupils, such as those absent a tenth of the time or more, moves by chance when a few "
            "pupils are close to the limit. To choose schools for such a list, we also look at how much all "
            "absence of the same kind changed there."
        )
    )


def _never_shown(view: MethodView, say: Language) -> None:
    points = [
        say.text("No peer's name, and no highest or lowest school: only the median and the middle half."),
        say.text("No rank, no score and no order of schools, on any page or in any file."),
        say.text("No school with fewer than {count} pupils on a list.", count=say.number(view.fewest_pupils)),
        say.text("No pupil: the figures are totals before they arrive here, and small groups are left out."),
        say.text(
            "No change across a school year that cannot be compared, such as one in which schools were "
            "closed."
        ),
    ]
    st.markdown("\n".join(f"- {point}" for point in points))


def _indicators(view: MethodView, say: Language) -> None:
    families = family_names([state.indicator for state in view.indicators], say)
    chosen = page.choice("about", say.text("They are about"), families, next(iter(families)))
    if chosen is None:
        page.unknown_link()
    for state in view.indicators:
        if state.indicator.family == chosen:
            _indicator(state, say)


def _indicator(state: IndicatorState, say: Language) -> None:
    indicator = state.indicator
    with st.expander(say.pick(indicator.title)):
        st.markdown(say.pick(indicator.definition))
        st.markdown(f"**{say.text('Why it matters')}** {say.pick(indicator.why)}")
        st.markdown(f"**{say.text('Pitfalls')}** {say.pick(indicator.pitfalls)}")
        sources = say.join([_source(source, say) for source in indicator.sources])
        st.caption(
            say.text("Sources: {sources}. Checked on {date}.", sources=sources, date=indicator.checked_on)
        )
        st.caption(" ".join(filter(None, (_smallest(indicator, say), _availability(state, say)))))


def _smallest(indicator: Indicator, say: Language) -> str:
    if not indicator.minimum_pupils:
        return ""
    return say.text("Shown from {count} pupils on.", count=say.number(indicator.minimum_pupils))


def _source(source: str, say: Language) -> str:
    return {
        "authority": say.text("education authority"),
        "city": say.text("city"),
        "guidance_centre": say.text("pupil guidance centre"),
        "school": say.text("school"),
    }.get(source, source)


def _availability(state: IndicatorState, say: Language) -> str:
    if (waits_for := state.indicator.waits_for) is not None:
        return say.text("Not available yet: it waits for {what}.", what=say.pick(waits_for))
    if state.indicator.kind == "programme":
        return say.text("Advisers of the city read it above the lists of ten.")
    if state.reason is not None:
        return say.text("Not available: {why}.", why=unavailable_words(state.reason, say))
    if not state.school_years:
        return say.text("Not available in this snapshot.")
    first, last = state.school_years[0], state.school_years[-1]
    return say.text("Available from {first} to {last}.", first=first, last=last)
