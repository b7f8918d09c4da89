"""Whether a school differs from similar schools by which pupils attend it, or by their absence."""

import numpy as np
import pandas as pd

from mirrors.benchmark.alarm import SchoolYears, among
from mirrors.benchmark.panel import FEWEST_PUPILS, Bools, Floats
from mirrors.benchmark.peer_group import PeerGroups, one_has_most

COMPOSED = ("grade", "track")
"""The breakdowns by which a difference is told apart."""

OF_RATES = ("A2", "A1")
_KEY = ["school_id", "school_year"]


def kitagawa(
    own_rate: Floats, own_share: Floats, other_rate: Floats, other_share: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the difference between two rates, and what composition and rates contribute to it.

    Arrays (..., groups); shares of one side sum to 1 over the groups. Composition is the difference in shares
    at the mean rate of both sides, rate the difference in rates at the mean share (Kitagawa 1955); they add
    up to the difference. A group that one side does not have takes the other's rate, so that it counts as
    composition.
    """
    own = np.where(own_share > 0, own_rate, other_rate)
    other = np.where(other_share > 0, other_rate, own_rate)
    both = (own_share > 0) | (other_share > 0)
    own, other = np.where(both, own, 0.0), np.where(both, other, 0.0)
    composition = ((own_share - other_share) * (own + other) / 2).sum(axis=-1)
    rate = ((own - other) * (own_share + other_share) / 2).sum(axis=-1)
    return composition + rate, composition, rate


def decomposition(groups: pd.DataFrame, peers: dict[str, PeerGroups], set_aside: SchoolYears) -> pd.DataFrame:
    """Return how the difference of every school from its peers together divides, by breakdown and indicator.

    There is none where one peer has more than half of the pupils of all of them.
    `groups` are those of `group.groups`. Columns: school_id, school_year, breakdown, indicator, pupils, peers
    (schools it is compared with), difference, composition, rate (shares of possible time).
    """
    rows = groups[groups["breakdown"].isin(COMPOSED) & groups["indicator"].isin(OF_RATES)]
    rows = rows.assign(exact=rows["status"] == "exact", group=pd.factorize(rows["member"])[0])
    parts = [
        _of_year(found, peers[str(year)], set_aside).assign(
            breakdown=str(breakdown), indicator=str(indicator)
        )
        for (year, breakdown, indicator), found in rows.groupby(["school_year", "breakdown", "indicator"])
    ]
    columns = [*_KEY, "breakdown", "indicator", "pupils", "peers", "difference", "composition", "rate"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _of_year(rows: pd.DataFrame, groups: PeerGroups, set_aside: SchoolYears) -> pd.DataFrame:
    """Return the decomposition of one breakdown and indicator in one year, for schools with every group."""
    schools = pd.Index(groups.features.school_ids)
    place = schools.get_indexer(pd.Index(rows["school_id"]))
    group = np.unique(rows["group"].to_numpy(), return_inverse=True)[1]
    counts = np.zeros((3, len(schools), int(group.max()) + 1))
    counts[:, place, group] = rows[["numerator", "denominator", "pupils"]].to_numpy(float).T
    absent, possible, pupils = np.nan_to_num(counts)
    unknown = np.bincount(place, ~rows["exact"].to_numpy(), len(schools)) > 0
    whole = (possible.sum(axis=1) > 0) & ~unknown
    keys = pd.DataFrame({"school_id": schools, "school_year": groups.features.school_year})
    teaches = whole & ~among(keys, set_aside) & (pupils.sum(axis=1) >= FEWEST_PUPILS)
    count, of_peers = _together(groups, teaches, np.stack([absent, possible]))
    with np.errstate(invalid="ignore", divide="ignore"):
        own_share = possible / possible.sum(axis=1, keepdims=True)
        other_share = of_peers[1] / of_peers[1].sum(axis=1, keepdims=True)
        difference, composition, rate = kitagawa(
            absent / possible, own_share, of_peers[0] / of_peers[1], other_share
        )
    found = keys.assign(
        pupils=pupils.sum(axis=1), peers=count, difference=difference, composition=composition, rate=rate
    )
    have = (groups.peers >= 0) & teaches[np.maximum(groups.peers, 0)]
    kept: Bools = whole & (count > 0) & ~one_has_most(groups, have)
    return found[kept]


def _together(groups: PeerGroups, teaches: Bools, counts: Floats) -> tuple[np.ndarray, Floats]:
    """Return how many peers of each school teach, (schools,), and their `counts` together, same shape."""
    have = (groups.peers >= 0) & teaches[np.maximum(groups.peers, 0)]
    of_peers = counts[:, np.maximum(groups.peers, 0)] * have[None, :, :, None]
    return have.sum(axis=1), np.asarray(of_peers.sum(axis=2))
