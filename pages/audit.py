"""The audit log: who did what when, searched and checked against what was published."""

from datetime import date

import streamlit as st

from mirrors.administration.audit import Event, LogView, Verified, log_view, verify
from mirrors.charts.account_words import event_words
from mirrors.charts.chart import Table
from mirrors.charts.letters import upper_first
from mirrors.charts.moments import moment
from mirrors.locale import Language
from pages import administration, page, reader

_ANY = "any"
_LONGEST_SEARCH = 80


def show() -> None:
    """Draw the rows of the log that the link asks for."""
    say = page.language()
    administration.head(say.text("Audit log"), say)
    with administration.told_calmly(say):
        administration.verdict(say.text("Who signed in, who saw which school, and what was done."))
        st.caption(
            say.text(
                "Rows are only ever added, each sealed with the one before it. Figures and passwords never "
                "stand here."
            )
        )
        page.part(1, say.text("Search"))
        _search(say)
        page.part(2, say.text("Is the log whole?"))
        _verify(say)


def _search(say: Language) -> None:
    first, second = st.columns(2)
    with first:
        words = page.words("words", say.text("Name, school or word"), _LONGEST_SEARCH)
    with second:
        events = {each.value: upper_first(event_words(each, say)) for each in Event}
        labels = {_ANY: say.text("Everything"), **events}
        what = page.choice("what", say.text("What was done"), labels, _ANY)
    day_from, day_to = _days(say)
    if what is None:
        page.unknown_link()
        return
    asked = st.query_params.get("page", "1")
    here = int(asked) if asked.isdecimal() and len(asked) < 6 else 1
    view = log_view(
        page.store_folder(),
        page.administrator(),
        words,
        None if what == _ANY else Event(what),
        day_from,
        day_to,
        page=here,
    )
    _rows(view, say)


def _days(say: Language) -> tuple[date | None, date | None]:
    boxes = zip(st.columns(2), (say.text("From"), say.text("To")), strict=True)
    days = [
        place.date_input(label, value=None, max_value="today", format="DD/MM/YYYY", key=f"day {label}")
        for place, label in boxes
    ]
    first, last = (each if isinstance(each, date) else None for each in days)
    return first, last


def _rows(view: LogView, say: Language) -> None:
    if not view.lines:
        st.markdown(say.text("Nothing was found."))
        return
    st.caption(say.plural("{count} row, the newest first.", "{count} rows, the newest first.", view.total))
    header = (say.text("When"), say.text("What was done"), say.text("Who"), say.text("School"))
    rows = (
        (
            moment(line.at, say),
            _what(line.event, line.about, say),
            _who(line.who, line.role, say),
            line.school or "–",
        )
        for line in view.lines
    )
    page.table(Table(header, tuple(rows)), say.text("Audit log"))
    if view.pages > 1:
        page.turn_pages(page.place_in_pages(view.pages), view.pages)


def _what(event: str, about: str, say: Language) -> str:
    what = upper_first(event_words(Event(event), say)) if event in set(Event) else event
    return f"{what}: {about}" if about else what


def _who(who: str, role: str, say: Language) -> str:
    if not who:
        return "–"
    return f"{who}, {reader.role_words(role, say).lower()}" if role else who


def _verify(say: Language) -> None:
    st.markdown(
        say.text(
            "Every row is computed anew and set beside the seals, also those that each publish kept "
            "elsewhere: a row that was changed, taken out or cut off shows."
        )
    )
    if not st.button(say.text("Check the whole log"), key="verify"):
        return
    found = verify(page.store_folder(), page.administrator())
    if isinstance(found, Verified):
        st.success(
            say.plural(
                "The log is whole: {count} row is as it was written. Seal of the last one: {seal}",
                "The log is whole: all {count} rows are as they were written. Seal of the last one: {seal}",
                found.rows,
                seal=found.head[:16],
            )
        )
        return
    st.error(say.text("The log is not whole from row {number} on.", number=found.at))
    # The reason is for whoever looks into it.
    st.code(found.why, language=None, wrap_lines=True)
