"""Why something is not there, in words: an indicator, a change that is not judged, a shorter list."""

from mirrors.locale import Language


def not_judged_words(code: str | None, language: Language) -> str:
    """Return why a school's change is not judged this year, as the second half of a sentence."""
    return {
        "break_year": language.text("this year cannot be compared with other years"),
        "no_year_before": language.text("there is no comparable year before it"),
        "open_alarm": language.text("its figures of this year or the last are being checked"),
        "rejected": language.text("its figures were found wrong and wait for a correction"),
        "missing_year": language.text("a year is missing"),
        "too_small": language.text("the school is too small"),
        "implausible": language.text("its figures are implausible"),
        "roll_changed": language.text("the number of pupils changed by more than half"),
    }.get(code or "", language.text("there are too few years"))


def left_out_words(code: str, language: Language) -> str:
    """Return why schools were left out of the lists, as an entry of a list."""
    return {
        "open_alarm": language.text("figures being checked"),
        "missing_year": language.text("a year is missing"),
        "too_small": language.text("too small"),
        "implausible": language.text("implausible figures"),
        "roll_changed": language.text("number of pupils changed by more than half"),
    }.get(code, language.text("other reasons"))


def unavailable_words(code: str, language: Language) -> str:
    """Return why an indicator is not available in this snapshot."""
    return {
        "no_bands": language.text("the figures do not say how many pupils were absent how often"),
        "no_quantiles": language.text("the figures do not hold quantiles"),
        "no_categories": language.text("the figures do not tell kinds of absence apart"),
        "no_absence": language.text("the figures hold no absence"),
        "no_groups": language.text("the figures do not tell groups of pupils apart"),
        "no_months": language.text("the figures do not tell months apart"),
        "no_pattern": language.text("the figures do not tell the days of the week apart"),
        "no_measure": language.text("nobody delivered this count"),
        "no_follow_up": language.text("the figures do not hold the follow-up of pupils"),
        "no_trajectory": language.text("the figures do not tell how pupils' school years ended"),
        "no_lateness": language.text("the figures do not hold who came late or left early"),
    }.get(code, language.text("not available"))


def why_fewer_sentence(code: str, language: Language) -> str:
    """Return why a list holds fewer than ten schools."""
    return {
        "few_clear": language.text("Fewer than ten: no other school's figures are clear enough."),
        "two_years_only": language.text(
            "Empty on purpose: with two years only, a change that lasts cannot be told from a year of chance."
        ),
        "no_year_before": language.text("Empty: there is no comparable year before this one."),
        "break_year": language.text("Empty: this school year cannot be compared with other years."),
        "not_enough_schools": language.text("Empty: there are too few schools to learn what chance does."),
    }.get(code, language.text("Fewer than ten schools qualify."))
