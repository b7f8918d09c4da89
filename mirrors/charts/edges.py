"""Days next to holidays and exam weeks: absence there beside the school's own average."""

from collections.abc import Sequence

from mirrors.charts.chart import Chart
from mirrors.charts.indexes import index_table, own_index, peer_index
from mirrors.charts.letters import lower_first
from mirrors.charts.rows import Row, band, baseline, marks_at, ruled, tick
from mirrors.charts.style import LIGHT, Palette
from mirrors.locale import Language
from mirrors.views.pattern import Moment, Pattern, Profile

_BESIDE = 116


def edges(pattern: Pattern, language: Language, palette: Palette = LIGHT) -> Chart:
    """Return a small bar for the days next to holidays and one for exam weeks, where they are known.

    Bars run from zero on one scale; the tick is the median of similar schools. Raises ValueError without any.
    """
    profiles = [profile for profile in (pattern.edges, pattern.exams) if profile is not None]
    if not profiles:
        raise ValueError("there are neither days next to holidays nor exam weeks")
    shown = [profile.moments[0] for profile in profiles]
    figure = ruled([_row(moment, language) for moment in shown], palette, palette.own, right=_BESIDE)
    ends = [end for moment in shown for end in (moment.index, moment.peer_index) if end is not None]
    widest = max([*ends, 100.0]) * 1.05
    for place, moment in enumerate(shown):
        baseline(figure, place, palette)
        if moment.index is not None:
            band(figure, place, 0, moment.index / widest, palette.own_ribbon)
            figure.add_scatter(
                x=[moment.index / widest], y=[marks_at(place)], mode="markers", hoverinfo="skip",
                marker={"size": 14, "color": palette.own},
            )  # fmt: skip
        if moment.peer_index is not None:
            tick(figure, place, moment.peer_index / widest, palette.median)
    moments = [moment for profile in profiles for moment in profile.moments]
    table = index_table(moments, moment_name, language.text("Moment"), language)
    return Chart(figure, _title(profiles, language), _reading(shown, language), table)


def moment_name(item: str, language: Language) -> str:
    """Return the name of days next to holidays, of exam weeks, or of all other days."""
    return {
        "edge": language.text("Days next to holidays"),
        "off_edge": language.text("Days away from holidays"),
        "exam": language.text("Exam weeks"),
        "off_exam": language.text("Outside exam weeks"),
    }.get(item, item)


def _row(moment: Moment, language: Language) -> Row:
    beside = ""
    if moment.peer_index is not None:
        beside = language.text("median {value}", value=language.number(moment.peer_index))
    name = moment_name(moment.item, language)
    return Row(name, own_index(moment, language), beside, bold=moment.index is not None)


def _title(profiles: Sequence[Profile], language: Language) -> str:
    if not any(profile.shown for profile in profiles):
        return language.text("There is too little unauthorised absence to look at holidays and exams.")
    found = [profile.stands_out for profile in profiles if profile.stands_out is not None]
    sentences = {
        "edge": language.text("Absence is higher on the days next to holidays."),
        "exam": language.text("Absence is higher in exam weeks."),
    }
    told = [sentences[item] for item in found if item in sentences]
    return " ".join(told) or language.text("Neither holidays nor exam weeks clearly stand out.")


def _reading(shown: Sequence[Moment], language: Language) -> str:
    return language.text(
        "100 is your own average; the median of similar schools is in brackets: {moments}.",
        moments=language.join([_words(moment, language) for moment in shown]),
    )


def _words(moment: Moment, language: Language) -> str:
    name = moment_name(moment.item, language)
    return f"{lower_first(name)} {own_index(moment, language)} ({peer_index(moment, language)})"
