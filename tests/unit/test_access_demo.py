"""The demo doors: only a store that never held anything but a synthetic city has them."""

import shutil
from pathlib import Path

import pytest

from mirrors import jobs
from mirrors.access import NotAllowed, Role, demo_doors
from mirrors.access.demo import sample_digests
from mirrors.administration import acts, delivery, draft
from mirrors.definitions import load_profile
from mirrors.progress import silent
from mirrors.views import open_published
from mirrors.views.mirror import mirror_view
from mirrors.views.snapshot import snapshot_view
from tests.desks import ADMINISTRATOR, Clock, desk
from tests.small_city import write_small_city


@pytest.fixture
def sample(sample_store: Path, tmp_path: Path) -> Path:
    """Return a copy of the sample city's store, without a desk."""
    folder = tmp_path / "store"
    shutil.copytree(sample_store, folder, ignore=shutil.ignore_patterns("desk.*"))
    return folder


def test_the_sample_city_has_three_doors(sample: Path) -> None:
    doors = demo_doors(sample)
    assert [door.role for door in doors] == [Role.ADVISER, Role.SCHOOL_TEAM, Role.ADMINISTRATOR]
    assert [door.viewer.account for door in doors] == [
        "demo:adviser",
        "demo:school_team",
        "demo:administrator",
    ]
    [school_id] = doors[1].school_ids
    snapshot = open_published(sample).current()
    about = snapshot_view(snapshot, doors[1].viewer)
    assert [school.school_id for school in about.schools] == [school_id]
    view = mirror_view(snapshot, doors[1].viewer, school_id, about.school_years[-1])
    assert all(each.own.value is not None for each in view.comparisons)
    assert view.bands is not None


def test_a_door_opens_a_session_until_somebody_has_an_account(sample: Path) -> None:
    access = desk(sample, Clock())
    door = access.doors()[0]
    token = access.sessions.open(door)
    assert access.sessions.viewer(token) == door.viewer
    access.accounts.invite(ADMINISTRATOR, "An", "an", "adviser")
    assert access.doors() == ()
    assert access.sessions.viewer(token) is None
    with pytest.raises(NotAllowed):
        access.sessions.open(door)


def test_one_upload_of_a_real_city_closes_the_doors_for_good(sample: Path, tmp_path: Path) -> None:
    access = desk(sample, Clock())
    token = access.sessions.open(access.doors()[2])
    upload = jobs.ingest(sample, "templates", write_small_city(tmp_path))
    assert access.doors() == ()
    assert access.sessions.viewer(token) is None
    jobs.withdraw(sample, upload.upload_id, "a test")
    assert access.doors() == ()


@pytest.mark.parametrize("by", ["An", "sample"])
def test_real_files_that_are_called_the_sample_close_the_doors(sample: Path, tmp_path: Path, by: str) -> None:
    jobs.ingest(sample, "sample", write_small_city(tmp_path), by=by)
    assert demo_doors(sample) == ()


def test_real_files_whose_profile_is_found_out_close_the_doors(sample: Path, tmp_path: Path) -> None:
    administrator = demo_doors(sample)[2].viewer
    files = tuple(delivery.in_memory(path.name, path.read_bytes()) for path in write_small_city(tmp_path))
    outcome = delivery.read(sample, administrator, delivery.Delivery(files, delivery.FIND_OUT), silent)
    assert isinstance(outcome, delivery.Ready)
    acts.take_in(sample, ADMINISTRATOR, outcome.upload, frozenset(), silent)
    assert demo_doors(sample) == ()


def test_the_sample_with_one_file_of_another_has_no_door(tmp_path: Path) -> None:
    city = write_small_city(tmp_path)
    jobs.build_sample(tmp_path / "store", city)
    assert demo_doors(tmp_path / "store") == ()


def test_the_doors_know_every_file_of_the_sample(sample: Path) -> None:
    [upload] = jobs.uploads(sample)
    assert upload.digests == sample_digests()
    assert len(upload.digests) > 5


def test_withdrawing_the_sample_closes_no_door(sample: Path) -> None:
    jobs.withdraw(sample, 1, "a test")
    assert demo_doors(sample) != ()


def test_a_store_of_a_real_city_has_no_door(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    jobs.ingest(tmp_path / "store", "templates", write_small_city(tmp_path / "files"))
    assert demo_doors(tmp_path / "store") == ()


def test_a_store_that_holds_nothing_has_no_door(tmp_path: Path) -> None:
    assert demo_doors(tmp_path) == ()
    assert list(tmp_path.iterdir()) == []


def test_a_session_of_another_stores_demo_opens_nothing(sample: Path, tmp_path: Path) -> None:
    token = desk(sample, Clock()).sessions.open(demo_doors(sample)[0])
    assert desk(tmp_path / "real", Clock()).sessions.viewer(token) is None


def test_an_administrator_of_the_demo_changes_nothing_for_the_next_visitor(
    sample: Path, tmp_path: Path
) -> None:
    viewer = next(door.viewer for door in demo_doors(sample) if door.role is Role.ADMINISTRATOR)
    before = (jobs.uploads(sample), jobs.events(sample), jobs.snapshots(sample), jobs.level_b(sample))
    files = tuple(delivery.in_memory(path.name, path.read_bytes()) for path in write_small_city(tmp_path))
    ready = delivery.read(sample, viewer, delivery.Delivery(files, "templates"), silent)
    assert isinstance(ready, delivery.Ready), "it may be tried up to the last step"
    refused = (
        lambda: acts.take_in(sample, viewer, ready.upload, frozenset(), silent),
        lambda: acts.publish(sample, viewer, silent),
        lambda: acts.restore(sample, viewer, "0001"),
        lambda: acts.withdraw(sample, viewer, 1, "a test"),
        lambda: acts.take_back(sample, viewer, 1, "a test"),
        lambda: acts.decide(sample, viewer, "S1", "2024-25", "x", "confirmed", "a test"),
        lambda: acts.confirm_year(sample, viewer, "2024-25", "a test"),
        lambda: acts.allow_level_b(sample, viewer, "a", "b"),
        lambda: acts.forbid_level_b(sample, viewer),
        lambda: draft.save(sample, viewer, load_profile("templates")),
    )
    for act in refused:
        with pytest.raises(NotAllowed, match="demo"):
            act()
    after = (jobs.uploads(sample), jobs.events(sample), jobs.snapshots(sample), jobs.level_b(sample))
    assert after == before


def test_a_visitor_of_the_demo_signs_nobody_else_out(sample: Path) -> None:
    access = desk(sample, Clock())
    adviser, _, administrator = access.doors()
    tokens = [access.sessions.open(door) for door in (adviser, adviser, administrator)]
    access.sessions.end_all(adviser.viewer, "demo:adviser")
    assert all(access.sessions.viewer(token) is not None for token in tokens)
    for foreign in (tokens[2], "x" * 43):
        access.sessions.end_all(adviser.viewer, "demo:adviser", foreign)
    assert all(access.sessions.viewer(token) is not None for token in tokens)
    access.sessions.end_all(adviser.viewer, "demo:adviser", tokens[0])
    assert [access.sessions.viewer(token) for token in tokens] == [
        None,
        adviser.viewer,
        administrator.viewer,
    ]
    access.sessions.end_all(ADMINISTRATOR, "demo:adviser")
    assert access.sessions.viewer(tokens[1]) is None
