"""Files as they come: separators, encodings, titles above the table, workbooks of many parts, archives."""

import datetime
import io
import zipfile
from collections.abc import Callable, Sequence
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from mirrors.definitions import load_profile
from mirrors.intake import Refused, Upload, read_upload
from mirrors.intake.reading import SourceFile, SourceTable, read_files
from mirrors.intake.rules import Problem
from mirrors.intake.upload import known_headings
from tests.uploads import (
    ABSENCE,
    CONTEXT,
    absence_row,
    context_row,
    csv_bytes,
    facts_in,
    handed,
    parquet_bytes,
    xlsx_bytes,
)

KNOWN = known_headings(load_profile("templates"))
HEADER = "school_id,school_year,breakdown,member,month,code,units"
ROWS = ["S1,2024-25,all,,9,B,5", "S2,2024-25,all,,10,Z,7"]


def read(name: str, content: bytes | str) -> SourceFile:
    [source] = read_files(handed(name, content), KNOWN)
    return source


def table(name: str, content: bytes | str) -> SourceTable:
    [found] = read(name, content).tables
    return found


def column(found: SourceTable, name: str) -> list[str | None]:
    return list(found.rows[name].to_pylist())


def rows_of(found: SourceTable) -> list[int]:
    return list(found.rows["source_row"].to_pylist())


def upload(name: str, content: bytes | str) -> Upload:
    return read_upload([handed(name, content)], load_profile("templates"))


def problems(name: str, content: bytes | str) -> list[Problem]:
    with pytest.raises(Refused) as refused:
        upload(name, content)
    return [finding.problem for finding in refused.value.findings]


class TestText:
    @pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
    @pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
    @pytest.mark.parametrize("last", [True, False], ids=["ended", "open"])
    def test_any_usual_separator_and_line_ending(self, separator: str, ending: str, last: bool) -> None:
        text = ending.join([HEADER, *ROWS]).replace(",", separator) + (ending if last else "")
        found = table("absence.csv", text)
        assert found.header == ABSENCE
        assert column(found, "units") == ["5", "7"]
        assert column(found, "member") == [None, None]
        assert rows_of(found) == [2, 3]

    @pytest.mark.parametrize("name", ["absence.csv", "absence.txt", "absence.tsv", "ABSENCE.CSV"])
    def test_by_any_usual_name(self, name: str) -> None:
        assert column(table(name, "\n".join([HEADER, *ROWS])), "school_id") == ["S1", "S2"]

    def test_a_line_that_tells_the_separator_is_no_title(self) -> None:
        found = read("absence.csv", "\n".join(["sep=;", HEADER, *ROWS]).replace(",", ";"))
        assert column(found.tables[0], "units") == ["5", "7"]
        assert rows_of(found.tables[0]) == [3, 4]
        assert [margin.kind for margin in found.margins] == ["file_name"]

    @pytest.mark.parametrize("quoted", [True, False])
    def test_letters_with_accents_in_any_encoding(self, quoted: bool) -> None:
        name = '"Sint-André, Borgerhout"' if quoted else "Sint-André"
        text = f"school_id,school_year,name,school_type\nS1,2024-25,{name},primary\n"
        for encoding in ("utf-8", "utf-8-sig", "cp1252"):
            found = read("schools.csv", text.encode(encoding))
            assert column(found.tables[0], "name") == [name.strip('"')]
            assert found.tables[0].header[0] == "school_id"
            read_as_windows = [finding.problem for finding in found.findings] == [Problem.READ_AS_WINDOWS]
            assert read_as_windows is (encoding == "cp1252")

    def test_titles_above_the_table_are_passed_over_and_searched(self) -> None:
        text = "\n".join(["Afwezigheden 2024-25", "", "Export van de stad;;;", HEADER.replace(",", ";")])
        found = read("absence.csv", text + "\n" + ROWS[0].replace(",", ";"))
        assert column(found.tables[0], "units") == ["5"]
        assert rows_of(found.tables[0]) == [5]
        assert ("title", "Export van de stad", 3) in [(m.kind, m.text, m.row) for m in found.margins]
        assert Problem.EXTRA_ROWS in [finding.problem for finding in found.findings]

    def test_a_header_of_two_rows_is_one_header(self) -> None:
        text = ";School;;\nschool_id;school_year;name;school_type\nS1;2024-25;De Linde;primary\n"
        assert column(table("schools.csv", text), "name") == ["De Linde"]

    def test_a_heading_that_stands_in_two_rows_is_put_together(self) -> None:
        upper, lower = ["school", "", "x", ""], ["id", "year", "name", "type"]
        text = "\n".join(map(",".join, [upper, lower, ["S1", "2024-25", "De Linde", "primary"]]))
        [found] = read_files(handed("a.csv", text), {"school id", "school year"})[0].tables
        assert found.header == ("school id", "school year", "x name", "x type")

    def test_rows_that_hold_nothing_are_passed_over(self) -> None:
        found = table("absence.csv", "\n".join([HEADER, ROWS[0], ",,,,,,", "", '"",,,,,,', ROWS[1]]))
        assert rows_of(found) == [2, 6]

    def test_the_columns_at_the_edge_that_hold_nothing_are_left_out(self) -> None:
        found = table("absence.csv", "\n".join(line + ",," for line in [HEADER, *ROWS]))
        assert found.header == ABSENCE

    def test_a_column_without_a_name_must_not_hold_anything(self) -> None:
        text = "\n".join([HEADER + ",", ROWS[0] + ",secret"])
        with pytest.raises(Refused) as refused:
            read("absence.csv", text)
        [finding] = refused.value.findings
        assert (finding.problem, finding.column) == (Problem.NAMELESS_COLUMN, "8")

    def test_every_row_that_is_too_short_is_listed(self) -> None:
        with pytest.raises(Refused) as refused:
            read("absence.csv", "\n".join([HEADER, "S1,2024-25", ROWS[0], "S2"]))
        [finding] = refused.value.findings
        assert (finding.problem, finding.places, finding.rows) == (Problem.ROW_LENGTH, (2, 4), 2)


class TestNumbersAndDates:
    @pytest.mark.parametrize(
        ("texts", "values"),
        [
            (["1,5", "2"], [1.5, 2.0]),
            (["1.234,5", "12"], [1234.5, 12.0]),
            (["1 234,5", "12,25"], [1234.5, 12.25]),
            (["1\u00a0234", "12,5"], [1234.0, 12.5]),
            (["1,234.5", "1,000"], [1234.5, 1000.0]),
            (["1,234", "0,5"], [1.234, 0.5]),
            (["1.5", "2.25"], [1.5, 2.25]),
        ],
    )
    def test_decimal_commas_and_thousands(self, texts: Sequence[str], values: Sequence[float]) -> None:
        rows = [f"S{place};2024-25;all;;9;B;{text}" for place, text in enumerate(texts)]
        taken = upload("absence.csv", "\n".join([HEADER.replace(",", ";"), *rows]))
        assert facts_in(taken)["absence"]["units"].to_pylist() == pytest.approx(values)

    @pytest.mark.parametrize("text", ["1,234", "1.234", "12.000"])
    def test_what_can_be_read_in_two_ways_is_refused(self, text: str) -> None:
        row = f"S1;2024-25;all;;9;B;{text}"
        assert problems("absence.csv", f"{HEADER.replace(',', ';')}\n{row}\n") == [Problem.AMBIGUOUS_NUMBER]

    def test_a_point_is_decimal_where_commas_separate(self) -> None:
        taken = upload("absence.csv", f"{HEADER}\nS1,2024-25,all,,9,B,1.234\n")
        assert facts_in(taken)["absence"]["units"].to_pylist() == [1.234]

    @pytest.mark.parametrize("label", ["2024-25", "2024-2025", "2024/25", "2024/2025", "2024 - 2025"])
    def test_a_school_year_in_any_usual_form(self, label: str) -> None:
        taken = upload("absence.csv", f"{HEADER}\nS1,{label},all,,9,B,5\n")
        assert facts_in(taken)["absence"]["school_year"].to_pylist() == ["2024-25"]

    @pytest.mark.parametrize(
        "text",
        [
            "2024-11-11",
            "11/11/2024",
            "11-11-2024",
            "11.11.2024",
            "11/11/2024 00:00",
            "2024-11-11 00:00:00",
            "2024-11-11T00:00:00",
            "2024-11-11 00:00:00.000000",
        ],
    )
    def test_a_date_in_any_usual_form(self, text: str) -> None:
        taken = upload(
            "calendar.csv", f"school_id,school_year,date,half_day,kind\nS1,2024-25,{text},day,free\n"
        )
        assert [str(day) for day in facts_in(taken)["calendar"]["date"].to_pylist()] == ["2024-11-11"]

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("31/02/2025", Problem.NOT_A_DATE),
            ("soon", Problem.NOT_A_DATE),
            ("01/11/24", Problem.NOT_A_DATE),
            ("2024-11-11 25:00", Problem.NOT_A_DATE),
            ("2024-08-31", None),
            ("2025-09-01", Problem.OTHER_YEAR),
            ("2024-07-31", Problem.OTHER_YEAR),
        ],
    )
    def test_a_date_must_be_one_and_in_its_year(self, text: str, problem: Problem | None) -> None:
        content = f"school_id,school_year,date,half_day,kind\nS1,2024-25,{text},day,free\n"
        if problem is None:
            assert upload("calendar.csv", content).facts
        else:
            assert problems("calendar.csv", content) == [problem]


def workbook(write: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        write(book)
    return content.getvalue()


def sheet(book: xlsxwriter.Workbook, name: str, rows: Sequence[Sequence[object]], top: int = 0) -> object:
    made = book.add_worksheet(name)
    for place, row in enumerate(rows):
        made.write_row(top + place, 0, row)
    return made


TABLE = [list(ABSENCE), absence_row(), absence_row(month=10)]


class TestWorkbooks:
    def test_a_merged_title_and_a_second_header_row(self) -> None:
        def write(book: xlsxwriter.Workbook) -> None:
            made = book.add_worksheet("Afwezigheden")
            made.merge_range(0, 0, 0, 6, "Overzicht van de afwezigheden")
            made.merge_range(1, 0, 1, 1, "School")
            for place, row in enumerate(TABLE):
                made.write_row(2 + place, 0, row)

        found = read("absence.xlsx", workbook(write))
        assert found.tables[0].header == ABSENCE
        assert rows_of(found.tables[0]) == [4, 5]
        assert "Overzicht van de afwezigheden" in [margin.text for margin in found.margins]

    def test_a_hidden_sheet_is_searched_and_not_loaded(self) -> None:
        def write(book: xlsxwriter.Workbook) -> None:
            sheet(book, "absence", TABLE)
            sheet(book, "old", [["mine", "info@example.org"]]).hide()  # type: ignore[attr-defined]

        found = read("absence.xlsx", workbook(write))
        assert [one.sheet for one in found.tables] == ["absence"]
        assert "info@example.org" in [margin.text for margin in found.margins]
        assert Problem.HIDDEN_SHEET in [finding.problem for finding in found.findings]
        assert problems("absence.xlsx", workbook(write)) == [Problem.EMAIL]

    def test_two_sheets_that_hold_tables_are_both_read(self) -> None:
        def write(book: xlsxwriter.Workbook) -> None:
            sheet(book, "September", TABLE[:2])
            sheet(book, "October", [TABLE[0], TABLE[2]])
            sheet(book, "Explanation", [["units", "half-days"], ["month", "calendar month"]])

        taken = upload("absence.xlsx", workbook(write))
        assert [report.sheet for report in taken.files] == ["September", "October"]
        assert facts_in(taken)["absence"]["month"].to_pylist() == [9, 10]

    def test_formulas_are_read_as_calculated_and_told(self) -> None:
        def write(book: xlsxwriter.Workbook) -> None:
            made = sheet(book, "absence", TABLE)
            made.write_formula("G2", "=2+3", None, 5)  # type: ignore[attr-defined]

        taken = upload("absence.xlsx", workbook(write))
        assert facts_in(taken)["absence"]["units"].to_pylist() == [5, 5]
        assert [finding.problem for finding in taken.findings] == [Problem.FORMULAS]

    def test_hidden_columns_are_read_and_told(self) -> None:
        def write(book: xlsxwriter.Workbook) -> None:
            sheet(book, "absence", TABLE).set_column(3, 3, None, None, {"hidden": True})  # type: ignore[attr-defined]

        assert [finding.problem for finding in upload("absence.xlsx", workbook(write)).findings] == [
            Problem.HIDDEN_COLUMN
        ]

    def test_comments_refuse_the_file(self) -> None:
        def write(book: xlsxwriter.Workbook) -> None:
            sheet(book, "absence", TABLE).write_comment("A2", "seen")  # type: ignore[attr-defined]

        assert Problem.COMMENTS in problems("absence.xlsx", workbook(write))

    def test_the_author_is_told_and_not_kept(self) -> None:
        def write(book: xlsxwriter.Workbook) -> None:
            sheet(book, "absence", TABLE)
            book.set_properties({"author": "Jan Peeters"})

        taken = upload("absence.xlsx", workbook(write))
        assert [finding.problem for finding in taken.findings] == [Problem.AUTHOR]
        assert "Peeters" not in repr(taken)

    def test_pictures_refuse_the_file(self) -> None:
        def write(book: xlsxwriter.Workbook) -> None:
            png = bytes.fromhex(
                "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360"
                "6060f80f0001050101cf9e3ad60000000049454e44ae426082"
            )
            made = sheet(book, "absence", TABLE)
            made.insert_image("J2", "dot.png", {"image_data": io.BytesIO(png)})  # type: ignore[attr-defined]

        assert problems("absence.xlsx", workbook(write)) == [Problem.EMBEDDED]

    def test_macros_refuse_the_file(self) -> None:
        packed = io.BytesIO(xlsx_bytes(ABSENCE, [absence_row()]))
        with zipfile.ZipFile(packed, "a") as package:
            package.writestr("xl/vbaProject.bin", b"macro")
        assert problems("absence.xlsm", packed.getvalue()) == [Problem.MACROS]

    def test_a_workbook_with_a_password_is_told_so(self) -> None:
        assert problems("absence.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600) == [Problem.LOCKED]

    def test_dates_and_numbers_come_as_texts_that_say_the_same(self) -> None:
        def write(book: xlsxwriter.Workbook) -> None:
            made = book.add_worksheet("x")
            made.write_row(0, 0, ["school_id", "school_year", "value"])
            made.write_datetime(
                1, 0, datetime.datetime(2024, 11, 11), book.add_format({"num_format": "dd/mm/yy"})
            )
            made.write_row(1, 1, [2024, 0.25])

        found = table("x.xlsx", workbook(write))
        assert [column(found, name) for name in found.header] == [["2024-11-11"], ["2024"], ["0.2500"]]

    @pytest.mark.parametrize("number", [7.125, 23.375, 1e-5, 1234567.125, 0.1, -1.5, 1e14, 120.0])
    def test_numbers_are_numbers_whatever_the_texts_beside_them(self, number: float) -> None:
        rows = [context_row(value="12,5"), context_row(school_id="S2", value=number)]
        taken = upload("context.xlsx", xlsx_bytes(CONTEXT, rows))
        assert facts_in(taken)["context"]["value"].to_pylist() == [12.5, number]

    @pytest.mark.parametrize("make", [xlsx_bytes, parquet_bytes])
    def test_texts_that_can_be_read_in_two_ways_are_refused(self, make: Callable[..., bytes]) -> None:
        suffix = "xlsx" if make is xlsx_bytes else "parquet"
        content = make(ABSENCE, [absence_row(units="1.234")])
        assert problems(f"absence.{suffix}", content) == [Problem.AMBIGUOUS_NUMBER]

    def test_numbers_do_not_tell_how_texts_are_written(self) -> None:
        content = xlsx_bytes(ABSENCE, [absence_row(units="1.234"), absence_row(month=10, units=7.5)])
        assert problems("absence.xlsx", content) == [Problem.AMBIGUOUS_NUMBER]

    @pytest.mark.parametrize("kind", [pa.float64(), pa.float32(), pa.decimal128(9, 3)])
    def test_numbers_of_a_parquet_file_are_not_in_doubt(self, kind: pa.DataType) -> None:
        values = pa.array(
            [Decimal("7.125"), Decimal("23.375")] if pa.types.is_decimal(kind) else [7.125, 23.375], kind
        )
        table = {"school_id": ["S1", "S2"], "school_year": ["2024-25"] * 2, "feature": ["deprivation"] * 2}
        content = io.BytesIO()
        pq.write_table(pa.table({**table, "value": values}), content)
        taken = upload("context.parquet", content.getvalue())
        assert facts_in(taken)["context"]["value"].to_pylist() == [7.125, 23.375]

    def test_an_error_is_no_empty_cell(self) -> None:
        def write(book: xlsxwriter.Workbook) -> None:
            made = sheet(book, "absence", TABLE)
            made.write_formula(1, ABSENCE.index("month"), "=NA()", None, "#N/A")  # type: ignore[attr-defined]

        assert Problem.NOT_A_NUMBER in problems("absence.xlsx", workbook(write))


def packed(members: dict[str, bytes], level: int = 6) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return content.getvalue()


CSV = csv_bytes(ABSENCE, [absence_row()])
MORE = parquet_bytes(ABSENCE, [absence_row(month=10)])


class TestArchives:
    def test_are_read_as_the_files_in_them(self) -> None:
        content = packed({"2024/absence.csv": CSV, "more.parquet": MORE, "__MACOSX/._absence.csv": b"\0"})
        taken = upload("city.zip", content)
        assert [report.file for report in taken.files] == [
            "city.zip/2024/absence.csv",
            "city.zip/more.parquet",
        ]
        assert facts_in(taken)["absence"]["month"].to_pylist() == [9, 10]

    @pytest.mark.parametrize(
        ("members", "problem"),
        [
            pytest.param({}, Problem.EMPTY, id="nothing"),
            pytest.param({"../absence.csv": CSV}, Problem.ARCHIVE, id="out of the archive"),
            pytest.param({"/etc/absence.csv": CSV}, Problem.ARCHIVE, id="from the root"),
            pytest.param({"c:\\absence.csv": CSV}, Problem.ARCHIVE, id="from a drive"),
            pytest.param({"a.zip": packed({"b.csv": CSV})}, Problem.ARCHIVE, id="in an archive"),
            pytest.param({f"{n}.csv": CSV for n in range(101)}, Problem.ARCHIVE, id="very many"),
            pytest.param({"a.exe": CSV}, Problem.UNKNOWN_FORMAT, id="no table"),
            pytest.param({"a.csv": b"0" * (30 << 20)}, Problem.ARCHIVE, id="a trap that expands"),
        ],
    )
    def test_are_refused(self, members: dict[str, bytes], problem: Problem) -> None:
        assert problems("city.zip", packed(members)) == [problem]

    def test_that_lie_about_their_size_are_refused(self) -> None:
        content = bytearray(packed({"a.csv": CSV * 2000}))
        place = content.rfind(b"PK\x01\x02")
        content[place + 24 : place + 28] = (10).to_bytes(4, "little")
        assert problems("city.zip", bytes(content)) == [Problem.BROKEN]

    def test_that_break_off_are_refused(self) -> None:
        assert problems("city.zip", packed({"a.csv": CSV})[:-20]) == [Problem.BROKEN]

    def test_every_member_that_is_wrong_is_told(self) -> None:
        content = packed({"a.csv": b"", "b.csv": CSV, "c.doc": b"x"})
        with pytest.raises(Refused) as refused:
            upload("city.zip", content)
        assert [finding.file for finding in refused.value.findings] == ["city.zip/a.csv", "city.zip/c.doc"]
