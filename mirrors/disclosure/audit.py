"""The audit: whether anybody who reads all that is published of a school can tell a child or a few of them.

Every number of pupils is bounded by what is told of it and of all that it hangs together with, in this
snapshot and in the ones before it, by integer programming. A cell of one to four pupils that has fewer than
four possible values left is found; its breakdown is then told more coarsely of that school and year, and not
at all when that does not do. Nothing goes live with a cell left.

Totals of units absent are not bounded: they come without the number of pupils behind them.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from mirrors.benchmark.alarm import SchoolYears
from mirrors.benchmark.benchmark import Benchmark
from mirrors.definitions import Indicator
from mirrors.disclosure.protection import BANDS, COUNTED, RATES, STEPS, WHOLE_SCHOOL, Protection
from mirrors.disclosure.rules import FEWEST_VALUES
from mirrors.disclosure.seen import School, schools
from mirrors.disclosure.told import Tables, Told

Place = tuple[str, str, str]
"""A school, a school year and a breakdown."""


class NotProtected(RuntimeError):
    """A small number of pupils can be told from what would be published, whatever is left out."""


@dataclass(frozen=True)
class Finding:
    """A cell of one to four pupils that can only have a value from `least` to `most`."""

    school_id: str
    school_year: str
    breakdown: str
    least: float
    most: float
    terms: frozenset[tuple[Hashable, float]] = frozenset()

    @property
    def cell(self) -> Hashable:
        """What it is a finding about."""
        return self.school_id, self.terms

    @property
    def values(self) -> int:
        """How many values are possible."""
        return round(self.most - self.least) + 1

    @property
    def place(self) -> Place:
        """What is told too finely."""
        return self.school_id, self.school_year, self.breakdown


@dataclass(frozen=True)
class Audited:
    """How many small cells were looked at, and what was found."""

    cells: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Older:
    """The tables of an earlier snapshot, and the rules and care they were made with."""

    tables: Tables
    under: Protection


def audit(
    benchmark: Benchmark,
    indicators: dict[str, Indicator],
    tables: Tables,
    under: Protection,
    older: Sequence[Older] = (),
    chosen: SchoolYears | None = None,
) -> Audited:
    """Return what the tables tell, with those of `older` snapshots, of all school years or those `chosen`."""
    told = [Told(each.tables, each.under, chosen) for each in (Older(tables, under), *older)]
    cells, findings = 0, []
    for school in schools(benchmark, indicators, told, chosen):
        cells += len(school.small())
        findings += look(school)
    if older and findings:
        findings = _still_to_be_kept(benchmark, indicators, told, findings)
    return Audited(cells, tuple(findings))


def _still_to_be_kept(
    benchmark: Benchmark, indicators: dict[str, Indicator], told: list[Told], findings: list[Finding]
) -> list[Finding]:
    """Return the findings but for those that earlier snapshots tell by themselves: that is done."""
    chosen = {(each.school_id, each.school_year) for each in findings}
    alone = [
        {each.cell for school in schools(benchmark, indicators, part, chosen) for each in look(school)}
        for part in (told[:1], told[1:])
    ]
    return [each for each in findings if each.cell in alone[0] or each.cell not in alone[1]]


def look(school: School) -> list[Finding]:
    """Return the small cells of one school that have too few possible values."""
    small = school.small()
    if not small:
        return []
    spans = school.system.spans([cell.terms for cell in small], FEWEST_VALUES)
    return [
        Finding(school.school_id, cell.school_year, cell.breakdown, *span, frozenset(cell.terms.items()))
        for cell, span in zip(small, spans, strict=True)
        if span[1] - span[0] + 1 < FEWEST_VALUES
    ]


_OF_ALL = (BANDS, WHOLE_SCHOOL, STEPS)
"""What tells of the pupils of the whole school, where leaving out a breakdown does not hide them."""

_TOGETHER = (WHOLE_SCHOOL, STEPS, COUNTED)
"""What is told of years together, of small schools."""

GROUPED_BY = ("grade", "track", "sex", "district")
"""The breakdowns of groups of pupils."""


def protected(
    make: Callable[[Protection], dict[str, pd.DataFrame]],
    look_at: Callable[[Tables, Protection, SchoolYears | None], Audited],
    under: Protection,
) -> tuple[Protection, Counter[Place]]:
    """Return the care under which tables tell no small cell, and the cells found by what they are of.

    `make` makes the tables under a protection and `look_at` audits them, for some school years only where it
    is asked to. Raises NotProtected.
    """
    tables, found = make(under), Counter[Place]()
    audited = look_at(tables, under, None)
    while audited.findings:
        found.update(each.place for each in audited.findings)
        years = _years(tables)
        tighter = _more_care(under, audited.findings, years)
        if tighter == under:
            raise NotProtected(_sentence(audited.findings))
        under, tables = tighter, make(tighter)
        audited = look_at(tables, under, _touched(audited.findings, years))
    return under, found


def _touched(findings: Iterable[Finding], years: dict[str, list[str]]) -> SchoolYears:
    """Return the school-years of which more care changed what is told.

    A year hangs together with others of its school through what is told of years together alone.
    """
    touched: SchoolYears = set()
    for each in findings:
        touched.add((each.school_id, each.school_year))
        if each.breakdown in _TOGETHER:
            touched.update((each.school_id, year) for year in years.get(each.school_id, []))
    return touched


def _years(tables: Tables) -> dict[str, list[str]]:
    """Return the school years of every school."""
    found: dict[str, list[str]] = {}
    if "school" in tables:
        for school_id, year in tables["school"][["school_id", "school_year"]].itertuples(index=False):
            found.setdefault(school_id, []).append(year)
    return found


def _more_care(under: Protection, findings: Iterable[Finding], years: dict[str, list[str]]) -> Protection:
    """Return the next care for every finding: the first of the steps that leaves out more than before.

    Coarser counts; then none of the breakdown that year, and of what is told of years together in no year of
    the school; then nothing that tells of the same pupils; then no rates of single
    kinds of absence, as few half-days are those of few pupils; then no measures and outcomes; and at last
    nothing of all this in any year.
    """
    coarser: dict[str, SchoolYears] = {}
    dropped: dict[str, SchoolYears] = {}
    for each in findings:
        here = {(each.school_id, each.school_year)}
        ever = {(each.school_id, year) for year in years.get(each.school_id, [])} | here
        if not here <= under.coarser.get(each.breakdown, set()):
            coarser.setdefault(each.breakdown, set()).update(here)
            continue
        for names, places in (
            ((each.breakdown,), here),
            ((each.breakdown,), ever if each.breakdown in _TOGETHER else here),
            (_OF_ALL, here),
            ((RATES,), here),
            ((COUNTED,), here),
            ((*_OF_ALL, *GROUPED_BY, RATES, COUNTED), ever),
        ):
            if any(not places <= under.dropped.get(name, set()) for name in names):
                for name in names:
                    dropped.setdefault(name, set()).update(places)
                break
    return under.tightened(coarser, dropped)


def _sentence(findings: Sequence[Finding]) -> str:
    places = sorted({f"{each.school_id} in {each.school_year} ({each.breakdown})" for each in findings})
    shown = ", ".join(places[:5]) + (f" and {len(places) - 5} more" if len(places) > 5 else "")
    return (
        f"nothing was published: a number of one to four pupils could be worked out of {shown}, "
        "whatever is left out; withhold those school years and publish again"
    )
