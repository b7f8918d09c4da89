"""Bring a survey that was made elsewhere: what was recognised, what it means, which it is, take it in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from mirrors.administration import survey_import as bring
from mirrors.administration.delivery import in_memory
from mirrors.administration.survey_import import (
    AUTO,
    TOOLS,
    DefinitionError,
    Ingested,
    Instrument,
    Overview,
    Refusal,
    Responses,
    SurveyMapping,
    WaveOf,
    Words,
)
from mirrors.charts.chart import Table
from mirrors.locale import Language
from pages import administration, files, page

_READING, _TAKING = "reading a survey", "taking a survey in"
_NOT_KNOWN, _NO_ANSWER = -2, -1
_MOST_INVITED = 100_000
MOST_ASKED = 60
"""Columns, and answers, whose meaning is asked for at once; nobody works through more boxes than that."""
_YEAR = re.compile(r"\d{4}-\d{2}")


@dataclass
class Desk:
    """What lies on this reader's desk: the answers that were read, or what came of bringing them."""

    round: int = 0
    outcome: Responses | Refusal | Ingested | BaseException | None = None

    def clear(self) -> None:
        """Forget the answers; the box for a file starts empty again."""
        self.round += 1
        self.outcome = None


def show() -> None:
    """Draw the page that takes in surveys made elsewhere."""
    say = page.language()
    administration.head(say.text("Bring a survey made elsewhere"), say)
    administration.verdict(
        say.text(
            "Answers from LimeSurvey, Qualtrics, Microsoft Forms, Google Forms and KoboToolbox or ODK. The "
            "file is read in memory; what tells who answered is dropped first. Nothing is stored before you "
            "take it in."
        )
    )
    with administration.told_calmly(say):
        desk: Desk = st.session_state.setdefault("survey desk", Desk())
        page.part(1, say.text("Choose the file"))
        _choose(desk, say)
        _follow_work(desk, say)
        _tell(desk, say)


def _choose(desk: Desk, say: Language) -> None:
    tools = {AUTO: say.text("Find out for me"), **{name: tool.title for name, tool in TOOLS.items()}}
    tool = page.choice("tool", say.text("Where the answers come from"), tools, AUTO)
    brought = st.file_uploader(
        say.text("File (CSV or XLSX, with all columns)"), key=f"survey file {desk.round}"
    )
    first = "primary" if desk.outcome is None else "secondary"
    unready = brought is None or tool is None or _READING in st.session_state
    if st.button(say.text("Read"), type=first, disabled=unready, key="read survey") and brought:
        desk.outcome = None
        file = in_memory(brought.name, brought.getvalue())
        administration.start(
            _READING, partial(bring.read, page.store_folder(), page.administrator(), file, tool or AUTO)
        )


def _follow_work(desk: Desk, say: Language) -> None:
    labels = {_READING: say.text("Reading the answers"), _TAKING: say.text("Taking the answers in")}
    for key, label in labels.items():
        job = administration.ended(key, label)
        if job is not None:
            found = job.error or job.result
            if isinstance(found, Refusal | Ingested):
                desk.clear()
            assert found is None or isinstance(found, Responses | Refusal | Ingested | BaseException)
            desk.outcome = found
            st.rerun()


def _tell(desk: Desk, say: Language) -> None:
    match desk.outcome:
        case Responses():
            _recognised(desk.outcome, say)
            _map(desk, desk.outcome, say)
        case Refusal():
            page.part(2, say.text("Not taken"))
            st.markdown(say.text("**Nothing was stored.** This has to be put right first:"))
            files.listed(desk.outcome.findings, say)
            _let_go(desk, say.text("Bring another file"))
        case Ingested():
            _taken(desk, desk.outcome, say)
        case BaseException():
            administration.tell_trouble(desk.outcome, say)


def _let_go(desk: Desk, label: str) -> None:
    if st.button(label, key="let survey go"):
        desk.clear()
        st.rerun()


def _recognised(responses: Responses, say: Language) -> None:
    page.part(2, say.text("What was recognised"))
    st.markdown(
        say.plural(
            "**{tool}**, {count} sheet of answers in {columns} columns.",
            "**{tool}**, {count} sheets of answers in {columns} columns.",
            responses.respondents,
            tool=TOOLS[responses.tool].title,
            columns=say.number(len(responses.columns)),
        )
    )
    if responses.left_out:
        names = say.join([page.plain(name) for name in responses.left_out])
        st.caption(say.text("Left out and gone already: {columns}.", columns=names))
    for why, rows in responses.dropped.items():
        st.caption(
            say.plural(
                "{count} row was left out: {why}.",
                "{count} rows were left out: {why}.",
                rows,
                why=say.text(why),
            )
        )
    files.listed(bring.remarkable(responses), say)


def _map(desk: Desk, responses: Responses, say: Language) -> None:
    page.part(3, say.text("What the columns and the answers mean"))
    folder, viewer = page.store_folder(), page.administrator()
    asked = bring.instruments(folder, viewer)
    instrument = asked[_group(desk, responses, asked, say)]
    name = _saved(desk, instrument, say)
    try:
        mapping = bring.first_mapping(folder, viewer, responses, instrument, name)
    except DefinitionError:
        st.warning(say.text("What was saved under this name cannot be read. Choose another."))
        return
    words = bring.words(folder, viewer, instrument.group, say)
    about = f"{desk.round} {instrument.group} {name}"
    mapping = _columns(responses, mapping, words, about, say)
    mapping = _answers(responses, instrument, mapping, words, about, say)
    mapping = _schools_of_texts(responses, mapping, about, say)
    _save(mapping, about, say)
    page.part(4, say.text("Which survey it is"))
    wave = _wave(responses, instrument, mapping, about, say)
    page.part(5, say.text("Check and take in"))
    _take_in(desk, responses, instrument, mapping, wave, say)


def _group(desk: Desk, responses: Responses, asked: Mapping[str, Instrument], say: Language) -> str:
    named = bring.group_words(say)
    groups = list(asked)
    group: str = st.selectbox(
        say.text("Who answered"),
        groups,
        index=groups.index(bring.likeliest_group(responses, asked)),
        format_func=lambda one: named.get(one, one),
        key=f"survey group {desk.round}",
    )
    return group


def _saved(desk: Desk, instrument: Instrument, say: Language) -> str:
    names = bring.saved(page.store_folder(), page.administrator(), instrument.group)
    if not names:
        return ""
    chosen: str = st.selectbox(
        say.text("What was said about an earlier file"),
        ["", *names],
        format_func=lambda name: name or say.text("nothing: guess anew"),
        key=f"survey saved {desk.round} {instrument.group}",
    )
    return chosen


def _columns(
    responses: Responses, mapping: SurveyMapping, words: Words, about: str, say: Language
) -> SurveyMapping:
    """Return the mapping with the meaning of every column as it is chosen; the unsure ones stand open."""
    sure = [column.heading for column in responses.columns if mapping.columns.get(column.heading)]
    unsure = [column.heading for column in responses.columns if column.heading not in sure]
    chosen = {}
    if unsure:
        st.markdown(f"**{say.text('Columns that nobody recognised; they are not used unless you say so')}**")
        chosen |= _targets(responses, unsure[:MOST_ASKED], mapping, words, about)
        _tell_more_columns(len(unsure) - MOST_ASKED, say)
    if sure:
        label = say.plural(
            "{count} column was recognised: look or change",
            "{count} columns were recognised: look or change",
            len(sure),
        )
        with st.expander(label):
            chosen |= _targets(responses, sure, mapping, words, about)
    return mapping.model_copy(update={"columns": chosen})


def _tell_more_columns(count: int, say: Language) -> None:
    if count > 0:
        st.caption(
            say.plural(
                "{count} more column was not recognised and is not used. To use it, put the code of its "
                "question (such as T3.2) in its heading and bring the file again.",
                "{count} more columns were not recognised and are not used. To use one, put the code of its "
                "question (such as T3.2) in its heading and bring the file again.",
                count,
            )
        )


def _targets(
    responses: Responses, headings: Sequence[str], mapping: SurveyMapping, words: Words, about: str
) -> dict[str, str]:
    chosen = {}
    options = list(words.targets)
    for start in range(0, len(headings), 2):
        for place, heading in zip(st.columns(2), headings[start : start + 2], strict=False):
            guessed = mapping.columns.get(heading, "")
            label = " · ".join(filter(None, (heading, responses.column(heading).label)))
            chosen[heading] = place.selectbox(
                page.plain(label),
                options,
                index=options.index(guessed) if guessed in options else 0,
                format_func=lambda target: words.targets[target],
                key=f"survey column {about} {heading}",
            )
    return chosen


def _answers(
    responses: Responses,
    instrument: Instrument,
    mapping: SurveyMapping,
    words: Words,
    about: str,
    say: Language,
) -> SurveyMapping:
    """Return the mapping with the meaning of every answer as it is chosen; the unknown ones stand open."""
    texts = sorted({text for name in mapping.items for text in responses.column(name).answers})
    unknown = [text for text in texts if text not in mapping.answers]
    known = [text for text in texts if text in mapping.answers]
    chosen: dict[str, int | None] = {}
    if unknown:
        st.markdown(f"**{say.text('Answers that are none of the questionnaire')}**")
        chosen |= _options(unknown[:MOST_ASKED], mapping, words, about, say)
        _tell_more_answers(len(unknown) - MOST_ASKED, say)
    if known:
        label = say.plural(
            "{count} answer was recognised: look or change",
            "{count} answers were recognised: look or change",
            len(known),
        )
        with st.expander(label):
            chosen |= _options(known, mapping, words, about, say)
    return mapping.model_copy(update={"answers": chosen})


def _tell_more_answers(count: int, say: Language) -> None:
    if count > 0:
        st.caption(
            say.plural(
                "{count} more answer is not known. A column with so many answers is no question with five "
                "options: say above that it is not used.",
                "{count} more answers are not known. A column with so many answers is no question with five "
                "options: say above that it is not used.",
                count,
            )
        )


def _options(
    texts: Sequence[str], mapping: SurveyMapping, words: Words, about: str, say: Language
) -> dict[str, int | None]:
    labels = {
        _NOT_KNOWN: say.text("not known"),
        **dict(enumerate(words.options)),
        _NO_ANSWER: say.text("no answer"),
    }
    options, chosen = list(labels), {}
    for start in range(0, len(texts), 2):
        for place, text in zip(st.columns(2), texts[start : start + 2], strict=False):
            known = mapping.answers.get(text, _NOT_KNOWN)
            meant = place.selectbox(
                page.plain(text),
                options,
                index=options.index(_NO_ANSWER if known is None else known),
                format_func=lambda option: labels[option],
                key=f"survey answer {about} {text}",
            )
            if meant != _NOT_KNOWN:
                chosen[text] = None if meant == _NO_ANSWER else meant
    return chosen


def _schools_of_texts(
    responses: Responses, mapping: SurveyMapping, about: str, say: Language
) -> SurveyMapping:
    """Return the mapping with the school that every text of the column of schools stands for."""
    known = bring.schools(page.store_folder(), page.administrator())
    texts = _school_texts(responses, mapping)
    strange = [text for text in texts if text not in known]
    if not strange or not known:
        return mapping
    st.markdown(f"**{say.text('Which school is it?')}**")
    options, chosen = ["", *known], dict(mapping.schools)
    for text in strange:
        guessed = mapping.schools.get(text, "")
        unsaid = say.text("as it stands") if mapping.school_of(text) == text else say.text("not known")
        meant = st.selectbox(
            page.plain(text),
            options,
            index=options.index(guessed) if guessed in options else 0,
            format_func=lambda one, unsaid=unsaid: f"{known[one]} ({one})" if one else unsaid,
            key=f"survey school of {about} {text}",
        )
        chosen = {**chosen, text: meant} if meant else {k: v for k, v in chosen.items() if k != text}
    return mapping.model_copy(update={"schools": chosen})


def _school_texts(responses: Responses, mapping: SurveyMapping) -> list[str]:
    headings = mapping.headings(bring.SCHOOL)[:1]
    return sorted({text for name in headings for text in responses.column(name).texts if text})


def _save(mapping: SurveyMapping, about: str, say: Language) -> None:
    with st.expander(say.text("Keep this for the next file of the same survey")):
        name = st.text_input(
            say.text("Name"),
            max_chars=60,
            placeholder=say.text("for example: safety-teachers"),
            key=f"survey profile {about}",
        )
        unready = not name.strip() or administration.looks_on()
        if not st.button(say.text("Save"), disabled=unready, key="save survey profile"):
            return
        safe = re.sub(r"[^a-z0-9_-]+", "-", name.strip().casefold()).strip("-")
        try:
            bring.save(page.store_folder(), page.administrator(), mapping.model_copy(update={"id": safe}))
        except DefinitionError:
            st.warning(say.text("This name cannot be used. Choose letters and digits."))
        else:
            st.success(say.text("Saved as {name}.", name=page.plain(safe)))


def _wave(
    responses: Responses, instrument: Instrument, mapping: SurveyMapping, about: str, say: Language
) -> WaveOf:
    first, second = st.columns(2)
    year = first.text_input(
        say.text("School year"), max_chars=7, placeholder="2025-26", key=f"survey year {about}"
    ).strip()
    number = second.number_input(
        say.text("Which survey of this school year"), 1, 99, 1, key=f"survey wave {about}"
    )
    school = "" if mapping.headings(bring.SCHOOL) else _school(about, say)
    draft = WaveOf(year, int(number), school)
    counts = bring.checked(responses, instrument, mapping, draft).counts
    invited = _invited(counts, about, say)
    return WaveOf(year, int(number), school, invited)


def _school(about: str, say: Language) -> str:
    known = bring.schools(page.store_folder(), page.administrator())
    if not known:
        return st.text_input(say.text("Id of the school"), max_chars=40, key=f"survey school {about}").strip()
    chosen: str | None = st.selectbox(
        say.text("School"),
        list(known),
        index=None,
        format_func=lambda one: f"{known[one]} ({one})",
        placeholder=say.text("Choose"),
        key=f"survey school {about}",
    )
    return chosen or ""


def _invited(counts: Mapping[str, int], about: str, say: Language) -> dict[str, int]:
    """Return how many people each school asked, where that is known."""
    if not counts:
        return {}
    st.markdown(f"**{say.text('How many people were asked to answer? Leave empty what nobody knows.')}**")
    invited = {}
    for start in range(0, len(counts), 3):
        for place, school in zip(st.columns(3), sorted(counts)[start : start + 3], strict=False):
            asked = place.number_input(
                page.plain(school), 0, _MOST_INVITED, None, key=f"survey invited {about} {school}"
            )
            if asked is not None:
                invited[school] = int(asked)
    return invited


def _take_in(
    desk: Desk,
    responses: Responses,
    instrument: Instrument,
    mapping: SurveyMapping,
    wave: WaveOf,
    say: Language,
) -> None:
    found = bring.checked(responses, instrument, mapping, wave)
    if found.counts:
        page.table(_counted(found, wave, mapping, say), say.text("What would be taken in"))
        st.caption(say.text("A group of fewer than ten at a school is taken in and never shown."))
    if found.findings:
        st.markdown(say.text("**This cannot be taken in yet:**"))
        files.listed(found.findings, say)
    if not _YEAR.fullmatch(wave.school_year):
        st.info(say.text("Still to be filled in: the school year, written 2025-26."))
    filled = not found.findings and bool(_YEAR.fullmatch(wave.school_year))
    ready = filled and _TAKING not in st.session_state and not administration.looks_on()
    with st.container(horizontal=True):
        if st.button(say.text("Take in"), type="primary", disabled=not ready, key="take survey in"):
            work = partial(bring.take_in, page.store_folder(), page.administrator(), responses, mapping, wave)
            administration.start(_TAKING, work)
            st.rerun()
        _let_go(desk, say.text("Do not take in"))


def _counted(found: Overview, wave: WaveOf, mapping: SurveyMapping, say: Language) -> Table:
    header = (
        say.text("School"),
        say.text("Who answered"),
        say.text("Sheets of answers"),
        say.text("Invited"),
        say.text("Questions"),
    )
    group = bring.group_words(say).get(mapping.group, mapping.group)
    rows = tuple(
        (
            school,
            group,
            say.number(count),
            say.number(wave.invited[school]) if school in wave.invited else "–",
            say.number(len(mapping.items)),
        )
        for school, count in sorted(found.counts.items())
    )
    return Table(header, rows)


def _taken(desk: Desk, taken: Ingested, say: Language) -> None:
    page.part(2, say.text("Taken in"))
    st.markdown(
        say.text(
            "**Upload {number} is in.** The file is forgotten. Nobody sees it before it is published.",
            number=taken.upload_id,
        )
    )
    files.listed(bring.remarkable(taken), say)
    page.link(administration.open_publish, "publish", say.text("Publish"))
    _let_go(desk, say.text("Bring another survey"))
