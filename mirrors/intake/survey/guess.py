"""What a survey file seems to mean: columns by code or by wording, answers by the words of scales."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from mirrors.intake.likeness import compact
from mirrors.intake.privacy import ColumnUse, names_schools, numbers_schools
from mirrors.intake.survey.instrument import Instrument
from mirrors.intake.survey.mapping import (
    BACKGROUND,
    IGNORED,
    PLACE,
    PLACES,
    SCHOOL,
    SurveyMapping,
)
from mirrors.intake.survey.responses import AnswerColumn, Responses

_CODE_PARTS = re.compile(r"[A-Za-z0-9.]+")
_PLACE_PARTS = re.compile(r"[\[(/._:-]+")
_IN_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_FEWEST_SIGNS = 12
"""Words of a question this long are known inside a longer heading."""

_NUMBER = re.compile(r"\d(?:\.0+)?")
_NEVER_ANSWERED = frozenset({"-99", "-66", "n/a", "na", "#n/a", "-"})
_SCHOOL_WORDS = 4


def guess_mapping(
    responses: Responses, instrument: Instrument, schools: Mapping[str, str] | None = None
) -> SurveyMapping:
    """Return what the file seems to mean; what is not recognised is ignored, or has no meaning yet.

    `schools` are the known schools: id -> name.
    """
    columns = {column.heading: _target(column, instrument) for column in responses.columns}
    columns = _first_only(columns)
    items = {
        heading for heading, target in columns.items() if target in set(instrument.item_of_code.values())
    }
    answers = _answers([c for c in responses.columns if c.heading in items], instrument)
    by_school = [column for column in responses.columns if columns[column.heading] == SCHOOL]
    return SurveyMapping(
        tool=responses.tool,
        group=instrument.group,
        columns=columns,
        answers=answers,
        schools=_schools(by_school, schools or {}),
    )


def with_saved(saved: SurveyMapping, guessed: SurveyMapping) -> SurveyMapping:
    """Return the guess for a file, with what was said and saved about an earlier one."""
    columns = {name: saved.columns.get(name, target) for name, target in guessed.columns.items()}
    return saved.model_copy(
        update={
            "tool": guessed.tool,
            "columns": columns,
            "answers": {**guessed.answers, **saved.answers},
            "schools": {**guessed.schools, **saved.schools},
        }
    )


def ways_to_number(texts: Collection[str]) -> int | None:
    """Return the number of the first option, 0 or 1, in answers given as numbers; None where both fit."""
    numbers = {int(float(text)) for text in texts if _NUMBER.fullmatch(text)}
    if 0 in numbers and 5 not in numbers:
        return 0
    if 5 in numbers and 0 not in numbers:
        return 1
    return None


def _target(column: AnswerColumn, instrument: Instrument) -> str:
    for text in filter(None, (column.heading, column.label)):
        found = (
            _item_by_code(text, instrument)
            or _place_by_code(text, instrument)
            or _background_by_code(text, instrument)
            or _by_words(text, instrument)
        )
        if found:
            return found
    return IGNORED if use_of(column.heading) is ColumnUse.CATEGORY else SCHOOL


def use_of(heading: str) -> ColumnUse:
    """Return what a column is used for by its heading alone: for the number or name of a school, or not."""
    if len(heading.split()) <= _SCHOOL_WORDS:
        if numbers_schools(heading):
            return ColumnUse.SCHOOL_ID
        if names_schools(heading):
            return ColumnUse.SCHOOL_NAME
    return ColumnUse.CATEGORY


def _item_by_code(text: str, instrument: Instrument) -> str:
    parts = [part.strip(".").casefold() for part in _CODE_PARTS.findall(text)]
    return next((found for part in reversed(parts) if (found := instrument.item_of_code.get(part))), "")


def _place_by_code(text: str, instrument: Instrument) -> str:
    before, code, after = text.casefold().rpartition(instrument.hotspot_code.casefold())
    if not code or (before and before[-1].isalnum()):
        return ""
    rest = compact(after)
    if not rest:
        return PLACES
    place = instrument.place_of.get(rest)
    return f"{PLACE}{place}" if place else ""


def _background_by_code(text: str, instrument: Instrument) -> str:
    parts = {compact(part) for part in _CODE_PARTS.findall(text)}
    codes = {compact(f"{instrument.background_prefix}{one.id}") for one in instrument.background}
    return BACKGROUND if parts & codes else ""


def _by_words(text: str, instrument: Instrument) -> str:
    """Return what the words of a heading are, alone or as a row of a question: "Where? [The toilets]"."""
    whole, rows = compact(text), [compact(row) for row in _IN_BRACKETS.findall(text)]
    for said in (*reversed(rows), whole):
        for words, item in instrument.worded:
            if said == words:
                return item
    if any(words in whole for words in instrument.hotspot_worded):
        place = next((found for row in reversed(rows) if (found := instrument.place_of.get(row))), "")
        left = {whole.removeprefix(words) for words in instrument.hotspot_worded} - {whole}
        place = place or next((found for rest in left if (found := instrument.place_of.get(rest))), "")
        return f"{PLACE}{place}" if place else PLACES
    return BACKGROUND if whole in instrument.background_worded else _within(whole, instrument)


def _within(whole: str, instrument: Instrument) -> str:
    """Return the item whose words stand inside a longer heading; nothing where several do."""
    found = {
        item
        for words, item in instrument.worded
        if len(words) >= _FEWEST_SIGNS and (whole.endswith(words) or whole.startswith(words))
    }
    return found.pop() if len(found) == 1 else ""


def _first_only(columns: dict[str, str]) -> dict[str, str]:
    """Return the columns where a question stands once: what is found twice is left for somebody to say."""
    times = Counter(columns.values())
    several = (IGNORED, BACKGROUND)
    return {
        heading: target if target in several or times[target] == 1 else IGNORED
        for heading, target in columns.items()
    }


def _answers(columns: Sequence[AnswerColumn], instrument: Instrument) -> dict[str, int | None]:
    texts = sorted({text for column in columns for text in column.answers})
    first = ways_to_number(texts)
    return {text: option for text in texts for option in _meaning(text, instrument, first)}


def _meaning(text: str, instrument: Instrument, first: int | None) -> Iterator[int | None]:
    """Yield the option that a text is, None for no answer, and nothing where it is not known."""
    if text.casefold() in _NEVER_ANSWERED or compact(text) in instrument.is_unsaid:
        yield None
    elif (option := instrument.option_of.get(compact(text))) is not None:
        yield option
    elif _NUMBER.fullmatch(text) and first is not None and 0 <= int(float(text)) - first <= 4:
        yield int(float(text)) - first


def _schools(columns: Sequence[AnswerColumn], schools: Mapping[str, str]) -> dict[str, str]:
    by_name = {compact(name): school_id for school_id, name in schools.items()}
    texts = {text for column in columns for text in column.texts if text}
    found = {text: by_name.get(compact(text)) for text in sorted(texts) if text not in schools}
    return {text: school_id for text, school_id in found.items() if school_id}
