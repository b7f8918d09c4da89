"""A mapping profile: how the columns of somebody's files become our facts."""

import os
import re
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field

from mirrors.definitions.contract import EXAMPLE_SCHOOL, Contract, load_contracts
from mirrors.definitions.reading import FOLDER, Definition, DefinitionError, Texts, read_definition

SAVED = "profiles"
"""The folder of a store that holds the profiles a city saved."""

_SAFE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


class Markers(Definition):
    """Texts that stand where a number is not given, each with its own meaning.

    `at_least` and `at_most` are regular expressions whose one group is the bound.
    """

    missing: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()
    at_least: tuple[str, ...] = ()
    at_most: tuple[str, ...] = ()


class Source(Definition):
    """A value read from a column.

    A number may be reduced by another column (`minus`), given in per cent, or be the complement to 1.
    A text may be translated by `values` (`otherwise` for the rest).
    """

    column: str
    minus: str | None = None
    percent: bool = False
    complement: bool = False
    values: dict[str, str] = {}
    otherwise: str | None = None


class Stages(Definition):
    """A school type read from pupils per grade: the stages that hold at least `share` of them."""

    stages: dict[str, tuple[str, ...]]
    share: float
    otherwise: str


class Rows(Definition):
    """Rows of a file chosen by a column's values, and why they are left out."""

    column: str
    equals: tuple[str, ...]
    why: str


class FactRows(Definition):
    """The facts that each kept row of a file gives: constants to `set`, columns to `take`."""

    into: str
    set: dict[str, str | float] = {}
    take: dict[str, Source | Stages] = {}


class Layout(Definition):
    """One kind of file: how to recognise it, what to leave out, and the facts it gives.

    Where two files of one upload speak of the same thing, the one whose layout stands later is believed.

    `columns` gives our short name and the spellings seen in files; a column in `optional` may be absent,
    which means that it was not asked. `ignore` lists columns that are known and not used (`*` matches).
    `school_id` is a pattern such as "{lss}-{school}"; `pad` gives the width a part is padded to with
    zeros. `school_year` is the column with the label and `year_label` its form; `year` is the school year of
    a file that does not name it.
    """

    id: str
    columns: dict[str, tuple[str, ...]]
    optional: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    sheet: str | None = None
    drop: tuple[Rows, ...] = ()
    keep_only: tuple[Rows, ...] = ()
    school_id: str = "{school_id}"
    pad: dict[str, int] = {}
    lower: tuple[str, ...] = ()
    school_year: str = "school_year"
    year: Annotated[str, Field(pattern=r"^(\d{4}-\d{2})?$")] = ""
    year_label: Literal["2024-25", "end_year"] = "2024-25"
    basis: str = ""
    facts: tuple[FactRows, ...]

    @property
    def leaves_out(self) -> bool:
        """Whether some rows of a file are not kept."""
        return bool(self.drop or self.keep_only)

    def found(self, header: tuple[str, ...]) -> dict[str, str]:
        """Return our short name -> the column of `header` that means it, for those that are there.

        Capitals do not count.
        """
        there = {column.casefold(): column for column in header}
        pairs = (
            (name, next((there[s.casefold()] for s in spellings if s.casefold() in there), None))
            for name, spellings in self.columns.items()
        )
        return {name: column for name, column in pairs if column is not None}

    def absent(self, header: tuple[str, ...]) -> tuple[str, ...]:
        """Return the columns that must be there and are not, by their first spelling."""
        found = self.found(header)
        return tuple(
            spellings[0]
            for name, spellings in self.columns.items()
            if name not in found and name not in self.optional
        )

    def unknown(self, header: tuple[str, ...]) -> tuple[str, ...]:
        """Return the columns of `header` that this layout does not know."""
        known = set(self.found(header).values())
        return tuple(
            column
            for column in header
            if column not in known and not any(fnmatchcase(column, pattern) for pattern in self.ignore)
        )


class Profile(Definition):
    """How one provider's files are read; `contracts` are our own templates, mapped column by column."""

    id: str
    title: Texts
    jurisdiction: str
    city: str
    synthetic: bool = False
    markers: Markers = Markers()
    contracts: tuple[str, ...] = ()
    layouts: tuple[Layout, ...] = ()

    @property
    def all_layouts(self) -> tuple[Layout, ...]:
        """The profile's own layouts and those of its contracts."""
        contracts = load_contracts()
        return self.layouts + tuple(template_layout(contracts[name]) for name in self.contracts)


def template_layout(contract: Contract) -> Layout:
    """Return the layout that reads our own template for `contract`: every column as it stands.

    A column that need not be filled in may also be missing. The example row of an empty template is
    passed over, so that nobody's figures stand beside those of a school that does not exist.
    """
    read: dict[str, Source | Stages] = {
        name: Source(column=name) for name in contract.columns if name not in ("school_id", "school_year")
    }
    return Layout(
        id=contract.name,
        columns={name: (name,) for name in contract.columns},
        optional=tuple(field.name for field in contract.fields if not field.constraints.required),
        ignore=contract.left_out,
        drop=(Rows(column="school_id", equals=(EXAMPLE_SCHOOL,), why="example row of the template"),),
        facts=(FactRows(into=contract.name, take=read),),
    )


def profile_names(folder: Path | None = None) -> tuple[str, ...]:
    """Return the names of the shipped profiles and of those saved in the store `folder`, in their order."""
    saved = {path.stem for path in (folder / SAVED).glob("*.yaml")} if folder else set()
    return tuple(sorted(_shipped_names() | set(filter(_SAFE_NAME.fullmatch, saved))))


def load_profile(name: str, folder: Path | None = None) -> Profile:
    """Return the profile `name`: a shipped one, or one saved in the store `folder`.

    Raises DefinitionError that lists the profiles there are, or names the file and field that are wrong.
    """
    if name in _shipped_names():
        return _load_shipped(name)
    if folder is None or name not in profile_names(folder):
        known = ", ".join(profile_names(folder))
        raise DefinitionError(f"there is no profile called {name!r}; there are: {known}")
    return read_definition(folder / SAVED / f"{name}.yaml", Profile)


def save_profile(profile: Profile, folder: Path) -> Path:
    """Save `profile` in the store `folder`, over one of the same name, and return its file.

    Raises DefinitionError for the name of a shipped profile, or one that is not safe as a file name.
    """
    if profile.id in _shipped_names():
        raise DefinitionError(f"the profile {profile.id!r} is part of the product; choose another name")
    if not _SAFE_NAME.fullmatch(profile.id):
        raise DefinitionError("a profile's name is 1 to 60 small letters, digits, hyphens and underscores")
    path = folder / SAVED / f"{profile.id}.yaml"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(profile_yaml(profile), encoding="utf-8")
    os.replace(unfinished, path)
    return path


def profile_yaml(profile: Profile) -> str:
    """Return `profile` as the text of a definition file, without what is as usual."""
    content = profile.model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110)


@cache
def _shipped_names() -> frozenset[str]:
    return frozenset(path.stem for path in (FOLDER / "profiles").glob("*.yaml"))


@cache
def _load_shipped(name: str) -> Profile:
    return read_definition(FOLDER / "profiles" / f"{name}.yaml", Profile)
