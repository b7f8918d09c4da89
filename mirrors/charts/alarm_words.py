"""An alarm in words for the administrator: its name, what it means for the figures, and what to do."""

from mirrors.locale import Language
from mirrors.views.alarms import AlarmView


def alarm_title(kind: str, language: Language) -> str:
    """Return the name of a kind of alarm."""
    return {
        "absence_change": language.text("Absence changed a lot"),
        "unauthorised_change": language.text("Unauthorised absence changed a lot"),
        "roll_change": language.text("The number of pupils changed a lot"),
        "fewer_absentees": language.text("Many more pupils were never absent"),
        "repeated_figures": language.text("The same figures as in an older year"),
        "implausible": language.text("Figures that are hardly possible"),
        "missing_months": language.text("Months are missing"),
        "registers_stop": language.text("The registers stop early"),
        "silent_registers": language.text("Registers without any absence"),
        "registration_change": language.text("Another way of registering"),
        "unknown_codes": language.text("Unknown codes became unauthorised absence"),
        "school_missing": language.text("A school is missing"),
    }.get(kind, language.text("Something to check"))


def alarm_state(state: str, language: Language) -> str:
    """Return what was decided about an alarm."""
    return {
        "confirmed": language.text("confirmed: the data are right"),
        "rejected": language.text("rejected: the data are wrong"),
    }.get(state, language.text("open: nobody has decided yet"))


def alarm_effect(alarm: AlarmView, language: Language) -> str:
    """Return what an alarm means for the school's figures as it stands."""
    if alarm.state == "confirmed":
        return language.text("The school takes part in all comparisons.")
    if alarm.state == "rejected":
        return language.text("The figures of this school year are shown nowhere until corrected ones come.")
    if not alarm.holds:
        return language.text("Nothing is shown of this school in this school year.")
    return language.text("Until somebody decides, the school takes part in no comparison this year.")


def what_to_do(kind: str, language: Language) -> str:
    """Return how to settle an alarm, in one or two sentences."""
    if kind == "school_missing":
        return language.text("Ask the provider. Confirm if the school closed; otherwise load its figures.")
    if kind in ("missing_months", "registers_stop", "silent_registers"):
        return language.text(
            "Ask the school for the rest and load it. Confirm only if the school really had no lessons then."
        )
    return language.text(
        "Ask the school or the provider. Confirm if the figures are right; reject them if they are wrong, "
        "and load corrected ones."
    )
