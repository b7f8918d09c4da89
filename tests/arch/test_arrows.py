"""The rooms of the house and which way they may look: arrows run one way, from definitions to pages."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

MAY_IMPORT = {
    "definitions": set(),
    "locale": set(),
    "progress": set(),
    "access": {"definitions", "desk", "store"},
    "desk": {"store.durable", "store.trouble"},
    "sample": {"survey.groups", "survey.questionnaire"},
    "store": {"definitions", "progress"},
    "intake": {
        "definitions",
        "locale",
        "progress",
        "store.incoming",
        "store.register.RegisteredName",
        "store.workbench",
    },
    "prepare": {"definitions", "intake", "locale", "progress", "store.incoming", "store.workbench"},
    "benchmark": {"definitions", "progress", "store"},
    "survey": {
        "access",
        "benchmark",
        "casework.words",
        "definitions",
        "desk",
        "intake.privacy",
        "locale",
        "store.trouble",
    },
    "disclosure": {"benchmark", "definitions", "survey"},
    "views": {
        "access",
        "benchmark",
        "definitions",
        "locale",
        "store",
        "survey.groups",
        "survey.support",
        "survey.vocabulary",
    },
    "charts": {"definitions", "locale", "views"},
    "casework": {"access", "desk", "intake.privacy"},
    "jobs": {"benchmark", "definitions", "disclosure", "intake", "prepare", "progress", "store", "survey"},
    "commands": {"access", "definitions", "intake", "jobs", "locale", "progress", "store", "survey"},
    "administration": {
        "access",
        "charts",
        "definitions",
        "intake",
        "jobs",
        "locale",
        "progress",
        "store",
        "survey.questionnaire",
        "views",
    },
    "__main__": {"access", "commands", "jobs", "prepare", "sample", "store", "views"},
    "doors": {"access", "definitions.reading.DefinitionError", "locale", "store.StoreTrouble"},
    "answering": {"doors", "locale", "store.trouble", "survey"},
    "pages": {
        "access",
        "administration",
        "answering",
        "casework",
        "charts",
        "definitions",
        "doors",
        "locale",
        "progress",
        "survey",
        "views",
    },
    "app": {"answering", "doors"},
}
"""Rooms under mirrors (and the app above it), and the rooms each may import; its own is understood."""

ONLY_IN = {
    "streamlit": {"app", "pages"},
    "plotly": {"charts"},
    "duckdb": {"store", "intake"},
    "filelock": {"desk", "store"},
    "sqlalchemy": {"access", "casework", "desk", "store", "survey"},
    "cryptography": {"survey"},
    "alembic": {"desk"},
    "argon2": {"access"},
    "pyotp": {"access"},
    "jinja2": {"answering", "doors"},
    "segno": {"answering", "doors"},
    "starlette": {"answering", "app", "doors"},
    "sklearn": {"benchmark"},
    "scipy": {"benchmark", "disclosure", "survey"},
    "click": {"__main__", "commands", "prepare"},
    "python_calamine": {"intake"},
    "defusedxml": {"intake"},
    "stdnum": {"intake"},
    "phonenumbers": {"intake"},
    "holidays": {"definitions"},
    "typst": {"survey"},
}
"""Libraries that only some rooms may import. Intake names DuckDB's types; opening is another matter."""


def modules() -> list[Path]:
    """Return every file of the product."""
    return sorted([*(ROOT / "mirrors").rglob("*.py"), *(ROOT / "pages").rglob("*.py"), ROOT / "app.py"])


def room(path: Path) -> str:
    """Return the room a file stands in."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[1] if parts[0] == "mirrors" and len(parts) > 1 else parts[0]


@cache
def imports(path: Path) -> tuple[tuple[int, str], ...]:
    """Return (line, dotted name) of everything a file imports, wherever in the file."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} is a relative import"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def offences(may: dict[str, set[str]]) -> list[str]:
    """Return every import of one room in another that `may` does not list."""
    found = []
    for path in modules():
        here = room(path)
        for line, name in imports(path):
            if not is_within(name, "mirrors"):
                continue
            there = name.removeprefix("mirrors.")
            if not any(is_within(there, allowed) for allowed in {here, *may[here]}):
                found.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    return found


def test_every_room_has_its_arrows() -> None:
    rooms = {room(path) for path in modules()} - {"__init__"}
    assert rooms == set(MAY_IMPORT)


def test_arrows_run_one_way() -> None:
    assert not offences({**MAY_IMPORT, "__init__": set()})


def test_the_arrows_make_no_circle() -> None:
    left = {here: {one.split(".")[0] for one in there} for here, there in MAY_IMPORT.items()}
    while left:
        ready = {here for here, there in left.items() if not there & set(left)}
        assert ready, f"these rooms look at each other: {sorted(left)}"
        left = {here: there for here, there in left.items() if here not in ready}


def test_the_test_sees_an_arrow_that_runs_the_wrong_way() -> None:
    found = offences({**MAY_IMPORT, "__init__": set(), "charts": {"definitions", "locale"}})
    assert found
    assert all("charts" in offence and "mirrors.views" in offence for offence in found)


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_is_used_in_its_rooms_only(library: str) -> None:
    users = {room(path) for path in modules() for _, name in imports(path) if is_within(name, library)}
    assert users
    assert users <= ONLY_IN[library]


def test_nobody_uses_plotly_express() -> None:
    for path in [*modules(), *(ROOT / "tests").rglob("*.py"), *(ROOT / "bench").rglob("*.py")]:
        assert not [name for _, name in imports(path) if is_within(name, "plotly.express")], path


def opens_duckdb(path: Path) -> bool:
    """Return whether a file calls something of DuckDB's module itself."""
    calls = [
        node.func
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]
    return any(
        isinstance(call, ast.Attribute) and isinstance(call.value, ast.Name) and call.value.id == "duckdb"
        for call in calls
    )


def test_only_the_store_opens_duckdb() -> None:
    assert {room(path) for path in modules() if opens_duckdb(path)} == {"store"}


def test_only_access_knows_who_may_see_what() -> None:
    for path in modules():
        named = {name.rsplit(".", 1)[-1] for _, name in imports(path) if is_within(name, "mirrors.access")}
        assert room(path) == "access" or "Role" not in named, path


def test_a_page_starts_without_the_libraries_of_a_publish() -> None:
    views = [
        f"mirrors.{name}.{path.stem}"
        for name in ("views", "charts")
        for path in (ROOT / "mirrors" / name).glob("[a-z]*.py")
    ]
    code = f"import sys, {', '.join(views)}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert "mirrors.views.mirror" in loaded
    assert not loaded & {
        "sklearn",
        "plotly.express",
        "streamlit",
        "mirrors.intake",
        "mirrors.jobs",
        "mirrors.sample",
    }


def runs_on_import(path: Path) -> Iterator[str]:
    """Yield the statements of a file that do more than define, but for what only a script does."""
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        is_call = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
        is_script = isinstance(statement, ast.If) and ast.unparse(statement.test) == "__name__ == '__main__'"
        if is_call or (isinstance(statement, ast.If | ast.For | ast.While | ast.With) and not is_script):
            yield f"{path.name}:{statement.lineno}"


def test_importing_a_page_draws_nothing() -> None:
    assert not [place for path in (ROOT / "pages").glob("*.py") for place in runs_on_import(path)]


def test_only_the_front_door_is_a_script() -> None:
    scripts = {path.stem for path in (ROOT / "pages").glob("*.py") if "__main__" in path.read_text()}
    assert scripts <= {"front_door"}
