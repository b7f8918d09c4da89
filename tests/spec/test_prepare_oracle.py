"""Events reduced to totals, a second time: slow, in plain Python, from the definitions of the tables."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from mirrors.definitions import load_contracts, load_jurisdiction
from mirrors.definitions.school_days import school_days
from mirrors.prepare import reduce_events
from mirrors.sample import reduce as sample
from mirrors.sample.absence import CODES, YearRecord, simulate
from mirrors.sample.measures.patterns import gini_index, top_share
from mirrors.sample.names import DISTRICTS
from mirrors.sample.planted import choose_planted, school_effects
from mirrors.sample.process import THRESHOLD
from mirrors.sample.schools import TRACKS, CitySize, Schools, make_schools
from mirrors.sample.timetable import HALF_DAYS, MONTHS, SCHOOL_YEARS
from mirrors.sample.timetable import _is_school_day as is_school_day
from tests.spec.measure_oracle import Measures, kaplan_meier_median

pytestmark = pytest.mark.long

Row = dict[str, Any]
World = dict[str, list[Row]]
Found = dict[str, dict[tuple, tuple]]

FLANDERS = load_jurisdiction("flanders")
MEASURES = {
    "absence": ("units",),
    "absence_pattern": ("units", "possible"),
    "pupil_band": ("below", "pupils", "base"),
    "absence_quantile": ("units", "pupils"),
    "follow_up": ("pupils", "median_days"),
    "lateness": ("events", "pupil_days"),
    "measure": ("numerator", "denominator", "pupils"),
}
CATEGORY = {"B": "unauthorised", "Z": "illness", "R": "legal", "P": "permitted", "H": "permitted"}
ALONE = ("B", "Z", "R")
BANDS = {"units": (0, 1, 5, 10, 15, 30), "share": (0, 0.05, 0.1, 0.2, 0.5)}
CODES_IN_USE = ["B", "Z", "D", "R", "P", "H", "M"]
OFTEN = [0.45, 0.2, 0.1, 0.1, 0.05, 0.05, 0.05]
STEPS = ("notified", "first_contact", "plan", "returned")


def tables(world: World) -> dict[str, pa.Table]:
    """Return a world's rows as the tables that intake gives, dates as dates."""
    kinds = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "date": pa.date32()}
    return {
        name: pa.table(
            {
                field.name: pa.array([row.get(field.name) for row in rows], kinds[field.type])
                for field in load_contracts()[name].fields
            }
        )
        for name, rows in world.items()
    }


def found(result: dict[str, pa.Table]) -> Found:
    """Return reduced tables as key -> measures, to compare with the oracle."""
    return {
        name: {
            tuple(row[column] for column in load_contracts()[name].primary_key): tuple(
                row[measure] for measure in MEASURES[name]
            )
            for row in table.to_pylist()
        }
        for name, table in result.items()
    }


def place(row: Row) -> tuple[str, str]:
    return row["school_id"], row["school_year"]


class Oracle:
    """One world, read row by row."""

    def __init__(self, world: World) -> None:
        self.events = [
            {**row, "code": FLANDERS.aliases.get(row["code"], row["code"])}
            for row in world.get("absence_events", [])
        ]
        self.lessons = [
            {**row, "code": FLANDERS.aliases.get(row["code"], row["code"])}
            for row in world.get("lesson_events", [])
        ]
        self.schools = world.get("schools", [])
        self.late = world.get("late_events", [])
        self.steps = world.get("followup_events", [])
        self.enrolment = [row for row in world.get("enrolment", []) if row["breakdown"] != "together"]
        self.calendar = world.get("calendar", [])
        self.registered = sorted({place(event) for event in self.events})
        self.years = {event["school_year"] for event in self.events}
        self.seen = {
            year: {e["code"] for e in self.events if e["school_year"] == year} for year in self.years
        }

    def codes(self, year: str) -> list[str]:
        return [code for code in CATEGORY if code in self.seen[year]]

    def all_absence(self, year: str) -> bool:
        return len({CATEGORY[code] for code in self.codes(year)}) > 1

    def has_breakdown(self, at: tuple[str, str], breakdown: str) -> bool:
        if breakdown == "all":
            return at in self.registered
        given = [event.get(breakdown) for event in self.events if place(event) == at]
        return any(given) if breakdown in ("track", "district") else bool(given) and all(given)

    def member(self, at: tuple[str, str], breakdown: str, text: str) -> str:
        spelled = [
            row["member"]
            for row in self.enrolment
            if place(row) == at and row["breakdown"] == breakdown and row["member"].lower() == text.lower()
        ]
        return min(spelled, default=text)

    def open_half_days(self, at: tuple[str, str]) -> set[tuple[date, str]]:
        half_days = {(day.date, day.half_day) for day in school_days(at[1], FLANDERS) or ()}
        for own in (False, True):
            for whole in (True, False):
                for row in self.calendar:
                    here = row["school_id"] == at[0] if own else not row["school_id"]
                    if not here or row["school_year"] != at[1] or (row["half_day"] == "day") != whole:
                        continue
                    for half_day in ("am", "pm") if whole else (row["half_day"],):
                        if row["kind"] == "free":
                            half_days.discard((row["date"], half_day))
                        elif row["kind"] == "open":
                            half_days.add((row["date"], half_day))
        return half_days

    def absence(self) -> dict[tuple, tuple]:
        units: Counter = Counter()
        for event in self.events:
            at = place(event)
            units[(*at, "all", "", event["date"].month, event["code"])] += 1
            for breakdown in ("grade", "sex", "track", "district"):
                if self.has_breakdown(at, breakdown) and event.get(breakdown):
                    units[
                        (*at, breakdown, self.member(at, breakdown, event[breakdown]), None, event["code"])
                    ] += 1
        cells = {key[:5] for key in units}
        for row in self.enrolment:
            if row["possible"] > 0 and self.has_breakdown(place(row), row["breakdown"]):
                monthly = row["breakdown"] == "all"
                if not monthly or row["month"]:
                    month = row["month"] if monthly else None
                    cells.add((*place(row), row["breakdown"], row["member"], month))
        for cell in cells:
            for code in self.codes(cell[1]):
                units[(*cell, code)] += 0
        return {key: (float(count),) for key, count in units.items()}

    def pupils_of_month(self, at: tuple[str, str], month: int) -> int | None:
        rows = [r for r in self.enrolment if place(r) == at and r["breakdown"] == "all"]
        given = [r["pupils"] for r in rows if r["month"] in (None, month)]
        return sum(given) if given else None

    def pattern(self) -> dict[tuple, tuple]:
        result = {}
        for at in self.registered:
            possible: Counter = Counter()
            for day, half_day in self.open_half_days(at):
                pupils = self.pupils_of_month(at, day.month)
                if pupils is not None:
                    possible[(day.isoweekday(), half_day)] += pupils
            for (weekday, half_day), number in (+possible).items():
                for code in self.seen[at[1]]:
                    units = sum(
                        (e["date"].isoweekday(), e["half_day"], e["code"]) == (weekday, half_day, code)
                        for e in self.events
                        if place(e) == at
                    )
                    result[(*at, weekday, half_day, code)] = (float(units), float(number))
        return result

    def cells(self) -> Iterable[tuple[tuple[str, str], str, str, int, float]]:
        """Yield (school and year, breakdown, member, pupils, possible half-days of one pupil)."""
        cells = {(place(row), row["breakdown"], row["member"]) for row in self.enrolment}
        for at, breakdown, member in cells:
            rows = [
                r
                for r in self.enrolment
                if (place(r), r["breakdown"], r["member"]) == (at, breakdown, member)
            ]
            pupils = {row["month"]: row["pupils"] for row in rows}
            average = math.floor(sum(pupils.values()) / len(pupils) + 0.5)
            each = sum(row["possible"] / row["pupils"] for row in rows if row["pupils"])
            yield at, breakdown, member, pupils.get(None, pupils.get(2, average)), each

    def amounts(self, at: tuple[str, str], code: str) -> Counter:
        """Return half-days absent by pupil."""
        return Counter(
            e["token"]
            for e in self.events
            if place(e) == at and (e["code"] == code if code != "any" else e["code"] in CATEGORY)
        )

    def last_place(self, at: tuple[str, str], token: str, breakdown: str) -> str:
        """Return where the pupil was at the last absence, in lower case; "" for the whole school."""
        if breakdown == "all":
            return ""
        mine = [e for e in self.events if place(e) == at and e["token"] == token]
        last = max(e["date"] for e in mine)
        order = ("grade", "track", "sex", "district")
        # A place that was not given stands after every other.
        places = [tuple(e.get(name) or "\uffff" for name in order) for e in mine if e["date"] == last]
        return min(places)[order.index(breakdown)].lower()

    def bands(self) -> dict[tuple, tuple]:
        result = {}
        for at, breakdown, member, pupils, each in self.cells():
            if not self.has_breakdown(at, breakdown):
                continue
            wanted = [(code, "units") for code in ALONE if code in self.seen[at[1]]]
            if self.all_absence(at[1]):
                wanted += [("any", "units"), ("any", "share")] if each else [("any", "units")]
            for code, scale in wanted:
                edges = [*BANDS[scale], math.inf]
                counts = [0] * len(BANDS[scale])
                for token, units in self.amounts(at, code).items():
                    if self.last_place(at, token, breakdown) == member.lower():
                        amount = units if scale == "units" else units / each
                        counts[max(i for i, edge in enumerate(edges) if edge <= amount)] += 1
                counts[0] += max(pupils - sum(counts), 0)
                base = sum(counts)
                for low, high, count in zip(edges, edges[1:], counts, strict=False):
                    if base:
                        key = (*at, breakdown, member, code, scale, float(low))
                        result[key] = (None if high == math.inf else float(high), count, base)
        return result

    def quantiles(self) -> dict[tuple, tuple]:
        result = {}
        for at in self.registered:
            codes = [*ALONE, "any"] if self.all_absence(at[1]) else list(ALONE)
            for code in codes:
                amounts = list(self.amounts(at, code).values())
                for quantile in (0.5, 0.9) if amounts else ():
                    value = float(np.quantile(amounts, quantile))
                    result[(*at, code, quantile)] = (round(value, 1), len(amounts))
        return result

    def follow_up(self) -> dict[tuple, tuple]:
        result: dict[tuple, tuple] = {}
        for at in self.registered:
            if "B" not in self.seen[at[1]]:
                continue
            followed = any(place(step) == at for step in self.steps)
            days = sorted({day for day, _ in self.open_half_days(at)})
            for threshold in (5, 10, 15, 30):
                chains = [self.chain(at, token, threshold, days) for token in sorted(self.amounts(at, "B"))]
                reached = [chain for chain in chains if chain is not None]
                result[(*at, threshold, "threshold")] = (len(reached), None)
                for step in STEPS if followed else ():
                    waits = [chain[step] for chain in reached if step in chain]
                    name = "contact" if step == "first_contact" else step
                    taken = sum(ended for _, ended in waits)
                    result[(*at, threshold, name)] = (taken, kaplan_meier_median(waits))
        return result

    def chain(
        self, at: tuple[str, str], token: str, threshold: int, days: list[date]
    ) -> dict[str, tuple[int, bool]] | None:
        """Return the school days waited for each step and whether it came; None below the threshold.

        A step is waited for since the latest of the steps before it; only who had the step just before it
        waits in vain, until the last day that the school's events tell of.
        """
        mine = sorted(
            e["date"] for e in self.events if place(e) == at and e["token"] == token and e["code"] == "B"
        )
        if len(mine) < threshold:
            return None
        last = max(e["date"] for e in (*self.events, *self.steps) if place(e) == at)
        crossed = mine[threshold - 1]
        chain, before, had_step_before = {}, crossed, True
        for step in STEPS:
            taken = [
                s["date"]
                for s in self.steps
                if place(s) == at and s["token"] == token and s["step"] == step
                if step != "returned" or s["date"] >= crossed
            ]
            if taken:
                when = max(min(taken), crossed)
                chain[step] = (sum(before < day <= when for day in days), True)
                before = max(before, when)
            elif had_step_before:
                chain[step] = (sum(before < day <= last for day in days), False)
            had_step_before = bool(taken)
        return chain

    def lateness(self) -> dict[tuple, tuple]:
        result = {}
        for (at, kind), events in Counter((place(event), event["kind"]) for event in self.late).items():
            open_days = {day for day, _ in self.open_half_days(at)}
            known = [p for day in open_days if (p := self.pupils_of_month(at, day.month)) is not None]
            if known:
                result[(*at, kind)] = (events, sum(known))
        return result

    def measures(self) -> dict[tuple, tuple]:
        places = sorted({*self.registered, *(place(event) for event in (*self.late, *self.lessons))})
        return {(*at, name, None): count for at in places for name, count in Measures(self, at).all().items()}

    def everything(self) -> Found:
        every = {
            "absence": self.absence(),
            "absence_pattern": self.pattern(),
            "pupil_band": self.bands(),
            "absence_quantile": self.quantiles(),
            "follow_up": self.follow_up(),
            "lateness": self.lateness(),
            "measure": self.measures(),
        }
        return {name: rows for name, rows in every.items() if rows}


def a_world(seed: int, schools: int = 3, pupils: int = 10) -> World:
    """Return a small random city with everything that real exports hold: gaps, local codes, odd days."""
    rng = np.random.default_rng(seed)
    world: World = {name: [] for name in ("absence_events", "late_events", "followup_events", "calendar")}
    world["enrolment"] = []
    for year in ("2023-24", "2024-25"):
        for school in (f"S{number}" for number in range(schools)):
            at = {"school_id": school, "school_year": year}
            _enrol(rng, world, at, pupils)
            for pupil in range(pupils):
                _attend(rng, world, at, pupil)
            _own_days(rng, world, at)
        _own_days(rng, world, {"school_id": None, "school_year": year})
    _teach(np.random.default_rng([seed, 1]), world, pupils)
    for name in world:
        rng.shuffle(world[name])
    return world


def a_day(rng: np.random.Generator, year: str) -> date:
    """Return any day from September to June, now and then outside the school week."""
    return date(int(year[:4]), 9, 1) + timedelta(days=int(rng.integers(0, 303)))


def _enrol(rng: np.random.Generator, world: World, at: Row, pupils: int) -> None:
    given = str(rng.choice(["months", "year", "some months", "nobody", "none"], p=[0.4, 0.2, 0.2, 0.1, 0.1]))
    months = {"year": (None,), "some months": (9, 11, 3), "none": ()}.get(given, MONTHS)
    each = float(rng.choice([0, 30, 31], p=[0.1, 0.5, 0.4]))
    for month in months:
        number = int(pupils + rng.integers(-2, 8)) if given != "nobody" else 0
        world["enrolment"].append(
            {
                **at,
                "breakdown": "all",
                "member": "",
                "month": month,
                "pupils": number,
                "possible": each * number,
            }
        )
    for breakdown, members in {
        "grade": ("1A", "P2"),
        "sex": ("F", "M", "X"),
        "track": ("dual", "labour"),
        "district": ("Dok", "Haven"),
    }.items():
        for member in members if rng.random() < 0.8 else ():
            number = int(rng.choice([0, 1, pupils // 2, pupils]))
            cell = {"breakdown": breakdown, "member": member, "month": None, "pupils": number}
            world["enrolment"].append({**at, **cell, "possible": 300.0 * number})
    world["enrolment"].append(
        {**at, "breakdown": "together", "member": "P1-2", "pupils": 9, "possible": 90.0}
    )


def _attend(rng: np.random.Generator, world: World, at: Row, pupil: int) -> None:
    # One school's tokens stay the same from year to year.
    kept = "2000" if at["school_id"] == "S1" else at["school_year"][:4]
    who = {**at, "token": f"{kept}{pupil:016d}"}
    taken = {
        (a_day(rng, at["school_year"]), str(rng.choice(["am", "pm"]))) for _ in range(int(rng.gamma(0.7, 14)))
    }
    spell: set[tuple[date, str]] = set()
    if pupil in (1, 4):
        days = [date(int(at["school_year"][:4]), 9, 5) + timedelta(days=int(rng.integers(250)))]
        days += [days[0] + timedelta(days=after) for after in range(1, int(rng.integers(4, 30)))]
        spell = {(day, half_day) for day in days for half_day in ("am", "pm")}
        taken |= spell
    for day, half_day in sorted(taken):
        world["absence_events"].append(
            {
                **who,
                "date": day,
                "half_day": half_day,
                "code": "B" if (day, half_day) in spell else str(rng.choice(CODES_IN_USE, p=OFTEN)),
                "grade": None
                if pupil == 3 and at["school_id"] == "S0"
                else ("1a", "P2")[rng.choice([pupil % 2, 1])],
                "sex": "fm"[pupil // 2 % 2] if pupil or at["school_id"] != "S1" else None,
                "track": ("Dual", "labour", None)[pupil % 3] if at["school_id"] != "S2" else None,
                "district": ("dok", "Haven", None)[pupil // 2 % 3] if at["school_id"] != "S1" else None,
            }
        )
    for _ in range(int(rng.poisson(1.5)) if at["school_id"] != "S0" else 0):
        step = str(rng.choice([*STEPS, "closed"]))
        world["followup_events"].append({**who, "date": a_day(rng, at["school_year"]), "step": step})
    for _ in range(int(rng.poisson(60 if pupil == 2 else 0.5))):
        kind = str(rng.choice(["late", "early_departure"]))
        minutes = None if rng.random() < 0.3 else int(rng.integers(1, 60))
        late = {**who, "date": a_day(rng, at["school_year"]), "kind": kind, "minutes": minutes}
        world["late_events"].append(late)


def _teach(rng: np.random.Generator, world: World, pupils: int) -> None:
    """Add types of schools, the lessons expected, and pupils who miss lessons on and off for some weeks."""
    world["schools"], world["lesson_events"] = [], []
    for row in world["enrolment"]:
        row["lessons"] = None if rng.random() < 0.2 else 3.0 * row["possible"]
    for at in ({"school_id": f"S{n}", "school_year": y} for n in range(3) for y in ("2023-24", "2024-25")):
        kind = str(rng.choice(["primary", "secondary"], p=[0.25, 0.75]))
        world["schools"].append({**at, "school_type": kind})
        for pupil in range(pupils + 3) if rng.random() < 0.7 else ():
            day, codes = a_day(rng, at["school_year"]), rng.choice(CODES_IN_USE, 60, p=OFTEN)
            days = {
                day + timedelta(days=int(after)) for after in rng.integers(0, 60, int(rng.integers(0, 25)))
            }
            world["lesson_events"] += [
                {**at, "token": f"3000{pupil:016d}", "date": each, "lesson": lesson + 1, "code": str(code)}
                for each, code in zip(sorted(days), codes, strict=False)
                for lesson in range(int(rng.integers(1, 6)))
            ]


def _own_days(rng: np.random.Generator, world: World, at: Row) -> None:
    days = a_day(np.random.default_rng(5), at["school_year"]), date(int(at["school_year"][:4]), 9, 9)
    for _ in range(int(rng.poisson(3))):
        half_day, kind = str(rng.choice(["am", "pm", "day"])), str(rng.choice(["free", "open", "exam"]))
        row = {**at, "date": days[int(rng.integers(2))], "half_day": half_day, "kind": kind}
        key = ("school_id", "school_year", "date", "half_day")
        if all([row[name] for name in key] != [other[name] for name in key] for other in world["calendar"]):
            world["calendar"].append(row)


@cache
def expected(seed: int) -> Found:
    return Oracle(a_world(seed)).everything()


@pytest.mark.parametrize("seed", range(12))
def test_every_table_is_what_the_oracle_counts(seed: int) -> None:
    reduced = found(reduce_events(tables(a_world(seed)), FLANDERS))
    assert set(reduced) == set(expected(seed))
    for name, rows in expected(seed).items():
        assert reduced[name].keys() == rows.keys(), name
        assert {key: pytest.approx(row) for key, row in rows.items()} == reduced[name], name


def test_the_worlds_hold_what_can_go_wrong() -> None:
    every = [expected(seed) for seed in range(12)]
    bands = [rows for one in every for rows in one["pupil_band"].items()]
    steps = [row for one in every for row in one["follow_up"].items()]
    assert {key[4] for key, _ in bands} == {"B", "Z", "R", "any"}
    assert any(row[1] for key, row in bands if key[5] == "share" and key[6] == 0.2)
    assert {key[3] for key, row in steps if row[0] and key[2] == 10} == {
        "threshold",
        "notified",
        "contact",
        "plan",
        "returned",
    }
    waited = {(row[1], row[0] > 0) for key, row in steps if key[3] == "plan"}
    assert waited >= {(None, False), (None, True), (0.0, True)}
    assert all(len(one["lateness"]) for one in every)


def test_the_worlds_hold_every_measure_that_events_give() -> None:
    rows = [row for seed in range(12) for row in expected(seed)["measure"].items()]
    parts, wholes = Counter[str](), Counter[str]()
    for (*_, name, _), (part, whole, _) in rows:
        parts[name] += part
        wholes[name] += whole
    some = {name for name in wholes if 0 < parts[name] < wholes[name]}
    assert some == {
        *("edge", "off_edge", "exam", "off_exam", "disruption_days", "long_spell", "single_half_day"),
        *("september", "month_absentee", "top_5", "gini", "late_5", "late_10", "late_long"),
        *("timely_referral", "early_referral", "unreferred_severe", "followed_in_time", "overdue"),
        *("relapse", "returned_lasting", "repeater", "severe_again"),
        *("lesson_hours", "rolling_absentee", "first_weeks"),
    }
    assert all(parts[name] > wholes[name] for name in ("late_minutes", "first_absence"))


SMALL_CITY = CitySize(primary=9, secondary=9, very_small=2, last_year_steps=1, earlier_steps=1, excellent=1)


def all_year(record: YearRecord) -> YearRecord:
    """Return the record of the pupils who stayed the whole year: events do not tell who came and left."""
    stayed = record.enrolled.all(axis=1)
    return replace(
        record,
        roll=record.roll.take(stayed),
        enrolled=record.enrolled[stayed],
        units=record.units[stayed],
        outcome=record.outcome[stayed],
    )


def half_days_of(year: str) -> dict[int, list[tuple[date, str]]]:
    """Return the half-days of each month on which the sample city has school."""
    school_year = next(one for one in SCHOOL_YEARS if one.label == year)
    days = [date(school_year.start, 9, 1) + timedelta(days=number) for number in range(303)]
    slots = [
        (day, half_day)
        for day in days
        if is_school_day(day, school_year)
        for weekday, half_day in HALF_DAYS
        if weekday == day.isoweekday()
    ]
    return {month: [slot for slot in slots if slot[0].month == month] for month in MONTHS}


def events_of(schools: Schools, record: YearRecord) -> pa.Table:
    """Deal each pupil's half-days absent of a month over its half-days, as events."""
    rng = np.random.default_rng(11)
    label = SCHOOL_YEARS[record.year].label
    calendar = half_days_of(label)
    roll, rows = record.roll, []
    for pupil, month in zip(*np.nonzero(record.units.sum(axis=2)), strict=True):
        codes = np.repeat(np.array(CODES), record.units[pupil, month])
        slots = calendar[MONTHS[month]]
        school = roll.school[pupil]
        who = {
            "school_id": schools.school_id[school],
            "school_year": label,
            "token": f"{pupil:016d}",
            "grade": f"{'S' if schools.secondary[school] else 'P'}{roll.grade[pupil] + 1}",
            "sex": sample.SEXES[roll.sex[pupil]].lower(),
            "track": TRACKS[roll.track[pupil]] if roll.track[pupil] >= 0 else None,
            "district": DISTRICTS[roll.district[pupil]][0],
        }
        for code, at in zip(codes, rng.choice(len(slots), len(codes), replace=False), strict=True):
            day, half_day = slots[at]
            rows.append({**who, "date": day, "half_day": half_day, "code": str(code)})
    return tables({"absence_events": rows})["absence_events"]


@pytest.fixture(scope="module")
def city() -> tuple[Schools, YearRecord]:
    """Return a small sample city and its pupils of one year."""
    schools = make_schools(SMALL_CITY, 7)
    planted = choose_planted(schools, SMALL_CITY, 7)
    record = next(simulate(schools, school_effects(schools, planted, 7), planted, 7))
    return schools, all_year(record)


@pytest.fixture(scope="module")
def reduced(city: tuple[Schools, YearRecord]) -> Found:
    """Return what the events of the sample city's pupils add up to."""
    cuts = sample.breakdowns(*city)
    enrolled = pd.concat([sample.enrolment(*city, cut) for cut in cuts])
    given = {
        "absence_events": events_of(*city),
        "enrolment": pa.Table.from_pandas(enrolled, preserve_index=False),
    }
    return found(reduce_events(given, FLANDERS))


class TestTheSampleCity:
    """The sample's own pupils, their absences dealt over days, give the sample's own tables."""

    def expected(self, name: str, frame: pd.DataFrame) -> dict[tuple, tuple]:
        kinds = frame.astype(object).where(frame.notna(), None)
        return found({name: pa.Table.from_pylist(kinds.to_dict("records"))})[name]

    def test_absence(self, city: tuple[Schools, YearRecord], reduced: Found) -> None:
        frame = pd.concat([sample.absence(*city, cut) for cut in sample.breakdowns(*city)])
        assert reduced["absence"] == self.expected("absence", frame)

    def test_bands(self, city: tuple[Schools, YearRecord], reduced: Found) -> None:
        frame = pd.concat([sample.pupil_bands(*city, cut) for cut in sample.breakdowns(*city)])
        bands = self.expected("pupil_band", frame)
        assert {key: row for key, row in reduced["pupil_band"].items() if key in bands} == bands

    def test_quantiles(self, city: tuple[Schools, YearRecord], reduced: Found) -> None:
        quantiles = self.expected("absence_quantile", sample.quantiles(*city))
        ours = {key: row for key, row in reduced["absence_quantile"].items() if key[2] in ("B", "Z")}
        assert ours == quantiles

    def test_measures_of_pupils(self, city: tuple[Schools, YearRecord], reduced: Found) -> None:
        schools, record = city
        units = record.units[:, :, CODES.index("B")]
        monthly = [np.bincount(record.roll.school, at, len(schools.school_id)) for at in (units >= 4).T]
        often = {key[0]: row[0] for key, row in reduced["measure"].items() if key[2] == "month_absentee"}
        assert often == dict(zip(schools.school_id, sum(monthly).tolist(), strict=True))
        for place, school in enumerate(schools.school_id):
            mine = np.sort(units[record.roll.school == place].sum(axis=1))
            key = (school, SCHOOL_YEARS[record.year].label)
            assert reduced["measure"][*key, "top_5", None][0] == pytest.approx(top_share(mine))
            assert reduced["measure"][*key, "gini", None][0] == pytest.approx(gini_index(mine))

    def test_pupils_at_the_threshold(self, city: tuple[Schools, YearRecord], reduced: Found) -> None:
        schools, record = city
        over = record.units[:, :, CODES.index("B")].sum(axis=1) >= THRESHOLD
        counts = np.bincount(record.roll.school[over], minlength=len(schools.school_id))
        ours = {key[0]: row[0] for key, row in reduced["follow_up"].items() if key[2] == THRESHOLD}
        assert ours == dict(zip(schools.school_id, counts.tolist(), strict=True))
        assert sum(counts) > 50
