"""Event tables made ready to be counted: pupils numbered, days as dates, codes as the jurisdiction says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from mirrors.definitions import Jurisdiction

PLACE = ("grade", "sex", "track", "district")
ABSENCE = ("school_id", "school_year", "token", "date", "half_day", "code", *PLACE)
LATE = ("school_id", "school_year", "token", "date", "kind", "minutes")
FOLLOW_UP = ("school_id", "school_year", "token", "date", "step")
LESSON = ("school_id", "school_year", "token", "date", "code")
ENROLMENT = ("school_id", "school_year", "breakdown", "member", "month", "pupils", "possible", "lessons")
SCHOOL = ("school_id", "school_year", "school_type")
CALENDAR = ("school_id", "school_year", "date", "half_day", "kind")
_TYPES = {
    "date": pa.date32(),
    "month": pa.int32(),
    "minutes": pa.int64(),
    "pupils": pa.int64(),
    "possible": pa.float64(),
    "lessons": pa.float64(),
}


@dataclass(frozen=True)
class Events:
    """What is counted; pupils are named by a number that means nothing elsewhere."""

    absence: pa.Table
    lesson: pa.Table
    late: pa.Table
    follow_up: pa.Table
    enrolment: pa.Table
    calendar: pa.Table
    school: pa.Table


def ready_events(tables: Mapping[str, pa.Table], jurisdiction: Jurisdiction) -> Events:
    """Return `tables` (by name of their contract; one that is not there counts as empty) ready to count."""
    absence = _columns(tables.get("absence_events"), ABSENCE)
    lesson = _columns(tables.get("lesson_events"), LESSON)
    late = _columns(tables.get("late_events"), LATE)
    follow_up = _columns(tables.get("followup_events"), FOLLOW_UP)
    absence, lesson, late, follow_up = _numbered(absence, lesson, late, follow_up)
    absence = _replaced(absence, "code", "code", _official(absence["code"], jurisdiction))
    lesson = _replaced(lesson, "code", "code", _official(lesson["code"], jurisdiction))
    enrolment = _columns(tables.get("enrolment"), ENROLMENT)
    enrolment = _replaced(enrolment, "member", "member", pc.fill_null(_plain(enrolment["member"]), ""))
    if jurisdiction.unit == "hour":
        hours = pc.coalesce(enrolment["lessons"], enrolment["possible"])
        enrolment = _replaced(enrolment, "lessons", "lessons", hours)
    return Events(
        absence,
        lesson,
        late,
        follow_up,
        enrolment.filter(pc.is_valid(enrolment["pupils"])),
        _calendar(_columns(tables.get("calendar"), CALENDAR)),
        _columns(tables.get("schools"), SCHOOL),
    )


def _numbered(absence: pa.Table, *others: pa.Table) -> tuple[pa.Table, ...]:
    """Return the tables with a number for every token, the same in all of them."""
    numbers, tokens = encoded(absence["token"])
    found = [_replaced(absence, "token", "pupil", numbers)]
    for table in others:
        mine, new = encoded(table["token"])
        tokens = pa.concat_arrays([tokens, new.filter(pc.invert(pc.is_in(new, value_set=tokens)))])
        found.append(_replaced(table, "token", "pupil", pc.index_in(new, value_set=tokens).take(mine)))
    return tuple(found)


def _columns(table: pa.Table | None, names: tuple[str, ...]) -> pa.Table:
    """Return the columns `names` of `table` in the types that the statements expect; null where not given."""
    given = pa.table({}) if table is None else table
    kinds = {name: _TYPES.get(name, pa.string()) for name in names}
    return pa.table(
        {
            name: _typed(given[name], kind) if name in given.column_names else pa.nulls(given.num_rows, kind)
            for name, kind in kinds.items()
        }
    )


def _typed(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """Return `column` as `kind`; texts that are repeated stay a dictionary, whose values are cast once."""
    if not pa.types.is_dictionary(column.type):
        return column if column.type == kind else column.cast(kind)
    if pa.types.is_string(kind):
        return column
    chunks = [chunk.dictionary.cast(kind).take(chunk.indices) for chunk in column.chunks]
    return pa.chunked_array(chunks, kind)


def _official(codes: pa.ChunkedArray, jurisdiction: Jurisdiction) -> pa.Array:
    """Return each code as the jurisdiction writes it: a local spelling counts as the official code."""
    positions, values = encoded(codes)
    official = pa.array([jurisdiction.aliases.get(code, code) for code in values.to_pylist()], pa.string())
    again = official.dictionary_encode()
    return pa.DictionaryArray.from_arrays(again.indices.take(positions), again.dictionary)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string())


def _replaced(table: pa.Table, name: str, new_name: str, column: pa.Array) -> pa.Table:
    return table.set_column(table.column_names.index(name), new_name, column)


def _calendar(calendar: pa.Table) -> pa.Table:
    """Return the calendar with an empty school (it holds for every school) as null."""
    school = _plain(calendar["school_id"])
    own = pc.if_else(pc.equal(school, ""), pa.scalar(None, pa.string()), school)
    return _replaced(calendar, "school_id", "school_id", own)


def distinct_texts(column: pa.ChunkedArray) -> list[str]:
    """Return the distinct texts of `column`, in order."""
    return sorted(value for value in pc.unique(_plain(column)).to_pylist() if value is not None)


def distinct_days(column: pa.ChunkedArray) -> list[date]:
    """Return the distinct days of `column`, in order."""
    return sorted(day for day in pc.unique(column).to_pylist() if day is not None)


def encoded(column: pa.ChunkedArray) -> tuple[pa.Array, pa.Array]:
    """Return (position in the dictionary per row, dictionary without repeats) of a column of texts."""
    texts = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    whole = texts.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0) if whole.num_chunks else pa.array([], whole.type)
    # A dictionary that was made elsewhere may hold a value twice.
    values = whole.dictionary.dictionary_encode()
    return values.indices.take(whole.indices), values.dictionary
