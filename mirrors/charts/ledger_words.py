"""The ledger in words: what was decided about an upload, and what was done to the store."""

from mirrors.charts.chart import Table
from mirrors.charts.moments import moment
from mirrors.definitions import load_contracts
from mirrors.locale import Language
from mirrors.views.ledger import Event, FileEntry, UploadRecord

_SHORT = 12


def decision_words(upload: UploadRecord, language: Language) -> str:
    """Return what became of an upload."""
    return {
        "taken": language.text("taken in"),
        "refused": language.text("refused"),
        "withdrawn": language.text("withdrawn"),
    }.get(upload.decision, upload.decision)


def upload_line(upload: UploadRecord, language: Language) -> str:
    """Return an upload on one line: its number, what became of it, when, and how much it was."""
    files = language.plural("{count} file", "{count} files", len({file.sha256 for file in upload.files}))
    when = moment(upload.at, language)
    return f"{upload.upload_id} · {decision_words(upload, language)} · {when} · {files}"


def files_table(upload: UploadRecord, language: Language) -> Table:
    """Return the files of an upload: what each was read as, its rows, and its fingerprint in short."""
    header = (
        language.text("File"),
        language.text("Read as"),
        language.text("Rows read"),
        language.text("Rows kept"),
        language.text("Fingerprint"),
    )
    return Table(header, tuple(_file_row(file, language) for file in upload.files))


def _file_row(file: FileEntry, language: Language) -> tuple[str, ...]:
    name = file.name or language.text("name not kept ({kind})", kind=file.extension or "?")
    return (
        f"{name} [{file.sheet}]" if file.sheet else name,
        layout_words(file.layout, language),
        language.number(file.rows_read),
        language.number(file.rows_kept),
        file.sha256[:_SHORT],
    )


def layout_words(layout: str, language: Language) -> str:
    """Return what a table was read as: the title of our kind of file, or the profile's own name for it."""
    contract = load_contracts().get(layout)
    return contract.wording(language.code).title if contract else layout or "–"


def event_words(event: Event, language: Language) -> str:
    """Return what was done to the store, as one line."""
    subject = event.subject
    return {
        "published": language.text("snapshot {number} published", number=subject),
        "restored": language.text("snapshot {number} restored", number=subject),
        "unpublished": language.text("nothing is published any more"),
        "facts_restored": language.text("the facts were put back from their copy"),
        "withdrawn": language.text("upload {number} withdrawn", number=subject),
        "reinstated": language.text("upload {number} taken back", number=subject),
        "alarm_confirmed": language.text("data confirmed: {subject}", subject=subject),
        "alarm_rejected": language.text("data rejected: {subject}", subject=subject),
        "setting": language.text("setting changed: {subject}", subject=subject),
    }.get(event.what, f"{event.what} {subject}")


def events_table(events: tuple[Event, ...], language: Language) -> Table:
    """Return what was done, by whom and when."""
    header = (language.text("When"), language.text("What"), language.text("By"), language.text("Note"))
    rows = (
        (moment(event.at, language), event_words(event, language), event.by, event.detail) for event in events
    )
    return Table(header, tuple(rows))
