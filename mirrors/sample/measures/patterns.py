"""When unauthorised absence falls, and in how few hands it lies."""

import numpy as np

from mirrors.sample.absence import B, Z
from mirrors.sample.arrays import Floats, Ints
from mirrors.sample.measures.year import Count, Year, likely
from mirrors.sample.pupils import NOT_HERE
from mirrors.sample.timetable import SCHOOL_YEARS, edge_half_days, exam_half_days, half_days, school_days

SEPTEMBER = 0
SEVERE, MONTHLY, NOTES, SPELL = 30, 4, 4, 10


def patterns(rng: np.random.Generator, year: Year) -> dict[str, Count]:
    """Edges of holidays, exams, spells, September, and days on which the school was disrupted."""
    record, label = year.record, SCHOOL_YEARS[year.record.year]
    in_exams = exam_half_days(label).sum(axis=1) * year.schools.secondary[:, None]
    september = record.enrolled[:, SEPTEMBER]
    pupils = year.pupils(september)
    early = year.pupils(september & (record.units[:, SEPTEMBER, B] > 0))
    edge, off_edge = _split(rng, year, edge_half_days(label).sum(axis=1)[None, :], year.ways.edge)
    exam, off_exam = _split(rng, year, in_exams, year.ways.exam)
    # Primary schools have no exams.
    nothing = np.zeros(year.size)
    off_exam = Count(off_exam.part, np.where(exam.whole > 0, off_exam.whole, nothing), off_exam.pupils)
    return {
        "edge": edge,
        "off_edge": off_edge,
        **_spells(rng, year),
        "september": Count(early, pupils, pupils),
        "exam": exam,
        "off_exam": off_exam,
        "disruption_days": _disrupted(rng, year),
    }


def _split(rng: np.random.Generator, year: Year, special: Ints, odds: Floats) -> tuple[Count, Count]:
    """Deal unauthorised half-days of each month over `special` half-days (n or 1, 10) and the others."""
    record = year.record
    pupils, units = year.pupils(record.enrolled), year.sums(record.units[:, :, B])
    share = special / np.maximum(half_days(SCHOOL_YEARS[record.year]).sum(axis=1), 1)
    weighted = share * np.exp(odds)[:, None]
    dealt = rng.binomial(units, weighted / (weighted + 1 - share)).sum(axis=1)
    possible = (pupils * special).sum(axis=1)
    whole = year.sums(record.possible.sum(axis=1))
    return Count(dealt, possible, year.base), Count(units.sum(axis=1) - dealt, whole - possible, year.base)


def _spells(rng: np.random.Generator, year: Year) -> dict[str, Count]:
    """Pupils who miss much in a month mostly miss it in one spell; a lone half-day mostly stands alone."""
    units = year.record.units[:, :, B]
    ways = year.ways.spells[year.record.roll.school][:, None]
    in_spell = (units >= SPELL) & (rng.random(units.shape) < likely(units / 15 - 1.2 + ways))
    longest = np.where(in_spell, rng.integers(SPELL, np.maximum(units, SPELL) + 1), 0)
    alone = rng.binomial(np.where(units <= MONTHLY, units, 0), likely(1.4 - 0.9 * units - ways))
    total = year.sums(year.unauthorised)
    return {
        "long_spell": Count(year.sums(longest.sum(axis=1)), total, year.base),
        "single_half_day": Count(year.sums(alone.sum(axis=1)), total, year.base),
    }


def _disrupted(rng: np.random.Generator, year: Year) -> Count:
    """A few days of strike or snow hit many schools of the city, others one school alone."""
    open_months = year.pupils(year.record.enrolled) > 0
    days = open_months @ school_days(half_days(SCHOOL_YEARS[year.record.year]))
    hit = rng.binomial(rng.poisson(1.5), 0.6, year.size) + rng.poisson(0.5, year.size)
    return Count(np.minimum(hit, days), days, year.base)


def levels(rng: np.random.Generator, year: Year) -> dict[str, Count]:
    """Codes that stayed unknown, pupils absent in months and years, and their parents' notes."""
    record, roll = year.record, year.record.roll
    absent = year.sums(record.units.sum(axis=(1, 2)))
    often = (record.units[:, :, B] >= MONTHLY) & record.enrolled
    stayed = record.reference & (roll.before != NOT_HERE)
    again = stayed & (roll.before >= SEVERE) & (year.unauthorised >= SEVERE)
    notes = rng.binomial(record.units[:, :, Z].sum(axis=1) // 2, likely(year.ways.notes[roll.school] - 0.9))
    unknown = rng.binomial(absent, likely(-4.0 - 0.6 * year.ways.registers))
    return {
        "unknown_code": Count(unknown, absent, year.base),
        "month_absentee": Count(
            year.pupils(often).sum(axis=1), year.pupils(record.enrolled).sum(axis=1), year.base
        ),
        "severe_again": Count(year.pupils(again), year.pupils(stayed), year.pupils(stayed)),
        "sick_notes": Count(year.pupils(record.reference & (notes >= NOTES)), year.base, year.base),
    }


def concentration(year: Year) -> dict[str, Count]:
    """How much of the unauthorised half-days of the pupils of 1 February lies with few of them."""
    top, gini, total = (np.zeros(year.size) for _ in range(3))
    counted = year.record.reference
    school, units = year.record.roll.school[counted], year.unauthorised[counted]
    for place in range(year.size):
        mine = np.sort(units[school == place])
        total[place] = mine.sum()
        if total[place]:
            top[place], gini[place] = top_share(mine), gini_index(mine)
    some = (total > 0).astype(np.int64)
    return {
        "top_5": Count(top, total, year.base),
        "gini": Count(gini.round(4), some, year.base),
    }


def top_share(ordered: Ints) -> float:
    """Half-days of exactly 5 % of the pupils; the pupil on the border counts in part. `ordered` ascends."""
    wanted = len(ordered) / 20
    weights = np.clip(wanted - np.arange(len(ordered)), 0, 1)
    return round(float(ordered[::-1] @ weights), 2)


def gini_index(ordered: Ints) -> float:
    """Gini's index of `ordered`, which ascends and is not all zero."""
    n = len(ordered)
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * ordered.sum()))
