"""Peer groups: the schools of the same type whose context is nearest, frozen per school year."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mirrors.benchmark.features import FeatureMatrix
from mirrors.benchmark.panel import Bools, Floats

PEERS_WANTED = 15
PEERS_FEWEST = 8
PEERS_MOST = 20
LARGEST_SHARE_OF_TYPE = 0.25
MOST_FEATURES = 6
CLOSE = 1.0
"""A peer is close when no feature in use differs by more than this many standard deviations."""

MATTERS = 0.1
"""Share of the total weight below which a feature does not decide whether a peer is close."""


@dataclass(frozen=True, eq=False)
class PeerGroups:
    """The peer group of every school of one year.

    `peers` (schools, k) are positions in `features.school_ids`, nearest first, -1 where the school's
    type is too small for a group; `distance` (schools, k) is in standard deviations, weighted.
    `close` (schools,) counts the peers that are close on every feature that matters. `weights` (features,)
    sum to 1, 0 for features not in use.
    """

    features: FeatureMatrix
    weights: Floats
    peers: np.ndarray
    distance: Floats
    close: np.ndarray

    def size(self) -> np.ndarray:
        """Return the number of peers of each school, (schools,)."""
        return np.asarray((self.peers >= 0).sum(axis=1))


def group_size(schools_of_type: int, wanted: int = PEERS_WANTED) -> int:
    """Return how many peers a school of a type with this many schools gets; 0 when it is too small.

    Raises ValueError when `wanted` is outside what a city may choose.
    """
    if not PEERS_FEWEST <= wanted <= PEERS_MOST:
        raise ValueError(f"a peer group has {PEERS_FEWEST} to {PEERS_MOST} schools, not {wanted}")
    size = min(wanted, int(schools_of_type * LARGEST_SHARE_OF_TYPE))
    return size if size >= PEERS_FEWEST else 0


def peer_groups(
    features: FeatureMatrix, weights: Floats, may_be_peer: Bools, wanted: int = PEERS_WANTED
) -> PeerGroups:
    """Return the peer groups of one year: same type, nearest by weighted distance on the features.

    `weights` come from earlier years, so that the outcome of a year cannot choose its own comparison.
    `may_be_peer` excludes schools that are too small, incomplete or under an alarm; they still get peers.
    """
    used = _used(weights)
    scaled = features.standardised()
    schools = len(features.school_ids)
    peers = np.full((schools, wanted), -1)
    distance = np.full((schools, wanted), np.nan)
    close = np.zeros(schools, dtype=int)
    for kind in np.unique(features.school_type):
        rows = np.flatnonzero(features.school_type == kind)
        candidates = rows[may_be_peer[rows]]
        size = group_size(len(candidates), wanted)
        if not size:
            continue
        apart = np.abs(scaled[rows, None, :] - scaled[None, candidates, :])
        far = np.sqrt((used * apart**2).sum(axis=2))
        far[rows[:, None] == candidates[None, :]] = np.inf
        order = np.argsort(far, axis=1, kind="stable")[:, :size]
        peers[rows, :size] = candidates[order]
        distance[rows, :size] = np.take_along_axis(far, order, axis=1)
        alike = (apart <= CLOSE)[:, :, used >= MATTERS].all(axis=2)
        close[rows] = np.take_along_axis(alike, order, axis=1).sum(axis=1)
    return PeerGroups(features, used, peers, distance, close)


def _used(weights: Floats) -> Floats:
    """Return the weights of the most telling features, scaled to sum to 1."""
    known = np.nan_to_num(weights)
    kept = np.zeros_like(known)
    largest = np.argsort(-known, kind="stable")[:MOST_FEATURES]
    kept[largest] = known[largest]
    return kept / kept.sum() if kept.sum() > 0 else np.full_like(known, 1 / len(known))


@dataclass(frozen=True, eq=False)
class PeerStatistics:
    """What may be said of the peers of each school on one indicator; arrays (schools,), NaN = nothing."""

    count: np.ndarray
    median: Floats
    low: Floats
    high: Floats


def peer_statistics(groups: PeerGroups, value: Floats) -> PeerStatistics:
    """Return number, median and middle half of the peers' values; `value` (schools,) is NaN where unknown."""
    of_peers = np.where(groups.peers >= 0, value[np.maximum(groups.peers, 0)], np.nan)
    count = (~np.isnan(of_peers)).sum(axis=1)
    # pandas takes quantiles over gaps column by column in one go; numpy's nanpercentile loops over rows.
    low, median, high = pd.DataFrame(of_peers.T).quantile([0.25, 0.5, 0.75]).to_numpy()
    return PeerStatistics(count, median, low, high)
