"""The adviser's three short lists of one school year, with their evidence."""

from dataclasses import dataclass

from mirrors.definitions import Indicator
from mirrors.definitions.reading import Texts
from mirrors.views.figure import Figure
from mirrors.views.mirror import SchoolName


@dataclass(frozen=True)
class Listed:
    """One school on a list and why.

    `certainty` is "clear" or "weak". `before` and `now` are shares, de-noised (for "excellent",
    `before` is the expected value). `pupil_units` is the change in units for the whole school.
    `on_list_last_year` says that it stood on the same list the year before.
    """

    school: SchoolName
    pupils: int
    certainty: str
    before: float
    now: float
    decimals: int
    own: Figure
    completeness: float
    alarms: tuple[str, ...]
    on_list_last_year: bool


@dataclass(frozen=True)
class ShortList:
    """A list in alphabetical order. `kind` is "excellent", "improved" or "rose".

    `why_fewer` is None with ten schools, else a code: "few_clear", "two_years_only",
    "no_year_before", "break_year", "not_enough_schools".
    """

    kind: str
    schools: tuple[Listed, ...]
    weak: tuple[Listed, ...]
    why_fewer: str | None


@dataclass(frozen=True)
class TenAndTenView:
    """The three lists of one school year and indicator."""

    school_year: str
    indicator: Indicator
    lists: tuple[ShortList, ...]
    schools_judged: int
    schools_left_out: tuple[tuple[str, int], ...]
    break_reason: Texts | None
