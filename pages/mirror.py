"""The absenteeism mirror of one school: a sentence first, then the evidence for it, in five parts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from mirrors.access import Viewer
from mirrors.charts import Chart
from mirrors.charts.bands import bands
from mirrors.charts.composition import composition, divides
from mirrors.charts.concentration import concentration_sentence
from mirrors.charts.doubts import (
    broken_years,
    completeness_sentence,
    match_sentence,
    registration_warnings,
)
from mirrors.charts.drivers import drivers_sentence, drivers_table
from mirrors.charts.edges import edges
from mirrors.charts.features import features
from mirrors.charts.follow_up import follow_up, times_sentence
from mirrors.charts.groups import groups, groups_caption, widest_gap
from mirrors.charts.heat import heat
from mirrors.charts.kinds import kinds
from mirrors.charts.letters import upper_first
from mirrors.charts.members import breakdown_name
from mirrors.charts.months import months
from mirrors.charts.openings import (
    outlook_opening,
    response_opening,
    standing_opening,
    what_kind_opening,
)
from mirrors.charts.readings import certainty
from mirrors.charts.trend import trend
from mirrors.charts.verdict import verdict_sentences
from mirrors.charts.weakest_words import room_for_practices, weakest_opening
from mirrors.charts.where_we_stand import where_we_stand
from mirrors.definitions import load_indicators
from mirrors.locale import Language
from mirrors.views import Snapshot
from mirrors.views.figure import Against, Comparison
from mirrors.views.groups import Breakdown, Decomposition
from mirrors.views.mirror import MirrorView, UnknownSchool, mirror_view
from mirrors.views.snapshot import SnapshotView
from mirrors.views.telling import first_and_others
from mirrors.views.trend import Trend
from pages import how_we_compare, page, talk

Drawing = Callable[[], Chart]


@dataclass(frozen=True)
class Wish:
    """What a reader chose to see: the figure to follow and what to compare with."""

    indicator: str
    against: Against


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
    wish = _choose(about, say)
    with above:
        page.header(about, school_year)
    if school_id is None or school_year is None or wish is None:
        page.no_such_figures(about)
        return
    try:
        view = _view(snapshot.name, page.viewer(), school_id, school_year, snapshot)
    except UnknownSchool:
        st.info(say.text("This school has no figures in this school year. Please choose another year."))
        return
    page.saw(school_id, school_year, "mirror")
    with above:
        _link_to_notes(school_id, school_year, say)
    _draw(view, wish, say)
    page.link(how_we_compare.show, "how-we-compare", say.text("How we compare"), year=school_year)
    page.link(show, "mirror", say.text("Link to exactly this page"), **_exactly(school_id, school_year, wish))


def _link_to_notes(school_id: str, school_year: str, say: Language) -> None:
    """Draw the way to the notes for the talk, for an adviser."""
    if page.viewer().sees_city():
        with st.container(key="notes of this school"):
            page.link(talk.show, "talk", say.text("Notes for the talk"), school=school_id, year=school_year)


def _exactly(school_id: str, school_year: str, wish: Wish) -> dict[str, str]:
    """Return what a link must hold so that a colleague sees the same page, whatever is the default then."""
    by = {"by": st.query_params["by"]} if "by" in st.query_params else {}
    return {
        "school": school_id,
        "year": school_year,
        "indicator": wish.indicator,
        "against": wish.against.value,
        **by,
    }


def _choose(about: SnapshotView, say: Language) -> Wish | None:
    """Let the reader choose what to follow and what to compare with; None when the link asks too much."""
    rules, known = about.jurisdiction, load_indicators()
    figures = {key: say.pick(known[key].title) for key in dict.fromkeys((*rules.lists, *rules.headline))}
    others = {
        Against.PEERS: say.text("Similar schools"),
        Against.EXPECTED: say.text("What is expected"),
        Against.CITY: say.text("The whole city"),
        Against.PAST: say.text("Your own past"),
    }
    figure, beside = st.columns([2, 1])
    with figure:
        indicator = page.choice("indicator", say.text("Figure to follow"), figures, rules.lists[0])
    with beside:
        labels = {key.value: name for key, name in others.items()}
        against = page.choice("against", say.text("Compare with"), labels, Against.PEERS.value)
    return None if indicator is None or against is None else Wish(indicator, Against(against))


def _draw(view: MirrorView, wish: Wish, say: Language) -> None:
    with st.container(key="verdict"):
        st.markdown(verdict_sentences(view, say, wish.against))
    chosen = next(
        (each for each in (*view.trends, *view.more_trends) if each.indicator.id == wish.indicator), None
    )
    page.part(1, say.text("Where we stand"), standing_opening(view, say, wish.against))
    _where_we_stand(view, wish, say)
    page.part(2, say.text("What kind of absence, when, and who"), what_kind_opening(view, say))
    _what_kind(view, say)
    _when(view, say)
    _who(view, wish, say)
    page.part(3, say.text("How we respond"), response_opening(view, say, wish.against))
    _how_we_respond(view, wish, say)
    page.part(4, say.text("Where it is going"), outlook_opening(chosen, say))
    _where_it_is_going(view, chosen, wish, say)
    page.part(5, say.text("What others did"), weakest_opening(view, say))
    st.caption(room_for_practices(view.weakest, say))
    page.unavailable(view.unavailable)


def _where_we_stand(view: MirrorView, wish: Wish, say: Language) -> None:
    if view.comparisons:
        chart = where_we_stand(view.comparisons, say, page.palette(), wish.against)
        page.picture(chart, titled=False)
        page.key(view.comparisons, wish.against)
    st.caption(f"{match_sentence(view.match, say)} {completeness_sentence(view.completeness, say)}")
    if view.comparisons:
        page.chart_table(chart)
    if view.match.features:
        _in_common(view, say)
    rest = (*view.of_family("level"), *view.of_family("prevalence"))
    _more(1, rest, wish, say)


def _in_common(view: MirrorView, say: Language) -> None:
    label = say.text("What your similar schools have in common with you")
    with st.expander(label, key="in-common", type="compact", on_change="rerun") as common:
        if common.open:
            chart = features(view.match, say, page.palette())
            page.picture(chart)
            page.table(chart.table, chart.title)


def _what_kind(view: MirrorView, say: Language) -> None:
    if view.kinds:
        chart = kinds(view.kinds, say, page.palette())
        page.picture(chart, titled=False)
        page.chart_table(chart)


def _when(view: MirrorView, say: Language) -> None:
    pattern, palette = view.pattern, page.palette()
    week = pattern.half_days or pattern.weekdays
    charts = [heat(week, say, palette)] if week is not None else []
    charts += [months(pattern.months, say, palette)] if pattern.months is not None else []
    page.side_by_side(charts, columns=2)
    if pattern.edges is not None or pattern.exams is not None:
        page.draw(edges(pattern, say, palette), told=False)


def _who(view: MirrorView, wish: Wish, say: Language) -> None:
    if view.bands:
        page.draw(bands(view.bands, view.unit, say, page.palette()))
    figures = {
        each.indicator.counted.measure or each.indicator.id: each for each in (*view.comparisons, *view.more)
    }
    if sentence := concentration_sentence(figures.get("top_5"), figures.get("B7"), say):
        st.markdown(sentence)
    if view.breakdowns:
        _groups(view, wish, say)
    _more(2, (*view.of_family("pattern"), *view.of_family("distribution")), wish, say)


def _groups(view: MirrorView, wish: Wish, say: Language) -> None:
    names = dict.fromkeys(each.name for each in view.breakdowns)
    labels = {name: upper_first(breakdown_name(name, say)) for name in names}
    widest = widest_gap(view.breakdowns)
    by = page.choice("by", say.text("Pupils by"), labels, widest[0] if widest else next(iter(labels)))
    shown = _breakdown(view.breakdowns, by, wish.indicator)
    if shown is None:
        page.unknown_link()
        return
    chart = groups(shown, say, page.palette(), wish.against)
    if shown.shown:
        page.picture(chart)
        st.caption(groups_caption(shown, say, wish.against))
    else:
        st.markdown(f"**{chart.title}**")
    page.chart_table(chart)
    parts = [each for each in view.decompositions if each.indicator.id == shown.indicator.id]
    chosen = next((each for each in parts if each.breakdown == by), parts[0] if parts else None)
    if chosen is not None:
        _composition(chosen, say)


def _composition(shown: Decomposition, say: Language) -> None:
    chart = composition(shown, say, page.palette())
    if divides(shown):
        page.draw(chart)
    else:
        st.markdown(f"**{chart.title}**")
        page.chart_table(chart)


def _breakdown(breakdowns: Sequence[Breakdown], by: str | None, indicator: str) -> Breakdown | None:
    """Return the breakdown that is asked for, by another figure where the asked one is not told by group."""
    named = [each for each in breakdowns if each.name == by]
    fitting = [each for each in named if each.indicator.id == indicator]
    return next(iter([*fitting, *named]), None)


def _how_we_respond(view: MirrorView, wish: Wish, say: Language) -> None:
    palette = page.palette()
    for chain in view.chains[:1]:
        chart = follow_up(chain, view.unit, say, palette, wish.against)
        page.picture(chart, titled=False)
        st.caption(times_sentence(chain, say, wish.against))
        page.chart_table(chart)
    others = [partial(follow_up, chain, view.unit, say, palette, wish.against) for chain in view.chains[1:]]
    _rows(3, view.process, wish, say, others)


def _where_it_is_going(view: MirrorView, chosen: Trend | None, wish: Wish, say: Language) -> None:
    if chosen is not None and chosen.has_comparable_year:
        chart = trend(chosen, say, page.palette(), wish.against)
        page.picture(chart, titled=False)
        st.caption(f"{chart.reading} {broken_years((chosen,), say)}")
        page.chart_table(chart, told=False)
    if warnings := registration_warnings(view.completeness, say):
        st.caption(warnings)
    if view.drivers:
        if any(certainty(each) != "none" for each in view.trends):
            st.markdown(drivers_sentence(view.drivers, say))
        label = say.text("What moved in overall absence, part by part")
        page.as_table(label, drivers_table(view.drivers, say), label)
    others = [
        partial(trend, each, say, page.palette(), wish.against)
        for each in (*view.trends, *view.more_trends)
        if each is not chosen and each.has_comparable_year
    ]
    _rows(4, (*view.of_family("lateness"), *view.of_family("trajectory")), wish, say, others)


def _rows(
    part: int, figures: Sequence[Comparison], wish: Wish, say: Language, others: Sequence[Drawing] = ()
) -> None:
    """Draw the three figures that matter most open; the rest and `others` wait behind a word."""
    shown, rest = first_and_others(figures)
    if shown:
        page.draw(where_we_stand(shown, say, page.palette(), wish.against), told=False)
    _more(part, rest, wish, say, others)


def _more(
    part: int, figures: Sequence[Comparison], wish: Wish, say: Language, others: Sequence[Drawing] = ()
) -> None:
    """Draw what waits behind a word, once a reader opens it."""
    if not figures and not others:
        return
    with st.expander(say.text("More figures"), key=f"more-{part}", type="compact", on_change="rerun") as more:
        if not more.open:
            return
        for drawing in others:
            page.draw(drawing())
        if figures:
            page.draw(where_we_stand(figures, say, page.palette(), wish.against), told=False)
