"""Baltimore's school survey of 2016-17: what was hidden stays hidden, and scores are those of the file."""

import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from mirrors.disclosure.survey import tables
from mirrors.intake.rules import Problem
from mirrors.store import Register
from mirrors.survey.surveyed import from_summary, of_summary
from mirrors.views.school import school_names
from tests.real_data import BALTIMORE, RealStore, real_folder

pytestmark = pytest.mark.real

SHEET = "School and District Level Data"
GROUPS = {"Students": "pupils", "Staff": "staff", "Parents": "parents"}


@pytest.fixture(scope="module")
def file() -> pd.DataFrame:
    """Return the rows of schools as the file has them."""
    book = CalamineWorkbook.from_path(str(real_folder("baltimore") / BALTIMORE))
    header, *cells = book.get_sheet_by_name(SHEET).to_python()
    rows = pd.DataFrame(cells, columns=[name.strip() for name in header], dtype=object)
    rows = rows[rows["School Number"] != "(all)"]
    school = rows["School Number"].map(lambda number: f"30-{int(number):04d}")
    return rows.set_index(pd.MultiIndex.from_arrays([school, rows["Respondent"].map(GROUPS)]))


@pytest.fixture(scope="module")
def facts(baltimore: RealStore) -> pd.DataFrame:
    return baltimore.facts("SELECT * FROM survey_summary")


@pytest.fixture(scope="module")
def shown(facts: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return tables(of_summary(facts), {})


def of(facts: pd.DataFrame, measure: str) -> pd.DataFrame:
    return facts[facts["measure"] == measure].set_index(["school_id", "respondent_group"])


class TestIntake:
    def test_every_row_of_a_school_is_kept_and_the_district_is_not(self, baltimore: RealStore) -> None:
        [report] = baltimore.ingested.files
        assert (report.rows_read, report.rows_kept) == (540, 537)
        assert report.dropped == {"total of the district": 3}
        assert len(Register(baltimore.folder).names()) == 181

    def test_each_group_has_its_schools(self, facts: pd.DataFrame) -> None:
        safety = of(facts, "safety")
        assert safety.groupby("respondent_group").size().to_dict() == {
            "pupils": 177,
            "staff": 181,
            "parents": 179,
        }
        assert set(facts["school_year"]) == {"2016-17"}

    def test_safety_is_that_of_the_file(self, facts: pd.DataFrame, file: pd.DataFrame) -> None:
        safety = of(facts, "safety")
        wanted = pd.to_numeric(file["Safety Dimension Score"], errors="coerce").reindex(safety.index)
        assert wanted.notna().sum() == 537 - 48
        assert (safety["status"] == "exact").eq(wanted.notna()).all()
        assert np.allclose(safety["favourable"], wanted, rtol=0, atol=1e-12, equal_nan=True)

    def test_every_cell_is_a_number_hidden_or_not_asked(
        self, facts: pd.DataFrame, file: pd.DataFrame
    ) -> None:
        columns = {name.split("-")[0].replace(" ", ""): name for name in file.columns if "-" in name}
        items = sorted(set(facts["measure"]) & set(columns))
        assert len(items) == 96
        for item in items:
            rows = of(facts, item)
            cells = file[columns[item]].reindex(rows.index)
            wanted = np.select([cells == "S", cells == ""], ["missing", "not_asked"], "exact")
            assert (rows["status"] == wanted).all(), item
            assert rows["favourable"].isna().eq(wanted != "exact").all(), item

    def test_hidden_numbers_of_respondents_stay_hidden(self, facts: pd.DataFrame, file: pd.DataFrame) -> None:
        safety = of(facts, "safety")
        hidden = (file["Response Count"] == "S").reindex(safety.index)
        assert hidden.sum() == 48
        assert safety.loc[hidden, ["responses", "invited", "favourable"]].isna().all(axis=None)
        assert safety.loc[~hidden, ["responses", "invited"]].notna().all(axis=None)

    def test_indices_of_unlike_things_are_left_out(self, facts: pd.DataFrame) -> None:
        assert not [
            name for name in set(facts["measure"]) if "index" in name.lower() or "overall" in name.lower()
        ]

    def test_more_answers_than_invited_are_flagged(self, baltimore: RealStore, file: pd.DataFrame) -> None:
        [finding] = [f for f in baltimore.ingested.findings if f.problem is Problem.MORE_THAN_INVITED]
        rate = pd.to_numeric(file["Response Rate1"], errors="coerce")
        assert not finding.refuses
        assert finding.rows == (rate > 1).sum() == 23
        assert rate.max() == pytest.approx(30.5)


class TestMirror:
    def test_of_a_school_with_three_groups(self, shown: dict[str, pd.DataFrame], file: pd.DataFrame) -> None:
        rows = shown["survey_theme"].query("school_id == '30-0004' and theme == 'safety'").set_index("group")
        assert set(rows.index) == {"pupils", "staff", "parents"}
        assert set(rows["status"]) == {"exact"}
        for group in GROUPS.values():
            wanted = file.loc[("30-0004", group), "Safety Dimension Score"]
            assert rows.loc[group, "favourable"] == pytest.approx(round(wanted, 2)), group

    def test_nothing_hidden_or_small_is_shown(
        self, shown: dict[str, pd.DataFrame], facts: pd.DataFrame
    ) -> None:
        theme, scores = shown["survey_theme"], from_summary(facts)
        at = ["school_id", "group", "theme"]
        both = theme.merge(scores[[*at, "respondents", "status"]], on=at, suffixes=("", "_true"))
        assert len(both) == len(facts)
        untold = (both["status_true"] != "exact") | ~(both["respondents_true"] >= 10)
        assert untold.eq(both["status"] != "exact").all()
        assert both.loc[untold, ["favourable", "respondents"]].isna().all(axis=None)

        assert set(both["status"]) == {"exact", "missing", "not_asked", "too_small"}

    def test_a_response_above_all_is_called_wrong_and_given_no_rate(
        self, shown: dict[str, pd.DataFrame]
    ) -> None:
        wrong = shown["survey_response"].query("response == 'wrong'")
        assert len(wrong) == 23
        assert wrong["response_rate"].isna().all()


class TestSnapshot:
    @pytest.fixture(scope="class")
    @classmethod
    def published(cls, baltimore: RealStore) -> pd.DataFrame:
        return pd.DataFrame(baltimore.snapshot().rows("survey_theme"))

    def test_every_school_is_listed_by_name(self, baltimore: RealStore) -> None:
        schools = school_names(baltimore.snapshot())
        assert len(schools) == 181
        assert all(school.name != school.school_id for school in schools)

    def test_of_a_school_with_three_groups_safety_is_that_of_the_file(
        self, published: pd.DataFrame, file: pd.DataFrame
    ) -> None:
        safety = published[published["theme"] == "safety"]
        three = safety[safety["status"] == "exact"].groupby("school_id").filter(lambda rows: len(rows) == 3)
        assert three["school_id"].nunique() > 100
        wanted = file.set_axis(file.index.set_names(["school_id", "group"]))["Safety Dimension Score"]
        both = three.merge(wanted.rename("file").reset_index(), on=["school_id", "group"])
        assert len(both) == len(three)
        shown, true = both["favourable"].astype(float), both["file"].astype(float)
        bound = both["favourable_status"]
        # To the whole per cent, and never beyond their bounds.
        assert (bound == "exact").mean() > 0.85
        assert ((shown - true).abs() <= 0.005 + 1e-9)[bound == "exact"].all()
        assert (true <= shown + 1e-9)[bound == "at_most"].all()
        assert (true >= shown - 1e-9)[bound == "at_least"].all()
        assert (bound == "exact").mean() > 0.8

    def test_what_is_hidden_in_the_file_is_hidden_here(
        self, published: pd.DataFrame, file: pd.DataFrame
    ) -> None:
        safety = published[published["theme"] == "safety"].set_index(["school_id", "group"])
        hidden = (file["Response Count"] == "S").reindex(safety.index)
        assert hidden.sum() == 48
        assert not (safety.loc[hidden, "status"] == "exact").any()
        assert safety.loc[hidden, ["favourable", "respondents", "mean"]].isna().all(axis=None)

    def test_what_was_not_asked_is_told_as_that(self, published: pd.DataFrame, file: pd.DataFrame) -> None:
        column = next(name for name in file.columns if name.split("-")[0].strip() == "Parent1")
        rows = published[published["theme"] == "Parent1"].set_index(["school_id", "group"])
        blank = (file[column] == "").reindex(rows.index)
        assert blank.any()
        assert set(rows.loc[blank, "status"]) == {"not_asked"}

    def test_more_answers_than_invited(self, baltimore: RealStore) -> None:
        response = pd.DataFrame(baltimore.snapshot().rows("survey_response"))
        wrong = response[response["response"] == "wrong"]
        assert 0 < len(wrong) <= 23
        assert wrong["response_rate"].isna().all()
