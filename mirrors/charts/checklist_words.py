"""The words of the checklist: how far a team is, and why a note was not kept."""

from collections.abc import Iterable

from mirrors.charts.chart import Table
from mirrors.locale import Language


def progress_table(sections: Iterable[tuple[str, int, int]], say: Language) -> Table:
    """Return how many items of each section were looked at; `sections` are (title, looked at, all)."""
    header = (say.text("Section"), say.text("Looked at"))
    rows = tuple((title, progress_words(done, of_all, say)) for title, done, of_all in sections)
    return Table(header, rows)


def progress_words(done: int, of_all: int, say: Language) -> str:
    """Return how many of the items of a section were looked at."""
    if not done:
        return say.text("not yet")
    return say.text("{count} of {all}", count=say.number(done), all=say.number(of_all))


def unfit_words(why: str, longest: int, say: Language) -> str:
    """Return why a note was not kept, and what would do."""
    return {
        "too_long": say.text("That is longer than {most} characters. Please shorten it.", most=longest),
        "personal": say.text(
            "Not kept: this seems to tell of a person, by a name, a number or an address, also one on the "
            "web. Please write a function or a place instead."
        ),
    }.get(why, say.text("That was not kept just now. Please try again in a minute."))
