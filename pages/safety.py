"""The safety mirror of one school: what stands out first, then who said it and what it rests on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import streamlit as st

from mirrors.access import Viewer
from mirrors.answering.house import here, was_collecting
from mirrors.charts.key import peers_key
from mirrors.charts.letters import lower_first, upper_first
from mirrors.charts.safety_bars import hotspots, often
from mirrors.charts.safety_change import changed, changes_title, why_not
from mirrors.charts.safety_gap import gaps, gaps_key, gaps_title
from mirrors.charts.safety_readings import (
    answered_opening,
    care_sentences,
    crossings_opening,
    crossings_table,
    doubts_sentence,
    obstacles_lines,
    obstacles_opening,
    participation_lines,
    reasons_lines,
    safety_sentences,
    supports_opening,
    together_sentence,
    wave_label,
    when_sentence,
)
from mirrors.charts.safety_themes import themes, themes_title
from mirrors.charts.safety_words import group_name, group_title, told_in
from mirrors.charts.wave_words import too_few_words, wave_too_few_words
from mirrors.charts.where_we_stand import where_we_stand
from mirrors.doors.house import store_folder
from mirrors.locale import Language
from mirrors.survey.checklists import open_checklists
from mirrors.survey.vocabulary import own_files, vocabulary
from mirrors.survey.waves import Unkept
from mirrors.views import Snapshot
from mirrors.views.safety import SafetyView, Wave, safety_view, safety_waves
from mirrors.views.safety_scores import Gap, Share
from mirrors.views.safety_support import Support, together
from pages import checklist, how_we_compare, page, safety_city, waves

_OPEN = 2
"""Findings of which the proposals stand open; the others wait behind a word."""


@dataclass(frozen=True)
class Part:
    """One part of the page: its title, the sentence that could stand for all of it, and what draws it."""

    title: str
    opening: str
    draw: Callable[[], None]


@st.cache_data(show_spinner=False, max_entries=200)
def _view(
    snapshot_name: str,
    viewer: Viewer,
    school_id: str,
    school_year: str,
    wave: str,
    in_place: tuple[tuple[str, float], ...],
    own: tuple[tuple[str, int, int], ...],
    _snapshot: Snapshot,
) -> SafetyView:
    words = vocabulary(store_folder())
    return safety_view(_snapshot, viewer, school_id, school_year, wave, dict(in_place), words)


def show() -> None:
    """Draw the safety mirror that the link asks for."""
    say, snapshot = page.language(), page.snapshot()
    about = page.about(snapshot)
    above = page.top()
    st.title(say.text("Your safety mirror"), anchor=False)
    school, year = st.columns([2, 1])
    with school:
        school_id = page.choose_school(about)
    known = () if school_id is None else safety_waves(snapshot, page.viewer(), school_id)
    with year:
        # A school may have asked in a year of which no absence is known yet.
        school_year = page.choose_year(about, *(each.school_year for each in known))
    with above:
        page.header(about, school_year)
        _link_to_city(school_year, say)
    if school_id is None or school_year is None:
        page.unknown_link()
        return
    of_year = [each for each in known if each.school_year == school_year]
    unkept = [each for each in _unkept(school_id) if each.wave.school_year == school_year]
    if not of_year:
        _nothing_yet(known, unkept, school_id, say)
        return
    wave = _choose_wave(of_year, say)
    if wave is None:
        page.unknown_link()
        return
    in_place = _in_place(school_id)
    own = own_files(store_folder())
    view = _view(snapshot.name, page.viewer(), school_id, school_year, wave, in_place, own, snapshot)
    page.saw(school_id, school_year, "safety")
    _draw(view, unkept, say)
    page.link(how_we_compare.show, "how-we-compare", say.text("How we compare"), year=school_year)
    if page.viewer().sees_city():
        _link_to_waves(school_id, say)
    exactly = {"school": school_id, "year": school_year, "wave": wave}
    page.link(show, "safety", say.text("Link to exactly this page"), **exactly, **_kept("group", "between"))


def _unkept(school_id: str) -> tuple[Unkept, ...]:
    """Return the questionnaires that were held here and the groups of which nothing was kept."""
    return here().waves.unkept(page.viewer(), school_id) if was_collecting() else ()


def _link_to_city(school_year: str | None, say: Language) -> None:
    """Draw the way to all schools together, for an adviser."""
    if page.viewer().sees_city() and school_year is not None:
        with st.container(key="notes-of-the-city"):
            page.link(safety_city.show, "safety-city", say.text("Safety in the city"), year=school_year)


def _link_to_waves(school_id: str, say: Language) -> None:
    """Draw the way to how many answered, which stands in the menu of teams only."""
    page.link(waves.show, "waves", say.text("Questionnaires of this school"), school=school_id)


def _kept(*parameters: str) -> dict[str, str]:
    return {name: st.query_params[name] for name in parameters if name in st.query_params}


def _in_place(school_id: str) -> tuple[tuple[str, float], ...]:
    """Return section -> mean of the school's own checklist; nothing for whom it is not."""
    filled = open_checklists(store_folder()).of(page.viewer(), school_id)
    return tuple(sorted(filled.means.items()))


def _choose_wave(of_year: Sequence[Wave], say: Language) -> str | None:
    """Let the reader choose a survey where the school held more than one in the year; the last by default."""
    labels = {each.wave: wave_label(each, say) for each in of_year}
    if len(labels) == 1 and st.query_params.get("wave") in (None, *labels):
        return next(iter(labels))
    return page.choice("wave", say.text("Survey"), labels, next(iter(labels)))


def _nothing_yet(known: Sequence[Wave], unkept: Sequence[Unkept], school_id: str, say: Language) -> None:
    """Say calmly that nothing is told of this school year, and which surveys there are."""
    with st.container(key="verdict"):
        st.markdown(say.text("There is no survey of this school year in the figures shown here."))
    _tell_unkept(unkept, None, say)
    st.markdown(
        say.text(
            "A survey asks pupils and staff how safe they feel, in five minutes and without names. Results "
            "appear here once it has ended and the city has published them."
        )
    )
    if page.viewer().sees_city():
        _link_to_waves(school_id, say)
    else:
        page.link(waves.show, "waves", say.text("Open a questionnaire"), school=school_id)
    for year in dict.fromkeys(each.school_year for each in known):
        label = say.text("The survey of {year}", year=year)
        page.link(show, "safety", label, school=school_id, year=year)


def _tell_unkept(unkept: Sequence[Unkept], shown: str | None, say: Language) -> None:
    """Say of which questionnaire, and of which groups of the one that is shown, too few answered."""
    for each in unkept:
        if each.is_whole:
            st.markdown(wave_too_few_words(*each.wave.days, say))
        elif each.wave.id == shown:
            st.markdown(too_few_words(each.groups, say))


def _draw(view: SafetyView, unkept: Sequence[Unkept], say: Language) -> None:
    with st.container(key="verdict"):
        st.markdown(safety_sentences(view, say))
    if view.groups:
        st.caption(
            say.text(
                "Scores run from 0 to 100; 100 is the most favourable. They tell how something is felt. "
                "There is no overall score and no list of schools."
            )
        )
    for number, part in enumerate(_parts(view, unkept, say), 1):
        page.part(number, part.title, part.opening)
        part.draw()


def _parts(view: SafetyView, unkept: Sequence[Unkept], say: Language) -> Iterator[Part]:
    yield Part(say.text("Who answered"), answered_opening(view, say), lambda: _who(view, unkept, say))
    if not view.groups:
        return
    yield Part(say.text("How it is felt"), "", lambda: _themes(view, say))
    if view.gaps:
        yield Part(say.text("Pupils and staff"), "", lambda: _gaps(view, say))
    if view.often or view.hotspots:
        yield Part(say.text("What happens, and where"), "", lambda: _often_and_where(view, say))
    if view.changes:
        yield Part(say.text("What changed"), "", lambda: _changes(view, say))
    if view.crossings:
        opening = "" if page.viewer().sees_city() else crossings_opening(view.crossings, say)
        yield Part(say.text("In place, and felt"), opening, lambda: _crossings(view, say))
    if view.obstacles:
        yield Part(say.text("Coming to school"), obstacles_opening(view, say), lambda: _obstacles(view, say))
    yield Part(
        say.text("What could be talked about"), supports_opening(view, say), lambda: _supports(view, say)
    )


def _who(view: SafetyView, unkept: Sequence[Unkept], say: Language) -> None:
    st.markdown(participation_lines(view, say))
    if view.wave is not None:
        _tell_unkept(unkept, view.wave.wave, say)
    if together := together_sentence(view, say):
        st.markdown(together)
    if view.wave is not None and (when := when_sentence(view.wave, say)):
        st.caption(when)
    if doubts := doubts_sentence(view, say):
        st.caption(doubts)


def _choose_group(groups: Sequence[str], say: Language) -> str | None:
    labels = {group: group_title(group, say) for group in groups}
    if len(labels) == 1 and st.query_params.get("group") in (None, *labels):
        return groups[0]
    return page.choice("group", say.text("As seen by"), labels, groups[0])


def _themes(view: SafetyView, say: Language) -> None:
    group = _choose_group(view.groups, say)
    if group is None:
        page.unknown_link()
        return
    scores = view.of_group(group)
    with st.container(key="opening-of-themes"):
        st.markdown(themes_title(scores, say))
    chart = themes(scores, say, page.palette())
    page.picture(chart, titled=False)
    with st.container(key="key"):
        st.html(peers_key(scores, say, page.palette()))
    if care := care_sentences(view, group, say):
        st.caption(care)
    page.chart_table(chart)
    if questions := view.questions_of_group(group):
        every = themes(questions, say, page.palette())
        page.as_table(say.text("Every question as a table"), every.table, every.title)


def _gaps(view: SafetyView, say: Language) -> None:
    pairs: dict[str, list[Gap]] = {}
    for each in view.gaps:
        pairs.setdefault(f"{each.adults} {each.pupils}", []).append(each)
    labels = {key: _pair_label(shown[0], say) for key, shown in pairs.items()}
    unusual = [
        key for key, shown in pairs.items() if any(each.verdict in ("larger", "smaller") for each in shown)
    ]
    chosen: str | None = next(iter([*unusual, *pairs]))
    if len(pairs) > 1 or "between" in st.query_params:
        chosen = page.choice("between", say.text("Between"), labels, chosen)
    if chosen is None:
        page.unknown_link()
        return
    shown = pairs[chosen]
    with st.container(key="opening-of-gaps"):
        st.markdown(gaps_title(shown, say))
    chart = gaps(shown, say, page.palette())
    page.picture(chart, titled=False)
    with st.container(key="key-of-gaps"):
        st.html(gaps_key(shown, say, page.palette()))
    st.caption(
        say.text(
            "Nearly everywhere staff see school more favourably than pupils do. Only a difference unlike "
            "that of the whole city says something of this school. Both are asked the same questions."
        )
    )
    page.chart_table(chart)


def _pair_label(gap: Gap, say: Language) -> str:
    adults, pupils = group_name(gap.adults, say), group_name(gap.pupils, say)
    return upper_first(say.text("{adults} and {pupils}", adults=adults, pupils=pupils))


def _of_group(shares: Sequence[Share], view: SafetyView) -> list[Share]:
    """Return the shares of the group that is looked at, of the first that has any where it has none."""
    asked = st.query_params.get("group", view.groups[0])
    told = list(dict.fromkeys(each.group for each in shares if each.value.value is not None))
    group = asked if asked in told else next(iter(told), None)
    return [each for each in shares if each.group == group]


def _often_and_where(view: SafetyView, say: Language) -> None:
    shown = [(_of_group(view.often, view), often), (_of_group(view.hotspots, view), hotspots)]
    for shares, draw in shown:
        if shares:
            page.draw(draw(shares, say, page.palette()))
    if not any(shares for shares, _ in shown):
        st.markdown(say.text("There are too few answers to tell."))


def _changes(view: SafetyView, say: Language) -> None:
    asked = st.query_params.get("group", view.groups[0])
    group = asked if any(each.group == asked for each in view.changes) else view.changes[0].group
    changes = [each for each in view.changes if each.group == group]
    with st.container(key="opening-of-changes"):
        st.markdown(f"{group_title(group, say)}: {lower_first(changes_title(changes, say))}")
    if any(each.points is not None for each in changes):
        chart = changed(changes, view.of_group(group), say, page.palette())
        page.picture(chart, titled=False)
        page.chart_table(chart)
    if reasons := why_not(changes, say):
        st.caption(reasons)


def _crossings(view: SafetyView, say: Language) -> None:
    if page.viewer().sees_city():
        st.markdown(say.text("The checklist is the school's own: only its team sees it beside the answers."))
        return
    if not any(each.in_place is not None for each in view.crossings):
        st.markdown(
            say.text(
                "The checklist is not filled in yet. A team goes through it in several sittings; nobody "
                "passes or fails."
            )
        )
        page.link(checklist.show, "checklist", say.text("Open the checklist"), school=view.school.school_id)
        return
    table = crossings_table([each for each in view.crossings if each.in_place is not None], say)
    page.flat_table(table, say.text("In place, and felt"))
    st.caption(
        say.text(
            "In place: the mean of what the team answered in that section. Felt weakly: a theme below "
            "{limit} points, or lower than at similar schools.",
            limit=say.number(view.limit),
        )
    )


def _obstacles(view: SafetyView, say: Language) -> None:
    st.markdown(obstacles_lines(view, say))
    if view.absence:
        chart = where_we_stand(view.absence, say, page.palette())
        page.picture(chart)
        page.chart_table(chart)
    st.caption(
        say.text(
            "The two stand side by side because absence can be a sign of something else. That they go "
            "together proves nothing about a single pupil, nor that one comes from the other."
        )
    )


def _supports(view: SafetyView, say: Language) -> None:
    found = together(view.supports)
    for supports in found[:_OPEN]:
        _proposal(supports, say)
    if found[_OPEN:]:
        with st.expander(say.text("More proposals"), type="compact"):
            for supports in found[_OPEN:]:
                _proposal(supports, say)


def _proposal(supports: Sequence[Support], say: Language) -> None:
    """Draw the kinds of support that rest on the same reasons, and these below them."""
    kinds = [f"* **{told_in(each.title, say)}**: {lower_first(told_in(each.text, say))}" for each in supports]
    st.markdown("\n".join(kinds))
    st.caption("  \n".join([say.text("Why:"), *reasons_lines(supports[0].reasons, say)]))
