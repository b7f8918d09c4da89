"""A city's own sign-in: its claims tell one role and its schools, or nobody comes in; it ends here too."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mirrors.access import (
    Access,
    NotAllowed,
    ProviderSettings,
    Role,
    Viewer,
    provider_settings,
    viewer_of,
)
from mirrors.definitions.reading import DefinitionError
from tests.desks import ADMINISTRATOR, Clock, desk

ISSUER = "https://login.city.example"
YAML = f"""
issuer: {ISSUER}
role_claim: realm_access.roles
roles: {{mirrors-adviser: adviser, mirrors-school: school_team, mirrors-office: administrator}}
school_claim: groups
school_pattern: "/schools/(?P<school>S[0-9]+)"
"""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def access(tmp_path: Path, clock: Clock) -> Access:
    return desk(tmp_path, clock)


@pytest.fixture
def settings(tmp_path: Path) -> ProviderSettings:
    (tmp_path / "access.yaml").write_text(YAML, encoding="utf-8")
    found = provider_settings(tmp_path)
    assert found is not None
    return found


def seconds(at: datetime) -> int:
    return int(at.replace(tzinfo=UTC).timestamp())


def claims(clock: Clock, *roles: str, **other: Any) -> dict[str, Any]:
    """Return what a provider says of a person, signed in now and for an hour."""
    issued = seconds(clock())
    told = {"iss": ISSUER, "sub": "7f3a", "iat": issued, "exp": issued + 3600, "name": "An Peeters"}
    return {**told, "realm_access": {"roles": list(roles)}, **other}


def test_a_role_and_schools_are_read_from_the_claims(settings: ProviderSettings, clock: Clock) -> None:
    told = claims(clock, "mirrors-school", "offline", groups=["/schools/S1", "/schools/S22", "/staff"])
    viewer = viewer_of(told, settings, clock())
    assert viewer is not None
    assert (viewer.role, viewer.school_ids, viewer.name) == (
        Role.SCHOOL_TEAM,
        frozenset({"S1", "S22"}),
        "An Peeters",
    )
    assert viewer.account.startswith("city:")
    assert "7f3a" not in viewer.account


def test_schools_in_the_claims_of_an_adviser_give_nothing(settings: ProviderSettings, clock: Clock) -> None:
    viewer = viewer_of(claims(clock, "mirrors-office", groups=["/schools/S1"]), settings, clock())
    assert viewer is not None
    assert (viewer.role, viewer.school_ids) == (Role.ADMINISTRATOR, frozenset())


REFUSED: dict[str, dict[str, Any]] = {
    "no role": {"realm_access": {}},
    "an unknown role": {"realm_access": {"roles": ["somebody"]}},
    "a role of ours by its own name": {"realm_access": {"roles": ["adviser"]}},
    "two roles": {"realm_access": {"roles": ["mirrors-adviser", "mirrors-office"]}},
    "a role that is no text": {"realm_access": {"roles": [{"mirrors-adviser": True}]}},
    "roles elsewhere": {"realm_access": "mirrors-adviser"},
    "another issuer": {"iss": "https://login.city.example.evil"},
    "no issuer": {"iss": None},
    "no subject": {"sub": ""},
    "expired": {"exp": 1},
    "expires at an unknown time": {"exp": None},
    "expires at a time that is none": {"exp": "tomorrow"},
    "expires after time": {"exp": 1e30},
    "expires when true": {"exp": True},
    "a team without a school": {"realm_access": {"roles": ["mirrors-school"]}},
    "a team with a school that is like one": {
        "realm_access": {"roles": ["mirrors-school"]},
        "groups": ["/schools/S1/../S2", "x/schools/S1", "/schools/S1\n"],
    },
}


@pytest.mark.parametrize("why", REFUSED)
def test_whoever_is_not_surely_known_stays_out(settings: ProviderSettings, clock: Clock, why: str) -> None:
    assert viewer_of(claims(clock, "mirrors-adviser"), settings, clock()) is not None
    assert viewer_of(claims(clock, "mirrors-adviser", **REFUSED[why]), settings, clock()) is None


def test_claims_expire_to_the_second(settings: ProviderSettings, clock: Clock) -> None:
    told = claims(clock, "mirrors-adviser")
    clock.forward(seconds=3599)
    assert viewer_of(told, settings, clock()) is not None
    clock.forward(seconds=1)
    assert viewer_of(told, settings, clock()) is None


def test_no_settings_no_sign_in(tmp_path: Path) -> None:
    assert provider_settings(tmp_path) is None


@pytest.mark.parametrize(
    "change",
    [
        ("adviser,", "director,"),
        (ISSUER, "http://login.city.example"),
        ("groups", "groups\nunknown: 1"),
        ('"/schools/(', '"/schools/('.replace("(", "((")),
        ("role_claim: realm_access.roles", ""),
    ],
)
def test_settings_that_cannot_be_understood_are_named(tmp_path: Path, change: tuple[str, str]) -> None:
    (tmp_path / "access.yaml").write_text(YAML.replace(*change), encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"access\.yaml"):
        provider_settings(tmp_path)


def test_a_sign_in_is_ended_everywhere_seen_before_or_not(access: Access, clock: Clock) -> None:
    seen, unseen = claims(clock, sid="one"), claims(clock, sub="7f3a", iat=seconds(clock()) - 60)
    access.sessions.remember_provider(seen)
    assert not access.sessions.ended(seen)
    assert not access.sessions.ended(unseen)
    account = viewer_account(seen)
    clock.forward(seconds=5)
    access.sessions.end_all(Viewer(Role.ADVISER, account=account), account)
    assert access.sessions.ended(seen)
    assert access.sessions.ended(unseen)
    clock.forward(seconds=5)
    assert not access.sessions.ended(claims(clock))
    assert not access.sessions.ended(claims(clock, sub="another", iat=seconds(clock()) - 60))


def viewer_account(told: dict[str, Any]) -> str:
    """Return the id of the account that claims are about."""
    from mirrors.access.city_sessions import city_account

    return city_account(told)


def test_signing_out_ends_this_sign_in_only(access: Access, clock: Clock) -> None:
    here = claims(clock)
    clock.forward(seconds=7)
    elsewhere = claims(clock)
    access.sessions.end_provider(here)
    assert access.sessions.ended(here)
    assert not access.sessions.ended(elsewhere)
    access.sessions.remember_provider(here)
    assert access.sessions.ended(here)


def test_a_citys_sign_in_ends_when_idle_and_in_the_end_anyhow(access: Access, clock: Clock) -> None:
    told = claims(clock)
    access.sessions.remember_provider(told)
    for _ in range(14):
        clock.forward(minutes=50)
        assert not access.sessions.ended(told)
        access.sessions.remember_provider(told)
    clock.forward(minutes=21)
    assert access.sessions.ended(told)
    idle = claims(clock)
    access.sessions.remember_provider(idle)
    clock.forward(minutes=61)
    assert access.sessions.ended(idle)


@pytest.mark.parametrize("issued", [None, "now", True, 1e30])
def test_a_sign_in_that_does_not_say_when_counts_for_nothing(
    access: Access, clock: Clock, issued: Any
) -> None:
    assert access.sessions.ended(claims(clock, iat=issued))


def test_an_administrator_ends_it_and_a_stranger_does_not(access: Access, clock: Clock) -> None:
    told = claims(clock)
    with pytest.raises(NotAllowed):
        access.sessions.end_all(Viewer(Role.ADVISER, account="city:other"), viewer_account(told))
    assert not access.sessions.ended(told)
    access.sessions.end_all(ADMINISTRATOR, viewer_account(told))
    assert access.sessions.ended(told)


def test_a_role_and_its_school_may_stand_in_one_value(tmp_path: Path, clock: Clock) -> None:
    one_value = (
        f"issuer: {ISSUER}\nrole_claim: mirrors_rol_3d\n"
        'role_pattern: "(?P<role>[A-Za-z]+):(?P<school>[0-9]+)"\n'
        "roles: {MirrorsSchool: school_team, MirrorsAdvies: adviser}\n"
    )
    (tmp_path / "access.yaml").write_text(one_value, encoding="utf-8")
    settings = provider_settings(tmp_path)
    assert settings is not None

    def viewer(*values: str) -> Viewer | None:
        return viewer_of(claims(clock, mirrors_rol_3d=list(values)), settings, clock())

    team = viewer("MirrorsSchool:0012345", "MirrorsSchool:0012346", "Other:0099999")
    assert team is not None
    assert (team.role, team.school_ids) == (Role.SCHOOL_TEAM, frozenset({"0012345", "0012346"}))
    adviser = viewer("MirrorsAdvies:0200001")
    assert adviser is not None
    assert (adviser.role, adviser.school_ids) == (Role.ADVISER, frozenset())
    for values in (("MirrorsSchool:",), ("MirrorsSchool",), ("MirrorsSchool:1", "MirrorsAdvies:1"), ()):
        assert viewer(*values) is None
    (tmp_path / "access.yaml").write_text(one_value.replace("P<role>", "P<rol>"), encoding="utf-8")
    with pytest.raises(DefinitionError):
        provider_settings(tmp_path)
