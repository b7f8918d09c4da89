"""The checklist of one school: a team fills it in over several sittings, and every answer is kept at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st

from mirrors.access import NotAllowed, Viewer
from mirrors.access.clock import now
from mirrors.casework import UnfitWords
from mirrors.charts.checklist_words import progress_table, unfit_words
from mirrors.charts.moments import day
from mirrors.charts.safety_words import told_in
from mirrors.definitions.reading import DefinitionError
from mirrors.doors.house import store_folder
from mirrors.locale import Language
from mirrors.survey.checklist import ChecklistItem, Section
from mirrors.survey.checklist_words import LONGEST_NOTE
from mirrors.survey.checklists import Checklists, Entry, FilledChecklist, open_checklists
from mirrors.survey.exports.filled_checklist import checklist_csv, checklist_pdf
from mirrors.survey.team import require_team
from mirrors.views import StoreTrouble
from pages import administration, page, reader

_REFUSED = "refused on the checklist"
_TROUBLE = "trouble"
_PDF, _CSV = "application/pdf", "text/csv"
_EMPTY: dict[str, Any] = {"answer": "", "evidence": "", "owner": "", "review_on": None}


def show() -> None:
    """Draw the checklist of the school that the link asks for."""
    say = page.language()
    _, school = page.open_school_page(say.text("Checklist on safety and well-being"))
    if school is None:
        return
    try:
        filled = _lists().of(page.viewer(), school.school_id)
    except DefinitionError as error:
        st.error(say.text("The file of the checklist cannot be read. Tell whoever keeps the store:"))
        st.code(str(error), language=None, wrap_lines=True)
        return
    page.saw(school.school_id, "", "checklist")
    if page.viewer().sees_city():
        _for_an_adviser(filled, say)
        return
    _for_the_team(filled, school.school_id, school.name, say)


def _lists() -> Checklists:
    return open_checklists(store_folder())


def _for_an_adviser(filled: FilledChecklist, say: Language) -> None:
    administration.verdict(say.text("**The checklist is the school's own.** What it says is not shown here."))
    page.part(1, say.text("How far the school is"))
    _progress(filled, say)


def _for_the_team(filled: FilledChecklist, school_id: str, name: str, say: Language) -> None:
    administration.verdict(
        say.text(
            "**Go through it together, in as many sittings as you like.** Nobody passes or fails, and "
            "there is no total. Every answer is kept at once."
        )
    )
    today = now().date()
    parts: list[tuple[str, Callable[[], None]]] = [
        (say.text("How far you are"), lambda: _progress(filled, say)),
    ]
    if due := filled.to_review(today):
        parts.append((say.text("To look at next"), lambda: _due(due, filled, school_id, say)))
    parts.append((say.text("A section"), lambda: _section(filled, school_id, say)))
    parts.append((say.text("To take along"), lambda: _take_along(school_id, name, today, say)))
    for number, (title, draw) in enumerate(parts, start=1):
        page.part(number, title)
        draw()


def _progress(filled: FilledChecklist, say: Language) -> None:
    sections = filled.checklist.sections
    rows = [(_title(each, say), filled.looked_at[each.id], len(each.items)) for each in sections]
    page.table(progress_table(rows, say), say.text("How many items were looked at"))


def _title(section: Section, say: Language) -> str:
    return f"{section.id} · {told_in(section.title, say)}"


def _due(due: tuple[str, ...], filled: FilledChecklist, school_id: str, say: Language) -> None:
    items = {item.id: item for item in filled.checklist.items}
    st.markdown(say.text("The review date of these is there or past:"))
    for item_id in due:
        item, entry = items[item_id], filled.entries[item_id]
        on = day(entry.review_on, say) if entry.review_on else ""
        label = f"{item_id} {told_in(item.text, say)} ({on})"
        page.link(show, "checklist", page.plain(label), school=school_id, section=item.section)


def _section(filled: FilledChecklist, school_id: str, say: Language) -> None:
    sections = {each.id: each for each in filled.checklist.sections}
    titles = {each: _title(section, say) for each, section in sections.items()}
    chosen = page.choice("section", say.text("Section"), titles, next(iter(titles)))
    if chosen is None:
        page.unknown_link()
        return
    with st.container(key="items", gap="large"):
        for item in sections[chosen].items:
            _item(item, filled, school_id, say)


def _item(item: ChecklistItem, filled: FilledChecklist, school_id: str, say: Language) -> None:
    entry = filled.entries.get(item.id, Entry())
    texts = {answer.id: told_in(answer.text, say) for answer in filled.checklist.answers}
    keys = {field: f"{field} of {item.id} at {school_id}" for field in _EMPTY}
    for field, key in keys.items():
        _as_kept(key, getattr(entry, field) or None if field == "answer" else getattr(entry, field))
    saves: dict[str, dict[str, Any]] = {
        field: {"key": key, "on_change": _save, "args": (school_id, item.id, field, key)}
        for field, key in keys.items()
    }
    with st.container(key=f"item {item.id}", gap="small"):
        st.radio(
            f"**{item.id} {page.plain(told_in(item.text, say))}**",
            list(texts),
            index=None,
            format_func=texts.__getitem__,
            horizontal=True,
            **saves["answer"],
        )
        st.caption(page.plain(told_in(item.why, say)))
        with st.expander(_notes_label(item, say), key=f"notes of {item.id} at {school_id}"):
            _notes(item, keys, saves, say)
            if not entry.is_empty:
                st.button(
                    say.text("Clear item {item}", item=item.id),
                    key=f"clear {item.id} at {school_id}",
                    on_click=_clear,
                    args=(school_id, item.id, tuple(keys.values())),
                    type="tertiary",
                )
        _tell_refused((keys["answer"], keys["review_on"]), say)
        if told := _kept_words(entry, filled.checklist.version, say):
            st.caption(told)


def _notes_label(item: ChecklistItem, say: Language) -> str:
    return say.text("Evidence, owner and review date of {item}", item=item.id)


def _notes(
    item: ChecklistItem, keys: dict[str, str], saves: dict[str, dict[str, Any]], say: Language
) -> None:
    st.text_area(
        say.text("Evidence: where one can see it"),
        placeholder=told_in(item.evidence, say),
        max_chars=LONGEST_NOTE,
        height=80,
        **saves["evidence"],
    )
    _tell_refused((keys["evidence"],), say)
    left, right = st.columns([2, 1])
    with left:
        st.text_input(
            say.text("Who looks after it: a function, no name"),
            placeholder=say.text("For instance: prevention adviser"),
            max_chars=LONGEST_NOTE,
            **saves["owner"],
        )
        _tell_refused((keys["owner"],), say)
    right.date_input(say.text("Look again on"), value=None, format="DD/MM/YYYY", **saves["review_on"])


def _kept_words(entry: Entry, version: int, say: Language) -> str:
    if entry.is_empty or entry.changed_on is None:
        return ""
    told = [say.text("Kept. Last changed on {day}.", day=day(entry.changed_on, say))]
    if entry.evidence or entry.owner or entry.review_on:
        told.append(say.text("With notes."))
    if entry.review_on is not None:
        told.append(say.text("Look again on {day}.", day=day(entry.review_on, say)))
    if entry.version != version:
        told.append(say.text("The words of the list changed since: does it still hold?"))
    return " ".join(told)


def _as_kept(key: str, kept: str | date | None) -> None:
    """Have a field show what is kept, which a colleague may have changed; what was refused stays in it.

    A field that shows it already is left alone, or what somebody types meanwhile would be lost.
    """
    if key not in _refused() and st.session_state.get(key, _REFUSED) != kept:
        st.session_state[key] = kept


def _refused() -> dict[str, str]:
    refused: dict[str, str] = st.session_state.setdefault(_REFUSED, {})
    return refused


def _tell_refused(keys: tuple[str, ...], say: Language) -> None:
    for key in keys:
        if key in _refused():
            st.warning(unfit_words(_refused()[key], LONGEST_NOTE, say))


def _save(school_id: str, item_id: str, field: str, key: str) -> None:
    """Keep one field of one item, beside what colleagues wrote of it meanwhile."""
    value = st.session_state[key] or _EMPTY[field]
    _keep(school_id, item_id, (key,), lambda entry: replace(entry, **{field: value}))


def _clear(school_id: str, item_id: str, keys: tuple[str, ...]) -> None:
    _keep(school_id, item_id, keys, lambda _: Entry())


def _keep(school_id: str, item_id: str, keys: tuple[str, ...], change: Callable[[Entry], Entry]) -> None:
    why = ""
    try:
        _lists().change(page.viewer(), school_id, item_id, change)
    except UnfitWords as refusal:
        why = str(refusal.why)
    except StoreTrouble:
        why = _TROUBLE
    except (reader.NotSignedIn, NotAllowed):
        # The run that follows says so.
        return
    for key in keys:
        _refused().pop(key, None)
        if why:
            _refused()[key] = why


def _take_along(school_id: str, name: str, today: date, say: Language) -> None:
    st.markdown(
        say.text("Your own list as it stands now. It belongs to the school: nobody else can download it.")
    )
    viewer, folder = page.viewer(), store_folder()

    def as_pdf() -> bytes:
        return checklist_pdf(open_checklists(folder).of(viewer, school_id), name, today, say)

    def as_csv() -> bytes:
        return checklist_csv(open_checklists(folder).of(viewer, school_id), say)

    with st.container(horizontal=True):
        _download(say.text("To print (PDF)"), f"checklist-{school_id}.pdf", _PDF, school_id, as_pdf)
        _download(say.text("As a table (CSV)"), f"checklist-{school_id}.csv", _CSV, school_id, as_csv)


def _download(label: str, file: str, kind: str, school_id: str, make: Callable[[], bytes]) -> None:
    def require(viewer: Viewer) -> None:
        require_team(viewer, school_id)

    st.download_button(
        label, reader.handed_over(file, require, make), file, kind, on_click="ignore", key=file
    )
