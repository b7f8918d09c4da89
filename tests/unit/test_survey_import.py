"""Surveys made elsewhere: a tool's file gives the answers that were given, and nothing of who gave them."""

import csv
import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from mirrors import jobs
from mirrors.__main__ import main
from mirrors.administration.delivery import in_memory
from mirrors.definitions.reading import DefinitionError
from mirrors.intake import Refused
from mirrors.intake.rules import Problem
from mirrors.intake.survey import (
    Instrument,
    Responses,
    SurveyMapping,
    WaveOf,
    guess_mapping,
    lay_out,
    load_mapping,
    look_over,
    mapping_names,
    read_responses,
    save_mapping,
    with_saved,
)
from mirrors.jobs import survey_import
from mirrors.store import open_facts
from mirrors.survey.questionnaire import Questionnaire, load_questionnaires
from tests import survey_files
from tests.survey_files import SECRETS, Person, Rows, csv_text, people, xlsx

SHEETS = load_questionnaires()
WAVE = WaveOf("2025-26", 1, "S1", {"S1": 40})

Answers = Counter[tuple[tuple[str, int | None], ...]]


def instrument(name: str = "teachers") -> Instrument:
    return survey_import.instrument_of(SHEETS[name])


def given(asked: Questionnaire, answered: list[Person]) -> Answers:
    """Return the answers as they should come out, without an order of people."""
    found: Answers = Counter()
    for person in answered:
        places = (
            ()
            if person.places is None
            else tuple((f"place.{one.id}", int(one.id in person.places)) for one in asked.places)
        )
        found[tuple(sorted((*person.told, *places)))] += 1
    return found


def taken(content: bytes) -> Answers:
    """Return the answers in laid-out rows, without an order of people."""
    sheets: dict[str, list[tuple[str, int | None]]] = {}
    for row in csv.DictReader(io.StringIO(content.decode())):
        answer = int(row["answer"]) if row["answer"] else None
        sheets.setdefault(row["respondent"], []).append((row["item"], answer))
    return Counter(tuple(sorted(sheet)) for sheet in sheets.values())


def read(name: str, content: bytes, tool: str = "auto") -> Responses:
    return read_responses(
        in_memory(name, content), [survey_import.instrument_of(q) for q in SHEETS.values()], tool
    )


def brought(name: str, content: bytes, group: str = "teachers") -> tuple[Responses, SurveyMapping, Answers]:
    responses = read(name, content)
    mapping = guess_mapping(responses, instrument(group))
    return responses, mapping, taken(lay_out(responses, instrument(group), mapping, WAVE))


FORMS: dict[str, tuple[str, str, Callable[[Questionnaire, list[Person]], bytes]]] = {
    "limesurvey, codes": (
        "limesurvey", "a.csv", lambda q, p: csv_text(survey_files.limesurvey(q, p), ";")),
    "limesurvey, long answers": (
        "limesurvey", "a.csv", lambda q, p: csv_text(survey_files.limesurvey(q, p, "fr"), ",")),
    "limesurvey, workbook": ("limesurvey", "a.xlsx", lambda q, p: xlsx(survey_files.limesurvey(q, p))),
    "qualtrics": ("qualtrics", "a.csv", lambda q, p: csv_text(survey_files.qualtrics(q, p))),
    "qualtrics, tabs": (
        "qualtrics", "a.tsv", lambda q, p: csv_text(survey_files.qualtrics(q, p, "nl"), "\t")),
    "qualtrics, workbook": (
        "qualtrics",
        "a.xlsx",
        lambda q, p: xlsx([row for n, row in enumerate(survey_files.qualtrics(q, p)) if n != 2]),
    ),
    "microsoft forms": ("microsoft_forms", "a.xlsx", lambda q, p: xlsx(survey_files.microsoft_forms(q, p))),
    "google forms": ("google_forms", "a.csv", lambda q, p: csv_text(survey_files.google_forms(q, p))),
    "kobo": ("kobo", "a.csv", lambda q, p: csv_text(survey_files.kobo(q, p), ";")),
    "kobo, workbook": ("kobo", "a.xlsx", lambda q, p: xlsx(survey_files.kobo(q, p))),
    "odk": ("kobo", "a.csv", lambda q, p: csv_text(survey_files.kobo(q, p, "-"), ",", quoted=False)),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("group", sorted(SHEETS))
def test_every_tool_gives_the_answers_that_were_given(form: str, group: str) -> None:
    tool, name, write = FORMS[form]
    asked, answered = SHEETS[group], people(SHEETS[group], 25)
    responses, mapping, answers = brought(name, write(asked, answered), group)
    assert responses.tool == tool
    assert set(mapping.items.values()) == {item.id for item in asked.items}
    assert answers == given(asked, answered)


@pytest.mark.parametrize("form", FORMS)
def test_nothing_of_who_answered_is_left(form: str, tmp_path: Path) -> None:
    _, name, write = FORMS[form]
    file = tmp_path / name
    file.write_bytes(write(SHEETS["teachers"], people(SHEETS["teachers"], 12)))
    store = tmp_path / "store"
    ran = CliRunner().invoke(main, command(store, file))
    assert ran.exit_code == 0, ran.output
    everything = b"".join(path.read_bytes() for path in store.rglob("*") if path.is_file())
    # DuckDB may compress what it stores: its tables are read too.
    everything += tables_of(store)
    assert b"place.toilets" in everything
    for secret in (*SECRETS, "meester Jan"):
        assert secret.encode() not in everything, secret
        assert secret not in ran.output, secret


def tables_of(store: Path) -> bytes:
    """Return every cell of the facts and the ledger as text."""
    with open_facts(store) as facts:
        names = facts.frame("SELECT table_schema, table_name FROM information_schema.tables").itertuples()
        tables = [facts.table(f'SELECT * FROM "{each.table_schema}"."{each.table_name}"') for each in names]
    assert sum(table.num_rows for table in tables) > 100
    return repr([table.to_pylist() for table in tables]).encode()


def command(store: Path, file: Path, *more: str) -> list[str]:
    return [
        "survey-import", "--store", str(store), "--group", "teachers", "--school-year", "2025-26",
        "--school", "S1", *more, str(file),
    ]  # fmt: skip


def limesurvey_rows(number: int = 12, **how: bool) -> Rows:
    return survey_files.limesurvey(SHEETS["teachers"], people(SHEETS["teachers"], number), **how)


def problems(refused: pytest.ExceptionInfo[Refused]) -> set[Problem]:
    return {finding.problem for finding in refused.value.findings if finding.refuses}


def test_a_limesurvey_file_must_prove_that_it_is_anonymous() -> None:
    with pytest.raises(Refused) as refused:
        read("a.csv", csv_text(limesurvey_rows(apart=True)))
    assert problems(refused) == {Problem.NOT_ANONYMOUS}
    assert SECRETS[4] not in str(refused.value)


@pytest.mark.parametrize(
    ("column", "text"), [("token", SECRETS[5]), ("ipaddr", SECRETS[2]), ("startdate", SECRETS[4])]
)
def test_tokens_addresses_and_dates_refuse_a_limesurvey_file(column: str, text: str) -> None:
    rows = limesurvey_rows()
    rows = [[*row, column if place == 0 else text if place == 3 else ""] for place, row in enumerate(rows)]
    with pytest.raises(Refused) as refused:
        read("a.csv", csv_text(rows))
    [finding] = refused.value.findings
    assert (finding.problem, finding.column) == (Problem.NOT_ANONYMOUS, column)
    assert text not in str(refused.value)


def test_a_limesurvey_file_without_dates_proves_nothing() -> None:
    rows = [[cell for place, cell in enumerate(row) if place != 1] for row in limesurvey_rows()]
    with pytest.raises(Refused) as refused:
        read("a.csv", csv_text(rows))
    assert problems(refused) == {Problem.NOT_ANONYMOUS}


def test_rows_that_do_not_count_are_counted() -> None:
    asked, answered = SHEETS["teachers"], people(SHEETS["teachers"], 12)
    assert read("a.csv", csv_text(limesurvey_rows())).dropped == {"not submitted": 1}
    found = read("a.csv", csv_text(survey_files.qualtrics(asked, answered)))
    assert (found.dropped, found.respondents) == ({"previews and tests": 1}, 12)


def test_what_was_left_out_is_named_and_who_was_known_is_said() -> None:
    asked, answered = SHEETS["teachers"], people(SHEETS["teachers"], 12)
    found = read("a.xlsx", xlsx(survey_files.microsoft_forms(asked, answered)))
    assert set(found.left_out) == {
        "ID", "Begintijd", "Tijd van voltooien", "E-mail", "Naam", "Wil je nog iets kwijt?",
    }  # fmt: skip
    told = {finding.column: finding.problem for finding in found.findings}
    assert told["E-mail"] == told["Naam"] == Problem.KNOWN_RESPONDENTS
    assert told["ID"] == Problem.SURVEY_METADATA
    assert told["Wil je nog iets kwijt?"] == Problem.PERSONAL_ANSWERS


def test_microsoft_forms_without_names_is_not_warned_about() -> None:
    rows = survey_files.microsoft_forms(SHEETS["teachers"], people(SHEETS["teachers"], 12))
    hidden = [[*row[:3], "anonymous", "", *row[5:]] if place else row for place, row in enumerate(rows)]
    told = {finding.problem for finding in read("a.xlsx", xlsx(hidden)).findings}
    assert Problem.KNOWN_RESPONDENTS not in told


def test_an_unknown_answer_stops_everything_and_is_told_by_row() -> None:
    rows = limesurvey_rows()
    rows[4][6] = "Misschien"
    responses = read("a.csv", csv_text(rows))
    mapping = guess_mapping(responses, instrument())
    found = look_over(responses, instrument(), mapping, WAVE)
    assert list(found.unknown.values()) == [("Misschien",)]
    [finding] = found.findings
    assert (finding.problem, finding.row, finding.column) == (Problem.UNKNOWN_ANSWER, 5, rows[0][6])
    with pytest.raises(Refused):
        lay_out(responses, instrument(), mapping, WAVE)
    agreed = mapping.model_copy(update={"answers": {**mapping.answers, "Misschien": None}})
    assert not look_over(responses, instrument(), agreed, WAVE).findings


@pytest.mark.parametrize(("texts", "expected"), [("01234", 0), ("12345", 1), ("1234", None)])
def test_numbers_are_options_where_only_one_reading_is_possible(texts: str, expected: int | None) -> None:
    item = SHEETS["teachers"].items[0]
    rows = [["submitdate", "lastpage", "id", item.id]]
    rows += [["1980-01-01", "1", str(place), text] for place, text in enumerate(texts)]
    mapping = guess_mapping(read("a.csv", csv_text(rows)), instrument())
    wanted = {} if expected is None else {text: int(text) - expected for text in texts}
    assert mapping.answers == wanted


@pytest.mark.parametrize(
    "heading", ["T3.2", "[T3.2] Pesten", "T3Q2", "G2_T3P_T3Q2", "x/T3Q2", "T3Q2. Is it?"]
)
def test_an_item_is_known_by_its_code(heading: str) -> None:
    rows = [["Timestamp", heading], *[["2025", "Mostly"]] * 3]
    assert guess_mapping(read("a.csv", csv_text(rows)), instrument()).items == {heading: "T3.2"}


def test_a_question_that_stands_twice_is_left_to_be_said() -> None:
    rows = [["Timestamp", "T3.2", "T3Q2"], *[["2025", "Mostly", "Mostly"]] * 3]
    responses = read("a.csv", csv_text(rows))
    assert not guess_mapping(responses, instrument()).items
    both = SurveyMapping(group="teachers", columns={"T3.2": "T3.2", "T3Q2": "T3.2"}, answers={"Mostly": 3})
    found = look_over(responses, instrument(), both, WAVE)
    assert {finding.problem for finding in found.findings} == {Problem.QUESTION_TWICE}


def test_schools_from_a_column_are_counted_each() -> None:
    rows = [["Timestamp", "School", "T3.2"]]
    rows += [["2025", school, "Mostly"] for school in ("De Linde", "De Linde", "S2", "")]
    responses = read("a.csv", csv_text(rows))
    mapping = guess_mapping(responses, instrument(), {"S1": "De Linde", "S2": "De Esdoorn"})
    found = look_over(responses, instrument(), mapping, WaveOf("2025-26", 1))
    assert found.counts == {"S1": 2, "S2": 1}
    [finding] = found.findings
    assert (finding.problem, finding.column, finding.row) == (Problem.NO_SCHOOL, "School", 5)


def test_what_is_no_survey_is_refused() -> None:
    for rows in ([["a", "b"], ["1", "2"]], [["Timestamp"], ["2025"]]):
        with pytest.raises(Refused):
            read("a.csv", csv_text(rows))
    with pytest.raises(Refused) as refused:
        read("a.csv", csv_text(limesurvey_rows()), tool="qualtrics")
    assert problems(refused) == {Problem.NO_SURVEY}


def test_a_name_in_the_heading_is_told_by_its_place() -> None:
    rows = [["Timestamp", "T3.2", "Mail an.peeters@voorbeeld.be for help"], *[["2025", "Mostly", "ok"]] * 3]
    found = read("a.csv", csv_text(rows))
    assert found.left_out == ("Timestamp", "3")
    assert SECRETS[0] not in repr(found)


def test_respondents_have_new_codes_and_no_order() -> None:
    responses = read("a.csv", csv_text(limesurvey_rows(30)))
    mapping = guess_mapping(responses, instrument())

    def order() -> tuple[list[str], list[str]]:
        rows = list(csv.DictReader(io.StringIO(lay_out(responses, instrument(), mapping, WAVE).decode())))
        codes = list(dict.fromkeys(row["respondent"] for row in rows))
        return codes, [row["answer"] for row in rows]

    (codes, answers), (other_codes, other_answers) = order(), order()
    assert not set(codes) & set(other_codes)
    assert answers != other_answers


def test_an_import_is_one_upload_that_can_be_withdrawn(tmp_path: Path) -> None:
    file = tmp_path / "results-survey.csv"
    file.write_bytes(csv_text(limesurvey_rows(12), ";"))
    store = tmp_path / "store"
    ran = CliRunner().invoke(main, command(store, file, "--invited", "S1=40", "--wave", "2"))
    assert ran.exit_code == 0, ran.output
    with open_facts(store) as facts:
        [upload] = facts.in_force()
        [row] = facts.frame(
            "SELECT school_id, school_year, wave, respondent_group, invited,"
            " count(DISTINCT respondent) AS people FROM survey_responses GROUP BY ALL"
        ).to_dict("records")
    assert row == {
        "school_id": "S1", "school_year": "2025-26", "wave": 2, "respondent_group": "teachers",
        "invited": 40, "people": 12,
    }  # fmt: skip
    [entry] = upload.files
    assert (entry.name, entry.rows_read, entry.rows_kept) == ("results-survey.csv", 13, 12)
    again = CliRunner().invoke(main, command(store, file))
    assert again.exit_code == 1
    assert "loaded before" in again.output
    jobs.withdraw(store, 1, "mistaken", by="test")
    with open_facts(store) as facts:
        assert not facts.table("SELECT * FROM survey_responses").num_rows


def test_a_refusal_stands_in_the_ledger_without_a_value(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(csv_text(limesurvey_rows(apart=True)))
    ran = CliRunner().invoke(main, command(tmp_path / "store", file))
    assert ran.exit_code == 1
    [tried] = jobs.uploads(tmp_path / "store")
    assert tried.decision == "refused"
    assert [finding.problem for finding in tried.findings] == ["not_anonymous"]


def test_what_was_said_is_saved_and_used_again(tmp_path: Path) -> None:
    rows = limesurvey_rows()
    rows[4][6] = "Misschien"
    file = tmp_path / "a.csv"
    file.write_bytes(csv_text(rows))
    store = tmp_path / "store"
    assert CliRunner().invoke(main, command(store, file, "--save", "mine")).exit_code == 1
    assert mapping_names(store) == ("mine",)
    saved = load_mapping("mine", store)
    agreed = saved.model_copy(update={"answers": {**saved.answers, "Misschien": 2}})
    save_mapping(agreed, store)
    ran = CliRunner().invoke(main, command(store, file, "--profile", "mine"))
    assert ran.exit_code == 0, ran.output
    other = CliRunner().invoke(main, [*command(store, file, "--profile", "mine"), "--group", "parents"])
    assert other.exit_code == 2


def test_new_columns_are_guessed_beside_what_was_saved() -> None:
    guessed = SurveyMapping(group="teachers", columns={"a": "", "b": "T3.2"}, answers={"x": 1})
    saved = SurveyMapping(
        id="mine", group="teachers", columns={"a": "T1.1", "gone": "T2.1"}, answers={"y": 0}
    )
    both = with_saved(saved, guessed)
    assert both.columns == {"a": "T1.1", "b": "T3.2"}
    assert both.answers == {"x": 1, "y": 0}


@pytest.mark.parametrize("name", ["", "../up", "Big", "a" * 61])
def test_a_profile_needs_a_safe_name(name: str, tmp_path: Path) -> None:
    with pytest.raises(DefinitionError):
        save_mapping(SurveyMapping(id=name, group="teachers", columns={}), tmp_path)
    assert not list(tmp_path.rglob("*.yaml"))
