"""What the administrator's pages share: their addresses, their heading, and work beside a page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import streamlit as st

from mirrors.locale import Language
from mirrors.progress import BackgroundJob, Cancelled, Progress
from mirrors.views import StoreBusy, StoreDamaged, StoreOutdated, StoreTrouble, StoreUnwritable
from pages import page

Result = TypeVar("Result")

_LOOK_AGAIN = 0.5
_WAITING = "waiting for another upload"


def open_files() -> None:
    """Draw the page that takes files in. What it needs is only loaded once an administrator comes."""
    from pages import files

    files.show()


def open_survey_import() -> None:
    """Draw the page that takes in surveys made elsewhere."""
    from pages import survey_import

    survey_import.show()


def open_check_first() -> None:
    """Draw the page of what stands out."""
    from pages import check_first

    check_first.show()


def open_publish() -> None:
    """Draw the page of publishing and restoring."""
    from pages import publish

    publish.show()


def open_ledger() -> None:
    """Draw the page of the ledger."""
    from pages import ledger

    ledger.show()


def open_accounts() -> None:
    """Draw the page of people and their accounts."""
    from pages import accounts

    accounts.show()


def open_audit() -> None:
    """Draw the page of the audit log."""
    from pages import audit

    audit.show()


def pages(say: Language) -> list[tuple[Callable[[], None], str, str]]:
    """Return the administrator's pages in the order of the work: what opens them, address and title."""
    return [
        (open_files, "files", say.text("Bring files")),
        (open_check_first, "check-first", say.text("Check first")),
        (open_publish, "publish", say.text("Publish")),
        (open_ledger, "ledger", say.text("Ledger")),
        (open_accounts, "accounts", say.text("People")),
        (open_audit, "audit", say.text("Audit log")),
    ]


def head(title: str, say: Language) -> None:
    """Draw what stands above every page of an administrator, the title last; raises NotAllowed."""
    page.administrator()
    with page.top():
        st.caption(say.text("For administrators · what is done here is written down"))
    st.title(title, anchor=False)
    if looks_on():
        st.info(
            say.text(
                "This is a demo: look at everything, and try it up to the last step. Taking in, deciding, "
                "publishing, withdrawing and restoring are not done here, so that the next visitor finds the "
                "same city."
            )
        )


def looks_on() -> bool:
    """Return whether this administrator came by a demo door, and changes nothing for others."""
    return page.administrator().is_demo


def verdict(sentence: str) -> None:
    """Write the sentence that says where things stand."""
    with st.container(key="verdict"):
        st.markdown(sentence)


def start(key: str, work: Callable[[Progress], object]) -> None:
    """Start work in the background, known to this reader's pages by `key`."""
    st.session_state[key] = BackgroundJob(work)


def ended(key: str, label: str) -> BackgroundJob[object] | None:
    """Return the work called `key` once it has ended, and forget it; draw how far it is while it goes on."""
    job: BackgroundJob[object] | None = st.session_state.get(key)
    if job is None:
        return None
    if job.running:
        _progress(key, label)
        return None
    del st.session_state[key]
    # What the work loaded is taken out of the garbage collector's rounds too.
    page.settle.clear()
    return job


@st.fragment(run_every=_LOOK_AGAIN)
def _progress(key: str, label: str) -> None:
    say = page.language()
    job = st.session_state.get(key)
    if job is None or not job.running:
        st.rerun()
    waits = job.step == _WAITING
    st.progress(
        min(max(job.share, 0.0), 1.0),
        text=say.text("Another upload is being written; yours is next.") if waits else label,
    )
    st.button(say.text("Cancel"), on_click=job.cancel, key=f"cancel {key}")


def tell_trouble(error: BaseException, say: Language) -> None:
    """Say what went wrong, and that nothing is half done."""
    if isinstance(error, Cancelled):
        st.info(say.text("Stopped. Nothing was changed."))
        return
    st.error(_trouble(error, say))
    if isinstance(error, StoreTrouble):
        # The message names folders and commands, for whoever looks after the machine.
        st.code(str(error), language=None, wrap_lines=True)


def _trouble(error: BaseException, say: Language) -> str:
    told = {
        StoreBusy: say.text("Another job is writing to this store. Try again when it is done."),
        StoreDamaged: say.text("A file of this store cannot be read. Ask whoever looks after this machine."),
        StoreUnwritable: say.text(
            "This store cannot be written. Nothing was changed. Ask whoever looks after this machine."
        ),
        StoreOutdated: say.text(
            "This store was made by an earlier version. Ask whoever looks after this machine."
        ),
    }
    return told.get(
        type(error),
        say.text(
            "Something went wrong that should not have ({kind}). Nothing was changed. Please try again.",
            kind=type(error).__name__,
        ),
    )


@contextmanager
def told_calmly(say: Language) -> Iterator[None]:
    """Turn trouble with the store into a sentence on the page."""
    try:
        yield
    except StoreTrouble as trouble:
        tell_trouble(trouble, say)


def notice(text: str) -> None:
    """Remember a sentence to be told on the next run, which starts now."""
    st.session_state["notice"] = text
    st.rerun()


def tell_notice() -> None:
    """Tell what was remembered, once."""
    if text := st.session_state.pop("notice", None):
        st.success(text)
