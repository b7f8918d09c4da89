"""The files on disk: uploads wholly in or out, snapshots that never tear, names in one place."""

import os
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from mirrors.definitions.reading import DefinitionError, read_yaml
from mirrors.intake import Refused
from mirrors.intake.rules import Problem
from mirrors.jobs import NoFigures, NothingToPublish, ingest, publish, restore_facts, uploads
from mirrors.store import (
    Attempt,
    FactRows,
    NoSnapshot,
    PublishedStore,
    Register,
    RegisteredName,
    Snapshot,
    StoreBusy,
    StoreDamaged,
    StoreOutdated,
    open_facts,
    publish_tables,
    write_facts,
)
from mirrors.store.durable import clear_unfinished
from mirrors.store.published import list_snapshots, restore_snapshot
from mirrors.store.workbench import open_workbench
from tests.processes import another_process
from tests.uploads import (
    ABSENCE,
    CONTEXT,
    ENROLMENT,
    PUPIL_BAND,
    SCHOOLS,
    absence_row,
    context_row,
    fingerprint,
    pupil_band_row,
    read,
    school_row,
    write_csv,
)

WHEN = datetime(2026, 9, 1, 12, 0)
ATTEMPT = Attempt(at=WHEN, by="an", profile="templates", mapping="{}")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def absence(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "absence.csv", ABSENCE, absence_row(), absence_row(month=10))


def in_force(store: Path, contract: str, columns: str = "*") -> list[dict[str, Any]]:
    """Return the facts in force, in no particular order of uploads."""
    with open_facts(store) as facts:
        frame = facts.frame(f"SELECT {columns} FROM {contract} ORDER BY ALL")
    known = frame.astype(object).where(frame.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in known.to_dict("records")]


class TestAnUpload:
    def test_is_numbered_and_remembered(self, store: Path, absence: Path, tmp_path: Path) -> None:
        assert ingest(store, "templates", [absence]).upload_id == 1
        context = write_csv(tmp_path / "context.csv", CONTEXT, context_row())
        assert ingest(store, "templates", [context]).upload_id == 2
        assert [(upload.upload_id, upload.profile) for upload in uploads(store)] == [
            (1, "templates"),
            (2, "templates"),
        ]
        assert [len(upload.digests) for upload in uploads(store)] == [1, 1]

    def test_survives_in_the_rows_it_came_in(self, store: Path, absence: Path) -> None:
        ingest(store, "templates", [absence])
        assert in_force(store, "absence", "source_row, month, units, upload_id") == [
            {"source_row": 2, "month": 9, "units": 5.0, "upload_id": 1},
            {"source_row": 3, "month": 10, "units": 5.0, "upload_id": 1},
        ]

    def test_that_fails_half_way_leaves_nothing(self, store: Path, absence: Path) -> None:
        good = read(absence).facts
        bad = FactRows("context", pa.table({"x": [1]}), "SELECT 'S1' AS school_id, basis FROM source")
        with write_facts(store) as facts:
            with pytest.raises(duckdb.Error):
                facts.add_upload(ATTEMPT, [*good, bad])
            assert facts.uploads() == []
            assert facts.frame("SELECT * FROM absence").empty
            assert facts.add_upload(ATTEMPT, good) == 1

    def test_that_is_interrupted_leaves_nothing(self, store: Path, absence: Path) -> None:
        class Interrupted(list[FactRows]):
            def __iter__(self) -> Any:
                yield from super().__iter__()
                raise KeyboardInterrupt

        with write_facts(store) as facts:
            with pytest.raises(KeyboardInterrupt):
                facts.add_upload(ATTEMPT, Interrupted(read(absence).facts))
            assert facts.uploads() == []
            assert facts.frame("SELECT * FROM absence").empty

    def test_that_fails_half_way_leaves_the_earlier_one_in_force(
        self, store: Path, absence: Path, tmp_path: Path
    ) -> None:
        ingest(store, "templates", [absence])
        newer = write_csv(tmp_path / "newer.csv", ABSENCE, absence_row(units=99))
        nowhere = FactRows("no_such_contract", pa.table({"x": [1]}), "SELECT x, '' AS basis FROM source")
        with write_facts(store) as facts, pytest.raises(duckdb.Error):
            facts.add_upload(ATTEMPT, [*read(newer).facts, nowhere])
        assert [row["units"] for row in in_force(store, "absence", "month, units")] == [5.0, 5.0]

    def test_of_a_process_that_dies_half_way_leaves_nothing(self, store: Path, absence: Path) -> None:
        ingest(store, "templates", [absence])
        dies = (
            "facts.add_upload(__import__('tests.unit.test_store').unit.test_store.ATTEMPT,"
            " type('Dying', (list,), {'__iter__': lambda self: os._exit(9)})())"
        )
        with another_process(store, dies) as process:
            assert process.wait() == 9
        assert [upload.upload_id for upload in uploads(store)] == [1]

    def test_keeps_names_out_of_the_facts(self, store: Path, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "schools.csv", SCHOOLS, school_row(name="Basisschool De Linde"))
        ingest(store, "templates", [path])
        assert Register(store).names() == {"S1": "Basisschool De Linde"}
        for name in ("facts.duckdb", "facts.backup.duckdb"):
            assert b"Linde" not in (store / name).read_bytes()


NEW_YORK = (
    (
        "dbn",
        "school_name",
        "grade",
        "category",
        "year",
        "total_days",
        "days_absent",
        "contributing_10_total_days",
        "chronically_absent",
    ),
    ("01M015", "P.S. 015", "All Grades", "All Students", "2018-19", 100, 5, 10, 1),
)
"""A file that other rules read, with the name of a school."""

HEADERS = {"absence": ABSENCE, "context": CONTEXT, "pupil_band": PUPIL_BAND, "schools": SCHOOLS}
RENEWED = [
    pytest.param(
        "absence",
        [absence_row(month=9), absence_row(month=10), absence_row(month=10, code="Z")],
        [absence_row(month=9, units=7)],
        [absence_row(month=9, units=7)],
        id="absence of a school and year is replaced as a whole",
    ),
    pytest.param(
        "absence",
        [absence_row(), absence_row(breakdown="sex", member="f")],
        [absence_row(units=7)],
        [absence_row(units=7), absence_row(breakdown="sex", member="f")],
        id="absence by another breakdown stays",
    ),
    pytest.param(
        "absence",
        [absence_row(), absence_row(school_year="2023-24"), absence_row(school_id="S2")],
        [absence_row(units=7)],
        [absence_row(units=7), absence_row(school_year="2023-24"), absence_row(school_id="S2")],
        id="another year and another school stay",
    ),
    pytest.param(
        "context",
        [context_row(), context_row(feature="mobility", value=0.1)],
        [context_row(value=2.5)],
        [context_row(value=2.5), context_row(feature="mobility", value=0.1)],
        id="another feature stays",
    ),
    pytest.param(
        "pupil_band",
        [pupil_band_row(), pupil_band_row(at_least=5, below="", pupils=20), pupil_band_row(code="Z")],
        [pupil_band_row(below="", pupils=100)],
        [pupil_band_row(below="", pupils=100), pupil_band_row(code="Z")],
        id="bands of another category stay",
    ),
    pytest.param(
        "schools",
        [school_row(district="North"), school_row(school_id="S2", district="South")],
        [school_row(district="West")],
        [school_row(district="West"), school_row(school_id="S2", district="South")],
        id="another school stays",
    ),
]


class TestTheNewestUpload:
    @pytest.mark.parametrize(("contract", "before", "after", "left"), RENEWED)
    def test_replaces_what_it_speaks_of(
        self,
        tmp_path: Path,
        contract: str,
        before: list[list[object]],
        after: list[list[object]],
        left: list[list[object]],
    ) -> None:
        header = HEADERS[contract]
        columns = ", ".join(name for name in header if name != "name")
        stores = {"renewed": [before, after], "at once": [left]}
        for name, tried in stores.items():
            for number, rows in enumerate(tried):
                path = write_csv(tmp_path / name / f"{number}.csv", header, *rows)
                ingest(tmp_path / name / "store", "templates", [path])
        renewed, at_once = (
            pd.DataFrame(in_force(tmp_path / name / "store", contract, columns)) for name in stores
        )
        pd.testing.assert_frame_equal(renewed, at_once)

    def test_says_which_upload_each_fact_is_from(self, store: Path, tmp_path: Path) -> None:
        older = write_csv(tmp_path / "older.csv", CONTEXT, context_row(), context_row(feature="mobility"))
        newer = write_csv(tmp_path / "newer.csv", CONTEXT, context_row(value=3))
        ingest(store, "templates", [older])
        ingest(store, "templates", [newer])
        assert in_force(store, "context", "feature, upload_id") == [
            {"feature": "deprivation", "upload_id": 2},
            {"feature": "mobility", "upload_id": 1},
        ]

    def test_renews_the_name_of_a_school(self, store: Path, tmp_path: Path) -> None:
        for name in ("De Linde", "De Nieuwe Linde"):
            ingest(store, "templates", [write_csv(tmp_path / "schools.csv", SCHOOLS, school_row(name=name))])
        assert Register(store).names() == {"S1": "De Nieuwe Linde"}


def refused_ingest(store: Path, profile: str, *paths: Path) -> list[Problem]:
    """Return the problems for which an upload is refused."""
    with pytest.raises(Refused) as refused:
        ingest(store, profile, paths)
    return [finding.problem for finding in refused.value.findings]


class TestARefusal:
    @pytest.fixture
    def files(self, tmp_path: Path, absence: Path) -> dict[str, list[Path]]:
        return {
            "good": [absence, write_csv(tmp_path / "schools.csv", SCHOOLS, school_row())],
            "wrong value": [absence, write_csv(tmp_path / "wrong.csv", CONTEXT, context_row(value="x"))],
            "other rules": [write_csv(tmp_path / "new_york.csv", *NEW_YORK)],
        }

    def test_is_all_that_a_new_store_knows(self, store: Path, files: dict[str, list[Path]]) -> None:
        assert refused_ingest(store, "templates", *files["wrong value"]) == [Problem.NOT_A_NUMBER]
        assert [upload.decision for upload in uploads(store)] == ["refused"]
        assert in_force(store, "absence") == []
        assert not (store / "register.sqlite").exists()

    def test_of_no_file_or_no_profile_makes_no_store(
        self, store: Path, files: dict[str, list[Path]], tmp_path: Path
    ) -> None:
        with pytest.raises(DefinitionError):
            ingest(store, "atlantis", files["good"])
        assert refused_ingest(store, "templates", tmp_path / "nowhere.csv") == [Problem.NOT_FOUND]
        assert not store.exists()

    @pytest.mark.parametrize(
        ("which", "profile", "problem"),
        [
            ("wrong value", "templates", Problem.NOT_A_NUMBER),
            ("good", "templates", Problem.SAME_FILES),
            ("other rules", "nyc", Problem.OTHER_JURISDICTION),
        ],
    )
    def test_changes_nothing_but_the_ledger(
        self, store: Path, files: dict[str, list[Path]], which: str, profile: str, problem: Problem
    ) -> None:
        ingest(store, "templates", files["good"])
        publish_tables(store, {"meta": pd.DataFrame({"city": ["A"]})})
        before = fingerprint(store)
        assert set(before) == {
            "LOCK",
            "facts.duckdb",
            "facts.backup.duckdb",
            "register.backup.sqlite",
            "register.sqlite",
            "published/0001.duckdb",
            "published/CURRENT",
        }
        facts_before = {name: in_force(store, name) for name in ("absence", "schools", "context")}
        assert refused_ingest(store, profile, *files[which]) == [problem]
        after = fingerprint(store)
        assert {name for name in after if before.get(name) != after[name]} <= {
            "facts.duckdb",
            "facts.backup.duckdb",
        }
        assert {name: in_force(store, name) for name in facts_before} == facts_before
        assert [upload.decision for upload in uploads(store)] == ["taken", "refused"]

    def test_of_the_same_files_comes_in_any_order_and_under_any_name(
        self, store: Path, files: dict[str, list[Path]], tmp_path: Path
    ) -> None:
        ingest(store, "templates", files["good"])
        renamed = [path.rename(path.with_name(f"new-{path.name}")) for path in files["good"]]
        with pytest.raises(Refused, match="as upload 1"):
            ingest(store, "sample", renamed[::-1])

    def test_for_other_rules_names_the_rules(self, store: Path, files: dict[str, list[Path]]) -> None:
        ingest(store, "nyc", files["other rules"])
        with pytest.raises(Refused, match="new-york"):
            ingest(store, "templates", files["good"])


class TestAStoreInUse:
    def test_is_busy_for_who_does_not_wait_and_open_to_readers(self, store: Path, absence: Path) -> None:
        publish_tables(store, {"meta": pd.DataFrame({"city": ["A"]})})
        reader = PublishedStore(store)
        with another_process(store):
            with pytest.raises(StoreBusy, match="try again"):
                ingest(store, "templates", [absence], wait=False)
            with pytest.raises(StoreBusy):
                publish(store, wait=False)
            assert reader.current().rows("meta") == [{"city": "A"}]
            assert not (store / "register.sqlite").exists()
        assert ingest(store, "templates", [absence]).upload_id == 1

    def test_is_read_as_it_was_after_the_last_job(self, store: Path, absence: Path) -> None:
        ingest(store, "templates", [absence])
        adds = (
            "facts.add_event(__import__('datetime').datetime(2026, 9, 1), 'an', 'x', 'y'); sys.stdin.read()"
        )
        with another_process(store, adds), open_facts(store) as facts:
            assert len(facts.uploads()) == 1
            assert facts.events() == []
            assert len(facts.frame("SELECT * FROM absence")) == 2
        with open_facts(store) as facts:
            assert [event.what for event in facts.events()] == ["x"]

    def test_is_made_by_nobody_who_only_reads(self, store: Path) -> None:
        with open_facts(store) as facts:
            assert facts.uploads() == []
            assert facts.frame("SELECT * FROM absence").empty
        assert not store.exists()


def cut_off(path: Path, left: float) -> None:
    """Cut a file off where `left` (a share) of it is left."""
    os.truncate(path, int(left * path.stat().st_size))


class TestDamagedFacts:
    @pytest.fixture
    def damaged(self, store: Path, absence: Path) -> Path:
        ingest(store, "templates", [absence])
        return store

    @pytest.mark.parametrize("left", [0, 0.01, 0.5, 0.9, 0.999])
    def test_are_noticed_and_put_back_from_the_copy(self, damaged: Path, left: float, tmp_path: Path) -> None:
        before = in_force(damaged, "absence")
        cut_off(damaged / "facts.duckdb", left)
        copy = fingerprint(damaged)["facts.backup.duckdb"]
        other = write_csv(tmp_path / "other.csv", CONTEXT, context_row())
        for work in (uploads, lambda folder: ingest(folder, "templates", [other])):
            with pytest.raises(StoreDamaged, match=r"mirrors restore --store .* --facts"):
                work(damaged)
        assert fingerprint(damaged)["facts.backup.duckdb"] == copy
        aside = restore_facts(damaged)
        assert aside is not None
        assert aside.exists()
        assert in_force(damaged, "absence") == before
        assert ingest(damaged, "templates", [other]).upload_id == 2

    def test_that_are_gone_are_not_taken_for_a_new_store(self, damaged: Path, absence: Path) -> None:
        (damaged / "facts.duckdb").unlink()
        with pytest.raises(StoreDamaged):
            uploads(damaged)
        assert restore_facts(damaged) is None
        assert len(uploads(damaged)) == 1

    def test_with_a_block_that_rotted_are_told_when_it_is_read(self, damaged: Path) -> None:
        content = bytearray((damaged / "facts.duckdb").read_bytes())
        content[len(content) // 2] ^= 255
        (damaged / "facts.duckdb").write_bytes(content)
        with pytest.raises(StoreDamaged):
            uploads(damaged)

    def test_and_a_damaged_copy_say_so(self, damaged: Path) -> None:
        for name in ("facts.duckdb", "facts.backup.duckdb"):
            cut_off(damaged / name, 0.5)
        with pytest.raises(StoreDamaged, match="the whole folder"):
            restore_facts(damaged)
        assert (damaged / "facts.duckdb").exists()

    def test_of_an_earlier_version_are_told_apart(self, store: Path) -> None:
        store.mkdir()
        with duckdb.connect(store / "facts.duckdb") as old:
            old.execute("CREATE TABLE upload (upload_id INTEGER)")
        with pytest.raises(StoreOutdated, match="earlier version"):
            uploads(store)

    def test_get_the_columns_that_a_newer_version_adds(self, damaged: Path) -> None:
        with duckdb.connect(damaged / "facts.duckdb") as older:
            older.execute("ALTER TABLE fact_absence DROP COLUMN share")
            older.execute("DROP TABLE fact_trajectory")
            older.execute("UPDATE schema_digest SET digest = 'older'")
        assert [row["share"] for row in in_force(damaged, "absence")] == [None, None]
        assert in_force(damaged, "trajectory") == []


class TestADamagedSnapshot:
    @pytest.mark.parametrize("left", [0, 0.01, 0.5, 0.9, 0.999])
    def test_names_the_newest_whole_one_before_it(self, store: Path, left: float) -> None:
        for number in (1, 2, 3, 4):
            publish_tables(store, numbered(number, rows=100_000))
        cut_off(store / "published" / "0003.duckdb", 0.5)
        cut_off(store / "published" / "0004.duckdb", left)
        with pytest.raises(StoreDamaged, match=r"restore --store .* --snapshot 0002"):
            numbers(PublishedStore(store).current())
        assert [found.whole for found in list_snapshots(store)] == [True, True, False, False]
        with pytest.raises(StoreDamaged):
            restore_snapshot(store, "0003")
        restore_snapshot(store, "0002")
        assert numbers(PublishedStore(store).current()) == {2}

    def test_is_noticed_while_it_is_read(self, store: Path) -> None:
        scattered = pd.DataFrame({"number": [number * 2_654_435_761 % 2**61 for number in range(300_000)]})
        publish_tables(store, {"first": scattered, "second": scattered})
        snapshot = PublishedStore(store).current()
        content = bytearray((store / "published" / "0001.duckdb").read_bytes())
        for place in range(12_288 + 100_000, len(content), 262_144):
            content[place] ^= 255
        (store / "published" / "0001.duckdb").write_bytes(content)
        with pytest.raises(StoreDamaged, match="no earlier one is whole"):
            numbers(snapshot)

    def test_that_is_the_only_one_is_published_again(self, store: Path) -> None:
        publish_tables(store, numbered(1))
        cut_off(store / "published" / "0001.duckdb", 0.5)
        with pytest.raises(StoreDamaged, match="mirrors publish --store"):
            PublishedStore(store).current()

    def test_that_is_not_there_cannot_be_put_in_use(self, store: Path) -> None:
        publish_tables(store, numbered(1))
        with pytest.raises(NoSnapshot, match="there are: 0001"):
            restore_snapshot(store, "0007")


class TestNothingToPublish:
    def test_without_uploads(self, store: Path) -> None:
        with pytest.raises(NothingToPublish, match="ingest files first"):
            publish(store)

    def test_without_figures(self, store: Path, absence: Path, tmp_path: Path) -> None:
        ingest(store, "templates", [absence])
        with pytest.raises(NoFigures, match="no figure"):
            publish(store)
        enrolment = ["S1", "2024-25", "all", "", 9, 100, 3600]
        ingest(store, "templates", [write_csv(tmp_path / "enrolment.csv", ENROLMENT, enrolment)])
        assert publish(store) == "0001"


def numbered(number: int, rows: int = 1) -> dict[str, pd.DataFrame]:
    """Return tables in which every cell says the same number."""
    return {name: pd.DataFrame({"number": [number] * rows}) for name in ("first", "second")}


def numbers(snapshot: Snapshot) -> set[int]:
    return {row["number"] for name in ("first", "second") for row in snapshot.rows(name)}


class TestASnapshot:
    def test_is_not_there_before_the_first_publish(self, store: Path) -> None:
        with pytest.raises(NoSnapshot):
            PublishedStore(store).current()
        assert not store.exists()

    def test_is_noticed_without_a_restart(self, store: Path) -> None:
        published = PublishedStore(store)
        with pytest.raises(NoSnapshot):
            published.current()
        for number in (1, 2, 3):
            assert publish_tables(store, numbered(number)) == f"000{number}"
            assert (published.current().name, numbers(published.current())) == (f"000{number}", {number})

    def test_stays_the_same_object_while_it_is_in_use(self, store: Path) -> None:
        publish_tables(store, numbered(1))
        published = PublishedStore(store)
        assert published.current() is published.current()

    def test_keeps_its_own_figures_after_the_next_publish(self, store: Path) -> None:
        publish_tables(store, numbered(1))
        published = PublishedStore(store)
        held = published.current()
        publish_tables(store, numbered(2))
        assert numbers(published.current()) == {2}
        assert numbers(held) == {1}

    def test_can_be_put_back(self, store: Path) -> None:
        for number in (1, 2):
            publish_tables(store, numbered(number))
        published = PublishedStore(store)
        assert numbers(published.current()) == {2}
        (store / "published" / "CURRENT").write_text("0001\n")
        assert numbers(published.current()) == {1}
        assert publish_tables(store, numbered(3)) == "0003"
        assert numbers(published.current()) == {3}

    def test_is_never_changed_by_the_next_publish(self, store: Path) -> None:
        publish_tables(store, numbered(1))
        first = fingerprint(store)["published/0001.duckdb"]
        publish_tables(store, numbered(2))
        assert fingerprint(store)["published/0001.duckdb"] == first

    def test_unfinished_or_foreign_files_are_ignored(self, store: Path) -> None:
        publish_tables(store, numbered(1))
        for name in ("0002.duckdb.unfinished", "CURRENT.unfinished", "copy of 0001.duckdb"):
            (store / "published" / name).write_bytes(b"half a file")
        published = PublishedStore(store)
        assert numbers(published.current()) == {1}
        assert publish_tables(store, numbered(2)) == "0002"
        assert numbers(published.current()) == {2}

    def test_that_was_written_but_not_pointed_to_is_ignored(self, store: Path) -> None:
        for number in (1, 2):
            publish_tables(store, numbered(number))
        (store / "published" / "CURRENT").write_text("0001\n")
        assert numbers(PublishedStore(store).current()) == {1}
        assert publish_tables(store, numbered(3)) == "0003"

    def test_that_cannot_be_written_leaves_the_old_one_in_use(self, store: Path) -> None:
        publish_tables(store, numbered(1))
        published = PublishedStore(store)
        with pytest.raises(duckdb.Error):
            publish_tables(store, {**numbered(2), "third": pd.DataFrame()})
        assert numbers(published.current()) == {1}
        assert numbers(PublishedStore(store).current()) == {1}
        publish_tables(store, numbered(3))
        assert numbers(published.current()) == {3}

    @pytest.mark.parametrize("name", ["stad 't Zand", "50% #1", "été; DROP", 'wat? "hier" *', "a?b=c&d/e?f"])
    def test_may_live_in_a_folder_of_any_name(self, tmp_path: Path, absence: Path, name: str) -> None:
        store = tmp_path / name
        ingest(store, "templates", [absence])
        school = write_csv(tmp_path / "schools.csv", SCHOOLS, school_row())
        assert ingest(store, "templates", [school]).upload_id == 2
        assert len(in_force(store, "absence")) == 2
        publish_tables(store, numbered(1))
        assert numbers(PublishedStore(store).current()) == {1}
        assert Register(store).names() == {"S1": "De Linde"}
        assert {path.name for path in tmp_path.iterdir()} == {
            Path(name).parts[0],
            "absence.csv",
            "schools.csv",
        }
        cut_off(store / "facts.duckdb", 0.5)
        with pytest.raises(StoreDamaged):
            uploads(store)
        restore_facts(store)
        assert len(uploads(store)) == 2

    def test_never_tears_while_many_threads_read_and_one_publishes(self, store: Path) -> None:
        publish_tables(store, numbered(0, rows=500))
        published, done = PublishedStore(store), threading.Event()
        seen: list[set[int]] = []
        errors: list[BaseException] = []

        def read_on() -> None:
            try:
                while not done.is_set():
                    snapshot = published.current()
                    found = [row["number"] for name in ("first", "second") for row in snapshot.rows(name)]
                    assert len(found) == 1000
                    seen.append(set(found))
            except BaseException as error:
                errors.append(error)

        readers = [threading.Thread(target=read_on) for _ in range(8)]
        for reader in readers:
            reader.start()
        for number in range(1, 8):
            publish_tables(store, numbered(number, rows=500))
        done.set()
        for reader in readers:
            reader.join()
        assert not errors
        assert all(len(one) == 1 for one in seen)
        assert len(set().union(*seen)) > 1
        assert numbers(published.current()) == {7}


class TestRows:
    @pytest.fixture
    def snapshot(self, store: Path) -> Snapshot:
        schools = pd.DataFrame(
            {
                "school_id": ["S1", "S2", "S3"],
                "kind": ["primary", "primary", None],
                "value": [0.25, float("nan"), 0.5],
            }
        )
        publish_tables(store, {"school": schools, "nobody": schools.head(0)})
        Register(store).remember(1, {"S1": RegisteredName("De Linde", "2024-25")})
        return PublishedStore(store).current()

    def test_are_those_asked_for(self, snapshot: Snapshot) -> None:
        found = snapshot.rows("school", order_by="value DESC NULLS LAST", kind="primary")
        assert [row["school_id"] for row in found] == ["S1", "S2"]
        assert snapshot.rows("nobody", kind="primary") == []

    def test_say_none_where_nothing_is_known(self, snapshot: Snapshot) -> None:
        [second] = snapshot.rows("school", school_id="S2")
        [third] = snapshot.rows("school", school_id="S3")
        assert (second["value"], third["kind"]) == (None, None)

    def test_take_a_value_for_a_value(self, snapshot: Snapshot) -> None:
        assert snapshot.rows("school", school_id="S1' OR 'a' = 'a") == []

    def test_know_names_from_the_register_only(self, snapshot: Snapshot) -> None:
        assert [snapshot.school_name(school_id) for school_id in ("S1", "S2")] == ["De Linde", "S2"]


FORBIDDEN = [
    "SELECT * FROM read_text('{file}')",
    "SELECT * FROM read_csv('{file}')",
    "SELECT * FROM '{file}'",
    "SELECT * FROM glob('/*')",
    "ATTACH '{folder}/other.duckdb' AS other",
    "COPY snapshot.school TO '{folder}/copy.csv'",
    "EXPORT DATABASE '{folder}/export'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "INSERT INTO snapshot.school SELECT * FROM snapshot.school",
    "UPDATE snapshot.school SET school_id = 'S2'",
    "DELETE FROM snapshot.school",
    "DROP TABLE snapshot.school",
    "CREATE TABLE snapshot.other AS SELECT 1",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
]


@pytest.fixture(scope="module")
def sealed_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reader")
    (folder / "secret.csv").write_text("pupil\nJan Peeters\n")
    publish_tables(folder / "store", {"school": pd.DataFrame({"school_id": ["S1"]})})
    return folder


@pytest.fixture(scope="module")
def sealed(sealed_folder: Path) -> Snapshot:
    return PublishedStore(sealed_folder / "store").current()


class TestAReader:
    def test_finds_no_rows_of_a_table_that_the_snapshot_was_made_without(self, sealed: Snapshot) -> None:
        assert sealed.rows("profile", school_id="S1") == []

    @pytest.mark.parametrize("statement", FORBIDDEN)
    def test_can_do_nothing_but_read_the_snapshot(
        self, sealed_folder: Path, sealed: Snapshot, statement: str
    ) -> None:
        before = fingerprint(sealed_folder)
        smuggled = statement.format(file=sealed_folder / "secret.csv", folder=sealed_folder)
        with pytest.raises(duckdb.Error, match=r"disabled|read-only|locked|Cannot"):
            sealed.rows("school", order_by=f"school_id; {smuggled} --")
        assert sealed.rows("school") == [{"school_id": "S1"}]
        assert fingerprint(sealed_folder) == before

    def test_cannot_write_with_the_connection_of_intake_either(self, tmp_path: Path) -> None:
        from mirrors.store.workbench import open_workbench

        with open_workbench() as connection:
            for statement in (
                f"COPY (SELECT 1) TO '{tmp_path}/copy.csv'",
                f"ATTACH '{tmp_path}/other.duckdb'",
                "SELECT * FROM read_text('/etc/hostname')",
                "SET enable_external_access = true",
            ):
                with pytest.raises(duckdb.Error):
                    connection.execute(statement)
        assert list(tmp_path.iterdir()) == []


def named(**names: str) -> dict[str, RegisteredName]:
    return {school_id: RegisteredName(name, "2024-25") for school_id, name in names.items()}


class TestTheRegister:
    def test_is_empty_and_writes_nothing_before_the_first_name(self, store: Path) -> None:
        register = Register(store)
        register.remember(1, {})
        assert register.names() == {}
        assert not store.exists()

    def test_remembers_and_renews_names(self, tmp_path: Path) -> None:
        Register(tmp_path).remember(1, named(S1="De Linde", S2="L'École d'été — “Ünïcode”"))
        Register(tmp_path).remember(2, named(S1="De Nieuwe Linde", S3="'; DROP TABLE school; --"))
        assert Register(tmp_path).names() == {
            "S1": "De Nieuwe Linde",
            "S2": "L'École d'été — “Ünïcode”",
            "S3": "'; DROP TABLE school; --",
        }

    def test_keeps_the_newer_name_when_an_older_year_comes_later(self, tmp_path: Path) -> None:
        Register(tmp_path).remember(1, {"S1": RegisteredName("De Nieuwe Linde", "2024-25")})
        Register(tmp_path).remember(2, {"S1": RegisteredName("De Linde", "2019-20")})
        assert Register(tmp_path).names() == {"S1": "De Nieuwe Linde"}

    def test_knows_the_names_of_some_uploads(self, tmp_path: Path) -> None:
        Register(tmp_path).remember(1, named(S1="De Linde"))
        Register(tmp_path).remember(2, named(S1="Wrong", S2="Elsewhere"))
        assert Register(tmp_path).names([1]) == {"S1": "De Linde"}
        assert Register(tmp_path).names([]) == {}
        assert Register(tmp_path).names([2, 1]) == {"S1": "Wrong", "S2": "Elsewhere"}

    def test_forgets_names_whose_upload_never_came_in(self, tmp_path: Path) -> None:
        Register(tmp_path).remember(1, named(S1="De Linde"))
        Register(tmp_path).remember(2, named(S1="Died", S2="Died too"))
        Register(tmp_path).remember(2, named(S2="De Beuk"))
        assert Register(tmp_path).names() == {"S1": "De Linde", "S2": "De Beuk"}
        Register(tmp_path).remember(2, {})
        assert Register(tmp_path).names() == {"S1": "De Linde"}

    def test_holds_a_country(self, tmp_path: Path) -> None:
        names = {f"S{number}": f"School {number}" for number in range(25_000)}
        Register(tmp_path).remember(1, named(**names))
        assert Register(tmp_path).names() == names

    def test_is_read_again_for_a_new_snapshot(self, store: Path) -> None:
        publish_tables(store, numbered(1))
        published = PublishedStore(store)
        assert published.current().school_name("S1") == "S1"
        Register(store).remember(1, named(S1="De Linde"))
        publish_tables(store, numbered(2))
        assert published.current().school_name("S1") == "De Linde"


class TestADamagedRegister:
    @pytest.mark.parametrize("ruin", [b"", b"not a database at all", None], ids=["empty", "garbage", "gone"])
    def test_is_told_and_put_back_with_the_facts(
        self, store: Path, tmp_path: Path, ruin: bytes | None
    ) -> None:
        ingest(store, "templates", [write_csv(tmp_path / "schools.csv", SCHOOLS, school_row(name="Linde"))])
        [school] = Register(store).names()
        register = store / "register.sqlite"
        if ruin is None:
            register.unlink()
        else:
            register.write_bytes(ruin)
        with pytest.raises(StoreDamaged, match=r"register.sqlite is damaged.*restore .*--facts"):
            Register(store).names()
        with pytest.raises(StoreDamaged, match=r"register.sqlite is damaged"):
            Register(store).remember(2, {school: RegisteredName("New", "2024-25")})
        restore_facts(store)
        assert Register(store).names() == {school: "Linde"}
        assert len(list(store.glob("register.damaged-*.sqlite"))) == (ruin is not None)

    def test_is_not_copied_over_its_copy(self, store: Path) -> None:
        register = Register(store)
        store.mkdir()
        register.remember(1, {"S1": RegisteredName("Linde", "2024-25")})
        register.renew_copy()
        whole = (store / "register.backup.sqlite").read_bytes()
        (store / "register.sqlite").write_bytes(b"garbage, and more of it")
        register.renew_copy()
        assert (store / "register.backup.sqlite").read_bytes() == whole


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"../../elsewhere", b"candidate\n"])
def test_a_pointer_that_names_no_snapshot_is_told_and_put_right(store: Path, content: bytes) -> None:
    publish_tables(store, {"figure": pd.DataFrame({"value": [1.0]})})
    (store / "published" / "CURRENT").write_bytes(content)
    with pytest.raises(StoreDamaged, match=r"CURRENT is damaged.*--snapshot 0001"):
        PublishedStore(store).current()
    assert [snapshot.in_use for snapshot in list_snapshots(store)] == [False]
    restore_snapshot(store, "0001")
    assert PublishedStore(store).current().name == "0001"


def test_the_workbench_has_nowhere_to_spill_to() -> None:
    with open_workbench() as connection:
        assert connection.execute("SELECT current_setting('temp_directory')").fetchall() == [("",)]
        with pytest.raises(duckdb.InvalidInputException, match="locked"):
            connection.execute("SET temp_directory = '/tmp'")


def test_what_a_dead_job_left_of_a_profile_is_removed(store: Path) -> None:
    left = store / "profiles" / "city.unfinished"
    left.parent.mkdir(parents=True)
    left.write_text("id: ci")
    (store / "profiles" / "city.yaml").write_text("id: city")
    clear_unfinished(store)
    assert [path.name for path in left.parent.iterdir()] == ["city.yaml"]


def test_a_definition_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    (tmp_path / "city.yaml").write_bytes(b"id: caf\xe9\n")
    with pytest.raises(DefinitionError, match=r"city.yaml: not a text in UTF-8"):
        read_yaml(tmp_path / "city.yaml")
