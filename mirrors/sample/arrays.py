"""Array types and random streams shared by the rooms of the sample city."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

STREAMS = ("schools", "planted", "effects", "pupils", "absence", "process", "homes", "measures", "survey")
"""The parts of the city that chance decides on; a new one stands last, or it moves the others."""


def stream(seed: int, name: str) -> np.random.Generator:
    """A generator for one part of the city, so that a change in one part leaves the others alone."""
    return np.random.default_rng([seed, STREAMS.index(name)])


def walk(rng: np.random.Generator, start: Floats, years: int, sd: float) -> Floats:
    """Slow random walk from `start` (n,): returns (n, years)."""
    steps = rng.normal(0.0, sd, (len(start), years))
    steps[:, 0] = 0.0
    path: Floats = start[:, None] + np.cumsum(steps, axis=1)
    return path


def group_sums(group: Ints, groups: int, values: Ints) -> Ints:
    """Sum `values` (n, ...) within `group` (n,): returns (groups, ...), exact for integers below 2**53."""
    flat = values.reshape(len(values), -1)
    columns = [np.bincount(group, weights=column, minlength=groups) for column in flat.T]
    total: Ints = np.rint(np.stack(columns, axis=1)).astype(np.int64)
    return total.reshape((groups, *values.shape[1:]))
