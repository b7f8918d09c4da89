"""Pupils one by one: who is on the roll, how absent they tend to be, who stays, repeats or leaves."""

from dataclasses import dataclass, fields, replace

import numpy as np

from mirrors.sample.arrays import Flags, Floats, Ints
from mirrors.sample.names import DISTRICTS
from mirrors.sample.schools import GRADES, TRACKS, Schools
from mirrors.sample.timetable import MONTHS

SEXES = ("F", "M")
OUTCOMES = ("promoted", "repeated", "changed_track", "left_without_qualification")
PROMOTED, REPEATED, CHANGED, LEFT = range(4)
# Log-normal frailty of a pupil for B, Z, R, P, H.
FRAILTY_SD = np.array([1.6, 1.1, 0.9, 1.0, 2.0])
FRAILTY_COMMON = 0.6
FRAILTY_KEPT = 0.85
STAYS = 0.95
MOVER_FRAILTY = np.array([0.5, 0.15, 0.1, 0.1, 0.0])
NOT_HERE = -1
# Where pupils live: the school's own district first, then those beside it (primary, secondary).
_HOMES = np.array([[0.72, 0.18, 0.10, 0.0, 0.0], [0.42, 0.22, 0.16, 0.12, 0.08]])
_BESIDE = np.array([0, 1, -1, 2, -2])
_BEHIND = (0.03, 0.12)
_BEHIND_A_GRADE = (0.02, 0.02)
_BEHIND_A_TRACK = 0.09
_REPEAT_ODDS = (-4.0, -3.2)
_CHANGE_SHARE = np.array([0.035, 0.045, 0.01])
_LEAVE_ODDS = np.array([-5.0, -4.1, -3.3])


@dataclass(frozen=True)
class Roll:
    """Pupils of one school year; n pupils. `track` is -1 in primary schools.

    `frailty` (n, 5) is on the log-odds of each absence code; `first` and `last` are positions in the school
    year's ten months between which the pupil is enrolled. `district` is where the pupil lives, `behind` how
    many years late the pupil is, `before` the unauthorised half-days of last year at this school (NOT_HERE).
    """

    school: Ints
    grade: Ints
    sex: Ints
    track: Ints
    frailty: Floats
    first: Ints
    last: Ints
    district: Ints
    behind: Ints
    before: Ints

    def take(self, index: Ints | Flags) -> "Roll":
        """The chosen pupils."""
        return Roll(*(getattr(self, field.name)[index] for field in fields(self)))

    def enrolled(self) -> Flags:
        """Whether each pupil is enrolled in each month, (n, 10)."""
        month = np.arange(len(MONTHS))
        inside: Flags = (self.first[:, None] <= month) & (month <= self.last[:, None])
        return inside


def _frailty(rng: np.random.Generator, n: int) -> Floats:
    common = rng.normal(0, 1, (n, 1))
    own = rng.normal(0, 1, (n, len(FRAILTY_SD)))
    mixed: Floats = (FRAILTY_COMMON * common + np.sqrt(1 - FRAILTY_COMMON**2) * own) * FRAILTY_SD
    return mixed


def _draw_track(rng: np.random.Generator, shares: Floats) -> Ints:
    """One track per row of `shares` (n, 3)."""
    chosen: Ints = (rng.random(len(shares))[:, None] > np.cumsum(shares, axis=1)[:, :-1]).sum(axis=1)
    return chosen


def _stay(rng: np.random.Generator, schools: Schools, year: int, school: Ints) -> tuple[Ints, Ints]:
    """First and last month of enrolment: movers come late or leave early, half and half."""
    mobility = schools.features[school, year, 1]
    draw = rng.random(len(school))
    month = rng.integers(1, len(MONTHS), len(school))
    first = np.where(draw < mobility / 2, month, 0)
    last = np.where((draw >= mobility / 2) & (draw < mobility), month - 1, len(MONTHS) - 1)
    return first, last


def _entrants(
    rng: np.random.Generator, homes: np.random.Generator, schools: Schools, year: int, cell: Ints
) -> Roll:
    """New pupils for each wanted place; `cell` is school x grade."""
    school, grade = cell // GRADES, cell % GRADES
    track = np.where(schools.secondary[school], _draw_track(rng, schools.tracks[school, year]), -1)
    sex = rng.integers(0, len(SEXES), len(cell))
    none = np.zeros(len(cell), dtype=np.int64)
    frailty = _frailty(rng, len(cell))
    district, behind = _homes(homes, schools, school), _years_behind(homes, schools, school, grade, track)
    return Roll(school, grade, sex, track, frailty, none, none, district, behind, none + NOT_HERE)


def _homes(rng: np.random.Generator, schools: Schools, school: Ints) -> Ints:
    """The district that each new pupil lives in."""
    names = [name for name, _ in DISTRICTS]
    own = np.array([names.index(name) for name in schools.district])[school]
    reached = np.cumsum(_HOMES, axis=1)[schools.secondary[school].astype(int)]
    place = (rng.random(len(school))[:, None] > reached[:, :-1]).sum(axis=1)
    homes: Ints = (own + _BESIDE[place]) % len(names)
    return homes


def _years_behind(rng: np.random.Generator, schools: Schools, school: Ints, grade: Ints, track: Ints) -> Ints:
    """Whether each new pupil comes a year late: oftener in later grades and in tracks towards work."""
    level = schools.secondary[school].astype(int)
    chance = np.array(_BEHIND)[level] + np.array(_BEHIND_A_GRADE)[level] * grade
    late: Ints = (rng.random(len(school)) < chance + _BEHIND_A_TRACK * np.maximum(track, 0)).astype(np.int64)
    return late


def _places(schools: Schools, year: int) -> Ints:
    """Pupils wanted per school x grade: an even split, the remainder in the lower grades."""
    wanted = schools.wanted[:, year]
    places: Ints = (wanted[:, None] // GRADES + (np.arange(GRADES) < wanted[:, None] % GRADES)).ravel()
    return places


def _join(stayers: Roll, entrants: Roll) -> Roll:
    columns = (np.concatenate([getattr(stayers, f.name), getattr(entrants, f.name)]) for f in fields(Roll))
    return Roll(*columns)


def fill_roll(
    rng: np.random.Generator,
    homes: np.random.Generator,
    schools: Schools,
    year: int,
    stayers: Roll | None,
) -> Roll:
    """The roll of a school year: stayers from last year, new pupils in every place still free."""
    places = _places(schools, year)
    cells = np.arange(len(places))
    if stayers is None:
        roll = _entrants(rng, homes, schools, year, np.repeat(cells, places))
    else:
        taken = np.bincount(stayers.school * GRADES + stayers.grade, minlength=len(places))
        free = np.maximum(places - taken, 0)
        roll = _join(stayers, _entrants(rng, homes, schools, year, np.repeat(cells, free)))
    first, last = _stay(rng, schools, year, roll.school)
    return replace(roll, first=first, last=last)


def draw_outcomes(rng: np.random.Generator, schools: Schools, roll: Roll, absent_share: Floats) -> Ints:
    """Each pupil's end-of-year position in OUTCOMES; absence makes repeating and leaving likelier."""
    secondary = schools.secondary[roll.school]
    excess = np.minimum(absent_share, 0.5) - 0.06
    repeat = 1 / (1 + np.exp(-(np.where(secondary, _REPEAT_ODDS[1], _REPEAT_ODDS[0]) + 5 * excess)))
    change = np.where(secondary & (roll.grade < GRADES - 1), _CHANGE_SHARE[roll.track], 0.0)
    may_leave = secondary & (roll.grade >= 3)
    leave = np.where(may_leave, 1 / (1 + np.exp(-(_LEAVE_ODDS[roll.track] + 7 * excess))), 0.0)
    edges = np.cumsum(np.stack([repeat, change, leave], axis=1), axis=1)
    draw = rng.random(len(secondary))[:, None]
    position = (draw > edges).sum(axis=1)
    outcome: Ints = np.array([REPEATED, CHANGED, LEFT, PROMOTED])[position]
    return outcome


def next_year(rng: np.random.Generator, roll: Roll, outcome: Ints, unauthorised: Ints) -> Roll:
    """Pupils who are still at the same school next year, a grade further unless they repeat: about 80 %.

    `unauthorised` are their half-days of this year, (n,).
    """
    repeats = outcome == REPEATED
    finished = (roll.grade == GRADES - 1) & ~repeats
    gone = finished | (outcome == LEFT) | (roll.last < len(MONTHS) - 1) | (rng.random(len(outcome)) > STAYS)
    grade = roll.grade + ~repeats
    track = np.where(outcome == CHANGED, np.minimum(roll.track + 1, len(TRACKS) - 1), roll.track)
    fresh = _frailty(rng, len(outcome))
    frailty = FRAILTY_KEPT * roll.frailty + np.sqrt(1 - FRAILTY_KEPT**2) * fresh
    behind = roll.behind + repeats
    moved = replace(roll, grade=grade, track=track, frailty=frailty, behind=behind, before=unauthorised)
    return moved.take(~gone)
