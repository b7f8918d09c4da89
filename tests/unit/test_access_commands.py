"""Accounts and the audit log from the command line, and what an administrator's pages read of them."""

import re
import sqlite3
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from mirrors import jobs
from mirrors.__main__ import main
from mirrors.access import Broken, NotAllowed, Role, Verified, Viewer, open_access
from mirrors.access.recording import anchors
from mirrors.administration import acts
from mirrors.administration.accounts import people_view
from mirrors.administration.audit import log_view, verify
from mirrors.commands.accounts import welcome_first
from mirrors.commands.terminal import machine_account
from mirrors.desk import desk_file
from mirrors.desk.copying import COPY
from mirrors.progress import silent
from mirrors.store.published import candidate
from mirrors.views.ledger import ledger_view, snapshots_view
from tests.desks import ADMINISTRATOR, WORDS, person
from tests.small_city import write_small_city


def run(*words: object) -> str:
    """Return what a command prints; it must end well."""
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.output


def token_in(printed: str) -> str:
    """Return the token of the link that was printed."""
    found = re.search(r"/invitation\?token=([\w-]{43})$", printed, re.MULTILINE)
    assert found, printed
    return found[1]


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """Return a store in which a small city was taken in and published from the command line."""
    folder = tmp_path / "store"
    (tmp_path / "files").mkdir()
    run("ingest", "--store", folder, "--profile", "templates", *write_small_city(tmp_path / "files"))
    run("publish", "--store", folder)
    return folder


def test_the_console_makes_the_first_administrator_and_no_second(tmp_path: Path) -> None:
    token = token_in(run("accounts", "first", "--store", tmp_path, "--sign-in", "An@city.be", "--name", "An"))
    account = open_access(tmp_path).accounts.accept(token, WORDS)
    assert (account.sign_in, account.role) == ("an@city.be", Role.ADMINISTRATOR)
    again = CliRunner().invoke(main, ["accounts", "first", "--store", str(tmp_path)])
    assert again.exit_code == 2
    assert "administrator exists" in again.output
    assert token not in run("audit", "search", "--store", tmp_path)


def test_everybody_is_signed_out_by_whatever_door_they_came(tmp_path: Path) -> None:
    access = open_access(tmp_path)
    token = access.sessions.open(person(access))
    at = int(time.time()) - 60
    seen, unseen = ({"iss": "https://login.city.example", "sub": sub, "iat": at} for sub in ("a", "b"))
    access.sessions.remember_provider(seen, Viewer(Role.ADVISER, name="An", account="city:a"))
    run("accounts", "end-sessions", "--store", tmp_path, "--all")
    assert access.sessions.viewer(token) is None
    assert access.sessions.ended(seen)
    assert access.sessions.ended(unseen)
    assert not access.sessions.ended({**seen, "iat": int(time.time()) + 5})


def test_people_are_invited_listed_let_in_again_and_out(tmp_path: Path) -> None:
    who = ("--store", tmp_path, "--sign-in", "bo")
    token = token_in(
        run("accounts", "invite", *who, "--name", "Bo", "--role", "school_team", "--school", "S1")
    )
    access = open_access(tmp_path)
    access.accounts.accept(token, WORDS)
    assert "bo: Bo, school_team of S1, active\n1 account(s)." in run("accounts", "list", "--store", tmp_path)
    for _ in range(4):
        access.accounts.sign_in("bo", "not it")
    assert type(access.accounts.sign_in("bo", WORDS)).__name__ == "Refused"
    run("accounts", "unlock", *who)
    outcome = access.accounts.sign_in("bo", WORDS)
    assert access.sessions.viewer(outcome.token) is not None
    run("accounts", "end-sessions", *who)
    assert access.sessions.viewer(outcome.token) is None
    again = access.accounts.sign_in("bo", WORDS)
    run("accounts", "end-sessions", "--store", tmp_path, "--account", again.account.id)
    assert access.sessions.viewer(again.token) is None
    for wrong in ([], ["--all", "--sign-in", "bo"]):
        refused = CliRunner().invoke(main, ["accounts", "end-sessions", "--store", str(tmp_path), *wrong])
        assert refused.exit_code == 2
    run("accounts", "close", *who)
    assert "closed" in run("accounts", "list", "--store", tmp_path)
    assert CliRunner().invoke(main, ["accounts", "close", *map(str, who)]).exit_code == 2


def test_serving_prints_a_link_only_where_nobody_could_come_in(
    tmp_path: Path, sample_store: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIRRORS_PUBLIC_URL", "https://mirrors.city.example/")
    welcome_first(tmp_path, 8600, on_terminal=False)
    assert f"python -m mirrors accounts first --store {tmp_path}" in capsys.readouterr().out
    assert open_access(tmp_path).accounts.nobody_yet(), "what nobody sees is not given out"
    welcome_first(tmp_path, 8600, on_terminal=True)
    printed = capsys.readouterr().out
    assert "https://mirrors.city.example/invitation?token=" in printed
    open_access(tmp_path).accounts.accept(token_in(printed), WORDS)
    for on_terminal in (True, False):
        welcome_first(tmp_path, 8600, on_terminal)
        welcome_first(sample_store, 8600, on_terminal)
    assert capsys.readouterr().out == ""


def test_every_act_at_the_console_is_in_the_log(published: Path) -> None:
    run("withdraw", "--store", published, "--upload", 1, "--note", "a test")
    run("reinstate", "--store", published, "--upload", 1, "--note", "a test")
    run("restore", "--store", published, "--snapshot", "0001")
    run("allow-level-b", "--store", published, "--confirmed-by", "DPO", "--reference", "file 1")
    run("forbid-level-b", "--store", published)
    rows = open_access(published).audit.search(ADMINISTRATOR).rows
    assert [row.event for row in reversed(rows) if row.event != "masked"] == [
        "uploaded",
        "published",
        "withdrawn",
        "reinstated",
        "restored",
        "setting_changed",
        "setting_changed",
    ]
    assert {row.who.split(":")[0] for row in rows} == {"console"}
    assert "withdrawn upload 1" in run("audit", "search", "--store", published, "--event", "withdrawn")
    assert "0 row(s)" in run("audit", "search", "--store", published, "nothing", "like", "this")


def test_a_publish_ties_the_log_to_the_facts_and_copies_the_desk(published: Path) -> None:
    [anchor] = anchors(published)
    assert anchor.rows == 1
    assert (published / COPY).exists()
    assert "held against 1 publish(es)" in run("audit", "verify", "--store", published)
    connection = sqlite3.connect(desk_file(published))
    connection.execute("DROP TRIGGER audit_no_delete")
    connection.execute("DELETE FROM audit")
    connection.commit()
    connection.close()
    result = CliRunner().invoke(main, ["audit", "verify", "--store", str(published)])
    assert result.exit_code == 1
    assert "broken at row 1" in result.output
    assert isinstance(verify(published, ADMINISTRATOR), Broken)


def test_an_administrators_acts_are_in_the_log_under_the_account(published: Path) -> None:
    access = open_access(published)
    token = access.accounts.invite(ADMINISTRATOR, "An", "an", "administrator")
    viewer = access.accounts.accept(token, WORDS).viewer
    acts.withdraw(published, viewer, 1, "a test")
    acts.take_back(published, viewer, 1, "a test")
    acts.prepare(published, viewer, silent)
    acts.publish(published, viewer, silent)
    acts.restore(published, viewer, "0001")
    checked = acts.alarms(published, viewer)
    alarm = checked.school_years[0].alarms[0]
    school_id, year = checked.school_years[0].school_id, checked.school_years[0].school_year
    acts.decide(published, viewer, school_id, year, alarm.kind, "confirmed", "a test")
    lines = log_view(published, viewer, who=viewer.account).lines
    assert [line.event for line in lines if line.event != "masked"] == [
        "overridden",
        "restored",
        "published",
        "reinstated",
        "withdrawn",
        "account_opened",
    ]
    assert {line.who for line in lines} == {"An"}
    assert lines[0].school == f"Basisschool {school_id}"
    assert isinstance(verify(published, viewer), Verified)
    assert log_view(published, viewer).lines[0].event == "log_verified"


def test_what_is_published_names_no_person(published: Path) -> None:
    access = open_access(published)
    token = access.accounts.invite(ADMINISTRATOR, "Annemie Peeters", "an", "administrator")
    viewer = access.accounts.accept(token, WORDS).viewer
    run("withdraw", "--store", published, "--upload", 1, "--note", "a test", "--by", "Annemie Peeters")
    run("reinstate", "--store", published, "--upload", 1, "--note", "a test", "--by", "Annemie Peeters")
    acts.prepare(published, viewer, silent)
    prepared = candidate(published)
    assert prepared is not None
    assert prepared.origin is not None
    assert prepared.origin.by == viewer.account
    prepared.close()
    acts.publish(published, viewer, silent)
    run("publish", "--store", published, "--by", "Annemie Peeters")
    by = [snapshot.by for snapshot in jobs.snapshots(published)]
    assert by == [f"console:{machine_account()}", viewer.account, f"console:{machine_account()}"]
    kept = b"".join(path.read_bytes() for path in (published / "published").iterdir())
    assert b"Annemie" not in kept
    recorded = [event.by for event in jobs.events(published) if event.what == "published"][1:]
    assert recorded == [viewer.account, "Annemie Peeters"]
    shown = [event.by for event in ledger_view(published, viewer).events if event.what == "published"]
    assert shown[:2] == ["Annemie Peeters", "Annemie Peeters"]
    assert snapshots_view(published, viewer)[1].by == "Annemie Peeters"
    assert "UTC by Annemie Peeters," in run("snapshots", "--store", published)


def test_the_page_of_people_tells_schools_by_name_and_who_is_in(published: Path) -> None:
    access = open_access(published)
    invitation = access.accounts.invite(ADMINISTRATOR, "Bo", "bo", "school_team", frozenset({"S2", "S1"}))
    access.accounts.accept(invitation, WORDS)
    gone = access.accounts.invite(ADMINISTRATOR, "An", "an", "adviser")
    access.accounts.close(ADMINISTRATOR, access.accounts.invited(gone).id)
    access.accounts.sign_in("bo", WORDS)
    view = people_view(published, ADMINISTRATOR)
    assert [(person.account.name, person.sessions) for person in view.people] == [("Bo", 1), ("An", 0)]
    assert view.people[0].schools == ("Basisschool S1", "Basisschool S2")
    assert view.schools["S3"] == "Basisschool S3"
    lines = log_view(published, ADMINISTRATOR, words="", page=1).lines
    assert "Bo school_team" in [line.about for line in lines]
    assert {(line.school, line.about) for line in lines if line.event == "schools_changed"} == {
        ("Basisschool S1", "Bo added"),
        ("Basisschool S2", "Bo added"),
    }


@pytest.mark.parametrize("read", [people_view, log_view, verify])
def test_only_an_administrator_reads_them(tmp_path: Path, read: object) -> None:
    with pytest.raises(NotAllowed):
        read(tmp_path, Viewer(Role.ADVISER))  # type: ignore[operator]
    assert list(tmp_path.iterdir()) == []
