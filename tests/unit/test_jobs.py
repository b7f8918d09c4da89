"""The administrator's jobs: one at a time, stopped cleanly, looked at before they count, put back after."""

import threading
from datetime import datetime
from pathlib import Path

import pytest

from mirrors import jobs
from mirrors.intake import Refused, Upload
from mirrors.progress import BackgroundJob, Cancelled, Progress
from mirrors.store import ListChange, NoSnapshot, Origin, PublishedStore, StoreBusy, open_facts
from tests.processes import another_process
from tests.uploads import (
    ABSENCE,
    CONTEXT,
    ENROLMENT,
    SCHOOLS,
    absence_row,
    context_row,
    fingerprint,
    read,
    school_row,
    write_csv,
)

SCHOOL_IDS = tuple(f"S{number}" for number in range(1, 13))
MONTHS = (9, 10, 11, 12, 1, 2, 3, 4, 5, 6)


def city(
    folder: Path, units: int = 20, schools: tuple[str, ...] = SCHOOL_IDS, year: str = "2024-25"
) -> list[Path]:
    """Write the files of one school year of a city."""
    cells = [(school, month) for school in schools for month in MONTHS]
    return [
        write_csv(
            folder / "schools.csv",
            SCHOOLS,
            *(school_row(school_id=school, school_year=year, name=school) for school in schools),
        ),
        write_csv(
            folder / "enrolment.csv",
            ENROLMENT,
            *([school, year, "all", "", month, 70 + int(year[2:4]), 1000] for school, month in cells),
        ),
        write_csv(
            folder / "absence.csv",
            ABSENCE,
            *(
                absence_row(school_id=school, school_year=year, month=month, units=units + int(school[1:]))
                for school, month in cells
            ),
        ),
    ]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def published(store: Path, tmp_path: Path) -> Path:
    jobs.ingest(store, "templates", city(tmp_path / "first"))
    jobs.publish(store, by="an")
    return store


def context(tmp_path: Path, value: float = 1.5) -> Upload:
    return read(write_csv(tmp_path / f"context{value}.csv", CONTEXT, context_row(value=value)))


def stop_at(step: str) -> Progress:
    """Return a progress that is cancelled when a step starts."""

    def told(name: str, share: float) -> None:
        if name == step:
            raise Cancelled("stopped")

    return told


class TestTheQueue:
    def test_lets_threads_in_one_by_one_and_loses_nobody(self, store: Path, tmp_path: Path) -> None:
        uploads = [context(tmp_path, value=number) for number in range(6)]
        running = [BackgroundJob(lambda told, u=upload: jobs.take_in(store, u, told)) for upload in uploads]
        for job in running:
            job.wait(120)
        assert [job.error for job in running] == [None] * 6
        assert sorted(job.result.upload_id for job in running if job.result) == [1, 2, 3, 4, 5, 6]
        with open_facts(store) as facts:
            [value] = facts.frame("SELECT value FROM context")["value"]
        [newest] = [job.result for job in running if job.result and job.result.upload_id == 6]
        assert newest.files[0].file == f"context{value:.0f}.csv"

    def test_waits_for_another_process_and_says_so(self, store: Path, tmp_path: Path) -> None:
        upload = context(tmp_path)
        with another_process(store) as process:
            job = BackgroundJob(lambda told: jobs.take_in(store, upload, told))
            while job.step != "waiting for another upload":
                assert job.running
            assert process.stdin is not None
            process.stdin.close()
            job.wait(60)
            process.stdin = None
        assert (job.error, job.result and job.result.upload_id) == (None, 1)

    def test_is_left_by_who_does_not_wait_any_longer(self, store: Path, tmp_path: Path) -> None:
        upload = context(tmp_path)
        with another_process(store):
            job = BackgroundJob(lambda told: jobs.take_in(store, upload, told))
            while job.step != "waiting for another upload":
                assert job.running
            job.cancel()
            job.wait(60)
        assert isinstance(job.error, Cancelled)
        assert jobs.uploads(store) == []

    def test_turns_away_who_may_not_wait(self, published: Path, tmp_path: Path) -> None:
        upload = context(tmp_path)
        with another_process(published):
            for work in (
                lambda: jobs.take_in(published, upload, wait=False),
                lambda: jobs.publish(published, wait=False),
                lambda: jobs.withdraw(published, 1, "x", wait=False),
                lambda: jobs.restore(published, "0001", wait=False),
                lambda: jobs.restore_facts(published, wait=False),
            ):
                with pytest.raises(StoreBusy, match="try again"):
                    work()


class TestACancelledJob:
    def test_leaves_the_store_as_it_was(self, published: Path, tmp_path: Path) -> None:
        before = fingerprint(published)
        files = city(tmp_path / "second", units=90)
        for step in ("absence.csv", "compare the files", "compare with earlier uploads", "store"):
            with pytest.raises(Cancelled):
                jobs.ingest(published, "templates", files, stop_at(step))
        assert jobs.ingest(published, "templates", files).upload_id == 2
        for step in ("reduce", "peer groups", "write snapshot", "put the snapshot in use"):
            with pytest.raises(Cancelled):
                jobs.publish(published, stop_at(step))
            assert PublishedStore(published).current().name == "0001"
        after = fingerprint(published)
        assert {name for name in before if before[name] != after[name]} <= {
            "facts.duckdb",
            "facts.backup.duckdb",
            "register.backup.sqlite",
            "register.sqlite",
        }
        assert jobs.publish(published) == "0002"

    def test_in_the_background_says_where_it_was(self) -> None:
        reached, go_on = threading.Event(), threading.Event()

        def work(told: Progress) -> str:
            told("first", 0.25)
            reached.set()
            go_on.wait(60)
            told("second", 0.5)
            return "never"

        job = BackgroundJob(work)
        reached.wait(60)
        assert (job.running, job.step, job.share) == (True, "first", 0.25)
        job.cancel()
        go_on.set()
        job.wait(60)
        assert (job.running, job.step, job.result) == (False, "second", None)
        assert isinstance(job.error, Cancelled)

    def test_is_not_the_same_as_one_that_fails_or_ends(self) -> None:
        failed = BackgroundJob(lambda told: 1 // 0)
        ended = BackgroundJob(lambda told: 7)
        for job in (failed, ended):
            job.wait(60)
        assert isinstance(failed.error, ZeroDivisionError)
        assert (ended.result, ended.error) == (7, None)


class TestAPreview:
    def test_of_the_first_snapshot_shows_all_as_new(self, store: Path, tmp_path: Path) -> None:
        jobs.ingest(store, "templates", city(tmp_path / "first"))
        preview = jobs.prepare_publish(store)
        assert (preview.against, preview.uploads, preview.nothing_changes) == (None, (1,), False)
        assert preview.schools_come == tuple(sorted(SCHOOL_IDS))
        assert preview.years_come == ("2024-25",)
        assert preview.figures_new > 0 == preview.figures_changed
        with pytest.raises(NoSnapshot):
            PublishedStore(store).current()

    def test_says_when_nothing_changes(self, published: Path) -> None:
        preview = jobs.prepare_publish(published)
        assert preview.nothing_changes
        assert (preview.moves, preview.list_changes, preview.other_tables) == ((), (), ())

    def test_shows_what_comes_goes_and_moves(self, published: Path, tmp_path: Path) -> None:
        kept = SCHOOL_IDS[1:]
        jobs.ingest(published, "templates", city(tmp_path / "second", units=21, schools=kept))
        jobs.ingest(published, "templates", city(tmp_path / "third", schools=("S40",), year="2025-26"))
        jobs.ingest(published, "templates", city(tmp_path / "fourth", units=90, schools=("S5",)))
        preview = jobs.prepare_publish(published)
        assert (preview.against, preview.uploads) == ("0001", (1, 2, 3, 4))
        assert (preview.schools_come, preview.schools_go) == (("S40",), ())
        assert (preview.years_come, preview.years_go) == (("2025-26",), ())
        assert preview.figures_new > 0
        assert preview.figures_changed > 0
        assert len(preview.moves) <= 20
        largest = preview.moves[0]
        assert (largest.school_id, largest.school_year) == ("S5", "2024-25")
        assert largest.after > largest.before
        sizes = [each for each in preview.sizes if each.indicator == largest.indicator]
        assert [each.school_year for each in sizes] == ["2024-25"]
        assert sizes[0].largest == pytest.approx(largest.after - largest.before)
        assert 0 < sizes[0].half <= sizes[0].largest
        assert sum(each.figures for each in preview.sizes) <= preview.figures_changed
        assert PublishedStore(published).current().name == "0001"

    def test_shows_schools_and_years_that_go(self, published: Path, tmp_path: Path) -> None:
        jobs.ingest(published, "templates", city(tmp_path / "third", schools=("S40",), year="2025-26"))
        jobs.publish(published)
        jobs.withdraw(published, 2, "not theirs")
        preview = jobs.prepare_publish(published)
        assert (preview.schools_go, preview.years_go) == (("S40",), ("2025-26",))
        assert preview.figures_gone > 0

    def test_is_what_a_publish_then_puts_in_use(self, published: Path, tmp_path: Path) -> None:
        jobs.ingest(published, "templates", city(tmp_path / "second", units=60))
        jobs.prepare_publish(published, by="an")
        steps: list[str] = []
        jobs.publish(published, lambda step, share: steps.append(step), by="bo")
        assert steps == ["put the snapshot in use"]
        assert jobs.snapshots(published)[-1].by == "bo"
        assert jobs.prepare_publish(published).nothing_changes

    def test_is_computed_again_when_the_facts_changed_since(self, published: Path, tmp_path: Path) -> None:
        jobs.prepare_publish(published)
        jobs.ingest(published, "templates", city(tmp_path / "second", units=60))
        steps: list[str] = []
        jobs.publish(published, lambda step, share: steps.append(step))
        assert "reduce" in steps
        assert jobs.snapshots(published)[-1].uploads == (1, 2)

    def test_shows_who_enters_and_leaves_a_list(self, store: Path) -> None:
        import pandas as pd

        from mirrors.store import publish_tables
        from mirrors.store.preview import compare
        from mirrors.store.published import write_candidate

        def tables(*listed: tuple[str, str]) -> dict[str, pd.DataFrame]:
            rows = [("A1", "2024-25", "rose", school, certainty) for school, certainty in listed]
            columns = ["indicator", "school_year", "list", "school_id", "certainty"]
            figure = pd.DataFrame(
                {"indicator": ["A1"], "school_id": "S1", "school_year": "2024-25", "value": 0.1}
            )
            return {
                "listed": pd.DataFrame(rows, columns=columns),
                "figure": figure,
                "registration": pd.DataFrame({"alarms": ["roll_change", ""]}),
            }

        publish_tables(store, tables(("S1", "clear"), ("S2", "clear"), ("S3", "weak")))
        origin = Origin(datetime(2026, 9, 1), "an", (1, 2), "state", "program")
        write_candidate(store, tables(("S2", "clear"), ("S3", "clear"), ("S1", "weak")), origin)
        preview = compare(store)
        assert preview.list_changes == (
            ListChange("A1", "2024-25", "rose", "S3", True),
            ListChange("A1", "2024-25", "rose", "S1", False),
        )
        assert (preview.open_alarms, preview.other_tables, preview.nothing_changes) == (1, ("listed",), False)


class TestSnapshots:
    @pytest.fixture
    def twice(self, published: Path, tmp_path: Path) -> Path:
        jobs.ingest(published, "templates", city(tmp_path / "second", units=60))
        jobs.publish(published, by="bo")
        return published

    def test_are_listed_with_what_they_rest_on(self, twice: Path) -> None:
        found = [(s.name, s.by, s.uploads, s.in_use, s.whole) for s in jobs.snapshots(twice)]
        assert found == [("0001", "an", (1,), False, True), ("0002", "bo", (1, 2), True, True)]

    def test_are_put_back_and_it_is_remembered(self, twice: Path) -> None:
        before = fingerprint(twice)
        jobs.restore(twice, "0001", by="cy")
        assert PublishedStore(twice).current().name == "0001"
        after = fingerprint(twice)
        assert {
            name for name in after if name.startswith("published/00") and before[name] != after[name]
        } == set()
        assert [(e.what, e.subject, e.by) for e in jobs.events(twice)] == [
            ("published", "0001", "an"),
            ("published", "0002", "bo"),
            ("restored", "0001", "cy"),
        ]
        assert jobs.publish(twice) == "0003"

    def test_know_the_names_of_their_own_uploads(self, store: Path, tmp_path: Path) -> None:
        files = city(tmp_path / "first")
        jobs.ingest(store, "templates", files)
        jobs.publish(store)
        renamed = write_csv(tmp_path / "new.csv", SCHOOLS, school_row(school_id="S1", name="De Beuk"))
        jobs.ingest(store, "templates", [renamed])
        assert PublishedStore(store).current().school_name("S1") == "S1"
        jobs.publish(store)
        assert PublishedStore(store).current().school_name("S1") == "De Beuk"
        jobs.restore(store, "0001")
        assert PublishedStore(store).current().school_name("S1") == "S1"

    def test_swapped_by_a_job_that_died_are_remembered_by_the_next(self, twice: Path) -> None:
        (twice / "published" / "CURRENT").write_text("0001\n")
        jobs.withdraw(twice, 2, "x")
        assert [(e.what, e.subject) for e in jobs.events(twice)][-2:] == [
            ("published", "0001"),
            ("withdrawn", "2"),
        ]


class TestAlarms:
    def test_are_listed_decided_and_take_effect(self, published: Path, tmp_path: Path) -> None:
        twice = [
            [s, "2024-25", "all", "", m, 200 if s == "S3" else 94, 1000] for s in SCHOOL_IDS for m in MONTHS
        ]
        again = city(tmp_path / "before", units=21, year="2023-24")
        jobs.ingest(published, "templates", again)
        jobs.ingest(published, "templates", [write_csv(tmp_path / "doubled.csv", ENROLMENT, *twice)])
        about = jobs.alarms(published)
        [row] = about[(about["school_id"] == "S3") & (about["alarm"] == "roll_change")].to_dict("records")
        assert row["state"] == "open"
        jobs.decide(published, "S3", row["school_year"], "roll_change", "confirmed", "a merger", by="an")
        about = jobs.alarms(published)
        [row] = about[(about["school_id"] == "S3") & (about["alarm"] == "roll_change")].to_dict("records")
        assert (row["state"], row["note"], row["decided_by"]) == ("confirmed", "a merger", "an")

    def test_that_are_not_there_cannot_be_decided(self, published: Path) -> None:
        with pytest.raises(jobs.WrongDecision, match="no alarm"):
            jobs.decide(published, "S1", "2024-25", "roll_change", "confirmed", "x")

    def test_of_no_store_are_none(self, store: Path) -> None:
        for work in (jobs.alarms, lambda folder: jobs.withdraw(folder, 1, "x"), jobs.prepare_publish):
            with pytest.raises(jobs.NothingToPublish):
                work(store)
        assert not store.exists()


class TestARefusedFile:
    @pytest.fixture
    def broken(self, tmp_path: Path) -> Path:
        path = tmp_path / "Jan Peeters 85073003328.xlsx"
        path.write_bytes(b"PK\x03\x04 no workbook")
        return path

    def test_is_named_without_what_is_personal(self, store: Path, broken: Path) -> None:
        with pytest.raises(Refused):
            jobs.ingest(store, "templates", [broken])
        [upload] = jobs.uploads(store)
        assert [file.name for file in upload.files] == ["….xlsx"]
        assert {finding.file for finding in upload.findings} == {"….xlsx"}

    def test_that_is_empty_is_told_without_what_is_personal(self, store: Path, broken: Path) -> None:
        broken.write_bytes(b"")
        with pytest.raises(Refused) as refusal:
            jobs.ingest(store, "templates", [broken])
        assert {finding.file for finding in refusal.value.findings} == {"….xlsx"}

    def test_is_told_at_once_where_the_ledger_is_busy(self, store: Path, broken: Path) -> None:
        with another_process(store):
            with pytest.raises(Refused):
                jobs.ingest(store, "templates", [broken], wait=False)
            assert jobs.uploads(store) == []


class TestTheOnlyUploadWithdrawn:
    def test_takes_everything_out_of_use(self, published: Path) -> None:
        jobs.withdraw(published, 1, "not ours")
        preview = jobs.prepare_publish(published)
        assert (preview.leaves_nothing, preview.nothing_changes) == (True, False)
        assert set(preview.schools_go) == set(SCHOOL_IDS)
        assert preview.figures_gone > 0
        assert PublishedStore(published).current().name == "0001"
        assert jobs.publish(published, by="bo") == ""
        with pytest.raises(NoSnapshot, match="nothing is published"):
            PublishedStore(published).current()
        assert [snapshot.in_use for snapshot in jobs.snapshots(published)] == [False]
        assert [(event.what, event.by) for event in jobs.events(published)][-1] == ("unpublished", "bo")
        with pytest.raises(jobs.NothingToPublish):
            jobs.publish(published)
        jobs.restore(published, "0001")
        assert PublishedStore(published).current().name == "0001"

    def test_goes_even_where_the_snapshot_in_use_cannot_be_read(self, published: Path) -> None:
        jobs.withdraw(published, 1, "not ours")
        (published / "published" / "0001.duckdb").write_bytes(b"")
        assert jobs.prepare_publish(published).leaves_nothing
        assert jobs.publish(published) == ""
