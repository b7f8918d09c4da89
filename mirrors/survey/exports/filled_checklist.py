"""A checklist as its school filled it in, to take along: on paper, or as a table."""

import csv
import io
from datetime import date

from babel.dates import format_date

from mirrors.locale import Language
from mirrors.survey.checklist import Checklist, ChecklistItem
from mirrors.survey.checklists import Entry, FilledChecklist
from mirrors.survey.exports.typesetting import typeset


def checklist_csv(filled: FilledChecklist, say: Language) -> bytes:
    """Return the checklist as a table, a row an item, that a spreadsheet opens and runs nothing of."""
    header = (
        say.text("Section"),
        say.text("Item"),
        say.text("What could be in place"),
        say.text("How far"),
        say.text("Evidence"),
        say.text("Owner"),
        say.text("Review date"),
        say.text("Last changed"),
    )
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\r\n")
    table.writerow(header)
    for section in filled.checklist.sections:
        for item in section.items:
            entry = filled.entries.get(item.id, Entry())
            days = (_iso(entry.review_on), _iso(entry.changed_on))
            told = (_told(section.title, say), item.id, _told(item.text, say))
            said = (_answer(entry, filled.checklist, say), entry.evidence, entry.owner)
            table.writerow([_harmless(cell) for cell in (*told, *said, *days)])
    return written.getvalue().encode("utf-8-sig")


def checklist_pdf(filled: FilledChecklist, school: str, on: date, say: Language) -> bytes:
    """Return the checklist of `school` on A4 as of a day, tagged for screen readers (PDF/UA-1)."""
    return typeset("filled_checklist.typ", _content(filled, school, on, say))


def _content(filled: FilledChecklist, school: str, on: date, say: Language) -> dict[str, object]:
    checklist = filled.checklist
    mine = say.text("The school's own list, to work with. There is no total, and nobody passes or fails.")
    return {
        "language": say.code,
        "title": _told(checklist.title, say),
        "mark": f"{school} · {_day(on, say)}",
        "opening": [school, _day(on, say), mine],
        "sections": [
            {
                "title": f"{section.id} · {_told(section.title, say)}",
                "progress": say.text(
                    "{count} of {all} looked at", count=filled.looked_at[section.id], all=len(section.items)
                ),
                "items": [_item(item, filled, say) for item in section.items],
            }
            for section in checklist.sections
        ],
    }


def _item(item: ChecklistItem, filled: FilledChecklist, say: Language) -> dict[str, object]:
    entry = filled.entries.get(item.id, Entry())
    notes = [
        say.text("Evidence: {words}", words=entry.evidence) if entry.evidence else "",
        say.text("Owner: {words}", words=entry.owner) if entry.owner else "",
        say.text("Look again on {day}", day=_day(entry.review_on, say)) if entry.review_on else "",
    ]
    return {
        "text": f"{item.id} {_told(item.text, say)}",
        "answer": _answer(entry, filled.checklist, say) or say.text("Not looked at yet"),
        "notes": [note for note in notes if note],
    }


def _answer(entry: Entry, checklist: Checklist, say: Language) -> str:
    texts = {answer.id: answer.text for answer in checklist.answers}
    return _told(texts[entry.answer], say) if entry.answer else ""


def _told(texts: dict[str, str], say: Language) -> str:
    return texts.get(say.code) or next(iter(texts.values()))


def _day(when: date, say: Language) -> str:
    return str(format_date(when, "d MMM y", locale=say.code))


def _iso(when: date | None) -> str:
    return when.isoformat() if when else ""


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet program takes for a formula."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell
