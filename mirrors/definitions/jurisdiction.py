"""A jurisdiction: its unit of absence, its codes, and the years that cannot be compared."""

from functools import cache
from typing import Literal

from mirrors.definitions.reading import FOLDER, Definition, DefinitionError, Texts, read_definition

HalfDay = Literal["am", "pm"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri"]


class Break(Definition):
    """A school year that takes no part in change, with the reason readers see."""

    school_year: str
    reason: Texts


class Code(Definition):
    """An absence code of the register and the canonical category it counts as."""

    category: str
    absence: bool
    label: Texts


class SchoolCalendar(Definition):
    """Whose school holidays hold, as the `holidays` library calls them, and the week's half-days."""

    country: str
    subdivision: str
    half_days: dict[Weekday, tuple[HalfDay, ...]]


class Feature(Definition):
    """A context feature that describes a school's intake, with the name readers see."""

    name: str
    title: Texts
    percent: bool


class Thresholds(Definition):
    """Units absent of one category in a school year, from which a pupil is followed up."""

    category: str
    units: tuple[int, ...]


class Jurisdiction(Definition):
    """The local rules a store is read by.

    `headline` are the indicators the mirror opens with, `lists` those that ten and ten are chosen on
    (first = default). `trend` says what is removed before change is judged: the trend of the school
    type, or also that of the context features where they are well measured. Without a `calendar` nobody
    knows which days are school days.
    """

    id: str
    title: Texts
    unit: Literal["half_day", "day"]
    months: tuple[int, ...]
    codes: dict[str, Code]
    aliases: dict[str, str]
    breaks: tuple[Break, ...]
    headline: tuple[str, ...]
    lists: tuple[str, ...]
    thresholds: Thresholds | None = None
    trend: Literal["type", "context"]
    features: tuple[Feature, ...]
    school_types: dict[str, Texts]
    calendar: SchoolCalendar | None = None
    source: str
    valid_from: str
    checked_on: str

    def category(self, code: str) -> str | None:
        """Return the canonical category of a register code, or None when the code is unknown."""
        known = self.codes.get(self.aliases.get(code, code))
        return known.category if known else None

    def school_type(self, name: str) -> Texts:
        """Return what readers call a school type; a type the jurisdiction does not know keeps its name."""
        return self.school_types.get(name, dict.fromkeys(self.title, name))

    def break_reason(self, school_year: str) -> Texts | None:
        """Return why `school_year` cannot be compared, or None when it can."""
        return next((gap.reason for gap in self.breaks if gap.school_year == school_year), None)


@cache
def load_jurisdiction(name: str) -> Jurisdiction:
    """Return the shipped jurisdiction `name`; raises DefinitionError when there is none."""
    path = FOLDER / "jurisdictions" / f"{name}.yaml"
    if not path.is_file():
        raise DefinitionError(f"there is no jurisdiction called {name!r}")
    return read_definition(path, Jurisdiction)
