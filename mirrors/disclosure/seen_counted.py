"""What providers counted themselves, as sums of unknown numbers: measures, outcomes, steps told as figures.

Each is a part of a whole. Wholes are often numbers that are told elsewhere too: all pupils, those who were
absent, those at a threshold, or those whom another measure counts; and some parts lie within others. Where a
school's own numbers do not bear such a link out, none is taken for granted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from mirrors.benchmark.alarm import SchoolYears
from mirrors.benchmark.benchmark import Benchmark
from mirrors.benchmark.counted import BASES
from mirrors.benchmark.fewest import fewest_pupils
from mirrors.definitions import Indicator
from mirrors.disclosure.protection import COUNTED, breakdown_of, counts_single_pupils
from mirrors.disclosure.symbols import ANY, of_amount, of_few, of_share
from mirrors.disclosure.system import Name, System, Terms, less
from mirrors.disclosure.told import Row, Told, by_school_year, of_schools

PUPILS, ABSENT, OVER_30 = "pupils", "absent", "over_30"
AT_FIRST, AT_CITY, AT_LAST = "first threshold", "city threshold", "last threshold"
"""Numbers that are told of elsewhere too: all pupils, those ever absent without leave, those over thirty
units; and, with the name of a step behind it, those of the follow-up."""

_OF_PUPILS = (
    *("rolling_absentee", "sick_notes", "late_5", "late_10", "delayed", "moved_in", "moved_out", "excluded"),
    *("time_out", "helpdesk_requests", "repeated", "left_without_qualification"),
)
WHOLE_OF = {
    **dict.fromkeys(_OF_PUPILS, PUPILS),
    "parents_contacted": ABSENT,
    "timely_referral": AT_FIRST,
    "repeater": AT_FIRST,
    "unreferred_severe": AT_LAST,
    "followed_in_time": f"{AT_FIRST} notified",
    "early_referral": f"{AT_FIRST} notified",
    "returned_lasting": f"{AT_FIRST} contact",
    "late_then_absent": "late_5",
    "time_out_back": "time_out",
    **dict.fromkeys(("attest_a", "attest_b", "attest_c"), "certificates"),
    **dict.fromkeys(("to_lower_finality", "to_higher_finality"), "stayed in education"),
}
"""What a measure or an outcome is a part of, by the contract of measures."""

TOGETHER_WITHIN = (
    (("attest_a", "attest_b", "attest_c"), "certificates"),
    (("to_lower_finality", "to_higher_finality"), "stayed in education"),
    (("late_10",), "late_5"),
    (("september",), ABSENT),
    (("severe_again",), OVER_30),
    (("unreferred_severe", f"{AT_LAST} notified"), AT_LAST),
)
"""Parts of which nobody is in two, and what holds them all."""


@dataclass(frozen=True)
class Counted:
    """The true numbers of every figure of this kind, by school and year."""

    indicators: Mapping[str, Indicator]
    rows: Mapping[tuple[str, str], list[Row]]


def counted_by_providers(
    benchmark: Benchmark, indicators: Mapping[str, Indicator], chosen: SchoolYears | None
) -> Counted:
    """Return the true numbers of the indicators that are read here, of all schools or those chosen."""
    read = {key: one for key, one in indicators.items() if counts_single_pupils(one)}
    frames = [
        of_schools(benchmark.compared[key], chosen).assign(indicator=key)
        for key in read
        if key in benchmark.compared
    ]
    columns = ["school_id", "school_year", "indicator", "numerator", "denominator", "status"]
    rows = pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)
    known = (rows["status"] == "exact") & rows["numerator"].notna() & (rows["denominator"] > 0)
    return Counted(read, by_school_year(rows[known]))


@dataclass
class CountedYear:
    """The figures of one school year of a school, being added to its system.

    `known` are the numbers of the year that are told of elsewhere too. `parts` and `wholes` are found for
    every indicator that is told; those of a year before may be added up with them.
    """

    system: System
    year: str
    known: dict[str, Terms]
    parts: dict[str, Terms] = field(default_factory=dict)
    wholes: dict[str, Terms] = field(default_factory=dict)
    _own: set[Name] = field(default_factory=set)

    def add(self, counted: Counted, rows: list[Row]) -> Iterator[tuple[str, Terms]]:
        """Add the unknowns and what links them; yield the cells, each with what it is told of."""
        read = [(counted.indicators[row["indicator"]], row) for row in rows]
        # What others are a part of comes first.
        for indicator, row in sorted(read, key=lambda each: WHOLE_OF.get(_measure(each[0])) in WHOLE_OF):
            yield from self._number(indicator, row)
        for within, whole in TOGETHER_WITHIN:
            held, inside = self.known.get(whole), [self.known[one] for one in within if one in self.known]
            if held and inside:
                left = held
                for terms in inside:
                    left = less(left, terms)
                self.system.told(left, (0.0, 0.0) if whole == "certificates" and len(inside) == 3 else ANY)

    def _number(self, indicator: Indicator, row: Row) -> Iterator[tuple[str, Terms]]:
        key, name = indicator.id, _measure(indicator)
        whole = self._terms(WHOLE_OF.get(name, _of_step(indicator)), (key, "whole"), row["denominator"])
        part = self._terms(_step(indicator), (key, "part"), row["numerator"])
        self.parts[key], self.wholes[key] = part, whole
        self.known.setdefault(name, part)
        if indicator.counts_pupils:
            self.system.told(less(whole, part), ANY)
        if breakdown_of(indicator) == COUNTED:
            yield COUNTED, part
            if indicator.counts_pupils:
                yield COUNTED, less(whole, part)
                if whole.keys() <= self._own:
                    yield COUNTED, whole

    def _terms(self, name: str, otherwise: tuple[str, str], number: float) -> Terms:
        """Return what a number is a sum of, by its name; one that differs from it is a number of its own."""
        terms = self.known.get(name)
        if terms is not None and self.system.value(terms) == number:
            return terms
        own = (self.year, "counted", name if name and terms is None else otherwise)
        self.system.unknown(own, float(number))
        self._own.add(own)
        if name and terms is None:
            self.known[name] = {own: 1.0}
        return {own: 1.0}


def tell_counted(
    system: System, years: list[CountedYear], indicator: Indicator, row: Row, told: Told
) -> None:
    """Add what a figure tells of the pupils counted, in all of `years` together."""
    key = indicator.id
    if not all(key in year.parts for year in years):
        return
    part, whole = ({n: f for year in years for n, f in getattr(year, of)[key].items()} for of in _BOTH)
    at, breakdown = (row["school_id"], row["school_year"]), breakdown_of(indicator)
    step = told.step(breakdown, at)
    if row["status"] == "at_most":
        system.told(part, of_few(step))
    elif row["status"] == "exact":
        size = system.value(whole)
        share = indicator.counts_pupils
        system.told(
            part,
            of_share(row["value"], size, step)
            if share
            else of_amount(row["value"], size, step, BASES[indicator.unit]),
        )
        if share:
            system.told(less(whole, part), (step, float("inf")))
    elif row["status"] == "at_least":
        system.told(less(whole, part), of_few(step))
    if indicator.counts_pupils and at not in told.dropped(breakdown):
        fewest = max(fewest_pupils(indicator), told.fewest)
        few = row["status"] == "too_small"
        system.told(whole, (0.0, fewest - 1) if few else (fewest, float("inf")))


_BOTH = ("parts", "wholes")
_THRESHOLDS = {"first": AT_FIRST, "city": AT_CITY, "last": AT_LAST}


def _measure(indicator: Indicator) -> str:
    counted = indicator.counted
    return counted.measure or counted.outcome or indicator.id


def _of_step(indicator: Indicator) -> str:
    """Return the name of those of whom some took a step, "" for what is no step."""
    at = _THRESHOLDS.get(indicator.counted.threshold or "", "")
    return f"{at} {indicator.counted.of_step}" if indicator.counted.of_step else at


def _step(indicator: Indicator) -> str:
    """Return the name of those who took the step of an indicator, "" for what is no step."""
    at = _THRESHOLDS.get(indicator.counted.threshold or "", "")
    return f"{at} {indicator.counted.step}" if at else ""
