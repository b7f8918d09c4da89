"""Seeded cities in which every true change is known: simulated pupil by pupil, or made like real ones."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import gamma, norm

from bench.counts import Counts
from mirrors.benchmark.change import MATERIAL_POINTS, MATERIAL_SHARE
from mirrors.benchmark.panel import FEWEST_PUPILS, LARGEST_ABSENCE_SHARE, Panel

SCHOOLS = 450
YEARS = 6
DAYS = 180
FEATURES = 4
TYPE_RATES = np.array([0.045, 0.055, 0.065, 0.08, 0.10, 0.125])
CONTEXT_SLOPES = np.array([0.20, 0.12, -0.10, 0.06])
STEPPING_NOW = 0.04
STEPPING_EARLIER = 0.02
STAYING = 0.8
FRAILTY_KEPT = 0.5
GAMMA_SHAPE = 0.75
MOST_ABSENT_PUPIL = 0.95
VOLATILITY_SD = 0.4
STILL_SD = 0.02
YEARLY_NOISE_SD = 0.017

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scenario:
    """How strongly schools really change and how noisy a year is; all sizes are log-odds."""

    smallest_step: float = 0.25
    largest_step: float = 0.55
    stepping: bool = True
    drift_sd: float = 0.10
    drift_kept: float = 0.7
    shock_sd: float = 0.04
    type_year_sd: float = 0.08
    slope_year_sd: float = 0.03
    blip_share: float = 0.0
    blip_size: float = 0.4
    rate_factor: float = 1.0
    frailty_sd: float = 1.1
    gamma_pupils: bool = False


BASE = Scenario()
SCENARIOS = {
    "base": BASE,
    "no_steps": replace(BASE, stepping=False),
    "small_steps": replace(BASE, smallest_step=0.15, largest_step=0.35),
    "noisy": replace(BASE, rate_factor=0.35, frailty_sd=1.5, shock_sd=0.08),
    "drift": replace(BASE, drift_sd=0.18, drift_kept=0.8),
    "bigtrend": replace(BASE, type_year_sd=0.20, slope_year_sd=0.15),
    "outlier": replace(BASE, blip_share=0.02),
    "betabin": replace(BASE, gamma_pupils=True),
}


@dataclass(frozen=True)
class Likeness:
    """How schools of a real file move, as fitted to it; all sizes are log-odds.

    Lasting changes are Student's t with `tail` degrees of freedom and standard deviation `change_sd`, times
    the school's own volatility; `psi` over pupils is chance, a blip lasts a year. When `still`, lasting
    changes are normal with STILL_SD.
    """

    change_sd: float
    tail: int
    psi: float
    blip_share: float
    blip_sd: float
    still: bool = False

    def innovations(self, rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
        """Return lasting changes of every school and year before its own volatility."""
        if self.still:
            return rng.normal(0, STILL_SD, shape)
        return rng.standard_t(self.tail, shape) * self.change_sd / np.sqrt(self.tail / (self.tail - 2))


NEW_YORK = Likeness(change_sd=0.085, tail=4, psi=1.0, blip_share=0.015, blip_sd=0.2)
MARYLAND = Likeness(change_sd=0.067, tail=3, psi=4.0, blip_share=0.04, blip_sd=0.29)
LIKE = {
    "nyc": NEW_YORK,
    "md": MARYLAND,
    "nyc_still": replace(NEW_YORK, still=True),
    "md_still": replace(MARYLAND, still=True),
}


@dataclass(frozen=True, eq=False)
class World:
    """One simulated city: what the method sees, and what is true in the last year, (schools,).

    `step` is the true step in log-odds (0 for most schools); `true_points` the true lasting change of the
    share since the year before, net of what happened to similar schools; `lasting_points` that over the last
    three years, in cities like real ones until a year after the lists.
    """

    panel: Panel
    step: Floats
    true_points: Floats
    lasting_points: Floats


def build(scenario: Scenario, seed: int, years: int = YEARS) -> World:
    """Return the city of this seed; the same seed always gives the same city."""
    rng = np.random.default_rng(seed)
    pupils = np.round(np.exp(rng.normal(np.log(311), 0.74, SCHOOLS)).clip(60, 1500)).astype(int)
    kind = rng.permutation(np.arange(SCHOOLS) % len(TYPE_RATES))
    context = rng.normal(size=(SCHOOLS, FEATURES))
    steps = _steps(scenario, rng, years)
    drift = _fading_walk(rng, scenario.drift_sd, scenario.drift_kept, (SCHOOLS, years))
    lasting = steps.cumsum(axis=1) + drift
    trend = _trend(scenario, rng, kind, context, years) + rng.normal(0, 0.25, SCHOOLS)[:, None]
    rate = expit(trend + lasting + _noise(scenario, rng, years))
    absent, possible = _absence(scenario, rng, rate, pupils)
    now = (trend + lasting)[:, -1]
    return World(
        panel=Panel(
            school_ids=tuple(f"S{school:03d}" for school in range(SCHOOLS)),
            years=tuple(f"{2020 + year}-{21 + year}" for year in range(years)),
            absent=absent,
            possible=possible,
            pupils=np.repeat(pupils[:, None], years, axis=1).astype(float),
            school_type=np.array([f"type {number}" for number in kind]),
            context=np.repeat(context[:, None, :], years, axis=1),
            blocked=np.zeros(SCHOOLS, dtype=bool),
        ),
        step=steps[:, -1],
        true_points=expit(now) - expit(now - (lasting[:, -1] - lasting[:, -2])),
        lasting_points=expit(now) - expit(now - (lasting[:, -1] - lasting[:, max(-4, -years)])),
    )


def build_like(counts: Counts, likeness: Likeness, seed: int, years: int = YEARS) -> World:
    """Return a city whose levels, sizes and types are drawn from a real file, and which goes on for a year.

    Every school changes a little for good every year, some far more than others; chance and blips come on
    top. `step` is the change of the last year where it is material, else 0.
    """
    rng = np.random.default_rng(seed)
    level, pupils, kind = _drawn(counts, rng)
    volatility = np.exp(rng.normal(0, VOLATILITY_SD, SCHOOLS))[:, None]
    moves = likeness.innovations(rng, (SCHOOLS, years)) * (1.0 if likeness.still else volatility)
    lasting = level[:, None] + np.column_stack([np.zeros(SCHOOLS), moves]).cumsum(axis=1)
    blips = (rng.random((SCHOOLS, years)) < likeness.blip_share) * rng.normal(
        0, likeness.blip_sd, (SCHOOLS, years)
    )
    noise = rng.normal(size=(SCHOOLS, years)) * np.sqrt(likeness.psi / pupils + YEARLY_NOISE_SD**2)[:, None]
    possible = np.repeat(DAYS * pupils[:, None], years, axis=1)
    truth = expit(lasting)
    gained = truth[:, -2] - truth[:, -3]
    material = np.abs(gained) > np.maximum(MATERIAL_POINTS, MATERIAL_SHARE * truth[:, -3])
    return World(
        panel=Panel(
            school_ids=tuple(f"S{school:03d}" for school in range(SCHOOLS)),
            years=tuple(f"{2020 + year}-{21 + year}" for year in range(years)),
            absent=np.round(
                possible * np.minimum(expit(lasting[:, :-1] + noise + blips), LARGEST_ABSENCE_SHARE)
            ),
            possible=possible,
            pupils=np.repeat(pupils[:, None], years, axis=1),
            school_type=kind,
            context=None,
            blocked=np.zeros(SCHOOLS, dtype=bool),
        ),
        step=np.where(material, lasting[:, -2] - lasting[:, -3], 0.0),
        true_points=gained,
        lasting_points=truth[:, -1] - truth[:, -5],
    )


def _drawn(counts: Counts, rng: np.random.Generator) -> tuple[Floats, Floats, NDArray[np.str_]]:
    """Return log-odds, pupils and type of schools drawn, with replacement, from the file's middle year."""
    year = counts.years[len(counts.years) // 2]
    absent, possible, pupils = (table[year] for table in (counts.absent, counts.possible, counts.pupils))
    usable = (pupils >= FEWEST_PUPILS) & (absent <= LARGEST_ABSENCE_SHARE * possible)
    schools = rng.choice(np.flatnonzero(usable), SCHOOLS)
    share = (absent.to_numpy()[schools] + 0.5) / (possible.to_numpy()[schools] + 1.0)
    kinds = counts.school_type.reindex(absent.index[schools], fill_value="other").to_numpy(dtype=str)
    return logit(share), pupils.to_numpy()[schools], kinds


def _steps(scenario: Scenario, rng: np.random.Generator, years: int) -> Floats:
    """Return lasting steps, (schools, years): as many up as down, more of them in the last year."""
    steps = np.zeros((SCHOOLS, years))
    if not scenario.stepping:
        return steps
    for year in range(1, years):
        share = STEPPING_NOW if year == years - 1 else STEPPING_EARLIER
        stepping = rng.choice(SCHOOLS, size=2 * round(share * SCHOOLS), replace=False)
        size = rng.uniform(scenario.smallest_step, scenario.largest_step, len(stepping))
        steps[stepping, year] = np.where(np.arange(len(stepping)) % 2 == 0, size, -size)
    return steps


def _fading_walk(rng: np.random.Generator, sd: float, kept: float, shape: tuple[int, int]) -> Floats:
    """Return a stationary walk that keeps a share of its last value each year."""
    walk = rng.normal(0, sd, shape)
    for year in range(1, shape[1]):
        walk[:, year] = kept * walk[:, year - 1] + np.sqrt(1 - kept**2) * walk[:, year]
    return walk


def _trend(
    scenario: Scenario, rng: np.random.Generator, kind: NDArray[np.int64], context: Floats, years: int
) -> Floats:
    """Return what similar schools share: type, city year, type's own walk, and context with moving slopes."""
    city = rng.normal(0, 0.05, years)
    of_type = logit(TYPE_RATES * scenario.rate_factor)[:, None] + rng.normal(
        0, scenario.type_year_sd, (len(TYPE_RATES), years)
    ).cumsum(axis=1)
    slopes = CONTEXT_SLOPES[:, None] + rng.normal(0, scenario.slope_year_sd, (FEATURES, years)).cumsum(axis=1)
    return city + of_type[kind] + context @ slopes


def _noise(scenario: Scenario, rng: np.random.Generator, years: int) -> Floats:
    """Return what one year brings and the next takes away: a heavy-tailed shock and rare blips."""
    shock = rng.standard_t(4, (SCHOOLS, years)) * scenario.shock_sd / np.sqrt(2)
    blip = rng.random((SCHOOLS, years)) < scenario.blip_share
    return shock + blip * rng.choice([-scenario.blip_size, scenario.blip_size], (SCHOOLS, years))


def _absence(
    scenario: Scenario, rng: np.random.Generator, rate: Floats, pupils: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Return absent and possible days, (schools, years), from every pupil's own rate.

    Most pupils stay a year longer and keep part of their frailty. The days of a school's pupils (at least
    60 x 180) are drawn at once from the normal limit of the sum of their binomials.
    """
    first_pupil = np.concatenate([[0], pupils.cumsum()[:-1]])
    frailty = rng.standard_normal(pupils.sum(), dtype=np.float32)
    absent = np.empty_like(rate)
    for year in range(rate.shape[1]):
        share = _relative_rate(scenario, frailty) * np.repeat(rate[:, year], pupils).astype(np.float32)
        share = np.minimum(share, MOST_ABSENT_PUPIL)
        mean = DAYS * np.add.reduceat(share, first_pupil, dtype=float)
        variance = DAYS * np.add.reduceat(share * (1 - share), first_pupil, dtype=float)
        absent[:, year] = np.round(rng.normal(mean, np.sqrt(variance))).clip(0)
        fresh = rng.standard_normal(len(frailty), dtype=np.float32)
        kept = np.float32(FRAILTY_KEPT) * (rng.random(len(frailty), dtype=np.float32) < STAYING)
        frailty = kept * frailty + np.sqrt(1 - kept**2) * fresh
    return absent, np.repeat(DAYS * pupils[:, None], rate.shape[1], axis=1).astype(float)


def _relative_rate(scenario: Scenario, frailty: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return each pupil's rate relative to the school's, with mean one."""
    if scenario.gamma_pupils:
        grid = np.linspace(-5, 5, 2001)
        return np.interp(frailty, grid, gamma.ppf(norm.cdf(grid), GAMMA_SHAPE) / GAMMA_SHAPE)
    return np.exp(scenario.frailty_sd * frailty - scenario.frailty_sd**2 / 2)
