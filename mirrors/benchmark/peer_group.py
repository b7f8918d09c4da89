"""Peer groups: the schools of the same type whose context is nearest, and what is said of them."""

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

LARGEST_PEER = 0.5
"""Share of the pupils of a peer group beyond which one school makes up what is said of the group."""

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
    `may_be_peer` excludes schools that are too small; they still get peers.
    """
    return measured(features, weights, nearest(features, features, weights, may_be_peer, wanted))


def nearest(
    features: FeatureMatrix,
    others: FeatureMatrix,
    weights: Floats,
    may_be_peer: Bools,
    wanted: int = PEERS_WANTED,
) -> np.ndarray:
    """Return the peers of every school among `others`, (schools, wanted), as positions there, -1 for none.

    Both matrices have the same features, each in standard deviations of its own year; `may_be_peer` is
    (others,). Nobody is a peer of itself.
    """
    used, scaled, of_others = _used(weights), features.standardised(), others.standardised()
    own, ids = np.array(features.school_ids), np.array(others.school_ids)
    peers = np.full((len(own), wanted), -1)
    for kind in np.unique(features.school_type):
        rows = np.flatnonzero(features.school_type == kind)
        candidates = np.flatnonzero((others.school_type == kind) & may_be_peer)
        size = group_size(len(candidates), wanted)
        if not size:
            continue
        apart = scaled[rows, None, :] - of_others[None, candidates, :]
        far = np.sqrt((used * apart**2).sum(axis=2))
        far[own[rows, None] == ids[None, candidates]] = np.inf
        peers[rows, :size] = candidates[np.argsort(far, axis=1, kind="stable")[:, :size]]
    return peers


def measured(features: FeatureMatrix, weights: Floats, peers: np.ndarray) -> PeerGroups:
    """Return chosen peers, (schools, k) positions in `features`, -1 for none, as they lie in that year."""
    used, scaled = _used(weights), features.standardised()
    have = peers >= 0
    apart = np.abs(scaled[:, None, :] - scaled[np.maximum(peers, 0)])
    far = np.where(have, np.sqrt((used * apart**2).sum(axis=2)), np.inf)
    alike = have & (apart <= CLOSE)[:, :, used >= MATTERS].all(axis=2)
    order = np.argsort(far, axis=1, kind="stable")
    ordered = np.take_along_axis(far, order, axis=1)
    return PeerGroups(
        features,
        used,
        np.take_along_axis(peers, order, axis=1),
        np.where(np.isfinite(ordered), ordered, np.nan),
        alike.sum(axis=1),
    )


def _used(weights: Floats) -> Floats:
    """Return the weights of the most telling features, scaled to sum to 1."""
    known = np.nan_to_num(weights)
    kept = np.zeros_like(known)
    largest = np.argsort(-known, kind="stable")[:MOST_FEATURES]
    kept[largest] = known[largest]
    return kept / kept.sum() if kept.sum() > 0 else np.full_like(known, 1 / len(known))


@dataclass(frozen=True, eq=False)
class PeerStatistics:
    """What may be said of the peers of each school on one indicator; arrays (schools,), NaN = nothing.

    `count` are the peers with a value; nothing else is said where one has more than half of their pupils.
    """

    count: np.ndarray
    median: Floats
    low: Floats
    high: Floats


def peer_statistics(groups: PeerGroups, value: Floats) -> PeerStatistics:
    """Return number, median and middle half of the peers' values; `value` (schools,) is NaN where unknown.

    With `value` (schools, items) every array of the result has that shape too.
    """
    have = groups.peers >= 0
    of_peers = np.where(have[(..., *[None] * (value.ndim - 1))], value[np.maximum(groups.peers, 0)], np.nan)
    ordered = np.sort(of_peers, axis=1)
    count = (~np.isnan(ordered)).sum(axis=1)
    alone = one_has_most(groups, ~np.isnan(of_peers))
    told = (_quantile(ordered, count, share) for share in (0.5, 0.25, 0.75))
    return PeerStatistics(count, *(np.where(alone, np.nan, each) for each in told))


def one_has_most(groups: PeerGroups, known: Bools) -> Bools:
    """Return where one peer has more than `LARGEST_PEER` of the pupils of those `known` (schools, k, ...)."""
    pupils = groups.features.pupils[np.maximum(groups.peers, 0)]
    counted = np.where(known, pupils[(..., *[None] * (known.ndim - 2))], 0.0)
    return np.asarray(counted.max(axis=1) > LARGEST_PEER * counted.sum(axis=1))


def _quantile(ordered: Floats, count: np.ndarray, share: float) -> Floats:
    """Return a quantile of the first `count` of values in order along axis 1, linear between two of them."""
    place = share * np.maximum(count - 1, 0)
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, np.maximum(count - 1, 0))
    low, high = (np.take_along_axis(ordered, at[:, None], axis=1)[:, 0] for at in (below, above))
    return np.asarray(low + (place - below) * (high - low))


def peers_of_rows(
    rows: pd.DataFrame, items: list[str], value: Floats, peers: dict[str, PeerGroups]
) -> PeerStatistics:
    """Return what the peers of each row's school show in the same year for the same `items`.

    `value` (rows,) is NaN where a row teaches nothing. The arrays of the result are (rows,); a school that
    is in no peer group has none.
    """
    item = rows.groupby(items, sort=False, dropna=False).ngroup().to_numpy()
    many = int(item.max()) + 1 if len(rows) else 0
    found = PeerStatistics(np.zeros(len(rows), dtype=int), *(np.full(len(rows), np.nan) for _ in range(3)))
    years, schools = rows["school_year"].to_numpy(), rows["school_id"].to_numpy()
    for year, groups in peers.items():
        of_year = np.flatnonzero(years == year)
        place = pd.Index(groups.features.school_ids).get_indexer(pd.Index(schools[of_year]))
        of_year, place = of_year[place >= 0], place[place >= 0]
        laid = np.full((len(groups.features.school_ids), many), np.nan)
        laid[place, item[of_year]] = value[of_year]
        statistics = peer_statistics(groups, laid)
        for name in ("count", "median", "low", "high"):
            getattr(found, name)[of_year] = getattr(statistics, name)[place, item[of_year]]
    return found


def with_peers(rows: pd.DataFrame, found: PeerStatistics) -> pd.DataFrame:
    """Return rows with the columns peers, peer_median, peer_low and peer_high."""
    return rows.assign(peers=found.count, peer_median=found.median, peer_low=found.low, peer_high=found.high)
