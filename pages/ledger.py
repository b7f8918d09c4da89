"""The ledger: every upload and what became of it, what was done, and files about single pupils."""

import streamlit as st

from mirrors.administration import acts
from mirrors.administration.acts import NothingToPublish, WrongDecision
from mirrors.administration.findings import entry_words
from mirrors.charts.ledger_words import events_table, files_table, upload_line
from mirrors.charts.moments import moment
from mirrors.definitions.profile import profile_yaml
from mirrors.locale import Language
from mirrors.views.ledger import LedgerView, Setting, UploadRecord, ledger_view
from pages import administration, page

_SHOWN, _EVENTS = 20, 100
_LONGEST_NOTE = 500


def show() -> None:
    """Draw the ledger."""
    say = page.language()
    administration.head(say.text("Ledger"), say)
    with administration.told_calmly(say):
        view = ledger_view(page.store_folder(), page.administrator())
        in_force = sum(upload.in_force for upload in view.uploads)
        administration.verdict(
            say.plural("{count} upload is in force.", "{count} uploads are in force.", in_force)
        )
        administration.tell_notice()
        page.part(1, say.text("Uploads"))
        _uploads(view, say)
        page.part(2, say.text("What was done"))
        _events(view, say)
        page.part(3, say.text("Files about single pupils"))
        _level_b(view.level_b, say)


def _uploads(view: LedgerView, say: Language) -> None:
    st.markdown(
        say.text(
            "Refused ones too. The ledger keeps names of files, counts and findings, never a file and never "
            "a value of one; of a file with personal data it does not even keep the name."
        )
    )
    shown = view.uploads if "all" in st.query_params else view.uploads[:_SHOWN]
    for upload in shown:
        with st.expander(upload_line(upload, say)):
            _upload(upload, say)
    if len(view.uploads) > len(shown):
        page.link(administration.open_ledger, "ledger", say.text("Show all uploads"), all="1")


def _upload(upload: UploadRecord, say: Language) -> None:
    st.caption(
        say.text(
            "Brought by {who}, read by the profile “{profile}”.",
            who=page.plain(upload.by),
            profile=page.plain(upload.profile),
        )
    )
    page.table(files_table(upload, say), say.text("The files of upload {number}", number=upload.upload_id))
    findings = [f"- {page.plain(entry_words(entry, say))}" for entry in upload.findings]
    if findings:
        st.markdown(f"**{say.text('What was found')}**\n\n" + "\n".join(findings[:_SHOWN]))
    for confirmation in upload.confirmations:
        st.caption(
            say.text(
                "{who} declared: the column “{column}” holds no national numbers.",
                who=page.plain(confirmation.by),
                column=page.plain(confirmation.column),
            )
        )
    if upload.note:
        who = f"{page.plain(upload.decided_by)}, {moment(upload.decided_at, say)}"
        st.markdown(f"{who}: {page.plain(upload.note)}")
    if st.toggle(say.text("How the columns were read"), key=f"mapping {upload.upload_id}"):
        st.code(profile_yaml(upload.mapped_by), language="yaml")
    if upload.decision in ("taken", "withdrawn"):
        _decide(upload, say)


def _decide(upload: UploadRecord, say: Language) -> None:
    act = acts.withdraw if upload.in_force else acts.take_back
    st.caption(
        say.text(
            "Withdrawing sets an upload aside as if it had never come; older figures count again. It can be "
            "taken back. Readers see either after the next publish."
        )
    )
    with st.form(f"decide on {upload.upload_id}", border=False):
        note = st.text_input(say.text("Why? (a few words for the ledger)"), max_chars=_LONGEST_NOTE)
        label = say.text("Withdraw") if upload.in_force else say.text("Take back")
        if not st.form_submit_button(label, disabled=administration.looks_on()):
            return
    if not note.strip():
        st.warning(say.text("Please say in a few words why."))
        return
    try:
        act(page.store_folder(), page.administrator(), upload.upload_id, note)
    except WrongDecision:
        st.info(say.text("This was decided already."))
        return
    told = (
        say.text("Upload {number} is withdrawn.", number=upload.upload_id)
        if upload.in_force
        else say.text("Upload {number} counts again.", number=upload.upload_id)
    )
    administration.notice(told)


def _events(view: LedgerView, say: Language) -> None:
    if not view.events:
        st.markdown(say.text("Nothing yet."))
        return
    with st.expander(say.text("Publishing, restoring, decisions and settings")):
        page.table(events_table(view.events[:_EVENTS], say), say.text("What was done"))


def _level_b(setting: Setting | None, say: Language) -> None:
    if setting is None:
        _allow(say)
        return
    st.markdown(
        say.text(
            "**They are taken.** {who} confirmed the impact assessment “{reference}” on {when}. Such files "
            "are reduced to totals on arrival; the tokens of pupils are not stored.",
            who=page.plain(setting.confirmed_by),
            reference=page.plain(setting.reference),
            when=moment(setting.at, say),
        )
    )
    if st.button(say.text("Take them no more"), disabled=administration.looks_on(), key="forbid"):
        acts.forbid_level_b(page.store_folder(), page.administrator())
        administration.notice(say.text("Files about single pupils are not taken any more."))


def _allow(say: Language) -> None:
    st.markdown(
        say.text(
            "**They are not taken.** Files with one row per event of a pupil, under a token, are personal "
            "data. A provider can turn them into totals itself, with “python -m mirrors prepare”. To take "
            "them here, an impact assessment must have been confirmed."
        )
    )
    with st.form("allow", border=False):
        who = st.text_input(say.text("Who confirmed the impact assessment"), max_chars=120)
        reference = st.text_input(say.text("Its reference"), max_chars=200)
        allow = say.text("Take files about single pupils")
        if not st.form_submit_button(allow, disabled=administration.looks_on()):
            return
    if not who.strip() or not reference.strip():
        st.warning(say.text("Both are needed: who confirmed it, and its reference."))
        return
    try:
        acts.allow_level_b(page.store_folder(), page.administrator(), who, reference)
    except NothingToPublish:
        st.info(say.text("This store is still empty. Bring files of totals first."))
        return
    administration.notice(say.text("Files about single pupils are taken from now on."))
