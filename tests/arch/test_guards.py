"""Everything that reads a store asks first who is looking; what does not is out of reach of pages."""

import ast
import importlib
import inspect
import pkgutil
import typing
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import Engine

from mirrors.access import Access, NotAllowed, Role, Viewer
from mirrors.casework import ListName
from mirrors.store import Facts, PublishedStore, Snapshot

ROOT = Path(__file__).parents[2]
ROOMS = ("views", "administration", "casework")
SOURCES = (Snapshot, PublishedStore, Facts, Path, Engine, Access)
"""What figures, names and notes are read from."""

NOBODY = Viewer(Role.SCHOOL_TEAM, frozenset())
OPENS_ONLY = {"mirrors.views.published.open_published"}
"""Opens the file and tells nothing of it; pages hold what it returns, and may not read it themselves."""

READ_BY_VIEWS = {"rows", "tables", "school_name"}
"""The methods of a snapshot."""

Function = Callable[..., object]


def modules() -> Iterator[str]:
    """Yield the name of every module of the rooms."""
    for room in ROOMS:
        package = importlib.import_module(f"mirrors.{room}")
        yield package.__name__
        yield from (found.name for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."))


def functions() -> dict[str, Function]:
    """Return every public function of the rooms by its full name."""
    return {
        f"{name}.{each}": function
        for name in modules()
        for each, function in vars(importlib.import_module(name)).items()
        if inspect.isfunction(function) and function.__module__ == name and not each.startswith("_")
    }


def hints(function: Function) -> dict[str, object]:
    """Return the types of a function's parameters."""
    found = typing.get_type_hints(function)
    return {name: found[name] for name in inspect.signature(function).parameters}


def viewer_of(function: Function) -> str | None:
    """Return the name of the parameter that says who is looking, if there is one."""
    return next((name for name, hint in hints(function).items() if hint is Viewer), None)


def reads(function: Function) -> bool:
    """Return whether a function is given something to read from."""
    given = [kind for hint in hints(function).values() for kind in (hint, *typing.get_args(hint))]
    return any(source in given for source in SOURCES)


FUNCTIONS = functions()
GUARDED = {name: each for name, each in FUNCTIONS.items() if viewer_of(each)}
UNGUARDED = {
    name for name, each in FUNCTIONS.items() if reads(each) and not viewer_of(each) and name not in OPENS_ONLY
}


def call(function: Function, viewer: Viewer, school_id: str = "S1") -> object:
    """Call a function as `viewer`, with a source that says so when it is read."""
    given: dict[str, object] = {}
    for name, hint in hints(function).items():
        if inspect.signature(function).parameters[name].default is not inspect.Parameter.empty:
            continue
        if hint is Viewer:
            given[name] = viewer
        elif hint is ListName:
            given[name] = ListName("2024-25", "A2", "rose")
        elif hint is Path:
            given[name] = Path("/nonexistent/store")
        elif hint is date:
            given[name] = date(2025, 10, 3)
        elif hint is pd.DataFrame:
            given[name] = pd.DataFrame()
        elif hint is str:
            given[name] = school_id if name == "school_id" else "2024-25"
        else:
            given[name] = object()
    result = function(**given)
    return next(result) if inspect.isgenerator(result) else result


def test_there_are_functions_to_look_at() -> None:
    assert len(GUARDED) >= 35
    assert {name.split(".")[1] for name in GUARDED} == set(ROOMS)


@pytest.mark.parametrize("name", GUARDED)
def test_who_may_nothing_is_refused_before_anything_is_read(name: str) -> None:
    with pytest.raises(NotAllowed):
        call(GUARDED[name], NOBODY)


OF_A_SCHOOL = [name for name, each in GUARDED.items() if "school_id" in hints(each)]


@pytest.mark.parametrize("name", OF_A_SCHOOL)
def test_a_team_is_refused_another_school(name: str) -> None:
    with pytest.raises(NotAllowed):
        call(GUARDED[name], Viewer(Role.SCHOOL_TEAM, frozenset({"S1"})), "S2")


@pytest.mark.parametrize("name", [name for name in OF_A_SCHOOL if name.startswith("mirrors.views.")])
def test_an_administrator_is_refused_the_figures_of_schools(name: str) -> None:
    with pytest.raises(NotAllowed):
        call(GUARDED[name], Viewer(Role.ADMINISTRATOR, frozenset({"S1"})))


@pytest.mark.parametrize(
    "name", [name for name in GUARDED if name.startswith(("mirrors.administration.", "mirrors.casework."))]
)
def test_each_desk_is_for_one_role(name: str) -> None:
    other = Role.ADVISER if name.startswith("mirrors.administration.") else Role.ADMINISTRATOR
    with pytest.raises(NotAllowed):
        call(GUARDED[name], Viewer(other))


def outside() -> list[Path]:
    """Return every file of the product outside the rooms."""
    files = [*(ROOT / "mirrors").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "app.py"]
    within = [ROOT / "mirrors" / room for room in ROOMS]
    return [path for path in files if not any(path.is_relative_to(room) for room in within)]


def used(source: str) -> set[str]:
    """Return the full names that a file takes from elsewhere: imported, or through an imported module."""
    tree, names, found = ast.parse(source), {}, set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.asname or alias.name: alias.name for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (place := ast.unparse(node.value)) in names:
            found.add(f"{names[place]}.{node.attr}")
    return found | set(names.values())


def test_what_asks_nobody_is_used_within_its_room_only() -> None:
    assert UNGUARDED
    reached = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in outside()
        for name in used(path.read_text(encoding="utf-8")) & UNGUARDED
    }
    assert reached == set()


def test_only_views_is_handed_out_unguarded() -> None:
    assert {name.split(".")[1] for name in UNGUARDED} == {"views"}


def test_a_way_around_the_views_is_seen() -> None:
    [name] = [each for each in UNGUARDED if each.endswith(".school_name")]
    module, function = name.rsplit(".", 1)
    room, short = module.rsplit(".", 1)
    for source in (
        f"from {module} import {function}",
        f"from {room} import {short}\n{short}.{function}(x)",
        f"import {module}\n{module}.{function}(x)",
        f"def late():\n    from {module} import {function} as other",
    ):
        assert name in used(source)


def reads_itself(source: str) -> list[str]:
    """Return the calls of a snapshot's own methods."""
    calls = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [call.attr for call in calls if isinstance(call, ast.Attribute) and call.attr in READ_BY_VIEWS]


def test_pages_hold_a_snapshot_and_never_read_it() -> None:
    files = [*(ROOT / "pages").glob("*.py"), *(ROOT / "mirrors" / "charts").glob("*.py"), ROOT / "app.py"]
    assert len(files) > 50
    assert {path.name: found for path in files if (found := reads_itself(path.read_text()))} == {}
    assert reads_itself("snapshot.rows('figure')") == ["rows"]
