"""The words of the safety mirror: groups, themes, how many answered, and why something is not told."""

import re
from collections.abc import Sequence

from mirrors.charts.amounts import NOTHING, bounded
from mirrors.charts.letters import lower_first, upper_first
from mirrors.definitions.reading import Texts
from mirrors.locale import Language
from mirrors.views.figure import Figure, Verdict
from mirrors.views.safety_scores import Participation, ThemeName, Told

_NOT_PLAIN = re.compile(r"[^\w ,.'()-]|_")
"""What a provider's own name of a theme may not bring into a page: signs that are read as commands."""


def told_in(texts: Texts, language: Language) -> str:
    """Return a text of a city's own definitions; in its first language where it is not translated."""
    return texts.get(language.code) or next(iter(texts.values()))


def theme_title(theme: ThemeName, language: Language) -> str:
    """Return the title of a theme, or what its provider calls it."""
    if theme.title is not None:
        return told_in(theme.title, language)
    return upper_first(_NOT_PLAIN.sub(" ", theme.id).strip()) or NOTHING


def theme_inside(theme: ThemeName, language: Language) -> str:
    """Return the title of a theme as it is written inside a sentence."""
    return lower_first(theme_title(theme, language))


def group_name(group: str, language: Language) -> str:
    """Return who was asked, as it is written inside a sentence."""
    return {
        "pupils_9_12": language.text("pupils of 9 to 12"),
        "pupils_12_18": language.text("pupils of 12 to 18"),
        "pupils": language.text("pupils"),
        "teachers": language.text("teachers"),
        "other_staff": language.text("other staff"),
        "staff": language.text("staff"),
        "parents": language.text("parents"),
    }.get(group, group)


def group_title(group: str, language: Language) -> str:
    """Return who was asked, as it is written at the start of a line."""
    return upper_first(group_name(group, language))


def group_of_all(group: str, language: Language) -> str:
    """Return who was asked; of a whole, that its parts are taken together."""
    return {
        "pupils": language.text("All pupils together"),
        "staff": language.text("Teachers and other staff together"),
    }.get(group, group_title(group, language))


def points(value: float | None, language: Language) -> str:
    """Return points 0..100 as a number, a dash for None."""
    return NOTHING if value is None else language.number(value)


def written_points(own: Figure, told: Told, language: Language) -> str:
    """Return a score as a reader sees it: "63", "at most 10", or why there is none."""
    if own.value is None:
        return told_words(told, language)
    return bounded(own.status, language.number(own.value), language)


def written_part(share: Figure, language: Language) -> str:
    """Return a share 0..1 as a reader sees it: "63 %", "at most 20 %", or a dash."""
    if share.value is None:
        return NOTHING
    return bounded(share.status, language.percent(share.value, 0), language)


def between_points(figure: Figure, language: Language) -> str:
    """Return the margin of chance in points: "58 to 68", or a dash."""
    if figure.low is None or figure.high is None:
        return NOTHING
    return language.text(
        "{low} to {high}", low=language.number(figure.low), high=language.number(figure.high)
    )


def told_words(told: Told, language: Language) -> str:
    """Return why a result is not told."""
    return {
        Told.TOLD: NOTHING,
        Told.TOO_SMALL: language.text("fewer than 10 answered"),
        Told.TOGETHER: language.text("told together with others"),
        Told.UNRELIABLE: language.text("not formed as a theme"),
        Told.NOT_ASKED: language.text("not asked"),
    }.get(told, language.text("not delivered"))


def standing_word(verdict: Verdict, language: Language) -> str:
    """Return how a score stands beside similar schools; more points are always better."""
    return {
        Verdict.HIGHER: language.text("better"),
        Verdict.SIMILAR: language.text("similar"),
        Verdict.LOWER: language.text("less good"),
        Verdict.UNKNOWN: language.text("not compared"),
    }[verdict]


def signed(value: float, language: Language) -> str:
    """Return a difference in points with its sign: "+12", "\N{MINUS SIGN}4", "0"."""
    sign = "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else ""
    return f"{sign}{language.number(abs(value))}"


def participation_line(each: Participation, language: Language) -> str:
    """Return how many of a group took part."""
    if each.participants is None:
        return language.text("fewer than 10 answered: nothing is told of them")
    # To the nearest five, everybody would be more than there are.
    everybody = each.invited is not None and each.response != "wrong"
    number = min(each.participants, each.invited or 0) if everybody else each.participants
    values = {"number": language.number(number)}
    if each.invited is None:
        return language.text("about {number}; nobody noted how many were invited", **values)
    values["invited"] = language.number(each.invited)
    if each.rate is None:
        return language.text("about {number}, and {invited} were invited", **values)
    return language.text(
        "about {number} of the {invited} invited ({rate})", rate=language.percent(each.rate, 0), **values
    )


def response_warning(response: str, language: Language) -> str:
    """Return what the share of those invited means for what follows; "" where it is good."""
    return {
        "very_low": language.text(
            "Fewer than three in ten answered. Those who did may see things otherwise than those who did "
            "not: read these results as the voice of a few. Nothing is compared."
        ),
        "low": language.text(
            "Fewer than half answered. The results are told, but not compared with other schools, with other "
            "groups or with an earlier survey."
        ),
        "caution": language.text("Fewer than seven in ten answered: read the figures with some care."),
        "wrong": language.text(
            "More people answered than were invited. The number invited is probably wrong, so nothing is "
            "compared."
        ),
        "unknown": language.text("Nobody knows who is missing, so nothing is compared."),
    }.get(response, "")


def few_warning(language: Language) -> str:
    """Return what fewer than thirty respondents mean."""
    return language.text(
        "The figures are indicative: there are too few answers to compare them with other schools."
    )


def of_groups(pairs: Sequence[tuple[ThemeName, str]], language: Language) -> str:
    """Return themes with their groups: "bullying (teachers) and having a say (pupils of 9 to 12)"."""
    return language.join(
        [f"{theme_inside(theme, language)} ({group_name(group, language)})" for theme, group in pairs]
    )
