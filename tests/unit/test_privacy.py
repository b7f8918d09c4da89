"""What the privacy gate sees, what it leaves alone, and that it never repeats what it saw."""

import hashlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest

from bench import privacy_corpus
from bench.corpus_files import CorpusFile, births, bsns, dotted, random_tokens, rrns
from mirrors.definitions import load_contracts, load_profile
from mirrors.definitions.profile import template_layout
from mirrors.intake.finding import Finding
from mirrors.intake.privacy import (
    ColumnUse,
    column_uses,
    find_personal_data,
    safe_name,
    small_groups,
    survey_metadata,
)
from mirrors.intake.privacy.births import read_date
from mirrors.intake.privacy.headers import is_personal_header
from mirrors.intake.privacy.names import holds_name
from mirrors.intake.privacy.texts import looks_personal
from mirrors.intake.privacy.words import header_tokens
from mirrors.intake.reading import ROW, FileContent, Margin, SourceFile, SourceTable, read_files
from mirrors.intake.rules import Problem
from mirrors.locale import Language

LANGUAGES = [Language(code) for code in ("en", "nl", "fr")]


def source(
    margins: Sequence[Margin] = (), file: str = "f.csv", **columns: Sequence[str | None]
) -> SourceFile:
    """Return a file with one table of these columns."""
    arrays = [pa.array(list(values), pa.string()).dictionary_encode() for values in columns.values()]
    lines = pa.array(range(2, 2 + len(next(iter(columns.values())))), pa.int64())
    rows = pa.Table.from_arrays([*arrays, lines], names=[*columns, ROW])
    return SourceFile(file, "", 0, (SourceTable(file, None, tuple(columns), rows),), tuple(margins))


def search(use: ColumnUse | None, *values: str | None, header: str = "v") -> list[Finding]:
    """Return what is found in a single column."""
    uses = None if use is None else [{header: use}]
    return find_personal_data(source(**{header: values}), uses)


def problems(findings: Sequence[Finding]) -> set[Problem]:
    return {finding.problem for finding in findings if finding.refuses}


def gate(file: CorpusFile) -> set[Problem]:
    """Return what the gate refuses a file of the corpus for, its tables read by our templates."""
    layouts = [template_layout(contract) for contract in load_contracts().values()]
    known = frozenset(name for layout in layouts for name in layout.columns)
    found: list[Finding] = []
    for read in read_files(FileContent(file.name, pa.py_buffer(file.content)), known):
        uses = []
        for table in read.tables:
            fits = [one for one in layouts if not one.absent(table.header)]
            fits = [
                one
                for one in fits
                if not set(one.unknown(table.header))
                - survey_metadata(table.header, column_uses(one, table.header))
            ]
            best = max(fits, key=lambda one: len(one.found(table.header)), default=None)
            uses.append(column_uses(best, table.header) if best else {})
        found += [*read.findings, *find_personal_data(read, uses)]
    return problems(found)


@pytest.mark.parametrize("file", list(privacy_corpus.planted()), ids=lambda file: file.name)
def test_a_planted_file_is_refused(file: CorpusFile) -> None:
    assert gate(file)


@pytest.mark.parametrize("file", list(privacy_corpus.clean()), ids=lambda file: file.name)
def test_a_clean_file_is_not_refused(file: CorpusFile) -> None:
    assert not gate(file)


def test_the_corpus_is_the_same_every_time() -> None:
    first = [hashlib.sha256(file.content).hexdigest() for file in privacy_corpus.planted()]
    assert first == [hashlib.sha256(file.content).hexdigest() for file in privacy_corpus.planted()]
    assert len(first) > 100


@pytest.mark.parametrize(
    ("header", "personal"),
    [
        ("naam", True),
        ("schoolnaam", False),
        ("school_name", False),
        ("leerlingNaam", True),
        ("naam leerling (school)", True),
        ("NISS", True),
        ("e-mail ouder", True),
        ("Né(e) le", True),
        ("aantal ouders", False),
        ("ouders", True),
        ("ouderdom van het gebouw", False),
        ("% opleidingsniveau moeder", False),
        ("month", False),
        ("track", False),
    ],
)
def test_a_header_is_judged_by_its_words(header: str, personal: bool) -> None:
    assert (
        is_personal_header(header, ColumnUse.UNKNOWN, only_numbers="aantal" in header or "%" in header)
        is personal
    )


def test_a_count_of_persons_holds_numbers_only() -> None:
    assert not is_personal_header("aantal ouders", ColumnUse.UNKNOWN, only_numbers=True)
    assert is_personal_header("aantal ouders", ColumnUse.UNKNOWN, only_numbers=False)


def test_a_postcode_is_personal_beside_tokens_only() -> None:
    assert not is_personal_header("postcode", ColumnUse.UNKNOWN, only_numbers=True)
    assert is_personal_header("postcode", ColumnUse.UNKNOWN, only_numbers=True, beside_tokens=True)


def test_a_header_is_cut_at_capitals_and_signs() -> None:
    assert header_tokens("leerlingNaam_Élève (nr)") == ("leerling", "naam", "eleve", "nr")


def test_a_mapping_does_not_excuse_a_column_of_births() -> None:
    [finding] = search(ColumnUse.DATE, "2024-10-01", header="geboortedatum")
    assert (finding.problem, finding.column) == (Problem.PERSONAL_HEADER, "1")


def test_a_fifth_of_valid_numbers_refuses_and_a_single_one_asks() -> None:
    few = [str(10**10 + 3 * n) for n in range(30)]
    assert problems(search(ColumnUse.CATEGORY, *few, *rrns(10))) == {Problem.NATIONAL_NUMBER}
    assert problems(search(ColumnUse.CATEGORY, *few, *rrns(1))) >= {Problem.PERHAPS_NATIONAL_NUMBER}


def test_somebody_can_confirm_a_number_but_not_a_column_of_them() -> None:
    alone = source(code=["B", "Z", rrns(1)[0]])
    uses = [{"code": ColumnUse.CATEGORY}]
    assert problems(find_personal_data(alone, uses)) == {Problem.PERHAPS_NATIONAL_NUMBER}
    assert not find_personal_data(alone, uses, frozenset({"code"}))
    many = source(code=rrns(9))
    assert problems(find_personal_data(many, uses, frozenset({"code"}))) == {Problem.NATIONAL_NUMBER}


def test_numbers_that_lost_their_zeros_are_seen() -> None:
    shortened = [str(int(number)) for number in rrns(40)]
    assert any(len(number) < 11 for number in shortened)
    assert problems(search(ColumnUse.NUMBER, *shortened)) == {Problem.NATIONAL_NUMBER}


def test_a_written_number_is_seen_even_mistyped() -> None:
    right = dotted(rrns(1)[0])
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    for number in (right, wrong, f"zie {right}."):
        assert Problem.NATIONAL_NUMBER in problems(search(ColumnUse.CATEGORY, "B", number))


def test_school_ids_may_be_valid_by_chance_but_not_all() -> None:
    ids = [f"{n:011d}" for n in range(1, 400)] * 3
    assert not search(ColumnUse.SCHOOL_ID, *ids)
    assert problems(search(ColumnUse.SCHOOL_ID, *rrns(30))) == {Problem.NATIONAL_NUMBER}


def test_a_national_number_among_school_ids_of_the_same_length_is_held() -> None:
    rng = np.random.default_rng(0)
    ids = [f"9{n:010d}" for n in rng.integers(0, 10**10, 40)] * 8
    found = search(ColumnUse.SCHOOL_ID, *ids, rrns(1, 5)[0])
    assert problems(found) <= {Problem.PERHAPS_NATIONAL_NUMBER}
    assert found


def test_dutch_numbers_need_several_that_all_pass() -> None:
    assert problems(search(ColumnUse.NUMBER, *bsns(9))) == {Problem.OTHER_IDENTIFIER}
    any_nine = [str(123_456_701 + 1009 * n) for n in range(60)]
    assert not search(ColumnUse.NUMBER, *any_nine)


def test_one_address_in_a_hundred_thousand_rows_is_found() -> None:
    values: list[str | None] = [str(n % 700) for n in range(100_000)]
    values[77_123] = "iemand@voorbeeld.be"
    [finding] = search(ColumnUse.NUMBER, *values)
    assert (finding.problem, finding.row, finding.rows) == (Problem.EMAIL, 77_125, 1)


def test_rows_are_those_of_the_file_and_counted() -> None:
    values = ["B", "an@x.be", None, "B", "jan@x.be", "an@x.be"]
    [finding] = search(ColumnUse.CATEGORY, *values)
    assert (finding.row, finding.rows, finding.places) == (3, 3, (3, 6, 7))


def test_bare_numbers_are_no_telephones_and_written_ones_are() -> None:
    assert not search(ColumnUse.NUMBER, *[str(32_000_000 + 7919 * n) for n in range(500)])
    assert problems(search(ColumnUse.CATEGORY, "B", "0470 12 34 56")) == {Problem.PHONE}
    assert problems(search(ColumnUse.CATEGORY, "B", "+32470123456")) == {Problem.PHONE}


def test_event_dates_are_no_births() -> None:
    events = source(school_year=["2014-15", "2023-24"] * 20, date=["2014-10-03", "2023-10-03"] * 20)
    uses = [{"school_year": ColumnUse.SCHOOL_YEAR, "date": ColumnUse.DATE}]
    assert not find_personal_data(events, uses)
    born = source(school_year=["2014-15", "2023-24"] * 20, date=["2005-10-03", "2023-10-03"] * 20)
    assert problems(find_personal_data(born, uses)) == {Problem.BIRTH_DATE}


def test_births_without_a_school_year_fall_on_weekends_too() -> None:
    assert problems(search(None, *map(str, births(60)))) == {Problem.BIRTH_DATE}


def test_an_anonymous_survey_date_is_no_birth() -> None:
    assert not search(ColumnUse.CATEGORY, *["1980-01-01"] * 20)


@pytest.mark.parametrize("text", ["2013-05-12", "12/05/2013", "12 mei 2013", "12 mai 2013", "May 12, 2013"])
def test_dates_are_read_in_every_language(text: str) -> None:
    day = read_date(text)
    assert day is not None
    assert day.isoformat() == "2013-05-12"


def test_no_date_is_read_from_other_texts() -> None:
    assert [read_date(text) for text in ("2024-25", "31/02/2013", "12.345", "mei")] == [None] * 4


@pytest.mark.parametrize(
    "text",
    [
        "Lotte Peeters",
        "Peeters, Lotte",
        "Yassin El Amrani",
        "JANSSENS Emma",
        "mevr. Janssens",
        "lotte peeters",
    ],
)
def test_names_are_seen(text: str) -> None:
    assert holds_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "Atheneum Emile Claes",
        "Sint-Jan Peeters",
        "Luchtbal",
        "rue Jean Dubois",
        "De Linde",
        "Thomas More school",
    ],
)
def test_schools_and_places_are_not_names(text: str) -> None:
    assert not holds_name(text)


def test_schools_may_be_named_after_persons() -> None:
    names = ["Emma Peeters", "Louis Janssens", "Hugo Claes", "Marie Dubois", "De Linde", "De Wilg", "De Olm"]
    schools = source(school_id=[f"S{n}" for n in range(7)], name=names)
    uses = [{"school_id": ColumnUse.SCHOOL_ID, "name": ColumnUse.SCHOOL_NAME}]
    assert not find_personal_data(schools, uses)


def test_more_names_than_schools_are_pupils() -> None:
    names = [
        f"{first} {last}" for first in ("Emma", "Louis", "Lotte") for last in ("Peeters", "Maes", "Claes")
    ]
    pupils = source(school_id=["S1", "S2", "S3"] * 3, name=names)
    uses = [{"school_id": ColumnUse.SCHOOL_ID, "name": ColumnUse.SCHOOL_NAME}]
    assert problems(find_personal_data(pupils, uses)) == {Problem.PERSON_NAME}


def test_a_label_that_comes_back_is_no_free_text() -> None:
    label = "share of pupils who speak another language at home than Dutch"
    assert not search(ColumnUse.CATEGORY, *[label] * 20)
    assert problems(search(ColumnUse.CATEGORY, *["B"] * 20, label)) == {Problem.FREE_TEXT}


@pytest.mark.parametrize(
    "tokens",
    [
        [f"leerling{n:012d}" for n in range(40)],
        [f"{n * 7919:020d}" for n in range(40)],
        [hashlib.sha1(str(n).encode()).hexdigest() for n in range(40)],
        [f"a{number}zzzzz" for number in rrns(40)],
        ["short"] * 40,
    ],
)
def test_tokens_that_can_be_guessed_are_refused(tokens: list[str]) -> None:
    assert Problem.WEAK_TOKEN in problems(search(ColumnUse.TOKEN, *tokens))


def test_random_tokens_pass_and_plain_hashes_warn() -> None:
    assert not search(ColumnUse.TOKEN, *random_tokens(500))
    hashes = [hashlib.sha256(f"secret {n}".encode()).hexdigest() for n in range(40)]
    [finding] = search(ColumnUse.TOKEN, *hashes)
    assert finding.problem is Problem.PLAIN_HASH
    assert not finding.refuses


def test_pupil_numbers_at_the_provider_are_left_alone() -> None:
    assert not search(ColumnUse.PUPIL, *rrns(40), header="rijksregisternummer")


def test_texts_around_the_table_are_searched_but_for_the_author() -> None:
    around = [
        Margin("author", "Lotte Peeters"),
        Margin("comment", "bel 0470 12 34 56", "Blad1", 4),
        Margin("other_cell", "Lotte", "Blad2", 2),
    ]
    [finding] = find_personal_data(source(around, units=["1"]), [{"units": ColumnUse.NUMBER}])
    assert (finding.problem, finding.sheet, finding.row) == (Problem.PHONE, "Blad1", 4)


def test_a_list_of_first_names_on_another_sheet_is_seen() -> None:
    cells = [
        Margin("other_cell", text, "x", row)
        for row, text in enumerate(("Lotte", "Emma", "Louise", "Mila", "Noah", "Finn", "3"), start=1)
    ]
    assert problems(find_personal_data(source(cells, units=["1"]), [{"units": ColumnUse.NUMBER}])) == {
        Problem.PERSON_NAME
    }


def test_a_school_that_is_named_after_somebody_may_stand_on_another_sheet() -> None:
    school = "Dr. Lotte Peeters School"
    cells = [Margin("other_cell", school, "x", 2), Margin("other_cell", "Rue Neuve", "x", 3)]
    columns = {"school": [school, "Rue Neuve"], "units": ["1", "2"]}
    known = {"school": ColumnUse.SCHOOL_NAME, "units": ColumnUse.NUMBER}
    assert not find_personal_data(source(cells, **columns), [known])
    # Nobody else may, and where no column holds names of schools, no name is one.
    more = [*cells, Margin("other_cell", "Emma Janssens", "x", 4)]
    [finding] = find_personal_data(source(more, **columns), [known])
    assert (finding.problem, finding.row) == (Problem.PERSON_NAME, 4)
    unknown = {"school": ColumnUse.CATEGORY, "units": ColumnUse.NUMBER}
    assert Problem.PERSON_NAME in problems(find_personal_data(source(cells, **columns), [unknown]))


@pytest.mark.parametrize(
    ("values", "passes"),
    [
        (["0.75", "S", None, "1"], True),
        (["0,5", "1,0", "0"], True),
        (["0.75", "other", "1"], False),
        (["0", "1", "S"], False),
        (["0.75", "12"], False),
    ],
)
def test_a_question_over_a_column_of_shares_names_nobody(values: list[str | None], passes: bool) -> None:
    question = "Parents feel welcome at my child's address"
    marked = frozenset({"S"})
    [table] = [{question: ColumnUse.NUMBER}]
    found = find_personal_data(source(**{question: values}), [table], markers=marked)
    assert (Problem.PERSONAL_HEADER not in problems(found)) == passes
    for use in (ColumnUse.CATEGORY, ColumnUse.UNKNOWN):
        strict = find_personal_data(source(**{question: values}), [{question: use}], markers=marked)
        assert Problem.PERSONAL_HEADER in problems(strict)


def test_a_personal_name_of_a_file_is_not_told() -> None:
    name = "Lotte_Peeters 3B.csv"
    findings = find_personal_data(source([Margin("file_name", name)], name, code=["an@x.be"]), None)
    assert problems(findings) == {Problem.PERSON_NAME, Problem.EMAIL}
    told = [finding.say(language) for finding in findings for language in LANGUAGES]
    assert told
    assert not [text for text in told if "Lotte" in text or "Peeters" in text]
    assert (safe_name("absence.csv"), safe_name(name)) == ("absence.csv", "….csv")


def test_values_in_the_header_are_seen_and_not_told() -> None:
    number, mail = dotted(rrns(1)[0]), "an@voorbeeld.be"
    findings = find_personal_data(source(**{number: ["1"], mail: ["2"], "Lotte": ["an@x.be"]}), None)
    assert problems(findings) == {Problem.NATIONAL_NUMBER, Problem.EMAIL}
    told = " ".join(finding.say(language) for finding in findings for language in LANGUAGES) + repr(findings)
    assert not [value for value in (number, mail, "Lotte") if value in told]


def test_what_a_survey_tool_adds_is_left_out_of_surveys_only() -> None:
    columns = {"respondent": ["q7x"], "item": ["A1"], "ipaddr": ["81.82.1.2"], "Email": ["a@b.be"]}
    known = {"respondent": ColumnUse.RESPONDENT, "item": ColumnUse.CATEGORY}
    left_out = find_personal_data(source(**columns), [known])
    assert [(one.problem, one.column) for one in left_out] == [
        (Problem.SURVEY_METADATA, "ipaddr"),
        (Problem.SURVEY_METADATA, "Email"),
    ]
    assert survey_metadata(tuple(columns), known) == {"ipaddr", "Email"}
    assert problems(find_personal_data(source(**columns), None)) >= {Problem.PERSONAL_HEADER}


def test_groups_smaller_than_five_pupils_are_refused() -> None:
    rows = [("S1", "2024-25", f"t{n}", "1", n + 2) for n in range(5)] + [
        ("S1", "2024-25", "t9", None, 50 + n) for n in range(3)
    ]
    names = ["school_id", "school_year", "token", "grade", ROW]
    events = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    [finding] = small_groups(events, "e.csv")
    assert (finding.problem, finding.rows, finding.places, finding.detail) == (
        Problem.SMALL_GROUP,
        3,
        (50, 51, 52),
        "5",
    )
    assert not small_groups(events.slice(0, 5), "e.csv")


def test_five_events_of_one_pupil_are_still_one_pupil() -> None:
    events = pa.table({"school_id": ["S"] * 6, "school_year": ["2024-25"] * 6, "token": ["a"] * 6})
    assert [one.problem for one in small_groups(events, "e.csv")] == [Problem.SMALL_GROUP]


def test_uses_follow_the_layout_of_a_template() -> None:
    layout = template_layout(load_contracts()["absence"])
    uses = column_uses(layout, (*layout.columns, "naam"))
    assert uses["school_id"] is ColumnUse.SCHOOL_ID
    assert uses["school_year"] is ColumnUse.SCHOOL_YEAR
    assert (uses["units"], uses["code"], uses["naam"]) == (
        ColumnUse.NUMBER,
        ColumnUse.CATEGORY,
        ColumnUse.UNKNOWN,
    )


def test_uses_follow_the_layout_of_a_provider() -> None:
    layout = load_profile("maryland").layouts[0]
    header = (
        "Academic Year",
        "LSS Number",
        "School Number",
        "School Name",
        "School Type",
        "Create Date",
        "Days Member Cnt",
    )
    assert list(column_uses(layout, header).values()) == [
        ColumnUse.SCHOOL_YEAR,
        ColumnUse.SCHOOL_ID,
        ColumnUse.SCHOOL_ID,
        ColumnUse.SCHOOL_NAME,
        ColumnUse.SCHOOL_ID,
        ColumnUse.IGNORED,
        ColumnUse.NUMBER,
    ]


def test_tokens_are_pupil_numbers_at_the_provider() -> None:
    layout = template_layout(load_contracts()["absence_events"])
    header = tuple(layout.columns)
    assert column_uses(layout, header)["token"] is ColumnUse.TOKEN
    assert column_uses(layout, header, at_provider=True)["token"] is ColumnUse.PUPIL


def test_an_ordinary_text_does_not_look_personal() -> None:
    assert not [
        text for text in ("absence 2024-25", "De Linde", "S0001", "rapport v2") if looks_personal(text)
    ]
