"""A mapping profile: how the columns of somebody's files become our facts."""

from fnmatch import fnmatchcase
from functools import cache
from typing import Literal

from mirrors.definitions.contract import Contract, load_contracts
from mirrors.definitions.reading import FOLDER, Definition, DefinitionError, Texts, read_definition


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
    zeros. `school_year` is the column with the label and `year_label` its form.
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
    year_label: Literal["2024-25", "end_year"] = "2024-25"
    basis: str = ""
    facts: tuple[FactRows, ...]

    def found(self, header: tuple[str, ...]) -> dict[str, str]:
        """Return our short name -> the spelling found in `header`, for the columns that are there."""
        pairs = (
            (name, next((s for s in spellings if s in header), None))
            for name, spellings in self.columns.items()
        )
        return {name: spelling for name, spelling in pairs if spelling is not None}

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
    """Return the layout that reads our own template for `contract`: every column as it stands."""
    read: dict[str, Source | Stages] = {
        name: Source(column=name) for name in contract.columns if name not in ("school_id", "school_year")
    }
    return Layout(
        id=contract.name,
        columns={name: (name,) for name in contract.columns},
        facts=(FactRows(into=contract.name, take=read),),
    )


def profile_names() -> tuple[str, ...]:
    """Return the names of the shipped profiles."""
    return tuple(sorted(path.stem for path in (FOLDER / "profiles").glob("*.yaml")))


@cache
def load_profile(name: str) -> Profile:
    """Return the shipped profile `name`; raises DefinitionError that lists the profiles there are."""
    if name not in profile_names():
        raise DefinitionError(f"there is no profile called {name!r}; there are: {', '.join(profile_names())}")
    return read_definition(FOLDER / "profiles" / f"{name}.yaml", Profile)
