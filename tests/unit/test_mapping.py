"""Mapping profiles: how a provider's columns and markers become our facts."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from mirrors.definitions import Profile
from mirrors.intake import FileReport
from mirrors.intake.rules import Problem
from mirrors.jobs import take_in
from mirrors.store import open_facts
from tests.uploads import facts_in, read, refusal, write_csv

MARKERS = {
    "missing": ["*", "s"],
    "not_asked": ["NA"],
    "at_least": [r"^>= ([\d.]+%?)$", r"^Above ([\d.]+%)$"],
    "at_most": [r"^<= ([\d.]+%?)$"],
}
Fact = tuple[float | None, str]


def a_profile(*layouts: dict[str, Any]) -> Profile:
    """Return a profile of a provider with its own layouts and markers."""
    return Profile.model_validate(
        {
            "id": "provider",
            "title": {"en": "A provider"},
            "jurisdiction": "new-york",
            "city": "Somewhere",
            "markers": MARKERS,
            "layouts": layouts,
        }
    )


def a_layout(
    take: dict[str, Any], columns: dict[str, list[str]] | None = None, **more: Any
) -> dict[str, Any]:
    """Return the layout of a file with a school, a year, a figure and its counterpart, giving context."""
    return {
        "id": "figures",
        "columns": columns or {"id": ["School"], "year": ["Year"], "figure": ["Figure"], "other": ["Other"]},
        "school_id": "{id}",
        "school_year": "year",
        "facts": [{"into": "context", "set": {"feature": "poverty"}, "take": {"value": take}}],
        **more,
    }


def values(tmp_path: Path, take: dict[str, Any], *cells: tuple[str, str]) -> list[Fact]:
    """Return (value, status) as the layout reads the figure and its counterpart in each row."""
    rows = [(f"S{number}", "2018-19", figure, other) for number, (figure, other) in enumerate(cells)]
    path = write_csv(tmp_path / "figures.csv", ("School", "Year", "Figure", "Other"), *rows)
    facts = facts_in(read(path, profile=a_profile(a_layout(take))))["context"]
    return list(zip(facts["value"].to_pylist(), facts["status"].to_pylist(), strict=True))


def value(tmp_path: Path, figure: str, **take: Any) -> Fact:
    """Return (value, status) of one figure."""
    [fact] = values(tmp_path, {"column": "figure", **take}, (figure, ""))
    return fact


class TestMarkers:
    @pytest.mark.parametrize("marker", ["*", "s"])
    def test_a_suppressed_value_is_missing(self, tmp_path: Path, marker: str) -> None:
        assert value(tmp_path, marker) == (None, "missing")

    def test_a_value_that_was_not_asked_says_so(self, tmp_path: Path) -> None:
        assert value(tmp_path, "NA") == (None, "not_asked")

    def test_a_lower_bound_is_kept_as_a_bound(self, tmp_path: Path) -> None:
        assert value(tmp_path, ">= 95.0", percent=True) == (0.95, "at_least")

    def test_an_upper_bound_is_kept_as_a_bound(self, tmp_path: Path) -> None:
        assert value(tmp_path, "<= 5.0", percent=True) == (0.05, "at_most")

    def test_a_bound_may_be_written_in_per_cent(self, tmp_path: Path) -> None:
        assert value(tmp_path, "Above 95%") == (0.95, "at_least")

    def test_the_bound_itself_is_an_exact_value(self, tmp_path: Path) -> None:
        assert value(tmp_path, "95.0", percent=True) == (0.95, "exact")

    @pytest.mark.parametrize("text", ["95.0 >=", ">= many", "S", "**", "Above 95"])
    def test_what_only_looks_like_a_marker_is_refused(self, tmp_path: Path, text: str) -> None:
        path = write_csv(
            tmp_path / "figures.csv", ("School", "Year", "Figure", "Other"), ("S1", "2018-19", text, "")
        )
        [finding] = refusal(path, profile=a_profile(a_layout({"column": "figure"})))
        assert (finding.problem, finding.column, finding.row) == (Problem.NOT_A_NUMBER, "Figure", 2)

    def test_markers_of_one_file_are_counted_in_the_report(self, tmp_path: Path) -> None:
        rows = [(f"S{n}", "2018-19", text, "") for n, text in enumerate(("*", "s", "0.5", ">= 0.9"))]
        path = write_csv(tmp_path / "figures.csv", ("School", "Year", "Figure", "Other"), *rows)
        [report] = read(path, profile=a_profile(a_layout({"column": "figure"}))).files
        assert report.statuses == {"Figure": {"missing": 2, "exact": 1, "at_least": 1}}


class TestComplement:
    def test_is_what_is_left_of_one(self, tmp_path: Path) -> None:
        assert value(tmp_path, "93.7", percent=True, complement=True) == (0.063, "exact")

    def test_turns_a_lower_bound_into_an_upper_one(self, tmp_path: Path) -> None:
        assert value(tmp_path, ">= 95.0", percent=True, complement=True) == (0.05, "at_most")

    def test_turns_an_upper_bound_into_a_lower_one(self, tmp_path: Path) -> None:
        assert value(tmp_path, "<= 5.0", percent=True, complement=True) == (0.95, "at_least")

    def test_of_a_missing_value_is_missing(self, tmp_path: Path) -> None:
        assert value(tmp_path, "*", percent=True, complement=True) == (None, "missing")


class TestPercent:
    def test_a_number_in_a_column_of_per_cents_is_divided(self, tmp_path: Path) -> None:
        assert value(tmp_path, "35.8", percent=True) == (pytest.approx(0.358), "exact")

    @pytest.mark.parametrize("percent", [True, False])
    @pytest.mark.parametrize("text", ["35.8%", "35.8 %"])
    def test_a_per_cent_sign_divides_once_whatever_the_column(
        self, tmp_path: Path, text: str, percent: bool
    ) -> None:
        assert value(tmp_path, text, percent=percent) == (pytest.approx(0.358), "exact")

    def test_a_share_is_read_as_it_stands(self, tmp_path: Path) -> None:
        assert value(tmp_path, "0.358") == (0.358, "exact")

    @pytest.mark.parametrize("text", ["1_000", "1e3", "0x10", "1e-3", "5.", "inf"])
    def test_what_only_a_database_takes_for_a_number_is_refused(self, tmp_path: Path, text: str) -> None:
        path = write_csv(
            tmp_path / "figures.csv", ("School", "Year", "Figure", "Other"), ("S1", "2018-19", text, "")
        )
        [finding] = refusal(path, profile=a_profile(a_layout({"column": "figure"})))
        assert (finding.problem, finding.column) == (Problem.NOT_A_NUMBER, "Figure")


class TestTranslations:
    def layout(self) -> dict[str, Any]:
        take = {
            "breakdown": {"column": "of", "values": {"alle": "all"}},
            "month": {"column": "month", "values": {"september": "9"}},
            "code": {"column": "code"},
            "units": {"column": "units"},
        }
        names = ("id", "year", "of", "month", "code", "units")
        columns = {name: [name] for name in names}
        facts = [{"into": "absence", "take": take}]
        return {
            "id": "months",
            "columns": columns,
            "school_id": "{id}",
            "school_year": "year",
            "facts": facts,
        }

    def written(self, tmp_path: Path, *rows: tuple[str, str]) -> Path:
        cells = [("S1", "2018-19", of, month, "any", "5") for of, month in rows]
        return write_csv(tmp_path / "months.csv", ("id", "year", "of", "month", "code", "units"), *cells)

    def test_give_a_number_its_meaning(self, tmp_path: Path) -> None:
        path = self.written(tmp_path, ("alle", "september"), ("all", "10"))
        facts = facts_in(read(path, profile=a_profile(self.layout())))["absence"]
        assert facts["month"].to_pylist() == [9, 10]
        assert facts["breakdown"].to_pylist() == ["all", "all"]

    @pytest.mark.parametrize(
        ("row", "problem", "column"),
        [
            (("iedereen", "september"), Problem.NOT_IN_LIST, "of"),
            (("alle", "zomer"), Problem.NOT_A_NUMBER, "month"),
        ],
    )
    def test_a_text_that_nobody_translated_is_refused(
        self, tmp_path: Path, row: tuple[str, str], problem: Problem, column: str
    ) -> None:
        [finding] = refusal(self.written(tmp_path, row), profile=a_profile(self.layout()))
        assert (finding.problem, finding.column) == (problem, column)


class TestMinus:
    TAKE = {"column": "figure", "minus": "other"}

    def test_gives_the_difference_of_two_columns(self, tmp_path: Path) -> None:
        assert values(tmp_path, self.TAKE, ("180", "171.5")) == [(8.5, "exact")]

    def test_is_missing_when_either_is(self, tmp_path: Path) -> None:
        cells = [("*", "171"), ("180", "*"), ("*", "*")]
        assert values(tmp_path, self.TAKE, *cells) == [(None, "missing")] * 3

    def test_keeps_the_bound_of_what_is_taken_from(self, tmp_path: Path) -> None:
        assert values(tmp_path, self.TAKE, (">= 180", "170")) == [(10, "at_least")]

    def test_turns_the_bound_of_what_is_taken_away(self, tmp_path: Path) -> None:
        cells = [("180", ">= 170"), ("180", "<= 170")]
        assert values(tmp_path, self.TAKE, *cells) == [(10, "at_most"), (10, "at_least")]

    def test_needs_both_columns_filled(self, tmp_path: Path) -> None:
        header, row = ("School", "Year", "Figure", "Other"), ("S1", "2018-19", "180", "")
        path = write_csv(tmp_path / "figures.csv", header, row)
        [finding] = refusal(path, profile=a_profile(a_layout(self.TAKE)))
        assert (finding.problem, finding.column) == (Problem.REQUIRED, "Figure")


STAGES = {
    "id": "grades",
    "columns": {"id": ["School"], "year": ["Year"], "k": ["K"], "g6": ["6"], "g9": ["9"], "g10": ["10"]},
    "school_id": "{id}",
    "school_year": "year",
    "facts": [
        {
            "into": "schools",
            "take": {
                "school_type": {
                    "stages": {"elementary": ["k"], "middle": ["g6"], "high": ["g9", "g10"]},
                    "share": 0.1,
                    "otherwise": "other",
                },
                "name": {"column": "id"},
            },
        }
    ],
}


class TestStages:
    @pytest.mark.parametrize(
        ("pupils", "school_type"),
        [
            ((100, 0, 0, 0), "elementary"),
            ((0, 0, 40, 60), "high"),
            ((50, 50, 0, 0), "elementary + middle"),
            ((40, 40, 10, 10), "elementary + middle + high"),
            ((50, 0, 50, 0), "elementary + high"),
            ((91, 9, 0, 0), "elementary"),
            ((90, 10, 0, 0), "elementary + middle"),
            ((90, 0, 5, 5), "elementary + high"),
            ((0, 0, 0, 0), "other"),
            (("", "", "", ""), "other"),
            (("", 12, "", ""), "middle"),
        ],
    )
    def test_are_those_that_hold_a_tenth_of_the_pupils(
        self, tmp_path: Path, pupils: tuple[object, ...], school_type: str
    ) -> None:
        header = ("School", "Year", "K", "6", "9", "10")
        path = write_csv(tmp_path / "grades.csv", header, ("S1", "2018-19", *pupils))
        facts = facts_in(read(path, profile=a_profile(STAGES)))["schools"]
        assert facts["school_type"].to_pylist() == [school_type]


def school_ids(tmp_path: Path, pattern: str, *schools: tuple[str, str, str], **more: Any) -> list[str]:
    """Return the ids made of a district, a number and a band."""
    columns = {
        "district": ["District"],
        "number": ["Number"],
        "band": ["Band"],
        "year": ["Year"],
        "figure": ["Figure"],
    }
    layout = a_layout({"column": "figure"}, columns, school_id=pattern, **more)
    rows = [(*school, "2018-19", 1) for school in schools]
    path = write_csv(tmp_path / "figures.csv", ("District", "Number", "Band", "Year", "Figure"), *rows)
    return list(facts_in(read(path, profile=a_profile(layout)))["context"]["school_id"].to_pylist())


class TestSchoolId:
    def padded(self, tmp_path: Path, district: str, number: str) -> list[str]:
        widths = {"district": 2, "number": 4}
        return school_ids(tmp_path, "{district}-{number}", (district, number, ""), pad=widths)

    def test_is_put_together_from_its_parts(self, tmp_path: Path) -> None:
        assert school_ids(tmp_path, "{district}/{number}", ("30", "0012", "High")) == ["30/0012"]

    def test_parts_are_padded_with_zeros(self, tmp_path: Path) -> None:
        assert self.padded(tmp_path, "3", "12") == ["03-0012"]

    def test_padding_never_cuts_a_longer_part(self, tmp_path: Path) -> None:
        assert self.padded(tmp_path, "123", "12345") == ["123-12345"]

    def test_parts_are_lowered_when_the_layout_says_so(self, tmp_path: Path) -> None:
        assert school_ids(tmp_path, "{number}-{band}", ("", "A1", "High"), lower=["band"]) == ["A1-high"]

    def test_a_missing_part_refuses_the_row_and_names_the_columns(self, tmp_path: Path) -> None:
        columns = {"district": ["District"], "number": ["Number"], "year": ["Year"], "figure": ["Figure"]}
        layout = a_layout({"column": "figure"}, columns, school_id="{district}-{number}")
        path = write_csv(
            tmp_path / "figures.csv", ("District", "Number", "Year", "Figure"), ("30", "", "2018-19", 1)
        )
        [finding] = refusal(path, profile=a_profile(layout))
        assert (finding.problem, finding.column, finding.row) == (Problem.REQUIRED, "District, Number", 2)


class TestEndYear:
    LAYOUT = a_layout({"column": "figure"}, year_label="end_year")

    def years(self, tmp_path: Path, *labels: str) -> list[str]:
        rows = [(f"S{number}", label, 1, "") for number, label in enumerate(labels)]
        path = write_csv(tmp_path / "figures.csv", ("School", "Year", "Figure", "Other"), *rows)
        facts = facts_in(read(path, profile=a_profile(self.LAYOUT)))["context"]
        return list(facts["school_year"].to_pylist())

    def test_is_the_school_year_that_ends_in_it(self, tmp_path: Path) -> None:
        assert self.years(tmp_path, "2003", "2018", "2000", "2001") == [
            "2002-03",
            "2017-18",
            "1999-00",
            "2000-01",
        ]

    @pytest.mark.parametrize("label", ["03", "2018-19", "2003.7", "12003", "1850", "MMIII", ""])
    def test_other_labels_are_refused(self, tmp_path: Path, label: str) -> None:
        header, row = ("School", "Year", "Figure", "Other"), ("S1", label, 1, "")
        path = write_csv(tmp_path / "figures.csv", header, row)
        [finding] = refusal(path, profile=a_profile(self.LAYOUT))
        assert (finding.problem, finding.column) == (Problem.SCHOOL_YEAR, "Year")


class TestYearOfTheFile:
    def test_is_that_of_every_row_of_a_file_that_names_none(self, tmp_path: Path) -> None:
        columns = {"id": ["School"], "figure": ["Figure"]}
        layout = a_layout({"column": "figure"}, columns, year="2016-17")
        path = write_csv(tmp_path / "figures.csv", ("School", "Figure"), ("S1", 1), ("S2", 2))
        facts = facts_in(read(path, profile=a_profile(layout)))["context"]
        assert facts["school_year"].to_pylist() == ["2016-17", "2016-17"]
        again = write_csv(tmp_path / "figures.csv", ("School", "Figure"), ("S1", 1), ("S1", 2))
        assert [finding.problem for finding in refusal(again, profile=a_profile(layout))] == [Problem.TWICE]

    def test_is_a_school_year(self) -> None:
        with pytest.raises(ValidationError, match="year"):
            a_profile(a_layout({"column": "figure"}, year="2016"))


class TestRowsLeftOut:
    DROP = [{"column": "id", "equals": ["A", "All"], "why": "a total"}]
    KEEP = [{"column": "other", "equals": ["All Grades"], "why": "one grade"}]

    def report(self, tmp_path: Path, *rows: tuple[str, str]) -> tuple[FileReport, list[str]]:
        layout = a_layout({"column": "figure"}, drop=self.DROP, keep_only=self.KEEP)
        path = write_csv(
            tmp_path / "figures.csv",
            ("School", "Year", "Figure", "Other"),
            *((school, "2018-19", 1, grade) for school, grade in rows),
        )
        upload = read(path, profile=a_profile(layout))
        return upload.files[0], list(facts_in(upload)["context"]["school_id"].to_pylist())

    def test_are_counted_with_their_reason(self, tmp_path: Path) -> None:
        report, kept = self.report(
            tmp_path,
            ("S1", "All Grades"),
            ("S1", "Grade 1"),
            ("A", "All Grades"),
            ("S2", ""),
            ("All", "Grade 1"),
        )
        assert kept == ["S1"]
        assert (report.rows_read, report.rows_kept) == (5, 1)
        assert report.dropped == {"a total": 2, "one grade": 2}

    def test_are_not_checked(self, tmp_path: Path) -> None:
        layout = a_layout({"column": "figure"}, drop=self.DROP)
        path = write_csv(
            tmp_path / "figures.csv",
            ("School", "Year", "Figure", "Other"),
            ("A", "total", "many", ""),
            ("S1", "2018-19", "1", ""),
        )
        assert facts_in(read(path, profile=a_profile(layout)))["context"]["source_row"].to_pylist() == [3]

    def test_only_whole_values_are_matched(self, tmp_path: Path) -> None:
        _, kept = self.report(tmp_path, ("A1", "All Grades"), ("a", "All Grades"))
        assert kept == ["A1", "a"]

    def test_a_file_of_nothing_else_is_refused(self, tmp_path: Path) -> None:
        path = write_csv(
            tmp_path / "figures.csv", ("School", "Year", "Figure", "Other"), ("A", "2018-19", 1, "")
        )
        layout = a_layout({"column": "figure"}, drop=self.DROP)
        assert [finding.problem for finding in refusal(path, profile=a_profile(layout))] == [Problem.NO_ROWS]


class TestColumns:
    def test_an_optional_column_that_is_absent_was_not_asked(self, tmp_path: Path) -> None:
        layout = a_layout({"column": "figure"}, optional=["figure"])
        path = write_csv(tmp_path / "figures.csv", ("School", "Year", "Other"), ("S1", "2018-19", 1))
        facts = facts_in(read(path, profile=a_profile(layout)))["context"]
        assert facts.select(["value", "status"]).to_pylist() == [{"value": None, "status": "not_asked"}]

    def test_an_optional_column_that_is_there_must_be_filled(self, tmp_path: Path) -> None:
        layout = a_layout({"column": "figure"}, optional=["figure"])
        header, row = ("School", "Year", "Figure", "Other"), ("S1", "2018-19", "", 1)
        path = write_csv(tmp_path / "figures.csv", header, row)
        assert [finding.problem for finding in refusal(path, profile=a_profile(layout))] == [Problem.REQUIRED]

    def test_every_spelling_is_recognised(self, tmp_path: Path) -> None:
        columns = {"id": ["LSS Number", "LEA Number"], "year": ["Year"], "figure": ["Figure"]}
        layout = a_layout({"column": "figure"}, columns)
        for spelling in columns["id"]:
            path = write_csv(tmp_path / "figures.csv", (spelling, "Year", "Figure"), ("30", "2018-19", 1))
            facts = facts_in(read(path, profile=a_profile(layout)))["context"]
            assert facts["school_id"].to_pylist() == ["30"]

    def test_known_columns_that_are_not_used_may_be_there(self, tmp_path: Path) -> None:
        layout = a_layout({"column": "figure"}, ignore=["# *", "Budget"])
        header = ("School", "Year", "Figure", "Other", "# Asian", "Budget")
        path = write_csv(tmp_path / "figures.csv", header, ("S1", "2018-19", 1, "", 5, "x"))
        assert facts_in(read(path, profile=a_profile(layout)))["context"].num_rows == 1

    def test_a_column_nobody_knows_refuses_the_file(self, tmp_path: Path) -> None:
        layout = a_layout({"column": "figure"}, ignore=["# *"])
        header = ("School", "Year", "Figure", "Other", "Budget")
        path = write_csv(tmp_path / "figures.csv", header, ("S1", "2018-19", 1, "", "x"))
        [finding] = refusal(path, profile=a_profile(layout))
        assert finding.problem is Problem.OTHER_COLUMNS

    def test_odd_names_and_values_are_only_text(self, tmp_path: Path) -> None:
        columns = {"id": ['Sch"ool'], "year": ["Ye'ar"], "figure": ["Fig; DROP TABLE named --"]}
        drop = [{"column": "id", "equals": ["O'Neill"], "why": "it's a total"}]
        layout = a_layout({"column": "figure"}, columns, drop=drop)
        header = [spelling for [spelling] in columns.values()]
        rows = [("O'Neill", "2018-19", 1), ("S'1", "2018-19", 2)]
        upload = read(write_csv(tmp_path / "figures.csv", header, *rows), profile=a_profile(layout))
        assert facts_in(upload)["context"]["school_id"].to_pylist() == ["S'1"]
        assert upload.files[0].dropped == {"it's a total": 1}


BANDS = {
    "id": "bands",
    "columns": {"id": ["School"], "year": ["Year"], "band": ["Band"], "pupils": ["Pupils"]},
    "school_id": "{id}",
    "school_year": "year",
    "facts": [
        {
            "into": "enrolment",
            "set": {"member": ""},
            "take": {
                "breakdown": {"column": "band", "values": {"High": "all"}, "otherwise": "together"},
                "pupils": {"column": "pupils"},
                "possible": {"column": "pupils"},
            },
        }
    ],
}


class TestTexts:
    def test_are_translated_and_the_rest_is_called_otherwise(self, tmp_path: Path) -> None:
        rows = [("S1", "2018-19", "High", 5), ("S2", "2018-19", "All", 9), ("S3", "2018-19", "", 9)]
        path = write_csv(tmp_path / "bands.csv", ("School", "Year", "Band", "Pupils"), *rows)
        facts = facts_in(read(path, profile=a_profile(BANDS)))["enrolment"]
        assert facts["breakdown"].to_pylist() == ["all", "together", "together"]


class TestTwoLayouts:
    EARLIER = a_layout({"column": "figure"}, id="earlier", basis="twenty days")
    LATER = a_layout(
        {"column": "figure"},
        {"id": ["school"], "year": ["year"], "figure": ["figure"]},
        id="later",
        basis="ten days",
    )

    @pytest.mark.parametrize("turned", [False, True])
    def test_the_later_layout_is_believed_in_whatever_order_files_come(
        self, tmp_path: Path, turned: bool
    ) -> None:
        header = ("School", "Year", "Figure", "Other")
        both = [("S1", "2017-18", 1, ""), ("S1", "2018-19", 1, "")]
        paths = [
            write_csv(tmp_path / "earlier.csv", header, *both),
            write_csv(tmp_path / "later.csv", ("school", "year", "figure"), ("S1", "2018-19", 2)),
        ]
        upload = read(*(paths[::-1] if turned else paths), profile=a_profile(self.EARLIER, self.LATER))
        take_in(tmp_path / "store", upload)
        with open_facts(tmp_path / "store") as facts:
            rows = facts.frame("SELECT school_year, value, basis FROM context ORDER BY school_year")
        assert rows.to_dict("records") == [
            {"school_year": "2017-18", "value": 1.0, "basis": "twenty days"},
            {"school_year": "2018-19", "value": 2.0, "basis": "ten days"},
        ]
