"""The words of a wave: how it stands, how many answered, and why it cannot be as it was asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from mirrors.charts.chart import Table
from mirrors.charts.letters import upper_first
from mirrors.charts.moments import day
from mirrors.charts.safety_words import group_name, group_title
from mirrors.locale import Language

FEWEST_KEPT = 5
"""Answer sheets of a group below which nothing is kept, and not even the number is told."""


@dataclass(frozen=True)
class Took:
    """How many of a group took part: while a wave runs, `answered` is a number that is reached at least."""

    group: str
    invited: int
    answered: int


def form_words(form: str, say: Language) -> str:
    """Return the name of a form, as it is written at the start of a line."""
    return {"short": say.text("Short form"), "full": say.text("Full form")}.get(form, form)


def form_length(form: str, questions: int, minutes: int, say: Language) -> str:
    """Return what a form takes: its longest questionnaire."""
    return say.text(
        "{form}: at most {questions} questions, about {minutes} minutes",
        form=form_words(form, say),
        questions=say.number(questions),
        minutes=say.number(minutes),
    )


def questions_each(questions: dict[str, int], say: Language) -> str:
    """Return how many questions each group is asked."""
    parts = [
        say.text("{group}: {count}", group=group_name(group, say), count=say.number(count))
        for group, count in questions.items()
    ]
    return upper_first(" · ".join(parts))


def days_words(first: date, last: date, say: Language) -> str:
    """Return the first and the last day of a wave; where they are the same, the day."""
    if first == last:
        return day(first, say)
    return say.text("{first} to {last}", first=day(first, say), last=day(last, say))


def running_sentence(first: date, last: date, today: date, say: Language) -> str:
    """Return how a wave stands that has not ended."""
    if today < first:
        left = (first - today).days
        return say.plural(
            "**The questionnaire opens on {day}**, in {count} day.",
            "**The questionnaire opens on {day}**, in {count} days.",
            left,
            day=day(first, say),
        )
    if today == last:
        return say.text("**The questionnaire is open.** Today is the last day.")
    return say.plural(
        "**The questionnaire is open until {day}**, {count} more day.",
        "**The questionnaire is open until {day}**, {count} more days.",
        (last - today).days,
        day=day(last, say),
    )


def answered_words(answered: int, ended: bool, say: Language) -> str:
    """Return how many answered; few are not counted, because each of them could be known."""
    if answered < FEWEST_KEPT:
        return say.text("fewer than {count}", count=FEWEST_KEPT)
    return say.number(answered) if ended else say.text("{count} or more", count=say.number(answered))


def participation_table(took: Iterable[Took], ended: bool, say: Language) -> Table:
    """Return who was invited and how many answered: while a wave runs in steps, at its end exactly."""
    header = (
        say.text("Group"),
        say.text("Invited"),
        say.text("Answered") if ended else say.text("Answered so far"),
        say.text("Share"),
    )
    rows = tuple(
        (
            group_title(each.group, say),
            say.number(each.invited),
            answered_words(each.answered, ended, say),
            _share(each, ended, say),
        )
        for each in took
    )
    return Table(header, rows)


def _share(each: Took, ended: bool, say: Language) -> str:
    if each.answered < FEWEST_KEPT:
        return "–"
    share = say.percent(each.answered / each.invited, 0)
    return share if ended else say.text("at least {value}", value=share)


def more_than_invited(took: Iterable[Took], say: Language) -> list[str]:
    """Return a sentence for every group of which more answered than were invited."""
    return [
        say.text(
            "{group}: more answered than were invited. Either the number was wrong, or some answered twice.",
            group=group_title(each.group, say),
        )
        for each in took
        if each.answered > each.invited
    ]


def too_few_words(groups: Iterable[str], say: Language) -> str:
    """Return that too few of these groups answered for anything to be told; never how many."""
    names = upper_first(say.join([group_name(group, say) for group in groups]))
    return say.text("{groups}: too few answered for anything to be told.", groups=names)


def wave_too_few_words(first: date, last: date, say: Language) -> str:
    """Return that too few answered a whole questionnaire for anything to be told."""
    return say.text(
        "Too few answered the questionnaire of {days} for anything to be told of it.",
        days=days_words(first, last, say),
    )


def sheets_lost(groups: Iterable[str], say: Language) -> str:
    """Return that answers were lost; "" where none were."""
    lost = [group_name(group, say) for group in groups]
    if not lost:
        return ""
    return say.text(
        "The machine lost its power, and with it some answers of {groups}: nine each at most. One-time codes "
        "of lost answers open the questionnaire once more.",
        groups=say.join(lost),
    )


def wrong_words(why: str, say: Language) -> str:
    """Return why a wave cannot be, and what would do."""
    return {
        "days": say.text("The first day is today or later, and the last day is not before it."),
        "too_long": say.text("Please choose at most 62 days: a long wait mixes what people tell."),
        "school_year": say.text("Please choose a school year."),
        "nobody": say.text("Please say of at least one group how many are invited."),
        "group": say.text("One of these groups cannot be asked."),
        "form": say.text("Please choose a form."),
        "number": say.text("Please give a number from 1 to 5,000 for every group that is asked."),
        "classes": say.text(
            "Each class needs a name of its own of at most 20 characters. There can be 100 classes, and no "
            "more than there are pupils."
        ),
        "at_school": say.text("Please say it in at most 200 characters, on one line."),
        "overlap": say.text(
            "One of these groups is asked already on some of these days. Choose other days, or close the "
            "questionnaire that runs."
        ),
        "unknown": say.text("This questionnaire is not there any more."),
        "ended": say.text("This questionnaire has ended already."),
    }.get(why, say.text("That was not done. Please look at the page again."))
