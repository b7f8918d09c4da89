"""The doubt that belongs to every comparison, in words: match, completeness, alarms and breaks."""

from collections.abc import Sequence

from mirrors.locale import Language
from mirrors.views.city import CityTrend
from mirrors.views.mirror import Completeness, Match
from mirrors.views.trend import Trend


def match_sentence(match: Match, language: Language) -> str:
    """Return how alike the peers are, or why there are none."""
    if match.quality == "none":
        return no_match_sentence(match, language)
    if match.reason == "no_context":
        return language.text(
            "Poor match: only type and size are known to find similar schools by; "
            "read the comparison with care."
        )
    values = {"close": language.number(match.close), "peers": language.number(match.peers)}
    return {
        "good": language.text(
            "Good match: {close} of {peers} schools are close to yours on every feature that matters.",
            **values,
        ),
        "fair": language.text(
            "Fair match: {close} of {peers} schools are close to yours on every feature that matters.",
            **values,
        ),
    }.get(
        match.quality,
        language.text(
            "Poor match: only {close} of {peers} schools are close to yours on every feature that matters; "
            "read the comparison with care.",
            **values,
        ),
    )


def no_match_sentence(match: Match, language: Language) -> str:
    """Return why a school has no similar schools to be compared with; empty when it has."""
    if match.quality != "none":
        return ""
    return {
        "too_small": language.text("The school is too small to be compared with others."),
        "incomplete": language.text("The registers are too incomplete to be compared with others."),
        "small_type": language.text("There are too few schools of this type to compare with."),
        "no_context": language.text("Too little is known of the school's intake to find similar schools."),
    }.get(match.reason or "", language.text("There are no similar schools to compare with."))


def registers_sentence(share: float | None, language: Language) -> str:
    """Return how many of the months expected are registered, or that nobody can know."""
    if share is None:
        return language.text("The figures came for the whole year: which months are complete is not known.")
    return language.text("Registers complete for {share} of the months.", share=language.percent(share, 0))


def completeness_sentence(completeness: Completeness, language: Language) -> str:
    """Return how complete the registers are, and what to check before believing a change."""
    parts = [registers_sentence(completeness.share, language)]
    if completeness.missing_months:
        months = language.join([language.month(month) for month in completeness.missing_months])
        parts.append(language.text("Missing: {months}.", months=months))
    parts += alarm_sentences(completeness.alarms, language)
    if completeness.rejected:
        parts.append(rejected_sentence(language))
    return " ".join(parts)


def incomplete_sentence(completeness: Completeness, language: Language) -> str:
    """Return that registers are too incomplete to lean on; empty when they are complete enough or unknown."""
    share = completeness.share
    if share is None or not completeness.is_lacking:
        return ""
    return language.text(
        "Registers are complete for only {share} of the months, so read it with care.",
        share=language.percent(share, 0),
    )


def being_checked(language: Language) -> str:
    """Return what an open alarm means for a school's figures."""
    return language.text("This year's figures are being checked, so they take no part in comparisons.")


def rejected_sentence(language: Language) -> str:
    """Return that the figures of a school year were found wrong."""
    return language.text(
        "The figures of this school year were found wrong; they are withheld until corrected ones come."
    )


def alarm_sentences(alarms: Sequence[str], language: Language) -> list[str]:
    """Return what to check first, one sentence an alarm."""
    known = {
        "missing_months": language.text("Check first: months are missing."),
        "registers_stop": language.text("Check first: the registers stop before the end of the year."),
        "silent_registers": language.text("Check first: some registers hold no absence at all."),
        "registration_change": language.text(
            "Check first: the way absence is registered seems to have changed."
        ),
        "unknown_codes": language.text(
            "Check first: codes that were unknown seem to count as unauthorised now."
        ),
        "absence_change": language.text("Check first: absence moved further than chance explains."),
        "unauthorised_change": language.text(
            "Check first: unauthorised absence moved further than chance explains."
        ),
        "roll_change": language.text("Check first: the number of pupils changed by more than a fifth."),
        "fewer_absentees": language.text("Check first: far more pupils than before were never absent."),
        "repeated_figures": language.text("Check first: the figures are the same as in an older year."),
        "implausible": language.text("Check first: the figures are hardly possible."),
    }
    return [known[alarm] for alarm in alarms if alarm in known]


_REGISTRATION = ("registration_change", "unknown_codes")


def registration_warnings(completeness: Completeness, language: Language) -> str:
    """Return warnings that another way of registering may look like a change; empty without."""
    alarms = [alarm for alarm in completeness.alarms if alarm in _REGISTRATION]
    return " ".join(alarm_sentences(alarms, language))


def break_sentence(school_year: str, reason: str, language: Language) -> str:
    """Return that a school year cannot be compared with other years, and why."""
    return language.text(
        "{year} cannot be compared with other years: {reason}.", year=school_year, reason=reason
    )


def broken_years(series: Sequence[Trend] | Sequence[CityTrend], language: Language) -> str:
    """Return which school years of `series` cannot be compared, and why; empty when all can."""
    reasons = {
        point.school_year: language.pick(point.break_reason)
        for each in series
        for point in each.points
        if point.break_reason is not None
    }
    return " ".join(break_sentence(year, reason, language) for year, reason in sorted(reasons.items()))
