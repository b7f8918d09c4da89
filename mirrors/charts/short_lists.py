"""The words around the short lists: how many schools were judged, and the facts on each card."""

from collections.abc import Mapping, Sequence
from datetime import date

from mirrors.charts.amounts import written
from mirrors.charts.doubts import alarm_sentences, registers_sentence
from mirrors.charts.drivers import drivers_sentence
from mirrors.charts.letters import upper_first
from mirrors.charts.moments import day
from mirrors.charts.reasons import left_out_words
from mirrors.definitions import Indicator
from mirrors.locale import Language
from mirrors.views.programme import Reach
from mirrors.views.ten_and_ten import Listed, TenAndTenView


def judged_sentences(view: TenAndTenView, language: Language) -> str:
    """Return how many schools were judged, and how many were left out for which reason."""
    judged = language.plural(
        "{count} school was judged.", "{count} schools were judged.", view.schools_judged
    )
    left_out = [
        f"{left_out_words(code, language)} ({language.number(count)})"
        for code, count in view.schools_left_out
    ]
    if not left_out:
        return judged
    return f"{judged} " + language.text("Left out: {reasons}.", reasons="; ".join(left_out))


def talks_sentence(
    view: TenAndTenView, last_contacts: Mapping[str, date], published: date, language: Language
) -> str:
    """Return with how many of the listed schools a talk was noted on or after the day of publishing."""
    listed = {each.school.school_id for shown in view.lists for each in (*shown.schools, *shown.weak)}
    if not listed:
        return ""
    spoken = {school for school, day in last_contacts.items() if day >= published} & listed
    return language.plural(
        "Of these schools ({listed}), {count} has had a talk since the lists were published.",
        "Of these schools ({listed}), {count} have had a talk since the lists were published.",
        len(spoken),
        listed=language.number(len(listed)),
    )


def reach_sentence(reach: Reach, language: Language) -> str:
    """Return how many schools have a mirror this year; empty when none could have one."""
    if not reach.eligible:
        return ""
    return language.plural(
        "{count} of {all} schools has a mirror for {year}.",
        "{count} of {all} schools have a mirror for {year}.",
        reach.with_mirror,
        all=language.number(reach.eligible),
        year=reach.school_year,
    )


def certainty_sentence(language: Language) -> str:
    """Return what "clear" promises, as measured on the public figures of two large school systems."""
    return language.text(
        "Of changes called clear, about four in five keep their direction and about two in three stay "
        "large enough to matter."
    )


def card_facts(
    indicator: Indicator, listed: Listed, school_type: str, last_contact: date | None, language: Language
) -> str:
    """Return the facts below the evidence as lines of Markdown: the school, then what to think of it."""
    certainty = {
        "clear": language.text("Certainty: clear."),
        "weak": language.text("Certainty: weak."),
    }
    school = [
        upper_first(school_type),
        language.plural("{count} pupil", "{count} pupils", listed.pupils),
    ]
    if listed.direction == "below_expected":
        value = written(indicator, listed.own, language)
        school.append(language.text("registered this year: {value}", value=value))
    doubt = [certainty[listed.certainty], registers_sentence(listed.completeness, language)]
    doubt.append(checks_sentence(listed.alarms, language))
    known = [language.text("On this list last year too.")] if listed.on_list_last_year else []
    known.append(contact_sentence(last_contact, language))
    lines = [" · ".join(school), drivers_sentence(listed.drivers, language), " ".join(doubt), " ".join(known)]
    return "  \n".join(line for line in lines if line)


def checks_sentence(alarms: Sequence[str], language: Language) -> str:
    """Return what the checks of a school's registers found."""
    if not alarms:
        return language.text("Nothing stands out in them.")
    return " ".join(alarm_sentences(alarms, language))


def contact_sentence(last_contact: date | None, language: Language) -> str:
    """Return when an adviser last noted a contact with the school."""
    if last_contact is None:
        return language.text("No contact noted yet.")
    return language.text("Last contact noted: {day}.", day=day(last_contact, language))
