"""What each role may, method by method: what is not said here is refused."""

import inspect
from collections.abc import Callable

import pytest

from mirrors.access import NotAllowed, Role, Viewer
from mirrors.access.viewer import console_viewer

ADVISER = Viewer(Role.ADVISER)
TEAM = Viewer(Role.SCHOOL_TEAM, frozenset({"S1", "S2"}))
NOBODY = Viewer(Role.SCHOOL_TEAM)
ADMINISTRATOR = Viewer(Role.ADMINISTRATOR)
WITH_SCHOOLS = Viewer(Role.ADMINISTRATOR, frozenset({"S1"}))
DEMO = Viewer(Role.ADMINISTRATOR, account="demo:administrator")
EVERYBODY = {
    "adviser": ADVISER,
    "team": TEAM,
    "nobody": NOBODY,
    "administrator": ADMINISTRATOR,
    "administrator with schools": WITH_SCHOOLS,
    "administrator of the demo": DEMO,
}
ADMINISTRATORS = {"administrator", "administrator with schools", "administrator of the demo"}
MAY = {
    "require_administrator": ADMINISTRATORS,
    "require_keeper_of_accounts": {"administrator", "administrator with schools"},
    "require_city_staff": {"adviser", *ADMINISTRATORS},
    "require_city": {"adviser"},
    "require_adviser": {"adviser"},
    "require_reader": {"adviser", "team", *ADMINISTRATORS},
    "require_school": {"adviser", "team"},
    "require_lasting_acts": {"administrator", "administrator with schools"},
    "sees_city": {"adviser"},
    "sees_school": {"adviser", "team"},
}
"""Who may pass each method, asked about school S1 where it asks about a school."""

METHODS = [name for name, _ in inspect.getmembers(Viewer, inspect.isfunction) if not name.startswith("_")]


def passes(ask: Callable[..., object], *about: str) -> bool:
    """Return whether a viewer's method lets it through."""
    try:
        return ask(*about) is not False
    except NotAllowed:
        return False


def test_every_method_is_in_the_table() -> None:
    assert set(METHODS) == set(MAY)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("who", EVERYBODY)
def test_a_method_lets_through_who_may_and_nobody_else(method: str, who: str) -> None:
    about = ["S1"] if "school_id" in inspect.signature(getattr(Viewer, method)).parameters else []
    assert passes(getattr(EVERYBODY[who], method), *about) == (who in MAY[method])


@pytest.mark.parametrize("school_id", ["S3", "", "s1", "S1 ", "S1,S2", "%"])
def test_a_team_sees_its_schools_and_nothing_that_looks_like_them(school_id: str) -> None:
    assert not TEAM.sees_school(school_id)
    with pytest.raises(NotAllowed):
        TEAM.require_school(school_id)


def test_a_viewer_cannot_be_given_another_role() -> None:
    with pytest.raises(AttributeError):
        NOBODY.role = Role.ADMINISTRATOR  # type: ignore[misc]
    assert len({TEAM, Viewer(Role.SCHOOL_TEAM, frozenset({"S2", "S1"}))}) == 1


def test_whoever_holds_the_console_is_known_by_the_account_of_the_machine() -> None:
    viewer = console_viewer("root", "An")
    assert (viewer.account, viewer.name) == ("console:root", "An")
    viewer.require_administrator()
