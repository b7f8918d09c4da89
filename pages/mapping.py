"""The mapping of an unknown table: somebody says what its columns mean, and it is saved as a profile."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import pandas as pd
import streamlit as st

from mirrors.administration import draft
from mirrors.administration.delivery import Ready, Refusal, Unknown
from mirrors.administration.draft import DefinitionError, Guess, Rules, SourceTable
from mirrors.administration.findings import checks_table
from mirrors.charts.chart import Table
from mirrors.definitions import Contract, load_contracts, load_jurisdiction
from mirrors.locale import Language
from pages import administration, page

_TRYING = "trying a mapping"
_NOT_THERE = ""


def draw(unknown: Unknown, say: Language) -> str | None:
    """Draw the questions about one table; return the name of the profile once it is saved."""
    table, rules = unknown.table, draft.rules_of(page.store_folder(), page.administrator())
    place = f"{table.file} [{table.sheet}]" if table.sheet else table.file
    st.markdown(
        say.text(
            "No profile knows the columns of **{file}**. No personal data were found in it. Say what the "
            "columns mean; this is asked once.",
            file=page.plain(place),
        )
    )
    guess = _kind(table, rules, say)
    contract = load_contracts()[guess.contract]
    chosen = _columns(guess, contract, table, say)
    guess = draft.corrected(guess, chosen, guess.values, guess.year_label)
    values = _values(guess, contract, table, rules, say)
    guess = draft.corrected(guess, chosen, values, _year_label(guess, say))
    lacking = draft.lacking(guess)
    if lacking:
        names = say.join([_title(contract, name, say) for name in lacking])
        st.info(say.text("Still to be chosen: {columns}.", columns=names))
        return None
    _left_out(guess, table, say)
    _preview(guess, table, rules, say)
    _try_out(guess, unknown, rules, say)
    return _save(guess, table, rules, say)


def _kind(table: SourceTable, rules: Rules, say: Language) -> Guess:
    first = draft.first_guess(table, rules)
    titles = {name: each.wording(say.code).title for name, each in load_contracts().items()}
    kinds = list(titles)
    kind = st.selectbox(
        say.text("Kind of file"),
        kinds,
        index=kinds.index(first.contract) if first else 0,
        format_func=lambda name: titles[name],
        key="kind of unknown file",
    )
    st.caption(load_contracts()[kind].wording(say.code).description)
    return draft.guess_as(kind, table, rules)


def _columns(guess: Guess, contract: Contract, table: SourceTable, say: Language) -> dict[str, str]:
    st.markdown(f"**{say.text('Which of their columns is it?')}**")
    chosen = {}
    for start in range(0, len(contract.fields), 2):
        for place, field in zip(st.columns(2), contract.fields[start : start + 2], strict=False):
            with place:
                theirs = _column(guess, contract, field.name, table, say)
            if theirs != _NOT_THERE:
                chosen[field.name] = theirs
    return chosen


def _column(guess: Guess, contract: Contract, name: str, table: SourceTable, say: Language) -> str:
    options = [_NOT_THERE, *table.header]
    guessed = guess.columns.get(name, _NOT_THERE)
    needed = {field.name: field.constraints.required for field in contract.fields}[name]
    label = _title(contract, name, say)
    chosen: str = st.selectbox(
        label if not needed else say.text("{column} (needed)", column=label),
        options,
        index=options.index(guessed),
        format_func=lambda theirs: theirs or say.text("not in this file"),
        key=f"column {contract.name} {name}",
    )
    st.caption(_confidence(guess, name, chosen, say))
    return chosen


def _confidence(guess: Guess, name: str, chosen: str, say: Language) -> str:
    if chosen != guess.columns.get(name, _NOT_THERE):
        return say.text("chosen by you")
    if chosen == _NOT_THERE:
        fixed = guess.constants.get(name)
        return say.text("taken to be “{value}”", value=fixed) if fixed else say.text("nothing like it found")
    return {
        "sure": say.text("recognised by its name"),
        "likely": say.text("likely; please look"),
    }.get(guess.confidence[name], say.text("please look"))


def _values(
    guess: Guess, contract: Contract, table: SourceTable, rules: Rules, say: Language
) -> dict[str, Mapping[str, str]]:
    asked = draft.values_to_map(guess, table, rules)
    jurisdiction = load_jurisdiction(rules.jurisdiction)
    values: dict[str, Mapping[str, str]] = {}
    for name, theirs in asked.items():
        st.markdown(
            "**" + say.text("What the values of “{column}” mean", column=_title(contract, name, say)) + "**"
        )
        ours = draft.our_values(contract, name, jurisdiction)
        values[name] = _value_pairs(guess, contract, name, theirs, ours, say)
    return values


def _value_pairs(
    guess: Guess, contract: Contract, name: str, theirs: Sequence[str], ours: Sequence[str], say: Language
) -> dict[str, str]:
    options, pairs = [_NOT_THERE, *ours], {}
    for start in range(0, len(theirs), 3):
        for place, text in zip(st.columns(3), theirs[start : start + 3], strict=False):
            guessed = guess.values.get(name, {}).get(text, text)
            with place:
                meant = st.selectbox(
                    page.plain(text),
                    options,
                    index=options.index(guessed) if guessed in options else 0,
                    format_func=lambda value: value or say.text("not known"),
                    key=f"value {contract.name} {name} {text}",
                )
            if meant != _NOT_THERE:
                pairs[text] = meant
    return pairs


def _year_label(guess: Guess, say: Language) -> str:
    words = {
        "2024-25": say.text("as 2024-25, 2024-2025 or 2024/25"),
        "end_year": say.text("as the year in which it ends: 2025"),
    }
    return st.radio(
        say.text("How a school year is written"),
        list(words),
        index=list(words).index(guess.year_label),
        format_func=lambda form: words[form],
        key=f"year label {guess.contract}",
    )


def _title(contract: Contract, name: str, say: Language) -> str:
    [field] = [each for each in contract.fields if each.name == name]
    return field.wording(say.code).title


def _left_out(guess: Guess, table: SourceTable, say: Language) -> None:
    left = [page.plain(theirs) for theirs in table.header if theirs not in guess.columns.values()]
    if left:
        st.caption(say.text("Not used and not stored: {columns}.", columns=say.join(left)))


def _preview(guess: Guess, table: SourceTable, rules: Rules, say: Language) -> None:
    st.markdown(f"**{say.text('The first rows as they would be taken')}**")
    profile = draft.profile_of(guess, table, rules, "draft")
    frame = draft.first_rows(table, profile)
    contract = load_contracts()[guess.contract]
    rows = tuple(tuple("–" if cell is None else str(cell) for cell in row) for row in _cells(frame))
    header = tuple(_title(contract, name, say) for name in frame.columns)
    page.table(Table(header, rows), say.text("The first rows as they would be taken"))


def _cells(frame: pd.DataFrame) -> Iterator[list[object]]:
    """Return rows without the gaps that a data frame writes as NaN, and whole numbers without a point."""
    for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None):
        yield [int(cell) if isinstance(cell, float) and cell.is_integer() else cell for cell in row]


def _try_out(guess: Guess, unknown: Unknown, rules: Rules, say: Language) -> None:
    profile = draft.profile_of(guess, unknown.table, rules, "draft")
    if st.button(say.text("Check every row"), key="try out"):
        administration.start(_TRYING, partial(draft.try_out, profile, unknown.file))
    job = administration.ended(_TRYING, say.text("Checking every row"))
    if job is None:
        return
    if job.error is not None:
        administration.tell_trouble(job.error, say)
    elif isinstance(job.result, Ready):
        st.success(say.text("Every check is passed."))
        page.table(checks_table(job.result.upload.checks, say), say.text("Every rule that was checked"))
    elif isinstance(job.result, Refusal):
        lines = [f"- {page.plain(each.say(say))}" for each in job.result.findings[:12]]
        st.warning(say.text("Not every check is passed:") + "\n\n" + "\n".join(lines))


def _save(guess: Guess, table: SourceTable, rules: Rules, say: Language) -> str | None:
    name = st.text_input(
        say.text("Name of the profile"),
        key="profile name",
        max_chars=60,
        placeholder=say.text("for example: informat"),
    )
    st.caption(say.text("A profile of the same name learns this kind of file too."))
    unready = administration.looks_on() or not name.strip()
    if not st.button(say.text("Save and read the files"), type="primary", disabled=unready):
        return None
    safe = re.sub(r"[^a-z0-9_-]+", "-", name.strip().casefold()).strip("-")
    try:
        draft.save(page.store_folder(), page.administrator(), draft.profile_of(guess, table, rules, safe))
    except DefinitionError:
        st.warning(say.text("This name cannot be used. Choose letters and digits, and no shipped profile."))
        return None
    return safe
