"""The table of pupils by band of absence, own and peers."""

import numpy as np
import pandas as pd

from mirrors.benchmark.benchmark import Benchmark
from mirrors.benchmark.features import FeatureMatrix
from mirrors.benchmark.peer_group import PeerGroups, peer_statistics
from mirrors.disclosure.protection import BANDS, STANDARD, Protection
from mirrors.disclosure.registered import registered
from mirrors.disclosure.rules import FEWEST_PUPILS, protected_share, round_to

FEWEST_BANDS = 3
"""A single threshold is an indicator, not a distribution."""

_BAND = ["category", "scale", "at_least", "below"]


def tables(benchmark: Benchmark, under: Protection = STANDARD) -> dict[str, pd.DataFrame]:
    """Return the table band: school, year, band, own share in whole per cents, and the peers' median.

    Own shares are those of numbers of pupils to the nearest five, the school's own included, and are left out
    where a band holds fewer than five pupils or all but a few. Figures that were found wrong stand in none.
    """
    rows = own(benchmark, under).assign(value=lambda frame: frame["pupils"] / frame["base"])
    rows = rows.assign(quiet=~registered(rows, benchmark.registration, "alarms"))
    parts = [
        _of_peers(band, benchmark.peers[str(year)], under)
        for (year, *_), band in rows.groupby(["school_year", *_BAND], dropna=False)
    ]
    columns = ["school_id", "school_year", *_BAND, "own", "peers"]
    return {"band": pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)}


def own(benchmark: Benchmark, under: Protection = STANDARD) -> pd.DataFrame:
    """Return the pupils in bands that are told, with what may be shown of them in the column own."""
    rows = benchmark.reduced.pupils_in_band
    rows = rows[rows["status"].isna() & ~registered(rows, benchmark.registration, "rejected")]
    counts = rows.groupby(["category", "scale"])["at_least"].transform("nunique")
    return rows[counts >= FEWEST_BANDS].assign(own=lambda frame: _own(frame, under))


def _of_peers(band: pd.DataFrame, groups: PeerGroups, under: Protection) -> pd.DataFrame:
    value = _laid_out(band[band["quiet"] & (band["base"] >= FEWEST_PUPILS)], groups.features)
    found = peer_statistics(groups, value)
    enough = found.count >= under.rules.peers_for_median
    shown = np.where(enough, round_to(found.median, under.rules.peer_step), np.nan)
    peers = pd.Series(shown, index=list(groups.features.school_ids))
    return band.assign(peers=band["school_id"].map(peers))


def _own(band: pd.DataFrame, under: Protection) -> np.ndarray:
    """Return the own share of pupils as counted to the nearest five; nothing for a few on either side."""
    pupils, base = band["pupils"].to_numpy(float), band["base"].to_numpy(float)
    step = under.count_steps(band, BANDS)
    told = (pupils >= step) & (base - pupils >= step) & (base >= under.rules.fewest_pupils)
    return np.where(told & ~under.drops(band, BANDS), protected_share(pupils, base, step), np.nan)


def _laid_out(band: pd.DataFrame, features: FeatureMatrix) -> np.ndarray:
    return band.set_index("school_id")["value"].reindex(list(features.school_ids)).to_numpy(float)
