"""Templates that are handed out empty are read by our own reader, with the example row left out."""

import csv
import io
import re
from collections.abc import Sequence

import pyarrow as pa
import pytest
from python_calamine import CalamineWorkbook

from mirrors.definitions import Contract, load_contracts, load_profile
from mirrors.definitions.contract import EXAMPLE_SCHOOL
from mirrors.definitions.profile import Profile, template_layout
from mirrors.intake import Refused, read_upload
from mirrors.intake.reading import FileContent, SourceTable, read_files
from mirrors.intake.rules import Problem
from mirrors.intake.template import dictionary_rows, example_row, template_csv, template_workbook
from mirrors.intake.upload import known_headings
from mirrors.intake.values import number_text
from mirrors.locale import LANGUAGES, Language

CONTRACTS = load_contracts()
EVERY_KIND = load_profile("templates").model_copy(update={"contracts": tuple(CONTRACTS)})

LEVEL_A = [contract for contract in CONTRACTS.values() if contract.level == "A"]
each_contract = pytest.mark.parametrize("contract", CONTRACTS.values(), ids=lambda contract: contract.name)
each_language = pytest.mark.parametrize(
    "language", [Language(code) for code in LANGUAGES], ids=lambda one: one.code
)


def tables(name: str, content: bytes, profile: Profile = EVERY_KIND) -> Sequence[SourceTable]:
    [source] = read_files(FileContent(name, pa.py_buffer(content)), known_headings(profile))
    assert source.findings == ()
    return source.tables


def rows(table: SourceTable) -> list[tuple[str, ...]]:
    columns = [table.rows[name].to_pylist() for name in table.header]
    return [tuple(cell or "" for cell in row) for row in zip(*columns, strict=True)]


def as_number_cell(text: str) -> str:
    """Return how a cell of a workbook is read that holds the number written as `text`."""
    return number_text(text) if re.fullmatch(r"\d+\.\d+", text) else text


def dictionary(content: bytes) -> list[list[object]]:
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [[cell for cell in row if cell != ""] for row in workbook.get_sheet_by_index(1).to_python()]


class TestWorkbook:
    @each_contract
    @each_language
    def test_only_the_sheet_of_the_contract_is_read(self, contract: Contract, language: Language) -> None:
        [table] = tables(f"{contract.name}.xlsx", template_workbook(contract, language))
        assert table.sheet == contract.name
        assert table.header == contract.columns
        assert rows(table) == [tuple(map(as_number_cell, example_row(contract)))]

    @each_contract
    @each_language
    def test_the_second_sheet_explains_every_column(self, contract: Contract, language: Language) -> None:
        told = dictionary(template_workbook(contract, language))
        assert told[0] == [contract.wording(language.code).title]
        assert EXAMPLE_SCHOOL in str(told[2])
        by_column = {row[0]: row for row in told[5:] if row}
        for column in contract.fields:
            wording = column.wording(language.code)
            assert by_column[column.name][1:3] == [wording.title, wording.description]
            assert (", ".join(column.constraints.enum or ()) or column.name) in by_column[column.name]

    def test_a_school_year_stays_a_text(self) -> None:
        content = template_workbook(CONTRACTS["absence_events"], Language("en"))
        cells = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        by_column = dict(zip(cells[0], cells[1], strict=True))
        assert by_column["school_year"] == "2024-25"
        assert by_column["grade"] == "3"


class TestDataDictionary:
    def test_limits_are_told(self) -> None:
        told = {row[0]: row for row in dictionary_rows(CONTRACTS["pupil_band"], Language("en"))}
        assert told["pupils"][6] == "at least 0, at most 100,000"
        assert told["member"][6] == "at most 40 characters"
        assert told["scale"][5] == "units, share"
        assert (told["below"][4], told["at_least"][4]) == ("no", "yes")

    def test_a_row_is_as_wide_as_the_header(self) -> None:
        for contract in CONTRACTS.values():
            assert len({len(row) for row in dictionary_rows(contract, Language("fr"))}) == 1


class TestCsv:
    @each_contract
    def test_holds_the_header_and_the_example(self, contract: Contract) -> None:
        assert list(csv.reader(io.StringIO(template_csv(contract).decode(), newline=""))) == [
            list(contract.columns),
            list(example_row(contract)),
        ]


class TestExampleRow:
    def test_is_left_out_of_what_is_loaded(self) -> None:
        content = template_csv(CONTRACTS["lateness"]) + b"S1,2024-25,late,10,100\r\n"
        upload = read_upload([FileContent("lateness.csv", pa.py_buffer(content))], EVERY_KIND)
        [report] = upload.files
        assert (report.rows_read, report.rows_kept) == (2, 1)
        assert report.dropped == {"example row of the template": 1}

    def test_alone_is_nothing_to_load(self) -> None:
        content = template_workbook(CONTRACTS["lateness"], Language("nl"))
        with pytest.raises(Refused) as refused:
            read_upload([FileContent("lateness.xlsx", pa.py_buffer(content))], EVERY_KIND)
        assert [finding.problem for finding in refused.value.findings if finding.refuses] == [Problem.NO_ROWS]

    # Rows about single pupils are not taken without a confirmed impact assessment.
    @pytest.mark.parametrize("contract", LEVEL_A, ids=lambda one: one.name)
    def test_would_be_taken_from_a_school_that_exists(self, contract: Contract) -> None:
        """The example shows how a row is to be written, so it must be a right one."""
        given = {**dict(zip(contract.columns, example_row(contract), strict=True)), "school_id": "S1"}
        if contract.name in ("pupil_band", "trajectory"):
            given["base"] = given["pupils"]
        text = ",".join(contract.columns) + "\n" + ",".join(given.values()) + "\n"
        upload = read_upload([FileContent(f"{contract.name}.csv", pa.py_buffer(text.encode()))], EVERY_KIND)
        assert upload.files[0].facts == {contract.name: 1}

    def test_every_template_layout_knows_it(self) -> None:
        for contract in CONTRACTS.values():
            [rule] = template_layout(contract).drop
            assert (rule.column, rule.equals) == ("school_id", (EXAMPLE_SCHOOL,))
            assert example_row(contract)[0] == EXAMPLE_SCHOOL
