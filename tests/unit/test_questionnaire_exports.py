"""The forms for other tools and for paper hold every item, in every language, and nothing that is run."""

import csv
import html
import io
import re
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from pypdf import PdfReader
from pyxform.xls2xform import convert

from mirrors.__main__ import main
from mirrors.locale import LANGUAGES
from mirrors.survey.exports import limesurvey_tsv, paper_pdf, xlsform
from mirrors.survey.exports.codes import NOWHERE, RATHER_NOT, item_code, item_of, option_code, place_code
from mirrors.survey.exports.limesurvey import COLUMNS, HOTSPOT
from mirrors.survey.questionnaire import (
    FormName,
    Questionnaire,
    load_help,
    load_questionnaire,
    load_questionnaires,
)
from tests.unit.test_questionnaires import own, written

NAMES = sorted(load_questionnaires())
FORMS: tuple[FormName, ...] = ("short", "full")

each = pytest.mark.parametrize("name", NAMES)
each_form = pytest.mark.parametrize("form", FORMS)
each_language = pytest.mark.parametrize("language", sorted(LANGUAGES))

Row = dict[str, str]


def told(rows: list[Row], kind: str, language: str) -> list[Row]:
    """Return the rows of a class in a language."""
    return [row for row in rows if row["class"] == kind and row["language"] == language]


def tsv(questionnaire: Questionnaire, form: FormName = "short", language: str = "nl") -> list[Row]:
    """Return the rows of the LimeSurvey file as a reader of such files sees them."""
    contacts = load_help("flanders", group=questionnaire.group)
    text = limesurvey_tsv(questionnaire, form, language, contacts).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter="\t"))


def sheets(
    questionnaire: Questionnaire, form: FormName = "short", language: str = "nl"
) -> dict[str, Worksheet]:
    """Return the sheets of the XLSForm."""
    contacts = load_help("flanders", group=questionnaire.group)
    book = load_workbook(io.BytesIO(xlsform(questionnaire, form, language, contacts)))
    return {sheet.title: sheet for sheet in book.worksheets}


def rows_of(sheet: Worksheet) -> list[Row]:
    """Return the rows of a sheet by its header; empty cells are empty texts."""
    header, *rows = sheet.iter_rows(values_only=True)
    return [{str(key): str(cell or "") for key, cell in zip(header, row, strict=True)} for row in rows]


def paper(questionnaire: Questionnaire, form: FormName, language: str) -> str:
    """Return the words of the PDF in reading order, with single spaces."""
    contacts = load_help("flanders", group=questionnaire.group)
    reader = PdfReader(io.BytesIO(paper_pdf(questionnaire, form, language, contacts)))
    pages = "\n".join(page.extract_text() for page in reader.pages)
    return flat(pages)


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@each
@each_form
@each_language
def test_limesurvey_has_every_item_in_every_language(name: str, form: FormName, language: str) -> None:
    questionnaire = load_questionnaire(name)
    found = {
        item_of(row["name"]): html.unescape(row["text"])
        for row in told(tsv(questionnaire, form), "SQ", language)
        if item_of(row["name"])
    }
    assert found == {item.id: item.text[language] for item in questionnaire.asked(form)}


@each
@each_language
def test_limesurvey_has_the_scale_of_each_item(name: str, language: str) -> None:
    questionnaire, question, scale = load_questionnaire(name), "", {}
    of_item: dict[str, str] = {}
    for row in [row for row in tsv(questionnaire, "full") if row["language"] == language]:
        if row["class"] == "Q":
            question = row["name"]
        elif row["class"] == "SQ" and item_of(row["name"]):
            of_item[str(item_of(row["name"]))] = question
        elif row["class"] == "A" and not question.startswith("BG"):
            scale.setdefault(question, []).append((row["name"], html.unescape(row["text"])))
    for item in questionnaire.items:
        labels = questionnaire.scales[item.scale].options
        expected = [(option_code(number), text[language]) for number, text in enumerate(labels)]
        expected.append((RATHER_NOT, questionnaire.rather_not[language]))
        assert scale[of_item[item.id]] == expected, item.id


@each
def test_limesurvey_has_places_background_and_themes(name: str) -> None:
    questionnaire = load_questionnaire(name)
    rows = tsv(questionnaire, "full")
    groups = [html.unescape(row["name"]) for row in told(rows, "G", "fr")]
    titles = [theme.title["fr"] for theme, _ in questionnaire.by_theme("full")]
    assert groups == [*titles, questionnaire.last["fr"]]
    assert [row["type/scale"] for row in told(rows, "G", "fr")] == [str(n) for n in range(1, len(groups) + 1)]
    places = [row["name"] for row in told(rows, "SQ", "fr") if not item_of(row["name"])]
    assert places == [*(place_code(place.id) for place in questionnaire.places), NOWHERE]
    hotspot = next(row for row in told(rows, "Q", "fr") if row["name"] == HOTSPOT)
    assert (hotspot["type/scale"], hotspot["exclude_all_others"]) == ("M", NOWHERE)
    background = [row["name"] for row in told(rows, "Q", "fr") if row["type/scale"] == "L"]
    assert background == [f"BG{question.id.upper()}" for question in questionnaire.background]


def test_limesurvey_protects_who_answers() -> None:
    settings = {
        row["name"]: row["text"] for row in tsv(load_questionnaire("teachers")) if row["class"] == "S"
    }
    assert settings["anonymized"] == "Y"
    for name in (
        "datestamp",
        "ipaddr",
        "refurl",
        "savetimings",
        "usecookie",
        "allowsave",
        "publicstatistics",
    ):
        assert settings[name] == "N", name
    assert settings["alloweditaftercompletion"] == "N"


def test_limesurvey_opens_in_the_language_asked_for() -> None:
    for language, others in (("nl", "en fr"), ("fr", "en nl")):
        rows = tsv(load_questionnaire("teachers"), language=language)
        settings = {row["name"]: row["text"] for row in rows if row["class"] == "S"}
        assert (settings["language"], settings["additional_languages"]) == (language, others)
        assert next(row["language"] for row in rows if row["class"] == "SL") == language


@each
def test_limesurvey_numbers_are_the_same_in_every_language(name: str) -> None:
    rows = tsv(load_questionnaire(name), "full")
    numbered = {
        language: [
            (row["id"], row["class"]) for kind in ("G", "Q", "SQ") for row in told(rows, kind, language)
        ]
        for language in LANGUAGES
    }
    assert numbered["en"] == numbered["nl"] == numbered["fr"]
    numbers = [number for number, _ in numbered["en"]]
    assert len(numbers) == len(set(numbers))


@each
def test_limesurvey_takes_every_name(name: str) -> None:
    for row in tsv(load_questionnaire(name), "full"):
        if row["class"] in ("Q", "SQ"):
            assert re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,19}", row["name"])
        if row["class"] == "A":
            assert re.fullmatch(r"[A-Z][A-Z0-9]{0,4}", row["name"])


def test_limesurvey_file_has_a_byte_order_mark_and_whole_rows() -> None:
    file = limesurvey_tsv(load_questionnaire("teachers"), "short", "nl")
    assert file.startswith(b"\xef\xbb\xbfid\trelated_id\tclass\t")
    lines = file.decode("utf-8-sig").split("\r\n")
    assert lines.pop() == ""
    assert {line.count("\t") for line in lines} == {len(COLUMNS) - 1}


@each
@each_language
def test_limesurvey_says_first_what_is_promised_and_last_where_help_is(name: str, language: str) -> None:
    questionnaire = load_questionnaire(name)
    texts = {row["name"]: html.unescape(row["text"]) for row in told(tsv(questionnaire), "SL", language)}
    for field in type(questionnaire.opening).model_fields:
        assert getattr(questionnaire.opening, field)[language] in texts["surveyls_welcometext"]
    assert questionnaire.closing.text[language] in texts["surveyls_endtext"]
    for contact in load_help("flanders", group=questionnaire.group):
        assert contact.telephone in texts["surveyls_endtext"]


@each
@each_form
def test_xlsform_is_accepted(tmp_path: Path, name: str, form: FormName) -> None:
    questionnaire = load_questionnaire(name)
    file = tmp_path / "form.xlsx"
    file.write_bytes(xlsform(questionnaire, form, "nl", load_help("flanders", group=questionnaire.group)))
    result = convert(str(file))
    assert result.warnings == []
    tree = Xml.fromstring(result.xform)
    spoken = [one.get("lang") for one in tree.iter("{http://www.w3.org/2002/xforms}translation")]
    assert sorted(map(str, spoken)) == ["English (en)", "Français (fr)", "Nederlands (nl)"]
    asked = [
        str(one.get("ref")).split("/")[-1] for one in tree.iter("{http://www.w3.org/2002/xforms}select1")
    ]
    assert [code for code in asked if item_of(code)] == [
        item_code(item.id) for item in questionnaire.asked(form)
    ]


@each
@each_form
@each_language
def test_xlsform_has_every_item_in_every_language(name: str, form: FormName, language: str) -> None:
    questionnaire = load_questionnaire(name)
    rows = rows_of(sheets(questionnaire, form)["survey"])
    label = f"label::{LANGUAGES[language]} ({language})"
    found = {
        item_of(row["name"]): (row["type"], row[label])
        for row in rows
        if row["type"].startswith("select_one ")
    }
    found.pop(None, None)
    assert found == {
        item.id: (f"select_one {item.scale}", item.text[language]) for item in questionnaire.asked(form)
    }


def test_xlsform_has_the_options_of_the_scales() -> None:
    questionnaire = load_questionnaire("pupils_9_12")
    rows = rows_of(sheets(questionnaire)["choices"])
    for name, scale in questionnaire.scales.items():
        found = [(row["name"], row["label::Nederlands (nl)"]) for row in rows if row["list_name"] == name]
        expected = [(option_code(number), text["nl"]) for number, text in enumerate(scale.options)]
        assert found == [*expected, (RATHER_NOT, questionnaire.rather_not["nl"])]


def test_xlsform_asks_for_no_metadata() -> None:
    survey = rows_of(sheets(load_questionnaire("teachers"))["survey"])
    kinds = {row["type"].split()[0] for row in survey}
    assert kinds == {"begin_group", "end_group", "note", "select_one", "select_multiple"}
    assert {row["required"] for row in survey} <= {"", "no"}


@each
def test_no_cell_is_a_formula_or_a_link(name: str) -> None:
    for sheet in sheets(load_questionnaire(name), "full").values():
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n"), cell.coordinate
                assert cell.hyperlink is None
                assert not str(cell.value or "").startswith(("=", "+", "-", "@")), cell.coordinate
    for line in tsv(load_questionnaire(name), "full"):
        assert not [text for text in line.values() if text.startswith(("=", "+", "-", "@"))]


def test_markup_of_a_city_stays_text(tmp_path: Path) -> None:
    sly = 'Is "it" <script>alert(1)</script> & #import safe?'
    content = written("teachers")
    content["items"][0]["text"]["en"] = sly
    questionnaire = load_questionnaire("teachers", own(tmp_path, content, "teachers"))
    row = next(row for row in tsv(questionnaire, language="en") if row["name"] == "T1Q1")
    assert "<" not in row["text"]
    assert html.unescape(row["text"]) == sly
    cells = rows_of(sheets(questionnaire)["survey"])
    assert next(row for row in cells if row["name"] == "T1Q1")["label::English (en)"] == sly
    assert sly in paper(questionnaire, "short", "en")


@each
@each_language
def test_paper_has_every_item(name: str, language: str) -> None:
    questionnaire = load_questionnaire(name)
    text = paper(questionnaire, "full", language)
    missing = [item.id for item in questionnaire.items if flat(item.text[language]) not in text]
    assert missing == []
    for number in range(1, len(questionnaire.items) + 1):
        assert f"{number}. " in text
    for field in type(questionnaire.opening).model_fields:
        assert flat(getattr(questionnaire.opening, field)[language]) in text
    for place in questionnaire.places:
        assert flat(place.text[language]) in text
    for contact in load_help("flanders", group=questionnaire.group):
        assert contact.telephone in text


def test_the_short_form_on_paper_leaves_the_others_out() -> None:
    questionnaire = load_questionnaire("pupils_12_18")
    text = paper(questionnaire, "short", "nl")
    there = {item.id for item in questionnaire.items if flat(item.text["nl"]) in text}
    assert there == {item.id for item in questionnaire.asked("short")}


@each_language
def test_paper_is_tagged_for_screen_readers(language: str) -> None:
    reader = PdfReader(io.BytesIO(paper_pdf(load_questionnaire("pupils_9_12"), "short", language)))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] == language
    assert "/StructTreeRoot" in root
    assert b"pdfuaid:part>1<" in root["/Metadata"].get_data()
    assert reader.metadata is not None
    assert reader.metadata.title == load_questionnaire("pupils_9_12").title[language]
    box = reader.pages[0].mediabox
    assert (round(box.width), round(box.height)) == (595, 842)


def test_paper_brings_its_own_letters() -> None:
    reader = PdfReader(io.BytesIO(paper_pdf(load_questionnaire("pupils_9_12"), "short", "fr")))
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    assert all("AtkinsonHyperlegibleNext" in font for font in fonts)


def test_the_same_questionnaire_gives_the_same_files() -> None:
    questionnaire = load_questionnaire("teachers")
    assert paper_pdf(questionnaire, "short", "nl") == paper_pdf(questionnaire, "short", "nl")
    assert limesurvey_tsv(questionnaire, "short", "nl") == limesurvey_tsv(questionnaire, "short", "nl")


@pytest.mark.parametrize("write", [limesurvey_tsv, xlsform, paper_pdf])
def test_a_language_that_is_not_there_is_refused(write: object) -> None:
    assert callable(write)
    with pytest.raises(ValueError, match="has no texts in 'de'"):
        write(load_questionnaire("teachers"), "short", "de")


def test_codes_lead_back_to_the_items() -> None:
    for one in load_questionnaires().values():
        assert [item_of(item_code(item.id)) for item in one.items] == [item.id for item in one.items]
    assert item_of("T3P[T3Q10]") == "T3.10"
    assert item_of("T3P_T3Q10") == "T3.10"
    assert item_of("HOTSPOT[gate]") is None


@pytest.mark.parametrize(
    ("format_", "begins"), [("limesurvey", b"\xef\xbb\xbf"), ("xlsform", b"PK"), ("pdf", b"%PDF")]
)
def test_the_command_line_writes_each_form(tmp_path: Path, format_: str, begins: bytes) -> None:
    file = tmp_path / "form"
    words = [
        "--form",
        "short",
        "--group",
        "pupils_9_12",
        "--format",
        format_,
        "--language",
        "nl",
        "-o",
        str(file),
    ]
    done = CliRunner().invoke(main, ["questionnaire", "export", *words])
    assert done.exit_code == 0, done.output
    assert "pupils_9_12, short form, version 1: 24 items" in done.output
    assert file.read_bytes().startswith(begins)


def test_the_command_line_knows_what_is_not_there(tmp_path: Path) -> None:
    words = ["questionnaire", "export", "--format", "pdf", "-o", str(tmp_path / "form")]
    wrong = CliRunner().invoke(main, [*words, "--group", "cooks"])
    assert (wrong.exit_code, "there are: other_staff" in wrong.output) == (2, True)
    wrong = CliRunner().invoke(main, [*words, "--group", "parents", "--language", "de"])
    assert (wrong.exit_code, "there are: en, nl, fr" in wrong.output) == (2, True)
    assert not (tmp_path / "form").exists()


def test_a_city_is_told_what_its_questions_break(tmp_path: Path) -> None:
    content = written("teachers") | {"version": 2}
    content["items"][0]["text"]["en"] = "Is it safe and clean?"
    folder = str(own(tmp_path, content, "teachers"))
    done = CliRunner().invoke(main, ["questionnaire", "check", "--store", folder])
    assert done.exit_code == 0, done.output
    assert "T1.1 en: two ideas: Is it safe and clean?" in done.output
    own(tmp_path, content | {"version": 1}, "teachers")
    stale = CliRunner().invoke(main, ["questionnaire", "check", "--store", folder])
    assert (stale.exit_code, "raise version above 1" in stale.output) == (2, True)


def test_the_product_itself_has_nothing_to_say() -> None:
    done = CliRunner().invoke(main, ["questionnaire", "check"])
    assert done.exit_code == 0
    assert not [line for line in done.output.splitlines() if line.startswith("  ")]
