"""A jurisdiction: its unit of absence, its codes, and the years that cannot be compared."""

from functools import cache
from typing import Literal, Self

from pydantic import model_validator

from mirrors.definitions.reading import FOLDER, Definition, DefinitionError, Texts, read_definition
from mirrors.definitions.threshold import Threshold

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


class FirstYear(Definition):
    """The first year of secondary school: schools of one type, and how their registers write its grade."""

    school_type: str
    grades: tuple[str, ...]


class Feature(Definition):
    """A context feature that describes a school's intake, with the name readers see."""

    name: str
    title: Texts
    percent: bool


class Jurisdiction(Definition):
    """The local rules a store is read by.

    `headline` are the indicators the mirror opens with, `lists` those that ten and ten are chosen on
    (first = default). `trend` says what is removed before change is judged: the trend of the school
    type, or also that of the context features where they are well measured. Without a `calendar` nobody
    knows which days are school days. The follow-up of pupils is told along the `ladder`: the `thresholds`
    of whole units in one school year, which all count the same categories. Without a `first_year` nobody
    knows who has just come from primary school.
    """

    id: str
    title: Texts
    unit: Literal["half_day", "session", "day", "hour"]
    months: tuple[int, ...]
    codes: dict[str, Code]
    aliases: dict[str, str]
    breaks: tuple[Break, ...]
    headline: tuple[str, ...]
    lists: tuple[str, ...]
    thresholds: tuple[Threshold, ...] = ()
    trend: Literal["type", "context"]
    features: tuple[Feature, ...]
    school_types: dict[str, Texts]
    calendar: SchoolCalendar | None = None
    first_year: FirstYear | None = None
    source: str
    valid_from: str
    checked_on: str

    @model_validator(mode="after")
    def _has_one_ladder(self) -> Self:
        ids = [threshold.id for threshold in self.thresholds]
        if len(ids) > len(set(ids)):
            raise ValueError("two thresholds have the same id")
        if len({frozenset(step.categories) for step in self.ladder}) > 1:
            raise ValueError("thresholds of units in a school year count different categories")
        if any(step.at_least != int(step.at_least) for step in self.ladder):
            raise ValueError("a threshold of units in a school year is no whole number")
        return self

    @property
    def ladder(self) -> tuple[Threshold, ...]:
        """The thresholds of units in one school year, the lowest first."""
        steps = (step for step in self.thresholds if (step.scale, step.window) == ("units", "school_year"))
        return tuple(sorted(steps, key=lambda step: step.at_least))

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
