"""The advisers' desk on a page: setting a school aside, taking that back, noting a contact, and the log."""

from collections.abc import Mapping
from datetime import date

import streamlit as st

from mirrors import casework
from mirrors.casework import LONGEST_REASON, AlreadyDecided, Entry, ListName, SetAside, Unfit, UnfitWords
from mirrors.charts.chart import Table
from mirrors.charts.moments import day, moment
from mirrors.locale import Language
from pages import page

_NOTICE = "notice of the desk"


def tell_notice() -> None:
    """Tell what was done on the run before, once."""
    if text := st.session_state.pop(_NOTICE, None):
        st.success(text)


def offer_to_set_aside(shown: ListName, names: Mapping[str, str], say: Language) -> None:
    """Draw the form that sets one of the schools in `names` (id -> name) aside from a list."""
    if not names:
        return
    with (
        st.expander(say.text("Set a school aside")),
        st.form(f"set aside from {shown.kind}", border=False),
    ):
        st.caption(
            say.text(
                "It stays in sight below the list, with your reason. No other school takes its place, and no "
                "figure changes."
            )
        )
        school = st.selectbox(
            say.text("School"), list(names), index=None, format_func=names.__getitem__, placeholder="–"
        )
        reason = st.text_input(
            say.text("Why? No names of pupils, parents or staff."), max_chars=LONGEST_REASON
        )
        contact = _contact_day(say.text("Day of the last contact, if there was one"), say)
        asked = st.form_submit_button(say.text("Set aside"))
    if asked:
        _set_aside(shown, school, names, reason, contact, say)


def _set_aside(
    shown: ListName,
    school: str | None,
    names: Mapping[str, str],
    reason: str,
    contact: date | None,
    say: Language,
) -> None:
    if school not in names:
        st.warning(say.text("Please choose a school."))
        return
    try:
        casework.set_aside(page.store_folder(), page.viewer(), school, shown, reason, contact)
    except UnfitWords as refusal:
        st.warning(_unfit(refusal.why, say))
    except AlreadyDecided:
        _notice(say.text("Somebody else decided on this school a moment ago."))
    else:
        _notice(say.text("{school} is set aside.", school=names[school]))


def draw_aside(
    aside: Mapping[str, SetAside],
    names: Mapping[str, str],
    listed: frozenset[str],
    contacts: Mapping[str, date],
    say: Language,
) -> None:
    """Draw the schools that stand aside from a list, in alphabetical order, each with who, when and why.

    `listed` are the schools on the list in the snapshot on screen.
    """
    if not aside:
        return
    st.markdown(f"**{say.text('Set aside by the adviser')}**")
    st.caption(say.text("The list keeps fewer schools: no other one takes their place."))
    for school_id in sorted(aside, key=lambda each: (names.get(each, each).casefold(), each)):
        each = aside[school_id]
        with st.container(key=f"aside {each.list.kind} {school_id}", gap="xxsmall"):
            st.markdown(f"~~{page.plain(names.get(school_id, school_id))}~~")
            st.caption(_aside_words(each, school_id in listed, contacts.get(school_id), say))
            if st.button(
                say.text("Take back"), key=f"take back {each.list.kind} {school_id}", type="tertiary"
            ):
                _take_back(each, names.get(school_id, school_id), say)


def _aside_words(each: SetAside, is_listed: bool, contact: date | None, say: Language) -> str:
    lines = [
        say.text(
            "“{reason}” {who}, {when}.",
            reason=page.plain(each.reason),
            who=page.plain(each.by),
            when=moment(each.at, say),
        )
    ]
    if contact is not None:
        lines.append(say.text("Last contact noted: {day}.", day=day(contact, say)))
    if not is_listed:
        lines.append(say.text("In this snapshot it is not on the list."))
    return "  \n".join(lines)


def _take_back(each: SetAside, name: str, say: Language) -> None:
    try:
        casework.take_back(page.store_folder(), page.viewer(), each.school_id, each.list)
    except AlreadyDecided:
        _notice(say.text("Somebody else decided on this school a moment ago."))
    else:
        _notice(say.text("{school} stands on the list again.", school=name))


def offer_to_note_contact(school_id: str, say: Language) -> None:
    """Draw the form that notes the day of a contact with a school."""
    with st.form(f"contact with {school_id}", clear_on_submit=True):
        when = _contact_day(say.text("Day of the contact"), say)
        about = st.text_input(
            say.text("About what, in a few words? No names of pupils, parents or staff."),
            max_chars=LONGEST_REASON,
        )
        if not st.form_submit_button(say.text("Note the contact")):
            return
    if when is None:
        st.warning(say.text("Please give the day of the contact."))
        return
    try:
        casework.note_contact(page.store_folder(), page.viewer(), school_id, when, about)
    except UnfitWords as refusal:
        st.warning(_unfit(refusal.why, say))
    else:
        _notice(say.text("The contact is noted."))


def draw_log(entries: tuple[Entry, ...], names: Mapping[str, str], titles: Mapping[str, str]) -> None:
    """Draw everything that was set aside and taken back, behind an expander; `titles` are those of lists."""
    if not entries:
        return
    say = page.language()
    acts = {"set_aside": say.text("set aside"), "taken_back": say.text("taken back")}
    header = (say.text("When"), say.text("Who"), say.text("School"), say.text("List"))
    header = (*header, say.text("What was done"), say.text("Why"))
    rows = (
        (
            moment(entry.at, say),
            entry.by,
            names.get(entry.school_id, entry.school_id),
            titles.get(entry.list.kind, entry.list.kind),
            acts.get(entry.what, entry.what),
            entry.reason or "–",
        )
        for entry in reversed(entries)
    )
    label = say.text("What was set aside and taken back")
    with st.expander(label):
        page.table(Table(header, tuple(rows)), label)


def _contact_day(label: str, say: Language) -> date | None:
    found = st.date_input(
        label, value=None, max_value="today", format="DD/MM/YYYY", help=say.text("Day, month, year.")
    )
    return found if isinstance(found, date) else None


def _unfit(why: Unfit, say: Language) -> str:
    """Return why words were not kept, and what to do."""
    return {
        Unfit.EMPTY: say.text("Please say in a few words why."),
        Unfit.TOO_LONG: say.text(
            "That is longer than {most} characters. Please shorten it.", most=LONGEST_REASON
        ),
        Unfit.PERSONAL: say.text(
            "Nothing was kept: this seems to tell of a person, by a name, number, date of birth or address. "
            "Please leave that out."
        ),
        Unfit.NOT_YET: say.text("A contact that is still to come cannot be noted yet."),
    }[why]


def _notice(text: str) -> None:
    st.session_state[_NOTICE] = text
    st.rerun()
