"""The command line: what it says, what it prints for other programs, and how it exits."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from mirrors.__main__ import main
from mirrors.access import demo_doors
from mirrors.definitions import profile_names
from mirrors.jobs import level_b
from mirrors.store import PublishedStore, Register
from tests.processes import ROOT, another_process
from tests.uploads import (
    ABSENCE,
    CONTEXT,
    ENROLMENT,
    SCHOOLS,
    absence_row,
    context_row,
    fingerprint,
    school_row,
    write_csv,
)

DONE, REFUSED, WRONG_USE, BUSY, NOTHING, UNREADABLE = 0, 1, 2, 3, 4, 5
LISTS = ("excellent", "improved", "rose")
MARYLAND = (
    "Academic Year",
    "LSS Number",
    "School Number",
    "School Name",
    "School Type",
    "Attend Rate Pct",
    "Days Attended Cnt",
    "Days Member Cnt",
    "Fewer 5 Pct",
    "Fewer 5 Cnt",
    "More 20 Pct",
    "More 20 Cnt",
    "More 90 Member Cnt",
)


def mirrors(*arguments: object) -> Result:
    """Return what the command line does with the arguments."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="python -m mirrors")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Return the files of a city of two schools."""
    schools, months = ("S1", "S2"), (9, 10, 11)
    return [
        write_csv(
            tmp_path / "schools.csv", SCHOOLS, *(school_row(school_id=key, name=key) for key in schools)
        ),
        write_csv(
            tmp_path / "enrolment.csv",
            ENROLMENT,
            *([key, "2024-25", "all", "", month, 100, 3600] for key in schools for month in months),
        ),
        write_csv(
            tmp_path / "absence.csv",
            ABSENCE,
            *(absence_row(school_id=key, month=month, units=50) for key in schools for month in months),
        ),
    ]


class TestHelp:
    @pytest.mark.parametrize("command", main.commands)
    def test_of_a_command_says_what_it_does_and_takes(self, command: str) -> None:
        result = mirrors(command, "--help")
        assert result.exit_code == DONE
        assert result.stdout.startswith(f"Usage: python -m mirrors {command} [OPTIONS]")
        for option in main.commands[command].params:
            if isinstance(option, click.Option):
                assert f"  {option.opts[0]} " in result.stdout
                assert option.help
        assert mirrors(command, "-h").stdout == result.stdout

    def test_of_ingest_names_the_profiles(self) -> None:
        words = mirrors("ingest", "--help").stdout
        assert all(name in words for name in profile_names())

    def test_from_the_shell_names_commands_and_exit_codes(self) -> None:
        shell = subprocess.run(
            [sys.executable, "-m", "mirrors", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert shell.stdout.startswith("Usage: python -m mirrors [OPTIONS] COMMAND")
        assert all(f"\n  {command} " in shell.stdout for command in main.commands)
        assert not re.search(r"[a-z]\.\.\.\n", shell.stdout), "a summary is cut off"
        for code, meaning in enumerate(("done", "refused", "wrong use", "store busy", "nothing published")):
            assert f"{code} {meaning}" in " ".join(shell.stdout.split())


class TestIngest:
    def test_says_what_became_of_every_file(self, store: Path, files: list[Path]) -> None:
        result = mirrors("ingest", "--store", store, "--profile", "templates", *files)
        assert result.exit_code == DONE
        assert result.stdout.splitlines() == [
            "Upload 1 is in.",
            "  schools.csv: 2 rows read, 2 kept",
            "  enrolment.csv: 6 rows read, 6 kept",
            "  absence.csv: 6 rows read, 6 kept",
        ]

    def test_says_what_was_left_out_and_what_is_not_exact(self, store: Path, tmp_path: Path) -> None:
        counts = [">= 95.0", *["*"] * 6, "200"]
        school = ["2003", "1", "5", "Beall", "High", *counts]
        total = ["2003", "1", "A", "All Schools", "All", *counts]
        path = write_csv(tmp_path / "Attendance_2003.csv", MARYLAND, school, total)
        result = mirrors("ingest", "--store", store, "--profile", "maryland", path)
        assert result.exit_code == DONE
        assert result.stdout.splitlines()[1:4] == [
            "  Attendance_2003.csv: 2 rows read, 1 kept",
            "    dropped 1: total of several schools",
            "    Days Member Cnt: 1 missing",
        ]
        assert "    Attend Rate Pct: 1 at_most" in result.stdout.splitlines()

    def test_refuses_with_every_reason_and_leaves_the_store_alone(
        self, store: Path, files: list[Path], tmp_path: Path
    ) -> None:
        wrong = write_csv(tmp_path / "context.csv", CONTEXT, context_row(value="x", school_year="2024"))
        result = mirrors(
            "ingest", "--store", store, "--profile", "templates", *files, wrong, tmp_path / "gone.csv"
        )
        assert result.exit_code == REFUSED
        assert result.stdout == ""
        assert result.stderr.splitlines()[-4:] == [
            "Refused; the facts are unchanged.",
            "  context.csv, column school_year, row 2: this is not a school year. Write it as 2024-25.",
            "  context.csv, column value, row 2: this is not a number."
            " Write digits, with a point or a comma, or leave it empty.",
            "  gone.csv: there is no such file. Check the path.",
        ]
        assert not store.exists()

    def test_refuses_the_same_files_again(self, store: Path, files: list[Path]) -> None:
        mirrors("ingest", "--store", store, "--profile", "templates", *files)
        before = fingerprint(store)
        result = mirrors("ingest", "--store", store, "--profile", "templates", *files)
        assert result.exit_code == REFUSED
        assert "loaded before, as upload 1" in result.stderr
        after = fingerprint(store)
        assert {name for name in after if before[name] != after[name]} == {
            "facts.duckdb",
            "facts.backup.duckdb",
        }

    def test_with_an_unknown_profile_is_wrong_use(self, store: Path, files: list[Path]) -> None:
        result = mirrors("ingest", "--store", store, "--profile", "atlantis", *files)
        assert result.exit_code == WRONG_USE
        assert all(name in result.stderr for name in profile_names())
        assert not store.exists()

    def test_without_files_store_or_profile_is_wrong_use(self, store: Path, files: list[Path]) -> None:
        assert mirrors("ingest", "--store", store, "--profile", "templates").exit_code == WRONG_USE
        assert mirrors("ingest", "--profile", "templates", *files).exit_code == WRONG_USE
        assert mirrors("ingest", "--store", store, *files).exit_code == WRONG_USE
        assert mirrors("ingest", "--store", files[0], "--profile", "templates", *files).exit_code == WRONG_USE


class TestPublish:
    def test_names_the_snapshot_that_is_in_use(self, store: Path, files: list[Path]) -> None:
        mirrors("ingest", "--store", store, "--profile", "templates", *files)
        for name in ("0001", "0002"):
            result = mirrors("publish", "--store", store)
            assert result.exit_code == DONE
            assert result.stdout.endswith(f"Snapshot {name} is in use.\n")
            assert PublishedStore(store).current().name == name

    def test_without_uploads_has_nothing_to_do(self, store: Path) -> None:
        result = mirrors("publish", "--store", store)
        assert result.exit_code == NOTHING
        assert "ingest files first" in result.stderr

    def test_without_figures_says_what_is_needed(self, store: Path, files: list[Path]) -> None:
        mirrors("ingest", "--store", store, "--profile", "templates", files[-1])
        result = mirrors("publish", "--store", store)
        assert result.exit_code == NOTHING
        assert "enrolment" in result.stderr

    def test_may_be_told_to_wait_for_nobody(self, store: Path, files: list[Path]) -> None:
        with another_process(store):
            for command in (("publish",), ("ingest", "--profile", "templates", *files)):
                result = mirrors(*command, "--store", store, "--no-wait")
                assert result.exit_code == BUSY
                assert "another job is writing" in result.stderr

    def test_may_only_be_looked_at(self, store: Path, files: list[Path]) -> None:
        mirrors("ingest", "--store", store, "--profile", "templates", *files)
        result = mirrors("publish", "--store", store, "--preview")
        assert result.exit_code == DONE
        assert "The first snapshot, of uploads 1:" in result.stdout
        assert "  schools new: S1, S2" in result.stdout
        assert mirrors("snapshots", "--store", store).stdout == ""
        mirrors("publish", "--store", store)
        assert mirrors("publish", "--store", store, "--preview").stdout == (
            "Nothing changes against snapshot 0001.\n"
        )

    def test_says_what_moves(self, store: Path, files: list[Path], tmp_path: Path) -> None:
        mirrors("ingest", "--store", store, "--profile", "templates", *files)
        mirrors("publish", "--store", store)
        newer = write_csv(
            tmp_path / "newer.csv",
            ABSENCE,
            *(absence_row(school_id="S1", month=month, units=90) for month in (9, 10, 11)),
        )
        mirrors("ingest", "--store", store, "--profile", "templates", newer)
        told = mirrors("publish", "--store", store).stdout
        assert "Against snapshot 0001, of uploads 1 2:" in told
        assert re.search(r"  S1, A1, 2024-25: \d+\.\d% becomes \d+\.\d%\n", told)


class TestTheLedger:
    @pytest.fixture
    def tried(self, store: Path, files: list[Path], tmp_path: Path) -> Path:
        """A store with an upload, a refused one and a snapshot."""
        mirrors("ingest", "--store", store, "--profile", "templates", "--by", "an", *files)
        wrong = write_csv(tmp_path / "wrong.csv", CONTEXT, context_row(value="x"))
        assert mirrors("ingest", "--store", store, "--profile", "templates", wrong).exit_code == REFUSED
        mirrors("publish", "--store", store, "--by", "bo")
        return store

    def test_lists_what_was_tried(self, tried: Path) -> None:
        told = mirrors("uploads", "--store", tried).stdout
        assert re.search(r"^1: taken, \d{4}-\d\d-\d\d \d\d:\d\d UTC by an$", told, re.MULTILINE)
        assert "read by templates: schools.csv, enrolment.csv, absence.csv" in told
        assert re.search(r"^2: refused, .*\n.*wrong\.csv\n  found: not_a_number$", told, re.MULTILINE)

    def test_withdraws_and_reinstates(self, tried: Path) -> None:
        about = ("--store", tried, "--upload", "1", "--note", "wrong year", "--by", "an")
        assert mirrors("withdraw", *about).exit_code == DONE
        told = mirrors("uploads", "--store", tried).stdout
        assert "1: withdrawn" in told
        assert "wrong year" in told
        result = mirrors("withdraw", *about)
        assert result.exit_code == WRONG_USE
        assert "upload 1 is withdrawn" in result.stderr
        assert mirrors("publish", "--store", tried).exit_code == DONE
        assert mirrors("reinstate", *about).exit_code == DONE
        assert mirrors("publish", "--store", tried).exit_code == DONE

    def test_puts_an_earlier_snapshot_back(self, tried: Path) -> None:
        mirrors("publish", "--store", tried)
        result = mirrors("restore", "--store", tried, "--snapshot", "0001")
        assert (result.exit_code, result.stdout) == (DONE, "Snapshot 0001 is in use.\n")
        first, second = mirrors("snapshots", "--store", tried).stdout.splitlines()
        assert re.fullmatch(r"0001, .* UTC by \S+, of uploads 1, in use", first)
        assert re.fullmatch(r"0002, .* UTC by .*, of uploads 1", second)

    def test_names_the_snapshots_there_are(self, tried: Path) -> None:
        result = mirrors("restore", "--store", tried, "--snapshot", "0009")
        assert result.exit_code == NOTHING
        assert "there are: 0001" in result.stderr

    @pytest.mark.parametrize("options", [(), ("--facts", "--snapshot", "0001")])
    def test_wants_to_know_what_to_put_back(self, tried: Path, options: tuple[str, ...]) -> None:
        assert mirrors("restore", "--store", tried, *options).exit_code == WRONG_USE

    def test_tells_the_command_that_puts_damaged_facts_back(self, tried: Path) -> None:
        facts = tried / "facts.duckdb"
        facts.write_bytes(facts.read_bytes()[:100_000])
        result = mirrors("uploads", "--store", tried)
        assert result.exit_code == UNREADABLE
        command = shlex.split(result.stderr.partition("python -m mirrors ")[2])
        assert mirrors(*command).exit_code == DONE
        assert "1: taken" in mirrors("uploads", "--store", tried).stdout

    @pytest.mark.parametrize("command", ["uploads", "snapshots", "alarms"])
    def test_of_no_store_says_so(self, store: Path, command: str) -> None:
        result = mirrors(command, "--store", store)
        assert (result.exit_code, result.stdout) == (NOTHING, "")
        assert f"there is no store in {store}" in result.stderr
        assert not store.exists()


@pytest.fixture(scope="module")
def alarmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store in which the roll of one school doubled."""
    folder = tmp_path_factory.mktemp("alarmed")
    pupils = {"2023-24": 100, "2024-25": 220}
    rows = [
        [school, year, "all", "", month, pupils[year] if school == "S1" else 100 + month, 1000]
        for school in ("S1", "S2", "S3", "S4")
        for year in pupils
        for month in (9, 10, 11)
    ]
    enrolment = write_csv(folder / "enrolment.csv", ENROLMENT, *rows)
    mirrors("ingest", "--store", folder / "store", "--profile", "templates", enrolment)
    return folder / "store"


class TestAlarms:
    def test_are_listed_and_answered(self, alarmed: Path) -> None:
        assert "S1 2024-25 roll_change: open" in mirrors("alarms", "--store", alarmed).stdout
        about = ("--store", alarmed, "--school", "S1", "--year", "2024-25", "--alarm", "roll_change")
        assert mirrors("confirm", *about, "--note", "two schools merged").exit_code == DONE
        assert "roll_change" not in mirrors("alarms", "--store", alarmed).stdout
        told = mirrors("alarms", "--store", alarmed, "--all").stdout
        assert "S1 2024-25 roll_change: confirmed" in told
        assert "two schools merged" in told
        assert mirrors("reject", *about, "--note", "no, counted twice").exit_code == DONE
        assert "roll_change: rejected" in mirrors("alarms", "--store", alarmed, "--all").stdout

    def test_that_are_not_there_are_said_so(self, alarmed: Path) -> None:
        about = ("--store", alarmed, "--school", "S9", "--year", "2024-25", "--alarm", "roll_change")
        result = mirrors("confirm", *about, "--note", "x")
        assert result.exit_code == WRONG_USE
        assert "no alarm" in result.stderr


class TestLevelB:
    def test_is_allowed_by_somebody_and_taken_back(self, store: Path, files: list[Path]) -> None:
        mirrors("ingest", "--store", store, "--profile", "templates", *files)
        allow = ("allow-level-b", "--store", store, "--confirmed-by", "the officer", "--reference", "doc 7")
        assert mirrors(*allow).exit_code == DONE
        setting = level_b(store)
        assert setting is not None
        assert (setting.confirmed_by, setting.reference) == ("the officer", "doc 7")
        assert mirrors("forbid-level-b", "--store", store).exit_code == DONE
        assert level_b(store) is None


class TestSample:
    def test_leaves_a_store_that_is_published_as_it_is(self, sample_store: Path) -> None:
        before = fingerprint(sample_store)
        result = mirrors("sample", "--store", sample_store)
        assert result.exit_code == DONE
        assert "0001" in result.stdout
        assert fingerprint(sample_store) == before

    def test_says_why_the_doors_of_an_earlier_version_s_city_are_closed(
        self, sample_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert "demo doors are closed" not in mirrors("sample", "--store", sample_store).stdout
        (tmp_path / "absence.parquet").write_bytes(b"the city of another version")
        monkeypatch.setattr("mirrors.access.demo.SAMPLE", tmp_path)
        assert demo_doors(sample_store) == ()
        result = mirrors("sample", "--store", sample_store)
        assert result.exit_code == DONE
        assert "demo doors are closed" in result.stdout

    def test_adds_nothing_to_a_store_of_somebody_else(self, store: Path, files: list[Path]) -> None:
        mirrors("ingest", "--store", store, "--profile", "templates", files[-1])
        before = fingerprint(store)
        assert mirrors("sample", "--store", store).exit_code == NOTHING
        assert fingerprint(store) == before


@pytest.fixture(scope="module")
def years(sample_store: Path) -> list[str]:
    rows = PublishedStore(sample_store).current().rows("list_state")
    return sorted({row["school_year"] for row in rows})


@pytest.fixture(scope="module")
def records(sample_store: Path, years: list[str]) -> list[dict[str, Any]]:
    """Return the lists of every year and indicator of the sample city."""
    asked = [("--year", year, "--indicator", key) for year in years for key in ("A1", "A2")]
    results = [mirrors("lists", "--store", sample_store, "--json", *options) for options in asked]
    assert {result.exit_code for result in results} == {DONE}
    return [json.loads(result.stdout) for result in results]


def lists_of(record: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    return {name: schools for name, schools in record.items() if isinstance(schools, list)}


class TestLists:
    def test_before_the_first_publish_are_not_there(self, store: Path) -> None:
        result = mirrors("lists", "--store", store, "--year", "2024-25")
        assert result.exit_code == NOTHING
        assert "nothing is published" in result.stderr
        assert not store.exists()

    def test_of_a_year_that_is_not_there_name_the_years(self, sample_store: Path) -> None:
        result = mirrors("lists", "--store", sample_store, "--year", "2018", "--json")
        assert result.exit_code == WRONG_USE
        assert "2025-26" in result.stderr

    def test_on_an_indicator_without_lists_name_those_with(self, sample_store: Path) -> None:
        result = mirrors("lists", "--store", sample_store, "--year", "2024-25", "--indicator", "B12")
        assert result.exit_code == WRONG_USE
        assert "A2, A1" in result.stderr

    def test_are_on_the_first_indicator_of_the_rules_by_default(self, sample_store: Path) -> None:
        result = mirrors("lists", "--store", sample_store, "--year", "2024-25", "--json")
        assert json.loads(result.stdout)["indicator"] == "A2"

    def test_of_the_sample_city_hold_clear_and_weak_signals(self, records: list[dict[str, Any]]) -> None:
        filled = {name for record in records for name, schools in lists_of(record).items() if schools}
        assert filled == {*LISTS, "weak_improved", "weak_rose"}

    def test_hold_schools_by_id_with_evidence_and_certainty_and_nothing_else(
        self, records: list[dict[str, Any]], sample_store: Path
    ) -> None:
        known = set(Register(sample_store).names())
        for record in records:
            for schools in lists_of(record).values():
                assert all(set(school) == {"school_id", "evidence", "certainty"} for school in schools)
                assert {school["school_id"] for school in schools} <= known
                assert all(school["evidence"].endswith(".") for school in schools)

    def test_have_no_score_no_rank_and_no_size(self, records: list[dict[str, Any]]) -> None:
        for record in records:
            assert set(record) == {
                "school_year",
                "indicator",
                "title",
                "schools_judged",
                *lists_of(record),
                *(f"why_fewer_{name}" for name in LISTS),
            }
            for school in (school for schools in lists_of(record).values() for school in schools):
                assert not re.findall(
                    r"\d+(?![\d.]*\u00a0%)", re.sub(r"\d+\.\d+\u00a0%", "", school["evidence"])
                )

    def test_keep_weak_signals_apart(self, records: list[dict[str, Any]]) -> None:
        for record in records:
            for name, schools in lists_of(record).items():
                certainty = "weak" if name.startswith("weak_") else "clear"
                assert {school["certainty"] for school in schools} <= {certainty}
                assert len(schools) <= 10

    def test_hold_a_school_once(self, records: list[dict[str, Any]]) -> None:
        for record in records:
            changed = [
                school["school_id"]
                for name, schools in lists_of(record).items()
                if name != "excellent"
                for school in schools
            ]
            assert len(changed) == len(set(changed))

    def test_stand_in_alphabetical_order_of_name(
        self, records: list[dict[str, Any]], sample_store: Path
    ) -> None:
        names = Register(sample_store).names()
        for record in records:
            for schools in lists_of(record).values():
                order = [names[school["school_id"]].casefold() for school in schools]
                assert order == sorted(order)

    def test_say_why_there_are_fewer_than_ten(self, records: list[dict[str, Any]]) -> None:
        for record in records:
            for name in LISTS:
                assert (record[f"why_fewer_{name}"] is None) == (len(record[name]) == 10)

    def test_of_a_break_year_are_empty_and_say_so(self, sample_store: Path) -> None:
        result = mirrors("lists", "--store", sample_store, "--year", "2020-21", "--json")
        record = json.loads(result.stdout)
        assert not any(lists_of(record).values())
        assert {record[f"why_fewer_{name}"] for name in LISTS} == {"break_year"}

    def test_say_the_same_to_a_person_as_to_a_program(
        self, sample_store: Path, records: list[dict[str, Any]]
    ) -> None:
        record = records[-1]
        result = mirrors(
            "lists",
            "--store",
            sample_store,
            "--year",
            record["school_year"],
            "--indicator",
            record["indicator"],
        )
        assert result.exit_code == DONE
        assert record["title"] in result.stdout
        for name, schools in lists_of(record).items():
            assert f"{name.replace('_', ' ')} ({len(schools)})" in result.stdout
            for school in schools:
                assert (
                    f"  {school['school_id']}: {school['evidence']} ({school['certainty']})" in result.stdout
                )
