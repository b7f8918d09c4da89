"""Everything that a snapshot tells of the numbers of pupils of one school, as sums of unknown numbers.

What is known for certain links them: bands of one kind of absence add up to the school's pupils and so do the
groups of a breakdown, pupils over a threshold are those of the bands above it, a group has no more of them
than pupils, and nobody takes a step of the follow-up without having reached its threshold.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from mirrors.benchmark.alarm import SchoolYears
from mirrors.benchmark.benchmark import Benchmark
from mirrors.benchmark.response import REACHED, STEPS
from mirrors.definitions import Indicator, load_indicators
from mirrors.disclosure import protection
from mirrors.disclosure.own import own_step
from mirrors.disclosure.protection import BANDS, OF_UNITS, WHOLE_SCHOOL
from mirrors.disclosure.rules import INDEX_STEP
from mirrors.disclosure.seen_counted import (
    ABSENT,
    AT_CITY,
    AT_FIRST,
    AT_LAST,
    OVER_30,
    PUPILS,
    CountedYear,
    counted_by_providers,
    tell_counted,
)
from mirrors.disclosure.symbols import ANY, Span, of_count, of_few, of_rate, of_share
from mirrors.disclosure.system import System, Terms, less
from mirrors.disclosure.told import Row, Told, by_school_year, of_schools

GROUPED, RATE_OF_GROUPS = "B2", "A2"
UNAUTHORISED = ("unauthorised", "units")
"""The bands that the follow-up, the groups and the rate tell of."""

WHOLE_YEAR = ("half_day", "weekday", "month")
"""Profiles whose moments make up the school year."""

_UNTOLD: Row = {"status": "too_small", "value": float("nan")}


@dataclass(frozen=True)
class Cell:
    """A number of pupils that must not be told: `terms` add up to it; `breakdown` is where it is told of."""

    school_year: str
    breakdown: str
    terms: Terms = field(hash=False)


@dataclass
class School:
    """What can be known of one school: the system of all its years, and the cells in it."""

    school_id: str
    system: System = field(default_factory=System)
    cells: list[Cell] = field(default_factory=list)
    counted: dict[str, CountedYear] = field(default_factory=dict)
    bands: dict[tuple[str, ...], list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))
    """The names of the numbers of pupils in each band, by school year, kind of absence and scale."""

    def small(self) -> list[Cell]:
        """Return the cells that are of one to four pupils."""
        return [cell for cell in self.cells if 0.5 < self.system.value(cell.terms) < 4.5]


def schools(
    benchmark: Benchmark,
    indicators: dict[str, Indicator],
    told: list[Told],
    chosen: SchoolYears | None = None,
) -> Iterator[School]:
    """Yield every school with what all of `told` together tell of it; only cells of the years `chosen`."""
    facts = _Facts(benchmark, indicators, chosen)
    for school_id in facts.school_ids if chosen is None else sorted({each for each, _ in chosen}):
        school = School(school_id)
        for year in facts.years[school_id]:
            _Year(school, year, facts).add(told)
        if chosen is not None:
            school.cells = [cell for cell in school.cells if (school_id, cell.school_year) in chosen]
        yield school


class _Facts:
    """The true numbers, by school and year."""

    def __init__(
        self, benchmark: Benchmark, indicators: dict[str, Indicator], chosen: SchoolYears | None
    ) -> None:
        bands = of_schools(benchmark.reduced.pupils_in_band, chosen)
        self.bands = by_school_year(bands[bands["status"].isna() & bands["pupils"].notna()])
        groups = of_schools(benchmark.within.groups, chosen)
        groups = groups[groups["status"] == "exact"]
        self.groups = by_school_year(groups[groups["indicator"] == GROUPED])
        self.group_units = by_school_year(groups[groups["indicator"] == RATE_OF_GROUPS])
        self.steps = by_school_year(of_schools(benchmark.within.single_steps, chosen))
        kinds = [of_schools(frame, chosen).assign(category=kind) for kind, frame in benchmark.kinds.items()]
        units = pd.concat(kinds, ignore_index=True) if kinds else groups.head(0)
        self.units = by_school_year(units[units["status"] == "exact"])
        profiles = benchmark.within.profiles
        whole = profiles["profile"].isin(WHOLE_YEAR)
        self.profiles = by_school_year(of_schools(profiles[whole], chosen))
        self.of_units = {
            key: one for key, one in indicators.items() if one.kind in OF_UNITS and one.counted.categories
        }
        self.rate = load_indicators()[RATE_OF_GROUPS]
        self.counts = {
            key: one
            for key, one in indicators.items()
            if one.kind == "prevalence" and one.counted.at_least is not None
        }
        self.counted = counted_by_providers(benchmark, indicators, chosen)
        self.threshold = indicators[GROUPED].counted.at_least if GROUPED in indicators else None
        self.years: dict[str, list[str]] = defaultdict(list)
        for school_id, year in sorted({*self.bands, *self.groups, *self.steps, *self.counted.rows}):
            self.years[school_id].append(year)
        self.school_ids = list(self.years)


class _Year:
    """One school year of a school, being added to its system."""

    def __init__(self, school: School, year: str, facts: _Facts) -> None:
        self.school, self.system, self.year, self.facts = school, school.system, year, facts
        self.at = (school.school_id, year)
        self.kinds: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in facts.bands.get(self.at, []):
            self.kinds[row["category"], row["scale"]].append(row)
        self.units = {row["category"]: row for row in facts.units.get(self.at, [])}
        self.group_units = {
            (row["breakdown"], row["member"]): row for row in facts.group_units.get(self.at, [])
        }

    def add(self, told: list[Told]) -> None:
        """Add the unknowns of the year, what links them, and what is told of them."""
        self._bands()
        self._groups()
        self._steps()
        self._missed()
        self._counted()
        for each in told:
            self._told_of_school(each)
            self._told_of_units(each)
            self._told_of_moments(each)
            self._told_of_bands(each)
            self._told_of_groups(each)
            self._told_of_steps(each)
            self._told_of_counted(each)

    # --- what there is

    def _cell(self, breakdown: str, terms: Terms) -> None:
        self.school.cells.append(Cell(self.year, breakdown, terms))

    def _band(self, kind: tuple[str, str], at_least: float) -> tuple[object, ...]:
        return (self.year, "band", *kind, at_least)

    def _above(self, kind: tuple[str, str], at_least: float, below: float | None = None) -> Terms | None:
        """Return the bands from `at_least` on, or None when no band begins there."""
        starts = [row["at_least"] for row in self.kinds.get(kind, [])]
        if at_least not in starts:
            return None
        return {
            self._band(kind, start): 1.0
            for start in starts
            if start >= at_least and (below is None or start < below)
        }

    def _bands(self) -> None:
        for kind, rows in self.kinds.items():
            for row in rows:
                band = self._band(kind, row["at_least"])
                self.system.unknown(band, float(row["pupils"]))
                self.school.bands[(self.year, *kind)].append(band)
                self._cell(BANDS, {band: 1.0})
            for row in rows:
                over = self._above(kind, row["at_least"])
                if over is not None and len(over) > 1:
                    self._cell(WHOLE_SCHOOL, over)
        for one, other in pairwise(self.kinds):
            self._same(self._everybody(one), self._everybody(other))

    def _everybody(self, kind: tuple[str, str]) -> Terms:
        return {self._band(kind, row["at_least"]): 1.0 for row in self.kinds[kind]}

    def _same(self, one: Terms, other: Terms) -> None:
        """Add that two sums are of the same pupils; where they are not quite, how much they may differ."""
        terms = {**one, **{name: -factor for name, factor in other.items()}}
        apart = abs(self.system.value(terms))
        self.system.told(terms, (-apart, apart))

    def _groups(self) -> None:
        over = self._over_group_threshold()
        members: dict[str, list[Row]] = defaultdict(list)
        for row in self.facts.groups.get(self.at, []):
            members[row["breakdown"]].append(row)
        for breakdown, rows in members.items():
            for row in rows:
                pupils, many = self._group(row)
                self.system.unknown(pupils, float(row["denominator"]))
                self.system.unknown(many, float(row["numerator"]))
                self.system.told({pupils: 1.0, many: -1.0}, ANY)
                self._cell(breakdown, {pupils: 1.0})
                self._cell(breakdown, {many: 1.0})
                self._cell(breakdown, {pupils: 1.0, many: -1.0})
            if over:
                self._same({self._group(row)[1]: 1.0 for row in rows}, over)
                kind = UNAUTHORISED
                self._same({self._group(row)[0]: 1.0 for row in rows}, self._everybody(kind))

    def _over_group_threshold(self) -> Terms | None:
        threshold = self.facts.threshold
        return None if threshold is None else self._above(UNAUTHORISED, threshold)

    def _group(self, row: Row) -> tuple[tuple[object, ...], tuple[object, ...]]:
        place = (self.year, row["breakdown"], row["member"])
        return (*place, "pupils"), (*place, "over")

    def _step(self, threshold: float, step: str) -> tuple[object, ...]:
        return (self.year, "step", threshold, step)

    def _chains(self) -> dict[float, dict[str, Row]]:
        chains: dict[float, dict[str, Row]] = defaultdict(dict)
        for row in self.facts.steps.get(self.at, []):
            chains[row["threshold"]][row["step"]] = row
        return {at: steps for at, steps in chains.items() if REACHED in steps}

    def _steps(self) -> None:
        for threshold, steps in self._chains().items():
            reached = self._step(threshold, REACHED)
            for step in [name for name in STEPS if name in steps]:
                name = self._step(threshold, step)
                self.system.unknown(name, float(steps[step]["pupils"]))
                self._cell(protection.STEPS, {name: 1.0})
                if step != REACHED:
                    self.system.told({reached: 1.0, name: -1.0}, ANY)
                    self._cell(protection.STEPS, {reached: 1.0, name: -1.0})
            over = self._above(UNAUTHORISED, threshold)
            if over:
                self._same({reached: 1.0}, over)

    def _missed(self) -> None:
        """Add the units missed: everybody in a band missed as many as it begins with, and fewer than it ends.

        And everybody of a group who is over a threshold missed as many as that.
        """
        for kind, row in self.units.items():
            self.system.amount(self._units_of(kind), float(row["numerator"]))
        bands = self.kinds.get(UNAUTHORISED, [])
        if UNAUTHORISED[0] in self.units and bands:
            units: Terms = {self._units_of(UNAUTHORISED[0]): 1.0}
            least: Terms = {self._band(UNAUTHORISED, row["at_least"]): row["at_least"] for row in bands}
            self.system.told(less(units, least), ANY)
            if all(pd.notna(row["below"]) for row in bands):
                most: Terms = {self._band(UNAUTHORISED, row["at_least"]): row["below"] for row in bands}
                self.system.told(less(most, units), ANY)
        members: dict[str, Terms] = defaultdict(dict)
        for row in self.group_units.values():
            of_group: Terms = {self._units_of_group(row): 1.0}
            self.system.amount(self._units_of_group(row), float(row["numerator"]))
            members[row["breakdown"]] = {**members[row["breakdown"]], **of_group}
            _, many = self._group(row)
            if many in self.system.truth and self.facts.threshold is not None:
                self.system.told(less(of_group, {many: self.facts.threshold}), ANY)
        for each in members.values():
            if UNAUTHORISED[0] in self.units:
                self._same(each, {self._units_of(UNAUTHORISED[0]): 1.0})

    def _units_of(self, kind: str) -> tuple[object, ...]:
        return (self.year, "units", kind)

    def _units_of_group(self, row: Row) -> tuple[object, ...]:
        return (self.year, row["breakdown"], row["member"], "units")

    def _counted(self) -> None:
        counted = CountedYear(self.system, self.year, self._known())
        for breakdown, terms in counted.add(self.facts.counted, self.facts.counted.rows.get(self.at, [])):
            self._cell(breakdown, terms)
        self.school.counted[self.year] = counted

    def _known(self) -> dict[str, Terms]:
        """Return the numbers that measures may be parts of, by name."""
        known = {
            ABSENT: self._above(UNAUTHORISED, 1.0),
            OVER_30: self._above(UNAUTHORISED, 30.0),
            PUPILS: next((self._everybody(kind) for kind in self.kinds), None),
        }
        chains = self._chains()
        ladder = sorted(chains)
        places = {AT_FIRST: ladder[:1], AT_CITY: ladder[:2][-1:], AT_LAST: ladder[-1:]}
        for at, [threshold] in ((at, found) for at, found in places.items() if found):
            for step in chains[threshold]:
                known[at if step == REACHED else f"{at} {step}"] = {self._step(threshold, step): 1.0}
        return {name: terms for name, terms in known.items() if terms}

    # --- what is told of it

    def _told_of_school(self, told: Told) -> None:
        for row in told.of("school", self.at):
            step = told.step("", self.at, "school")
            pupils = self.school.counted[self.year].known.get(PUPILS)
            for everybody in map(self._everybody, self.kinds) if self.kinds or not pupils else (pupils,):
                self.system.told(everybody, of_count(row["pupils"], step))

    def _told_of_units(self, told: Told) -> None:
        for row in told.of("figure", self.at):
            indicator = self.facts.of_units.get(row["indicator"])
            true = self.units.get(UNAUTHORISED[0])
            if indicator is not None and true is not None:
                self._told_of_rate(self._of_kinds(indicator.counted.categories), row, true, indicator, told)
        for row in told.of("kind", self.at):
            kind = row["category"]
            if kind in self.units:
                self._told_of_rate(self._of_kinds((kind,)), row, self.units[kind], self.facts.rate, told)
        for row in told.of("group", self.at):
            true = self.group_units.get((row["breakdown"], row["member"]))
            if row["indicator"] == RATE_OF_GROUPS and true is not None:
                self._told_of_rate({self._units_of_group(row): 1.0}, row, true, self.facts.rate, told)

    def _of_kinds(self, categories: Iterable[str]) -> Terms:
        chosen = [kind for kind in self.units if kind in categories or "any" in categories]
        return dict.fromkeys((self._units_of(kind) for kind in chosen), 1.0)

    def _told_of_rate(self, units: Terms, row: Row, true: Row, indicator: Indicator, told: Told) -> None:
        """Add what a rate tells of the units that it is made of; what it is a rate of is taken as known."""
        base = true["denominator"] if indicator.kind == "rate" else true["pupils"] / 100
        step = float(own_step(indicator, np.array(true["pupils"]), told.large))
        span = of_rate(row["status"], row["value"], step)
        self.system.told(units, (span[0] * base, span[1] * base))

    def _told_of_moments(self, told: Told) -> None:
        """Add what the moments of a profile tell of the units missed in all of them.

        Each has its rate, and its index over the rate of all: from the two together that of all follows.
        """
        moments: dict[str, list[Row]] = defaultdict(list)
        for row in self.facts.profiles.get(self.at, []):
            moments[row["profile"]].append(row)
        shown = {(row["profile"], row["item"]): row for row in told.of("profile", self.at)}
        for profile, rows in moments.items():
            spans, possible = [], sum(moment["possible"] for moment in rows)
            for moment in rows:
                row = shown.get((profile, moment["item"]), _UNTOLD)
                step = float(own_step(self.facts.rate, np.array(moment["pupils"]), told.large))
                low, high = of_rate(row["status"], row["value"], step)
                spans.append((low * moment["possible"], high * moment["possible"]))
                if row["status"] == "exact" and row["index"] > INDEX_STEP:
                    all_low = 100 * low / (row["index"] + INDEX_STEP / 2)
                    all_high = 100 * high / (row["index"] - INDEX_STEP / 2)
                    self._told_of_missed(rows, (all_low * possible, all_high * possible))
            self._told_of_missed(rows, (sum(low for low, _ in spans), sum(high for _, high in spans)))

    def _told_of_missed(self, moments: list[Row], span: Span) -> None:
        """Add what is told of the units missed in all moments, where these are all that were missed."""
        missed = self._units_of(UNAUTHORISED[0])
        if self.system.truth.get(missed) == sum(row["units"] for row in moments):
            self.system.told({missed: 1.0}, span)

    def _told_of_bands(self, told: Told) -> None:
        for row in told.of("band", self.at):
            kind = (row["category"], row["scale"])
            band = self._band(kind, row["at_least"])
            if band in self.system.truth:
                step = told.step(BANDS, self.at)
                base = self.system.value(self._everybody(kind))
                if pd.notna(row["own"]):
                    self.system.told({band: 1.0}, of_share(row["own"], base, step))
                elif self.at not in told.dropped(BANDS):
                    self._few_on_a_side({band: 1.0}, self._everybody(kind), step)
        for row in told.of("figure", self.at):
            indicator = self.facts.counts.get(row["indicator"])
            if indicator is not None:
                self._told_of_threshold(indicator, row, told, [self.year])
        for row in told.of("pooled", self.at):
            indicator = self.facts.counts.get(row["indicator"])
            if indicator is not None:
                self._told_of_threshold(indicator, row, told, row["years"].split(","))

    def _few_on_a_side(self, part: Terms, whole: Terms, step: float) -> None:
        """Add that a number or what is left beside it is too small to be told, whichever is so."""
        self.system.told(part, of_few(step))
        self.system.told(less(whole, part), of_few(step))

    def _told_of_threshold(self, indicator: Indicator, row: Row, told: Told, years: list[str]) -> None:
        counted = indicator.counted
        kind = (counted.categories[0], counted.scale or "")
        if self._above(kind, counted.at_least or 0.0) is None:
            return
        below = float("inf") if counted.below is None else counted.below
        names = [name for year in years for name in self.school.bands[(year, *kind)]]
        whole: Terms = dict.fromkeys(names, 1.0)
        over: Terms = {name: 1.0 for name in names if (counted.at_least or 0.0) <= name[-1] < below}
        self._told_of_share(over, whole, row["status"], row["value"], told.step(WHOLE_SCHOOL, self.at))

    def _told_of_share(self, part: Terms, whole: Terms, status: str, share: float, step: float) -> None:
        left = less(whole, part)
        if status == "exact":
            self.system.told(part, of_share(share, self.system.value(whole), step))
            self.system.told(left, (step, float("inf")))
        elif status == "at_most":
            self.system.told(part, of_few(step))
        elif status == "at_least":
            self.system.told(left, of_few(step))

    def _told_of_groups(self, told: Told) -> None:
        for row in told.of("group", self.at):
            pupils, many = self._group(row)
            if pupils in self.system.truth:
                step = told.step(row["breakdown"], self.at, "group")
                if pd.notna(row["pupils"]):
                    self.system.told({pupils: 1.0}, of_count(row["pupils"], step))
                elif row["status"] == "too_small":
                    self.system.told({pupils: 1.0}, (0.0, told.fewest - 1))
                if row["indicator"] == GROUPED:
                    fine = told.step(row["breakdown"], self.at)
                    self._told_of_share({many: 1.0}, {pupils: 1.0}, row["status"], row["value"], fine)

    def _told_of_steps(self, told: Told) -> None:
        chains = self._chains()
        for row in told.of("step", self.at):
            if row["threshold"] not in chains or row["step"] not in chains[row["threshold"]]:
                continue
            part, whole = (self._over_years(row, step) for step in (row["step"], REACHED))
            if part is None or whole is None:
                continue
            step = told.step(protection.STEPS, self.at, "step")
            if pd.notna(row["pupils"]):
                self.system.told(part, of_count(row["pupils"], step))
            if row["step"] == REACHED:
                self._told_by_size(whole, row["status"], told)
            else:
                self._told_of_share(
                    part, whole, row["status"], row["share"], told.step(protection.STEPS, self.at)
                )

    def _told_by_size(self, whole: Terms, status: str, told: Told) -> None:
        """Add what it tells that there is a share, or none."""
        fewest = told.fewest
        span: Span = (0.0, fewest - 1) if status == "too_small" else (fewest, float("inf"))
        if self.at not in told.dropped(protection.STEPS):
            self.system.told(whole, span)

    def _told_of_counted(self, told: Told) -> None:
        for table in ("figure", "pooled"):
            for row in told.of(table, self.at):
                indicator = self.facts.counted.indicators.get(row["indicator"])
                years = row["years"].split(",") if table == "pooled" else [self.year]
                if indicator is not None and all(year in self.school.counted for year in years):
                    added = [self.school.counted[year] for year in years]
                    tell_counted(self.system, added, indicator, row, told)

    def _over_years(self, row: Row, step: str) -> Terms | None:
        """Return the pupils at a step in the years that a row adds up, where all are known by now."""
        years = [year for year in (row["pooled"] or "").split(",") if year] or [self.year]
        names = [(year, "step", row["threshold"], step) for year in years]
        return dict.fromkeys(names, 1.0) if all(name in self.system.truth for name in names) else None
