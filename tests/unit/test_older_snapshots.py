"""Older snapshots: whoever publishes again changes nothing in what was published before."""

import hashlib
import json
import shutil
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from mirrors.__main__ import main
from mirrors.access import Role, Viewer
from mirrors.store import NoSnapshot, Origin, PublishedStore, StoreDamaged, publish_tables
from mirrors.views.ten_and_ten import lists_record
from tests.spec.cities import City, sample_city

ADVISER = Viewer(Role.ADVISER, name="adviser")
YEAR = "2024-25"


def origin(by: str, day: int) -> Origin:
    """Return the origin of a snapshot that one person published on one day."""
    return Origin(datetime(2026, 7, day), by, (1,), "state", "program")


@pytest.fixture(scope="module")
def city() -> City:
    """Return the sample city."""
    return sample_city()


@pytest.fixture
def store(city: City, tmp_path: Path) -> Path:
    """Return a store whose second snapshot has lost every list of the first."""
    shutil.copy(city.folder / "register.sqlite", tmp_path)
    publish_tables(tmp_path, city.tables, origin("An", 1))
    empty = {**city.tables, "listed": city.tables["listed"].iloc[:0]}
    publish_tables(tmp_path, empty, origin("Bo", 2))
    return tmp_path


def test_the_lists_of_a_past_year_come_from_their_own_snapshot(city: City, store: Path) -> None:
    published = PublishedStore(store)
    wanted = lists_record(city.snapshot, ADVISER, YEAR, None)
    assert wanted["rose"]
    assert lists_record(published.named("0001"), ADVISER, YEAR, None) == wanted
    assert lists_record(published.current(), ADVISER, YEAR, None)["rose"] == []


def test_publishing_again_leaves_an_older_snapshot_as_it_was(city: City, store: Path) -> None:
    first = store / "published" / "0001.duckdb"
    before = hashlib.sha256(first.read_bytes()).hexdigest()
    lists = lists_record(PublishedStore(store).named("0001"), ADVISER, YEAR, None)
    publish_tables(store, {**city.tables, "listed": city.tables["listed"].iloc[::2]}, origin("Cy", 3))
    assert hashlib.sha256(first.read_bytes()).hexdigest() == before
    assert lists_record(PublishedStore(store).named("0001"), ADVISER, YEAR, None) == lists


def test_snapshots_are_named_newest_first_with_who_made_them(store: Path) -> None:
    found = PublishedStore(store).newest()
    assert [(name, made and made.by) for name, made in found.items()] == [("0002", "Bo"), ("0001", "An")]
    assert list(PublishedStore(store).newest(most=1)) == ["0002"]


def test_one_that_is_not_there_or_damaged_is_told(store: Path) -> None:
    published = PublishedStore(store)
    for name in ("0003", "../0001", "", "CURRENT", "candidate"):
        with pytest.raises(NoSnapshot, match="there are: 0001, 0002"):
            published.named(name)
    (store / "published" / "0001.duckdb").write_bytes(b"nothing")
    with pytest.raises(StoreDamaged):
        PublishedStore(store).named("0001")
    assert list(PublishedStore(store).newest()) == ["0002"]


def test_many_older_ones_are_read_one_after_the_other(store: Path) -> None:
    meta = {"meta": pd.DataFrame({"jurisdiction": ["flanders"]})}
    names = [publish_tables(store, meta) for _ in range(6)]
    published = PublishedStore(store)
    opened = [published.named(name) for name in ["0001", *names]]
    assert [each.name for each in opened] == ["0001", *names]
    assert opened[0].rows("school")
    assert published.named(names[-1]) is published.named(names[-1])


def test_the_command_line_prints_the_lists_of_one_snapshot(city: City, store: Path) -> None:
    asked = ["lists", "--store", str(store), "--year", YEAR, "--json"]
    older = CliRunner().invoke(main, [*asked, "--snapshot", "0001"])
    assert older.exit_code == 0
    assert json.loads(older.output) == lists_record(city.snapshot, ADVISER, YEAR, None)
    assert json.loads(CliRunner().invoke(main, asked).output)["rose"] == []
    missing = CliRunner().invoke(main, [*asked, "--snapshot", "0009"])
    assert missing.exit_code == 4
    assert "there are: 0001, 0002" in missing.output
