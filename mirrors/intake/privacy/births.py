"""Dates of birth, told from the dates of events by the age they imply."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache

import numpy as np

from mirrors.intake.privacy.column import Positions, PrivateColumn
from mirrors.intake.privacy.identifiers import FEWEST_HITS, LEAST_SHARE, Judged
from mirrors.intake.privacy.uses import ColumnUse
from mirrors.intake.privacy.words import birth_words
from mirrors.intake.rules import Problem
from mirrors.intake.values import YEAR_FORM

YOUNGEST, OLDEST = 2.0, 26.0
"""Ages of pupils, in years at the start of the school year."""

DATE_COLUMN = 0.5
"""A column that holds dates in such a share of its different texts is a column of dates."""

MOST_ON_WEEKENDS = 0.1
"""Schools close at weekends, children are born on all days: 29 % of births fall on these two."""

_DATE = (
    r"^\pL{0,4}\.? ?\d{1,4}[-./ ](?:\d{1,2}|\pL{3,})\.?[-./ ]\d{2,4}(?:[ T]\d{1,2}:\d.*)?$"
    r"|^\pL{3,9}\.? \d{1,2},? \d{4}$"
)
_DIGITS = r"^\d{8}$"
_ISO = re.compile(r"(\d{4})[-./ ](\d{1,2})[-./ ](\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{4}|\d{2})")
_WORDS = re.compile(r"(\d{1,2})(?:er|st|nd|rd|th)?\.?[ -]([^\W\d_]{3,9})\.?,?[ -](\d{4})")
_MONTH_FIRST = re.compile(r"([^\W\d_]{3,9})\.? (\d{1,2}),? (\d{4})")


def birth_dates(column: PrivateColumn, year: PrivateColumn | None) -> Iterator[Judged]:
    """Yield the dates of birth in a column; `year` is the column with the school year of every row."""
    births = _births(column, column.matching(_DATE), year)
    spelled = np.array(
        [place for place in column.matching(r"\d") if holds_birth(column.text(place))], np.intp
    )
    if len(births) or len(spelled):
        yield Problem.BIRTH_DATE, np.union1d(births, spelled), ""
    else:
        yield from _eight_digits(column, year)


def holds_birth(text: str) -> bool:
    """Return whether a text says that somebody was born on a date."""
    return bool(_spelled_out().search(text))


def _births(column: PrivateColumn, candidates: Positions, year: PrivateColumn | None) -> Positions:
    if column.use is ColumnUse.SCHOOL_ID:
        # Ids in steps ("1.2.10") are no dates of two-digit years.
        candidates = np.array([p for p in candidates if re.search(r"\d{4}", column.text(p))], np.intp)
    dates = {place: found for place in candidates if (found := read_date(column.text(place)))}
    if not dates:
        return np.array([], np.intp)
    starts = _school_year_starts(column, year, np.array(list(dates), np.intp))
    of_pupils = [place for place, day in dates.items() if _is_age(day, starts[place])]
    hits = np.array(of_pupils, np.intp)
    if column.use is ColumnUse.DATE or len(dates) < DATE_COLUMN * len(column.texts):
        return hits
    if year is None:
        return hits if _on_any_day([dates[place] for place in of_pupils]) else hits[:0]
    return hits if len(hits) >= FEWEST_HITS and column.share(hits) >= LEAST_SHARE else hits[:0]


def _eight_digits(column: PrivateColumn, year: PrivateColumn | None) -> Iterator[Judged]:
    """Yield dates written 20130512 or 12052013, when the whole column is."""
    if column.use in (ColumnUse.SCHOOL_ID, ColumnUse.NUMBER):
        return
    texts = column.texts.to_pylist() if len(column.texts) <= 100_000 else []
    if len(texts) < 5 or not all(re.fullmatch(_DIGITS, text) for text in texts):
        return
    for cut in ((4, 6), (2, 4)):
        dates = [read_date(f"{text[: cut[0]]}-{text[cut[0] : cut[1]]}-{text[cut[1] :]}") for text in texts]
        known = {place: day for place, day in enumerate(dates) if day}
        if len(known) < 0.95 * len(texts):
            continue
        starts = _school_year_starts(column, year, np.array(list(known), np.intp))
        hits = np.array([place for place, day in known.items() if _is_age(day, starts[place])], np.intp)
        on_any_day = _on_any_day([known[place] for place in hits])
        if len(hits) >= DATE_COLUMN * len(texts) and on_any_day:
            yield Problem.BIRTH_DATE, hits, ""


def read_date(text: str) -> date | None:
    """Return the date that a text is, the day before the month where both are numbers."""
    text = (
        text.partition("T")[0]
        if re.match(r"\d{4}-\d{2}-\d{2}T", text)
        else re.sub(r" \d{1,2}:\d.*$", "", text)
    )
    if found := _ISO.fullmatch(text):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY_FIRST.fullmatch(text):
        # Two digits: the year that makes a pupil.
        year = int(found[3]) + (0 if len(found[3]) == 4 else 2000)
        return _date(year, int(found[2]), int(found[1])) or _date(year, int(found[1]), int(found[2]))
    if found := _WORDS.fullmatch(text):
        return _date(int(found[3]), _months().get(found[2].casefold(), 0), int(found[1]))
    if found := _MONTH_FIRST.fullmatch(text):
        return _date(int(found[3]), _months().get(found[1].casefold(), 0), int(found[2]))
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1900 <= year <= 2100 else None
    except ValueError:
        return None


def _is_age(day: date, start: int) -> bool:
    age = (date(start, 9, 1) - day).days / 365.25
    return YOUNGEST <= age <= OLDEST


def _on_any_day(days: list[date]) -> bool:
    """Return whether days fall on weekends as births do, and not on school days only."""
    if not days:
        return False
    if len(set(days)) < 5:
        return len({day.year for day in days}) == len(days)
    return sum(day.weekday() >= 5 for day in set(days)) > MOST_ON_WEEKENDS * len(set(days))


def _school_year_starts(
    column: PrivateColumn, year: PrivateColumn | None, wanted: Positions
) -> dict[int, int]:
    """Return, for each text, the year in which the first of its rows' school years starts.

    Without a column of school years it is the year of the column's newest date.
    """
    if year is None:
        days = [day for place in wanted if (day := read_date(column.text(place)))]
        newest = max(days, default=date.today())
        start = date.today().year if (date.today() - newest).days > 366 * OLDEST else newest.year
        return dict.fromkeys(map(int, wanted), max(start, min(date.today().year, newest.year + 6)))
    first = np.array([_start(str(text)) for text in year.texts.to_pylist()] + [9999])
    starts = np.full(len(column.texts) + 1, 9999)
    np.minimum.at(starts, column.codes, first[year.codes])
    return {int(place): int(starts[place]) if starts[place] < 9999 else date.today().year for place in wanted}


def _start(label: str) -> int:
    if found := YEAR_FORM.fullmatch(label):
        return int(found[1])
    return int(label) - 1 if re.fullmatch(r"(19|20)\d\d", label) else 9999


@cache
def _months() -> dict[str, int]:
    names = birth_words().months
    return {name.casefold(): month for month, group in enumerate(names, start=1) for name in group}


@cache
def _spelled_out() -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in sorted(birth_words().words, key=len, reverse=True))
    months = "|".join(re.escape(name) for group in birth_words().months for name in group)
    day = rf"(?:\d{{1,4}}[-./ ](?:\d{{1,2}}|{months})\.?[-./ ]\d{{2,4}}|(?:19|20)\d\d\b)"
    return re.compile(rf"(?<!\w)(?:{words})\.?:? ?(?:op|le|on|am|in|en|:|=)? ?{day}", re.IGNORECASE)
