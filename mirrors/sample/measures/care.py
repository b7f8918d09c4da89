"""What schools and guidance centres did: registers, referral in time, open and closed files, time-out."""

import numpy as np

from mirrors.sample.arrays import Floats, Ints
from mirrors.sample.measures.year import Count, Year, likely
from mirrors.sample.process import STEPS, THRESHOLD
from mirrors.sample.timetable import SCHOOL_YEARS, half_days

IN_TIME = 10
_SPREAD = 2.2
_CLASS = 20
THRESHOLD_STEP, NOTIFIED, CONTACT, _, RETURNED = range(len(STEPS))


def care(rng: np.random.Generator, year: Year) -> dict[str, Count]:
    """Measures of prevention and follow-up, consistent with the table `follow_up`."""
    return {
        "registered": _registers(rng, year),
        **_referral(rng, year),
        **_files(rng, year),
        "repeater": _repeaters(year),
        **_time_out(rng, year),
    }


def _registers(rng: np.random.Generator, year: Year) -> Count:
    """Registers of every class and half-day; none came in months that the school did not send."""
    months = half_days(SCHOOL_YEARS[year.record.year]).sum(axis=1)
    classes = -(-year.base // _CLASS)
    sent = (year.pupils(year.record.enrolled) > 0) @ months * classes
    return Count(
        rng.binomial(sent, likely(4.6 + year.ways.registers)), classes * int(months.sum()), year.base
    )


def _referral(rng: np.random.Generator, year: Year) -> dict[str, Count]:
    reached, notified, contact = (year.steps[:, 0, step] for step in (THRESHOLD_STEP, NOTIFIED, CONTACT))
    watched = rng.binomial(reached, 0.94)
    in_time = np.minimum(rng.binomial(watched, _within(year.days[:, NOTIFIED])), notified)
    followed = np.minimum(rng.binomial(notified, _within(year.days[:, CONTACT])), contact)
    never = rng.poisson(0.12 * notified)
    before = rng.binomial(notified, likely(-2.2 + 0.8 * year.ways.care))
    absent = year.pupils(year.record.reference & (year.unauthorised > 0))
    return {
        "timely_referral": Count(in_time, watched, watched),
        "followed_in_time": Count(followed, notified, notified),
        "parents_contacted": Count(rng.binomial(absent, likely(0.6 + year.ways.care)), absent, absent),
        "early_referral": Count(before + never, notified + never, notified + never),
    }


def _within(median: Floats) -> Floats:
    """The share of pupils who waited ten school days at most, where half waited `median` days at most."""
    share: Floats = np.nan_to_num(1 / (1 + (median / IN_TIME) ** _SPREAD))
    return share


def _files(rng: np.random.Generator, year: Year) -> dict[str, Count]:
    notified, contact, returned = (year.steps[:, 0, step] for step in (NOTIFIED, CONTACT, RETURNED))
    severe, with_file = year.steps[:, -1, THRESHOLD_STEP], year.steps[:, -1, NOTIFIED]
    closed = returned + rng.binomial(notified - returned, 0.2)
    still_open = notified - closed
    ways = year.ways.care
    return {
        "overdue": Count(rng.binomial(still_open, likely(-1.2 - ways)), still_open, still_open),
        "unreferred_severe": Count(severe - with_file, severe, severe),
        "relapse": Count(rng.binomial(closed, likely(-1.1 - 0.5 * ways)), closed, closed),
        "returned_lasting": Count(rng.binomial(contact, likely(-0.2 + 0.5 * ways)), contact, contact),
    }


def _repeaters(year: Year) -> Count:
    over = year.record.reference & (year.unauthorised >= THRESHOLD)
    known = year.pupils(over) if year.record.year else np.zeros(year.size, dtype=np.int64)
    return Count(year.pupils(over & (year.record.roll.before >= THRESHOLD)), known, known)


def _time_out(rng: np.random.Generator, year: Year) -> dict[str, Count]:
    rate = np.where(year.schools.secondary, 0.018, 0.002) * np.exp(0.3 * year.ways.care)
    started: Ints = np.minimum(rng.poisson(rate * year.base), year.base)
    return {
        "time_out": Count(started, year.base, year.base),
        "time_out_back": Count(rng.binomial(started, 0.62), started, started),
    }
