"""What all pages share: the store, the reader, the header line, choices kept in the link, and drawing."""

import atexit
import gc
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mirrors.access import Viewer
from mirrors.charts import Chart, Table
from mirrors.charts.key import key as marks_key
from mirrors.charts.moments import moment
from mirrors.charts.reasons import unavailable_words
from mirrors.charts.style import DARK, LIGHT, Palette
from mirrors.definitions import Indicator
from mirrors.doors.house import store_folder
from mirrors.locale import LANGUAGES, Language, best_language
from mirrors.views import Origin, PublishedStore, Snapshot, open_published
from mirrors.views.figure import Against, Comparison
from mirrors.views.school import SchoolName
from mirrors.views.snapshot import SnapshotView, snapshot_view
from pages import reader

SNAPSHOT = "snapshot"
_PAGE = "page"
_SHEET = Path(__file__).with_name("paper.css")
_COMMANDS = """python -m mirrors ingest --store FOLDER --profile NAME FILES
python -m mirrors publish --store FOLDER"""
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>$~:&])")
_BLANKS = re.compile(r"[^\S\u00a0]+")
_CHART = {"displayModeBar": False, "scrollZoom": False}


def choose_language() -> Language:
    """Let the reader choose a language; the link keeps it, the browser's own is the default."""
    default = best_language(st.context.locale).code
    chosen = st.segmented_control(
        "Language · Taal · Langue",
        list(LANGUAGES),
        default=default,
        required=True,
        key="lang",
        bind="query-params",
        label_visibility="collapsed",
    )
    say = best_language(chosen)
    # At the root of the page Streamlit says English: a script of ours puts there what stands here.
    st.html(f'<style data-language="{say.code}">:root {{ --language: {say.code} }}</style>')
    return say


def language() -> Language:
    """Return the language of this reader."""
    return best_language(st.session_state.get("lang") or st.context.locale)


def palette() -> Palette:
    """Return the colours that fit the reader's light or dark theme."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def viewer() -> Viewer:
    """Return who is looking; raises NotSignedIn."""
    return reader.viewer()


def administrator() -> Viewer:
    """Return who acts on the administrator's pages; raises NotSignedIn and NotAllowed."""
    return reader.administrator()


def saw(school_id: str, school_year: str, where: str) -> None:
    """Write in the audit log that this reader saw a school on the page `where`."""
    reader.saw(school_id, school_year, where, st.query_params.get(SNAPSHOT, ""))


def saw_list(where: str, shown: Snapshot | None = None) -> None:
    """Write in the audit log that this reader saw the list `where`, of a snapshot or of the facts."""
    reader.saw_list(where, shown.name if shown is not None else "")


@st.cache_resource(show_spinner=False)
def _store(folder: str) -> PublishedStore:
    return open_published(Path(folder))


def snapshot() -> Snapshot:
    """Return the snapshot to show: the one in use, or for a city adviser the one that the link names.

    Raises NoSnapshot when nothing is published yet or the link names none, and NotAllowed.
    """
    store, asked = _store(str(store_folder())), st.query_params.get(SNAPSHOT)
    if asked is None:
        return store.current()
    # Figures that were corrected since, or found too small to show, still stand in an older snapshot.
    viewer().require_city()
    return store.named(asked)


def choose_snapshot(shown: Snapshot) -> None:
    """Let an adviser choose an older snapshot, by number and day; the link keeps it."""
    published = _store(str(store_folder())).newest()
    if len(published) > 1:
        say = language()
        labels = {name: _snapshot_label(name, origin, say) for name, origin in published.items()}
        choice(SNAPSHOT, say.text("As published in"), labels, shown.name)


def _snapshot_label(name: str, origin: Origin | None, say: Language) -> str:
    label = say.text("snapshot {number}", number=int(name))
    return label if origin is None else f"{label} · {moment(origin.at, say)}"


@st.cache_data(show_spinner=False, max_entries=8)
def _about(snapshot_name: str, viewer: Viewer, _snapshot: Snapshot) -> SnapshotView:
    return snapshot_view(_snapshot, viewer)


def about(shown: Snapshot) -> SnapshotView:
    """Return what every page says of `shown`."""
    return _about(shown.name, viewer(), shown)


def unknown_snapshot() -> None:
    """Say that the link names a snapshot that is not there, and open the one in use."""
    del st.query_params[SNAPSHOT]
    st.info(language().text("The link names a snapshot that is not here. The page shows the one in use."))
    if st.button(language().text("Show the snapshot in use")):
        st.rerun()


def nothing_published() -> None:
    """Say that there is nothing to show yet, and how that changes."""
    say = language()
    st.title(say.text("Nothing is published yet"))
    st.markdown(say.text("An administrator adds files and publishes them; then the mirrors appear here."))
    st.code(_COMMANDS, language=None)


def choice(parameter: str, label: str, options: Mapping[str, str], default: str | None = None) -> str | None:
    """Return the chosen key of `options`, which the link holds as `?parameter=key`.

    The link is the only memory, so that it always reproduces the page. A link that asks for what does
    not exist gets a calm message and None.
    """
    asked = st.query_params.get(parameter, default)
    key = f"choice of {parameter}"
    st.session_state[key] = asked if asked in options else None
    chosen = st.selectbox(
        label,
        list(options),
        index=0 if asked in options else None,
        format_func=lambda option: options.get(option, option),
        key=key,
        on_change=_keep_in_link,
        args=(parameter, key),
        placeholder=language().text("Choose"),
    )
    return chosen if chosen in options else None


def _keep_in_link(parameter: str, key: str) -> None:
    chosen = st.session_state[key]
    if chosen is not None:
        st.query_params[parameter] = chosen
        st.query_params.pop(_PAGE, None)


def words(parameter: str, label: str, longest: int) -> str:
    """Return the words typed, which the link holds as `?parameter=words`."""
    key = f"words of {parameter}"
    st.session_state[key] = st.query_params.get(parameter, "")[:longest]
    return st.text_input(label, max_chars=longest, key=key, on_change=_keep_words, args=(parameter, key))


def _keep_words(parameter: str, key: str) -> None:
    if typed := st.session_state[key].strip():
        st.query_params[parameter] = typed
    else:
        st.query_params.pop(parameter, None)
    st.query_params.pop(_PAGE, None)


def place_in_pages(pages: int) -> int:
    """Return which of so many pages the link asks for, the first by default."""
    asked = st.query_params.get(_PAGE, "1")
    return min(int(asked), pages) if asked.isdecimal() and 0 < len(asked) < 6 and int(asked) else 1


def turn_pages(here: int, pages: int) -> None:
    """Draw the way to the page before and the page after this one; the link keeps it."""
    say = language()
    with st.container(horizontal=True, vertical_alignment="center", key="pages"):
        for label, there in ((say.text("Previous"), here - 1), (say.text("Next"), here + 1)):
            is_there = 1 <= there <= pages
            st.button(label, disabled=not is_there, on_click=_turn_to, args=(there,), key=f"page {label}")
        st.caption(say.text("Page {here} of {all}", here=here, all=pages))


def _turn_to(there: int) -> None:
    st.query_params[_PAGE] = str(there)


def choose_school(shown: SnapshotView) -> str | None:
    """Let the reader choose one of the schools it may open; the first one by default."""
    names = {school.school_id: school.name for school in shown.schools}
    return choice("school", language().text("School"), names, next(iter(names), None))


def open_school_page(title: str) -> tuple[SnapshotView, SchoolName | None]:
    """Draw the head of a page about one school, and return the school that the link asks for.

    None where it is not one of the reader's; then the page has said so.
    """
    shown, above = about(snapshot()), top()
    st.title(title, anchor=False)
    school_id = choose_school(shown)
    with above:
        header(shown, None)
    chosen = next((school for school in shown.schools if school.school_id == school_id), None)
    if chosen is None:
        unknown_link()
    return shown, chosen


def choose_year(shown: SnapshotView, *more: str) -> str | None:
    """Let the reader choose a school year, of the snapshot or of `more`; the latest by default."""
    years = {year: year for year in sorted({*shown.school_years, *more}, reverse=True)}
    return choice("year", language().text("School year"), years, next(iter(years), None))


def unknown_link() -> None:
    """Say that the link asks for something this snapshot does not hold."""
    say = language()
    st.info(
        say.text("This link asks for something that is not in the figures shown here. Please choose above.")
    )


def no_such_figures(shown: SnapshotView) -> None:
    """Say that there are no figures of absence at all in `shown`, or none that the link asks for."""
    if shown.school_years:
        unknown_link()
        return
    say = language()
    st.info(say.text("No figures of absence have been published yet. What was asked stands under Safety."))


def header(shown: SnapshotView, school_year: str | None) -> None:
    """Write the line above every page: which city, which year, which snapshot, and what it is not for."""
    say = language()
    parts = [
        say.text("Synthetic city") if shown.synthetic else shown.city,
        say.text("school year {year}", year=school_year) if school_year else "",
        say.text("snapshot {number}", number=shown.number),
        say.text("confidential, not for ranking"),
    ]
    st.caption(" · ".join(part for part in parts if part))
    in_use = _store(str(store_folder())).current().name
    if shown.number != int(in_use):
        st.info(
            say.text(
                "An older snapshot, of {when}. Figures may have been corrected since: snapshot {number} is "
                "in use.",
                when=moment(shown.published_at, say),
                number=int(in_use),
            )
        )


def part(number: int, title: str, opening: str = "") -> None:
    """Open a numbered part of the page, with the sentence that could stand for all of it."""
    st.header(f"{number} · {title}", anchor=False)
    if opening:
        with st.container(key=f"opening-{number}"):
            st.markdown(opening)


def draw(chart: Chart, told: bool = True) -> None:
    """Draw a chart: its finding above it, its reading below it, and its figures as a table.

    One that is not `told` keeps its reading beside the table, where the picture prints all it says.
    """
    picture(chart)
    if told:
        st.caption(chart.reading)
    chart_table(chart, told=not told)


def chart_table(chart: Chart, told: bool = True) -> None:
    """Draw the figures of a chart as a table behind a word, with its reading above them where `told`."""
    reading = chart.reading if told else ""
    as_table(language().text("The figures as a table"), chart.table, chart.title, reading)


def picture(chart: Chart, titled: bool = True) -> None:
    """Draw the finding of a chart and its picture, which is named by its reading."""
    if titled:
        st.markdown(f"**{chart.title}**")
    st.plotly_chart(chart.figure, theme=None, config=_CHART, alt=chart.reading)


def side_by_side(charts: Sequence[Chart], columns: int = 3) -> None:
    """Draw small charts in rows of `columns`; a phone shows them below one another."""
    for start in range(0, len(charts), columns):
        for place, chart in zip(
            st.columns(columns, gap="medium"), charts[start : start + columns], strict=False
        ):
            with place:
                draw(chart)


def key(comparisons: Sequence[Comparison], against: Against = Against.PEERS) -> None:
    """Draw the key to the marks, once a page."""
    with st.container(key="key"):
        st.html(marks_key(comparisons, language(), palette(), against))


def unavailable(indicators: Sequence[tuple[Indicator, str]]) -> None:
    """Say which indicators are not there, and why."""
    say = language()
    for indicator, reason in indicators:
        name, why = say.pick(indicator.title), unavailable_words(reason, say)
        st.caption(say.text("{name}: not available, because {why}.", name=name, why=why))


def as_table(label: str, table: Table, alt: str, reading: str = "") -> None:
    """Draw `table` behind an expander, as a table that a screen reader can walk through."""
    with st.expander(label, type="compact"):
        if reading:
            st.caption(reading)
        columns = {name: [row[place] for row in table.rows] for place, name in enumerate(table.header)}
        st.table(columns, border="horizontal", hide_index=True, hide_header=False, alt=alt)


def plain(text: str) -> str:
    """Return `text` so that markdown shows it letter by letter, whatever stands in it; hard spaces stay."""
    return _MARKDOWN.sub(r"\\\1", _BLANKS.sub(" ", text).strip())


def flat_table(shown: Table, alt: str) -> None:
    """Draw a table in full, so that it is printed too."""
    columns = {name: [row[place] for row in shown.rows] for place, name in enumerate(shown.header)}
    st.table(columns, border="horizontal", hide_index=True, hide_header=False, alt=alt)


def table(shown: Table, alt: str) -> None:
    """Draw a table whose cells may hold anything: names of files and columns, notes."""
    columns = {
        plain(name): [plain(row[place]) for row in shown.rows] for place, name in enumerate(shown.header)
    }
    st.table(columns, border="horizontal", hide_index=True, hide_header=False, alt=alt)


def style_sheet() -> None:
    """Apply what the theme cannot say."""
    st.html(_SHEET)
    # Streamlit writes white on the theme's colour, which the dark theme's is too light for.
    st.html(f"<style>:root {{ --paper: {palette().paper} }}</style>")


def top(wide: bool = False) -> DeltaGenerator:
    """Return the place above the title, for the header line.

    A `wide` page has the width of the adviser's lists instead of one column of reading width.
    """
    return st.container(key="wide" if wide else "narrow")


def kept_in_links() -> dict[str, str]:
    """Return what a link to another page carries along: the school year and snapshot that were asked for."""
    return {name: st.query_params[name] for name in ("year", SNAPSHOT) if name in st.query_params}


def link(show: Callable[[], None], url_path: str, label: str, **parameters: str) -> None:
    """Draw a link to the page that `show` draws, with `parameters` in its address; it keeps the snapshot."""
    kept = {SNAPSHOT: st.query_params[SNAPSHOT]} if SNAPSHOT in st.query_params else {}
    st.page_link(st.Page(show, url_path=url_path), label=label, query_params={**kept, **parameters})


@st.cache_resource(show_spinner=False)
def settle() -> None:
    """Take what is loaded by now out of the garbage collector's rounds, once a process.

    Streamlit collects after every run; walking all imported modules each time costs a reader more than
    drawing the page does. At exit the objects go back, or DuckDB's binding reports them as leaked.
    """
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)
