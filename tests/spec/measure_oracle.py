"""The measures that events give, a second time: slow, in plain Python, pupil by pupil and day by day."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby
from statistics import median
from typing import Any

Place = tuple[str, str]
Count = tuple[float, float, int]

THRESHOLDS = (5, 10, 15, 30)


def kaplan_meier_median(waits: list[tuple[int, bool]]) -> float | None:
    """Return the median of (days, whether it ended): the survival curve, one day after the other."""
    surviving, days = 1.0, sorted({days for days, ended in waits if ended})
    for place, day in enumerate(days):
        waiting = sum(other >= day for other, _ in waits)
        surviving *= 1 - sum(ended and other == day for other, ended in waits) / waiting
        if abs(surviving - 0.5) < 1e-12:
            return (day + days[min(place + 1, len(days) - 1)]) / 2
        if surviving < 0.5:
            return float(day)
    return None


class Measures:
    """The measures of one school in one school year; `oracle` reads the world."""

    def __init__(self, oracle: Any, at: Place) -> None:
        self.oracle, self.at = oracle, at
        self.half_days = sorted(oracle.open_half_days(at))
        self.days = sorted({day for day, _ in self.half_days})
        self.absent = [e for e in oracle.events if (e["school_id"], e["school_year"]) == at]
        self.missed = [e for e in self.absent if e["code"] == "B"]
        self.lates = [
            e for e in oracle.late if (e["school_id"], e["school_year"]) == at and e["kind"] == "late"
        ]
        self.lessons_missed = [
            e
            for e in oracle.lessons
            if (e["school_id"], e["school_year"]) == at and e["code"] in ("B", "Z", "R", "P", "H")
        ]
        self.steps = [e for e in oracle.steps if (e["school_id"], e["school_year"]) == at]
        self.watched = bool(self.absent) and "B" in oracle.seen[at[1]]
        told = [e["date"] for e in (*self.absent, *self.steps)]
        self.last_day = max(told) if told else None

    @cached_property
    def enrolled(self) -> int | None:
        cells = [
            pupils
            for at, breakdown, _, pupils, _ in self.oracle.cells()
            if (at, breakdown) == (self.at, "all")
        ]
        return cells[0] if cells else None

    @cached_property
    def pupils(self) -> int | None:
        enrolled = self.enrolled
        return None if enrolled is None else max(enrolled, len({e["token"] for e in self.missed}))

    def number(self, day: date) -> int:
        """Return the school days up to `day`."""
        return bisect_right(self.days, day)

    def possible(self) -> Iterator[tuple[date, str, int]]:
        for day, half_day in self.half_days:
            pupils = self.oracle.pupils_of_month(self.at, day.month)
            if pupils is not None:
                yield day, half_day, pupils

    def stretches(self, gap: int) -> list[list[date]]:
        """Return the school days in runs, parted by more than `gap` days from one to the next."""
        runs: list[list[date]] = []
        for day in self.days:
            if runs and (day - runs[-1][-1]).days <= gap:
                runs[-1].append(day)
            else:
                runs.append([day])
        return runs

    def all(self) -> dict[str, Count]:
        """Return measure -> (numerator, denominator, pupils)."""
        found: dict[str, Count] = {}
        if self.watched and self.pupils:
            found |= self.moments() | self.spells() | self.of_pupils()
        found |= self.late() | self.lessons()
        if self.watched:
            found |= self.first_weeks() | self.two_years()
            if self.steps:
                found |= self.referral() | self.files()
        return {name: count for name, count in found.items() if count[1] > 0}

    # --- when

    def moments(self) -> dict[str, Count]:
        edges = {day for run in self.stretches(7) for day in (*run[:2], *run[-2:])}
        exams = {
            (row["date"], half_day)
            for row in self.oracle.calendar
            if row["kind"] == "exam"
            and row["school_year"] == self.at[1]
            and row["school_id"] in (self.at[0], None)
            for half_day in (("am", "pm") if row["half_day"] == "day" else (row["half_day"],))
        } & set(self.half_days)
        every = ("B", "Z", "R", "P", "H")
        missed = Counter((e["date"], e["half_day"]) for e in self.missed)
        absent = Counter((e["date"], e["half_day"]) for e in self.absent if e["code"] in every)
        units, possible, by_day = Counter[str](), Counter[str](), defaultdict(lambda: [0, 0])
        for day, half_day, pupils in self.possible():
            kinds = ["edge" if day in edges else "off_edge"]
            if exams:
                kinds.append("exam" if (day, half_day) in exams else "off_exam")
            for kind in kinds:
                units[kind] += missed[day, half_day]
                possible[kind] += pupils
            by_day[day][0] += absent[day, half_day]
            by_day[day][1] += pupils
        pupils = self.pupils or 0
        found: dict[str, Count] = {kind: (units[kind], possible[kind], pupils) for kind in possible}
        rates = [missed / there for missed, there in by_day.values() if there]
        if rates and median(rates) > 0:
            limit = 3 * median(rates) + 1e-9
            found["disruption_days"] = (sum(rate > limit for rate in rates), len(rates), pupils)
        return found

    def spells(self) -> dict[str, Count]:
        lengths: list[int] = []
        for token in {e["token"] for e in self.missed}:
            mine = {(e["date"], e["half_day"]) for e in self.missed if e["token"] == token}
            runs = groupby(self.half_days, lambda half_day, mine=mine: half_day in mine)
            lengths += [len(list(run)) for missed, run in runs if missed]
        pupils, total = self.pupils or 0, sum(lengths)
        return {
            "long_spell": (sum(n for n in lengths if n >= 10), total, pupils),
            "single_half_day": (lengths.count(1), total, pupils),
        }

    # --- who

    def of_pupils(self) -> dict[str, Count]:
        pupils = self.pupils or 0
        months = Counter((e["token"], e["date"].month) for e in self.missed)
        found: dict[str, Count] = {}
        often = people = 0
        for month in {day.month for day in self.days}:
            given = self.oracle.pupils_of_month(self.at, month)
            if given is None:
                continue
            absent = sum(there == month for _, there in months)
            often += sum(units >= 4 for (_, there), units in months.items() if there == month)
            people += max(given, absent)
            if month == 9:
                found["september"] = (absent, max(given, absent), max(given, absent))
        found |= self.first_absence()
        found["month_absentee"] = (often, people, pupils)
        units = sorted(Counter(e["token"] for e in self.missed).values())
        ordered = [0] * (pupils - len(units)) + units
        total = sum(ordered)
        if total:
            found["top_5"] = (self.held_by(ordered, pupils / 20), total, pupils)
            unequal = sum(abs(one - other) for one in ordered for other in ordered)
            found["gini"] = (unequal / (2 * pupils * total), 1, pupils)
        return found

    def first_absence(self) -> dict[str, Count]:
        assert self.last_day is not None
        firsts: dict[str, date] = {}
        for event in self.missed:
            firsts[event["token"]] = min(event["date"], firsts.get(event["token"], event["date"]))
        waits = [(self.number(day), True) for day in firsts.values()]
        pupils = self.pupils or 0
        waits += [(self.number(self.last_day), False)] * (pupils - len(waits))
        days = kaplan_meier_median(waits)
        return {} if days is None else {"first_absence": (days, 1, pupils)}

    def held_by(self, ordered: list[int], most: float) -> float:
        """Return the units of the `most` pupils who have most, the last of them in part."""
        held = 0.0
        for units in reversed(ordered):
            held += units * min(most, 1)
            most = max(most - 1, 0)
        return held

    def two_years(self) -> dict[str, Count]:
        before = (self.at[0], f"{int(self.at[1][:4]) - 1}-{int(self.at[1][2:4]):02d}")
        earlier = Measures(self.oracle, before) if before[1] in self.oracle.seen else None
        if earlier is None or not earlier.watched:
            return {}
        both = {e["token"] for e in self.absent} & {e["token"] for e in earlier.absent}
        if not both:
            return {}
        over, over_before = self.over(5), earlier.over(5)
        again = len(self.over(30) & earlier.over(30))
        return {
            "repeater": (len(over & over_before), len(over), len(over)),
            "severe_again": (again, len(both), len(both)),
        }

    def over(self, threshold: int) -> set[str]:
        units = Counter(e["token"] for e in self.missed)
        return {token for token, number in units.items() if number >= threshold}

    # --- late

    def late(self) -> dict[str, Count]:
        if not self.lates:
            return {}
        found: dict[str, Count] = {}
        minutes = [e["minutes"] for e in self.lates if e["minutes"] is not None]
        timed = len({e["token"] for e in self.lates if e["minutes"] is not None})
        if minutes:
            found["late_minutes"] = (median(minutes), 1, timed)
            found["late_long"] = (sum(one > 30 for one in minutes), len(minutes), timed)
        enrolled, terms = self.enrolled, self.stretches(14)
        if enrolled is not None:
            starts = [term[0] for term in terms[1:]]
            times = Counter((e["token"], bisect_right(starts, e["date"])) for e in self.lates)
            pupils = max(enrolled, len({token for token, _ in times}))
            for name, least in (("late_5", 5), ("late_10", 10)):
                often = {token for (token, _), number in times.items() if number >= least}
                found[name] = (len(often), pupils, pupils)
        return found

    # --- lessons, and the first weeks

    def lessons(self) -> dict[str, Count]:
        enrolled = self.enrolled
        if enrolled is None or not self.lessons_missed:
            return {}
        pupils = max(enrolled, len({e["token"] for e in self.lessons_missed}))
        expected = [
            row["lessons"] or 0
            for row in self.oracle.enrolment
            if (row["school_id"], row["school_year"], row["breakdown"]) == (*self.at, "all")
        ]
        tokens = {e["token"] for e in self.lessons_missed}
        return {
            "lesson_hours": (len(self.lessons_missed), sum(expected), pupils),
            "rolling_absentee": (sum(map(self.rolling, tokens)), pupils, pupils),
        }

    def rolling(self, token: str) -> bool:
        """Return whether a pupil missed sixteen lessons in some four weeks with school."""
        weeks = sorted({day.isocalendar()[:2] for day in self.days})
        missed = Counter(
            e["date"].isocalendar()[:2]
            for e in self.lessons_missed
            if (e["token"], e["code"]) == (token, "B")
        )
        return any(sum(missed[week] for week in weeks[n : n + 4]) >= 16 for n in range(len(weeks)))

    def first_weeks(self) -> dict[str, Count]:
        secondary = any(
            (row["school_id"], row["school_year"], row["school_type"]) == (*self.at, "secondary")
            for row in self.oracle.schools
        )
        cells = [
            pupils
            for at, breakdown, member, pupils, _ in self.oracle.cells()
            if (at, breakdown) == (self.at, "grade") and member in ("1", "1A", "1B", "S1")
        ]
        if not secondary or not cells or not self.oracle.has_breakdown(self.at, "grade"):
            return {}
        early = {each for each in self.half_days if each[0] < self.days[0] + timedelta(weeks=6)}
        missed = [
            e["token"]
            for e in self.missed
            if e["grade"].upper() in ("1", "1A", "1B", "S1") and (e["date"], e["half_day"]) in early
        ]
        pupils = max(sum(cells), len(set(missed)))
        return {"first_weeks": (len(missed), pupils * len(early), pupils)}

    # --- followed

    def first(self, token: str, step: str) -> date | None:
        return min((s["date"] for s in self.steps if (s["token"], s["step"]) == (token, step)), default=None)

    def crossed(self, token: str, threshold: int) -> date | None:
        mine = sorted(e["date"] for e in self.missed if e["token"] == token)
        return mine[threshold - 1] if len(mine) >= threshold else None

    def referral(self) -> dict[str, Count]:
        with_file = {s["token"] for s in self.steps}
        watched = in_time = 0
        for token in self.over(5):
            crossed, notified = self.crossed(token, 5), self.first(token, "notified")
            assert crossed is not None
            assert self.last_day is not None
            if self.number(self.last_day) - self.number(crossed) < 10:
                continue
            watched += 1
            in_time += notified is not None and self.number(notified) - self.number(crossed) <= 10
        notified_ones = [token for token in with_file if self.first(token, "notified")]
        early = [
            token
            for token in notified_ones
            if not (crossed := self.crossed(token, 5)) or (self.first(token, "notified") or crossed) < crossed
        ]
        severe = self.over(30)
        return {
            "timely_referral": (in_time, watched, watched),
            "early_referral": (len(early), len(notified_ones), len(notified_ones)),
            "unreferred_severe": (len(severe - with_file), len(severe), len(severe)),
        }

    def files(self) -> dict[str, Count]:
        parts, wholes = Counter[str](), Counter[str]()
        for token in {s["token"] for s in self.steps}:
            for name, counts in self.file(token).items():
                wholes[name] += 1
                parts[name] += counts
        return {name: (parts[name], wholes[name], wholes[name]) for name in wholes}

    def file(self, token: str) -> dict[str, bool]:
        """Return, for the measures that a pupil's file takes part in, whether the pupil counts."""
        assert self.last_day
        mine = [s for s in self.steps if s["token"] == token]
        missed = [e["date"] for e in self.missed if e["token"] == token]
        last = max(s["date"] for s in mine)
        closings = [s["date"] for s in mine if s["step"] == "closed"]
        notified, contact = self.first(token, "notified"), self.first(token, "first_contact")
        found = {}
        if not closings or max(closings) < last:
            found["overdue"] = self.number(self.last_day) - self.number(last) > 30
        if closings:
            begin, end = min(closings), self.number(min(closings)) + 60
            found["relapse"] = sum(day > begin and self.number(day) <= end for day in missed) >= 5
        if notified:
            start = contact and max(contact, notified)
            found["followed_in_time"] = bool(start) and self.number(start) - self.number(notified) <= 10
            if start:
                found |= self.returned(notified, start, missed)
        return found

    def returned(self, notified: date, start: date, missed: list[date]) -> dict[str, bool]:
        assert self.last_day
        before = self.number(notified - timedelta(days=1))
        days_before = min(before, 40)
        days_after = min(self.number(self.last_day) - self.number(start), 40)
        units_before = sum(day < notified and self.number(day) > before - 40 for day in missed)
        units_after = sum(day > start and self.number(day) <= self.number(start) + 40 for day in missed)
        if min(days_before, days_after) < 20 or not units_before:
            return {}
        lasting = 20 * units_after / days_after <= 0.5 * 20 * units_before / days_before + 1e-12
        return {"returned_lasting": lasting}
