"""The ledger: every upload that was tried, what was decided about it, and what a withdrawal leaves."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirrors import jobs
from mirrors.definitions import load_contracts, load_profile
from mirrors.intake import Refused
from mirrors.intake.rules import Problem
from mirrors.store import (
    AlarmDecision,
    Attempt,
    FactRows,
    Register,
    Setting,
    WrongDecision,
    open_facts,
    write_facts,
)
from mirrors.store.backup import is_current
from mirrors.store.incoming import FEWEST_ROWS_TO_REPEAT
from mirrors.store.schema import SUPERSEDES
from tests.uploads import (
    ABSENCE,
    CONTEXT,
    SCHOOLS,
    absence_row,
    context_row,
    parquet_bytes,
    school_row,
    write,
    write_csv,
    xlsx_bytes,
)

WHEN = datetime(2026, 9, 1, 12, 0)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def ingest(store: Path, *paths: Path, **options: Any) -> int:
    return jobs.ingest(store, "templates", list(paths), **options).upload_id


def refusal(store: Path, *paths: Path) -> Refused:
    with pytest.raises(Refused) as refused:
        ingest(store, *paths)
    return refused.value


def everything(store: Path) -> str:
    """Return all that the ledger remembers, in one text."""
    return repr((jobs.uploads(store), jobs.events(store)))


class TestAnUploadThatWasTaken:
    def test_is_remembered_with_who_how_and_what(self, store: Path, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "absence.csv", ABSENCE, absence_row(), absence_row(month=10))
        ingest(store, path, by="an", confirmed=frozenset({"code"}))
        [upload] = jobs.uploads(store)
        assert (upload.upload_id, upload.by, upload.profile, upload.decision) == (
            1,
            "an",
            "templates",
            "taken",
        )
        assert abs(upload.at - datetime.utcnow()) < timedelta(minutes=5)
        assert upload.mapped_by == load_profile("templates")
        [file] = upload.files
        assert (file.name, file.extension, file.size) == ("absence.csv", ".csv", path.stat().st_size)
        assert (file.layout, file.rows_read, file.rows_kept, file.facts) == ("absence", 2, 2, {"absence": 2})
        assert len(file.sha256) == 64
        assert [(c.column, c.by) for c in upload.confirmations] == [("code", "an")]

    def test_stays_readable_when_its_profile_is_gone(self, store: Path, tmp_path: Path) -> None:
        from mirrors.definitions.profile import save_profile

        profile = load_profile("templates").model_copy(update={"id": "ours"})
        saved = save_profile(profile, store)
        path = write_csv(tmp_path / "context.csv", CONTEXT, context_row())
        jobs.ingest(store, "ours", [path])
        saved.unlink()
        assert jobs.uploads(store)[0].mapped_by == profile


class TestARefusal:
    def test_is_remembered_with_its_findings_and_no_value(self, store: Path, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "context.csv", CONTEXT, context_row(value="forty-two"))
        refusal(store, path)
        [upload] = jobs.uploads(store)
        assert (upload.decision, upload.in_force) == ("refused", False)
        [finding] = upload.findings
        assert (finding.problem, finding.stage, finding.file) == ("not_a_number", "content", "context.csv")
        assert (finding.column, finding.row) == ("value", 2)
        assert "forty-two" not in everything(store)

    def test_for_personal_data_keeps_neither_name_nor_value(self, store: Path, tmp_path: Path) -> None:
        path = write_csv(
            tmp_path / "jan.peeters@example.org.csv", CONTEXT, context_row(feature="an.claes@example.org")
        )
        assert Problem.EMAIL in {finding.problem for finding in refusal(store, path).findings}
        [upload] = jobs.uploads(store)
        [file] = upload.files
        assert (file.name, file.extension, file.size) == ("", ".csv", path.stat().st_size)
        assert {finding.file for finding in upload.findings} == {"file 1"}
        for told in (everything(store), *(path.read_bytes().decode("latin-1") for path in store.iterdir())):
            assert "peeters" not in told
            assert "claes" not in told

    def test_does_not_count(self, store: Path, tmp_path: Path) -> None:
        good = write_csv(tmp_path / "good.csv", CONTEXT, context_row())
        refusal(store, write_csv(tmp_path / "bad.csv", CONTEXT, context_row(value="x")))
        assert ingest(store, good) == 2
        with open_facts(store) as facts:
            assert [upload.upload_id for upload in facts.in_force()] == [2]


def months(units: int = 5, year: str = "2024-25") -> list[list[object]]:
    """Return the absence of three schools in a school year, enough rows not to be alike by chance."""
    rows = [
        absence_row(school_id=school, month=month, units=units + month, school_year=year)
        for school in ("S1", "S2", "S3")
        for month in (9, 10, 11, 12, 1, 2, 3, 4)
    ]
    assert len(rows) >= FEWEST_ROWS_TO_REPEAT
    return rows


class TestTheSameFileAgain:
    @pytest.fixture
    def first(self, store: Path, tmp_path: Path) -> Path:
        path = write_csv(tmp_path / "absence.csv", ABSENCE, *months())
        ingest(store, path)
        ingest(store, write_csv(tmp_path / "later.csv", ABSENCE, *months(units=9)))
        return path

    def test_is_known_although_another_came_later(self, store: Path, first: Path) -> None:
        assert "as upload 1" in str(refusal(store, first))
        assert is_current(store)
        assert [upload.decision for upload in jobs.uploads(store)] == ["taken", "taken", "refused"]

    @pytest.mark.parametrize("form", ["other order", "xlsx", "parquet", "semicolons"])
    def test_is_known_in_another_form(self, store: Path, first: Path, tmp_path: Path, form: str) -> None:
        rows = months()
        semicolons = first.read_text().replace(",", ";")
        content: dict[str, tuple[str, bytes | str]] = {
            "other order": (".csv", "\n".join([",".join(ABSENCE), *first.read_text().split("\n")[:0:-1]])),
            "xlsx": (".xlsx", xlsx_bytes(ABSENCE, rows)),
            "parquet": (".parquet", parquet_bytes(ABSENCE, rows)),
            "semicolons": (".csv", semicolons),
        }
        ending, written = content[form]
        again = write(tmp_path / f"again{ending}", written)
        assert again.read_bytes() != first.read_bytes()
        assert "as upload 1" in str(refusal(store, again))

    def test_with_one_other_figure_is_another(self, store: Path, first: Path, tmp_path: Path) -> None:
        rows = months()
        rows[3][-1] = 77
        assert ingest(store, write_csv(tmp_path / "other.csv", ABSENCE, *rows)) == 3

    def test_may_come_again_once_it_was_withdrawn(self, store: Path, first: Path) -> None:
        jobs.withdraw(store, 1, "wrong year")
        assert ingest(store, first) == 3

    def test_beside_a_new_one_is_taken_and_told(self, store: Path, first: Path, tmp_path: Path) -> None:
        new = write_csv(tmp_path / "context.csv", CONTEXT, context_row())
        done = jobs.ingest(store, "templates", [first, new])
        assert done.repeated == (("absence.csv", 1),)

    def test_under_another_school_year_is_refused(self, store: Path, first: Path, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "next.csv", ABSENCE, *months(year="2025-26"))
        refused = refusal(store, path)
        assert [(f.problem, f.detail) for f in refused.findings] == [(Problem.SAME_CONTENT, "1")]

    def test_of_what_stays_from_year_to_year_is_taken(self, store: Path, tmp_path: Path) -> None:
        for year in ("2023-24", "2024-25"):
            rows = [school_row(school_id=f"S{n}", school_year=year) for n in range(FEWEST_ROWS_TO_REPEAT)]
            ingest(store, write_csv(tmp_path / f"{year}.csv", SCHOOLS, *rows))
        assert [upload.in_force for upload in jobs.uploads(store)] == [True, True]


class TestAWithdrawal:
    @pytest.fixture
    def corrected(self, store: Path, tmp_path: Path) -> Path:
        """A store with a year of absence, and a correction that also names a school anew."""
        old = write_csv(tmp_path / "1" / "schools.csv", SCHOOLS, school_row(name="De Linde"))
        new = write_csv(tmp_path / "2" / "schools.csv", SCHOOLS, school_row(name="De Beuk"))
        ingest(store, old, write_csv(tmp_path / "1" / "absence.csv", ABSENCE, absence_row(units=5)))
        ingest(store, new, write_csv(tmp_path / "2" / "absence.csv", ABSENCE, absence_row(units=50)))
        return store

    def units(self, store: Path) -> list[float]:
        with open_facts(store) as facts:
            return facts.frame("SELECT units FROM absence")["units"].tolist()

    def names(self, store: Path) -> dict[str, str]:
        with open_facts(store) as facts:
            return Register(store).names(upload.upload_id for upload in facts.in_force())

    def test_brings_back_what_was_replaced(self, corrected: Path) -> None:
        assert (self.units(corrected), self.names(corrected)) == ([50.0], {"S1": "De Beuk"})
        jobs.withdraw(corrected, 2, "not checked by the school", by="an")
        assert (self.units(corrected), self.names(corrected)) == ([5.0], {"S1": "De Linde"})
        upload = jobs.uploads(corrected)[1]
        assert (upload.decision, upload.decided_by) == ("withdrawn", "an")
        assert upload.note == "not checked by the school"

    def test_is_taken_back(self, corrected: Path) -> None:
        jobs.withdraw(corrected, 2, "a mistake")
        jobs.reinstate(corrected, 2, "it was right", by="bo")
        assert (self.units(corrected), self.names(corrected)) == ([50.0], {"S1": "De Beuk"})
        assert [(event.what, event.subject, event.by) for event in jobs.events(corrected)] == [
            ("withdrawn", "2", "unknown"),
            ("reinstated", "2", "bo"),
        ]

    @pytest.mark.parametrize(
        ("decide", "upload_id", "note", "why"),
        [
            (jobs.withdraw, 3, "x", "not there"),
            (jobs.reinstate, 1, "x", "is taken"),
            (jobs.withdraw, 1, "  ", "note is needed"),
            (jobs.withdraw, 1, "x" * 501, "longer than 500"),
        ],
    )
    def test_that_makes_no_sense_is_not_done(
        self, corrected: Path, decide: Any, upload_id: int, note: str, why: str
    ) -> None:
        before = everything(corrected)
        with pytest.raises(WrongDecision, match=why):
            decide(corrected, upload_id, note)
        assert everything(corrected) == before

    def test_of_a_refused_upload_is_not_done(self, corrected: Path, tmp_path: Path) -> None:
        refusal(corrected, write_csv(tmp_path / "bad.csv", CONTEXT, context_row(value="x")))
        with pytest.raises(WrongDecision, match="is refused"):
            jobs.withdraw(corrected, 3, "x")

    def test_of_everything_frees_the_store_for_other_rules(self, corrected: Path, tmp_path: Path) -> None:
        header = ("dbn", "school_name", "grade", "category", "year", "total_days", "days_absent")
        rest = ("contributing_10_total_days", "chronically_absent")
        row = ["01M015", "P.S. 015", "All Grades", "All Students", "2018-19", 100, 5, 10, 1]
        path = write_csv(tmp_path / "nyc.csv", (*header, *rest), row)
        with pytest.raises(Refused) as refused:
            jobs.ingest(corrected, "nyc", [path])
        assert [finding.problem for finding in refused.value.findings] == [Problem.OTHER_JURISDICTION]
        for number in (1, 2):
            jobs.withdraw(corrected, number, "another city")
        assert jobs.ingest(corrected, "nyc", [path]).upload_id == 4


KEYS = {name: load_contracts()[name].primary_key for name in ("absence", "context", "enrolment")}
STEP = st.one_of(
    st.tuples(st.just("withdraw"), st.integers(0, 5)),
    st.tuples(st.just("reinstate"), st.integers(0, 5)),
    st.tuples(
        st.just("add"),
        st.lists(
            st.tuples(
                st.sampled_from(["S1", "S2"]),
                st.sampled_from(["all", "sex"]),
                st.integers(9, 10),
                st.integers(0, 1),
                st.integers(0, 99),
            ),
            min_size=1,
            max_size=5,
        ),
    ),
)


class TestFactsInForce:
    @given(st.lists(STEP, max_size=8))
    def test_are_those_of_the_uploads_in_force_alone(
        self, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, Any]]
    ) -> None:
        """Compare with an oracle: the rows of every upload in force, kept in a plain list."""
        store = tmp_path_factory.mktemp("store")
        kept: list[tuple[bool, list[tuple[str, str, int, int, int]]]] = []
        with write_facts(store) as facts:
            for what, about in steps:
                if what == "add":
                    facts.add_upload(self.attempt(), [self.rows(about)])
                    kept.append((True, about))
                    continue
                may = about < len(kept) and kept[about][0] == (what == "withdraw")
                if not may:
                    with pytest.raises(WrongDecision):
                        getattr(facts, what)(about + 1, "x", "an", WHEN)
                    continue
                getattr(facts, what)(about + 1, "x", "an", WHEN)
                kept[about] = (what == "reinstate", kept[about][1])
            found = facts.frame("SELECT school_id, breakdown, month, units, upload_id FROM absence")
        assert sorted(found.itertuples(index=False, name=None)) == sorted(self.oracle(kept))

    def attempt(self) -> Attempt:
        return Attempt(at=WHEN, by="an", profile="templates", mapping="{}")

    def rows(self, about: list[tuple[str, str, int, int, int]]) -> FactRows:
        table = pd.DataFrame(about, columns=["school_id", "breakdown", "month", "file_rank", "units"])
        sql = (
            "SELECT school_id, '2024-25' AS school_year, breakdown, month, units, 'exact' AS status,"
            " '' AS basis, file_rank FROM source"
        )
        return FactRows("absence", pa.Table.from_pandas(table), sql)

    def oracle(
        self, kept: list[tuple[bool, list[tuple[str, str, int, int, int]]]]
    ) -> list[tuple[str, str, int, float, int]]:
        newest: dict[tuple[str, str], tuple[int, int]] = {}
        for number, (counts, rows) in enumerate(kept, 1):
            for school, breakdown, _, rank, _ in rows if counts else []:
                here = (school, breakdown)
                newest[here] = max(newest.get(here, (0, 0)), (number, rank))
        return [
            (school, breakdown, month, float(units), number)
            for number, (counts, rows) in enumerate(kept, 1)
            for school, breakdown, month, rank, units in (rows if counts else [])
            if newest[school, breakdown] == (number, rank)
        ]

    def test_have_a_rule_for_every_contract_that_is_kept(self) -> None:
        kept = {name for name, contract in load_contracts().items() if contract.level == "A"}
        assert set(SUPERSEDES) == kept
        for name, columns in SUPERSEDES.items():
            assert set(columns) <= {*load_contracts()[name].columns, "category"}

    @pytest.mark.parametrize("name", SUPERSEDES)
    def test_have_a_table_with_the_columns_of_the_contract(self, store: Path, name: str) -> None:
        with open_facts(store) as facts:
            columns = set(facts.frame(f"SELECT * FROM {name}").columns)
        assert set(load_contracts()[name].columns) - {"name"} <= columns
        assert {"status", "basis", "source_row", "file_rank", "upload_id"} <= columns


class TestDecisions:
    def alarm(self, decision: str = "confirmed", **other: Any) -> AlarmDecision:
        parts = {"school_id": "S1", "school_year": "2024-25", "alarm": "roll_change", "digest": "d1"}
        parts |= {"note": "the school grew", "decided_by": "an"}
        return AlarmDecision(**{**parts, **other}, decision=decision, decided_at=WHEN)  # type: ignore[arg-type]

    def test_on_an_alarm_the_newest_counts(self, store: Path) -> None:
        with write_facts(store) as facts:
            facts.decide(self.alarm())
            facts.decide(self.alarm("rejected", note="no, two classes counted twice", digest="d2"))
            facts.decide(self.alarm(school_id="S2"))
            found = facts.decisions()
        assert found[["school_id", "decision", "digest"]].to_numpy().tolist() == [
            ["S1", "rejected", "d2"],
            ["S2", "confirmed", "d1"],
        ]
        assert [event.what for event in jobs.events(store)] == [
            "alarm_confirmed",
            "alarm_rejected",
            "alarm_confirmed",
        ]

    @pytest.mark.parametrize(
        ("decision", "note"), [("confirmed", ""), ("confirmed", "x" * 501), ("perhaps", "x")]
    )
    def test_need_a_note_and_an_answer(self, store: Path, decision: str, note: str) -> None:
        with write_facts(store) as facts:
            with pytest.raises(WrongDecision):
                facts.decide(self.alarm(decision, note=note))
            assert facts.decisions().empty

    def test_change_what_figures_depend_on(self, store: Path) -> None:
        with write_facts(store) as facts:
            before = facts.state_id()
            facts.decide(self.alarm())
            after = facts.state_id()
            facts.add_event(WHEN, "an", "published", "0001")
            assert before != after == facts.state_id()


class TestSettings:
    def test_tell_who_answers_for_them(self, store: Path) -> None:
        assert jobs.level_b(store) is None
        with write_facts(store) as facts:
            facts.set_setting(Setting("level_b", "allowed", "the officer", "doc 7", "an", WHEN))
        setting = jobs.level_b(store)
        assert setting is not None
        assert (setting.confirmed_by, setting.reference, setting.by) == ("the officer", "doc 7", "an")

    def test_are_taken_back(self, store: Path, tmp_path: Path) -> None:
        ingest(store, write_csv(tmp_path / "context.csv", CONTEXT, context_row()))
        jobs.allow_level_b(store, "the officer", "doc 7", by="an")
        jobs.forbid_level_b(store, by="bo")
        assert jobs.level_b(store) is None
        assert [(event.what, event.by) for event in jobs.events(store)] == [
            ("setting", "an"),
            ("setting", "bo"),
        ]

    def test_need_a_name_and_a_reference(self, store: Path) -> None:
        for name, reference in (("", "doc 7"), ("the officer", " ")):
            with pytest.raises(WrongDecision, match="impact assessment"):
                jobs.allow_level_b(store, name, reference)
        assert not store.exists()
