"""Bring files: choose them, read what was found, take them in, or say what their columns mean."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from mirrors.access import Viewer
from mirrors.administration import acts, delivery, templates
from mirrors.administration.acts import Ingested
from mirrors.administration.delivery import (
    FIND_OUT,
    Delivery,
    Finding,
    Outcome,
    Ready,
    Refusal,
    Refused,
    Unknown,
)
from mirrors.administration.findings import (
    by_stage,
    checks_table,
    files_table,
    findings_csv,
    stage_words,
)
from mirrors.definitions import load_contracts, load_profile
from mirrors.locale import Language
from mirrors.progress import BackgroundJob
from pages import administration, mapping, page, reader

_READING, _TAKING = "reading files", "taking files in"
_TOLD = 12
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass
class Desk:
    """What lies on this reader's desk: the files last brought, and what came of them."""

    round: int = 0
    delivery: Delivery | None = None
    outcome: Outcome | Ingested | BaseException | None = None

    def let_go_of_files(self) -> None:
        """Forget the files; the box for files starts empty again."""
        self.round += 1
        self.delivery = None

    def clear(self) -> None:
        """Forget the files and what was found."""
        self.let_go_of_files()
        self.outcome = None


def show() -> None:
    """Draw the page that takes files in."""
    say = page.language()
    administration.head(say.text("Bring files"), say)
    administration.verdict(
        say.text(
            "Files are read in memory and never kept. Only totals that pass every check are stored, and "
            "nobody sees them before you publish."
        )
    )
    st.caption(
        say.text(
            "The search for personal data makes an accident less likely. It proves nothing: look at your "
            "files before you bring them."
        )
    )
    administration.tell_notice()
    with administration.told_calmly(say):
        desk: Desk = st.session_state.setdefault("desk", Desk())
        page.part(1, say.text("Choose the files"))
        _choose(desk, say)
        _templates(say)
        page.link(
            administration.open_survey_import,
            "survey-import",
            say.text("Answers from a survey tool? Bring a survey made elsewhere"),
        )
        _follow_work(desk, say)
        if desk.outcome is not None:
            _tell_outcome(desk, say)


def _choose(desk: Desk, say: Language) -> None:
    profile = page.choice("profile", say.text("How the files are laid out"), _profiles(say), FIND_OUT)
    brought = st.file_uploader(
        say.text("Files (CSV, XLSX, Parquet, or a ZIP of such files)"),
        accept_multiple_files=True,
        key=f"files {desk.round}",
    )
    first = "primary" if desk.outcome is None else "secondary"
    unready = not brought or profile is None or _READING in st.session_state
    if not st.button(say.text("Read and check"), type=first, disabled=unready, key="read"):
        return
    files = tuple(delivery.in_memory(one.name, one.getvalue()) for one in brought)
    _read(desk, Delivery(files, profile or FIND_OUT))


def _profiles(say: Language) -> dict[str, str]:
    folder = page.store_folder()
    there = delivery.choices(folder, page.administrator())
    names = {name: say.pick(load_profile(name, folder).title) for name in there}
    return {FIND_OUT: say.text("Find out for me"), **names}


def _read(desk: Desk, brought: Delivery) -> None:
    desk.delivery, desk.outcome = brought, None
    administration.start(_READING, partial(delivery.read, page.store_folder(), page.administrator(), brought))


def _follow_work(desk: Desk, say: Language) -> None:
    labels = {_READING: say.text("Reading and checking the files"), _TAKING: say.text("Taking the files in")}
    for key, label in labels.items():
        job = administration.ended(key, label)
        if job is not None:
            _note(desk, job)
            st.rerun()


def _note(desk: Desk, job: BackgroundJob[Outcome | Ingested]) -> None:
    """Keep what came of the work; files that cannot be taken any more, or are taken, are forgotten."""
    if isinstance(job.error, Refused):
        desk.outcome = Refusal(job.error.findings, "")
    else:
        desk.outcome = job.error or job.result
    refused = isinstance(desk.outcome, Refusal) and not desk.outcome.may_be_read_again
    if refused or isinstance(desk.outcome, Ingested):
        desk.let_go_of_files()


def _templates(say: Language) -> None:
    contracts = {name: each for name, each in load_contracts().items() if each.level == "A"}
    with st.expander(say.text("Templates to fill in"), expanded="kind" in st.query_params):
        titles = {name: each.wording(say.code).title for name, each in contracts.items()}
        kind = page.choice("kind", say.text("Kind of file"), titles, "schools")
        if kind is None:
            page.unknown_link()
            return
        contract = contracts[kind]
        st.markdown(contract.wording(say.code).description)
        with st.container(horizontal=True):
            st.download_button(
                say.text("As a workbook that explains every column"),
                _for_administrators(f"{kind}.xlsx", partial(templates.template_workbook, contract, say)),
                f"{kind}.xlsx",
                _WORKBOOK,
                on_click="ignore",
                key="template workbook",
            )
            st.download_button(
                say.text("As CSV"),
                _for_administrators(f"{kind}.csv", partial(templates.template_csv, contract)),
                f"{kind}.csv",
                "text/csv",
                on_click="ignore",
                key="template csv",
            )
        st.caption(say.text("The example row may stay: it is passed over."))


def _for_administrators(name: str, make: Callable[[], bytes]) -> Callable[[], bytes]:
    return reader.handed_over(name, Viewer.require_administrator, make)


def _tell_outcome(desk: Desk, say: Language) -> None:
    match desk.outcome:
        case Ready():
            page.part(2, say.text("Ready to be taken in"))
            _ready(desk, desk.outcome, say)
        case Refusal():
            page.part(2, say.text("Not taken"))
            _refused(desk, desk.outcome, say)
        case Unknown() if desk.delivery is not None:
            page.part(2, say.text("What do the columns mean?"))
            known = mapping.draw(desk.outcome, say)
            if known is not None:
                _read(desk, replace(desk.delivery, profile=FIND_OUT))
                st.rerun()
        case Ingested():
            page.part(2, say.text("Taken in"))
            _taken(desk, desk.outcome, say)
        case BaseException():
            administration.tell_trouble(desk.outcome, say)


def _ready(desk: Desk, ready: Ready, say: Language) -> None:
    upload = ready.upload
    rows = sum(report.rows_kept for report in upload.files)
    st.markdown(
        say.plural(
            "**Every check is passed.** {count} row is ready; nothing is stored yet.",
            "**Every check is passed.** {count} rows are ready; nothing is stored yet.",
            rows,
        )
    )
    st.caption(say.text("Read by: {profile}", profile=page.plain(say.pick(upload.profile.title))))
    page.table(files_table(upload, say), say.text("What is in the files"))
    if upload.findings:
        st.markdown(f"**{say.text('Taken with a warning')}**")
        listed(upload.findings, say)
    with st.expander(say.text("Every rule that was checked")):
        page.table(checks_table(upload.checks, say), say.text("Every rule that was checked"))
    with st.container(horizontal=True):
        if st.button(
            say.text("Take in"),
            type="primary",
            key="take in",
            disabled=_TAKING in st.session_state or administration.looks_on(),
        ):
            confirmed = desk.delivery.confirmed if desk.delivery else frozenset()
            administration.start(
                _TAKING,
                partial(acts.take_in, page.store_folder(), page.administrator(), upload, confirmed),
            )
            st.rerun()
        _let_go(desk, say.text("Do not take in"))


def _let_go(desk: Desk, label: str) -> None:
    if st.button(label, key="let go"):
        desk.clear()
        st.rerun()


def _refused(desk: Desk, refusal: Refusal, say: Language) -> None:
    count = sum(finding.refuses for finding in refusal.findings)
    st.markdown(
        say.plural(
            "**Nothing was stored.** {count} thing has to be put right first.",
            "**Nothing was stored.** {count} things have to be put right first.",
            count,
        )
    )
    for stage, findings in by_stage(refusal.findings):
        st.markdown(f"**{stage_words(stage, say)}**")
        listed(findings, say)
    st.download_button(
        say.text("The full list as CSV, one line a row"),
        _for_administrators("findings.csv", partial(findings_csv, refusal.findings, say)),
        "findings.csv",
        "text/csv",
        on_click="ignore",
        key="findings",
    )
    if not refusal.may_be_read_again:
        st.caption(
            say.text("Once personal data are found nothing else is checked, and the files are forgotten.")
        )
    _ask(desk, refusal, say)
    if refusal.only_columns and desk.delivery is not None:
        _offer_mapping(desk, refusal, say)
    _let_go(desk, say.text("Bring other files"))


def listed(findings: Sequence[Finding], say: Language) -> None:
    """List findings, the first of them where there are many."""
    lines = [
        f"- {page.plain(finding.place(say))}: {page.plain(finding.sentence(say))}"
        for finding in findings[:_TOLD]
    ]
    st.markdown("\n".join(lines))
    if len(findings) > _TOLD:
        more = len(findings) - _TOLD
        st.caption(
            say.plural("{count} more is in the full list.", "{count} more are in the full list.", more)
        )


def _ask(desk: Desk, refusal: Refusal, say: Language) -> None:
    if not refusal.asks or desk.delivery is None:
        return
    looked = [
        st.checkbox(
            say.text(
                "I have looked at the column “{column}”: these are not national numbers.",
                column=page.plain(column),
            ),
            key=f"not national numbers {desk.round} {column}",
        )
        for column in refusal.asks
    ]
    if st.button(say.text("Read again"), disabled=not all(looked), key="read again"):
        confirmed = desk.delivery.confirmed | frozenset(refusal.asks)
        _read(desk, replace(desk.delivery, confirmed=confirmed))
        st.rerun()


def _offer_mapping(desk: Desk, refusal: Refusal, say: Language) -> None:
    assert desk.delivery is not None
    if st.button(say.text("Say what the columns mean"), key="map"):
        brought = replace(desk.delivery, profile=refusal.profile)
        administration.start(
            _READING, partial(delivery.strange_table, page.store_folder(), page.administrator(), brought)
        )
        st.rerun()


def _taken(desk: Desk, taken: Ingested, say: Language) -> None:
    st.markdown(
        say.text(
            "**Upload {number} is in.** Nobody sees it before it is published: look first at what stands "
            "out.",
            number=taken.upload_id,
        )
    )
    if taken.findings:
        st.markdown(f"**{say.text('Taken with a warning')}**")
        listed(taken.findings, say)
    pages = administration.pages(say)
    with st.container(horizontal=True, key="next"):
        for opens, address, title in pages[1:3]:
            page.link(opens, address, title)
    _let_go(desk, say.text("Bring more files"))
