"""A questionnaire as an XLSForm: the workbook that KoboToolbox, ODK and Enketo read.

It asks for no metadata: no start, end, device or user. What a server adds of its own is left out when the
answers are brought in.
"""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter

from mirrors.locale import LANGUAGES
from mirrors.survey.exports.codes import NOWHERE, RATHER_NOT, item_code, option_code
from mirrors.survey.parts import HelpContact
from mirrors.survey.questionnaire import FormName, Questionnaire

HOTSPOT = "HOTSPOT"
_PLACES = "places"
_LABEL = "label"

Row = dict[str, str]


def xlsform(
    questionnaire: Questionnaire,
    form: FormName,
    language: str,
    contacts: Sequence[HelpContact] = (),
) -> bytes:
    """Return the workbook in every language of `questionnaire`; it opens in `language`.

    Raises ValueError for a language that the questionnaire does not have.
    """
    if language not in questionnaire.languages:
        raise ValueError(f"{questionnaire.id} has no texts in {language!r}")
    labels = {code: f"{_LABEL}::{_language_name(code)}" for code in questionnaire.languages}
    survey = [*_survey(questionnaire, form, labels, contacts)]
    choices = [*_choices(questionnaire, labels)]
    settings = {
        "form_title": questionnaire.title[language],
        "form_id": f"{questionnaire.id}_{form}",
        "version": str(questionnaire.version),
        "default_language": _language_name(language),
        "style": "pages",
    }
    titles = tuple(labels.values())
    columns = ("type", "name", *titles, "appearance", "constraint", "required")
    return _workbook(
        {
            "survey": (columns, survey),
            "choices": (("list_name", "name", *titles), choices),
            "settings": (tuple(settings), [settings]),
        }
    )


def _language_name(code: str) -> str:
    """Return a language as XLSForm writes it: "Nederlands (nl)"."""
    return f"{LANGUAGES.get(code, code)} ({code})"


def _survey(
    questionnaire: Questionnaire, form: FormName, labels: dict[str, str], contacts: Sequence[HelpContact]
) -> Iterator[Row]:
    def row(kind: str, name: str, text: dict[str, str], **more: str) -> Row:
        return {"type": kind, "name": name, **{labels[code]: text[code] for code in labels}, **more}

    opening, closing = questionnaire.opening, questionnaire.closing
    yield row("begin_group", "opening", questionnaire.title, appearance="field-list")
    for name in type(opening).model_fields:
        yield row("note", f"opening_{name}", getattr(opening, name))
    yield {"type": "end_group", "name": "opening"}
    for theme, items in questionnaire.by_theme(form):
        yield row("begin_group", theme.id, theme.title, appearance="field-list")
        lead = ""
        for item in items:
            if item.scale != lead:
                lead = item.scale
                yield row("note", f"{theme.id}_{item_code(item.id)}_lead", questionnaire.scales[lead].lead)
            yield row(f"select_one {item.scale}", item_code(item.id), item.text, required="no")
        yield {"type": "end_group", "name": theme.id}
    yield row("begin_group", "last", questionnaire.last, appearance="field-list")
    alone = f"not(selected(., '{NOWHERE}') and count-selected(.) > 1)"
    yield row(
        f"select_multiple {_PLACES}", HOTSPOT, questionnaire.hotspot.text, constraint=alone, required="no"
    )
    for background in questionnaire.background:
        yield row(
            f"select_one {_list_of(background.id)}", f"BG{background.id}", background.text, required="no"
        )
    yield {"type": "end_group", "name": "last"}
    yield row("begin_group", "closing", closing.thanks, appearance="field-list")
    yield row("note", "closing_text", closing.text)
    for contact in contacts:
        told = {code: f"{contact.name}, {contact.telephone}: {contact.text[code]}" for code in labels}
        yield row("note", f"closing_{contact.id}", told)
    yield row("note", "closing_at_school", {code: f"{closing.at_school[code]} …" for code in labels})
    yield {"type": "end_group", "name": "closing"}


def _choices(questionnaire: Questionnaire, labels: dict[str, str]) -> Iterator[Row]:
    def row(list_name: str, name: str, text: dict[str, str]) -> Row:
        return {"list_name": list_name, "name": name, **{labels[code]: text[code] for code in labels}}

    for name, scale in questionnaire.scales.items():
        for number, text in enumerate(scale.options):
            yield row(name, option_code(number), text)
        yield row(name, RATHER_NOT, questionnaire.rather_not)
    for place in questionnaire.places:
        yield row(_PLACES, place.id, place.text)
    yield row(_PLACES, NOWHERE, questionnaire.hotspot.nowhere)
    for background in questionnaire.background:
        for option in background.options:
            yield row(_list_of(background.id), option.id, option.text)


def _list_of(background_id: str) -> str:
    return f"bg_{background_id}"


def _workbook(sheets: dict[str, tuple[tuple[str, ...], Sequence[Row]]]) -> bytes:
    """Return a workbook in which every cell is a text, never a formula or a link."""
    written = BytesIO()
    workbook: Any = xlsxwriter.Workbook(written, {"in_memory": True})
    heading = workbook.add_format({"bold": True, "bottom": 1})
    for name, (columns, rows) in sheets.items():
        sheet = workbook.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, 48 if column.startswith(_LABEL) else 20)
            sheet.write_string(0, at, column, heading)
        for line, row in enumerate(rows, start=1):
            for at, column in enumerate(columns):
                sheet.write_string(line, at, row.get(column, ""))
    workbook.close()
    return written.getvalue()
