"""An alarm in words: what was seen, with the figures it rests on, and what it may be."""

from mirrors.charts.moments import weekday
from mirrors.locale import Language
from mirrors.views.alarms import AlarmView, Kind

_HALF_DAYS = {"am", "pm"}


def what_was_seen(alarm: AlarmView, unit: str, language: Language) -> str:
    """Return what stands out as one sentence with its figures; `unit` is the jurisdiction's."""
    told = _CHANGES.get(alarm.kind)
    if told is not None:
        return told(alarm, language)
    return _other(alarm, unit, language)


def what_it_may_be(kind: Kind, language: Language) -> str:
    """Return the usual explanations of an alarm, so that somebody knows where to look."""
    return {
        Kind.ABSENCE_CHANGE: language.text(
            "Perhaps totals were counted twice or in other units, or part of the year is missing. It may "
            "also be real."
        ),
        Kind.UNAUTHORISED_CHANGE: language.text(
            "Perhaps codes were used otherwise, or part of the codes is missing. It may also be real."
        ),
        Kind.ROLL_CHANGE: language.text(
            "Perhaps a branch was added, split off or left out, or another date of counting was used."
        ),
        Kind.FEWER_ABSENTEES: language.text(
            "Perhaps the absence of some grades or months was not delivered."
        ),
        Kind.REPEATED_FIGURES: language.text("Perhaps an old file was sent again under a new school year."),
        Kind.IMPLAUSIBLE: language.text("Perhaps hours, days and half-days were mixed up."),
        Kind.MISSING_MONTHS: language.text("Perhaps an export stopped early, or months were left out."),
        Kind.REGISTERS_STOP: language.text(
            "Perhaps the file was exported before the end of the school year."
        ),
        Kind.SILENT_REGISTERS: language.text("Perhaps absence was not registered then."),
        Kind.REGISTRATION_CHANGE: language.text(
            "Perhaps the school or its software changed how absence without a note is coded."
        ),
        Kind.UNKNOWN_CODES: language.text("Perhaps unknown codes were turned into unauthorised absence."),
        Kind.SCHOOL_MISSING: language.text("Perhaps its file was forgotten, or it closed or merged."),
    }[kind]


def _rate_change(alarm: AlarmView, language: Language) -> str:
    values = {
        "before": _percent(alarm.before, language),
        "after": _percent(alarm.after, language),
        "low": _percent(alarm.low, language),
        "high": _percent(alarm.high, language),
        "year": alarm.against,
    }
    if alarm.kind is Kind.UNAUTHORISED_CHANGE:
        return language.text(
            "Unauthorised absence went from {before} in {year} to {after}; {low} to {high} was to be "
            "expected.",
            **values,
        )
    return language.text(
        "Absence went from {before} in {year} to {after}; {low} to {high} was to be expected.", **values
    )


def _roll(alarm: AlarmView, language: Language) -> str:
    return language.text(
        "The number of pupils went from {before} in {year} to {after}.",
        before=_count(alarm.before, language),
        after=_count(alarm.after, language),
        year=alarm.against,
    )


def _fewer(alarm: AlarmView, language: Language) -> str:
    return language.text(
        "{after} of the pupils were never absent, against {before} in {year}; up to {high} was to be "
        "expected.",
        before=_percent(alarm.before, language),
        after=_percent(alarm.after, language),
        high=_percent(alarm.high, language),
        year=alarm.against,
    )


def _shift(alarm: AlarmView, language: Language) -> str:
    values = {
        "before": _percent(alarm.before, language),
        "after": _percent(alarm.after, language),
        "year": alarm.against,
    }
    if alarm.kind is Kind.UNKNOWN_CODES:
        return language.text(
            "Absence moved from unknown to unauthorised: the unauthorised share of both went from {before} "
            "in {year} to {after}.",
            **values,
        )
    return language.text(
        "Absence moved between illness and unauthorised: the unauthorised share of both went from {before} "
        "in {year} to {after}.",
        **values,
    )


def _repeated(alarm: AlarmView, language: Language) -> str:
    if alarm.detail:
        return language.text(
            "Every count of absence is the same as in {year}, before its figures were replaced.",
            year=alarm.against,
        )
    return language.text("Every count of absence is the same as in {year}.", year=alarm.against)


def _gone(alarm: AlarmView, language: Language) -> str:
    return language.text(
        "There were {before} pupils in {year}, and nothing came this school year.",
        before=_count(alarm.before, language),
        year=alarm.against,
    )


_CHANGES = {
    Kind.ABSENCE_CHANGE: _rate_change,
    Kind.UNAUTHORISED_CHANGE: _rate_change,
    Kind.ROLL_CHANGE: _roll,
    Kind.FEWER_ABSENTEES: _fewer,
    Kind.REGISTRATION_CHANGE: _shift,
    Kind.UNKNOWN_CODES: _shift,
    Kind.REPEATED_FIGURES: _repeated,
    Kind.SCHOOL_MISSING: _gone,
}


def _other(alarm: AlarmView, unit: str, language: Language) -> str:
    if alarm.kind is Kind.IMPLAUSIBLE:
        return _hardly_possible(alarm, unit, language)
    moments = language.join([_moment(code, language) for code in alarm.detail.split(",") if code])
    if alarm.kind is Kind.MISSING_MONTHS:
        return language.text(
            "{after} of {before} months came; {months} missing.",
            after=_count(alarm.after, language),
            before=_count(alarm.before, language),
            months=moments,
        )
    if alarm.kind is Kind.REGISTERS_STOP:
        return language.text("Nothing came after {month}.", month=moments)
    return language.text(
        "No absence at all in {moments}, where about {count} was to be expected.",
        moments=moments,
        count=_count(alarm.before, language),
    )


def _hardly_possible(alarm: AlarmView, unit: str, language: Language) -> str:
    if alarm.detail == "absence":
        return language.text(
            "Absence of {after} of the possible time is hardly possible.",
            after=_percent(alarm.after, language),
        )
    units = {
        "half_day": language.text("half-days"),
        "session": language.text("sessions"),
        "hour": language.text("hours"),
    }.get(unit, language.text("days"))
    return language.text(
        "{after} possible {units} a pupil are hardly possible; {low} to {high} would be.",
        after=_count(alarm.after, language),
        low=_count(alarm.low, language),
        high=_count(alarm.high, language),
        units=units,
    )


def _moment(code: str, language: Language) -> str:
    """Return a month ("11") or a half-day of the week ("3am") in words."""
    if code.isdigit():
        return language.month(int(code))
    if code[-2:] not in _HALF_DAYS or not code[:-2].isdigit():
        return code
    day = weekday(int(code[:-2]), language)
    return (
        language.text("{day} morning", day=day)
        if code.endswith("am")
        else language.text("{day} afternoon", day=day)
    )


def _percent(share: float | None, language: Language) -> str:
    return "–" if share is None else language.percent(share)


def _count(value: float | None, language: Language) -> str:
    return "–" if value is None else language.number(value)
