"""The questionnaires of one school: opening one, its codes, how many answered, and closing it."""

from collections.abc import Callable
from datetime import date

import streamlit as st

from mirrors.access.clock import now
from mirrors.answering.house import here
from mirrors.charts.wave_words import (
    Took,
    days_words,
    form_words,
    more_than_invited,
    participation_table,
    running_sentence,
    sheets_lost,
    wrong_words,
)
from mirrors.definitions.reading import DefinitionError
from mirrors.locale import Language
from mirrors.survey.groups import PUPILS, WHOLES
from mirrors.survey.wave import Wave, WrongWave
from mirrors.views import StoreTrouble
from mirrors.views.safety import Wave as Published
from mirrors.views.safety import safety_waves
from mirrors.views.snapshot import SnapshotView
from pages import administration, page, reader, wave_codes, wave_form

_LOOK_AGAIN = 15
"""Seconds after which the participation is looked up again."""


def show() -> None:
    """Draw the questionnaires of the school that the link asks for."""
    say = page.language()
    about, school = page.open_school_page(say.text("Questionnaires"))
    if school is None:
        return
    school_id = school.school_id
    waves = here().waves.of_school(page.viewer(), school_id)
    page.saw(school_id, "", "waves")
    today = now().date()
    running = [wave for wave in waves if not wave.has_ended(today)]
    ended = [wave for wave in waves if wave.has_ended(today)]
    elsewhere = _asked_elsewhere(school_id)
    _verdict(running, ended, bool(elsewhere), today, say)
    if elsewhere and not waves:
        at = {"school": school_id, "year": elsewhere[0].school_year}
        page.link(_open_safety, "safety", say.text("The safety mirror"), **at)
    administration.tell_notice()
    _draw(about, school_id, running, ended, today, say)


def _asked_elsewhere(school_id: str) -> list[Published]:
    """Return the published surveys that the school did not hold here, the latest first."""
    known = safety_waves(page.snapshot(), page.viewer(), school_id)
    return [each for each in known if not each.is_collected]


def _verdict(
    running: list[Wave], ended: list[Wave], asked_elsewhere: bool, today: date, say: Language
) -> None:
    if running:
        sentences = [running_sentence(wave.first_day, wave.last_day, today, say) for wave in running]
        administration.verdict("  \n".join([*sentences, say.text("Results stay closed until it has ended.")]))
    elif ended:
        administration.verdict(say.text("**No questionnaire is open now.** The last ones stand below."))
    elif asked_elsewhere:
        administration.verdict(
            say.text(
                "**This school has not asked anything here yet.** The results of a survey made elsewhere "
                "stand in the safety mirror."
            )
        )
    else:
        administration.verdict(say.text("**This school has not asked anything here yet.**"))


def _draw(
    about: SnapshotView, school_id: str, running: list[Wave], ended: list[Wave], today: date, say: Language
) -> None:
    is_team = not page.viewer().sees_city()
    opened = wave_codes.shown_once(school_id)
    if is_team and opened is not None and opened.wave.id in {wave.id for wave in running}:
        wave_codes.draw_once(opened, say)
    parts: list[tuple[str, Callable[[], None]]] = []
    if running:
        parts.append((say.text("Open now"), lambda: _all_running(running, is_team, say)))
    if is_team:
        title = say.text("Open another questionnaire") if running else say.text("Open a questionnaire")
        parts.append((title, lambda: _offer_to_open(school_id, about, bool(running), today, say)))
    if ended:
        parts.append((say.text("Ended"), lambda: _all_ended(ended, say)))
    for number, (title, draw) in enumerate(parts, start=1):
        page.part(number, title)
        draw()


def _offer_to_open(school_id: str, about: SnapshotView, is_another: bool, today: date, say: Language) -> None:
    try:
        if is_another:
            with st.expander(say.text("Other groups, or other days")):
                wave_form.draw(school_id, about.jurisdiction, today, say)
        else:
            wave_form.draw(school_id, about.jurisdiction, today, say)
    except DefinitionError as error:
        st.error(say.text("A file of the questionnaires cannot be read. Tell whoever keeps the store:"))
        st.code(str(error), language=None, wrap_lines=True)


def _all_running(running: list[Wave], is_team: bool, say: Language) -> None:
    for wave in running:
        st.markdown(_title(wave, say))
        _live(wave.id)
        if is_team:
            wave_codes.draw_classes(here().waves.class_codes(page.viewer(), wave.id), wave, say)
            _tell_of_adults(wave, say)
            _offer_to_close(wave, say)


def _tell_of_adults(wave: Wave, say: Language) -> None:
    if set(wave.invited) <= set(WHOLES[PUPILS]) or wave_codes.shown_once(wave.school_id) is not None:
        return
    st.caption(
        say.text(
            "The codes of adults were shown when this was opened. If they are lost, close it and open "
            "another."
        )
    )


def _title(wave: Wave, say: Language) -> str:
    days = days_words(*wave.days, say)
    year = say.text("school year {year}", year=wave.school_year)
    return f"**{form_words(wave.form, say)}** · {days} · {year}"


@st.fragment(run_every=_LOOK_AGAIN)
def _live(wave_id: str) -> None:
    """Draw how many answered so far, and look again by itself."""
    say = page.language()
    try:
        ended = here().answers.wave(wave_id).has_ended(now().date())
        if not ended:
            _participation(wave_id, False, say)
    except reader.NotSignedIn:
        ended = True
    except StoreTrouble:
        st.caption(say.text("How many answered cannot be looked up just now."))
        return
    if ended:
        st.rerun()
    st.caption(
        say.text("In steps of five, so that nobody sees who just answered. It is counted again by itself.")
    )


def _participation(wave_id: str, ended: bool, say: Language) -> None:
    told = here().waves.participation(page.viewer(), wave_id)
    took = [Took(each.group, each.invited, each.answered) for each in told]
    label = say.text("Who answered")
    page.flat_table(participation_table(took, ended, say), label)
    for sentence in more_than_invited(took, say):
        st.caption(sentence)
    if lost := sheets_lost([each.group for each in told if each.incomplete], say):
        st.caption(lost)


def _offer_to_close(wave: Wave, say: Language) -> None:
    with st.expander(say.text("Close before the last day")):
        st.markdown(
            say.text(
                "Nobody can answer any more, and it cannot be opened again. Of a group in which fewer than "
                "ten answered nothing is told; of fewer than five nothing is kept."
            )
        )
        sure = st.checkbox(say.text("Yes, close it now"), key=f"sure {wave.id}")
        if st.button(say.text("Close"), disabled=not sure, key=f"close {wave.id}") and sure:
            try:
                here().waves.close(page.viewer(), wave.id)
            except WrongWave as refusal:
                st.warning(wrong_words(refusal.why, say))
                return
            administration.notice(say.text("The questionnaire is closed."))


def _all_ended(ended: list[Wave], say: Language) -> None:
    st.markdown(
        say.text(
            "The safety mirror shows a questionnaire that has ended after the next publish by the city. "
            "Of a group in which fewer than ten answered nothing is told, and nobody at the school ever sees "
            "single answers."
        )
    )
    snapshot, viewer = page.snapshot(), page.viewer()
    published = {each.wave for wave in ended[:1] for each in safety_waves(snapshot, viewer, wave.school_id)}
    for wave in ended:
        st.markdown(_title(wave, say))
        _participation(wave.id, True, say)
        if wave.id in published:
            at = {"school": wave.school_id, "year": wave.school_year, "wave": wave.id}
            page.link(_open_safety, "safety", say.text("The safety mirror"), **at)


def _open_safety() -> None:
    # The two pages lead to each other.
    from pages import safety

    safety.show()
