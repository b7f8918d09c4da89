"""The schools of the sample city: who they are, how many pupils they want, and the context they work in."""

from dataclasses import dataclass

import numpy as np

from mirrors.sample.arrays import Flags, Floats, Ints, stream, walk
from mirrors.sample.names import DISTRICTS, NETWORKS, primary_names, secondary_names
from mirrors.sample.timetable import SCHOOL_YEARS

YEARS = len(SCHOOL_YEARS)
GRADES = 6
TRACKS = ("general", "dual", "labour")
FEATURES = ("deprivation", "mobility", "special_needs", "newcomers")
_NETWORK_SHARE = (0.2, 0.3, 0.42, 0.08)
_PROFILES = ("general", "dual", "labour", "mixed")
_PROFILE_SHARE = (0.36, 0.24, 0.22, 0.18)
_PROFILE_TRACKS = np.array([[0.93, 0.05, 0.02], [0.12, 0.68, 0.20], [0.02, 0.18, 0.80], [0.40, 0.34, 0.26]])
_PROFILE_DEPRIVATION = np.array([-0.5, 0.1, 0.55, 0.1])


@dataclass(frozen=True)
class CitySize:
    """How many schools there are, and how many of them carry each planted truth (steps: per direction)."""

    primary: int = 90
    secondary: int = 66
    very_small: int = 3
    last_year_steps: int = 8
    earlier_steps: int = 3
    excellent: int = 5

    @property
    def schools(self) -> int:
        """Number of schools, both levels."""
        return self.primary + self.secondary


@dataclass(frozen=True)
class Schools:
    """Arrays aligned on n schools, primary first; `profile` is the main track (0 for primary).

    `wanted` is the number of pupils a school tries to have each year (n, years); `features` holds
    deprivation, mobility, special needs and newcomers (n, years, 4); `tracks` the shares of the three
    tracks in the intake (n, years, 3).
    """

    school_id: list[str]
    name: list[str]
    network: list[str]
    district: list[str]
    secondary: Flags
    profile: Ints
    very_small: Flags
    wanted: Ints
    features: Floats
    tracks: Floats


def _sizes(size: CitySize, rng: np.random.Generator) -> Floats:
    primary = np.clip(260 * np.exp(rng.normal(0, 0.5, size.primary)), 64, 590)
    secondary = np.clip(420 * np.exp(rng.normal(0, 0.65, size.secondary)), 105, 1350)
    return np.concatenate([primary, secondary])


def _very_small(size: CitySize, rng: np.random.Generator) -> Ints:
    """Two thirds primary, one third secondary, at least one of each as soon as there are two."""
    in_secondary = min(size.secondary, max(size.very_small // 3, int(size.very_small >= 2)))
    primary = rng.choice(size.primary, size.very_small - in_secondary, replace=False)
    secondary = size.primary + rng.choice(size.secondary, in_secondary, replace=False)
    chosen: Ints = np.concatenate([primary, secondary]).astype(np.int64)
    return chosen


def _wanted(size: CitySize, very_small: Ints, rng: np.random.Generator) -> Ints:
    paths = np.exp(walk(rng, np.log(_sizes(size, rng)), YEARS, 0.025))
    paths[: size.primary] = np.clip(paths[: size.primary], 62, 598)
    paths[size.primary :] = np.clip(paths[size.primary :], 104, 1390)
    paths[very_small] = np.linspace(16, 24, len(very_small))[:, None]
    return np.rint(paths).astype(np.int64)


def _features(deprivation: Floats, secondary: Flags, rng: np.random.Generator) -> Floats:
    """Deprivation first; the other three lean on it, and all drift slowly. Shape (n, years, 4)."""
    n = len(deprivation)
    mobility = np.clip(0.02 + 0.022 * deprivation + rng.normal(0, 0.015, n), 0.01, 0.18)
    special = np.clip(0.05 + 0.025 * deprivation + rng.normal(0, 0.03, n), 0.01, 0.3)
    newcomers = np.clip(0.012 * deprivation**1.5 * rng.lognormal(0, 0.6, n), 0.0, 0.14)
    reception = secondary & (rng.random(n) < 0.1)
    newcomers[reception] = rng.uniform(0.1, 0.3, int(reception.sum()))
    return np.stack(
        [
            np.clip(walk(rng, deprivation, YEARS, 0.04), 0.05, 3.9),
            np.clip(walk(rng, mobility, YEARS, 0.003), 0.005, 0.2),
            np.clip(walk(rng, special, YEARS, 0.005), 0.005, 0.35),
            np.clip(walk(rng, newcomers, YEARS, 0.004), 0.0, 0.35),
        ],
        axis=2,
    )


def _tracks(profile: Ints, rng: np.random.Generator) -> Floats:
    """Share of the intake in each track, (n, years, 3): schools differ around their profile."""
    tilt = rng.normal(0, 0.25, (len(profile), 3))
    drift = np.stack([walk(rng, column, YEARS, 0.04) for column in tilt.T], axis=2)
    weight = _PROFILE_TRACKS[profile][:, None, :] * np.exp(drift)
    shares: Floats = weight / weight.sum(axis=2, keepdims=True)
    return shares


def _labels(size: CitySize, rng: np.random.Generator) -> list[str]:
    numbers = rng.permutation(size.schools) + 1
    return [f"S{number:04d}" for number in numbers]


def make_schools(size: CitySize, seed: int) -> Schools:
    """Draw the schools of the city."""
    rng = stream(seed, "schools")
    secondary = np.arange(size.schools) >= size.primary
    network = [str(name) for name in rng.choice(NETWORKS, size.schools, p=_NETWORK_SHARE)]
    district = rng.integers(0, len(DISTRICTS), size.schools)
    profile = np.where(secondary, rng.choice(len(_PROFILES), size.schools, p=_PROFILE_SHARE), 0)
    local = np.array([mean for _, mean in DISTRICTS])[district]
    # Secondary pupils travel: the district matters less, the main track more.
    city_wide = 0.5 * local + 0.5 * local.mean() + _PROFILE_DEPRIVATION[profile]
    deprivation = np.where(secondary, city_wide, local) + rng.normal(0, 0.4, size.schools)
    small = _very_small(size, rng)
    names = primary_names(network[: size.primary], rng)
    profiles = [_PROFILES[index] for index in profile[size.primary :]]
    names += secondary_names(network[size.primary :], profiles, rng)
    return Schools(
        school_id=_labels(size, rng),
        name=names,
        network=network,
        district=[DISTRICTS[index][0] for index in district],
        secondary=secondary,
        profile=profile,
        very_small=np.isin(np.arange(size.schools), small),
        wanted=_wanted(size, small, rng),
        features=_features(np.clip(deprivation, 0.1, 3.7), secondary, rng),
        tracks=_tracks(profile, rng),
    )
