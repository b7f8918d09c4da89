"""A questionnaire as the tab-separated structure that LimeSurvey imports ("Tab-separated-values format").

One row a setting, group, question, subquestion and answer; the rows of each further language repeat those of
the first under the same number. The settings that protect respondents are written out, because an absent
one would take the default of the server.
"""

import csv
import html
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import count

from mirrors.survey.exports.codes import NOWHERE, RATHER_NOT, item_code, option_code, place_code
from mirrors.survey.parts import HelpContact, ScaleName
from mirrors.survey.questionnaire import POINTS, FormName, Item, Questionnaire

COLUMNS = (
    "id",
    "related_id",
    "class",
    "type/scale",
    "name",
    "relevance",
    "text",
    "help",
    "language",
    "validation",
    "mandatory",
    "other",
    "default",
    "same_default",
    "assessment_value",
    "exclude_all_others",
)
SETTINGS = {
    "anonymized": "Y",
    "datestamp": "N",
    "ipaddr": "N",
    "ipanonymize": "Y",
    "refurl": "N",
    "savetimings": "N",
    "usecookie": "N",
    "allowsave": "N",
    "tokenanswerspersistence": "N",
    "alloweditaftercompletion": "N",
    "allowregister": "N",
    "sendconfirmation": "N",
    "printanswers": "N",
    "publicstatistics": "N",
    "publicgraphs": "N",
    "listpublic": "N",
    "shownoanswer": "N",
    "allowprev": "Y",
    "showprogress": "Y",
    "format": "G",
}
"""Anonymised, without hours, addresses or origins; nobody's answers can be opened again."""

ARRAY, MULTIPLE, LIST = "F", "M", "L"
HOTSPOT = "HOTSPOT"
_SHORT_SCALE: dict[ScaleName, str] = {"perception": "P", "frequency": "F"}

Row = dict[str, str]


def limesurvey_tsv(
    questionnaire: Questionnaire,
    form: FormName,
    language: str,
    contacts: Sequence[HelpContact] = (),
) -> bytes:
    """Return the survey for LimeSurvey in every language of `questionnaire`; it opens in `language`.

    The file is UTF-8 with a byte order mark. Raises ValueError for a language that it does not have.
    """
    if language not in questionnaire.languages:
        raise ValueError(f"{questionnaire.id} has no texts in {language!r}")
    others = [code for code in questionnaire.languages if code != language]
    rows: list[Row] = [_setting("language", language), _setting("additional_languages", " ".join(others))]
    rows += [_setting(name, value) for name, value in SETTINGS.items()]
    for code in (language, *others):
        rows += _words(questionnaire, code, contacts)
    for code in (language, *others):
        rows += _groups(questionnaire, form, code)
    written = StringIO()
    table = csv.DictWriter(written, COLUMNS, restval="", delimiter="\t", lineterminator="\r\n")
    table.writeheader()
    table.writerows(rows)
    return written.getvalue().encode("utf-8-sig")


def _setting(name: str, value: str) -> Row:
    return {"class": "S", "name": name, "text": value}


def _words(questionnaire: Questionnaire, language: str, contacts: Sequence[HelpContact]) -> Iterator[Row]:
    opening = questionnaire.opening
    told = (opening.asks, opening.sees, opening.anonymous, opening.stop, opening.no_help)
    texts = {
        "surveyls_title": html.escape(questionnaire.title[language], quote=False),
        "surveyls_welcometext": "".join(_paragraph(text[language]) for text in told),
        "surveyls_endtext": _end(questionnaire, language, contacts),
    }
    for name, text in texts.items():
        yield {"class": "SL", "name": name, "text": text, "language": language}


def _end(questionnaire: Questionnaire, language: str, contacts: Sequence[HelpContact]) -> str:
    closing = questionnaire.closing
    lines = "".join(
        f'<li><a href="{html.escape(contact.web)}">{html.escape(contact.name, quote=False)}</a>, '
        f"{html.escape(contact.telephone, quote=False)}. "
        f"{html.escape(contact.text[language], quote=False)}</li>"
        for contact in contacts
    )
    listed = f"<ul>{lines}</ul>" if lines else ""
    at_school = f"{closing.at_school[language]} …"
    return _paragraph(closing.thanks[language], closing.text[language], at_school) + listed


def _paragraph(*texts: str) -> str:
    return "".join(f"<p>{html.escape(text, quote=False)}</p>" for text in texts)


def _groups(questionnaire: Questionnaire, form: FormName, language: str) -> Iterator[Row]:
    number = count(1)
    themes = questionnaire.by_theme(form)
    for place, (theme, items) in enumerate(themes, start=1):
        yield _group(next(number), place, theme.title[language], language)
        for scale in ("perception", "frequency"):
            chosen = [item for item in items if item.scale == scale]
            if chosen:
                yield from _array(questionnaire, f"{theme.id}{_SHORT_SCALE[scale]}", chosen, number, language)
    yield _group(next(number), len(themes) + 1, questionnaire.last[language], language)
    yield from _hotspot(questionnaire, number, language)
    for background in questionnaire.background:
        name = f"BG{background.id.upper()}"
        yield _asked("Q", next(number), LIST, name, background.text[language], language)
        for place, option in enumerate(background.options):
            code = RATHER_NOT if option.id == "none" else option_code(place)
            yield _answer(code, option.text[language], language)


def _array(
    questionnaire: Questionnaire, name: str, items: Sequence[Item], number: "count[int]", language: str
) -> Iterator[Row]:
    scale = questionnaire.scales[items[0].scale]
    yield _asked("Q", next(number), ARRAY, name, scale.lead[language], language)
    for item in items:
        code = item_code(item.id)
        yield _asked("SQ", next(number), "0", code, item.text[language], language)
    for option, text in enumerate(scale.options):
        yield {
            **_answer(option_code(option), text[language], language),
            "assessment_value": str(POINTS[option]),
        }
    yield _answer(RATHER_NOT, questionnaire.rather_not[language], language)


def _hotspot(questionnaire: Questionnaire, number: "count[int]", language: str) -> Iterator[Row]:
    hotspot = questionnaire.hotspot
    question = _asked("Q", next(number), MULTIPLE, HOTSPOT, hotspot.text[language], language)
    yield {**question, "exclude_all_others": NOWHERE}
    for place in questionnaire.places:
        yield _asked("SQ", next(number), "0", place_code(place.id), place.text[language], language)
    yield _asked("SQ", next(number), "0", NOWHERE, hotspot.nowhere[language], language)


def _group(number: int, place: int, title: str, language: str) -> Row:
    return {
        "id": str(number),
        "class": "G",
        "type/scale": str(place),
        "name": html.escape(title, quote=False),
        "language": language,
    }


def _asked(kind: str, number: int, type_: str, name: str, text: str, language: str) -> Row:
    return {
        "id": str(number),
        "class": kind,
        "type/scale": type_,
        "name": name,
        "relevance": "1",
        "text": html.escape(text, quote=False),
        "language": language,
        "mandatory": "N",
        "other": "N",
        "same_default": "0",
    }


def _answer(code: str, text: str, language: str) -> Row:
    return {
        "class": "A",
        "type/scale": "0",
        "name": code,
        "text": html.escape(text, quote=False),
        "language": language,
    }
