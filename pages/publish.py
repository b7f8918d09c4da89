"""Publish: what readers would see differently, putting it in use, and every snapshot there was."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from mirrors.administration import acts
from mirrors.administration.acts import (
    NoFigures,
    NothingToPublish,
    NotProtected,
    Prepared,
    RulesLoosened,
)
from mirrors.charts import Table
from mirrors.charts.masking import masked_schools_table, masking_sentence, masking_table
from mirrors.charts.moments import moment
from mirrors.charts.publish_words import lists_table, preview_sentences, sizes_table
from mirrors.locale import Language
from mirrors.views import NoSnapshot
from mirrors.views.ledger import SnapshotRecord, names_in_force, snapshots_view
from mirrors.views.masking import masking_view
from pages import administration, page

_PREPARING, _PUBLISHING, _SEEN = "preparing a snapshot", "publishing", "preview"
_SHOWN = 12
_MASKED_A_PAGE = 20


def show() -> None:
    """Draw what a publish would change, and the snapshots that can be put back."""
    say = page.language()
    administration.head(say.text("Publish"), say)
    with administration.told_calmly(say):
        snapshots = snapshots_view(page.store_folder(), page.administrator())
        administration.verdict(_standing(snapshots, say))
        administration.tell_notice()
        page.part(1, say.text("What will change"))
        _what_will_change(say)
        page.part(2, say.text("What was masked"))
        _what_was_masked(say)
        page.part(3, say.text("Every snapshot"))
        _snapshots(snapshots, say)


def _standing(snapshots: Sequence[SnapshotRecord], say: Language) -> str:
    used = next((each for each in snapshots if each.in_use), None)
    if used is None:
        return say.text("Nothing is published yet.")
    return say.text("Readers see **snapshot {number}**.", number=int(used.name))


def _what_will_change(say: Language) -> None:
    folder, viewer = page.store_folder(), page.administrator()
    st.markdown(
        say.text(
            "Look first: everything is computed anew and set beside what readers see now. Nothing is put in "
            "use."
        )
    )
    if st.button(say.text("See what will change"), key="prepare"):
        st.session_state.pop(_SEEN, None)
        administration.start(_PREPARING, partial(acts.prepare, folder, viewer))
    prepared = administration.ended(_PREPARING, say.text("Computing every figure"))
    if prepared is not None and not _failed(prepared.error, say):
        st.session_state[_SEEN] = prepared.result
    published = administration.ended(_PUBLISHING, say.text("Publishing"))
    if published is not None and not _failed(published.error, say):
        del st.session_state[_SEEN]
        administration.notice(_in_use_now(published.result, say))
    seen: Prepared | None = st.session_state.get(_SEEN)
    if seen is not None:
        _preview(seen, say)


def _in_use_now(snapshot: str, say: Language) -> str:
    if not snapshot:
        return say.text("Nothing is published any more: readers see no figures.")
    return say.text("Snapshot {number} is in use: readers see it from now on.", number=int(snapshot))


def _failed(error: BaseException | None, say: Language) -> bool:
    if isinstance(error, NothingToPublish):
        st.info(say.text("There is nothing to publish: no upload is in force. Bring files first."))
    elif isinstance(error, NoFigures):
        st.info(
            say.text(
                "The files taken in give no figure yet: enrolment is needed, with absence or with pupils by "
                "band."
            )
        )
    elif isinstance(error, NotProtected | RulesLoosened):
        st.error(say.text("Nothing was published: more would be told than may be told."))
        st.code(str(error), language=None, wrap_lines=True)
    elif error is not None:
        administration.tell_trouble(error, say)
    return error is not None


def _preview(seen: Prepared, say: Language) -> None:
    folder, viewer = page.store_folder(), page.administrator()
    if seen.state != acts.state_of(folder, viewer):
        st.info(say.text("The data changed since you looked. Look again at what will change."))
        return
    names, preview = names_in_force(folder, viewer), seen.preview
    st.markdown("\n".join(f"- {page.plain(each)}" for each in preview_sentences(preview, names, say)))
    if preview.sizes:
        label = say.text("How much the figures change")
        with st.expander(label):
            page.table(sizes_table(preview, say), label)
    if preview.list_changes:
        label = say.text("How many schools enter and leave the three lists")
        with st.expander(label):
            page.table(lists_table(preview, say), label)
    _open_alarms(preview.open_alarms, say)
    if st.button(say.text("Publish"), type="primary", disabled=administration.looks_on(), key="publish"):
        administration.start(_PUBLISHING, partial(acts.publish, folder, viewer))
        st.rerun()


def _open_alarms(count: int, say: Language) -> None:
    if not count:
        return
    st.markdown(
        say.plural(
            "{count} school year of a school takes no part until somebody looks at what stands out.",
            "{count} school years of schools take no part until somebody looks at what stands out.",
            count,
        )
    )
    opens, address, title = administration.pages(say)[1]
    page.link(opens, address, title)


def _what_was_masked(say: Language) -> None:
    try:
        masked = masking_view(page.snapshot(), page.administrator())
    except NoSnapshot:
        st.markdown(say.text("There is none yet."))
        return
    st.markdown(masking_sentence(masked, say))
    page.as_table(
        say.text("What was masked, by what pupils are counted in"),
        masking_table(masked, say),
        say.text("What was masked"),
    )
    schools = masked_schools_table([each for each in masked if each.reason == "audit"], say)
    if schools.rows:
        label = say.text("School years that needed more care")
        with st.expander(label, type="compact"):
            here = page.place_in_pages(pages := -(-len(schools.rows) // _MASKED_A_PAGE))
            first = (here - 1) * _MASKED_A_PAGE
            page.table(Table(schools.header, schools.rows[first : first + _MASKED_A_PAGE]), label)
            page.turn_pages(here, pages)


def _snapshots(snapshots: Sequence[SnapshotRecord], say: Language) -> None:
    if not snapshots:
        st.markdown(say.text("There is none yet."))
        return
    st.caption(
        say.text("Every snapshot is kept. Restoring one puts it back in use at once; nothing is lost.")
    )
    for snapshot in snapshots[:_SHOWN]:
        _snapshot(snapshot, say)
    if len(snapshots) > _SHOWN:
        with st.expander(say.text("Older snapshots")):
            for snapshot in snapshots[_SHOWN:]:
                _snapshot(snapshot, say)


def _snapshot(snapshot: SnapshotRecord, say: Language) -> None:
    number = int(snapshot.name)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{say.text('Snapshot {number}', number=number)}** · {_origin(snapshot, say)}")
        if snapshot.in_use:
            st.markdown(say.text("in use"), width="content")
        elif not snapshot.whole:
            st.markdown(say.text("damaged"), width="content")
        elif st.button(
            say.text("Restore"), disabled=administration.looks_on(), key=f"restore {snapshot.name}"
        ):
            _restore(snapshot, say)


def _origin(snapshot: SnapshotRecord, say: Language) -> str:
    parts = [moment(snapshot.at, say)] if snapshot.at is not None else []
    parts += [page.plain(snapshot.by)] if snapshot.by else []
    if snapshot.uploads:
        numbers = say.join([str(number) for number in snapshot.uploads])
        count = len(snapshot.uploads)
        parts.append(say.plural("from upload {numbers}", "from uploads {numbers}", count, numbers=numbers))
    return " · ".join(parts)


def _restore(snapshot: SnapshotRecord, say: Language) -> None:
    try:
        acts.restore(page.store_folder(), page.administrator(), snapshot.name)
    except NoSnapshot:
        st.info(say.text("This snapshot is not there any more."))
        return
    administration.notice(say.text("Snapshot {number} is in use again.", number=int(snapshot.name)))
