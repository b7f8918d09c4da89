"""The sentences of the safety mirror: what stands out, who answered, what is felt beside what is in place."""

from collections.abc import Sequence

from mirrors.charts.amounts import NOTHING
from mirrors.charts.chart import Table
from mirrors.charts.letters import lower_first, upper_first
from mirrors.charts.moments import day
from mirrors.charts.safety_words import (
    few_warning,
    group_name,
    group_of_all,
    of_groups,
    participation_line,
    points,
    response_warning,
    theme_inside,
    theme_title,
    told_in,
    written_points,
)
from mirrors.locale import Language
from mirrors.views.figure import Verdict
from mirrors.views.safety import SafetyView
from mirrors.views.safety_scores import Participation, ThemeScore, Told, Wave
from mirrors.views.safety_support import Crossing, Reason

MOST_NAMED = 3
"""Themes that are named at the top of the page at most."""


def safety_sentences(view: SafetyView, language: Language) -> str:
    """Return the verdict of the page in Markdown: at most three themes, or calmly that none stands out."""
    if not view.groups:
        return language.text("Too few people answered to tell anything of them. That protects those who did.")
    better, worse = (
        of_groups(
            [(each.theme, each.group) for each in view.standing_out if each.is_better is wanted], language
        )
        if any(each.is_better is wanted for each in view.standing_out)
        else ""
        for wanted in (True, False)
    )
    parts = [language.text("**Better than expected**: {themes}.", themes=better)] if better else []
    if worse:
        parts.append(language.text("**Less good than expected**: {themes}.", themes=worse))
    if parts:
        most = language.text("At most three are named here; part 2 shows every theme.")
        rest = language.text("No other theme clearly stands out.")
        return " ".join([*parts, most if len(view.standing_out) >= MOST_NAMED else rest])
    if view.is_compared:
        return language.text(
            "**No theme stands out** from what is expected of a school with such pupils. That is the most "
            "usual result, and no reason not to talk about it."
        )
    if view.wave is not None and view.wave.is_summary:
        return language.text(
            "These figures came in as totals of a survey held elsewhere. They are told as they came, "
            "and compared with nothing."
        )
    return _own_sentence(view, language)


def _own_sentence(view: SafetyView, language: Language) -> str:
    """Return why nothing is set beside other schools."""
    responses = {each.response for each in view.scores if each.is_told and not each.indicative}
    if responses & {"caution", "good"}:
        return language.text(
            "These are **your own results**; too few other schools asked the same to set them beside."
        )
    if responses & {"wrong", "unknown"}:
        return language.text(
            "These are **your own results**; as long as nobody knows how many were really invited, they are "
            "not set beside other schools."
        )
    return language.text("These are **your own results**; too few answered to set them beside other schools.")


def when_sentence(wave: Wave, language: Language) -> str:
    """Return when a survey was held, and in which form."""
    form = {"short": language.text("short form"), "full": language.text("full form")}.get(wave.form, "")
    kind = {
        "summary": language.text("totals made by the provider of the survey"),
        "imported": language.text("answers brought in from another survey tool"),
    }.get(wave.kind, "")
    held = ""
    if wave.opened is not None and wave.closed is not None and wave.opened != wave.closed:
        held = language.text(
            "held from {first} to {last}", first=day(wave.opened, language), last=day(wave.closed, language)
        )
    elif wave.opened is not None:
        held = language.text("held on {day}", day=day(wave.opened, language))
    told = ", ".join(part for part in (held, form, kind) if part)
    return f"{upper_first(told)}." if told else ""


def wave_label(wave: Wave, language: Language) -> str:
    """Return what a survey is called where one is chosen."""
    if wave.opened is not None:
        return day(wave.opened, language)
    if wave.is_summary:
        return language.text("Totals of a survey")
    return language.text("Survey {number}", number=wave.wave)


def answered_opening(view: SafetyView, language: Language) -> str:
    """Return how many answered, all groups in one sentence."""
    told = [each for each in view.participation if each.participants is not None and each.told is Told.TOLD]
    if not told:
        return language.text("No group has ten answers or more, so nothing is told.")
    groups = [
        language.text(
            "about {number} {group}",
            number=language.number(each.participants or 0),
            group=group_name(each.group, language),
        )
        for each in told
    ]
    return language.text("{groups} took part.", groups=upper_first(language.join(groups)))


def participation_lines(view: SafetyView, language: Language) -> str:
    """Return a line a group, in Markdown, with what its response means where there is something to mind."""
    indicative = {each.group for each in view.scores if each.indicative}
    return "\n".join(
        f"* {_participation_words(each, each.group in indicative, language)}" for each in view.participation
    )


def _participation_words(each: Participation, is_indicative: bool, language: Language) -> str:
    line = f"**{group_of_all(each.group, language)}**: {participation_line(each, language)}."
    if each.participants is None:
        return line
    warning = response_warning(each.response, language)
    if not warning and is_indicative:
        warning = few_warning(language)
    return f"{line} {warning}".rstrip()


def together_sentence(view: SafetyView, language: Language) -> str:
    """Return why some groups are told together; "" where none is."""
    together = {each.group for each in view.scores if each.told is Told.TOGETHER}
    small = {each.group for each in view.scores if each.told is Told.TOO_SMALL}
    sentences = []
    if together & {"teachers", "other_staff"} and "staff" in view.groups:
        sentences.append(
            language.text(
                "Teachers and other staff are told together: one of the two groups has too few answers."
            )
        )
    if together & {"pupils_9_12", "pupils_12_18"} and "pupils" in view.groups:
        sentences.append(
            language.text("All pupils are told together: one of the age groups has too few answers.")
        )
    if small - {"pupils", "staff"} and not sentences:
        sentences.append(
            language.text(
                "From groups with fewer than 10 answers nothing is told, so that nobody can be recognised."
            )
        )
    return " ".join(sentences)


def doubts_sentence(view: SafetyView, language: Language) -> str:
    """Return what to keep in mind of the quality of the answers; "" where all is well."""
    if not view.doubted:
        return ""
    return language.text(
        "Some answer sheets look as if they were not meant: the same option everywhere, or answers "
        "that exclude each other. Without them the score would clearly move for {themes}.",
        themes=of_groups(view.doubted, language),
    )


def care_sentences(view: SafetyView, group: str, language: Language) -> str:
    """Return what asks for care with the themes of one group.

    Their questions may hang together loosely or not at all, and a word may be more careful than the line.
    """
    loose = [theme for theme, of_group in view.with_care if of_group == group]
    scores = view.of_group(group)
    sentences = []
    if 2 * len(loose) > len(scores):
        sentences.append(
            language.text(
                "In this city the questions of most themes hang together loosely, as two questions on a "
                "theme often do: read the scores with care."
            )
        )
    elif loose:
        names = language.join([theme_inside(theme, language) for theme in loose])
        sentences.append(
            language.text(
                "In this city the questions hang together loosely for {themes}: read these scores with care.",
                themes=names,
            )
        )
    if any(each.told is Told.UNRELIABLE for each in scores):
        sentences.append(
            language.text(
                "Where no theme is formed, its questions do not measure one thing in this city, so that a "
                "score would say nothing."
            )
        )
    if any(_word_is_careful(each) for each in scores):
        sentences.append(
            language.text(
                "A word may be more careful than its line: for the words, a score that rests on few answers "
                "is first drawn towards what is expected."
            )
        )
    return " ".join(sentences)


def _word_is_careful(score: ThemeScore) -> bool:
    """Return whether a score is called similar though it and its line lie clear of similar schools."""
    own, peers = score.own, score.peers
    if score.verdict is not Verdict.SIMILAR:
        return False
    return _lies_outside(peers.median, own.low, own.high) and (
        peers.low is None or _lies_outside(own.value, peers.low, peers.high)
    )


def _lies_outside(value: float | None, low: float | None, high: float | None) -> bool:
    return value is not None and low is not None and high is not None and not low <= value <= high


def crossing_word(each: Crossing, language: Language) -> str:
    """Return what it means when a section is (not) in place and is felt well or weakly."""
    if each.in_place is None or each.lowest is None:
        return NOTHING
    return {
        (True, False): language.text("In place, and felt"),
        (True, True): language.text("In place, and not felt everywhere: what is missing?"),
        (False, False): language.text("Felt well, with little agreed on paper: would it last?"),
        (False, True): language.text("Little in place, and felt: a place to begin"),
    }[each.is_in_place, each.felt_weak]


def crossings_table(crossings: Sequence[Crossing], language: Language) -> Table:
    """Return the sections of the checklist beside how they are felt."""
    header = (
        language.text("Section of the checklist"),
        language.text("In place (0 to 4)"),
        language.text("Lowest theme that tells how it is felt"),
        language.text("Together"),
    )
    rows = []
    for each in crossings:
        felt = language.text("nothing told")
        if each.lowest is not None:
            felt = (
                f"{theme_title(each.lowest.theme, language)}, {group_name(each.lowest.group, language)}: "
                f"{written_points(each.lowest.own, each.lowest.told, language)}"
            )
        in_place = (
            language.text("not filled in") if each.in_place is None else language.number(each.in_place, 1)
        )
        rows.append((told_in(each.title, language), in_place, felt, crossing_word(each, language)))
    return Table(header, tuple(rows))


def crossings_opening(crossings: Sequence[Crossing], language: Language) -> str:
    """Return where what is in place and what is felt lie apart."""
    filled = [each for each in crossings if each.in_place is not None and each.lowest is not None]
    if not filled:
        return language.text(
            "Beside the checklist of your team, answers tell whether what is agreed is also felt."
        )
    begin, apart = (
        [
            told_in(each.title, language)
            for each in filled
            if (each.is_in_place, each.felt_weak) == (wanted, True)
        ]
        for wanted in (False, True)
    )
    parts = (
        [language.text("Little in place, and felt: {sections}.", sections=language.join(begin))]
        if begin
        else []
    )
    if apart:
        parts.append(
            language.text("In place, and not felt everywhere: {sections}.", sections=language.join(apart))
        )
    return " ".join(parts) or language.text("What is in place and what is felt go together.")


def obstacles_opening(view: SafetyView, language: Language) -> str:
    """Return what is said of obstacles to coming to school beside absence: a sign, never a proof."""
    weak = view.obstacles_are_felt
    more = any(each.verdict is Verdict.HIGHER for each in view.absence)
    judged = any(each.verdict is not Verdict.UNKNOWN for each in view.absence)
    if weak and more:
        return language.text(
            "Both point the same way: obstacles to coming to school are felt, and absence is higher than at "
            "similar schools. Absence can be a sign; ask what stands behind it."
        )
    if weak:
        return language.text(
            "Obstacles to coming to school are felt, though absence is not clearly higher than at similar "
            "schools. Who comes all the same may still need something."
        )
    if more:
        return language.text(
            "Absence is higher than at similar schools, and the answers tell of no clear obstacles. Who "
            "stays away often answers less often too."
        )
    if not judged:
        return language.text("What is said of coming to school, beside the school's own absence.")
    return language.text("Neither the answers nor absence point at obstacles to coming to school.")


def obstacles_lines(view: SafetyView, language: Language) -> str:
    """Return the theme of coming to school, a group at a time, beside similar schools."""
    told = []
    for each in view.obstacles:
        line = f"{group_name(each.group, language)} {written_points(each.own, each.told, language)}"
        if each.peers.median is not None:
            line += f" ({points(each.peers.median, language)})"
        told.append(line)
    if not told:
        return language.text("Nothing is told of coming to school and obstacles.")
    words = {"theme": theme_title(view.obstacles[0].theme, language), "groups": language.join(told)}
    if all(each.peers.median is None for each in view.obstacles):
        return language.text("{theme}, in points out of 100: {groups}.", **words)
    return language.text(
        "{theme}, in points out of 100, with the median of similar schools in brackets: {groups}.", **words
    )


def reasons_lines(reasons: Sequence[Reason], language: Language) -> list[str]:
    """Return why a kind of support is proposed: what was found and where, then what speaks for it."""
    found: dict[str, dict[str, list[str]]] = {}
    for each in reasons:
        about = told_in(each.place, language) if each.place is not None else theme_title(each.theme, language)
        groups = found.setdefault(told_in(each.found, language), {}).setdefault(lower_first(about), [])
        if (name := _reason_group(each, language)) not in groups:
            groups.append(name)
    lines = []
    for words, places in found.items():
        where = "; ".join(f"{about}: {language.join(groups)}" for about, groups in places.items())
        lines.append(f"{words} {upper_first(where)}.")
    return [*lines, *dict.fromkeys(told_in(each.why, language) for each in reasons)]


def _reason_group(reason: Reason, language: Language) -> str:
    name = group_name(reason.group, language)
    if not reason.is_indicative:
        return name
    return language.text("{group} (few answered: an indication)", group=name)


def supports_opening(view: SafetyView, language: Language) -> str:
    """Return how many kinds of support could be talked about, and that people decide."""
    if not view.supports:
        return language.text(
            "Nothing was found that calls for support of its own. What goes well can be shared."
        )
    return language.plural(
        "{count} kind of support could be talked about. It is a proposal, made by a rule; you decide.",
        "{count} kinds of support could be talked about. They are proposals, made by rules; you decide.",
        len(view.supports),
    )
