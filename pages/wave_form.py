"""The form by which a school team opens a wave; what cannot be is told beside its field."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mirrors.answering.house import here
from mirrors.charts.safety_words import group_title
from mirrors.charts.wave_words import form_length, questions_each, wrong_words
from mirrors.definitions import Jurisdiction
from mirrors.locale import Language
from mirrors.survey.groups import GROUPS, PUPILS, WHOLES
from mirrors.survey.questionnaire import FormName, load_questionnaire
from mirrors.survey.wave import Invited, Wrong, WrongWave
from mirrors.survey.waves import LONGEST_AT_SCHOOL, MOST_INVITED
from pages import page, wave_codes

_FORMS: tuple[FormName, ...] = ("short", "full")
_A_MINUTE = 5
"""Questions that somebody answers in a minute, the young included."""

_USUAL = timedelta(days=13)
_TIMES = "waves opened"
_AT_GROUPS = (Wrong.NOBODY, Wrong.GROUP, Wrong.NUMBER, Wrong.CLASSES)
_AT_DAYS = (Wrong.DAYS, Wrong.TOO_LONG, Wrong.OVERLAP)


@dataclass(frozen=True)
class _Asked:
    """What was filled in, and where each part stands, so that what is wrong with it is told there."""

    form: FormName | None
    school_year: str | None
    days: tuple[date | None, date | None]
    invited: tuple[Invited, ...]
    at_school: str
    places: dict[Wrong, DeltaGenerator]


def draw(school_id: str, jurisdiction: Jurisdiction, today: date, say: Language) -> None:
    """Draw the form, and open the wave when it is sent."""
    # A form that was sent is drawn anew, and empty.
    key = f"{school_id} {st.session_state.get(_TIMES, 0)}"
    with st.form(f"open {key}", border=False):
        asked = _fields(key, jurisdiction, today, say)
        sent = st.form_submit_button(say.text("Open the questionnaire"), type="primary", key=f"send {key}")
    if sent:
        _open(school_id, jurisdiction.id, asked, say)


def _fields(key: str, jurisdiction: Jurisdiction, today: date, say: Language) -> _Asked:
    places: dict[Wrong, DeltaGenerator] = {}
    form = _form(key, say)
    places[Wrong.FORM] = st.empty()
    first, second, third = st.columns(3)
    years = _school_years(today, jurisdiction.months[0])
    school_year = first.selectbox(say.text("School year"), years, key=f"year {key}")
    days = (
        _day(second, say.text("First day"), today, f"first {key}"),
        _day(third, say.text("Last day"), today + _USUAL, f"last {key}"),
    )
    places |= dict.fromkeys((Wrong.SCHOOL_YEAR, *_AT_DAYS), st.empty())
    invited = _groups(key, say)
    places |= dict.fromkeys(_AT_GROUPS, st.empty())
    at_school = st.text_input(
        say.text("Where pupils can turn at your school"),
        max_chars=LONGEST_AT_SCHOOL,
        placeholder=say.text("For instance: the pupil guidance, room 12"),
        help=say.text("It stands on the last page, beside the help lines."),
        key=f"at school {key}",
    )
    places[Wrong.AT_SCHOOL] = st.empty()
    return _Asked(form, school_year, days, invited, at_school or "", places)


def _form(key: str, say: Language) -> FormName | None:
    asked = {group: load_questionnaire(group, page.store_folder()) for group in GROUPS}
    counts = {form: {group: len(asked[group].asked(form)) for group in GROUPS} for form in _FORMS}
    longest = {form: max(counts[form].values()) for form in _FORMS}
    minutes = {form: -(-longest[form] // _A_MINUTE) for form in _FORMS}
    return st.radio(
        say.text("Form"),
        list(_FORMS),
        format_func=lambda form: form_length(form, longest[form], minutes[form], say),
        captions=[questions_each(counts[form], say) for form in _FORMS],
        key=f"form {key}",
    )


def _day(place: DeltaGenerator, label: str, default: date, key: str) -> date | None:
    found = place.date_input(label, value=default, format="DD/MM/YYYY", key=key)
    return found if isinstance(found, date) else None


def _groups(key: str, say: Language) -> tuple[Invited, ...]:
    st.markdown(f"**{say.text('Who is invited, and how many')}**")
    st.caption(
        say.text(
            "0 is not asked. Ten answers are needed before anything is told of a group, and half of those "
            "invited before it is compared. Every class gets a code of its own: one name a line, or with "
            "commas between; without names all pupils share one code."
        )
    )
    found = [_pupils(group, key, say) for group in WHOLES[PUPILS]]
    adults = [group for group in GROUPS if group not in WHOLES[PUPILS]]
    for place, group in zip(st.columns(len(adults)), adults, strict=True):
        found.append(Invited(group, _number(place, group, key, say)))
    return tuple(one for one in found if one.number or one.classes)


def _pupils(group: str, key: str, say: Language) -> Invited:
    left, right = st.columns([1, 2])
    number = _number(left, group, key, say)
    label = say.text("{group}: their classes", group=group_title(group, say))
    typed = right.text_area(label, height=68, key=f"classes {group} {key}")
    labels = (label.strip() for label in re.split(r"[\n,;]", typed or ""))
    return Invited(group, number, tuple(label for label in labels if label))


def _number(place: DeltaGenerator, group: str, key: str, say: Language) -> int:
    label = say.text("{group}: how many", group=group_title(group, say))
    return int(place.number_input(label, 0, MOST_INVITED, step=1, key=f"number {group} {key}") or 0)


def _school_years(today: date, first_month: int) -> list[str]:
    """Return this school year and the next."""
    this = today.year if today.month >= first_month else today.year - 1
    return [f"{year}-{(year + 1) % 100:02d}" for year in (this, this + 1)]


def _open(school_id: str, jurisdiction: str, asked: _Asked, say: Language) -> None:
    try:
        first, last = asked.days
        if first is None or last is None:
            raise WrongWave(Wrong.DAYS)
        if asked.form is None:
            raise WrongWave(Wrong.FORM)
        opened = here().waves.open(
            page.viewer(),
            school_id,
            asked.school_year or "",
            asked.form,
            (first, last),
            asked.invited,
            jurisdiction,
            asked.at_school,
        )
    except WrongWave as refusal:
        place = asked.places.get(refusal.why)
        (place or st).warning(wrong_words(refusal.why, say))
        st.caption(say.text("Nothing was opened. Please look at what is marked above."))
        return
    wave_codes.keep_once(opened)
    st.session_state[_TIMES] = st.session_state.get(_TIMES, 0) + 1
    st.rerun()
