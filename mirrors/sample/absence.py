"""How many half-days each pupil misses in each month, by absence code: a multinomial logit pupil by pupil."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from mirrors.sample.arrays import Flags, Floats, Ints, stream, walk
from mirrors.sample.planted import LAST, MISSING_MONTHS, Planted, SchoolEffects
from mirrors.sample.pupils import MOVER_FRAILTY, Roll, draw_outcomes, fill_roll, next_year
from mirrors.sample.schools import YEARS, Schools
from mirrors.sample.timetable import MONTHS, REFERENCE_MONTH, SCHOOL_YEARS, half_days

CODES = ("B", "Z", "R", "P", "H")
B, Z = CODES.index("B"), CODES.index("Z")
RECODED_SHARE = 0.8

# Everything below is log-odds per half-day; columns are B, Z, R, P, H.
_BASE = np.array([[-6.37, -3.62, -6.02, -5.64, -7.9], [-5.06, -3.5, -5.97, -5.68, -9.4]])
_CENTRE = np.array([1.6, 0.055, 0.09, 0.02])
_CONTEXT = np.array(
    [
        [0.38, 0.08, 0.15, -0.05, 0.0],
        [2.0, 0.4, 0.0, 0.0, 0.0],
        [0.8, 0.5, 0.0, 0.3, 3.0],
        [1.2, 0.2, 0.5, 0.0, 0.0],
    ]
)
_CONTEXT_DRIFT = 0.02
_TRACK = np.array([[-0.35, -0.1, 0.0, 0.1, 0.0], [0.15, 0.05, 0.0, 0.0, 0.0], [0.6, 0.15, 0.05, -0.1, 0.0]])
_SEX = np.array([[-0.08, 0.06, 0.0, 0.0, -0.2], [0.08, -0.06, 0.0, 0.0, 0.2]])
_GRADE_B = np.array([[0.3, 0.05, -0.05, -0.1, -0.1, -0.1], [-0.5, -0.3, -0.05, 0.15, 0.3, 0.4]])
_GRADE_Z = np.array([[0.15, 0.05, 0.0, -0.05, -0.05, -0.1], [-0.15, -0.05, 0.0, 0.05, 0.1, 0.05]])
# 2020-21 is the Covid year: more illness, quarantine under R, fewer unauthorised half-days recorded.
_CITY_YEAR = np.array(
    [
        [-0.35, 0.22, 1.1, -0.1, -0.2],
        [-0.08, 0.15, 0.35, 0.0, 0.0],
        [0.0, 0.06, 0.0, 0.0, 0.0],
        [0.03, 0.0, 0.0, 0.02, 0.0],
        [0.05, 0.02, 0.0, 0.04, 0.0],
        [0.07, -0.02, 0.0, 0.05, 0.0],
    ]
)
_MONTH = np.array(
    [
        [-0.45, -0.2, -0.05, 0.1, -0.05, 0.0, 0.1, 0.2, 0.15, 0.35],
        [-0.35, -0.05, 0.1, 0.2, 0.32, 0.38, 0.1, -0.15, -0.25, -0.4],
        [-0.1, 0.0, 0.0, -0.1, -0.2, 0.0, 0.2, 0.2, 0.15, -0.1],
        [-0.15, 0.1, 0.0, 0.2, -0.1, 0.1, 0.0, 0.1, 0.15, 0.25],
        [-0.2, 0.1, 0.1, 0.0, 0.1, 0.1, 0.1, 0.0, 0.0, -0.2],
    ]
).T
_QUARANTINE = np.array([-0.3, 0.5, 0.4, 0.0, 0.1, 0.0, 0.7, 0.3, -0.4, -0.9])
# Shape of the monthly gamma factor: small means absence comes in spells. R, P and H come evenly.
_SPELL_SHAPE = {B: 0.8, Z: 0.5}
_WINTER_SD = 0.08
_TREND_SD = np.array([0.05, 0.03, 0.03, 0.03, 0.03])
_TYPES = 5


@dataclass(frozen=True)
class YearRecord:
    """One simulated school year: `enrolled` (n, 10), `units` half-days absent (n, 10, 5), `outcome` (n,).

    `recoded` counts the half-days of the year that a school wrote down as illness instead of unauthorised.
    """

    year: int
    roll: Roll
    enrolled: Flags
    units: Ints
    outcome: Ints
    recoded: int = 0

    @property
    def possible(self) -> Ints:
        """Possible half-days of each pupil in each month, (n, 10)."""
        per_month: Ints = self.enrolled * half_days(SCHOOL_YEARS[self.year]).sum(axis=1)
        return per_month

    @property
    def reference(self) -> Flags:
        """Pupils on the roll on 1 February, (n,)."""
        return self.enrolled[:, REFERENCE_MONTH]


def _type_trends(rng: np.random.Generator) -> Floats:
    """Small random walks per school type (primary, four secondary profiles), (5 types, years, 5 codes)."""
    return np.stack([walk(rng, np.zeros(_TYPES), YEARS, sd) for sd in _TREND_SD], axis=2)


def _school_log_odds(schools: Schools, effects: SchoolEffects, trends: Floats) -> Floats:
    """Everything that pupils of a school share in a year, (n schools, years, 5)."""
    context = np.einsum("syf,fc->syc", schools.features - _CENTRE, _CONTEXT)
    context *= (1 + _CONTEXT_DRIFT * np.arange(YEARS))[None, :, None]
    kind = np.where(schools.secondary, 1 + schools.profile, 0)
    shared = _BASE[schools.secondary.astype(int)][:, None, :] + context + trends[kind] + _CITY_YEAR
    shared[:, :, B] += effects.unauthorised
    shared[:, :, B + 1 :] += effects.other[:, :, None]
    log_odds: Floats = shared
    return log_odds


def _pupil_log_odds(shared: Floats, schools: Schools, roll: Roll) -> Floats:
    """Log-odds of each pupil over the year, (n, 5)."""
    secondary = schools.secondary[roll.school].astype(int)
    eta: Floats = shared[roll.school] + roll.frailty + _SEX[roll.sex]
    eta += np.where(secondary[:, None] == 1, _TRACK[roll.track], 0.0)
    eta[:, B] += _GRADE_B[secondary, roll.grade]
    eta[:, Z] += _GRADE_Z[secondary, roll.grade]
    moved = (roll.first > 0) | (roll.last < len(MONTHS) - 1)
    return eta + np.where(moved[:, None], MOVER_FRAILTY, 0.0)


def _month_log_odds(rng: np.random.Generator, year: int) -> Floats:
    """The season of each code in this year, (10, 5)."""
    season = _MONTH.copy()
    season[:, Z] += rng.normal(0, _WINTER_SD, len(MONTHS))
    if year == 0:
        season[:, CODES.index("R")] += _QUARANTINE
    return season


def _draw_units(rng: np.random.Generator, eta: Floats, season: Floats, possible: Ints) -> Ints:
    """Half-days absent (n, 10, 5): per pupil and month one multinomial over present and the five codes."""
    odds = np.exp(eta[:, None, :] + season)
    for code, shape in _SPELL_SHAPE.items():
        odds[:, :, code] *= rng.gamma(shape, 1 / shape, odds.shape[:2])
    left = possible.copy()
    rest = 1 + odds.sum(axis=2)
    units = np.zeros(odds.shape, dtype=np.int64)
    for code in range(len(CODES)):
        units[:, :, code] = rng.binomial(left, odds[:, :, code] / rest)
        left -= units[:, :, code]
        rest -= odds[:, :, code]
    return units


def _recode(rng: np.random.Generator, record: YearRecord, school: int) -> YearRecord:
    """The school starts writing most unauthorised half-days down as illness; the half-days stay the same."""
    here = record.roll.school == school
    units = record.units.copy()
    moved = rng.binomial(units[here, :, B], RECODED_SHARE)
    units[here, :, B] -= moved
    units[here, :, Z] += moved
    return replace(record, units=units, recoded=int(moved.sum()))


def _lose_months(record: YearRecord, school: int) -> YearRecord:
    """The school sends nothing for some months: neither enrolment nor absence."""
    lost = np.zeros(record.enrolled.shape, dtype=np.bool_)
    months = [MONTHS.index(month) for month in MISSING_MONTHS]
    lost[np.ix_(record.roll.school == school, months)] = True
    units = np.where(lost[:, :, None], 0, record.units)
    return replace(record, enrolled=record.enrolled & ~lost, units=units)


def simulate(schools: Schools, effects: SchoolEffects, planted: Planted, seed: int) -> Iterator[YearRecord]:
    """School years in order; only one is held in memory."""
    people, homes, absence = stream(seed, "pupils"), stream(seed, "homes"), stream(seed, "absence")
    shared = _school_log_odds(schools, effects, _type_trends(absence))
    stayers = None
    for year, school_year in enumerate(SCHOOL_YEARS):
        roll = fill_roll(people, homes, schools, year, stayers)
        enrolled = roll.enrolled()
        possible = enrolled * half_days(school_year).sum(axis=1)
        eta = _pupil_log_odds(shared[:, year], schools, roll)
        units = _draw_units(absence, eta, _month_log_odds(absence, year), possible)
        share = units.sum(axis=(1, 2)) / possible.sum(axis=1)
        outcome = draw_outcomes(people, schools, roll, share)
        stayers = next_year(people, roll, outcome, units[:, :, B].sum(axis=1))
        record = YearRecord(year, roll, enrolled, units, outcome)
        if year == LAST:
            record = _lose_months(_recode(absence, record, planted.recoded), planted.missing)
        yield record
