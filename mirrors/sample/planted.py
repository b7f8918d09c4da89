"""What is true by construction: lasting school effects, and the steps that a good method should find."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mirrors.sample.arrays import Floats, stream
from mirrors.sample.schools import YEARS, CitySize, Schools

LAST = YEARS - 1
PERSISTENT_SD, DRIFT_SD, DRIFT_RHO, SHOCK_SD = 0.25, 0.10, 0.7, 0.04
COMMON = 0.6
STEP_FROM = 150
# Share of all absence that is unauthorised (primary, secondary): splits a step into its two parts.
UNAUTHORISED_PART = (0.11, 0.28)
MISSING_MONTHS = (3, 4, 5)


@dataclass(frozen=True)
class Step:
    """A lasting change of one school from `year` on, on the logit of the unauthorised and the total rate."""

    school: int
    year: int
    unauthorised: float
    total: float


@dataclass(frozen=True)
class Planted:
    """Schools (indices) that carry a planted truth; no school carries two."""

    steps: tuple[Step, ...]
    excellent: dict[int, float]
    recoded: int
    missing: int


@dataclass(frozen=True)
class SchoolEffects:
    """Log-odds net of context, of unauthorised absence and of all other absence, (n, years) each."""

    unauthorised: Floats
    other: Floats


def _draw(rng: np.random.Generator, pool: list[int], wanted: int) -> list[int]:
    """Take `wanted` schools spread over the sizes: `pool` is sorted by size and loses them."""
    strata = np.array_split(np.arange(len(pool)), wanted) if wanted else []
    chosen = [pool[int(rng.choice(stratum))] for stratum in strata]
    for school in chosen:
        pool.remove(school)
    return chosen


def _spread(rng: np.random.Generator, pools: list[list[int]], wanted: int) -> list[int]:
    """Schools of both levels in turn, so that an odd number gives one more to the first pool."""
    secondary = wanted // 2
    return _draw(rng, pools[0], wanted - secondary) + _draw(rng, pools[1], secondary)


def _steps(rng: np.random.Generator, pools: list[list[int]], per_direction: int, year: int) -> Iterator[Step]:
    for direction in (-1, 1):
        # Two in three in secondary schools, where unauthorised absence is common enough to change by a point.
        primary = per_direction // 3
        for school in _draw(rng, pools[0], primary) + _draw(rng, pools[1], per_direction - primary):
            unauthorised, total = rng.uniform(0.5, 0.85), rng.uniform(0.25, 0.4)
            yield Step(school, year, round(direction * unauthorised, 3), round(direction * total, 3))


def choose_planted(schools: Schools, size: CitySize, seed: int) -> Planted:
    """Choose, among schools of at least 150 pupils, which carry a planted truth."""
    rng = stream(seed, "planted")
    smallest = schools.wanted.min(axis=1)
    order = [int(school) for school in np.argsort(smallest, kind="stable") if smallest[school] >= STEP_FROM]
    pools = [[school for school in order if schools.secondary[school] == level] for level in (False, True)]
    latest = tuple(_steps(rng, pools, size.last_year_steps, LAST))
    earlier = tuple(_steps(rng, pools, size.earlier_steps, LAST - 1))
    best = {school: round(rng.uniform(-0.52, -0.38), 3) for school in _spread(rng, pools, size.excellent)}
    recoded = _draw(rng, pools[1], 1)[0]
    missing = _draw(rng, pools[0], 1)[0]
    return Planted(latest + earlier, best, recoded, missing)


def _wander(rng: np.random.Generator, n: int) -> Floats:
    """Persistent level + autoregressive drift + one-year shock, (n, 2, years): unauthorised, other."""
    shape = (n, 2, YEARS)
    drift = rng.normal(0, DRIFT_SD, shape)
    for year in range(1, YEARS):
        drift[..., year] = DRIFT_RHO * drift[..., year - 1] + np.sqrt(1 - DRIFT_RHO**2) * drift[..., year]
    common = rng.normal(0, PERSISTENT_SD, (n, 1, 1))
    own = rng.normal(0, PERSISTENT_SD, (n, 2, 1))
    effect: Floats = COMMON * common + np.sqrt(1 - COMMON**2) * own + drift + rng.normal(0, SHOCK_SD, shape)
    return effect


def _other_step(step: Step, part: float) -> float:
    """Step in all other absence that, with the unauthorised step, moves total odds by `step.total`."""
    return float(np.log((np.exp(step.total) - part * np.exp(step.unauthorised)) / (1 - part)))


def school_effects(schools: Schools, planted: Planted, seed: int) -> SchoolEffects:
    """Draw every school's effect and lay the planted truths on top."""
    n = len(schools.school_id)
    effect = _wander(stream(seed, "effects"), n)
    for school, level in planted.excellent.items():
        effect[school] += level - effect[school].mean(axis=1, keepdims=True)
    for step in planted.steps:
        # Chance does not move a planted school in the year of its step: the true change is the step alone.
        effect[step.school, :, step.year :] -= np.diff(effect[step.school])[:, [step.year - 1]]
        effect[step.school, 0, step.year :] += step.unauthorised
        part = UNAUTHORISED_PART[int(schools.secondary[step.school])]
        effect[step.school, 1, step.year :] += _other_step(step, part)
    return SchoolEffects(effect[:, 0], effect[:, 1])
