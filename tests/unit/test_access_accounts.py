"""Accounts: invitations that work once, passwords, roles, and what ends when something changes."""

import inspect
from collections.abc import Callable
from pathlib import Path

import pytest

from mirrors.access import (
    Access,
    Account,
    Event,
    NotAllowed,
    Role,
    Sessions,
    State,
    Viewer,
    Weak,
    WeakPassword,
    Wrong,
    WrongAccount,
    WrongLink,
    WrongSecret,
)
from mirrors.access.accounts import Accounts
from tests.desks import ADMINISTRATOR, FAST, OTHER_WORDS, WORDS, Clock, code, desk, person, signed_in


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def access(tmp_path: Path, clock: Clock) -> Access:
    return desk(tmp_path, clock)


def events(access: Access) -> list[str]:
    """Return what the audit log tells, oldest first."""
    return [row.event for row in reversed(access.audit.search(ADMINISTRATOR).rows)]


def test_an_invitation_opens_an_account_once(access: Access) -> None:
    token = access.accounts.invite(
        ADMINISTRATOR, " An  Peeters ", "An@City.BE ", "school_team", frozenset({"S1"})
    )
    waiting = access.accounts.invited(token)
    assert (waiting.name, waiting.sign_in, waiting.state) == ("An Peeters", "an@city.be", State.INVITED)
    account = access.accounts.accept(token, WORDS)
    assert (account.role, account.school_ids, account.state) == (
        Role.SCHOOL_TEAM,
        frozenset({"S1"}),
        State.ACTIVE,
    )
    for again in (access.accounts.invited, lambda link: access.accounts.accept(link, OTHER_WORDS)):
        with pytest.raises(WrongLink):
            again(token)
    signed = access.sessions.viewer(signed_in(access, "AN@city.be"))
    assert signed == Viewer(Role.SCHOOL_TEAM, frozenset({"S1"}), "An Peeters", account.id)
    assert events(access) == ["invited", "schools_changed", "account_opened", "sign_in"]


def test_an_invitation_is_good_for_seven_days(access: Access, clock: Clock) -> None:
    token = access.accounts.invite(ADMINISTRATOR, "An", "an", "adviser")
    clock.forward(days=7, seconds=-1)
    assert access.accounts.invited(token).sign_in == "an"
    clock.forward(seconds=1)
    with pytest.raises(WrongLink):
        access.accounts.accept(token, WORDS)


@pytest.mark.parametrize("link", ["", "x", "x" * 43, "../../etc/passwd", "é" * 43, "a" * 100_000])
def test_what_is_no_link_opens_nothing(access: Access, link: str) -> None:
    with pytest.raises(WrongLink):
        access.accounts.accept(link, WORDS)


def test_a_new_link_ends_the_old_one_the_password_and_the_sessions(access: Access) -> None:
    account = person(access)
    session = signed_in(access)
    first = access.accounts.reissue(ADMINISTRATOR, account.id)
    second = access.accounts.reissue(ADMINISTRATOR, account.id)
    assert access.sessions.viewer(session) is None
    assert type(access.accounts.sign_in("an", WORDS)).__name__ == "Refused"
    with pytest.raises(WrongLink):
        access.accounts.accept(first, OTHER_WORDS)
    assert access.accounts.accept(second, OTHER_WORDS).id == account.id


def test_a_weak_password_leaves_the_link_good(access: Access) -> None:
    token = access.accounts.invite(ADMINISTRATOR, "An Peeters-Claes", "an.peeters@city.be", "adviser")
    with pytest.raises(WeakPassword):
        access.accounts.accept(token, "short")
    assert access.accounts.accept(token, WORDS).state is State.ACTIVE


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elf tekens!", Weak.TOO_SHORT),
        ("x y" * 100, Weak.TOO_LONG),
        ("Wachtwoord2026!!", Weak.COMMON),
        ("motdepasse123", Weak.COMMON),
        ("123456789012", Weak.COMMON),
        ("QWERTYUIOP12", Weak.COMMON),
        ("aaaaaaaabbbbbb", Weak.COMMON),
        ("An Peeters-Claes 1", Weak.NAME),
        ("an.peeters@city.be", Weak.NAME),
        ("an.peeters-claes", None),
        ("kort maar goed", None),
        ("пароль из слов", None),
        ("  spaces  count  ", None),
    ],
)
def test_long_is_all_a_password_must_be_and_not_the_first_that_is_tried(
    password: str, why: Weak | None
) -> None:
    names = ("An Peeters-Claes", "an.peeters@city.be")
    if why is None:
        assert FAST.matches(FAST.hashed(password, *names), password)
        return
    with pytest.raises(WeakPassword) as refusal:
        FAST.hashed(password, *names)
    assert refusal.value.why is why
    assert password not in str(refusal.value)


def test_a_password_is_the_same_however_its_letters_are_composed() -> None:
    assert FAST.matches(FAST.hashed("cafe\u0301 au coin de la rue"), "café au coin de la rue")
    assert not FAST.matches("", "nobody has this password")
    assert not FAST.matches("no hash at all", WORDS)


@pytest.mark.parametrize(
    ("sign_in", "name", "role", "schools", "why"),
    [
        ("", "An", "adviser", (), Wrong.SIGN_IN_UNFIT),
        ("an peeters", "An", "adviser", (), Wrong.SIGN_IN_UNFIT),
        ("an\x00", "An", "adviser", (), Wrong.SIGN_IN_UNFIT),
        ("demo:adviser", "An", "adviser", (), Wrong.SIGN_IN_UNFIT),
        ("x" * 255, "An", "adviser", (), Wrong.SIGN_IN_UNFIT),
        ("AN", "An", "adviser", (), Wrong.SIGN_IN_TAKEN),
        ("ａｎ", "An", "adviser", (), Wrong.SIGN_IN_TAKEN),
        ("bo", " ", "adviser", (), Wrong.NAME_UNFIT),
        ("bo", "Bo", "school_team", (), Wrong.SCHOOLS_MISSING),
        ("bo", "Bo", "school_team", (" ",), Wrong.SCHOOLS_MISSING),
        ("bo", "Bo", "director", (), Wrong.NO_SUCH_ROLE),
    ],
)
def test_what_cannot_be_an_account_is_refused(
    access: Access, sign_in: str, name: str, role: str, schools: tuple[str, ...], why: Wrong
) -> None:
    person(access)
    with pytest.raises(WrongAccount) as refusal:
        access.accounts.invite(ADMINISTRATOR, name, sign_in, role, frozenset(schools))
    assert refusal.value.why is why
    assert [account.sign_in for account in access.accounts.all(ADMINISTRATOR)] == ["an"]


def test_schools_are_for_school_teams(access: Access) -> None:
    account = person(access, "an", "adviser", "S1")
    assert account.school_ids == frozenset()
    access.accounts.change_schools(ADMINISTRATOR, account.id, frozenset({"S1"}))
    assert access.accounts.all(ADMINISTRATOR)[0].school_ids == frozenset()


CHANGES: dict[str, Callable[[Access, Account], object]] = {
    "role": lambda access, one: access.accounts.change_role(ADMINISTRATOR, one.id, "adviser"),
    "schools": lambda access, one: access.accounts.change_schools(ADMINISTRATOR, one.id, frozenset({"S2"})),
    "closed": lambda access, one: access.accounts.close(ADMINISTRATOR, one.id),
    "to change": lambda access, one: access.accounts.require_change(ADMINISTRATOR, one.id),
    "new link": lambda access, one: access.accounts.reissue(ADMINISTRATOR, one.id),
    "password": lambda access, one: access.accounts.change_password(one.viewer, WORDS, OTHER_WORDS),
    "everywhere": lambda access, one: access.sessions.end_all(one.viewer, one.id),
    "by administrator": lambda access, one: access.sessions.end_all(ADMINISTRATOR, one.id),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_ends_every_session_of_that_account_and_no_other(access: Access, change: str) -> None:
    account, other = person(access, "an", "school_team", "S1"), person(access, "bo")
    sessions, untouched = [signed_in(access), signed_in(access)], signed_in(access, "bo")
    before = len(events(access))
    CHANGES[change](access, account)
    assert [access.sessions.viewer(token) for token in sessions] == [None, None]
    assert access.sessions.viewer(untouched) == other.viewer
    told = {"role": ["role_changed", "schools_changed"], "schools": ["schools_changed"] * 2}
    added = events(access)[before:]
    assert added == told.get(change, added[:1])
    assert added


def test_every_school_that_is_added_or_removed_has_a_row_of_its_own(access: Access) -> None:
    many = {f"S{number:03}" for number in range(60)}
    account = person(access, "an", "school_team", *many)
    access.accounts.change_schools(ADMINISTRATOR, account.id, frozenset(many - {"S001"} | {"T1"}))
    access.accounts.change_role(ADMINISTRATOR, account.id, "adviser")
    rows = [
        row
        for page in (1, 2, 3)
        for row in access.audit.search(ADMINISTRATOR, event=Event.SCHOOLS_CHANGED, page=page).rows
    ]
    told = [(row.school_id, row.detail) for row in reversed(rows)]
    assert told[:60] == [(school, f"{account.id} added") for school in sorted(many)]
    assert told[60:62] == [("S001", f"{account.id} removed"), ("T1", f"{account.id} added")]
    assert {school for school, _ in told[62:]} == many - {"S001"} | {"T1"}
    assert len(told) == 122
    [only] = access.audit.search(ADMINISTRATOR, words="T1 added").rows
    assert only.school_id == "T1"


def test_another_role_counts_at_the_next_sign_in(access: Access) -> None:
    account = person(access, "an", "school_team", "S1")
    access.accounts.change_role(ADMINISTRATOR, account.id, "adviser", frozenset({"S1"}))
    assert access.sessions.viewer(signed_in(access)) == Viewer(Role.ADVISER, frozenset(), "An", account.id)


def test_a_closed_account_stays_closed(access: Access) -> None:
    account = person(access)
    access.accounts.close(ADMINISTRATOR, account.id)
    assert type(access.accounts.sign_in("an", WORDS)).__name__ == "Refused"
    for act in (
        lambda: access.accounts.reissue(ADMINISTRATOR, account.id),
        lambda: access.accounts.change_role(ADMINISTRATOR, account.id, "administrator"),
        lambda: access.accounts.close(ADMINISTRATOR, account.id),
    ):
        with pytest.raises(WrongAccount) as refusal:
            act()
        assert refusal.value.why is Wrong.IS_CLOSED
    with pytest.raises(NotAllowed):
        access.sessions.open(account)


def test_the_last_administrator_cannot_be_let_go(access: Access) -> None:
    account = person(access, "an", "administrator")
    for act in (
        lambda: access.accounts.close(ADMINISTRATOR, account.id),
        lambda: access.accounts.change_role(ADMINISTRATOR, account.id, "adviser"),
        lambda: access.accounts.reissue(ADMINISTRATOR, account.id),
    ):
        with pytest.raises(WrongAccount) as refusal:
            act()
        assert refusal.value.why is Wrong.LAST_ADMINISTRATOR
        assert access.accounts.own(account.viewer).state is State.ACTIVE
    person(access, "bo", "administrator")
    access.accounts.close(ADMINISTRATOR, account.id)


def test_the_first_administrator_comes_from_the_console_only_while_there_is_none(access: Access) -> None:
    assert access.accounts.nobody_yet()
    lost = access.accounts.first_administrator()
    token = access.accounts.first_administrator()
    assert not access.accounts.nobody_yet()
    assert access.accounts.no_administrator_yet()
    with pytest.raises(WrongLink):
        access.accounts.accept(lost, WORDS)
    assert access.accounts.accept(token, WORDS).role is Role.ADMINISTRATOR
    with pytest.raises(WrongAccount) as refusal:
        access.accounts.first_administrator("another")
    assert refusal.value.why is Wrong.ADMINISTRATOR_EXISTS
    assert len(access.accounts.all(ADMINISTRATOR)) == 1


def test_a_password_that_has_to_be_changed_opens_only_the_change(access: Access) -> None:
    account = person(access)
    access.accounts.require_change(ADMINISTRATOR, account.id)
    outcome = access.accounts.sign_in("an", WORDS)
    assert type(outcome).__name__ == "MustChange"
    with pytest.raises(NotAllowed):
        access.sessions.open(account)
    access.accounts.accept(outcome.token, OTHER_WORDS)
    assert type(access.accounts.sign_in("an", OTHER_WORDS)).__name__ == "SignedIn"


def test_the_way_to_a_change_is_open_for_a_quarter_of_an_hour(access: Access, clock: Clock) -> None:
    access.accounts.require_change(ADMINISTRATOR, person(access).id)
    outcome = access.accounts.sign_in("an", WORDS)
    clock.forward(minutes=15)
    with pytest.raises(WrongLink):
        access.accounts.accept(outcome.token, OTHER_WORDS)


def test_a_password_is_changed_by_who_knows_it(access: Access, clock: Clock) -> None:
    account = person(access)
    with pytest.raises(WrongSecret):
        access.accounts.change_password(account.viewer, OTHER_WORDS, OTHER_WORDS)
    with pytest.raises(WeakPassword):
        access.accounts.change_password(account.viewer, WORDS, "short")
    access.accounts.change_password(account.viewer, WORDS, OTHER_WORDS)
    assert type(access.accounts.sign_in("an", WORDS)).__name__ == "Refused"


def test_guessing_the_password_from_an_open_session_is_slowed_down_too(access: Access) -> None:
    viewer = person(access).viewer
    for _ in range(3):
        with pytest.raises(WrongSecret) as refusal:
            access.accounts.change_password(viewer, OTHER_WORDS, OTHER_WORDS)
        assert refusal.value.held is None
    with pytest.raises(WrongSecret) as refusal:
        access.accounts.change_password(viewer, WORDS, OTHER_WORDS)
    assert refusal.value.held is not None


def test_a_code_is_set_up_by_who_knows_the_password(access: Access, clock: Clock) -> None:
    viewer = person(access).viewer
    with pytest.raises(WrongSecret):
        access.accounts.start_totp(viewer, OTHER_WORDS)
    with pytest.raises(WrongSecret):
        access.accounts.confirm_totp(viewer, "123456")
    secret = access.accounts.start_totp(viewer, WORDS).secret
    with pytest.raises(WrongSecret):
        access.accounts.start_totp(viewer, OTHER_WORDS)
    with pytest.raises(WrongSecret) as refusal:
        access.accounts.start_totp(viewer, WORDS)
    assert refusal.value.held is not None, "guessing waits from the third failure on"
    clock.forward(seconds=2)
    access.accounts.confirm_totp(viewer, code(secret, clock))
    assert access.accounts.own(viewer).totp


@pytest.mark.parametrize("account", ["", "demo:adviser", "city:abc", "console:root", "a0"])
def test_who_has_no_account_changes_none(access: Access, account: str) -> None:
    viewer = Viewer(Role.ADVISER, account=account)
    for act in (
        lambda: access.accounts.own(viewer),
        lambda: access.accounts.change_password(viewer, WORDS, OTHER_WORDS),
        lambda: access.accounts.start_totp(viewer, WORDS),
        lambda: access.accounts.confirm_totp(viewer, "123456"),
        lambda: access.accounts.drop_totp(viewer, viewer.account, "123456"),
    ):
        with pytest.raises(NotAllowed):
            act()


def by_others(kind: type) -> list[str]:
    """Return the public methods of a class that take an acting viewer."""
    found = inspect.getmembers(kind, inspect.isfunction)
    return [
        name
        for name, method in found
        if not name.startswith("_") and "by" in inspect.signature(method).parameters
    ]


@pytest.mark.parametrize("role", [Role.ADVISER, Role.SCHOOL_TEAM])
@pytest.mark.parametrize(
    "method",
    [
        *((Accounts, name) for name in by_others(Accounts)),
        *((Sessions, name) for name in by_others(Sessions)),
    ],
    ids=lambda pair: f"{pair[0].__name__}.{pair[1]}",
)
def test_only_an_administrator_manages_others(access: Access, method: tuple[type, str], role: Role) -> None:
    account, before = person(access), len(events(access))
    stranger = Viewer(role, frozenset({"S1"}), "a stranger", "a-stranger")
    kind, name = method
    values = {
        "by": stranger,
        "account_id": account.id,
        "role": "administrator",
        "schools": frozenset({"S1"}),
        "name": "Bo",
        "sign_in": "an",
        "old": WORDS,
        "new": OTHER_WORDS,
        "code": "000000",
        "token": "x" * 43,
        "password": WORDS,
    }
    act = getattr(access.accounts if kind is Accounts else access.sessions, name)
    with pytest.raises(NotAllowed):
        act(**{key: values[key] for key in inspect.signature(act).parameters})
    assert len(events(access)) == before
    assert access.accounts.all(ADMINISTRATOR) == [account]


def test_an_administrator_takes_the_code_of_somebody_who_lost_it(access: Access, clock: Clock) -> None:
    account = person(access)
    secret = access.accounts.start_totp(account.viewer, WORDS).secret
    access.accounts.confirm_totp(account.viewer, code(secret, clock))
    assert access.accounts.own(account.viewer).totp
    access.accounts.drop_totp(ADMINISTRATOR, account.id)
    assert not access.accounts.own(account.viewer).totp


def test_a_desk_at_another_place_has_other_accounts(tmp_path: Path, clock: Clock) -> None:
    person(desk(tmp_path / "one", clock))
    assert desk(tmp_path / "other", clock).accounts.nobody_yet()
