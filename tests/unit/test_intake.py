"""Files that are taken and files that are refused: where the fault is, and never what the file says."""

import datetime
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from mirrors.definitions import load_contracts, profile_names
from mirrors.definitions.profile import load_profile
from mirrors.definitions.reading import DefinitionError
from mirrors.intake import Finding, Refused, open_file, read_upload
from mirrors.intake.rules import Problem
from mirrors.locale import LANGUAGES, Language
from mirrors.store import RegisteredName
from tests.uploads import (
    ABSENCE,
    CONTEXT,
    PUPIL_BAND,
    SCHOOLS,
    absence_row,
    context_row,
    csv_bytes,
    facts_in,
    parquet_bytes,
    pupil_band_row,
    read,
    refusal,
    school_row,
    write,
    write_csv,
    xlsx_bytes,
)

SECRET = "waarvan niemand weet"
"""Stands in the files below where anything might stand; no message may repeat it."""

LOCALE = Path(__file__).parents[2] / "mirrors" / "locale"
CATALOGUES = [code for code in LANGUAGES if code == "en" or (LOCALE / f"{code}.po").exists()]
Write = Callable[[Sequence[str], Sequence[Sequence[object]]], bytes]
FORMATS: list[tuple[str, Write]] = [
    ("csv", csv_bytes),
    ("xlsx", xlsx_bytes),
    ("parquet", parquet_bytes),
]


def where(finding: Finding) -> tuple[Problem, str, str | None, int | None, int]:
    return finding.problem, finding.file, finding.column, finding.row, finding.rows


def told(findings: Sequence[Finding]) -> str:
    """Return everything that anybody can read about the findings."""
    sentences = [finding.say(Language(code)) for finding in findings for code in CATALOGUES]
    return "\n".join([*sentences, str(Refused(findings)), repr(findings)])


def facts_of(path: Path) -> list[dict[str, object]]:
    return facts_in(read(path))["absence"].drop_columns(["file_rank", "basis", "share"]).to_pylist()


class TestTaken:
    @pytest.mark.parametrize(("suffix", "encode"), FORMATS)
    def test_our_template_is_read_in_every_format(self, tmp_path: Path, suffix: str, encode: Write) -> None:
        rows = [absence_row(), absence_row(school_id="S2", month="", code="D", units=7.5)]
        path = write(tmp_path / f"absence.{suffix}", encode(ABSENCE, rows))
        shared = {"school_year": "2024-25", "breakdown": "all", "member": None, "status": "exact"}
        assert facts_of(path) == [
            {
                **shared,
                "school_id": "S1",
                "month": 9,
                "code": "B",
                "units": 5.0,
                "category": "unauthorised",
                "source_row": 2,
            },
            {
                **shared,
                "school_id": "S2",
                "month": None,
                "code": "D",
                "units": 7.5,
                "category": "illness",
                "source_row": 3,
            },
        ]

    def test_the_report_counts_rows_and_facts(self, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "absence.csv", ABSENCE, absence_row(), absence_row(month=10))
        [report] = read(path).files
        assert (report.file, report.layout, report.rows_read, report.rows_kept) == (
            "absence.csv",
            "absence",
            2,
            2,
        )
        assert report.facts == {"absence": 2}
        assert report.statuses == {"units": {"exact": 2}}

    def test_the_order_of_columns_does_not_matter(self, tmp_path: Path) -> None:
        straight = write_csv(tmp_path / "absence.csv", ABSENCE, absence_row())
        turned = write_csv(tmp_path / "turned.csv", ABSENCE[::-1], absence_row()[::-1])
        assert facts_of(straight) == facts_of(turned)

    def test_a_byte_order_mark_is_not_part_of_the_first_column(self, tmp_path: Path) -> None:
        path = write(tmp_path / "absence.csv", b"\xef\xbb\xbf" + csv_bytes(ABSENCE, [absence_row()]))
        assert facts_of(path)[0]["school_id"] == "S1"

    @pytest.mark.parametrize("ending", [b"\r\n", b"\r"])
    def test_every_line_ending_is_read(self, tmp_path: Path, ending: bytes) -> None:
        content = csv_bytes(ABSENCE, [absence_row(), absence_row(month=10)]).replace(b"\n", ending)
        assert [row["source_row"] for row in facts_of(write(tmp_path / "absence.csv", content))] == [2, 3]

    @pytest.mark.parametrize(("suffix", "encode"), [pair for pair in FORMATS if pair[0] != "xlsx"])
    def test_spaces_around_a_value_are_not_part_of_it(
        self, tmp_path: Path, suffix: str, encode: Write
    ) -> None:
        row = absence_row(school_id=" S1 ", school_year="2024-25 ", member="  ")
        [fact] = facts_of(write(tmp_path / f"absence.{suffix}", encode(ABSENCE, [row])))
        assert (fact["school_id"], fact["school_year"], fact["member"]) == ("S1", "2024-25", None)

    def test_a_school_name_goes_apart_from_the_facts(self, tmp_path: Path) -> None:
        upload = read(write_csv(tmp_path / "schools.csv", SCHOOLS, school_row(name="De Linde")))
        assert upload.names == {"S1": RegisteredName("De Linde", "2024-25")}
        assert "De Linde" not in str(facts_in(upload)["schools"].to_pylist())

    def test_the_last_name_of_a_school_is_kept(self, tmp_path: Path) -> None:
        rows = [
            school_row(school_year="2024-25", name="De Nieuwe Linde"),
            school_row(school_year="2019-20", name="De Linde"),
        ]
        kept = read(write_csv(tmp_path / "schools.csv", SCHOOLS, *rows)).names
        assert kept == {"S1": RegisteredName("De Nieuwe Linde", "2024-25")}

    def test_a_school_type_nobody_knows_is_refused(self, tmp_path: Path) -> None:
        [finding] = refusal(write_csv(tmp_path / "schools.csv", SCHOOLS, school_row(school_type="kleuter")))
        assert where(finding) == (Problem.NOT_IN_LIST, "schools.csv", "school_type", 2, 1)
        assert finding.detail == "primary, secondary"

    def test_progress_is_told_file_by_file(self, tmp_path: Path) -> None:
        paths = [
            write_csv(tmp_path / "absence.csv", ABSENCE, absence_row()),
            write_csv(tmp_path / "context.csv", CONTEXT, context_row()),
        ]
        steps: list[tuple[str, float]] = []
        read_upload(
            [open_file(path) for path in paths],
            load_profile("templates"),
            lambda step, share: steps.append((step, share)),
        )
        assert [step for step, _ in steps] == ["absence.csv", "context.csv", "compare the files"]
        assert 0 == steps[0][1] < steps[1][1] < steps[2][1] < 1


class TestRowNumbers:
    def test_a_quoted_line_break_keeps_the_row_numbers_right(self, tmp_path: Path) -> None:
        rows = [
            school_row(name="De\nLinde"),
            school_row(school_id="S2", name='"De Eik"'),
            school_row(school_id="S3", school_year="2024"),
        ]
        [finding] = refusal(write_csv(tmp_path / "schools.csv", SCHOOLS, *rows))
        assert where(finding) == (Problem.SCHOOL_YEAR, "schools.csv", "school_year", 4, 1)

    def test_empty_lines_keep_the_row_numbers_right(self, tmp_path: Path) -> None:
        lines = csv_bytes(ABSENCE, [absence_row(), absence_row(month=10, units="many")]).split(b"\n")
        path = write(tmp_path / "absence.csv", b"\n\n\n".join(lines))
        assert refusal(path)[0].row == 7

    def test_empty_rows_above_and_in_a_sheet_keep_the_row_numbers_right(self, tmp_path: Path) -> None:
        rows = [absence_row(), [""] * len(ABSENCE), absence_row(month=10, units="many")]
        path = write(tmp_path / "absence.xlsx", xlsx_bytes(ABSENCE, rows, top=4))
        [finding] = refusal(path)
        assert where(finding) == (Problem.NOT_A_NUMBER, "absence.xlsx", "units", 8, 1)
        assert finding.sheet == "absence"

    def test_the_first_of_many_rows_is_told_and_the_others_are_counted(self, tmp_path: Path) -> None:
        rows = [absence_row(month=month, units=-1 if month > 3 else 0) for month in range(1, 13)]
        [finding] = refusal(write_csv(tmp_path / "absence.csv", ABSENCE, *rows))
        assert where(finding) == (Problem.TOO_SMALL, "absence.csv", "units", 5, 9)
        assert "row 5, and 8 more" in finding.say(Language("en"))


WHOLE = csv_bytes(ABSENCE, [absence_row(school_id=f"S{number}") for number in range(20)])
SPREADSHEET = xlsx_bytes(ABSENCE, [absence_row()])
PARQUET = parquet_bytes(ABSENCE, [absence_row()])
NO_FILE = [
    pytest.param("absence.csv", b"", Problem.EMPTY, None, id="empty"),
    pytest.param("absence.csv", b"\xef\xbb\xbf", Problem.EMPTY, None, id="only a byte order mark"),
    pytest.param("absence.csv", b"\n\n", Problem.EMPTY, None, id="only empty lines"),
    pytest.param("absence.csv", csv_bytes(ABSENCE, []), Problem.NO_ROWS, None, id="header only"),
    pytest.param("absence.csv", bytes(range(256)), Problem.BINARY, None, id="binary"),
    pytest.param("absence.csv", PARQUET, Problem.BINARY, None, id="parquet named csv"),
    pytest.param("absence.csv", WHOLE.decode().encode("utf-16"), Problem.BINARY, None, id="utf-16"),
    pytest.param("absence.csv", WHOLE.replace(b"S7", b"\x81"), Problem.ENCODING, 9, id="no letter"),
    pytest.param(
        "absence.csv", WHOLE.replace(b"S7", b"\xc3\xa9\xe9"), Problem.ENCODING, 9, id="two encodings"
    ),
    pytest.param("absence.csv", WHOLE + b'S99,"2024', Problem.BROKEN, 22, id="open quote"),
    pytest.param("absence.csv", WHOLE + b'"S99"x,2024', Problem.BROKEN, 22, id="text after a quote"),
    pytest.param("absence.csv", WHOLE + b"S99,2024-25", Problem.ROW_LENGTH, 22, id="short row"),
    pytest.param("absence.csv", WHOLE + b"S99,2024-25,all,,9,B,5,6", Problem.ROW_LENGTH, 22, id="long row"),
    pytest.param("absence.doc", WHOLE, Problem.UNKNOWN_FORMAT, None, id="unknown format"),
    pytest.param("absence.xls", SPREADSHEET, Problem.UNKNOWN_FORMAT, None, id="old workbook"),
    pytest.param("absence.xlsx", WHOLE, Problem.BROKEN, None, id="csv named xlsx"),
    pytest.param("absence.xlsx", SPREADSHEET[:-300], Problem.BROKEN, None, id="cut workbook"),
    pytest.param("absence.parquet", WHOLE, Problem.BROKEN, None, id="csv named parquet"),
    pytest.param("absence.parquet", PARQUET[:-9], Problem.BROKEN, None, id="cut parquet"),
    pytest.param("a.parquet", PARQUET.replace(b"S1", b"\xff\xfe"), Problem.BROKEN, None, id="no text"),
    pytest.param(
        "absence.parquet", PARQUET.replace(b"units", b"\xffnits"), Problem.BROKEN, None, id="no name"
    ),
]


INSIDE_A_ROW = [
    kept
    for kept in range(1, len(WHOLE), 17)
    if 0 <= WHOLE[:kept].rsplit(b"\n", 1)[-1].count(b",") < len(ABSENCE) - 1 and WHOLE[kept - 1] != ord("\n")
]
"""Places to cut at, not at the end of a row and not in its last cell."""


class TestNotAFileWeRead:
    @pytest.mark.parametrize(("name", "content", "problem", "row"), NO_FILE)
    def test_is_refused(
        self, tmp_path: Path, name: str, content: bytes, problem: Problem, row: int | None
    ) -> None:
        [finding] = refusal(write(tmp_path / name, content))
        assert (finding.problem, finding.row) == (problem, row)
        assert finding.file.startswith(name)

    def test_a_file_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        for path in (tmp_path / "gone.csv", tmp_path):
            [finding] = refusal(path)
            assert where(finding) == (Problem.NOT_FOUND, path.name, None, None, 1)

    def test_the_suffix_may_be_written_large(self, tmp_path: Path) -> None:
        assert facts_in(read(write(tmp_path / "ABSENCE.CSV", WHOLE)))["absence"].num_rows == 20

    def test_a_workbook_without_the_sheet_is_refused(self, tmp_path: Path) -> None:
        header = ["DBN"]
        path = write(tmp_path / "city.xlsx", xlsx_bytes(header, [["01M015"]], sheets=("Notes", "City")))
        [finding] = refusal(path, profile="nyc")
        assert (finding.problem, finding.detail) == (Problem.NO_SHEET, "School")

    def test_nested_columns_are_refused(self, tmp_path: Path) -> None:
        path = write(tmp_path / "absence.parquet", parquet_bytes(ABSENCE, [absence_row(units=[1, 2])]))
        assert [finding.problem for finding in refusal(path)] == [Problem.BROKEN]

    @pytest.mark.parametrize("kept", INSIDE_A_ROW)
    def test_a_cut_inside_a_row_is_refused(self, tmp_path: Path, kept: int) -> None:
        [finding] = refusal(write(tmp_path / "absence.csv", WHOLE[:kept]))
        assert finding.problem in (Problem.NO_ROWS, Problem.OTHER_COLUMNS, Problem.ROW_LENGTH)


class TestOtherColumns:
    def test_a_missing_column_is_named(self, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "absence.csv", ABSENCE[:-1], absence_row()[:-1])
        [finding] = refusal(path)
        assert where(finding) == (Problem.OTHER_COLUMNS, "absence.csv", None, None, 1)
        assert finding.detail == "absence: missing units; unknown columns: 0."

    def test_a_column_too_many_is_refused_and_not_told(self, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "absence.csv", [*ABSENCE, SECRET], [*absence_row(), SECRET])
        [finding] = refusal(path)
        assert finding.detail == "absence: unknown columns: 1."
        assert SECRET not in told([finding])

    def test_a_file_without_a_header_does_not_tell_its_first_row(self, tmp_path: Path) -> None:
        path = write_csv(
            tmp_path / "absence.csv", [SECRET, "2024-25", "all", "", "9", "B", "5"], absence_row()
        )
        findings = refusal(path)
        assert [finding.problem for finding in findings] == [Problem.OTHER_COLUMNS]
        assert SECRET not in told(findings)

    @pytest.mark.parametrize(("suffix", "encode"), [pair for pair in FORMATS if pair[0] != "parquet"])
    def test_a_repeated_column_is_told_by_its_place(self, tmp_path: Path, suffix: str, encode: Write) -> None:
        header = ["school_id", SECRET, "units", SECRET]
        path = write(tmp_path / f"absence.{suffix}", encode(header, [["S1", 1, 2, 3]]))
        [finding] = refusal(path)
        assert (finding.problem, finding.column, finding.row) == (Problem.REPEATED_COLUMN, "4", 1)
        assert SECRET not in told([finding])

    def test_our_own_name_for_the_row_is_an_unknown_column(self, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "absence.csv", [*ABSENCE, "source_row"], [*absence_row(), 1])
        assert [finding.problem for finding in refusal(path)] == [Problem.OTHER_COLUMNS]

    def test_a_profile_that_does_not_exist_is_named_with_those_that_do(self) -> None:
        with pytest.raises(DefinitionError, match=", ".join(profile_names())):
            load_profile("atlantis")


WRONG_CELLS = [
    ("units", SECRET, Problem.NOT_A_NUMBER),
    ("units", "1.234,5.6", Problem.NOT_A_NUMBER),
    ("units", "1,234", Problem.AMBIGUOUS_NUMBER),
    ("units", "nan", Problem.NOT_A_NUMBER),
    ("units", "infinity", Problem.NOT_A_NUMBER),
    ("units", "9" * 400, Problem.NOT_A_NUMBER),
    ("units", "1e3", Problem.NOT_A_NUMBER),
    ("units", "1_000", Problem.NOT_A_NUMBER),
    ("units", "0x10", Problem.NOT_A_NUMBER),
    ("units", "12%", Problem.NOT_A_NUMBER),
    ("units", "five", Problem.NOT_A_NUMBER),
    ("units", "-5", Problem.TOO_SMALL),
    ("units", "9" * 300, Problem.TOO_LARGE),
    ("units", "", Problem.REQUIRED),
    ("month", "9.5", Problem.NOT_WHOLE),
    ("month", "0", Problem.TOO_SMALL),
    ("month", "13", Problem.TOO_LARGE),
    ("month", "9" * 30, Problem.TOO_LARGE),
    ("month", SECRET, Problem.NOT_A_NUMBER),
    ("code", "Q", Problem.UNKNOWN_CODE),
    ("code", "b", Problem.UNKNOWN_CODE),
    ("code", "", Problem.REQUIRED),
    ("breakdown", SECRET, Problem.NOT_IN_LIST),
    ("breakdown", "", Problem.REQUIRED),
    ("member", f"{SECRET} {SECRET}", Problem.TOO_LONG),
    ("school_id", "", Problem.REQUIRED),
    ("school_id", "   ", Problem.REQUIRED),
    ("school_id", f"{SECRET} {SECRET}", Problem.TOO_LONG),
    ("school_year", "", Problem.SCHOOL_YEAR),
    ("school_year", "2024-26", Problem.SCHOOL_YEAR),
    ("school_year", "2024-24", Problem.SCHOOL_YEAR),
    ("school_year", "2024", Problem.SCHOOL_YEAR),
    ("school_year", "24-25", Problem.SCHOOL_YEAR),
    ("school_year", "2024/26", Problem.SCHOOL_YEAR),
    ("school_year", "2024-2026", Problem.SCHOOL_YEAR),
    ("school_year", "2024-1925", Problem.SCHOOL_YEAR),
    ("school_year", "1989-90", Problem.SCHOOL_YEAR),
    ("school_year", "2097-98", Problem.SCHOOL_YEAR),
    ("school_year", SECRET, Problem.SCHOOL_YEAR),
]


class TestWrongValues:
    @pytest.mark.parametrize(("column", "value", "problem"), WRONG_CELLS)
    def test_are_refused_with_their_place_and_not_repeated(
        self, tmp_path: Path, column: str, value: str, problem: Problem
    ) -> None:
        rows = (
            [absence_row(), absence_row(school_id="S2", **{column: value})]
            if column != "school_id"
            else [
                absence_row(),
                absence_row(school_id=value),
            ]
        )
        findings = refusal(write_csv(tmp_path / "absence.csv", ABSENCE, *rows))
        row = 2 if problem is Problem.AMBIGUOUS_NUMBER else 3
        assert [where(finding)[:4] for finding in findings] == [(problem, "absence.csv", column, row)]
        assert SECRET not in told(findings)

    @pytest.mark.parametrize("year", ["1999-00", "2024-25", "2009-10"])
    def test_a_school_year_runs_into_the_next(self, tmp_path: Path, year: str) -> None:
        path = write_csv(tmp_path / "absence.csv", ABSENCE, absence_row(school_year=year))
        assert facts_of(path)[0]["school_year"] == year

    def test_counts_beyond_any_register_are_refused(self, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "bands.csv", PUPIL_BAND, pupil_band_row(base="9" * 25))
        assert [where(finding) for finding in refusal(path)] == [
            (Problem.TOO_LARGE, "bands.csv", "base", 2, 1)
        ]

    @pytest.mark.parametrize("value", [float("nan"), float("inf")])
    def test_what_parquet_calls_a_number_must_be_one(self, tmp_path: Path, value: float) -> None:
        path = write(tmp_path / "absence.parquet", parquet_bytes(ABSENCE, [absence_row(units=value)]))
        assert [finding.problem for finding in refusal(path)] == [Problem.NOT_A_NUMBER]

    def test_a_date_is_not_a_school_year(self, tmp_path: Path) -> None:
        row = absence_row(school_year=datetime.date(2024, 9, 1))
        path = write(tmp_path / "absence.parquet", parquet_bytes(ABSENCE, [row]))
        assert [finding.problem for finding in refusal(path)] == [Problem.SCHOOL_YEAR]

    @pytest.mark.parametrize("name", load_contracts())
    def test_every_required_column_of_a_template_is_required(self, tmp_path: Path, name: str) -> None:
        fields = load_contracts()[name].fields
        required = [
            column.name for column in fields if column.constraints.required and column.name != "school_year"
        ]
        valid = {column.name: "S1" if column.name == "school_id" else column.example for column in fields}
        rows = [list({**valid, empty: ""}.values()) for empty in required]
        path = write_csv(tmp_path / f"{name}.csv", [column.name for column in fields], *rows)
        found = {
            finding.column: finding.row for finding in refusal(path) if finding.problem is Problem.REQUIRED
        }
        assert found == {column: place for place, column in enumerate(required, start=2)}


class TestTheSameRowTwice:
    def test_in_one_file_is_refused(self, tmp_path: Path) -> None:
        rows = [absence_row(), absence_row(month=10), absence_row(units=6), absence_row(month=10)]
        [finding] = refusal(write_csv(tmp_path / "absence.csv", ABSENCE, *rows))
        assert where(finding) == (Problem.TWICE, "absence.csv", None, 4, 2)

    def test_an_empty_part_of_the_key_is_the_same_as_another_empty_one(self, tmp_path: Path) -> None:
        rows = [absence_row(month="", member=""), absence_row(month="", member=" ")]
        table = pa.table({name: [row[place] for row in rows] for place, name in enumerate(ABSENCE)})
        sink = pa.BufferOutputStream()
        pa.parquet.write_table(table, sink)
        path = write(tmp_path / "absence.parquet", sink.getvalue().to_pybytes())
        assert [finding.problem for finding in refusal(path)] == [Problem.TWICE]

    def test_months_and_the_whole_year_of_one_cell_are_refused(self, tmp_path: Path) -> None:
        rows = [absence_row(), absence_row(month=""), absence_row(school_id="S2", month="")]
        [finding] = refusal(write_csv(tmp_path / "absence.csv", ABSENCE, *rows))
        assert where(finding) == (Problem.MONTHS_AND_YEAR, "absence.csv", None, 3, 1)

    def test_in_two_files_of_one_upload_is_refused(self, tmp_path: Path) -> None:
        first = write_csv(tmp_path / "autumn.csv", ABSENCE, absence_row(), absence_row(month=10))
        second = write_csv(tmp_path / "winter.csv", ABSENCE, absence_row(month=11), absence_row(month=10))
        assert [where(finding) for finding in refusal(first, second)] == [
            (Problem.TWICE, "winter.csv", None, 3, 1)
        ]

    def test_the_same_file_given_twice_is_refused(self, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "absence.csv", ABSENCE, absence_row())
        assert [finding.problem for finding in refusal(path, path)] == [Problem.TWICE]

    def test_two_files_that_complete_each_other_are_taken(self, tmp_path: Path) -> None:
        first = write_csv(tmp_path / "autumn.csv", ABSENCE, absence_row())
        second = write_csv(tmp_path / "winter.csv", ABSENCE, absence_row(month=12))
        assert facts_in(read(first, second))["absence"]["month"].to_pylist() == [9, 12]


class TestAllFindings:
    def test_of_all_files_are_reported_together(self, tmp_path: Path) -> None:
        paths = [
            write_csv(
                tmp_path / "absence.csv", ABSENCE, absence_row(units="x", code="Q"), absence_row(month=99)
            ),
            write(tmp_path / "notes.docx", b"PK"),
            write_csv(tmp_path / "schools.csv", SCHOOLS, school_row()),
            write_csv(
                tmp_path / "context.csv", CONTEXT, context_row(school_year="2024"), context_row(value="")
            ),
        ]
        assert [where(finding)[:4] for finding in refusal(*paths)] == [
            (Problem.TOO_LARGE, "absence.csv", "month", 3),
            (Problem.UNKNOWN_CODE, "absence.csv", "code", 2),
            (Problem.NOT_A_NUMBER, "absence.csv", "units", 2),
            (Problem.UNKNOWN_FORMAT, "notes.docx", None, None),
            (Problem.SCHOOL_YEAR, "context.csv", "school_year", 2),
            (Problem.REQUIRED, "context.csv", "value", 3),
        ]

    def test_a_fault_that_several_facts_share_is_reported_once(self, tmp_path: Path) -> None:
        header = ["dbn", "school_year", "students_in_temporary_housing_1"]
        path = write_csv(tmp_path / "housing.csv", header, ["", "2018-19", "5"])
        attendance = [
            "dbn",
            "school_name",
            "grade",
            "category",
            "year",
            "total_days",
            "days_absent",
            "contributing_10_total_days",
            "chronically_absent",
        ]
        several = write_csv(
            tmp_path / "attendance.csv",
            attendance,
            ["", "PS 1", "All Grades", "All Students", "2018-19", 100, 5, 10, 1],
        )
        assert [where(finding) for finding in refusal(path, several, profile="nyc")] == [
            (Problem.REQUIRED, "housing.csv", "dbn", 2, 1),
            (Problem.REQUIRED, "attendance.csv", "dbn", 2, 1),
        ]


class TestSentences:
    @pytest.mark.parametrize("code", CATALOGUES)
    @pytest.mark.parametrize("problem", Problem)
    def test_say_where_what_and_what_to_do(self, problem: Problem, code: str) -> None:
        sentence = Finding(problem, "absence.csv", None, "units", 1234, 3, "10").say(Language(code))
        place, what = sentence.split(": ", 1)
        assert place.startswith("absence.csv, ")
        assert "units" in place
        assert "1234" in place
        assert what.endswith(".")
        assert "{" not in sentence

    @pytest.mark.parametrize("code", [code for code in CATALOGUES if code != "en"])
    def test_are_translated(self, code: str) -> None:
        findings = [Finding(problem, "absence.csv", detail="10") for problem in Problem]
        untranslated = [
            finding.problem
            for finding in findings
            if finding.say(Language(code)) == finding.say(Language("en"))
        ]
        assert not untranslated

    def test_say_no_more_than_they_know(self) -> None:
        assert Finding(Problem.EMPTY, "a.csv").say(Language("en")) == (
            "a.csv: the file is empty. Export it again."
        )
        assert Finding(Problem.TOO_SMALL, "a.csv", None, "units", 7, detail="0").say(Language("en")) == (
            "a.csv, column units, row 7: the value is smaller than 0. Correct it."
        )

    def test_a_refusal_says_all_of_them(self) -> None:
        refused = Refused([Finding(Problem.EMPTY, "a.csv"), Finding(Problem.BROKEN, "b.csv")])
        assert "a.csv: the file is empty" in str(refused)
        assert "b.csv: the file breaks off" in str(refused)


class TestBetweenTables:
    def test_months_in_one_file_and_the_year_in_another_are_refused(self, tmp_path: Path) -> None:
        months = write_csv(tmp_path / "months.csv", ABSENCE, absence_row(), absence_row(month=10))
        year = write_csv(tmp_path / "year.csv", ABSENCE, absence_row(month="", units=10))
        assert [where(finding)[:2] for finding in refusal(months, year)] == [
            (Problem.MONTHS_AND_YEAR, "year.csv")
        ]

    @pytest.mark.parametrize("total", ["Totaal", "TOTAL", "totaux", "Alle scholen"])
    def test_a_total_is_no_school(self, tmp_path: Path, total: str) -> None:
        rows = [absence_row(), absence_row(school_id="S2"), absence_row(school_id=total, units=10)]
        [finding] = refusal(write_csv(tmp_path / "absence.csv", ABSENCE, *rows))
        assert (finding.problem, finding.row) == (Problem.TOTALS_ROW, 4)

    @pytest.mark.parametrize("other", ["s1", "0S1"])
    def test_ids_that_look_alike_are_warned_of(self, tmp_path: Path, other: str) -> None:
        path = write_csv(tmp_path / "absence.csv", ABSENCE, absence_row(), absence_row(school_id=other))
        assert [finding.problem for finding in read(path).findings] == [Problem.ALIKE_SCHOOLS]

    def test_more_absent_than_possible_is_refused_by_month_and_by_year(self, tmp_path: Path) -> None:
        header = ("school_id", "school_year", "breakdown", "member", "month", "pupils", "possible")
        months = [("S1", "2024-25", "all", "", month, 10, 300) for month in (9, 10)]
        enrolment = write_csv(tmp_path / "enrolment.csv", header, *months)
        fits = write_csv(tmp_path / "absence.csv", ABSENCE, absence_row(units=300), absence_row(month=10))
        assert read(enrolment, fits).facts
        much = write_csv(tmp_path / "absence.csv", ABSENCE, absence_row(units=301), absence_row(month=10))
        assert [finding.problem for finding in refusal(enrolment, much)] == [Problem.MORE_THAN_POSSIBLE]

    def test_a_part_is_not_larger_than_its_whole(self, tmp_path: Path) -> None:
        header = load_contracts()["measure"].columns
        fits = [("S1", "2024-25", name, "", 5, 5, 90) for name in ("edge", "september")]
        larger = [("S1", "2024-25", name, "", 12.5, 1, 90) for name in ("gini", "late_minutes")]
        path = write_csv(tmp_path / "measure.csv", header, *fits, *larger)
        assert read(path).facts
        wrong = write_csv(tmp_path / "measure.csv", header, *fits, ("S1", "2024-25", "exam", "", 6, 5, 90))
        [finding] = refusal(wrong)
        assert (finding.problem, finding.row) == (Problem.PART_OVER_WHOLE, 4)

    def test_more_answers_than_invited_are_told_once_a_group(self, tmp_path: Path) -> None:
        header = load_contracts()["survey_summary"].columns
        rows = [
            ("S1", "2024-25", "parents", "T1", 40, 41, 60, "", ""),
            ("S1", "2024-25", "parents", "T2", 40, 41, 60, "", ""),
            ("S1", "2024-25", "teachers", "T1", 40, 40, 60, "", ""),
        ]
        upload = read(write_csv(tmp_path / "survey_summary.csv", header, *rows))
        [finding] = [one for one in upload.findings if one.problem is Problem.MORE_THAN_INVITED]
        assert (finding.row, finding.rows, finding.refuses) == (2, 1, False)

    def test_a_summary_may_give_a_mean_or_a_share(self, tmp_path: Path) -> None:
        header = load_contracts()["survey_summary"].columns
        given = [("60", "", "exact"), ("", "0.5", "exact"), ("60", "0.5", "exact"), ("", "", "not_asked")]
        rows = [
            ("S1", "2024-25", "parents", f"T{place}", 40, 30, mean, share, "")
            for place, (mean, share, _) in enumerate(given)
        ]
        [report] = read(write_csv(tmp_path / "survey_summary.csv", header, *rows)).files
        assert report.statuses == {"favourable": {"exact": 3, "not_asked": 1}}
        means = write_csv(tmp_path / "survey_summary.csv", header[:-2], *[row[:-2] for row in rows[:1]])
        [report] = read(means).files
        assert list(report.statuses.values()) == [{"exact": 1}]

    def test_bands_that_are_whole_add_up_to_their_base(self, tmp_path: Path) -> None:
        bands = [
            pupil_band_row(at_least=0, below=5, pupils=80),
            pupil_band_row(at_least=5, below="", pupils=20),
        ]
        assert read(write_csv(tmp_path / "bands.csv", PUPIL_BAND, *bands)).facts
        bands[1] = pupil_band_row(at_least=5, below="", pupils=19)
        assert [f.problem for f in refusal(write_csv(tmp_path / "bands.csv", PUPIL_BAND, *bands))] == [
            Problem.BANDS_NOT_BASE
        ]

    def test_kinds_do_not_exceed_the_total_that_is_given(self, tmp_path: Path) -> None:
        rows = [
            absence_row(code="any", units=5),
            absence_row(code="B", units=3),
            absence_row(code="Z", units=3),
        ]
        assert [f.problem for f in refusal(write_csv(tmp_path / "absence.csv", ABSENCE, *rows))] == [
            Problem.KINDS_NOT_TOTAL
        ]

    def test_a_calendar_has_so_many_half_days(self, tmp_path: Path) -> None:
        header = ("school_id", "school_year", "breakdown", "member", "month", "pupils", "possible")
        row = ("S1", "2024-25", "all", "", 9, 100, 9000)
        assert [f.problem for f in refusal(write_csv(tmp_path / "enrolment.csv", header, row))] == [
            Problem.IMPOSSIBLE_HALF_DAYS
        ]

    def test_a_column_may_be_called_anything(self, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "absence.csv", [*ABSENCE, "x FROM source"], [*absence_row(), 1])
        assert [finding.problem for finding in refusal(path)] == [Problem.OTHER_COLUMNS]

    def test_capitals_in_the_header_do_not_count(self, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "absence.csv", [name.upper() for name in ABSENCE], absence_row())
        assert read(path).facts

    def test_two_columns_that_differ_in_capitals_are_refused(self, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "absence.csv", [*ABSENCE, "UNITS"], [*absence_row(), 1])
        assert [finding.problem for finding in refusal(path)] == [Problem.REPEATED_COLUMN]
