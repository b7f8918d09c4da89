"""Check first: the figures that stand out, and whether they are right."""

from collections.abc import Sequence

import streamlit as st

from mirrors.administration import acts
from mirrors.administration.acts import Checked, WrongDecision
from mirrors.charts.alarm_evidence import what_it_may_be, what_was_seen
from mirrors.charts.alarm_words import alarm_effect, alarm_state, alarm_title, what_to_do
from mirrors.charts.decided import decided_table
from mirrors.charts.letters import upper_first
from mirrors.locale import Language
from mirrors.views.alarms import AlarmView, SchoolYearAlarms, State
from pages import administration, page

_SEEN = "alarms"
_AT_ONCE = 20
_LONGEST_NOTE = 500
_DECIDED = (State.CONFIRMED, State.REJECTED)


def show() -> None:
    """Draw what stands out in one school year, and what was decided about it."""
    say = page.language()
    administration.head(say.text("Check first"), say)
    with administration.told_calmly(say):
        checked = _look(say)
        page.saw_list("check-first")
        _draw(checked, say)


def _look(say: Language) -> Checked:
    folder, viewer = page.store_folder(), page.administrator()
    seen: Checked | None = st.session_state.get(_SEEN)
    if seen is not None and seen.state == acts.state_of(folder, viewer):
        return seen
    with st.spinner(say.text("Looking for what stands out")):
        found = acts.alarms(folder, viewer)
    st.session_state[_SEEN] = found
    return found


def _draw(checked: Checked, say: Language) -> None:
    waiting = [each for each in checked.school_years if each.of(State.OPEN)]
    decided = [each for each in checked.school_years if each.of(*_DECIDED)]
    administration.verdict(_standing(waiting, say))
    administration.tell_notice()
    st.caption(
        say.text(
            "Nothing is ever corrected by itself: somebody finds out whether the figures are right, and "
            "says so. A decision lapses when the figures change."
        )
    )
    page.part(1, say.text("What stands out"))
    _waiting(waiting, checked.unit, say)
    page.part(2, say.text("What was decided"))
    _decided(decided, checked.unit, say)


def _standing(waiting: Sequence[SchoolYearAlarms], say: Language) -> str:
    if not waiting:
        return say.text("Nothing waits for you.")
    stands_out = say.plural(
        "**{count} school year** of a school stands out and waits for you.",
        "**{count} school years** of schools stand out and wait for you.",
        len(waiting),
    )
    until = say.text("Until somebody decides, they take no part in comparisons.")
    return f"{stands_out} {until}"


def _waiting(waiting: Sequence[SchoolYearAlarms], unit: str, say: Language) -> None:
    years = {each.school_year: each.school_year for each in waiting}
    if not years:
        st.markdown(say.text("Nothing."))
        return
    counts = {year: sum(each.school_year == year for each in waiting) for year in years}
    labels = {year: f"{year} ({say.number(counts[year])})" for year in years}
    year = page.choice("year", say.text("School year"), labels, next(iter(years)))
    if year is None:
        page.unknown_link()
        return
    of_year = [each for each in waiting if each.school_year == year]
    # Schools of which nothing came at all stand last.
    of_year.sort(key=lambda each: not any(alarm.holds for alarm in each.of(State.OPEN)))
    for each in of_year[:_AT_ONCE]:
        _school_year(each, unit, say)
    if len(of_year) > _AT_ONCE:
        left = len(of_year) - _AT_ONCE
        st.caption(
            say.plural(
                "{count} more appears once these are decided.",
                "{count} more appear once these are decided.",
                left,
            )
        )
    if len(of_year) > 1:
        _whole_year(year, say)


def _whole_year(year: str, say: Language) -> None:
    """Draw the form for a year that was looked at elsewhere, such as the history a city starts with."""
    with (
        st.expander(say.text("All of {year} at once", year=year)),
        st.form(f"decide {year}", border=False),
    ):
        st.markdown(say.text("For a year that was checked before, such as the history you start with."))
        note = st.text_input(say.text("Who checked it, and how? (a few words)"), max_chars=_LONGEST_NOTE)
        label = say.text("All data of {year} are right", year=year)
        right = st.form_submit_button(label, disabled=administration.looks_on())
    if right and not note.strip():
        st.warning(say.text("Please say in a few words what you found out."))
    elif right:
        acts.confirm_year(page.store_folder(), page.administrator(), year, note)
        st.rerun()


def _school_year(each: SchoolYearAlarms, unit: str, say: Language) -> None:
    with st.container(border=True, key=f"alarm {each.school_id} {each.school_year}"):
        st.subheader(f"{page.plain(each.name)} · {each.school_year}", anchor=False)
        for alarm in each.of(State.OPEN):
            _alarm(each, alarm, unit, say)


def _alarm(each: SchoolYearAlarms, alarm: AlarmView, unit: str, say: Language) -> None:
    st.markdown(_seen(alarm, unit, say))
    st.caption(what_it_may_be(alarm.kind, say))
    with (
        st.expander(say.text("Decide")),
        st.form(f"decide {each.school_id} {each.school_year} {alarm.kind}", border=False),
    ):
        st.markdown(what_to_do(alarm.kind, say))
        note = st.text_input(say.text("What did you find out? (a few words)"), max_chars=_LONGEST_NOTE)
        with st.container(horizontal=True):
            looks_on = administration.looks_on()
            right = st.form_submit_button(say.text("The data are right"), disabled=looks_on)
            wrong = st.form_submit_button(say.text("The data are wrong"), disabled=looks_on)
    if (right or wrong) and not note.strip():
        st.warning(say.text("Please say in a few words what you found out."))
    elif right or wrong:
        _decide(each, alarm, "confirmed" if right else "rejected", note, say)


def _seen(alarm: AlarmView, unit: str, say: Language) -> str:
    return f"**{alarm_title(alarm.kind, say)}.** {what_was_seen(alarm, unit, say)}"


def _decide(each: SchoolYearAlarms, alarm: AlarmView, decision: str, note: str, say: Language) -> None:
    try:
        acts.decide(
            page.store_folder(),
            page.administrator(),
            each.school_id,
            each.school_year,
            str(alarm.kind),
            decision,
            note,
        )
    except WrongDecision:
        st.info(say.text("This does not stand out any more."))
        return
    administration.notice(
        say.text("{school}, {year}: noted.", school=page.plain(each.name), year=each.school_year)
    )


def _decided(decided: Sequence[SchoolYearAlarms], unit: str, say: Language) -> None:
    if not decided:
        st.markdown(say.text("Nothing yet."))
        return
    alarms = [(each, alarm) for each in decided for alarm in each.of(*_DECIDED)]
    for state in _DECIDED:
        if of_state := [alarm for _, alarm in alarms if alarm.state is state]:
            st.caption(f"{upper_first(alarm_state(state, say))}. {alarm_effect(of_state[0], say)}")
    pages = -(-len(alarms) // _AT_ONCE)
    here = page.place_in_pages(pages)
    page.table(
        decided_table(alarms[(here - 1) * _AT_ONCE : here * _AT_ONCE], unit, say),
        say.text("What was decided"),
    )
    if pages > 1:
        page.turn_pages(here, pages)
